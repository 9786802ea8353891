/* SPDX-License-Identifier: ISC */
#include "store/sqlite_db.h"

/* Step by step from an empty file to this version's; a step that was released is never changed again. */
static const char *const steps[] = {
	"begin immediate;"
	"create table policy("
	" domain text primary key, id text not null, body blob not null,"
	" fetched int not null, expires int not null, used int not null) without rowid;"
	"create table override("
	" domain text not null, with_subdomains int not null,"
	" action text not null, reason text not null,"
	" created int not null, expires int not null,"
	" primary key(domain, with_subdomains)) without rowid;"
	"pragma user_version = 1;"
	"commit",

	/*
	 * Counts.  Days are their first second; types and results are numbers of wire/tls_result.h.  What one
	 * domain has on one day lies together, so that a report is read, and a day forgotten, in one go.  The sums
	 * of a day (domains, those still open, rows of inbound sessions) are kept because counting a million rows
	 * takes long.
	 */
	"begin immediate;"
	"create table tally_day("
	" day int primary key, domains int not null, open int not null,"
	" successes int not null, failures int not null, clients int not null)"
	" without rowid;"
	"create table tally_result("
	" day int not null, result int not null, count int not null,"
	" primary key(day, result)) without rowid;"
	"create table tally_domain("
	" day int not null, domain text not null,"
	" successes int not null, failures int not null, is_closed int not null,"
	" primary key(day, domain)) without rowid;"
	"create index tally_worst on tally_domain(day, failures desc)"
	" where failures > 0;"
	/* The policies of a domain's day are numbered; details counts the rows of tally_detail. */
	"create table tally_policy("
	" day int not null, domain text not null, number int not null,"
	" type int not null, policy_domain text not null,"
	" successes int not null, failures int not null, details int not null,"
	" text text not null, mx text not null,"
	" primary key(day, domain, number)) without rowid;"
	"create table tally_detail("
	" day int not null, domain text not null, policy int not null,"
	" result int not null, code text not null, local text not null,"
	" remote text not null, host text not null, helo text not null,"
	" count int not null,"
	" primary key(day, domain, policy, result, code, local, remote, host, helo))"
	" without rowid;"
	"create table tally_record("
	" day int not null, domain text not null, record text not null,"
	" primary key(day, domain)) without rowid;"
	"create table tally_inbound("
	" day int not null, client text not null, version text not null,"
	" cipher text not null, verified text not null, count int not null,"
	" primary key(day, client, version, cipher, verified)) without rowid;"
	"create table waiting("
	" id integer primary key, kind int not null, accepted int not null,"
	" bytes blob not null);"
	/* One row: up to where it is counted, and by which merge. */
	"create table journal("
	" id integer primary key check(id = 1), merge int not null,"
	" segment int not null, place int not null);"

	/*
	 * Reports.  A sending's number is never used again, not even by the database that follows a damaged one:
	 * the journal speaks of it.  How many are in each state is kept, for the same reason as above.
	 */
	"create table report("
	" number integer primary key, id text not null unique,"
	" day int not null, domain text not null, made int not null,"
	" record text not null, file_name text not null,"
	" successes int not null, failures int not null, bytes blob not null,"
	" unique(day desc, domain));" /* the order of lists */
	"create index report_domain on report(domain, day);"
	"create table sending("
	" id integer primary key autoincrement, report int not null,"
	" uri text not null, state text not null, attempts int not null,"
	" first int not null, last int not null, next int not null,"
	" detail text not null);"
	"insert into sqlite_sequence(name, seq)"
	" values('sending', cast(strftime('%s', 'now') as int) << 20);"
	"create index sending_report on sending(report);"
	"create index sending_due on sending(next) where state = 'waiting';"
	"create table sending_state("
	" state text primary key, sendings int not null) without rowid;"
	"create trigger sending_begins after insert on sending begin"
	" insert into sending_state(state, sendings) values(new.state, 1)"
	" on conflict(state) do update set sendings = sendings + 1;"
	"end;"
	"create trigger sending_moves after update of state on sending begin"
	" update sending_state set sendings = sendings - 1 where state = old.state;"
	" insert into sending_state(state, sendings) values(new.state, 1)"
	" on conflict(state) do update set sendings = sendings + 1;"
	"end;"
	"create trigger sending_ends after delete on sending begin"
	" update sending_state set sendings = sendings - 1 where state = old.state;"
	"end;"
	"create table received("
	" organization text not null, report_id text not null, contact text not null,"
	" begins int not null, ends int not null, arrived int not null,"
	" successes int not null, failures int not null, json blob not null,"
	" primary key(organization, report_id));"
	"create index received_arrived on received(arrived);"
	"pragma user_version = 2;"
	"commit",

	/*
	 * Reports of others; nothing has written into the earlier table of that name.  A sender without report-ids tells
	 * his reports apart by their sums.  How many are kept, and how much, is kept, so that the oldest go in time.
	 */
	"begin immediate;"
	"drop table received;"
	"create table received("
	" number integer primary key autoincrement,"
	" submitter text not null, organization text not null, contact text not null,"
	" report_id text not null, domain text not null,"
	" begins int not null, ends int not null, arrived int not null,"
	" successes int not null, failures int not null,"
	" size int not null, bytes blob not null);"
	"create unique index received_once on"
	" received(report_id, submitter, organization, domain, begins)"
	" where report_id <> '';"
	"create unique index received_nameless on"
	" received(submitter, organization, domain, begins, ends, successes, failures)"
	" where report_id = '';"
	"create table received_policy("
	" report int not null, domain text not null, type text not null,"
	" successes int not null, failures int not null,"
	" primary key(report, domain, type)) without rowid;"
	"create table received_failure("
	" report int not null, type text not null, host text not null,"
	" result text not null, code text not null, count int not null,"
	" primary key(report, type, host, result, code)) without rowid;"
	"create table received_sum("
	" id integer primary key check(id = 1), reports int not null,"
	" bytes int not null, duplicates int not null, dropped int not null);"
	"insert into received_sum values(1, 0, 0, 0, 0);"
	"create trigger received_comes after insert on received begin"
	" update received_sum set reports = reports + 1, bytes = bytes + new.size;"
	"end;"
	"create trigger received_goes after delete on received begin"
	" update received_sum set reports = reports - 1, bytes = bytes - old.size;"
	" delete from received_policy where report = old.number;"
	" delete from received_failure where report = old.number;"
	"end;"
	"pragma user_version = 3;"
	"commit",

	/* Domains that are watched: few, and rewritten with each look.  Findings are numbered from 0. */
	"begin immediate;"
	"create table watch("
	" domain text primary key, outcome text not null, told text not null,"
	" since int not null, looked int not null, sure int not null) without rowid;"
	"create table watch_finding("
	" domain text not null, number int not null,"
	" stage text not null, is_told int not null, level text not null,"
	" word text not null, about text not null, seen text not null,"
	" why text not null, remedy text not null,"
	" since int not null, last int not null,"
	" primary key(domain, number)) without rowid;"
	"pragma user_version = 4;"
	"commit",

	/* Of a host with several addresses one may fail.  What came in before was kept without. */
	"begin immediate;"
	"drop trigger received_goes;"
	"alter table received_failure rename to received_failure_3;"
	"create table received_failure("
	" report int not null, type text not null, host text not null,"
	" address text not null, result text not null, code text not null,"
	" count int not null,"
	" primary key(report, type, host, address, result, code)) without rowid;"
	"insert into received_failure"
	" select report, type, host, '', result, code, count from received_failure_3;"
	"drop table received_failure_3;"
	"create trigger received_goes after delete on received begin"
	" update received_sum set reports = reports - 1, bytes = bytes - old.size;"
	" delete from received_policy where report = old.number;"
	" delete from received_failure where report = old.number;"
	"end;"
	"pragma user_version = 5;"
	"commit",
};

