/*
 * One HTTPS GET under every limit of RFC 8461, section 3.3, or POST of a report (RFC 8460, 5.4).  SPDX-License-Identifier: ISC
 *
 * https only, TLS 1.2 or later, no redirect, no proxy, no cookies, no cache, no content
 * decoding, no reuse of connections; addresses are given by the caller, so the system resolver is not
 * asked.
 */
#ifndef HOPSEAL_NET_HTTPS_H
#define HOPSEAL_NET_HTTPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/domain.h"
#include "base/status.h"
#include "net/guard.h"
#include "wire/chain.h"

/* The outcome, and the words for it in logs and reports. */
#define HTTPS_OUTCOMES(X)                                                              \
	X(HTTPS_OK, "fetched")                                                         \
	X(HTTPS_CERTIFICATE, "certificate not valid")                                  \
	X(HTTPS_STATUS, "HTTP status says no success")                                 \
	X(HTTPS_MEDIA_TYPE, "media type is not text/plain")                            \
	X(HTTPS_TOO_BIG, "body too big")                                               \
	X(HTTPS_TRUNCATED, "body ended too early")                                     \
	X(HTTPS_PROTOCOL, "not HTTP")                                                  \
	X(HTTPS_TLS, "TLS handshake failed")                                           \
	X(HTTPS_CONNECT, "cannot connect")                                             \
	X(HTTPS_ADDRESS_REFUSED, "all addresses are refused ranges")                   \
	X(HTTPS_TIMEOUT, "timed out")

enum https_outcome {
#define X(name, text) name,
	HTTPS_OUTCOMES(X)
#undef X
};

const char *https_outcome_text(enum https_outcome outcome);

struct https_options {
	const char *ca_file; /* PEM bundle; borrowed until https_close() */
	struct guard guard;  /* ranges opened by the operator */
	int connect_ms;      /* 0: 5000 */
	int parallel_max;    /* transfers at once, the rest waits; 0: 256 */
};

struct https;

/* ST_OK, ST_IO (CA file missing, unreadable or without a certificate), ST_LIBRARY. */
MUST_CHECK enum status https_open(
    const struct https_options *options, struct https **out, struct why *why);
void https_close(struct https *https); /* cancels all transfers */

struct https_request {
	const struct domain *host; /* URL, SNI and reference name */
	const char *path;          /* starts with "/" */
	const struct address *addresses;
	size_t address_count; /* at least 1 */
	size_t
	    body_max; /* octets; of the answer to a POST so many are read, and the rest left */
	int deadline_ms;               /* for everything, from now on */
	unsigned port;                 /* 0: 443 */
	const struct https_post *post; /* NULL: GET */
	/* A GET for a person who wants to know everything that is wrong: a fault of the certificate is told in struct
	 * https_seen instead of ending it.  What it brings is for no machine to believe. */
	bool is_look;
};

/* What is posted; copied.  Every 2xx is HTTPS_OK then, whatever comes with it. */
struct https_post {
	const void *body;
	size_t len;
	const char *media_type;
	bool is_any_certificate; /* faults are taken and told in detail (RFC 8460, 3) */
	/*
	 * Runs with done's arg as soon as the 2xx has been read, before the server can see that it has: what is
	 * written down here is done once, whatever becomes of us next.  done follows.  It may call nothing of this
	 * header.  NULL: nobody wants to know.
	 */
	void (*accepted)(void *arg);
};

/* What a look has seen besides; text is escaped, and "" where there was none. */
struct https_seen {
	const char *fault;  /* of the certificate, in OpenSSL's words; NULL: none */
	struct chain chain; /* as the server sent it; empty without TLS */
	const char *media_type;
	const char *location; /* that a redirect names, as a URL */
	bool is_unroutable;   /* it is this machine that has no way there */
};

struct https_answer {
	enum https_outcome outcome;
	int http_status;  /* 0 when there was no HTTP reply */
	const char *body; /* len bytes; HTTPS_OK only, of a look whatever was read */
	size_t len;
	const char *detail; /* one line for logs and reports, escaped; never NULL */
	const struct https_seen *seen; /* NULL unless it was a look */
};

typedef void https_done_fn(const struct https_answer *answer, void *arg);

struct https_transfer;

/* done runs exactly once, never before this returns, at most deadline_ms later.  The
 * request is copied. */
struct https_transfer *https_send(struct https *https,
    const struct https_request *request, https_done_fn *done, void *arg);

/* done will not run.  Only before it has; NULL is fine. */
void https_cancel(struct https_transfer *transfer);

#endif
