/* SPDX-License-Identifier: ISC */
#include "watch/watch.h"

#include "base/mem.h"
#include "net/loop.h"
#include "store/watched.h"
#include "watch/watch_command.h"
#include "watch/watch_keep.h"
#include "watch/watched.h"

#define TICK_S 60 /* at least: the wall clock may be set */

void
watch_wake(struct watch *w)
{
	loop_timer_set(w->timer, 0);
}

/* --- the list -------------------------------------------------------------------------------- */

static struct watched *
find(const struct watch *w, const struct domain *domain)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		if (w->items[i] != NULL && domain_equal(&w->items[i]->domain, domain))
			return w->items[i];
	return NULL;
}

/* The domain's own, taken from the old list; or a new one. */
static struct watched *
take_over(struct watch *w, const struct domain *domain)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		struct watched *d = w->items[i];

		if (d != NULL && domain_equal(&d->domain, domain)) {
			w->items[i] = NULL;
			return d;
		}
	}
	return watched_new(w, domain);
}

static void
forget(struct watch *w, struct watched *d)
{
	if (d != NULL && w->is_loaded)
		store_drop_watch(w->store, &d->domain);
	watched_free(d);
}

/* The configuration names no domain twice. */
static void
take_list(struct watch *w, const struct domain_list *list)
{
	struct watched **items = xcalloc(list->count + 1, sizeof(struct watched *));
	size_t i;

	for (i = 0; i < list->count; i++)
		items[i] = take_over(w, &list->items[i]);
	for (i = 0; i < w->count; i++)
		forget(w, w->items[i]);
	free(w->items);
	w->items = items;
	w->count = list->count;
}

static void
take_options(struct watch *w, const struct watch_options *options,
    const struct audit_options *audit)
{
	static const enum remark_level levels[] = {
#define X(name, word, level) [name] = level,
		WATCH_LEVELS(X)
#undef X
	};

	w->audit = *audit;
	w->every_s = options->every_s;
	w->least = options->command[0] != '\0' ? (int)levels[options->level]
					       : REMARK_BROKEN + 1;
	free(w->command);
	w->command = xstrdup(options->command);
	if (options->domains.count > 0)
		watch_command_check(w->command);
	take_list(w, &options->domains);
}

/* --- what was known before ------------------------------------------------------------------- */

static struct watch_state *
state_of(const struct domain *domain, void *arg)
{
	struct watched *d = find(arg, domain);

	return d != NULL ? &d->state : NULL;
}

/* Without it everything would be news: a store that cannot be used now is waited for. */
static bool
load(struct watch *w)
{
	struct store_state store;
	size_t i;

	if (w->store == NULL)
		return false;
	store_state(w->store, &store);
	w->is_loaded =
	    store.is_healthy && watch_keep_load(w->store, state_of, w) == ST_OK;
	for (i = 0; i < w->count; i++)
		if (w->is_loaded)
			watched_begin(w->items[i]);
		else
			watch_state_clear(&w->items[i]->state);
	return w->is_loaded;
}

/* --- the timer ------------------------------------------------------------------------------- */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Whatever waits for a place goes on when another has ended. */
static void
sleep_until_due(struct watch *w)
{
	int64_t pause_ms = TICK_S * 1000;
	size_t i;

	for (i = 0; i < w->count; i++) {
		const struct watched *d = w->items[i];

		if (watched_can_look(d))
			pause_ms = least(pause_ms,
			    watched_is_due(d) ? 0 : (d->next - loop_time()) * 1000);
		if (watched_can_tell(d))
			pause_ms = least(pause_ms, d->next_run_ms - loop_now_ms());
	}
	loop_timer_set(w->timer, pause_ms > 0 ? pause_ms : 0);
}

static void
on_timer(void *arg)
{
	struct watch *w = arg;
	size_t i;

	if (!w->is_loaded && !load(w)) {
		loop_timer_set(w->timer, TICK_S * 1000);
		return;
	}
	for (i = 0; i < w->count; i++) {
		struct watched *d = w->items[i];

		if (watched_can_look(d) && watched_is_due(d))
			watched_look(d);
		if (watched_can_tell(d) && d->next_run_ms <= loop_now_ms())
			watched_tell(d);
	}
	sleep_until_due(w);
}

/* --- life ------------------------------------------------------------------------------------ */

struct watch *
watch_start(const struct watch_options *options, const struct audit_options *audit)
{
	struct watch *w = xcalloc(1, sizeof(*w));

	w->timer = loop_timer_new(on_timer, w);
	take_options(w, options, audit);
	return w;
}

void
watch_use_store(struct watch *w, struct store *store)
{
	w->store = store;
	on_timer(w);
}

void
watch_reconfigure(struct watch *w, const struct watch_options *options,
    const struct audit_options *audit)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		watched_cancel_look(w->items[i]);
	take_options(w, options, audit);
	for (i = 0; i < w->count; i++) {
		w->items[i]->next_run_ms = 0;
		watched_begin(w->items[i]);
	}
	watch_wake(w);
}

void
watch_stop(struct watch *w)
{
	size_t i;

	if (w == NULL)
		return;
	for (i = 0; i < w->count; i++)
		watched_free(w->items[i]);
	free(w->items);
	loop_timer_free(w->timer);
	free(w->command);
	free(w);
}

/* --- asked ----------------------------------------------------------------------------------- */

enum status
watch_now(struct watch *w, const struct domain *domain)
{
	size_t i, found = 0;

	if (!w->is_loaded)
		return ST_BUSY;
	for (i = 0; i < w->count; i++) {
		if (domain != NULL && !domain_equal(&w->items[i]->domain, domain))
			continue;
		watched_cancel_look(w->items[i]);
		w->items[i]->next = 0;
		found++;
	}
	watch_wake(w);
	return domain != NULL && found == 0 ? ST_NOTFOUND : ST_OK;
}

void
watch_each(const struct watch *w, watch_entry_fn *fn, void *arg)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		const struct watched *d = w->items[i];

		fn(
		    &(struct watch_entry){
			.domain = &d->domain,
			.state = &d->state,
			.is_looking = d->look != NULL || watched_is_due(d),
			.next = d->next,
			.failures = d->failures,
			.error = d->error != NULL ? d->error : "",
		    },
		    arg);
	}
}

void
watch_status(const struct watch *w, struct watch_status *out)
{
	size_t i;

	*out = (struct watch_status){
		.domains = w->count,
		.looks = w->looks_ended,
		.runs = w->runs_ended,
		.failed_runs = w->runs_failed,
	};
	for (i = 0; i < w->count; i++) {
		const struct watch_state *s = &w->items[i]->state;

		out->by_outcome[s->outcome]++;
		out->untold += s->is_sending || watch_state_has_news(s);
	}
}
