/* SPDX-License-Identifier: ISC */
#include "publish/rollover_parts.h"

#include "base/strbuf.h"
#include "policy/dane_verify.h"

/* --- the servers ------------------------------------------------------------------------------------ */

/* Whether senders of this taste find it with this server. */
static bool
carries(const struct server_sets *s, const struct rollover_key *next, size_t order)
{
	size_t i;

	for (i = 0; i < next->count; i++)
		if (rollover_has(s->select[order], &next->records[i]->records[0]))
			return true;
	return false;
}

static bool
has_any(const struct rollover_gate *g, const struct server_sets *s)
{
	size_t i;

	for (i = 0; i < g->next->count; i++)
		if (rollover_has(s->all, &g->next->records[i]->records[0]))
			return true;
	return false;
}

static const struct remark_kind
    unpublished = { REMARK_BROKEN, "next-record-unpublished",
	    "with the new key mail would wait (RFC 7671, 8.1)",
	    "add the record of the next key to the zone" },
    lags = { REMARK_BROKEN, "name-server-lags",
	    "senders whose resolver asks it would not accept the new key (RFC 7671, "
	    "8.1)",
	    "see why the zone is not transferred to it" },
    passed_over = { REMARK_BROKEN, "next-record-passed-over",
	    "senders look at the digest they like best, and at no other (RFC 7671, 9)",
	    "publish the next key's record in every digest that the old one has" };

/* --- the certificate, where its issuer's record carries ----------------------------------------------- */

/* Whether senders of this taste find the key itself, of which nothing else counts (RFC 7672, 3.1.1). */
static bool
carries_key(const struct server_sets *s, const struct rollover_key *next, size_t order)
{
	size_t i;

	for (i = 0; i < next->count; i++) {
		const struct tlsa *r = &next->records[i]->records[0];

		if (r->usage == TLSA_DANE_EE && rollover_has(s->select[order], r))
			return true;
	}
	return false;
}

/* The records in full are the certificate and its issuer's. */
static struct chain
chain_of(const struct rollover_key *next)
{
	struct chain chain = { .count = 0 };
	size_t i;

	for (i = 0; i < next->count; i++) {
		const struct tlsa *r = &next->records[i]->records[0];

		if (r->selector == TLSA_CERT && r->matching == TLSA_FULL) {
			chain.certs[chain.count].der = r->data;
			chain.certs[chain.count++].len = r->len;
		}
	}
	return chain;
}

static const struct remark_kind chain_fails = { REMARK_BROKEN, "next-chain-fails",
	"by its issuer's record, names and dates count; mail would wait (RFC 7672, 3.1.2)",
	"get a certificate with the name of the host that is valid now, or publish the "
	"record of its key" };

static void
check_chain(struct rollover_gate *g, const struct server_sets *s)
{
	struct chain chain = chain_of(g->next);
	struct chain_verdict verdict;
	size_t order;

	for (order = 0; order < ORDERS; order++) {
		if (carries_key(s, g->next, order))
			continue;
		dane_verify(&chain, s->select[order], &g->base, 1, g->now, &verdict);
		if (verdict.outcome != CHAIN_MATCHED)
			remarks_add(&g->out->remarks, &chain_fails, g->base->text,
			    "the issuer's record alone speaks for the next certificate: "
			    "%s",
			    chain_outcome_text(verdict.outcome));
	}
}

/* --- all servers -------------------------------------------------------------------------------------- */

static void
check_server(struct rollover_gate *g, const struct server_sets *s)
{
	char about[ZONE_SERVER_TEXT_MAX];

	if (carries(s, g->next, 0) && carries(s, g->next, 1)) {
		check_chain(g, s);
		return;
	}
	zone_server_text(s->server, about);
	if (has_any(g, s))
		remarks_add(&g->out->remarks, &passed_over, about,
		    "the next key's record is there, and beside it one with another "
		    "digest that does not match");
	else
		remarks_add(&g->out->remarks, &lags, about,
		    "does not have the next key's record; its serial is %u",
		    (unsigned)s->server->serial);
}

static void
add_unpublished(struct rollover_gate *g)
{
	struct strbuf record = STRBUF_INIT;

	tlsa_add_text(&record, &g->next->records[0]->records[0]);
	remarks_add(&g->out->remarks, &unpublished, g->zone->reply.owner.text,
	    "no name server has TLSA %s", strbuf_str(&record));
	strbuf_clear(&record);
}

