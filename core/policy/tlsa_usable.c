/* SPDX-License-Identifier: ISC */
#include "policy/tlsa_usable.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/mem.h"

const struct tlsa_digests tlsa_digests_default = {
	.order = { TLSA_SHA512, TLSA_SHA256 },
	.count = 2,
};

/* By matching type (RFC 6698, 2.1.3): octets of the digest; 0 where the data stands in full. */
static const uint16_t digest_lens[] = {
	[TLSA_FULL] = 0,
	[TLSA_SHA256] = 32,
	[TLSA_SHA512] = 64,
};

/* OpenSSL wants more than a certificate that parses: its key must be one it can use. */
static bool
is_certificate(const uint8_t *der, size_t len)
{
	const uint8_t *end = der;
	X509 *cert = d2i_X509(NULL, &end, (long)len);
	bool ok = cert != NULL && end == der + len && X509_get0_pubkey(cert) != NULL;

	X509_free(cert);
	ERR_clear_error();
	return ok;
}

static bool
is_public_key(const uint8_t *der, size_t len)
{
	const uint8_t *end = der;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &end, (long)len);
	bool ok = key != NULL && end == der + len;

	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}

static bool
is_full_good(const struct tlsa *r)
{
	if (r->full != TLSA_FULL_UNCHECKED)
		return r->full == TLSA_FULL_GOOD;
	return r->selector == TLSA_CERT ? is_certificate(r->data, r->len)
					: is_public_key(r->data, r->len);
}

/* The fault in the data of a record whose numbers are fine; "" when there is none. */
static const char *
fault_of_data(const struct tlsa *r)
{
	if (r->len == 0)
		return "no data";
	if (r->matching != TLSA_FULL)
		return r->len == digest_lens[r->matching] ? ""
							  : "digest of wrong length";
	if (is_full_good(r))
		return "";
	return r->selector == TLSA_CERT ? "data is no certificate"
					: "data is no public key";
}

static const char *
fault_of(const struct tlsa *r)
{
	if (r->is_short)
		return "record too short";
	if (r->usage == TLSA_PKIX_TA || r->usage == TLSA_PKIX_EE)
		return "usage not for SMTP (RFC 7672, 3.1.3)";
	if (r->usage != TLSA_DANE_TA && r->usage != TLSA_DANE_EE)
		return "unknown usage";
	if (r->selector != TLSA_CERT && r->selector != TLSA_SPKI)
		return "unknown selector";
	if (r->matching >= COUNT_OF(digest_lens))
		return "unknown matching type";
	return fault_of_data(r);
}

bool
tlsa_is_usable(const struct tlsa *record, const char **why_not)
{
	const char *fault = fault_of(record);

	if (why_not != NULL)
		*why_not = fault;
	return fault[0] == '\0';
}

static bool
is_full(const struct tlsa *r)
{
	return !r->is_short && r->matching == TLSA_FULL;
}

void
tlsa_set_check(struct tlsa_set *set)
{
	size_t i, full = 0;

	for (i = 0; i < set->count; i++) {
		struct tlsa *r = &set->records[i];

		if (is_full(r) && ++full <= TLSA_FULL_MAX)
			r->full =
			    tlsa_is_usable(r, NULL) ? TLSA_FULL_GOOD : TLSA_FULL_BAD;
	}
}

#define NO_DIGEST UINT8_MAX

/* The place of a record's digest among the preferred ones; NO_DIGEST when it is not among them. */
static uint8_t
rank_of(const struct tlsa_digests *digests, const struct tlsa *r)
{
	uint8_t i;

	for (i = 0; i < digests->count; i++)
		if (digests->order[i] == (enum tlsa_matching)r->matching)
			return i;
	return NO_DIGEST;
}

/*
 * The usable records of set, with borrowed data, into out.  A digest that is not wanted counts as unusable, and so
 * do full records beyond the limit.
 */
static size_t
take_usable(
    const struct tlsa_set *set, const struct tlsa_digests *digests, struct tlsa *out)
{
	size_t i, n = 0, full = 0;

	for (i = 0; i < set->count; i++) {
		const struct tlsa *r = &set->records[i];

		if (is_full(r) && ++full > TLSA_FULL_MAX)
			continue;
		if (r->matching != TLSA_FULL && rank_of(digests, r) == NO_DIGEST)
			continue;
		if (tlsa_is_usable(r, NULL))
			out[n++] = *r;
	}
	return n;
}

/* RFC 7671, section 9: keep, in place, what the best digest of its usage and selector lets stand. */
static size_t
take_best(struct tlsa *records, size_t count, const struct tlsa_digests *digests)
{
	uint8_t best[TLSA_DANE_EE + 1][TLSA_SPKI + 1], rank;
	size_t i, n = 0;

	memset(best, NO_DIGEST, sizeof(best));
	for (i = 0; i < count; i++) {
		uint8_t *b = &best[records[i].usage][records[i].selector];

		rank = rank_of(digests, &records[i]);
		if (rank < *b)
			*b = rank;
	}
	for (i = 0; i < count; i++) {
		const struct tlsa *r = &records[i];

		if (r->matching == TLSA_FULL ||
		    rank_of(digests, r) == best[r->usage][r->selector])
			records[n++] = *r;
	}
	return n;
}

struct tlsa_set *
tlsa_select(const struct tlsa_set *set, const struct tlsa_digests *digests)
{
	struct tlsa_set *chosen, *copy = NULL;

	chosen = xmalloc(sizeof(*chosen) + set->count * sizeof(chosen->records[0]));
	chosen->count = take_usable(set, digests, chosen->records);
	chosen->count = take_best(chosen->records, chosen->count, digests);
	if (chosen->count > 0)
		copy = tlsa_set_copy(chosen);
	free(chosen);
	return copy;
}
