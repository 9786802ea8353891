/* SPDX-License-Identifier: ISC */
#include "cli/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "config/paths.h"
#include "show/complain.h"

/* Longer than others take to read and write it. */
#define LOCK_WAIT_MS 60000

/* --- where it is ------------------------------------------------------------------------------------ */

/* Beside hopseald's own folder: if root made that one, hopseald's user could not have it. */
#define ROOT_FOLDER HOPSEAL_STATEDIR "-publish"

/* NULL: a user without a home. */
static char *
usual_path(const char *name)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct strbuf path = STRBUF_INIT;

	if (geteuid() == 0)
		strbuf_addf(&path, ROOT_FOLDER "/%s", name);
	else if (state != NULL && state[0] == '/')
		strbuf_addf(&path, "%s/hopseal/%s", state, name);
	else if (home != NULL && home[0] == '/')
		strbuf_addf(&path, "%s/.local/state/hopseal/%s", home, name);
	return path.len > 0 ? strbuf_take(&path) : NULL;
}

/* The folders above it, as far as they are missing; what cannot be made is found out when the file is. */
static void
make_folders(char *path)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
}

static int
open_lock(const char *path)
{
	struct strbuf name = STRBUF_INIT;
	int fd, rc;

	strbuf_addf(&name, "%s.lock", path);
	fd = open(strbuf_str(&name),
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	rc = fd == -1 ? errno : file_lock(fd, LOCK_WAIT_MS);
	if (rc != 0) {
		complain("%s: %s", strbuf_str(&name),
		    rc == EWOULDBLOCK ? "another run does not end; fuser(1) tells which"
				      : strerror(rc));
		if (fd != -1)
			close(fd);
		fd = -1;
	}
	strbuf_clear(&name);
	return fd;
}

bool
memory_file_open(const char *path, const char *name, struct memory_file *out)
{
	*out = (struct memory_file){ .lock = -1 };
	out->path = path != NULL ? xstrdup(path) : usual_path(name);
	if (out->path == NULL) {
		complain("HOME is not set; say where to remember: --state FILE");
		return false;
	}
	if (path == NULL)
		make_folders(out->path);
	out->lock = open_lock(out->path);
	if (out->lock != -1)
		return true;
	memory_file_close(out);
	return false;
}

void
memory_file_close(struct memory_file *file)
{
	if (file->lock != -1)
		close(file->lock);
	free(file->path);
}

/* --- reading ---------------------------------------------------------------------------------------- */

/* At most max + 1 octets. */
static bool
read_all(int fd, size_t max, struct strbuf *out)
{
	char part[8192];
	ssize_t n = 1;

	while (n > 0 && out->len <= max) {
		n = read(fd, part, sizeof(part));
		if (n > 0)
			strbuf_add(out, part, (size_t)n);
	}
	return n != -1;
}

/* Why it is not to be believed; NULL: it is. */
static const char *
fault_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "it is no file";
	if (st.st_uid != geteuid())
		return "it is somebody else's";
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "others can write it";
	return NULL;
}

static enum status
refuse(struct why *why, const char *fault)
{
	why_set(why, "%s", fault);
	return ST_IO;
}

enum status
memory_file_read(
    const struct memory_file *file, size_t max, struct strbuf *out, struct why *why)
{
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	enum status rc = ST_OK;
	const char *fault;

	if (fd == -1)
		return errno == ENOENT ? ST_OK : refuse(why, strerror(errno));
	fault = fault_of(fd);
	if (fault != NULL)
		rc = refuse(why, fault);
	else if (!read_all(fd, max, out))
		rc = refuse(why, strerror(errno));
	else if (out->len > max)
		rc = refuse(why, "it is too long to be ours");
	close(fd);
	return rc;
}

/* --- writing ---------------------------------------------------------------------------------------- */

bool
memory_file_write(const struct memory_file *file, const struct strbuf *text)
{
	int rc = file_replace(file->path, 0600, text);

	if (rc != 0)
		complain("%s: %s", file->path, strerror(rc));
	return rc == 0;
}
