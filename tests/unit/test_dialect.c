/*
 * What each kind of MTA is told.  SPDX-License-Identifier: ISC
 */
#include "unit/cases.h"

#include <json-c/json.h>

#include "wire/dialect.h"

#define HOSTS 3

static const char enforce[] =
    "version: STSv1\nmode: enforce\nmx: mx1.example.org\nmx: *.example.net\nmax_age: 86400\n";
static const char testing[] =
    "version: STSv1\nmode: testing\nmx: mx1.example.org\nmx: *.example.net\nmax_age: 86400\n";
static const char odd_bytes[] =
    "version: STSv1\nmode: enforce\nmx: mx1.example.org\nnote: {\nnote: }\nnote: \xc3\xbc\n"
    "max_age: 86400\n";
static const char odd_lines[] =
    "version: STSv1\nmode: enforce\nmx: mx1.example.org\nnote: } { policy_type = tlsa\n"
    "max_age: 86400\n";

/* TLSA presentation forms of the hosts below. */
#define EE256 "3 1 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define TA256 "2 0 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define PIN                                                                            \
	"00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:"  \
	"19:1A:1B:1C:1D:1E:1F"

struct host_case {
	const char *name;
	enum verdict verdict;
	enum reason reason;
	const char *tlsa;
	bool needs_sts;
};

