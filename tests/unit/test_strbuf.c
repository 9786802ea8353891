/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "cases.h"

static void
check_empty(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	char *text;

	(void)state;
	assert_string_equal(strbuf_str(&sb), "");
	strbuf_reset(&sb);
	strbuf_consume(&sb, 5);
	assert_int_equal(sb.len, 0);
	text = strbuf_take(&sb);
	assert_string_equal(text, "");
	free(text);
	strbuf_clear(&sb);
}

static void
check_growth(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		strbuf_addc(&sb, (char)('a' + i % 26));
		assert_int_equal(sb.len, i + 1);
		assert_int_equal(sb.data[sb.len], '\0');
		assert_true(sb.cap > sb.len);
	}
	for (i = 0; i < sb.len; i++)
		assert_int_equal(sb.data[i], 'a' + i % 26);
	strbuf_clear(&sb);
	assert_null(sb.data);
}

static void
check_adders(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_adds(&sb, "a");
	strbuf_add(&sb, "\0b", 2);
	strbuf_add(&sb, NULL, 0);
	strbuf_addf(&sb, "%s=%d", "c", 5);
	strbuf_addf(&sb, "%s", "");
	assert_int_equal(sb.len, 6);
	assert_memory_equal(sb.data, "a\0bc=5", 7);
	strbuf_clear(&sb);
}

static void
check_long_format(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_adds(&sb, "x");
	strbuf_addf(&sb, "%0500d", 7);
	assert_int_equal(sb.len, 501);
	assert_int_equal(sb.data[500], '7');
	strbuf_clear(&sb);
}

static void
check_reserve(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	const char *before;

	(void)state;
	strbuf_reserve(&sb, 1000);
	before = sb.data;
	strbuf_addf(&sb, "%0999d", 0);
	strbuf_addc(&sb, '1');
	assert_ptr_equal(sb.data, before);
	strbuf_clear(&sb);
}

/* Such a length is a mistake of ours: the process ends, and neither spins nor writes. */
static void
check_overflow(void **state)
{
	static const size_t lengths[] = { SIZE_MAX, SIZE_MAX - 3, SIZE_MAX / 2 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(lengths); i++) {
		int status = 0;
		pid_t child = fork();

		if (child == 0) {
			struct strbuf sb = STRBUF_INIT;

			alarm(10);
			strbuf_adds(&sb, "abc");
			strbuf_reserve(&sb, lengths[i]);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_not_equal(status, 0);
		assert_false(WIFSIGNALED(status) && WTERMSIG(status) != SIGABRT);
	}
}

static const struct consume_case {
	const char *name, *text;
	size_t n;
	const char *want;
} consume_cases[] = {
	{ "consume nothing", "abc", 0, "abc" },
	{ "consume from the front", "abc", 1, "bc" },
	{ "consume all", "abc", 3, "" },
	{ "consume more than there is", "abc", 9, "" },
};

static void
check_consume(void **state)
{
	const struct consume_case *c = *state;
	struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, c->text);
	strbuf_consume(&sb, c->n);
	assert_string_equal(strbuf_str(&sb), c->want);
	assert_int_equal(sb.len, strlen(c->want));
	strbuf_clear(&sb);
}

static void
check_take(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	char *text;

	(void)state;
	strbuf_adds(&sb, "mine");
	text = strbuf_take(&sb);
	assert_null(sb.data);
	assert_int_equal(sb.len, 0);
	strbuf_adds(&sb, "next");
	assert_string_equal(text, "mine");
	assert_string_equal(strbuf_str(&sb), "next");
	free(text);
	strbuf_clear(&sb);
}

static void
check_reset(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	size_t cap;

	(void)state;
	strbuf_adds(&sb, "text");
	cap = sb.cap;
	strbuf_reset(&sb);
	assert_string_equal(strbuf_str(&sb), "");
	assert_int_equal(sb.cap, cap);
	strbuf_clear(&sb);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("an empty one can be read, consumed and taken", check_empty),
		CASE("grows byte by byte and keeps its NUL", check_growth),
		CASE("bytes, strings and formats go behind each other", check_adders),
		CASE("a format longer than the room", check_long_format),
		CASE("reserved room is not moved", check_reserve),
		CASE("more than all memory ends the process", check_overflow),
		CASES(check_consume, consume_cases),
		CASE("a taken text is the caller's", check_take),
		CASE("reset keeps the memory", check_reset),
	};

	return cases_run("strbuf", tables, COUNT_OF(tables));
}
