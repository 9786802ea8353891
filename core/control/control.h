/*
 * The operator's verbs.  SPDX-License-Identifier: ISC
 *
 * One request in words, one JSON object back; the daemon's control door and the command's "-n" use
 * the same table.
 *
 *   query NEXT-HOP            the object of the dialect "json"
 *   query NEXT-HOP DIALECT    {"next_hop", "dialect", "code", "text"}: the MTA's reply
 *                             A next-hop that is never looked up, ".example.org" or an address, gives
 *                             the second form with code NOTFOUND and a sentence in "why".
 *   explain NEXT-HOP          {"next_hop", "answer": the object of the dialect "json",
 *                             "steps": [{"what", "came", "security", "rule", "ttl_s", "ms"}]}
 *   status                    {"version", "started" TIME, "uptime_s",
 *                             "resolver": {"state", "is_ok", "since" TIME, "detail", "servers", "is_trusted"},
 *                             "store": {"is_open", "is_healthy", "failing_since" TIME, "error",
 *                             "written", "dropped", "queued"},
 *                             "questions": {"asked", "hits", "misses", "late", "waiting"},
 *                             "lookups": {"dns_queries", "fetches", "fetch_failures", "under_way"},
 *                             "verdicts": {"dane-verify": N, ... one for each},
 *                             "cache": {"policies", "policy_bytes", "routes", "evicted"},
 *                             "events": {"accepted", "rejected", "counted", "waiting", "in_memory", "lost",
 *                             "is_journal_healthy", "error", "by_source": {"tlsrpt": N, ...}},
 *                             "spools": {"taken", "refused", "damaged"},
 *                             "probe": {"looks", "unreachable", "refused", "kept", "under_way"},
 *                             "today": {"day" DAY, "domains", "successes", "failures", "results": {TYPE: N, ...},
 *                             "worst": [{"domain", "successes", "failures"}]}, null without database,
 *                             "reports": {"is_on", "contact", "waiting", "sent", "given-up", "made", "unwanted",
 *                             "closing" DAY, "next_close" TIME, "under_way", "failed_attempts"},
 *                             "inbox": {"taken", "refused" files, "kept" reports of others, "bytes", "duplicates",
 *                             "dropped"},
 *                             "watch": {"domains", "outcomes": {"good": N, ... one for each}, "untold", "looks", "runs",
 *                             "failed_runs"}, only with domains to watch,
 *                             "overrides": [OVERRIDE]}
 *   cache list [MAX]          {"count" of all, "policies": [POLICY without "mx", "lines"]}
 *   cache show DOMAIN         POLICY
 *   cache refresh DOMAIN      {"domain", "done": "refresh started"}; the result shows in "cache show"
 *   cache drop DOMAIN         {"domain", "done": "dropped"}
 *   override list             {"overrides": [OVERRIDE]}
 *   override add PATTERN ACTION EXPIRES REASON...    OVERRIDE.  EXPIRES is a duration from now ("30d"), a
 *                             day ("2026-12-31", its first second) or a time
 *                             ("2026-12-31T18:00:00Z"), all UTC
 *   override remove PATTERN   {"pattern", "done": "removed"}
 *
 *   report list [DOMAIN [DAY [MAX]]]   {"reports": [REPORT]}, newest first; "-" stands for any
 *   report show REPORT-ID     REPORT with "report": what was sent
 *   report preview DOMAIN [DAY]        {"domain", "day" DAY, "is_on", "file", "bytes", "report"}: as it would be sent now, with the
 *                             counts so far; today if no DAY is given
 *   report resend REPORT-ID   {"id", "done"}; to all its destinations
 *   report inbox [DAYS [DOMAIN]]       {"since" DAY, "begin" TIME, "end" TIME, "successes", "failures", "count" of all reports,
 *                             "reports": [RECEIVED], newest first, "duplicates", "dropped",
 *                             "senders": [{"organization", "submitter", "reports", "successes", "failures", "latest" DAY}],
 *                             "policies": [{"domain", "type", "successes", "failures"}],
 *                             "details": [{"type", "host", "result", "code", "organization", "count", "since" DAY,
 *                             "latest" DAY}]}: reports of others, of the last so many days and about that domain; "-" stands
 *                             for any; no array has more than CONTROL_INBOX_MAX rows
 *   report received NUMBER    RECEIVED with "json": as it came, a text
 *   report overview received|sent [DAYS [DOMAIN]]
 *                             {"since" DAY, "today" DAY, PART: {"of", "rows": [ROW]}, ... one for each of store/overview.h}, rows at
 *                             most CONTROL_OVERVIEW_MAX of "of", of days CONTROL_DAYS_MAX: a page of reports
 *   watch list [DOMAIN]       {"domains": [WATCHED]}, in the configuration's order
 *   watch look [DOMAIN]       {"domain", "done": "look started"}, of all without DOMAIN; it is over when "is_looking" of "watch
 *                             list" is false
 *   inbound [DAYS]            {"since" DAY, "sessions", "without_tls", "below_tls_1_2", "count" of all rows, "inbound":
 *                             [{"day" DAY, "client", "version", "cipher", "verified", "sessions"}]}; today, or so many days
 *
 *   REPORT    {"id", "domain", "day" DAY, "made" TIME, "file", "bytes", "successes", "failures", "record",
 *             "destinations": [{"uri", "state", "attempts", "first" TIME, "last" TIME, "next" TIME, "detail"}]}
 *   RECEIVED  {"number", "received" TIME, "organization", "submitter", "contact", "report_id", "domain", "begin" TIME,
 *             "end" TIME, "successes", "failures", "bytes"}
 *   ROW       {"texts": [...], "successes", "failures", "reports", "since" TIME, "until" TIME}
 *   WATCHED   {"domain", "outcome", "since" TIME, "looked" TIME, "sure" TIME, "next" TIME, "is_looking", "told": the outcome that
 *             the command knows, "is_told", "failures" of the command, "error" of the last, "findings": [{"level", "word",
 *             "about", "seen", "why", "remedy", "since" TIME}], the gravest first}
 *   DAY       "2026-11-21", null when there is none
 *   POLICY    {"domain", "mode", "id", "max_age_s", "mx_count", "mx": [...], "lines": [...], "fetched" TIME,
 *             "expires" TIME, "used" TIME, "record", "attempt", "attempted" TIME, "detail",
 *             "refresh_failures", "is_refreshing"}; mode is null without a policy
 *   OVERRIDE  {"pattern", "action", "meaning", "reason", "created" TIME, "expires" TIME, "is_expired"}
 *   TIME      two members, "x" in RFC 3339 form and "x_epoch" in seconds; both null when there
 *             is no such time
 */
