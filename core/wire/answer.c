/* SPDX-License-Identifier: ISC */
#include "wire/answer.h"

#include <stdlib.h>

static const struct {
	const char *text, *section;
} reasons[] = {
#define X(name, text, section) [name] = { text, section },
	REASONS(X)
#undef X
};

const char *
verdict_word(enum verdict verdict)
{
	static const char *const words[] = {
#define X(name, word, meaning) [name] = word,
		VERDICTS(X)
#undef X
	};

	return words[verdict];
}

static const struct {
	const char *word, *text;
} standings[] = {
#define X(name, word, text) [name] = { word, text },
	STANDINGS(X)
#undef X
};

const char *
standing_word(enum standing standing)
{
	return standings[standing].word;
}

const char *
standing_text(enum standing standing)
{
	return standings[standing].text;
}

const char *
reason_text(enum reason reason)
{
	return reasons[reason].text;
}

const char *
reason_section(enum reason reason)
{
	return reasons[reason].section;
}

void
answer_clear(struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->count; i++)
		free((void *)answer->hosts[i].tlsa);
	answer->count = 0;
}

bool
host_is_called(const struct host_answer *host, const struct domain *name)
{
	return domain_equal(host->name, name) ||
	       (host->canonical != NULL && domain_equal(host->canonical, name));
}
