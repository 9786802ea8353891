/*
 * core/client: whatever the daemon does, the caller gets an outcome before its deadline and keeps its process.
 * SPDX-License-Identifier: ISC
 *
 * A child process plays the daemon.  The alarm is only a net: a call that never returned would end this program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "client/client.h"
#include "client/exchange.h"

#define TEXT_MAX 1000
#define LONG_MS  20000             /* never reached when all is well */
#define SHORT_MS 150               /* where waiting is what is shown */
#define BIG_KEY  (4 * 1024 * 1024) /* more than any socket's buffer */
#define ALARM_S  60

static char folder[] = "/tmp/hopseal-client-XXXXXX";
static char path[64], where[80];

/* What the child does with the one connection that it takes. */
enum manner {
	ANSWERS,       /* reads the request, sends the reply, waits for the end */
	ECHOES,        /* replies "OK " and the request's payload */
	ANSWERS_BYTES, /* as ANSWERS, one byte at a time */
	DRIPS,         /* sends the reply, then a byte now and then for ever */
	CUTS,          /* sends the reply and closes */
	HANGS,         /* reads, says nothing */
	IS_DEAF,       /* does not even read */
	CLOSES,        /* closes without a look at the request */
};

static int
listen_unix(int backlog)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(path);
	memcpy(un.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static void
read_request(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	memset(buf, 0, size);
	while (len + 1 < size && (len == 0 || buf[len - 1] != ',')) {
		n = read(fd, buf + len, size - 1 - len);
		if (n <= 0)
			_exit(1);
		len += (size_t)n;
	}
}

static void
put(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			_exit(0);
		bytes += n;
		len -= (size_t)n;
	}
}

static void
put_slowly(int fd, const char *bytes, size_t len)
{
	for (; len > 0; len--) {
		put(fd, bytes++, 1);
		usleep(1000);
	}
}

static void
echo(int fd, const char *request)
{
	const char *payload = strchr(request, ':') + 1;
	char reply[400];
	int len = (int)strlen(payload) - 1; /* without the comma */

	snprintf(reply, sizeof(reply), "%d:OK %.*s,", len + 3, len, payload);
	put(fd, reply, strlen(reply));
}

static void
wait_for_end(int fd)
{
	char buf[4096];

	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

static void
serve(int fd, enum manner manner, const char *reply)
{
	char request[300];

	if (manner == CLOSES)
		return;
	if (manner == IS_DEAF)
		pause();
	read_request(fd, request, sizeof(request));
	switch (manner) {
	case ANSWERS:
	case CUTS:
		put(fd, reply, strlen(reply));
		break;
	case ECHOES:
		echo(fd, request);
		break;
	case ANSWERS_BYTES:
		put_slowly(fd, reply, strlen(reply));
		break;
	case DRIPS:
		put(fd, reply, strlen(reply));
		for (;;)
			put_slowly(fd, "x", 1);
	case HANGS:
	case IS_DEAF:
	case CLOSES:
		break;
	}
	if (manner != CUTS)
		wait_for_end(fd);
}

static pid_t
start_daemon(int listener, enum manner manner, const char *reply)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = accept(listener, NULL, NULL);

		serve(fd, manner, reply);
		_exit(0);
	}
	close(listener);
	return pid;
}

