/* SPDX-License-Identifier: ISC */
#include "store/sqlite_db.h"

#define DAY_S  86400
#define NO_DAY (-1) /* the first second of none */

static const char add_domain[] =
    "update tally_domain set successes = successes + ?3, failures = failures + ?4"
    " where day = ?1 and domain = ?2 and is_closed = 0";
static const char put_domain[] =
    "insert or ignore into tally_domain(day, domain, successes, failures, is_closed)"
    " values(?1, ?2, ?3, ?4, 0)";

static const char select_policy[] =
    "select number, details from tally_policy where day = ?1 and domain = ?2"
    " and type = ?3 and policy_domain = ?4 and text = ?5 and mx = ?6";
static const char select_last_policy[] =
    "select max(number) from tally_policy where day = ?1 and domain = ?2";
static const char add_policy[] =
    "update tally_policy set successes = successes + ?4, failures = failures + ?5,"
    " details = ?6 where day = ?1 and domain = ?2 and number = ?3";
static const char put_policy[] =
    "insert into tally_policy(day, domain, number, successes, failures, details, type,"
    " policy_domain, text, mx) values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

static const char add_detail[] =
    "update tally_detail set count = count + ?10 where day = ?1 and domain = ?2"
    " and policy = ?3 and result = ?4 and code = ?5 and local = ?6 and remote = ?7"
    " and host = ?8 and helo = ?9";
static const char put_detail[] =
    "insert into tally_detail(day, domain, policy, result, code, local, remote, host,"
    " helo, count) values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

static const char add_day[] =
    "insert into tally_day(day, domains, open, successes, failures, clients)"
    " values(?1, ?2, ?2, ?3, ?4, 0)"
    " on conflict(day) do update set domains = domains + ?2, open = open + ?2,"
    " successes = successes + ?3, failures = failures + ?4";
static const char add_result[] =
    "insert into tally_result(day, result, count) values(?1, ?2, ?3)"
    " on conflict(day, result) do update set count = count + ?3";

/* In the order of the enums of wire/tls_result.h. */
static const int type_codes[] = {
#define X(name, code, word) [name] = code,
	POLICY_TYPES(X)
#undef X
};
static const int result_codes[] = {
#define X(name, code, word) [name] = code,
	TLS_RESULTS(X)
#undef X
};

/* Tallies under way, with the sums of the day they are at. */
struct merging {
	struct db *db;
	struct why *why;
	time_t day;
	struct tally_sums sums; /* still to be added to that day */
};

/* Whether the statement that was run last has found a row to change. */
static bool
is_changed(const struct merging *m)
{
	return sqlite3_changes(m->db->handle) > 0;
}

/* --- sums of a day ------------------------------------------------------------------------------ */

static enum db_outcome
add_sums(struct merging *m)
{
	const struct tally_sums *s = &m->sums;
	enum db_outcome rc;
	size_t i;

	rc = db_do(m->db, add_day,
	    VALUES(db_number(m->day), db_number(s->domains), db_number(s->successes),
		db_number(s->failures)),
	    m->why);
	for (i = 0; rc == DB_OK && i < TLS_RESULT_COUNT; i++)
		if (s->results[i] > 0)
			rc = db_do(m->db, add_result,
			    VALUES(db_number(m->day), db_number(result_codes[i]),
				db_number(s->results[i])),
			    m->why);
	return rc;
}

/* Go on with this day: most merges stay at one. */
static enum db_outcome
turn_to(struct merging *m, time_t day)
{
	enum db_outcome rc = DB_OK;

	if (m->day == day)
		return DB_OK;
	if (m->day != NO_DAY)
		rc = add_sums(m);
	m->day = day;
	m->sums = (struct tally_sums){ .domains = 0 };
	return rc;
}

/* --- one policy of one domain ------------------------------------------------------------------- */

/* Where a tally goes: a row that is there, or a new one. */
struct place {
	uint64_t number;  /* 0: not there */
	uint64_t details; /* rows */
	bool is_new;
};

static void
on_place(sqlite3_stmt *row, void *arg)
{
	struct place *p = arg;

	p->number = (uint64_t)sqlite3_column_int64(row, 0);
	p->details = (uint64_t)sqlite3_column_int64(row, 1);
}

static enum db_outcome
find(struct merging *m, const struct tally *t, struct place *place)
{
	*place = (struct place){ .number = 0 };
	return db_each(m->db, select_policy,
	    VALUES(db_number(t->day), db_text(t->domain),
		db_number(type_codes[t->type]), db_text(t->policy_domain),
		db_text(t->text), db_text(t->mx)),
	    on_place, place, m->why);
}

/*
 * The row for a tally.  When the domain's day has many policies, *t becomes the one into which it is folded, first
 * for its policy domain, then, with many of those, too, for the domain.
 */
