/*
 * Looks at a domain that is watched, one after the other, and what of them is news.  SPDX-License-Identifier: ISC
 */
#include "base/strbuf.h"
#include "cases.h"
#include "watch/watch_state.h"

#define BEGAN ((time_t)1730851500)
#define HOUR  3600

/* --- a script's words ---------------------------------------------------------------------- */

/* "broken:no-match@mx1": level, word, and what it is about; of the last look. */
#define REMARKS_MAX 8
static struct remark_kind kinds[REMARKS_MAX];
static char words[REMARKS_MAX][64];

static enum remark_level
level_of(const char *word)
{
	int level;

	for (level = REMARK_NOTE; level < REMARK_BROKEN; level++)
		if (strcmp(remark_level_word((enum remark_level)level), word) == 0)
			break;
	assert_string_equal(remark_level_word((enum remark_level)level), word);
	return (enum remark_level)level;
}

static void
add_remark(struct remarks *out, size_t i, const char *text, size_t len)
{
	char *colon, *at;

	assert_true(i < REMARKS_MAX && len < sizeof(words[i]));
	snprintf(words[i], sizeof(words[i]), "%.*s", (int)len, text);
	colon = strchr(words[i], ':');
	at = strchr(words[i], '@');
	assert_true(colon != NULL && at != NULL);
	*colon = *at = '\0';
	kinds[i] = (struct remark_kind){ level_of(words[i]), colon + 1,
		"it matters (RFC 7672, 2.2)", "publish it" };
	remarks_add(out, &kinds[i], at + 1, "seen");
}

/* "look X Y": the remarks behind it. */
static void
parse_look(const char *text, struct remarks *out)
{
	size_t i, len;

	for (i = 0; *(text += strspn(text, " ")) != '\0'; text += len) {
		len = strcspn(text, " ");
		add_remark(out, i++, text, len);
	}
}

static void
add_finding(struct strbuf *out, char sign, const struct watch_finding *f)
{
	strbuf_addf(out, "%c%s@%s ", sign, f->word, f->about);
}

static void
on_news(const struct watch_finding *f, void *arg)
{
	add_finding(arg, f->stage == FINDING_THERE ? '+' : '-', f);
}

/* What a run would be told: "+x@mx1 good>broken", or "nothing". */
static void
add_change(const struct watch_state *s, struct strbuf *out)
{
	size_t i;

	if (!watch_state_has_news(s)) {
		strbuf_adds(out, "nothing");
		return;
	}
	for (i = 0; i < s->count; i++)
		if (watch_finding_has_appeared(&s->findings[i]))
			add_finding(out, '+', &s->findings[i]);
		else if (watch_finding_has_gone(&s->findings[i]))
			add_finding(out, '-', &s->findings[i]);
	strbuf_addf(
	    out, "%s>%s", watch_outcome_word(s->told), watch_outcome_word(s->outcome));
}

static const char *
behind(const char *text, const char *word)
{
	size_t len = strlen(word);

	return strncmp(text, word, len) == 0 ? text + len : NULL;
}

/* One line of a script; what it shows is appended. */
static void
run(struct watch_state *s, const char *line, time_t now, struct strbuf *out)
{
	struct remarks remarks = REMARKS_INIT;
	const char *rest;

	if ((rest = behind(line, "look")) != NULL) {
		parse_look(rest, &remarks);
		watch_state_look(s, &remarks, now, on_news, out);
		strbuf_adds(out, watch_outcome_word(s->outcome));
		remarks_clear(&remarks);
	} else if (strcmp(line, "change") == 0) {
		add_change(s, out);
	} else if (strcmp(line, "send") == 0) {
		watch_state_send(s);
	} else if (strcmp(line, "told") == 0 || strcmp(line, "failed") == 0) {
		watch_state_sent(s, line[0] == 't');
	} else if ((rest = behind(line, "pass over ")) != NULL) {
		watch_state_pass_over(s,
		    strcmp(rest, "all") == 0 ? REMARK_BROKEN + 1 : (int)level_of(rest));
	} else {
		fail_msg("no such line: %s", line);
	}
}

/* --- stories ------------------------------------------------------------------------------- */

