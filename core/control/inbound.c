/*
 * The verb about inbound sessions: which TLS others use with us.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "control/operands.h"
#include "control/verb.h"
#include "net/loop.h"
#include "report/schedule.h"
#include "store/tally.h"
#include "wire/put.h"

struct listing {
	struct json_object *rows;
	uint64_t count, sessions, plain, old;
};

/* Older than TLS 1.2, in the words of any MTA: "SSLv3", "TLSv1", "TLS1.0", "TLSv1.1". */
static bool
is_old(const char *version)
{
	static const char *const minors[] = { "1", "1.0", "1.1" };
	const char *number = version + strcspn(version, "0123456789");
	size_t i;

	if (strncmp(version, "SSL", 3) == 0)
		return true;
	for (i = 0; i < COUNT_OF(minors); i++)
		if (strcmp(number, minors[i]) == 0)
			return true;
	return false;
}

static void
add_row(struct json_object *rows, const struct tally_inbound *inbound)
{
	struct json_object *o = json_object_new_object();

	put_day(o, "day", inbound->day);
	put_text(o, "client", inbound->client);
	put_text(o, "version", inbound->version);
	put_text(o, "cipher", inbound->cipher);
	put_text(o, "verified", inbound->verified);
	put_number(o, "sessions", inbound->count);
	json_object_array_add(rows, o);
}

static void
take(const struct tally_inbound *inbound, void *arg)
{
	struct listing *l = arg;

	if (l->count++ < CONTROL_LIST_MAX)
		add_row(l->rows, inbound);
	l->sessions += inbound->count;
	if (inbound->version[0] == '\0')
		l->plain += inbound->count;
	else if (is_old(inbound->version))
		l->old += inbound->count;
}

struct json_object *
inbound_run(struct service *service, const struct operands *operands, struct why *why)
{
	struct listing l = { .rows = NULL };
	time_t today = day_of(loop_time()), from;
	struct json_object *o;
	uint64_t days;

	if (operand_store(service, why) != ST_OK ||
	    operand_number(operands->at[0], CONTROL_DAYS_MAX, 1, &days, why) != ST_OK)
		return NULL;
	from = today - (time_t)(days - 1) * DAY_S;
	l.rows = json_object_new_array();
	if (store_each_inbound(service->store, from, today + DAY_S, take, &l) !=
	    ST_OK) {
		say_unreadable(why);
		json_object_put(l.rows);
		return NULL;
	}
	o = json_object_new_object();
	put_day(o, "since", from);
	put_number(o, "sessions", l.sessions);
	put_number(o, "without_tls", l.plain);
	put_number(o, "below_tls_1_2", l.old);
	put_number(o, "count", l.count);
	json_object_object_add(o, "inbound", l.rows);
	return o;
}
