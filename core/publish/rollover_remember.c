/* SPDX-License-Identifier: ISC */
#include "publish/rollover_parts.h"

#include "base/mem.h"

/* --- TTLs ----------------------------------------------------------------------------------------- */

static bool
is_of_next(const struct rollover_gate *g, const struct tlsa *record)
{
	size_t i;

	for (i = 0; i < g->next->count; i++)
		if (tlsa_equal(record, &g->next->records[i]->records[0]))
			return true;
	return false;
}

/* Nothing but the new: before it there may have been none at all, and caches keep that, too (RFC 2308, section 5). */
static bool
is_all_new(const struct rollover_gate *g, const struct tlsa_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (!is_of_next(g, &set->records[i]))
			return false;
	return true;
}

static uint32_t
denial_ttl(const struct zone_view *zone)
{
	uint32_t minimum_s = zone->has_soa ? zone->soa.minimum_s : 0;
	/* A resolver's own is what is left of it. */
	uint32_t ttl_s = zone->soa_signature.ttl_s > zone->soa_ttl_s
			     ? zone->soa_signature.ttl_s
			     : zone->soa_ttl_s;

	return minimum_s < ttl_s ? minimum_s : ttl_s;
}

static void
use_ttl(struct rollover_gate *g, uint32_t ttl_s)
{
	if (ttl_s > g->ttl_s)
		g->ttl_s = ttl_s;
}

static void
find_ttl(struct rollover_gate *g)
{
	size_t i;

	/* What the zones of its aliases say, too: a resolver's own TTL is what is left of it. */
	use_ttl(g, g->zone->reply.signed_ttl_s);
	for (i = 0; i < g->sets.count; i++) {
		const struct server_sets *s = &g->sets.items[i];

		if (s->server == NULL)
			continue;
		use_ttl(g, s->server->reply.ttl_s);
		if (s->all != NULL && is_all_new(g, s->all))
			use_ttl(g, denial_ttl(g->zone));
	}
}

/* --- clock ------------------------------------------------------------------------------------------ */

static const struct remark_kind
    behind = { REMARK_UNSURE, "clock-behind",
	    "time that is counted by such a clock has not passed (RFC 7671, 8.1)",
	    "set the clock of this machine" },
    set_back = { REMARK_NOTE, "clock-set-back",
	    "how long the record has stood there is not known (RFC 7671, 8.1)", "" };

/* The times wrap; they are within 68 years of now (RFC 4034, 3.1.5). */
static bool
is_before(time_t now, const struct dns_signature *signature)
{
	return signature->is_there && (int32_t)((uint32_t)now - signature->begins) < 0;
}

/*
 * A machine that has booted without the time of day: what it remembered now would seem old as soon as the clock is right.  A
 * signature that is older than that says nothing, since it is renewed all the time.
 */
static bool
is_clock_behind(const struct rollover_gate *g)
{
	if (!is_before(g->now, &g->zone->reply.signature) &&
	    !is_before(g->now, &g->zone->soa_signature))
		return false;
	remarks_add(&g->out->remarks, &behind, g->zone->reply.owner.text,
	    "the clock here is behind the time at which its zone was signed");
	return true;
}

/* A look from the future was another clock's: its time counts from now. */
static void
check_clock(struct rollover_gate *g, struct rollover_entry *e)
{
	if (e->since <= g->now)
		return;
	e->since = g->now;
	remarks_add(&g->out->remarks, &set_back, g->zone->reply.owner.text,
	    "the clock was set back since the last look");
}

/* --- records as they are remembered ------------------------------------------------------------------ */

static void
set_text(struct strbuf *out, size_t order, const struct tlsa *record)
{
	strbuf_reset(out);
	strbuf_addf(out, "%s ", rollover_orders[order]);
	tlsa_add_text(out, record);
}

/* The text of the record alone. */
static const char *
record_of(const struct rollover_entry *e)
{
	const char *blank = strchr(e->record, ' ');

	return blank != NULL ? blank + 1 : "";
}

const struct tlsa *
rollover_next_of(
    const struct rollover_gate *g, const struct rollover_entry *e, size_t order)
{
	struct strbuf one = STRBUF_INIT;
	const struct tlsa *found = NULL;
	size_t i;

	for (i = 0; i < g->next->count && found == NULL; i++) {
		set_text(&one, order, &g->next->records[i]->records[0]);
		if (strcmp(strbuf_str(&one), e->record) == 0)
			found = &g->next->records[i]->records[0];
	}
	strbuf_clear(&one);
	return found;
}

static bool
is_of_next_key(const struct rollover_gate *g, const struct rollover_entry *e)
{
	return rollover_next_of(g, e, 0) != NULL || rollover_next_of(g, e, 1) != NULL;
}

/* A server that was heard does not have it; of a server that is silent nothing is known. */
static bool
is_missing(const struct rollover_gate *g, const struct tlsa *record)
{
	size_t i;

	for (i = 0; i < g->sets.count; i++)
		if (g->sets.items[i].server != NULL &&
		    !rollover_has(g->sets.items[i].all, record))
			return true;
	return false;
}

