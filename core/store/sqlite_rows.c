/* SPDX-License-Identifier: ISC */
#include "base/log.h"
#include "store/sqlite_db.h"
#include "wire/sts_policy.h"
#include "wire/sts_record.h"

static const char select_policies[] =
    "select domain, id, body, fetched, expires, used from policy";
static const char put_policy[] = "insert or replace into policy"
				 "(domain, id, body, fetched, expires, used)"
				 " values(?1, ?2, ?3, ?4, ?5, ?6)";
static const char drop_policy[] = "delete from policy where domain = ?1";

static const char select_overrides[] =
    "select domain, with_subdomains, action, reason, created, expires from override";
static const char put_override[] =
    "insert or replace into override"
    "(domain, with_subdomains, action, reason, created, expires)"
    " values(?1, ?2, ?3, ?4, ?5, ?6)";
static const char drop_override[] =
    "delete from override where domain = ?1 and with_subdomains = ?2";

/* --- read ------------------------------------------------------------------------------------- */

/* False when the column holds no name; somebody else's hand was in the file then. */
static bool
column_domain(sqlite3_stmt *row, int column, struct domain *out)
{
	const char *text = db_column_text(row, column);

	return domain_parse(text, strlen(text), out, NULL) == ST_OK;
}

static void
tell_refused(size_t rows)
{
	if (rows > 0)
		log_warn(
		    "store: rows-left-out=%zu reason=\"not written by this program\"",
		    rows);
}

struct each_policy {
	store_policy_fn *fn;
	void *arg;
	size_t refused;
};

static void
on_policy(sqlite3_stmt *row, void *arg)
{
	struct each_policy *each = arg;
	struct domain domain;
	struct stored_policy p = {
		.domain = &domain,
		.id = db_column_text(row, 1),
		.fetched = db_column_time(row, 3),
		.expires = db_column_time(row, 4),
		.used = db_column_time(row, 5),
	};

	p.body = db_column_bytes(row, 2, &p.len);
	if (!column_domain(row, 0, &domain) || strlen(p.id) > STS_ID_MAX ||
	    p.len > STS_BODY_MAX)
		each->refused++;
	else
		each->fn(&p, each->arg);
}

enum db_outcome
db_each_policy(struct db *db, store_policy_fn *fn, void *arg, struct why *why)
{
	struct each_policy each = { fn, arg, 0 };
	enum db_outcome rc =
	    db_each(db, select_policies, NO_VALUES, on_policy, &each, why);

	tell_refused(each.refused);
	return rc;
}

struct each_override {
	store_override_fn *fn;
	void *arg;
	size_t refused;
};

static void
on_override(sqlite3_stmt *row, void *arg)
{
	struct each_override *each = arg;
	struct domain domain;
	struct stored_override o = {
		.domain = &domain,
		.with_subdomains = sqlite3_column_int(row, 1) != 0,
		.action = db_column_text(row, 2),
		.reason = db_column_text(row, 3),
		.created = db_column_time(row, 4),
		.expires = db_column_time(row, 5),
	};

	if (!column_domain(row, 0, &domain))
		each->refused++;
	else
		each->fn(&o, each->arg);
}

enum db_outcome
db_each_override(struct db *db, store_override_fn *fn, void *arg, struct why *why)
{
	struct each_override each = { fn, arg, 0 };
	enum db_outcome rc =
	    db_each(db, select_overrides, NO_VALUES, on_override, &each, why);

	tell_refused(each.refused);
	return rc;
}

/* --- write ------------------------------------------------------------------------------------ */

enum db_outcome
db_put_policy(struct db *db, struct change *c, struct why *why)
{
	const struct stored_policy *p = &c->policy;

	return db_do(db, put_policy,
	    VALUES(db_text(p->domain->text), db_text(p->id), db_bytes(p->body, p->len),
		db_number(p->fetched), db_number(p->expires), db_number(p->used)),
	    why);
}

enum db_outcome
db_drop_policy(struct db *db, struct change *c, struct why *why)
{
	return db_do(db, drop_policy, VALUES(db_text(c->domain.text)), why);
}

enum db_outcome
db_put_override(struct db *db, struct change *c, struct why *why)
{
	const struct stored_override *o = &c->override;

	return db_do(db, put_override,
	    VALUES(db_text(o->domain->text), db_number(o->with_subdomains),
		db_text(o->action), db_text(o->reason), db_number(o->created),
		db_number(o->expires)),
	    why);
}

enum db_outcome
db_drop_override(struct db *db, struct change *c, struct why *why)
{
	return db_do(db, drop_override,
	    VALUES(db_text(c->domain.text), db_number(c->override.with_subdomains)),
	    why);
}
