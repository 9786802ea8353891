/* SPDX-License-Identifier: ISC */
#include "wire/smtp_reply.h"

#include <strings.h>

#define CODE_LEN 3

/* 200 to 599 with a second digit up to 5 (RFC 5321, 4.2); 0: no code. */
static unsigned
code_of(const char *line, size_t len)
{
	if (len < CODE_LEN || line[0] < '2' || line[0] > '5' || line[1] < '0' ||
	    line[1] > '5' || line[2] < '0' || line[2] > '9')
		return 0;
	return (unsigned)(line[0] - '0') * 100 + (unsigned)(line[1] - '0') * 10 +
	       (unsigned)(line[2] - '0');
}

/* The length of a line without its end; end is its LF. */
static size_t
length_to(const char *line, const char *end)
{
	size_t len = (size_t)(end - line);

	return len > 0 && line[len - 1] == '\r' ? len - 1 : len;
}

/* Whether more lines follow; false with *code 0 when it is no line of a reply. */
static bool
read_line(const char *line, size_t len, unsigned *code)
{
	char after = len > CODE_LEN ? line[CODE_LEN] : ' ';

	*code = after == ' ' || after == '-' ? code_of(line, len) : 0;
	return *code != 0 && after == '-';
}

enum status
smtp_reply_read(struct smtp_reply *reply, const char *bytes, size_t len)
{
	bool is_more = true;

	while (is_more) {
		const char *line = bytes + reply->len;
		const char *end = memchr(line, '\n', len - reply->len);

		if (end == NULL)
			return len < SMTP_REPLY_BYTES_MAX ? ST_MORE : ST_TOO_BIG;
		is_more = read_line(line, length_to(line, end), &reply->code);
		if (reply->code == 0)
			return ST_SYNTAX;
		reply->len = (size_t)(end - bytes) + 1;
		if (reply->len > SMTP_REPLY_BYTES_MAX)
			return ST_TOO_BIG;
	}
	return ST_OK;
}

bool
smtp_reply_line(const struct smtp_reply *reply, const char *bytes, size_t *at,
    struct smtp_line *out)
{
	const char *line = bytes + *at, *end;
	size_t len;

	if (*at >= reply->len)
		return false;
	end = memchr(line, '\n', reply->len - *at);
	len = length_to(line, end);
	*at = (size_t)(end - bytes) + 1;
	/* Code and separator; the last line may be the code alone. */
	*out = (struct smtp_line){ line + len, 0 };
	if (len > CODE_LEN + 1)
		*out = (struct smtp_line){ line + CODE_LEN + 1, len - CODE_LEN - 1 };
	return true;
}

static struct smtp_line
first_word(struct smtp_line line)
{
	const char *blank = memchr(line.text, ' ', line.len);

	if (blank != NULL)
		line.len = (size_t)(blank - line.text);
	return line;
}

struct smtp_line
smtp_reply_word(const struct smtp_reply *reply, const char *bytes)
{
	struct smtp_line line = { bytes, 0 };
	size_t at = 0;

	if (!smtp_reply_line(reply, bytes, &at, &line))
		return line;
	return first_word(line);
}

bool
smtp_reply_offers(
    const struct smtp_reply *reply, const char *bytes, const char *keyword)
{
	struct smtp_line line;
	size_t at = 0;

	/* The first line is the greeting. */
	if (!smtp_reply_line(reply, bytes, &at, &line))
		return false;
	while (smtp_reply_line(reply, bytes, &at, &line)) {
		line = first_word(line);
		if (line.len == strlen(keyword) &&
		    strncasecmp(line.text, keyword, line.len) == 0)
			return true;
	}
	return false;
}
