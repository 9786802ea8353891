/* SPDX-License-Identifier: ISC */
#include "report/account.h"

#include "base/log.h"
#include "base/mem.h"
#include "lookup/turns.h"
#include "report/counter.h"
#include "report/intake.h"
#include "report/ledger.h"
#include "report/refusal.h"
#include "store/outbox.h"
#include "wire/opensmtpd_log.h"

#define SLICE_BYTES ((uint64_t)1 << 20) /* of the journal in one turn of the loop */
#define RETRY_MS    5000                /* after an error of disk or database */

struct account {
	struct engine *engine;
	struct intake *intake;
	struct ledger *ledger;
	struct counter *counter;
	struct turns *turns;
	const struct opensmtpd_log *log; /* NULL: none */
	struct store *store;             /* that is counted into; NULL: none yet */
	struct store *next;              /* that cannot be read yet */
	/* Live events are not counted; they are read back from here on, when they can be. */
	bool is_behind;
	struct journal_position read_at;
	struct journal_position held; /* the journal's end when the store came */
	struct loop_timer *retry;
	bool is_unreadable;
	uint64_t forgotten; /* segments before it are deleted */
	uint64_t accepted, lost;
};

/* --- counting -------------------------------------------------------------------------- */

static void
count_sent(struct account *a, const struct journal_entry *entry)
{
	uint64_t id;

	if (entry->len != sizeof(id))
		return;
	memcpy(&id, entry->bytes, sizeof(id));
	store_put_sent(a->store, id, entry->when);
}

static void
count(const struct journal_entry *entry, void *arg)
{
	struct account *a = arg;

	switch (entry->kind) {
	case JOURNAL_DATAGRAM:
	case JOURNAL_EVENT:
	case JOURNAL_REFUSAL:
		counter_take(a->counter, entry);
		break;
	case JOURNAL_SENT:
		count_sent(a, entry);
		break;
	case JOURNAL_TAKEN:
		break;
	}
}

static void
reach(struct account *a, struct journal_position at)
{
	ledger_reached(a->ledger, intake_journal(a->intake), &at);
}

/* Nothing more can be counted now; go_on() is called when it can. */
static bool
is_full(const struct account *a)
{
	return ledger_is_full(a->ledger) || counter_is_full(a->counter);
}

/* Whether an entry that has come into the journal is to be counted now; else it is read back later. */
static bool
is_live(struct account *a, const struct journal_entry *entry)
{
	if (a->store == NULL || a->is_behind)
		return false;
	if (!is_full(a))
		return true;
	a->is_behind = true;
	a->read_at =
	    (struct journal_position){ entry->id >> 32, entry->id & UINT32_MAX };
	return false;
}

static bool
is_event(enum journal_kind kind)
{
	return kind != JOURNAL_SENT && kind != JOURNAL_TAKEN;
}

static void
on_accepted(const struct journal_entry *entries, size_t n, void *arg)
{
	struct account *a = arg;
	size_t i;

	for (i = 0; i < n; i++)
		a->accepted += is_event(entries[i].kind);
	if (n == 0 || !is_live(a, &entries[0]))
		return;
	for (i = 0; i < n; i++)
		count(&entries[i], a);
	reach(a, journal_end(intake_journal(a->intake)));
}

/* --- catching up ------------------------------------------------------------------------- */

static void
note_reading(struct account *a, enum status rc, const struct why *why)
{
	bool is_unreadable = rc == ST_IO;

	if (is_unreadable && !a->is_unreadable)
		log_err(
		    "events: status=unreadable reason=\"%s\" action=\"they are counted "
		    "later\" retry-s=%d",
		    why->text, RETRY_MS / 1000);
	if (!is_unreadable && a->is_unreadable)
		log_info("events: status=readable");
	a->is_unreadable = is_unreadable;
}

/* A slice in each turn, until the end is reached. */
static void
catch_up(void *arg)
{
	struct account *a = arg;
	struct why why;
	enum status rc;

	if (a->store == NULL || !a->is_behind || is_full(a))
		return;
	rc = journal_read(
	    intake_journal(a->intake), &a->read_at, SLICE_BYTES, count, a, &why);
	note_reading(a, rc, &why);
	a->is_behind = rc != ST_OK;
	reach(a, a->read_at);
	if (rc == ST_MORE)
		loop_defer(catch_up, a);
	else if (rc == ST_IO)
		loop_timer_set(a->retry, RETRY_MS);
}

