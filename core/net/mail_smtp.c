/* SPDX-License-Identifier: ISC */
#include "net/mail_smtp.h"

#include "base/endpoint.h"
#include "base/mem.h"
#include "net/loop.h"
#include "net/smtp_link.h"

#define REPLY_SHOWN_MAX 200

/* From SMTP_MAIL on it is about the mail. */
enum state {
	SMTP_CONNECT,
	SMTP_GREETING,
	SMTP_EHLO,
	SMTP_HELO,
	SMTP_STARTTLS,
	SMTP_HANDSHAKE,
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA,
	SMTP_MESSAGE,
	SMTP_OVER,
};

static const char *const state_words[] = {
	[SMTP_CONNECT] = "connect",
	[SMTP_GREETING] = "greeting",
	[SMTP_EHLO] = "EHLO",
	[SMTP_HELO] = "HELO",
	[SMTP_STARTTLS] = "STARTTLS",
	[SMTP_HANDSHAKE] = "TLS handshake",
	[SMTP_MAIL] = "MAIL",
	[SMTP_RCPT] = "RCPT",
	[SMTP_DATA] = "DATA",
	[SMTP_MESSAGE] = "message",
};

struct mail_smtp {
	enum state state;
	struct smtp_link link;
	struct loop_io *io;
	struct loop_timer *timer;
	int64_t deadline_at;

	struct endpoint *servers;
	size_t server_count, server; /* its turn */
	bool is_clear;               /* TLS has failed with this one */
	bool is_sized;               /* it takes SIZE (RFC 1870) */
	struct why last, tls_fault;  /* what went on, and what was wrong with TLS */

	struct domain name; /* of the server; unset: none */
	char *helo, *sender, *recipient;
	struct strbuf message; /* as it is sent */
	size_t message_len;    /* as SIZE counts */

	mail_done_fn *done;
	void *arg;
};

static void enter(struct mail_smtp *m, enum state next);

/* --- the end -------------------------------------------------------------------------- */

static void
hang_up(struct mail_smtp *m)
{
	loop_io_free(m->io);
	m->io = NULL;
	smtp_link_close(&m->link);
}

/* "127.0.0.1:25: RCPT: 550 ..." */
static void
add_detail(const struct mail_smtp *m, bool was_encrypted, struct strbuf *out)
{
	char server[ENDPOINT_TEXT_MAX];

	strbuf_addf(
	    out, "%s: %s", endpoint_text(&m->servers[m->server], server), m->last.text);
	if (!was_encrypted && m->tls_fault.text[0] != '\0')
		strbuf_addf(out, "; without TLS: %s", m->tls_fault.text);
}

static void
finish(struct mail_smtp *m, enum mail_outcome outcome)
{
	struct strbuf detail = STRBUF_INIT;
	struct mail_answer answer = {
		.outcome = outcome,
		.was_encrypted = m->link.tls != NULL,
	};

	add_detail(m, answer.was_encrypted, &detail);
	answer.detail = strbuf_str(&detail);
	m->state = SMTP_OVER;
	loop_timer_stop(m->timer);
	m->done(&answer, m->arg); /* before the server sees that we know */
	if (outcome == MAIL_ACCEPTED)
		smtp_link_quit(&m->link);
	hang_up(m);
	strbuf_clear(&detail);
}

static void
note(struct mail_smtp *m, const char *text, size_t len)
{
	struct strbuf safe = STRBUF_INIT;

	strbuf_escape(&safe, text, len, REPLY_SHOWN_MAX);
	why_set(&m->last, "%s: %s", state_words[m->state], strbuf_str(&safe));
	strbuf_clear(&safe);
}

/* The first line, which begins with the code. */
static void
note_reply(struct mail_smtp *m)
{
	const char *text = strbuf_str(&m->link.in);

	note(m, text, strcspn(text, "\r\n"));
}

/* --- from one attempt to the next --------------------------------------------------------- */

static void
next_server(struct mail_smtp *m)
{
	if (m->server + 1 == m->server_count) {
		finish(m, MAIL_TEMPORARY);
		return;
	}
	hang_up(m);
	m->server++;
	m->is_clear = false;
	m->tls_fault.text[0] = '\0';
	enter(m, SMTP_CONNECT);
}

/* RFC 8460, section 3: reports go out whatever is wrong with TLS. */
static void
go_without_tls(struct mail_smtp *m)
{
	m->tls_fault = m->last;
	m->is_clear = true;
	hang_up(m);
	enter(m, SMTP_CONNECT);
}

