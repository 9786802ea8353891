/*
 * From the bytes of a file to struct config.  SPDX-License-Identifier: ISC
 *
 * inih splits lines into keys and values.  It is given one line at a time, by a reader that knows the
 * line's number, because its own handler does not; what that reader sees first, sections and
 * lines that are none, is judged here.
 */
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/build.h"
#include "config/kind.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define BLANKS          " \t\r"

struct reader {
	const char *name;
	const char *p, *end; /* what is left */
	unsigned line;       /* the number of the current line, from 1 */
	bool is_awaited;     /* it must become a key, and has not yet */
	bool has_section;
	const char
	    *section;   /* NULL: none yet, or an unknown one, whose keys are skipped */
	unsigned *seen; /* per key: the line where it stood first, or 0 */
	struct config *config;
	struct config_errors *errors;
};

static void fault(struct reader *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
fault(struct reader *r, const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	va_list ap;

	if (r->errors->count++ < CONFIG_ERRORS_MAX) {
		va_start(ap, fmt);
		strbuf_vaddf(&sb, fmt, ap);
		va_end(ap);
		why_set(&r->errors->items[r->errors->count - 1], "%s:%u: %s", r->name,
		    r->line, strbuf_str(&sb));
		strbuf_clear(&sb);
	}
}

/* --- lines ----------------------------------------------------------------------------- */

static void
start_section(struct reader *r, const char *line)
{
	const char *close = strchr(line, ']');
	struct strbuf sb = STRBUF_INIT;
	const char *rest;

	r->has_section = true;
	r->section = NULL;
	if (close == NULL) {
		fault(r, "\"[\" without \"]\"");
		return;
	}
	rest = close + 1 + strspn(close + 1, BLANKS);
	if (*rest != '\0' && *rest != '#' && *rest != ';') {
		fault(r, "something stands behind \"]\"");
		return;
	}
	strbuf_add(&sb, line + 1, (size_t)(close - line - 1));
	r->section = key_section(strbuf_str(&sb));
	if (r->section == NULL) {
		struct strbuf hint = STRBUF_INIT;

		key_section_hint(&hint, strbuf_str(&sb));
		fault(r, "[%s]: no such section%s", strbuf_str(&sb), strbuf_str(&hint));
		strbuf_clear(&hint);
	}
	strbuf_clear(&sb);
}

static bool
has_control_character(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') ||
		    line[i] == 0x7f)
			return true;
	return false;
}

/* Look at a line before inih does.  False: nothing in it is for inih. */
static bool
judge_line(struct reader *r, const char *line, size_t len, size_t max)
{
	if (len == 0 || line[0] == '#' || line[0] == ';')
		return false;
	if (has_control_character(line, len)) {
		fault(r, "a control character");
		return false;
	}
	if (len > max) {
		fault(r,
		    "longer than %zu bytes; a list may go on in another line that "
		    "begins with its key, too",
		    max);
		return false;
	}
	return true;
}

/* The next line without its ends; leading blanks would make inih take it for a continuation. */
static size_t
next_line(struct reader *r, const char **line)
{
	const char *p = r->p, *eol = memchr(p, '\n', (size_t)(r->end - p));

	if (eol == NULL)
		eol = r->end;
	r->p = eol < r->end ? eol + 1 : eol;
	r->line++;
	while (p < eol && memchr(BLANKS, *p, strlen(BLANKS)) != NULL)
		p++;
	while (eol > p && memchr(BLANKS, eol[-1], strlen(BLANKS)) != NULL)
		eol--;
	*line = p;
	return (size_t)(eol - p);
}

/* ini_parse_stream() asks for a line as fgets() would give it. */
static char *
on_line_wanted(char *buf, int size, void *arg)
{
	struct reader *r = arg;
	const char *line;
	size_t len;

	if (r->is_awaited)
		fault(r, "neither [section] nor \"key = value\"");
	r->is_awaited = false;
	if (r->p == r->end)
		return NULL;
	len = next_line(r, &line);
	buf[0] = '\0';
	/* Two bytes stay free, for inih's own line end. */
	if (!judge_line(r, line, len, (size_t)size - 3))
		return buf;
	memcpy(buf, line, len);
	buf[len] = '\0';
	if (buf[0] == '[') {
		start_section(r, buf);
		buf[0] = '\0';
	} else {
		r->is_awaited = true;
	}
	return buf;
}

