/* SPDX-License-Identifier: ISC */
#include "wire/spool_file.h"

#include "wire/netstring.h"

/* The next record begins behind the next line end; JSON has none where a record begins. */
static size_t
damage(const char *buf, size_t len)
{
	const char *end = memchr(buf, '\n', len);

	return end != NULL ? (size_t)(end - buf) + 1 : len;
}

enum status
spool_record_parse(const char *buf, size_t buf_len, bool is_end, const char **json,
    size_t *len, size_t *used)
{
	size_t n;
	enum status rc = netstring_parse(buf, buf_len, SPOOL_RECORD_MAX, json, len, &n);

	if (rc == ST_OK && n == buf_len)
		rc = ST_MORE;
	if (rc == ST_OK && buf[n] == '\n') {
		*used = n + 1;
		return ST_OK;
	}
	if (rc == ST_MORE && !is_end)
		return ST_MORE;
	*used = damage(buf, buf_len);
	return ST_SYNTAX;
}
