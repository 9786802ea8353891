/*
 * report/inbox_folder and report/inbox: every file ends in the store or aside, once.  SPDX-License-Identifier: ISC
 *
 * The loop is played here: the test says when a turn comes.
 */
#include "cases.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "net/loop.h"
#include "report/digest.h"
#include "report/inbox.h"
#include "store/received.h"
#include "store_folder.h"
#include "wire/gzip.h"

#define NOW         ((time_t)1730937600) /* 2024-11-07 */
#define PATIENCE    1000                 /* looks at a thread, 10 ms apart */
#define IN(name)    "inbox/" name
#define ASIDE(name) "inbox/" INBOX_ASIDE "/" name

#define REPORT(id)                                                                     \
	"{\"organization-name\":\"Them\",\"report-id\":\"" id "\",\"date-range\":{"    \
	"\"start-datetime\":\"2024-11-06T00:00:00Z\","                                 \
	"\"end-datetime\":\"2024-11-06T23:59:59Z\"},\"policies\":[]}"

/* --- the loop: one timer ---------------------------------------------------------------------------- */

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
}

time_t
loop_time(void)
{
	return NOW;
}

/* --- the stage -------------------------------------------------------------------------------------- */

static struct store *store;
static struct inbox_folder inbox;
static atomic_bool is_over;