static void
check_servers(struct rollover_gate *g)
{
	size_t i, heard = 0, with = 0;

	for (i = 0; i < g->sets.count; i++) {
		heard += g->sets.items[i].server != NULL;
		with +=
		    g->sets.items[i].server != NULL && has_any(g, &g->sets.items[i]);
	}
	if (heard > 0 && with == 0) {
		add_unpublished(g);
		return;
	}
	for (i = 0; i < g->sets.count; i++)
		if (g->sets.items[i].server != NULL)
			check_server(g, &g->sets.items[i]);
}

/* --- the time --------------------------------------------------------------------------------------- */

static time_t
end_of(const struct rollover_entry *e)
{
	return e->since + 2 * (time_t)e->ttl_s;
}

/* The record that has stood everywhere for long enough first, for senders of this taste; NULL: none is remembered. */
static const struct rollover_entry *
find_carrier(const struct rollover_gate *g, size_t order, const struct tlsa **record)
{
	const struct rollover_entry *best = NULL, *e;
	const struct tlsa *r;
	size_t i = 0;

	while ((e = rollover_memory_next(g->memory, g->zone->name.text, &i)) != NULL) {
		r = rollover_next_of(g, e, order);
		if (r == NULL || !rollover_is_carrier(g, r, order) ||
		    (best != NULL && end_of(e) >= end_of(best)))
			continue;
		best = e;
		*record = r;
	}
	return best;
}

static const struct remark_kind mixed = { REMARK_BROKEN, "next-record-mixed",
	"none has stood everywhere for two TTLs (RFC 7671, 8.1)",
	"publish the same record on all of them" };

static void
find_time(struct rollover_gate *g)
{
	const struct rollover_entry *e;
	const struct tlsa *record;
	size_t order;

	for (order = 0; order < ORDERS; order++) {
		e = find_carrier(g, order, &record);
		if (e == NULL) {
			remarks_add(&g->out->remarks, &mixed, g->zone->reply.owner.text,
			    "the name servers have different records of the next key");
			return;
		}
		if (order > 0 && end_of(e) <= g->out->until)
			continue;
		g->out->record = record;
		g->out->since = e->since;
		g->out->ttl_s = e->ttl_s;
		g->out->until = end_of(e);
	}
}

/* --- all of it -------------------------------------------------------------------------------------- */

static const struct remark_kind alias = { REMARK_NOTE, "rollover-alias",
	"until all of them say the same, some senders may be led elsewhere (RFC 7671, 7)",
	"" };

static void
check_alias(struct rollover_gate *g)
{
	const struct zone_view *zone = g->zone;

	if (!domain_equal(&zone->name, &zone->reply.owner))
		remarks_add(&g->out->remarks, &alias, zone->name.text,
		    "an alias, whose name servers were not asked, those of %s were",
		    zone->reply.owner.text);
}

static void
judge_gate(struct rollover_gate *g)
{
	struct rollover_answer *out = g->out;

	rollover_sets_take(g->zone, &g->sets, &out->remarks);
	rollover_remember(g);
	check_alias(g);
	check_servers(g);
	out->verdict = rollover_verdict_of(&out->remarks);
	if (out->verdict != ROLLOVER_GO)
		return;
	find_time(g);
	out->verdict = rollover_verdict_of(&out->remarks);
	if (out->verdict == ROLLOVER_GO && g->now < out->until)
		out->verdict = ROLLOVER_WAIT;
}

void
rollover_ready(const struct zone_view *zone, const struct domain *base,
    const struct rollover_key *next, struct rollover_memory *memory, time_t now,
    struct rollover_answer *out)
{
	struct rollover_gate g = {
		.zone = zone,
		.base = base,
		.next = next,
		.memory = memory,
		.now = now,
		.out = out,
	};

	*out = (struct rollover_answer){ .verdict = ROLLOVER_UNSURE };
	rollover_check_zone(zone, now, &out->remarks);
	strbuf_addf(&g.place, "%s %s", zone->name.text, zone->reply.owner.text);
	judge_gate(&g);
	strbuf_clear(&g.place);
	rollover_sets_clear(&g.sets);
}