static void
end_daemon(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int
open_descriptors(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			n++;
	return n;
}

struct answer_case {
	const char *name;
	enum manner manner;
	const char *reply;
	enum client_outcome want;
	const char *text; /* of the reply; NULL: none */
	const char *why;  /* part of it; NULL: not looked at */
};

static const struct answer_case answer_cases[] = {
	{ "OK with text", ANSWERS, "13:OK secure x=y,", CLIENT_FOUND, "secure x=y",
	    NULL },
	{ "request as Postfix sends it", ECHOES, "", CLIENT_FOUND, "json example.org",
	    NULL },
	{ "NOTFOUND with blank", ANSWERS, "9:NOTFOUND ,", CLIENT_NONE, NULL, NULL },
	{ "NOTFOUND bare", ANSWERS, "8:NOTFOUND,", CLIENT_NONE, NULL, NULL },
	{ "TEMP", ANSWERS, "12:TEMP no luck,", CLIENT_RETRY, "no luck", NULL },
	{ "PERM", ANSWERS, "8:PERM bad,", CLIENT_PERM, "bad", NULL },
	{ "reply byte by byte", ANSWERS_BYTES, "6:OK abc,", CLIENT_FOUND, "abc", NULL },
	{ "text with commas and colons", ANSWERS, "10:OK 1:a,,b,,", CLIENT_FOUND,
	    "1:a,,b,", NULL },
	{ "unknown word", ANSWERS, "12:WHAT is this,", CLIENT_DOWN, NULL, "no word" },
	{ "garbage", ANSWERS, "HTTP/1.1 400 Bad Request\r\n", CLIENT_DOWN, NULL,
	    "netstring" },
	{ "no comma at the end", ANSWERS, "6:OK abc;", CLIENT_DOWN, NULL, "netstring" },
	{ "more than wanted", ANSWERS, "1001:OK ", CLIENT_DOWN, NULL, "too big" },
	{ "far more than wanted", ANSWERS, "99999999999999999999:", CLIENT_DOWN, NULL,
	    "" },
	{ "half a reply", CUTS, "20:OK se", CLIENT_DOWN, NULL, "middle of a reply" },
	{ "no reply", CUTS, "", CLIENT_DOWN, NULL, "without a reply" },
	{ "closed at once", CLOSES, "", CLIENT_DOWN, NULL, "" },
	{ "hanging", HANGS, "", CLIENT_DOWN, NULL, "no reply in time" },
	{ "dripping", DRIPS, "1000:OK ", CLIENT_DOWN, NULL, "no reply in time" },
};

static bool
is_waiting(enum manner manner)
{
	return manner == HANGS || manner == DRIPS || manner == IS_DEAF;
}

static void
check_why(const struct why *why, const char *place, const char *part)
{
	if (strncmp(why->text, place, strlen(place)) != 0 ||
	    strstr(why->text, part) == NULL)
		fail_msg("why is \"%s\", want \"%s: ... %s\"", why->text, place, part);
}

static void
check_answer(void **state)
{
	const struct answer_case *c = *state;
	int deadline_ms = is_waiting(c->manner) ? SHORT_MS : LONG_MS, before;
	struct why why = { "" };
	enum client_outcome outcome;
	char *text;
	size_t len;
	pid_t pid;

	pid = start_daemon(listen_unix(5), c->manner, c->reply);
	before = open_descriptors();
	outcome = client_ask(
	    where, "json", "example.org", deadline_ms, TEXT_MAX, &text, &len, &why);
	assert_int_equal(open_descriptors(), before);
	end_daemon(pid);
	assert_int_equal(outcome, c->want);
	if (c->text != NULL) {
		assert_string_equal(text, c->text);
		assert_int_equal(len, strlen(c->text));
	} else {
		assert_null(text);
	}
	if (outcome == CLIENT_DOWN)
		check_why(&why, where, c->why);
	free(text);
}

/* A request that no buffer holds. */
static enum client_outcome
ask_big(enum manner manner, int deadline_ms, struct why *why)
{
	char *key = malloc(BIG_KEY + 1), *text;
	pid_t pid = start_daemon(listen_unix(5), manner, "");
	enum client_outcome outcome;
	size_t len;

	memset(key, 'k', BIG_KEY);
	key[BIG_KEY] = '\0';
	outcome =
	    client_ask(where, "event", key, deadline_ms, TEXT_MAX, &text, &len, why);
	assert_null(text);
	end_daemon(pid);
	free(key);
	return outcome;
}

static void
check_deaf(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(ask_big(IS_DEAF, SHORT_MS, &why), CLIENT_DOWN);
	assert_non_null(strstr(why.text, "no reply in time"));
}

static void
check_closing(void **state)
{
	struct why why;

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(ask_big(CLOSES, LONG_MS, &why), CLIENT_DOWN);
	assert_string_not_equal(why.text, "");
}

/* A signal of the host process does not end the wait early. */
static void
on_alarm(int signo)
{
	(void)signo;
}

static void
check_signal(void **state)
{
	struct sigaction action = { .sa_handler = on_alarm };
	pid_t pid, disturber;
	char *text;
	size_t len;

	(void)state;
	sigaction(SIGUSR1, &action, NULL);
	pid = start_daemon(listen_unix(5), ANSWERS_BYTES,
	    "43:OK 0123456789012345678901234567890123456789,");
	disturber = fork();
	if (disturber == 0)
		for (;;) {
			if (kill(getppid(), SIGUSR1) == -1)
				_exit(0);
			usleep(3000);
		}
	assert_int_equal(client_ask(where, "json", "example.org", LONG_MS, TEXT_MAX,
			     &text, &len, NULL),
	    CLIENT_FOUND);
	assert_int_equal(len, 40);
	free(text);
	end_daemon(disturber);
	end_daemon(pid);
	signal(SIGUSR1, SIG_DFL);
}

/* Nobody takes connections: poll(2) cannot wait for that on a unix socket. */
static void
check_backlog(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int listener = listen_unix(0), fds[16], n = 0, i;
	struct why why;
	char *text;
	size_t len;

	(void)state;
	memcpy(un.sun_path, path, strlen(path) + 1);
	for (;;) {
		assert_in_range(n, 0, 15);
		fds[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(fds[n++], (struct sockaddr *)&un, sizeof(un)) == -1)
			break;
	}
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(client_ask(where, "json", "example.org", SHORT_MS, TEXT_MAX,
			     &text, &len, &why),
	    CLIENT_DOWN);
	assert_non_null(strstr(why.text, "too busy"));
	for (i = 0; i < n; i++)
		close(fds[i]);
	close(listener);
}

static int
listen_inet(int family, uint16_t *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_addr = in6addr_loopback };
	bool is_v6 = family == AF_INET6;
	struct sockaddr *sa = is_v6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in;
	socklen_t len = is_v6 ? sizeof(in6) : sizeof(in);
	int fd = socket(family, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, sa, len) == -1) {
		close(fd);
		return -1;
	}
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, sa, &len), 0);
	*port = ntohs(is_v6 ? in6.sin6_port : in.sin_port);
	return fd;
}

