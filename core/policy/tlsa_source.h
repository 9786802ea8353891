/*
 * What TLSA records are made from.  SPDX-License-Identifier: ISC
 *
 * Certificates, leaf first, as in a server's chain file or as a server sends them; or a key that has no certificate yet:
 * the next one, whose record is published before it is used (RFC 7671, 8.1).
 */
#ifndef HOPSEAL_POLICY_TLSA_SOURCE_H
#define HOPSEAL_POLICY_TLSA_SOURCE_H

#include <stddef.h>

#include "base/domain.h"
#include "base/status.h"
#include "wire/chain.h"
#include "wire/tlsa.h"

struct tlsa_source;

/*
 * Read a file's content: certificates, a certificate request, a public or a private key, in PEM or DER.  Where certificates stand beside a
 * key, they count.  Of a private key only the public half is used.
 *
 * *out   freed with tlsa_source_free(); NULL unless ST_OK
 *
 * Returns ST_OK, or ST_SYNTAX with why: "has no ...", to be put behind the file's name.
 */
MUST_CHECK enum status tlsa_source_read(
    const void *bytes, size_t len, struct tlsa_source **out, struct why *why);

/* The same of a chain that a server has sent. */
MUST_CHECK enum status tlsa_source_of_chain(
    const struct chain *chain, struct tlsa_source **out, struct why *why);

void tlsa_source_free(struct tlsa_source *source); /* NULL is fine */

struct tlsa_kind {
	enum tlsa_usage usage;
	enum tlsa_selector selector;
	enum tlsa_matching matching;
};

/*
 * Read "3 1 1", "3.1.1" or "311", len bytes.  Returns ST_OK, or ST_RANGE for what no standard has (RFC 6698, 7.2 to
 * 7.4); why has a sentence.
 */
MUST_CHECK enum status tlsa_kind_parse(
    const char *text, size_t len, struct tlsa_kind *out, struct why *why);

/*
 * Make a record.  Usages 1 and 3 are about the first certificate, or the key; 0 and 2 about its issuer, which must be
 * there too, unless the first certificate is a CA's itself.
 *
 * *out   a set of one; NULL unless ST_OK; freed with free()
 *
 * Returns ST_OK, or ST_NOTFOUND with why: "has no ...", as above.
 */
MUST_CHECK enum status tlsa_make(const struct tlsa_source *source,
    const struct tlsa_kind *kind, struct tlsa_set **out, struct why *why);

/*
 * The host names in the first certificate that a TLSA record can stand at: no wildcards.  Returns how many there are; the first max are
 * written.
 */
size_t tlsa_source_names(
    const struct tlsa_source *source, struct domain *names, size_t max);

#endif
