/*
 * One TLS session, as somebody saw it.  SPDX-License-Identifier: ISC
 *
 * One shape for every source.  wire/tlsrpt_datagram.h makes it of libtlsrpt's datagrams, tls_event_parse() of what our
 * own adapters send; policy/judge.h says what it counts as.
 */
#ifndef HOPSEAL_WIRE_TLS_EVENT_H
#define HOPSEAL_WIRE_TLS_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/address.h"
#include "base/domain.h"
#include "base/status.h"
#include "base/strbuf.h"
#include "wire/chain.h"
#include "wire/tls_result.h"

#define EVENT_BYTES_MAX    (256 * 1024) /* of a datagram or an event's JSON */
#define EVENT_POLICIES_MAX 8
#define EVENT_FAILURES_MAX 32 /* for one policy; more are not kept */
#define EVENT_ID_MAX       64
#define EVENT_SESSION_MAX  32
#define HELO_MAX           255

#define EVENT_SOURCES(X)                                                               \
	X(SOURCE_TLSRPT, "tlsrpt") /* libtlsrpt: Postfix 3.10 and later */             \
	X(SOURCE_POSTFIX_LOG, "postfix-log")                                           \
	X(SOURCE_EXIM, "exim")                                                         \
	X(SOURCE_OPENSMTPD, "opensmtpd")                                               \
	X(SOURCE_SENDMAIL, "sendmail")                                                 \
	X(SOURCE_MILTER, "milter")                                                     \
	X(SOURCE_OWN, "hopseald") /* a refusal of ours: no session took place */

enum event_source {
#define X(name, word) name,
	EVENT_SOURCES(X)
#undef X
};

const char *event_source_word(enum event_source source);

/* What TLS did in the session. */
#define EVENT_TLS(X)                                                                   \
	X(TLS_UP, "up")                   /* the handshake was completed */            \
	X(TLS_NOT_OFFERED, "not-offered") /* no STARTTLS in the EHLO reply */          \
	X(TLS_REFUSED, "refused")         /* STARTTLS not answered with 220 */         \
	X(TLS_FAILED, "failed")           /* the handshake */                          \
	X(TLS_UNKNOWN, "unknown")         /* the source says only who judged what */

enum event_tls {
#define X(name, word) name,
	EVENT_TLS(X)
#undef X
};

const char *event_tls_word(enum event_tls tls);

/* How far the MTA verified the certificate itself. */
#define EVENT_VERIFIED(X)                                                              \
	X(VERIFIED_UNKNOWN, "unknown") /* it cannot or does not say */                 \
	X(VERIFIED_DANE, "dane")       /* matched TLSA */                              \
	X(VERIFIED_NAME, "name")       /* WebPKI chain and the host's name */          \
	X(VERIFIED_CHAIN, "chain")     /* WebPKI chain only */                         \
	X(VERIFIED_NO, "no")           /* none of these */

enum event_verified {
#define X(name, word) name,
	EVENT_VERIFIED(X)
#undef X
};

const char *event_verified_word(enum event_verified verified);

/* One failure that the source itself has found. */
struct event_failure {
	enum tls_result result;
	const char *reason; /* "" when none; printable, at most REASON_CODE_MAX */
	bool has_local, has_remote;
	struct address local, remote;
	struct domain host;      /* len 0: not said */
	char helo[HELO_MAX + 1]; /* first word of the EHLO reply; "" */
};

/* One policy that the source has applied, and what came of it. */
struct event_policy {
	enum policy_type type;
	struct domain domain; /* len 0: not said */
	const char *text;     /* policy strings, joined by '\n'; "" */
	const char *mx;       /* MX patterns, joined by '\n'; "" */
	bool is_failed;       /* the session, under this policy */
	size_t failure_count; /* in failures */
	struct event_failure *failures;
};

/* Outbound: a session of ours with somebody's MX host.  Inbound: somebody's with us. */
struct tls_event {
	enum event_source source;
	bool is_inbound;
	time_t when;               /* UTC, when the result was known */
	char id[EVENT_ID_MAX + 1]; /* the sender's, the same when sent again; "" */
	char session[EVENT_SESSION_MAX + 1]; /* as OpenSMTPD's log has it; "" */
	/* Outbound: the recipient domain or route; len 0: of OpenSMTPD, by remote.  Inbound: the client; len 0: unknown. */
	struct domain next_hop;
	bool is_next_hop_host; /* next_hop came in brackets: no MX lookup */
	struct domain host;    /* MX host of the session; len 0 unknown */
	bool has_local, has_remote;
	struct address local, remote;
	char helo[HELO_MAX + 1];
	enum event_tls tls;
	enum event_verified verified;
	char version[16], cipher[64]; /* "TLSv1.3", as the source says; "" unknown */
	char reason[REASON_CODE_MAX + 1]; /* the MTA's words for a failure; "" */
	bool
	    has_result; /* the MTA's own reason for not going on, if it gave one of RFC 8460 */
	enum tls_result result;
	const char
	    *record; /* the TLSRPT TXT record as the source saw it; NULL: not said */
	size_t policy_count; /* that the source judged itself; 0: judge() finds out */
	struct event_policy *policies;
	struct chain chain; /* as the server sent it; count 0: not said */
	void *memory;       /* holds all that is pointed to */
};

/*
 * Parse an adapter's event, one JSON object:
 *
 *   {"source":"exim", "direction":"out"|"in", "id":"...", "session":"...", "when":1732233600,
 *    "next-hop":"example.org", "host":"mx.example.org", "local":"192.0.2.7", "remote":"192.0.2.1", "helo":"mx.example.org",
 *    "tls":"up", "version":"TLSv1.3", "cipher":"...", "verified":"unknown", "result":"certificate-expired",
 *    "reason":"...", "chain":["BASE64 of DER", ...]}
 *
 * Required: source, tls, next-hop (outbound; OpenSMTPD, of a session that ended early, may give the remote address
 * instead: lookup/turns.h).  direction is "out", when is now, if missing; unknown members are
 * ignored; "when" later than now counts as now.  next-hop is what next_hop_parse() takes.  A "result" that RFC 8460
 * has not becomes the reason of validation-failure (RPT-TYPE-13).  host, local and remote that are none are not said.
 * What a server chose never costs the event: texts are cleaned and cut; the chain is kept up to its CHAIN_CERTS_MAX-th
 * certificate, or to one of more than 64 KiB.
 *
 * Returns ST_OK, ST_SYNTAX or ST_TOO_BIG with why; *out is freed with tls_event_clear() after ST_OK only.
 */
MUST_CHECK enum status tls_event_parse(
    const char *json, size_t len, time_t now, struct tls_event *out, struct why *why);

/*
 * Append an event of an adapter in that form: what tls_event_parse() reads back.  policies and record are not in it, nor
 * is the end of a chain with which it would be longer than EVENT_BYTES_MAX.
 */
void tls_event_add(struct strbuf *out, const struct tls_event *event);

void tls_event_clear(struct tls_event *event);

/* Make bytes of a peer into a reason or helo: printable ASCII only, cut at size - 1; others are dropped. */
void event_text_clean(char *out, size_t size, const char *bytes, size_t len);

#endif
