/* SPDX-License-Identifier: ISC */
#include "net/smtp_probe.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/loop.h"
#include "net/reach.h"
#include "net/smtp_link.h"

/* How long a server may take to answer QUIT. */
#define QUIT_MS 1000

enum state {
	PROBE_CONNECT,
	PROBE_BANNER,
	PROBE_EHLO,      /* sent */
	PROBE_STARTTLS,  /* sent */
	PROBE_HANDSHAKE, /* under way */
	PROBE_QUIT,      /* sent; all is known */
};

struct smtp_probe {
	enum state state;
	struct smtp_link link;
	struct loop_io *io; /* NULL: nothing is awaited any more */
	struct loop_timer *deadline;
	int64_t deadline_at;
	struct endpoint server;
	struct domain sni;
	char name[HELO_MAX + 1]; /* ours */
	/* What is told. */
	enum event_tls seen;
	bool is_unroutable;
	char detail[REASON_CODE_MAX + 1];
	char helo[HELO_MAX + 1];
	smtp_probe_done_fn *done;
	void *arg;
};

static void enter(struct smtp_probe *p, enum state next);
static void tell(void *arg);

static void
release(struct smtp_probe *p)
{
	loop_deferred_cancel(tell, p);
	loop_timer_free(p->deadline);
	loop_io_free(p->io);
	smtp_link_close(&p->link);
	free(p);
}

/* --- the end ---------------------------------------------------------------------------- */

static void
tell(void *arg)
{
	struct smtp_probe *p = arg;
	const struct tls_client *tls = p->seen == TLS_UP ? p->link.tls : NULL;
	struct smtp_probe_answer answer = {
		.tls = p->seen,
		.is_unroutable = p->is_unroutable,
		.detail = p->detail,
		.helo = p->helo,
		.version = tls != NULL ? tls_client_version(tls) : "",
		.cipher = tls != NULL ? tls_client_cipher(tls) : "",
		.chain = tls != NULL ? tls_client_chain(tls) : NULL,
	};

	p->done(&answer, p->arg);
	release(p);
}

/* Told in the next turn, when the start has returned and nobody on the way here looks at the probe any more. */
static void
finish(struct smtp_probe *p)
{
	loop_timer_stop(p->deadline);
	loop_io_free(p->io);
	p->io = NULL;
	loop_defer(tell, p);
}

/* What goes on in each state, and what it means when nothing comes of it. */
static const struct {
	const char *word;
	enum event_tls seen;
} states[] = {
	[PROBE_CONNECT] = { "connect", TLS_UNKNOWN },
	[PROBE_BANNER] = { "greeting", TLS_UNKNOWN },
	[PROBE_EHLO] = { "EHLO", TLS_UNKNOWN },
	[PROBE_STARTTLS] = { "STARTTLS", TLS_UNKNOWN },
	[PROBE_HANDSHAKE] = { "TLS handshake", TLS_FAILED },
};

static void
note(struct smtp_probe *p, enum event_tls seen, const char *detail)
{
	p->seen = seen;
	snprintf(p->detail, sizeof(p->detail), "%s", detail);
}

/* It ends where it stands. */
static void
note_break(struct smtp_probe *p, const char *fault)
{
	note(p, states[p->state].seen, "");
	snprintf(p->detail, sizeof(p->detail), "%s: %s", states[p->state].word, fault);
}

static void
break_off(struct smtp_probe *p, const char *fault)
{
	note_break(p, fault);
	finish(p);
}

static void
on_deadline(void *arg)
{
	struct smtp_probe *p = arg;

	if (p->state != PROBE_QUIT)
		note_break(p, "timed out");
	finish(p);
}

/* --- replies ---------------------------------------------------------------------------- */

/* The first line of the reply, its code in front. */
static void
note_reply(struct smtp_probe *p, enum event_tls seen)
{
	const char *text = p->link.in.data;

	event_text_clean(p->detail, sizeof(p->detail), text, strcspn(text, "\r\n"));
	p->seen = seen;
}

/* A refusal; 421 is no answer to what was asked: the server goes away (RFC 5321, 3.8). */
static void
take_refusal(struct smtp_probe *p, enum event_tls seen)
{
	note_reply(p, p->link.reply.code == 421 ? TLS_UNKNOWN : seen);
	enter(p, PROBE_QUIT);
}

static void
on_banner(struct smtp_probe *p)
{
	if (p->link.reply.code == 220)
		enter(p, PROBE_EHLO);
	else
		take_refusal(p, TLS_UNKNOWN);
}

static void
take_greeting(struct smtp_probe *p)
{
	const struct smtp_reply *reply = &p->link.reply;
	const char *text = p->link.in.data;
	struct smtp_line word = smtp_reply_word(reply, text);

	event_text_clean(p->helo, sizeof(p->helo), word.text, word.len);
	if (smtp_reply_offers(reply, text, "STARTTLS")) {
		enter(p, PROBE_STARTTLS);
		return;
	}
	note(p, TLS_NOT_OFFERED, "no STARTTLS in the EHLO reply");
	enter(p, PROBE_QUIT);
}

static void
on_ehlo(struct smtp_probe *p)
{
	unsigned code = p->link.reply.code;

	if (code == 250)
		take_greeting(p);
	else if (code / 10 == 50) /* no ESMTP (RFC 5321, 4.2.1: syntax) */
		take_refusal(p, TLS_NOT_OFFERED);
	else
		take_refusal(p, TLS_UNKNOWN);
}

