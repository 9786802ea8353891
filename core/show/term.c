/* SPDX-License-Identifier: ISC */
#include "show/term.h"

#include <stdbool.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_DEFAULT 80
#define WIDTH_MIN     60
#define WIDTH_MAX     160

static const char *const escapes[] = {
	[TERM_PLAIN] = "",
	[TERM_GOOD] = "\033[32m",
	[TERM_WARN] = "\033[33m",
	[TERM_BAD] = "\033[1;31m",
	[TERM_DIM] = "\033[2m",
	[TERM_BOLD] = "\033[1m",
};

static struct {
	bool has_colour;
	size_t width;
} term = { false, WIDTH_DEFAULT };

void
term_open(void)
{
	const char *no_color = getenv("NO_COLOR"), *type = getenv("TERM");
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return;
	term.has_colour = (no_color == NULL || no_color[0] == '\0') && type != NULL &&
			  strcmp(type, "dumb") != 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		return;
	term.width = size.ws_col < WIDTH_MIN   ? WIDTH_MIN
		     : size.ws_col > WIDTH_MAX ? WIDTH_MAX
					       : size.ws_col;
}

size_t
term_width(void)
{
	return term.width;
}

/* Bytes of the character at p: UTF-8's are taken together. */
static size_t
char_bytes(const char *p)
{
	size_t n = 1;

	while (((unsigned char)p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

size_t
term_columns(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text += char_bytes(text))
		n++;
	return n;
}

/* C0, DEL, and C1 in its UTF-8 form. */
static bool
is_control(const char *p)
{
	unsigned char c = (unsigned char)p[0];

	return c < 0x20 || c == 0x7f || (c & 0xc0) == 0x80 ||
	       (c == 0xc2 && (unsigned char)p[1] < 0xa0);
}

static void
write_bytes(FILE *out, const char *text, size_t len)
{
	const char *end = text + len;
	size_t n;

	for (; text < end; text += n) {
		n = char_bytes(text);
		if (is_control(text))
			putc('?', out);
		else
			fwrite(text, 1, n, out);
	}
}

void
term_write(FILE *out, const char *text)
{
	write_bytes(out, text, strlen(text));
}

static void
put_bytes(enum term_style style, const char *text, size_t len)
{
	bool is_coloured = term.has_colour && style != TERM_PLAIN && len > 0;

	if (is_coloured)
		fputs(escapes[style], stdout);
	write_bytes(stdout, text, len);
	if (is_coloured)
		fputs("\033[0m", stdout);
}

void
term_indent(size_t n)
{
	printf("%*s", (int)n, "");
}

void
term_put(enum term_style style, const char *text, size_t pad)
{
	size_t columns = term_columns(text);

	put_bytes(style, text, strlen(text));
	if (columns < pad)
		term_indent(pad - columns);
}

/* Of a word longer than the line: all of it if a line of its own could hold it, else what fits. */
static size_t
word_bytes(const char *text, size_t fitting)
{
	size_t len = strcspn(text, " ");

	return len <= WIDTH_MIN ? len : fitting;
}

/*
 * How many bytes of text to put on a line of so many columns: to the last blank that fits, rather
 * one outside of brackets, so that "(RFC 8461, 4.1)" stays together.
 */
static size_t
line_bytes(const char *text, size_t columns)
{
	size_t at = 0, n = 0, outside = 0, inside = 0, depth = 0;

	for (; text[at] != '\0'; at += char_bytes(text + at), n++) {
		if (text[at] == ' ')
			*(depth == 0 ? &outside : &inside) = at;
		if (n == columns)
			return outside > 0  ? outside
			       : inside > 0 ? inside
					    : word_bytes(text, at);
		depth += text[at] == '(';
		depth -= text[at] == ')' && depth > 0;
	}
	return at;
}

void
term_wrap(enum term_style style, const char *text, size_t at)
{
	size_t columns =
	    at + WIDTH_MIN / 3 < term.width ? term.width - at : WIDTH_MIN / 3;

	for (;;) {
		size_t len = line_bytes(text, columns);

		put_bytes(style, text, len);
		putchar('\n');
		text += len;
		while (*text == ' ')
			text++;
		if (*text == '\0')
			return;
		term_indent(at);
	}
}
