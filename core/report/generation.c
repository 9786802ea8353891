/* SPDX-License-Identifier: ISC */
#include "report/generation.h"

#include "base/mem.h"
#include "report/rows.h"

struct cell {
	struct row row;
	struct tally tally;
	struct detail *details;
};

struct detail {
	struct row row;
	struct detail *next; /* of the cell */
	struct tally_detail detail;
};

struct inbound {
	struct row row;
	struct tally_inbound inbound;
};

struct record {
	struct row row;
	struct tally_record record;
	char *text; /* owned */
};

struct waiting {
	struct row row;
	struct tally_waiting waiting;
	void *bytes; /* owned; NULL: settled */
};

struct generation {
	struct rows cells, details, inbound, records, waiting;
	struct strbuf key; /* of the row that is looked for */
	size_t bytes;      /* of what rows own besides */
	uint64_t *settled;
	size_t settled_count;
	void *frozen[5]; /* arrays that were lent */
};

/* --- coming and going ------------------------------------------------------------------------ */

struct generation *
generation_new(void)
{
	struct generation *g = xcalloc(1, sizeof(*g));

	rows_init(&g->cells, sizeof(struct cell));
	rows_init(&g->details, sizeof(struct detail));
	rows_init(&g->inbound, sizeof(struct inbound));
	rows_init(&g->records, sizeof(struct record));
	rows_init(&g->waiting, sizeof(struct waiting));
	return g;
}

void
generation_free(struct generation *g)
{
	struct row *row;
	size_t i;

	if (g == NULL)
		return;
	for (row = g->records.rows; row != NULL; row = row->next)
		free(((struct record *)row)->text);
	for (row = g->waiting.rows; row != NULL; row = row->next)
		free(((struct waiting *)row)->bytes);
	rows_clear(&g->cells);
	rows_clear(&g->details);
	rows_clear(&g->inbound);
	rows_clear(&g->records);
	rows_clear(&g->waiting);
	for (i = 0; i < COUNT_OF(g->frozen); i++)
		free(g->frozen[i]);
	strbuf_clear(&g->key);
	free(g->settled);
	free(g);
}

size_t
generation_count(const struct generation *g)
{
	return g->cells.count + g->details.count + g->inbound.count + g->records.count +
	       g->waiting.count + g->settled_count;
}

size_t
generation_bytes(const struct generation *g)
{
	return g->bytes + g->cells.bytes + g->details.bytes + g->inbound.bytes +
	       g->records.bytes + g->waiting.bytes;
}

/* --- sessions ----------------------------------------------------------------------------------- */

static struct cell *
get_cell(struct generation *g, const struct tally *t)
{
	struct {
		int64_t day, type;
	} number = { t->day, t->type };
	struct cell *c;
	const char *at;

	key_begin(&g->key, &number, sizeof(number));
	key_add(&g->key, t->domain);
	key_add(&g->key, t->policy_domain);
	key_add(&g->key, t->text);
	key_add(&g->key, t->mx);
	c = rows_get(&g->cells, &g->key);
	if (c->tally.domain != NULL)
		return c;
	at = c->row.key + sizeof(number);
	c->tally.day = t->day;
	c->tally.type = t->type;
	c->tally.domain = key_next(&at);
	c->tally.policy_domain = key_next(&at);
	c->tally.text = key_next(&at);
	c->tally.mx = key_next(&at);
	return c;
}

static void
add_detail(struct generation *g, struct cell *c, const struct tally_detail *d)
{
	struct {
		uint64_t cell, result;
	} number = { (uintptr_t)c, (uint64_t)d->result };
	struct detail *row;
	const char *at;

	key_begin(&g->key, &number, sizeof(number));
	key_add(&g->key, d->code);
	key_add(&g->key, d->local);
	key_add(&g->key, d->remote);
	key_add(&g->key, d->host);
	key_add(&g->key, d->helo);
	row = rows_get(&g->details, &g->key);
	if (row->detail.code == NULL) {
		at = row->row.key + sizeof(number);
		row->detail.result = d->result;
		row->detail.code = key_next(&at);
		row->detail.local = key_next(&at);
		row->detail.remote = key_next(&at);
		row->detail.host = key_next(&at);
		row->detail.helo = key_next(&at);
		row->next = c->details;
		c->details = row;
		c->tally.detail_count++;
	}
	row->detail.count += d->count;
}

void
generation_add(struct generation *g, const struct tally *tally)
{
	struct cell *c = get_cell(g, tally);
	size_t i;

	c->tally.successes += tally->successes;
	c->tally.failures += tally->failures;
	for (i = 0; i < tally->detail_count; i++)
		add_detail(g, c, &tally->details[i]);
}