/* Nothing more can be said to this server. */
static void
break_off(struct mail_smtp *m, const char *fault)
{
	note(m, fault, strlen(fault));
	if (m->state >= SMTP_MAIL)
		finish(m, MAIL_TEMPORARY);
	else if (m->state == SMTP_STARTTLS || m->link.tls != NULL)
		go_without_tls(m);
	else
		next_server(m);
}

static void
on_timer(void *arg)
{
	break_off(arg, "timed out");
}

/* --- replies ---------------------------------------------------------------------------- */

static void
take_refusal(struct mail_smtp *m)
{
	bool is_for_good = m->link.reply.code / 100 == 5;

	note_reply(m);
	smtp_link_quit(&m->link);
	if (m->state < SMTP_MAIL)
		next_server(m);
	else
		finish(m, is_for_good ? MAIL_PERMANENT : MAIL_TEMPORARY);
}

static void
on_ehlo(struct mail_smtp *m)
{
	const struct smtp_link *link = &m->link;
	const char *text = link->in.data;

	m->is_sized = smtp_reply_offers(&link->reply, text, "SIZE");
	if (link->tls == NULL && !m->is_clear &&
	    smtp_reply_offers(&link->reply, text, "STARTTLS"))
		enter(m, SMTP_STARTTLS);
	else
		enter(m, SMTP_MAIL);
}

/* What came with the reply could have been put there by anybody (RFC 3207, section 4.2). */
static void
on_starttls(struct mail_smtp *m)
{
	if (m->link.reply.code / 100 != 2) {
		note_reply(m);
		m->tls_fault = m->last;
		enter(m, SMTP_MAIL);
	} else if (smtp_link_has_more(&m->link)) {
		break_off(m, "text behind the reply");
	} else {
		enter(m, SMTP_HANDSHAKE);
	}
}

static void
on_accepted(struct mail_smtp *m)
{
	note_reply(m);
	finish(m, MAIL_ACCEPTED);
}

/* The server goes along. */
static void
go_on(struct mail_smtp *m)
{
	switch (m->state) {
	case SMTP_GREETING:
		enter(m, SMTP_EHLO);
		break;
	case SMTP_EHLO:
		on_ehlo(m);
		break;
	case SMTP_HELO:
		enter(m, SMTP_MAIL);
		break;
	case SMTP_MAIL:
		enter(m, SMTP_RCPT);
		break;
	case SMTP_RCPT:
		enter(m, SMTP_DATA);
		break;
	case SMTP_DATA:
		enter(m, SMTP_MESSAGE);
		break;
	case SMTP_MESSAGE:
		on_accepted(m);
		break;
	case SMTP_CONNECT:
	case SMTP_STARTTLS:
	case SMTP_HANDSHAKE:
	case SMTP_OVER:
		abort();
	}
}

/* A message cannot have been accepted before its end. */
static bool
is_agreed(const struct mail_smtp *m)
{
	unsigned kind = m->link.reply.code / 100;

	if (m->state == SMTP_MESSAGE && smtp_link_wants(&m->link) != LOOP_READ)
		return false;
	return kind == (m->state == SMTP_DATA ? 3 : 2);
}

static void
take_reply(struct mail_smtp *m)
{
	if (m->state == SMTP_STARTTLS)
		on_starttls(m);
	else if (is_agreed(m))
		go_on(m);
	else if (m->state == SMTP_EHLO && m->link.reply.code / 100 == 5)
		enter(m, SMTP_HELO); /* RFC 5321, section 3.2 */
	else
		take_refusal(m);
}

/* --- the socket --------------------------------------------------------------------------- */

static void
talk(struct mail_smtp *m)
{
	struct why why = { "" };
	enum status rc = smtp_link_talk(&m->link, &why);

	if (rc == ST_OK)
		take_reply(m);
	else if (rc != ST_MORE)
		break_off(m, why.text);
}

static void
shake_hands(struct mail_smtp *m)
{
	const struct domain *sni = m->name.len > 0 ? &m->name : NULL;
	struct why why = { "" };
	enum status rc = smtp_link_shake_hands(&m->link, sni, &why);

	if (rc == ST_OK)
		enter(m, SMTP_EHLO);
	else if (rc != ST_MORE)
		break_off(m, why.text);
}

static void
on_connected(struct mail_smtp *m)
{
	struct why why = { "" };

	if (smtp_link_connected(&m->link, &why) == ST_OK)
		enter(m, SMTP_GREETING);
	else
		break_off(m, why.text);
}

static void
on_ready(int fd UNUSED, int events UNUSED, void *arg)
{
	struct mail_smtp *m = arg;

	if (m->state == SMTP_CONNECT)
		on_connected(m);
	else if (m->state == SMTP_HANDSHAKE)
		shake_hands(m);
	else
		talk(m);
	if (m->io != NULL && m->state != SMTP_CONNECT)
		loop_io_want(m->io, smtp_link_wants(&m->link));
}

