/*
 * The DKIM key record (RFC 6376, section 3.6.1).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_DKIM_RECORD_H
#define HOPSEAL_WIRE_DKIM_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "wire/txt.h"

#define DKIM_KEY_MAX                                                                   \
	4095 /* octets, of whole groups of base64: RSA keys of more than 30,000 bits */
#define DKIM_SERVICES_MAX 80 /* of the text of "s=" that is kept */

enum dkim_key_type {
	DKIM_RSA,
	DKIM_ED25519, /* RFC 8463 */
	DKIM_OTHER_KEY,
};

struct dkim_record {
	enum dkim_key_type type;
	bool is_revoked; /* "p=" without a key */
	size_t key_len;
	uint8_t key[DKIM_KEY_MAX]; /* RSA: SubjectPublicKeyInfo; Ed25519: the key */
	bool has_services;         /* there is an "s=" */
	bool is_for_mail, is_for_reports;     /* "email", "tlsrpt", or "*" */
	char services[DKIM_SERVICES_MAX + 1]; /* as published, escaped; "" without */
	bool is_testing, is_strict;           /* "t=y", "t=s" */
};

/*
 * Read one TXT record, its strings joined.  *out is written only for ST_OK; why, which may be NULL, says what is wrong.
 *
 * Returns ST_OK; ST_SYNTAX (no tag list, a tag twice, another version or not in front, no "p=", no base64 in it); ST_TOO_BIG.
 */
MUST_CHECK enum status dkim_record_parse(
    const struct txt *txt, struct dkim_record *out, struct why *why);

#endif
