/*
 * report/spool_in: every whole record is offered, in order, and the file is removed when all were taken.
 * SPDX-License-Identifier: ISC
 *
 * The account and the loop are played here: the test says when a turn comes.
 */
#include "cases.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "client/spool.h"
#include "report/spool_in.h"
#include "wire/spool_file.h"

static char folder[] = "/tmp/hopseal-spool-XXXXXX";
static char path[64], taken[80], other[64];

/* --- the account ---------------------------------------------------------- */

static struct strbuf offered; /* what was taken, each with a blank behind it */
static enum status answer;    /* to every event but "bad" */
static unsigned count;

enum status
account_take_event(
    struct account *account, const char *json, size_t len, struct why *why)
{
	(void)account;
	why_set(why, "because");
	if (len == 3 && memcmp(json, "bad", 3) == 0)
		return ST_SYNTAX;
	if (answer == ST_OK) {
		strbuf_add(&offered, json, len);
		strbuf_addc(&offered, ' ');
		count++;
	}
	return answer;
}

/* --- the loop: one timer ---------------------------------------------------- */

struct loop_timer {
	loop_fn *fn;
	void *arg;
};

static struct loop_timer timer;
static int64_t delay_ms;

struct loop_timer *
loop_timer_new(loop_fn *fn, void *arg)
{
	timer = (struct loop_timer){ fn, arg };
	return &timer;
}

void
loop_timer_set(struct loop_timer *t, int64_t ms)
{
	assert_ptr_equal(t, &timer);
	delay_ms = ms;
}

void
loop_timer_free(struct loop_timer *t)
{
	assert_ptr_equal(t, &timer);
	timer.fn = NULL;
}

static void
turn(void)
{
	timer.fn(timer.arg);
}

/* Turns until it rests; returns how many. */
static unsigned
look(void)
{
	unsigned n = 1;

	for (turn(); delay_ms == 0; turn())
		n++;
	assert_int_equal(delay_ms, SPOOL_IN_EVERY_MS);
	return n;
}

/* --- the stage -------------------------------------------------------------- */

static struct spool_in *
start(void)
{
	const char *const paths[] = { path, other };

	strbuf_reset(&offered);
	count = 0;
	answer = ST_OK;
	delay_ms = -1;
	return spool_in_start(NULL, paths, COUNT_OF(paths));
}

