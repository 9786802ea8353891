/*
 * Remarks on the terminal and in JSON.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_REMARK_LIST_H
#define HOPSEAL_CLI_REMARK_LIST_H

#include "policy/remark.h"

struct json_object;

/* A line each, however long: "advice: 192.0.2.1: ...", the gravest first. */
void remark_list_print(const struct remarks *remarks);

/* The same on stderr, beside output that is for other programs. */
void remark_list_complain(const struct remarks *remarks);

/* [{"level", "about", "text"}], about "" for all of it. */
struct json_object *remark_list_json(const struct remarks *remarks);

#endif
