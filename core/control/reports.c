/*
 * The verbs about reports: list, show, preview, resend.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "control/moment.h"
#include "control/operands.h"
#include "control/show.h"
#include "control/show_reports.h"
#include "control/verb.h"
#include "net/loop.h"
#include "report/render.h"
#include "report/schedule.h"
#include "wire/gzip.h"
#include "wire/put.h"
#include "wire/rfc3339.h"
#include "wire/tls_report.h"

/* --- operands -------------------------------------------------------------------------------- */

/* "2026-11-21"; not given: otherwise. */
static enum status
take_day(const char *text, time_t otherwise, time_t *out, struct why *why)
{
	*out = otherwise;
	if (!operand_is_given(text))
		return ST_OK;
	if (moment_day_parse(text, out) == ST_OK)
		return ST_OK;
	why_set(why, "\"%s\" is no day; one is written 2026-11-21 (UTC)", text);
	return ST_SYNTAX;
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

	if (operand_store(service, why) != ST_OK ||
	    operand_domain(operands->at[0], &domain, why) != ST_OK ||
	    take_day(operands->at[1], 0, &day, why) != ST_OK ||
	    operand_number(operands->at[2], CONTROL_LIST_MAX, CONTROL_LIST_DEFAULT,
		&max, why) != ST_OK)
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
		why_set(why,
		    "%s: there is no such report; \"hopseal report list\" has them",
		    id);
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

	if (operand_store(service, why) != ST_OK ||
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

	if (operand_store(service, why) != ST_OK ||
	    say_found(store_show_report(service->store, id, ignore_report, NULL), id,
		why) != ST_OK)
		return NULL;
	if (service->reports == NULL || service->report->contact[0] == '\0') {
		why_set(why,
		    "reports are not sent: contact of section [report] is not set in hopseal.conf");
		return NULL;
	}
	store_resend(service->store, id, loop_time());
	reports_wake(service->reports);
	return show_done("id", id, "to be sent again");
}

/* --- preview ------------------------------------------------------------------------------------ */

static struct json_object *
show_rendered(const struct rendered *rendered, const char *domain, time_t day,
    const struct report_options *options)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "domain", domain);
	put_day(o, "day", day);
	put_flag(o, "is_on", options->contact[0] != '\0');
	put_text(o, "file", rendered->file_name);
	put_number(o, "bytes", rendered->gzip.len);
	json_object_object_add(
	    o, "report", json_tokener_parse(strbuf_str(&rendered->json)));
	return o;
}

static void
say_nothing(const struct domain *domain, time_t day, struct why *why)
{
	char text[RFC3339_TEXT_MAX];

	why_set(why, "%s: no session to report on %s (UTC)", domain->text,
	    rfc3339_day_text(day, text));
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

	if (operand_store(service, why) != ST_OK ||
	    operand_domain(operands->at[0], &domain, why) != ST_OK ||
	    take_day(operands->at[1], day_of(loop_time()), &day, why) != ST_OK)
		return NULL;
	renderer = renderer_new(service->report);
	st = render(renderer, service->store, day, domain.text, &rendered);
	if (st == ST_OK)
		o = show_rendered(&rendered, domain.text, day, service->report);
	else if (st == ST_NOTFOUND)
		say_nothing(&domain, day, why);
	else
		say_unreadable(why);
	rendered_clear(&rendered);
	renderer_free(renderer);
	return o;
}
