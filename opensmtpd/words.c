/* SPDX-License-Identifier: ISC */
#include "words.h"

#define REGISTER                                                                       \
	"register|domain\n"                                                            \
	"register|relayhost\n"                                                         \
	"register|ready\n"

static const char *const results[] = {
	[TABLE_NO] = "not-found",
	[TABLE_YES] = "found",
	[TABLE_ERROR] = "error",
};

/* VERB-result|ID|RESULT, and |VALUE unless it is "" */
static void
reply(const struct talk *talk, const char *verb, struct txt id, const char *result,
    const char *value)
{
	char line[WORDS_ID_MAX + TABLE_VALUE_MAX + 64];
	int len = snprintf(line, sizeof(line), "%s-result|%.*s|%s%s%s\n", verb,
	    (int)id.len, id.text, result, value[0] != '\0' ? "|" : "", value);

	talk->write(line, (size_t)len, talk->arg);
}

/* What an answer repeats: a word, and no longer than there is room for. */
static bool
is_id(struct txt id)
{
	size_t i;

	for (i = 0; i < id.len; i++)
		if (id.text[i] <= ' ' || id.text[i] >= 0x7f)
			return false;
	return id.len > 0 && id.len <= WORDS_ID_MAX;
}

/* The question of a verb of smtpd about a service. */
static const struct query {
	const char *verb, *service;
	enum table_question question;
} queries[] = {
	{ "check", "domain", TABLE_IS_SEALED },
	{ "lookup", "relayhost", TABLE_ROUTE },
	{ "fetch", "", TABLE_UNKNOWN },
};

/* SERVICE|ID|KEY; of a line that was cut nobody knows the key. */
static void
answer(const struct talk *talk, const struct query *query, struct txt rest, bool is_cut)
{
	struct txt service = line_field(&rest), id = line_field(&rest);
	bool is_ours = !is_cut && txt_is(service, query->service);
	char value[TABLE_VALUE_MAX + 1] = "";
	enum table_answer found = talk->ask(
	    is_ours ? query->question : TABLE_UNKNOWN, rest, value, talk->arg);

	if (is_id(id))
		reply(talk, query->verb, id, results[found], value);
}

/* VERSION|TIME|TABLE|VERB|... */
static void
take_request(const struct talk *talk, struct txt rest, bool is_cut)
{
	struct txt verb;
	size_t i;

	line_field(&rest);
	line_field(&rest);
	line_field(&rest);
	verb = line_field(&rest);
	if (txt_is(verb, "update") && is_id(rest))
		reply(talk, "update", rest, "ok", "");
	for (i = 0; i < COUNT_OF(queries); i++)
		if (txt_is(verb, queries[i].verb))
			answer(talk, &queries[i], rest, is_cut);
}

void
words_take(struct txt line, bool is_cut, const struct talk *talk)
{
	struct txt rest = line;

	if (txt_is(line, "config|ready"))
		talk->write(REGISTER, strlen(REGISTER), talk->arg);
	else if (txt_is(line_field(&rest), "table"))
		take_request(talk, rest, is_cut);
}
