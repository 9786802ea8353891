/* SPDX-License-Identifier: ISC */
#include <stdarg.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/term.h"
#include "config/nearest.h"

struct command {
	const char *group, *name; /* "cache", "list"; group NULL: one word is enough */
	const char *usage;
	const char *options; /* keys of args.c */
	size_t min, max;     /* operands */
	command_fn *run;
	const char *help;
};

static command_fn help_command;

static const struct command commands[] = {
	{ NULL, "query", "DOMAIN [-d DIALECT] [-j] [-n]", "djn", 1, 1, query_command,
	    "how mail for a domain may be delivered: the verdict for every MX host" },
	{ NULL, "explain", "DOMAIN [-j] [-n]", "jn", 1, 1, explain_command,
	    "why: every lookup, its security, every rule" },
	{ NULL, "status", "[-j]", "j", 0, 0, status_command,
	    "the daemon, its resolver, its caches" },
	{ "cache", "list", "[PATTERN] [-j]", "j", 0, 1, cache_list_command,
	    "the MTA-STS policies in the cache" },
	{ "cache", "show", "DOMAIN [-j]", "j", 1, 1, cache_show_command,
	    "one policy as published, and how old it is" },
	{ "cache", "refresh", "DOMAIN", "j", 1, 1, cache_refresh_command,
	    "fetch a policy now" },
	{ "cache", "drop", "DOMAIN", "j", 1, 1, cache_drop_command,
	    "forget what is known of a domain" },
	{ "override", "list", "[-j]", "j", 0, 0, override_list_command,
	    "the exceptions in force" },
	{ "override", "add", "PATTERN ACTION -r REASON -e EXPIRY", "jre", 2, 2,
	    override_add_command, "make an exception" },
	{ "override", "remove", "PATTERN", "j", 1, 1, override_remove_command,
	    "end an exception" },
	{ "sts", "lint", "--record FILE | --policy FILE", "jRP", 0, 0, sts_lint_command,
	    "check an MTA-STS record or policy; FILE may be -" },
	{ "sts", "match", "PATTERN HOST", "j", 2, 2, sts_match_command,
	    "whether an mx pattern names a host" },
	{ NULL, "help", "[COMMAND]", "", 0, 2, help_command,
	    "this, or more about one" },
};

void
complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("hopseal: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

static const char *
group_of(const struct command *c)
{
	return c->group != NULL ? c->group : "";
}

/* The words before the operands: "cache list". */
static size_t
word_count(const struct command *c)
{
	return c->group != NULL ? 2 : 1;
}

static void
put_name(FILE *to, const struct command *c)
{
	fprintf(to, "%s%s%s", group_of(c), c->group != NULL ? " " : "", c->name);
}

static const struct command *
find(const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < COUNT_OF(commands); i++) {
		const struct command *c = &commands[i];

		if (word_count(c) > count)
			continue;
		if (c->group == NULL ? strcmp(c->name, words[0]) == 0
				     : strcmp(c->group, words[0]) == 0 &&
					   strcmp(c->name, words[1]) == 0)
			return c;
	}
	return NULL;
}

static void
print_usage(void)
{
	size_t i;

	printf("usage: hopseal [-c FILE] [-s SOCKET] COMMAND ...\n\n");
	for (i = 0; i < COUNT_OF(commands); i++) {
		printf("  hopseal ");
		put_name(stdout, &commands[i]);
		printf(" %s\n      %s\n", commands[i].usage, commands[i].help);
	}
	printf("\n");
	args_print_globals();
}

static void
print_help(const struct command *c)
{
	printf("usage: hopseal ");
	put_name(stdout, c);
	printf(" %s\n\n%s\n\n", c->usage, c->help);
	args_print_options(c->options);
	args_print_globals();
}

static const char *
nearest_first_word(const char *word)
{
	const char *best = NULL;
	size_t i, least = 0;

	for (i = 0; i < COUNT_OF(commands); i++) {
		const char *name =
		    commands[i].group != NULL ? commands[i].group : commands[i].name;
		size_t distance = edit_distance(word, name);

		if (is_near(word, distance) && (best == NULL || distance < least)) {
			best = name;
			least = distance;
		}
	}
	return best;
}

/* The words are no command: say what could be meant. */
static enum exit_code
complain_unknown(const char *const *words)
{
	const char *nearest;
	size_t i, members = 0;

	for (i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(group_of(&commands[i]), words[0]) == 0)
			fprintf(stderr, "%s\"hopseal %s %s\"",
			    members++ == 0 ? "hopseal: say one of " : ", ", words[0],
			    commands[i].name);
	if (members > 0) {
		fputc('\n', stderr);
		return EXIT_USAGE;
	}
	nearest = nearest_first_word(words[0]);
	if (nearest != NULL)
		complain(
		    "there is no command \"%s\"; is \"%s\" meant?", words[0], nearest);
	else
		complain("there is no command \"%s\"; \"hopseal help\" lists them",
		    words[0]);
	return EXIT_USAGE;
}

static enum exit_code
help_command(const struct args *args)
{
	const struct command *c;

	if (args->count == 0) {
		print_usage();
		return EXIT_YES;
	}
	c = find(args->words, args->count);
	if (c == NULL)
		return complain_unknown(args->words);
	print_help(c);
	return EXIT_YES;
}

static enum exit_code
complain_usage(const struct command *c)
{
	fputs("usage: hopseal ", stderr);
	put_name(stderr, c);
	fprintf(stderr, " %s\n", c->usage);
	return EXIT_USAGE;
}

/* args->words begin with the command's name. */
static enum exit_code
run(const struct command *c, struct args *args)
{
	const char *stray;

	if (args->wants_help) {
		print_help(c);
		return EXIT_YES;
	}
	args->count -= word_count(c);
	memmove(args->words, args->words + word_count(c),
	    args->count * sizeof(args->words[0]));
	if (args->count < c->min || args->count > c->max)
		return complain_usage(c);
	stray = args_stray(args, c->options);
	if (stray != NULL) {
		complain("there is no %s here", stray);
		return complain_usage(c);
	}
	return c->run(args);
}

int
main(int argc, char **argv)
{
	const struct command *c;
	struct args args;
	struct why why;

	log_open("hopseal", LOG_TO_STDERR, LEVEL_WARN);
	term_open();
	if (args_parse(argc, argv, &args, &why) != ST_OK) {
		complain("%s; \"hopseal help\" tells more", why.text);
		return EXIT_USAGE;
	}
	if (args.wants_version) {
		printf("hopseal %s\n", HOPSEAL_VERSION);
		return EXIT_YES;
	}
	if (args.count == 0 && args.wants_help) {
		print_usage();
		return EXIT_YES;
	}
	if (args.count == 0) {
		complain("which command?  \"hopseal help\" lists them");
		return EXIT_USAGE;
	}
	c = find(args.words, args.count);
	return c != NULL ? run(c, &args) : complain_unknown(args.words);
}
