/*
 * A server for outgoing mail, for tests: a child process on a loopback address.  SPDX-License-Identifier: ISC
 *
 * It serves one connection after the other, always in the same way, and hands on all that it hears.
 */
#ifndef HOPSEAL_TESTS_UNIT_MAIL_HOST_H
#define HOPSEAL_TESTS_UNIT_MAIL_HOST_H

#include <openssl/ssl.h>
#include <strings.h>

#include "base/strbuf.h"
#include "certs.h"
#include "host_child.h"

/* Instead of a reply. */
#define MAIL_HOST_DROPS  "drop"  /* close */
#define MAIL_HOST_STALLS "stall" /* say nothing any more */

/* Replies with CRLF; NULL: the usual one. */
struct mail_host {
	const char *address;
	uint16_t port; /* 0: one that is free, which stands here then */
	const char *greeting, *ehlo, *helo, *starttls, *mail, *rcpt, *data, *end;
	const struct cert *cert; /* NULL: no handshake after STARTTLS, but garbage */
	bool is_rude; /* replies to the message's end before it has been read */

	struct host_child child;
	struct strbuf heard;
};

struct smtp_session {
	const struct mail_host *host;
	int fd;
	SSL *ssl;
};

/* --- the child ---------------------------------------------------------------- */

static bool
session_read(struct smtp_session *s, char *c)
{
	size_t n;

	return s->ssl != NULL ? SSL_read_ex(s->ssl, c, 1, &n) == 1
			      : read(s->fd, c, 1) == 1;
}

/* False: the session is over. */
static bool
session_say(struct smtp_session *s, const char *reply)
{
	size_t n = strlen(reply);

	if (strcmp(reply, MAIL_HOST_STALLS) == 0)
		pause();
	if (strcmp(reply, MAIL_HOST_DROPS) == 0)
		return false;
	return s->ssl != NULL ? SSL_write_ex(s->ssl, reply, n, &n) == 1
			      : write(s->fd, reply, n) == (ssize_t)n;
}

static void
session_report(const struct smtp_session *s, const char *text, size_t len)
{
	host_child_report(&s->host->child, text, len);
}

/* A line with its end, told to the test. */
static bool
session_hear(struct smtp_session *s, struct strbuf *line)
{
	char c;

	strbuf_reset(line);
	while (session_read(s, &c)) {
		strbuf_addc(line, c);
		if (c == '\n') {
			session_report(s, line->data, line->len);
			return true;
		}
	}
	return false;
}

static bool
session_start_tls(struct smtp_session *s)
{
	SSL_CTX *ctx;

	if (s->host->cert == NULL)
		return write(s->fd, "garbage\r\n", 9) == 9;
	ctx = SSL_CTX_new(TLS_server_method());
	cert_must(SSL_CTX_use_certificate(ctx, s->host->cert->x509) == 1 &&
		  SSL_CTX_use_PrivateKey(ctx, s->host->cert->key) == 1);
	s->ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	SSL_set_fd(s->ssl, s->fd);
	if (SSL_accept(s->ssl) != 1)
		return false;
	session_report(s, "(TLS)\n", 6);
	return true;
}

static const char *
reply_or(const char *reply, const char *usual)
{
	return reply != NULL ? reply : usual;
}

static bool
is_command(const struct strbuf *line, const char *command)
{
	return strncasecmp(strbuf_str(line), command, strlen(command)) == 0;
}

static bool
session_take_message(struct smtp_session *s, struct strbuf *line)
{
	const struct mail_host *h = s->host;

	if (!session_say(s, reply_or(h->data, "354 go on\r\n")))
		return false;
	if (h->data != NULL && h->data[0] != '3')
		return true;
	if (h->is_rude) {
		session_say(s, h->end);
		pause();
	}
	while (session_hear(s, line))
		if (strcmp(line->data, ".\r\n") == 0)
			return session_say(s, reply_or(h->end, "250 2.0.0 kept\r\n"));
	return false;
}

/* One command; false: the session is over. */
static bool
session_serve(struct smtp_session *s, struct strbuf *line)
{
	const struct mail_host *h = s->host;
	const char *ehlo =
	    s->ssl != NULL ? "250-here\r\n250 SIZE 1000000\r\n" : "250 here\r\n";

	if (is_command(line, "EHLO"))
		return session_say(s, reply_or(s->ssl == NULL ? h->ehlo : NULL, ehlo));
	if (is_command(line, "HELO"))
		return session_say(s, reply_or(h->helo, "250 here\r\n"));
	if (is_command(line, "STARTTLS"))
		return session_say(s, reply_or(h->starttls, "220 go on\r\n")) &&
		       ((h->starttls != NULL && h->starttls[0] != '2') ||
			   session_start_tls(s));
	if (is_command(line, "MAIL"))
		return session_say(s, reply_or(h->mail, "250 fine\r\n"));
	if (is_command(line, "RCPT"))
		return session_say(s, reply_or(h->rcpt, "250 fine\r\n"));
	if (is_command(line, "DATA"))
		return session_take_message(s, line);
	return false;
}

static void
mail_host_serve(const void *host, int fd)
{
	const struct mail_host *h = host;
	struct smtp_session s = { h, fd, NULL };
	struct strbuf line = STRBUF_INIT;

	if (session_say(&s, reply_or(h->greeting, "220 hello\r\n")))
		while (session_hear(&s, &line) && session_serve(&s, &line))
			continue;
	session_report(&s, "(end)\n", 6);
	strbuf_clear(&line);
	SSL_free(s.ssl);
}

/* --- the test's side ---------------------------------------------------------- */

static void
mail_host_start(struct mail_host *h)
{
	cert_must(host_child_start(&h->child, h->address, h->port, mail_host_serve, h));
	h->port = h->child.endpoint.port;
	fcntl(h->child.report, F_SETFL, O_NONBLOCK);
}

/* All that it has heard so far; "(TLS)" and "(end)" on lines of their own. */
static const char *
mail_host_heard(struct mail_host *h)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(h->child.report, chunk, sizeof(chunk))) > 0)
		strbuf_add(&h->heard, chunk, (size_t)n);
	return strbuf_str(&h->heard);
}

static void
mail_host_stop(struct mail_host *h)
{
	host_child_stop(&h->child);
	strbuf_clear(&h->heard);
}

#endif
