/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "certs.h"
#include "policy/tlsa_usable.h"

static struct cert leaf;

/* What stands behind the three numbers. */
enum data { ZEROS, OF_CERT, OF_KEY, ONE_OCTET_LONGER, ONE_OCTET_SHORTER, BARE_DER };

static const struct usable_case {
	const char *name;
	uint8_t usage, selector, matching;
	enum data data;
	size_t zeros;
	const char *why_not; /* "" when usable */
} usable_cases[] = {
	{ "TLSA-01 3 1 1 with 32 octets", 3, 1, 1, ZEROS, 32, "" },
	{ "TLSA-01 3 0 1 with 32 octets", 3, 0, 1, ZEROS, 32, "" },
	{ "TLSA-01 2 1 1 with 32 octets", 2, 1, 1, ZEROS, 32, "" },
	{ "TLSA-06 3 1 2 with 64 octets", 3, 1, 2, ZEROS, 64, "" },
	{ "TLSA-06 2 0 2 with 64 octets", 2, 0, 2, ZEROS, 64, "" },
	{ "TLSA-06 3 1 0 with a whole key", 3, 1, 0, OF_KEY, 0, "" },
	{ "TLSA-06 3 0 0 with a whole certificate", 3, 0, 0, OF_CERT, 0, "" },
	{ "TLSA-06 2 1 0 with a whole key", 2, 1, 0, OF_KEY, 0, "" },
	{ "TLSA-06 2 0 0 with a whole certificate", 2, 0, 0, OF_CERT, 0, "" },
	{ "TLSA-01 3 1 1 with 2 octets", 3, 1, 1, ZEROS, 2, "digest of wrong length" },
	{ "TLSA-01 3 1 1 with 31 octets", 3, 1, 1, ZEROS, 31,
	    "digest of wrong length" },
	{ "TLSA-01 3 1 1 with 33 octets", 3, 1, 1, ZEROS, 33,
	    "digest of wrong length" },
	{ "TLSA-01 3 1 1 with the length of SHA2-512", 3, 1, 1, ZEROS, 64,
	    "digest of wrong length" },
	{ "TLSA-01 3 1 2 with the length of SHA2-256", 3, 1, 2, ZEROS, 32,
	    "digest of wrong length" },
	{ "TLSA-01 SEED-05 3 2 1: no such selector", 3, 2, 1, ZEROS, 32,
	    "unknown selector" },
	{ "TLSA-01 SEED-05 4 1 1: no such usage", 4, 1, 1, ZEROS, 32, "unknown usage" },
	{ "TLSA-01 255 255 255", 255, 255, 255, ZEROS, 32, "unknown usage" },
	{ "TLSA-01 3 255 1", 3, 255, 1, ZEROS, 32, "unknown selector" },
	{ "TLSA-01 SEED-05 3 1 3: no such matching type", 3, 1, 3, ZEROS, 32,
	    "unknown matching type" },
	{ "TLSA-01 3 1 255", 3, 1, 255, ZEROS, 32, "unknown matching type" },
	{ "TLSA-01 3 0 0 with garbage", 3, 0, 0, ZEROS, 40, "data is no certificate" },
	{ "TLSA-01 3 1 0 with garbage", 3, 1, 0, ZEROS, 40, "data is no public key" },
	{ "TLSA-01 3 1 0 with DER that is no key", 3, 1, 0, BARE_DER, 0,
	    "data is no public key" },
	{ "TLSA-01 2 0 0 with DER that is no certificate", 2, 0, 0, BARE_DER, 0,
	    "data is no certificate" },
	{ "TLSA-01 3 0 0 with a key", 3, 0, 0, OF_KEY, 0, "data is no certificate" },
	{ "TLSA-01 3 1 0 with a certificate", 3, 1, 0, OF_CERT, 0,
	    "data is no public key" },
	{ "TLSA-01 3 1 0 with one octet behind the key", 3, 1, 0, ONE_OCTET_LONGER, 0,
	    "data is no public key" },
	{ "TLSA-01 3 0 0 with one octet behind the certificate", 3, 0, 0,
	    ONE_OCTET_LONGER, 0, "data is no certificate" },
	{ "TLSA-01 3 0 0 with a cut certificate", 3, 0, 0, ONE_OCTET_SHORTER, 0,
	    "data is no certificate" },
	{ "TLSA-01 3 1 1 without data", 3, 1, 1, ZEROS, 0, "no data" },
	{ "TLSA-01 3 0 0 without data", 3, 0, 0, ZEROS, 0, "no data" },
	{ "TLSA-02 0 0 1", 0, 0, 1, ZEROS, 32, "usage not for SMTP (RFC 7672, 3.1.3)" },
	{ "TLSA-02 1 1 1", 1, 1, 1, ZEROS, 32, "usage not for SMTP (RFC 7672, 3.1.3)" },
};

