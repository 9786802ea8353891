/* SPDX-License-Identifier: ISC */
#include "publish/rollover_parts.h"

#include "base/mem.h"
#include "policy/dane_verify.h"

struct leaving {
	const struct rollover_key *old;
	const struct domain *base;
	time_t now;
	struct rollover_answer *out;
	struct rollover_sets sets;
};

/* The issuer's records are not the key's: the next certificate may have the same one. */
static bool
is_of_key(const struct tlsa *record)
{
	return record->usage == TLSA_DANE_EE;
}

/* --- what would be left ---------------------------------------------------------------------------- */

static bool
is_leaving(const struct leaving *l, const struct tlsa *record)
{
	size_t i;

	for (i = 0; i < l->old->count; i++)
		if (is_of_key(&l->old->records[i]->records[0]) &&
		    tlsa_equal(record, &l->old->records[i]->records[0]))
			return true;
	return false;
}

/* A copy, shortened: the memory of the records that leave stays with it. */
static struct tlsa_set *
without_leaving(const struct leaving *l, const struct tlsa_set *set)
{
	struct tlsa_set *rest = tlsa_set_copy(set);
	size_t i, n = 0;

	for (i = 0; rest != NULL && i < rest->count; i++)
		if (!is_leaving(l, &rest->records[i]))
			rest->records[n++] = rest->records[i];
	if (rest != NULL)
		rest->count = n;
	return rest;
}

static void
find_leaving(struct leaving *l)
{
	size_t i, k;

	for (i = 0; i < l->old->count; i++) {
		const struct tlsa *r = &l->old->records[i]->records[0];

		for (k = 0; k < l->sets.count; k++)
			if (is_of_key(r) && rollover_has(l->sets.items[k].all, r)) {
				l->out->old[l->out->count++] = r;
				break;
			}
	}
}

/* --- what is shown --------------------------------------------------------------------------------- */

static bool
matches(const struct leaving *l, const struct chain *chain, const struct tlsa_set *set,
    size_t order)
{
	struct tlsa_set *usable = rollover_select(set, order);
	struct chain_verdict verdict = { .outcome = CHAIN_NO_MATCH };

	if (usable != NULL)
		dane_verify(chain, usable, &l->base, 1, l->now, &verdict);
	free(usable);
	return verdict.outcome == CHAIN_MATCHED;
}

static const struct remark_kind
    old_shown = { REMARK_BROKEN, "old-key-shown",
	    "without the record, mail to it would wait (RFC 7671, 8.1)",
	    "install the new key there, and have the server read it" },
    uncovered = { REMARK_BROKEN, "rest-matches-not",
	    "mail to it would wait (RFC 7671, 8.1)",
	    "publish a record of the key that is shown, and let \"hopseal tlsa ready\" "
	    "pass" },
    unseen = { REMARK_UNSURE, "address-not-seen",
	    "it may show the old key still (RFC 7671, 8.1)",
	    "ask again when the server answers" };

static void
check_rest(struct leaving *l, const struct chain *chain, const char *about)
{
	char server[ZONE_SERVER_TEXT_MAX];
	size_t i;

	for (i = 0; i < l->sets.count; i++) {
		const struct server_sets *s = &l->sets.items[i];
		struct tlsa_set *rest = without_leaving(l, s->all);

		if (s->server != NULL &&
		    (!matches(l, chain, rest, 0) || !matches(l, chain, rest, 1)))
			remarks_add(&l->out->remarks, &uncovered, about,
			    "of what is left at %s no record matches what is shown",
			    zone_server_text(s->server, server));
		free(rest);
	}
}

/* False where the chain cannot be read: then nothing matches it either. */
static bool
is_old_key(const struct leaving *l, const struct chain *chain)
{
	struct rollover_key shown;
	struct tlsa_source *source;
	bool is_same;

	if (tlsa_source_of_chain(chain, &source, NULL) != ST_OK)
		return false;
	rollover_key_make(source, &shown);
	tlsa_source_free(source);
	is_same =
	    shown.count > 0 && l->old->count > 0 &&
	    tlsa_equal(&shown.records[0]->records[0], &l->old->records[0]->records[0]);
	rollover_key_clear(&shown);
	return is_same;
}

static void
check_address(struct leaving *l, const struct evidence *e)
{
	char about[ADDRESS_TEXT_MAX];

	address_text(e->remote, about);
	if (e->tls != TLS_UP || e->chain == NULL)
		remarks_add(&l->out->remarks, &unseen, about,
		    "which key it shows could not be found out: %s", e->reason);
	else if (is_old_key(l, e->chain))
		remarks_add(
		    &l->out->remarks, &old_shown, about, "the old key is shown");
	else
		check_rest(l, e->chain, about);
}

/* --- who else may show it -------------------------------------------------------------------------- */

static const struct remark_kind
    no_address = { REMARK_UNSURE, "no-address-seen",
	    "some server may show the old key still (RFC 7671, 8.1)",
	    "see why the host has no address" },
    half = { REMARK_UNSURE, "addresses-half-known",
	    "others may show the old key still (RFC 7671, 8.1)",
	    "see why the resolver here does not get them, and ask again" },
    left_out = { REMARK_UNSURE, "addresses-left-out",
	    "they may show the old key still (RFC 7671, 8.1)",
	    "see yourself what they show" },
    shared = { REMARK_UNSURE, "owner-shared",
	    "other hosts with the same alias may show the old key still (RFC 7671, 7)",
	    "name all hosts that have it in one command; the only one, twice" },
    gone = { REMARK_NOTE, "old-record-gone",
	    "there is nothing to remove (RFC 7671, 8.1)", "" };

static void
check_addresses(struct leaving *l, const struct rollover_host *host)
{
	struct remarks *out = &l->out->remarks;
	size_t i;

	for (i = 0; i < host->count; i++)
		check_address(l, &host->seen[i]);
	if (host->count == 0)
		remarks_add(out, &no_address, host->base->text,
		    "no address of the host was found");
	if (host->is_half)
		remarks_add(out, &half, host->base->text,
		    "its addresses of one family, IPv4 or IPv6, are not known");
	if (host->left_out > 0)
		remarks_add(out, &left_out, host->base->text,
		    "%zu of its addresses were not looked at", host->left_out);
}

static void
check_owner(struct leaving *l, const struct zone_view *zone, bool is_shared)
{
	if (is_shared && !domain_equal(&zone->name, &zone->reply.owner))
		remarks_add(&l->out->remarks, &shared, zone->name.text,
		    "an alias of %s, as others may be", zone->reply.owner.text);
	if (l->out->count == 0 && l->sets.is_complete)
		remarks_add(&l->out->remarks, &gone, zone->name.text,
		    "no name server has a record of the old key");
}

void
rollover_retire(const struct rollover_host *host, const struct rollover_key *old,
    time_t now, struct rollover_answer *out)
{
	struct leaving l = { .old = old, .base = host->base, .now = now, .out = out };

	*out = (struct rollover_answer){ .verdict = ROLLOVER_UNSURE };
	rollover_check_zone(host->zone, now, &out->remarks);
	rollover_sets_take(host->zone, &l.sets, &out->remarks);
	find_leaving(&l);
	check_addresses(&l, host);
	check_owner(&l, host->zone, host->is_shared);
	out->verdict = rollover_verdict_of(&out->remarks);
	rollover_sets_clear(&l.sets);
}
