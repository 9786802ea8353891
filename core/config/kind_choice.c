/*
 * One of a few words, or an order of them.  SPDX-License-Identifier: ISC
 */
#include "config/kind.h"
#include "config/nearest.h"

/* The index of a word, or of the terminating NULL. */
static size_t
find(const char *const *words, const char *text, size_t len)
{
	size_t i;

	for (i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == len && memcmp(words[i], text, len) == 0)
			break;
	return i;
}

static void
say_choices(const char *const *words, const char *text, struct why *why)
{
	struct strbuf sb = STRBUF_INIT;
	const char *near = NULL;
	size_t i;

	for (i = 0; words[i] != NULL; i++) {
		if (i > 0)
			strbuf_adds(&sb, words[i + 1] == NULL ? " or " : ", ");
		strbuf_adds(&sb, words[i]);
		if (near == NULL && is_near(text, edit_distance(text, words[i])))
			near = words[i];
	}
	if (near != NULL)
		strbuf_addf(&sb, "; did you mean \"%s\"?", near);
	why_set(why, "\"%s\" is not %s", text, strbuf_str(&sb));
	strbuf_clear(&sb);
}

static enum status
set_choice(void *member, const struct key *key, const char *text, struct why *why)
{
	size_t i = find(key->words, text, strlen(text));
	unsigned value = (unsigned)i;

	if (key->words[i] == NULL) {
		say_choices(key->words, text, why);
		return ST_UNKNOWN;
	}
	/* Every enum here is as wide as an unsigned: keys.c takes the width from it. */
	memcpy(member, &value, key->width);
	return ST_OK;
}

static void
add_choice(
    const void *member, const struct key *key, size_t i UNUSED, struct strbuf *out)
{
	unsigned value = 0;

	memcpy(&value, member, key->width);
	strbuf_adds(out, key->words[value]);
}

static const char *const yesno_words[] = { "no", "yes", NULL };

static enum status
set_yesno(void *member, const struct key *key UNUSED, const char *text, struct why *why)
{
	size_t i = find(yesno_words, text, strlen(text));

	if (yesno_words[i] == NULL) {
		say_choices(yesno_words, text, why);
		return ST_UNKNOWN;
	}
	*(bool *)member = i == 1;
	return ST_OK;
}

static void
add_yesno(const void *member, const struct key *key UNUSED, size_t i UNUSED,
    struct strbuf *out)
{
	strbuf_adds(out, yesno_words[*(const bool *)member]);
}

/* RFC 7671, section 9: what the matching types are called here. */
static const char *const digest_words[] = { "sha256", "sha512", NULL };
static const enum tlsa_matching digest_types[] = { TLSA_SHA256, TLSA_SHA512 };

static bool
has_digest(const struct tlsa_digests *digests, enum tlsa_matching type)
{
	size_t i;

	for (i = 0; i < digests->count; i++)
		if (digests->order[i] == type)
			return true;
	return false;
}

static enum status
parse_digests(const char *text, struct tlsa_digests *digests, struct why *why)
{
	size_t len, i;

	for (; *(text += strspn(text, " \t,")) != '\0'; text += len) {
		len = strcspn(text, " \t,");
		i = find(digest_words, text, len);
		if (digest_words[i] == NULL || has_digest(digests, digest_types[i])) {
			why_set(why, "\"%.*s\" is not sha512 or sha256, each once",
			    (int)len, text);
			return ST_UNKNOWN;
		}
		digests->order[digests->count++] = digest_types[i];
	}
	if (digests->count == 0) {
		why_set(why, "must name at least one of sha512 and sha256");
		return ST_SYNTAX;
	}
	return ST_OK;
}

static enum status
set_digests(
    void *member, const struct key *key UNUSED, const char *text, struct why *why)
{
	struct tlsa_digests digests = { .count = 0 };
	enum status st = parse_digests(text, &digests, why);

	if (st == ST_OK)
		*(struct tlsa_digests *)member = digests;
	return st;
}

static void
add_digests(const void *member, const struct key *key UNUSED, size_t i UNUSED,
    struct strbuf *out)
{
	const struct tlsa_digests *digests = member;
	size_t d;

	for (d = 0; d < digests->count; d++)
		strbuf_addf(out, "%s%s", d > 0 ? " " : "",
		    digest_words[digests->order[d] == TLSA_SHA512]);
}

void
kind_word_add(const struct key *key, struct strbuf *out)
{
	size_t i;

	if (key->kind->word != NULL) {
		strbuf_adds(out, key->kind->word);
		return;
	}
	for (i = 0; key->words[i] != NULL; i++)
		strbuf_addf(out, "%s%s", i > 0 ? "|" : "", key->words[i]);
}

const struct kind kind_choice = {
	.set = set_choice,
	.add = add_choice,
};

const struct kind kind_yesno = {
	.word = "yes|no",
	.set = set_yesno,
	.add = add_yesno,
};

const struct kind kind_digests = {
	.word = "digests",
	.set = set_digests,
	.add = add_digests,
};
