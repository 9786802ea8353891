/* SPDX-License-Identifier: ISC */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
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

uint64_t
process_want_files(uint64_t wanted)
{
	struct rlimit limit, hard;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= wanted)
		return wanted;
	limit.rlim_cur = wanted;
	hard = limit;
	if (hard.rlim_max < wanted)
		hard.rlim_max = wanted;
	/* Root may go beyond the hard limit, others up to it. */
	if (setrlimit(RLIMIT_NOFILE, &hard) == 0)
		return wanted;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : wanted;
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
