/* SPDX-License-Identifier: ISC */
#include <stdbool.h>

#include "cases.h"
#include "wire/tlsa.h"

static const struct rdata_case {
	const char *name, *bytes;
	size_t len;
	bool is_short;
	unsigned usage, selector, matching;
	size_t data_len;
	const char *text;
} rdata_cases[] = {
	{ "a usual record", BYTES("\3\1\1\x4d\x3d"), false, 3, 1, 1, 2, "3 1 1 4d3d" },
	{ "TLSA-07 numbers are decimal, hex is lower case and in one piece",
	    BYTES("\xff\x0a\x64\xAB\0\xCD"), false, 255, 10, 100, 3,
	    "255 10 100 ab00cd" },
	{ "TLSA-01 no data", BYTES("\3\1\1"), false, 3, 1, 1, 0, "\\# 3 030101" },
	{ "TLSA-01 rdata of two octets", BYTES("\3\1"), true, 0, 0, 0, 2,
	    "\\# 2 0301" },
	{ "TLSA-01 rdata of one octet", BYTES("\3"), true, 0, 0, 0, 1, "\\# 1 03" },
	{ "TLSA-01 rdata of no octets", BYTES(""), true, 0, 0, 0, 0, "\\# 0" },
};

static void
check_rdata(void **state)
{
	const struct rdata_case *c = *state;
	uint8_t *exact = xmemdup(c->bytes, c->len);
	struct tlsa_set *set;
	struct strbuf sb = STRBUF_INIT;
	const struct tlsa *r;

	set = tlsa_set_new(&(struct tlsa_rdata){ exact, c->len }, 1);
	free(exact); /* everything is copied */
	assert_int_equal(set->count, 1);
	r = &set->records[0];
	assert_int_equal(r->is_short, c->is_short);
	assert_int_equal(r->usage, c->usage);
	assert_int_equal(r->selector, c->selector);
	assert_int_equal(r->matching, c->matching);
	assert_int_equal(r->len, c->data_len);
	if (r->len > 0)
		assert_memory_equal(r->data, c->bytes + c->len - r->len, r->len);
	tlsa_add_text(&sb, r);
	assert_string_equal(strbuf_str(&sb), c->text);
	strbuf_clear(&sb);
	free(set);
}

static struct tlsa_set *
set_of_three(void)
{
	static const struct tlsa_rdata rdata[] = {
		{ (const uint8_t *)"\3\1\1\xaa\xbb", 5 },
		{ (const uint8_t *)"\2", 1 },
		{ (const uint8_t *)"\2\0\1\xcc", 4 },
	};

	return tlsa_set_new(rdata, COUNT_OF(rdata));
}

