/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "cases.h"
#include "store/queue.h"
#include "store/store.h"
#include "store_folder.h"

/* --- what is put in and found again -------------------------------------------------------------- */

static void
put_len(struct store *s, const char *name, const char *id, const char *body, size_t len)
{
	struct domain d = domain_named(name);
	struct stored_policy p = { .domain = &d,
		.id = id,
		.body = body,
		.len = len,
		.fetched = 1800000000,
		.expires = 4102444800, /* beyond 32 bits signed */
		.used = 1800000001 };

	store_put_policy(s, &p);
}

static void
put(struct store *s, const char *name, const char *id)
{
	put_len(s, name, id, "version: STSv1\n", strlen("version: STSv1\n"));
}

static void
drop(struct store *s, const char *name)
{
	struct domain d = domain_named(name);

	store_drop_policy(s, &d);
}

static void
put_override(
    struct store *s, const char *name, bool with_subdomains, const char *reason)
{
	struct domain d = domain_named(name);
	struct stored_override o = { .domain = &d,
		.with_subdomains = with_subdomains,
		.action = "may",
		.reason = reason,
		.created = 1800000000,
		.expires = 1800086400 };

	store_put_override(s, &o);
}

/* Rows as words, "a.example=1 b.example=2", in the order of the names as SQLite keeps them. */
static void
add_policy(const struct stored_policy *p, void *arg)
{
	strbuf_addf(arg, "%s%s=%s", ((struct strbuf *)arg)->len > 0 ? " " : "",
	    p->domain->text, p->id);
}

static void
add_override(const struct stored_override *o, void *arg)
{
	strbuf_addf(arg, "%s%s%s=%s", ((struct strbuf *)arg)->len > 0 ? " " : "",
	    o->with_subdomains ? "." : "", o->domain->text, o->reason);
	assert_string_equal(o->action, "may");
	assert_int_equal(o->created, 1800000000);
	assert_int_equal(o->expires, 1800086400);
}

