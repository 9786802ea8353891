/* SPDX-License-Identifier: ISC */
#include "control/metrics.h"

#include "net/loop.h"
#include "report/schedule.h"
#include "store/outbox.h"
#include "store/received.h"
#include "store/tally.h"
#include "wire/tls_event.h"

#define PREFIX "hopseal_"

/* All that is told, gathered once for each request. */
struct facts_now {
	struct engine_status engine;
	struct reports_status reports;
	struct spool_in_status spools;
	struct inbox_counts inbox;
	struct received_sums received;
	struct watch_status watch;
	struct store_state store;
	uint64_t sendings[SENDING_GIVEN_UP + 1];
	struct tally_sums today;
	size_t overrides;
	time_t now;
};

/* --- metrics without labels: one row each ---------------------------------------------------- */

#define COUNTERS(X)                                                                    \
	X("questions_total", "Questions of MTAs.", f->engine.questions)                \
	X("cache_hits_total", "Questions answered from memory.", f->engine.hits)       \
	X("cache_misses_total", "Questions that were looked up.", f->engine.misses)    \
	X("late_answers_total", "Questions answered at their deadline.",               \
	    f->engine.late)                                                            \
	X("evicted_total", "Policies and next-hops pushed out of memory.",             \
	    f->engine.evicted)                                                         \
	X("dns_queries_total", "Questions to DNS.", f->engine.dns_queries)             \
	X("policy_fetches_total", "MTA-STS policies fetched.", f->engine.fetches)      \
	X("policy_fetch_failures_total", "Fetches that failed.",                       \
	    f->engine.fetch_failures)                                                  \
	X("events_rejected_total", "Events that could not be read.",                   \
	    f->reports.account.rejected)                                               \
	X("events_lost_total", "Events given up.", f->reports.account.lost)            \
	X("events_counted_total", "Sessions counted.", f->reports.account.counted)     \
	X("spooled_events_total", "Events that adapters had kept for us.",             \
	    f->spools.taken)                                                           \
	X("spool_faults_total", "Events and places in those files that are none.",     \
	    f->spools.refused + f->spools.damaged)                                     \
	X("probes_total", "Looks at MX hosts.", f->reports.probe.looks)                \
	X("probes_unreachable_total", "Looks at hosts that did not answer.",           \
	    f->reports.probe.unreachable)                                              \
	X("reports_made_total", "Reports made.", f->reports.closing.made)              \
	X("report_attempts_failed_total", "Deliveries that failed.",                   \
	    f->reports.delivery.failed)                                                \
	X("received_files_total", "Files with a report of others, taken in.",          \
	    f->inbox.taken)                                                            \
	X("received_refused_total", "Files that were no reports.", f->inbox.refused)   \
	X("received_duplicates_total", "Reports of others that came again.",           \
	    f->received.duplicates)                                                    \
	X("received_dropped_total",                                                    \
	    "Reports of others that made room for later ones.", f->received.dropped)   \
	X("watch_looks_total", "Looks at domains that are watched.", f->watch.looks)   \
	X("watch_commands_total", "Runs of the command for changes.", f->watch.runs)   \
	X("watch_command_failures_total", "Runs that failed.", f->watch.failed_runs)   \
	X("store_writes_total", "Changes written to the database.", f->store.written)  \
	X("store_dropped_total", "Changes given up.", f->store.dropped)

#define GAUGES(X)                                                                      \
	X("uptime_seconds", "Since the start.",                                        \
	    (uint64_t)(f->now - f->engine.started))                                    \
	X("policies", "MTA-STS policies in memory.", f->engine.policies)               \
	X("policy_bytes", "Memory of those policies.", f->engine.policy_bytes)         \
	X("routes", "Next-hops in memory.", f->engine.routes)                          \
	X("received_reports", "Reports of others that are kept.", f->received.reports) \
	X("lookups_under_way", "Domains looked up at the moment.",                     \
	    f->engine.operations)                                                      \
	X("questions_waiting", "Questions that wait for the network.",                 \
	    f->engine.waiting)                                                         \
	X("resolver_trusted", "Whether the resolver validates and may be believed.",   \
	    f->engine.resolver == RESOLVER_OK)                                         \
	X("watch_untold", "Watched domains of which the command does not know all.",   \
	    f->watch.untold)                                                           \
	X("overrides", "Exceptions made by the operator.", f->overrides)               \
	X("store_healthy", "Whether the database can be written.",                     \
	    f->store.is_healthy)                                                       \
	X("store_queued", "Changes that wait to be written.", f->store.queued)         \
	X("journal_healthy", "Whether the journal can be written.",                    \
	    f->reports.account.is_journal_healthy)                                     \
	X("events_waiting", "Events that wait for facts or a probe.",                  \
	    f->reports.account.waiting)                                                \
	X("events_in_memory", "Events that the disk does not take.",                   \
	    f->reports.account.in_memory)

static void
head(struct strbuf *out, const char *name, const char *help, const char *type)
{
	strbuf_addf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help,
	    name, type);
}

