/* SPDX-License-Identifier: ISC */
#include "publish/rollover_parts.h"

#include "audit/zone_audit.h"
#include "base/mem.h"
#include "policy/tlsa_usable.h"

const char *
rollover_verdict_word(enum rollover_verdict verdict)
{
	switch (verdict) {
#define X(name, word)                                                                  \
	case name:                                                                     \
		return word;
		ROLLOVER_VERDICTS(X)
#undef X
	}
	return "";
}

/* --- a key's records ---------------------------------------------------------------------------- */

void
rollover_key_make(const struct tlsa_source *source, struct rollover_key *out)
{
	static const enum tlsa_usage usages[] = { TLSA_DANE_EE, TLSA_DANE_TA };
	static const enum tlsa_selector selectors[] = { TLSA_SPKI, TLSA_CERT };
	static const enum tlsa_matching matchings[] = { TLSA_SHA256, TLSA_SHA512,
		TLSA_FULL };
	size_t i, per_usage = COUNT_OF(selectors) * COUNT_OF(matchings);
	struct tlsa_kind kind;

	out->count = 0;
	for (i = 0; i < ROLLOVER_RECORDS_MAX; i++) {
		kind = (struct tlsa_kind){
			usages[i / per_usage],
			selectors[i % per_usage / COUNT_OF(matchings)],
			matchings[i % COUNT_OF(matchings)],
		};
		/* A file without a certificate, or without its issuer's, has fewer. */
		if (tlsa_make(source, &kind, &out->records[out->count], NULL) == ST_OK)
			out->count++;
	}
}

void
rollover_key_clear(struct rollover_key *key)
{
	while (key->count > 0)
		free(key->records[--key->count]);
}

void
rollover_answer_clear(struct rollover_answer *answer)
{
	remarks_clear(&answer->remarks);
}

/* --- what the servers say ------------------------------------------------------------------------- */

const char *const rollover_orders[ORDERS] = { "sha512", "sha256" };

struct tlsa_set *
rollover_select(const struct tlsa_set *set, size_t order)
{
	static const struct tlsa_digests tastes[ORDERS] = {
		{ { TLSA_SHA512, TLSA_SHA256 }, 2 },
		{ { TLSA_SHA256, TLSA_SHA512 }, 2 },
	};

	return set != NULL ? tlsa_select(set, &tastes[order]) : NULL;
}

bool
rollover_has(const struct tlsa_set *set, const struct tlsa *record)
{
	size_t i;

	for (i = 0; set != NULL && i < set->count; i++)
		if (tlsa_equal(&set->records[i], record))
			return true;
	return false;
}

static struct tlsa_set *
set_of(const struct dns_reply *reply)
{
	struct tlsa_rdata *rdata;
	struct tlsa_set *set;
	size_t i;

	if (reply->count == 0)
		return NULL;
	rdata = xcalloc(reply->count, sizeof(rdata[0]));
	for (i = 0; i < reply->count; i++)
		rdata[i] = (struct tlsa_rdata){ reply->records[i].data,
			reply->records[i].len };
	set = tlsa_set_new(rdata, reply->count);
	free(rdata);
	return set;
}

static void
take_sets(const struct zone_server *server, struct server_sets *out)
{
	size_t i;

	out->server = server;
	out->all = set_of(&server->reply);
	for (i = 0; i < ORDERS; i++)
		out->select[i] = rollover_select(out->all, i);
}

/* Another address of the same name server was heard: where there is no way to IPv6, IPv4 speaks for it. */
static bool
has_spokesman(const struct zone_view *zone, const struct zone_server *server)
{
	size_t i;

	for (i = 0; i < zone->count; i++)
		if (zone->servers[i].word == ZONE_SPEAKS &&
		    domain_equal(&zone->servers[i].name, &server->name))
			return true;
	return false;
}

static const struct remark_kind
    unheard = { REMARK_UNSURE, "name-server-unheard",
	    "resolvers that ask it may see something else (RFC 7671, 8.1)",
	    "let it answer for the zone, or take it out of the NS records" },
    excused = { REMARK_NOTE, "name-server-no-route",
	    "its other address speaks for it here (RFC 7671, 8.1)", "" },
    no_servers = { REMARK_UNSURE, "name-servers-unknown",
	    "every one of them must have the record (RFC 7671, 8.1)",
	    "see what the resolver here answers for the zone's NS records" };

/* False: what this server says is not known, and should be. */
static bool
hear(const struct zone_view *zone, const struct zone_server *server,
    struct server_sets *sets, struct remarks *out)
{
	char about[ZONE_SERVER_TEXT_MAX];

	zone_server_text(server, about);
	if (server->word == ZONE_SPEAKS) {
		take_sets(server, sets);
		return true;
	}
	if (server->word == ZONE_NO_ROUTE && has_spokesman(zone, server)) {
		remarks_add(out, &excused, about, "was not asked: %s", server->detail);
		return true;
	}
	remarks_add(
	    out, &unheard, about, "its records are not known: %s", server->detail);
	return false;
}

void
rollover_sets_take(
    const struct zone_view *zone, struct rollover_sets *sets, struct remarks *out)
{
	size_t i;

	sets->count = zone->count;
	sets->items = xcalloc(zone->count + 1, sizeof(sets->items[0]));
	sets->is_complete = zone->count > 0;
	for (i = 0; i < zone->count; i++)
		if (!hear(zone, &zone->servers[i], &sets->items[i], out))
			sets->is_complete = false;
	if (zone->count == 0)
		remarks_add(
		    out, &no_servers, zone->name.text, "no name server was found");
}

void
rollover_sets_clear(struct rollover_sets *sets)
{
	size_t i, k;

	for (i = 0; i < sets->count; i++) {
		free(sets->items[i].all);
		for (k = 0; k < ORDERS; k++)
			free(sets->items[i].select[k]);
	}
	free(sets->items);
}

/* --- what is in the way --------------------------------------------------------------------------- */

static const struct remark_kind
    no_answer = { REMARK_UNSURE, "rollover-lookup-fails",
	    "if other resolvers fail too, mail waits (RFC 7672, 2.1.2)",
	    "see why the resolver here does not get the records" },
    is_unsigned = { REMARK_BROKEN, "rollover-unsigned",
	    "senders do not look at the records (RFC 7672, 2.1.1)",
	    "sign the zone, and have a DS record put into its parent" };

void
rollover_check_zone(const struct zone_view *zone, time_t now, struct remarks *out)
{
	const char *apex = zone->apex.len > 0 ? zone->apex.text : zone->name.text;

	if (zone->security == ZONE_INSECURE)
		remarks_add(out, &is_unsigned, apex, "%s", zone_insecurity(zone));
	else if (zone->security == ZONE_SECURE && zone->reply.outcome == DNS_FOUND &&
		 !zone->reply.is_secure)
		remarks_add(out, &is_unsigned, zone->name.text,
		    "an alias of %s in a zone that is not signed",
		    zone->reply.owner.text);
	else
		zone_audit_signing(zone, now, out);
	if (zone->reply.outcome == DNS_ERROR && zone->security != ZONE_UNKNOWN)
		remarks_add(out, &no_answer, zone->name.text,
		    "the lookup of TLSA fails: %s", zone->reply.detail);
}

enum rollover_verdict
rollover_verdict_of(const struct remarks *remarks)
{
	switch (remarks_worst(remarks)) {
	case REMARK_NOTE:
	case REMARK_ADVICE:
		return ROLLOVER_GO;
	case REMARK_UNSURE:
		return ROLLOVER_UNSURE;
	case REMARK_BROKEN:
		break;
	}
	return ROLLOVER_BROKEN;
}