static void
assert_set(const struct tlsa_set *set, const char *want)
{
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	for (i = 0; i < set->count; i++) {
		tlsa_add_text(&sb, &set->records[i]);
		strbuf_addc(&sb, ';');
	}
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static void
check_order(void **state)
{
	struct tlsa_set *set = set_of_three();

	(void)state;
	assert_set(set, "3 1 1 aabb;\\# 1 02;2 0 1 cc;");
	free(set);
}

static void
check_copy(void **state)
{
	struct tlsa_set *set = set_of_three(), *copy = tlsa_set_copy(set);

	(void)state;
	free(set);
	assert_set(copy, "3 1 1 aabb;\\# 1 02;2 0 1 cc;");
	free(copy);
	assert_null(tlsa_set_copy(NULL));
}

static void
check_empty(void **state)
{
	struct tlsa_set *set = tlsa_set_new(NULL, 0), *copy = tlsa_set_copy(set);

	(void)state;
	assert_int_equal(set->count, 0);
	assert_int_equal(copy->count, 0);
	free(set);
	free(copy);
}

static void
check_largest(void **state)
{
	uint8_t *bytes = xcalloc(1, UINT16_MAX);
	struct tlsa_set *set;

	(void)state;
	bytes[UINT16_MAX - 1] = 7;
	set = tlsa_set_new(&(struct tlsa_rdata){ bytes, UINT16_MAX }, 1);
	free(bytes);
	assert_int_equal(set->records[0].len, UINT16_MAX - 3);
	assert_int_equal(set->records[0].data[UINT16_MAX - 4], 7);
	free(set);
}

static const struct text_case {
	const char *name, *text;
	enum status status;
	const char *want; /* printed again, or what why must say */
} text_cases[] = {
	{ "TLSA-07 one hex string", "3 1 1 4d3d38600aa8", ST_OK, "3 1 1 4d3d38600aa8" },
	{ "TLSA-07 blanks inside the hex, and parentheses", "3 1 1 ( 4d3d38 600aa8 )",
	    ST_OK, "3 1 1 4d3d38600aa8" },
	{ "TLSA-07 blanks between the two digits of an octet", "3 1 1 4 d3d", ST_OK,
	    "3 1 1 4d3d" },
	{ "TLSA-07 line ends inside parentheses", "3 1 1 (\n\t4d3d\r\n\t3860\n)\n",
	    ST_OK, "3 1 1 4d3d3860" },
	{ "TLSA-07 parentheses around everything", "( 3 1 1 ab )", ST_OK, "3 1 1 ab" },
	{ "TLSA-07 upper case", "3 0 2 ABCDEF", ST_OK, "3 0 2 abcdef" },
	{ "TLSA-07 white space around", "\n  3\t1  1 ab \n", ST_OK, "3 1 1 ab" },
	{ "TLSA-07 numbers up to 255", "255 255 255 00", ST_OK, "255 255 255 00" },
	{ "TLSA-07 usage 256", "256 1 1 ab", ST_RANGE, "the usage" },
	{ "TLSA-07 selector 256", "3 256 1 ab", ST_RANGE, "the selector" },
	{ "TLSA-07 matching type 1000", "3 1 1000 ab", ST_RANGE, "the matching type" },
	{ "TLSA-07 a negative usage", "-1 1 1 ab", ST_SYNTAX, "the usage" },
	{ "TLSA-07 a name for a number", "DANE-EE 1 1 ab", ST_SYNTAX, "the usage" },
	{ "TLSA-07 an odd number of hex digits", "3 1 1 abc", ST_SYNTAX, "odd number" },
	{ "TLSA-07 no data", "3 1 1", ST_SYNTAX, "no data" },
	{ "TLSA-07 no data in parentheses", "3 1 1 ( )", ST_SYNTAX, "no data" },
	{ "TLSA-07 two numbers", "3 1", ST_SYNTAX, "the matching type" },
	{ "TLSA-07 nothing", "", ST_SYNTAX, "the usage" },
	{ "TLSA-07 no hex digit", "3 1 1 abxy", ST_SYNTAX, "octet 9 is no hex digit" },
	{ "TLSA-07 an open parenthesis", "3 1 1 ( ab", ST_SYNTAX,
	    "\"(\" without \")\"" },
	{ "TLSA-07 a closing parenthesis too many", "3 1 1 ab )", ST_SYNTAX,
	    "unbalanced parenthesis at octet 10" },
	{ "TLSA-07 parentheses in parentheses", "3 1 1 ( ( ab ) )", ST_SYNTAX,
	    "unbalanced parenthesis at octet 9" },
	{ "TLSA-07 a line end between the numbers", "3 1\n1 aabb", ST_SYNTAX,
	    "more than one line" },
	{ "TLSA-07 a second record is not more hex", "3 1 1 aabb\n3 1 1 ccdd",
	    ST_SYNTAX, "more than one line" },
};

static void
check_text(void **state)
{
	const struct text_case *c = *state;
	size_t len = strlen(c->text);
	char *exact = xmalloc(len);
	struct tlsa_set *set;
	struct strbuf sb = STRBUF_INIT;
	struct why why = { "" };

	memcpy(exact, c->text, len);
	assert_int_equal(tlsa_parse_text(exact, len, &set, &why), c->status);
	free(exact);
	if (c->status != ST_OK) {
		assert_null(set);
		if (strstr(why.text, c->want) == NULL)
			assert_string_equal(why.text, c->want);
		return;
	}
	tlsa_add_text(&sb, &set->records[0]);
	assert_string_equal(strbuf_str(&sb), c->want);
	strbuf_clear(&sb);
	free(set);
}

static void
check_text_limit(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct tlsa_set *set;
	size_t i;

	(void)state;
	strbuf_adds(&text, "3 1 0 ");
	for (i = 0; i < UINT16_MAX - 3; i++)
		strbuf_adds(&text, "ab");
	assert_int_equal(tlsa_parse_text(text.data, text.len, &set, NULL), ST_OK);
	assert_int_equal(set->records[0].len, UINT16_MAX - 3);
	free(set);
	strbuf_adds(&text, "ab");
	assert_int_equal(tlsa_parse_text(text.data, text.len, &set, NULL), ST_RANGE);
	assert_null(set);
	strbuf_clear(&text);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_rdata, rdata_cases),
		CASE("a set keeps the order of the answer", check_order),
		CASE("a copy has its own memory", check_copy),
		CASE("a set of none", check_empty),
		CASE("the largest rdata", check_largest),
		CASES(check_text, text_cases),
		CASE("TLSA-07 as much hex as a record can hold", check_text_limit),
	};

	return cases_run("tlsa", tables, COUNT_OF(tables));
}