static void
stage(void)
{
	static char path[128];

	folder_make();
	inbox = (struct inbox_folder){ .path = path_of("inbox", path) };
	inbox_folder_make(&inbox);
	assert_int_equal(store_open(folder, &store, NULL), ST_OK);
	assert_int_equal(store_start(store, NULL), ST_OK);
	atomic_store(&is_over, false);
	log_capture();
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void
leave(void)
{
	char path[128];

	log_release();
	store_close(store);
	nftw(path_of("inbox", path), remove_one, 4, FTW_DEPTH | FTW_PHYS);
	folder_remove();
}

static void
take(void)
{
	inbox_folder_take(&inbox, store, NOW, &is_over);
}

static void
put_file(const char *name, const void *bytes, size_t len)
{
	overwrite(name, 0, bytes, len);
}

static void
assert_counts(uint64_t taken, uint64_t refused)
{
	assert_int_equal(inbox.counts.taken, taken);
	assert_int_equal(inbox.counts.refused, refused);
}

static struct received_sums
sums_of_store(void)
{
	struct received_sums sums;

	assert_int_equal(store_received_sums(store, &sums), ST_OK);
	return sums;
}

static uint64_t
reports_kept(void)
{
	return sums_of_store().reports;
}

/* --- names ------------------------------------------------------------------------------------------ */

static const struct name_case {
	const char *name;
	const char *text;
	size_t len;
	bool want;
} name_cases[] = {
	{ "a name", BYTES("4XyZ.1730937600"), true },
	{ "no name", BYTES(""), false },
	{ "a slash", BYTES("a/b"), false },
	{ "a slash in front", BYTES("/etc/passwd"), false },
	{ "the folder", BYTES("."), false },
	{ "the folder above", BYTES(".."), false },
	{ "hidden", BYTES(".a"), false },
	{ "unfinished", BYTES("a.tmp"), false },
	{ "a NUL inside", BYTES("a\0b"), false },
	{ "a line end", BYTES("a\nb"), false },
	{ "a blank and a letter of 8 bits are a matter of taste", BYTES("a \xe4"),
	    true },
};

static void
check_name(void **state)
{
	const struct name_case *c = *state;

	assert_int_equal(inbox_is_name(c->text, c->len), c->want);
}

static void
check_long_name(void **state)
{
	char text[NAME_MAX + 1];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_true(inbox_is_name(text, NAME_MAX));
	assert_false(inbox_is_name(text, NAME_MAX + 1));
}

/* --- files ------------------------------------------------------------------------------------------ */

static const struct file_case {
	const char *name;
	const char *bytes;
	size_t len;
	bool is_report;
	const char *reason;
} file_cases[] = {
	{ "PUB-RPT-03 JSON", BYTES(REPORT("1")), true, NULL },
	{ "PUB-RPT-03 a mail",
	    BYTES(
		"From: a@them.example\nContent-Type: application/tlsrpt+json\n\n" REPORT(
		    "1")),
	    true, NULL },
	{ "an empty file", BYTES(""), false, "with a report" },
	{ "a mail that is none", BYTES("From: a@b.example\n\nBuy now.\n"), false,
	    "with a report" },
	{ "broken JSON", BYTES("{\"policies\":["), false, "line 1" },
	{ "JSON that is no report", BYTES("{}"), false, "no policies" },
	{ "damaged gzip", BYTES("\x1f\x8b\x08 no"), false, "gzip" },
	{ "a report on days that are yet to come",
	    BYTES("{\"date-range\":{\"start-datetime\":\"2099-11-06T00:00:00Z\","
		  "\"end-datetime\":\"2099-11-06T23:59:59Z\"},\"policies\":[]}"),
	    false, "yet to come" },
};

static void
check_file(void **state)
{
	const struct file_case *c = *state;

	stage();
	put_file(IN("a"), c->bytes, c->len);
	take();
	take(); /* finds nothing any more */
	assert_counts(c->is_report, !c->is_report);
	assert_false(exists(IN("a")));
	assert_int_equal(exists(ASIDE("a")), !c->is_report);
	assert_int_equal(reports_kept(), c->is_report);
	assert_int_equal(log_count("status=refused"), !c->is_report);
	if (c->reason != NULL)
		assert_int_equal(log_count(c->reason), 1);
	leave();
}

static void
check_hostile_name(void **state)
{
	(void)state;
	stage();
	put_file(IN("a\" action=\"none"), BYTES("x"));
	take();
	assert_int_equal(log_count("file=\"a\\\" action=\\\"none\""), 1);
	leave();
}

/* A gzip of so many mebibytes of blanks, in members of one each. */
static void
put_bomb(const char *name, size_t mebibytes)
{
	struct strbuf member = STRBUF_INIT, file = STRBUF_INIT;
	char *blanks = xmalloc(1 << 20);
	struct gzip *gzip = gzip_new();
	size_t i;

	memset(blanks, ' ', 1 << 20);
	gzip_add(gzip, &member, blanks, 1 << 20);
	for (i = 0; i < mebibytes; i++)
		strbuf_add(&file, member.data, member.len);
	put_file(name, file.data, file.len);
	gzip_free(gzip);
	free(blanks);
	strbuf_clear(&member);
	strbuf_clear(&file);
}

static void
check_bomb(void **state)
{
	(void)state;
	stage();
	put_bomb(IN("bomb"), 1024);
	put_file(IN("good"), BYTES(REPORT("1")));
	take();
	assert_counts(1, 1);
	assert_int_equal(log_count("holds more than 33554432 octets"), 1);
	assert_true(exists(ASIDE("bomb")));
	leave();
}

static void
check_too_big(void **state)
{
	char path[128];
	int fd;

	(void)state;
	stage();
	put_file(IN("big"), BYTES(REPORT("1")));
	fd = open(path_of(IN("big"), path), O_WRONLY);
	assert_int_equal(ftruncate(fd, INBOX_FILE_MAX + 1), 0);
	close(fd);
	take();
	assert_counts(0, 1);
	assert_int_equal(log_count("more than 10485760 octets"), 1);
	assert_true(exists(ASIDE("big")));
	leave();
}

/* Blanks behind a report, up to the octet. */
static void
check_big(void **state)
{
	struct strbuf text = STRBUF_INIT;
	char blanks[4096];

	(void)state;
	stage();
	memset(blanks, ' ', sizeof(blanks));
	strbuf_adds(&text, REPORT("1"));
	while (text.len + sizeof(blanks) <= INBOX_FILE_MAX)
		strbuf_add(&text, blanks, sizeof(blanks));
	strbuf_add(&text, blanks, INBOX_FILE_MAX - text.len);
	put_file(IN("big"), text.data, text.len);
	strbuf_clear(&text);
	take();
	assert_counts(1, 0);
	leave();
}

static void
put_socket(const char *name)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	char path[128];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(where.sun_path, sizeof(where.sun_path), "%s", path_of(name, path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&where, sizeof(where)), 0);
	close(fd);
}

static void
check_strange(void **state)
{
	char path[128], folder_path[128];

	(void)state;
	stage();
	put_file(IN(".hidden"), BYTES(REPORT("1")));
	put_file("elsewhere", BYTES(REPORT("2")));
	assert_int_equal(symlink("../elsewhere", path_of(IN("link"), path)), 0);
	assert_int_equal(mkfifo(path_of(IN("fifo"), path), 0600), 0);
	assert_int_equal(mkdir(path_of(IN("folder"), folder_path), 0700), 0);
	put_socket(IN("socket"));
	take();
	assert_counts(0, 3);
	assert_true(exists(IN(".hidden")));
	assert_true(exists(IN("folder")));
	assert_false(exists(IN("link")));
	assert_false(exists(IN("fifo")));
	assert_false(exists(IN("socket")));
	assert_int_equal(log_count("not a regular file"), 3);
	assert_int_equal(reports_kept(), 0);
	unlink(path_of("elsewhere", path));
	leave();
}

