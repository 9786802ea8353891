/* SPDX-License-Identifier: ISC */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* The functions below return 0, or an errno: none that comes later, as of close(2), hides the first. */

static int
write_all(int fd, const struct strbuf *text)
{
	size_t done = 0;
	ssize_t n;

	while (done < text->len) {
		n = write(fd, text->data + done, text->len - done);
		if (n == -1 && errno != EINTR)
			return errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int
fill(int fd, mode_t mode, const struct strbuf *text)
{
	int rc = write_all(fd, text);

	if (rc == 0 && (fchmod(fd, mode) == -1 || fsync(fd) == -1))
		rc = errno;
	if (close(fd) == -1 && rc == 0)
		rc = errno;
	return rc;
}

static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL   ? xstrdup(".")
		       : slash == path ? xstrdup("/")
				       : xmemdup(path, (size_t)(slash - path));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd == -1 || fsync(fd) == -1 ? errno : 0;

	if (fd != -1)
		close(fd);
	free(folder);
	return rc;
}

/* flock(2) waits without a limit: asked again and again. */
#define LOCK_PAUSE_MS 50

int
file_lock(int fd, int wait_ms)
{
	while (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EINTR && (errno != EWOULDBLOCK || wait_ms <= 0))
			return errno;
		usleep(LOCK_PAUSE_MS * 1000);
		wait_ms -= LOCK_PAUSE_MS;
	}
	return 0;
}

int
file_replace(const char *path, mode_t mode, const struct strbuf *text)
{
	struct strbuf beside = STRBUF_INIT;
	int fd, rc;

	strbuf_addf(&beside, "%s.XXXXXX", path);
	fd = mkostemp(beside.data, O_CLOEXEC);
	rc = fd == -1 ? errno : fill(fd, mode, text);
	if (rc == 0 && rename(beside.data, path) == -1)
		rc = errno;
	if (rc == 0)
		rc = sync_folder(path);
	else if (fd != -1)
		(void)unlink(beside.data);
	strbuf_clear(&beside);
	return rc;
}