static const struct postfix_case {
	const char *name;
	enum verdict verdict;
	enum reason reason;
	bool mx_is_secure;
	const char *policy; /* NULL: none */
	bool is_override;
	struct host_case hosts[HOSTS];
	const char *plain;  /* reply of map "postfix", code and text */
	const char *tlsrpt; /* of "postfix-tlsrpt"; NULL: the same */
} postfix_cases[] = {
	{ "STS-APP-16 SEED-56 one host under enforce: its name, not the pattern",
	    VERDICT_STS, REASON_STS_ENFORCE, false, enforce, false,
	    { { "mx1.example.org", VERDICT_STS, REASON_STS_ENFORCE, NULL, false } },
	    "OK secure match=mx1.example.org servername=hostname",
	    "OK secure match=mx1.example.org servername=hostname policy_type=sts "
	    "policy_domain=example.org mx_host_pattern=mx1.example.org "
	    "mx_host_pattern=*.example.net { policy_string = version: STSv1 } "
	    "{ policy_string = mode: enforce } { policy_string = mx: mx1.example.org } "
	    "{ policy_string = mx: *.example.net } { policy_string = max_age: 86400 }" },
	{ "STS-APP-16 a host outside the policy is not in the match list", VERDICT_STS,
	    REASON_STS_ENFORCE, false, enforce, false,
	    { { "evil.example.com", VERDICT_SKIP, REASON_STS_NOT_NAMED, NULL, false },
		{ "a.example.net", VERDICT_STS, REASON_STS_ENFORCE, NULL, false } },
	    "OK secure match=a.example.net servername=hostname",
	    "OK secure match=a.example.net servername=hostname policy_type=sts "
	    "policy_domain=example.org mx_host_pattern=mx1.example.org "
	    "mx_host_pattern=*.example.net { policy_string = version: STSv1 } "
	    "{ policy_string = mode: enforce } { policy_string = mx: mx1.example.org } "
	    "{ policy_string = mx: *.example.net } { policy_string = max_age: 86400 }" },
	{ "policy lines that would break Postfix's syntax are left out", VERDICT_STS,
	    REASON_STS_ENFORCE, false, odd_lines, false,
	    { { "mx1.example.org", VERDICT_STS, REASON_STS_ENFORCE, NULL, false } },
	    "OK secure match=mx1.example.org servername=hostname",
	    "OK secure match=mx1.example.org servername=hostname policy_type=sts "
	    "policy_domain=example.org mx_host_pattern=mx1.example.org "
	    "{ policy_string = version: STSv1 } { policy_string = mode: enforce } "
	    "{ policy_string = mx: mx1.example.org } { policy_string = max_age: 86400 }" },
	{ "nor those with a brace or beyond ASCII", VERDICT_STS, REASON_STS_ENFORCE,
	    false, odd_bytes, false,
	    { { "mx1.example.org", VERDICT_STS, REASON_STS_ENFORCE, NULL, false } },
	    "OK secure match=mx1.example.org servername=hostname",
	    "OK secure match=mx1.example.org servername=hostname policy_type=sts "
	    "policy_domain=example.org mx_host_pattern=mx1.example.org "
	    "{ policy_string = version: STSv1 } { policy_string = mode: enforce } "
	    "{ policy_string = mx: mx1.example.org } { policy_string = max_age: 86400 }" },
	{ "STS-APP-16 two hosts under enforce: both names, in one list", VERDICT_STS,
	    REASON_STS_ENFORCE, false, odd_lines, false,
	    { { "mx1.example.org", VERDICT_STS, REASON_STS_ENFORCE, NULL, false },
		{ "mx2.example.org", VERDICT_STS, REASON_STS_ENFORCE, NULL, false } },
	    "OK secure match=mx1.example.org:mx2.example.org servername=hostname",
	    "OK secure match=mx1.example.org:mx2.example.org servername=hostname "
	    "policy_type=sts policy_domain=example.org "
	    "mx_host_pattern=mx1.example.org { policy_string = version: STSv1 } "
	    "{ policy_string = mode: enforce } "
	    "{ policy_string = mx: mx1.example.org } { policy_string = max_age: 86400 }" },
	{ "a host whose TLSA lookup failed is not reached under the policy either",
	    VERDICT_STS, REASON_STS_ENFORCE, false, odd_lines, false,
	    { { "mx1.example.org", VERDICT_SKIP, REASON_TLSA_ERROR, NULL, false },
		{ "mx2.example.org", VERDICT_STS, REASON_STS_ENFORCE, NULL, false } },
	    "OK secure match=mx2.example.org servername=hostname",
	    "OK secure match=mx2.example.org servername=hostname policy_type=sts "
	    "policy_domain=example.org mx_host_pattern=mx2.example.org "
	    "{ policy_string = version: STSv1 } { policy_string = mode: enforce } "
	    "{ policy_string = mx: mx1.example.org } { policy_string = max_age: 86400 }" },
	{ "STS-APP-08 testing: 3.10 counts it, 3.7 is told nothing", VERDICT_MAY,
	    REASON_STS_TESTING, false, testing, false,
	    { { "mx1.example.org", VERDICT_MAY, REASON_STS_TESTING, NULL, false } },
	    "NOTFOUND ",
	    "OK may policy_type=sts policy_domain=example.org "
	    "mx_host_pattern=mx1.example.org mx_host_pattern=*.example.net "
	    "{ policy_string = version: STSv1 } { policy_string = mode: testing } "
	    "{ policy_string = mx: mx1.example.org } "
	    "{ policy_string = mx: *.example.net } { policy_string = max_age: 86400 }" },
	{ "TLSA-05 TLS-02 no policy at all: no entry", VERDICT_MAY, REASON_NO_POLICY,
	    false, NULL, false,
	    { { "mx1.example.org", VERDICT_MAY, REASON_NO_POLICY, NULL, false } },
	    "NOTFOUND ", NULL },
	{ "TLSA-03 all hosts DANE, secure MX", VERDICT_DANE, REASON_TLSA_USABLE, true,
	    NULL, false,
	    { { "mx1.example.org", VERDICT_DANE, REASON_TLSA_USABLE, EE256, false } },
	    "OK dane-only", NULL },
	{ "DANE-MX-03 all hosts DANE, insecure MX", VERDICT_DANE, REASON_TLSA_USABLE,
	    false, NULL, false,
	    { { "mx1.example.org", VERDICT_DANE, REASON_TLSA_USABLE, EE256, false } },
	    "OK dane", NULL },
	{ "DANE-MX-01 one host DANE, one without: each its own", VERDICT_MAY,
	    REASON_NO_POLICY, true, NULL, false,
	    { { "mx1.example.org", VERDICT_DANE, REASON_TLSA_USABLE, EE256, false },
		{ "mx2.example.org", VERDICT_MAY, REASON_NO_POLICY, NULL, false } },
	    "OK dane", NULL },
	{ "DANE-MX-01, TLSA-04 usable, unusable and none: each its own", VERDICT_MAY,
	    REASON_NO_POLICY, true, NULL, false,
	    { { "mx1.example.org", VERDICT_DANE, REASON_TLSA_USABLE, EE256, false },
		{ "mx2.example.org", VERDICT_ENCRYPT, REASON_TLSA_UNUSABLE, NULL,
		    false },
		{ "mx3.example.org", VERDICT_MAY, REASON_NO_POLICY, NULL, false } },
	    "OK dane", NULL },
	{ "BASE-07 a TLSA error of one host, the other without: not left to the global level",
	    VERDICT_MAY, REASON_NO_POLICY, true, NULL, false,
	    { { "mx1.example.org", VERDICT_SKIP, REASON_TLSA_ERROR, NULL, false },
		{ "mx2.example.org", VERDICT_MAY, REASON_NO_POLICY, NULL, false } },
	    "OK dane", NULL },
	{ "TLSA-04 all unusable: TLS is a must", VERDICT_ENCRYPT, REASON_TLSA_UNUSABLE,
	    true, NULL, false,
	    { { "mx1.example.org", VERDICT_ENCRYPT, REASON_TLSA_UNUSABLE, NULL,
		false } },
	    "OK encrypt", NULL },
	{ "TLSA-04, STS-APP-08 all unusable while the policy is testing: counted under it",
	    VERDICT_ENCRYPT, REASON_TLSA_UNUSABLE, true, testing, false,
	    { { "mx1.example.org", VERDICT_ENCRYPT, REASON_TLSA_UNUSABLE, NULL,
		false } },
	    "OK encrypt",
	    "OK encrypt policy_type=sts policy_domain=example.org "
	    "mx_host_pattern=mx1.example.org mx_host_pattern=*.example.net "
	    "{ policy_string = version: STSv1 } { policy_string = mode: testing } "
	    "{ policy_string = mx: mx1.example.org } "
	    "{ policy_string = mx: *.example.net } { policy_string = max_age: 86400 }" },
	{ "MIX-02 DANE and enforce, secure MX: DANE decides", VERDICT_DANE,
	    REASON_TLSA_USABLE, true, enforce, false,
	    { { "mx1.example.org", VERDICT_DANE, REASON_TLSA_USABLE, EE256, false } },
	    "OK dane-only", NULL },
	{ "MIX-01 DANE on one host, STS on the other: the other is not reached",
	    VERDICT_STS, REASON_STS_ENFORCE, true, enforce, false,
	    { { "mx1.example.org", VERDICT_DANE, REASON_TLSA_USABLE, TA256, false },
		{ "a.example.net", VERDICT_STS, REASON_STS_ENFORCE, NULL, false } },
	    "OK dane-only", NULL },
	{ "MIX-05 DANE and enforce, insecure MX: the records as pins", VERDICT_DANE,
	    REASON_TLSA_IN_POLICY, false, enforce, false,
	    { { "mx1.example.org", VERDICT_DANE, REASON_TLSA_IN_POLICY, EE256, false },
		{ "evil.example.com", VERDICT_SKIP, REASON_STS_NOT_NAMED, EE256,
		    false } },
	    "OK fingerprint match=" PIN " servername=hostname", NULL },
	{ "MIX-05 two hosts: the pins of both, in one list", VERDICT_DANE,
	    REASON_TLSA_IN_POLICY, false, enforce, false,
	    { { "mx1.example.org", VERDICT_DANE, REASON_TLSA_IN_POLICY, EE256, false },
		{ "a.example.net", VERDICT_DANE, REASON_TLSA_IN_POLICY, EE256,
		    false } },
	    "OK fingerprint match=" PIN "|" PIN " servername=hostname", NULL },
	{ "MIX-05 the same with DANE-TA, which cannot be pinned: WebPKI", VERDICT_DANE,
	    REASON_TLSA_IN_POLICY, false, odd_lines, false,
	    { { "mx1.example.org", VERDICT_DANE, REASON_TLSA_IN_POLICY, TA256,
		false } },
	    "OK secure match=mx1.example.org servername=hostname",
	    "OK secure match=mx1.example.org servername=hostname policy_type=sts "
	    "policy_domain=example.org mx_host_pattern=mx1.example.org "
	    "{ policy_string = version: STSv1 } { policy_string = mode: enforce } "
	    "{ policy_string = mx: mx1.example.org } { policy_string = max_age: 86400 }" },
	{ "MIX-02 option both cannot be said: the mail waits", VERDICT_DANE,
	    REASON_TLSA_USABLE_BOTH, true, enforce, false,
	    { { "mx1.example.org", VERDICT_DANE, REASON_TLSA_USABLE_BOTH, EE256,
		true } },
	    "TEMP example.org: mix = both cannot be enforced by Postfix where DANE applies",
	    NULL },
	{ "MAND-04 relaxed by the operator: said, not left to the global level",
	    VERDICT_MAY, REASON_RELAXED, true, enforce, true,
	    { { "mx1.example.org", VERDICT_MAY, REASON_RELAXED, NULL, false } },
	    "OK may", NULL },
	{ "MAND-03, BASE-07 audit, and a host whose TLSA lookup failed: not let through",
	    VERDICT_MAY, REASON_AUDIT, true, NULL, true,
	    { { "mx1.example.org", VERDICT_SKIP, REASON_TLSA_ERROR, NULL, false },
		{ "mx2.example.org", VERDICT_MAY, REASON_AUDIT, NULL, false } },
	    "OK dane", NULL },
	{ "MAND-04 no-dane, and a host whose addresses failed: the others are let through",
	    VERDICT_MAY, REASON_RELAXED, true, NULL, true,
	    { { "mx1.example.org", VERDICT_SKIP, REASON_ADDRESS_ERROR, NULL, false },
		{ "mx2.example.org", VERDICT_MAY, REASON_RELAXED, NULL, false } },
	    "OK may", NULL },
	{ "MX-07 a host whose addresses failed may have TLSA: not reached as encrypt",
	    VERDICT_ENCRYPT, REASON_TLSA_UNUSABLE, true, NULL, false,
	    { { "mx1.example.org", VERDICT_ENCRYPT, REASON_TLSA_UNUSABLE, NULL, false },
		{ "mx2.example.org", VERDICT_SKIP, REASON_ADDRESS_ERROR, NULL,
		    false } },
	    "OK dane", NULL },
	{ "MX-07 nor as may while the policy is testing", VERDICT_MAY,
	    REASON_STS_TESTING, true, testing, false,
	    { { "mx1.example.org", VERDICT_MAY, REASON_STS_TESTING, NULL, false },
		{ "a.example.net", VERDICT_SKIP, REASON_ADDRESS_ERROR, NULL, false } },
	    "NOTFOUND ", NULL },
	{ "MX-06 a failed MX lookup defers, with its reason", VERDICT_DEFER,
	    REASON_MX_ERROR, false, NULL, false, { { NULL } },
	    "TEMP example.org: MX lookup failed: SERVFAIL (RFC 7672, 2.1.2)", NULL },
	{ "MX-05 null MX is Postfix's own business", VERDICT_REJECT, REASON_MX_NULL,
	    true, NULL, false, { { NULL } }, "NOTFOUND ", NULL },
};

