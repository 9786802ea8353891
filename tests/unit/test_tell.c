/*
 * client/tell and client/spool: an event is acknowledged, or kept whole, or its sender knows.
 * SPDX-License-Identifier: ISC
 */
#include "cases.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "client/event_id.h"
#include "client/spool.h"
#include "client/tell.h"
#include "wire/spool_file.h"

#define LONG_MS  20000 /* never reached when all is well */
#define SHORT_MS 100   /* where waiting is what is shown */
#define JSON     "{\"id\":\"1\"}"
#define FRAMED   "10:" JSON ",\n"

static char folder[] = "/tmp/hopseal-tell-XXXXXX";
static char path[64], where[80], file[64];

/* A daemon for one connection that says reply; "": nothing, for ever. */
static pid_t
start_daemon(const char *reply)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), fd;
	char request[200];
	pid_t pid;

	unlink(path);
	memcpy(un.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(listener, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(listener, 1), 0);
	pid = fork();
	if (pid != 0) {
		close(listener);
		return pid;
	}
	alarm(60);
	fd = accept(listener, NULL, NULL);
	if (read(fd, request, sizeof(request)) != 20 ||
	    memcmp(request, "16:event " JSON ",", 20) != 0)
		_exit(1);
	if (reply[0] == '\0')
		pause();
	_exit(write(fd, reply, strlen(reply)) < 0);
}

static void
end_daemon(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(path);
}

/* All of the file; it is removed. */
static void
read_file(struct strbuf *out)
{
	char chunk[65536];
	ssize_t n;
	int fd = open(file, O_RDONLY);

	while (fd != -1 && (n = read(fd, chunk, sizeof(chunk))) > 0)
		strbuf_add(out, chunk, (size_t)n);
	if (fd != -1)
		close(fd);
	unlink(file);
}

static const struct tell_case {
	const char *name;
	const char *reply; /* NULL: no daemon; "": one that hangs */
	enum tell_outcome want;
	const char *kept;
	const char *why;
} tell_cases[] = {
	{ "acknowledged", "10:OK counted,", TELL_COUNTED, "", "" },
	{ "refused, not kept", "11:PERM broken,", TELL_REFUSED, "", ": broken" },
	{ "not now, kept", "9:TEMP full,", TELL_SPOOLED, FRAMED, ": full" },
	{ "no such map, kept", "9:NOTFOUND ,", TELL_SPOOLED, FRAMED, "" },
	{ "garbage, kept", "HTTP/1.1", TELL_SPOOLED, FRAMED, "netstring" },
	{ "no daemon, kept", NULL, TELL_SPOOLED, FRAMED, "No such file" },
	{ "a daemon that hangs, kept", "", TELL_SPOOLED, FRAMED, "no reply in time" },
};

static void
check_tell(void **state)
{
	const struct tell_case *c = *state;
	bool is_hanging = c->reply != NULL && c->reply[0] == '\0';
	pid_t pid = c->reply != NULL ? start_daemon(c->reply) : -1;
	struct strbuf kept = STRBUF_INIT;
	struct why why = { "" };

	assert_int_equal(
	    client_tell(where, JSON, file, is_hanging ? SHORT_MS : LONG_MS, &why),
	    c->want);
	if (pid != -1)
		end_daemon(pid);
	read_file(&kept);
	assert_string_equal(strbuf_str(&kept), c->kept);
	strbuf_clear(&kept);
	if (strstr(why.text, c->why) == NULL)
		assert_string_equal(why.text, c->why);
}

static void
check_lost(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(
	    client_tell(where, JSON, "/nonexistent/file", LONG_MS, &why), TELL_LOST);
	assert_string_equal(why.text, "/nonexistent/file: No such file or directory");
}