static const struct story_case {
	const char *name;
	struct {
		const char *line, *want;
	} steps[12];
} story_cases[] = {
	{ "SEED-22 a domain that is good is no news",
	    { { "look", "good" }, { "change", "nothing" }, { "look", "good" },
		{ "change", "nothing" } } },
	{ "SEED-22 a note is no finding", { { "look note:n@mx1", "good" } } },
	{ "SEED-22 what is wrong at the first look is news",
	    { { "look broken:x@mx1 advice:y@", "+x@mx1 +y@ broken" },
		{ "change", "+x@mx1 +y@ unknown>broken" } } },
	{ "SEED-22 it is news once",
	    { { "look", "good" }, { "look broken:x@mx1", "+x@mx1 broken" },
		{ "look broken:x@mx1", "broken" },
		{ "look broken:x@mx1", "broken" } } },
	{ "SEED-22 it has gone, once",
	    { { "look broken:x@mx1", "+x@mx1 broken" }, { "look", "-x@mx1 good" },
		{ "look", "good" } } },
	{ "SEED-22 the same word about another host is another finding",
	    { { "look broken:x@mx1", "+x@mx1 broken" },
		{ "look broken:x@mx2", "-x@mx1 +x@mx2 broken" } } },
	{ "SEED-22 a second remark of one word about one thing is the same finding",
	    { { "look broken:x@mx1 broken:x@mx1", "+x@mx1 broken" } } },
	{ "SEED-22 less is wrong than before",
	    { { "look broken:x@mx1 advice:y@mx1", "+x@mx1 +y@mx1 broken" },
		{ "look advice:y@mx1", "-x@mx1 advice" } } },
	{ "SEED-22 the gravest comes first, wherever it stands",
	    { { "look advice:y@mx1 broken:x@mx1", "+x@mx1 +y@mx1 broken" } } },

	{ "SEED-22 one look that is unsure is a hiccup",
	    { { "look", "good" }, { "look unsure:u@mx1", "good" },
		{ "look", "good" } } },
	{ "SEED-22 the second one in a row is news",
	    { { "look", "good" }, { "look unsure:u@mx1", "good" },
		{ "look unsure:u@mx1", "+u@mx1 unsure" }, { "look", "-u@mx1 good" } } },
	{ "SEED-22 a hiccup, a pause, a hiccup",
	    { { "look", "good" }, { "look unsure:u@mx1", "good" }, { "look", "good" },
		{ "look unsure:u@mx1", "good" } } },
	{ "SEED-22 what was never sure is unknown, not good",
	    { { "look unsure:u@mx1", "unknown" },
		{ "look unsure:u@mx1", "+u@mx1 unsure" } } },
	{ "SEED-22 it is broken, and more is unsure",
	    { { "look broken:x@mx1 unsure:u@mx2", "+x@mx1 broken" },
		{ "look broken:x@mx1 unsure:u@mx2", "+u@mx2 broken" } } },

	{ "SEED-22 what cannot be looked at has not gone",
	    { { "look broken:x@mx1", "+x@mx1 broken" },
		{ "look unsure:u@dns", "broken" },
		{ "look unsure:u@dns", "+u@dns broken" },
		{ "look broken:x@mx1", "-u@dns broken" }, { "look", "-x@mx1 good" } } },
	{ "SEED-22 it has gone beside what was unsure before",
	    { { "look unsure:u@mx2", "unknown" },
		{ "look unsure:u@mx2 broken:x@mx1", "+u@mx2 +x@mx1 broken" },
		{ "look unsure:u@mx2", "-x@mx1 unsure" } } },
	{ "SEED-22 what is unsure hides nothing that is unsure",
	    { { "look unsure:u@mx1", "unknown" },
		{ "look unsure:u@mx1", "+u@mx1 unsure" },
		{ "look unsure:v@dns", "-u@mx1 good" } } },

	{ "SEED-22 what was told is not told again",
	    { { "look broken:x@mx1", "+x@mx1 broken" },
		{ "change", "+x@mx1 unknown>broken" }, { "send", "" }, { "told", "" },
		{ "change", "nothing" }, { "look broken:x@mx1", "broken" },
		{ "change", "nothing" }, { "look", "-x@mx1 good" },
		{ "change", "-x@mx1 broken>good" }, { "send", "" }, { "told", "" },
		{ "change", "nothing" } } },
	{ "SEED-22 what could not be told is told later",
	    { { "look broken:x@mx1", "+x@mx1 broken" }, { "send", "" },
		{ "failed", "" }, { "change", "+x@mx1 unknown>broken" }, { "send", "" },
		{ "told", "" }, { "change", "nothing" } } },
	{ "SEED-22 later, with what has come since",
	    { { "look broken:x@mx1", "+x@mx1 broken" }, { "send", "" },
		{ "failed", "" }, { "look broken:x@mx1 advice:y@", "+y@ broken" },
		{ "change", "+x@mx1 +y@ unknown>broken" } } },
	{ "SEED-22 what came and went before it could be told is not",
	    { { "look", "good" }, { "pass over advice", "" },
		{ "look broken:x@mx1", "+x@mx1 broken" }, { "send", "" },
		{ "failed", "" }, { "look", "-x@mx1 good" },
		{ "change", "nothing" } } },
	{ "SEED-22 what went and came again is no change",
	    { { "look broken:x@mx1", "+x@mx1 broken" }, { "send", "" }, { "told", "" },
		{ "look", "-x@mx1 good" }, { "look broken:x@mx1", "+x@mx1 broken" },
		{ "change", "nothing" } } },
	{ "SEED-22 what happens during a run comes with the next one",
	    { { "look broken:x@mx1", "+x@mx1 broken" }, { "send", "" },
		{ "look advice:y@", "-x@mx1 +y@ advice" }, { "change", "nothing" },
		{ "told", "" }, { "change", "-x@mx1 +y@ broken>advice" } } },
	{ "SEED-22 a run that fails while all gets well has nothing to tell",
	    { { "look", "good" }, { "pass over advice", "" },
		{ "look broken:x@mx1", "+x@mx1 broken" }, { "send", "" },
		{ "look", "-x@mx1 good" }, { "failed", "" },
		{ "change", "nothing" } } },

	{ "SEED-22 level: what is less grave is not told",
	    { { "look advice:y@mx1", "+y@mx1 advice" }, { "pass over broken", "" },
		{ "change", "nothing" },
		{ "look broken:x@mx1 advice:y@mx1", "+x@mx1 broken" },
		{ "pass over broken", "" }, { "change", "+x@mx1 unknown>broken" } } },
	{ "SEED-22 without a command everything counts as told",
	    { { "look broken:x@mx1", "+x@mx1 broken" }, { "pass over all", "" },
		{ "change", "nothing" }, { "look", "-x@mx1 good" },
		{ "change", "-x@mx1 broken>good" } } },
};