#define SCHEMA_VERSION ((int)COUNT_OF(steps))

enum db_outcome
db_make_schema(sqlite3 *handle, enum db_mode mode, struct why *why)
{
	enum db_outcome rc;
	int version;

	rc = db_ask(handle, "pragma user_version", &version, NULL, why);
	if (rc != DB_OK)
		return rc;
	if (version > SCHEMA_VERSION) {
		why_set(why, "made by a later version (%d; known is %d)", version,
		    SCHEMA_VERSION);
		return DB_TOO_NEW;
	}
	if (mode == DB_READ && version == 0) {
		why_set(why, "an empty database");
		return DB_FAILED;
	}
	while (mode == DB_WRITE && rc == DB_OK && version < SCHEMA_VERSION)
		rc = db_run(handle, steps[version++], why);
	return rc;
}

enum db_outcome
db_check_schema(sqlite3 *handle, struct why *why)
{
	enum db_outcome rc;
	int version;

	rc = db_ask(handle, "pragma user_version", &version, NULL, why);
	if (rc != DB_OK || version >= SCHEMA_VERSION)
		return rc;
	why_set(why,
	    "made by an earlier version (%d; known is %d); a hopseald of this version "
	    "brings it up to date",
	    version, SCHEMA_VERSION);
	return DB_FAILED;
}
