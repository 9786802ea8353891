/*
 * A line of "hopseal status".  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_STATUS_LINE_H
#define HOPSEAL_CLI_STATUS_LINE_H

#include "base/strbuf.h"
#include "show/table.h"

struct json_object;

/* One line of the table; the text is used up. */
void status_line_add(
    struct table *table, const char *name, enum term_style style, struct strbuf *text);

/* A member, as printf() likes it; 0 when missing. */
long long status_number(const struct json_object *object, const char *name);

#endif
