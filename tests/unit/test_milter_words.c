/*
 * milter/recipient, refusal, tls_required: what an MTA says, and what it is told.  SPDX-License-Identifier: ISC
 */
#include "../milter/recipient.h"
#include "../milter/refusal.h"
#include "../milter/tls_required.h"
#include "cases.h"

#define MAILERS "smtp relay esmtp"

/* --- recipients ------------------------------------------------------------------------------------------------ */

static const struct way_case {
	const char *name, *address, *mailer, *host;
	enum way want;
	const char *next_hop;
} way_cases[] = {
	{ "Postfix, smtp", "<u@good.plain.test>", "smtp", "good.plain.test", WAY_OUT,
	    "good.plain.test" },
	{ "Postfix, a transport to a host", "<u@t2.example>", "smtp",
	    "[mx-good.plain.test]:25", WAY_OUT, "[mx-good.plain.test]:25" },
	{ "Postfix, sendmail(1)", "w@good.plain.test", NULL, NULL, WAY_PERHAPS,
	    "good.plain.test" },
	{ "Postfix, sendmail(1), itself", "root@MX.own.example", NULL, NULL, WAY_HERE,
	    "" },
	{ "Postfix, virtual", "<u@own.example>", "virtual", "own.example", WAY_HERE,
	    "" },
	{ "Sendmail, esmtp", "<bob@good.test>", "esmtp", "good.test.", WAY_OUT,
	    "good.test." },
	{ "Sendmail, local", "<bob@own.example>", "local", "", WAY_HERE, "" },
	{ "Sendmail, local, without a domain", "<bob>", "local", NULL, WAY_HERE, "" },
	{ "a host without a mailer is none", "<bob@good.test>", NULL, "mx.test",
	    WAY_PERHAPS, "good.test" },
	{ "a domain that its own name begins with", "<bob@mx.own>", NULL, NULL,
	    WAY_PERHAPS, "mx.own" },
	{ "one that begins with its own name", "<bob@mx.own.example.test>", NULL, NULL,
	    WAY_PERHAPS, "mx.own.example.test" },
	{ "half of the brackets", "<bob@good.test", NULL, NULL, WAY_PERHAPS,
	    "good.test" },
	{ "DEL", "<bob@good.test>", "smtp", "good\x7f.test", WAY_HERE, "" },
	{ "a next-hop that is not told", "<bob@good.test>", "relay", NULL, WAY_OUT,
	    "good.test" },
	{ "an empty one", "<bob@good.test>", "relay", "", WAY_OUT, "good.test" },
	{ "a local part with an @", "<\"a@b\"@good.test>", NULL, NULL, WAY_PERHAPS,
	    "good.test" },
	{ "one label", "<bob@localhost>", NULL, NULL, WAY_HERE, "" },
	{ "a blank, behind which another question could be", "<bob@good.test>", "smtp",
	    "good.test x", WAY_HERE, "" },
	{ "a control character", "<bob@good.test>", "smtp", "good\1.test", WAY_HERE,
	    "" },
	{ "no address", "", NULL, NULL, WAY_HERE, "" },
	{ "the null address", "<>", NULL, NULL, WAY_HERE, "" },
	{ "brackets only", "<", NULL, NULL, WAY_HERE, "" },
	{ "nothing behind the @", "<a@>", "smtp", NULL, WAY_HERE, "" },
	{ "UTF-8", "<a@m\xc3\xbcller.example>", "smtp", NULL, WAY_OUT,
	    "m\xc3\xbcller.example" },
};

static void
check_way(void **state)
{
	const struct way_case *c = *state;
	const struct recipient r = { c->address, c->mailer, c->host, "mx.own.example" };
	char next_hop[NEXT_HOP_TEXT_MAX + 1] = "";

	assert_int_equal(recipient_way(&r, MAILERS, next_hop), c->want);
	assert_string_equal(next_hop, c->next_hop);
}

static void
check_long_next_hop(void **state)
{
	char host[NEXT_HOP_TEXT_MAX + 2], next_hop[NEXT_HOP_TEXT_MAX + 1];
	const struct recipient r = { "<a@b.example>", "smtp", host, NULL };

	(void)state;
	memset(host, 'x', sizeof(host));
	host[NEXT_HOP_TEXT_MAX + 1] = '\0';
	assert_int_equal(recipient_way(&r, MAILERS, next_hop), WAY_HERE);
	host[NEXT_HOP_TEXT_MAX] = '\0';
	assert_int_equal(recipient_way(&r, MAILERS, next_hop), WAY_OUT);
	assert_string_equal(next_hop, host);
}

