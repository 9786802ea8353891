/* SPDX-License-Identifier: ISC */
#include "config/listen_line.h"

#include <sys/un.h>

#include "base/endpoint.h"
#include "base/mem.h"

#define BLANKS    " \t"
#define OWNER_MAX 56 /* bytes; no system has longer names */

#define UNIX_PREFIX "unix:"
#define INET_PREFIX "inet:"

static bool
starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static enum status
check_unix(const char *path, struct why *why)
{
	if (path[0] != '/') {
		why_set(why, "\"%s\" is not an absolute path", path);
		return ST_SYNTAX;
	}
	if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		why_set(why, "the path is longer than a socket's may be");
		return ST_SYNTAX;
	}
	return ST_OK;
}

static enum status
check_inet(const char *text, struct why *why)
{
	struct endpoint endpoint;

	if (endpoint_parse(text, strlen(text), 0, &endpoint) == ST_OK)
		return ST_OK;
	why_set(why, "\"%s\" is neither ADDRESS:PORT nor [V6]:PORT", text);
	return ST_SYNTAX;
}

static enum status
check_where(const char *where, const struct listen_rule *rule, struct why *why)
{
	if (starts(where, UNIX_PREFIX))
		return check_unix(where + strlen(UNIX_PREFIX), why);
	if (rule->is_unix_only) {
		why_set(why, "\"%s\" is not unix:PATH", where);
		return ST_SYNTAX;
	}
	if (starts(where, INET_PREFIX))
		return check_inet(where + strlen(INET_PREFIX), why);
	why_set(why, "\"%s\" is neither unix:PATH nor inet:ADDRESS:PORT", where);
	return ST_SYNTAX;
}

static enum status
parse_mode(const char *text, mode_t *mode, struct why *why)
{
	size_t len = strlen(text);
	unsigned long value;

	value = len >= 3 && len <= 4 && strspn(text, "01234567") == len
		    ? strtoul(text, NULL, 8)
		    : 0;
	if (value == 0 || value > 0777) {
		why_set(why, "mode \"%s\" is not octal, like 0660", text);
		return ST_SYNTAX;
	}
	*mode = (mode_t)value;
	return ST_OK;
}

static enum status
parse_owner(const char *text, struct listen_line *line, struct why *why)
{
	if (text[0] == '\0' || strlen(text) > OWNER_MAX || line->owner != NULL) {
		why_set(why, "owner=\"%s\" is not one USER:GROUP", text);
		return ST_SYNTAX;
	}
	line->owner = xstrdup(text);
	return ST_OK;
}

static enum status
parse_option(const char *word, struct listen_line *line, struct why *why)
{
	if (!starts(line->where, UNIX_PREFIX)) {
		why_set(why, "\"%s\": only unix sockets have options", word);
		return ST_SYNTAX;
	}
	if (starts(word, "mode="))
		return parse_mode(word + strlen("mode="), &line->mode, why);
	if (starts(word, "owner="))
		return parse_owner(word + strlen("owner="), line, why);
	why_set(why, "\"%s\" is neither owner=USER:GROUP nor mode=MODE", word);
	return ST_UNKNOWN;
}

static void
line_clear(struct listen_line *line)
{
	free((void *)line->where);
	free((void *)line->owner);
}

static enum status
parse_words(char *text, struct listen_line *line, const struct listen_rule *rule,
    struct why *why)
{
	enum status st = ST_OK;
	char *word, *save = NULL;

	word = strtok_r(text, BLANKS, &save);
	if (word == NULL) {
		why_set(why, "nothing but blanks");
		return ST_SYNTAX;
	}
	line->where = xstrdup(word);
	st = check_where(word, rule, why);
	while (st == ST_OK && (word = strtok_r(NULL, BLANKS, &save)) != NULL)
		st = parse_option(word, line, why);
	return st;
}

static bool
is_there(const struct listen_lines *lines, const char *where)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		if (strcmp(lines->items[i].where, where) == 0)
			return true;
	return false;
}

static enum status
add(struct listen_lines *lines, const struct listen_line *line, struct why *why)
{
	if (is_there(lines, line->where)) {
		why_set(why, "%s stands here twice", line->where);
		return ST_SYNTAX;
	}
	if (lines->count == LISTEN_LINES_MAX) {
		why_set(why, "more than %d sockets", LISTEN_LINES_MAX);
		return ST_RANGE;
	}
	lines->items =
	    xreallocarray(lines->items, lines->count + 1, sizeof(lines->items[0]));
	lines->items[lines->count++] = *line;
	return ST_OK;
}

enum status
listen_line_parse(const char *text, const struct listen_rule *rule,
    struct listen_lines *lines, struct why *why)
{
	struct listen_line line = { NULL, NULL, rule->mode };
	char *words = xstrdup(text);
	enum status st;

	st = parse_words(words, &line, rule, why);
	if (st == ST_OK)
		st = add(lines, &line, why);
	if (st != ST_OK)
		line_clear(&line);
	free(words);
	return st;
}

void
listen_line_add(const struct listen_line *line, struct strbuf *out)
{
	strbuf_adds(out, line->where);
	if (!starts(line->where, UNIX_PREFIX))
		return;
	if (line->owner != NULL)
		strbuf_addf(out, " owner=%s", line->owner);
	strbuf_addf(out, " mode=%04o", (unsigned)line->mode);
}

void
listen_lines_clear(struct listen_lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		line_clear(&lines->items[i]);
	free(lines->items);
	lines->items = NULL;
	lines->count = 0;
}
