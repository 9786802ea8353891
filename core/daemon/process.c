/* SPDX-License-Identifier: ISC */
#include "daemon/process.h"

#include <errno.h>
#include <fcntl.h>
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

void
process_want_files(uint64_t wanted)
{
	struct rlimit limit, hard;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted;
	hard = limit;
	if (hard.rlim_max < wanted)
		hard.rlim_max = wanted;
	/* Root may go beyond the hard limit, others up to it. */
	if (setrlimit(RLIMIT_NOFILE, &hard) == 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	log_info("hopseald: open-files=%llu wanted=%llu effect=\"connections beyond "
		 "it wait\"",
	    (unsigned long long)limit.rlim_cur, (unsigned long long)wanted);
}

enum status
process_write_pid(const char *path, struct why *why)
{
	int fd;

	if (path[0] == '\0')
		return ST_OK;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd == -1 || dprintf(fd, "%ld\n", (long)getpid()) < 0) {
		why_set(why, "[daemon] pid-file: %s: %s", path, strerror(errno));
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
	/* In a folder that is not ours it stays; its number then names no hopseald. */
	if (path[0] != '\0' && unlink(path) == -1)
		log_debug(
		    "hopseald: pid-file=%s remains=\"%s\"", path, strerror(errno));
}
