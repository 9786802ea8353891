/* SPDX-License-Identifier: ISC */
#include "cli/words.h"

#include <stdio.h>
#include <string.h>

#include "policy/override.h"
#include "wire/dialect.h"

static void
print_word(const char *word, const char *meaning)
{
	printf("%s\t%s\n", word, meaning);
}

/* --- what stands for one of a few words -------------------------------------------------- */

static void
print_file(void)
{
	puts("FILE");
}

static void
print_dialects(void)
{
	const struct dialect *d;

	for (d = dialects; d->map != NULL; d++)
		print_word(d->map, d->summary);
}

static void
print_actions(void)
{
#define X(name, word, meaning) print_word(word, meaning);
	OVERRIDE_ACTIONS(X)
#undef X
}

static void
print_modes(void)
{
	print_word("testing", "faults are reported, mail is delivered");
	print_word("enforce", "mail waits rather than go where it may not");
	print_word("none", "there is no policy any more");
}

static void
print_kinds(void)
{
	print_word("311", "digest of the server's key, the kind to have");
	print_word("211", "digest of the issuer's key");
	print_word("301", "digest of the server's certificate");
	print_word("201", "digest of the issuer's certificate");
}

/* By the name that args.c and the usage of a command have for it. */
static const struct choice {
	const char *name;
	void (*print)(void);
} choices[] = {
	{ "FILE", print_file },
	{ "CURRENT", print_file },
	{ "NEXT", print_file },
	{ "DIALECT", print_dialects },
	{ "ACTION", print_actions },
	{ "MODE", print_modes },
	{ "TYPE,...", print_kinds },
};

static void
print_choice(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(choices); i++)
		if (strcmp(choices[i].name, name) == 0)
			choices[i].print();
}

/* --- commands ------------------------------------------------------------------------------- */

/* Whether the words are the beginning of the command's name, or the name and more; *rest is what is left of it. */
static bool
leads_to(
    const struct command *c, const char *const *words, size_t count, const char **rest)
{
	const char *name = c->name;
	size_t i, len;

	for (i = 0; i < count && *name != '\0'; i++) {
		len = strcspn(name, " ");
		if (strlen(words[i]) != len || memcmp(words[i], name, len) != 0)
			return false;
		name += len + (name[len] == ' ');
	}
	*rest = name;
	return true;
}

/* The next word of each name that these words begin, with what it does or with those that follow it. */
static void
print_names(
    const struct command *table, size_t rows, const char *const *words, size_t count)
{
	const char *rest, *last = "";
	size_t i, len, last_len = 0;

	for (i = 0; i < rows; i++) {
		if (!leads_to(&table[i], words, count, &rest) || *rest == '\0')
			continue;
		len = strcspn(rest, " ");
		if (len == last_len && memcmp(rest, last, len) == 0)
			printf(", %s", rest + len + 1);
		else
			printf("%s%.*s\t%s", last_len > 0 ? "\n" : "", (int)len, rest,
			    rest[len] == ' ' ? rest + len + 1 : table[i].help);
		last = rest;
		last_len = len;
	}
	if (last_len > 0)
		puts("");
}

/* The usage has operands and options; FILE behind an option is not one of the former. */
static void
print_operands(const struct command *c)
{
	char usage[256], *word, *save;
	bool is_operand = true;

	snprintf(usage, sizeof(usage), "%s", c->usage);
	for (word = strtok_r(usage, " []|", &save); word != NULL;
	     word = strtok_r(NULL, " []|", &save)) {
		if (is_operand)
			print_choice(word);
		is_operand = args_value(word) == NULL;
	}
}

static const struct command *
find(const struct command *table, size_t rows, const char *const *words, size_t count)
{
	const char *rest;
	size_t i;

	for (i = 0; i < rows; i++)
		if (leads_to(&table[i], words, count, &rest) && *rest == '\0')
			return &table[i];
	return NULL;
}

/* The words that are neither options nor their values; returns how many. */
static size_t
without_options(const char *const *words, size_t count, const char **out, size_t max)
{
	size_t i, n = 0;

	for (i = 0; i < count && n < max; i++)
		if (args_value(words[i]) != NULL)
			i++;
		else if (words[i][0] != '-')
			out[n++] = words[i];
	return n;
}

void
words_print(
    const struct command *table, size_t rows, const char *const *words, size_t count)
{
	const char *value = count > 0 ? args_value(words[count - 1]) : NULL;
	const char *plain[3] = { NULL }; /* "help" and the two words of a command */
	size_t n = without_options(words, count, plain, COUNT_OF(plain));
	const struct command *c = find(table, rows, plain, n);

	if (value != NULL) {
		print_choice(value);
	} else if (c == NULL) {
		print_names(table, rows, plain, n);
		if (n == 0)
			args_print_words("");
	} else {
		args_print_words(c->options);
		print_operands(c);
		if (strcmp(c->name, "help") == 0)
			print_names(table, rows, plain + 1, n - 1);
	}
}