static void
ask_inet(int listener, const char *address, uint16_t port)
{
	char inet[80], *text;
	struct why why = { "" };
	enum client_outcome outcome;
	size_t len;
	pid_t pid = start_daemon(listener, ANSWERS, "6:OK abc,");

	snprintf(inet, sizeof(inet), "inet:%s:%u", address, port);
	outcome = client_ask(
	    inet, "json", "example.org", LONG_MS, TEXT_MAX, &text, &len, &why);
	end_daemon(pid);
	assert_string_equal(why.text, "");
	assert_int_equal(outcome, CLIENT_FOUND);
	assert_string_equal(text, "abc");
	free(text);
	outcome = client_ask(
	    inet, "json", "example.org", LONG_MS, TEXT_MAX, &text, &len, &why);
	assert_int_equal(outcome, CLIENT_DOWN);
	assert_non_null(strstr(why.text, "refused"));
}

static void
check_ipv4(void **state)
{
	uint16_t port;
	int fd = listen_inet(AF_INET, &port);

	(void)state;
	assert_int_not_equal(fd, -1);
	ask_inet(fd, "127.0.0.1", port);
}

/* A machine without IPv6 still shows that the place is understood: nobody is there. */
static void
check_ipv6(void **state)
{
	uint16_t port;
	int fd = listen_inet(AF_INET6, &port);
	struct why why;
	size_t len;
	char *text;

	(void)state;
	if (fd != -1) {
		ask_inet(fd, "[::1]", port);
		return;
	}
	assert_int_equal(client_ask("inet:[::1]:9", "json", "example.org", LONG_MS,
			     TEXT_MAX, &text, &len, &why),
	    CLIENT_DOWN);
	assert_null(strstr(why.text, "not ADDRESS:PORT"));
}

static const struct where_case {
	const char *name, *where, *why;
} where_cases[] = {
	{ "no socket there", "unix:/nonexistent/hopseal", "No such file or directory" },
	{ "no path", "unix:", "path is empty" },
	{ "a path longer than the system takes",
	    "unix:/0123456789012345678901234567890123456789012345678901234567890123456789"
	    "0123456789012345678901234567890123456789",
	    "too long" },
	{ "a bare path", "/run/hopseal/policy", "neither" },
	{ "another scheme", "tcp:127.0.0.1:25", "neither" },
	{ "nothing", "", "neither" },
	{ "no port", "inet:127.0.0.1", "not ADDRESS:PORT" },
	{ "an empty port", "inet:127.0.0.1:", "not ADDRESS:PORT" },
	{ "a port too great", "inet:127.0.0.1:65536", "not ADDRESS:PORT" },
	{ "a port below zero", "inet:127.0.0.1:-1", "not ADDRESS:PORT" },
	{ "a name in place of an address", "inet:localhost:25", "not ADDRESS:PORT" },
	{ "a bracket that stays open", "inet:[::1:25", "not ADDRESS:PORT" },
	{ "empty brackets", "inet:[]:25", "not ADDRESS:PORT" },
};

static void
check_where(void **state)
{
	const struct where_case *c = *state;
	struct why why = { "" };
	size_t len;
	char *text;

	assert_int_equal(client_ask(c->where, "json", "example.org", LONG_MS, TEXT_MAX,
			     &text, &len, &why),
	    CLIENT_DOWN);
	assert_null(text);
	check_why(&why, c->where, c->why);
}

/* The control socket's frame: any payload, NUL bytes too, up to and with reply_max. */
static void
check_exchange(void **state)
{
	pid_t pid = start_daemon(listen_unix(5), ANSWERS, "10:0123456789,");
	char *reply;
	size_t len;

	(void)state;
	assert_int_equal(
	    exchange_run(where, "6:status,", 9, LONG_MS, 10, &reply, &len, NULL),
	    ST_OK);
	end_daemon(pid);
	assert_int_equal(len, 10);
	assert_string_equal(reply, "0123456789");
	free(reply);
	pid = start_daemon(listen_unix(5), ANSWERS, "10:0123456789,");
	assert_int_equal(
	    exchange_run(where, "6:status,", 9, LONG_MS, 9, &reply, &len, NULL),
	    ST_TOO_BIG);
	end_daemon(pid);
	assert_null(reply);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_answer, answer_cases),
		CASES(check_where, where_cases),
		CASE("a daemon that does not read costs no more than the deadline",
		    check_deaf),
		CASE("a daemon that closes under the request raises no signal",
		    check_closing),
		CASE("a signal does not end the wait", check_signal),
		CASE("a full backlog costs no more than the deadline", check_backlog),
		CASE("over IPv4", check_ipv4),
		CASE("over IPv6", check_ipv6),
		CASE("an exchange gives the payload as it is", check_exchange),
	};
	int failed;

	alarm(ALARM_S);
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(where, sizeof(where), "unix:%s", path);
	failed = cases_run("client", tables, COUNT_OF(tables));
	unlink(path);
	rmdir(folder);
	return failed;
}
