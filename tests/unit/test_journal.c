/* SPDX-License-Identifier: ISC */
#include "report/journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "cases.h"
#include "report/journal_record.h"

/* --- a folder, and what is written and read in it ------------------------------------------ */

static char folder[64];

static const char *
path(const char *name)
{
	static char text[400];

	snprintf(text, sizeof(text), "%s/%s", folder, name);
	return text;
}

static struct journal *
open_journal(void)
{
	struct journal *j;
	struct why why;

	assert_int_equal(journal_open(folder, &j, &why), ST_OK);
	return j;
}

static struct journal *
begin(void)
{
	snprintf(folder, sizeof(folder), "/tmp/hopseal-test-journal.XXXXXX");
	assert_non_null(mkdtemp(folder));
	return open_journal();
}

static void
end(struct journal *j)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	journal_close(j);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlink(path(entry->d_name));
	closedir(dir);
	assert_int_equal(rmdir(folder), 0);
}

/* As after a crash. */
static struct journal *
reopen(struct journal *j)
{
	journal_close(j);
	return open_journal();
}

static enum status
try_append(struct journal *j, const char *text)
{
	const struct journal_entry entry = { .kind = JOURNAL_EVENT,
		.when = 1800000000,
		.bytes = text,
		.len = strlen(text) };
	struct why why;

	return journal_append(j, &entry, 1, NULL, &why);
}

static void
append(struct journal *j, const char *text)
{
	assert_int_equal(try_append(j, text), ST_OK);
}

static void
add_entry(const struct journal_entry *entry, void *arg)
{
	assert_int_equal(entry->when, 1800000000);
	strbuf_addf(
	    arg, "%d:%.*s ", entry->kind, (int)entry->len, (const char *)entry->bytes);
}

/* All from a position, in slices; it goes along. */
static void
assert_reads(struct journal *j, struct journal_position *at, const char *want)
{
	struct strbuf have = STRBUF_INIT;
	struct journal_position last = journal_end(j);
	enum status rc;
	struct why why;

	do
		rc = journal_read(j, at, 1, add_entry, &have, &why);
	while (rc == ST_MORE);
	assert_int_equal(rc, ST_OK);
	assert_string_equal(strbuf_str(&have), want);
	assert_int_equal(at->segment, last.segment);
	assert_int_equal(at->offset, last.offset);
	strbuf_clear(&have);
}

static void
assert_holds(struct journal *j, const char *want)
{
	struct journal_position at = { 0, 0 };

	assert_reads(j, &at, want);
}

static off_t
size_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(path(name), &st), 0);
	return st.st_size;
}

static void
overwrite(const char *name, off_t at, const void *bytes, size_t len)
{
	int fd = open(path(name), O_WRONLY);

	assert_int_equal(pwrite(fd, bytes, len, at), len);
	close(fd);
}

/* --- append and read ----------------------------------------------------------------------------- */

static void
check_read_back(void **state)
{
	struct journal *j = begin();

	(void)state;
	assert_holds(j, "");
	append(j, "one");
	append(j, "");
	append(j, "three");
	assert_holds(j, "2:one 2: 2:three ");
	j = reopen(j);
	assert_holds(j, "2:one 2: 2:three ");
	append(j, "four");
	assert_holds(j, "2:one 2: 2:three 2:four ");
	end(j);
}

static void
check_go_on(void **state)
{
	struct journal_position at = { 0, 0 };
	struct journal *j = begin();
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		append(j, "one");
		append(j, "two");
		assert_reads(j, &at, "2:one 2:two ");
		assert_reads(j, &at, "");
		j = reopen(j);
		assert_reads(j, &at, "");
	}
	end(j);
}

static void
check_batch(void **state)
{
	struct journal_entry entries[JOURNAL_BATCH_MAX], found = { .len = 0 };
	uint64_t ids[JOURNAL_BATCH_MAX];
	struct journal *j = begin();
	struct strbuf want = STRBUF_INIT;
	struct why why;
	size_t i;

	(void)state;
	(void)found;
	for (i = 0; i < JOURNAL_BATCH_MAX; i++) {
		entries[i] = (struct journal_entry){ .kind = JOURNAL_DATAGRAM,
			.when = 1800000000,
			.bytes = "abcdefgh",
			.len = i % 9 };
		strbuf_addf(&want, "1:%.*s ", (int)(i % 9), "abcdefgh");
	}
	assert_int_equal(
	    journal_append(j, entries, JOURNAL_BATCH_MAX, ids, &why), ST_OK);
	assert_holds(j, strbuf_str(&want));
	for (i = 1; i < JOURNAL_BATCH_MAX; i++)
		assert_int_equal(ids[i] - ids[i - 1], RECORD_HEAD_BYTES + (i - 1) % 9);
	strbuf_clear(&want);
	end(j);
}