static void
assert_policies(struct store *s, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	assert_int_equal(store_each_policy(s, add_policy, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static struct store_state
state_of(struct store *s)
{
	struct store_state state;

	store_state(s, &state);
	return state;
}

/* Open, look, close. */
static void
assert_stored(const char *want)
{
	struct store *s = open_store();

	assert_true(state_of(s).is_healthy);
	assert_policies(s, want);
	store_close(s);
}

/* --- a disk that is full --------------------------------------------------------------------------- */

/* More than fits under FULL_AT. */
static void
put_much(struct store *s)
{
	static char body[65536];
	char name[] = "big-a.example";

	memset(body, 'x', sizeof(body));
	for (name[4] = 'a'; name[4] <= 'd'; name[4]++)
		put_len(s, name, "big", body, sizeof(body));
}

#define MUCH "big-a.example=big big-b.example=big big-c.example=big big-d.example=big"

/* --- the tests: what is kept --------------------------------------------------------------------- */

static void
check_restart(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	s = open_store();
	assert_policies(s, "");
	assert_int_equal(store_start(s, NULL), ST_OK);
	put(s, "b.example", "2");
	put(s, "a.example", "1");
	store_close(s); /* writes what waits */
	assert_stored("a.example=1 b.example=2");

	s = open_started();
	drop(s, "a.example");
	drop(s, "never-there.example");
	put(s, "b.example", "3");
	store_flush(s);
	assert_int_equal(state_of(s).written, 3);
	assert_int_equal(state_of(s).queued, 0);
	store_close(s);
	assert_stored("b.example=3");
	folder_remove();
}

static void
check_one_policy(const struct stored_policy *p, void *arg)
{
	size_t *seen = arg;
	static const char body[] = "version: STSv1\r\n\0\xff\xfe";

	(*seen)++;
	if (p->len == 0) {
		assert_string_equal(p->domain->text, "empty.example");
		assert_non_null(p->body);
		return;
	}
	assert_string_equal(p->domain->text, "xn--bcher-kva.example");
	assert_string_equal(p->id, "20160831085700Z");
	assert_int_equal(p->len, sizeof(body) - 1);
	assert_memory_equal(p->body, body, sizeof(body) - 1);
	assert_int_equal(p->fetched, 1800000000);
	assert_int_equal(p->expires, 4102444800);
	assert_int_equal(p->used, 1800000001);
}

static void
check_fields(void **state)
{
	struct store *s;
	size_t seen = 0;

	(void)state;
	folder_make();
	s = open_started();
	put_len(s, "xn--bcher-kva.example", "20160831085700Z",
	    "version: STSv1\r\n\0\xff\xfe", strlen("version: STSv1\r\n") + 3);
	put_len(s, "empty.example", "", NULL, 0);
	store_close(s);
	s = open_store();
	assert_int_equal(store_each_policy(s, check_one_policy, &seen), ST_OK);
	assert_int_equal(seen, 2);
	store_close(s);
	folder_remove();
}

static void
assert_overrides(const char *want)
{
	struct strbuf sb = STRBUF_INIT;
	struct store *s = open_store();

	assert_int_equal(store_each_override(s, add_override, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
	store_close(s);
}

static void
check_overrides(void **state)
{
	struct domain a = domain_named("a.example");
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put_override(s, "a.example", false, "one");
	put_override(s, "a.example", true, "two");
	put_override(s, "b.example", false, "it's \"three\"");
	put(s, "a.example", "1");
	store_close(s);
	assert_overrides("a.example=one .a.example=two b.example=it's \"three\"");

	s = open_started();
	store_drop_override(s, &a, true);
	put_override(s, "b.example", false, "four");
	store_close(s);
	assert_overrides("a.example=one b.example=four");
	assert_stored("a.example=1");
	folder_remove();
}

static void
check_later_wins(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	s = open_store();
	/* Before the start, so that all of it is one batch. */
	put(s, "a.example", "1");
	put(s, "a.example", "2");
	put(s, "b.example", "1");
	drop(s, "b.example");
	drop(s, "c.example");
	put(s, "c.example", "1");
	assert_int_equal(state_of(s).queued, 3);
	assert_int_equal(store_start(s, NULL), ST_OK);
	store_flush(s);
	assert_int_equal(state_of(s).written, 3);
	store_close(s);
	assert_stored("a.example=2 c.example=1");
	folder_remove();
}

static void
check_many(void **state)
{
	struct store *s;
	char name[32];
	int i;

	(void)state;
	folder_make();
	s = open_started();
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "d%d.example", i);
		put(s, name, "1");
		if (i % 100 == 0)
			assert_true(state_of(s).is_healthy);
	}
	store_flush(s);
	assert_int_equal(state_of(s).written, 5000);
	assert_int_equal(state_of(s).dropped, 0);
	store_close(s);
	folder_remove();
}

static void
check_by_itself(void **state)
{
	struct store *s;
	int tries;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "a.example", "1");
	for (tries = 0; state_of(s).written == 0 && tries < 500; tries++)
		usleep(10000);
	assert_int_equal(state_of(s).written, 1);
	store_close(s);
	folder_remove();
}

static void
check_readonly(void **state)
{
	struct store *s, *reader;
	struct why why = { "" };

	(void)state;
	folder_make();
	assert_int_equal(store_open_readonly(folder, &reader, &why), ST_IO);
	assert_null(reader);
	assert_non_null(strstr(why.text, "No such file"));
	assert_false(exists(DB_FILE));

	s = open_started();
	put(s, "a.example", "1");
	store_flush(s);
	assert_int_equal(store_open_readonly(folder, &reader, &why), ST_OK);
	assert_policies(reader, "a.example=1");
	store_close(reader);
	put(s, "b.example", "1");
	store_close(s);
	assert_stored("a.example=1 b.example=1");
	folder_remove();
}

/* --- the tests: files that are not as they should be ---------------------------------------------- */

static void
check_no_folder(void **state)
{
	struct store *s;
	struct why why = { "" };
	char path[128];

	(void)state;
	folder_make();
	assert_int_equal(store_open(path_of("nothing", path), &s, &why), ST_IO);
	assert_null(s);
	assert_non_null(strstr(why.text, "nothing: No such file"));
	overwrite("filler", 0, "x", 1);
	assert_int_equal(store_open(path_of("filler", path), &s, &why), ST_IO);
	assert_non_null(strstr(why.text, "Not a directory"));
	assert_int_equal(store_open_readonly(path, &s, &why), ST_IO);
	folder_remove();
}

static void
check_newer(void **state)
{
	static const uint8_t version[] = { 0, 0, 0, 99 };
	struct store *s;
	struct why why = { "" };

	(void)state;
	folder_make();
	s = open_started();
	put(s, "a.example", "1");
	store_close(s);
	/* The user_version of SQLite's file format. */
	overwrite(DB_FILE, 60, version, sizeof(version));
	assert_int_equal(store_open(folder, &s, &why), ST_IO);
	assert_null(s);
	assert_non_null(strstr(why.text, "later version (99"));
	assert_int_equal(store_open_readonly(folder, &s, &why), ST_IO);
	assert_true(exists(DB_FILE));
	assert_false(exists(DB_FILE ".damaged"));
	folder_remove();
}

static void
run_sql(const char *sql)
{
	sqlite3 *db;
	char path[128];

	assert_int_equal(sqlite3_open(path_of(DB_FILE, path), &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* As the first release made it. */
static const char version_1[] =
    "pragma journal_mode = wal;"
    "create table policy("
    " domain text primary key, id text not null, body blob not null,"
    " fetched int not null, expires int not null, used int not null) without rowid;"
    "create table override("
    " domain text not null, with_subdomains int not null,"
    " action text not null, reason text not null,"
    " created int not null, expires int not null,"
    " primary key(domain, with_subdomains)) without rowid;"
    "pragma user_version = 1;"
    "insert into policy values('a.example', '1', x'00ff', 1800000000, 4102444800, 1);"
    "insert into policy values('b.example', '2', '', 1800000000, 4102444800, 1);"
    "insert into override values('a.example', 0, 'may', 'one', 1800000000,"
    " 1800086400);";

static void
check_version_1(void **state)
{
	struct store *s;
	time_t day;

	(void)state;
	folder_make();
	run_sql(version_1);
	/* The command without a daemon reads it as it is. */
	assert_int_equal(store_open_readonly(folder, &s, NULL), ST_OK);
	assert_policies(s, "a.example=1 b.example=2");
	log_capture();
	assert_int_equal(store_open_day(s, 0, 4102444800, &day), ST_IO);
	assert_int_equal(log_count("made by an earlier version (1; known is "), 1);
	log_release();
	store_close(s);

	s = open_started();
	assert_int_equal(store_open_day(s, 0, 4102444800, &day), ST_OK);
	put(s, "c.example", "3");
	store_close(s);
	assert_stored("a.example=1 b.example=2 c.example=3");
	assert_overrides("a.example=one");
	assert_false(exists(DB_FILE ".damaged"));
	folder_remove();
}

/* It can be read as it is, and becomes a new one when there is room. */
static void
check_version_1_full(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	struct store *s;

	(void)state;
	folder_make();
	run_sql(version_1);
	log_capture();
	disk_fill();
	s = open_store();
	assert_policies(s, "a.example=1 b.example=2");
	assert_int_equal(store_each_override(s, add_override, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), "a.example=one");
	assert_int_equal(store_start(s, NULL), ST_OK);
	put_much(s);
	store_flush(s);
	assert_false(state_of(s).is_healthy);
	disk_free();
	store_flush(s);
	assert_true(state_of(s).is_healthy);
	log_release();
	store_close(s);
	assert_stored("a.example=1 b.example=2 " MUCH);
	assert_overrides("a.example=one");
	strbuf_clear(&sb);
	folder_remove();
}

/* Garbage from the first octet on. */
static void
check_garbage(void **state)
{
	char garbage[8192];
	struct store *s;

	(void)state;
	folder_make();
	memset(garbage, 'x', sizeof(garbage));
	overwrite(DB_FILE, 0, garbage, sizeof(garbage));
	log_capture();
	s = open_started();
	assert_true(state_of(s).is_healthy);
	assert_int_equal(log_count("status=damaged"), 1);
	assert_int_equal(log_count(DB_FILE ".damaged "), 1);
	log_release();
	assert_true(exists(DB_FILE ".damaged"));
	put(s, "a.example", "1");
	store_close(s);
	assert_stored("a.example=1");
	folder_remove();
}

#define LARGE 700

/* A database with more pages than are kept in memory, closed. */
static void
make_large(void)
{
	struct store *s = open_started();
	static char body[60000];
	char name[32];
	int i;

	memset(body, 'x', sizeof(body));
	for (i = 0; i < LARGE; i++) {
		snprintf(name, sizeof(name), "d%03d.example", i);
		put_len(s, name, "1", body, sizeof(body));
	}
	store_close(s);
}

/* All but the first page becomes zeros. */
static void
wipe_pages(void)
{
	static const char zeros[1 << 20];
	off_t at;

	for (at = 4096; at < 40 << 20; at += (off_t)sizeof(zeros))
		overwrite(DB_FILE, at, zeros, sizeof(zeros));
}

static void
check_damaged_inside(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	make_large();
	wipe_pages();
	log_capture();
	s = open_store();
	assert_int_equal(log_count("status=damaged"), 1);
	log_release();
	assert_true(state_of(s).is_healthy);
	assert_policies(s, "");
	store_close(s);
	assert_true(exists(DB_FILE ".damaged"));
	folder_remove();
}

static void
check_damaged_later(void **state)
{
	struct store *s;
	char name[32];
	int i;

	(void)state;
	folder_make();
	make_large();
	s = open_started();
	wipe_pages();
	log_capture();
	for (i = 0; i < LARGE; i++) {
		snprintf(name, sizeof(name), "d%03d.example", i);
		put(s, name, "2");
	}
	store_flush(s);
	assert_int_equal(log_count("status=damaged"), 1);
	log_release();
	assert_true(state_of(s).is_healthy);
	assert_int_equal(state_of(s).written, LARGE);
	assert_true(exists(DB_FILE ".damaged"));
	store_close(s);
	folder_remove();
}

static void
check_foreign_rows(void **state)
{
	struct store *s;
	struct domain d = domain_named("ok.example");
	struct stored_policy p = { .domain = &d, .id = "1", .body = "", .len = 0 };

	(void)state;
	folder_make();
	s = open_started();
	store_put_policy(s, &p);
	/* Not what domain_parse() would ever make. */
	snprintf(d.text, sizeof(d.text), "OK..example");
	store_put_policy(s, &p);
	d = domain_named("long-id.example");
	p.id = "123456789012345678901234567890123";
	store_put_policy(s, &p);
	store_close(s);
	log_capture();
	s = open_store();
	assert_policies(s, "ok.example=1");
	assert_int_equal(log_count("rows-left-out=2"), 1);
	log_release();
	store_close(s);
	folder_remove();
}

/* --- the tests: bad days -------------------------------------------------------------------------- */

static void
check_disk_full(void **state)
{
	struct store_state failing;
	struct store *s;
	int tries;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "a.example", "1");
	store_flush(s);
	log_capture();
	disk_fill();
	put_much(s);
	store_flush(s);
	put(s, "a.example", "2");
	store_flush(s);
	failing = state_of(s);
	assert_false(failing.is_healthy);
	assert_true(failing.failing_since > 0);
	assert_true(strlen(failing.error) > 0);
	assert_int_equal(failing.written, 1);
	assert_int_equal(failing.queued, 5);
	assert_int_equal(log_count("status=failing"), 1);

	disk_free();
	/* Nobody asks: it tries again by itself. */
	for (tries = 0; !state_of(s).is_healthy && tries < 800; tries++)
		usleep(10000);
	assert_true(state_of(s).is_healthy);
	assert_int_equal(state_of(s).failing_since, 0);
	assert_string_equal(state_of(s).error, "");
	assert_int_equal(state_of(s).written, 6);
	put(s, "b.example", "1");
	store_flush(s);
	assert_int_equal(log_count("status=failing"), 1);
	assert_int_equal(log_count("status=recovered"), 1);
	log_release();
	store_close(s);
	assert_stored("a.example=2 b.example=1 " MUCH);
	folder_remove();
}

static void
check_lost_at_close(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	log_capture();
	disk_fill();
	put_much(s);
	store_close(s);
	disk_free();
	assert_int_equal(log_count("changes-lost=4"), 1);
	log_release();
	assert_stored("");
	folder_remove();
}

static void
check_unwritable(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	log_capture();
	rights_take();
	s = open_started();
	assert_false(state_of(s).is_healthy);
	put(s, "a.example", "1");
	store_flush(s);
	assert_false(state_of(s).is_healthy);
	assert_int_equal(state_of(s).queued, 1);
	assert_false(exists(DB_FILE));
	rights_give();
	store_flush(s);
	assert_true(state_of(s).is_healthy);
	assert_int_equal(state_of(s).queued, 0);
	assert_int_equal(log_count("status=failing"), 1);
	assert_int_equal(log_count("status=recovered"), 1);
	log_release();
	store_close(s);
	assert_stored("a.example=1");
	folder_remove();
}

static void
check_unwritable_nothing_read(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	struct store *s;

	(void)state;
	folder_make();
	log_capture();
	rights_take();
	s = open_store();
	assert_policies(s, "");
	assert_int_equal(store_each_override(s, add_override, &sb), ST_OK);
	assert_int_equal(sb.len, 0);
	store_close(s);
	rights_give();
	log_release();
	folder_remove();
}

/* A file system of 400 KB over the folder, seen by this process only. */
static bool
small_disk_mount(void)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("hopseal-test", folder, "tmpfs", 0, "size=400k") == 0;
}

static void
small_disk_fill(void)
{
	static const char page[4096] = { 1 };
	char path[128];
	int fd = open(path_of("filler", path), O_WRONLY | O_CREAT, 0600);

	assert_true(fd != -1);
	while (write(fd, page, sizeof(page)) > 0)
		;
	close(fd);
}

static void
check_full_at_start(void **state)
{
	struct store *s, *reader;
	char path[128];

	(void)state;
	folder_make();
	if (!small_disk_mount()) {
		folder_remove();
		skip();
	}
	s = open_started();
	put(s, "a.example", "1");
	store_close(s);
	small_disk_fill();

	log_capture();
	s = open_store();
	assert_policies(s, "a.example=1");
	/* Once there is room the first write makes it as it should be. */
	unlink(path_of("filler", path));
	assert_int_equal(store_start(s, NULL), ST_OK);
	put(s, "a.example", "1");
	store_flush(s);
	assert_true(state_of(s).is_healthy);
	assert_int_equal(store_open_readonly(folder, &reader, NULL), ST_OK);
	store_close(reader);
	store_close(s);

	small_disk_fill();
	s = open_store();
	assert_int_equal(store_start(s, NULL), ST_OK);
	put(s, "b.example", "1");
	store_flush(s);
	assert_false(state_of(s).is_healthy);
	unlink(path_of("filler", path));
	store_flush(s);
	assert_true(state_of(s).is_healthy);
	log_release();
	/* And others can read again, too. */
	assert_int_equal(store_open_readonly(folder, &reader, NULL), ST_OK);
	assert_policies(reader, "a.example=1 b.example=1");
	store_close(reader);
	store_close(s);
	assert_stored("a.example=1 b.example=1");
	assert_int_equal(umount(folder), 0);
	folder_remove();
}

/* --- the tests: kill -9 --------------------------------------------------------------------------- */

#define KILL_ROUNDS 8
#define KILL_BATCH  20

/* Write batch after batch; tell the pipe how many were flushed. */
static void
write_until_killed(int out, int from)
{
	struct store *s = open_started();
	char name[32], id[16];
	int i;

	for (;; from++) {
		snprintf(id, sizeof(id), "%d", from);
		for (i = 0; i < KILL_BATCH; i++) {
			snprintf(name, sizeof(name), "d%02d.example", i);
			put(s, name, id);
		}
		store_flush(s);
		if (write(out, &from, sizeof(from)) != (ssize_t)sizeof(from))
			_exit(1);
	}
}

struct round_state {
	int low, high, count;
};

static void
note_round(const struct stored_policy *p, void *arg)
{
	struct round_state *r = arg;
	int round = (int)strtol(p->id, NULL, 10);

	r->low = r->count == 0 || round < r->low ? round : r->low;
	r->high = r->count == 0 || round > r->high ? round : r->high;
	r->count++;
}

/* Every acknowledged batch is there, and at most one more; none is there by half. */
static int
one_kill(int from, useconds_t after_us)
{
	struct round_state found = { 0, 0, 0 };
	int fds[2], acknowledged = from - 1;
	struct store *s;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0)
		write_until_killed(fds[1], from);
	close(fds[1]);
	usleep(after_us);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while (read(fds[0], &acknowledged, sizeof(acknowledged)) > 0)
		;
	close(fds[0]);

	s = open_store();
	assert_true(state_of(s).is_healthy);
	assert_int_equal(store_each_policy(s, note_round, &found), ST_OK);
	store_close(s);
	assert_int_equal(found.low, found.high);
	assert_true(found.high == acknowledged || found.high == acknowledged + 1);
	assert_int_equal(found.count, found.high > 0 ? KILL_BATCH : 0);
	return found.high + 1;
}

static void
check_kill(void **state)
{
	int round, from = 1;

	(void)state;
	folder_make();
	srand((unsigned)getpid());
	for (round = 0; round < KILL_ROUNDS; round++)
		from = one_kill(from, (useconds_t)(20000 + rand() % 80000));
	assert_true(from > 1);
	assert_false(exists(DB_FILE ".damaged"));
	folder_remove();
}

/* --- the tests: the queue ------------------------------------------------------------------------- */

static struct change *
change(const char *name, size_t len)
{
	static const char body[65536];
	struct domain d = domain_named(name);
	struct stored_policy p = { .domain = &d, .id = "1", .body = body, .len = len };

	return change_put_policy(&p);
}

static void
assert_queue(const struct queue *q, const char *want)
{
	struct strbuf sb = STRBUF_INIT;
	const struct list *node;

	for (node = q->changes.next; node != &q->changes; node = node->next) {
		const struct change *c = LIST_ITEM(node, struct change, place);

		strbuf_addf(&sb, "%s%.*s", sb.len > 0 ? " " : "",
		    (int)strcspn(c->domain.text, "."), c->domain.text);
	}
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static void
check_queue_order(void **state)
{
	struct list batch;
	struct queue q;

	(void)state;
	queue_init(&q);
	queue_put(&q, change("a.example", 1));
	queue_put(&q, change("b.example", 1));
	queue_put(&q, change("c.example", 1));
	queue_put(&q, change("a.example", 2));
	assert_queue(&q, "b c a");

	assert_int_equal(queue_take(&q, 2, &batch), 2);
	assert_queue(&q, "a");
	queue_put(&q, change("d.example", 1));
	queue_put(&q, change("b.example", 2));
	queue_put_back(&q, &batch);
	assert_queue(&q, "c a d b");
	assert_int_equal(q.count, 4);
	assert_int_equal(queue_take(&q, 10, &batch), 4);
	assert_int_equal(q.bytes, 0);
	batch_clear(&batch);
	queue_clear(&q);
}

static void
check_queue_count(void **state)
{
	struct list batch;
	struct queue q;
	char name[32];
	int i;

	(void)state;
	queue_init(&q);
	for (i = 0; i < STORE_QUEUE_MAX + 50; i++) {
		snprintf(name, sizeof(name), "d%d.example", i);
		queue_put(&q, change(name, 1));
	}
	assert_int_equal(q.count, STORE_QUEUE_MAX);
	assert_int_equal(q.dropped, 50);
	/* A batch that comes back to a full queue is the oldest again. */
	assert_int_equal(queue_take(&q, 10, &batch), 10);
	for (i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "e%d.example", i);
		queue_put(&q, change(name, 1));
	}
	queue_put_back(&q, &batch);
	assert_int_equal(q.count, STORE_QUEUE_MAX);
	assert_int_equal(q.dropped, 55);
	queue_clear(&q);
}

static void
check_queue_bytes(void **state)
{
	struct queue q;
	char name[32];
	int i;

	(void)state;
	queue_init(&q);
	for (i = 0; i < 2200; i++) {
		snprintf(name, sizeof(name), "d%d.example", i);
		queue_put(&q, change(name, 65536));
	}
	assert_true(q.bytes <= STORE_QUEUE_BYTES_MAX);
	assert_true(q.dropped > 0);
	assert_int_equal(q.count + q.dropped, 2200);
	queue_clear(&q);
}

/* A change that may not be lost, as words for assert_queue(). */
static struct change *
kept_change(const char *name)
{
	struct change *c = change_resend("id", 1);

	c->domain = domain_named(name);
	return c;
}

static void
check_queue_kept(void **state)
{
	struct list batch;
	struct queue q;
	char name[32];
	int i;

	(void)state;
	queue_init(&q);
	queue_put(&q, kept_change("k.example"));
	queue_put(&q, change("a.example", 1));
	queue_put(&q, kept_change("k.example")); /* makes none void */
	queue_put(&q, change("a.example", 1));
	assert_queue(&q, "k k a");
	assert_int_equal(queue_take(&q, 2, &batch), 2);
	queue_put(&q, kept_change("l.example"));
	queue_put_back(&q, &batch);
	assert_queue(&q, "k k a l");
	for (i = 0; i < STORE_QUEUE_MAX; i++) {
		snprintf(name, sizeof(name), "d%d.example", i);
		queue_put(&q, change(name, 1));
	}
	assert_int_equal(q.count, STORE_QUEUE_MAX);
	assert_int_equal(q.dropped, 4); /* a, d0, d1, d2 */
	assert_int_equal(queue_take(&q, 4, &batch), 4);
	queue_clear(&q);
	queue_init(&q);
	queue_put_back(&q, &batch);
	assert_queue(&q, "k k l d3");
	queue_clear(&q);
}

static void
check_queue_merge(void **state)
{
	const struct merge m = { .sync_fd = -1 };
	struct change *c;
	struct queue q;

	(void)state;
	queue_init(&q);
	queue_put(&q, change("a.example", 1));
	assert_null(queue_take_merge(&q));
	queue_put(&q, change_merge(&m, NULL, NULL));
	queue_put(&q, change("b.example", 1));
	c = queue_take_merge(&q);
	assert_int_equal(c->kind, CHANGE_MERGE);
	free(c);
	assert_queue(&q, "a b");
	assert_int_equal(q.count, 2);
	queue_clear(&q);
}

static void
check_overflow(void **state)
{
	struct store *s;
	char name[32];
	int i;

	(void)state;
	folder_make();
	log_capture();
	rights_take();
	s = open_started();
	for (i = 0; i < STORE_QUEUE_MAX + 50; i++) {
		snprintf(name, sizeof(name), "d%06d.example", i);
		put(s, name, "1");
	}
	assert_int_equal(state_of(s).queued, STORE_QUEUE_MAX);
	assert_int_equal(state_of(s).dropped, 50);
	rights_give();
	store_flush(s);
	assert_int_equal(state_of(s).written, STORE_QUEUE_MAX);
	assert_int_equal(state_of(s).queued, 0);
	assert_int_equal(log_count("status=failing"), 1);
	log_release();
	store_close(s);
	folder_remove();
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("STS-CACHE-08 policies outlive a restart", check_restart),
		CASE("STS-CACHE-08 every field comes back as it was", check_fields),
		CASE("MAND-04 overrides outlive a restart", check_overrides),
		CASE("STS-CACHE-08 the later change of a row wins", check_later_wins),
		CASE("STS-CACHE-08 many batches", check_many),
		CASE("STS-CACHE-08 a change is written without being asked for",
		    check_by_itself),
		CASE("STS-CACHE-08 reading beside the writer", check_readonly),
		CASE("a folder that is not there is refused", check_no_folder),
		CASE("a database of a later version is refused", check_newer),
		CASE("a database of the first release is taken over whole",
		    check_version_1),
		CASE("a database of the first release, and the disk is full",
		    check_version_1_full),
		CASE("a file of garbage is set aside", check_garbage),
		CASE("a database damaged inside is set aside", check_damaged_inside),
		CASE("a database damaged while in use is set aside",
		    check_damaged_later),
		CASE("rows of another hand are left out", check_foreign_rows),
		CASE("disk full: kept in memory, written when there is room again",
		    check_disk_full),
		CASE("disk full until the end: the loss is told", check_lost_at_close),
		CASE("disk full at the start: what is there can be read",
		    check_full_at_start),
		CASE("folder not writable: kept in memory, written later",
		    check_unwritable),
		CASE("folder not writable: nothing to hand over",
		    check_unwritable_nothing_read),
		CASE("STS-CACHE-08 kill -9 loses no acknowledged batch", check_kill),
		CASE("queue: order, and one change a row", check_queue_order),
		CASE("queue: the oldest go beyond the count", check_queue_count),
		CASE("queue: the oldest go beyond the octets", check_queue_bytes),
		CASE("queue: what may not be lost stays, in its order",
		    check_queue_kept),
		CASE("queue: a merge can be taken back", check_queue_merge),
		CASE("queue overflow behind a store that cannot write", check_overflow),
	};

	return cases_run("store", tables, COUNT_OF(tables));
}
