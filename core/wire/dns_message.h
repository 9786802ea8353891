/*
 * DNS replies.  SPDX-License-Identifier: ISC
 *
 * One parser over the bytes as the resolver sent them, because c-ares drops the AD bit,
 * the TTLs and TLSA.  It follows the alias chain inside the message and keeps the records
 * of the asked type at its end.
 */
#ifndef HOPSEAL_WIRE_DNS_MESSAGE_H
#define HOPSEAL_WIRE_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/domain.h"
#include "base/status.h"

#define DNS_TYPES(X)                                                                   \
	X(DNS_A, 1, "A")                                                               \
	X(DNS_NS, 2, "NS")                                                             \
	X(DNS_CNAME, 5, "CNAME")                                                       \
	X(DNS_SOA, 6, "SOA")                                                           \
	X(DNS_MX, 15, "MX")                                                            \
	X(DNS_TXT, 16, "TXT")                                                          \
	X(DNS_AAAA, 28, "AAAA")                                                        \
	X(DNS_TLSA, 52, "TLSA")

enum dns_type {
#define X(name, number, text) name = number,
	DNS_TYPES(X)
#undef X
};

/* "A", "MX", ...; a static string. */
const char *dns_type_text(enum dns_type type);

/*
 * NODATA and NXDOMAIN are results, secure or not like any other (RFC 7672, 2.1.1).
 * ALIAS: the message ends at a CNAME without its target's data, and without the SOA that
 * would deny it; ask again at reply.owner (2.1.3).
 */
enum dns_outcome { DNS_FOUND, DNS_NODATA, DNS_NXDOMAIN, DNS_ALIAS, DNS_ERROR };

#define DNS_RECORDS_MAX 1000 /* per reply; more is an error: nobody needs them */
#define DNS_ALIASES_MAX 8    /* CNAMEs in one message (conformance DNS-07) */

/*
 * One record of the asked type.  data points into the reply's own memory:
 *   A, AAAA   4 or 16 bytes
 *   TXT       the strings joined without anything between (RFC 8461, 3.1)
 *   TLSA      the rdata, any length
 *   SOA       the rdata as sent
 *   MX        the exchange as sent, dots between labels; for logs, to be escaped
 *   CNAME, NS as MX
 */
struct dns_record {
	uint16_t preference;
	struct domain name; /* MX, CNAME, NS: len 0 when the target is no host name */
	bool is_root;       /* MX 0 "." (RFC 7505); name.len is 0 then too */
	const uint8_t *data;
	size_t len;
};

/* The times of a signature as sent: seconds since 1970 that wrap (RFC 4034, 3.1.5). */
struct dns_signature {
	bool is_there;
	uint32_t begins, ends;
	uint32_t
	    ttl_s; /* of the RRset as its zone has it, however old an answer is (3.1.4) */
};

struct dns_reply {
	enum dns_outcome outcome;
	bool is_secure;        /* AD; what it is worth is for net/dns.h to say */
	bool is_authoritative; /* AA */
	/*
	 * Least TTL of what was used, aliases too; of a denial also min(SOA TTL, SOA
	 * minimum), and 0 when there is no SOA.
	 */
	uint32_t ttl_s;
	struct domain owner; /* at the end of the aliases; without any, the asked one */
	unsigned aliases;    /* how many CNAMEs were passed */
	bool is_heard;       /* there is a message, whatever it says */
	uint8_t rcode;
	/* Of those over the answer, or over the denial, the one that ends first; where signatures were asked for. */
	struct dns_signature signature;
	uint32_t
	    signed_ttl_s; /* the greatest of the answer and its aliases as they were signed; 0: not known */
	struct domain
	    zone; /* of a denial: the one whose SOA stands there; len 0: none does */
	size_t count;
	struct dns_record *records; /* in the order of the message */
	char detail[64];            /* DNS_ERROR: what was wrong, "SERVFAIL" perhaps */
	uint8_t *memory;            /* what data points into */
};

/*
 * Read a reply to the question (name, type).
 *
 * Always fills *out: a message that is malformed, answers another question, loops
 * through aliases, is truncated, carries any rcode but NOERROR and NXDOMAIN, or NXDOMAIN
 * and data, is DNS_ERROR with detail set and no records.  Free with dns_reply_clear().
 */
void dns_reply_parse(const uint8_t *msg, size_t len, const struct domain *name,
    enum dns_type type, struct dns_reply *out);

/* Make *out a DNS_ERROR with these words, "timeout", where there is no message. */
void dns_reply_fail(
    struct dns_reply *out, const struct domain *name, const char *detail);

void dns_reply_clear(struct dns_reply *reply);

/* The numbers of a SOA record (RFC 1035, section 3.3.13). */
struct dns_soa {
	uint32_t serial, refresh_s, retry_s, expire_s, minimum_s;
};

void dns_soa_read(const struct dns_record *soa, struct dns_soa *out);

#endif
