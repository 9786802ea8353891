/* SPDX-License-Identifier: ISC */
#include "wire/postfix_log.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "wire/postfix_line.h"

/* One delivery has a line for each recipient; tried again it is another session, which is never sooner than
 * Postfix's minimal_backoff_time of 300 s. */
#define SAME_DELIVERY_S 100

/* Where sessions go. */
struct sink {
	postfix_session_fn *fn;
	void *arg;
};

struct process {
	struct map_link link;
	struct list node; /* by last use */
	uint32_t pid;
	/* Sessions of the message under way, the one being told of last.  Owned. */
	struct tls_event *sessions[POSTFIX_SESSIONS_MAX];
	size_t count;
	bool is_open;     /* the last one has not ended */
	bool is_complete; /* all that is said of it has been, but how it ended */
	bool is_reported; /* by datagram */
	/* The last attempt that was taken for a session. */
	char queue_id[POSTFIX_ID_MAX + 1];
	struct address remote;
	time_t over;
};

struct postfix_log {
	struct map by_pid;
	struct list by_use; /* the longest silent first */
};

struct postfix_log *
postfix_log_new(void)
{
	struct postfix_log *log = xcalloc(1, sizeof(*log));

	map_init(&log->by_pid, 0);
	list_init(&log->by_use);
	return log;
}

static void
process_forget(struct postfix_log *log, struct process *p)
{
	map_remove(&log->by_pid, &p->link);
	list_remove(&p->node);
	while (p->count > 0)
		free(p->sessions[--p->count]);
	free(p);
}

static struct process *
longest_silent(struct postfix_log *log)
{
	return LIST_ITEM(log->by_use.next, struct process, node);
}

void
postfix_log_free(struct postfix_log *log)
{
	if (log == NULL)
		return;
	while (!list_is_empty(&log->by_use))
		process_forget(log, longest_silent(log));
	map_clear(&log->by_pid);
	free(log);
}

static bool
is_process(const struct map_link *link, const void *key)
{
	return LIST_ITEM(link, const struct process, link)->pid ==
	       *(const uint32_t *)key;
}

static struct process *
process_add(struct postfix_log *log, uint32_t pid, uint64_t hash)
{
	struct process *p;

	if (log->by_pid.count == POSTFIX_PROCESSES_MAX)
		process_forget(log, longest_silent(log));
	p = xcalloc(1, sizeof(*p));
	p->pid = pid;
	list_init(&p->node);
	map_add(&log->by_pid, &p->link, hash);
	return p;
}

static struct process *
process_of(struct postfix_log *log, uint32_t pid)
{
	uint64_t hash = map_hash(&log->by_pid, &pid, sizeof(pid));
	struct map_link *link = map_find(&log->by_pid, hash, is_process, &pid);
	struct process *p = link != NULL ? LIST_ITEM(link, struct process, link)
					 : process_add(log, pid, hash);

	list_remove(&p->node);
	list_append(&log->by_use, &p->node);
	return p;
}

/* --- from lines to a session ----------------------------------------------------------------------- */

static struct tls_event *
session_new(const struct postfix_line *line)
{
	struct tls_event *e = xcalloc(1, sizeof(*e));

	e->source = SOURCE_POSTFIX_LOG;
	e->when = line->when;
	e->next_hop = line->next_hop;
	e->is_next_hop_host = line->is_next_hop_host;
	e->host = line->host;
	e->has_remote = line->has_remote;
	e->remote = line->remote;
	e->tls = line->tls;
	e->verified = line->verified;
	e->has_result = line->has_result;
	e->result = line->result;
	memcpy(e->reason, line->reason, sizeof(e->reason));
	memcpy(e->version, line->version, sizeof(e->version));
	memcpy(e->cipher, line->cipher, sizeof(e->cipher));
	return e;
}

/* The session being told of; NULL: none. */
static struct tls_event *
current(const struct process *p)
{
	return p->is_open ? p->sessions[p->count - 1] : NULL;
}

static void
hand_out(const struct process *p, const struct tls_event *event, const struct sink *to)
{
	const struct postfix_session session = { .pid = p->pid, .event = *event };

	to->fn(&session, to->arg);
}

/* Hand out all that is known, in its order. */
static void
emit(struct process *p, const struct sink *to)
{
	size_t i;

	for (i = 0; i < p->count; i++) {
		hand_out(p, p->sessions[i], to);
		free(p->sessions[i]);
	}
	p->count = 0;
	p->is_open = false;
}

static bool
is_of_session(const struct process *p, const struct postfix_line *line)
{
	const struct tls_event *e = current(p);

	return e != NULL && !p->is_complete && e->has_remote &&
	       address_equal(&e->remote, &line->remote);
}

