/* SPDX-License-Identifier: ISC */
#include "cli/report_overview.h"

#include <assert.h>

#include "cli/json.h"
#include "wire/rfc3339.h"

static_assert(SUM_FIELDS == OVERVIEW_TEXTS, "a row has the texts of a part");

void
report_overview_init(struct report_overview *overview)
{
	size_t i;

	*overview = (struct report_overview){ .of = { 0 } };
	for (i = 0; i < OVERVIEW_PART_COUNT; i++)
		sums_init(&overview->parts[i]);
}

void
report_overview_clear(struct report_overview *overview)
{
	size_t i;

	for (i = 0; i < OVERVIEW_PART_COUNT; i++)
		sums_clear(&overview->parts[i]);
}

uint64_t
report_overview_beyond(
    const struct report_overview *overview, enum overview_part part, size_t shown)
{
	uint64_t all = overview->parts[part].count;

	if (all < overview->of[part])
		all = overview->of[part];
	return all > shown ? all - shown : 0;
}

/* --- from reports ---------------------------------------------------------------------------- */

/* Two counts and the days they are of. */
struct counted {
	uint64_t successes, failures, reports;
	time_t since, until;
};

static void
add(struct sums *sums, const char *const fields[SUM_FIELDS], const struct counted *c)
{
	struct sum *row = sums_at(sums, fields);

	if (row->since == 0 || row->since > c->since)
		row->since = c->since;
	if (row->until < c->until)
		row->until = c->until;
	row->successes += c->successes;
	row->failures += c->failures;
	row->reports += c->reports;
}

#define FIELDS(...)                                                                    \
	(const char *const[SUM_FIELDS])                                                \
	{                                                                              \
		__VA_ARGS__                                                            \
	}

static void
add_failure(struct report_overview *overview, const struct tls_report *report,
    const struct report_policy *p, const struct report_detail *d)
{
	const struct counted c = { 0, d->count, 0, report->begin, report->end };
	const char *host = d->host[0] != '\0' ? d->host : p->domain;

	add(&overview->parts[OVERVIEW_RESULTS], FIELDS(d->result), &c);
	add(&overview->parts[OVERVIEW_HOSTS], FIELDS(host, d->remote), &c);
	add(&overview->parts[OVERVIEW_FAILURES],
	    FIELDS(host, d->remote, d->result, d->code, p->type, report->organization),
	    &c);
}

static void
add_policy(struct report_overview *overview, const struct tls_report *report,
    const struct report_policy *p)
{
	const struct counted c = { p->successes, p->failures, 0, report->begin,
		report->end };
	size_t i;

	add(&overview->parts[OVERVIEW_POLICIES], FIELDS(p->domain, p->type), &c);
	for (i = 0; i < p->detail_count; i++)
		add_failure(overview, report, p, &p->details[i]);
}

void
report_overview_add(struct report_overview *overview, const struct tls_report *report,
    const char *submitter)
{
	struct counted c = { 0, 0, 1, report->begin, report->end };
	char day[RFC3339_TEXT_MAX];
	size_t i;

	for (i = 0; i < report->policy_count; i++) {
		add_policy(overview, report, &report->policies[i]);
		c.successes += report->policies[i].successes;
		c.failures += report->policies[i].failures;
	}
	rfc3339_text(report->begin, day);
	day[strcspn(day, "T")] = '\0';
	add(&overview->parts[OVERVIEW_ALL], FIELDS(""), &c);
	add(&overview->parts[OVERVIEW_DAYS], FIELDS(day), &c);
	add(&overview->parts[OVERVIEW_PARTIES], FIELDS(report->organization, submitter),
	    &c);
}

/* --- from an answer ---------------------------------------------------------------------------- */

static void
take_row(struct sums *sums, const struct json_object *row)
{
	const struct counted c = {
		.successes = (uint64_t)json_number(row, "successes"),
		.failures = (uint64_t)json_number(row, "failures"),
		.reports = (uint64_t)json_number(row, "reports"),
		.since = json_number(row, "since_epoch"),
		.until = json_number(row, "until_epoch"),
	};
	const char *fields[SUM_FIELDS];
	size_t i;

	for (i = 0; i < SUM_FIELDS; i++)
		fields[i] = json_string_at(row, "texts", i);
	add(sums, fields, &c);
}

void
report_overview_take(struct report_overview *overview, const struct json_object *answer)
{
	int part;

	for (part = 0; part < OVERVIEW_PART_COUNT; part++) {
		const struct json_object *shown =
		    json_member(answer, overview_part_word((enum overview_part)part));
		size_t i, count = json_count(shown, "rows");

		overview->of[part] = (uint64_t)json_number(shown, "of");
		for (i = 0; i < count; i++)
			take_row(&overview->parts[part], json_item(shown, "rows", i));
	}
}