static void
write_file(const char *name, const char *bytes, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

static bool
exists(const char *name)
{
	return access(name, F_OK) == 0;
}

static const struct file_case {
	const char *name;
	const char *bytes;
	size_t len;
	const char *want;
	unsigned refused, damaged;
} file_cases[] = {
	{ "an empty file", BYTES(""), "", 0, 0 },
	{ "one record", BYTES("1:a,\n"), "a ", 0, 0 },
	{ "records in their order", BYTES("1:a,\n2:bc,\n0:,\n1:d,\n"), "a bc  d ", 0,
	    0 },
	{ "an event that is none is dropped", BYTES("3:bad,\n1:a,\n"), "a ", 1, 0 },
	{ "the last record cut off", BYTES("1:a,\n9:bc"), "a ", 0, 1 },
	{ "the last record without its line end", BYTES("1:a,\n1:b,"), "a ", 0, 1 },
	{ "a record cut off before others", BYTES("1:a,\n9:bc\n1:d,\n1:e,\n"), "a d e ",
	    0, 1 },
	{ "a record cut off whose length reaches behind the end",
	    BYTES("1:a,\n999:bc\n1:d,\n"), "a d ", 0, 1 },
	{ "a length cut off", BYTES("1:a,\n12\n1:d,\n"), "a d ", 0, 1 },
	{ "garbage only", BYTES("\xff\0hello"), "", 0, 1 },
	{ "garbage with lines", BYTES("x\ny\n1:a,\n"), "a ", 0, 2 },
	{ "a record that is too long", BYTES("262145:x\n1:a,\n"), "a ", 0, 1 },
};

static void
check_file(void **state)
{
	const struct file_case *c = *state;
	struct spool_in *in = start();
	struct spool_in_status status;

	write_file(path, c->bytes, c->len);
	look();
	assert_string_equal(strbuf_str(&offered), c->want);
	assert_false(exists(path));
	assert_false(exists(taken));
	spool_in_status(in, &status);
	assert_int_equal(status.taken, count);
	assert_int_equal(status.refused, c->refused);
	assert_int_equal(status.damaged, c->damaged);
	spool_in_stop(in);
}

static void
check_nothing(void **state)
{
	struct spool_in *in = start();

	(void)state;
	assert_int_equal(delay_ms, 0);
	assert_int_equal(look(), 1);
	assert_int_equal(count, 0);
	spool_in_stop(in);
	spool_in_stop(NULL);
}

/* Written by the client's side, more than one slice and more than one buffer. */
static void
check_slices(void **state)
{
	struct spool_in *in = start();
	char json[600];
	unsigned i;

	(void)state;
	memset(json, 'x', sizeof(json));
	for (i = 0; i < 1000; i++) {
		snprintf(json, 8, "%06u", i);
		json[6] = 'x';
		assert_int_equal(spool_append(path, json, 7 + i % 500, NULL), ST_OK);
	}
	turn();
	assert_true(count > 200 && count <= SPOOL_IN_SLICE);
	assert_int_equal(delay_ms, 0);
	look();
	assert_int_equal(count, 1000);
	for (i = 0; i < 1000; i++) {
		size_t len = 7 + i % 500;

		snprintf(json, 8, "%06u", i);
		json[6] = 'x';
		json[7] = 'x';
		assert_memory_equal(offered.data, json, len);
		strbuf_consume(&offered, len + 1);
	}
	assert_int_equal(offered.len, 0);
	spool_in_stop(in);
}

static void
check_greatest(void **state)
{
	struct spool_in *in = start();
	char *json = xmalloc(SPOOL_RECORD_MAX);

	(void)state;
	memset(json, 'x', SPOOL_RECORD_MAX);
	assert_int_equal(spool_append(path, json, SPOOL_RECORD_MAX, NULL), ST_OK);
	assert_int_equal(spool_append(path, "b", 1, NULL), ST_OK);
	look();
	assert_int_equal(count, 2);
	assert_int_equal(offered.len, SPOOL_RECORD_MAX + 3);
	free(json);
	spool_in_stop(in);
}

static void
check_two(void **state)
{
	struct spool_in *in = start();

	(void)state;
	write_file(path, BYTES("1:a,\n"));
	write_file(other, BYTES("1:b,\n"));
	look();
	assert_string_equal(strbuf_str(&offered), "a b ");
	spool_in_stop(in);
}

static void
check_wait(void **state)
{
	struct spool_in *in = start();

	(void)state;
	write_file(path, BYTES("1:a,\n1:b,\n"));
	write_file(other, BYTES("1:c,\n"));
	answer = ST_IO;
	assert_int_equal(look(), 1);
	assert_true(exists(taken) && exists(other));
	answer = ST_OK;
	look();
	assert_string_equal(strbuf_str(&offered), "a b c ");
	assert_false(exists(taken));
	spool_in_stop(in);
}

/* What was taken but not removed is offered again, before what came after. */
static void
check_crash(void **state)
{
	struct spool_in *in = start();

	(void)state;
	write_file(path, BYTES("1:a,\n1:b,\n"));
	answer = ST_IO;
	look();
	spool_in_stop(in);
	in = start();
	assert_int_equal(spool_append(path, "c", 1, NULL), ST_OK);
	look();
	look();
	assert_string_equal(strbuf_str(&offered), "a b c ");
	assert_false(exists(path) || exists(taken));
	spool_in_stop(in);
}

static void
check_locked(void **state)
{
	struct spool_in *in = start();
	int fd;

	(void)state;
	write_file(path, BYTES("1:a,\n"));
	fd = open(path, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	look();
	assert_int_equal(count, 0);
	assert_true(exists(path));
	close(fd);
	look();
	assert_int_equal(count, 1);
	spool_in_stop(in);
}

static void
check_link(void **state)
{
	struct spool_in *in = start();
	struct stat st;

	(void)state;
	write_file(other, BYTES("1:a,\n"));
	assert_int_equal(symlink(other, path), 0);
	turn(); /* both are looked at: the file is taken by its own name only */
	assert_int_equal(count, 1);
	assert_int_equal(lstat(path, &st), 0);
	look();
	assert_int_equal(count, 1);
	spool_in_stop(in);
	assert_int_equal(unlink(path), 0);
}

static void
check_two_names(void **state)
{
	struct spool_in *in = start();

	(void)state;
	write_file(taken, BYTES("1:a,\n"));
	assert_int_equal(link(taken, path), 0);
	look();
	assert_int_equal(count, 0);
	unlink(path);
	look();
	assert_int_equal(count, 1);
	spool_in_stop(in);
}

static void
check_not_regular(void **state)
{
	struct spool_in *in = start();

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	look();
	assert_int_equal(count, 0);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	look();
	assert_int_equal(count, 0);
	assert_int_equal(rmdir(path), 0);
	spool_in_stop(in);
}

static void
check_owner(void **state)
{
	struct spool_in *in;

	(void)state;
	if (geteuid() != 0)
		skip();
	in = start();
	write_file(path, BYTES("1:a,\n"));
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(chmod(folder, 01777), 0);
	look();
	assert_int_equal(count, 0);
	assert_int_equal(chmod(folder, 0770), 0);
	look();
	assert_int_equal(count, 1);
	spool_in_stop(in);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_file, file_cases),
		CASE("no file at all", check_nothing),
		CASE("a slice a turn, all in order", check_slices),
		CASE("the greatest record", check_greatest),
		CASE("two files", check_two),
		CASE("RPT-CNT-13 nothing is lost while the account takes nothing",
		    check_wait),
		CASE("RPT-CNT-13 nothing is lost in a crash", check_crash),
		CASE("a file that is being written waits", check_locked),
		CASE("a symbolic link is refused", check_link),
		CASE("a file of two names is refused", check_two_names),
		CASE("what is no regular file is refused", check_not_regular),
		CASE("a stranger's file where everybody may write is refused",
		    check_owner),
	};
	int failed;

	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/events", folder);
	snprintf(taken, sizeof(taken), "%s%s", path, SPOOL_TAKEN);
	snprintf(other, sizeof(other), "%s/others", folder);
	failed = cases_run("spool_in", tables, COUNT_OF(tables));
	strbuf_clear(&offered);
	rmdir(folder);
	return failed;
}
