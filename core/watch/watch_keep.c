/* SPDX-License-Identifier: ISC */
#include "watch/watch_keep.h"

#include "base/mem.h"
#include "store/watched.h"

/* --- write --------------------------------------------------------------------------------- */

static struct stored_finding
stored(const struct watch_finding *f)
{
	return (struct stored_finding){
		.domain = "",
		.stage = finding_stage_word(f->stage),
		.is_told = f->is_told,
		.level = remark_level_word(f->level),
		.word = f->word,
		.about = f->about,
		.seen = f->seen,
		.why = f->why,
		.remedy = f->remedy,
		.since = f->since,
		.last = f->last,
	};
}

void
watch_keep_put(
    struct store *store, const struct domain *domain, const struct watch_state *s)
{
	struct stored_finding *findings = xcalloc(s->count + 1, sizeof(findings[0]));
	size_t i;

	for (i = 0; i < s->count; i++)
		findings[i] = stored(&s->findings[i]);
	store_put_watch(store, &(struct stored_watch){
				   .domain = domain,
				   .outcome = watch_outcome_word(s->outcome),
				   .told = watch_outcome_word(s->told),
				   .since = s->since,
				   .looked = s->looked,
				   .sure = s->sure,
				   .findings = findings,
				   .count = s->count,
			       });
	free(findings);
}

/* --- read ---------------------------------------------------------------------------------- */

struct loading {
	struct store *store;
	watch_state_of_fn *state_of;
	void *arg;
};

/* A word that is none of ours reads as "not looked at yet": the next look will tell. */
static void
take_watch(const struct stored_watch *w, void *arg)
{
	const struct loading *l = arg;
	struct watch_state *s = l->state_of(w->domain, l->arg);

	if (s == NULL) {
		store_drop_watch(l->store, w->domain);
		return;
	}
	if (watch_outcome_parse(w->outcome, &s->outcome) != ST_OK ||
	    watch_outcome_parse(w->told, &s->told) != ST_OK)
		s->outcome = s->told = WATCH_UNKNOWN;
	s->since = w->since;
	s->looked = w->looked;
	s->sure = w->sure;
}

static enum status
parse_level(const char *word, enum remark_level *out)
{
	int level;

	for (level = REMARK_ADVICE; level <= REMARK_BROKEN; level++)
		if (strcmp(remark_level_word((enum remark_level)level), word) == 0) {
			*out = (enum remark_level)level;
			return ST_OK;
		}
	return ST_UNKNOWN;
}

static void
take_finding(const struct stored_finding *f, void *arg)
{
	const struct loading *l = arg;
	struct watch_finding finding = {
		.word = (char *)f->word,
		.about = (char *)f->about,
		.seen = (char *)f->seen,
		.why = (char *)f->why,
		.remedy = (char *)f->remedy,
		.since = f->since,
		.last = f->last,
		.is_told = f->is_told,
	};
	struct watch_state *s = NULL;
	struct domain domain;

	if (domain_parse(f->domain, strlen(f->domain), &domain, NULL) == ST_OK)
		s = l->state_of(&domain, l->arg);
	if (s != NULL && parse_level(f->level, &finding.level) == ST_OK &&
	    finding_stage_parse(f->stage, &finding.stage) == ST_OK)
		watch_state_restore(s, &finding);
}

enum status
watch_keep_load(struct store *store, watch_state_of_fn *state_of, void *arg)
{
	struct loading l = { store, state_of, arg };
	enum status st = store_each_watch(store, take_watch, &l);

	return st == ST_OK ? store_each_finding(store, take_finding, &l) : st;
}