/* Puts the data that a case wants behind out; returns its length. */
static size_t
put_data(const struct usable_case *c, uint8_t *out)
{
	static const uint8_t bare_der[] = { 0x30, 0x00 };
	enum tlsa_selector selector = c->selector == 0 ? TLSA_CERT : TLSA_SPKI;
	uint8_t *der;
	size_t len;

	switch (c->data) {
	case ZEROS:
		memset(out, 0, c->zeros);
		return c->zeros;
	case BARE_DER:
		memcpy(out, bare_der, sizeof(bare_der));
		return sizeof(bare_der);
	case OF_CERT:
		selector = TLSA_CERT;
		break;
	case OF_KEY:
		selector = TLSA_SPKI;
		break;
	case ONE_OCTET_LONGER:
	case ONE_OCTET_SHORTER:
		break;
	}
	der = cert_selected(&leaf, selector, &len);
	memcpy(out, der, len);
	OPENSSL_free(der);
	out[len] = 0;
	if (c->data == ONE_OCTET_LONGER)
		return len + 1;
	return c->data == ONE_OCTET_SHORTER ? len - 1 : len;
}

static void
check_usable(void **state)
{
	const struct usable_case *c = *state;
	uint8_t bytes[CERT_RDATA_MAX] = { c->usage, c->selector, c->matching };
	struct tlsa_rdata rdata = { bytes, 3 + put_data(c, bytes + 3) };
	struct tlsa_set *set = tlsa_set_new(&rdata, 1), *chosen;
	const char *why_not = "unset";
	bool want = c->why_not[0] == '\0';

	assert_int_equal(tlsa_is_usable(&set->records[0], &why_not), want);
	assert_string_equal(why_not, c->why_not);
	assert_int_equal(tlsa_is_usable(&set->records[0], NULL), want);

	chosen = tlsa_select(set, &tlsa_digests_default);
	assert_int_equal(chosen != NULL, want);
	free(chosen);

	/* And the same when the data has been looked at before. */
	tlsa_set_check(set);
	assert_int_equal(tlsa_is_usable(&set->records[0], &why_not), want);
	assert_string_equal(why_not, c->why_not);
	free(set);
}

static void
check_short(void **state)
{
	static const uint8_t bytes[] = { 3, 1, 1 };
	struct tlsa_set *set;
	const char *why_not;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(bytes); len++) {
		set = tlsa_set_new(&(struct tlsa_rdata){ bytes, len }, 1);
		assert_false(tlsa_is_usable(&set->records[0], &why_not));
		assert_string_equal(why_not, "record too short");
		assert_null(tlsa_select(set, &tlsa_digests_default));
		free(set);
	}
}

static const struct tlsa_digests sha256_first = { { TLSA_SHA256, TLSA_SHA512 }, 2 };
static const struct tlsa_digests sha256_only = { { TLSA_SHA256 }, 1 };

/* Records told apart by their mark, the first octet of the data; usage 0 ends the list. */
static const struct select_case {
	const char *name;
	const struct tlsa_digests *digests;
	struct {
		uint8_t usage, selector, matching, len;
		char mark;
	} records[5];
	const char *want; /* the marks that stay, in order */
} select_cases[] = {
	{ "AGIL-01 one digest: all its records stay", &tlsa_digests_default,
	    { { 3, 1, 1, 32, 'a' }, { 3, 1, 1, 32, 'b' } }, "ab" },
	{ "AGIL-01 the stronger digest hides the weaker", &tlsa_digests_default,
	    { { 3, 1, 1, 32, 'a' }, { 3, 1, 2, 64, 'b' } }, "b" },
	{ "AGIL-01 in the other order too", &tlsa_digests_default,
	    { { 3, 1, 2, 64, 'b' }, { 3, 1, 1, 32, 'a' }, { 3, 1, 2, 64, 'c' } },
	    "bc" },
	{ "AGIL-01 another selector is another matter", &tlsa_digests_default,
	    { { 3, 0, 1, 32, 'a' }, { 3, 1, 2, 64, 'b' } }, "ab" },
	{ "AGIL-01 another usage is another matter", &tlsa_digests_default,
	    { { 2, 1, 1, 32, 'a' }, { 3, 1, 2, 64, 'b' } }, "ab" },
	{ "AGIL-01 a broken record is dropped before the digests are compared",
	    &tlsa_digests_default, { { 3, 1, 2, 63, 'a' }, { 3, 1, 1, 32, 'b' } },
	    "b" },
	{ "AGIL-01 the order of the configuration counts", &sha256_first,
	    { { 3, 1, 1, 32, 'a' }, { 3, 1, 2, 64, 'b' } }, "a" },
	{ "AGIL-01 the less preferred one alone is used", &sha256_first,
	    { { 3, 1, 2, 64, 'b' } }, "b" },
	{ "TLSA-01 a digest refused by configuration", &sha256_only,
	    { { 3, 1, 1, 32, 'a' }, { 3, 1, 2, 64, 'b' } }, "a" },
	{ "TLSA-01 only a digest refused by configuration", &sha256_only,
	    { { 3, 1, 2, 64, 'b' } }, "" },
	{ "TLSA-02 1 1 1 beside 3 1 1", &tlsa_digests_default,
	    { { 1, 1, 1, 32, 'a' }, { 3, 1, 1, 32, 'b' } }, "b" },
	{ "TLSA-04 none usable", &tlsa_digests_default,
	    { { 1, 1, 1, 32, 'a' }, { 4, 1, 1, 32, 'b' }, { 3, 1, 1, 2, 'c' } }, "" },
	{ "AUTH-06 3 1 1 current and next, and 2 1 1", &tlsa_digests_default,
	    { { 3, 1, 1, 32, 'a' }, { 3, 1, 1, 32, 'b' }, { 2, 1, 1, 32, 'c' } },
	    "abc" },
};

