/*
 * The next-hop: where an MTA routes mail to.  SPDX-License-Identifier: ISC
 *
 * The form is Postfix's: "example.org", "example.org:587", "[mail.example.org]:25".
 * Other MTAs' keys are brought into it by their dialects.
 */
#ifndef HOPSEAL_WIRE_NEXT_HOP_H
#define HOPSEAL_WIRE_NEXT_HOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/domain.h"
#include "base/strbuf.h"

#define SMTP_PORT 25

struct next_hop {
	struct domain domain; /* policy domain, before CNAME and MX (RFC 8461, 3.4) */
	uint16_t port;
	/* In brackets: no MX lookup, a non-MX destination (RFC 7672, 2.2.2). */
	bool is_host;
};

enum next_hop_kind {
	NEXT_HOP_DOMAIN,  /* *out is set */
	NEXT_HOP_PARENT,  /* ".example.org": Postfix asks for parents; never a policy */
	NEXT_HOP_LITERAL, /* an address: no DANE (RFC 7672, 2.2), no STS */
	NEXT_HOP_INVALID, /* cannot be delivered by DNS; why says what is wrong */
};

/*
 * Read an MTA's key: any case, final dot, U-labels, brackets, port 1 to 65535 or one of
 * smtp, submission, submissions, smtps (Postfix passes on "[mail.example.org]:submission"
 * as written).
 * *out is written only for NEXT_HOP_DOMAIN; why may be NULL.
 */
enum next_hop_kind next_hop_parse(
    const char *text, size_t len, struct next_hop *out, struct why *why);

/* The canonical text, as in the comment on top; port 25 is left out. */
void next_hop_add(struct strbuf *out, const struct next_hop *n);

bool next_hop_equal(const struct next_hop *a, const struct next_hop *b);

#endif