void
generation_add_inbound(struct generation *g, const struct tally_inbound *in)
{
	int64_t day = in->day;
	struct inbound *row;
	const char *at;

	key_begin(&g->key, &day, sizeof(day));
	key_add(&g->key, in->client);
	key_add(&g->key, in->version);
	key_add(&g->key, in->cipher);
	key_add(&g->key, in->verified);
	row = rows_get(&g->inbound, &g->key);
	at = row->row.key + sizeof(day);
	row->inbound.day = in->day;
	row->inbound.client = key_next(&at);
	row->inbound.version = key_next(&at);
	row->inbound.cipher = key_next(&at);
	row->inbound.verified = key_next(&at);
	row->inbound.count += in->count;
}

void
generation_note(struct generation *g, const struct tally_record *record)
{
	int64_t day = record->day;
	struct record *row;

	key_begin(&g->key, &day, sizeof(day));
	key_add(&g->key, record->domain);
	row = rows_get(&g->records, &g->key);
	if (row->text != NULL && strcmp(row->text, record->record) == 0)
		return;
	free(row->text);
	row->text = xstrdup(record->record);
	row->record.day = record->day;
	row->record.domain = row->row.key + sizeof(day);
	row->record.record = row->text;
	g->bytes += strlen(row->text);
}

/* --- those that wait ------------------------------------------------------------------------------ */

void
generation_wait(struct generation *g, const struct tally_waiting *waiting)
{
	struct waiting *row;

	key_begin(&g->key, &waiting->id, sizeof(waiting->id));
	row = rows_get(&g->waiting, &g->key);
	row->bytes = xmemdup(waiting->bytes, waiting->len);
	row->waiting = *waiting;
	row->waiting.bytes = row->bytes;
	g->bytes += waiting->len;
}

static void
settle_later(struct generation *g, uint64_t id)
{
	size_t n = g->settled_count;

	if ((n & (n - 1)) == 0) /* a power of two: full */
		g->settled =
		    xreallocarray(g->settled, n > 0 ? 2 * n : 1, sizeof(*g->settled));
	g->settled[g->settled_count++] = id;
}

void
generation_settle(struct generation *g, uint64_t id)
{
	struct waiting *row;

	key_begin(&g->key, &id, sizeof(id));
	row = rows_find(&g->waiting, &g->key);
	if (row == NULL) {
		settle_later(g, id);
		return;
	}
	free(row->bytes);
	row->bytes = NULL;
}

/* --- the merge -------------------------------------------------------------------------------------- */

static struct tally_detail *
copy_details(const struct cell *c, struct tally_detail *out)
{
	const struct detail *d;

	for (d = c->details; d != NULL; d = d->next)
		*out++ = d->detail;
	return out;
}

static struct tally *
freeze_cells(struct generation *g)
{
	struct tally *tallies = xcalloc(g->cells.count + 1, sizeof(*tallies));
	struct tally_detail *details = xcalloc(g->details.count + 1, sizeof(*details));
	struct row *row;
	size_t n = 0;

	g->frozen[0] = tallies;
	g->frozen[1] = details;
	for (row = g->cells.rows; row != NULL; row = row->next) {
		tallies[n] = ((struct cell *)row)->tally;
		tallies[n++].details = details;
		details = copy_details((struct cell *)row, details);
	}
	return tallies;
}

static struct tally_inbound *
freeze_inbound(struct generation *g)
{
	struct tally_inbound *all = xcalloc(g->inbound.count + 1, sizeof(*all));
	struct row *row;
	size_t n = 0;

	for (row = g->inbound.rows; row != NULL; row = row->next)
		all[n++] = ((struct inbound *)row)->inbound;
	return g->frozen[2] = all;
}

static struct tally_record *
freeze_records(struct generation *g)
{
	struct tally_record *all = xcalloc(g->records.count + 1, sizeof(*all));
	struct row *row;
	size_t n = 0;

	for (row = g->records.rows; row != NULL; row = row->next)
		all[n++] = ((struct record *)row)->record;
	return g->frozen[3] = all;
}

static struct tally_waiting *
freeze_waiting(struct generation *g, size_t *count)
{
	struct tally_waiting *all = xcalloc(g->waiting.count + 1, sizeof(*all));
	struct row *row;

	*count = 0;
	for (row = g->waiting.rows; row != NULL; row = row->next)
		if (((struct waiting *)row)->bytes != NULL)
			all[(*count)++] = ((struct waiting *)row)->waiting;
	return g->frozen[4] = all;
}

void
generation_freeze(struct generation *g, struct merge *out)
{
	*out = (struct merge){
		.tallies = freeze_cells(g),
		.tally_count = g->cells.count,
		.inbound = freeze_inbound(g),
		.inbound_count = g->inbound.count,
		.records = freeze_records(g),
		.record_count = g->records.count,
		.settled = g->settled,
		.settled_count = g->settled_count,
	};
	out->waiting = freeze_waiting(g, &out->waiting_count);
}