static void
set_age(const char *name, time_t age_s)
{
	const struct timespec times[2] = { { .tv_sec = NOW - age_s },
		{ .tv_sec = NOW - age_s } };
	char path[128];

	assert_int_equal(
	    utimensat(AT_FDCWD, path_of(name, path), times, AT_SYMLINK_NOFOLLOW), 0);
}

static void
check_unfinished(void **state)
{
	char path[128];

	(void)state;
	stage();
	put_file(IN("new.tmp"), BYTES(REPORT("1")));
	set_age(IN("new.tmp"), INBOX_STALE_S);
	put_file(IN("old.tmp"), BYTES(REPORT("2")));
	set_age(IN("old.tmp"), INBOX_STALE_S + 1);
	put_file(IN(".old.tmp"), BYTES(REPORT("3")));
	set_age(IN(".old.tmp"), INBOX_STALE_S + 1);
	assert_int_equal(mkdir(path_of(IN("folder.tmp"), path), 0700), 0);
	set_age(IN("folder.tmp"), INBOX_STALE_S + 1);
	take();
	assert_counts(0, 1);
	assert_true(exists(IN(".old.tmp")));
	assert_true(exists(IN("folder.tmp")));
	assert_true(exists(IN("new.tmp")));
	assert_true(exists(ASIDE("old.tmp")));
	assert_int_equal(log_count("never finished"), 1);
	leave();
}

static void
check_aside_count(void **state)
{
	const int more = 3;
	char name[32];
	int i;

	(void)state;
	stage();
	for (i = 0; i < INBOX_ASIDE_MAX + more; i++) {
		snprintf(name, sizeof(name), IN("%d"), i);
		put_file(name, BYTES("x"));
		set_age(name, 1000 - i);
		take();
	}
	assert_counts(0, INBOX_ASIDE_MAX + (uint64_t)more);
	assert_false(exists(ASIDE("0")));
	assert_false(exists(ASIDE("2")));
	assert_true(exists(ASIDE("3")));
	leave();
}

static void
check_aside_bytes(void **state)
{
	char path[128];
	int fd, i;

	(void)state;
	stage();
	for (i = 0; i < 5; i++) {
		char name[] = IN("0");

		name[sizeof(name) - 2] = (char)('0' + i);
		fd = open(path_of(name, path), O_WRONLY | O_CREAT, 0600);
		assert_int_equal(ftruncate(fd, INBOX_ASIDE_BYTES_MAX / 4), 0);
		close(fd);
		set_age(name, 1000 - i);
		take();
	}
	assert_false(exists(ASIDE("0")));
	assert_true(exists(ASIDE("1")));
	assert_true(exists(ASIDE("4")));
	leave();
}

static void
check_many(void **state)
{
	const int count = 3 * INBOX_BATCH + 1;
	char name[32], text[512];
	int i;

	(void)state;
	stage();
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), IN("%d"), i);
		snprintf(text, sizeof(text), REPORT("%d"), i);
		put_file(name, text, strlen(text));
	}
	take();
	assert_counts((uint64_t)count, 0);
	assert_int_equal(reports_kept(), count);
	assert_int_equal(log_count("status=taken"), 1);
	leave();
}

static void
check_twice(void **state)
{
	(void)state;
	stage();
	put_file(IN("a"), BYTES(REPORT("1")));
	put_file(IN("b"), BYTES(REPORT("1")));
	take();
	assert_counts(2, 0);
	assert_int_equal(reports_kept(), 1);
	leave();
}

/* --- bad days --------------------------------------------------------------------------------------- */

static void
check_disk_full(void **state)
{
	struct strbuf text = STRBUF_INIT;
	uint32_t random = 1;
	size_t i;

	(void)state;
	stage();
	/* What gzip does not make small. */
	strbuf_adds(&text, "{\"x\":\"");
	for (i = 0; i < 200000; i++) {
		random = random * 1664525 + 1013904223;
		strbuf_addc(&text, (char)('#' + (random >> 24) % 56));
	}
	strbuf_adds(&text, "\",");
	strbuf_adds(&text, &REPORT("1")[1]);
	put_file(IN("a"), text.data, text.len);
	strbuf_clear(&text);
	disk_fill();
	take();
	take(); /* does not even try: nothing piles up */
	assert_counts(0, 0);
	assert_true(exists(IN("a")));
	disk_free();
	assert_true(store_flush(store));
	take();
	assert_counts(1, 0);
	assert_false(exists(IN("a")));
	assert_int_equal(reports_kept(), 1);
	assert_int_equal(sums_of_store().duplicates, 1); /* the first and the third */
	leave();
}

