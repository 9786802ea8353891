/*
 * Following logs that grow, rotate, vanish and come back.  SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "net/follow.h"
#include "run_loop.h"

static char folder[64], path[96], other[96];
static struct strbuf got; /* lines, a "|" behind each */

static void
on_line(const char *line, size_t len, void *arg)
{
	(void)arg;
	strbuf_add(&got, line, len < 40 ? len : 40);
	strbuf_addc(&got, '|');
}

static void
put(const char *where, int flags, const char *text)
{
	int fd = open(where, O_WRONLY | O_CREAT | flags, 0644);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void
begin(void)
{
	snprintf(folder, sizeof(folder), "/tmp/hopseal-follow.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/log", folder);
	snprintf(other, sizeof(other), "%s/log.1", folder);
	strbuf_reset(&got);
}

static void
end(struct follow *follow)
{
	follow_close(follow);
	unlink(path);
	unlink(other);
	assert_int_equal(rmdir(folder), 0);
	strbuf_clear(&got);
}

#define WAIT_FOR(text) RUN_UNTIL(strcmp(strbuf_str(&got), text) == 0)

static void
check_growing(void **state)
{
	struct follow *f;

	(void)state;
	begin();
	put(path, 0, "old\n");
	f = follow_open(path, on_line, NULL);
	put(path, O_APPEND, "one\ntw");
	WAIT_FOR("one|");
	put(path, O_APPEND, "o\n\nthree\n");
	WAIT_FOR("one|two||three|");
	end(f);
}

static void
check_renamed(void **state)
{
	struct follow *f;

	(void)state;
	begin();
	put(path, 0, "old\n");
	f = follow_open(path, on_line, NULL);
	put(path, O_APPEND, "one\n");
	WAIT_FOR("one|");
	put(path, O_APPEND, "two\n");
	assert_int_equal(rename(path, other), 0);
	put(other, O_APPEND, "three\n");
	put(path, 0, "four\n");
	WAIT_FOR("one|two|three|four|");
	end(f);
}

/* copytruncate of logrotate */
static void
check_cut(void **state)
{
	struct follow *f;

	(void)state;
	begin();
	put(path, 0, "");
	f = follow_open(path, on_line, NULL);
	put(path, O_APPEND, "a long line, longer than the next\n");
	WAIT_FOR("a long line, longer than the next|");
	put(path, O_TRUNC, "short\n");
	WAIT_FOR("a long line, longer than the next|short|");
	end(f);
}

static void
check_too_long(void **state)
{
	char *big = xcalloc(1, FOLLOW_LINE_MAX + 10);
	struct follow *f;

	(void)state;
	begin();
	put(path, 0, "");
	f = follow_open(path, on_line, NULL);
	memset(big, 'x', FOLLOW_LINE_MAX + 5);
	put(path, O_APPEND, big);
	put(path, O_APPEND, "xx\nnext\n");
	WAIT_FOR("next|");
	end(f);
	free(big);
}

/* What the journal's own command would be: the first of its name in PATH. */
static void
check_journal(void **state)
{
	char *path_before = xstrdup(getenv("PATH"));
	struct follow *f;

	(void)state;
	begin();
	snprintf(path, sizeof(path), "%s/journalctl", folder);
	put(path, 0, "#!/bin/sh\necho \"$*\"\nexec /bin/sleep 1000\n");
	assert_int_equal(chmod(path, 0755), 0);
	setenv("PATH", folder, 1);
	f = follow_open(FOLLOW_JOURNAL, on_line, NULL);
	setenv("PATH", path_before, 1);
	WAIT_FOR("--follow --lines=0 --output=short --faci|");
	end(f);
	free(path_before);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("lines as they are finished, none from before", check_growing),
		CASE("a renamed file is read to its end, then its successor",
		    check_renamed),
		CASE("a file that was cut is read from its beginning", check_cut),
		CASE("a line too long to be one is passed over", check_too_long),
		CASE("the journal through journalctl", check_journal),
	};

	return cases_run_in_loop("follow", tables, COUNT_OF(tables));
}
