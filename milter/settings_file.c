/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "settings.h"

/* --- lines ------------------------------------------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Without blanks at both ends; in place. */
static char *
trim(char *text)
{
	char *end;

	while (is_blank(*text))
		text++;
	end = text + strlen(text);
	while (end > text && is_blank(end[-1]))
		end--;
	*end = '\0';
	return text;
}

/* A line, which is written into. */
static enum status
take_line(struct settings *s, char *line, struct why *why)
{
	char *equals;

	line[strcspn(line, "#")] = '\0';
	line = trim(line);
	if (line[0] == '\0')
		return ST_OK;
	equals = strchr(line, '=');
	if (equals == NULL) {
		why_set(why, "not \"key = value\"");
		return ST_SYNTAX;
	}
	*equals = '\0';
	return settings_set(s, trim(line), trim(equals + 1), why);
}

/* What the fault repeats of the file may be anything. */
static void
refuse_line(struct why *why, unsigned number, const struct why *fault)
{
	char text[WHY_MAX];
	size_t i;

	for (i = 0; fault->text[i] != '\0'; i++)
		text[i] = fault->text[i] >= ' ' && fault->text[i] <= '~'
			      ? fault->text[i]
			      : '?';
	text[i] = '\0';
	why_set(why, "line %u: %s", number, text);
}

enum status
settings_parse(struct settings *s, const char *text, size_t len, struct why *why)
{
	char *copy = xmemdup(text, len), *line = copy, *next;
	enum status rc = ST_OK;
	struct why fault;
	unsigned number;

	for (number = 1; line != NULL && rc == ST_OK; number++, line = next) {
		next = memchr(line, '\n', len - (size_t)(line - copy));
		if (next != NULL)
			*next++ = '\0';
		if (take_line(s, line, &fault) != ST_OK) {
			refuse_line(why, number, &fault);
			rc = ST_SYNTAX;
		}
	}
	free(copy);
	return rc;
}

/* --- the file ------------------------------------------------------------------------------------------ */

static enum status
read_file(const char *path, char *bytes, size_t *len, struct why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	*len = 0;
	if (fd != -1)
		while (*len <= SETTINGS_BYTES_MAX &&
		       (n = read(fd, bytes + *len, SETTINGS_BYTES_MAX + 1 - *len)) > 0)
			*len += (size_t)n;
	if (fd == -1 || n == -1)
		why_set(why, "%s: %s", path, strerror(errno));
	else if (*len > SETTINGS_BYTES_MAX)
		why_set(why, "%s: longer than %d octets", path, SETTINGS_BYTES_MAX);
	if (fd != -1)
		close(fd);
	return n == 0 && *len <= SETTINGS_BYTES_MAX ? ST_OK : ST_IO;
}

enum status
settings_load(
    const char *path, bool may_be_missing, struct settings **out, struct why *why)
{
	struct settings *s = settings_new();
	char *bytes = xmalloc(SETTINGS_BYTES_MAX + 1);
	struct why fault;
	size_t len = 0;
	enum status rc = ST_OK;

	if (!may_be_missing || access(path, F_OK) == 0)
		rc = read_file(path, bytes, &len, why);
	if (rc == ST_OK) {
		rc = settings_parse(s, bytes, len, &fault);
		if (rc != ST_OK)
			why_set(why, "%s: %s", path, fault.text);
	}
	free(bytes);
	if (rc != ST_OK) {
		settings_free(s);
		s = NULL;
	}
	*out = s;
	return rc;
}
