/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/netstring.h"
#include "wire/spool_file.h"

/* A whole record behind anything is found, or was claimed by a record that began before it. */
static void
check_found(const char *text, size_t size)
{
	static const char record[] = "\n6:\"mark\",\n";
	struct strbuf file = STRBUF_INIT;
	const char *json;
	size_t pos, len, used;
	bool is_found = false;

	strbuf_add(&file, text, size);
	strbuf_add(&file, record, strlen(record));
	for (pos = 0; pos < file.len; pos += used) {
		if (spool_record_parse(file.data + pos, file.len - pos, true, &json,
			&len, &used) != ST_OK)
			continue;
		is_found =
		    json + len + strlen(SPOOL_RECORD_END) == file.data + file.len;
	}
	assert(is_found);
	strbuf_clear(&file);
}

/* Cut anywhere, a record is never another one: the whole file's reading and its beginning's agree. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	const char *json;
	size_t pos, len, used;

	for (pos = 0; pos < size; pos += used) {
		size_t left = size - pos;
		enum status rc =
		    spool_record_parse(text + pos, left, true, &json, &len, &used);

		assert(rc == ST_OK || rc == ST_SYNTAX);
		assert(used > 0 && used <= left);
		if (rc != ST_OK)
			continue;
		assert(json > text + pos && json[len] == ',' && json[len + 1] == '\n');
		assert(len <= SPOOL_RECORD_MAX);
		assert(spool_record_parse(
			   text + pos, used - 1, false, &json, &len, &used) == ST_MORE);
		assert(spool_record_parse(
			   text + pos, used, false, &json, &len, &used) == ST_OK);
	}
	check_found(text, size);
	free(text);
	return 0;
}
