/*
 * Both sides are brought into one shape first: report_rows, policy_rows and failure_rows, from which all parts are
 * selected.  SPDX-License-Identifier: ISC
 */
#include "store/sqlite_db.h"
#include "wire/tls_result.h"

#define RECEIVED_SIDE                                                                    \
	"with chosen as (select * from received where ends >= ?1 and (?2 = ''"           \
	" or domain = ?2 or exists (select 1 from received_policy as about"              \
	" where about.report = number and about.domain = ?2))),"                         \
	" report_rows as (select organization as party, submitter,"                      \
	" successes, failures, begins, ends from chosen),"                               \
	" policy_rows as (select row.domain, type, row.successes, row.failures,"         \
	" begins, ends from received_policy as row join chosen on number = row.report)," \
	" failure_rows as (select host, address, result, code, type,"                    \
	" organization as party, 0 as successes, count as failures, begins, ends"        \
	" from received_failure as row join chosen on number = row.report)"

#define WHEN(name, code, word) " when " #code " then '" word "'"
#define RESULT_WORD            "case d.result" TLS_RESULTS(WHEN) " end as result"
#define TYPE_WORD              "case p.type" POLICY_TYPES(WHEN) " end as type"
#define ITS_DAY                "c.day as begins, c.day + 86399 as ends"

#define SENT_SIDE                                                                      \
	"with chosen as (select day, domain, successes, failures from report"          \
	" where day + 86399 >= ?1 and (?2 = '' or domain = ?2)),"                      \
	" report_rows as (select domain as party, '' as submitter,"                    \
	" successes, failures, " ITS_DAY " from chosen as c),"                         \
	" policy_rows as (select p.policy_domain as domain, " TYPE_WORD                \
	", p.successes, p.failures, " ITS_DAY                                          \
	" from chosen as c join tally_policy as p using(day, domain)),"                \
	" failure_rows as (select"                                                     \
	" case d.host when '' then p.policy_domain else d.host end as host,"           \
	" d.remote as address, " RESULT_WORD ", d.code, " TYPE_WORD                    \
	", c.domain as party, 0 as successes, d.count as failures, " ITS_DAY           \
	" from chosen as c join tally_detail as d using(day, domain)"                  \
	" join tally_policy as p"                                                      \
	" on p.day = c.day and p.domain = c.domain and p.number = d.policy)"

/* What stands behind either: texts, '' those that the part lacks, and then the sums. */
#define SUMS(texts, reports, rows)                                                     \
	" select " texts ", sum(successes), sum(failures), " reports                   \
	", min(begins), max(ends), count(*) over () from " rows
#define OF_REPORTS(texts)  SUMS(texts, "count(*)", "report_rows")
#define OF_POLICIES(texts) SUMS(texts, "0", "policy_rows")
#define OF_FAILURES(texts) SUMS(texts, "0", "failure_rows")
#define WORST_FIRST        " order by 8 desc, 7 desc, "
#define AT_MOST            " limit ?3"

#define ALL OF_REPORTS("'', '', '', '', '', ''") AT_MOST
#define DAYS                                                                           \
	OF_REPORTS("date(begins, 'unixepoch'), '', '', '', '', ''")                    \
	" group by 1 order by 1 desc" AT_MOST
#define RESULTS                                                                        \
	OF_FAILURES("result, '', '', '', '', ''") " group by 1" WORST_FIRST "1" AT_MOST
#define HOSTS                                                                          \
	OF_FAILURES("host, address, '', '', '', ''")                                   \
	" group by 1, 2" WORST_FIRST "1, 2" AT_MOST
#define PARTIES                                                                        \
	OF_REPORTS("party, submitter, '', '', '', ''")                                 \
	" group by 1, 2" WORST_FIRST "1, 2" AT_MOST
#define POLICIES                                                                       \
	OF_POLICIES("domain, type, '', '', '', ''")                                    \
	" group by 1, 2" WORST_FIRST "1, 2" AT_MOST
#define FAILURES                                                                       \
	OF_FAILURES("host, address, result, code, type, party")                        \
	" group by 1, 2, 3, 4, 5, 6" WORST_FIRST "1, 2, 3, 4, 5, 6" AT_MOST

#define PARTS(side)                                                                    \
	{                                                                              \
		[OVERVIEW_ALL] = side ALL, [OVERVIEW_DAYS] = side DAYS,                \
		[OVERVIEW_RESULTS] = side RESULTS, [OVERVIEW_HOSTS] = side HOSTS,      \
		[OVERVIEW_PARTIES] = side PARTIES,                                     \
		[OVERVIEW_POLICIES] = side POLICIES,                                   \
		[OVERVIEW_FAILURES] = side FAILURES,                                   \
	}

static const char *const statements[][OVERVIEW_PART_COUNT] = {
	[OVERVIEW_RECEIVED] = PARTS(RECEIVED_SIDE),
	[OVERVIEW_SENT] = PARTS(SENT_SIDE),
};

#define WORK_STEPS 1000 /* of SQLite's machine: one of the work of a filter */

/* Not 0: stop. */
static int
on_work(void *arg)
{
	unsigned *left = arg;

	return *left == 0 || --*left == 0;
}

struct each_overview {
	store_overview_fn *fn;
	void *arg;
};

static void
on_row(sqlite3_stmt *row, void *arg)
{
	const struct each_overview *each = arg;
	struct overview_row out = {
		.successes = db_column_count(row, OVERVIEW_TEXTS),
		.failures = db_column_count(row, OVERVIEW_TEXTS + 1),
		.reports = db_column_count(row, OVERVIEW_TEXTS + 2),
		.since = db_column_time(row, OVERVIEW_TEXTS + 3),
		.until = db_column_time(row, OVERVIEW_TEXTS + 4),
		.of = db_column_count(row, OVERVIEW_TEXTS + 5),
	};
	int i;

	for (i = 0; i < OVERVIEW_TEXTS; i++)
		out.texts[i] = db_column_text(row, i);
	each->fn(&out, each->arg);
}

enum db_outcome
db_each_overview(struct db *db, const struct overview_filter *filter,
    enum overview_part part, size_t max, store_overview_fn *fn, void *arg,
    struct why *why)
{
	struct each_overview each = { fn, arg };
	enum db_outcome rc;

	if (filter->work != NULL)
		sqlite3_progress_handler(db->handle, WORK_STEPS, on_work, filter->work);
	rc = db_each(db, statements[filter->side][part],
	    VALUES(db_number(filter->from), db_text(filter->domain), db_number(max)),
	    on_row, &each, why);
	sqlite3_progress_handler(db->handle, 0, NULL, NULL);
	return rc;
}
