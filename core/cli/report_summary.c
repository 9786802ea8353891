/* SPDX-License-Identifier: ISC */
#include "cli/report_summary.h"

#include <inttypes.h>
#include <json-c/json.h>

#include "show/table.h"
#include "wire/put.h"
#include "wire/rfc3339.h"

#define DAY_S         86400
#define DETAILS_SHOWN 50 /* rows on a terminal; JSON has them all */

void
report_summary_init(struct report_summary *summary)
{
	*summary = (struct report_summary){ .begin = 0 };
	sums_init(&summary->policies);
	sums_init(&summary->details);
}

void
report_summary_clear(struct report_summary *summary)
{
	sums_clear(&summary->policies);
	sums_clear(&summary->details);
}

static void
add_to(struct sum *row, uint64_t successes, uint64_t failures, time_t day)
{
	row->successes += successes;
	row->failures += failures;
	if (row->since == 0 || row->since > day)
		row->since = day;
}

static void
add_policy(struct report_summary *summary, const struct report_policy *p, time_t day)
{
	const char *const fields[SUM_FIELDS] = { p->domain, p->type, "", "" };
	size_t i;

	add_to(sums_at(&summary->policies, fields), p->successes, p->failures, day);
	summary->successes += p->successes;
	summary->failures += p->failures;
	for (i = 0; i < p->detail_count; i++) {
		const struct report_detail *d = &p->details[i];
		/* Of a failure without a host the domain says most. */
		const char *const kind[SUM_FIELDS] = { p->type,
			d->host[0] != '\0' ? d->host : p->domain, d->result, d->code };

		add_to(sums_at(&summary->details, kind), 0, d->count, day);
	}
}

void
report_summary_add(struct report_summary *summary, const struct tls_report *report)
{
	size_t i;

	if (summary->begin == 0 || summary->begin > report->begin)
		summary->begin = report->begin;
	if (summary->end < report->end)
		summary->end = report->end;
	for (i = 0; i < report->policy_count; i++)
		add_policy(summary, &report->policies[i], report->begin);
}

/* --- for people ------------------------------------------------------------------- */

/* Of one day's report "since" would say nothing new. */
static bool
is_one_day(const struct report_summary *summary)
{
	return summary->end - summary->begin < DAY_S;
}

void
report_summary_add_range(struct strbuf *out, const struct report_summary *summary)
{
	char begin[RFC3339_TEXT_MAX], end[RFC3339_TEXT_MAX];

	if (summary->begin % DAY_S != 0 || (summary->end + 1) % DAY_S != 0)
		strbuf_addf(out, "%s to %s", rfc3339_text(summary->begin, begin),
		    rfc3339_text(summary->end, end));
	else if (is_one_day(summary))
		strbuf_adds(out, rfc3339_day_text(summary->begin, begin));
	else
		strbuf_addf(out, "%s to %s", rfc3339_day_text(summary->begin, begin),
		    rfc3339_day_text(summary->end, end));
}

static const char *
or_dash(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

static void
print_policies(const struct sums *policies)
{
	static const char *const heads[] = { "policy domain", "type", "successful",
		"failed" };
	struct table table;
	size_t i;

	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < policies->count; i++) {
		const struct sum *row = policies->rows[i];

		table_add(&table, TERM_PLAIN, "%s", or_dash(row->fields[0]));
		table_add(&table, TERM_PLAIN, "%s", or_dash(row->fields[1]));
		table_add(&table, TERM_PLAIN, "%" PRIu64, row->successes);
		table_add(&table, row->failures > 0 ? TERM_BAD : TERM_GOOD, "%" PRIu64,
		    row->failures);
	}
	table_print(&table, 2);
}

static void
add_detail(struct table *table, const struct sum *row, bool with_since)
{
	const char *code = row->fields[3];
	char since[RFC3339_TEXT_MAX];

	table_add(table, TERM_BAD, "%" PRIu64, row->failures);
	if (with_since)
		table_add(table, TERM_PLAIN, "%s", rfc3339_day_text(row->since, since));
	table_add(table, TERM_PLAIN, "%s", or_dash(row->fields[0]));
	table_add(table, TERM_PLAIN, "%s", or_dash(row->fields[1]));
	table_add(table, TERM_PLAIN, "%s%s%s%s", or_dash(row->fields[2]),
	    code[0] != '\0' ? " (" : "", code, code[0] != '\0' ? ")" : "");
}

static void
print_details(const struct report_summary *summary)
{
	static const char *const heads[] = { "failed", "policy", "MX host", "why" };
	static const char *const dated_heads[] = { "failed", "since", "policy",
		"MX host", "why" };
	const struct sums *details = &summary->details;
	bool with_since = !is_one_day(summary);
	struct table table;
	size_t i;

	if (with_since)
		table_init(&table, COUNT_OF(dated_heads), dated_heads);
	else
		table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < details->count && i < DETAILS_SHOWN; i++)
		add_detail(&table, details->rows[i], with_since);
	table_print(&table, 2);
	if (i < details->count)
		printf("  and %zu more; -j shows all\n", details->count - i);
}

void
report_summary_print(struct report_summary *summary)
{
	sums_sort(&summary->policies);
	sums_sort(&summary->details);
	print_policies(&summary->policies);
	if (summary->details.count == 0)
		return;
	putchar('\n');
	print_details(summary);
}

/* --- for programs ------------------------------------------------------------------ */

static struct json_object *
policy_object(const struct sum *row)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "domain", row->fields[0]);
	put_text(o, "type", row->fields[1]);
	put_number(o, "successes", row->successes);
	put_number(o, "failures", row->failures);
	return o;
}

static struct json_object *
detail_object(const struct sum *row)
{
	struct json_object *o = json_object_new_object();
	char since[RFC3339_TEXT_MAX];

	put_text(o, "type", row->fields[0]);
	put_text(o, "host", row->fields[1]);
	put_text(o, "result", row->fields[2]);
	put_text(o, "code", row->fields[3]);
	put_number(o, "count", row->failures);
	put_text(o, "since", rfc3339_text(row->since, since));
	return o;
}

static void
put_rows(struct json_object *o, const char *key, struct sums *sums,
    struct json_object *(*object)(const struct sum *row))
{
	struct json_object *array = json_object_new_array();
	size_t i;

	sums_sort(sums);
	for (i = 0; i < sums->count; i++)
		json_object_array_add(array, object(sums->rows[i]));
	json_object_object_add(o, key, array);
}

void
report_summary_put(struct report_summary *summary, struct json_object *o)
{
	char text[RFC3339_TEXT_MAX];

	put_text(o, "begin", rfc3339_text(summary->begin, text));
	put_text(o, "end", rfc3339_text(summary->end, text));
	put_number(o, "successes", summary->successes);
	put_number(o, "failures", summary->failures);
	put_rows(o, "policies", &summary->policies, policy_object);
	put_rows(o, "details", &summary->details, detail_object);
}
