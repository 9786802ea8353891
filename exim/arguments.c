/* SPDX-License-Identifier: ISC */
#include "arguments.h"

#include <limits.h>

#include "base/number.h"

/* Octets of each that are looked at. */
#define NAME_LEN  64
#define DATA_LEN  (64 * 1024)
#define ENDS_LEN  512
#define WORDS_LEN 4096
#define CERT_LEN  ((size_t)1 << 20)

/* The arguments' places. */
enum { NAME, DATA, DOMAIN, HOST, ENDS, WORDS, CERT };

static const char *const names[] = {
#define X(name, word) [name] = word,
	EXIM_EVENTS(X)
#undef X
};

/* The words of the sixth. */
#define FACT_WORDS(X)                                                                  \
	X(WORD_VERSION, "ver")                                                         \
	X(WORD_CIPHER, "cipher")                                                       \
	X(WORD_VERIFIED, "cv")                                                         \
	X(WORD_DANE, "dane")                                                           \
	X(WORD_ERROR, "errno")                                                         \
	X(WORD_VERIFYING, "vm")                                                        \
	X(WORD_OCSP, "ocsp")

enum {
#define X(name, word) name,
	FACT_WORDS(X)
#undef X
};

#define WORD_COUNT (WORD_OCSP + 1)

static const char *const words[] = {
#define X(name, word) [name] = word,
	FACT_WORDS(X)
#undef X
};

bool
piece_is(struct piece piece, const char *word)
{
	return piece.len == strlen(word) && memcmp(piece.text, word, piece.len) == 0;
}

struct piece
argument(const struct arguments *arguments, int index, size_t max)
{
	struct piece none = { "", 0 };
	const char *text;
	int i;

	if (arguments->texts == NULL || index >= arguments->count)
		return none;
	/* Exim ends the list with NULL. */
	for (i = 0; i <= index; i++)
		if (arguments->texts[i] == NULL)
			return none;
	text = (const char *)arguments->texts[index];
	return (struct piece){ text, strnlen(text, max) };
}

static enum exim_event_name
name_of(struct piece word)
{
	size_t i;

	for (i = EXIM_OTHER + 1; i < COUNT_OF(names); i++)
		if (piece_is(word, names[i]))
			return (enum exim_event_name)i;
	return EXIM_OTHER;
}

/* Take what stands before the next such character, which goes, too; all of it where there is none. */
static struct piece
take_to(struct piece *rest, char end)
{
	const char *at = memchr(rest->text, end, rest->len);
	struct piece taken = *rest;
	size_t used = rest->len;

	if (at != NULL) {
		taken.len = (size_t)(at - rest->text);
		used = taken.len + 1;
	}
	rest->text += used;
	rest->len -= used;
	return taken;
}

/* "yes", and "yes/8": with the usages of the records. */
static bool
is_yes(struct piece value)
{
	return value.len >= 3 && memcmp(value.text, "yes", 3) == 0 &&
	       (value.len == 3 || value.text[3] == '/');
}

/* An errno, or one of Exim's own, which are below 0; 0: none. */
static int
error_of(struct piece value)
{
	bool is_negative = value.len > 0 && value.text[0] == '-';
	uint64_t n;

	if (number_parse(value.text + is_negative, value.len - is_negative, INT_MAX,
		&n) != ST_OK)
		return 0;
	return is_negative ? -(int)n : (int)n;
}

/* The words of the sixth; one that comes twice counts as it came last. */
static void
read_words(struct piece text, struct piece values[WORD_COUNT])
{
	size_t i;

	for (i = 0; i < WORD_COUNT; i++)
		values[i] = (struct piece){ "", 0 };
	while (text.len > 0) {
		struct piece value = take_to(&text, ' ');
		struct piece name = take_to(&value, '=');

		for (i = 0; i < WORD_COUNT; i++)
			if (piece_is(name, words[i]))
				values[i] = value;
	}
}

static void
set_words(struct exim_event *out, struct piece text)
{
	struct piece values[WORD_COUNT];

	read_words(text, values);
	out->version = values[WORD_VERSION];
	out->cipher = values[WORD_CIPHER];
	out->is_verified = piece_is(values[WORD_VERIFIED], "1");
	out->is_dane = is_yes(values[WORD_DANE]);
	out->has_begun = values[WORD_OCSP].len > 0 && !piece_is(values[WORD_OCSP], "0");
	out->is_callout = values[WORD_VERIFYING].len > 0;
	out->error = error_of(values[WORD_ERROR]);
}

void
exim_event_read(const struct arguments *arguments, struct exim_event *out)
{
	struct piece ends = argument(arguments, ENDS, ENDS_LEN);

	*out = (struct exim_event){
		.name = name_of(argument(arguments, NAME, NAME_LEN)),
		.data = argument(arguments, DATA, DATA_LEN),
		.domain = argument(arguments, DOMAIN, DOMAIN_LEN),
		.host = argument(arguments, HOST, DOMAIN_LEN),
		.cert = argument(arguments, CERT, CERT_LEN),
	};
	out->remote = take_to(&ends, ' ');
	out->local = take_to(&ends, ' ');
	set_words(out, argument(arguments, WORDS, WORDS_LEN));
}

void
exim_event_read_admit(const struct arguments *arguments, struct exim_event *out)
{
	const struct piece none = { "", 0 };

	*out = (struct exim_event){
		.name = EXIM_OTHER,
		.data = none,
		.domain = argument(arguments, 0, DOMAIN_LEN),
		.host = argument(arguments, 1, DOMAIN_LEN),
		.remote = argument(arguments, 2, ENDS_LEN),
		.local = none,
		.cert = none,
	};
	set_words(out, argument(arguments, 3, WORDS_LEN));
}