static void
check_story(void **state)
{
	const struct story_case *c = *state;
	struct watch_state s = { .outcome = WATCH_UNKNOWN };
	struct strbuf got = STRBUF_INIT;
	time_t now = BEGAN;
	size_t i;

	for (i = 0; i < COUNT_OF(c->steps) && c->steps[i].line != NULL; i++) {
		strbuf_reset(&got);
		run(&s, c->steps[i].line, now += HOUR, &got);
		assert_string_equal(strbuf_str(&got), c->steps[i].want);
	}
	strbuf_clear(&got);
	watch_state_clear(&s);
}

/* --- times and bounds ------------------------------------------------------------------------ */

static void
look(struct watch_state *s, const char *remarks, time_t now)
{
	struct strbuf ignored = STRBUF_INIT;

	run(s, remarks, now, &ignored);
	strbuf_clear(&ignored);
}

static void
check_times(void **state UNUSED)
{
	struct watch_state s = { .outcome = WATCH_UNKNOWN };

	look(&s, "look broken:x@mx1", BEGAN);
	look(&s, "look broken:x@mx1 unsure:u@mx2", BEGAN + HOUR);
	assert_int_equal(s.since, BEGAN);
	assert_int_equal(s.looked, BEGAN + HOUR);
	assert_int_equal(s.sure, BEGAN);
	assert_int_equal(s.findings[0].since, BEGAN);
	assert_int_equal(s.findings[0].last, BEGAN + HOUR);
	look(&s, "look", BEGAN + 2 * HOUR);
	assert_int_equal(s.since, BEGAN + 2 * HOUR);
	assert_int_equal(s.sure, BEGAN + 2 * HOUR);
	watch_state_clear(&s);
}

