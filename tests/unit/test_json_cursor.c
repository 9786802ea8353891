/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/json_cursor.h"

#include "base/strbuf.h"

/* --- whole texts: passed over, or refused with a place ---------------------------- */

#define TEN(x)   x x x x x x x x x x
#define DEPTH32  TEN("[") TEN("[") TEN("[") "[["
#define HEIGHT32 TEN("]") TEN("]") TEN("]") "]]"

static const struct text_case {
	const char *name, *text;
	size_t len;
	const char *why; /* "": JSON */
} text_cases[] = {
	{ "an object", BYTES("{\"a\": [1, -2.5e+3, 0], \"b\": {}}"), "" },
	{ "blanks everywhere", BYTES(" \t\r\n[ 1 , \"x\" , [ ] , { } ] \n"), "" },
	{ "the words", BYTES("[null,true,false]"), "" },
	{ "only a string", BYTES("\"x\""), "" },
	{ "every escape", BYTES("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fC\""), "" },
	{ "32 levels", BYTES(DEPTH32 HEIGHT32), "" },
	{ "33 levels", BYTES(DEPTH32 "[]" HEIGHT32),
	    "line 1, column 33: nested too deeply" },
	{ "nothing", BYTES(""), "line 1, column 1: ends too early" },
	{ "an array without end", BYTES("[1,"), "line 1, column 4: ends too early" },
	{ "an array without end, no comma", BYTES("[1"),
	    "line 1, column 3: ends too early" },
	{ "a string without end", BYTES("\"abc"), "line 1, column 5: ends too early" },
	{ "a string cut behind a backslash", BYTES("\"abc\\"),
	    "line 1, column 5: unknown escape" },
	{ "RPT-JSON-01 a trailing comma", BYTES("[1,]"), "line 1, column 4: no value" },
	{ "RPT-JSON-01 a trailing comma in an object", BYTES("{\"a\":1,}"),
	    "line 1, column 8: no string" },
	{ "a comma too many", BYTES("[1,,2]"), "line 1, column 4: no value" },
	{ "a comma first", BYTES("[,1]"), "line 1, column 2: no value" },
	{ "no comma", BYTES("[1 2]"),
	    "line 1, column 4: neither a comma nor a closing bracket" },
	{ "brackets crossed", BYTES("[{\"a\":1]}"),
	    "line 1, column 8: neither a comma nor a closing bracket" },
	{ "no colon", BYTES("{\"a\" 1}"), "line 1, column 6: no colon" },
	{ "a name without quotes", BYTES("{a:1}"), "line 1, column 2: no string" },
	{ "single quotes", BYTES("['a']"), "line 1, column 2: no value" },
	{ "RPT-JSON-01 NaN", BYTES("[\n NaN]"), "line 2, column 2: no value" },
	{ "a comment", BYTES("[1] // x"), "line 1, column 5: goes on behind its end" },
	{ "two values", BYTES("{} {}"), "line 1, column 4: goes on behind its end" },
	{ "NUL behind it", BYTES("{}\0"), "line 1, column 3: goes on behind its end" },
	{ "a word cut short", BYTES("[tru]"), "line 1, column 2: no value" },
	{ "a word in capitals", BYTES("[True]"), "line 1, column 2: no value" },
	{ "a leading zero", BYTES("[01]"),
	    "line 1, column 3: neither a comma nor a closing bracket" },
	{ "only a minus", BYTES("[-]"), "line 1, column 3: not a number" },
	{ "a plus", BYTES("[+1]"), "line 1, column 2: no value" },
	{ "no digits behind the point", BYTES("[1.]"),
	    "line 1, column 4: not a number" },
	{ "no digits in the exponent", BYTES("[1e]"),
	    "line 1, column 4: not a number" },
	{ "a control character", BYTES("\"a\nb\""),
	    "line 1, column 3: control character in a string" },
	{ "NUL in a string", BYTES("\"a\0b\""),
	    "line 1, column 3: control character in a string" },
	{ "an unknown escape", BYTES("\"\\x41\""), "line 1, column 2: unknown escape" },
	{ "\\u of three digits", BYTES("\"\\u12g4\""),
	    "line 1, column 2: \\u without four hexadecimal digits" },
	{ "\\u at the end", BYTES("\"\\u12"),
	    "line 1, column 2: \\u without four hexadecimal digits" },
	{ "RPT-JSON-01 Latin-1", BYTES("\"caf\xe9\""), "line 1, column 5: not UTF-8" },
	{ "an overlong character", BYTES("\"\xc0\xaf\""),
	    "line 1, column 2: not UTF-8" },
	{ "a character cut short", BYTES("\"\xe2\x82"), "line 1, column 2: not UTF-8" },
};

