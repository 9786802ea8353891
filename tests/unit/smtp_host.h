/*
 * An SMTP server for tests: a child process on a loopback address.  SPDX-License-Identifier: ISC
 *
 * It serves one connection after the other, always in the same way, and tells the test what it saw.
 */
#ifndef HOPSEAL_TESTS_UNIT_SMTP_HOST_H
#define HOPSEAL_TESTS_UNIT_SMTP_HOST_H

#include <openssl/ssl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "certs.h"

#define HOST_CHAIN_MAX 40

/* In place of a reply. */
#define SAYS_NOTHING NULL
#define HANGS_UP     ""
#define SAYS_ENDLESS "250-endless\r\n" /* again and again */

/* What follows the reply to STARTTLS. */
enum smtp_host_tls {
	HOST_TLS,
	HOST_TLS_SILENT,
	HOST_TLS_HANGUP,
	HOST_TLS_RAW,         /* other bytes, once the client has begun */
	HOST_TLS_NO_FAREWELL, /* TLS, but no reply to QUIT */
};

/* Replies with their line ends. */
struct smtp_host {
	const char *address; /* NULL: 127.0.0.1 */
	const char *banner, *ehlo, *starttls;
	bool is_drip; /* says it octet by octet */
	enum smtp_host_tls tls;
	const char *raw;
	size_t raw_len;
	/* Its own, then the rest of the chain; none: anonymous suites only. */
	const struct cert *certs[HOST_CHAIN_MAX];
	int tls_max;         /* 0: as OpenSSL will */
	const char *ciphers; /* NULL: all */

	pid_t pid;
	struct endpoint endpoint;
	int listener, report;
};

/* What it saw of one connection. */
struct smtp_host_report {
	char said[512]; /* by the client, before and in TLS */
	char sni[256], version[16];
	bool has_notified; /* the client has ended TLS */
};

/* --- the child ---------------------------------------------------------------- */

static SSL_CTX *
smtp_host_ctx(const struct smtp_host *h)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	const char *ciphers = h->ciphers != NULL ? h->ciphers : "ALL:@SECLEVEL=0";
	size_t i;

	cert_must(ctx != NULL);
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, h->tls_max);
	cert_must(SSL_CTX_set_cipher_list(ctx, ciphers) == 1);
	if (h->certs[0] == NULL)
		return ctx;
	cert_must(SSL_CTX_use_certificate(ctx, h->certs[0]->x509) == 1 &&
		  SSL_CTX_use_PrivateKey(ctx, h->certs[0]->key) == 1);
	for (i = 1; i < HOST_CHAIN_MAX && h->certs[i] != NULL; i++)
		cert_must(SSL_CTX_add1_chain_cert(ctx, h->certs[i]->x509) == 1);
	return ctx;
}

/* False: the connection is over. */
static bool
smtp_host_say(const struct smtp_host *h, int fd, const char *text)
{
	size_t i, len, step;

	if (text == SAYS_NOTHING)
		pause(); /* until the test has seen enough */
	len = strlen(text);
	step = h->is_drip ? 1 : len;
	for (i = 0; i < len; i += step)
		if (send(fd, text + i, step, MSG_NOSIGNAL) == -1)
			return false;
	while (strcmp(text, SAYS_ENDLESS) == 0)
		if (send(fd, text, len, MSG_NOSIGNAL) == -1)
			return false;
	return len > 0;
}

/* One line, to the end of what was said.  False: there was none. */
static bool
smtp_host_hear(int fd, struct smtp_host_report *report)
{
	size_t len = strlen(report->said);

	while (len < sizeof(report->said) - 1 && read(fd, report->said + len, 1) == 1)
		if (report->said[len++] == '\n')
			return true;
	return false;
}

static void
smtp_host_note_tls(SSL *ssl, struct smtp_host_report *report)
{
	const char *sni = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	size_t got, len = strlen(report->said);

	snprintf(report->sni, sizeof(report->sni), "%s", sni != NULL ? sni : "");
	snprintf(report->version, sizeof(report->version), "%s", SSL_get_version(ssl));
	if (SSL_read_ex(
		ssl, report->said + len, sizeof(report->said) - 1 - len, &got) == 1)
		report->said[len + got] = '\0';
}