static void
check_hidden(void **state UNUSED)
{
	struct watch_state s = { .outcome = WATCH_UNKNOWN };

	look(&s, "look broken:x@mx1", BEGAN);
	look(&s, "look unsure:u@mx2", BEGAN + HOUR);
	look(&s, "look unsure:u@mx2", BEGAN + HOUR + WATCH_HIDDEN_S - 1);
	assert_int_equal(s.outcome, WATCH_BROKEN);
	look(&s, "look unsure:u@mx2", BEGAN + HOUR + WATCH_HIDDEN_S);
	assert_int_equal(s.outcome, WATCH_UNSURE);
	watch_state_clear(&s);
}

/* Nobody looked for days, and then the net was not up. */
static void
check_late(void **state UNUSED)
{
	struct watch_state s = { .outcome = WATCH_UNKNOWN };

	look(&s, "look broken:x@mx1", BEGAN);
	look(&s, "look unsure:u@mx2", BEGAN + 3 * WATCH_HIDDEN_S);
	assert_int_equal(s.outcome, WATCH_BROKEN);
	watch_state_clear(&s);
}

/* The words are those of the last look: a certificate may expire in 3 days, then in 2. */
static void
check_words(void **state UNUSED)
{
	struct remark_kind kind = { REMARK_ADVICE, "expires", "old", "renew" };
	struct remarks remarks = REMARKS_INIT;
	struct watch_state s = { .outcome = WATCH_UNKNOWN };
	struct strbuf news = STRBUF_INIT;

	remarks_add(&remarks, &kind, "mx1", "in 3 days");
	watch_state_look(&s, &remarks, BEGAN, on_news, &news);
	remarks_clear(&remarks);
	kind.why = "new";
	remarks_add(&remarks, &kind, "mx1", "in 2 days");
	watch_state_look(&s, &remarks, BEGAN + HOUR, on_news, &news);
	remarks_clear(&remarks);
	assert_string_equal(strbuf_str(&news), "+expires@mx1 ");
	assert_string_equal(s.findings[0].seen, "in 2 days");
	assert_string_equal(s.findings[0].why, "new");
	strbuf_clear(&news);
	watch_state_clear(&s);
}

static void
check_many(void **state UNUSED)
{
	static const struct remark_kind advice = { REMARK_ADVICE, "a", "w", "" },
					broken = { REMARK_BROKEN, "b", "w", "" };
	struct remarks remarks = REMARKS_INIT;
	struct watch_state s = { .outcome = WATCH_UNKNOWN };
	struct strbuf news = STRBUF_INIT;
	char about[16];
	int i;

	for (i = 0; i < 2 * WATCH_FINDINGS_MAX; i++) {
		snprintf(about, sizeof(about), "%d", i);
		remarks_add(&remarks, &advice, about, "seen");
	}
	remarks_add(&remarks, &broken, "last", "seen");
	watch_state_look(&s, &remarks, BEGAN, on_news, &news);
	assert_int_equal(s.count, WATCH_FINDINGS_MAX);
	assert_int_equal(s.outcome, WATCH_BROKEN);
	assert_non_null(strstr(strbuf_str(&news), "+b@last "));
	remarks_clear(&remarks);
	strbuf_clear(&news);
	watch_state_clear(&s);
}

static const struct number_case {
	const char *name;
	enum watch_outcome outcome;
	int want;
} number_cases[] = {
	{ "SEED-22 good is 0, as the exit status of check", WATCH_GOOD, 0 },
	{ "SEED-22 advice is 1", WATCH_ADVICE, 1 },
	{ "SEED-22 broken is 2", WATCH_BROKEN, 2 },
	{ "SEED-22 unsure is 3", WATCH_UNSURE, 3 },
};

static void
check_number(void **state)
{
	const struct number_case *c = *state;
	enum watch_outcome again;

	assert_int_equal(watch_outcome_number(c->outcome), c->want);
	assert_int_equal(
	    watch_outcome_parse(watch_outcome_word(c->outcome), &again), ST_OK);
	assert_int_equal(again, c->outcome);
	assert_int_equal(watch_outcome_parse("fine", &again), ST_UNKNOWN);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_story, story_cases),
		CASE("SEED-22 since when, and when it was sure", check_times),
		CASE("SEED-22 what cannot be seen for a day has gone", check_hidden),
		CASE("SEED-22 the day begins with the doubt, not with the last look",
		    check_late),
		CASE("SEED-22 other words for the same finding are no news",
		    check_words),
		CASE("SEED-22 of very many findings the gravest are kept", check_many),
		CASES(check_number, number_cases),
	};

	return cases_run("watch_state", tables, COUNT_OF(tables));
}
