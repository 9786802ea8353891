/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/socketmap.h"

#include "wire/netstring.h"

static const struct request_case {
	const char *name, *payload;
	size_t len;
	enum status status;
	const char *map, *key;
} request_cases[] = {
	{ "map and key", BYTES("postfix example.org"), ST_OK, "postfix",
	    "example.org" },
	{ "blanks inside the key belong to it", BYTES("sendmail tls; a b"), ST_OK,
	    "sendmail", "tls; a b" },
	{ "two blanks: the key starts with one", BYTES("m  k"), ST_OK, "m", " k" },
	{ "an empty key", BYTES("postfix "), ST_OK, "postfix", "" },
	{ "octets above ASCII in the key", BYTES("m \xc3\xbc"), ST_OK, "m",
	    "\xc3\xbc" },
	{ "no blank", BYTES("postfix"), ST_SYNTAX, NULL, NULL },
	{ "no map name", BYTES(" example.org"), ST_SYNTAX, NULL, NULL },
	{ "nothing", BYTES(""), ST_SYNTAX, NULL, NULL },
	{ "NUL in the key", BYTES("m a\0b"), ST_SYNTAX, NULL, NULL },
	{ "NUL in the map name", BYTES("m\0 a"), ST_SYNTAX, NULL, NULL },
	{ "a line feed", BYTES("m a\nb"), ST_SYNTAX, NULL, NULL },
	{ "a carriage return at the end", BYTES("m a\r"), ST_SYNTAX, NULL, NULL },
};

static void
check_request(void **state)
{
	const struct request_case *c = *state;
	struct socketmap_request r;

	assert_int_equal(socketmap_request_parse(c->payload, c->len, &r), c->status);
	if (c->status != ST_OK)
		return;
	assert_int_equal(r.map_len, strlen(c->map));
	assert_memory_equal(r.map, c->map, r.map_len);
	assert_int_equal(r.key_len, strlen(c->key));
	assert_memory_equal(r.key, c->key, r.key_len);
}

static void
check_request_add(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	socketmap_request_add(&sb, "postfix", "good.plain.test");
	assert_string_equal(strbuf_str(&sb), "23:postfix good.plain.test,");
	strbuf_clear(&sb);
}

static const struct reply_case {
	const char *name;
	enum socketmap_code code;
	const char *text, *want;
} reply_cases[] = {
	{ "a policy", REPLY_OK, "secure match=mx-good.plain.test servername=hostname",
	    "54:OK secure match=mx-good.plain.test servername=hostname," },
	{ "not found keeps the blank of socketmap_table(5)", REPLY_NOTFOUND, "",
	    "9:NOTFOUND ," },
	{ "a temporary failure with its reason", REPLY_TEMP, "try again later",
	    "20:TEMP try again later," },
	{ "a permanent failure with its reason", REPLY_PERM, "broken config",
	    "18:PERM broken config," },
};

static void
check_reply(void **state)
{
	const struct reply_case *c = *state;
	struct strbuf sb = STRBUF_INIT;
	struct socketmap_reply reply;
	const char *payload;
	size_t len, used;

	socketmap_reply_add(&sb, c->code, c->text, strlen(c->text));
	assert_string_equal(strbuf_str(&sb), c->want);
	assert_int_equal(netstring_parse(sb.data, sb.len, SOCKETMAP_REPLY_MAX, &payload,
			     &len, &used),
	    ST_OK);
	assert_int_equal(socketmap_reply_parse(payload, len, &reply), ST_OK);
	assert_int_equal(reply.code, c->code);
	assert_int_equal(reply.len, strlen(c->text));
	assert_memory_equal(reply.text, c->text, reply.len);
	strbuf_clear(&sb);
}

/* Payload of the reply to so many octets of text, "OK " and all. */
static size_t
payload_len(size_t text_len, struct strbuf *sb)
{
	char *text = xmalloc(text_len);
	const char *payload;
	size_t len, used;

	memset(text, 'x', text_len);
	strbuf_reset(sb);
	socketmap_reply_add(sb, REPLY_OK, text, text_len);
	free(text);
	assert_int_equal(
	    netstring_parse(sb->data, sb->len, SIZE_MAX, &payload, &len, &used), ST_OK);
	return len;
}

static void
check_long_reply(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	assert_int_equal(
	    payload_len(SOCKETMAP_REPLY_MAX - 3, &sb), SOCKETMAP_REPLY_MAX);
	assert_memory_equal(sb.data, "100000:OK xxx", 13);
	assert_true(payload_len(SOCKETMAP_REPLY_MAX - 2, &sb) < 100);
	assert_non_null(strstr(sb.data, ":TEMP the reply would be longer"));
	strbuf_clear(&sb);
}

static const struct read_case {
	const char *name, *payload;
	enum status status;
	enum socketmap_code code;
	const char *text;
} read_cases[] = {
	{ "a code without a blank", "NOTFOUND", ST_OK, REPLY_NOTFOUND, "" },
	{ "blanks inside the text", "OK secure  match=x", ST_OK, REPLY_OK,
	    "secure  match=x" },
	{ "a word nobody defined", "WHAT is this", ST_SYNTAX, REPLY_OK, NULL },
	{ "the beginning of a word", "NOT found", ST_SYNTAX, REPLY_OK, NULL },
	{ "more than a word", "OKAY x", ST_SYNTAX, REPLY_OK, NULL },
	{ "lower case", "ok x", ST_SYNTAX, REPLY_OK, NULL },
	{ "nothing at all", "", ST_SYNTAX, REPLY_OK, NULL },
};

static void
check_read(void **state)
{
	const struct read_case *c = *state;
	struct socketmap_reply r;

	assert_int_equal(
	    socketmap_reply_parse(c->payload, strlen(c->payload), &r), c->status);
	if (c->status != ST_OK)
		return;
	assert_int_equal(r.code, c->code);
	assert_int_equal(r.len, strlen(c->text));
	assert_memory_equal(r.text, c->text, r.len);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_request, request_cases),
		CASE("a request of ours has Postfix's form", check_request_add),
		CASES(check_reply, reply_cases),
		CASE("a reply too long for Postfix becomes TEMP", check_long_reply),
		CASES(check_read, read_cases),
	};

	return cases_run("socketmap", tables, COUNT_OF(tables));
}
