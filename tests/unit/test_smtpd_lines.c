/*
 * opensmtpd/lines: octets to lines to fields, whatever comes.  SPDX-License-Identifier: ISC
 */
#include "cases.h"

#include "../../opensmtpd/lines.h"
#include "base/strbuf.h"

/* --- lines ------------------------------------------------------------------------------- */

static void
add_line(struct txt line, bool is_cut, void *arg)
{
	struct strbuf *seen = arg;

	strbuf_add(seen, line.text, line.len);
	strbuf_adds(seen, is_cut ? "[cut]" : "$");
}

static const struct read_case {
	const char *name, *bytes;
	size_t len;
	const char *want;
} read_cases[] = {
	{ "a line", BYTES("one\n"), "one$" },
	{ "several", BYTES("one\ntwo\n\nthree\n"), "one$two$$three$" },
	{ "no end, no line", BYTES("one\ntwo"), "one$" },
	{ "a carriage return stays", BYTES("one\r\n"), "one\r$" },
};

/* In every division into two reads. */
static void
check_read(void **state)
{
	const struct read_case *c = *state;
	size_t i;

	for (i = 0; i <= c->len; i++) {
		struct line_reader reader = { .len = 0 };
		struct strbuf seen = STRBUF_INIT;

		line_read(&reader, c->bytes, i, add_line, &seen);
		line_read(&reader, c->bytes + i, c->len - i, add_line, &seen);
		assert_string_equal(strbuf_str(&seen), c->want);
		strbuf_clear(&seen);
	}
}

static void
note_cut(struct txt line, bool is_cut, void *arg)
{
	int *seen = arg;

	assert_int_equal(line.len, *seen == 0 ? LINE_KEPT : 3);
	assert_int_equal(is_cut, *seen == 0);
	++*seen;
}

static void
check_long(void **state)
{
	struct line_reader reader = { .len = 0 };
	char chunk[1000];
	int seen = 0, i;

	(void)state;
	memset(chunk, 'x', sizeof(chunk));
	for (i = 0; i < 5000; i++)
		line_read(&reader, chunk, sizeof(chunk), note_cut, &seen);
	assert_int_equal(seen, 0);
	line_read(&reader, "\nend\n", 5, note_cut, &seen);
	assert_int_equal(seen, 2);
}

static void
check_exact(void **state)
{
	struct line_reader reader = { .len = 0 };
	struct strbuf seen = STRBUF_INIT;
	char line[LINE_KEPT + 1];

	(void)state;
	memset(line, 'x', sizeof(line));
	line[LINE_KEPT] = '\n';
	line_read(&reader, line, sizeof(line), add_line, &seen);
	assert_int_equal(seen.len, LINE_KEPT + 1);
	assert_int_equal(seen.data[LINE_KEPT], '$');
	strbuf_clear(&seen);
}

/* --- fields ------------------------------------------------------------------------------ */

static void
check_fields(void **state)
{
	struct txt rest = { BYTES("a||c|d") }, last = { BYTES("x|y") };

	(void)state;
	assert_true(txt_is(line_field(&rest), "a"));
	assert_true(txt_is(line_field(&rest), ""));
	assert_true(txt_is(line_last_field(&rest), "d"));
	assert_true(txt_is(line_field(&rest), "c"));
	assert_true(txt_is(line_field(&rest), ""));
	assert_true(txt_is(line_last_field(&last), "y"));
	assert_true(txt_is(line_last_field(&last), "x"));
	assert_true(txt_is(line_last_field(&last), ""));
}

/* --- lines for filters ------------------------------------------------------------------- */

#define SID "99882c4d674dca34"
#define TOK "42db4f1313f78338"

