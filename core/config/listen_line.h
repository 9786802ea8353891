/*
 * "unix:/run/hopseal/map owner=root:postfix mode=0660".  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONFIG_LISTEN_LINE_H
#define HOPSEAL_CONFIG_LISTEN_LINE_H

#include "config/config.h"

#define LISTEN_LINES_MAX 64

/* What a line may say, and what holds when it does not. */
struct listen_rule {
	bool is_unix_only;
	mode_t mode;
};

/*
 * Read a line and add it to the list.
 *
 * Returns ST_OK, ST_SYNTAX, ST_RANGE (too many lines) or ST_UNKNOWN (an option); on
 * failure the list is as before and why says what is wrong.
 */
MUST_CHECK enum status listen_line_parse(const char *text,
    const struct listen_rule *rule, struct listen_lines *lines, struct why *why);

/* Append the line as it is read. */
void listen_line_add(const struct listen_line *line, struct strbuf *out);

void listen_lines_clear(struct listen_lines *lines);

#endif