static void
note_id(const struct journal_entry *entry, void *arg)
{
	*(uint64_t *)arg = entry->id;
}

static void
check_ids(void **state)
{
	const struct journal_entry entry = { .kind = JOURNAL_SENT, .when = 1 };
	struct journal_position at = { 0, 0 };
	struct journal *j = begin();
	uint64_t id, last = 0, read;
	struct why why;
	int i;

	(void)state;
	for (i = 0; i < 10; i++) {
		assert_int_equal(journal_append(j, &entry, 1, &id, &why), ST_OK);
		assert_true(id > last);
		last = id;
		while (journal_read(j, &at, 1, note_id, &read, &why) == ST_MORE)
			continue;
		assert_int_equal(read, id);
		if (i % 3 == 0)
			j = reopen(j);
	}
	end(j);
}

static void
check_big(void **state)
{
	char *text = xcalloc(1, RECORD_BYTES_MAX + 1);
	struct journal_position at = { 0, 0 };
	struct journal *j = begin();
	uint64_t id = 0;
	struct why why;
	int i;

	(void)state;
	memset(text, 'x', RECORD_BYTES_MAX);
	for (i = 0; i < 70; i++)
		append(j, text);
	assert_int_equal(journal_end(j).segment, 2);
	assert_true(size_of("events.1") <= (off_t)JOURNAL_SEGMENT_BYTES);
	for (i = 1; journal_read(j, &at, 1, note_id, &id, &why) == ST_MORE; i++)
		continue;
	assert_in_range(i, 70, 73);
	assert_int_equal(id >> 32, 2);
	free(text);
	end(j);
}

/* --- crashes and bad disks -------------------------------------------------------------------------- */

/* Cut at every octet: what is whole is read, what comes after it is, too. */
static void
check_cut(void **state)
{
	struct journal *j = begin();
	off_t size, one, cut;

	(void)state;
	append(j, "one");
	one = size_of("events.1");
	append(j, "two");
	size = size_of("events.1");
	journal_close(j);
	for (cut = size - 1; cut >= 0; cut--) {
		assert_int_equal(truncate(path("events.1"), cut), 0);
		j = open_journal();
		append(j, "three");
		assert_holds(j, cut >= one ? "2:one 2:three " : "2:three ");
		journal_close(j);
		unlink(path("events.2"));
	}
	end(open_journal());
}

/* One octet is wrong, at every place: nothing of it is believed, and nothing behind it in that file. */
static void
check_damage(void **state)
{
	struct journal *j = begin();
	uint8_t before[256], octet;
	off_t size, at;
	int fd;

	(void)state;
	append(j, "one");
	size = size_of("events.1");
	append(j, "two");
	fd = open(path("events.1"), O_RDONLY);
	assert_int_equal(read(fd, before, sizeof(before)), size_of("events.1"));
	close(fd);
	j = reopen(j);
	append(j, "three");
	for (at = 0; at < size; at++) {
		octet = before[at] ^ 0x10;
		overwrite("events.1", at, &octet, 1);
		assert_holds(j, "2:three ");
		overwrite("events.1", at, &before[at], 1);
	}
	assert_holds(j, "2:one 2:two 2:three ");
	end(j);
}

static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes > 0 ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The disk takes a part of a batch: none of it is there, in this life and in the next. */
static void
check_full_disk(void **state)
{
	struct journal *j = begin();
	struct journal_entry entries[3];
	struct why why;
	rlim_t room;
	size_t i;

	(void)state;
	append(j, "one");
	for (i = 0; i < 3; i++)
		entries[i] = (struct journal_entry){ .kind = JOURNAL_EVENT,
			.when = 1800000000,
			.bytes = "two",
			.len = 3 };
	for (room = 0; room < 3 * (RECORD_HEAD_BYTES + 3); room++) {
		limit_files((rlim_t)size_of("events.1") + room);
		assert_int_equal(journal_append(j, entries, 3, NULL, &why), ST_IO);
		limit_files(0);
		assert_non_null(strstr(why.text, "events.1"));
		assert_holds(j, "2:one ");
	}
	append(j, "three");
	assert_holds(j, "2:one 2:three ");
	j = reopen(j);
	assert_holds(j, "2:one 2:three ");
	end(j);
}

static void
check_full_at_once(void **state)
{
	struct journal *j = begin();

	(void)state;
	limit_files(4);
	assert_int_equal(try_append(j, "one"), ST_IO);
	limit_files(0);
	assert_int_equal(access(path("events.1"), F_OK), -1);
	append(j, "two");
	assert_holds(j, "2:two ");
	end(j);
}

static void
check_no_folder(void **state)
{
	struct journal *j;
	struct why why;

	(void)state;
	assert_int_equal(journal_open("/nonexistent/hopseal", &j, &why), ST_IO);
	assert_non_null(strstr(why.text, "/nonexistent/hopseal"));
	assert_null(j);
}

