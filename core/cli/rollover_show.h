/*
 * The verdict on a rollover, in words and as JSON.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_ROLLOVER_SHOW_H
#define HOPSEAL_CLI_ROLLOVER_SHOW_H

#include "cli/rollover_look.h"
#include "publish/rollover.h"

struct json_object;

/* What is shown of a verdict. */
struct rollover_shown {
	const struct rollover_seen *seen;
	const struct rollover_key *key; /* the records looked for at each server */
	bool is_leaving; /* of these the key's own: its issuer's may stay for others */
	const struct rollover_answer *answer;
	const char *headline; /* behind the verdict and the host */
};

/* As the exit codes of a check: GO 0, WAIT 1, BROKEN 2, UNSURE 3. */
enum exit_code rollover_exit_code(enum rollover_verdict verdict);

/* The headline; unless quiet the name servers; the remarks, if quiet those in the way alone. */
void rollover_print(const struct rollover_shown *shown, bool is_quiet);

/* "go: WHAT: HEADLINE" */
void rollover_print_verdict(
    enum rollover_verdict verdict, const char *what, const char *headline);

/* {"host", "port", "verdict", "owner", "zone", "servers", "remarks"}; freed with json_object_put(). */
struct json_object *rollover_json(const struct rollover_shown *shown);

/* Append "2026-11-22 16:05 UTC (17:05 CET)", never early. */
void rollover_add_moment(struct strbuf *out, time_t t);

/*
 * Read a word, "HOST" or "HOST:PORT", and the records for what is in the file.  EXIT_YES: key is to be cleared; or EXIT_USAGE,
 * complained about.
 */
MUST_CHECK enum exit_code rollover_operands(const char *word, const char *file,
    struct next_hop *host, struct rollover_key *key);

#endif
