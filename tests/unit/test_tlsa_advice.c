/* SPDX-License-Identifier: ISC */
#include "policy/tlsa_advice.h"
#include "tlsa_certs.h"

static const struct advice_case {
	const char *name, *set;
	enum remark_level worst;
	const char *want; /* parts, with "|" between */
} advice_cases[] = {
	{ "PUB-TLSA-02 3 1 1 needs no advice", "311l", REMARK_NOTE, "" },
	{ "PUB-TLSA-05 SEED-16 two 3 1 1 need none", "311l 311o", REMARK_NOTE, "" },
	{ "PUB-TLSA-02 2 0 1 is the second choice", "201r", REMARK_NOTE,
	    "note 2 0 1: a record of the issuer's whole certificate|RFC 7671, 5.2" },
	{ "PUB-TLSA-06 SEED-13 usage 2: the server has to send that certificate",
	    "211r", REMARK_NOTE, "note 2 1 1: usage 2 asks more|RFC 7672, 3.1.2" },
	{ "PUB-TLSA-02 SEED-07 selector 0 of a leaf", "301l", REMARK_ADVICE,
	    "advice 3 0 1: |ends with each renewal|RFC 7671, 5.1" },
	{ "PUB-TLSA-02 SEED-06 usage 0 only", "001r", REMARK_BROKEN,
	    "advice 0 0 1: usages 0 and 1 are not for SMTP|RFC 7672, 3.1.3|"
	    "broken : no record is usable" },
	{ "PUB-TLSA-02 SEED-06 1 1 1 beside 3 1 1", "111l 311l", REMARK_ADVICE,
	    "advice 1 1 1: usages 0 and 1" },
	{ "PUB-TLSA-02 data in full", "310l", REMARK_ADVICE,
	    "advice 3 1 0: data in full|RFC 7671, 10.1" },
	{ "PUB-TLSA-02 SHA2-512 alone", "312l", REMARK_ADVICE,
	    "advice : SHA2-512 alone|RFC 7671, 2" },
	{ "PUB-TLSA-02 SHA2-512 beside SHA2-256", "312l 311l", REMARK_NOTE, "" },
	{ "PUB-TLSA-02 SHA2-512 beside data in full", "312l 310l", REMARK_ADVICE,
	    "advice 3 1 0: data in full|!SHA2-512 alone" },
	{ "PUB-TLSA-02 SHA2-512 beside a SHA2-256 that is none", "312l 311x",
	    REMARK_ADVICE, "advice : SHA2-512 alone" },
	{ "PUB-TLSA-11 four digests are not too much", "311l 311o 311a 311s",
	    REMARK_NOTE, "" },
	{ "PUB-TLSA-11 two certificates in full", "300a 300r 300i", REMARK_ADVICE,
	    "octets of records: they need TCP|RFC 7671, 10.1" },
	{ "SEED-05 a digest of one octet beside a good record", "311x 311l",
	    REMARK_ADVICE,
	    "advice 3 1 1: digest of wrong length|RFC 6698, 4.1|!broken" },
	{ "SEED-05 a digest of one octet alone", "311x", REMARK_BROKEN,
	    "advice 3 1 1: digest of wrong length|broken : no record is usable" },
	{ "SEED-05 selector 2", "321l", REMARK_BROKEN,
	    "advice 3 2 1: unknown selector|broken : no record is usable" },
	{ "SEED-05 selector 2 in full", "320l", REMARK_BROKEN,
	    "advice 3 2 0: unknown selector|!data in full" },
	{ "SEED-05 a record of two octets", "311y 311l", REMARK_ADVICE,
	    "advice : |RFC 6698, 4.1|!usages 0 and 1" },
	{ "PUB-TLSA-02 no records at all", "", REMARK_BROKEN,
	    "no record is usable|!SHA2-512" },
};

static void
check_advice(void **state)
{
	const struct advice_case *c = *state;
	struct tlsa_set *set = set_of(c->set);
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;

	tlsa_advise(set, &remarks);
	add_remarks(&got, &remarks);
	assert_remarks(strbuf_str(&got), c->want);
	assert_int_equal(remarks_worst(&remarks), c->worst);
	strbuf_clear(&got);
	remarks_clear(&remarks);
	free(set);
}

