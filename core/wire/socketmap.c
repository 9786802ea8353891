/* SPDX-License-Identifier: ISC */
#include "wire/socketmap.h"

#include <assert.h>

#include "wire/netstring.h"

#define REPLY_TOO_LONG "the reply would be longer than the protocol allows"

static const struct {
	const char *word;
	size_t len;
} codes[] = {
#define X(name, text) [name] = { text, sizeof(text) - 1 },
	SOCKETMAP_CODES(X)
#undef X
};

static bool
has_control(const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i] == '\0' || bytes[i] == '\r' || bytes[i] == '\n')
			return true;
	return false;
}

enum status
socketmap_request_parse(const char *payload, size_t len, struct socketmap_request *out)
{
	const char *blank = memchr(payload, ' ', len);

	if (blank == NULL || blank == payload || has_control(payload, len))
		return ST_SYNTAX;
	out->map = payload;
	out->map_len = (size_t)(blank - payload);
	out->key = blank + 1;
	out->key_len = len - out->map_len - 1;
	return ST_OK;
}

static void
add(struct strbuf *out, const char *word, size_t word_len, const char *rest, size_t len)
{
	netstring_begin(out, word_len + 1 + len);
	strbuf_add(out, word, word_len);
	strbuf_addc(out, ' ');
	strbuf_add(out, rest, len);
	netstring_end(out);
}

void
socketmap_request_add(struct strbuf *out, const char *map, const char *key)
{
	add(out, map, strlen(map), key, strlen(key));
}

void
socketmap_reply_add(
    struct strbuf *out, enum socketmap_code code, const char *text, size_t len)
{
	assert(code != REPLY_OK || len > 0);
	if (len > SOCKETMAP_REPLY_MAX - codes[code].len - 1) {
		code = REPLY_TEMP;
		text = REPLY_TOO_LONG;
		len = sizeof(REPLY_TOO_LONG) - 1;
	}
	/* Also before an empty text, as socketmap_table(5) shows it. */
	add(out, codes[code].word, codes[code].len, text, len);
}

enum status
socketmap_reply_parse(const char *payload, size_t len, struct socketmap_reply *out)
{
	const char *blank = memchr(payload, ' ', len);
	size_t word = blank != NULL ? (size_t)(blank - payload) : len;
	size_t i;

	for (i = 0; i < COUNT_OF(codes); i++) {
		if (word != codes[i].len || memcmp(payload, codes[i].word, word) != 0)
			continue;
		out->code = (enum socketmap_code)i;
		out->text = blank != NULL ? blank + 1 : payload + len;
		out->len = blank != NULL ? len - word - 1 : 0;
		return ST_OK;
	}
	return ST_SYNTAX;
}
