/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/sts_policy.h"

#include "base/strbuf.h"

/* A policy in which one thing varies; the rest is right. */
#define TAIL        "mode: enforce\nmx: a.example\nmax_age: 86400\n"
#define WITH(line)  "version: STSv1\n" line TAIL
#define MX(value)   "version: STSv1\nmode: enforce\nmx: " value "\nmax_age: 1\n"
#define MODE(value) "version: STSv1\nmode: " value "\nmx: a.example\nmax_age: 1\n"
#define AGE(value)  "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: " value "\n"
#define KEY32       "abcdefghijklmnopqrstuvwxyz012345"
#define LABEL63     "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"

/* Valid bodies; shown as "MODE MAX_AGE PATTERN PATTERN ...". */
static const struct good_case {
	const char *name, *body, *want;
} good_cases[] = {
	{ "STS-POL-01 lines end with LF",
	    "version: STSv1\nmode: enforce\nmx: mail.example.com\nmax_age: 86400\n",
	    "enforce 86400 mail.example.com" },
	{ "STS-POL-01 lines end with CR LF",
	    "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmax_age: 86400\r\n",
	    "enforce 86400 mail.example.com" },
	{ "STS-POL-01 the last line without an end",
	    "version: STSv1\nmode: enforce\nmx: mail.example.com\nmax_age: 86400",
	    "enforce 86400 mail.example.com" },
	{ "STS-POL-01 both ends mixed",
	    "version: STSv1\r\nmode: enforce\nmx: mail.example.com\r\nmax_age: 86400",
	    "enforce 86400 mail.example.com" },
	{ "STS-POL-02 SEED-43 any order, the version last",
	    "mx: a.example\nmax_age: 1\nmode: none\nversion: STSv1",
	    "none 1 a.example" },
	{ "STS-POL-04 no blank behind the colon",
	    "version:STSv1\nmode:enforce\nmx:a.example\nmax_age:1\n",
	    "enforce 1 a.example" },
	{ "STS-POL-05 mode enforce", MODE("enforce"), "enforce 1 a.example" },
	{ "STS-POL-05 mode testing", MODE("testing"), "testing 1 a.example" },
	{ "STS-POL-05 mode none", MODE("none"), "none 1 a.example" },
	{ "STS-POL-06 mode none without mx",
	    "version: STSv1\nmode: none\nmax_age: 86400\n", "none 86400" },
	{ "STS-POL-06 SEED-43 several mx, in their order",
	    "version: STSv1\nmode: testing\nmx: b.example\nmx: *.a.example\nmx: b.example\n"
	    "max_age: 86400\n",
	    "testing 86400 b.example *.a.example b.example" },
	{ "STS-POL-07 a host name", MX("mail.example.com"),
	    "enforce 1 mail.example.com" },
	{ "STS-POL-07 NAME-02 a wildcard", MX("*.example.net"),
	    "enforce 1 *.example.net" },
	{ "STS-POL-07 NAME-05 an A-label", MX("xn--bcher-kva.example"),
	    "enforce 1 xn--bcher-kva.example" },
	{ "NAME-01 patterns become lower case", MX("*.Example.NET"),
	    "enforce 1 *.example.net" },
	{ "STS-POL-07 labels that start with digits", MX("1mail.4example.com"),
	    "enforce 1 1mail.4example.com" },
	{ "STS-POL-07 a label of 63 octets", MX(LABEL63 ".example"),
	    "enforce 1 " LABEL63 ".example" },
	{ "STS-POL-08 one final dot is tolerated", MX("mail.example.com."),
	    "enforce 1 mail.example.com" },
	{ "STS-POL-09 max_age 0", AGE("0"), "enforce 0 a.example" },
	{ "STS-POL-09 max_age of a day", AGE("86400"), "enforce 86400 a.example" },
	{ "STS-POL-09 SEED-46 the greatest max_age", AGE("31557600"),
	    "enforce 31557600 a.example" },
	{ "STS-POL-09 leading zeros", AGE("0000086400"), "enforce 86400 a.example" },
	{ "STS-POL-10 SEED-46 one second more is cut", AGE("31557601"),
	    "enforce 31557600 a.example" },
	{ "STS-POL-10 three years are cut", AGE("99999999"),
	    "enforce 31557600 a.example" },
	{ "STS-POL-10 more than 32 bits are cut, not wrapped", AGE("4294967297"),
	    "enforce 31557600 a.example" },
	{ "STS-POL-10 ten nines are cut", AGE("9999999999"),
	    "enforce 31557600 a.example" },
	{ "STS-POL-11 of two modes the first counts", WITH("mode: testing\n"),
	    "testing 86400 a.example" },
	{ "STS-POL-11 of two ages the first counts", WITH("max_age: 5\n"),
	    "enforce 5 a.example" },
	{ "STS-POL-11 the version twice", WITH("version: STSv1\n"),
	    "enforce 86400 a.example" },
	{ "STS-POL-11 the first age is short, the second one would be cut",
	    AGE("7\nmax_age: 99999999"), "enforce 7 a.example" },
	{ "STS-POL-12 unknown keys are passed over", WITH("foo.bar-1: some value ü\n"),
	    "enforce 86400 a.example" },
	{ "STS-POL-12 a key of 32 octets", WITH(KEY32 ": x\n"),
	    "enforce 86400 a.example" },
	{ "STS-POL-12 a key that starts like a known one", WITH("mx2: not a host\n"),
	    "enforce 86400 a.example" },
	{ "STS-POL-12 a value with colons and characters of 3 and 4 octets",
	    WITH("x: a:b:c 測試 \xf0\x9f\x93\xac\n"), "enforce 86400 a.example" },
	{ "STS-POL-13 a key in upper case is an unknown key beside the right one",
	    WITH("Mode: whatever\n"), "enforce 86400 a.example" },
	{ "STS-POL-14 empty lines at the end", AGE("1\n\n"), "enforce 1 a.example" },
	{ "STS-POL-14 empty lines in front and between",
	    "\n\r\nversion: STSv1\n\n" TAIL, "enforce 86400 a.example" },
	{ "STS-POL-15 blanks behind a value", MODE("enforce  \t"),
	    "enforce 1 a.example" },
	{ "STS-POL-15 blanks and tabs in front of a value", MODE("\t  enforce"),
	    "enforce 1 a.example" },
	{ "STS-POL-15 blanks in front of CR LF",
	    "version: STSv1 \r\nmode: none \r\nmax_age: 1 \r\n", "none 1" },
};