static int64_t
left_ms(const struct mail_smtp *m)
{
	int64_t left = m->deadline_at - loop_now_ms();

	return left > 0 ? left : 0;
}

static void
start_connecting(struct mail_smtp *m)
{
	size_t attempts = 2 * (m->server_count - m->server) - m->is_clear;
	struct why why = { "" };

	loop_timer_set(m->timer, left_ms(m) / (int64_t)attempts);
	if (smtp_link_open(&m->link, &m->servers[m->server], &why) == ST_OK)
		m->io = loop_io_new(m->link.fd, LOOP_WRITE, on_ready, m);
	else
		break_off(m, why.text);
}

static void
begin_mail(struct mail_smtp *m)
{
	loop_timer_set(m->timer, left_ms(m));
	if (m->is_sized)
		smtp_link_say(
		    &m->link, "MAIL FROM:<%s> SIZE=%zu\r\n", m->sender, m->message_len);
	else
		smtp_link_say(&m->link, "MAIL FROM:<%s>\r\n", m->sender);
}

static void
enter(struct mail_smtp *m, enum state next)
{
	struct smtp_link *link = &m->link;

	m->state = next;
	switch (next) {
	case SMTP_CONNECT:
		start_connecting(m);
		break;
	case SMTP_GREETING:
		break;
	case SMTP_EHLO:
		smtp_link_say(link, "EHLO %s\r\n", m->helo);
		break;
	case SMTP_HELO:
		smtp_link_say(link, "HELO %s\r\n", m->helo);
		break;
	case SMTP_STARTTLS:
		smtp_link_say(link, "STARTTLS\r\n");
		break;
	case SMTP_HANDSHAKE:
		shake_hands(m);
		break;
	case SMTP_MAIL:
		begin_mail(m);
		break;
	case SMTP_RCPT:
		smtp_link_say(link, "RCPT TO:<%s>\r\n", m->recipient);
		break;
	case SMTP_DATA:
		smtp_link_say(link, "DATA\r\n");
		break;
	case SMTP_MESSAGE:
		smtp_link_send(link, m->message.data, m->message.len);
		break;
	case SMTP_OVER:
		abort();
	}
}

/* --- life --------------------------------------------------------------------------------- */

/* RFC 5321, section 4.5.2: a dot before a line's own, and the line that is a dot. */
static void
add_stuffed(struct strbuf *out, const char *message, size_t len)
{
	const char *end = message + len, *line, *next;

	strbuf_reserve(out, len + 64);
	for (line = message; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next != NULL ? next + 1 : end;
		if (*line == '.')
			strbuf_addc(out, '.');
		strbuf_add(out, line, (size_t)(next - line));
	}
	strbuf_adds(out, ".\r\n");
}

static void
take_servers(struct mail_smtp *m, const struct mail_request *request)
{
	size_t i;

	m->servers = xcalloc(request->address_count, sizeof(m->servers[0]));
	for (i = 0; i < request->address_count; i++)
		if (request->guard == NULL ||
		    guard_allows(request->guard, &request->addresses[i]))
			m->servers[m->server_count++] =
			    (struct endpoint){ request->addresses[i],
				    (uint16_t)request->port };
}

static void
refuse(struct mail_smtp *m)
{
	const struct mail_answer answer = {
		.outcome = MAIL_TEMPORARY,
		.detail = "all addresses are refused ranges",
	};

	m->done(&answer, m->arg);
}

struct mail_smtp *
mail_smtp_start(const struct mail_request *request, mail_done_fn *done, void *arg)
{
	struct mail_smtp *m = xcalloc(1, sizeof(*m));

	m->link.fd = -1;
	m->done = done;
	m->arg = arg;
	m->deadline_at = loop_now_ms() + request->deadline_ms;
	m->timer = loop_timer_new(on_timer, m);
	if (request->host != NULL)
		m->name = *request->host;
	m->helo = xstrdup(request->helo);
	m->sender = xstrdup(request->sender);
	m->recipient = xstrdup(request->recipient);
	m->message_len = request->len;
	add_stuffed(&m->message, request->message, request->len);
	take_servers(m, request);
	if (m->server_count > 0)
		enter(m, SMTP_CONNECT);
	else
		refuse(m);
	return m;
}

void
mail_smtp_free(struct mail_smtp *m)
{
	if (m == NULL)
		return;
	hang_up(m);
	loop_timer_free(m->timer);
	free(m->servers);
	free(m->helo);
	free(m->sender);
	free(m->recipient);
	strbuf_clear(&m->message);
	free(m);
}
