/* SPDX-License-Identifier: ISC */
#include "base/base64.h"
#include "base/strbuf.h"
#include "cases.h"
#include "wire/dkim_record.h"

#define KEY "p=AAEC"

static const struct parse_case {
	const char *name;
	const char *text;
	size_t len;
	const char *why; /* NULL: it is one */
	enum dkim_key_type type;
	bool not_for_mail, not_for_reports, is_testing, is_strict;
	const char *services; /* NULL: "" */
} parse_cases[] = {
	{ .name = "a key alone", BYTES(KEY) },
	{ .name = "all tags",
	    BYTES("v=DKIM1; h=sha256; k=rsa; n=a note; s=*; t=s; " KEY ";"),
	    .services = "*",
	    .is_strict = true },
	{ .name = "blanks and line ends around everything",
	    BYTES(" v = DKIM1 ;\r\n\tk =\trsa; p = AA\r\n EC ; ") },
	{ .name = "Ed25519", BYTES("v=DKIM1; k=ed25519; " KEY), .type = DKIM_ED25519 },
	{ .name = "a key of another type",
	    BYTES("k=dsa; " KEY),
	    .type = DKIM_OTHER_KEY },
	{ .name = "RPT-DKIM-03 SEED-67 s=tlsrpt",
	    BYTES("s=tlsrpt; " KEY),
	    .not_for_mail = true,
	    .services = "tlsrpt" },
	{ .name = "RPT-DKIM-03 SEED-67 s=email",
	    BYTES("s=email; " KEY),
	    .not_for_reports = true,
	    .services = "email" },
	{ .name = "RPT-DKIM-03 s=email:tlsrpt",
	    BYTES("s=email : tlsrpt; " KEY),
	    .services = "email : tlsrpt" },
	{ .name = "RPT-DKIM-03 s=*:other",
	    BYTES("s=*:other; " KEY),
	    .services = "*:other" },
	{ .name = "a service that only begins like it",
	    BYTES("s=tlsrpt2:email; " KEY),
	    .not_for_reports = true,
	    .services = "tlsrpt2:email" },
	{ .name = "an empty list of services",
	    BYTES("s=; " KEY),
	    .not_for_mail = true,
	    .not_for_reports = true },
	{ .name = "flags",
	    BYTES("t=y:s; " KEY),
	    .is_testing = true,
	    .is_strict = true },
	{ .name = "unknown flags and tags", BYTES("t=z; x_1=2; " KEY) },
	{ .name = "a version that does not stand in front",
	    BYTES(KEY "; v=DKIM1"),
	    .why = "in front" },
	{ .name = "another version", BYTES("v=DKIM2; " KEY), .why = "\"DKIM2\"" },
	{ .name = "a version in lower case",
	    BYTES("v=dkim1; " KEY),
	    .why = "\"dkim1\"" },
	{ .name = "a tag twice",
	    BYTES(KEY "; s=*; " KEY),
	    .why = "stands twice: \"p\"" },
	{ .name = "no key", BYTES("v=DKIM1; k=rsa"), .why = "no tag \"p\"" },
	{ .name = "no base64", BYTES("p=A*BC"), .why = "no base64" },
	{ .name = "no tag list", BYTES("v=spf1 -all"), .why = "DKIM1" },
	{ .name = "words", BYTES("hello"), .why = "no \"tag=value\"" },
	{ .name = "an empty tag", BYTES(KEY ";; s=*"), .why = "no \"tag=value\"" },
	{ .name = "nothing", BYTES(""), .why = "no tag \"p\"" },
	{ .name = "NUL", BYTES("p=AA\0C"), .why = "no base64" },
};

static void
check_parse(void **state)
{
	const struct parse_case *c = *state;
	struct txt txt = { c->text, c->len };
	struct dkim_record r;
	struct why why = { "" };

	if (c->why != NULL) {
		assert_int_equal(dkim_record_parse(&txt, &r, &why), ST_SYNTAX);
		assert_non_null(strstr(why.text, c->why));
		return;
	}
	assert_int_equal(dkim_record_parse(&txt, &r, &why), ST_OK);
	assert_int_equal(r.type, c->type);
	assert_int_equal(r.is_for_mail, !c->not_for_mail);
	assert_int_equal(r.is_for_reports, !c->not_for_reports);
	assert_int_equal(r.is_testing, c->is_testing);
	assert_int_equal(r.is_strict, c->is_strict);
	assert_string_equal(r.services, c->services != NULL ? c->services : "");
	assert_int_equal(r.has_services, strstr(c->text, "s=") != NULL);
	assert_int_equal(r.key_len, 3);
	assert_memory_equal(r.key, "\0\1\2", 3);
	assert_false(r.is_revoked);
}

static void
check_revoked(void **state)
{
	struct txt txt = { BYTES("v=DKIM1; p=") };
	struct dkim_record r;

	(void)state;
	assert_int_equal(dkim_record_parse(&txt, &r, NULL), ST_OK);
	assert_true(r.is_revoked);
	assert_int_equal(r.key_len, 0);
}

/* A key of so many zeros. */
static enum status
parse_zeros(size_t octets, struct dkim_record *out)
{
	struct strbuf text = STRBUF_INIT;
	uint8_t *zeros = xcalloc(octets, 1);
	struct txt txt;
	enum status rc;

	strbuf_adds(&text, "p=");
	base64_add(&text, zeros, octets);
	txt = (struct txt){ text.data, text.len };
	rc = dkim_record_parse(&txt, out, NULL);
	free(zeros);
	strbuf_clear(&text);
	return rc;
}

static void
check_longest(void **state)
{
	struct dkim_record r;

	(void)state;
	assert_int_equal(parse_zeros(DKIM_KEY_MAX, &r), ST_OK);
	assert_int_equal(r.key_len, DKIM_KEY_MAX);
	assert_int_equal(parse_zeros(DKIM_KEY_MAX - 1, &r), ST_OK);
	assert_int_equal(r.key_len, DKIM_KEY_MAX - 1);
	assert_int_equal(parse_zeros(DKIM_KEY_MAX + 1, &r), ST_TOO_BIG);
	assert_int_equal(parse_zeros(4098, &r), ST_TOO_BIG);
}

static void
check_bounds(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct dkim_record r;
	struct txt txt;
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		strbuf_addf(&text, "a%d=1;", i);
	txt = (struct txt){ text.data, text.len };
	assert_int_equal(dkim_record_parse(&txt, &r, NULL), ST_TOO_BIG);
	strbuf_clear(&text);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_parse, parse_cases),
		CASE("a revoked key", check_revoked),
		CASE("the longest key, and one more octet", check_longest),
		CASE("a list that is longer than any", check_bounds),
	};

	return cases_run("dkim_record", tables, COUNT_OF(tables));
}
