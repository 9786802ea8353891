/* SPDX-License-Identifier: ISC */
#include "report/ledger.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/loop.h"
#include "report/generation.h"
#include "report/schedule.h"

#define PAUSE_MS    1000 /* between two merges */
#define MERGE_CELLS 4096 /* that are worth one at once */

struct ledger {
	struct store *store;
	const struct journal *journal; /* of position */
	struct generation *young;
	struct journal_position position; /* of what is in young */
	bool has_moved;                   /* the position, since the last merge */
	struct generation *lent;          /* being merged; NULL: none */
	struct merge merge;               /* that lent it */
	atomic_bool is_written;
	struct journal_position done, safe; /* of finished merges */
	struct loop_bell *bell;
	struct loop_timer *timer;
	bool is_timer_set;
	ledger_merged_fn *merged;
	void *arg;
};

/* --- merging --------------------------------------------------------------------------- */

static bool
is_empty(const struct ledger *l)
{
	return generation_count(l->young) == 0 && !l->has_moved;
}

/* Something is to be merged, soon. */
static void
touch(struct ledger *l)
{
	if (l->is_timer_set)
		return;
	l->is_timer_set = true;
	loop_timer_set(l->timer, PAUSE_MS);
}

static void
on_timer(void *arg)
{
	struct ledger *l = arg;

	l->is_timer_set = false;
	ledger_merge(l);
}

/* In the writer's thread. */
static void
on_written(void *arg)
{
	struct ledger *l = arg;

	atomic_store(&l->is_written, true);
	loop_bell_ring(l->bell);
}

static void
give_back(struct ledger *l)
{
	generation_free(l->lent);
	l->lent = NULL;
	if (l->merge.sync_fd != -1)
		close(l->merge.sync_fd);
}

/* A bell may ring late, when another merge is under way. */
static void
on_bell(void *arg)
{
	struct ledger *l = arg;

	if (l->lent == NULL || !atomic_load(&l->is_written))
		return;
	l->done = l->merge.position;
	if (l->merge.is_durable)
		l->safe = l->done;
	give_back(l);
	if (generation_count(l->young) >= MERGE_CELLS)
		ledger_merge(l);
	else if (!is_empty(l))
		touch(l);
	l->merged(l->arg);
}

void
ledger_merge(struct ledger *l)
{
	if (l->store == NULL || l->lent != NULL || is_empty(l))
		return;
	l->lent = l->young;
	l->young = generation_new();
	l->has_moved = false;
	generation_freeze(l->lent, &l->merge);
	l->merge.position = l->position;
	l->merge.sync_fd = l->journal != NULL ? journal_dup(l->journal) : -1;
	/* Only then there is a segment that can be deleted. */
	l->merge.is_durable = l->position.segment > l->safe.segment;
	atomic_store(&l->is_written, false);
	store_merge(l->store, &l->merge, on_written, l);
}

static void
wait_for_merge(struct ledger *l)
{
	if (l->lent == NULL)
		return;
	store_flush(l->store);
	on_bell(l);
}

void
ledger_flush(struct ledger *l)
{
	wait_for_merge(l);
	ledger_merge(l);
	wait_for_merge(l);
}

/* --- coming and going -------------------------------------------------------------------- */

struct ledger *
ledger_new(ledger_merged_fn *merged, void *arg)
{
	struct ledger *l = xcalloc(1, sizeof(*l));

	l->merged = merged;
	l->arg = arg;
	l->young = generation_new();
	l->bell = loop_bell_new(on_bell, l);
	l->timer = loop_timer_new(on_timer, l);
	return l;
}

void
ledger_free(struct ledger *l)
{
	if (l == NULL)
		return;
	if (l->store != NULL) /* also from an on_written() that is about to end */
		store_merge_cancel(l->store);
	if (l->lent != NULL)
		give_back(l);
	generation_free(l->young);
	loop_timer_free(l->timer);
	loop_bell_free(l->bell);
	free(l);
}