static void
add_plain(struct strbuf *out, const char *name, const char *help, const char *type,
    uint64_t value)
{
	head(out, name, help, type);
	strbuf_addf(out, PREFIX "%s %llu\n", name, (unsigned long long)value);
}

static void
add_all_plain(struct strbuf *out, const struct facts_now *f)
{
#define X(name, help, value) add_plain(out, name, help, "counter", value);
	COUNTERS(X)
#undef X
#define X(name, help, value) add_plain(out, name, help, "gauge", value);
	GAUGES(X)
#undef X
}

/* --- metrics with one label ------------------------------------------------------------------ */

static void
add_labelled(struct strbuf *out, const char *name, const char *label, const char *value,
    uint64_t n)
{
	strbuf_addf(out, PREFIX "%s{%s=\"%s\"} %llu\n", name, label, value,
	    (unsigned long long)n);
}

static void
add_all_labelled(struct strbuf *out, const struct facts_now *f)
{
	size_t i;

	head(out, "answers_total", "Answers by verdict.", "counter");
	for (i = 0; i < COUNT_OF(f->engine.verdicts); i++)
		add_labelled(out, "answers_total", "verdict",
		    verdict_word((enum verdict)i), f->engine.verdicts[i]);
	head(out, "events_total", "Events taken in, by source.", "counter");
	for (i = 0; i < COUNT_OF(f->reports.account.by_source); i++)
		add_labelled(out, "events_total", "source",
		    event_source_word((enum event_source)i),
		    f->reports.account.by_source[i]);
	head(out, "failures_today", "Failures of this UTC day, by result.", "gauge");
	for (i = 0; i < TLS_RESULT_COUNT; i++)
		add_labelled(out, "failures_today", "result",
		    tls_result_word((enum tls_result)i), f->today.results[i]);
	head(out, "sessions_today", "Sessions of this UTC day.", "gauge");
	add_labelled(out, "sessions_today", "outcome", "success", f->today.successes);
	add_labelled(out, "sessions_today", "outcome", "failure", f->today.failures);
	head(out, "report_destinations", "Destinations of reports by state.", "gauge");
	for (i = 0; i < COUNT_OF(f->sendings); i++)
		add_labelled(out, "report_destinations", "state",
		    sending_state_word((enum sending_state)i), f->sendings[i]);
}

/* --- watched domains ------------------------------------------------------------------------- */

static void
add_outcome(const struct watch_entry *e, void *arg)
{
	if (e->state->outcome != WATCH_UNKNOWN)
		add_labelled(arg, "watch_outcome", "domain", e->domain->text,
		    (uint64_t)watch_outcome_number(e->state->outcome));
}

static void
add_last_success(const struct watch_entry *e, void *arg)
{
	if (e->state->sure != 0)
		add_labelled(arg, "watch_last_success_timestamp", "domain",
		    e->domain->text, (uint64_t)e->state->sure);
}

static void
add_findings(const struct watch_entry *e, void *arg)
{
	size_t counts[REMARK_BROKEN + 1] = { 0 }, i;
	int level;

	for (i = 0; i < e->state->count; i++)
		if (e->state->findings[i].stage == FINDING_THERE)
			counts[e->state->findings[i].level]++;
	for (level = REMARK_ADVICE; level <= REMARK_BROKEN; level++)
		strbuf_addf(arg,
		    PREFIX "watch_findings{domain=\"%s\",level=\"%s\"} %zu\n",
		    e->domain->text, remark_level_word((enum remark_level)level),
		    counts[level]);
}

static void
add_watch(struct strbuf *out, const struct watch *watch)
{
	head(out, "watch_outcome",
	    "Watched domains: 0 good, 1 advice, 2 broken, 3 unsure.", "gauge");
	watch_each(watch, add_outcome, out);
	head(out, "watch_last_success_timestamp",
	    "When all of a domain could be looked at.", "gauge");
	watch_each(watch, add_last_success, out);
	head(out, "watch_findings", "What there is to say about a domain, by level.",
	    "gauge");
	watch_each(watch, add_findings, out);
}

void
metrics_add(struct service *service, struct strbuf *out)
{
	struct facts_now f = { .now = loop_time() };

	engine_status(service->engine, &f.engine);
	f.overrides = engine_overrides(service->engine)->count;
	if (service->reports != NULL)
		reports_status(service->reports, &f.reports);
	if (service->spools != NULL)
		spool_in_status(service->spools, &f.spools);
	if (service->inbox != NULL)
		inbox_counts(service->inbox, &f.inbox);
	if (service->watch != NULL)
		watch_status(service->watch, &f.watch);
	if (service->store != NULL) {
		store_state(service->store, &f.store);
		if (store_count_sendings(service->store, f.sendings) != ST_OK ||
		    store_day_sums(service->store, day_of(f.now), &f.today) != ST_OK ||
		    store_received_sums(service->store, &f.received) != ST_OK)
			f.store.is_healthy = false;
	}
	add_all_plain(out, &f);
	add_all_labelled(out, &f);
	if (f.watch.domains > 0)
		add_watch(out, service->watch);
}
