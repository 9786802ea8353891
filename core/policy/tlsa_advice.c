/* SPDX-License-Identifier: ISC */
#include "policy/tlsa_advice.h"

#include <stdbool.h>

#include "policy/tlsa_usable.h"

#define TTL_MAX 3600 /* seconds; a rollover waits for two of them (RFC 7671, 8.1) */
#define BYTES_MAX                                                                      \
	1000 /* of all records; with signatures they are still to fit one datagram */

/* --- words ------------------------------------------------------------------------------------ */

static const char *const usages[] = {
	[TLSA_PKIX_TA] =
	    "PKIX-TA: an authority above the server, checked by WebPKI too",
	[TLSA_PKIX_EE] = "PKIX-EE: the server itself, checked by WebPKI too",
	[TLSA_DANE_TA] = "DANE-TA: an authority above the server",
	[TLSA_DANE_EE] = "DANE-EE: the server itself",
};

static const char *const selectors[] = {
	[TLSA_CERT] = "the whole certificate",
	[TLSA_SPKI] = "the public key",
};

static const char *const matchings[] = {
	[TLSA_FULL] = "in full",
	[TLSA_SHA256] = "SHA2-256 digest",
	[TLSA_SHA512] = "SHA2-512 digest",
};

#define WORD(table, n) ((n) < COUNT_OF(table) ? (table)[n] : "unknown")

const char *
tlsa_usage_text(uint8_t usage)
{
	return WORD(usages, usage);
}

const char *
tlsa_selector_text(uint8_t selector)
{
	return WORD(selectors, selector);
}

const char *
tlsa_matching_text(uint8_t matching)
{
	return WORD(matchings, matching);
}

void
tlsa_add_meaning(struct strbuf *out, const struct tlsa *r)
{
	static const char *const whose[] = {
		[TLSA_PKIX_TA] = "a WebPKI chain through an authority whose",
		[TLSA_PKIX_EE] = "a server with a WebPKI chain, whose",
		[TLSA_DANE_TA] =
		    "a chain that the server sends up to an authority whose",
		[TLSA_DANE_EE] = "a server whose",
	};

	if (r->is_short || r->usage >= COUNT_OF(whose) ||
	    r->selector >= COUNT_OF(selectors) || r->matching >= COUNT_OF(matchings))
		return;
	strbuf_addf(out, "%s %s ", whose[r->usage],
	    r->selector == TLSA_CERT ? "certificate" : "public key");
	if (r->matching == TLSA_FULL)
		strbuf_adds(out, "is this one");
	else
		strbuf_addf(out, "has this %s", matchings[r->matching]);
}

/* --- one record ------------------------------------------------------------------------------- */

static bool
is_pkix(const struct tlsa *r)
{
	return !r->is_short && r->usage <= TLSA_PKIX_EE;
}

/* A kind of record that SMTP has. */
static bool
is_dane(const struct tlsa *r)
{
	return !r->is_short && (r->usage == TLSA_DANE_TA || r->usage == TLSA_DANE_EE) &&
	       r->selector <= TLSA_SPKI && r->matching <= TLSA_SHA512;
}

static bool
is_leaf_cert(const struct tlsa *r)
{
	return is_dane(r) && r->usage == TLSA_DANE_EE && r->selector == TLSA_CERT;
}

static bool
is_issuer_cert(const struct tlsa *r)
{
	return is_dane(r) && r->usage == TLSA_DANE_TA && r->selector == TLSA_CERT;
}

static bool
is_issuer(const struct tlsa *r)
{
	return is_dane(r) && r->usage == TLSA_DANE_TA;
}

static bool
is_in_full(const struct tlsa *r)
{
	return is_dane(r) && r->matching == TLSA_FULL;
}

