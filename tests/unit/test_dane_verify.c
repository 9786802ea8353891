/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "cases.h"
#include "certs.h"
#include "policy/chain_memo.h"
#include "policy/tlsa_usable.h"

#define HOST "mx1.example.com"

static struct trust_store *trusted; /* remembers all cases */

/* Issuers stand before those they sign. */
static const struct {
	const char *name, *issuer; /* issuer NULL: signed by itself */
	struct cert_spec spec;
} specs[] = {
	{ "root", NULL, { .cn = "root", .is_ca = true } },
	{ "other-root", NULL, { .cn = "other root", .is_ca = true } },
	{ "int", "root", { .cn = "intermediate", .is_ca = true } },
	{ "root-path0", NULL, { .cn = "pathlen 0", .is_ca = true, .path = "0" } },
	{ "root-for-net", NULL,
	    { .cn = "constrained",
		.is_ca = true,
		.constraints = "critical,permitted;DNS:example.net" } },
	{ "int-of-path0", "root-path0", { .cn = "one CA too many", .is_ca = true } },

	{ "good", "int", { .cn = "good", .san = "DNS:" HOST } },
	{ "expired", "int",
	    { .cn = "old", .san = "DNS:" HOST, .from_days = -30, .to_days = -1 } },
	{ "future", "int",
	    { .cn = "future", .san = "DNS:" HOST, .from_days = 1, .to_days = 30 } },
	{ "other-name", "int", { .cn = "other name", .san = "DNS:other.example.net" } },
	{ "upper-case", "int", { .cn = "upper case", .san = "DNS:MX1.Example.COM" } },
	{ "wildcard", "int", { .cn = "wildcard", .san = "DNS:*.example.com" } },
	{ "wildcard-inside", "int", { .cn = "inside", .san = "DNS:mx*.example.com" } },
	{ "wildcard-second", "int", { .cn = "second", .san = "DNS:mx1.*.com" } },
	{ "wildcard-twice", "int", { .cn = "twice", .san = "DNS:*.*.com" } },
	{ "cn-only", "int", { .cn = HOST } },
	{ "cn-and-ip", "int", { .cn = HOST, .san = "IP:192.0.2.1" } },
	{ "cn-and-other", "int", { .cn = HOST, .san = "DNS:other.example.net" } },
	{ "next-hop", "int", { .cn = "next-hop", .san = "DNS:example.com" } },
	{ "parent", "int", { .cn = "parent", .san = "DNS:com" } },
	{ "a-label", "int", { .cn = "a-label", .san = "DNS:xn--bcher-kva.example" } },
	{ "u-label", "int",
	    { .cn = "u-label", .san = "DNS:b\xc3\xbc\x63her.example" } },
	{ "weak", "int", { .cn = "weak", .san = "DNS:" HOST, .rsa_bits = 1024 } },
	{ "sha1", "int", { .cn = "sha1", .san = "DNS:" HOST, .is_sha1 = true } },
	{ "of-root", "root", { .cn = "of root", .san = "DNS:" HOST } },
	{ "of-path0", "root-path0", { .cn = "directly below", .san = "DNS:" HOST } },
	{ "of-root-for-net", "root-for-net", { .cn = "outside", .san = "DNS:" HOST } },
	{ "too-deep", "int-of-path0", { .cn = "too deep", .san = "DNS:" HOST } },
	{ "self", NULL, { .cn = "self", .san = "DNS:" HOST } },
	{ "self-expired", NULL,
	    { .cn = "old self", .san = "DNS:" HOST, .from_days = -30, .to_days = -1 } },
};

static struct cert certs[COUNT_OF(specs)];

static const struct cert *
cert(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < COUNT_OF(specs); i++)
		if (strlen(specs[i].name) == len &&
		    memcmp(specs[i].name, name, len) == 0)
			return &certs[i];
	fail_msg("no certificate \"%.*s\"", (int)len, name);
	return NULL;
}

