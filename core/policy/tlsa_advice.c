/* SPDX-License-Identifier: ISC */
#include "policy/tlsa_advice.h"

#include "policy/tlsa_usable.h"

#define TTL_MAX  3600 /* seconds; a rollover waits for two of them (RFC 7671, 8.1) */
#define TTL_MIN  1800
#define TTL_TINY 300
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
	const char *seen;
	struct remark_kind kind;
} record_remarks[] = {
	{ is_pkix, "usages 0 and 1 are not for SMTP",
	    { REMARK_ADVICE, "tlsa-usage-pkix",
		"senders pass such records over (RFC 7672, 3.1.3)", "publish 3 1 1" } },
	{ is_leaf_cert, "a record of the whole certificate",
	    { REMARK_ADVICE, "tlsa-leaf-cert",
		"it ends with each renewal (RFC 7672, 3.1.1; RFC 7671, 5.1)",
		"publish one of the key (3 1 1), which stays if the key is kept" } },
	{ is_issuer_cert, "a record of the issuer's whole certificate",
	    { REMARK_NOTE, "tlsa-issuer-cert",
		"it ends when the issuer gets a new one, and issuers change without asking "
		"(RFC 7671, 5.2)",
		"" } },
	{ is_issuer, "usage 2 asks more of the server than 3 1 1",
	    { REMARK_NOTE, "tlsa-issuer",
		"it has to send that certificate, and names and dates of the chain count "
		"(RFC 7672, 3.1.2)",
		"" } },
	{ is_in_full, "data in full",
	    { REMARK_ADVICE, "tlsa-full",
		"it is long, and not recommended (RFC 7672, 3.1; RFC 7671, 10.1)",
		"publish a SHA2-256 digest (matching type 1)" } },
};

static const struct remark_kind record_useless = { REMARK_ADVICE, "tlsa-record-useless",
	"senders pass the record over (RFC 6698, 4.1)", "correct it" };

static void
advise_record(const struct tlsa *r, const char *about, struct remarks *out)
{
	const char *why_not;
	size_t i;

	for (i = 0; i < COUNT_OF(record_remarks); i++)
		if (record_remarks[i].applies(r))
			remarks_add(out, &record_remarks[i].kind, about, "%s",
			    record_remarks[i].seen);
	if (!is_pkix(r) && !tlsa_is_usable(r, &why_not))
		remarks_add(out, &record_useless, about, "%s", why_not);
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

static const struct remark_kind none_usable = { REMARK_BROKEN, "tlsa-none-usable",
	"senders use TLS and check no certificate (RFC 7672, 2.2)", "publish 3 1 1" },
				sha512_alone = { REMARK_ADVICE, "tlsa-sha512-alone",
					"not every sender knows it (RFC 7671, 2)",
					"publish SHA2-256" },
				too_long = { REMARK_ADVICE, "tlsa-long",
					"they need TCP or fragments (RFC 7671, 10.1)",
					"keep the set small" };

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
		remarks_add(out, &none_usable, "", "no record is usable");
	if (is_sha512_alone(set))
		remarks_add(out, &sha512_alone, "", "SHA2-512 alone");
	if (bytes_of(set) > BYTES_MAX)
		remarks_add(out, &too_long, "", "%zu octets of records", bytes_of(set));
}

static const struct remark_kind
    ttl_long = { REMARK_ADVICE, "tlsa-ttl-long",
	    "each rollover waits for two of them (RFC 7671, 8.1)",
	    "use 1800 to 3600 s" },
    ttl_short = { REMARK_NOTE, "tlsa-ttl-short",
	    "good for a rollover (RFC 7671, 8.1), but senders ask often", "" },
    ttl_tiny = { REMARK_ADVICE, "tlsa-ttl-tiny",
	    "mail waits whenever the name servers do not answer (RFC 7672, 2.1.2)",
	    "use 1800 to 3600 s" };

void
tlsa_advise_ttl(uint32_t ttl_s, bool is_published, struct remarks *out)
{
	const struct remark_kind *kind = NULL;

	if (ttl_s > TTL_MAX)
		kind = &ttl_long;
	else if (is_published && ttl_s < TTL_TINY)
		kind = &ttl_tiny;
	else if (is_published && ttl_s < TTL_MIN)
		kind = &ttl_short;
	if (kind != NULL)
		remarks_add(out, kind, "", "a TTL of %u s", (unsigned)ttl_s);
}