static void
check_no_own_name(void **state)
{
	const struct recipient r = { "<a@b.example>", NULL, NULL, NULL };
	char next_hop[NEXT_HOP_TEXT_MAX + 1];

	(void)state;
	assert_int_equal(recipient_way(&r, MAILERS, next_hop), WAY_PERHAPS);
	assert_string_equal(next_hop, "b.example");
}

static void
check_list(void **state)
{
	static const char list[] = "tls@own.example, other@own.example";

	(void)state;
	assert_true(recipient_is_in("<TLS@own.example>", list));
	assert_true(recipient_is_in("other@OWN.example", list));
	assert_false(recipient_is_in("<tls@own.example.org>", list));
	assert_false(recipient_is_in("<>", list));
	assert_false(recipient_is_in("", ""));
}

/* --- refusals ----------------------------------------------------------------------------------------------------- */

#define ANSWER(next_hop, verdict, reason, hosts)                                       \
	"{\"next-hop\":\"" next_hop "\",\"verdict\":\"" verdict                        \
	"\",\"reason\":\"" reason                                                      \
	"\",\"section\":\"x\",\"sts\":{\"mx\":[\"a\"]},\"hosts\":[" hosts "]}"
#define HOST(reason) "{\"name\":\"mx\",\"verdict\":\"skip\",\"reason\":\"" reason "\"}"
#define NOT_NAMED    HOST("MX host not named by the STS policy")
#define NO_HOST_LEFT "no MX host may be used"

static const struct refusal_case {
	const char *name;
	enum early early;
	const char *json;
	const char *want; /* code, extended code, text; "": none */
} refusal_cases[] = {
	{ "MX-08 null MX (RFC 7505, 4)", EARLY_DEFER,
	    ANSWER("a.test", "reject", "null MX: the domain takes no mail", ""),
	    "556 5.1.10 a.test: null MX: the domain takes no mail (RFC 7505, 3)" },
	{ "no such domain (RFC 3463, 3.2)", EARLY_DEFER,
	    ANSWER("a.test", "reject", "the domain does not exist", ""),
	    "550 5.1.2 a.test: the domain does not exist (RFC 5321, 5.1)" },
	{ "no host named by an MTA-STS policy (RFC 8461, 5), defer", EARLY_DEFER,
	    ANSWER("a.test", "defer", NO_HOST_LEFT, NOT_NAMED "," NOT_NAMED),
	    "451 4.7.5 a.test: MX host not named by the STS policy (RFC 8461, 4.1)" },
	{ "the same, reject", EARLY_REJECT,
	    ANSWER("a.test", "defer", NO_HOST_LEFT, NOT_NAMED "," NOT_NAMED),
	    "550 5.7.5 a.test: MX host not named by the STS policy (RFC 8461, 4.1)" },
	{ "one of them may be better later, reject", EARLY_REJECT,
	    ANSWER("a.test", "defer", NO_HOST_LEFT,
		HOST("TLSA lookup failed") "," NOT_NAMED),
	    "451 4.7.5 a.test: TLSA lookup failed (RFC 7672, 2.1.2)" },
	{ "the same, the other way round", EARLY_REJECT,
	    ANSWER("a.test", "defer", NO_HOST_LEFT,
		NOT_NAMED "," HOST("TLSA lookup failed")),
	    "451 4.7.5 a.test: TLSA lookup failed (RFC 7672, 2.1.2)" },
	{ "an alias that cannot be asked for may be better later", EARLY_REJECT,
	    ANSWER("a.test", "defer", NO_HOST_LEFT, HOST("alias lookup failed")),
	    "451 4.7.5 a.test: alias lookup failed (RFC 7672, 2.1.2)" },
	{ "one of them is no matter of policy", EARLY_REJECT,
	    ANSWER("a.test", "defer", NO_HOST_LEFT,
		NOT_NAMED "," HOST("MX host without address")),
	    "" },
	{ "the operator wants DANE, and there is none", EARLY_REJECT,
	    ANSWER(
		"a.test", "defer", "DANE is required here, but the host has none", ""),
	    "550 5.7.5 a.test: DANE is required here, but the host has none (RFC 7672, "
	    "6; override)" },
	{ "the operator wants DANE, and MX are insecure", EARLY_REJECT,
	    ANSWER("a.test", "defer",
		"DANE is required here, but the MX lookup is insecure", ""),
	    "550 5.7.5 a.test: DANE is required here, but the MX lookup is insecure "
	    "(RFC 7672, 2.2.1; override)" },
	{ "the operator wants MTA-STS, and there is none", EARLY_REJECT,
	    ANSWER("a.test", "defer",
		"MTA-STS is required here, but there is no policy", ""),
	    "550 5.7.5 a.test: MTA-STS is required here, but there is no policy "
	    "(override)" },
	{ "the operator wants DANE, and we cannot", EARLY_REJECT,
	    ANSWER("a.test", "defer",
		"DANE is required here, but the resolver does not validate", ""),
	    "451 4.7.5 a.test: DANE is required here, but the resolver does not validate "
	    "(conformance DNS-13)" },
	{ "DNS does not answer", EARLY_REJECT,
	    ANSWER("a.test", "defer", "DNS has not answered in time", ""), "" },
	{ "no host left, and no hosts", EARLY_REJECT,
	    ANSWER("a.test", "defer", NO_HOST_LEFT, ""), "" },
	{ "a host that may be used", EARLY_REJECT,
	    ANSWER("a.test", "may", "null MX: the domain takes no mail", ""), "" },
	{ "a host of the operator's own choice", EARLY_REJECT,
	    ANSWER("[a.test]", "reject", "the domain does not exist", ""), "" },
	{ "\"%\" and what is no ASCII", EARLY_REJECT,
	    ANSWER(
		"%s\\u00e9\\n\\u007f.test", "reject", "the domain does not exist", ""),
	    "550 5.1.2 %%s.test: the domain does not exist (RFC 5321, 5.1)" },
	{ "no JSON", EARLY_REJECT, "OK", "" },
	{ "half of it", EARLY_REJECT,
	    "{\"next-hop\":\"a.test\",\"verdict\":\"reject\",\"reason\":\"null MX: the "
	    "domain takes no mail\"",
	    "" },
	{ "another type", EARLY_REJECT,
	    "{\"next-hop\":\"a\",\"verdict\":5,\"reason\":\"the domain does not exist\"}",
	    "" },
};

