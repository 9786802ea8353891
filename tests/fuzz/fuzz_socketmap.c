/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/netstring.h"
#include "wire/socketmap.h"

/* The payload of what was just written. */
static const char *
unframe(const struct strbuf *sb, size_t *len)
{
	const char *payload;
	size_t used;

	if (netstring_parse(sb->data, sb->len, SIZE_MAX, &payload, len, &used) != ST_OK)
		abort();
	assert(used == sb->len);
	return payload;
}

static void
check_request(const char *payload, size_t len)
{
	struct socketmap_request r;
	struct strbuf again = STRBUF_INIT;
	const char *written;
	char *map, *key;
	size_t n;

	if (socketmap_request_parse(payload, len, &r) != ST_OK)
		return;
	assert(r.map == payload && r.map_len > 0);
	assert(r.map_len + 1 + r.key_len == len);
	assert(memchr(r.map, ' ', r.map_len) == NULL);
	map = xmemdup(r.map, r.map_len);
	key = xmemdup(r.key, r.key_len);
	assert(strlen(map) == r.map_len && strlen(key) == r.key_len);
	socketmap_request_add(&again, map, key);
	written = unframe(&again, &n);
	assert(n == len && memcmp(written, payload, len) == 0);
	free(map);
	free(key);
	strbuf_clear(&again);
}

static void
check_reply(const char *payload, size_t len)
{
	struct socketmap_reply r, second;
	struct strbuf again = STRBUF_INIT;
	const char *written;
	size_t n;

	if (socketmap_reply_parse(payload, len, &r) != ST_OK)
		return;
	assert(r.text >= payload && r.text + r.len == payload + len);
	if (r.code == REPLY_OK && r.len == 0)
		return; /* never written by us */
	socketmap_reply_add(&again, r.code, r.text, r.len);
	written = unframe(&again, &n);
	assert(n <= SOCKETMAP_REPLY_MAX);
	assert(socketmap_reply_parse(written, n, &second) == ST_OK);
	if (len < SOCKETMAP_REPLY_MAX) {
		assert(second.code == r.code && second.len == r.len);
		assert(memcmp(second.text, r.text, r.len) == 0);
	}
	strbuf_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *payload = fuzz_copy(data, size);

	check_request(payload, size);
	check_reply(payload, size);
	free(payload);
	return 0;
}
