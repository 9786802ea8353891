/*
 * Listening sockets and streams.  SPDX-License-Identifier: ISC
 *
 * Client and server are this one process: what a client has written waits in the kernel until the loop turns.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/stream.h"
#include "run_loop.h"

#define IN_MAX 64
#define IDLE   2000

/* --- what it costs ------------------------------------------------------------ */

/* These stand before libc's, so that the code under test is counted; clients read and write. */
static unsigned receives, sends, accepts;

ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	receives++;
	return syscall(SYS_recvfrom, fd, buf, len, flags, NULL, NULL);
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	sends++;
	return syscall(SYS_sendto, fd, buf, len, flags, NULL, 0);
}

int
accept4(int fd, struct sockaddr *restrict sa, socklen_t *restrict len, int flags)
{
	accepts++;
	return (int)syscall(SYS_accept4, fd, sa, len, flags);
}

/* --- the server --------------------------------------------------------------- */

/* A door of lines.  "pause" waits for the test, "big N" answers N bytes, "flood" answers more than may wait, "bye" is
 * the last line, "bad" ends at once, all else is echoed. */
struct door {
	unsigned opened, closed;
	struct stream *last, *paused;
};

struct session {
	struct door *door;
	struct stream *stream;
};

static char folder[] = "/tmp/test_stream.XXXXXX";
static char path[64], where[80];

static void *
on_open(struct stream *stream, void *arg)
{
	struct session *s = xcalloc(1, sizeof(*s));

	s->door = arg;
	s->door->opened++;
	s->door->last = s->stream = stream;
	return s;
}

static void
on_close(void *session)
{
	struct session *s = session;

	s->door->closed++;
	if (s->door->paused == s->stream)
		s->door->paused = NULL;
	free(s);
}

static void
answer_bytes(struct stream *stream, size_t count)
{
	char *bytes = xmalloc(count);

	memset(bytes, '.', count);
	strbuf_add(stream_out(stream), bytes, count);
	strbuf_addc(stream_out(stream), '\n');
	free(bytes);
}

/* False: the line "bad". */
static bool
answer_line(struct session *s, const char *line, size_t len)
{
	if (len >= 4 && memcmp(line, "big ", 4) == 0) {
		answer_bytes(s->stream, strtoul(line + 4, NULL, 10));
	} else if (len == 5 && memcmp(line, "flood", 5) == 0) {
		answer_bytes(s->stream, STREAM_OUT_MAX + 8 * 1024 * 1024);
	} else if (len == 5 && memcmp(line, "pause", 5) == 0) {
		stream_pause(s->stream);
		s->door->paused = s->stream;
	} else if (len == 3 && memcmp(line, "bye", 3) == 0) {
		strbuf_adds(stream_out(s->stream), "bye\n");
		stream_close(s->stream);
	} else {
		strbuf_add(stream_out(s->stream), line, len + 1);
	}
	return len != 3 || memcmp(line, "bad", 3) != 0;
}

static bool
on_input(struct stream *stream, struct strbuf *in, void *session)
{
	struct session *s = session;
	const char *end;
	size_t len;
	bool go_on = true;

	assert_ptr_equal(stream, s->stream);
	while (go_on && s->door->paused != stream &&
	       (end = memchr(in->data, '\n', in->len)) != NULL) {
		len = (size_t)(end - in->data);
		go_on = answer_line(s, in->data, len);
		strbuf_consume(in, len + 1);
	}
	return go_on;
}

static const struct stream_handler handler = { on_open, on_input, on_close, IN_MAX };

/* --- clients ------------------------------------------------------------------ */

static struct listener *
listen_at(const char *at, struct door *door, unsigned stream_max)
{
	struct listen_options options = {
		.where = at,
		.fd = -1,
		.stream_max = stream_max,
	};
	struct listener *listener;
	struct why why;

	assert_int_equal(
	    stream_listen(&options, &handler, door, &listener, &why), ST_OK);
	return listener;
}

