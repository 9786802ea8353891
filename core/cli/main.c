/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "cli/command.h"
#include "cli/words.h"
#include "config/nearest.h"
#include "policy/override.h"
#include "show/complain.h"
#include "show/term.h"

static command_fn help_command, complete_command;

#define ACTION_WORD(name, word, meaning) " " word

static const struct command commands[] = {
	{ "query", "DOMAIN [-d DIALECT] [-j] [-n]", "djn", 1, 1, query_command,
	    "how mail for a domain may be delivered: the verdict for every MX host" },
	{ "explain", "DOMAIN [-j] [-n]", "jn", 1, 1, explain_command,
	    "why: every lookup, its security, every rule" },
	{ "status", "[--inbound [DAYS]] [-j]", "jI", 0, 1, status_command,
	    "the daemon, its resolver, its caches; today's sessions and reports" },
	{ "cache list", "[PATTERN] [-j]", "j", 0, 1, cache_list_command,
	    "the MTA-STS policies in the cache" },
	{ "cache show", "DOMAIN [-j]", "j", 1, 1, cache_show_command,
	    "one policy as published, and how old it is" },
	{ "cache refresh", "DOMAIN [-j]", "j", 1, 1, cache_refresh_command,
	    "fetch a policy now" },
	{ "cache drop", "DOMAIN [-j]", "j", 1, 1, cache_drop_command,
	    "forget what is known of a domain" },
	{ "override list", "[-j]", "j", 0, 0, override_list_command,
	    "the exceptions in force" },
	{ "override add", "PATTERN ACTION -r REASON -e EXPIRY [-j]", "jre", 2, 2,
	    override_add_command,
	    "make an exception; ACTION is one of" OVERRIDE_ACTIONS(ACTION_WORD) },
	{ "override remove", "PATTERN [-j]", "j", 1, 1, override_remove_command,
	    "end an exception" },
	{ "report list", "[DOMAIN [DAY]] [-j] [-n]", "jn", 0, 2, report_list_command,
	    "the reports that were made, and where they went; DOMAIN may be -, any" },
	{ "report show", "REPORT-ID [-j] [-n]", "jn", 1, 1, report_show_command,
	    "one of them as it was sent" },
	{ "report preview", "DOMAIN [DAY] [-j] [-n]", "jn", 1, 2,
	    report_preview_command, "the report as it would be made now" },
	{ "report resend", "REPORT-ID [-j]", "j", 1, 1, report_resend_command,
	    "send it again to all its destinations" },
	{ "report key", "", "", 0, 0, report_key_command,
	    "the DNS record of the key that signs report mail" },
	{ "report html", "[FILE [DOMAIN]] [--days N] [-n]", "nD", 0, 2,
	    report_html_command,
	    "a page about what we have sent, into FILE or to standard output; 30 days "
	    "without --days" },
	{ "report inbox",
	    "[--days N] [DOMAIN] [-v] [--html FILE] [-j] [-n] | NUMBER [-j] [-n]",
	    "jnvDH", 0, 1, report_inbox_command,
	    "what others have reported to us: who failed, how, how often, since when; "
	    "or one of their reports" },
	{ "report read", "FILE ... [--html FILE] [-j]", "jH", 1, ARGS_WORDS_MAX,
	    report_read_command,
	    "what others report: JSON, gzip or mail; FILE may be -" },
	{ "report make", "DOMAIN DESTINATION ... [-j]", "j", 2, ARGS_WORDS_MAX,
	    report_make_command,
	    "a TLSRPT record; a DESTINATION is a mailbox or a URI" },
	{ "report lint", "--record FILE | --message FILE [-j]", "jRB", 0, 0,
	    report_lint_command,
	    "check a TLSRPT record, or how a report by mail is signed; FILE may be -" },
	{ "check", "DOMAIN ... [--sender] [--selector NAME] [-q] [-j]", "jqSK", 1,
	    ARGS_WORDS_MAX, check_command,
	    "whole domains: MX, DNSSEC, every address, TLSA, MTA-STS, TLS-RPT" },
	{ "sts lint", "--record FILE | --policy FILE [-j]", "jRP", 0, 0,
	    sts_lint_command, "check an MTA-STS record or policy; FILE may be -" },
	{ "sts make",
	    "DOMAIN [--mode MODE] [--max-age SECONDS] [--policy-out FILE] [-j]", "jMAO",
	    1, 1, sts_make_command,
	    "an MTA-STS record and policy for the MX hosts that there are" },
	{ "sts publish", "DOMAIN [--policy FILE] [--state FILE] [-j]", "jPZ", 1, 1,
	    sts_publish_command,
	    "whether MTA-STS is brought up in the right order, and what comes next" },
	{ "sts retire", "DOMAIN [--max-age-served SECONDS] [--state FILE] [-j]", "jGZ",
	    1, 1, sts_retire_command,
	    "how to take MTA-STS away, and when record and host may go" },
	{ "sts match", "PATTERN HOST [-j]", "j", 2, 2, sts_match_command,
	    "whether an mx pattern names a host" },
	{ "tlsa make",
	    "[-t TYPE,...] [--name HOST] [--port N] FILE ... | --live HOST [-j]",
	    "jtNpL", 0, ARGS_WORDS_MAX, tlsa_make_command,
	    "TLSA records to publish, from certificates, keys or a live server" },
	{ "tlsa show", "[RECORD ... | -] [-j]", "j", 0, ARGS_WORDS_MAX,
	    tlsa_show_command,
	    "TLSA records in words: what they match, whether senders can use them" },
	{ "tlsa check", "HOST [-j]", "j", 1, 1, tlsa_check_command,
	    "every address of a host or HOST:PORT against its TLSA records" },
	{ "tlsa ready", "--next FILE [--state FILE] HOST [-q] [-j]", "jqXZ", 1, 1,
	    tlsa_ready_command,
	    "whether a host may show its next key: before it is installed" },
	{ "tlsa retire", "--old FILE HOST ... [-q] [-j]", "jqY", 1, ARGS_WORDS_MAX,
	    tlsa_retire_command, "whether the record of a host's old key may go" },
	{ "tlsa plan", "[--name HOST] [--port N] [--ttl SECONDS] CURRENT [NEXT] [-j]",
	    "jNpT", 1, 2, tlsa_plan_command,
	    "change a key: which records to publish, and what to do when" },
	{ "help", "[COMMAND]", "", 0, 2, help_command, "this, or more about one" },
	{ "watch", "[DOMAIN] [--now] [-j]", "jW", 0, 1, watch_command,
	    "the domains that the daemon checks on a schedule, and how they are" },
	{ "complete", "[-- WORD ...]", "", 0, ARGS_WORDS_MAX, complete_command,
	    "what may stand behind these words, for a shell" },
};