/* A file that cannot be read, one that cannot be removed, and one that cannot be moved aside. */
static void
check_closed(void **state)
{
	char path[128], closed[128];

	(void)state;
	stage();
	put_file(IN("closed"), BYTES(REPORT("1")));
	put_file(IN("kept"), BYTES(REPORT("2")));
	put_file(IN("bad"), BYTES("x"));
	assert_int_equal(chmod(path_of(IN("closed"), closed), 0), 0);
	assert_int_equal(chmod(path_of(IN("kept"), path), 0444), 0);
	assert_int_equal(chmod(path_of(IN("bad"), path), 0444), 0);
	assert_int_equal(chmod(path_of("inbox", path), 0555), 0);
	rights_take();
	take();
	take();
	rights_give();
	assert_counts(0, 0);
	assert_int_equal(log_count("files=3 status=not-ours"), 1);
	assert_int_equal(chmod(path, 0700), 0);
	assert_int_equal(chmod(closed, 0600), 0);
	take();
	assert_counts(2, 1);
	assert_int_equal(reports_kept(), 2);
	leave();
}

static void
check_over(void **state)
{
	(void)state;
	stage();
	put_file(IN("a"), BYTES(REPORT("1")));
	atomic_store(&is_over, true);
	take();
	assert_counts(0, 0);
	assert_true(exists(IN("a")));
	leave();
}

static void
check_missing(void **state)
{
	struct stat st;
	char path[128];

	(void)state;
	stage();
	inbox.path = "/nonexistent/inbox";
	take();
	take();
	assert_int_equal(log_count("status=unreadable"), 1);
	inbox.path = path_of("inbox", path);
	rmdir(path);
	put_file("elsewhere", BYTES(""));
	take();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 02770);
	assert_true(exists("inbox"));
	unlink(path_of("elsewhere", path));
	leave();
}

/* --- the thread ------------------------------------------------------------------------------------- */

static void
wait_for(struct inbox *in, uint64_t taken)
{
	struct inbox_counts counts = { 0, 0 };
	int i;

	for (i = 0; i < PATIENCE && counts.taken < taken; i++) {
		usleep(10000);
		inbox_counts(in, &counts);
	}
	assert_int_equal(counts.taken, taken);
}

static void
check_thread(void **state)
{
	struct inbox *in;

	(void)state;
	stage();
	in = inbox_start(folder);
	assert_int_equal(delay_ms, 0);
	put_file(IN("a"), BYTES(REPORT("1")));
	timer.fn(timer.arg);
	assert_int_equal(delay_ms, INBOX_EVERY_MS);
	assert_false(inbox_wake(in)); /* no store yet */
	inbox_use_store(in, store);
	wait_for(in, 1);
	put_file(IN("b"), BYTES(REPORT("2")));
	assert_true(inbox_wake(in));
	wait_for(in, 2);
	put_file(IN("c"), BYTES(REPORT("3")));
	timer.fn(timer.arg);
	wait_for(in, 3);
	inbox_stop(in);
	assert_int_equal(reports_kept(), 3);
	leave();
}

static void
check_stop(void **state)
{
	(void)state;
	inbox_stop(NULL);
	stage();
	inbox_stop(inbox_start(folder));
	leave();
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_name, name_cases),
		CASE("a name of 255 octets, and of one more", check_long_name),
		CASES(check_file, file_cases),
		CASE("a file name cannot forge a log line", check_hostile_name),
		CASE("RPT-SEC-03 a bomb of 1 GiB costs a log line", check_bomb),
		CASE("RPT-SEC-03 a file that is too big", check_too_big),
		CASE("a file that is just not too big", check_big),
		CASE("what is no file is not followed and not waited for",
		    check_strange),
		CASE("an unfinished file is left, until it never will be",
		    check_unfinished),
		CASE("of too many files aside the oldest go", check_aside_count),
		CASE("of too much aside the oldest go", check_aside_bytes),
		CASE("more than one batch", check_many),
		CASE("the same report in two files is kept once", check_twice),
		CASE("disk full: files wait", check_disk_full),
		CASE("files that are not ours wait, and that is said once",
		    check_closed),
		CASE("at the end of the daemon files wait", check_over),
		CASE("a folder that is not there is made, or said once", check_missing),
		CASE("a look at the start, when woken, and each minute", check_thread),
		CASE("a start and an end", check_stop),
	};

	return cases_run("inbox", tables, COUNT_OF(tables));
}
