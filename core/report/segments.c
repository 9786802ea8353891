/* SPDX-License-Identifier: ISC */
#include "report/segments.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"

#define PREFIX     "events."
#define PREFIX_LEN (sizeof(PREFIX) - 1)

struct name {
	char text[PREFIX_LEN + 24];
};

static struct name
name_of(uint64_t number)
{
	struct name n;

	snprintf(n.text, sizeof(n.text), PREFIX "%llu", (unsigned long long)number);
	return n;
}

/* The number in a name; 0: it is no segment's. */
static uint64_t
number_of(const char *name)
{
	uint64_t n = 0;

	if (strncmp(name, PREFIX, PREFIX_LEN) != 0)
		return 0;
	name += PREFIX_LEN;
	return number_parse(name, strlen(name), UINT32_MAX, &n) == ST_OK ? n : 0;
}

enum status
segments_open(const char *folder, struct segments *out, struct why *why)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1) {
		why_set(why, "%s: %s", folder, strerror(errno));
		return ST_IO;
	}
	*out = (struct segments){ .folder = xstrdup(folder), .fd = fd };
	return ST_OK;
}

void
segments_close(struct segments *s)
{
	close(s->fd);
	free(s->folder);
}

/* --- which there are ------------------------------------------------------------------- */

/* A reading position of its own, at the beginning. */
static DIR *
open_list(const struct segments *s)
{
	int fd = openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd == -1 ? NULL : fdopendir(fd);

	if (list == NULL && fd != -1)
		close(fd);
	return list;
}

/* Of those between from and to, both included, the ends; 0 when there is none. */
static void
find_ends(const struct segments *s, uint64_t from, uint64_t to, uint64_t *least,
    uint64_t *greatest)
{
	DIR *list = open_list(s);
	struct dirent *entry;
	uint64_t n;

	*least = *greatest = 0;
	while (list != NULL && (entry = readdir(list)) != NULL) {
		n = number_of(entry->d_name);
		if (n == 0 || n < from || n > to)
			continue;
		if (*least == 0 || n < *least)
			*least = n;
		if (n > *greatest)
			*greatest = n;
	}
	if (list != NULL)
		closedir(list);
}

uint64_t
segments_first(const struct segments *s, uint64_t from)
{
	uint64_t least, greatest;

	find_ends(s, from, UINT32_MAX, &least, &greatest);
	return least;
}

uint64_t
segments_last(const struct segments *s, uint64_t to)
{
	uint64_t least, greatest;

	find_ends(s, 1, to, &least, &greatest);
	return greatest;
}

/* --- one of them ------------------------------------------------------------------------- */

int
segments_file(const struct segments *s, uint64_t number, int flags)
{
	return openat(s->fd, name_of(number).text, flags | O_CLOEXEC, 0640);
}

uint64_t
segments_size(const struct segments *s, uint64_t number)
{
	struct stat st;

	if (fstatat(s->fd, name_of(number).text, &st, 0) == -1)
		return 0;
	return (uint64_t)st.st_size;
}

void
segments_delete(const struct segments *s, uint64_t number)
{
	unlinkat(s->fd, name_of(number).text, 0);
}

void
segments_fault(
    const struct segments *s, uint64_t number, const char *what, struct why *why)
{
	why_set(why, "%s/%s: %s: %s", s->folder, name_of(number).text, what,
	    strerror(errno));
}
