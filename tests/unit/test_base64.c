/* SPDX-License-Identifier: ISC */
#include "base/base64.h"
#include "cases.h"

/* RFC 4648, section 10, and octets beyond. */
static const struct base64_case {
	const char *name;
	const char *bytes;
	size_t len;
	const char *text;
} base64_cases[] = {
	{ "nothing", BYTES(""), "" },
	{ "one octet", BYTES("f"), "Zg==" },
	{ "two octets", BYTES("fo"), "Zm8=" },
	{ "three octets", BYTES("foo"), "Zm9v" },
	{ "four octets", BYTES("foob"), "Zm9vYg==" },
	{ "five octets", BYTES("fooba"), "Zm9vYmE=" },
	{ "six octets", BYTES("foobar"), "Zm9vYmFy" },
	{ "NUL and the last digits", BYTES("\0\xff\xef\xbe\xfb"), "AP/vvvs=" },
	{ "all bits set", BYTES("\xff\xff\xff"), "////" },
};

static void
check_both_ways(void **state)
{
	const struct base64_case *c = *state;
	struct strbuf text = STRBUF_INIT;
	uint8_t bytes[16];
	size_t len = 99;

	strbuf_adds(&text, "x");
	assert_int_equal(base64_add(&text, c->bytes, c->len), strlen(c->text));
	assert_string_equal(strbuf_str(&text) + 1, c->text);
	strbuf_clear(&text);
	assert_int_equal(base64_decode(c->text, strlen(c->text), bytes, &len), ST_OK);
	assert_int_equal(len, c->len);
	assert_memory_equal(bytes, c->bytes, len);
}

static const struct bad_case {
	const char *name;
	const char *text;
	size_t len;
} bad_cases[] = {
	{ "a lone digit", BYTES("Z") },
	{ "padding left out", BYTES("Zg") },
	{ "one padding of two left out", BYTES("Zg=") },
	{ "more than two paddings", BYTES("Z===") },
	{ "padding alone", BYTES("====") },
	{ "padding inside", BYTES("Zg==Zm9v") },
	{ "a digit behind the padding", BYTES("Zm=v") },
	{ "a bit that is left over, one octet", BYTES("Zh==") },
	{ "a bit that is left over, two octets", BYTES("Zm9=") },
	{ "a line end", BYTES("Zm9v\n") },
	{ "a line end in a group", BYTES("Zm\n9") },
	{ "a blank", BYTES("Zm v") },
	{ "a NUL", BYTES("Zm\0v") },
	{ "digits of base64url", BYTES("-_-_") },
	{ "an octet above ASCII", BYTES("Zm9\xf6") },
};

static void
check_bad(void **state)
{
	const struct bad_case *c = *state;
	uint8_t bytes[16];
	size_t len;

	assert_int_equal(base64_decode(c->text, c->len, bytes, &len), ST_SYNTAX);
}

/* Into memory of exactly the promised size, for the address sanitizer. */
static void
check_all_lengths(void **state)
{
	struct strbuf text = STRBUF_INIT;
	uint8_t in[70], *out;
	size_t len, got, i;

	(void)state;
	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 37 + 11);
	for (len = 0; len <= sizeof(in); len++) {
		strbuf_reset(&text);
		base64_add(&text, in, len);
		out = xmalloc(BASE64_DECODED_MAX(text.len));
		assert_int_equal(base64_decode(text.data, text.len, out, &got), ST_OK);
		assert_int_equal(got, len);
		assert_memory_equal(out, in, len);
		free(out);
	}
	strbuf_clear(&text);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_both_ways, base64_cases),
		CASES(check_bad, bad_cases),
		CASE("every length comes back", check_all_lengths),
	};

	return cases_run("base64", tables, COUNT_OF(tables));
}