/* An answer made by hand, and what it points to. */
struct made {
	struct next_hop next_hop;
	struct domain names[HOSTS];
	struct sts_policy *policy;
	struct answer answer;
};

static struct tlsa_set *
tlsa_of(const char *text)
{
	struct tlsa_set *set = NULL;

	if (text != NULL)
		assert_int_equal(
		    tlsa_parse_text(text, strlen(text), &set, NULL), ST_OK);
	return set;
}

static void
make(const struct postfix_case *c, struct made *m)
{
	struct answer *a = &m->answer;
	size_t i;

	memset(m, 0, sizeof(*m));
	assert_int_equal(
	    next_hop_parse("example.org", 11, &m->next_hop, NULL), NEXT_HOP_DOMAIN);
	if (c->policy != NULL)
		assert_int_equal(
		    sts_policy_parse(c->policy, strlen(c->policy), &m->policy, NULL),
		    ST_OK);
	a->next_hop = &m->next_hop;
	a->verdict = c->verdict;
	a->reason = c->reason;
	a->detail = c->reason == REASON_MX_ERROR ? "SERVFAIL" : "";
	a->mx_is_secure = c->mx_is_secure;
	a->policy = m->policy;
	a->is_override = c->is_override;
	a->is_sts_binding =
	    m->policy != NULL && m->policy->mode == STS_ENFORCE && !c->is_override;
	for (i = 0; i < HOSTS && c->hosts[i].name != NULL; i++) {
		const struct host_case *h = &c->hosts[i];

		assert_int_equal(
		    domain_parse(h->name, strlen(h->name), &m->names[i], NULL), ST_OK);
		a->hosts[a->count++] = (struct host_answer){
			.name = &m->names[i],
			.verdict = h->verdict,
			.reason = h->reason,
			.needs_sts = h->needs_sts,
			.is_named = h->reason != REASON_STS_NOT_NAMED,
			.tlsa = tlsa_of(h->tlsa),
			.detail = "",
		};
	}
}