static void
check_select(void **state)
{
	const struct select_case *c = *state;
	uint8_t bytes[COUNT_OF(c->records)][3 + 64] = { { 0 } };
	struct tlsa_rdata rdata[COUNT_OF(c->records)];
	struct tlsa_set *set, *chosen;
	size_t i, n;

	for (n = 0; n < COUNT_OF(c->records) && c->records[n].usage != 0; n++) {
		bytes[n][0] = c->records[n].usage;
		bytes[n][1] = c->records[n].selector;
		bytes[n][2] = c->records[n].matching;
		bytes[n][3] = (uint8_t)c->records[n].mark;
		rdata[n] = (struct tlsa_rdata){ bytes[n], 3 + c->records[n].len };
	}
	set = tlsa_set_new(rdata, n);
	chosen = tlsa_select(set, c->digests);
	free(set); /* the chosen ones have their own memory */

	assert_int_equal(chosen != NULL ? chosen->count : 0, strlen(c->want));
	for (i = 0; c->want[i] != '\0'; i++)
		assert_int_equal(chosen->records[i].data[0], c->want[i]);
	free(chosen);
}

static void
check_full_stays(void **state)
{
	uint8_t full[CERT_RDATA_MAX], strong[CERT_RDATA_MAX], weak[CERT_RDATA_MAX];
	struct tlsa_rdata rdata[] = {
		{ full, cert_rdata(&leaf, TLSA_DANE_EE, TLSA_SPKI, TLSA_FULL, full) },
		{ weak, cert_rdata(&leaf, TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA256, weak) },
		{ strong,
		    cert_rdata(&leaf, TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA512, strong) },
	};
	struct tlsa_set *set = tlsa_set_new(rdata, COUNT_OF(rdata));
	struct tlsa_set *chosen = tlsa_select(set, &tlsa_digests_default);

	(void)state;
	assert_non_null(chosen);
	assert_int_equal(chosen->count, 2);
	assert_int_equal(chosen->records[0].matching, TLSA_FULL);
	assert_int_equal(chosen->records[1].matching, TLSA_SHA512);
	free(chosen);
	free(set);
}

/* More full records than anybody needs: the first ones count. */
static void
check_many_full(void **state)
{
	uint8_t bytes[CERT_RDATA_MAX];
	struct tlsa_rdata rdata[TLSA_FULL_MAX + 3];
	struct tlsa_set *set, *chosen;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rdata); i++) {
		rdata[i].bytes = bytes;
		rdata[i].len =
		    cert_rdata(&leaf, TLSA_DANE_EE, TLSA_SPKI, TLSA_FULL, bytes);
	}
	set = tlsa_set_new(rdata, COUNT_OF(rdata));
	tlsa_set_check(set);
	for (i = 0; i < set->count; i++)
		assert_int_equal(set->records[i].full,
		    i < TLSA_FULL_MAX ? TLSA_FULL_GOOD : TLSA_FULL_UNCHECKED);
	chosen = tlsa_select(set, &tlsa_digests_default);
	assert_int_equal(chosen->count, TLSA_FULL_MAX);
	free(chosen);
	free(set);
}

/* What was kept is believed, and nothing is parsed again. */
static void
check_kept(void **state)
{
	uint8_t bytes[CERT_RDATA_MAX];
	struct tlsa_rdata rdata = { bytes,
		cert_rdata(&leaf, TLSA_DANE_EE, TLSA_SPKI, TLSA_FULL, bytes) };
	struct tlsa_set *set = tlsa_set_new(&rdata, 1);

	(void)state;
	set->records[0].full = TLSA_FULL_BAD;
	assert_false(tlsa_is_usable(&set->records[0], NULL));
	assert_null(tlsa_select(set, &tlsa_digests_default));
	free(set);
}

static void
check_empty(void **state)
{
	struct tlsa_set *set = tlsa_set_new(NULL, 0);

	(void)state;
	assert_null(tlsa_select(set, &tlsa_digests_default));
	free(set);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_usable, usable_cases),
		CASE("TLSA-01 rdata of 0 to 2 octets", check_short),
		CASES(check_select, select_cases),
		CASE("AGIL-01 a full record stays beside the strongest digest",
		    check_full_stays),
		CASE("TLSA-01 too many full records: the first ones count",
		    check_many_full),
		CASE("TLSA-01 full records are parsed once", check_kept),
		CASE("TLSA-01 an empty set has nothing usable", check_empty),
	};
	int failed;

	leaf = cert_make(&(struct cert_spec){ .cn = "leaf" }, NULL);
	failed = cases_run("tlsa_usable", tables, COUNT_OF(tables));
	cert_clear(&leaf);
	return failed;
}