static int
dial(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_int_not_equal(fd, -1);
	memcpy(un.sun_path, path, strlen(path));
	assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Turn the loop until len bytes have come, or the end; returns how many. */
static size_t
hear(int fd, char *buf, size_t len)
{
	size_t got = 0;
	ssize_t n = -1;

	RUN_UNTIL(got == len || (n = read(fd, buf + got, len - got)) == 0 ||
		  (n == -1 && errno == ECONNRESET) ||
		  (n > 0 && (got += (size_t)n) == len));
	return got;
}

static void
expect(int fd, const char *want)
{
	char got[256] = "";

	assert_int_equal(hear(fd, got, strlen(want)), strlen(want));
	assert_string_equal(got, want);
}

static void
expect_end(int fd)
{
	char got[16];

	assert_int_equal(hear(fd, got, sizeof(got)), 0);
}

static void
expect_nothing(int fd)
{
	char got;

	one_turn();
	one_turn();
	one_turn();
	assert_int_equal(read(fd, &got, 1), -1);
	assert_int_equal(errno, EAGAIN);
}

/* --- requests and replies ----------------------------------------------------- */

static void
check_requests(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();

	(void)state;
	say(fd, "one\n");
	expect(fd, "one\n");
	say(fd, "two\nthree\nfo");
	expect(fd, "two\nthree\n");
	expect_nothing(fd);
	say(fd, "u");
	expect_nothing(fd);
	say(fd, "r\nfive\n");
	expect(fd, "four\nfive\n"); /* "fo" "u" "r" */
	close(fd);
	RUN_UNTIL(door.closed == 1);
	assert_int_equal(door.opened, 1);
	listener_close(listener);
}

static void
check_calls(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();

	(void)state;
	say(fd, "hello\n");
	expect(fd, "hello\n");
	receives = sends = 0;
	say(fd, "request\n");
	one_turn();
	expect(fd, "request\n");
	assert_int_equal(receives, 1);
	assert_int_equal(sends, 1);
	say(fd, "a\nb\nc\nd\n");
	expect(fd, "a\nb\nc\nd\n");
	assert_int_equal(receives, 2);
	assert_int_equal(sends, 2);
	close(fd);
	listener_close(listener);
	assert_int_equal(door.closed, 1);
}

static void
check_oversize(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int bad = dial(), good = dial();
	char text[IN_MAX + 2];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[IN_MAX] = '\0';
	say(bad, text);
	expect_nothing(bad); /* exactly the limit is kept */
	say(bad, "y");
	expect_end(bad);
	RUN_UNTIL(door.closed == 1);
	say(good, "still here\n");
	expect(good, "still here\n");
	close(bad);
	close(good);
	listener_close(listener);
}

/* More than the limit may arrive at once, as long as it is consumed. */
static void
check_much_at_once(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial(), i;

	(void)state;
	for (i = 0; i < IN_MAX; i++)
		say(fd, "line\n");
	for (i = 0; i < IN_MAX; i++)
		expect(fd, "line\n");
	close(fd);
	listener_close(listener);
}

static void
check_refused(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();

	(void)state;
	say(fd, "first\nbad\nnever\n");
	expect(fd, "first\nbad\n");
	expect_end(fd);
	RUN_UNTIL(door.closed == 1);
	close(fd);
	listener_close(listener);
}

static void
check_half_closed(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();

	(void)state;
	say(fd, "last words\nhalf a l");
	shutdown(fd, SHUT_WR);
	expect(fd, "last words\n");
	expect_end(fd);
	RUN_UNTIL(door.closed == 1);
	close(fd);
	listener_close(listener);
}

static void
check_gone(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();

	(void)state;
	say(fd, "big 100000\n");
	close(fd);
	RUN_UNTIL(door.closed == 1);
	listener_close(listener);
}

/* --- pausing ------------------------------------------------------------------ */

static void
resume(struct door *door, const char *answer)
{
	struct stream *stream = door->paused;

	door->paused = NULL;
	strbuf_adds(stream_out(stream), answer);
	stream_flush(stream);
	stream_resume(stream);
}

static void
check_pause(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();

	(void)state;
	say(fd, "pause\nnext\n");
	RUN_UNTIL(door.paused != NULL);
	say(fd, "later\n");
	expect_nothing(fd);
	resume(&door, "answer\n");
	expect(fd, "answer\nnext\nlater\n");
	say(fd, "pause\n");
	RUN_UNTIL(door.paused != NULL);
	resume(&door, "again\n");
	expect(fd, "again\n");
	say(fd, "more\n");
	expect(fd, "more\n");
	close(fd);
	listener_close(listener);
}

static void
check_half_closed_pause(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();

	(void)state;
	say(fd, "pause\nnext\n");
	shutdown(fd, SHUT_WR);
	RUN_UNTIL(door.paused != NULL);
	expect_nothing(fd);
	resume(&door, "answer\n");
	expect(fd, "answer\nnext\n");
	expect_end(fd);
	RUN_UNTIL(door.closed == 1);
	close(fd);
	listener_close(listener);
}

static void
check_gone_pause(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();

	(void)state;
	say(fd, "pause\n");
	RUN_UNTIL(door.paused != NULL);
	close(fd);
	one_turn();
	resume(&door, "to nobody\n");
	RUN_UNTIL(door.closed == 1);
	listener_close(listener);
}

static void
check_close_while_resuming(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();
	struct stream *stream;

	(void)state;
	say(fd, "pause\nnever\n");
	RUN_UNTIL(door.paused != NULL);
	stream = door.paused;
	stream_close(stream);
	resume(&door, "too late\n");
	expect_end(fd);
	RUN_UNTIL(door.closed == 1);
	close(fd);
	listener_close(listener);
}

/* --- peers that do not read --------------------------------------------------- */

/* Send lines until the kernel takes no more; returns how many. */
static unsigned
stuff(int fd, const char *line)
{
	unsigned sent = 0, turns = 0;

	while (turns < 20) {
		if (send(fd, line, strlen(line), MSG_NOSIGNAL) ==
		    (ssize_t)strlen(line)) {
			sent++;
			turns = 0;
			continue;
		}
		assert_int_equal(errno, EAGAIN);
		one_turn();
		turns++;
	}
	return sent;
}

static void
check_backpressure(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int slow = dial(), quick = dial();
	char reply[501];
	unsigned i, sent;

	(void)state;
	sent = stuff(slow, "big 500\n");
	say(quick, "still served\n");
	expect(quick, "still served\n");
	assert_int_equal(door.closed, 0);
	for (i = 0; i < sent; i++) {
		assert_int_equal(hear(slow, reply, sizeof(reply)), sizeof(reply));
		assert_int_equal(reply[500], '\n');
	}
	expect_nothing(slow);
	say(slow, "and now\n");
	expect(slow, "and now\n");
	close(slow);
	close(quick);
	listener_close(listener);
}

static void
check_out_max(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();

	(void)state;
	say(fd, "flood\n");
	RUN_UNTIL(door.closed == 1);
	close(fd);
	listener_close(listener);
}

static void
check_close_after_output(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	size_t len = 1000 * 1000 + 1 + 4;
	char *got = xmalloc(len + 1);
	int fd = dial();

	(void)state;
	say(fd, "big 1000000\nbye\n");
	RUN_UNTIL(door.opened == 1);
	one_turn();
	one_turn();
	assert_int_equal(door.closed, 0);
	assert_int_equal(hear(fd, got, len), len);
	assert_memory_equal(got + len - 5, "\nbye\n", 5);
	expect_end(fd);
	RUN_UNTIL(door.closed == 1);
	free(got);
	close(fd);
	listener_close(listener);
}

/* --- many --------------------------------------------------------------------- */

static void
check_idle(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	struct rlimit limit;
	int *idle, fd, i;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < 2 * IDLE + 100) {
		listener_close(listener);
		skip(); /* both ends are ours */
	}
	if (limit.rlim_cur < 2 * IDLE + 100) {
		limit.rlim_cur = 2 * IDLE + 100;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	}
	idle = xcalloc(IDLE, sizeof(*idle));
	for (i = 0; i < IDLE; i++) {
		idle[i] = dial();
		if (i % 32 == 0)
			one_turn();
	}
	say(idle[IDLE / 2], "half a line");
	fd = dial();
	RUN_UNTIL(door.opened == IDLE + 1);
	say(fd, "one of many\n");
	expect(fd, "one of many\n");
	say(idle[IDLE / 2], ", whole\n");
	expect(idle[IDLE / 2], "half a line, whole\n");
	for (i = 0; i < IDLE; i++)
		close(idle[i]);
	RUN_UNTIL(door.closed == IDLE);
	say(fd, "alone\n");
	expect(fd, "alone\n");
	close(fd);
	free(idle);
	listener_close(listener);
}

