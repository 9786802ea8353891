/*
 * Remarks on the terminal and in JSON.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_REMARK_LIST_H
#define HOPSEAL_CLI_REMARK_LIST_H

#include "policy/remark.h"

struct json_object;

/*
 * A line each, however long: "advice: 192.0.2.1: ...", the gravest first.  Those of this level and graver ones; whole, "" or a
 * domain, stands in front of what each is about.
 */
void remark_list_print(
    const struct remarks *remarks, enum remark_level least, const char *whole);

/* The same on stderr, beside output that is for other programs. */
void remark_list_complain(const struct remarks *remarks);

/* [{"level", "word", "about", "seen", "why", "remedy"}], about "" for all of it. */
struct json_object *remark_list_json(const struct remarks *remarks);

#endif
