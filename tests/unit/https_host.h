/*
 * A policy host, or an endpoint for reports, for tests: a child process with TLS on a loopback address.
 * SPDX-License-Identifier: ISC
 *
 * It serves one connection after the other, always in the same way, and tells the test what it saw.
 */
#ifndef HOPSEAL_TESTS_UNIT_HTTPS_HOST_H
#define HOPSEAL_TESTS_UNIT_HTTPS_HOST_H

#include <openssl/ssl.h>

#include "base/strbuf.h"
#include "certs.h"
#include "host_child.h"

enum host_framing {
	FRAME_LENGTH,  /* Content-Length */
	FRAME_CHUNKED, /* one chunk, and the end */
	FRAME_CLOSE,   /* until the end of TLS */
	FRAME_RAW,     /* the head is all there is */
};

enum host_fault {
	FAULT_NONE,
	FAULT_SHORT,     /* less than promised, then close_notify */
	FAULT_NO_NOTIFY, /* no close_notify */
	FAULT_HANGUP,    /* closes before TLS */
	FAULT_NO_TLS,    /* answers at once, without TLS */
	FAULT_DUMB,      /* closes after the request */
	FAULT_STALL,     /* never answers the request */
	FAULT_DRIP,      /* one octet of the body, and no more */
	FAULT_HEADERS,   /* headers without end */
	FAULT_ENDLESS,   /* a body without end */
};

struct host {
	const char *address;
	uint16_t port; /* 0: 443 */
	const struct cert *cert;
	const char *head; /* status line and headers, each with CRLF */
	const char *body; /* NULL: body_len times "x" */
	size_t body_len;
	enum host_framing framing;
	enum host_fault fault;
	int tls_max; /* 0: as OpenSSL will */

	struct host_child child;
};

/* What it saw of one connection. */
struct host_report {
	char sni[256], version[16], request[2048]; /* up to the empty line */
	size_t body_len;
	uint8_t body_sum[32]; /* SHA-256 */
};

/* --- the child ---------------------------------------------------------------- */

static SSL_CTX *
host_ctx(const struct host *h)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	cert_must(ctx != NULL && SSL_CTX_use_certificate(ctx, h->cert->x509) == 1 &&
		  SSL_CTX_use_PrivateKey(ctx, h->cert->key) == 1);
	if (h->tls_max != 0) {
		SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
		SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(ctx, h->tls_max);
	}
	return ctx;
}

static void
host_send(SSL *ssl, const void *bytes, size_t len)
{
	size_t sent;

	if (len > 0)
		SSL_write_ex(ssl, bytes, len, &sent);
}

static void
host_add_body(const struct host *h, struct strbuf *out)
{
	size_t i, len = h->fault == FAULT_SHORT ? h->body_len / 2 : h->body_len;

	if (h->fault == FAULT_DRIP)
		len = 1;
	if (h->body != NULL)
		strbuf_add(out, h->body, len);
	else
		for (i = 0; i < len; i++)
			strbuf_addc(out, 'x');
}

static void
host_reply(const struct host *h, SSL *ssl)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_adds(&out, h->head);
	if (h->framing == FRAME_LENGTH)
		strbuf_addf(&out, "Content-Length: %zu\r\n\r\n", h->body_len);
	else if (h->framing == FRAME_CHUNKED)
		strbuf_addf(
		    &out, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", h->body_len);
	else if (h->framing == FRAME_CLOSE)
		strbuf_adds(&out, "\r\n");
	if (h->framing != FRAME_RAW)
		host_add_body(h, &out);
	if (h->framing == FRAME_CHUNKED && h->fault == FAULT_NONE)
		strbuf_adds(&out, "\r\n0\r\n\r\n");
	host_send(ssl, out.data, out.len);
	strbuf_clear(&out);
}

/* Until the empty line, or the end; never more, since what follows is the body. */
static void
host_read_head(SSL *ssl, struct host_report *report)
{
	size_t got = 0, n;

	while (got < sizeof(report->request) - 1 &&
	       strstr(report->request, "\r\n\r\n") == NULL &&
	       SSL_read_ex(ssl, report->request + got, 1, &n) == 1)
		got += n;
}

/* As much as was promised. */
static void
host_read_body(SSL *ssl, struct host_report *report)
{
	const char *length = strstr(report->request, "\r\nContent-Length: ");
	size_t n, left = length != NULL ? strtoul(length + 18, NULL, 10) : 0;
	EVP_MD_CTX *sum = EVP_MD_CTX_new();
	char buf[4096];

	cert_must(EVP_DigestInit_ex(sum, EVP_sha256(), NULL) == 1);
	for (; left > 0; left -= n) {
		n = left < sizeof(buf) ? left : sizeof(buf);
		if (SSL_read_ex(ssl, buf, n, &n) != 1)
			break;
		report->body_len += n;
		EVP_DigestUpdate(sum, buf, n);
	}
	EVP_DigestFinal_ex(sum, report->body_sum, NULL);
	EVP_MD_CTX_free(sum);
}

/* The same line until nobody takes it any more. */
static void
host_send_forever(SSL *ssl, const char *line)
{
	size_t sent;

	while (SSL_write_ex(ssl, line, strlen(line), &sent) == 1)
		continue;
}

static void
host_talk(const struct host *h, SSL *ssl)
{
	struct host_report report = { .request = "" };
	const char *sni;

	if (SSL_accept(ssl) != 1)
		return;
	sni = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	snprintf(report.sni, sizeof(report.sni), "%s", sni != NULL ? sni : "");
	snprintf(report.version, sizeof(report.version), "%s", SSL_get_version(ssl));
	host_read_head(ssl, &report);
	host_read_body(ssl, &report);
	host_child_report(&h->child, &report, sizeof(report));
	if (h->fault == FAULT_HEADERS) {
		host_send(ssl, "HTTP/1.1 200 OK\r\n", 17);
		host_send_forever(ssl, "X-More: 0123456789012345678901234567890\r\n");
	} else if (h->fault != FAULT_DUMB && h->fault != FAULT_STALL) {
		host_reply(h, ssl);
	}
	if (h->fault == FAULT_ENDLESS)
		host_send_forever(ssl, "all work and no play\r\n");
	if (h->fault == FAULT_STALL || h->fault == FAULT_DRIP)
		pause(); /* until the test has seen enough */
	if (h->fault != FAULT_NO_NOTIFY)
		SSL_shutdown(ssl);
}

static void
host_serve(const void *host, int fd)
{
	const struct host *h = host;
	SSL_CTX *ctx;
	SSL *ssl;

	if (h->fault == FAULT_HANGUP)
		return;
	if (h->fault == FAULT_NO_TLS) {
		cert_must(write(fd, h->head, strlen(h->head)) > 0);
		return;
	}
	ctx = host_ctx(h);
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd);
	host_talk(h, ssl);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

/* --- the test's side ---------------------------------------------------------- */

/* False: the address cannot be had, as errno tells. */
static bool
host_start(struct host *h)
{
	uint16_t port = h->port != 0 ? h->port : 443;

	if (!host_child_start(&h->child, h->address, port, host_serve, h))
		return false;
	fcntl(h->child.report, F_SETFL, O_NONBLOCK);
	return true;
}

/* The next connection's report; false when there was none. */
static bool
host_saw(struct host *h, struct host_report *report)
{
	return read(h->child.report, report, sizeof(*report)) == sizeof(*report);
}

static void
host_stop(struct host *h)
{
	host_child_stop(&h->child);
}

#endif
