/*
 * DKIM signatures (RFC 6376, 8301, 8463), relaxed/relaxed.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_DKIM_H
#define HOPSEAL_REPORT_DKIM_H

#include <stddef.h>
#include <time.h>

#include "base/domain.h"
#include "base/status.h"
#include "base/strbuf.h"

struct dkim_key;

/* A private key in PEM: RSA of 1024 bits or more, or Ed25519.  ST_OK, ST_IO, ST_SYNTAX (no such key), ST_RANGE (too short), with why. */
MUST_CHECK enum status dkim_key_open(
    const char *path, struct dkim_key **out, struct why *why);
void dkim_key_close(struct dkim_key *key); /* NULL is fine */

/* Append the TXT record that publishes it, without "s=" (RPT-DKIM-03). */
void dkim_key_record(const struct dkim_key *key, struct strbuf *out);

/*
 * Append the DKIM-Signature field, folded, with CRLF, for a message with CRLF: no l=, the listed header fields and From twice, as far
 * as they are there (RPT-DKIM-04).  ST_OK, ST_SYNTAX (message without From or end of header) or ST_LIBRARY.
 */
MUST_CHECK enum status dkim_sign(const struct dkim_key *key,
    const struct domain *domain, const char *selector, const char *message, size_t len,
    time_t now, struct strbuf *out, struct why *why);

#endif
