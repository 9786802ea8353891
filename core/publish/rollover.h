/*
 * When a server may change its key, and when the old record may go (RFC 7671, 8.1; RFC 7672, 4).  SPDX-License-Identifier: ISC
 *
 * Pure: what the name servers and the mail server show, what is remembered of earlier looks, and the time in; a verdict out.
 */
#ifndef HOPSEAL_PUBLISH_ROLLOVER_H
#define HOPSEAL_PUBLISH_ROLLOVER_H

#include "audit/zone_view.h"
#include "policy/judge.h"
#include "policy/remark.h"
#include "policy/tlsa_source.h"
#include "publish/rollover_memory.h"

/* The records that would speak for a certificate or key, the usual first: 3 1 1, ... 3 0 0, and 2 1 1 ... of its issuer. */
#define ROLLOVER_RECORDS_MAX 12

struct rollover_key {
	size_t count; /* at least 1: of the key itself */
	struct tlsa_set *records[ROLLOVER_RECORDS_MAX]; /* of one each */
};

void rollover_key_make(const struct tlsa_source *source, struct rollover_key *out);
void rollover_key_clear(struct rollover_key *key);

#define ROLLOVER_VERDICTS(X)                                                           \
	X(ROLLOVER_GO, "go")                                                           \
	X(ROLLOVER_WAIT, "wait")                                                       \
	X(ROLLOVER_BROKEN, "broken") /* it would not become good by waiting */         \
	X(ROLLOVER_UNSURE, "unsure")

enum rollover_verdict {
#define X(name, word) name,
	ROLLOVER_VERDICTS(X)
#undef X
};

const char *rollover_verdict_word(enum rollover_verdict verdict);

struct rollover_answer {
	enum rollover_verdict verdict;
	struct remarks remarks;
	/* Of ready: the record that all servers have, since when, for how long it is to stand there, and the end of that. */
	const struct tlsa *record; /* the key's; NULL: there is none */
	time_t since, until;
	uint32_t ttl_s;
	/* Of retire: which of the old key's records still stand somewhere, and may go or will. */
	size_t count;
	const struct tlsa *old[ROLLOVER_RECORDS_MAX];
};

void rollover_answer_clear(struct rollover_answer *answer);

/*
 * May the server show this key from now on?  When every name server hands out a record for it that no sender passes over
 * (RFC 7671, 9), and has done so for two TTLs, the greatest of any RRset, alias or denial that may still be in a cache.  Where
 * it is the issuer's record alone, the certificate must be valid now and name the host.
 *
 * zone     of the TLSA records, type DNS_TLSA
 * base     the TLSA base domain
 * memory   of earlier looks; this one is added, unless the clock is behind the signatures
 */
void rollover_ready(const struct zone_view *zone, const struct domain *base,
    const struct rollover_key *next, struct rollover_memory *memory, time_t now,
    struct rollover_answer *out);

/* What one host shows, and the zone of its TLSA records; all borrowed. */
struct rollover_host {
	const struct zone_view *zone;
	const struct domain *base; /* of TLSA */
	size_t count;
	const struct evidence *seen; /* at every address, as audit/host_view.h has it */
	size_t left_out;             /* addresses that were not looked at */
	bool is_half; /* one family of addresses could not be looked up */
	bool
	    is_shared; /* hosts that are not looked at may have their records at the same place, by an alias */
};

/*
 * May the records of this key go, as far as this host goes?  When no address shows it any more, and what is left at every
 * name server matches all that is shown.
 */
void rollover_retire(const struct rollover_host *host, const struct rollover_key *old,
    time_t now, struct rollover_answer *out);

#endif