static void
check_stream_max(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 2);
	int first = dial(), second = dial(), third = dial();

	(void)state;
	say(third, "me too\n");
	RUN_UNTIL(door.opened == 2);
	expect_nothing(third);
	say(first, "served\n");
	expect(first, "served\n");
	close(second);
	expect(third, "me too\n");
	assert_int_equal(door.opened, 3);
	close(first);
	close(third);
	listener_close(listener);
}

/* With no descriptor left accept fails for as long as somebody waits: that must not spin. */
static void
check_no_descriptors(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	struct rlimit before, none;
	int first = dial(), second, i;

	(void)state;
	say(first, "first\n");
	expect(first, "first\n");
	second = dial();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	accepts = 0;
	one_turn();
	assert_int_equal(accepts, 1);
	for (i = 0; i < 100; i++)
		one_turn();
	assert_true(accepts < 50); /* the odd retry may fall into these turns */
	say(first, "still served\n");
	expect(first, "still served\n");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	say(second, "at last\n");
	expect(second, "at last\n");
	close(first);
	close(second);
	listener_close(listener);
}

/* --- the socket itself -------------------------------------------------------- */

static const struct where_case {
	const char *name, *where;
	enum status want;
} where_cases[] = {
	{ "a socket without a kind is refused", "/run/x.sock", ST_SYNTAX },
	{ "an unknown kind is refused", "tcp:127.0.0.1:4711", ST_SYNTAX },
	{ "a relative path is refused", "unix:x.sock", ST_SYNTAX },
	{ "an empty path is refused", "unix:", ST_SYNTAX },
	{ "a path too long for the kernel is refused",
	    "unix:/tmp/"
	    "0123456789012345678901234567890123456789012345678901234567890123456789"
	    "0123456789012345678901234567890123456789",
	    ST_SYNTAX },
	{ "a path in a missing folder is refused", "unix:/tmp/no-such-folder.test/x",
	    ST_IO },
	{ "an address without a port is refused", "inet:127.0.0.1", ST_SYNTAX },
	{ "a port of 0 is refused", "inet:127.0.0.1:0", ST_SYNTAX },
	{ "a port out of range is refused", "inet:127.0.0.1:65536", ST_SYNTAX },
	{ "a host name is refused", "inet:localhost:4711", ST_SYNTAX },
	{ "IPv6 without brackets is refused", "inet:::1:4711", ST_SYNTAX },
	{ "IPv4 in brackets is refused", "inet:[127.0.0.1]:4711", ST_SYNTAX },
	{ "an address that is not ours is refused", "inet:192.0.2.1:4711", ST_IO },
};

