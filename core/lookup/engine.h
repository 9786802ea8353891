/*
 * From a question to a decision.  SPDX-License-Identifier: ISC
 *
 *   engine_ask -> facts in memory?  answer at once
 *              -> else route (MX, addresses, TLSA) and sts (TXT, policy) side by side, one
 *                 operation per name however many ask -> facts -> caches, store -> decide
 *
 * The daemon's doors and the command's "-n" both stand on this.
 */
#ifndef HOPSEAL_LOOKUP_ENGINE_H
#define HOPSEAL_LOOKUP_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/status.h"
#include "lookup/trace.h"
#include "policy/decide.h"
#include "policy/override.h"

struct dns;
struct https;
struct store;
struct engine;

/* Times in seconds unless named otherwise; 0 is not a default here, config fills all. */
struct engine_options {
	struct settings
	    settings;          /* is_dane_off is the engine's own, see engine_status */
	int dns_deadline_ms;   /* one name, aliases and all */
	int https_deadline_ms; /* a whole policy fetch, its DNS included */
	unsigned
	    fetch_parallel; /* operations at once, route and sts together; more wait */
	unsigned
	    refresh_every;    /* proactive refetch of cached policies (RFC 8461, 3.3) */
	unsigned retry_after; /* pause after a failed fetch; never under 300 */
	size_t policies_max;  /* STS policies kept */
	size_t policies_max_bytes;
	size_t routes_max; /* next-hops with DNS facts kept */
	/* Names for the resolver's self-test: one whose SOA must come secure, one that must fail
	 * (conformance DNS-13); each may be unset (len 0): then it is not tested. */
	struct domain probe_secure, probe_bogus;
};

/* An engine that keeps nothing yet.  dns and https are borrowed. */
struct engine *engine_new(
    const struct engine_options *options, struct dns *dns, struct https *https);

/*
 * Keep policies and overrides in this store from now on, at start or when it can be had at last.  It is borrowed, and
 * its writer not started yet; what it holds is loaded before this returns.
 *
 * Returns ST_OK, or ST_IO: then nothing is kept there.
 */
MUST_CHECK enum status engine_use_store(struct engine *engine, struct store *store);

/* Cancels all lookups, those of find_rua.h and find_way.h too: no callback runs any more.  Not from within one. */
void engine_free(struct engine *engine);

/*
 * New settings and resources after a reload.  Caches and questions stay; lookups under way begin anew with the new
 * dns and https, and the old ones may be closed when this has returned.
 */
void engine_reconfigure(struct engine *engine, const struct engine_options *options,
    struct dns *dns, struct https *https);

/* answer lives until the function returns, or asks the engine for something else. */
typedef void engine_done_fn(const struct answer *answer, void *arg);

struct question;

/*
 * Answer at once from memory.  Returns true and fills *answer (to be cleared with answer_clear(), and used
 * before the loop runs or the engine is asked again) when all facts are there and fresh; false when engine_ask() must
 * go out.
 */
bool engine_peek(
    struct engine *engine, const struct next_hop *next_hop, struct answer *answer);

/*
 * Find the answer.  done runs exactly once, never before this returns, at most deadline_ms later: then with what
 * is safe from what is known, while the lookups go on behind.
 */
struct question *engine_ask(struct engine *engine, const struct next_hop *next_hop,
    int deadline_ms, engine_done_fn *done, void *arg);

/*
 * engine_ask() with the route looked up once more, although what is known of it may still be used: somebody has seen a host
 * that is not in it.  NULL: that was done, for whomever, within the last ROUTE_YOUNG_MS (lookup/routes.h), and done will
 * not run.
 */
struct question *engine_ask_again(struct engine *engine,
    const struct next_hop *next_hop, int deadline_ms, engine_done_fn *done, void *arg);

/* done will not run.  Only before it has; NULL is fine. */
void question_cancel(struct question *question);

/*
 * engine_ask() with all lookups made anew, past the caches, and every step written to trace, which the caller
 * keeps until done has run.
 */
struct question *engine_explain(struct engine *engine, const struct next_hop *next_hop,
    int deadline_ms, struct trace *trace, engine_done_fn *done, void *arg);

/*
 * What memory has about a next-hop, be it stale; false when it has nothing.  For accounting: nothing is looked up, no
 * question is counted, and an answer in hand stays good.  *out is borrowed until the loop runs or the engine is asked.
 */
bool engine_facts(
    struct engine *engine, const struct next_hop *next_hop, struct facts *out);

/* The settings in force, is_dane_off included; borrowed. */
const struct settings *engine_settings(struct engine *engine);

/* --- the cache, as the operator sees it ------------------------------------------------- */

struct policy_entry {
	const struct domain *domain; /* borrowed for the call */
	struct sts_facts sts;
	time_t used;
	unsigned refresh_failures; /* in a row */
	bool is_refreshing;
};

typedef void engine_policy_fn(const struct policy_entry *entry, void *arg);

/* Every cached STS policy, in no order, until max were shown; returns how many there are. */
size_t engine_each_policy(
    struct engine *engine, size_t max, engine_policy_fn *fn, void *arg);

/* One of them.  ST_OK or ST_NOTFOUND. */
MUST_CHECK enum status engine_show_policy(struct engine *engine,
    const struct domain *domain, engine_policy_fn *fn, void *arg);

/* Forget all facts of a domain, logged.  ST_OK or ST_NOTFOUND. */
MUST_CHECK enum status engine_drop(struct engine *engine, const struct domain *domain);

/* Fetch its policy now, whatever the cache says, if it has one or a live record leads to one; but within the pause
 * after a failure: ST_BUSY.  The result shows in engine_show_policy.  ST_OK, ST_BUSY, or ST_NOTFOUND (never asked
 * for). */
MUST_CHECK enum status engine_refresh(
    struct engine *engine, const struct domain *domain);

/* --- overrides ----------------------------------------------------------------------------- */

const struct override_list *engine_overrides(const struct engine *engine);
void engine_put_override(struct engine *engine, const struct override *override);
MUST_CHECK enum status engine_drop_override(
    struct engine *engine, const struct domain *domain, bool with_subdomains);

/* --- the state of things ------------------------------------------------------------------- */

/* Whether the resolver can be believed. */
#define RESOLVER_STATES(X)                                                             \
	X(RESOLVER_UNKNOWN, "not tested yet")                                          \
	X(RESOLVER_OK, "validating")                                                   \
	X(RESOLVER_UNTRUSTED, "not on loopback and not marked trusted")                \
	X(RESOLVER_NOT_VALIDATING, "does not validate")                                \
	X(RESOLVER_DEAD, "does not answer")

enum resolver_state {
#define X(name, text) name,
	RESOLVER_STATES(X)
#undef X
};

const char *resolver_state_text(enum resolver_state state);

struct engine_status {
	time_t started;
	enum resolver_state resolver;
	time_t resolver_since;
	char resolver_detail[FACT_DETAIL_MAX];
	uint64_t questions, hits, misses, late; /* late: answered at the deadline */
	uint64_t dns_queries, fetches, fetch_failures;
	uint64_t verdicts[VERDICT_REJECT + 1]; /* by the domain's verdict */
	size_t policies, policy_bytes, routes, operations, waiting;
	uint64_t evicted;
};

void engine_status(const struct engine *engine, struct engine_status *out);

#endif
