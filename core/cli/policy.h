/*
 * A cached policy, as the daemon tells it (POLICY of control/control.h).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_POLICY_H
#define HOPSEAL_CLI_POLICY_H

#include <stdbool.h>

struct json_object;

/* "enforce"; "-" when only the lack of one is known. */
const char *policy_mode(const struct json_object *policy);

/* Whether the last attempt to get a new one did. */
bool policy_has_failed(const struct json_object *policy);

void policy_print(const struct json_object *policy);

#endif