/* --- segments ------------------------------------------------------------------------------------------ */

static bool
exists(int number)
{
	char name[24];

	snprintf(name, sizeof(name), "events.%d", number);
	return access(path(name), F_OK) == 0;
}

static void
check_forget(void **state)
{
	struct journal_position before = { 0, 0 };
	struct journal *j = begin();
	int i;

	(void)state;
	for (i = 1; i <= 20; i++) {
		append(j, "one");
		j = reopen(j);
	}
	journal_forget(j, &before);
	assert_true(exists(1));
	before.segment = 5;
	journal_forget(j, &before);
	assert_false(exists(4));
	assert_true(exists(5));
	before = journal_end(j);
	journal_forget(j, &before);
	assert_int_equal(journal_recent(j).segment, 20 - JOURNAL_RECENT_MAX + 1);
	assert_false(exists(20 - JOURNAL_RECENT_MAX));
	assert_true(exists(20 - JOURNAL_RECENT_MAX + 1));
	assert_true(exists(20)); /* its number is not used again */
	j = reopen(j);
	assert_int_equal(journal_end(j).segment, 21);
	end(j);
}

static void
check_other_files(void **state)
{
	static const char *const names[] = { "events.", "events.x", "events.0",
		"events.1x", "events.99999999999", "event.9", "hopseal.db" };
	struct journal_position all = { UINT32_MAX, 0 };
	struct journal *j = begin();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++)
		close(open(path(names[i]), O_CREAT | O_WRONLY, 0600));
	j = reopen(j);
	assert_int_equal(journal_end(j).segment, 1);
	append(j, "one");
	assert_holds(j, "2:one ");
	journal_forget(j, &all);
	for (i = 0; i < COUNT_OF(names); i++)
		assert_int_equal(access(path(names[i]), F_OK), 0);
	end(j);
}

/* Numbers may be missing: deleted by hand. */
static void
check_gap(void **state)
{
	struct journal_position at = { 1, 0 };
	struct journal *j = begin();

	(void)state;
	append(j, "one");
	j = reopen(j);
	append(j, "two");
	j = reopen(j);
	append(j, "three");
	unlink(path("events.2"));
	assert_holds(j, "2:one 2:three ");
	unlink(path("events.1"));
	assert_reads(j, &at, "2:three ");
	end(j);
}

static void
check_dup(void **state)
{
	struct journal *j = begin();
	int fd;

	(void)state;
	assert_int_equal(journal_dup(j), -1);
	append(j, "one");
	fd = journal_dup(j);
	journal_close(j);
	assert_int_equal(fdatasync(fd), 0);
	close(fd);
	end(open_journal());
}

/* --- the checksum ---------------------------------------------------------------------------------------- */

/* Against a sum made octet by octet, for all lengths around the step of eight. */
static uint32_t
plain_crc32c(const uint8_t *p, size_t len)
{
	uint32_t sum = UINT32_MAX;
	int bit;

	for (; len > 0; len--) {
		sum ^= *p++;
		for (bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (0x82f63b78u & -(sum & 1));
	}
	return ~sum;
}

static void
check_sum(void **state)
{
	uint8_t record[RECORD_HEAD_BYTES + 64];
	struct journal_entry entry = { .kind = JOURNAL_DATAGRAM, .when = 1800000000 };
	uint32_t sum;

	(void)state;
	assert_int_equal(plain_crc32c((const uint8_t *)"123456789", 9), 0xe3069283u);
	for (entry.len = 0; entry.len <= 64; entry.len++) {
		memset(record, (int)entry.len + 200, sizeof(record));
		entry.bytes = record + RECORD_HEAD_BYTES;
		record_head(&entry, record);
		sum = plain_crc32c(record + 4, RECORD_HEAD_BYTES - 4 + entry.len);
		assert_int_equal(record[0] | (uint32_t)record[1] << 8 |
				     (uint32_t)record[2] << 16 |
				     (uint32_t)record[3] << 24,
		    sum);
	}
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("what is appended is read", check_read_back),
		CASE("reading goes on where it stopped", check_go_on),
		CASE("a batch", check_batch),
		CASE("ids grow for ever", check_ids),
		CASE("big records, several segments", check_big),
		CASE("RPT-CNT-13 cut at every octet", check_cut),
		CASE("RPT-CNT-13 damaged at every octet", check_damage),
		CASE("RPT-CNT-13 disk full: a batch is there, or not", check_full_disk),
		CASE("disk full from the beginning", check_full_at_once),
		CASE("no folder", check_no_folder),
		CASE("old segments are deleted, recent ones not", check_forget),
		CASE("other files are left alone", check_other_files),
		CASE("a segment is missing", check_gap),
		CASE("a descriptor to sync", check_dup),
		CASE("the checksum is CRC-32C", check_sum),
	};

	return cases_run("journal", tables, COUNT_OF(tables));
}