static void
check_where(void **state)
{
	const struct where_case *c = *state;
	struct listen_options options = { .where = c->where, .fd = -1 };
	struct listener *listener = NULL;
	struct why why = { "" };

	assert_int_equal(
	    stream_listen(&options, &handler, NULL, &listener, &why), c->want);
	assert_null(listener);
	assert_string_not_equal(why.text, "");
}

static void
check_live(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0), *second = NULL;
	struct listen_options options = { .where = where, .fd = -1 };
	struct why why = { "" };
	int fd;

	(void)state;
	assert_int_equal(
	    stream_listen(&options, &handler, &door, &second, &why), ST_BUSY);
	assert_null(second);
	fd = dial();
	say(fd, "unharmed\n");
	expect(fd, "unharmed\n");
	close(fd);
	listener_close(listener);
}

static void
check_stale(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct door door = { 0 };
	struct listener *listener;
	int stale = socket(AF_UNIX, SOCK_STREAM, 0), fd;

	(void)state;
	memcpy(un.sun_path, path, strlen(path));
	assert_int_equal(bind(stale, (struct sockaddr *)&un, sizeof(un)), 0);
	close(stale); /* as a killed daemon leaves it */
	listener = listen_at(where, &door, 0);
	fd = dial();
	say(fd, "new\n");
	expect(fd, "new\n");
	close(fd);
	listener_close(listener);
	assert_int_equal(access(path, F_OK), -1);
}

