/* SPDX-License-Identifier: ISC */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <unistd.h>

#include "base/log.h"

void
process_fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

enum status
process_assume(const char *user, uid_t uid, gid_t gid, struct why *why)
{
	if (initgroups(user, gid) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1) {
		why_set(why, "cannot become \"%s\": %s", user, strerror(errno));
		return ST_LIBRARY;
	}
	/* What cannot be: but if it could, everything after this would be wrong. */
	if (uid != 0 && setresuid(0, 0, 0) != -1) {
		why_set(why, "root was not dropped for good");
		return ST_LIBRARY;
	}
	return ST_OK;
}

enum status
process_write_pid(const char *path, struct why *why)
{
	return process_write_child(path, getpid(), why);
}

enum status
process_write_child(const char *path, pid_t child, struct why *why)
{
	int fd;

	if (path[0] == '\0')
		return ST_OK;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd == -1 || dprintf(fd, "%ld\n", (long)child) < 0) {
		why_set(why, "pid-file %s: %s", path, strerror(errno));
		if (fd != -1)
			close(fd);
		return ST_IO;
	}
	close(fd);
	return ST_OK;
}

void
process_remove_pid(const char *path)
{
	if (path[0] != '\0' && unlink(path) == -1)
		log_debug("end: pid-file=%s remains=\"%s\"", path, strerror(errno));
}