static struct sts_policy *
parse(const char *body, size_t len, struct why *why)
{
	struct sts_policy *policy;
	char *exact = xmalloc(len);

	memcpy(exact, body, len);
	if (sts_policy_parse(exact, len, &policy, why) == ST_OK)
		assert_non_null(policy);
	else
		assert_null(policy);
	free(exact); /* not kept */
	return policy;
}

static void
check_good(void **state)
{
	const struct good_case *c = *state;
	struct strbuf sb = STRBUF_INIT;
	struct why why = { "" };
	struct sts_policy *policy = parse(c->body, strlen(c->body), &why);
	size_t i;

	assert_string_equal(why.text, "");
	assert_non_null(policy);
	strbuf_addf(&sb, "%s %u", sts_mode_text(policy->mode), policy->max_age_s);
	for (i = 0; i < policy->pattern_count; i++) {
		strbuf_addf(&sb, " %s%s", policy->patterns[i].is_wildcard ? "*." : "",
		    policy->patterns[i].name);
		assert_int_equal(
		    strlen(policy->patterns[i].name), policy->patterns[i].len);
	}
	assert_string_equal(strbuf_str(&sb), c->want);
	assert_string_equal(policy->body, c->body);
	assert_int_equal(policy->body_len, strlen(c->body));
	strbuf_clear(&sb);
	free(policy);
}