static void
assert_same(const struct chain_verdict *a, const struct chain_verdict *b)
{
	assert_int_equal(a->outcome, b->outcome);
	assert_int_equal(a->depth, b->depth);
	assert_int_equal(a->matched.usage, b->matched.usage);
	assert_int_equal(a->matched.selector, b->matched.selector);
	assert_int_equal(a->matched.matching, b->matched.matching);
	assert_string_equal(a->detail, b->detail);
}

/* The next of the blank-separated words of *text, which moves behind it; its length, 0 at the end. */
static size_t
next_word(const char **text, const char **word)
{
	*text += strspn(*text, " ");
	*word = *text;
	*text += strcspn(*text, " ");
	return (size_t)(*text - *word);
}

static struct chain
chain_of(const char *sent)
{
	struct chain chain = { 0 };
	const char *word;
	size_t len;

	while ((len = next_word(&sent, &word)) > 0) {
		chain.certs[chain.count].der = cert(word, len)->der;
		chain.certs[chain.count++].len = cert(word, len)->len;
	}
	return chain;
}

#define RECORDS_MAX 4

/*
 * One record: "311:good" is "3 1 1" of that certificate, "311!good" the same of another one, "311-good" without its
 * last octet.
 */
static size_t
put_record(const char *text, size_t len, uint8_t out[CERT_RDATA_MAX])
{
	const struct cert *of = text[3] == '!'
				    ? cert("other-root", strlen("other-root"))
				    : cert(text + 4, len - 4);
	/* Octets for an unknown selector or matching type, too. */
	enum tlsa_selector selector = text[1] == '0' ? TLSA_CERT : TLSA_SPKI;
	enum tlsa_matching matching =
	    text[2] <= '2' ? (enum tlsa_matching)(text[2] - '0') : TLSA_SHA256;
	size_t n =
	    cert_rdata(of, (enum tlsa_usage)(text[0] - '0'), selector, matching, out);

	out[1] = (uint8_t)(text[1] - '0');
	out[2] = (uint8_t)(text[2] - '0');
	return text[3] == '-' ? n - 1 : n;
}

static struct tlsa_set *
select_records(const char *records)
{
	uint8_t bytes[RECORDS_MAX][CERT_RDATA_MAX];
	struct tlsa_rdata rdata[RECORDS_MAX];
	struct tlsa_set *set, *usable;
	const char *word;
	size_t n, len;

	for (n = 0; (len = next_word(&records, &word)) > 0; n++)
		rdata[n] =
		    (struct tlsa_rdata){ bytes[n], put_record(word, len, bytes[n]) };
	set = tlsa_set_new(rdata, n);
	usable = tlsa_select(set, &tlsa_digests_default);
	free(set);
	return usable;
}

/* The reference names; the first is the TLSA base domain. */
struct names {
	struct domain domains[2];
	const struct domain *pointers[2];
	size_t count;
};

static void
names_set(struct names *n, const char *text)
{
	const char *word;
	size_t len;

	for (n->count = 0; (len = next_word(&text, &word)) > 0; n->count++) {
		assert_int_equal(
		    domain_parse(word, len, &n->domains[n->count], NULL), ST_OK);
		n->pointers[n->count] = &n->domains[n->count];
	}
}

/* The end of a case: by which usage and at which depth it matched, or why not. */
#define MATCHED(usage, depth) CHAIN_MATCHED, usage, depth
#define FAILED(outcome)       outcome, 0, 0

