/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cases.h"
#include "net/systemd.h"

static void
set_number(const char *variable, long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", number);
	setenv(variable, text, 1);
}

static void
check_no_manager(void **state)
{
	(void)state;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(systemd_listen_fds(), 0);
	assert_int_equal(systemd_watchdog_ms(), 0);
	systemd_notify("READY=1");
}

/* Two descriptors at 3 and 4, whatever the test runner keeps there. */
static void
check_sockets(void **state)
{
	int kept[2], fds[2], i;

	(void)state;
	for (i = 0; i < 2; i++)
		kept[i] = fcntl(3 + i, F_DUPFD, 100);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_not_equal(dup2(fds[0], 3), -1);
	assert_int_not_equal(dup2(fds[1], 4), -1);
	set_number("LISTEN_PID", getpid());
	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_FDNAMES", "a:b", 1);
	assert_int_equal(systemd_listen_fds(), 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(fcntl(3 + i, F_GETFD), FD_CLOEXEC);
		if (kept[i] != -1) {
			dup2(kept[i], 3 + i);
			close(kept[i]);
		} else if (fds[0] != 3 + i && fds[1] != 3 + i) {
			close(3 + i);
		}
	}
	assert_null(getenv("LISTEN_PID"));
	assert_null(getenv("LISTEN_FDS"));
	assert_null(getenv("LISTEN_FDNAMES"));
	assert_int_equal(systemd_listen_fds(), 0);
}

static const struct listen_case {
	const char *name, *fds;
	long pid_more;
	int want;
} listen_cases[] = {
	{ "sockets for another process are not ours", "1", 1, 0 },
	{ "a count that is no number is none", "two", 0, 0 },
	{ "a negative count is none", "-1", 0, 0 },
	{ "an absurd count is none", "99999999", 0, 0 },
};

static void
check_listen(void **state)
{
	const struct listen_case *c = *state;

	set_number("LISTEN_PID", getpid() + c->pid_more);
	setenv("LISTEN_FDS", c->fds, 1);
	assert_int_equal(systemd_listen_fds(), c->want);
	assert_null(getenv("LISTEN_FDS"));
}

static int
bound_socket(struct sockaddr_un *un, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)un, len), 0);
	return fd;
}

static void
expect_message(int fd, const char *want)
{
	char got[64] = "";

	assert_int_equal(
	    recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT), (ssize_t)strlen(want));
	assert_string_equal(got, want);
}

static void
check_notify_path(void **state)
{
	char folder[] = "/tmp/test_systemd.XXXXXX";
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/notify", folder);
	fd = bound_socket(&un, sizeof(un));
	setenv("NOTIFY_SOCKET", un.sun_path, 1);
	systemd_notify("READY=1");
	expect_message(fd, "READY=1");
	systemd_notify("STATUS=8 policies");
	expect_message(fd, "STATUS=8 policies");
	close(fd);
	systemd_notify("STOPPING=1"); /* nobody listens any more: no harm */
	unlink(un.sun_path);
	rmdir(folder);
}

static void
check_notify_abstract(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char name[64];
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "@test_systemd.%ld", (long)getpid());
	memcpy(un.sun_path + 1, name + 1, strlen(name) - 1);
	fd = bound_socket(
	    &un, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name)));
	setenv("NOTIFY_SOCKET", name, 1);
	systemd_notify("WATCHDOG=1");
	expect_message(fd, "WATCHDOG=1");
	close(fd);
}

static const struct watchdog_case {
	const char *name, *us;
	long pid_more; /* -1: no WATCHDOG_PID */
	int64_t want_ms;
} watchdog_cases[] = {
	{ "the watchdog is fed twice in its time", "30000000", 0, 15000 },
	{ "a watchdog without a process is ours", "30000000", -1, 15000 },
	{ "another process's watchdog is not ours", "30000000", 1, 0 },
	{ "a very short time is not never", "100", 0, 1 },
	{ "zero is no watchdog", "0", 0, 0 },
	{ "no number is no watchdog", "30s", 0, 0 },
};

static void
check_watchdog(void **state)
{
	const struct watchdog_case *c = *state;

	setenv("WATCHDOG_USEC", c->us, 1);
	if (c->pid_more >= 0)
		set_number("WATCHDOG_PID", getpid() + c->pid_more);
	else
		unsetenv("WATCHDOG_PID");
	assert_int_equal(systemd_watchdog_ms(), c->want_ms);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("without a manager nothing happens", check_no_manager),
		CASE("sockets are taken once and closed on exec", check_sockets),
		CASES(check_listen, listen_cases),
		CASE("notifications reach a path", check_notify_path),
		CASE("notifications reach an abstract name", check_notify_abstract),
		CASES(check_watchdog, watchdog_cases),
	};

	return cases_run("systemd", tables, COUNT_OF(tables));
}