static const struct line_case {
	const char *name, *line;
	size_t len;
	enum filter_line_kind kind;
	const char *event, *rest;
	bool is_inbound, is_token_first;
	time_t when;
} line_cases[] = {
	{ "0.5 report", BYTES("report|0.5|12.5|smtp-out|tx-rcpt|" SID "|1|a@b|ok"),
	    LINE_REPORT, "tx-rcpt", "1|a@b|ok", false, false, 12 },
	{ "0.6 report",
	    BYTES("report|0.6|12.5|smtp-out|link-connect|" SID "|p|pass|l|r"),
	    LINE_REPORT, "link-connect", "p|pass|l|r", false, false, 12 },
	{ "0.7 report", BYTES("report|0.7|12.5|smtp-in|link-disconnect|" SID),
	    LINE_REPORT, "link-disconnect", "", true, false, 12 },
	{ "a minor version of tomorrow",
	    BYTES("report|0.19|1.0|smtp-in|link-tls|" SID "|x"), LINE_REPORT,
	    "link-tls", "x", true, false, 1 },
	{ "a major version of tomorrow",
	    BYTES("report|1.0|1.0|smtp-in|link-tls|" SID "|x"), LINE_REPORT, "link-tls",
	    "x", true, false, 1 },
	{ "an event of tomorrow", BYTES("report|0.7|1.0|smtp-in|link-tea|" SID "|x"),
	    LINE_REPORT, "link-tea", "x", true, false, 1 },
	{ "a time that is none", BYTES("report|0.7|now|smtp-in|link-tls|" SID "|x"),
	    LINE_REPORT, "link-tls", "x", true, false, 0 },
	{ "request", BYTES("filter|0.7|1.0|smtp-in|rcpt-to|" SID "|" TOK "|a|b@c"),
	    LINE_REQUEST, "rcpt-to", "a|b@c", true, false, 1 },
	{ "request before 0.5",
	    BYTES("filter|0.4|1.0|smtp-in|rcpt-to|" SID "|" TOK "|b@c"), LINE_REQUEST,
	    "rcpt-to", "b@c", true, true, 1 },
	{ "request without a parameter",
	    BYTES("filter|0.7|1.0|smtp-in|data|" SID "|" TOK), LINE_REQUEST, "data", "",
	    true, false, 1 },
	{ "ready", BYTES("config|ready"), LINE_READY, "", "", false, false, 0 },
	{ "other config", BYTES("config|subsystem|smtp-in"), LINE_OTHER, "", "", false,
	    false, 0 },
	{ "nothing", BYTES(""), LINE_OTHER, "", "", false, false, 0 },
	{ "NULs", BYTES("\0\0|\0"), LINE_OTHER, "", "", false, false, 0 },
	{ "bars", BYTES("||||||||||"), LINE_OTHER, "", "", false, false, 0 },
	{ "cut in the head", BYTES("report|0.7|1.0|smtp-in"), LINE_OTHER, "", "", false,
	    false, 0 },
	{ "no version", BYTES("report||1.0|smtp-in|link-tls|" SID "|x"), LINE_OTHER, "",
	    "", false, false, 0 },
	{ "a version without a dot", BYTES("report|7|1.0|smtp-in|link-tls|" SID "|x"),
	    LINE_OTHER, "", "", false, false, 0 },
	{ "a subsystem of tomorrow", BYTES("report|0.7|1.0|stats|entry|" SID "|x"),
	    LINE_OTHER, "", "", false, false, 0 },
	{ "a session that is no number", BYTES("report|0.7|1.0|smtp-in|link-tls|xyz|x"),
	    LINE_OTHER, "", "", false, false, 0 },
	{ "a session of 17 digits", BYTES("report|0.7|1.0|smtp-in|link-tls|1" SID "|x"),
	    LINE_OTHER, "", "", false, false, 0 },
	{ "a NUL in a session", BYTES("report|0.7|1.0|smtp-in|link-tls|99\0|x"),
	    LINE_OTHER, "", "", false, false, 0 },
	{ "a request without a token", BYTES("filter|0.7|1.0|smtp-in|rcpt-to|" SID),
	    LINE_OTHER, "", "", false, false, 0 },
	{ "a token that is no number",
	    BYTES("filter|0.7|1.0|smtp-in|rcpt-to|" SID "|-1|x"), LINE_OTHER, "", "",
	    false, false, 0 },
};

static void
check_line(void **state)
{
	const struct line_case *c = *state;
	struct filter_line line;

	filter_line_read((struct txt){ c->line, c->len }, &line);
	assert_int_equal(line.kind, c->kind);
	if (c->kind != LINE_REPORT && c->kind != LINE_REQUEST)
		return;
	assert_true(txt_is(line.event, c->event));
	assert_true(txt_is(line.session, SID));
	assert_true(line.id == 0x99882c4d674dca34);
	assert_true(txt_is(line.rest, c->rest));
	assert_int_equal(line.is_inbound, c->is_inbound);
	assert_int_equal(line.is_token_first, c->is_token_first);
	assert_int_equal(line.when, c->when);
	if (c->kind == LINE_REQUEST)
		assert_true(txt_is(line.token, TOK));
}

/* --- addresses --------------------------------------------------------------------------- */

static const struct address_case {
	const char *name, *address;
	size_t len;
	const char *want;
} address_cases[] = {
	{ "bare", BYTES("a@good.test"), "good.test" },
	{ "in brackets", BYTES("<a@good.test>"), "good.test" },
	{ "with parameters", BYTES("<a@good.test> NOTIFY=NEVER ORCPT=rfc822;x@y.test>"),
	    "good.test" },
	{ "bare with parameters", BYTES("a@good.test NOTIFY=NEVER"), "good.test" },
	{ "quoted", BYTES("<\"a@b>c\\\"d\"@good.test>"), "good.test" },
	{ "with a source route", BYTES("<@x.test,@y.test:a@good.test>"), "good.test" },
	{ "without a domain", BYTES("<postmaster>"), "" },
	{ "null", BYTES("<>"), "" },
	{ "nothing", BYTES(""), "" },
	{ "nothing behind the @", BYTES("a@"), "" },
	{ "a literal", BYTES("<a@[192.0.2.1]>"), "" },
	{ "a quote that never ends", BYTES("<\"a@good.test>"), "" },
	{ "a backslash at the end", BYTES("<a@good\\"), "good\\" },
};

static void
check_address(void **state)
{
	const struct address_case *c = *state;
	char *exact = xmalloc(c->len + 1);
	struct txt domain;

	memcpy(exact, c->address, c->len);
	domain = address_domain((struct txt){ exact, c->len });
	assert_int_equal(domain.len, strlen(c->want));
	assert_memory_equal(domain.text, c->want, domain.len);
	free(exact);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_read, read_cases),
		CASE("endless lines are cut", check_long),
		CASE("a line of exactly what is kept", check_exact),
		CASE("fields", check_fields),
		CASES(check_line, line_cases),
		CASES(check_address, address_cases),
	};

	return cases_run("smtpd_lines", tables, COUNT_OF(tables));
}