static const struct dane_case {
	const char *name, *sent, *records, *names;
	enum chain_outcome want;
	int usage, depth;
} dane_cases[] = {
	{ "AUTH-01 3 1 1 of the leaf", "good int", "311:good", HOST, MATCHED(3, 0) },
	{ "AUTH-01 3 0 1 of the leaf", "good int", "301:good", HOST, MATCHED(3, 0) },
	{ "TLSA-06 3 1 2 of the leaf", "good int", "312:good", HOST, MATCHED(3, 0) },
	{ "TLSA-06 3 1 0 of the leaf", "good int", "310:good", HOST, MATCHED(3, 0) },
	{ "TLSA-06 3 0 0 of the leaf", "good int", "300:good", HOST, MATCHED(3, 0) },
	{ "TLSA-06 3 0 2 of the leaf", "good int", "302:good", HOST, MATCHED(3, 0) },
	{ "AUTH-01 SEED-12 3 1 1, expired leaf", "expired", "311:expired", HOST,
	    MATCHED(3, 0) },
	{ "AUTH-01 3 1 1, leaf that is not valid yet", "future", "311:future", HOST,
	    MATCHED(3, 0) },
	{ "AUTH-01 SEED-11 3 1 1, leaf for another name", "other-name",
	    "311:other-name", HOST, MATCHED(3, 0) },
	{ "AUTH-01 AUTH-09 SEED-10 3 1 1, self-signed leaf", "self", "311:self", HOST,
	    MATCHED(3, 0) },
	{ "AUTH-01 3 1 1, unrelated certificates behind the leaf",
	    "good other-root self", "311:good", HOST, MATCHED(3, 0) },
	{ "AUTH-01 3 1 1 with a weak key: the key alone counts", "weak", "311:weak",
	    HOST, MATCHED(3, 0) },
	{ "AUTH-10 3 1 1 without certificate transparency", "good", "311:good", HOST,
	    MATCHED(3, 0) },
	{ "AUTH-07 SEED-81 3 1 1 of another key", "good int", "311!good", HOST,
	    FAILED(CHAIN_NO_MATCH) },
	{ "AUTH-07 3 1 1 of the issuer", "good int", "311:int", HOST,
	    FAILED(CHAIN_NO_MATCH) },
	{ "AUTH-02 2 1 1 of the intermediate", "good int", "211:int", HOST,
	    MATCHED(2, 1) },
	{ "AUTH-02 2 0 1 of the intermediate", "good int", "201:int", HOST,
	    MATCHED(2, 1) },
	{ "AUTH-02 SEED-12 2 1 1, expired leaf", "expired int", "211:int", HOST,
	    FAILED(CHAIN_EXPIRED) },
	{ "AUTH-02 2 1 1, leaf that is not valid yet", "future int", "211:int", HOST,
	    FAILED(CHAIN_NOT_YET_VALID) },
	{ "AUTH-02 REF-01 SEED-11 2 1 1, leaf for another name", "other-name int",
	    "211:int", HOST, FAILED(CHAIN_NAME_MISMATCH) },
	{ "AUTH-02 2 1 1, leaf of another issuer", "self int", "211:int", HOST,
	    FAILED(CHAIN_NO_MATCH) },
	{ "AUTH-03 SEED-13 2 0 1 of the root, root sent", "good int root", "201:root",
	    HOST, MATCHED(2, 2) },
	{ "AUTH-03 2 1 1 of the root, root sent", "good int root", "211:root", HOST,
	    MATCHED(2, 2) },
	{ "AUTH-03 2 0 1 of the root, root not sent", "good int", "201:root", HOST,
	    FAILED(CHAIN_NO_MATCH) },
	{ "AUTH-03 SEED-13 2 1 1 of the root, root not sent", "good int", "211:root",
	    HOST, FAILED(CHAIN_NO_MATCH) },
	{ "AUTH-04 2 0 0 of the root, root not sent", "good int", "200:root", HOST,
	    MATCHED(2, 2) },
	{ "AUTH-05 2 1 0 of the root, root not sent", "good int", "210:root", HOST,
	    MATCHED(2, 1) },
	{ "AUTH-05 2 1 0, topmost certificate not signed by that key", "good int",
	    "210:other-root", HOST, FAILED(CHAIN_NO_MATCH) },
	{ "AUTH-05 2 1 0, expired leaf signed by that key", "expired", "210:int", HOST,
	    FAILED(CHAIN_EXPIRED) },
	{ "AUTH-06 SEED-14 3 1 1 next and current", "good", "311:root 311:good", HOST,
	    MATCHED(3, 0) },
	{ "AUTH-06 3 1 1 stale and 2 1 1 issuer", "good int", "311!good 211:int", HOST,
	    MATCHED(2, 1) },
	{ "AUTH-06 3 1 1 wrong and 3 0 1 right", "good", "311!good 301:good", HOST,
	    MATCHED(3, 0) },
	{ "AUTH-08 path length 0, leaf directly below", "of-path0 root-path0",
	    "201:root-path0", HOST, MATCHED(2, 1) },
	{ "AUTH-08 path length 0, another CA between",
	    "too-deep int-of-path0 root-path0", "201:root-path0", HOST,
	    FAILED(CHAIN_NOT_TRUSTED) },
	{ "AUTH-08 name outside the TA's name constraints",
	    "of-root-for-net root-for-net", "201:root-for-net", HOST,
	    FAILED(CHAIN_NOT_TRUSTED) },
	{ "AUTH-09 2 0 1 of a self-signed leaf", "self", "201:self", HOST,
	    FAILED(CHAIN_NO_MATCH) },
	{ "AUTH-09 2 0 1 of the leaf itself", "good int", "201:good", HOST,
	    FAILED(CHAIN_NO_MATCH) },
	{ "AGIL-01 3 1 0 right and 3 1 2 wrong", "good", "310:good 312!good", HOST,
	    MATCHED(3, 0) },
	{ "AGIL-01 3 1 1 right and 3 1 2 wrong", "good", "311:good 312!good", HOST,
	    FAILED(CHAIN_NO_MATCH) },
	{ "AGIL-01 3 1 1 right and 3 1 2 of wrong length", "good", "311:good 312-good",
	    HOST, MATCHED(3, 0) },
	{ "AGIL-01 3 1 2 wrong and 3 0 1 right", "good", "312!good 301:good", HOST,
	    MATCHED(3, 0) },
	{ "TLSA-01 3 2 1 beside 3 1 1 right", "good", "321:good 311:good", HOST,
	    MATCHED(3, 0) },
	{ "TLSA-02 SEED-06 1 1 1 right beside 3 1 1 wrong", "good", "111:good 311!good",
	    HOST, FAILED(CHAIN_NO_MATCH) },
	{ "TLSA-02 1 1 1 beside 3 1 1 right: no WebPKI asked", "good",
	    "111:good 311:good", HOST, MATCHED(3, 0) },
	{ "NAME-02 2 1 1, wildcard", "wildcard int root", "211:root", HOST,
	    MATCHED(2, 2) },
	{ "NAME-01 2 1 1, name in upper case", "upper-case int", "211:int", HOST,
	    MATCHED(2, 1) },
	{ "NAME-08 2 1 1, wildcard inside a label", "wildcard-inside int", "211:int",
	    HOST, FAILED(CHAIN_NAME_MISMATCH) },
	{ "NAME-04 2 1 1, Common Name without any dNSName", "cn-only int", "211:int",
	    HOST, MATCHED(2, 1) },
	{ "NAME-04 2 1 1, Common Name beside an address", "cn-and-ip int", "211:int",
	    HOST, MATCHED(2, 1) },
	{ "NAME-04 2 1 1, Common Name beside another dNSName", "cn-and-other int",
	    "211:int", HOST, FAILED(CHAIN_NAME_MISMATCH) },
	{ "REF-02 2 1 1, leaf for the next-hop, which is a reference name",
	    "next-hop int", "211:int", HOST " example.com", MATCHED(2, 1) },
	{ "REF-03 2 1 1, leaf for the next-hop, which is none", "next-hop int",
	    "211:int", HOST, FAILED(CHAIN_NAME_MISMATCH) },
	{ "REF-02 2 1 1, two reference names", "good int", "211:int",
	    "mx1.example.com x.example", MATCHED(2, 1) },
	{ "REF-02 2 1 1, the same letters as two other names", "good int", "211:int",
	    "mx1.example.co mx.example", FAILED(CHAIN_NAME_MISMATCH) },
	{ "REF-02 2 1 1, leaf for the next-hop's parent", "parent int", "211:int",
	    HOST " example.com", FAILED(CHAIN_NAME_MISMATCH) },
	{ "NAME-05 2 1 1, A-label", "a-label int", "211:int",
	    HOST " xn--bcher-kva.example", MATCHED(2, 1) },
	{ "NAME-05 2 1 1, raw UTF-8", "u-label int", "211:int",
	    HOST " xn--bcher-kva.example", FAILED(CHAIN_NAME_MISMATCH) },
};

