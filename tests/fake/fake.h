/*
 * The test's side of the fakes: it writes the world, moves the clock, and looks at what was asked.
 * SPDX-License-Identifier: ISC
 *
 * tests/fake/loop.c, dns.c and https.c offer what net/ offers, under the same names, and are linked in its place.
 */
#ifndef HOPSEAL_TESTS_FAKE_FAKE_H
#define HOPSEAL_TESTS_FAKE_FAKE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "net/https.h"

/* --- the clock ------------------------------------------------------------------------ */

/* Forget everything and begin at this UTC time. */
void fake_begin(time_t now);

/* Run what is due now, and what that makes due, until nothing is. */
void fake_settle(void);

/* Let time pass, in order: every timer runs at its own moment. */
void fake_pass_ms(int64_t ms);
void fake_pass(time_t seconds);

/* The wall clock jumps, the monotonic one does not notice. */
void fake_jump(time_t seconds);

/* --- the name server ----------------------------------------------------------------------- */

/*
 * One line each: NAME TYPE and then one of
 *   S TTL DATA; DATA...    secure records ("I": insecure); MX "10 mx.example.org", TXT as it is, TLSA "3 1 1 HEX",
 *                          A and AAAA addresses, CNAME a name, SOA anything
 *   S TTL nodata           no such record; "nxdomain": no such name
 *   servfail               an error at once
 *   silent                 no answer before the deadline
 * A CNAME holds for all types of its name; "S TTL target stop" ends the message at the alias, "target servfail" and
 * "target silent" are what a question for the alias itself gets.  What was never said does not exist, insecurely, for
 * 300 s.  A later line replaces an earlier one.
 */
void dns_says(const char *line);

/* How long every answer takes from now on. */
void dns_takes_ms(int64_t ms);

/* How often "NAME TYPE" was asked since the last dns_forget_questions(). */
unsigned dns_asked(const char *name_and_type);

/* All questions in order, "NAME TYPE" and a newline each. */
const char *dns_questions(void);
void dns_forget_questions(void);

/* --- the policy hosts ------------------------------------------------------------------------- */

/* What a host answers from now on; body only with HTTPS_OK.  A host that nobody spoke of refuses connections. */
void web_says(const char *host, enum https_outcome outcome, const char *body);
void web_takes_ms(int64_t ms);

/* How many GETs a host has seen; all hosts: NULL. */
unsigned web_asked(const char *host);

/* The last GET's path and first address, for a look at what was asked. */
const char *web_last_path(void);
const char *web_last_address(void);

#endif