static size_t
first_word_len(const struct command *c)
{
	return strcspn(c->name, " ");
}

static bool
starts_with(const struct command *c, const char *word)
{
	size_t len = first_word_len(c);

	return strlen(word) == len && memcmp(c->name, word, len) == 0;
}

/* How many words the name takes; 0: these are others. */
static size_t
match(const struct command *c, const char *const *words, size_t count)
{
	const char *second = c->name + first_word_len(c);

	if (count == 0 || !starts_with(c, words[0]))
		return 0;
	if (*second == '\0')
		return 1;
	return count > 1 && strcmp(second + 1, words[1]) == 0 ? 2 : 0;
}

static const struct command *
find(const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < COUNT_OF(commands); i++)
		if (match(&commands[i], words, count) > 0)
			return &commands[i];
	return NULL;
}

static void
print_usage(void)
{
	size_t i;

	printf("usage: hopseal [-c FILE] [-s SOCKET] COMMAND ...\n\n");
	for (i = 0; i < COUNT_OF(commands); i++)
		printf("  hopseal %s %s\n      %s\n", commands[i].name,
		    commands[i].usage, commands[i].help);
	printf("\n");
	args_print_globals();
}

static void
print_help(const struct command *c)
{
	printf("usage: hopseal %s %s\n\n%s\n\n", c->name, c->usage, c->help);
	args_print_options(c->options);
	args_print_globals();
}

