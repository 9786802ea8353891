/* SPDX-License-Identifier: ISC */
#include "cli/args.h"

#include <assert.h>

static const struct option {
	char key;          /* in command.options */
	const char *name;  /* "-d" or "--record" */
	const char *value; /* what follows it; NULL: nothing, offset is of a bool */
	size_t offset;
	bool is_global;
	const char *help;
} options[] = {
	{ 'c', "-c", "FILE", offsetof(struct args, config), true,
	    "configuration file" },
	{ 's', "-s", "SOCKET", offsetof(struct args, socket), true,
	    "the daemon's control socket, unix:PATH or inet:ADDRESS:PORT" },
	{ 'V', "-V", NULL, offsetof(struct args, wants_version), true,
	    "print the version" },
	{ 'h', "-h", NULL, offsetof(struct args, wants_help), true, "print help" },
	{ 'd', "-d", "DIALECT", offsetof(struct args, dialect), false,
	    "the reply under this map name, byte for byte" },
	{ 'j', "-j", NULL, offsetof(struct args, as_json), false, "print JSON" },
	{ 'n', "-n", NULL, offsetof(struct args, in_process), false,
	    "work without the daemon" },
	{ 'v', "-v", NULL, offsetof(struct args, wants_more), false,
	    "one by one, too" },
	{ 'D', "--days", "N", offsetof(struct args, days), false,
	    "those of the last N days; without it, all that are kept" },
	{ 'H', "--html", "FILE", offsetof(struct args, html), false,
	    "write a page for a browser instead; FILE may be -" },
	{ 'r', "-r", "REASON", offsetof(struct args, reason), false,
	    "why, for those who come after you" },
	{ 'e', "-e", "EXPIRY", offsetof(struct args, expiry), false,
	    "when it ends: 2027-01-31, or 14d or 12h from now" },
	{ 'I', "--inbound", NULL, offsetof(struct args, wants_inbound), false,
	    "who uses which TLS with us instead, today or the last DAYS days" },
	{ 't', "-t", "TYPE,...", offsetof(struct args, kinds), false,
	    "kinds of records: usage, selector, matching type; 311 without it" },
	{ 'N', "--name", "HOST", offsetof(struct args, name), false,
	    "the MX host; without it, the name in the certificate" },
	{ 'p', "--port", "N", offsetof(struct args, port), false,
	    "its port; 25 without it" },
	{ 'L', "--live", "HOST", offsetof(struct args, live), false,
	    "ask HOST or HOST:PORT by STARTTLS instead of reading files" },
	{ 'T', "--ttl", "SECONDS", offsetof(struct args, ttl), false,
	    "that of the TLSA records; 3600 without it" },
	{ 'q', "-q", NULL, offsetof(struct args, is_quiet), false,
	    "only what is worse than good" },
	{ 'S', "--sender", NULL, offsetof(struct args, wants_sender), false,
	    "also how mail from here to there would go" },
	{ 'K', "--selector", "NAME", offsetof(struct args, selector), false,
	    "that of the DKIM key which signs reports" },
	{ 'W', "--now", NULL, offsetof(struct args, wants_now), false,
	    "look now, and wait for what comes of it" },
	{ 'X', "--next", "FILE", offsetof(struct args, next), false,
	    "the next certificate, or its key" },
	{ 'Y', "--old", "FILE", offsetof(struct args, old), false,
	    "the certificate, or its key, that was replaced" },
	{ 'R', "--record", "FILE", offsetof(struct args, record), false,
	    "TXT records found at the name, one a line" },
	{ 'P', "--policy", "FILE", offsetof(struct args, policy), false,
	    "policy body as received" },
	{ 'B', "--message", "FILE", offsetof(struct args, message), false,
	    "a mail with a report, as it was received" },
	{ 'M', "--mode", "MODE", offsetof(struct args, mode), false,
	    "testing, enforce or none; testing without it" },
	{ 'A', "--max-age", "SECONDS", offsetof(struct args, max_age), false,
	    "how long senders keep the policy; a day, or a week with enforce" },
	{ 'O', "--policy-out", "FILE", offsetof(struct args, policy_out), false,
	    "write the policy there, as it is to be served" },
	{ 'G', "--max-age-served", "SECONDS", offsetof(struct args, max_age_served),
	    false, "the largest max_age of all policies that were ever served" },
	{ 'Z', "--state", "FILE", offsetof(struct args, state), false,
	    "what was seen before; without it, a file in the state folder" },
};

static_assert(COUNT_OF(options) <= ARGS_OPTIONS_MAX, "all can be given at once");

static const struct option *
find_letter(char letter)
{
	size_t i;

	for (i = 0; i < COUNT_OF(options); i++)
		if (options[i].name[1] == letter && options[i].name[2] == '\0')
			return &options[i];
	return NULL;
}

