/* SPDX-License-Identifier: ISC */
#include "wire/smtp_reply.h"

#include "cases.h"

static const struct read_case {
	const char *name;
	const char *bytes;
	size_t len;
	enum status want;
	unsigned code;
	size_t reply_len;
} read_cases[] = {
	{ "one line", BYTES("220 mx.example ESMTP\r\n"), ST_OK, 220, 22 },
	{ "a code alone", BYTES("250\r\n"), ST_OK, 250, 5 },
	{ "a code and a blank", BYTES("250 \r\n"), ST_OK, 250, 6 },
	{ "LF alone ends a line", BYTES("220 mx\n"), ST_OK, 220, 7 },
	{ "several lines", BYTES("250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n"), ST_OK,
	    250, 34 },
	{ "several lines without text", BYTES("250-\r\n250\r\n"), ST_OK, 250, 11 },
	{ "of several codes the last one counts", BYTES("250-mx\r\n421 bye\r\n"), ST_OK,
	    421, 17 },
	{ "bytes behind it are the next one's", BYTES("220 go\r\n\x16\x03"), ST_OK, 220,
	    8 },
	{ "any byte in the text", BYTES("250 \0\xff\t\r\n"), ST_OK, 250, 9 },
	{ "highest code", BYTES("559 no\r\n"), ST_OK, 559, 8 },
	{ "half a line", BYTES("220 mx"), ST_MORE, 0, 0 },
	{ "half a code", BYTES("22"), ST_MORE, 0, 0 },
	{ "a line to follow", BYTES("250-mx\r\n250-SI"), ST_MORE, 250, 8 },
	{ "no code", BYTES("hello\r\n"), ST_SYNTAX, 0, 0 },
	{ "an empty line", BYTES("\r\n"), ST_SYNTAX, 0, 0 },
	{ "two digits", BYTES("22\r\n"), ST_SYNTAX, 0, 0 },
	{ "four digits", BYTES("2200 mx\r\n"), ST_SYNTAX, 0, 0 },
	{ "a code of HTTP's", BYTES("HTTP/1.1 200 OK\r\n"), ST_SYNTAX, 0, 0 },
	{ "first digit too small", BYTES("120 mx\r\n"), ST_SYNTAX, 0, 0 },
	{ "first digit too big", BYTES("620 mx\r\n"), ST_SYNTAX, 0, 0 },
	{ "second digit too big", BYTES("260 mx\r\n"), ST_SYNTAX, 0, 0 },
	{ "third character no digit", BYTES("22x mx\r\n"), ST_SYNTAX, 0, 0 },
	{ "another separator", BYTES("220_mx\r\n"), ST_SYNTAX, 0, 0 },
	{ "nonsense in the second line", BYTES("250-mx\r\nSTARTTLS\r\n"), ST_SYNTAX, 0,
	    8 },
	{ "a CR is no line's end", BYTES("220 mx\r220 mx"), ST_MORE, 0, 0 },
};

static void
check_read(void **state)
{
	const struct read_case *c = *state;
	struct smtp_reply reply = { 0 };

	assert_int_equal(smtp_reply_read(&reply, c->bytes, c->len), c->want);
	assert_int_equal(reply.code, c->code);
	assert_int_equal(reply.len, c->reply_len);
}

/* However it is cut into packets, the same comes of it. */
static void
check_cut(void **state)
{
	const struct read_case *c = *state;
	struct smtp_reply reply = { 0 };
	enum status rc = ST_MORE;
	size_t n;

	for (n = 1; n <= c->len && rc == ST_MORE; n++)
		rc = smtp_reply_read(&reply, c->bytes, n);
	assert_int_equal(rc, c->want);
	assert_int_equal(reply.code, c->code);
	assert_int_equal(reply.len, c->reply_len);
}

static void
check_one_long_line(void **state)
{
	char *bytes = xmalloc(SMTP_REPLY_BYTES_MAX);
	struct smtp_reply reply = { 0 };

	(void)state;
	memset(bytes, 'x', SMTP_REPLY_BYTES_MAX);
	memcpy(bytes, "220 ", 4);
	assert_int_equal(
	    smtp_reply_read(&reply, bytes, SMTP_REPLY_BYTES_MAX - 1), ST_MORE);
	assert_int_equal(
	    smtp_reply_read(&reply, bytes, SMTP_REPLY_BYTES_MAX), ST_TOO_BIG);
	bytes[SMTP_REPLY_BYTES_MAX - 1] = '\n';
	assert_int_equal(smtp_reply_read(&reply, bytes, SMTP_REPLY_BYTES_MAX), ST_OK);
	assert_int_equal(reply.len, SMTP_REPLY_BYTES_MAX);
	free(bytes);
}