static void
go_on(void *arg)
{
	loop_deferred_cancel(catch_up, arg);
	loop_defer(catch_up, arg);
}

static void
on_merged(void *arg)
{
	struct account *a = arg;
	struct journal_position safe = ledger_safe(a->ledger);

	if (account_is_current(a))
		counter_set_current(a->counter);
	if (safe.segment > a->forgotten) {
		a->forgotten = safe.segment;
		journal_forget(intake_journal(a->intake), &safe);
	}
	go_on(a);
}

/* --- the store --------------------------------------------------------------------------------- */

static bool
is_after(const struct journal_position *a, const struct journal_position *b)
{
	return a->segment != b->segment ? a->segment > b->segment
					: a->offset > b->offset;
}

static void
on_waiting(const struct tally_waiting *waiting, void *arg)
{
	const struct journal_entry entry = {
		.kind = (enum journal_kind)waiting->kind,
		.when = waiting->when,
		.bytes = waiting->bytes,
		.len = waiting->len,
		.id = waiting->id,
	};
	struct account *a = arg;

	counter_resume(a->counter, &entry);
}

static enum status
read_store(struct account *a, struct store *store, struct journal_position *at)
{
	enum status rc = store_journal_position(store, at);

	if (rc == ST_OK)
		rc = store_each_waiting(store, on_waiting, a);
	if (rc != ST_OK)
		counter_forget(a->counter);
	return rc;
}

/* Go on where the store is; later, if it or the journal cannot be read now. */
static void
begin(struct account *a)
{
	struct journal *journal = intake_journal(a->intake);
	struct journal_position at;

	if (journal == NULL || read_store(a, a->next, &at) != ST_OK) {
		loop_timer_set(a->retry, RETRY_MS);
		return;
	}
	a->held = journal_end(journal);
	if (is_after(&at, &a->held)) {
		log_err(
		    "events: journal=%llu database=%llu fault=\"the journal is older "
		    "than the database\" action=\"all of it is counted\"",
		    (unsigned long long)a->held.segment,
		    (unsigned long long)at.segment);
		at = (struct journal_position){ 0, 0 };
	}
	a->store = a->next;
	a->next = NULL;
	a->read_at = at;
	a->is_behind = true;
	ledger_use_store(a->ledger, a->store, &at);
	loop_defer(catch_up, a);
}

static void
on_retry(void *arg)
{
	struct account *a = arg;

	if (a->next != NULL)
		begin(a);
	else
		catch_up(a);
}

void
account_use_store(struct account *a, struct store *store)
{
	a->next = store;
	begin(a);
}

bool
account_is_current(const struct account *a)
{
	struct journal_position merged = ledger_merged(a->ledger);

	return a->store != NULL && !is_after(&a->held, &merged);
}

/* --- coming and going ------------------------------------------------------------------------------ */

struct account *
account_new(
    const struct account_options *options, struct engine *engine, struct probes *probes)
{
	struct account *a = xcalloc(1, sizeof(*a));

	a->engine = engine;
	a->turns = options->turns;
	a->intake = intake_new(options->folder, on_accepted, a);
	a->ledger = ledger_new(on_merged, a);
	a->counter = counter_new(options, engine, probes, a->ledger, go_on, a);
	a->retry = loop_timer_new(on_retry, a);
	return a;
}

void
account_free(struct account *a)
{
	if (a == NULL)
		return;
	loop_deferred_cancel(catch_up, a);
	loop_timer_free(a->retry);
	counter_free(a->counter);
	ledger_free(a->ledger);
	intake_free(a->intake);
	free(a);
}

void
account_reconfigure(struct account *a, const struct account_options *options)
{
	counter_reconfigure(a->counter, options);
}

void
account_on_room(struct account *a, loop_fn *on_room, void *arg)
{
	intake_on_room(a->intake, on_room, arg);
}

void
account_flush(struct account *a)
{
	intake_retry(a->intake);
	ledger_flush(a->ledger);
}

/* --- what comes in ----------------------------------------------------------------------------------- */

/* False: there is no room for them. */
static bool
put(struct account *a, struct journal_entry *entries, size_t n)
{
	enum intake_place place = intake_put(a->intake, entries, n);

	if (place == INTAKE_JOURNAL)
		on_accepted(entries, n, a);
	return place != INTAKE_NOWHERE;
}

