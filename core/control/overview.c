/*
 * The verb about many reports at once.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "control/operands.h"
#include "control/verb.h"
#include "net/loop.h"
#include "report/schedule.h"
#include "store/overview.h"
#include "wire/put.h"

/* The loop of a daemon stands still meanwhile, and with it all that mail servers ask: some 50 ms. */
#define DAEMON_WORK 1000

struct part {
	struct json_object *rows;
	uint64_t of;
};

static void
add_row(const struct overview_row *row, void *arg)
{
	struct part *part = arg;
	struct json_object *o = json_object_new_object();
	struct json_object *texts = json_object_new_array();
	size_t i;

	for (i = 0; i < OVERVIEW_TEXTS; i++)
		json_object_array_add(texts, json_object_new_string(row->texts[i]));
	json_object_object_add(o, "texts", texts);
	put_number(o, "successes", row->successes);
	put_number(o, "failures", row->failures);
	put_number(o, "reports", row->reports);
	PUT_TIME(o, "since", row->since);
	PUT_TIME(o, "until", row->until);
	json_object_array_add(part->rows, o);
	part->of = row->of;
}

static enum status
put_part(struct json_object *o, struct store *store,
    const struct overview_filter *filter, enum overview_part which)
{
	struct part part = { .rows = json_object_new_array() };
	struct json_object *shown = json_object_new_object();
	enum status st = store_each_overview(store, filter, which,
	    which == OVERVIEW_DAYS ? CONTROL_DAYS_MAX : CONTROL_OVERVIEW_MAX, add_row,
	    &part);

	put_number(shown, "of", part.of);
	json_object_object_add(shown, "rows", part.rows);
	json_object_object_add(o, overview_part_word(which), shown);
	return st;
}

/* Or NULL, and why. */
static struct json_object *
show_overview(
    struct store *store, const struct overview_filter *filter, struct why *why)
{
	struct json_object *o = json_object_new_object();
	enum status st = ST_OK;
	int part;

	put_day(o, "since", filter->from);
	put_day(o, "today", day_of(loop_time()));
	for (part = 0; part < OVERVIEW_PART_COUNT && st == ST_OK; part++)
		st = put_part(o, store, filter, (enum overview_part)part);
	if (st == ST_OK)
		return o;
	json_object_put(o);
	if (st == ST_TOO_BIG)
		why_set(why,
		    "so many reports would keep mail servers waiting for hopseald; "
		    "hopseal -n adds them up by itself, as root");
	else
		say_unreadable(why);
	return NULL;
}

static enum status
take_side(const char *text, enum overview_side *out, struct why *why)
{
	*out = strcmp(text, "sent") == 0 ? OVERVIEW_SENT : OVERVIEW_RECEIVED;
	if (*out == OVERVIEW_SENT || strcmp(text, "received") == 0)
		return ST_OK;
	why_set(why, "\"%s\" is neither \"received\" nor \"sent\"", text);
	return ST_SYNTAX;
}

static bool
is_daemon(const struct service *service)
{
	return service->reports != NULL;
}

struct json_object *
report_overview_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct overview_filter filter = { .work = NULL };
	unsigned work = DAEMON_WORK;
	struct domain domain;

	if (operand_store(service, why) != ST_OK ||
	    take_side(operands->at[0], &filter.side, why) != ST_OK ||
	    operand_days(operands->at[1], &filter.from, why) != ST_OK ||
	    operand_domain(operands->at[2], &domain, why) != ST_OK)
		return NULL;
	filter.domain = domain.text;
	if (is_daemon(service))
		filter.work = &work;
	return show_overview(service->store, &filter, why);
}