bool
rollover_is_carrier(
    const struct rollover_gate *g, const struct tlsa *record, size_t order)
{
	size_t i;

	for (i = 0; i < g->sets.count; i++)
		if (g->sets.items[i].server != NULL &&
		    !rollover_has(g->sets.items[i].select[order], record))
			return false;
	return true;
}

/* --- what is no longer so ---------------------------------------------------------------------------- */

static const struct remark_kind removed = { REMARK_BROKEN, "next-record-removed",
	"senders that ask now do not find it (RFC 7671, 8.1)",
	"publish it again; the time counts from then on" };

/* Senders of its taste no longer find this record everywhere. */
static bool
is_over(struct rollover_gate *g, const struct rollover_entry *e)
{
	size_t order =
	    strncmp(e->record, rollover_orders[0], strlen(rollover_orders[0])) == 0 ? 0
										    : 1;
	const char *text = record_of(e);
	struct tlsa_set *set;
	bool is_over;

	if (tlsa_parse_text(text, strlen(text), &set, NULL) != ST_OK)
		return true;
	is_over = !rollover_is_carrier(g, &set->records[0], order);
	if (is_missing(g, &set->records[0]) && is_of_next_key(g, e))
		remarks_add(&g->out->remarks, &removed, g->zone->reply.owner.text,
		    "every name server had %.5s of the next key, now not all do", text);
	free(set);
	return is_over;
}

static time_t
end_of(const struct rollover_entry *e)
{
	return e->since + 2 * (time_t)e->ttl_s;
}

/* Where the name is an alias of another one now, records count anew; what caches may have of the old place stays. */
static bool
is_past(struct rollover_gate *g, const struct rollover_entry *e)
{
	bool is_here = strcmp(e->place, strbuf_str(&g->place)) == 0;

	if (e->record[0] == '\0')
		return !is_here && g->now >= end_of(e);
	return !is_here || is_over(g, e);
}

static void
revise(struct rollover_gate *g)
{
	struct rollover_entry *e;
	size_t i = 0;

	while ((e = rollover_memory_next(g->memory, g->zone->name.text, &i)) != NULL) {
		check_clock(g, e);
		if (is_past(g, e))
			rollover_memory_drop(g->memory, --i);
		else if (e->record[0] != '\0' && e->ttl_s < g->ttl_s)
			e->ttl_s = g->ttl_s;
	}
}

/* --- what is new ------------------------------------------------------------------------------------- */

/*
 * What was published before is in caches for its own TTL, however short that of today is: the entry without a record has the
 * greatest that may still count, and when it was last seen.
 */
static void
remember_ttl(struct rollover_gate *g)
{
	struct rollover_entry *e =
	    rollover_memory_put(g->memory, strbuf_str(&g->place), "");

	if (g->ttl_s >= e->ttl_s || g->now >= end_of(e)) {
		e->ttl_s = g->ttl_s;
		e->since = g->now;
	}
}

/* The greatest of all places that the name has led to. */
static uint32_t
greatest_ttl(const struct rollover_gate *g)
{
	const struct rollover_entry *e;
	uint32_t ttl_s = 0;
	size_t i = 0;

	while ((e = rollover_memory_next(g->memory, g->zone->name.text, &i)) != NULL)
		if (e->record[0] == '\0' && e->ttl_s > ttl_s)
			ttl_s = e->ttl_s;
	return ttl_s;
}

/* Records that senders of this taste find everywhere now, and did not. */
static void
remember(struct rollover_gate *g, const struct tlsa_set *set, size_t order)
{
	uint32_t ttl_s = greatest_ttl(g);
	struct strbuf text = STRBUF_INIT;
	struct rollover_entry *e;
	size_t i;

	for (i = 0; set != NULL && i < set->count; i++) {
		if (!rollover_is_carrier(g, &set->records[i], order))
			continue;
		set_text(&text, order, &set->records[i]);
		e = rollover_memory_put(
		    g->memory, strbuf_str(&g->place), strbuf_str(&text));
		if (e->since != 0)
			continue;
		e->since = g->now;
		e->ttl_s = ttl_s;
	}
	strbuf_clear(&text);
}

static const struct tlsa_set *
first_set(const struct rollover_gate *g, size_t order)
{
	size_t i;

	for (i = 0; i < g->sets.count; i++)
		if (g->sets.items[i].server != NULL)
			return g->sets.items[i].select[order];
	return NULL;
}

void
rollover_remember(struct rollover_gate *g)
{
	size_t order;

	/* Without an answer not even the end of its aliases is known. */
	if (is_clock_behind(g) || g->zone->reply.outcome == DNS_ERROR)
		return;
	find_ttl(g);
	revise(g);
	remember_ttl(g);
	for (order = 0; g->sets.is_complete && order < ORDERS; order++)
		remember(g, first_set(g, order), order);
}