bool
account_take_datagrams(const struct datagram *batch, size_t count, void *arg)
{
	struct account *a = arg;
	struct journal_entry entries[DATAGRAM_BATCH_MAX];
	size_t i, n = 0;

	for (i = intake_known(a->intake, batch, count); i < count; i++)
		entries[n++] = (struct journal_entry){
			.kind = JOURNAL_DATAGRAM,
			.when = loop_time(),
			.bytes = batch[i].bytes,
			.len = batch[i].len,
		};
	return put(a, entries, n);
}

void
account_note_taken(void *arg)
{
	struct account *a = arg;

	intake_note_taken(a->intake, loop_time());
}

/* Into the journal, and on. */
static enum status
take(struct account *a, struct journal_entry *entry, struct tls_event *event,
    struct why *why)
{
	bool is_known = intake_has(a->intake, event);
	enum status rc = ST_OK;

	if (!is_known)
		rc = intake_append(a->intake, entry, event, why);
	a->accepted += !is_known && rc == ST_OK;
	if (is_known || rc != ST_OK || !is_live(a, entry)) {
		tls_event_clear(event);
		return rc;
	}
	counter_take_event(a->counter, entry, event);
	reach(a, journal_end(intake_journal(a->intake)));
	return ST_OK;
}

void
account_use_log(struct account *a, const struct opensmtpd_log *log)
{
	a->log = log;
}

/* By the memory of routes first, which takes a session with mail for a verified one: the log knows. */
static bool
fill_in(struct account *a, struct tls_event *event)
{
	bool is_routed = a->turns != NULL && turns_see(a->turns, event, loop_now_ms());

	return (a->log != NULL && opensmtpd_log_complete(a->log, event)) || is_routed;
}

/*
 * What only memory can say goes into the journal with it: that does not outlive us.  False: no session of ours.
 */
static bool
complete(struct account *a, struct tls_event *event, struct strbuf *json)
{
	if (event->source == SOURCE_OPENSMTPD && !event->is_inbound &&
	    fill_in(a, event))
		tls_event_add(json, event);
	return event->next_hop.len > 0 || event->is_inbound;
}

enum status
account_take_event(struct account *a, const char *json, size_t len, struct why *why)
{
	struct journal_entry entry = {
		.kind = JOURNAL_EVENT,
		.when = loop_time(),
		.bytes = json,
		.len = len,
	};
	struct strbuf completed = STRBUF_INIT;
	struct tls_event event;
	enum status rc = tls_event_parse(json, len, entry.when, &event, why);

	if (rc != ST_OK) {
		counter_reject(a->counter, "event", why->text);
		return rc;
	}
	if (!complete(a, &event, &completed)) {
		tls_event_clear(&event);
		return ST_OK;
	}
	if (completed.len > 0) {
		entry.bytes = completed.data;
		entry.len = completed.len;
	}
	rc = take(a, &entry, &event, why);
	strbuf_clear(&completed);
	return rc;
}

void
account_refused(struct account *a, const struct answer *answer)
{
	struct strbuf bytes = STRBUF_INIT;
	struct journal_entry entry = { .kind = JOURNAL_REFUSAL, .when = loop_time() };
	struct judgement judgement;
	struct facts facts;

	if (!engine_facts(a->engine, answer->next_hop, &facts))
		return;
	judge_refusal(&facts, answer, &judgement);
	if (judgement.count > 0) {
		refusal_add(&bytes, &answer->next_hop->domain, &judgement);
		entry.bytes = bytes.data;
		entry.len = bytes.len;
		if (!put(a, &entry, 1))
			a->lost++;
	}
	judgement_clear(&judgement);
	strbuf_clear(&bytes);
}

void
account_note_sent(struct account *a, uint64_t sending_id)
{
	struct journal_entry entry = {
		.kind = JOURNAL_SENT,
		.when = loop_time(),
		.bytes = &sending_id,
		.len = sizeof(sending_id),
	};

	if (!put(a, &entry, 1))
		a->lost++;
}

void
account_status(const struct account *a, struct account_status *out)
{
	*out = (struct account_status){ .accepted = a->accepted, .lost = a->lost };
	intake_status(a->intake, out);
	counter_status(a->counter, out);
}
