/* SPDX-License-Identifier: ISC */
#include "net/smtp_probe.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "base/mem.h"
#include "net/loop.h"
#include "net/tls_client.h"
#include "wire/smtp_reply.h"

#define READ_MAX 4096 /* at once */

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
	int fd; /* -1: none */
	struct loop_io *io;
	struct loop_timer *deadline;
	int64_t deadline_at;
	struct endpoint server;
	struct domain sni;
	char name[HELO_MAX + 1]; /* ours */
	struct strbuf in;
	struct smtp_reply reply; /* at the beginning of in */
	struct tls_client *tls;  /* from HANDSHAKE on */
	/* What is told. */
	enum event_tls seen;
	char detail[REASON_CODE_MAX + 1];
	char helo[HELO_MAX + 1];
	smtp_probe_done_fn *done;
	void *arg;
};

static void enter(struct smtp_probe *p, enum state next);
static void finish(void *arg);

static void
release(struct smtp_probe *p)
{
	loop_deferred_cancel(finish, p);
	loop_timer_free(p->deadline);
	loop_io_free(p->io);
	tls_client_free(p->tls);
	if (p->fd != -1)
		close(p->fd);
	strbuf_clear(&p->in);
	free(p);
}

/* --- the end ---------------------------------------------------------------------------- */

static void
finish(void *arg)
{
	struct smtp_probe *p = arg;
	bool is_up = p->seen == TLS_UP;
	struct smtp_probe_answer answer = {
		.tls = p->seen,
		.detail = p->detail,
		.helo = p->helo,
		.version = is_up ? tls_client_version(p->tls) : "",
		.cipher = is_up ? tls_client_cipher(p->tls) : "",
		.chain = is_up ? tls_client_chain(p->tls) : NULL,
	};

	p->done(&answer, p->arg);
	release(p);
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
	event_text_clean(
	    p->detail, sizeof(p->detail), p->in.data, strcspn(p->in.data, "\r\n"));
	p->seen = seen;
}

/* A refusal; 421 is no answer to what was asked: the server goes away (RFC 5321, 3.8). */
static void
take_refusal(struct smtp_probe *p, enum event_tls seen)
{
	note_reply(p, p->reply.code == 421 ? TLS_UNKNOWN : seen);
	enter(p, PROBE_QUIT);
}

static void
on_banner(struct smtp_probe *p)
{
	if (p->reply.code == 220)
		enter(p, PROBE_EHLO);
	else
		take_refusal(p, TLS_UNKNOWN);
}

static void
take_greeting(struct smtp_probe *p)
{
	struct smtp_line word = smtp_reply_word(&p->reply, p->in.data);

	event_text_clean(p->helo, sizeof(p->helo), word.text, word.len);
	if (smtp_reply_offers(&p->reply, p->in.data, "STARTTLS")) {
		enter(p, PROBE_STARTTLS);
		return;
	}
	note(p, TLS_NOT_OFFERED, "no STARTTLS in the EHLO reply");
	enter(p, PROBE_QUIT);
}

static void
on_ehlo(struct smtp_probe *p)
{
	if (p->reply.code == 250)
		take_greeting(p);
	else if (p->reply.code / 10 == 50) /* no ESMTP (RFC 5321, 4.2.1: syntax) */
		take_refusal(p, TLS_NOT_OFFERED);
	else
		take_refusal(p, TLS_UNKNOWN);
}

