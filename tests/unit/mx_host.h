/*
 * An MX host for tests that goes wrong where it is told to: a child process on a loopback address.
 * SPDX-License-Identifier: ISC
 *
 * It serves one connection after the other, always in the same way, and tells the test what it saw.
 */
#ifndef HOPSEAL_TESTS_UNIT_MX_HOST_H
#define HOPSEAL_TESTS_UNIT_MX_HOST_H

#include <openssl/ssl.h>
#include <poll.h>

#include "certs.h"
#include "host_child.h"
#include "run_loop.h"

#define HOST_CHAIN_MAX 40

/* In place of a reply. */
#define SAYS_NOTHING NULL
#define HANGS_UP     ""
#define SAYS_ENDLESS "250-endless\r\n" /* again and again */

/* What follows the reply to STARTTLS. */
enum mx_host_tls {
	HOST_TLS,
	HOST_TLS_SILENT,
	HOST_TLS_HANGUP,
	HOST_TLS_RAW,         /* other bytes, once the client has begun */
	HOST_TLS_NO_FAREWELL, /* TLS, but no reply to QUIT */
};

struct mx_host {
	const char *address;                  /* NULL: 127.0.0.1 */
	const char *banner, *ehlo, *starttls; /* replies with their line ends */
	bool is_drip;                         /* says it octet by octet */
	enum mx_host_tls tls;
	const char *raw;
	size_t raw_len;
	/* Its own, then the rest of the chain; none: anonymous suites only. */
	const struct cert *certs[HOST_CHAIN_MAX];
	int tls_max;         /* 0: as OpenSSL will */
	const char *ciphers; /* NULL: all */

	struct host_child child;
};

/* What it saw of one connection. */
struct mx_host_report {
	char said[512]; /* by the client, before and in TLS */
	char sni[256];
	bool has_notified; /* the client has ended TLS */
};

/* --- the child ---------------------------------------------------------------- */

static SSL_CTX *
mx_host_ctx(const struct mx_host *h)
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
mx_host_say(const struct mx_host *h, int fd, const char *text)
{
	size_t i, len, step;

	if (text == SAYS_NOTHING)
		pause(); /* until the test has seen enough */
	len = strlen(text);
	step = h->is_drip ? 1 : len;
	for (i = 0; i < len; i += step)
		if (write(fd, text + i, step) == -1)
			return false;
	while (strcmp(text, SAYS_ENDLESS) == 0)
		if (write(fd, text, len) == -1)
			return false;
	return len > 0;
}

/* One line, to the end of what was said.  False: there was none. */
static bool
mx_host_hear(int fd, struct mx_host_report *report)
{
	size_t len = strlen(report->said);

	while (len < sizeof(report->said) - 1 && read(fd, report->said + len, 1) == 1)
		if (report->said[len++] == '\n')
			return true;
	return false;
}

static void
mx_host_talk_in_tls(const struct mx_host *h, SSL *ssl, struct mx_host_report *report)
{
	const char *sni = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	size_t len = strlen(report->said), done;

	snprintf(report->sni, sizeof(report->sni), "%s", sni != NULL ? sni : "");
	SSL_read_ex(ssl, report->said + len, sizeof(report->said) - 1 - len, &done);
	if (h->tls != HOST_TLS_NO_FAREWELL)
		SSL_write_ex(ssl, "221 bye\r\n", 9, &done);
	SSL_read_ex(ssl, &(char){ 0 }, 1, &done);
	report->has_notified = (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

static void
mx_host_start_tls(const struct mx_host *h, int fd, struct mx_host_report *report)
{
	SSL_CTX *ctx = mx_host_ctx(h);
	SSL *ssl = SSL_new(ctx);

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1)
		mx_host_talk_in_tls(h, ssl, report);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

/* The client's first bytes, and then something else, or the end. */
static void
mx_host_answer_raw(const struct mx_host *h, int fd)
{
	char hello[2048];

	if (read(fd, hello, sizeof(hello)) > 0 && h->tls == HOST_TLS_RAW)
		cert_must(write(fd, h->raw, h->raw_len) == (ssize_t)h->raw_len);
}

static void
mx_host_talk(const struct mx_host *h, int fd, struct mx_host_report *report)
{
	if (!mx_host_say(h, fd, h->banner) || !mx_host_hear(fd, report) ||
	    !mx_host_say(h, fd, h->ehlo) || !mx_host_hear(fd, report) ||
	    !mx_host_say(h, fd, h->starttls))
		return;
	switch (h->tls) {
	case HOST_TLS:
	case HOST_TLS_NO_FAREWELL:
		mx_host_start_tls(h, fd, report);
		break;
	case HOST_TLS_SILENT:
		pause();
		break;
	case HOST_TLS_HANGUP:
	case HOST_TLS_RAW:
		mx_host_answer_raw(h, fd);
		break;
	}
}

static void
mx_host_serve(const void *host, int fd)
{
	const struct mx_host *h = host;
	struct mx_host_report report = { .said = "" };

	mx_host_talk(h, fd, &report);
	host_child_report(&h->child, &report, sizeof(report));
}

/* --- the test's side ---------------------------------------------------------- */

/* False: the address cannot be had. */
static bool
mx_host_start(struct mx_host *h)
{
	const char *address = h->address != NULL ? h->address : "127.0.0.1";

	return host_child_start(&h->child, address, 0, mx_host_serve, h);
}

/* The next connection's report; waits for it.  False: the host still waits for the client to leave, or is gone. */
static bool
mx_host_saw(struct mx_host *h, struct mx_host_report *report)
{
	struct pollfd ready = { .fd = h->child.report, .events = POLLIN };

	return poll(&ready, 1, GIVE_UP_S * 1000) == 1 &&
	       read(h->child.report, report, sizeof(*report)) == sizeof(*report);
}

static void
mx_host_stop(struct mx_host *h)
{
	host_child_stop(&h->child);
}

#endif