static void
check_not_a_socket(void **state)
{
	struct listen_options options = { .where = where, .fd = -1 };
	struct listener *listener = NULL;
	struct why why;
	struct stat st;
	FILE *f = fopen(path, "w");

	(void)state;
	assert_non_null(f);
	fputs("precious", f);
	fclose(f);
	assert_int_equal(
	    stream_listen(&options, &handler, NULL, &listener, &why), ST_IO);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 8);
	unlink(path);
}

/* A new daemon has taken the path over: the old one must not remove it. */
static void
check_taken_over(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int other = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	unlink(path);
	memcpy(un.sun_path, path, strlen(path));
	assert_int_equal(bind(other, (struct sockaddr *)&un, sizeof(un)), 0);
	listener_close(listener);
	assert_int_equal(access(path, F_OK), 0);
	close(other);
	unlink(path);
}

static const struct mode_case {
	const char *name, *owner;
	mode_t mode;
	const char *want_user; /* NULL: us */
	mode_t want_mode;
	bool needs_root;
} mode_cases[] = {
	{ "everybody may connect by default", NULL, 0, NULL, 0666, false },
	{ "the mode is as configured", NULL, 0660, NULL, 0660, false },
	{ "the owner is as configured", "daemon", 0600, "daemon", 0600, true },
	{ "owner and group are as configured", "daemon:daemon", 0640, "daemon", 0640,
	    true },
	{ "a group alone leaves the user", ":daemon", 0660, NULL, 0660, true },
};

static void
check_mode(void **state)
{
	const struct mode_case *c = *state;
	struct listen_options options = {
		.where = where,
		.owner = c->owner,
		.mode = c->mode,
		.fd = -1,
	};
	struct passwd *daemon = getpwnam("daemon");
	struct listener *listener;
	struct why why;
	struct stat st;

	if (c->needs_root && geteuid() != 0)
		skip();
	assert_int_equal(
	    stream_listen(&options, &handler, NULL, &listener, &why), ST_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, c->want_mode);
	assert_int_equal(st.st_uid, c->want_user != NULL ? daemon->pw_uid : geteuid());
	if (c->owner != NULL && strchr(c->owner, ':') != NULL)
		assert_int_equal(st.st_gid, daemon->pw_gid);
	listener_close(listener);
}

static const struct owner_case {
	const char *name, *owner;
} owner_cases[] = {
	{ "an unknown user is refused", "no-such-user" },
	{ "an unknown group is refused", "daemon:no-such-group" },
	{ "an unknown group alone is refused", ":no-such-group" },
};

static void
check_owner(void **state)
{
	const struct owner_case *c = *state;
	struct listen_options options = {
		.where = where,
		.owner = c->owner,
		.fd = -1,
	};
	struct listener *listener = NULL;
	struct why why;

	assert_int_equal(
	    stream_listen(&options, &handler, NULL, &listener, &why), ST_UNKNOWN);
	assert_int_equal(access(path, F_OK), -1);
}

