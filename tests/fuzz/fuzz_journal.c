/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "report/journal_record.h"

/* There is one way to write a record, and nothing less than all of it is whole. */
static size_t
check_one(const uint8_t *bytes, size_t len)
{
	uint8_t head[RECORD_HEAD_BYTES];
	struct journal_entry entry;
	size_t used = 0;
	enum status rc = record_parse(bytes, len, &entry, &used);

	if (rc != ST_OK) {
		assert(rc == ST_MORE || rc == ST_SYNTAX);
		assert(used == 0);
		return 0;
	}
	assert(used == RECORD_HEAD_BYTES + entry.len && used <= len);
	assert(entry.bytes == bytes + RECORD_HEAD_BYTES && entry.id == 0);
	record_head(&entry, head);
	assert(memcmp(head, bytes, sizeof(head)) == 0);
	assert(record_parse(bytes, used - 1, &entry, &used) == ST_MORE);
	return RECORD_HEAD_BYTES + entry.len;
}

/* What is written is read back. */
static void
check_written(const uint8_t *data, size_t size)
{
	struct journal_entry entry = { .kind = JOURNAL_EVENT,
		.when = (time_t)size << 32,
		.bytes = data,
		.len = size };
	uint8_t *record = xmalloc(RECORD_HEAD_BYTES + size);

	record_head(&entry, record);
	if (size > 0)
		memcpy(record + RECORD_HEAD_BYTES, data, size);
	assert(check_one(record, RECORD_HEAD_BYTES + size) == RECORD_HEAD_BYTES + size);
	free(record);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = fuzz_copy(data, size);
	size_t pos, used;

	for (pos = 0; (used = check_one(bytes + pos, size - pos)) > 0; pos += used)
		continue;
	if (size <= RECORD_BYTES_MAX)
		check_written(bytes, size);
	free(bytes);
	return 0;
}