static void
check_dane(void **state)
{
	const struct dane_case *c = *state;
	struct chain chain = chain_of(c->sent);
	struct tlsa_set *usable = select_records(c->records);
	struct chain_verdict v, again;
	struct names names;
	size_t i;

	names_set(&names, c->names);
	assert_non_null(usable);
	dane_verify(&chain, usable, names.pointers, names.count, CERT_NOW, &v);
	for (i = 0; i < 2; i++) {
		memo_dane_verify(&chain, trusted, usable, names.pointers, names.count,
		    CERT_NOW, &again);
		assert_same(&v, &again);
	}
	free(usable);

	assert_string_equal(chain_outcome_text(v.outcome), chain_outcome_text(c->want));
	if (v.outcome != CHAIN_MATCHED) {
		assert_true(strlen(v.detail) > 0);
		return;
	}
	assert_string_equal(v.detail, "");
	assert_int_equal(v.matched.usage, c->usage);
	assert_int_equal(v.depth, c->depth);
	assert_null(v.matched.data);
}

static void
check_unusable(void **state)
{
	(void)state;
	assert_null(select_records("111:good 001:int 313:good"));
}

static void
check_clock(void **state)
{
	static const struct {
		time_t now;
		enum chain_outcome want;
	} times[] = {
		{ CERT_NOW - 10 * CERT_DAY, CHAIN_NOT_YET_VALID },
		{ CERT_NOW, CHAIN_MATCHED },
		{ CERT_NOW + 366 * CERT_DAY, CHAIN_EXPIRED },
	};
	struct chain chain = chain_of("good int");
	struct tlsa_set *usable = select_records("211:int");
	struct chain_verdict v;
	struct names names;
	size_t i;

	(void)state;
	names_set(&names, HOST);
	for (i = 0; i < COUNT_OF(times); i++) {
		dane_verify(
		    &chain, usable, names.pointers, names.count, times[i].now, &v);
		assert_int_equal(v.outcome, times[i].want);
	}
	free(usable);
}

