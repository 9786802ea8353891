/* SPDX-License-Identifier: ISC */
#include "report/aside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/inbox_folder.h"

/* What there is, and which to remove first. */
struct stock {
	size_t count;
	off_t bytes;
	time_t oldest_time;
	char oldest[NAME_MAX + 1];
};

static void
count_file(struct stock *stock, int fd, const char *name)
{
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 || S_ISDIR(st.st_mode))
		return;
	if (stock->count++ == 0 || st.st_mtime < stock->oldest_time) {
		stock->oldest_time = st.st_mtime;
		snprintf(stock->oldest, sizeof(stock->oldest), "%s", name);
	}
	stock->bytes += st.st_size;
}

static struct stock
take_stock(DIR *dir)
{
	struct stock stock = { .count = 0 };
	const struct dirent *entry;

	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL)
		count_file(&stock, dirfd(dir), entry->d_name);
	return stock;
}

static bool
is_too_much(const struct stock *stock)
{
	return stock->count > INBOX_ASIDE_MAX || stock->bytes > INBOX_ASIDE_BYTES_MAX;
}

static void
make_room(DIR *dir)
{
	struct stock stock = take_stock(dir);

	while (is_too_much(&stock) && unlinkat(dirfd(dir), stock.oldest, 0) == 0)
		stock = take_stock(dir);
}

/* NULL: it cannot be opened. */
static DIR *
open_aside(int folder)
{
	DIR *dir = NULL;
	int fd;

	if (mkdirat(folder, INBOX_ASIDE, 0700) == -1 && errno != EEXIST)
		return NULL;
	fd = openat(
	    folder, INBOX_ASIDE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd != -1)
		dir = fdopendir(fd);
	if (dir == NULL && fd != -1)
		close(fd);
	return dir;
}

enum status
aside_put(int folder, const char *name)
{
	DIR *dir = open_aside(folder);
	enum status rc = ST_IO;

	if (dir == NULL)
		return ST_IO;
	if (renameat(folder, name, dirfd(dir), name) == 0) {
		make_room(dir);
		rc = ST_OK;
	}
	closedir(dir);
	return rc;
}