static const struct bad_case {
	const char *name, *body;
	size_t len;
	const char *why;
} bad_cases[] = {
	{ "STS-POL-01 lines separated by CR only",
	    BYTES("version: STSv1\rmode: enforce\rmx: a.example\rmax_age: 1\r"),
	    "line 1: version is not STSv1: \"STSv1\\x0dmode" },
	{ "STS-POL-01 a last line that ends with CR",
	    BYTES("version: STSv1\nmode: none\nmax_age: 1\r"),
	    "line 3: max_age is not 1 to 10 digits" },
	{ "STS-POL-03 nothing", BYTES(""), "no line \"version\"" },
	{ "STS-POL-03 no version", BYTES("mode: enforce\nmx: a.example\nmax_age: 1\n"),
	    "no line \"version\"" },
	{ "STS-POL-03 no mode", BYTES("version: STSv1\nmx: a.example\nmax_age: 1\n"),
	    "no line \"mode\"" },
	{ "STS-POL-03 no max_age",
	    BYTES("version: STSv1\nmode: enforce\nmx: a.example\n"),
	    "no line \"max_age\"" },
	{ "STS-POL-04 another version", BYTES("version: STSv2\n" TAIL),
	    "line 1: version is not STSv1: \"STSv2\"" },
	{ "STS-POL-04 the version in lower case", BYTES("version: stsv1\n" TAIL),
	    "line 1: version is not STSv1" },
	{ "STS-POL-04 an empty version", BYTES("version:\n" TAIL),
	    "line 1: version is not STSv1: \"\"" },
	{ "STS-POL-05 a mode in upper case", BYTES(MODE("Enforce")),
	    "line 2: mode is not" },
	{ "STS-POL-05 mode report", BYTES(MODE("report")), "line 2: mode is not" },
	{ "STS-POL-05 mode enforced", BYTES(MODE("enforced")), "line 2: mode is not" },
	{ "STS-POL-05 an empty mode", BYTES(MODE("")), "line 2: mode is not" },
	{ "STS-POL-06 mode testing without mx",
	    BYTES("version: STSv1\nmode: testing\nmax_age: 1\n"), "no line \"mx\"" },
	{ "STS-POL-06 mode enforce without mx",
	    BYTES("version: STSv1\nmode: enforce\nmax_age: 1\n"), "no line \"mx\"" },
	{ "STS-POL-06 the first mode decides whether mx is needed",
	    BYTES("version: STSv1\nmode: enforce\nmode: none\nmax_age: 1\n"),
	    "no line \"mx\"" },
	{ "STS-POL-06 two patterns in a line", BYTES(MX("a.example b.example")),
	    "line 3: mx is neither" },
	{ "STS-POL-06 two patterns and a comma", BYTES(MX("a.example, b.example")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 only a star", BYTES(MX("*")), "line 3: mx is neither" },
	{ "STS-POL-07 only a star and a dot", BYTES(MX("*.")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 NAME-02 two stars", BYTES(MX("*.*.example.com")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 NAME-02 a star behind letters", BYTES(MX("mx*.example.com")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 NAME-02 a star before letters", BYTES(MX("*mx.example.com")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 NAME-02 a star that is not first", BYTES(MX("mx.*.example.com")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 NAME-06 a star inside an A-label",
	    BYTES(MX("xn--*-kva.example.com")), "line 3: mx is neither" },
	{ "STS-POL-07 a dot in front", BYTES(MX(".example.com")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 an underscore", BYTES(MX("mail_1.example.com")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 an address literal", BYTES(MX("[192.0.2.1]")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 MX-08 an address", BYTES(MX("192.0.2.1")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 a U-label", BYTES(MX("bücher.example")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 a hyphen at the start of a label", BYTES(MX("-a.example")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 a hyphen at the end of a label", BYTES(MX("a-.example")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 a label of 64 octets", BYTES(MX("x" LABEL63 ".example")),
	    "line 3: mx is neither" },
	{ "STS-POL-07 an empty mx", BYTES(MX("")), "line 3: mx is neither" },
	{ "STS-POL-07 a port", BYTES(MX("mail.example.com:25")),
	    "line 3: mx is neither" },
	{ "STS-POL-08 two final dots", BYTES(MX("mail.example.com..")),
	    "line 3: mx is neither" },
	{ "STS-POL-08 one good and one broken mx", BYTES(WITH("mx: b_.example\n")),
	    "line 2: mx is neither" },
	{ "STS-POL-08 a broken mx in mode none",
	    BYTES("version: STSv1\nmode: none\nmx: *\nmax_age: 1\n"),
	    "line 3: mx is neither" },
	{ "STS-POL-08 a good and then a broken mode", BYTES(MODE("enforce\nmode: x")),
	    "line 3: mode is not" },
	{ "STS-POL-09 a negative max_age", BYTES(AGE("-1")), "line 4: max_age is not" },
	{ "STS-POL-09 a plus", BYTES(AGE("+1")), "line 4: max_age is not" },
	{ "STS-POL-09 an exponent", BYTES(AGE("1e5")), "line 4: max_age is not" },
	{ "STS-POL-09 a unit", BYTES(AGE("86400s")), "line 4: max_age is not" },
	{ "STS-POL-09 an empty max_age", BYTES(AGE("")), "line 4: max_age is not" },
	{ "STS-POL-09 eleven digits", BYTES(AGE("10000000000")),
	    "line 4: max_age is not" },
	{ "STS-POL-09 eleven digits, all but one zero", BYTES(AGE("00000086400")),
	    "line 4: max_age is not" },
	{ "STS-POL-12 a key of 33 octets", BYTES(WITH(KEY32 "6: x\n")),
	    "line 2: no \"key: value\"" },
	{ "STS-POL-12 a blank behind a key", BYTES("version: STSv1\nmode : enforce\n"),
	    "line 2: no \"key: value\": \"mode : enforce\"" },
	{ "STS-POL-12 a line without a colon", BYTES(WITH("just words\n")),
	    "line 2: no \"key: value\"" },
	{ "STS-POL-12 a line that is only a key", BYTES(WITH("foo\n")),
	    "line 2: no \"key: value\"" },
	{ "STS-POL-12 a line without a key", BYTES(WITH(": x\n")),
	    "line 2: no \"key: value\"" },
	{ "STS-POL-12 an extension without a value", BYTES(WITH("foo: \n")),
	    "line 2: value is empty or not" },
	{ "STS-POL-12 an extension with a character cut short",
	    BYTES(WITH("foo: \xc3\n")), "line 2: value is empty or not" },
	{ "STS-POL-12 an extension with a character broken off",
	    BYTES(WITH("foo: \xe2\x82x\n")), "line 2: value is empty or not" },
	{ "STS-POL-12 an extension with an overlong character of three octets",
	    BYTES(WITH("foo: \xe0\x9f\xbf\n")), "line 2: value is empty or not" },
	{ "STS-POL-12 an extension with an overlong character",
	    BYTES(WITH("foo: \xc0\xaf\n")), "line 2: value is empty or not" },
	{ "STS-POL-12 an extension with a surrogate",
	    BYTES(WITH("foo: \xed\xa0\x80\n")), "line 2: value is empty or not" },
	{ "STS-POL-12 an extension beyond Unicode",
	    BYTES(WITH("foo: \xf4\x90\x80\x80\n")), "line 2: value is empty or not" },
	{ "STS-POL-13 a key in upper case is unknown, so mode is missing",
	    BYTES("version: STSv1\nMode: enforce\nmx: a.example\nmax_age: 1\n"),
	    "no line \"mode\"" },
	{ "STS-POL-14 a blank in front of a key",
	    BYTES("version: STSv1\n mode: enforce\n"), "line 2: no \"key: value\"" },
	{ "STS-POL-14 a line of blanks", BYTES(WITH("  \n")),
	    "line 2: no \"key: value\"" },
	{ "STS-POL-14 a byte order mark", BYTES("\xef\xbb\xbfversion: STSv1\n" TAIL),
	    "line 1: starts with a byte order mark" },
	{ "STS-POL-14 NUL in a value", BYTES(WITH("foo: a\0b\n")),
	    "line 2: value is empty or not" },
	{ "STS-POL-14 NUL in a mode", BYTES(MODE("enforce\0")), "line 2: mode is not" },
	{ "STS-POL-14 a tab inside a value", BYTES(WITH("foo: a\tb\n")),
	    "line 2: value is empty or not" },
	{ "STS-POL-14 a control character",
	    BYTES(WITH("foo: a\x7f"
		       "b\n")),
	    "line 2: value is empty or not" },
	{ "a web page", BYTES("<!DOCTYPE html>\n<html>\n"),
	    "line 1: no \"key: value\": \"<!DOCTYPE html>\"" },
};

static void
check_bad(void **state)
{
	const struct bad_case *c = *state;
	struct why why = { "" };

	assert_null(parse(c->body, c->len, &why));
	if (strstr(why.text, c->why) != why.text)
		assert_string_equal(why.text, c->why);
	assert_null(parse(c->body, c->len, NULL));
}

static void
check_flags(void **state)
{
	const char *plain = MX("a.example"), *dotted = MX("a.example."),
		   *cut = AGE("31557601");
	struct sts_policy *policy;

	(void)state;
	policy = parse(plain, strlen(plain), NULL);
	assert_false(policy->had_final_dot || policy->max_age_was_cut);
	free(policy);
	policy = parse(dotted, strlen(dotted), NULL);
	assert_true(policy->had_final_dot);
	assert_false(policy->max_age_was_cut);
	free(policy);
	policy = parse(cut, strlen(cut), NULL);
	assert_true(policy->max_age_was_cut);
	assert_false(policy->had_final_dot);
	free(policy);
}

static void
check_lines(void **state)
{
	static const char body[] =
	    "\r\nmx: b.example\r\nversion: STSv1\n\nmode: testing \n"
	    "MX: x\nmx: *.A.example\nmx: b.example\nmax_age: 1";
	static const char *const want[] = { "mx: b.example", "version: STSv1",
		"mode: testing ", "MX: x", "mx: *.A.example", "mx: b.example",
		"max_age: 1" };
	struct sts_policy *policy = parse(body, sizeof(body) - 1, NULL);
	size_t pos = 0, len, i;
	const char *line;

	(void)state;
	for (i = 0; i < COUNT_OF(want); i++) {
		assert_true(sts_policy_next_line(policy, &pos, &line, &len));
		assert_int_equal(len, strlen(want[i]));
		assert_memory_equal(line, want[i], len);
	}
	assert_false(sts_policy_next_line(policy, &pos, &line, &len));
	assert_false(sts_policy_next_line(policy, &pos, &line, &len));
	free(policy);
}

/* A policy with so many mx lines. */
static struct strbuf
body_with(unsigned count)
{
	struct strbuf body = STRBUF_INIT;
	unsigned i;

	strbuf_adds(&body, "version: STSv1\nmode: enforce\nmax_age: 1\n");
	for (i = 0; i < count; i++)
		strbuf_addf(&body, "mx: *.m%u.de\n", i);
	return body;
}

static const struct count_case {
	const char *name;
	unsigned count;
	bool is_valid;
} count_cases[] = {
	{ "STS-POL-18 200 mx lines", 200, true },
	{ "STS-POL-18 1000 mx lines", STS_MX_MAX, true },
	{ "STS-POL-18 1001 mx lines", STS_MX_MAX + 1, false },
	{ "STS-POL-18 4000 mx lines", 4000, false },
};

static void
check_count(void **state)
{
	const struct count_case *c = *state;
	struct strbuf body = body_with(c->count);
	struct why why = { "" };
	struct sts_policy *policy;

	assert_true(body.len <= STS_BODY_MAX);
	policy = parse(body.data, body.len, &why);
	assert_int_equal(policy != NULL, c->is_valid);
	if (policy != NULL) {
		assert_int_equal(policy->pattern_count, c->count);
		assert_string_equal(policy->patterns[199].name, "m199.de");
	} else {
		assert_non_null(strstr(why.text, "line 1004: too many mx lines"));
	}
	free(policy);
	strbuf_clear(&body);
}

static void
check_size(void **state)
{
	struct strbuf body = body_with(1);
	struct sts_policy *policy;

	(void)state;
	while (body.len < STS_BODY_MAX)
		strbuf_addc(&body, '\n');
	assert_int_equal(sts_policy_parse(body.data, body.len, &policy, NULL), ST_OK);
	free(policy);
	strbuf_addc(&body, '\n');
	assert_int_equal(
	    sts_policy_parse(body.data, body.len, &policy, NULL), ST_TOO_BIG);
	assert_null(policy);
	strbuf_clear(&body);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_good, good_cases),
		CASES(check_bad, bad_cases),
		CASE("STS-POL-08 STS-POL-10 what was tolerated is marked", check_flags),
		CASE("STS-POL-17 lines as published, in their order", check_lines),
		CASES(check_count, count_cases),
		CASE("STS-POL-18 STS-FETCH-08 64 KiB and one octet more", check_size),
	};

	return cases_run("sts_policy", tables, COUNT_OF(tables));
}
