/* SPDX-License-Identifier: ISC */
#include "control/control.h"

#include <json-c/json.h>

#include "base/mem.h"
#include "control/verb.h"
#include "net/loop.h"

#define BLANK          ' '
#define REPLY_WORD_MAX 3 /* "OK " before it */

static const struct verb verbs[] = {
	{ "query", NULL, " NEXT-HOP [DIALECT]", 1, 2, .start = query_start },
	{ "explain", NULL, " NEXT-HOP", 1, 1, .start = explain_start },
	{ "status", NULL, "", 0, 0, .run = status_run },
	{ "cache", "list", " [MAX]", 0, 1, .run = cache_list_run },
	{ "cache", "show", " DOMAIN", 1, 1, .run = cache_show_run },
	{ "cache", "refresh", " DOMAIN", 1, 1, .run = cache_refresh_run },
	{ "cache", "drop", " DOMAIN", 1, 1, .run = cache_drop_run },
	{ "override", "list", "", 0, 0, .run = override_list_run },
	{ "override", "add", " PATTERN ACTION EXPIRES REASON", 4, 4, .takes_rest = true,
	    .run = override_add_run },
	{ "override", "remove", " PATTERN", 1, 1, .run = override_remove_run },
	{ "report", "list", " [DOMAIN [DAY [MAX]]]", 0, 3, .run = report_list_run },
	{ "report", "show", " REPORT-ID", 1, 1, .run = report_show_run },
	{ "report", "preview", " DOMAIN [DAY]", 1, 2, .run = report_preview_run },
	{ "report", "resend", " REPORT-ID", 1, 1, .run = report_resend_run },
	{ "report", "inbox", " [DAYS [DOMAIN]]", 0, 2, .run = report_inbox_run },
	{ "report", "received", " NUMBER", 1, 1, .run = report_received_run },
	{ "report", "overview", " received|sent [DAYS [DOMAIN]]", 1, 3,
	    .run = report_overview_run },
	{ "watch", "list", " [DOMAIN]", 0, 1, .run = watch_list_run },
	{ "watch", "look", " [DOMAIN]", 0, 1, .run = watch_look_run },
	{ "inbound", NULL, " [DAYS]", 0, 1, .run = inbound_run },
};

/* --- words ------------------------------------------------------------------------------ */

/* The next word of the text at *p, cut off there; NULL at its end. */
static const char *
next_word(char **p)
{
	char *word = *p + strspn(*p, " ");
	size_t len = strcspn(word, " ");

	if (len == 0)
		return NULL;
	*p = word + len;
	if (**p == BLANK)
		*(*p)++ = '\0';
	return word;
}

static const char *
rest_of(char *p)
{
	p += strspn(p, " ");
	return *p != '\0' ? p : NULL;
}

static const struct verb *
find_verb(const char *first, char **p)
{
	const char *second = NULL;
	size_t i;

	for (i = 0; i < COUNT_OF(verbs); i++) {
		if (strcmp(verbs[i].first, first) != 0)
			continue;
		if (verbs[i].second == NULL)
			return &verbs[i];
		if (second == NULL && (second = next_word(p)) == NULL)
			return NULL;
		if (strcmp(verbs[i].second, second) == 0)
			return &verbs[i];
	}
	return NULL;
}

static void
say_verbs(struct why *why)
{
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	for (i = 0; i < COUNT_OF(verbs); i++)
		strbuf_addf(&sb, "%s%s%s%s", i > 0 ? ", " : "", verbs[i].first,
		    verbs[i].second != NULL ? " " : "",
		    verbs[i].second != NULL ? verbs[i].second : "");
	why_set(why, "no such request; there are %s", strbuf_str(&sb));
	strbuf_clear(&sb);
}

/* False: too few or too many. */
static bool
split_operands(const struct verb *verb, char *p, struct operands *out)
{
	const char *word;

	while (out->count < verb->max) {
		word = verb->takes_rest && out->count + 1 == verb->max ? rest_of(p)
								       : next_word(&p);
		if (word == NULL)
			return out->count >= verb->min;
		out->at[out->count++] = word;
	}
	return verb->takes_rest || next_word(&p) == NULL;
}

/* One line of text; peers and terminals get it back in sentences. */
static bool
is_printable(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return true;
}

/* --- a request's life ------------------------------------------------------------------- */

static void
request_free(struct control_request *r)
{
	json_object_put(r->answer);
	trace_clear(&r->trace);
	free(r->words);
	free(r);
}

void
request_finish(struct control_request *r)
{
	bool is_ok = r->answer != NULL;
	const char *text = r->why.text;
	size_t len = strlen(text);

	if (is_ok)
		text = json_object_to_json_string_length(r->answer,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	if (len > CONTROL_REPLY_MAX - REPLY_WORD_MAX) {
		is_ok = false;
		text = "the answer would be too long";
		len = strlen(text);
	}
	r->done(is_ok, text, len, r->arg);
	request_free(r);
}

static void
on_turn(void *arg)
{
	request_finish(arg);
}

/* Whether the answer, or a sentence, is there already. */
static bool
is_answered(struct control_request *r)
{
	struct operands operands = { .count = 0 };
	char *p = r->words;
	const char *first = next_word(&p);
	const struct verb *verb = first != NULL ? find_verb(first, &p) : NULL;

	if (verb == NULL) {
		say_verbs(&r->why);
		return true;
	}
	if (!split_operands(verb, p, &operands)) {
		why_set(&r->why, "the request is: %s%s%s%s", verb->first,
		    verb->second != NULL ? " " : "",
		    verb->second != NULL ? verb->second : "", verb->usage);
		return true;
	}
	if (verb->start != NULL)
		return verb->start(r, &operands, &r->why) != ST_OK;
	r->answer = verb->run(r->service, &operands, &r->why);
	return true;
}

struct control_request *
control_run(struct service *service, const char *request, size_t len, int deadline_ms,
    control_done_fn *done, void *arg)
{
	struct control_request *r = xcalloc(1, sizeof(*r));

	r->service = service;
	r->deadline_ms = deadline_ms;
	r->done = done;
	r->arg = arg;
	trace_init(&r->trace);
	r->words = xmemdup(request, len);
	if (len > CONTROL_REQUEST_MAX || !is_printable(request, len)) {
		why_set(&r->why, "a request is one line of at most %d bytes",
		    CONTROL_REQUEST_MAX);
		loop_defer(on_turn, r);
	} else if (is_answered(r)) {
		loop_defer(on_turn, r);
	}
	return r;
}

void
control_cancel(struct control_request *r)
{
	if (r == NULL)
		return;
	question_cancel(r->question);
	seal_cancel(r->sealing);
	loop_deferred_cancel(on_turn, r);
	request_free(r);
}
