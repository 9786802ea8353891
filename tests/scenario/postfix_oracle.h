/*
 * What Postfix makes of a reply, host by host.  SPDX-License-Identifier: ISC
 *
 * Written from its documentation (tls_policy(5), postconf(5)), not from wire/dialect_postfix.c, whose work it judges.
 */
#ifndef HOPSEAL_TESTS_SCENARIO_POSTFIX_ORACLE_H
#define HOPSEAL_TESTS_SCENARIO_POSTFIX_ORACLE_H

#include "wire/answer.h"

/*
 * Fails the test when, after this answer in the words of the map, a host is reached with less than its own verdict,
 * no host is reached though one may be, or the reply is one that Postfix cannot read.
 */
void assert_postfix_obeys(const struct answer *answer, const char *map);

#endif
