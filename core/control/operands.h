/*
 * What the verbs about counts and reports share; for control/ only.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONTROL_OPERANDS_H
#define HOPSEAL_CONTROL_OPERANDS_H

#include "control/service.h"

/* ST_OK, or ST_IO with a sentence: there is no database. */
MUST_CHECK enum status operand_store(const struct service *service, struct why *why);

/* A number from 1 to max; text NULL: otherwise.  ST_OK or ST_SYNTAX. */
MUST_CHECK enum status operand_number(
    const char *text, uint64_t max, uint64_t otherwise, uint64_t *out, struct why *why);

/* What stands for "not given" before other operands. */
#define OPERAND_ANY "-"
bool operand_is_given(const char *text);

/* The first second of the last so many days, as text says; not given: 0. */
MUST_CHECK enum status operand_days(const char *text, time_t *from, struct why *why);

/* Not given: len 0. */
MUST_CHECK enum status operand_domain(
    const char *text, struct domain *out, struct why *why);

/* The sentence about a store that answers ST_IO. */
void say_unreadable(struct why *why);

#endif