/* The command whose first word is most like this one; NULL: none is. */
static const struct command *
find_nearest(const char *word)
{
	const struct command *best = NULL;
	size_t i, distance, least = 0;
	char first[NEAREST_MAX];

	for (i = 0; i < COUNT_OF(commands); i++) {
		snprintf(first, sizeof(first), "%.*s",
		    (int)first_word_len(&commands[i]), commands[i].name);
		distance = edit_distance(word, first);
		if (is_near(word, distance) && (best == NULL || distance < least)) {
			best = &commands[i];
			least = distance;
		}
	}
	return best;
}

/* The words are no command: say what could be meant. */
static enum exit_code
complain_unknown(const char *word)
{
	const struct command *nearest = find_nearest(word);
	struct strbuf members = STRBUF_INIT;
	size_t i;

	for (i = 0; i < COUNT_OF(commands); i++)
		if (starts_with(&commands[i], word))
			strbuf_addf(&members, "%s\"hopseal %s\"",
			    members.len > 0 ? ", " : "", commands[i].name);
	if (members.len > 0)
		complain("say one of %s", strbuf_str(&members));
	else if (nearest != NULL)
		complain("there is no command \"%s\"; is \"%.*s\" meant?", word,
		    (int)first_word_len(nearest), nearest->name);
	else
		complain(
		    "there is no command \"%s\"; \"hopseal help\" lists them", word);
	strbuf_clear(&members);
	return EXIT_USAGE;
}

static enum exit_code
help_command(const struct args *args)
{
	const struct command *c = find(args->words, args->count);

	if (args->count == 0)
		print_usage();
	else if (c != NULL)
		print_help(c);
	else
		return complain_unknown(args->words[0]);
	return EXIT_YES;
}

static enum exit_code
complete_command(const struct args *args)
{
	words_print(commands, COUNT_OF(commands), args->words, args->count);
	return EXIT_YES;
}

static enum exit_code
complain_usage(const struct command *c)
{
	complain("usage: hopseal %s %s", c->name, c->usage);
	return EXIT_USAGE;
}

/* Drop the command's name from the words. */
static void
leave_operands(const struct command *c, struct args *args)
{
	size_t n = match(c, args->words, args->count);

	args->count -= n;
	memmove(args->words, args->words + n, args->count * sizeof(args->words[0]));
}

static enum exit_code
run(const struct command *c, struct args *args)
{
	const char *stray = args_stray(args, c->options);

	if (args->wants_help) {
		print_help(c);
		return EXIT_YES;
	}
	leave_operands(c, args);
	args->offers_in_process = strchr(c->options, 'n') != NULL;
	if (args->count < c->min || args->count > c->max)
		return complain_usage(c);
	if (stray != NULL) {
		complain("there is no %s here", stray);
		return complain_usage(c);
	}
	return c->run(args);
}

static enum exit_code
dispatch(struct args *args)
{
	const struct command *c;

	if (args->wants_version) {
		printf("hopseal %s\n", HOPSEAL_VERSION);
		return EXIT_YES;
	}
	if (args->count == 0 && args->wants_help) {
		print_usage();
		return EXIT_YES;
	}
	if (args->count == 0) {
		complain("which command?  \"hopseal help\" lists them");
		return EXIT_USAGE;
	}
	c = find(args->words, args->count);
	return c != NULL ? run(c, args) : complain_unknown(args->words[0]);
}

int
main(int argc, char **argv)
{
	struct args args;
	struct why why;
	enum exit_code code;

	log_open("hopseal", LOG_TO_STDERR, LEVEL_WARN);
	term_open();
	if (args_parse(argc, argv, &args, &why) != ST_OK) {
		complain("%s; \"hopseal help\" tells more", why.text);
		return EXIT_USAGE;
	}
	code = dispatch(&args);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	complain("cannot write: %s", strerror(errno));
	return EXIT_FAILED;
}
