/*
 * A list of exceptions on the terminal.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_OVERRIDES_H
#define HOPSEAL_CLI_OVERRIDES_H

struct json_object;

/* object has a member "overrides" (control/control.h).  Prints nothing when it is empty. */
void overrides_print(const struct json_object *object);

#endif
