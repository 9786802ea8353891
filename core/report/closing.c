/* SPDX-License-Identifier: ISC */
#include "report/closing.h"

#include <inttypes.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "report/close_domain.h"
#include "report/commits.h"
#include "report/schedule.h"
#include "store/tally.h"
#include "wire/rfc3339.h"

#define TICK_MS     60000 /* the clock is looked at so often: it may jump */
#define BUSY_MS     50    /* the store has enough to write for now */
#define RETRY_MS    600000
#define TRY_S       DAY_S /* how long a domain without an answer is tried */
#define PAGE        64    /* domains in memory that wait for their lookup */
#define LOOKUPS_MAX 64

enum state {
	CLOSING_SETTLES, /* what was put is being written: it would be seen as open */
	CLOSING_RESTS,
	CLOSING_WORKS, /* through the open domains of day, in order */
};

struct closing {
	enum state state;
	struct engine *engine;
	struct closer closer;
	struct commits *commits;
	uint64_t question; /* of commits.h, that SETTLES waits for */
	struct loop_timer *tick, *busy;
	loop_fn *on_made;
	void *arg;
	time_t started;
	time_t over;      /* days before this one are */
	time_t covered;   /* and have been gone through, up to this one */
	int64_t retry_ms; /* with some left open: when to go through them again */
	bool has_open;
	time_t day;
	char after[DOMAIN_MAX + 1]; /* the last domain read */
	bool is_last_page, is_deferred;
	struct list waiting, asking; /* candidates */
	size_t asking_count;
	uint64_t day_made, day_unwanted, day_later;
	struct closing_status counts;
};

/* An open domain, until there is an answer who wants its report. */
struct candidate {
	struct list node;
	struct closing *closing;
	struct find_rua *find;
	struct domain domain;
	char *record;
};

static void work(void *arg);

static void
candidate_free(struct candidate *candidate)
{
	list_remove(&candidate->node);
	find_rua_cancel(candidate->find);
	free(candidate->record);
	free(candidate);
}

static void
candidates_free(struct list *list)
{
	while (!list_is_empty(list))
		candidate_free(LIST_ITEM(list->next, struct candidate, node));
}

/* --- one pass through all days that are over ------------------------------------------------------------- */

static void
settle(struct closing *c)
{
	c->state = CLOSING_SETTLES;
	c->question = commits_ask(c->commits);
}

/* Forgetting comes last: a clock that was far behind makes many days over at once. */
static void
end_pass(struct closing *c)
{
	time_t kept = loop_time() - (time_t)c->closer.options->keep_s;

	c->day = 0;
	c->retry_ms = loop_now_ms() + RETRY_MS;
	if (c->covered != c->over)
		store_forget_before(c->closer.store, day_of(kept));
	c->covered = c->over;
	if (c->state == CLOSING_WORKS)
		settle(c);
}

/* The first day from this one on that has open domains, if it is over. */
static void
begin_day(struct closing *c, time_t from)
{
	if (store_open_day(c->closer.store, from, c->over, &c->day) != ST_OK) {
		c->has_open = true;
		c->day = 0;
	}
	if (c->day == 0) {
		end_pass(c);
		return;
	}
	c->state = CLOSING_WORKS;
	c->after[0] = '\0';
	c->is_last_page = false;
	c->day_made = c->day_unwanted = c->day_later = 0;
	work(c);
}

/* A line only when something has changed. */
static void
tell_day(const struct closing *c)
{
	bool is_retry = c->over == c->covered;
	char day[RFC3339_TEXT_MAX];

	if (is_retry && c->day_made + c->day_unwanted == 0)
		return;
	log_info("closing: day=%s reports=%" PRIu64 " unwanted=%" PRIu64
		 " still-open=%" PRIu64,
	    rfc3339_day_text(c->day, day), c->day_made, c->day_unwanted, c->day_later);
}

static void
end_day(struct closing *c)
{
	tell_day(c);
	begin_day(c, c->day + DAY_S);
}

/* --- domains --------------------------------------------------------------------------------------------------- */

static void
defer_work(struct closing *c)
{
	if (!c->is_deferred)
		loop_defer(work, c);
	c->is_deferred = true;
}

static void
count(struct closing *c, enum close_outcome outcome)
{
	switch (outcome) {
	case CLOSE_MADE:
		c->day_made++;
		c->counts.made++;
		break;
	case CLOSE_UNWANTED:
		c->day_unwanted++;
		c->counts.unwanted++;
		break;
	case CLOSE_LATER:
		c->day_later++;
		c->has_open = true;
		break;
	}
}

static time_t
last_try(const struct closing *c)
{
	time_t first = c->day + DAY_S + (time_t)c->closer.options->grace_s;

	return (first > c->started ? first : c->started) + TRY_S;
}

