/* SPDX-License-Identifier: ISC */
#include "control/show_reports.h"

#include <json-c/json.h>

#include "net/loop.h"
#include "report/schedule.h"
#include "store/received.h"
#include "store/tally.h"
#include "wire/put.h"
#include "wire/tls_event.h"

#define WORST_MAX 10 /* domains of the status */

/* --- what comes in ------------------------------------------------------------------------ */

static struct json_object *
show_sources(const struct account_status *account)
{
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < COUNT_OF(account->by_source); i++)
		put_number(
		    o, event_source_word((enum event_source)i), account->by_source[i]);
	return o;
}

static struct json_object *
show_events(const struct account_status *account)
{
	struct json_object *o = json_object_new_object();

	put_number(o, "accepted", account->accepted);
	put_number(o, "rejected", account->rejected);
	put_number(o, "counted", account->counted);
	put_number(o, "waiting", account->waiting);
	put_number(o, "in_memory", account->in_memory);
	put_number(o, "lost", account->lost);
	put_flag(o, "is_journal_healthy", account->is_journal_healthy);
	put_text(o, "error", account->error);
	json_object_object_add(o, "by_source", show_sources(account));
	return o;
}

static struct json_object *
show_spools(const struct spool_in *spools)
{
	struct json_object *o = json_object_new_object();
	struct spool_in_status status;

	spool_in_status(spools, &status);
	put_number(o, "taken", status.taken);
	put_number(o, "refused", status.refused);
	put_number(o, "damaged", status.damaged);
	return o;
}

static struct json_object *
show_probe(const struct probe_counts *probe)
{
	struct json_object *o = json_object_new_object();

	put_number(o, "looks", probe->looks);
	put_number(o, "unreachable", probe->unreachable);
	put_number(o, "refused", probe->refused);
	put_number(o, "kept", probe->kept);
	put_number(o, "under_way", probe->under_way);
	return o;
}

/* --- today ---------------------------------------------------------------------------------- */

static void
add_worst(const struct tally_day *day, void *arg)
{
	struct json_object *o;

	if (day->failures == 0)
		return;
	o = json_object_new_object();
	put_text(o, "domain", day->domain);
	put_number(o, "successes", day->successes);
	put_number(o, "failures", day->failures);
	json_object_array_add(arg, o);
}

static struct json_object *
show_results(const struct tally_sums *sums)
{
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < TLS_RESULT_COUNT; i++)
		put_number(o, tls_result_word((enum tls_result)i), sums->results[i]);
	return o;
}

/* NULL when the store cannot be read; it has said so in the log. */
static struct json_object *
show_today(struct store *store)
{
	struct json_object *o, *worst;
	time_t today = day_of(loop_time());
	struct tally_sums sums;

	if (store == NULL || store_day_sums(store, today, &sums) != ST_OK)
		return NULL;
	worst = json_object_new_array();
	if (store_each_worst(store, today, WORST_MAX, add_worst, worst) != ST_OK) {
		json_object_put(worst);
		return NULL;
	}
	o = json_object_new_object();
	put_day(o, "day", today);
	put_number(o, "domains", sums.domains);
	put_number(o, "successes", sums.successes);
	put_number(o, "failures", sums.failures);
	json_object_object_add(o, "results", show_results(&sums));
	json_object_object_add(o, "worst", worst);
	return o;
}

/* --- what goes out ------------------------------------------------------------------------- */

static void
put_states(struct store *store, struct json_object *o)
{
	uint64_t counts[SENDING_GIVEN_UP + 1];
	size_t i;

	if (store == NULL || store_count_sendings(store, counts) != ST_OK)
		return;
	for (i = 0; i < COUNT_OF(counts); i++)
		put_number(o, sending_state_word((enum sending_state)i), counts[i]);
}

static struct json_object *
show_outgoing(const struct service *service, const struct reports_status *status)
{
	struct json_object *o = json_object_new_object();

	put_flag(o, "is_on", service->report->contact[0] != '\0');
	put_text(o, "contact", service->report->contact);
	put_states(service->store, o);
	put_number(o, "made", status->closing.made);
	put_number(o, "unwanted", status->closing.unwanted);
	put_day(o, "closing", status->closing.day);
	PUT_TIME(o, "next_close", status->closing.next);
	put_number(o, "under_way", status->delivery.under_way);
	put_number(o, "failed_attempts", status->delivery.failed);
	return o;
}

/* --- what others report ----------------------------------------------------------------------- */

static struct json_object *
show_inbox(const struct service *service)
{
	struct json_object *o = json_object_new_object();
	struct inbox_counts counts;
	struct received_sums sums;

	inbox_counts(service->inbox, &counts);
	put_number(o, "taken", counts.taken);
	put_number(o, "refused", counts.refused);
	if (service->store == NULL ||
	    store_received_sums(service->store, &sums) != ST_OK)
		return o;
	put_number(o, "kept", sums.reports);
	put_number(o, "bytes", sums.bytes);
	put_number(o, "duplicates", sums.duplicates);
	put_number(o, "dropped", sums.dropped);
	return o;
}

/* --- all of it -------------------------------------------------------------------------------- */

void
show_reports(const struct service *service, struct json_object *status)
{
	struct reports_status reports;

	reports_status(service->reports, &reports);
	json_object_object_add(status, "events", show_events(&reports.account));
	json_object_object_add(status, "spools", show_spools(service->spools));
	json_object_object_add(status, "probe", show_probe(&reports.probe));
	json_object_object_add(status, "today", show_today(service->store));
	json_object_object_add(status, "reports", show_outgoing(service, &reports));
	json_object_object_add(status, "inbox", show_inbox(service));
}

/* --- one report ------------------------------------------------------------------------------ */

static void
add_sending(const struct stored_sending *sending, void *arg)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "uri", sending->uri);
	put_text(o, "state", sending_state_word(sending->state));
	put_number(o, "attempts", sending->attempts);
	PUT_TIME(o, "first", sending->first);
	PUT_TIME(o, "last", sending->last);
	PUT_TIME(o, "next", sending->next);
	put_text(o, "detail", sending->detail);
	json_object_array_add(arg, o);
}

struct json_object *
show_report(const struct service *service, const struct stored_report *report)
{
	struct json_object *o = json_object_new_object(),
			   *list = json_object_new_array();

	put_text(o, "id", report->id);
	put_text(o, "domain", report->domain);
	put_day(o, "day", report->day);
	PUT_TIME(o, "made", report->made);
	put_text(o, "file", report->file_name);
	put_number(o, "bytes", report->len);
	put_number(o, "successes", report->successes);
	put_number(o, "failures", report->failures);
	put_text(o, "record", report->record);
	/* What cannot be read is told in the log; the report is shown all the same. */
	if (store_each_sending(service->store, report->id, add_sending, list) != ST_OK)
		put_text(o, "error", "destinations cannot be read");
	json_object_object_add(o, "destinations", list);
	return o;
}