static void
on_starttls(struct smtp_probe *p)
{
	if (p->reply.code != 220) {
		take_refusal(p, TLS_REFUSED);
	} else if (p->in.len > p->reply.len) {
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
read_reply(struct smtp_probe *p)
{
	enum status rc = smtp_reply_read(&p->reply, p->in.data, p->in.len);

	if (rc == ST_OK)
		take_reply(p);
	else if (rc == ST_TOO_BIG)
		take_nonsense(p, "endless reply");
	else if (rc != ST_MORE)
		take_nonsense(p, "not SMTP");
}

static void
on_readable(struct smtp_probe *p)
{
	char chunk[READ_MAX];
	ssize_t n = recv(p->fd, chunk, sizeof(chunk), 0);

	if (n > 0) {
		strbuf_add(&p->in, chunk, (size_t)n);
		read_reply(p);
	} else if (n == 0) {
		break_off(p, "connection closed");
	} else if (errno != EAGAIN && errno != EINTR) {
		break_off(p, strerror(errno));
	}
}

/* --- the other steps ------------------------------------------------------------------------ */

static void
on_connected(struct smtp_probe *p)
{
	int error = 0;
	socklen_t len = sizeof(error);

	getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error != 0)
		break_off(p, strerror(error));
	else
		enter(p, PROBE_BANNER);
}

static void
shake_hands(struct smtp_probe *p)
{
	switch (tls_client_shake_hands(p->tls)) {
	case TLS_STEP_READ:
		loop_io_want(p->io, LOOP_READ);
		break;
	case TLS_STEP_WRITE:
		loop_io_want(p->io, LOOP_WRITE);
		break;
	case TLS_STEP_UP:
		note(p, TLS_UP, "");
		enter(p, PROBE_QUIT);
		break;
	case TLS_STEP_FAILED:
		note(p, TLS_FAILED, tls_client_fault(p->tls));
		finish(p);
		break;
	}
}

/* Whatever comes, it is time to go. */
static void
on_farewell(struct smtp_probe *p)
{
	if (p->tls == NULL || tls_client_has_heard(p->tls))
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
		on_readable(p);
		break;
	case PROBE_HANDSHAKE:
		shake_hands(p);
		break;
	case PROBE_QUIT:
		on_farewell(p);
		break;
	}
}

/* Ready for the next reply.  A few octets always have room in an idle socket; if the server is gone, reading tells. */
static void
say(struct smtp_probe *p, const char *command, const char *argument)
{
	char line[HELO_MAX + sizeof("EHLO \r\n")];
	int len = snprintf(line, sizeof(line), "%s%s\r\n", command, argument);

	strbuf_consume(&p->in, p->reply.len);
	p->reply = (struct smtp_reply){ 0 };
	send(p->fd, line, (size_t)len, MSG_NOSIGNAL);
}

static void
say_goodbye(struct smtp_probe *p)
{
	int64_t left = p->deadline_at - loop_now_ms();

	loop_io_want(p->io, LOOP_READ);
	loop_timer_set(p->deadline, left < QUIT_MS ? left : QUIT_MS);
	if (p->tls != NULL)
		tls_client_say(p->tls, "QUIT\r\n");
	else
		say(p, "QUIT", "");
}

static void
start_connecting(struct smtp_probe *p)
{
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(&p->server, &sa);

	p->fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd != -1 && (connect(p->fd, (struct sockaddr *)&sa, len) == 0 ||
			       errno == EINPROGRESS)) {
		p->io = loop_io_new(p->fd, LOOP_WRITE, on_ready, p);
		return;
	}
	note_break(p, strerror(errno));
	loop_defer(finish, p);
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
		loop_io_want(p->io, LOOP_READ);
		break;
	case PROBE_EHLO:
		say(p, "EHLO ", p->name);
		break;
	case PROBE_STARTTLS:
		say(p, "STARTTLS", "");
		break;
	case PROBE_HANDSHAKE:
		p->tls = tls_client_new(p->fd, &p->sni);
		shake_hands(p);
		break;
	case PROBE_QUIT:
		say_goodbye(p);
		break;
	}
}

struct smtp_probe *
smtp_probe_start(
    const struct smtp_probe_request *request, smtp_probe_done_fn *done, void *arg)
{
	struct smtp_probe *p = xcalloc(1, sizeof(*p));

	p->server = (struct endpoint){ request->address, (uint16_t)request->port };
	p->sni = *request->sni;
	snprintf(p->name, sizeof(p->name), "%s", request->helo);
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
