/* SPDX-License-Identifier: ISC */
#include "watch/watch_state.h"

#include "base/mem.h"

/* --- words -------------------------------------------------------------------------------- */

static const char *const stage_words[] = {
#define X(name, word) [name] = word,
	FINDING_STAGES(X)
#undef X
};

const char *
finding_stage_word(enum finding_stage stage)
{
	return stage_words[stage];
}

enum status
finding_stage_parse(const char *word, enum finding_stage *out)
{
	unsigned i;

	for (i = 0; i < COUNT_OF(stage_words); i++)
		if (strcmp(stage_words[i], word) == 0) {
			*out = (enum finding_stage)i;
			return ST_OK;
		}
	return ST_UNKNOWN;
}

/* --- findings ------------------------------------------------------------------------------ */

static void
finding_clear(struct watch_finding *f)
{
	free(f->word);
	free(f->about);
	free(f->seen);
	free(f->why);
	free(f->remedy);
}

void
watch_state_clear(struct watch_state *s)
{
	while (s->count > 0)
		finding_clear(&s->findings[--s->count]);
	free(s->findings);
	*s = (struct watch_state){ .outcome = WATCH_UNKNOWN };
}

static struct watch_finding *
append(struct watch_state *s, const struct watch_finding *like)
{
	struct watch_finding *f;

	if (s->count == s->cap) {
		s->cap = s->cap == 0 ? 8 : s->cap * 2;
		s->findings =
		    xreallocarray(s->findings, s->cap, sizeof(s->findings[0]));
	}
	f = &s->findings[s->count++];
	*f = *like;
	f->word = xstrdup(like->word);
	f->about = xstrdup(like->about);
	f->seen = xstrdup(like->seen);
	f->why = xstrdup(like->why);
	f->remedy = xstrdup(like->remedy);
	return f;
}

void
watch_state_restore(struct watch_state *s, const struct watch_finding *finding)
{
	if (s->count < WATCH_FINDINGS_MAX)
		append(s, finding);
}

/* What neither is there nor has to be told. */
static bool
is_over(const struct watch_finding *f)
{
	return f->stage == FINDING_GONE && !f->is_told && !f->is_sent;
}

static void
forget_over(struct watch_state *s)
{
	size_t i, kept = 0;

	for (i = 0; i < s->count; i++)
		if (is_over(&s->findings[i]))
			finding_clear(&s->findings[i]);
		else
			s->findings[kept++] = s->findings[i];
	s->count = kept;
}

/* --- a look -------------------------------------------------------------------------------- */

static struct watch_finding *
find(const struct watch_state *s, const struct remark *r)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (strcmp(s->findings[i].word, r->kind->word) == 0 &&
		    strcmp(s->findings[i].about, r->about) == 0)
			return &s->findings[i];
	return NULL;
}

/* The words of a later version of ours may be other ones. */
static void
take_words(struct watch_finding *f, const struct remark *r)
{
	free(f->seen);
	free(f->why);
	free(f->remedy);
	f->seen = xstrdup(r->seen);
	f->why = xstrdup(r->kind->why);
	f->remedy = xstrdup(r->kind->remedy);
	f->level = r->kind->level;
}

static struct watch_finding *
add(struct watch_state *s, const struct remark *r, time_t now)
{
	return append(s, &(struct watch_finding){
			     .level = r->kind->level,
			     .word = (char *)r->kind->word,
			     .about = r->about,
			     .seen = r->seen,
			     .why = (char *)r->kind->why,
			     .remedy = (char *)r->kind->remedy,
			     .stage = FINDING_GONE,
			     .since = now,
			 });
}

/* What it is once it was seen: whatever is unsure for the first time waits for the second. */
static enum finding_stage
stage_seen(const struct watch_finding *f)
{
	return f->stage == FINDING_GONE && f->level == REMARK_UNSURE && !f->is_told
		   ? FINDING_ONCE
		   : FINDING_THERE;
}

static void
see(struct watch_state *s, const struct remark *r, time_t now)
{
	struct watch_finding *f = find(s, r);

	if (f != NULL && f->is_seen) /* it is said twice */
		return;
	if (f == NULL && s->count == WATCH_FINDINGS_MAX)
		return;
	if (f == NULL)
		f = add(s, r, now);
	else
		take_words(f, r);
	if (f->stage == FINDING_GONE)
		f->since = now;
	f->is_seen = true;
	f->last = now;
}