/* --- keys ------------------------------------------------------------------------------- */

static void
unknown_key(struct reader *r, const char *name)
{
	struct strbuf hint = STRBUF_INIT;

	key_hint(&hint, r->section, name);
	fault(r, "[%s] %s: no such key%s", r->section, name, strbuf_str(&hint));
	strbuf_clear(&hint);
}

static void
set_key(struct reader *r, const struct key *key, const char *value)
{
	unsigned *seen = &r->seen[key - config_keys];
	struct why why;

	if (*seen != 0 && !key->kind->is_list) {
		fault(r, "[%s] %s: stands in line %u already", key->section, key->name,
		    *seen);
		return;
	}
	/* The first line of a list takes the place of the default. */
	if (*seen == 0 && key->kind->is_list)
		config_clear_key(r->config, key);
	if (*seen == 0)
		*seen = r->line;
	if (config_set_key(r->config, key, value, &why) != ST_OK)
		fault(r, "[%s] %s: %s", key->section, key->name, why.text);
}

/* One key; the return value 1 means that inih has nothing to complain about. */
static int
on_key(void *arg, const char *section UNUSED, const char *name, const char *value)
{
	struct reader *r = arg;
	const struct key *key;

	r->is_awaited = false;
	if (!r->has_section) {
		fault(r, "%s: stands before the first [section]", name);
		return 1;
	}
	if (r->section == NULL)
		return 1;
	key = key_find(r->section, name);
	if (key == NULL)
		unknown_key(r, name);
	else
		set_key(r, key, value);
	return 1;
}

enum status
config_parse(const char *name, const char *text, size_t len, struct config **out,
    struct config_errors *errors)
{
	struct reader r = {
		.name = name, .p = text, .end = text + len, .errors = errors
	};
	size_t mark = strlen(BYTE_ORDER_MARK);

	*out = NULL;
	errors->count = 0;
	if (len >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0)
		r.p += mark;
	r.seen = xcalloc(config_key_count, sizeof(*r.seen));
	r.config = config_new();
	/* Faults are told where they are seen; inih knows the first one only. */
	(void)ini_parse_stream(on_line_wanted, &r, on_key, &r);
	free(r.seen);
	if (errors->count > 0) {
		config_free(r.config);
		return ST_SYNTAX;
	}
	*out = r.config;
	return ST_OK;
}

/* --- files -------------------------------------------------------------------------------- */

static enum status
read_all(int fd, struct strbuf *text)
{
	ssize_t n;

	do {
		strbuf_reserve(text, 65536);
		n = read(fd, text->data + text->len, 65536);
		if (n > 0)
			text->len += (size_t)n;
		if (text->len > CONFIG_BYTES_MAX)
			return ST_TOO_BIG;
	} while (n > 0 || (n == -1 && errno == EINTR));
	text->data[text->len] = '\0';
	return n == 0 ? ST_OK : ST_IO;
}

static enum status
unreadable(const char *path, enum status st, int error, struct config_errors *errors)
{
	errors->count = 1;
	why_set(&errors->items[0], "%s: %s", path,
	    st == ST_TOO_BIG ? "too big for a configuration" : strerror(error));
	return st;
}

enum status
config_load(const char *path, bool is_required, struct config **out,
    struct config_errors *errors)
{
	struct strbuf text = STRBUF_INIT;
	enum status st = ST_OK;
	int fd, error;

	*out = NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 && (errno != ENOENT || is_required))
		return unreadable(path, ST_IO, errno, errors);
	if (fd != -1) {
		st = read_all(fd, &text);
		error = errno;
		close(fd);
		if (st != ST_OK)
			st = unreadable(path, st, error, errors);
	}
	if (st == ST_OK)
		st = config_parse(path, strbuf_str(&text), text.len, out, errors);
	strbuf_clear(&text);
	return st;
}