/* The chain is refused although the record matches its leaf. */
static void
assert_chain_invalid(const struct chain *chain)
{
	struct tlsa_set *usable = select_records("311:good");
	struct chain_verdict v;
	struct names names;

	names_set(&names, HOST);
	dane_verify(chain, usable, names.pointers, names.count, CERT_NOW, &v);
	free(usable);
	assert_int_equal(v.outcome, CHAIN_INVALID);
}

static void
check_broken_chain(void **state)
{
	uint8_t longer[CERT_RDATA_MAX] = { 0 };
	struct chain chain = { 0 };

	(void)state;
	assert_chain_invalid(&chain);

	chain = chain_of("good int");
	chain.certs[1].len--;
	assert_chain_invalid(&chain);

	chain = chain_of("good int");
	memcpy(longer, chain.certs[0].der, chain.certs[0].len);
	chain.certs[0].der = longer;
	chain.certs[0].len++;
	assert_chain_invalid(&chain);
}

static const struct pkix_case {
	const char *name, *sent, *host;
	enum chain_outcome want;
} pkix_cases[] = {
	{ "STS-APP-06 host in dNSName, trusted root", "good int", HOST, CHAIN_MATCHED },
	{ "STS-APP-06 root sent as well", "good int root", HOST, CHAIN_MATCHED },
	{ "STS-APP-06 leaf of the root itself", "of-root", HOST, CHAIN_MATCHED },
	{ "STS-APP-06 certificates out of order", "good root int", HOST,
	    CHAIN_MATCHED },
	{ "STS-APP-06 expired", "expired int", HOST, CHAIN_EXPIRED },
	{ "STS-APP-06 not valid yet", "future int", HOST, CHAIN_NOT_YET_VALID },
	{ "STS-APP-06 intermediate not sent", "good", HOST, CHAIN_NOT_TRUSTED },
	{ "STS-APP-06 self-signed", "self", HOST, CHAIN_NOT_TRUSTED },
	{ "STS-APP-06 expired and self-signed", "self-expired", HOST,
	    CHAIN_NOT_TRUSTED },
	{ "STS-APP-06 unknown root", "too-deep int-of-path0 root-path0", HOST,
	    CHAIN_NOT_TRUSTED },
	{ "STS-APP-06 SEED-56 name of another host of the domain", "good int",
	    "mx2.example.com", CHAIN_NAME_MISMATCH },
	{ "STS-APP-06 SEED-56 name of the policy domain only", "next-hop int", HOST,
	    CHAIN_NAME_MISMATCH },
	{ "TLS-04 1024 bits", "weak int", HOST, CHAIN_NOT_TRUSTED },
	{ "TLS-04 SHA-1", "sha1 int", HOST, CHAIN_NOT_TRUSTED },
	{ "NAME-03 NAME-08 Common Name only", "cn-only int", HOST,
	    CHAIN_NAME_MISMATCH },
	{ "NAME-03 NAME-08 Common Name beside an address", "cn-and-ip int", HOST,
	    CHAIN_NAME_MISMATCH },
	{ "NAME-08 wildcard inside a label", "wildcard-inside int", HOST,
	    CHAIN_NAME_MISMATCH },
	{ "NAME-02 NAME-08 wildcard as second label", "wildcard-second int", HOST,
	    CHAIN_NAME_MISMATCH },
	{ "NAME-02 NAME-08 two wildcards", "wildcard-twice int", HOST,
	    CHAIN_NAME_MISMATCH },
	{ "NAME-01 NAME-08 upper case", "upper-case int", HOST, CHAIN_MATCHED },
	{ "NAME-08 wildcard for the whole first label", "wildcard int", HOST,
	    CHAIN_MATCHED },
	{ "NAME-02 wildcard for two labels", "wildcard int", "a.mx1.example.com",
	    CHAIN_NAME_MISMATCH },
	{ "NAME-02 wildcard for no label", "wildcard int", "example.com",
	    CHAIN_NAME_MISMATCH },
	{ "NAME-06 wildcard for an A-label", "wildcard int",
	    "xn--bcher-kva.example.com", CHAIN_MATCHED },
	{ "NAME-05 A-label", "a-label int", "xn--bcher-kva.example", CHAIN_MATCHED },
	{ "NAME-08 host given with a final dot, which is gone by then", "good int",
	    HOST ".", CHAIN_MATCHED },
};

