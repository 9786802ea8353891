/* SPDX-License-Identifier: ISC */
#include "report/inbox_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "report/aside.h"
#include "report/digest.h"
#include "wire/report_file.h"

#define NAME_SHOWN 100

/* One look at the folder. */
struct look {
	struct inbox_folder *folder;
	struct store *store;
	time_t now;
	int fd;
	/* Put into the store and not known to be written. */
	char names[INBOX_BATCH][NAME_MAX + 1];
	size_t count, bytes;
	uint64_t closed; /* files that cannot be opened */
};

/* --- names ---------------------------------------------------------------------------------------- */

static bool
is_unfinished(const char *name, size_t len)
{
	size_t tail = strlen(INBOX_UNFINISHED);

	return len >= tail && memcmp(name + len - tail, INBOX_UNFINISHED, tail) == 0;
}

bool
inbox_is_name(const char *text, size_t len)
{
	size_t i;

	if (len == 0 || len > NAME_MAX || text[0] == '.' || is_unfinished(text, len))
		return false;
	for (i = 0; i < len; i++)
		if (text[i] == '/' || (unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return true;
}

/* --- the folder ------------------------------------------------------------------------------------- */

/* The group's bit makes files of other users ours to read; a sandbox may forbid it. */
void
inbox_folder_make(const struct inbox_folder *folder)
{
	if (mkdir(folder->path, 0700) == 0 && chmod(folder->path, 02770) == -1 &&
	    chmod(folder->path, 0770) == -1)
		log_warn("inbox: folder=\"%s\" chmod=failed reason=\"%s\"",
		    folder->path, strerror(errno));
}

/* Say once that it is not there. */
static DIR *
open_folder(struct inbox_folder *folder)
{
	DIR *dir;

	inbox_folder_make(folder);
	dir = opendir(folder->path);
	if (dir == NULL && !folder->is_missing)
		log_warn("inbox: folder=\"%s\" status=unreadable reason=\"%s\" "
			 "action=\"reports of others wait\"",
		    folder->path, strerror(errno));
	folder->is_missing = dir == NULL;
	return dir;
}

/* --- what cannot be taken --------------------------------------------------------------------------- */

static void
say_refused(const struct look *look, const char *name, const char *reason)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_adds(&text, "file=\"");
	strbuf_escape(&text, name, strlen(name), NAME_SHOWN);
	strbuf_adds(&text, "\" status=refused reason=\"");
	strbuf_escape(&text, reason, strlen(reason), WHY_MAX);
	log_warn("inbox: %s\" moved-to=\"%s/" INBOX_ASIDE "\"", strbuf_str(&text),
	    look->folder->path);
	strbuf_clear(&text);
}

/* Once for each file: it is elsewhere then. */
static void
refuse(struct look *look, const char *name, const char *reason)
{
	if (aside_put(look->fd, name) != ST_OK) {
		look->closed++;
		return;
	}
	say_refused(look, name, reason);
	look->folder->counts.refused++;
}

/* --- one file ---------------------------------------------------------------------------------------- */

/* -1: not there any more, not to be read now, or nothing that we read. */
static int
open_file(struct look *look, const char *name)
{
	int fd = openat(look->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st = { .st_mode = 0 };

	if (fd == -1 && (errno == ELOOP || errno == ENXIO))
		refuse(look, name, "not a regular file");
	else if (fd == -1 && errno != ENOENT)
		look->closed++;
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	if (!S_ISDIR(st.st_mode))
		refuse(look, name, "not a regular file");
	close(fd);
	return -1;
}

/* At most one octet more than there may be.  ST_OK or ST_IO. */
static enum status
read_all(int fd, struct strbuf *out)
{
	ssize_t n;

	strbuf_reserve(out, INBOX_FILE_MAX + 1);
	do {
		n = read(fd, out->data + out->len, INBOX_FILE_MAX + 1 - out->len);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n == -1 && errno == EINTR));
	out->data[out->len] = '\0';
	return n == 0 ? ST_OK : ST_IO;
}

/* Append the JSON in it.  The mail's memory goes before the JSON is read.  ST_IO: the file cannot be read now. */
static enum status
unpack(int fd, struct strbuf *json, char *submitter, struct why *why)
{
	struct strbuf bytes = STRBUF_INIT;
	enum status rc = read_all(fd, &bytes);

	if (rc == ST_OK && bytes.len > INBOX_FILE_MAX) {
		why_set(why, "more than %d octets", INBOX_FILE_MAX);
		rc = ST_TOO_BIG;
	}
	if (rc == ST_OK)
		rc = report_file_unpack(
		    bytes.data, bytes.len, INBOX_JSON_MAX, json, submitter, why);
	strbuf_clear(&bytes);
	return rc;
}

static enum status
digest_file(const struct look *look, int fd, struct digest *out, struct why *why)
{
	struct strbuf json = STRBUF_INIT;
	char submitter[WHY_MAX];
	struct tls_report report;
	enum status rc = unpack(fd, &json, submitter, why);

	if (rc == ST_OK)
		rc = tls_report_read(strbuf_str(&json), json.len, &report, why);
	if (rc == ST_OK) {
		rc = digest_make(&report, submitter, &json, look->now, out, why);
		tls_report_clear(&report);
	}
	strbuf_clear(&json);
	return rc;
}

static void
log_taken(const char *name, const struct stored_received *r)
{
	struct strbuf text = STRBUF_INIT;

	if (!log_wants(LEVEL_DEBUG))
		return;
	strbuf_adds(&text, "file=\"");
	strbuf_escape(&text, name, strlen(name), NAME_SHOWN);
	strbuf_adds(&text, "\" organization=\"");
	strbuf_escape(&text, r->organization, strlen(r->organization), NAME_SHOWN);
	strbuf_adds(&text, "\" report=\"");
	strbuf_escape(&text, r->report_id, strlen(r->report_id), NAME_SHOWN);
	log_debug("inbox: %s\" successes=%llu failures=%llu", strbuf_str(&text),
	    (unsigned long long)r->successes, (unsigned long long)r->failures);
	strbuf_clear(&text);
}

static void
take_file(struct look *look, const char *name)
{
	int fd = open_file(look, name);
	enum status rc;
	struct digest digest;
	struct why why;

	if (fd == -1)
		return;
	rc = digest_file(look, fd, &digest, &why);
	if (rc == ST_OK) {
		log_taken(name, &digest.received);
		store_put_received(look->store, &digest.received);
		memcpy(look->names[look->count++], name, strlen(name) + 1);
		look->bytes += digest.received.len;
		digest_clear(&digest);
	} else if (rc == ST_IO) {
		look->closed++;
	} else {
		refuse(look, name, why.text);
	}
	close(fd);
}

/* What its writer has left there, and will not come back to. */
static void
take_unfinished(struct look *look, const char *name)
{
	struct stat st;

	if (fstatat(look->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode) && st.st_mtime < look->now - INBOX_STALE_S)
		refuse(look, name, "never finished");
}

/* --- one look ---------------------------------------------------------------------------------------- */

/* Remove what the store has.  False: it has not, and does not take more now. */
static bool
settle(struct look *look)
{
	size_t i;

	if (look->count > 0 && !store_flush(look->store))
		return false;
	for (i = 0; i < look->count; i++)
		if (unlinkat(look->fd, look->names[i], 0) == 0 || errno == ENOENT)
			look->folder->counts.taken++;
		else
			look->closed++;
	look->count = look->bytes = 0;
	return true;
}

static bool
is_batch_full(const struct look *look)
{
	return look->count == INBOX_BATCH || look->bytes >= INBOX_BATCH_BYTES;
}

static void
take_entries(struct look *look, DIR *dir, const atomic_bool *is_over)
{
	const struct dirent *entry;
	bool goes_on = true;

	while (goes_on && !atomic_load(is_over) && (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (inbox_is_name(name, strlen(name)))
			take_file(look, name);
		else if (name[0] != '.' && is_unfinished(name, strlen(name)))
			take_unfinished(look, name);
		goes_on = !is_batch_full(look) || settle(look);
	}
	if (goes_on)
		settle(look);
}

/* On change. */
static void
say_closed(const struct look *look)
{
	struct inbox_folder *folder = look->folder;

	if (look->closed > 0 && !folder->has_closed)
		log_warn("inbox: folder=\"%s\" files=%llu status=not-ours "
			 "action=\"they wait until they can be read and removed\"",
		    folder->path, (unsigned long long)look->closed);
	folder->has_closed = look->closed > 0;
}

static void
say_taken(const struct inbox_folder *folder, const struct inbox_counts *before)
{
	uint64_t taken = folder->counts.taken - before->taken;

	if (taken > 0)
		log_info("inbox: reports=%llu status=taken", (unsigned long long)taken);
}

void
inbox_folder_take(struct inbox_folder *folder, struct store *store, time_t now,
    const atomic_bool *is_over)
{
	const struct inbox_counts before = folder->counts;
	struct look look = { .folder = folder, .store = store, .now = now };
	struct store_state state;
	DIR *dir;

	store_state(store, &state);
	dir = state.is_healthy ? open_folder(folder) : NULL;
	if (dir == NULL)
		return;
	look.fd = dirfd(dir);
	take_entries(&look, dir, is_over);
	closedir(dir);
	say_closed(&look);
	say_taken(folder, &before);
}
