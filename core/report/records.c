/* SPDX-License-Identifier: ISC */
#include "report/records.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "lookup/find_rua.h"
#include "report/schedule.h"

/* Domains remembered as known: places of a table that forgets by being written over. */
#define KNOWN_MAX 65536

struct records {
	struct engine *engine;
	struct ledger *ledger;
	struct map keyed; /* for its hash; nothing is in it */
	struct list asked;
	size_t asked_count;
	uint64_t known[KNOWN_MAX]; /* domain and day; 0: free */
};

struct asked {
	struct list node;
	struct records *records;
	struct domain domain;
	time_t when;
	struct find_rua *find;
};

/* --- who is known -------------------------------------------------------------------------- */

static uint64_t
mark_of(const struct records *r, const struct domain *domain, time_t when)
{
	uint64_t hash = map_hash(&r->keyed, domain->text, domain->len);

	return (hash ^ (uint64_t)day_of(when)) | 1;
}

static uint64_t *
place_of(struct records *r, uint64_t mark)
{
	return &r->known[(mark >> 1) % KNOWN_MAX];
}

/* --- lookups ----------------------------------------------------------------------------------- */

static void
asked_free(struct asked *a)
{
	a->records->asked_count--;
	list_remove(&a->node);
	free(a);
}

static void
on_found(const struct rua_answer *answer, void *arg)
{
	struct asked *a = arg;

	if (!answer->is_error && answer->outcome == TLSRPT_RECORD_FOUND)
		ledger_note_record(
		    a->records->ledger, &a->domain, a->when, answer->record);
	asked_free(a);
}

static void
ask(struct records *r, const struct domain *domain, time_t when)
{
	struct asked *a = xcalloc(1, sizeof(*a));

	a->records = r;
	a->domain = *domain;
	a->when = when;
	list_append(&r->asked, &a->node);
	r->asked_count++;
	a->find = find_rua_start(r->engine, domain, on_found, a);
}

void
records_want(struct records *r, const struct domain *domain, time_t when)
{
	uint64_t mark = mark_of(r, domain, when), *place = place_of(r, mark);

	if (*place == mark || r->asked_count == RECORDS_ASKED_MAX)
		return;
	*place = mark;
	ask(r, domain, when);
}

void
records_told(
    struct records *r, const struct domain *domain, time_t when, const char *record)
{
	uint64_t mark = mark_of(r, domain, when);

	*place_of(r, mark) = mark;
	ledger_note_record(r->ledger, domain, when, record);
}

/* --- coming and going ------------------------------------------------------------------------- */

struct records *
records_new(struct engine *engine, struct ledger *ledger)
{
	struct records *r = xcalloc(1, sizeof(*r));

	r->engine = engine;
	r->ledger = ledger;
	map_init(&r->keyed, 1);
	list_init(&r->asked);
	return r;
}

void
records_free(struct records *records)
{
	struct asked *a;

	if (records == NULL)
		return;
	while (!list_is_empty(&records->asked)) {
		a = LIST_ITEM(records->asked.next, struct asked, node);
		find_rua_cancel(a->find);
		asked_free(a);
	}
	map_clear(&records->keyed);
	free(records);
}