static void
on_rua(const struct rua_answer *answer, void *arg)
{
	struct candidate *candidate = arg;
	struct closing *c = candidate->closing;
	struct open_domain domain = {
		.day = c->day,
		.name = candidate->domain.text,
		.record = candidate->record,
		.is_last_try = loop_time() >= last_try(c),
	};

	candidate->find = NULL;
	count(c, close_domain(&c->closer, &domain, answer));
	candidate_free(candidate);
	c->asking_count--;
	defer_work(c);
}

static void
ask_next(struct closing *c)
{
	struct candidate *next = LIST_ITEM(c->waiting.next, struct candidate, node);

	list_remove(&next->node);
	list_append(&c->asking, &next->node);
	c->asking_count++;
	next->find = find_rua_start(c->engine, &next->domain, on_rua, next);
}

struct page {
	struct closing *closing;
	size_t count;
};

static void
on_open_domain(const struct tally_day *row, void *arg)
{
	struct page *page = arg;
	struct closing *c = page->closing;
	struct candidate *candidate = xcalloc(1, sizeof(*candidate));

	page->count++;
	snprintf(c->after, sizeof(c->after), "%s", row->domain);
	candidate->closing = c;
	candidate->record = xstrdup(row->record);
	list_append(&c->waiting, &candidate->node);
	if (domain_parse(row->domain, strlen(row->domain), &candidate->domain, NULL) ==
	    ST_OK)
		return;
	close_without_report(&c->closer, row->day, row->domain);
	candidate_free(candidate);
}

static void
read_page(struct closing *c)
{
	struct page page = { .closing = c };

	if (store_each_day(c->closer.store, c->day, c->after, PAGE, true,
		on_open_domain, &page) != ST_OK) {
		c->has_open = true;
		page.count = 0;
	}
	c->is_last_page = page.count < PAGE;
	commits_ask(c->commits); /* what there is may be sent meanwhile */
}

/* One slice: at most a page is read and its lookups started; what they find is rendered as it comes. */
static void
work(void *arg)
{
	struct closing *c = arg;

	c->is_deferred = false;
	if (store_is_busy(c->closer.store)) {
		loop_timer_set(c->busy, BUSY_MS);
		return;
	}
	if (list_is_empty(&c->waiting) && !c->is_last_page)
		read_page(c);
	while (c->asking_count < LOOKUPS_MAX && !list_is_empty(&c->waiting))
		ask_next(c);
	if (c->asking_count > 0)
		return;
	if (c->is_last_page)
		end_day(c);
	else
		defer_work(c);
}

/* --- when -------------------------------------------------------------------------------------------------------- */

static void
look(struct closing *c)
{
	c->over = day_of(loop_time() - (time_t)c->closer.options->grace_s);
	if (c->over == c->covered && c->has_open && loop_now_ms() < c->retry_ms)
		return;
	c->has_open = false;
	if (c->closer.options->contact[0] != '\0')
		begin_day(c, 0);
	else
		end_pass(c);
}

static void
on_tick(void *arg)
{
	struct closing *c = arg;

	if (c->state == CLOSING_RESTS)
		look(c);
	loop_timer_set(c->tick, TICK_MS);
}

static void
on_written(void *arg)
{
	struct closing *c = arg;

	c->on_made(c->arg);
	if (c->state != CLOSING_SETTLES || commits_done(c->commits) < c->question)
		return;
	c->state = CLOSING_RESTS;
	if (c->covered == 0)
		on_tick(c);
}

/* --- begin and end ------------------------------------------------------------------------------------------------- */

struct closing *
closing_start(struct engine *engine, struct store *store,
    const struct report_options *options, loop_fn *on_made, void *arg)
{
	struct closing *c = xcalloc(1, sizeof(*c));

	c->engine = engine;
	c->closer.store = store;
	c->closer.options = options;
	c->closer.renderer = renderer_new(options);
	c->commits = commits_new(store, on_written, c);
	c->tick = loop_timer_new(on_tick, c);
	c->busy = loop_timer_new(work, c);
	c->on_made = on_made;
	c->arg = arg;
	c->started = loop_time();
	list_init(&c->waiting);
	list_init(&c->asking);
	settle(c);
	return c;
}

void
closing_stop(struct closing *c)
{
	if (c == NULL)
		return;
	candidates_free(&c->waiting);
	candidates_free(&c->asking);
	loop_deferred_cancel(work, c);
	loop_timer_free(c->tick);
	loop_timer_free(c->busy);
	commits_free(c->commits);
	renderer_free(c->closer.renderer);
	rendered_clear(&c->closer.rendered);
	free(c);
}

void
closing_status(const struct closing *c, struct closing_status *out)
{
	time_t grace = (time_t)c->closer.options->grace_s;

	*out = c->counts;
	out->day = c->day;
	if (c->closer.options->contact[0] != '\0')
		out->next = day_of(loop_time() - grace) + DAY_S + grace;
}
