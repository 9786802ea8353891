/*
 * The test's side of the fakes: it writes the world, moves the clock, and looks at what was asked.
 * SPDX-License-Identifier: ISC
 *
 * tests/fake/loop.c, dns.c, https.c, mail.c, program.c and smtp_probe.c offer what net/ offers, under the same names, and are linked in its place.
 */
#ifndef HOPSEAL_TESTS_FAKE_FAKE_H
#define HOPSEAL_TESTS_FAKE_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "net/https.h"
#include "net/mail.h"
#include "net/smtp_probe.h"

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
 *                          A and AAAA addresses, CNAME and NS names, SOA its numbers, SERIAL REFRESH ..., or anything
 *                          "S1000-2000": with signatures of these times; "B": bogus, so only an unchecked question is answered;
 *                          "F": the first time so, as by a resolver whose servers are slow
 *   S TTL nodata           no such record; "nxdomain": no such name
 *   servfail               an error at once
 *   silent                 no answer before the deadline
 * "@192.0.2.53 NAME ..." is that server's own word, when it is opened and asked; "L" in place of "S": it does not serve
 * the zone.  There is no route to 2001:db8:1::/48.
 *
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

/* --- the policy hosts, and the endpoints for reports ------------------------------------------ */

/*
 * What a host, or "HOST ADDRESS", answers from now on; body only with HTTPS_OK, of a look also with HTTPS_MEDIA_TYPE
 * (text/html) and HTTPS_CERTIFICATE (expired).  A host that nobody spoke of refuses connections.
 */
void web_says(const char *host, enum https_outcome outcome, const char *body);
void web_takes_ms(int64_t ms);

/* How many GETs a host has seen; all hosts: NULL. */
unsigned web_asked(const char *host);

/* How many POSTs; all hosts: NULL. */
unsigned web_posted(const char *host);

/* The last request's path and first address, and the last POST's body and media type. */
const char *web_last_path(void);
const char *web_last_address(void);
const void *web_last_post(size_t *len);
const char *web_last_media_type(void);

/* --- the MX hosts, as a probe sees them --------------------------------------------------------- */

/*
 * What an address shows from now on: detail as the real one gives it, chain with TLS_UP only; both are copied.  An address
 * that nobody spoke of cannot be reached.
 */
void mx_says(const char *address, enum event_tls tls, const char *detail,
    const struct chain *chain);
void mx_takes_ms(int64_t ms);

/* How many looks an address has seen; all addresses: NULL. */
unsigned mx_looked_at(const char *address);

/* How many looks are under way. */
unsigned mx_looks(void);

/* Of the last look. */
const char *mx_last_sni(void);
const char *mx_last_helo(void);
unsigned mx_last_port(void);

/* What every address answers to EHLO. */
#define MX_HELO "helo.example"

/* --- outgoing mail ------------------------------------------------------------------------------ */

/* What a server says from now on, or a program (its path).  A server or program that nobody spoke of refuses for now. */
void mail_says(const char *via, enum mail_outcome outcome);
void mail_takes_ms(int64_t ms);

/* One attempt, whatever came of it. */
struct fake_mail {
	char *
	    via; /* the server's name, its first address where it has no name, or the program */
	char *sender, *recipient, *message;
	size_t len;
	enum mail_outcome outcome; /* as the caller heard it, or will */
};

/* The attempts in order; NULL behind the last. */
const struct fake_mail *mail_attempt(size_t index);

/* How many attempts ended with MAIL_ACCEPTED; any recipient: NULL. */
unsigned mail_accepted(const char *recipient);

/* --- programs ------------------------------------------------------------------------------------ */

/* How every program ends from now on (0 at the beginning), and how long it takes. */
void program_says(int exit_status);
void program_takes_ms(int64_t ms);

/* One run: words and variables with blanks between. */
struct fake_run {
	char *words, *env, *input;
};

/* The runs in order; NULL behind the last.  How many there were, and are under way. */
const struct fake_run *program_run(size_t index);
size_t program_runs(void);
size_t program_runs_now(void);

#endif