static void
check_pkix(void **state)
{
	const struct pkix_case *c = *state;
	struct chain chain = chain_of(c->sent);
	struct chain_verdict v, again;
	struct names names;
	size_t i;

	names_set(&names, c->host);
	pkix_verify(&chain, trusted, names.pointers[0], CERT_NOW, &v);
	for (i = 0; i < 2; i++) {
		memo_pkix_verify(&chain, trusted, names.pointers[0], CERT_NOW, &again);
		assert_same(&v, &again);
	}
	assert_string_equal(chain_outcome_text(v.outcome), chain_outcome_text(c->want));
	assert_int_equal(v.detail[0] == '\0', c->want == CHAIN_MATCHED);
}

static void
check_pkix_broken(void **state)
{
	struct chain chain = chain_of("good int");
	struct chain_verdict v;
	struct names names;

	(void)state;
	names_set(&names, HOST);
	chain.certs[0].len /= 2;
	pkix_verify(&chain, trusted, names.pointers[0], CERT_NOW, &v);
	assert_int_equal(v.outcome, CHAIN_INVALID);
}

/* Around the end of a certificate: what was found out holds for a minute, never before it was. */
static void
check_memo(void **state)
{
	static const time_t end = CERT_NOW + (time_t)365 * CERT_DAY;
	static const struct {
		time_t now;
		enum chain_outcome want;
	} times[] = {
		{ end - 10, CHAIN_MATCHED },
		{ end - 10 + MEMO_S - 1, CHAIN_MATCHED },
		{ end - 10 + MEMO_S, CHAIN_EXPIRED },
		{ end - 10, CHAIN_MATCHED },
		{ end - 11, CHAIN_MATCHED },
		{ end + MEMO_S - 12, CHAIN_MATCHED },
		{ end + MEMO_S - 11, CHAIN_EXPIRED },
	};
	struct tlsa_set *usable = select_records("211:int");
	struct chain chain = chain_of("good int");
	struct chain_verdict v;
	struct names names;
	size_t i;

	(void)state;
	names_set(&names, HOST);
	for (i = 0; i < COUNT_OF(times); i++) {
		memo_pkix_verify(&chain, trusted, names.pointers[0], times[i].now, &v);
		assert_int_equal(v.outcome, times[i].want);
		memo_dane_verify(&chain, trusted, usable, names.pointers, names.count,
		    times[i].now, &v);
		assert_int_equal(v.outcome, times[i].want);
	}
	memo_dane_verify(
	    &chain, NULL, usable, names.pointers, names.count, end + 1, &v);
	assert_int_equal(v.outcome, CHAIN_EXPIRED);
	free(usable);
}