static const struct {
	bool (*applies)(const struct tlsa *record);
	enum remark_level level;
	const char *text;
} record_remarks[] = {
	{ is_pkix, REMARK_ADVICE,
	    "usages 0 and 1 are not for SMTP, senders pass such records over; publish 3 1 1 "
	    "(RFC 7672, 3.1.3)" },
	{ is_leaf_cert, REMARK_ADVICE,
	    "a record of the whole certificate ends with each renewal, one of the key (3 1 1) "
	    "stays if the key is kept (RFC 7672, 3.1.1; RFC 7671, 5.1)" },
	{ is_issuer_cert, REMARK_NOTE,
	    "a record of the issuer's whole certificate ends when the issuer gets a new one, "
	    "and issuers change without asking (RFC 7671, 5.2)" },
	{ is_issuer, REMARK_NOTE,
	    "usage 2 asks more of the server than 3 1 1: it has to send that certificate, and "
	    "names and dates of the chain count (RFC 7672, 3.1.2)" },
	{ is_in_full, REMARK_ADVICE,
	    "data in full is long, and not recommended; publish a SHA2-256 digest (matching "
	    "type 1; RFC 7672, 3.1; RFC 7671, 10.1)" },
};

static void
advise_record(const struct tlsa *r, const char *about, struct remarks *out)
{
	const char *why_not;
	size_t i;

	for (i = 0; i < COUNT_OF(record_remarks); i++)
		if (record_remarks[i].applies(r))
			remark_add(out, record_remarks[i].level, about, "%s",
			    record_remarks[i].text);
	if (!is_pkix(r) && !tlsa_is_usable(r, &why_not))
		remark_add(out, REMARK_BROKEN, about,
		    "%s; senders pass it over (RFC 6698, 4.1)", why_not);
}

/* --- all of them -------------------------------------------------------------------------------- */

/* Whether a usable record of this usage has this matching type. */
static bool
has_kind(const struct tlsa_set *set, uint8_t usage, uint8_t matching)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (tlsa_is_usable(&set->records[i], NULL) &&
		    set->records[i].usage == usage &&
		    set->records[i].matching == matching)
			return true;
	return false;
}

static bool
has_usable(const struct tlsa_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (tlsa_is_usable(&set->records[i], NULL))
			return true;
	return false;
}

static bool
is_sha512_alone(const struct tlsa_set *set)
{
	uint8_t usage;

	for (usage = TLSA_DANE_TA; usage <= TLSA_DANE_EE; usage++)
		if (has_kind(set, usage, TLSA_FULL) ||
		    has_kind(set, usage, TLSA_SHA256))
			return false;
	return has_usable(set);
}

static size_t
bytes_of(const struct tlsa_set *set)
{
	size_t i, bytes = 0;

	for (i = 0; i < set->count; i++)
		bytes += set->records[i].len;
	return bytes;
}

void
tlsa_advise(const struct tlsa_set *set, struct remarks *out)
{
	struct strbuf about = STRBUF_INIT;
	size_t i;

	for (i = 0; i < set->count; i++) {
		const struct tlsa *r = &set->records[i];

		strbuf_reset(&about);
		if (!r->is_short)
			strbuf_addf(
			    &about, "%u %u %u", r->usage, r->selector, r->matching);
		advise_record(r, strbuf_str(&about), out);
	}
	strbuf_clear(&about);
	if (!has_usable(set))
		remark_add(out, REMARK_BROKEN, "",
		    "no record is usable: senders use TLS and check no certificate "
		    "(RFC 7672, 2.2)");
	if (is_sha512_alone(set))
		remark_add(out, REMARK_ADVICE, "",
		    "SHA2-512 alone is not known to every sender; publish SHA2-256 "
		    "(RFC 7671, 2)");
	if (bytes_of(set) > BYTES_MAX)
		remark_add(out, REMARK_ADVICE, "",
		    "%zu octets of records need TCP or fragments; keep the set small "
		    "(RFC 7671, 10.1)",
		    bytes_of(set));
}

void
tlsa_advise_ttl(uint32_t ttl_s, struct remarks *out)
{
	if (ttl_s > TTL_MAX)
		remark_add(out, REMARK_ADVICE, "",
		    "a TTL of %u s makes each rollover wait twice as long; use 1800 to %d s "
		    "(RFC 7671, 8.1)",
		    (unsigned)ttl_s, TTL_MAX);
}