static void
clear(struct made *m)
{
	answer_clear(&m->answer);
	free(m->policy);
}

static void
assert_reply(const char *map, const struct answer *answer, const char *want)
{
	static const char *const codes[] = {
#define X(name, word) word,
		SOCKETMAP_CODES(X)
#undef X
	};
	struct strbuf text = STRBUF_INIT, got = STRBUF_INIT;
	enum socketmap_code code = dialect_find(map, strlen(map))->put(answer, &text);

	strbuf_addf(&got, "%s ", codes[code]);
	strbuf_add(&got, text.data, text.len);
	assert_string_equal(strbuf_str(&got), want);
	strbuf_clear(&text);
	strbuf_clear(&got);
}

static void
check_postfix(void **state)
{
	const struct postfix_case *c = *state;
	struct made m;

	make(c, &m);
	assert_reply("postfix", &m.answer, c->plain);
	assert_reply(
	    "postfix-tlsrpt", &m.answer, c->tlsrpt != NULL ? c->tlsrpt : c->plain);
	clear(&m);
}

static void
check_sts(void **state)
{
	struct made m;

	(void)state;
	make(&postfix_cases[0], &m);
	assert_reply("sts", &m.answer,
	    "OK secure match=mx1.example.org:.example.net servername=hostname");
	clear(&m);
}

