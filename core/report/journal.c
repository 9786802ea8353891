/* SPDX-License-Identifier: ISC */
#include "report/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "report/journal_record.h"
#include "report/segments.h"

/* What every segment begins with; records of another form will get another one. */
#define MAGIC       "hopseal1"
#define MAGIC_BYTES 8

struct journal {
	struct segments segments;
	uint64_t segment; /* current, or to be made by the next append */
	int fd;           /* of it; -1: not made yet */
	uint64_t end;     /* of the last whole batch in it; 0: not made yet */
	struct journal_position told; /* of the damage that was told last */
};

/* --- open and close -------------------------------------------------------------------- */

enum status
journal_open(const char *folder, struct journal **out, struct why *why)
{
	struct segments segments;
	struct journal *j;

	*out = NULL;
	if (segments_open(folder, &segments, why) != ST_OK)
		return ST_IO;
	j = xcalloc(1, sizeof(*j));
	j->segments = segments;
	j->segment = segments_last(&segments, UINT32_MAX) + 1;
	j->fd = -1;
	*out = j;
	return ST_OK;
}

static void
leave_segment(struct journal *j)
{
	if (j->fd != -1)
		close(j->fd);
	j->fd = -1;
	j->segment++;
	j->end = 0;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	leave_segment(j);
	segments_close(&j->segments);
	free(j);
}

struct journal_position
journal_end(const struct journal *j)
{
	return (struct journal_position){ j->segment, j->end };
}

int
journal_dup(const struct journal *j)
{
	return j->fd == -1 ? -1 : fcntl(j->fd, F_DUPFD_CLOEXEC, 0);
}

/* --- append ------------------------------------------------------------------------------ */

static enum status
make_segment(struct journal *j, struct why *why)
{
	int fd = segments_file(
	    &j->segments, j->segment, O_RDWR | O_CREAT | O_EXCL | O_APPEND);

	if (fd == -1) {
		segments_fault(&j->segments, j->segment, "open", why);
		return ST_IO;
	}
	if (write(fd, MAGIC, MAGIC_BYTES) != MAGIC_BYTES) {
		segments_fault(&j->segments, j->segment, "write", why);
		segments_delete(&j->segments, j->segment);
		close(fd);
		return ST_IO;
	}
	j->fd = fd;
	j->end = MAGIC_BYTES;
	return ST_OK;
}

static enum status
find_room(struct journal *j, size_t len, struct why *why)
{
	if (j->end > MAGIC_BYTES && j->end + len > JOURNAL_SEGMENT_BYTES)
		leave_segment(j);
	return j->fd == -1 ? make_segment(j, why) : ST_OK;
}

static enum status
write_all(struct journal *j, const struct iovec *parts, size_t count, size_t len,
    struct why *why)
{
	ssize_t n = writev(j->fd, parts, (int)count);

	if (n == (ssize_t)len)
		return ST_OK;
	if (n != -1)
		errno = ENOSPC; /* a part of it fitted */
	segments_fault(&j->segments, j->segment, "write", why);
	if (ftruncate(j->fd, (off_t)j->end) == -1)
		leave_segment(j);
	return ST_IO;
}

enum status
journal_append(struct journal *j, const struct journal_entry *entries, size_t count,
    uint64_t *ids, struct why *why)
{
	uint8_t heads[JOURNAL_BATCH_MAX][RECORD_HEAD_BYTES];
	struct iovec parts[2 * JOURNAL_BATCH_MAX];
	size_t i, len = 0;

	assert(count <= JOURNAL_BATCH_MAX);
	for (i = 0; i < count; i++) {
		record_head(&entries[i], heads[i]);
		parts[2 * i] = (struct iovec){ heads[i], RECORD_HEAD_BYTES };
		parts[2 * i + 1] =
		    (struct iovec){ (void *)entries[i].bytes, entries[i].len };
		len += RECORD_HEAD_BYTES + entries[i].len;
	}
	if (find_room(j, len, why) != ST_OK ||
	    write_all(j, parts, 2 * count, len, why) != ST_OK)
		return ST_IO;
	for (i = 0; i < count; i++) {
		if (ids != NULL)
			ids[i] = j->segment << 32 | j->end;
		j->end += RECORD_HEAD_BYTES + entries[i].len;
	}
	return ST_OK;
}

/* --- read ---------------------------------------------------------------------------------- */

/* A piece of a segment in memory. */
struct slice {
	uint8_t *bytes; /* owned */
	size_t len;
	bool is_last; /* the segment ends with it */
};

static void
complain(struct journal *j, const struct journal_position *at, const char *fault)
{
	if (j->told.segment == at->segment && j->told.offset == at->offset)
		return;
	j->told = *at;
	log_err("journal: file=%s/events.%llu offset=%llu fault=\"%s\" "
		"action=\"the rest of this file is not counted\"",
	    j->segments.folder, (unsigned long long)at->segment,
	    (unsigned long long)at->offset, fault);
}

