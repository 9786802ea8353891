/*
 * What came of a check, by the gravest remark.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_OUTCOME_H
#define HOPSEAL_CLI_OUTCOME_H

#include "cli/command.h"
#include "policy/remark.h"
#include "show/term.h"

enum exit_code outcome_code(enum remark_level worst);

/* "good", "good, with advice", "could not tell", "broken" */
const char *outcome_text(enum remark_level worst);
enum term_style outcome_style(enum remark_level worst);

#endif