static const struct postfix_case *
testing_case(void)
{
	const struct postfix_case *c = postfix_cases;

	while (c->policy != testing)
		c++;
	return c;
}

static void
check_sts_testing(void **state)
{
	struct made m;

	(void)state;
	make(testing_case(), &m);
	assert_reply("sts", &m.answer, "NOTFOUND ");
	clear(&m);
}

static void
check_json(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct json_object *o, *hosts, *v;
	struct made m;

	(void)state;
	make(&postfix_cases[1], &m);
	assert_int_equal(dialect_find("json", 4)->put(&m.answer, &text), REPLY_OK);
	o = json_tokener_parse(strbuf_str(&text));
	assert_non_null(o);
	assert_true(json_object_object_get_ex(o, "verdict", &v));
	assert_string_equal(json_object_get_string(v), "sts-verify");
	assert_true(json_object_object_get_ex(o, "hosts", &hosts));
	assert_int_equal(json_object_array_length(hosts), 2);
	assert_true(json_object_object_get_ex(
	    json_object_array_get_idx(hosts, 0), "verdict", &v));
	assert_string_equal(json_object_get_string(v), "skip");
	json_object_put(o);
	strbuf_clear(&text);
	clear(&m);
}

static void
check_find(void **state)
{
	(void)state;
	assert_non_null(dialect_find("postfix", 7));
	assert_null(dialect_find("postfi", 6));
	assert_null(dialect_find("POSTFIX", 7));
	assert_null(dialect_find("", 0));
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_postfix, postfix_cases),
		CASE("sts: patterns as published, a dot for the star", check_sts),
		CASE("STS-APP-08 sts: testing is no entry", check_sts_testing),
		CASE("json: every host with its verdict", check_json),
		CASE("maps are found by their exact name", check_find),
	};

	return cases_run("dialect", tables, COUNT_OF(tables));
}