static void
check_too_big(void **state)
{
	char *json = xmalloc(SPOOL_RECORD_MAX + 2);
	struct why why;

	(void)state;
	memset(json, ' ', SPOOL_RECORD_MAX + 1);
	json[SPOOL_RECORD_MAX + 1] = '\0';
	assert_int_equal(client_tell(where, json, file, LONG_MS, &why), TELL_REFUSED);
	assert_int_equal(access(file, F_OK), -1);
	free(json);
}

static void
check_torn(void **state)
{
	struct strbuf kept = STRBUF_INIT;
	int fd = open(file, O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_int_equal(write(fd, "99:{\"id", 7), 7);
	close(fd);
	assert_int_equal(spool_append(file, "a", 1, NULL), ST_OK);
	assert_int_equal(spool_append(file, "b", 1, NULL), ST_OK);
	read_file(&kept);
	assert_string_equal(strbuf_str(&kept), "99:{\"id\n1:a,\n1:b,\n");
	strbuf_clear(&kept);
}

/* The bound holds to the octet, and a smaller event still finds its place. */
static void
check_full(void **state)
{
	char *json = xcalloc(1, SPOOL_RECORD_MAX);
	struct strbuf kept = STRBUF_INIT;
	struct why why;
	size_t left = SPOOL_BYTES_MAX;

	(void)state;
	while (left > SPOOL_RECORD_MAX + 9) {
		assert_int_equal(
		    spool_append(file, json, SPOOL_RECORD_MAX, NULL), ST_OK);
		left -= SPOOL_RECORD_MAX + 9;
	}
	assert_int_equal(spool_append(file, json, SPOOL_RECORD_MAX, &why), ST_TOO_BIG);
	assert_non_null(strstr(why.text, ": full"));
	assert_int_equal(spool_append(file, json, left - 8, NULL), ST_TOO_BIG);
	assert_int_equal(spool_append(file, json, left - 9, NULL), ST_OK);
	assert_int_equal(spool_append(file, "a", 1, NULL), ST_TOO_BIG);
	assert_int_equal(client_tell(where, JSON, file, LONG_MS, &why), TELL_LOST);
	read_file(&kept);
	assert_int_equal(kept.len, SPOOL_BYTES_MAX);
	strbuf_clear(&kept);
	free(json);
}

/* As on a full disk: what could only be written in part is taken back. */
static void
check_short_write(void **state)
{
	struct rlimit old, small = { 20, RLIM_INFINITY };
	struct strbuf kept = STRBUF_INIT;
	struct why why;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_int_equal(spool_append(file, "0123456789", 10, NULL), ST_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(spool_append(file, "0123456789", 10, &why), ST_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_non_null(strstr(why.text, "No space left"));
	read_file(&kept);
	assert_string_equal(strbuf_str(&kept), "10:0123456789,\n");
	strbuf_clear(&kept);
}

static void
check_locked(void **state)
{
	int fd = open(file, O_WRONLY | O_CREAT, 0600);
	struct why why;

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(spool_append(file, "a", 1, &why), ST_BUSY);
	assert_non_null(strstr(why.text, "locked"));
	close(fd);
	unlink(file);
}

/* A writer that waited while the reader renamed the file writes into a new one. */
static void
check_renamed(void **state)
{
	struct strbuf kept = STRBUF_INIT, aside = STRBUF_INIT;
	int fd = open(file, O_WRONLY | O_CREAT, 0600), status;
	pid_t pid;

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	pid = fork();
	if (pid == 0) {
		close(fd); /* or it would hold the lock itself */
		_exit(spool_append(file, "a", 1, NULL));
	}
	usleep(50000);
	strbuf_addf(&aside, "%s.taken", file);
	assert_int_equal(rename(file, aside.data), 0);
	close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	read_file(&kept);
	assert_string_equal(strbuf_str(&kept), "1:a,\n");
	assert_int_equal(unlink(aside.data), 0);
	strbuf_clear(&kept);
	strbuf_clear(&aside);
}

#define WRITERS 8
#define EACH    200

/* All at once, all sizes: every record is there, whole, and each writer's in its order. */
static void
check_many_writers(void **state)
{
	unsigned next[WRITERS] = { 0 }, w, i;
	struct strbuf kept = STRBUF_INIT;
	const char *json;
	size_t pos, len, used;
	char record[3000];

	(void)state;
	memset(record, 'x', sizeof(record));
	for (w = 0; w < WRITERS; w++)
		if (fork() == 0) {
			for (i = 0; i < EACH; i++) {
				snprintf(record, 12, "%03u %03u    ", w, i);
				while (spool_append(file, record, 12 + (i * 37) % 2500,
					   NULL) == ST_BUSY)
					;
			}
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	read_file(&kept);
	for (pos = 0; pos < kept.len; pos += used) {
		assert_int_equal(spool_record_parse(kept.data + pos, kept.len - pos,
				     true, &json, &len, &used),
		    ST_OK);
		assert_int_equal(sscanf(json, "%3u %3u", &w, &i), 2);
		assert_true(w < WRITERS);
		assert_int_equal(i, next[w]++);
		assert_int_equal(len, 12 + (i * 37) % 2500);
	}
	for (w = 0; w < WRITERS; w++)
		assert_int_equal(next[w], EACH);
	strbuf_clear(&kept);
}

static void
check_mode(void **state)
{
	mode_t old = umask(077);
	struct stat st;

	(void)state;
	assert_int_equal(spool_append(file, "a", 1, NULL), ST_OK);
	umask(old);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	unlink(file);
}

/* As a folder of the MTA's, into which its root processes write, too. */
static void
check_owner(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(folder, 12345, 23456), 0);
	assert_int_equal(spool_append(file, "a", 1, NULL), ST_OK);
	assert_int_equal(chown(folder, 0, 0), 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(st.st_gid, 23456);
	assert_int_equal(st.st_mode & 07777, 0660);
	unlink(file);
}

static void
check_two_names(void **state)
{
	struct why why;
	char other[80];

	(void)state;
	snprintf(other, sizeof(other), "%s/other", folder);
	assert_int_equal(spool_append(other, "a", 1, NULL), ST_OK);
	assert_int_equal(link(other, file), 0);
	assert_int_equal(spool_append(file, "b", 1, &why), ST_IO);
	assert_non_null(strstr(why.text, "another name"));
	unlink(file);
	unlink(other);
}

static void
check_not_regular(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_int_equal(spool_append(file, "a", 1, &why), ST_IO);
	unlink(file);
	assert_int_equal(symlink("/nonexistent", file), 0);
	assert_int_equal(spool_append(file, "a", 1, &why), ST_IO);
	unlink(file);
}

static void
check_id(void **state)
{
	char a[EVENT_ID_SIZE], b[EVENT_ID_SIZE];

	(void)state;
	assert_int_equal(event_id_make(a), ST_OK);
	assert_int_equal(event_id_make(b), ST_OK);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_not_equal(a, b);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_tell, tell_cases),
		CASE("neither told nor kept", check_lost),
		CASE("an event that no daemon would take", check_too_big),
		CASE("behind a record that was cut off", check_torn),
		CASE("a full file", check_full),
		CASE("a write that is cut short is taken back", check_short_write),
		CASE("a lock that is held too long", check_locked),
		CASE("the file is renamed while a writer waits", check_renamed),
		CASE("RPT-CNT-13 many writers at once", check_many_writers),
		CASE("the daemon may read what an MTA wrote", check_mode),
		CASE("what root makes belongs to the folder's owner", check_owner),
		CASE("no pipe and no symbolic link", check_not_regular),
		CASE("no file of two names", check_two_names),
		CASE("every event has its own id", check_id),
	};
	int failed;

	alarm(120);
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(where, sizeof(where), "unix:%s", path);
	snprintf(file, sizeof(file), "%s/events", folder);
	failed = cases_run("tell", tables, COUNT_OF(tables));
	rmdir(folder);
	return failed;
}
