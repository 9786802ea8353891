/* SPDX-License-Identifier: ISC */
#include "session.h"

#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "complaint.h"
#include "daemon.h"
#include "prefetch.h"
#include "tls_required.h"

#define ANSWER_BYTES_MAX 100000 /* SOCKETMAP_REPLY_MAX */
#define OPTIONAL_MS      1000
#define QUEUE_ID_MAX     100
#define QUESTION_MAP     "json"
#define OPTIONAL_MAP     "tls-optional"
#define INBOX_MAP        "inbox"

static struct complaint no_letter = { "report", "the mail passes untouched", { 0, 0 } };
static struct complaint no_wish = { "tls-required", "mail without TLS may have to wait",
	{ 0, 0 } };

/* --- a mail ------------------------------------------------------------------------------------------------ */

static void
forget_message(struct session *s)
{
	letter_discard(s->message.letter);
	memset(&s->message, 0, sizeof(s->message));
}

struct session *
session_new(void)
{
	struct session *s = xcalloc(1, sizeof(*s));

	s->settings = current_hold();
	return s;
}

void
session_mail(struct session *s, char *const *arguments)
{
	forget_message(s);
	s->message.is_overruled = tls_required_is_overruled(arguments);
}

void
session_abort(struct session *s)
{
	forget_message(s);
}

/* --- recipients ------------------------------------------------------------------------------------------- */

/* A step, for who looks on. */
static void
say(const char *next_hop, const char *reply)
{
	struct strbuf text = STRBUF_INIT;

	if (!log_wants(LEVEL_DEBUG))
		return;
	strbuf_escape(&text, next_hop, strlen(next_hop), NEXT_HOP_TEXT_MAX);
	log_debug("recipient: next-hop=\"%s\" reply=\"%s\"", strbuf_str(&text), reply);
	strbuf_clear(&text);
}

/* False: refused.  Whoever does not answer, or not in time, refuses nobody. */
static bool
ask(const struct session *s, const char *next_hop, struct refusal *refusal)
{
	enum client_outcome outcome;
	struct why why;
	bool is_refused;
	char *text;
	size_t len;

	outcome = daemon_ask(s->settings->daemon, QUESTION_MAP, next_hop,
	    s->settings->wait_ms, ANSWER_BYTES_MAX, &text, &len, &why);
	is_refused = outcome == CLIENT_FOUND &&
		     refusal_make(s->settings->early, text, len, refusal);
	free(text);
	if (is_refused)
		say(next_hop, refusal->extended);
	else
		say(next_hop, outcome == CLIENT_DOWN ? why.text : "taken");
	return !is_refused;
}

/* Of a recipient that is perhaps here the domain's own MX hosts say nothing. */
static bool
look_up(struct session *s, const struct recipient *recipient, struct refusal *refusal)
{
	char next_hop[NEXT_HOP_TEXT_MAX + 1];
	enum way way = recipient_way(recipient, s->settings->mailers, next_hop);

	if (way == WAY_HERE) {
		say("", "not asked for");
		return true;
	}
	s->message.may_go_out = true;
	if (way == WAY_OUT && s->settings->early != EARLY_OFF)
		return ask(s, next_hop, refusal);
	prefetch(s->settings->daemon, next_hop);
	say(next_hop, "not waited for");
	return true;
}

bool
session_recipient(
    struct session *s, const struct recipient *recipient, struct refusal *refusal)
{
	if (!look_up(s, recipient, refusal))
		return false;
	s->message.recipients++;
	s->message.report_recipients +=
	    recipient_is_in(recipient->address, s->settings->report_address);
	return true;
}

/* --- header and body -------------------------------------------------------------------------------------- */

/* The letter, if this mail is one. */
static struct letter *
letter_of(struct session *s)
{
	struct message *m = &s->message;
	struct why why;

	if (m->has_tried || m->report_recipients == 0)
		return m->letter;
	m->has_tried = true;
	m->letter = letter_open(s->settings->inbox, &why);
	if (m->letter == NULL)
		complaint_log(&no_letter, why.text);
	return m->letter;
}

void
session_header(struct session *s, const char *name, const char *value)
{
	struct letter *letter = letter_of(s);

	if (letter != NULL)
		letter_header(letter, name, value);
	if (strcasecmp(name, TLS_REQUIRED_FIELD) == 0 && s->message.wishes++ == 0)
		s->message.is_no = tls_required_is_no(value);
}

bool
session_body(struct session *s, const void *bytes, size_t len)
{
	struct letter *letter = letter_of(s);

	s->message.has_body = true;
	if (letter != NULL)
		letter_body(letter, bytes, len);
	return letter != NULL;
}

/* --- the end ------------------------------------------------------------------------------------------------ */

/* Whether a report is safe now.  One whose body the MTA was told to spare us is none. */
static bool
take_in(struct session *s)
{
	struct letter *letter = s->message.letter;
	char name[LETTER_NAME_MAX + 1];
	struct why why;

	if (letter == NULL || !s->message.has_body)
		return false;
	s->message.letter = NULL;
	if (letter_close(letter, name, &why) != ST_OK) {
		complaint_log(&no_letter, why.text);
		return false;
	}
	log_debug("report: file=%s status=taken", name);
	/* The daemon looks into the folder by itself, too, if not at once. */
	daemon_post(s->settings->daemon, INBOX_MAP, name);
	return true;
}

/* Whether there is one field, with the one value that means something (RTLS-08), and no parameter against it. */
static bool
has_wish(const struct message *m)
{
	return m->wishes == 1 && m->is_no && !m->is_overruled && m->may_go_out;
}

/* Without this the daemon wants more of the session than the sender does: mail waits, nothing is given away. */
static void
pass_wish(const struct session *s, const char *queue_id)
{
	struct why why;
	enum client_outcome outcome;
	char *text;
	size_t len;

	if (queue_id == NULL || queue_id[0] == '\0' ||
	    strlen(queue_id) > QUEUE_ID_MAX) {
		complaint_log(&no_wish, "the MTA tells no queue id");
		return;
	}
	outcome = daemon_ask(s->settings->daemon, OPTIONAL_MAP, queue_id, OPTIONAL_MS,
	    ANSWER_BYTES_MAX, &text, &len, &why);
	if (outcome == CLIENT_DOWN)
		complaint_log(&no_wish, why.text);
	else if (outcome != CLIENT_FOUND)
		complaint_log(&no_wish, text != NULL ? text : "not noted");
	free(text);
}

static void
take_wish(const struct session *s, const char *queue_id)
{
	bool is_obeyed = s->settings->tls_required == WISH_OBEY;

	log_info("tls-required: value=no queue-id=%.*s action=%s", QUEUE_ID_MAX,
	    queue_id != NULL ? queue_id : "", is_obeyed ? "passed-on" : "ignored");
	if (is_obeyed)
		pass_wish(s, queue_id);
}

bool
session_end_of_mail(struct session *s, const char *queue_id)
{
	const struct message *m = &s->message;
	bool is_taken = take_in(s);
	bool is_discarded = is_taken && s->settings->report_mail == REPORT_DISCARD &&
			    m->report_recipients == m->recipients;

	if (has_wish(m) && !is_discarded)
		take_wish(s, queue_id);
	forget_message(s);
	return is_discarded;
}

void
session_end(struct session *s)
{
	char json[CONNECTION_JSON_MAX];

	forget_message(s);
	if (connection_event(&s->connection, time(NULL), json))
		daemon_tell(s->settings->daemon, json, s->settings->spool);
	current_release(s->settings);
	free(s);
}