static enum db_outcome
find_place(struct merging *m, struct tally *t, struct place *place)
{
	uint64_t last = 0;
	enum db_outcome rc = find(m, t, place);

	if (rc == DB_OK && place->number == 0)
		rc = db_each(m->db, select_last_policy,
		    VALUES(db_number(t->day), db_text(t->domain)), db_on_count, &last,
		    m->why);
	if (rc == DB_OK && place->number == 0 && last >= TALLY_POLICIES_MAX) {
		t->text = t->mx = "";
		rc = find(m, t, place);
	}
	if (rc == DB_OK && place->number == 0 && last >= 2 * TALLY_POLICIES_MAX) {
		t->policy_domain = t->domain;
		rc = find(m, t, place);
	}
	if (rc == DB_OK && place->number == 0) {
		place->number = last + 1;
		place->is_new = true;
	}
	return rc;
}

/* With sql one of add_detail and put_detail. */
static enum db_outcome
run_detail(struct merging *m, const char *sql, const struct tally *t,
    const struct place *place, const struct tally_detail *d)
{
	return db_do(m->db, sql,
	    VALUES(db_number(t->day), db_text(t->domain), db_number(place->number),
		db_number(result_codes[d->result]), db_text(d->code), db_text(d->local),
		db_text(d->remote), db_text(d->host), db_text(d->helo),
		db_number(d->count)),
	    m->why);
}

static enum db_outcome
merge_detail(struct merging *m, const struct tally *t, struct place *place,
    const struct tally_detail *detail)
{
	struct tally_detail folded = { .result = detail->result,
		.code = "",
		.local = "",
		.remote = "",
		.host = "",
		.helo = "",
		.count = detail->count };
	enum db_outcome rc;

	m->sums.results[detail->result] += detail->count;
	rc = run_detail(m, add_detail, t, place, detail);
	if (rc != DB_OK || is_changed(m))
		return rc;
	if (place->details >= TALLY_DETAILS_MAX) {
		detail = &folded;
		rc = run_detail(m, add_detail, t, place, detail);
		if (rc != DB_OK || is_changed(m))
			return rc;
	}
	place->details++;
	return run_detail(m, put_detail, t, place, detail);
}

static enum db_outcome
write_policy(struct merging *m, const struct tally *t, const struct place *place)
{
	if (!place->is_new)
		return db_do(m->db, add_policy,
		    VALUES(db_number(t->day), db_text(t->domain),
			db_number(place->number), db_number(t->successes),
			db_number(t->failures), db_number(place->details)),
		    m->why);
	return db_do(m->db, put_policy,
	    VALUES(db_number(t->day), db_text(t->domain), db_number(place->number),
		db_number(t->successes), db_number(t->failures),
		db_number(place->details), db_number(type_codes[t->type]),
		db_text(t->policy_domain), db_text(t->text), db_text(t->mx)),
	    m->why);
}

/* With sql one of add_domain and put_domain. */
static enum db_outcome
run_domain(struct merging *m, const char *sql, const struct tally *t)
{
	return db_do(m->db, sql,
	    VALUES(db_number(t->day), db_text(t->domain), db_number(t->successes),
		db_number(t->failures)),
	    m->why);
}

/* *has_place: that day of the domain is not closed. */
static enum db_outcome
merge_domain(struct merging *m, const struct tally *t, bool *has_place)
{
	enum db_outcome rc = turn_to(m, t->day);

	if (rc == DB_OK)
		rc = run_domain(m, add_domain, t);
	if (rc == DB_OK && !is_changed(m)) {
		rc = run_domain(m, put_domain, t);
		m->sums.domains += rc == DB_OK && is_changed(m);
	}
	*has_place = rc == DB_OK && is_changed(m);
	return rc;
}

/* What comes after the report of its day was made is in the next one: *t moves to the first day that is not closed. */
static enum db_outcome
merge_day(struct merging *m, struct tally *t)
{
	bool has_place;
	enum db_outcome rc = merge_domain(m, t, &has_place);

	while (rc == DB_OK && !has_place) {
		t->day += DAY_S;
		rc = merge_domain(m, t, &has_place);
	}
	m->sums.successes += t->successes;
	m->sums.failures += t->failures;
	return rc;
}

static enum db_outcome
merge_tally(struct merging *m, const struct tally *tally)
{
	struct tally t = *tally;
	struct place place;
	enum db_outcome rc;
	size_t i;

	rc = merge_day(m, &t);
	if (rc == DB_OK)
		rc = find_place(m, &t, &place);
	for (i = 0; rc == DB_OK && i < t.detail_count; i++)
		rc = merge_detail(m, &t, &place, &t.details[i]);
	if (rc == DB_OK)
		rc = write_policy(m, &t, &place);
	return rc;
}

enum db_outcome
db_merge_tallies(
    struct db *db, const struct tally *tallies, size_t count, struct why *why)
{
	struct merging m = { .db = db, .why = why, .day = NO_DAY };
	enum db_outcome rc = DB_OK;
	size_t i;

	for (i = 0; rc == DB_OK && i < count; i++)
		rc = merge_tally(&m, &tallies[i]);
	return rc == DB_OK ? turn_to(&m, NO_DAY) : rc;
}
