/*
 * The verbs about reports: list, show, preview, resend; and inbound.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "base/number.h"
#include "control/moment.h"
#include "control/put.h"
#include "control/show.h"
#include "control/show_reports.h"
#include "control/verb.h"
#include "net/loop.h"
#include "report/render.h"
#include "report/schedule.h"
#include "wire/gzip.h"
#include "wire/idn.h"
#include "wire/tls_report.h"

#define INBOUND_DAYS_MAX 3650
#define ANY              "-"

/* --- operands -------------------------------------------------------------------------------- */

static enum status
take_store(const struct service *service, struct why *why)
{
	if (service->store != NULL)
		return ST_OK;
	why_set(why, "there is no database; see \"hopseal status\"");
	return ST_IO;
}

static bool
is_given(const char *text)
{
	return text != NULL && strcmp(text, ANY) != 0;
}

/* "2026-11-21"; not given: otherwise. */
static enum status
take_day(const char *text, time_t otherwise, time_t *out, struct why *why)
{
	*out = otherwise;
	if (!is_given(text))
		return ST_OK;
	if (moment_day_parse(text, out) == ST_OK)
		return ST_OK;
	why_set(why, "\"%s\" is not a day, like 2026-11-21", text);
	return ST_SYNTAX;
}

/* Not given: len 0. */
static enum status
take_domain(const char *text, struct domain *out, struct why *why)
{
	*out = (struct domain){ .len = 0 };
	return is_given(text) ? idn_domain_parse(text, strlen(text), out, why) : ST_OK;
}

static enum status
take_number(
    const char *text, uint64_t max, uint64_t otherwise, uint64_t *out, struct why *why)
{
	*out = otherwise;
	if (!is_given(text))
		return ST_OK;
	if (number_parse(text, strlen(text), max, out) == ST_OK && *out > 0)
		return ST_OK;
	why_set(
	    why, "\"%s\" is not a number up to %llu", text, (unsigned long long)max);
	return ST_SYNTAX;
}

static void
say_unreadable(struct why *why)
{
	why_set(why, "the database cannot be read; the log says why");
}

/* --- list and show ----------------------------------------------------------------------------- */

struct listing {
	const struct service *service;
	struct json_object *reports;
};

static void
add_report(const struct stored_report *report, void *arg)
{
	const struct listing *l = arg;

	json_object_array_add(l->reports, show_report(l->service, report));
}

struct json_object *
report_list_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct listing l = { .service = service };
	struct domain domain;
	struct json_object *o;
	uint64_t max;
	time_t day;

	if (take_store(service, why) != ST_OK ||
	    take_domain(operands->at[0], &domain, why) != ST_OK ||
	    take_day(operands->at[1], 0, &day, why) != ST_OK ||
	    take_number(operands->at[2], CONTROL_LIST_MAX, CONTROL_LIST_DEFAULT, &max,
		why) != ST_OK)
		return NULL;
	l.reports = json_object_new_array();
	if (store_each_report(service->store, domain.text, day, (size_t)max, add_report,
		&l) != ST_OK) {
		say_unreadable(why);
		json_object_put(l.reports);
		return NULL;
	}
	o = json_object_new_object();
	json_object_object_add(o, "reports", l.reports);
	return o;
}

/* The report's text as it was sent, not as we would write it now. */
static struct json_object *
unpack(const struct stored_report *report)
{
	struct strbuf json = STRBUF_INIT;
	struct json_object *o = NULL;

	if (gunzip_add(&json, report->bytes, report->len, REPORT_JSON_MAX, NULL) ==
	    ST_OK)
		o = json_tokener_parse(strbuf_str(&json));
	strbuf_clear(&json);
	return o;
}

static void
take_report(const struct stored_report *report, void *arg)
{
	struct listing *l = arg;

	l->reports = show_report(l->service, report);
	json_object_object_add(l->reports, "report", unpack(report));
}

static enum status
say_found(enum status st, const char *id, struct why *why)
{
	if (st == ST_NOTFOUND)
		why_set(why, "%s: there is no such report", id);
	else if (st != ST_OK)
		say_unreadable(why);
	return st;
}

struct json_object *
report_show_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct listing l = { .service = service };
	const char *id = operands->at[0];

	if (take_store(service, why) != ST_OK ||
	    say_found(store_show_report(service->store, id, take_report, &l), id,
		why) != ST_OK)
		return NULL;
	return l.reports;
}

static void
ignore_report(const struct stored_report *report UNUSED, void *arg UNUSED)
{
}

struct json_object *
report_resend_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	const char *id = operands->at[0];

	if (take_store(service, why) != ST_OK ||
	    say_found(store_show_report(service->store, id, ignore_report, NULL), id,
		why) != ST_OK)
		return NULL;
	if (service->reports == NULL || service->report->contact[0] == '\0') {
		why_set(why, "reports are not sent: [report] contact is not set");
		return NULL;
	}
	store_resend(service->store, id, loop_time());
	reports_wake(service->reports);
	return show_done("id", id, "to be sent again");
}

/* --- preview ------------------------------------------------------------------------------------ */

static struct json_object *
show_rendered(const struct rendered *rendered, const char *domain, time_t day)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "domain", domain);
	put_day(o, "day", day);
	put_text(o, "file", rendered->file_name);
	put_number(o, "bytes", rendered->gzip.len);
	json_object_object_add(
	    o, "report", json_tokener_parse(strbuf_str(&rendered->json)));
	return o;
}

struct json_object *
report_preview_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct rendered rendered = { 0 };
	struct json_object *o = NULL;
	struct renderer *renderer;
	struct domain domain;
	enum status st;
	time_t day;

	if (take_store(service, why) != ST_OK ||
	    take_domain(operands->at[0], &domain, why) != ST_OK ||
	    take_day(operands->at[1], day_of(loop_time()), &day, why) != ST_OK)
		return NULL;
	renderer = renderer_new(service->report);
	st = render(renderer, service->store, day, domain.text, &rendered);
	if (st == ST_OK)
		o = show_rendered(&rendered, domain.text, day);
	else if (st == ST_NOTFOUND)
		why_set(
		    why, "%s: no session to report was counted that day", domain.text);
	else
		say_unreadable(why);
	rendered_clear(&rendered);
	renderer_free(renderer);
	return o;
}

/* --- inbound -------------------------------------------------------------------------------------- */

static void
add_inbound(const struct tally_inbound *inbound, void *arg)
{
	struct json_object *o;

	if (json_object_array_length(arg) == CONTROL_LIST_MAX)
		return;
	o = json_object_new_object();
	put_day(o, "day", inbound->day);
	put_text(o, "client", inbound->client);
	put_text(o, "version", inbound->version);
	put_text(o, "cipher", inbound->cipher);
	put_text(o, "verified", inbound->verified);
	put_number(o, "sessions", inbound->count);
	json_object_array_add(arg, o);
}

struct json_object *
inbound_run(struct service *service, const struct operands *operands, struct why *why)
{
	struct json_object *o, *list;
	time_t today = day_of(loop_time());
	uint64_t days;

	if (take_store(service, why) != ST_OK ||
	    take_number(operands->at[0], INBOUND_DAYS_MAX, 1, &days, why) != ST_OK)
		return NULL;
	list = json_object_new_array();
	if (store_each_inbound(service->store, today - (time_t)(days - 1) * DAY_S,
		today + DAY_S, add_inbound, list) != ST_OK) {
		say_unreadable(why);
		json_object_put(list);
		return NULL;
	}
	o = json_object_new_object();
	json_object_object_add(o, "inbound", list);
	return o;
}
