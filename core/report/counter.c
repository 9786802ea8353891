/* SPDX-License-Identifier: ISC */
#include "report/counter.h"

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/ration.h"
#include "report/inquiry.h"
#include "report/records.h"
#include "report/refusal.h"
#include "report/schedule.h"
#include "wire/tlsrpt_datagram.h"

struct counter {
	struct inquiry_tools tools;
	struct ledger *ledger;
	struct records *records;
	unsigned grace_s;
	bool is_for_mail_hosts, is_current;
	struct list waiting;
	size_t waiting_count, waiting_bytes;
	loop_fn *on_room;
	void *arg;
	struct ration complaints;
	uint64_t rejected, counted;
	uint64_t by_source[SOURCE_OWN + 1];
};

/* One event that is being judged. */
struct waiting {
	struct list node;
	struct counter *counter;
	uint64_t id;
	size_t bytes;
	struct tls_event event;
	struct inquiry *inquiry;
};

/* --- coming and going ------------------------------------------------------------------ */

void
counter_reconfigure(struct counter *c, const struct account_options *options)
{
	c->grace_s = options->grace_s;
	c->is_for_mail_hosts = options->is_for_mail_hosts;
	c->tools.trust = options->trust;
}

struct counter *
counter_new(const struct account_options *options, struct engine *engine,
    struct probes *probes, struct ledger *ledger, loop_fn *on_room, void *arg)
{
	struct counter *c = xcalloc(1, sizeof(*c));

	c->on_room = on_room;
	c->arg = arg;
	c->tools.engine = engine;
	c->tools.probes = probes;
	c->ledger = ledger;
	c->records = records_new(engine, ledger);
	list_init(&c->waiting);
	counter_reconfigure(c, options);
	return c;
}

static void
waiting_free(struct waiting *w)
{
	w->counter->waiting_count--;
	w->counter->waiting_bytes -= w->bytes;
	list_remove(&w->node);
	tls_event_clear(&w->event);
	free(w);
}

void
counter_forget(struct counter *c)
{
	struct waiting *w;

	while (!list_is_empty(&c->waiting)) {
		w = LIST_ITEM(c->waiting.next, struct waiting, node);
		inquiry_cancel(w->inquiry);
		waiting_free(w);
	}
}

void
counter_free(struct counter *c)
{
	if (c == NULL)
		return;
	counter_forget(c);
	records_free(c->records);
	free(c);
}

/* --- counting ------------------------------------------------------------------------------ */

/* The day of a session is that of its result (RPT-CNT-14), unless the report of that day may be made already: which is not
 * as long as the journal is being read. */
static time_t
open_day(const struct counter *c, time_t when)
{
	time_t now = loop_time();
	bool is_over = day_of(when) < day_of(now - (time_t)c->grace_s);

	return is_over && c->is_current ? now : when;
}

void
counter_set_current(struct counter *c)
{
	c->is_current = true;
}

/* What concerns a mail host is its owner's, too (RPT-DNS-10). */
static void
count_for_mail_hosts(struct counter *c, const struct domain *domain, time_t when,
    const struct judgement *j)
{
	const struct judged_policy *p;

	for (p = j->items; p < j->items + j->count; p++)
		if (p->type == POLICY_TLSA && !domain_equal(&p->domain, domain))
			ledger_count_policy(c->ledger, &p->domain, when, p);
}

static void
count(struct counter *c, const struct domain *domain, time_t when,
    const struct judgement *j)
{
	time_t day = open_day(c, when);

	ledger_count(c->ledger, domain, day, j);
	if (c->is_for_mail_hosts)
		count_for_mail_hosts(c, domain, day, j);
	c->counted += j->count > 0;
}

static void
on_judged(const struct judgement *judgement, void *arg)
{
	struct waiting *w = arg;
	struct counter *c = w->counter;
	bool was_full = counter_is_full(c);

	count(c, &w->event.next_hop, w->event.when, judgement);
	ledger_settle(c->ledger, w->id);
	waiting_free(w);
	if (was_full && !counter_is_full(c))
		c->on_room(c->arg);
}