/* Whether it has the records that we know; *at moves to the first of them. */
static bool
has_records(struct journal *j, int fd, struct journal_position *at)
{
	char magic[MAGIC_BYTES];

	if (at->offset < MAGIC_BYTES)
		at->offset = MAGIC_BYTES;
	if (pread(fd, magic, sizeof(magic), 0) < MAGIC_BYTES)
		return false; /* a crash at its beginning */
	if (memcmp(magic, MAGIC, MAGIC_BYTES) == 0)
		return true;
	complain(j, at, "not a journal of this version");
	return false;
}

/* The current segment grows, and may hold a piece of a batch that was not accepted. */
static enum status
find_end(const struct journal *j, uint64_t segment, int fd, uint64_t *end)
{
	struct stat st = { .st_size = 0 };

	if (segment != j->segment && fstat(fd, &st) == -1)
		return ST_IO;
	*end = segment == j->segment ? j->end : (uint64_t)st.st_size;
	return ST_OK;
}

static enum status
read_slice(const struct journal *j, int fd, const struct journal_position *at,
    uint64_t max_bytes, struct slice *slice)
{
	uint64_t end, left, room = RECORD_HEAD_BYTES + RECORD_BYTES_MAX;

	if (find_end(j, at->segment, fd, &end) != ST_OK)
		return ST_IO;
	if (room < max_bytes)
		room = max_bytes;
	left = end > at->offset ? end - at->offset : 0;
	slice->is_last = left <= room;
	slice->len = slice->is_last ? left : room;
	slice->bytes = xmalloc(slice->len + 1);
	return pread(fd, slice->bytes, slice->len, (off_t)at->offset) ==
		       (ssize_t)slice->len
		   ? ST_OK
		   : ST_IO;
}

/* ST_OK: nothing more is to be had from this segment. */
static enum status
each_record(struct journal *j, const struct slice *slice, struct journal_position *at,
    journal_fn *fn, void *arg)
{
	struct journal_entry entry;
	size_t pos, used = 0;
	enum status rc;

	for (pos = 0; (rc = record_parse(slice->bytes + pos, slice->len - pos, &entry,
			   &used)) == ST_OK;
	     pos += used) {
		entry.id = at->segment << 32 | at->offset;
		at->offset += used;
		fn(&entry, arg);
	}
	if (rc == ST_SYNTAX)
		complain(j, at, "damaged record");
	else if (slice->is_last && pos < slice->len)
		log_info("journal: file=%s/events.%llu offset=%llu status=\"cut off\"",
		    j->segments.folder, (unsigned long long)at->segment,
		    (unsigned long long)at->offset);
	return rc == ST_MORE && !slice->is_last ? ST_MORE : ST_OK;
}

static enum status
read_file(struct journal *j, int fd, struct journal_position *at, uint64_t max_bytes,
    journal_fn *fn, void *arg)
{
	struct slice slice = { .len = 0 };
	enum status rc;

	if (!has_records(j, fd, at))
		return ST_OK;
	rc = read_slice(j, fd, at, max_bytes, &slice);
	if (rc == ST_OK)
		rc = each_record(j, &slice, at, fn, arg);
	free(slice.bytes);
	return rc;
}

static enum status
read_segment(struct journal *j, struct journal_position *at, uint64_t max_bytes,
    journal_fn *fn, void *arg, struct why *why)
{
	int fd = segments_file(&j->segments, at->segment, O_RDONLY);
	enum status rc;

	if (fd == -1)
		rc = errno == ENOENT ? ST_OK : ST_IO;
	else
		rc = read_file(j, fd, at, max_bytes, fn, arg);
	if (rc == ST_IO)
		segments_fault(&j->segments, at->segment, "read", why);
	if (fd != -1)
		close(fd);
	return rc;
}

enum status
journal_read(struct journal *j, struct journal_position *at, uint64_t max_bytes,
    journal_fn *fn, void *arg, struct why *why)
{
	enum status rc = read_segment(j, at, max_bytes, fn, arg, why);
	uint64_t next;

	if (rc != ST_OK || at->segment >= j->segment)
		return rc;
	next = segments_first(&j->segments, at->segment + 1);
	if (next == 0 || next >= j->segment) {
		*at = (struct journal_position){ j->segment, 0 };
		return j->fd == -1 ? ST_OK : ST_MORE;
	}
	*at = (struct journal_position){ next, 0 };
	return ST_MORE;
}

/* --- forget ---------------------------------------------------------------------------------- */

struct journal_position
journal_recent(const struct journal *j)
{
	uint64_t n = segments_last(&j->segments, UINT32_MAX), first = n, bytes = 0;
	int count;

	for (count = 0; n != 0 && count < JOURNAL_RECENT_MAX; count++) {
		bytes += segments_size(&j->segments, n);
		if (bytes > 2 * JOURNAL_SEGMENT_BYTES)
			break;
		first = n;
		n = segments_last(&j->segments, n - 1);
	}
	return (struct journal_position){ first, 0 };
}

void
journal_forget(struct journal *j, const struct journal_position *before)
{
	uint64_t n, recent = journal_recent(j).segment;

	for (n = segments_first(&j->segments, 1);
	     n != 0 && n < before->segment && n < recent;
	     n = segments_first(&j->segments, n + 1))
		segments_delete(&j->segments, n);
}
