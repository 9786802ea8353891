/*
 * Between the files of rollover.h.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_PUBLISH_ROLLOVER_PARTS_H
#define HOPSEAL_PUBLISH_ROLLOVER_PARTS_H

#include "base/strbuf.h"
#include "publish/rollover.h"

#define ORDERS 2 /* senders like SHA2-512 best, or SHA2-256 (RFC 7671, 9) */
extern const char *const rollover_orders[ORDERS]; /* "sha512", "sha256" */

/* What each name server says, in the order of the view. */
struct rollover_sets {
	size_t count;
	bool is_complete; /* all were heard, and those that could not be need not be */
	struct server_sets {
		const struct zone_server *server; /* NULL: it does not count */
		struct tlsa_set *all;             /* NULL: none */
		struct tlsa_set *select[ORDERS];  /* NULL: none usable */
	} * items;
};

/* Remarks on servers that were not heard go to out. */
void rollover_sets_take(
    const struct zone_view *zone, struct rollover_sets *sets, struct remarks *out);
void rollover_sets_clear(struct rollover_sets *sets);

/* The usable records of a set as senders of that taste see them; NULL: there are none. */
struct tlsa_set *rollover_select(const struct tlsa_set *set, size_t order);

/* A look of "tlsa ready" under way. */
struct rollover_gate {
	const struct zone_view *zone;
	const struct domain *base;
	const struct rollover_key *next;
	struct rollover_memory *memory;
	time_t now;
	struct rollover_answer *out;
	struct rollover_sets sets;
	struct strbuf place; /* "_25._tcp.mx.example.org tlsa.example.net" */
	uint32_t ttl_s;      /* the greatest of what the servers hand out */
};

/* What the look adds to the memory, and takes from it. */
void rollover_remember(struct rollover_gate *gate);

/* The next key's record that this entry is about, for senders of this taste; NULL: none. */
const struct tlsa *rollover_next_of(
    const struct rollover_gate *gate, const struct rollover_entry *entry, size_t order);

/* Whether senders of this taste find this record with every server. */
bool rollover_is_carrier(
    const struct rollover_gate *gate, const struct tlsa *record, size_t order);

bool rollover_has(const struct tlsa_set *set, const struct tlsa *record);

/* Whether the zone can carry DANE at all; else remarks say why not. */
void rollover_check_zone(const struct zone_view *zone, time_t now, struct remarks *out);

/* GO, unless a remark is in the way. */
enum rollover_verdict rollover_verdict_of(const struct remarks *remarks);

#endif
