/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/netstring.h"

#define MAX 1000

static const struct parse_case {
	const char *name, *bytes;
	size_t max;
	enum status status;
	const char *payload;
	size_t used;
} parse_cases[] = {
	{ "one request of Postfix", "23:postfix good.plain.test,", MAX, ST_OK,
	    "postfix good.plain.test", 27 },
	{ "an empty payload", "0:,", MAX, ST_OK, "", 3 },
	{ "two in one read: the first", "1:a,2:bc,", MAX, ST_OK, "a", 4 },
	{ "a comma inside", "3:a,b,", MAX, ST_OK, "a,b", 6 },
	{ "exactly the greatest length", "5:abcde,", 5, ST_OK, "abcde", 8 },
	{ "nothing yet", "", MAX, ST_MORE, NULL, 0 },
	{ "only digits yet", "12", MAX, ST_MORE, NULL, 0 },
	{ "only zero yet", "0", MAX, ST_MORE, NULL, 0 },
	{ "no payload yet", "3:", MAX, ST_MORE, NULL, 0 },
	{ "half a payload", "3:ab", MAX, ST_MORE, NULL, 0 },
	{ "all but the comma", "3:abc", MAX, ST_MORE, NULL, 0 },
	{ "no digit", "a:b,", MAX, ST_SYNTAX, NULL, 0 },
	{ "colon first", ":,", MAX, ST_SYNTAX, NULL, 0 },
	{ "a sign", "-1:a,", MAX, ST_SYNTAX, NULL, 0 },
	{ "a blank in front", " 1:a,", MAX, ST_SYNTAX, NULL, 0 },
	{ "a leading zero", "01:a,", MAX, ST_SYNTAX, NULL, 0 },
	{ "zero twice", "00:,", MAX, ST_SYNTAX, NULL, 0 },
	{ "no colon", "3abc,", MAX, ST_SYNTAX, NULL, 0 },
	{ "no comma", "3:abcd", MAX, ST_SYNTAX, NULL, 0 },
	{ "a line of SMTP", "EHLO mx.example.org\r\n", MAX, ST_SYNTAX, NULL, 0 },
	{ "longer than allowed, known before the colon", "1001", MAX, ST_TOO_BIG, NULL,
	    0 },
	{ "longer than allowed, one more digit", "6:", 5, ST_TOO_BIG, NULL, 0 },
	{ "longer than any number", "99999999999999999999999999999999", SIZE_MAX,
	    ST_TOO_BIG, NULL, 0 },
	{ "one more than the greatest number", "18446744073709551616:", SIZE_MAX,
	    ST_TOO_BIG, NULL, 0 },
	{ "a length near the greatest number", "18446744073709551615:x,", SIZE_MAX,
	    ST_MORE, NULL, 0 },
};

static void
check_parse(void **state)
{
	const struct parse_case *c = *state;
	const char *payload = "unset";
	size_t payload_len = 5, used = 4711;
	enum status rc;

	rc = netstring_parse(
	    c->bytes, strlen(c->bytes), c->max, &payload, &payload_len, &used);
	assert_int_equal(rc, c->status);
	if (rc != ST_OK) {
		assert_string_equal(payload, "unset");
		assert_int_equal(used, 4711);
		return;
	}
	assert_int_equal(payload_len, strlen(c->payload));
	assert_memory_equal(payload, c->payload, payload_len);
	assert_int_equal(used, c->used);
}

static void
check_every_prefix(void **state)
{
	static const char whole[] = "11:hello,world,";
	const char *payload;
	size_t len, payload_len, used;

	(void)state;
	for (len = 0; len < sizeof(whole) - 1; len++)
		assert_int_equal(
		    netstring_parse(whole, len, MAX, &payload, &payload_len, &used),
		    ST_MORE);
}

static void
check_nothing(void **state)
{
	const char *payload;
	size_t payload_len, used;

	(void)state;
	assert_int_equal(
	    netstring_parse(NULL, 0, MAX, &payload, &payload_len, &used), ST_MORE);
}

static void
check_add(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	netstring_add(&sb, "hello", 5);
	netstring_add(&sb, "", 0);
	netstring_add(&sb, "a\0b", 3);
	netstring_begin(&sb, 10);
	strbuf_adds(&sb, "01234");
	strbuf_adds(&sb, "56789");
	netstring_end(&sb);
	assert_int_equal(sb.len, 31);
	assert_memory_equal(sb.data, "5:hello,0:,3:a\0b,10:0123456789,", 31);
	strbuf_clear(&sb);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_parse, parse_cases),
		CASE("every prefix waits for more", check_every_prefix),
		CASE("an empty buffer without memory", check_nothing),
		CASE("what is added, whole or in pieces", check_add),
	};

	return cases_run("netstring", tables, COUNT_OF(tables));
}