/* A session begins; one whose end was not seen waits for the message's name. */
static void
begin(struct process *p, const struct postfix_line *line, bool is_complete,
    const struct sink *to)
{
	if (p->count == POSTFIX_SESSIONS_MAX)
		emit(p, to);
	p->sessions[p->count++] = session_new(line);
	p->is_open = true;
	p->is_complete = is_complete;
}

/* Of several things wrong with a chain the first counts (RPT-TYPE-14). */
static void
on_certificate(
    struct process *p, const struct postfix_line *line, const struct sink *to)
{
	if (!is_of_session(p, line))
		begin(p, line, false, to);
}

/* After what was wrong with the certificate, if anything. */
static void
on_tls_up(struct process *p, const struct postfix_line *line, const struct sink *to)
{
	struct tls_event *e = current(p);

	if (!is_of_session(p, line)) {
		begin(p, line, true, to);
		return;
	}
	memcpy(e->version, line->version, sizeof(e->version));
	memcpy(e->cipher, line->cipher, sizeof(e->cipher));
	p->is_complete = true;
}

static void
on_library_error(struct process *p, const struct postfix_line *line)
{
	struct tls_event *e = current(p);

	if (e != NULL && e->tls == TLS_FAILED && e->reason[0] == '\0')
		memcpy(e->reason, line->reason, sizeof(e->reason));
}

/* No session, and none is under way. */
static void
on_policy_failure(
    const struct process *p, const struct postfix_line *line, const struct sink *to)
{
	struct tls_event *e = session_new(line);

	hand_out(p, e, to);
	free(e);
}

static void
forget_session(struct process *p)
{
	if (p->is_open)
		free(p->sessions[--p->count]);
	p->is_open = false;
}

/* Whether it is one more recipient of an attempt that was a session already. */
static bool
is_repeated(const struct process *p, const struct postfix_line *line)
{
	return strcmp(p->queue_id, line->queue_id) == 0 &&
	       address_equal(&p->remote, &line->remote) &&
	       line->when - p->over < SAME_DELIVERY_S;
}

/* The end of the session, where there is one; else TLS was the end of it before the log had a word for it. */
static void
end_session(struct process *p, const struct postfix_line *line, const struct sink *to)
{
	struct tls_event *e = current(p);

	if (p->is_reported) {
		forget_session(p);
	} else if (e != NULL) {
		if (line->has_result && !e->has_result) {
			e->has_result = true;
			e->result = line->result;
		}
	} else if (line->tls != TLS_UNKNOWN && !is_repeated(p, line)) {
		begin(p, line, true, to);
	} else {
		return;
	}
	memcpy(p->queue_id, line->queue_id, sizeof(p->queue_id));
	p->remote = line->remote;
	p->over = line->when;
}

/* The recipient's domain is that of all hosts that were tried for this message. */
static void
on_attempt_over(
    struct process *p, const struct postfix_line *line, const struct sink *to)
{
	size_t i;

	end_session(p, line, to);
	p->is_open = p->is_reported = false;
	if (!line->is_final)
		return;
	for (i = 0; i < p->count; i++) {
		p->sessions[i]->next_hop = line->next_hop;
		p->sessions[i]->is_next_hop_host = line->is_next_hop_host;
	}
	emit(p, to);
}

void
postfix_log_read(struct postfix_log *log, const char *line, size_t len, time_t now,
    postfix_session_fn *fn, void *arg)
{
	const struct sink to = { fn, arg };
	struct postfix_line l;
	struct process *p;

	if (!postfix_line_parse(line, len, &l))
		return;
	if (l.when == 0 || l.when > now)
		l.when = now;
	p = process_of(log, l.pid);
	switch (l.kind) {
	case POSTFIX_POLICY_FAILED:
		on_policy_failure(p, &l, &to);
		break;
	case POSTFIX_CERTIFICATE_BAD:
	case POSTFIX_SESSION_RESUMED:
		on_certificate(p, &l, &to);
		break;
	case POSTFIX_TLS_UP:
		on_tls_up(p, &l, &to);
		break;
	case POSTFIX_HANDSHAKE_FAILED:
		begin(p, &l, true, &to);
		break;
	case POSTFIX_LIBRARY_ERROR:
		on_library_error(p, &l);
		break;
	case POSTFIX_REPORTED:
		forget_session(p);
		p->is_reported = true;
		break;
	case POSTFIX_ATTEMPT_OVER:
		on_attempt_over(p, &l, &to);
		break;
	}
}
