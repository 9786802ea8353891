/*
 * The commands of "hopseal".  SPDX-License-Identifier: ISC
 *
 * One row of the table in main.c for each; the table finds them and prints the usage.
 */
#ifndef HOPSEAL_CLI_COMMAND_H
#define HOPSEAL_CLI_COMMAND_H

#include "cli/args.h"

/* hopseal.1 states them. */
enum exit_code {
	EXIT_YES = 0,    /* done; valid; match */
	EXIT_NO = 1,     /* refused; not found; not valid; no match */
	EXIT_USAGE = 2,  /* the command line, or a file named on it */
	EXIT_FAILED = 3, /* nothing could be found out: no daemon, no configuration */
	/* Of a check, as Nagios and cron want them. */
	EXIT_GOOD = EXIT_YES,
	EXIT_ADVICE = EXIT_NO,
	EXIT_BROKEN = EXIT_USAGE,
	EXIT_UNSURE = EXIT_FAILED,
};

/* args->words are the operands only: as many as the table says. */
typedef enum exit_code command_fn(const struct args *args);

struct command {
	const char *name; /* one word or two */
	const char *usage;
	const char *options; /* keys of args.c */
	size_t min, max;     /* operands */
	command_fn *run;
	const char *help;
};

command_fn check_command, watch_command;
command_fn query_command, explain_command, status_command;
command_fn cache_list_command, cache_show_command, cache_refresh_command;
command_fn cache_drop_command;
command_fn override_list_command, override_add_command, override_remove_command;
command_fn report_list_command, report_show_command, report_preview_command;
command_fn report_resend_command, report_key_command, inbound_command;
command_fn report_html_command;
command_fn report_inbox_command, report_read_command, report_lint_command;
command_fn report_make_command;
command_fn sts_lint_command, sts_match_command;
command_fn sts_make_command, sts_publish_command, sts_retire_command;
command_fn tlsa_make_command, tlsa_show_command, tlsa_check_command;
command_fn tlsa_plan_command, tlsa_ready_command, tlsa_retire_command;

#endif
