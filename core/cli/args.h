/*
 * The words behind "hopseal".  SPDX-License-Identifier: ISC
 *
 * Options may stand anywhere, before and behind the command; "--" ends them.
 */
#ifndef HOPSEAL_CLI_ARGS_H
#define HOPSEAL_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"

#define ARGS_OPTIONS_MAX 60
#define ARGS_WORDS_MAX   4096 /* files, from a pattern of the shell */

/* Everything points into argv. */
struct args {
	const char *config, *socket; /* NULL: the defaults */
	const char *dialect;
	const char *record, *policy;                              /* files */
	const char *message;                                      /* file */
	const char *mode, *max_age, *max_age_served, *policy_out; /* of MTA-STS */
	const char *state; /* file that remembers what was seen */
	const char *reason, *expiry;
	const char *kinds, *name, *port, *live, *ttl; /* of TLSA records */
	const char *days, *html;
	const char *selector;   /* of a DKIM key */
	const char *next, *old; /* files of a rollover */
	bool as_json, in_process, wants_more, wants_inbound, wants_help, wants_version;
	bool is_quiet, wants_sender, wants_now;
	bool offers_in_process;          /* the command has -n; set by main.c */
	char seen[ARGS_OPTIONS_MAX + 1]; /* keys of the options given */
	size_t count;                    /* words that are no options */
	const char *words[ARGS_WORDS_MAX];
};

/* Read argv.  ST_OK; ST_SYNTAX or ST_TOO_BIG with why. */
MUST_CHECK enum status args_parse(
    int argc, char **argv, struct args *out, struct why *why);

/* The name of an option that was given but is neither global nor among these keys; NULL: none. */
const char *args_stray(const struct args *args, const char *allowed);

/* What must stand behind this word, "FILE" perhaps; NULL: nothing, since it is no option that wants a value. */
const char *args_value(const char *word);

/* Print the options with these keys, and the global ones, one a line: the name, a tab, its meaning. */
void args_print_words(const char *keys);

/* Print one help line for every option with one of these keys, or for the global ones. */
void args_print_options(const char *keys);
void args_print_globals(void);

#endif