/* word is len bytes behind "--". */
static const struct option *
find_word(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < COUNT_OF(options); i++)
		if (strlen(options[i].name) == len + 2 && len > 0 &&
		    memcmp(options[i].name + 2, word, len) == 0)
			return &options[i];
	return NULL;
}

/* Where the parser stands. */
struct cursor {
	char **argv;
	int argc, at;
	struct args *out;
	struct why *why;
};

static void
mark_seen(struct args *args, char key)
{
	size_t n = strlen(args->seen);

	if (strchr(args->seen, key) == NULL)
		args->seen[n] = key;
}

/* attached: the value in the same word, or NULL. */
static enum status
take(struct cursor *c, const struct option *option, const char *attached)
{
	void *field = (char *)c->out + option->offset;

	mark_seen(c->out, option->key);
	if (option->value == NULL) {
		*(bool *)field = true;
		return ST_OK;
	}
	if (attached == NULL && c->at + 1 < c->argc)
		attached = c->argv[++c->at];
	if (attached == NULL) {
		why_set(c->why, "%s wants %s behind it", option->name, option->value);
		return ST_SYNTAX;
	}
	*(const char **)field = attached;
	return ST_OK;
}

static enum status
unknown(const struct cursor *c)
{
	why_set(c->why, "there is no option \"%s\"", c->argv[c->at]);
	return ST_SYNTAX;
}

/* "--record FILE" or "--record=FILE" */
static enum status
take_long(struct cursor *c)
{
	const char *word = c->argv[c->at] + 2, *equals = strchr(word, '=');
	size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
	const struct option *option = find_word(word, len);

	if (option == NULL)
		return unknown(c);
	return take(c, option, equals != NULL ? equals + 1 : NULL);
}

/* "-j", "-jn", "-d sts", "-dsts" */
static enum status
take_short(struct cursor *c)
{
	const char *letter = c->argv[c->at] + 1;
	enum status rc = ST_OK;

	for (; *letter != '\0' && rc == ST_OK; letter++) {
		const struct option *option = find_letter(*letter);

		if (option == NULL)
			return unknown(c);
		if (option->value != NULL)
			return take(c, option, letter[1] != '\0' ? letter + 1 : NULL);
		rc = take(c, option, NULL);
	}
	return rc;
}

static enum status
take_word(struct cursor *c)
{
	if (c->out->count == ARGS_WORDS_MAX) {
		why_set(c->why, "too many words");
		return ST_TOO_BIG;
	}
	c->out->words[c->out->count++] = c->argv[c->at];
	return ST_OK;
}

enum status
args_parse(int argc, char **argv, struct args *out, struct why *why)
{
	struct cursor c = {
		.argv = argv, .argc = argc, .at = 1, .out = out, .why = why
	};
	bool options_ended = false;
	enum status rc = ST_OK;

	memset(out, 0, sizeof(*out));
	for (; c.at < argc && rc == ST_OK; c.at++) {
		const char *word = argv[c.at];

		if (options_ended || word[0] != '-' || word[1] == '\0')
			rc = take_word(&c);
		else if (strcmp(word, "--") == 0)
			options_ended = true;
		else
			rc = word[1] == '-' ? take_long(&c) : take_short(&c);
	}
	return rc;
}

const char *
args_stray(const struct args *args, const char *allowed)
{
	size_t i;

	for (i = 0; i < COUNT_OF(options); i++)
		if (!options[i].is_global &&
		    strchr(args->seen, options[i].key) != NULL &&
		    strchr(allowed, options[i].key) == NULL)
			return options[i].name;
	return NULL;
}

const char *
args_value(const char *word)
{
	const struct option *option = NULL;

	if (word[0] == '-' && word[1] == '-')
		option = find_word(word + 2, strlen(word + 2));
	else if (word[0] == '-' && word[1] != '\0' && word[2] == '\0')
		option = find_letter(word[1]);
	return option != NULL ? option->value : NULL;
}

void
args_print_words(const char *keys)
{
	size_t i;

	for (i = 0; i < COUNT_OF(options); i++)
		if (options[i].is_global || strchr(keys, options[i].key) != NULL)
			printf("%s\t%s\n", options[i].name, options[i].help);
}

static void
print_option(const struct option *option)
{
	char name[32];

	snprintf(name, sizeof(name), "%s %s", option->name,
	    option->value != NULL ? option->value : "");
	printf("  %-16s %s\n", name, option->help);
}

void
args_print_options(const char *keys)
{
	size_t i;

	for (i = 0; i < COUNT_OF(options); i++)
		if (strchr(keys, options[i].key) != NULL)
			print_option(&options[i]);
}

void
args_print_globals(void)
{
	size_t i;

	for (i = 0; i < COUNT_OF(options); i++)
		if (options[i].is_global)
			print_option(&options[i]);
}
