/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "show/page.h"

/* --- texts ----------------------------------------------------------------------------------- */

#define GONE     "\xef\xbf\xbd"
#define ELLIPSIS "\xe2\x80\xa6"
#define TEN(x)   x x x x x x x x x x
#define ACUTE    "\xcc\x81"

static const struct text_case {
	const char *name, *text, *want;
} text_cases[] = {
	{ "plain", "mx.example.net", "mx.example.net" },
	{ "nothing", "", "" },
	{ "RPT-SEC-03 HTML is text", "<script>alert(1)</script>",
	    "&lt;script&gt;alert(1)&lt;/script&gt;" },
	{ "RPT-SEC-03 no way out of an attribute", "\" onload='x' &lt;",
	    "&quot; onload=&#39;x&#39; &amp;lt;" },
	{ "control characters",
	    "a\x1b[31m\r\nb\x7f"
	    "c",
	    "a" GONE "[31m" GONE GONE "b" GONE "c" },
	{ "C1 control characters",
	    "a\xc2\x9b"
	    "b",
	    "a" GONE "b" },
	{ "the direction of writing stays",
	    "a\xe2\x80\xae"
	    "b\xe2\x81\xa6"
	    "c\xd8\x9c",
	    "a" GONE "b" GONE "c" GONE },
	{ "what has no width is seen", "pay\xe2\x80\x8bpal\xef\xbb\xbf",
	    "pay" GONE "pal" GONE },
	{ "tag characters", "a\xf3\xa0\x81\xa1", "a" GONE },
	{ "no UTF-8",
	    "a\xff\xc3"
	    "b\xed\xa0\x80",
	    "a" GONE GONE "b" GONE GONE GONE },
	{ "letters of others stay",
	    "b\xc3\xbc"
	    "cher \xd7\x90 \xf0\x9f\x93\xa7",
	    "b\xc3\xbc"
	    "cher \xd7\x90 \xf0\x9f\x93\xa7" },
	{ "of marks on a letter two stay", "a" ACUTE ACUTE ACUTE ACUTE "b" ACUTE,
	    "a" ACUTE ACUTE "b" ACUTE },
	{ "as much as there may be", TEN(TEN("x")), TEN(TEN("x")) },
	{ "more is cut", TEN(TEN("x")) "y", TEN(TEN("x")) ELLIPSIS },
	{ "more is cut between characters", TEN(TEN("\xc3\xbc")) "\xc3\xbc",
	    TEN(TEN("\xc3\xbc")) ELLIPSIS },
	{ "nothing but faults is cut, too", TEN(TEN("\x01")) "\x01",
	    TEN(TEN(GONE)) ELLIPSIS },
};

static void
check_text(void **state)
{
	const struct text_case *c = *state;
	struct strbuf out = STRBUF_INIT;

	page_text(&out, c->text);
	assert_string_equal(strbuf_str(&out), c->want);
	strbuf_clear(&out);
}

static void
check_megabyte(void **state UNUSED)
{
	size_t len = (size_t)1 << 20;
	char *text = xmalloc(len + 1);
	struct strbuf out = STRBUF_INIT;

	memset(text, '<', len);
	text[len] = '\0';
	page_text(&out, text);
	assert_int_equal(out.len, PAGE_TEXT_MAX * strlen("&lt;") + strlen(ELLIPSIS));
	strbuf_clear(&out);
	free(text);
}

static void
check_name(void **state UNUSED)
{
	struct strbuf out = STRBUF_INIT;

	page_name(&out, "\xd7\x90");
	page_name(&out, "");
	assert_string_equal(strbuf_str(&out), "<bdi>\xd7\x90</bdi>\xe2\x80\x93");
	strbuf_clear(&out);
}

/* --- numbers ---------------------------------------------------------------------------------- */

#define NB "\xc2\xa0"

static const struct number_case {
	const char *name;
	uint64_t n;
	const char *want;
} number_cases[] = {
	{ "none", 0, "0" },
	{ "three digits", 999, "999" },
	{ "four digits", 1000, "1,000" },
	{ "the last in full", 999999999, "999,999,999" },
	{ "a thousand million", 1000000000, "1.0" NB "bn" },
	{ "many", UINT64_C(123456789012), "123" NB "bn" },
	{ "a million million", UINT64_C(1260000000000), "1.2" NB "tn" },
	{ "more than there are", UINT64_MAX, "18,446,744" NB "tn" },
};

static void
check_number(void **state)
{
	const struct number_case *c = *state;
	struct strbuf out = STRBUF_INIT;

	page_number(&out, c->n);
	assert_string_equal(strbuf_str(&out), c->want);
	strbuf_clear(&out);
}

static const struct share_case {
	const char *name;
	uint64_t part, all;
	const char *want;
} share_cases[] = {
	{ "none of them", 0, 10, "none" },
	{ "none of nothing", 0, 0, "none" },
	{ "all of them", 7, 7, "all" },
	{ "an eighth", 125, 1000, "12" NB "%" },
	{ "little", 8, 1000, "0.8" NB "%" },
	{ "one in a million is not nothing", 1, 1000000, "1 in 1,000,000" },
	{ "nearly all is not all", 999999, 1000000, "all but 1" },
	{ "ninety-nine and a half", 995, 1000, "99" NB "%" },
};

static void
check_share(void **state)
{
	const struct share_case *c = *state;
	struct strbuf out = STRBUF_INIT;

	page_share(&out, c->part, c->all);
	assert_string_equal(strbuf_str(&out), c->want);
	strbuf_clear(&out);
}

/* --- the page ----------------------------------------------------------------------------------- */

static void
check_frame(void **state UNUSED)
{
	static const char *const columns[] = { "failed" };
	const uint64_t numbers[] = { 1203 };
	struct strbuf out = STRBUF_INIT;

	page_begin(&out, "<x>");
	page_table_begin(&out, "By host", "host", columns, COUNT_OF(columns));
	page_row_begin(&out);
	page_name(&out, "mx");
	page_row_numbers(&out, numbers, COUNT_OF(numbers));
	page_table_end(&out, 12);
	page_end(&out);
	assert_non_null(strstr(out.data, "default-src 'none'"));
	assert_non_null(strstr(out.data, "<title>&lt;x&gt;</title>"));
	assert_non_null(strstr(out.data, "<h1>&lt;x&gt;</h1>"));
	assert_non_null(strstr(out.data, "<caption>By host</caption>"));
	assert_non_null(strstr(
	    out.data, "<tr><th scope=\"row\"><bdi>mx</bdi></th><td>1,203</td></tr>"));
	assert_non_null(strstr(out.data, "and 12 more"));
	assert_null(strstr(out.data, "<script"));
	assert_null(strstr(out.data, "url("));
	strbuf_clear(&out);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_text, text_cases),
		CASE("RPT-SEC-03 a megabyte of text is cut", check_megabyte),
		CASE("a name is apart from what stands around it", check_name),
		CASES(check_number, number_cases),
		CASES(check_share, share_cases),
		CASE("a page forbids scripts, and what comes from elsewhere",
		    check_frame),
	};

	return cases_run("page", tables, COUNT_OF(tables));
}