static void
check_many_lines(void **state)
{
	static const char line[] = "250-0123456789ab";
	const size_t size = SMTP_REPLY_BYTES_MAX + sizeof(line);
	char *bytes = xmalloc(size);
	struct smtp_reply reply = { 0 };
	size_t n;

	(void)state;
	for (n = 0; n + sizeof(line) <= size; n += sizeof(line)) {
		memcpy(bytes + n, line, sizeof(line));
		bytes[n + sizeof(line) - 1] = '\n';
	}
	assert_int_equal(smtp_reply_read(&reply, bytes, n), ST_TOO_BIG);
	free(bytes);
}

/* --- what it says ----------------------------------------------------------------------- */

static const struct ehlo_case {
	const char *name;
	const char *bytes;
	const char *word;
	bool offers;
} ehlo_cases[] = {
	{ "RPT-TYPE-01 STARTTLS among others",
	    "250-mx.example hi\r\n250-SIZE\r\n250-STARTTLS\r\n250 HELP\r\n",
	    "mx.example", true },
	{ "RPT-TYPE-01 STARTTLS last", "250-mx.example\r\n250 STARTTLS\r\n",
	    "mx.example", true },
	{ "RPT-TYPE-01 STARTTLS in any case", "250-mx\r\n250 StartTLS\r\n", "mx",
	    true },
	{ "RPT-TYPE-01 STARTTLS with a parameter", "250-mx\r\n250 STARTTLS x\r\n", "mx",
	    true },
	{ "RPT-TYPE-01 STARTTLS with LF alone", "250-mx\n250 STARTTLS\n", "mx", true },
	{ "RPT-TYPE-01 no STARTTLS", "250-mx\r\n250 SIZE\r\n", "mx", false },
	{ "RPT-TYPE-01 one line only", "250 mx\r\n", "mx", false },
	{ "RPT-TYPE-01 the greeting is no offer", "250 STARTTLS\r\n", "STARTTLS",
	    false },
	{ "RPT-TYPE-01 the beginning of the keyword", "250-mx\r\n250 START\r\n", "mx",
	    false },
	{ "RPT-TYPE-01 a longer keyword", "250-mx\r\n250 STARTTLS2\r\n", "mx", false },
	{ "RPT-TYPE-01 in the parameters only", "250-mx\r\n250 AUTH STARTTLS\r\n", "mx",
	    false },
	{ "RPT-TYPE-01 an empty greeting", "250-\r\n250 STARTTLS\r\n", "", true },
	{ "RPT-TYPE-01 a greeting of blanks", "250-  x\r\n250\r\n", "", false },
	{ "RPT-TYPE-01 a code alone", "250\r\n", "", false },
};

static void
check_ehlo(void **state)
{
	const struct ehlo_case *c = *state;
	struct smtp_reply reply = { 0 };
	struct smtp_line word;

	assert_int_equal(smtp_reply_read(&reply, c->bytes, strlen(c->bytes)), ST_OK);
	assert_int_equal(smtp_reply_offers(&reply, c->bytes, "STARTTLS"), c->offers);
	word = smtp_reply_word(&reply, c->bytes);
	assert_int_equal(word.len, strlen(c->word));
	assert_memory_equal(word.text, c->word, word.len);
}

/* Of a reply that has only begun, the lines that are there. */
static void
check_lines(void **state)
{
	static const char bytes[] = "250-mx hi\r\n250-\r\n250-SIZE 1\r\n250 HE";
	struct smtp_reply reply = { 0 };
	struct smtp_line line;
	size_t at = 0;

	(void)state;
	assert_int_equal(smtp_reply_read(&reply, bytes, strlen(bytes)), ST_MORE);
	assert_true(smtp_reply_line(&reply, bytes, &at, &line));
	assert_int_equal(line.len, 5);
	assert_memory_equal(line.text, "mx hi", 5);
	assert_true(smtp_reply_line(&reply, bytes, &at, &line));
	assert_int_equal(line.len, 0);
	assert_true(smtp_reply_line(&reply, bytes, &at, &line));
	assert_int_equal(line.len, 6);
	assert_memory_equal(line.text, "SIZE 1", 6);
	assert_false(smtp_reply_line(&reply, bytes, &at, &line));
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_read, read_cases),
		CASES(check_cut, read_cases),
		CASE("a line without end is too big", check_one_long_line),
		CASE("lines without end are too big", check_many_lines),
		CASES(check_ehlo, ehlo_cases),
		CASE("lines without code and end", check_lines),
	};

	return cases_run("smtp_reply", tables, COUNT_OF(tables));
}
