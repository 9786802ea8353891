/* SPDX-License-Identifier: ISC */
#include "letter.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "client/event_id.h"

#define ENDING     ".tmp"
#define FILE_MODE  0660
#define BUFFER_MAX 65536

struct letter {
	char inbox[PATH_MAX]; /* for faults */
	char name[LETTER_NAME_MAX + 1], temporary[LETTER_NAME_MAX + sizeof(ENDING)];
	int folder, fd;
	bool has_body;
	size_t total, room; /* octets; room: that it may have */
	enum status status;
	struct why why;
	size_t len; /* of what waits for being written */
	char buffer[BUFFER_MAX];
};

/* --- faults ------------------------------------------------------------------------------------------ */

static void
fail(struct letter *l, enum status status, const char *text)
{
	if (l->status != ST_OK)
		return;
	l->status = status;
	why_set(&l->why, "%s: %s", l->inbox, text);
}

static void
fail_errno(struct letter *l)
{
	fail(l, ST_IO, strerror(errno));
}

/* --- the folder --------------------------------------------------------------------------------------- */

struct tally {
	size_t files;
	uintmax_t bytes;
};

/* Of regular files.  False: errno says why. */
static bool
count_files(const char *inbox, struct tally *tally)
{
	DIR *folder = opendir(inbox);
	const struct dirent *entry;
	struct stat st;

	if (folder == NULL)
		return false;
	while ((entry = readdir(folder)) != NULL)
		if (fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    S_ISREG(st.st_mode)) {
			tally->files++;
			tally->bytes += (uintmax_t)st.st_size;
		}
	closedir(folder);
	return true;
}

/* Mails that come at the same time each see the same room: then it is exceeded by as many of them. */
static void
find_room(struct letter *l)
{
	struct tally tally = { 0, 0 };

	if (!count_files(l->inbox, &tally)) {
		fail_errno(l);
		return;
	}
	if (tally.files >= INBOX_FILES_MAX || tally.bytes >= INBOX_BYTES_MAX)
		fail(l, ST_TOO_BIG, "full");
	else if (INBOX_BYTES_MAX - tally.bytes < LETTER_BYTES_MAX)
		l->room = (size_t)(INBOX_BYTES_MAX - tally.bytes);
	else
		l->room = LETTER_BYTES_MAX;
}

/* --- the file ------------------------------------------------------------------------------------------ */

static void
create(struct letter *l)
{
	char id[EVENT_ID_SIZE];

	l->folder = open(l->inbox, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->folder == -1) {
		fail_errno(l);
		return;
	}
	if (event_id_make(id) != ST_OK) {
		fail(l, ST_IO, "the system gives no random bits");
		return;
	}
	snprintf(l->name, sizeof(l->name), "%s.eml", id);
	snprintf(l->temporary, sizeof(l->temporary), "%s" ENDING, l->name);
	l->fd = openat(l->folder, l->temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	/* The daemon may have another user: the folder's group is for both. */
	if (l->fd == -1 || fchmod(l->fd, FILE_MODE) == -1)
		fail_errno(l);
}

/* The letter as memory and descriptors. */
static void
release(struct letter *l)
{
	if (l->fd != -1)
		close(l->fd);
	if (l->folder != -1)
		close(l->folder);
	free(l);
}

struct letter *
letter_open(const char *inbox, struct why *why)
{
	struct letter *l = xcalloc(1, sizeof(*l));

	l->folder = l->fd = -1;
	if (strlen(inbox) >= sizeof(l->inbox))
		fail(l, ST_TOO_BIG, "path too long");
	else
		memcpy(l->inbox, inbox, strlen(inbox) + 1);
	if (l->status == ST_OK)
		find_room(l);
	if (l->status == ST_OK)
		create(l);
	if (l->status == ST_OK)
		return l;
	*why = l->why;
	letter_discard(l);
	return NULL;
}

void
letter_discard(struct letter *l)
{
	if (l == NULL)
		return;
	if (l->fd != -1)
		unlinkat(l->folder, l->temporary, 0);
	release(l);
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static void
write_out(struct letter *l, const char *bytes, size_t len)
{
	while (len > 0 && l->status == ST_OK) {
		ssize_t n = write(l->fd, bytes, len);

		if (n == -1 && errno != EINTR)
			fail_errno(l);
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
}

static void
flush(struct letter *l)
{
	write_out(l, l->buffer, l->len);
	l->len = 0;
}

static void
add(struct letter *l, const char *bytes, size_t len)
{
	if (len > l->room - l->total) {
		fail(l, ST_TOO_BIG, "a mail is too big");
		return;
	}
	l->total += len;
	if (len > sizeof(l->buffer) - l->len)
		flush(l);
	if (len > sizeof(l->buffer)) {
		write_out(l, bytes, len);
		return;
	}
	memcpy(l->buffer + l->len, bytes, len);
	l->len += len;
}

void
letter_header(struct letter *l, const char *name, const char *value)
{
	const char *end;

	add(l, name, strlen(name));
	add(l, ":", 1);
	for (; (end = strchr(value, '\n')) != NULL; value = end + 1) {
		add(l, value, (size_t)(end - value));
		add(l, "\r\n", 2);
	}
	add(l, value, strlen(value));
	add(l, "\r\n", 2);
}

void
letter_body(struct letter *l, const void *bytes, size_t len)
{
	if (!l->has_body)
		add(l, "\r\n", 2);
	l->has_body = true;
	add(l, bytes, len);
}

/* From here on a power cut leaves the mail. */
static void
keep(struct letter *l)
{
	if (fsync(l->fd) == -1 ||
	    renameat(l->folder, l->temporary, l->folder, l->name) == -1) {
		fail_errno(l);
		return;
	}
	/* Some file systems have no such thing as a folder that can be synced. */
	if (fsync(l->folder) == -1 && errno != EINVAL)
		fail_errno(l);
	if (l->status != ST_OK)
		unlinkat(l->folder, l->name, 0);
}

enum status
letter_close(struct letter *l, char name[LETTER_NAME_MAX + 1], struct why *why)
{
	enum status status;

	flush(l);
	if (l->status == ST_OK)
		keep(l);
	status = l->status;
	if (status != ST_OK) {
		*why = l->why;
		letter_discard(l);
		return status;
	}
	memcpy(name, l->name, sizeof(l->name));
	release(l);
	return ST_OK;
}
