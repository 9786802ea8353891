/* SPDX-License-Identifier: ISC */
#include "session.h"

#include <strings.h>

#include "base/number.h"
#include "wire/smtp_reply.h"
#include "words.h"

#define EHLO_MAX 4096 /* octets of a reply; Exim's own buffer */

/* One event and whom to tell what comes of it. */
struct sight {
	const struct exim_event *event;
	session_tell_fn *tell;
	void *arg;
};

/* --- texts ---------------------------------------------------------------------------- */

static void
keep(char *out, size_t size, struct piece text)
{
	if (text.len >= size)
		text.len = size - 1;
	memcpy(out, text.text, text.len);
	out[text.len] = '\0';
}

/* What an event does not say stays as it was. */
static void
keep_said(char *out, size_t size, struct piece text)
{
	if (text.len > 0)
		keep(out, size, text);
}

static bool
is_same(const char *known, struct piece said)
{
	return said.len == 0 || (strlen(known) == said.len &&
				    strncasecmp(known, said.text, said.len) == 0);
}

/* Whether an event is of the session that is known; at tcp:close Exim may have forgotten the host. */
static bool
is_of(const struct session *session, const struct exim_event *event)
{
	return is_same(session->next_hop, event->domain) &&
	       is_same(session->host, event->host) &&
	       is_same(session->remote, event->remote);
}

/* --- what becomes of a session -------------------------------------------------------- */

static void
end(struct sessions *s)
{
	s->state = SESSION_NONE;
	s->last.chain.count = 0;
	certificates_clear(&s->certificates);
}

static void
tell(struct sessions *s, const struct sight *sight, enum event_tls tls)
{
	s->last.tls = tls;
	s->last.chain.count = 0;
	if (tls == TLS_UP)
		certificates_chain(&s->certificates, &s->last.chain);
	sight->tell(&s->last, sight->arg);
	end(s);
}

static void
tell_failed(struct sessions *s, const struct sight *sight, int error, struct piece text)
{
	struct fault fault = fault_read(
	    error, text, s->certificates.bytes > 0 || s->last.version[0] != '\0');

	s->had_failed = true;
	s->last.has_result = true;
	s->last.result = fault.result;
	s->last.verified = fault.tls == TLS_UP ? VERIFIED_NO : VERIFIED_UNKNOWN;
	keep(s->last.reason, sizeof(s->last.reason), fault.reason);
	tell(s, sight, fault.tls);
}

/* What stood there ends without more being said of it. */
static void
tell_rest(struct sessions *s, const struct sight *sight)
{
	switch (s->state) {
	case SESSION_PLAIN:
		if (!s->is_second)
			tell(s, sight, s->has_starttls ? TLS_REFUSED : TLS_NOT_OFFERED);
		break;
	case SESSION_FAILED:
		tell_failed(s, sight, 0, (struct piece){ "", 0 });
		break;
	case SESSION_NONE:
	case SESSION_CONNECTED:
	case SESSION_UP:
		break;
	}
	end(s);
}

static void
note_tls(struct sessions *s, const struct exim_event *event)
{
	keep_said(s->last.version, sizeof(s->last.version), event->version);
	keep_said(s->last.cipher, sizeof(s->last.cipher), event->cipher);
	keep_said(s->last.local, sizeof(s->last.local), event->local);
}

/* Whether there was more of TLS than an offer. */
static bool
has_begun(const struct sessions *s, const struct exim_event *event)
{
	return event->has_begun || s->certificates.bytes > 0 ||
	       s->last.version[0] != '\0';
}

/* --- events ---------------------------------------------------------------------------- */

static void
note_place(struct sessions *s, const struct exim_event *event)
{
	memset(&s->last, 0, sizeof(s->last));
	keep(s->last.next_hop, sizeof(s->last.next_hop), event->domain);
	keep(s->last.host, sizeof(s->last.host), event->host);
	keep(s->last.remote, sizeof(s->last.remote), event->remote);
}

static void
on_connect(struct sessions *s, const struct sight *sight)
{
	const struct exim_event *event = sight->event;
	bool is_second;

	tell_rest(s, sight);
	is_second = s->had_failed && is_of(&s->last, event);
	s->had_failed = false;
	s->is_second = is_second;
	s->is_accepted = false;
	s->has_starttls = false;
	note_place(s, event);
	s->state = SESSION_CONNECTED;
}

static bool
is_open(const struct sessions *s)
{
	return s->state == SESSION_CONNECTED || s->state == SESSION_PLAIN;
}

/* Then Exim goes on with HELO, to which nothing is offered (RFC 5321, 3.2). */
static bool
is_unknown_command(unsigned code)
{
	return code >= 500 && code <= 504;
}

