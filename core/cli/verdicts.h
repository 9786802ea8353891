/*
 * An answer of the engine on the terminal.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_VERDICTS_H
#define HOPSEAL_CLI_VERDICTS_H

#include "cli/command.h"

struct json_object;

/* The domain's verdict and those of its hosts; answer is what the dialect "json" says. */
void verdicts_print(const struct json_object *answer);

/* EXIT_NO when mail would wait or bounce. */
enum exit_code verdicts_code(const struct json_object *answer);

#endif