static void
check_text(void **state)
{
	const struct text_case *c = *state;
	char *exact = xmalloc(c->len);
	struct json_cursor cursor = { .text = exact, .len = c->len };
	struct why why = { "" };

	memcpy(exact, c->text, c->len);
	json_skip(&cursor);
	json_end(&cursor);
	if (cursor.fault != NULL)
		json_why(&cursor, &why);
	assert_string_equal(why.text, c->why);
	free(exact);
}

/* --- strings, decoded ----------------------------------------------------------------- */

static const struct string_case {
	const char *name, *text, *want;
} string_cases[] = {
	{ "plain", "\"abc\"", "abc" },
	{ "empty", "\"\"", "" },
	{ "escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
	{ "\\u of one octet", "\"\\u0041\"", "A" },
	{ "\\u of two octets", "\"\\u00FC\"", "\xc3\xbc" },
	{ "\\u of three octets", "\"\\u20aC\"", "\xe2\x82\xac" },
	{ "\\u twice for one character", "\"\\uD83D\\ude00\"", "\xf0\x9f\x98\x80" },
	{ "half of such a pair", "\"\\ud83dx\"", "\xef\xbf\xbdx" },
	{ "the second half first", "\"\\ude00\\ud83d\"", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "half of a pair before another character", "\"\\ud83d\\u0041\"",
	    "\xef\xbf\xbd"
	    "A" },
	{ "\\u0000 is no end", "\"a\\u0000b\"",
	    "a\xef\xbf\xbd"
	    "b" },
	{ "characters of 2, 3 and 4 octets", "\"ü€😀\"", "ü€😀" },
	{ "DEL", "\"\x7f\"", "\x7f" },
};

static void
check_string(void **state)
{
	const struct string_case *c = *state;
	size_t len = strlen(c->text), n;
	char *text = xmalloc(len), *out = xmalloc(len);
	struct json_cursor cursor = { .text = text, .len = len }, again = cursor;

	memcpy(text, c->text, len);
	n = json_take_text(&cursor, out);
	assert_null(cursor.fault);
	assert_int_equal(cursor.pos, len);
	assert_int_equal(n, strlen(c->want));
	assert_memory_equal(out, c->want, n);
	assert_int_equal(json_take_text(&again, text), n); /* into its own place */
	assert_memory_equal(text, c->want, n);
	free(text);
	free(out);
}

/* --- walking ------------------------------------------------------------------------- */

static void
check_walk(void **state)
{
	static const char text[] = "{\"a\":[1,[],{\"x\":2}],\"b\\u0063\":\"t\"}";
	struct json_cursor c = { .text = text, .len = sizeof(text) - 1 };
	struct strbuf seen = STRBUF_INIT;
	struct txt name, number;

	(void)state;
	assert_int_equal(json_peek(&c), JSON_OBJECT);
	for (json_enter(&c); json_next_member(&c, &name);) {
		strbuf_addf(&seen, "%.*s:", (int)name.len, name.text);
		if (json_peek(&c) != JSON_ARRAY) {
			json_skip(&c);
			continue;
		}
		for (json_enter(&c); json_next_item(&c);) {
			if (json_peek(&c) == JSON_NUMBER) {
				number = json_take_number(&c);
				strbuf_add(&seen, number.text, number.len);
			} else {
				strbuf_addc(&seen, '_');
				json_skip(&c);
			}
		}
	}
	json_end(&c);
	assert_null(c.fault);
	assert_int_equal(c.depth, 0);
	assert_string_equal(seen.data, "a:1__b\\u0063:");
	strbuf_clear(&seen);
}

static void
check_sticks(void **state)
{
	struct json_cursor c = { .text = "[1,2,3]", .len = 7 };
	struct txt name;

	(void)state;
	json_enter(&c);
	json_next_item(&c);
	json_stop(&c, "first");
	json_stop(&c, "second");
	assert_string_equal(c.fault, "first");
	assert_int_equal(json_peek(&c), JSON_NONE);
	assert_int_equal(json_take_number(&c).len, 0);
	assert_int_equal(json_take_text(&c, NULL), 0);
	assert_false(json_next_item(&c));
	assert_false(json_next_member(&c, &name));
	json_skip(&c);
	json_enter(&c);
	json_end(&c);
	assert_int_equal(c.pos, 1);
	assert_string_equal(c.fault, "first");
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_text, text_cases),
		CASES(check_string, string_cases),
		CASE("arrays in objects in arrays", check_walk),
		CASE("after a fault nothing is taken", check_sticks),
	};

	return cases_run("json_cursor", tables, COUNT_OF(tables));
}