/* A file with these octets; its name goes to path. */
static void
make_file(char path[64], const char *text)
{
	int fd;

	snprintf(path, 64, "/tmp/hopseal-test-ca.XXXXXX");
	fd = mkstemp(path);
	cert_must(fd != -1 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
		  close(fd) == 0);
}

static void
check_bad_bundle(void **state)
{
	struct trust_store *store;
	struct why why;
	char path[64];

	(void)state;
	make_file(path, "");
	assert_int_equal(trust_store_open(path, &store, &why), ST_IO);
	assert_null(store);
	assert_non_null(strstr(why.text, path));
	unlink(path);

	assert_int_equal(trust_store_open(path, &store, &why), ST_IO);
	assert_null(store);
	assert_non_null(strstr(why.text, "No such file"));

	make_file(
	    path, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
	assert_int_equal(trust_store_open(path, &store, &why), ST_IO);
	unlink(path);
	trust_store_close(NULL);
}

static void
open_trusted(void)
{
	char path[64];
	FILE *f;

	make_file(path, "# the trust anchors of this test\n");
	f = fopen(path, "a");
	cert_must(f != NULL && PEM_write_X509(f, cert("root", strlen("root"))->x509) &&
		  fclose(f) == 0);
	cert_must(trust_store_open(path, &trusted, NULL) == ST_OK);
	unlink(path);
}

static void
make_certs(void)
{
	size_t i;

	for (i = 0; i < COUNT_OF(specs); i++)
		certs[i] = cert_make(
		    &specs[i].spec, specs[i].issuer != NULL
					? cert(specs[i].issuer, strlen(specs[i].issuer))
					: NULL);
}

static void
clear_certs(void)
{
	size_t i;

	for (i = 0; i < COUNT_OF(specs); i++)
		cert_clear(&certs[i]);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_dane, dane_cases),
		CASE(
		    "TLSA-02 TLSA-04 SEED-06 only unusable records: nothing to verify by",
		    check_unusable),
		CASE("AUTH-02 2 1 1 by the time that is given", check_clock),
		CASE("AUTH-07 a chain that cannot be read", check_broken_chain),
		CASES(check_pkix, pkix_cases),
		CASE("STS-APP-06 a chain that cannot be read", check_pkix_broken),
		CASE("a chain is verified once a minute", check_memo),
		CASE("STS-APP-14 a CA bundle that is missing, empty or broken",
		    check_bad_bundle),
	};
	int failed;

	make_certs();
	open_trusted();
	failed = cases_run("dane_verify", tables, COUNT_OF(tables));
	trust_store_close(trusted);
	clear_certs();
	return failed;
}
