/* What Sendmail's ruleset is told of a host.  SPDX-License-Identifier: ISC */
#include "decide_world.h"
#include "wire/dialect.h"
#include "wire/sendmail.h"

/* --- all hosts of a domain, as "query -d sendmail" shows them ----------------------------------------- */

#define BOUND "USE servername=hostname"
#define FREE  "USE servername=hostname;flags=C"

static const struct show_case {
	const char *name;
	const char *mx, *hosts, *sts, *options;
	const char *want;
} show_cases[] = {
	{ "DANE-MX-01 each host its own", "S", "mx1=usable mx2=denied mx3=unusable", "",
	    "", "OK mx1=\"" BOUND "\" mx2=\"" FREE "\" mx3=\"" BOUND "\"" },
	{ "STS-APP-05 a host that the policy does not name", "I",
	    "mx1=insecure mx2=insecure", "enforce mx2", "",
	    "OK mx1=\"SKIP mx1 MX host not named by the STS policy\" mx2=\"" BOUND
	    "\"" },
	{ "STS-APP-08 mode testing", "I", "mx1=insecure", "testing mx2", "",
	    "OK mx1=\"" FREE "\"" },
	{ "BASE-07 a TLSA lookup that failed", "S", "mx1=tlsa-error mx2=usable", "", "",
	    "OK mx1=\"SKIP mx1 TLSA lookup failed\" mx2=\"" BOUND "\"" },
	{ "all hosts are shut", "S", "mx1=tlsa-error", "", "",
	    "OK mx1=\"SKIP mx1 TLSA lookup failed\"" },
	{ "an MX record that names no host", "I", "mx1=insecure x=invalid", "", "",
	    "OK mx1=\"" FREE "\" -=\"SKIP - MX names no host\"" },
	{ "MX-06 the MX lookup failed", "error", "", "", "",
	    "TEMP example.com: MX lookup failed (RFC 7672, 2.1.2)" },
	{ "DNS has not answered", "unknown", "", "", "",
	    "TEMP example.com: DNS has not answered in time (RFC 7672, 2.1.2)" },
	{ "MX-05 a null MX", "null", "", "", "", "NOTFOUND " },
	{ "MAND-04 relaxed", "S", "mx1=usable", "enforce mx1", "may",
	    "OK mx1=\"" FREE "\"" },
};

static void
check_show(void **state)
{
	static const char *const codes[] = {
#define X(name, word) [name] = word,
		SOCKETMAP_CODES(X)
#undef X
	};
	const struct show_case *c = *state;
	struct strbuf text = STRBUF_INIT, got = STRBUF_INIT;
	enum socketmap_code code;
	struct answer answer;
	struct world w;

	world_init(&w, c->mx, c->hosts, c->sts, c->options);
	decide(&w.facts, &w.settings, NOW, &answer);
	code = dialect_find("hopseal", strlen("hopseal"))->put(&answer, &text);
	strbuf_addf(&got, "%s %s", codes[code], strbuf_str(&text));
	assert_string_equal(strbuf_str(&got), c->want);
	strbuf_clear(&text);
	strbuf_clear(&got);
	answer_clear(&answer);
	world_clear(&w);
}

/* --- words ------------------------------------------------------------------------------------------- */

static const struct words_case {
	const char *name, *sentence, *want;
} words_cases[] = {
	{ "plain words", "TLSA lookup failed", "TLSA lookup failed" },
	{ "names keep their dots", "mx.a-b.test is_it", "mx.a-b.test is_it" },
	{ "punctuation becomes a blank, several one",
	    "mx1: dane-verify: no, \"x\" @ y;z", "mx1 dane-verify no x y z" },
	{ "what stands in parentheses is left out",
	    "expired (certificate has expired) (RFC 7672, 2.1)", "expired" },
	{ "parentheses in parentheses", "a (b (c) d) e", "a e" },
	{ "a parenthesis that does not close", "a (b", "a" },
	{ "one that was not opened", "a ) b", "a b" },
	{ "other octets", "b\303\274cher\r\n$h\033", "b cher h" },
	{ "nothing", "", "" },
	{ "nothing but punctuation", "$#@:", "" },
};

static void
check_words(void **state)
{
	const struct words_case *c = *state;
	struct strbuf got = STRBUF_INIT;

	strbuf_adds(&got, "DEFER ");
	sendmail_add_words(c->sentence, &got);
	assert_string_equal(strbuf_str(&got) + strlen("DEFER "), c->want);
	strbuf_clear(&got);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_show, show_cases),
		CASES(check_words, words_cases),
	};

	return cases_run("dialect_sendmail", tables, COUNT_OF(tables));
}