/* Takes the event over. */
static void
wait_for_judgement(
    struct counter *c, const struct journal_entry *entry, struct tls_event *event)
{
	struct waiting *w = xcalloc(1, sizeof(*w));

	w->counter = c;
	w->id = entry->id;
	w->event = *event;
	/* As JSON, and what was made of it. */
	w->bytes = sizeof(*w) + 2 * entry->len;
	list_append(&c->waiting, &w->node);
	c->waiting_count++;
	c->waiting_bytes += w->bytes;
	w->inquiry = inquiry_start(&c->tools, &w->event, on_judged, w);
}

bool
counter_is_full(const struct counter *c)
{
	return c->waiting_count >= COUNTER_WAITING_MAX ||
	       c->waiting_bytes >= COUNTER_WAITING_BYTES_MAX;
}

/* --- events -------------------------------------------------------------------------------- */

static void
take_inbound(struct counter *c, struct tls_event *event)
{
	event->when = open_day(c, event->when);
	ledger_count_inbound(c->ledger, event);
	tls_event_clear(event);
	c->counted++;
}

static void
see_record(struct counter *c, const struct tls_event *event)
{
	time_t when = open_day(c, event->when);

	if (event->record != NULL)
		records_told(c->records, &event->next_hop, when, event->record);
	else
		records_want(c->records, &event->next_hop, when);
}

void
counter_take_event(
    struct counter *c, const struct journal_entry *entry, struct tls_event *event)
{
	struct judgement judgement;

	c->by_source[event->source]++;
	if (event->is_inbound) {
		take_inbound(c, event);
		return;
	}
	see_record(c, event);
	if (!inquiry_at_once(&c->tools, event, &judgement)) {
		ledger_keep_waiting(c->ledger, entry);
		wait_for_judgement(c, entry, event);
		return;
	}
	count(c, &event->next_hop, event->when, &judgement);
	judgement_clear(&judgement);
	tls_event_clear(event);
}

void
counter_reject(struct counter *c, const char *what, const char *fault)
{
	unsigned kept;

	c->rejected++;
	if (ration_allows(&c->complaints, loop_now_ms(), &kept))
		log_warn(
		    "events: rejected=%s fault=\"%s\" untold=%u", what, fault, kept);
}

static bool
parse(struct counter *c, const struct journal_entry *entry, struct tls_event *out)
{
	bool is_datagram = entry->kind == JOURNAL_DATAGRAM;
	struct why why;
	enum status rc;

	rc = is_datagram
		 ? tlsrpt_datagram_parse(
		       entry->bytes, entry->len, entry->when, out, &why)
		 : tls_event_parse(entry->bytes, entry->len, entry->when, out, &why);
	if (rc != ST_OK)
		counter_reject(c, is_datagram ? "datagram" : "event", why.text);
	return rc == ST_OK;
}

/* The facts of that moment are gone: it was judged when it happened. */
static void
take_refusal(struct counter *c, const struct journal_entry *entry)
{
	struct judgement judgement;
	struct domain domain;

	if (refusal_parse(entry->bytes, entry->len, &domain, &judgement) != ST_OK) {
		counter_reject(c, "refusal", "not of this version");
		return;
	}
	c->by_source[SOURCE_OWN]++;
	records_want(c->records, &domain, open_day(c, entry->when));
	count(c, &domain, entry->when, &judgement);
	judgement_clear(&judgement);
}

void
counter_take(struct counter *c, const struct journal_entry *entry)
{
	struct tls_event event;

	if (entry->kind == JOURNAL_REFUSAL)
		take_refusal(c, entry);
	else if (parse(c, entry, &event))
		counter_take_event(c, entry, &event);
}

void
counter_resume(struct counter *c, const struct journal_entry *entry)
{
	struct tls_event event;

	if (parse(c, entry, &event))
		wait_for_judgement(c, entry, &event);
	else
		ledger_settle(c->ledger, entry->id);
}

void
counter_status(const struct counter *c, struct account_status *out)
{
	out->rejected = c->rejected;
	out->counted = c->counted;
	out->waiting = c->waiting_count;
	memcpy(out->by_source, c->by_source, sizeof(out->by_source));
}