#ifndef HOPSEAL_CONTROL_CONTROL_H
#define HOPSEAL_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "control/service.h"

#define CONTROL_REQUEST_MAX  4096              /* bytes */
#define CONTROL_REPLY_MAX    (3 * 1024 * 1024) /* more than the longest list takes */
#define CONTROL_LIST_MAX     3000              /* policies in one reply */
#define CONTROL_LIST_DEFAULT 1000
#define CONTROL_DAYS_MAX     3650
#define CONTROL_INBOX_MAX    400 /* reports of others, and rows of each kind */
#define CONTROL_OVERVIEW_MAX 100 /* rows of each part */
#define CONTROL_EXPLAIN_MS   30000

/*
 * is_ok     false: text is one sentence for a person, not JSON
 * text      JSON, len bytes; lives until the function returns
 */
typedef void control_done_fn(bool is_ok, const char *text, size_t len, void *arg);

struct control_request;

/*
 * Run one request of len bytes.  done runs exactly once, never before this returns.
 * A query waits for the network at most deadline_ms, as it would for an MTA; explain, which
 * is asked about what is slow, up to CONTROL_EXPLAIN_MS.
 */
struct control_request *control_run(struct service *service, const char *request,
    size_t len, int deadline_ms, control_done_fn *done, void *arg);

/* done will not run.  Only before it has; NULL is fine. */
void control_cancel(struct control_request *request);

#endif