static void
smtp_host_talk_tls(const struct smtp_host *h, int fd, struct smtp_host_report *report)
{
	SSL_CTX *ctx = smtp_host_ctx(h);
	SSL *ssl = SSL_new(ctx);
	size_t done;

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		smtp_host_note_tls(ssl, report);
		if (h->tls == HOST_TLS)
			SSL_write_ex(ssl, "221 bye\r\n", 9, &done);
		SSL_read_ex(ssl, &(char){ 0 }, 1, &done);
		report->has_notified =
		    (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

/* The client's first bytes, and then something else, or the end. */
static void
smtp_host_talk_raw(const struct smtp_host *h, int fd)
{
	char hello[2048];

	if (read(fd, hello, sizeof(hello)) > 0 && h->tls == HOST_TLS_RAW)
		cert_must(send(fd, h->raw, h->raw_len, 0) == (ssize_t)h->raw_len);
}

static void
smtp_host_talk(const struct smtp_host *h, int fd, struct smtp_host_report *report)
{
	if (!smtp_host_say(h, fd, h->banner) || !smtp_host_hear(fd, report) ||
	    !smtp_host_say(h, fd, h->ehlo) || !smtp_host_hear(fd, report) ||
	    !smtp_host_say(h, fd, h->starttls))
		return;
	switch (h->tls) {
	case HOST_TLS:
	case HOST_TLS_NO_FAREWELL:
		smtp_host_talk_tls(h, fd, report);
		break;
	case HOST_TLS_SILENT:
		pause();
		break;
	case HOST_TLS_HANGUP:
	case HOST_TLS_RAW:
		smtp_host_talk_raw(h, fd);
		break;
	}
}

static void
smtp_host_serve(const struct smtp_host *h)
{
	struct smtp_host_report report = { .said = "" };
	int fd = accept(h->listener, NULL, NULL);

	if (fd == -1)
		return;
	smtp_host_talk(h, fd, &report);
	if (write(h->report, &report, sizeof(report)) != sizeof(report))
		_exit(1);
	shutdown(fd, SHUT_WR);
	while (read(fd, &(char){ 0 }, 1) > 0) /* or a reset destroys what was sent */
		continue;
	close(fd);
}

/* --- the test's side ---------------------------------------------------------- */

/* A listening socket on a free port; -1: the address cannot be had. */
static int
smtp_host_listen(const char *address, int backlog, struct endpoint *endpoint)
{
	struct sockaddr_storage sa;
	socklen_t len;
	int fd;

	*endpoint = (struct endpoint){ .port = 0 };
	cert_must(address_parse(address, strlen(address), &endpoint->address) == ST_OK);
	len = endpoint_to_sockaddr(endpoint, &sa);
	fd = socket(sa.ss_family, SOCK_STREAM, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sa, len) == -1) {
		close(fd);
		return -1;
	}
	cert_must(listen(fd, backlog) == 0 &&
		  getsockname(fd, (struct sockaddr *)&sa, &len) == 0 &&
		  endpoint_from_sockaddr((struct sockaddr *)&sa, endpoint));
	return fd;
}

/* False: the address cannot be had. */
static bool
smtp_host_start(struct smtp_host *h)
{
	const char *address = h->address != NULL ? h->address : "127.0.0.1";
	int fds[2];

	h->listener = smtp_host_listen(address, 16, &h->endpoint);
	if (h->listener == -1)
		return false;
	cert_must(pipe(fds) == 0);
	h->pid = fork();
	cert_must(h->pid != -1);
	if (h->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		h->report = fds[1];
		for (;;)
			smtp_host_serve(h);
	}
	close(fds[1]);
	h->report = fds[0];
	return true;
}

/* The next connection's report; waits for it. */
static bool
smtp_host_saw(struct smtp_host *h, struct smtp_host_report *report)
{
	return read(h->report, report, sizeof(*report)) == sizeof(*report);
}

static void
smtp_host_stop(struct smtp_host *h)
{
	kill(h->pid, SIGKILL);
	waitpid(h->pid, NULL, 0);
	close(h->listener);
	close(h->report);
}

#endif
