/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/gzip.h"

#define MAX 1000000

/* So many octets that compress badly, the same every time. */
static struct strbuf
noise(size_t len)
{
	struct strbuf sb = STRBUF_INIT;
	uint32_t x = 1;

	while (sb.len < len) {
		x = x * 1664525 + 1013904223;
		strbuf_addc(&sb, (char)(x >> 24));
	}
	return sb;
}

static const struct round_case {
	const char *name;
	size_t len;
} round_cases[] = {
	{ "nothing", 0 },
	{ "RPT-FILE-02 one octet", 1 },
	{ "RPT-FILE-02 as much as is inflated at once", 16384 },
	{ "RPT-FILE-02 one more", 16385 },
	{ "RPT-FILE-02 much more", 700000 },
};

static void
check_round(void **state)
{
	const struct round_case *c = *state;
	struct strbuf in = noise(c->len), packed = STRBUF_INIT, out = STRBUF_INIT;
	struct gzip *gzip = gzip_new();

	strbuf_adds(&packed, "x");
	strbuf_adds(&out, "y");
	gzip_add(gzip, &packed, in.data, in.len);
	assert_true(gzip_is(packed.data + 1, packed.len - 1));
	assert_int_equal(
	    gunzip_add(&out, packed.data + 1, packed.len - 1, MAX, NULL), ST_OK);
	assert_int_equal(out.len, c->len + 1);
	assert_memory_equal(out.data + 1, strbuf_str(&in), c->len);
	assert_int_equal(out.data[out.len], '\0');
	gzip_free(gzip);
	strbuf_clear(&in);
	strbuf_clear(&packed);
	strbuf_clear(&out);
}

static void
check_same(void **state)
{
	struct strbuf in = noise(5000), first = STRBUF_INIT, again = STRBUF_INIT;
	struct gzip *gzip = gzip_new(), *other = gzip_new();

	(void)state;
	gzip_add(gzip, &first, in.data, in.len);
	gzip_add(gzip, &again, "between", 7);
	strbuf_reset(&again);
	gzip_add(gzip, &again, in.data, in.len);
	assert_int_equal(first.len, again.len);
	assert_memory_equal(first.data, again.data, first.len);
	strbuf_reset(&again);
	gzip_add(other, &again, in.data, in.len);
	assert_int_equal(first.len, again.len);
	assert_memory_equal(first.data, again.data, first.len);
	gzip_free(gzip);
	gzip_free(other);
	gzip_free(NULL);
	strbuf_clear(&in);
	strbuf_clear(&first);
	strbuf_clear(&again);
}

/* "report", and what may happen to it. */
enum damage { WHOLE, CUT, CRC, LENGTH, MIDDLE, TWICE, GARBAGE, HEADER_ONLY, PLAIN };

static const struct damage_case {
	const char *name;
	enum damage damage;
	size_t max;
	enum status want;
	const char *text, *why;
} damage_cases[] = {
	{ "whole", WHOLE, 6, ST_OK, "report", "" },
	{ "RPT-SEC-03 one octet more than allowed", WHOLE, 5, ST_TOO_BIG, NULL,
	    "gzip: holds more than 5 octets" },
	{ "RPT-SEC-03 nothing is allowed", WHOLE, 0, ST_TOO_BIG, NULL,
	    "gzip: holds more than 0 octets" },
	{ "cut short: what zlib alone takes for success", CUT, MAX, ST_SYNTAX, NULL,
	    "gzip: cut short" },
	{ "only the header", HEADER_ONLY, MAX, ST_SYNTAX, NULL, "gzip: cut short" },
	{ "a wrong checksum", CRC, MAX, ST_SYNTAX, NULL, "gzip: incorrect data check" },
	{ "a wrong length", LENGTH, MAX, ST_SYNTAX, NULL,
	    "gzip: incorrect length check" },
	{ "damaged in the middle", MIDDLE, MAX, ST_SYNTAX, NULL, "gzip: invalid" },
	{ "two members", TWICE, 12, ST_OK, "reportreport", "" },
	{ "RPT-SEC-03 two members, together too big", TWICE, 11, ST_TOO_BIG, NULL,
	    "gzip: holds more than 11 octets" },
	{ "garbage behind it", GARBAGE, MAX, ST_SYNTAX, NULL,
	    "gzip: incorrect header check" },
	{ "no gzip", PLAIN, MAX, ST_SYNTAX, NULL, "gzip: incorrect header check" },
};

static void
inflict(enum damage damage, struct gzip *gzip, struct strbuf *packed)
{
	switch (damage) {
	case WHOLE:
		break;
	case CUT:
		strbuf_truncate(packed, packed->len - 1);
		break;
	case HEADER_ONLY:
		strbuf_truncate(packed, 10);
		break;
	case CRC:
		packed->data[packed->len - 8] ^= 1;
		break;
	case LENGTH:
		packed->data[packed->len - 1] ^= 1;
		break;
	case MIDDLE:
		packed->data[10] |= 7; /* a kind of block that there is not */
		break;
	case TWICE:
		gzip_add(gzip, packed, "report", 6);
		break;
	case GARBAGE:
		strbuf_adds(packed, "garbage");
		break;
	case PLAIN:
		strbuf_reset(packed);
		strbuf_adds(packed, "{\"policies\":[]}");
		break;
	}
}

static void
check_damage(void **state)
{
	const struct damage_case *c = *state;
	struct strbuf packed = STRBUF_INIT, out = STRBUF_INIT;
	struct gzip *gzip = gzip_new();
	struct why why = { "" };

	gzip_add(gzip, &packed, "report", 6);
	inflict(c->damage, gzip, &packed);
	assert_int_equal(
	    gunzip_add(&out, packed.data, packed.len, c->max, &why), c->want);
	if (strncmp(why.text, c->why, strlen(c->why)) != 0)
		assert_string_equal(why.text, c->why);
	if (c->text != NULL)
		assert_string_equal(strbuf_str(&out), c->text);
	gzip_free(gzip);
	strbuf_clear(&packed);
	strbuf_clear(&out);
}

static void
check_bomb(void **state)
{
	struct strbuf zeros = STRBUF_INIT, packed = STRBUF_INIT, out = STRBUF_INIT;
	struct gzip *gzip = gzip_new();

	(void)state;
	strbuf_reserve(&zeros, 32 * MAX);
	memset(zeros.data, ' ', 32 * MAX);
	gzip_add(gzip, &packed, zeros.data, 32 * MAX);
	assert_true(packed.len < 100000);
	assert_int_equal(
	    gunzip_add(&out, packed.data, packed.len, MAX, NULL), ST_TOO_BIG);
	assert_true(out.cap < 3 * MAX);
	gzip_free(gzip);
	strbuf_clear(&zeros);
	strbuf_clear(&packed);
	strbuf_clear(&out);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_round, round_cases),
		CASE("RPT-TIME-03 the same bytes give the same file", check_same),
		CASES(check_damage, damage_cases),
		CASE("RPT-SEC-03 a bomb of 32 MB is left at 1 MB", check_bomb),
	};

	return cases_run("gzip", tables, COUNT_OF(tables));
}
