/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/netstring.h"

/* There is one way to write a netstring, and nothing less than all of it is whole. */
static size_t
check_one(const char *buf, size_t len, size_t max)
{
	struct strbuf again = STRBUF_INIT;
	const char *payload = NULL;
	size_t payload_len = 0, used = 0;
	enum status rc;

	rc = netstring_parse(buf, len, max, &payload, &payload_len, &used);
	if (rc != ST_OK) {
		assert(rc == ST_MORE || rc == ST_SYNTAX || rc == ST_TOO_BIG);
		assert(payload == NULL && payload_len == 0 && used == 0);
		return 0;
	}
	assert(used <= len && payload_len <= max);
	assert(payload > buf && payload + payload_len + 1 == buf + used);
	netstring_add(&again, payload, payload_len);
	assert(again.len == used && memcmp(again.data, buf, used) == 0);
	strbuf_clear(&again);
	assert(netstring_parse(buf, used - 1, max, &payload, &payload_len, &used) ==
	       ST_MORE);
	return used;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *buf = fuzz_copy(data, size);
	size_t pos = 0, used;

	do {
		check_one(buf + pos, size - pos, 0);
		check_one(buf + pos, size - pos, 10);
		used = check_one(buf + pos, size - pos, SIZE_MAX);
		pos += used;
	} while (used > 0);
	free(buf);
	return 0;
}