/* --- peers and families ------------------------------------------------------- */

static void
check_unix_peer(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int fd = dial();
	char want[32];

	(void)state;
	snprintf(want, sizeof(want), "pid %ld", (long)getpid());
	RUN_UNTIL(door.opened == 1);
	assert_string_equal(stream_peer(door.last), want);
	assert_int_equal(stream_peer_pid(door.last), getpid());
	assert_string_equal(listener_where(listener), where);
	close(fd);
	listener_close(listener);
}

static const struct inet_case {
	const char *name;
	int family;
	const char *peer, *where;
} inet_cases[] = {
	{ "IPv4 is served and named", AF_INET, "127.0.0.1:", "inet:127.0.0.1:" },
	{ "IPv6 is served and named", AF_INET6, "[::1]:", "inet:[::1]:" },
};

/* A socket of this family that listens on a port of the kernel's choice. */
static int
inherited(int family, struct sockaddr_storage *sa, socklen_t *len)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	int fd = socket(family, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in6.sin6_addr = in6addr_loopback;
	assert_int_equal(family == AF_INET
			     ? bind(fd, (struct sockaddr *)&in, sizeof(in))
			     : bind(fd, (struct sockaddr *)&in6, sizeof(in6)),
	    0);
	assert_int_equal(listen(fd, 8), 0);
	*len = sizeof(*sa);
	assert_int_equal(getsockname(fd, (struct sockaddr *)sa, len), 0);
	return fd;
}

static void
check_inet(void **state)
{
	const struct inet_case *c = *state;
	struct listen_options options = { .where = NULL };
	struct door door = { 0 };
	struct sockaddr_storage sa;
	struct listener *listener;
	struct why why;
	socklen_t len;
	char at[80];
	int fd;

	options.fd = inherited(c->family, &sa, &len);
	assert_int_equal(
	    stream_listen(&options, &handler, &door, &listener, &why), ST_OK);
	assert_memory_equal(listener_where(listener), c->where, strlen(c->where));
	snprintf(at, sizeof(at), "%s", listener_where(listener));
	listener_close(listener);

	/* The same port again, now by name. */
	listener = listen_at(at, &door, 0);
	assert_string_equal(listener_where(listener), at);
	fd = socket(c->family, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, len), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	say(fd, "hello\n");
	expect(fd, "hello\n");
	assert_memory_equal(stream_peer(door.last), c->peer, strlen(c->peer));
	assert_int_equal(stream_peer_pid(door.last), 0);
	options = (struct listen_options){ .where = at, .fd = -1 };
	assert_int_equal(
	    stream_listen(&options, &handler, &door, &listener, &why), ST_BUSY);
	close(fd);
	listener_close(listener);
}