void
ledger_use_store(
    struct ledger *l, struct store *store, const struct journal_position *position)
{
	l->store = store;
	l->position = l->done = *position;
}

/* --- counting -------------------------------------------------------------------------------- */

static void
detail_of(const struct judged_failure *f, char local[ADDRESS_TEXT_MAX],
    char remote[ADDRESS_TEXT_MAX], struct tally_detail *out)
{
	*out = (struct tally_detail){
		.result = f->result,
		.code = f->code,
		.local = f->has_local ? address_text(&f->local, local) : "",
		.remote = f->has_remote ? address_text(&f->remote, remote) : "",
		.host = f->host,
		.helo = f->helo,
		.count = 1,
	};
}

void
ledger_count_policy(struct ledger *l, const struct domain *domain, time_t when,
    const struct judged_policy *policy)
{
	char local[ADDRESS_TEXT_MAX], remote[ADDRESS_TEXT_MAX];
	struct tally_detail detail;
	struct tally tally = {
		.day = day_of(when),
		.domain = domain->text,
		.type = policy->type,
		.policy_domain = policy->domain.text,
		.text = strbuf_str(&policy->text),
		.mx = strbuf_str(&policy->mx),
		.successes = !policy->is_failed,
		.failures = policy->is_failed,
		.details = &detail,
	};
	size_t i;

	generation_add(l->young, &tally);
	/* The rest adds details only. */
	tally.successes = tally.failures = 0;
	tally.detail_count = 1;
	for (i = 0; i < policy->failure_count; i++) {
		detail_of(&policy->failures[i], local, remote, &detail);
		generation_add(l->young, &tally);
	}
	touch(l);
}

void
ledger_count(struct ledger *l, const struct domain *domain, time_t when,
    const struct judgement *judgement)
{
	size_t i;

	for (i = 0; i < judgement->count; i++)
		ledger_count_policy(l, domain, when, &judgement->items[i]);
}

void
ledger_count_inbound(struct ledger *l, const struct tls_event *event)
{
	const struct tally_inbound inbound = {
		.day = day_of(event->when),
		.client = event->next_hop.text,
		.version = event->version,
		.cipher = event->cipher,
		.verified = event_verified_word(event->verified),
		.count = 1,
	};

	generation_add_inbound(l->young, &inbound);
	touch(l);
}

void
ledger_note_record(
    struct ledger *l, const struct domain *domain, time_t when, const char *record)
{
	const struct tally_record seen = {
		.day = day_of(when),
		.domain = domain->text,
		.record = record,
	};

	generation_note(l->young, &seen);
	touch(l);
}

/* --- waiting and positions ------------------------------------------------------------------------ */

void
ledger_keep_waiting(struct ledger *l, const struct journal_entry *entry)
{
	const struct tally_waiting waiting = {
		.id = entry->id,
		.kind = (int)entry->kind,
		.when = entry->when,
		.bytes = entry->bytes,
		.len = entry->len,
	};

	generation_wait(l->young, &waiting);
	touch(l);
}

void
ledger_settle(struct ledger *l, uint64_t id)
{
	generation_settle(l->young, id);
	touch(l);
}

void
ledger_reached(struct ledger *l, const struct journal *journal,
    const struct journal_position *position)
{
	l->journal = journal;
	if (position->segment == l->position.segment &&
	    position->offset == l->position.offset)
		return;
	l->position = *position;
	l->has_moved = true;
	if (generation_count(l->young) >= MERGE_CELLS)
		ledger_merge(l);
	else
		touch(l);
}

/* --- how it is ------------------------------------------------------------------------------------- */

bool
ledger_is_full(const struct ledger *l)
{
	return generation_count(l->young) >= LEDGER_CELLS_MAX ||
	       generation_bytes(l->young) >= LEDGER_BYTES_MAX;
}

bool
ledger_is_merging(const struct ledger *l)
{
	return l->lent != NULL;
}

struct journal_position
ledger_merged(const struct ledger *l)
{
	return l->done;
}

struct journal_position
ledger_safe(const struct ledger *l)
{
	return l->safe;
}
