/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "cases.h"

static const struct escape_case {
	const char *name, *bytes;
	size_t len, max;
	const char *want;
} escape_cases[] = {
	{ "printable ASCII stays", BYTES("mx1.example.org ~"), 100,
	    "mx1.example.org ~" },
	{ "a quote cannot end the value", BYTES("a\"b"), 100, "a\\\"b" },
	{ "a backslash is doubled", BYTES("a\\b"), 100, "a\\\\b" },
	{ "a line end cannot start a line", BYTES("a\r\nb"), 100, "a\\x0d\\x0ab" },
	{ "an escape sequence does not reach a terminal", BYTES("\x1b[2J"), 100,
	    "\\x1b[2J" },
	{ "NUL and DEL", BYTES("\0\x7f"), 100, "\\x00\\x7f" },
	{ "octets above ASCII", BYTES("\xc3\xbc"), 100, "\\xc3\\xbc" },
	{ "exactly as much as may be shown", BYTES("abcd"), 4, "abcd" },
	{ "more than may be shown", BYTES("abcde"), 4, "abcd..." },
	{ "nothing", BYTES(""), 4, "" },
};

static void
check_escape(void **state)
{
	const struct escape_case *c = *state;
	struct strbuf sb = STRBUF_INIT;

	strbuf_escape(&sb, c->bytes, c->len, c->max);
	assert_string_equal(strbuf_str(&sb), c->want);
	strbuf_clear(&sb);
}

/* Runs say with stderr in a pipe and gives what was written. */
static const char *
captured(void (*say)(void))
{
	static char text[8192];
	int ends[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	assert_true(saved >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
	say();
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	close(ends[1]);
	n = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

static void
say_all(void)
{
	log_err("store: status=%s", "unreadable");
	log_warn("sts: domain=%s", "example.org");
	log_info("ready");
	log_debug("steps");
}

static void
say_much(void)
{
	log_err("%05000d", 0);
}

static void
check_levels(void **state)
{
	(void)state;
	log_open("hopseald", LOG_TO_STDERR, LEVEL_WARN);
	assert_true(log_wants(LEVEL_WARN));
	assert_false(log_wants(LEVEL_INFO));
	assert_string_equal(captured(say_all),
	    "hopseald: err store: status=unreadable\n"
	    "hopseald: warn sts: domain=example.org\n");
	log_open("hopseald", LOG_TO_STDERR, LEVEL_DEBUG);
	assert_non_null(strstr(captured(say_all), "hopseald: debug steps\n"));
}

static void
check_long_line(void **state)
{
	const char *text;

	(void)state;
	text = captured(say_much);
	assert_true(strlen(text) < 4096);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static const struct level_case {
	const char *name, *text;
	enum status status;
	enum log_level want;
} level_cases[] = {
	{ "level err", "err", ST_OK, LEVEL_ERR },
	{ "level warn", "warn", ST_OK, LEVEL_WARN },
	{ "level info", "info", ST_OK, LEVEL_INFO },
	{ "level debug", "debug", ST_OK, LEVEL_DEBUG },
	{ "no such level", "loud", ST_UNKNOWN, LEVEL_INFO },
	{ "levels are lower case", "ERR", ST_UNKNOWN, LEVEL_INFO },
};

static void
check_level(void **state)
{
	const struct level_case *c = *state;
	enum log_level level = LEVEL_INFO;

	assert_int_equal(log_level_parse(c->text, &level), c->status);
	assert_int_equal(level, c->want);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_escape, escape_cases),
		CASES(check_level, level_cases),
		CASE("lines above the level are not written", check_levels),
		CASE("a line too long is cut and still ends", check_long_line),
	};

	return cases_run("log", tables, COUNT_OF(tables));
}