static void
on_starttls(struct smtp_probe *p)
{
	if (p->link.reply.code != 220) {
		take_refusal(p, TLS_REFUSED);
	} else if (smtp_link_has_more(&p->link)) {
		note(p, TLS_FAILED, "text behind the reply to STARTTLS");
		finish(p);
	} else {
		enter(p, PROBE_HANDSHAKE);
	}
}

static void
take_reply(struct smtp_probe *p)
{
	switch (p->state) {
	case PROBE_BANNER:
		on_banner(p);
		break;
	case PROBE_EHLO:
		on_ehlo(p);
		break;
	case PROBE_STARTTLS:
		on_starttls(p);
		break;
	case PROBE_CONNECT:
	case PROBE_HANDSHAKE:
	case PROBE_QUIT:
		abort();
	}
}

/* Not SMTP, or endless: an answer to STARTTLS that is not 220 all the same. */
static void
take_nonsense(struct smtp_probe *p, const char *fault)
{
	note_break(p, fault);
	if (p->state == PROBE_STARTTLS)
		p->seen = TLS_REFUSED;
	finish(p);
}

static void
talk(struct smtp_probe *p)
{
	struct why why = { "" };
	enum status rc = smtp_link_talk(&p->link, &why);

	if (rc == ST_OK)
		take_reply(p);
	else if (rc == ST_SYNTAX || rc == ST_TOO_BIG)
		take_nonsense(p, why.text);
	else if (rc != ST_MORE)
		break_off(p, why.text);
}

/* --- the other steps ------------------------------------------------------------------------ */

static void
break_off_unconnected(struct smtp_probe *p, const char *fault)
{
	p->is_unroutable = reach_was_impossible(&p->server.address, p->link.error);
	break_off(p, fault);
}

static void
on_connected(struct smtp_probe *p)
{
	struct why why = { "" };

	if (smtp_link_connected(&p->link, &why) == ST_OK)
		enter(p, PROBE_BANNER);
	else
		break_off_unconnected(p, why.text);
}

static void
shake_hands(struct smtp_probe *p)
{
	struct why why = { "" };
	enum status rc = smtp_link_shake_hands(&p->link, &p->sni, &why);

	if (rc == ST_OK) {
		note(p, TLS_UP, "");
		enter(p, PROBE_QUIT);
	} else if (rc != ST_MORE) {
		note(p, TLS_FAILED, why.text);
		finish(p);
	}
}

/* Whatever comes, it is time to go. */
static void
on_farewell(struct smtp_probe *p)
{
	if (smtp_link_talk(&p->link, NULL) != ST_MORE)
		finish(p);
}

static void
on_ready(int fd UNUSED, int events UNUSED, void *arg)
{
	struct smtp_probe *p = arg;

	switch (p->state) {
	case PROBE_CONNECT:
		on_connected(p);
		break;
	case PROBE_BANNER:
	case PROBE_EHLO:
	case PROBE_STARTTLS:
		talk(p);
		break;
	case PROBE_HANDSHAKE:
		shake_hands(p);
		break;
	case PROBE_QUIT:
		on_farewell(p);
		break;
	}
	if (p->io != NULL)
		loop_io_want(p->io, smtp_link_wants(&p->link));
}

static void
say_goodbye(struct smtp_probe *p)
{
	int64_t left = p->deadline_at - loop_now_ms();

	loop_timer_set(p->deadline, left < QUIT_MS ? left : QUIT_MS);
	smtp_link_say(&p->link, "QUIT\r\n");
}

static void
start_connecting(struct smtp_probe *p)
{
	struct why why = { "" };

	if (smtp_link_open(&p->link, &p->server, &why) == ST_OK)
		p->io = loop_io_new(p->link.fd, LOOP_WRITE, on_ready, p);
	else
		break_off_unconnected(p, why.text);
}

static void
enter(struct smtp_probe *p, enum state next)
{
	p->state = next;
	switch (next) {
	case PROBE_CONNECT:
		start_connecting(p);
		break;
	case PROBE_BANNER:
		break;
	case PROBE_EHLO:
		smtp_link_say(&p->link, "EHLO %s\r\n", p->name);
		break;
	case PROBE_STARTTLS:
		smtp_link_say(&p->link, "STARTTLS\r\n");
		break;
	case PROBE_HANDSHAKE:
		shake_hands(p);
		break;
	case PROBE_QUIT:
		say_goodbye(p);
		break;
	}
}

/* A server may refuse an EHLO without a name, and Postfix does. */
static void
set_name(struct smtp_probe *p, const char *helo)
{
	snprintf(p->name, sizeof(p->name), "%s", helo);
	if (helo[0] == '\0' && gethostname(p->name, sizeof(p->name) - 1) == -1)
		snprintf(p->name, sizeof(p->name), "localhost");
}

struct smtp_probe *
smtp_probe_start(
    const struct smtp_probe_request *request, smtp_probe_done_fn *done, void *arg)
{
	struct smtp_probe *p = xcalloc(1, sizeof(*p));

	p->link.fd = -1;
	p->link.keys = request->keys;
	p->server = (struct endpoint){ request->address, (uint16_t)request->port };
	p->sni = *request->sni;
	set_name(p, request->helo);
	p->done = done;
	p->arg = arg;
	p->deadline_at = loop_now_ms() + request->deadline_ms;
	p->deadline = loop_timer_new(on_deadline, p);
	loop_timer_set(p->deadline, request->deadline_ms);
	enter(p, PROBE_CONNECT);
	return p;
}

void
smtp_probe_cancel(struct smtp_probe *p)
{
	if (p != NULL)
		release(p);
}