static void
check_inherited_unix(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct listen_options options = { .where = NULL };
	struct door door = { 0 };
	struct listener *listener;
	struct why why;
	int fd;

	(void)state;
	options.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	memcpy(un.sun_path, path, strlen(path));
	assert_int_equal(bind(options.fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(options.fd, 8), 0);
	fd = dial(); /* before the daemon has started */
	say(fd, "early\n");
	assert_int_equal(
	    stream_listen(&options, &handler, &door, &listener, &why), ST_OK);
	assert_string_equal(listener_where(listener), where);
	expect(fd, "early\n");
	close(fd);
	listener_close(listener);
	assert_int_equal(access(path, F_OK), 0); /* it belongs to the manager */
	unlink(path);
}

static void
check_not_listening(void **state)
{
	struct listen_options options = { .where = NULL };
	struct listener *listener = NULL;
	struct why why;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	options.fd = fds[0];
	assert_int_equal(
	    stream_listen(&options, &handler, NULL, &listener, &why), ST_IO);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(pipe(fds), 0);
	options.fd = fds[0];
	assert_int_equal(
	    stream_listen(&options, &handler, NULL, &listener, &why), ST_IO);
	close(fds[0]);
	close(fds[1]);
}

static void
check_listener_close(void **state)
{
	struct door door = { 0 };
	struct listener *listener = listen_at(where, &door, 0);
	int idle = dial(), paused = dial(), slow = dial(), dying = dial();

	(void)state;
	say(paused, "pause\n");
	say(slow, "big 1000000\n");
	RUN_UNTIL(door.opened == 4 && door.paused != NULL);
	stream_resume(door.paused);
	say(dying, "bad\n");
	expect(dying, "bad\n"); /* its end is only deferred yet */
	listener_close(listener);
	assert_int_equal(door.closed, 4);
	one_turn();
	expect_end(idle);
	expect_end(paused);
	close(idle);
	close(paused);
	close(slow);
	close(dying);
}

static void
check_listener_stop(void **state)
{
	struct door door = { 0 }, next = { 0 };
	struct listener *listener = listen_at(where, &door, 0), *successor;
	int old = dial(), new;

	(void)state;
	say(old, "before\n");
	expect(old, "before\n");
	listener_stop(listener);
	listener_stop(listener); /* once is enough, twice no harm */
	successor = listen_at(where, &next, 0);
	new = dial();
	say(old, "after\n");
	expect(old, "after\n");
	say(new, "to the next\n");
	expect(new, "to the next\n");
	assert_int_equal(next.opened, 1);
	close(old);
	RUN_UNTIL(door.closed == 1);
	listener_close(listener);
	say(new, "still\n");
	expect(new, "still\n");
	close(new);
	listener_close(successor);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("requests whole, together and in pieces", check_requests),
		CASE("a request costs one read and one write, several together too",
		    check_calls),
		CASE("a peer with too much unconsumed input is dropped, others not",
		    check_oversize),
		CASE("much input at once is fine when it is consumed",
		    check_much_at_once),
		CASE("a refused peer still gets what was answered before",
		    check_refused),
		CASE("a half-closed peer gets its replies", check_half_closed),
		CASE("a peer that is gone is cleaned up", check_gone),
		CASE(
		    "a paused stream offers no input until it is resumed", check_pause),
		CASE("a peer half-closed during a pause gets its replies",
		    check_half_closed_pause),
		CASE("a peer gone during a pause is cleaned up", check_gone_pause),
		CASE("a stream may be closed while it resumes",
		    check_close_while_resuming),
		CASE("who does not read is not read from, and loses nothing",
		    check_backpressure),
		CASE("who lets too much output wait is dropped", check_out_max),
		CASE("what was written before the close arrives",
		    check_close_after_output),
		CASE("2,000 idle connections do not disturb another", check_idle),
		CASE("connections above the limit wait their turn", check_stream_max),
		CASE("without descriptors others are served, and the waiting later",
		    check_no_descriptors),
		CASES(check_where, where_cases),
		CASE("a socket that is served is not taken", check_live),
		CASE("a stale socket is replaced, and removed at the end", check_stale),
		CASE("a file in the way is left alone", check_not_a_socket),
		CASE("a path that another has taken over stays", check_taken_over),
		CASES(check_mode, mode_cases),
		CASES(check_owner, owner_cases),
		CASE("a local peer is known by its process", check_unix_peer),
		CASES(check_inet, inet_cases),
		CASE("an inherited unix socket is used and left behind",
		    check_inherited_unix),
		CASE("a descriptor that does not listen is refused",
		    check_not_listening),
		CASE("closing a listener closes its streams", check_listener_close),
		CASE("a stopped listener gives its address away, its streams go on",
		    check_listener_stop),
	};
	int failed;

	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(where, sizeof(where), "unix:%s", path);
	failed = cases_run_in_loop("stream", tables, COUNT_OF(tables));
	rmdir(folder);
	return failed;
}
