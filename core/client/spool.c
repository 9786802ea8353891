/* SPDX-License-Identifier: ISC */
#include "client/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "wire/spool_file.h"

#define LOCK_PAUSE_MS 10
#define FILE_MODE     0660
#define HEAD_MAX      24 /* a line end, a length, a colon, NUL */

/* A file that is being appended to. */
struct spool {
	const char *path;
	int fd;
	struct stat st;
	struct why *why;
};

static enum status
fault(const struct spool *s, enum status rc, const char *text)
{
	why_set(s->why, "%s: %s", s->path, text);
	return rc;
}

static enum status
fault_errno(const struct spool *s)
{
	return fault(s, ST_IO, strerror(errno));
}

static enum status
lock(struct spool *s)
{
	int waited_ms;

	for (waited_ms = 0; flock(s->fd, LOCK_EX | LOCK_NB) == -1;) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return fault_errno(s);
		if (waited_ms >= SPOOL_LOCK_MS)
			return fault(s, ST_BUSY, "locked for too long");
		poll(NULL, 0, LOCK_PAUSE_MS);
		waited_ms += LOCK_PAUSE_MS;
	}
	return ST_OK;
}

/* The reader may have renamed it while we waited for the lock. */
static bool
is_still_there(const struct spool *s)
{
	struct stat now;

	return lstat(s->path, &now) == 0 && now.st_dev == s->st.st_dev &&
	       now.st_ino == s->st.st_ino;
}

/* -1: it cannot be found out. */
static int
stat_folder(const struct spool *s, struct stat *out)
{
	const char *slash = strrchr(s->path, '/');
	char folder[PATH_MAX];
	int len = slash != NULL ? (int)(slash - s->path) + 1 : 0;

	if (len >= (int)sizeof(folder))
		return -1;
	snprintf(folder, sizeof(folder), "%.*s.", len, s->path);
	return stat(folder, out);
}

/*
 * A new file is for all who write to its folder.  An MTA's umask would keep the daemon out, and a file that belongs to
 * root those of its processes that are not.
 */
static void
share(const struct spool *s)
{
	struct stat folder;
	bool is_root = geteuid() == 0;

	if (stat_folder(s, &folder) == 0)
		(void)!fchown(
		    s->fd, is_root ? folder.st_uid : (uid_t)-1, folder.st_gid);
	(void)!fchmod(s->fd, FILE_MODE);
}

static enum status
open_locked(struct spool *s)
{
	enum status rc;

	s->fd = open(s->path,
	    O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	    FILE_MODE);
	if (s->fd == -1)
		return fault_errno(s);
	rc = lock(s);
	if (rc != ST_OK)
		return rc;
	if (fstat(s->fd, &s->st) == -1)
		return fault_errno(s);
	if (!S_ISREG(s->st.st_mode))
		return fault(s, ST_IO, "not a regular file");
	if (s->st.st_nlink > 1)
		return fault(s, ST_IO, "has another name, too");
	if (s->st.st_size == 0 && s->st.st_uid == geteuid())
		share(s);
	return ST_OK;
}

/* A writer before us was cut off. */
static bool
is_torn(const struct spool *s)
{
	char last = '\n';

	return s->st.st_size > 0 &&
	       (pread(s->fd, &last, 1, s->st.st_size - 1) != 1 || last != '\n');
}

/* What cannot be written in one go is taken back. */
static enum status
append(const struct spool *s, const char *json, size_t len)
{
	char head[HEAD_MAX];
	struct iovec parts[] = {
		{ head, (size_t)snprintf(head, sizeof(head),
			    "%s%zu:", is_torn(s) ? "\n" : "", len) },
		{ (void *)(uintptr_t)json, len },
		{ (char[]){ SPOOL_RECORD_END }, strlen(SPOOL_RECORD_END) },
	};
	size_t total = parts[0].iov_len + len + parts[2].iov_len;
	ssize_t n;

	if ((uintmax_t)s->st.st_size + total > SPOOL_BYTES_MAX)
		return fault(s, ST_TOO_BIG, "full");
	n = writev(s->fd, parts, COUNT_OF(parts));
	if (n >= 0 && (size_t)n == total)
		return ST_OK;
	if (n >= 0)
		errno = ENOSPC;
	fault_errno(s);
	if (n > 0)
		(void)!ftruncate(s->fd, s->st.st_size);
	return ST_IO;
}

enum status
spool_append(const char *path, const char *json, size_t len, struct why *why)
{
	struct spool s = { .path = path, .why = why };
	enum status rc;

	for (;;) {
		rc = open_locked(&s);
		if (rc != ST_OK || is_still_there(&s))
			break;
		close(s.fd);
	}
	if (rc == ST_OK)
		rc = append(&s, json, len);
	if (s.fd != -1)
		close(s.fd);
	return rc;
}
