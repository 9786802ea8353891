/* SPDX-License-Identifier: ISC */
#include "cli/input.h"

#include <errno.h>

#include "show/complain.h"

bool
input_read(const char *name, size_t max, const char *what, struct strbuf *out)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
	bool is_read = false;
	char chunk[8192];
	size_t n;

	if (file == NULL) {
		complain("cannot open %s: %s", name, strerror(errno));
		return false;
	}
	while (out->len <= max && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(out, chunk, n);
	if (ferror(file))
		complain("cannot read %s: %s", name, strerror(errno));
	else if (out->len > max)
		complain("%s has more than %zu octets: that is %s", name, max, what);
	else
		is_read = true;
	if (file != stdin)
		fclose(file);
	return is_read;
}

static void
split(struct records *records)
{
	const char *line = strbuf_str(&records->text);
	const char *end = line + records->text.len;
	size_t len;

	for (; line < end && records->count < RECORDS_MAX; line += len + 1) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		len = (size_t)((stop != NULL ? stop : end) - line);
		if (len > 0)
			records->items[records->count++] = (struct txt){ line, len };
	}
}

bool
records_read(const char *name, struct records *out)
{
	out->text = (struct strbuf)STRBUF_INIT;
	out->count = 0;
	if (!input_read(name, RECORDS_BYTES_MAX, "no answer of DNS", &out->text))
		return false;
	split(out);
	return true;
}

void
records_clear(struct records *records)
{
	strbuf_clear(&records->text);
}
