/* SPDX-License-Identifier: ISC */
#include "wire/opensmtpd_log.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "wire/opensmtpd_line.h"

struct session {
	struct map_link link;
	struct list node; /* by when something was said of it */
	struct opensmtpd_line said;
};

struct opensmtpd_log {
	struct map by_id;
	struct list by_use; /* the longest silent first */
};

/* --- sessions -------------------------------------------------------------------------------- */

struct opensmtpd_log *
opensmtpd_log_new(void)
{
	struct opensmtpd_log *log = xcalloc(1, sizeof(*log));

	map_init(&log->by_id, 0);
	list_init(&log->by_use);
	return log;
}

static void
forget_oldest(struct opensmtpd_log *log)
{
	struct session *s = LIST_ITEM(log->by_use.next, struct session, node);

	map_remove(&log->by_id, &s->link);
	list_remove(&s->node);
	free(s);
}

void
opensmtpd_log_free(struct opensmtpd_log *log)
{
	if (log == NULL)
		return;
	while (!list_is_empty(&log->by_use))
		forget_oldest(log);
	map_clear(&log->by_id);
	free(log);
}

static bool
is_session(const struct map_link *link, const void *id)
{
	return strcmp(LIST_ITEM(link, const struct session, link)->said.session, id) ==
	       0;
}

/* NULL: nothing was said of it. */
static struct session *
find(const struct opensmtpd_log *log, const char *id)
{
	struct map_link *link = map_find(
	    &log->by_id, map_hash(&log->by_id, id, strlen(id)), is_session, id);

	return link != NULL ? LIST_ITEM(link, struct session, link) : NULL;
}

static struct session *
add(struct opensmtpd_log *log, const struct opensmtpd_line *said)
{
	struct session *s;

	if (log->by_id.count == OPENSMTPD_SESSIONS_MAX)
		forget_oldest(log);
	s = xcalloc(1, sizeof(*s));
	s->said = *said;
	list_init(&s->node);
	map_add(&log->by_id, &s->link,
	    map_hash(&log->by_id, said->session, strlen(said->session)));
	return s;
}

/* The first fault counts (RPT-TYPE-14); an error of a session that had TLS is none of the handshake. */
static void
add_line(struct session *s, const struct opensmtpd_line *line)
{
	if (!s->said.has_result && (s->said.tls != TLS_UP || line->tls == TLS_UP))
		s->said = *line;
}

const char *
opensmtpd_log_read(struct opensmtpd_log *log, const char *line, size_t len)
{
	struct opensmtpd_line l;
	struct session *s;

	if (!opensmtpd_line_parse(line, len, &l))
		return NULL;
	s = find(log, l.session);
	if (s == NULL)
		s = add(log, &l);
	else
		add_line(s, &l);
	list_remove(&s->node);
	list_append(&log->by_use, &s->node);
	return s->said.session;
}

/* --- events ----------------------------------------------------------------------------------- */

static bool
is_ours(const struct tls_event *e)
{
	return e->source == SOURCE_OPENSMTPD && !e->is_inbound && e->session[0] != '\0';
}

/* By the certificate or the handshake: for the rest there is no more to say. */
static bool
has_failed(const struct tls_event *e)
{
	return e->tls == TLS_FAILED || e->has_result;
}

bool
opensmtpd_log_is_awaited(const struct opensmtpd_log *log, const struct tls_event *e)
{
	return is_ours(e) && has_failed(e) && find(log, e->session) == NULL;
}

static bool
complete_failed(const struct opensmtpd_line *said, struct tls_event *e)
{
	if (said->has_result) {
		e->tls = TLS_UP;
		e->verified = VERIFIED_NO;
		e->has_result = true;
		e->result = said->result;
	} else if (e->tls != TLS_FAILED || said->tls != TLS_FAILED) {
		return false;
	}
	memcpy(e->reason, said->reason, sizeof(e->reason));
	return true;
}

static bool
complete_up(const struct opensmtpd_line *said, struct tls_event *e)
{
	if (e->tls != TLS_UP || said->tls != TLS_UP)
		return false;
	e->verified = said->verified;
	return true;
}

bool
opensmtpd_log_complete(const struct opensmtpd_log *log, struct tls_event *e)
{
	const struct session *s = is_ours(e) ? find(log, e->session) : NULL;

	if (s == NULL)
		return false;
	return has_failed(e) ? complete_failed(&s->said, e) : complete_up(&s->said, e);
}
