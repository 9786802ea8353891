/*
 * Facts and states as JSON; the shapes stand in control.h.  SPDX-License-Identifier: ISC
 *
 * All objects belong to the caller.
 */
#ifndef HOPSEAL_CONTROL_SHOW_H
#define HOPSEAL_CONTROL_SHOW_H

#include <stdbool.h>

#include "control/service.h"
#include "lookup/trace.h"

struct json_object;

/* with_text: "mx" and "lines" too. */
struct json_object *show_policy(const struct policy_entry *entry, bool with_text);

/* Append "example.org" or ".example.org". */
void show_pattern(const struct override *override, struct strbuf *out);

struct json_object *show_override(const struct override *override);
struct json_object *show_overrides(const struct override_list *list);

struct json_object *show_steps(const struct trace *trace);

struct json_object *show_status(const struct service *service);

/* {NAME: value, "done": done} */
struct json_object *show_done(const char *name, const char *value, const char *done);

#endif