/* $event_data has no line end behind its last line, and may be cut where Exim's memory for it ends. */
static void
read_offer(struct sessions *s, struct piece data)
{
	char text[EHLO_MAX + 1];
	struct smtp_reply reply = { 0 };
	struct smtp_line word;

	if (data.len > EHLO_MAX)
		data.len = EHLO_MAX;
	memcpy(text, data.text, data.len);
	text[data.len] = '\n';
	if (smtp_reply_read(&reply, text, data.len + 1) == ST_SYNTAX)
		return;
	if (reply.code / 100 == 2) {
		word = smtp_reply_word(&reply, text);
		keep(s->last.helo, sizeof(s->last.helo),
		    (struct piece){ word.text, word.len });
		s->has_starttls = smtp_reply_offers(&reply, text, "STARTTLS");
		s->state = SESSION_PLAIN;
	} else if (is_unknown_command(reply.code)) {
		s->state = SESSION_PLAIN;
	}
}

static enum event_verified
verified_of(const struct exim_event *event)
{
	if (event->is_dane)
		return VERIFIED_DANE;
	return event->is_verified ? VERIFIED_NAME : VERIFIED_NO;
}

static void
on_ehlo(struct sessions *s, const struct sight *sight)
{
	const struct exim_event *event = sight->event;

	if (!is_open(s))
		return;
	if (event->version.len == 0) {
		read_offer(s, event->data);
		return;
	}
	s->last.verified = verified_of(event);
	if (event->is_judged && !s->is_accepted) {
		s->last.has_result = true;
		s->last.result = RESULT_VALIDATION;
	}
	tell(s, sight, TLS_UP);
	s->state = SESSION_UP;
}

static void
on_certificate(struct sessions *s, const struct sight *sight)
{
	const struct piece depth = sight->event->data;
	uint64_t n;

	if (is_open(s) &&
	    number_parse(depth.text, depth.len, CHAIN_CERTS_MAX - 1, &n) == ST_OK)
		certificates_keep(&s->certificates, (size_t)n, sight->event->cert);
}

static void
on_close(struct sessions *s, const struct sight *sight)
{
	if (is_open(s) && has_begun(s, sight->event))
		s->state = SESSION_FAILED;
	if (s->state != SESSION_FAILED || sight->event->is_callout)
		tell_rest(s, sight);
}

/* A connection in the clear that another process has opened is no session, even if STARTTLS follows there; what comes behind
 * it is a second attempt. */
static void
note_failure_elsewhere(struct sessions *s, const struct exim_event *event)
{
	if (!is_handshake_failure(event->error))
		return;
	note_place(s, event);
	s->had_failed = true;
}

static void
on_defer(struct sessions *s, const struct sight *sight)
{
	if (s->state == SESSION_NONE)
		note_failure_elsewhere(s, sight->event);
	if (s->state == SESSION_CONNECTED) /* connection refused: there was none */
		end(s);
	if (s->state == SESSION_PLAIN)
		on_close(s, sight);
	if (s->state == SESSION_FAILED)
		tell_failed(s, sight, sight->event->error, sight->event->data);
}

/* Of a connection there are other signs; before one it is about DNS (RPT-TYPE-07). */
static void
on_dane_fail(struct sessions *s, const struct sight *sight)
{
	const struct piece word = sight->event->data;
	enum tls_result result;

	if (s->state != SESSION_NONE ||
	    tls_result_parse(word.text, word.len, &result) != ST_OK)
		return;
	on_connect(s, sight);
	s->last.has_result = true;
	s->last.result = result;
	tell(s, sight, TLS_UNKNOWN);
}

typedef void event_fn(struct sessions *s, const struct sight *sight);

static event_fn *const on[] = {
	[EXIM_TCP_CONNECT] = on_connect,
	[EXIM_SMTP_EHLO] = on_ehlo,
	[EXIM_TLS_CERT] = on_certificate,
	[EXIM_TCP_CLOSE] = on_close,
	[EXIM_DELIVERY] = on_close,
	[EXIM_HOST_DEFER] = on_defer,
	[EXIM_DANE_FAIL] = on_dane_fail,
};

void
sessions_see(struct sessions *s, pid_t pid, const struct exim_event *event,
    session_tell_fn *tell_fn, void *arg)
{
	const struct sight sight = { event, tell_fn, arg };

	if (s->pid != pid)
		sessions_clear(s);
	s->pid = pid;
	if (event->name == EXIM_OTHER)
		return;
	if (s->state != SESSION_NONE && event->name != EXIM_TCP_CONNECT) {
		if (!is_of(&s->last, event))
			return;
		note_tls(s, event);
	}
	on[event->name](s, &sight);
}

const struct session *
sessions_at_leaf(struct sessions *s, const struct exim_event *event)
{
	if (!is_open(s) || !is_of(&s->last, event))
		return NULL;
	s->is_accepted = false;
	s->last.tls = TLS_UP;
	certificates_chain(&s->certificates, &s->last.chain);
	return s->last.chain.count > 0 ? &s->last : NULL;
}

void
sessions_accept(struct sessions *s)
{
	s->is_accepted = true;
}

bool
sessions_may_go(const struct sessions *s, pid_t pid, const struct exim_event *event)
{
	if (event->version.len == 0)
		return true;
	return s->is_accepted && s->pid == pid && s->state != SESSION_NONE &&
	       is_of(&s->last, event);
}

void
sessions_clear(struct sessions *s)
{
	certificates_clear(&s->certificates);
	memset(s, 0, sizeof(*s));
}