static const struct owner_case {
	const char *name, *owner, *want;
} owner_cases[] = {
	{ "SEED-09 the owner of an MX host", "_25._tcp.mx.example.org.", "" },
	{ "SEED-09 relative to the zone", "_25._tcp.mx", "" },
	{ "SEED-09 relative to the host", "_25._tcp", "" },
	{ "SEED-09 upper case", "_25._TCP.MX.example.org", "" },
	{ "SEED-09 a wildcard", "*.example.org.", "" },
	{ "SEED-09 a wildcard for all ports", "*._tcp.mx.example.org.", "" },
	{ "SEED-09 the origin", "@", "" },
	{ "SEED-09 none", "", "" },
	{ "SEED-09 a star behind a label", "_25._tcp.*.example.org.",
	    "broken _25._tcp.*.example.org.: a star|RFC 4592, 2.1.1" },
	{ "SEED-09 a star in a label", "_25._tcp*", "broken _25._tcp*: a star" },
	{ "the host itself", "mx.example.org.",
	    "broken mx.example.org.: nobody asks there|_25._tcp.HOST" },
	{ "SEED-09 no underscore", "25._tcp.mx.example.org.", "nobody asks there" },
	{ "SEED-09 UDP", "_25._udp.mx.example.org.", "nobody asks there" },
	{ "SEED-09 no port", "_tcp.mx.example.org.", "nobody asks there" },
	{ "SEED-09 port 99999", "_99999._tcp.mx.example.org.", "nobody asks there" },
	{ "SEED-09 no host name behind it", "_25._tcp.mx..example",
	    "nobody asks there" },
	{ "SEED-09 another port", "_465._tcp.mx.example.org.",
	    "note _465._tcp.mx.example.org.: a record for port 465: mail between servers goes to port 25" },
};

static void
check_owner(void **state)
{
	const struct owner_case *c = *state;
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;

	tlsa_advise_owner(c->owner, &remarks);
	add_remarks(&got, &remarks);
	assert_remarks(strbuf_str(&got), c->want);
	strbuf_clear(&got);
	remarks_clear(&remarks);
}

static const struct ttl_case {
	const char *name;
	uint32_t ttl_s;
	bool is_published;
	const char *want;
} ttl_cases[] = {
	{ "PUB-TLSA-10 SEED-28 an hour", 3600, true, "" },
	{ "PUB-TLSA-10 SEED-28 half an hour", 1800, true, "" },
	{ "PUB-TLSA-10 SEED-28 a second more than an hour", 3601, true,
	    "advice : a TTL of 3601 s|RFC 7671, 8.1" },
	{ "PUB-TLSA-10 SEED-28 a day, of which that is left", 3601, false,
	    "advice : a TTL of 3601 s" },
	{ "PUB-TLSA-10 SEED-28 300 s are accepted with a note", 300, true,
	    "note : a TTL of 300 s" },
	{ "PUB-TLSA-10 SEED-28 what is left in a cache may be short", 10, false, "" },
	{ "PUB-TLSA-10 SEED-28 less than 300 s", 299, true,
	    "advice : a TTL of 299 s|use 1800 to 3600 s" },
};

static void
check_ttl(void **state)
{
	const struct ttl_case *c = *state;
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;

	tlsa_advise_ttl(c->ttl_s, c->is_published, &remarks);
	add_remarks(&got, &remarks);
	assert_remarks(strbuf_str(&got), c->want);
	strbuf_clear(&got);
	remarks_clear(&remarks);
}

static const struct meaning_case {
	const char *name, *set, *want;
} meaning_cases[] = {
	{ "SEED-05 3 1 1 in words", "311l",
	    "a server whose public key has this SHA2-256 digest" },
	{ "SEED-05 3 0 0 in words", "300l", "a server whose certificate is this one" },
	{ "SEED-05 2 1 2 in words", "212r",
	    "a chain that the server sends up to an authority whose public key has this "
	    "SHA2-512 digest" },
	{ "SEED-05 0 0 1 in words", "001r",
	    "a WebPKI chain through an authority whose certificate has this SHA2-256 "
	    "digest" },
	{ "SEED-05 1 1 1 in words", "111l",
	    "a server with a WebPKI chain, whose public key has this SHA2-256 digest" },
	{ "SEED-05 usage 4 has no meaning", "411l", "" },
	{ "SEED-05 two octets have no meaning", "311y", "" },
};

static void
check_meaning(void **state)
{
	const struct meaning_case *c = *state;
	struct tlsa_set *set = set_of(c->set);
	struct strbuf got = STRBUF_INIT;

	tlsa_add_meaning(&got, &set->records[0]);
	assert_string_equal(strbuf_str(&got), c->want);
	strbuf_clear(&got);
	free(set);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_advice, advice_cases),
		CASES(check_owner, owner_cases),
		CASES(check_ttl, ttl_cases),
		CASES(check_meaning, meaning_cases),
	};
	int failed;

	certs_make();
	failed = cases_run("tlsa_advice", tables, COUNT_OF(tables));
	certs_clear();
	return failed;
}