static void
check_refusal(void **state)
{
	const struct refusal_case *c = *state;
	struct refusal r;
	char text[1000] = "";

	if (refusal_make(c->early, c->json, strlen(c->json), &r))
		snprintf(text, sizeof(text), "%s %s %s", r.code, r.extended, r.text);
	assert_string_equal(text, c->want);
}

/* A next-hop of nothing but "%", as long as one can be, and longer. */
static void
check_long_refusal(void **state)
{
	struct refusal r;
	char name[1000], json[1500];
	size_t len;

	(void)state;
	for (len = 190; len <= 210; len++) {
		memset(name, '%', len);
		name[len] = '\0';
		snprintf(json, sizeof(json),
		    "{\"next-hop\":\"%s\",\"verdict\":\"reject\",\"reason\":\"the domain "
		    "does not exist\"}",
		    name);
		assert_true(refusal_make(EARLY_DEFER, json, strlen(json), &r));
		assert_true(strlen(r.text) <= sizeof(r.text) - 1);
	}
}

/* --- wishes -------------------------------------------------------------------------------------------------------- */

static const struct wish_case {
	const char *name, *value;
	bool want;
} wish_cases[] = {
	{ "RTLS-08 No", " No", true },
	{ "RTLS-08 no blank before it", "No", true },
	{ "RTLS-08 in other letters, folded", "\n\tnO \r\n ", true },
	{ "RTLS-08 Yes", " Yes", false },
	{ "RTLS-08 a word that begins so", " None", false },
	{ "RTLS-08 two words", " No way", false },
	{ "RTLS-08 half of it", " N", false },
	{ "RTLS-08 nothing", "", false },
};

static void
check_wish(void **state)
{
	const struct wish_case *c = *state;

	assert_int_equal(tls_required_is_no(c->value), c->want);
}

static void
check_overruled(void **state)
{
	char *const none[] = { NULL }, *const other[] = { (char[]){ "SIZE=9" }, NULL };
	char *const asked[] = { (char[]){ "SIZE=9" }, (char[]){ "RequireTLS" }, NULL };

	(void)state;
	assert_false(tls_required_is_overruled(none));
	assert_false(tls_required_is_overruled(other));
	assert_true(tls_required_is_overruled(asked));
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_way, way_cases),
		CASE("a next-hop that is too long", check_long_next_hop),
		CASE("an MTA that does not tell its name", check_no_own_name),
		CASE("an address in a list", check_list),
		CASES(check_refusal, refusal_cases),
		CASE("a refusal that is too long", check_long_refusal),
		CASES(check_wish, wish_cases),
		CASE("RTLS-09 REQUIRETLS overrules the field", check_overruled),
	};

	return cases_run("milter_words", tables, COUNT_OF(tables));
}
