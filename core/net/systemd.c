/* SPDX-License-Identifier: ISC */
#include "net/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/number.h"

#define FIRST_FD 3    /* SD_LISTEN_FDS_START */
#define FDS_MAX  1024 /* more is a mistake in the unit */

/* The number in this variable; false without the variable or a number. */
static bool
get_number(const char *variable, uint64_t max, uint64_t *out)
{
	const char *text = getenv(variable);

	return text != NULL && number_parse(text, strlen(text), max, out) == ST_OK;
}

/* These variables are inherited by everything the addressee starts, so they name him. */
static bool
is_for_us(const char *variable)
{
	uint64_t pid;

	return get_number(variable, INT32_MAX, &pid) && (pid_t)pid == getpid();
}

int
systemd_listen_fds(void)
{
	uint64_t count = 0, i;

	if (!is_for_us("LISTEN_PID") || !get_number("LISTEN_FDS", FDS_MAX, &count))
		count = 0;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	for (i = 0; i < count; i++)
		if (fcntl(FIRST_FD + (int)i, F_SETFD, FD_CLOEXEC) == -1) {
			log_warn("systemd: sockets=%d announced=%d reason=\"%s\"",
			    (int)i, (int)count, strerror(errno));
			return (int)i;
		}
	return (int)count;
}

/* A path, or "@name" for Linux's abstract names; 0 when it is neither. */
static socklen_t
notify_address(struct sockaddr_un *un)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path != NULL ? strlen(path) : 0;

	if (len < 2 || len >= sizeof(un->sun_path) ||
	    (path[0] != '/' && path[0] != '@'))
		return 0;
	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(un->sun_path, path, len);
	if (path[0] == '@')
		un->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

void
systemd_notify(const char *state)
{
	struct sockaddr_un un;
	socklen_t len = notify_address(&un);
	int fd;

	if (len == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || sendto(fd, state, strlen(state), MSG_NOSIGNAL,
			    (const struct sockaddr *)&un, len) == -1)
		log_warn("systemd: notify=failed state=\"%s\" reason=\"%s\"", state,
		    strerror(errno));
	if (fd != -1)
		close(fd);
}

int64_t
systemd_watchdog_ms(void)
{
	uint64_t us;

	if (getenv("WATCHDOG_PID") != NULL && !is_for_us("WATCHDOG_PID"))
		return 0;
	if (!get_number("WATCHDOG_USEC", INT64_MAX, &us) || us == 0)
		return 0;
	return us < 2000 ? 1 : (int64_t)(us / 2000);
}