static void
see_all(struct watch_state *s, const struct remarks *remarks, time_t now)
{
	int level;
	size_t i;

	for (i = 0; i < s->count; i++)
		s->findings[i].is_seen = false;
	for (level = REMARK_BROKEN; level >= REMARK_ADVICE; level--)
		for (i = 0; i < remarks->count; i++)
			if ((int)remarks->items[i].kind->level == level)
				see(s, &remarks->items[i], now);
}

/* Whether something is unsure that was not when this was seen last, and has been for less than a day. */
static bool
is_hidden(const struct watch_state *s, const struct watch_finding *f, time_t now)
{
	size_t i;

	if (f->level == REMARK_UNSURE)
		return false;
	for (i = 0; i < s->count; i++) {
		const struct watch_finding *doubt = &s->findings[i];

		if (doubt->level == REMARK_UNSURE && doubt->is_seen &&
		    doubt->since > f->last && now - doubt->since < WATCH_HIDDEN_S)
			return true;
	}
	return false;
}

static enum finding_stage
next_stage(const struct watch_state *s, const struct watch_finding *f, time_t now)
{
	if (f->is_seen)
		return stage_seen(f);
	if (f->stage == FINDING_THERE && is_hidden(s, f, now))
		return FINDING_THERE;
	return FINDING_GONE;
}

static void
move_on(struct watch_state *s, time_t now, watch_news_fn *news, void *arg)
{
	enum finding_stage before;
	size_t i;

	for (i = 0; i < s->count; i++) {
		struct watch_finding *f = &s->findings[i];

		before = f->stage;
		f->stage = next_stage(s, f, now);
		if (f->stage != before &&
		    (f->stage == FINDING_THERE || before == FINDING_THERE))
			news(f, arg);
	}
}

/* By the gravest finding that is there; WATCH_GOOD without any. */
static enum watch_outcome
outcome_of(const struct watch_state *s)
{
	enum watch_outcome worst = WATCH_GOOD, outcome;
	size_t i;

	for (i = 0; i < s->count; i++) {
		outcome = WATCH_GOOD + (enum watch_outcome)s->findings[i].level;
		if (s->findings[i].stage == FINDING_THERE && outcome > worst)
			worst = outcome;
	}
	return worst;
}

static bool
is_sure(const struct watch_state *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->findings[i].is_seen && s->findings[i].level == REMARK_UNSURE)
			return false;
	return true;
}

void
watch_state_look(struct watch_state *s, const struct remarks *remarks, time_t now,
    watch_news_fn *news, void *arg)
{
	enum watch_outcome before = s->outcome;

	see_all(s, remarks, now);
	move_on(s, now, news, arg);
	s->looked = now;
	if (is_sure(s))
		s->sure = now;
	s->outcome = outcome_of(s);
	/* Nothing was found, but not all could be: that is no good news yet. */
	if (before == WATCH_UNKNOWN && s->outcome == WATCH_GOOD &&
	    watch_state_has_doubt(s))
		s->outcome = WATCH_UNKNOWN;
	if (s->outcome != before)
		s->since = now;
	forget_over(s);
}

bool
watch_state_has_doubt(const struct watch_state *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->findings[i].stage == FINDING_ONCE)
			return true;
	return false;
}

/* --- telling ------------------------------------------------------------------------------- */

bool
watch_finding_has_appeared(const struct watch_finding *f)
{
	return f->stage == FINDING_THERE && !f->is_told;
}

bool
watch_finding_has_gone(const struct watch_finding *f)
{
	return f->stage != FINDING_THERE && f->is_told;
}

static bool
has_change(const struct watch_state *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (watch_finding_has_appeared(&s->findings[i]) ||
		    watch_finding_has_gone(&s->findings[i]))
			return true;
	return false;
}

void
watch_state_pass_over(struct watch_state *s, int level)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if ((int)s->findings[i].level < level)
			s->findings[i].is_told = s->findings[i].stage == FINDING_THERE;
	if (!has_change(s) && !s->is_sending &&
	    (level > REMARK_BROKEN ||
		(s->told == WATCH_UNKNOWN && s->outcome == WATCH_GOOD)))
		s->told = s->outcome;
	forget_over(s);
}

bool
watch_state_has_news(const struct watch_state *s)
{
	return !s->is_sending && has_change(s);
}

void
watch_state_send(struct watch_state *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		s->findings[i].is_sent = s->findings[i].stage == FINDING_THERE;
	s->sent = s->outcome;
	s->is_sending = true;
}

void
watch_state_sent(struct watch_state *s, bool is_told)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		if (is_told)
			s->findings[i].is_told = s->findings[i].is_sent;
		s->findings[i].is_sent = false;
	}
	if (is_told)
		s->told = s->sent;
	s->is_sending = false;
	forget_over(s);
}
