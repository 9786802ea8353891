/* SPDX-License-Identifier: ISC */
#include "base/log.h"
#include "store/sqlite_db.h"
#include "wire/sts_policy.h"
#include "wire/sts_record.h"

/* --- read ------------------------------------------------------------------------------------- */

/* The text of a column, never NULL; it lives until the next step. */
static const char *
column_text(sqlite3_stmt *s, int column)
{
	const char *text = (const char *)sqlite3_column_text(s, column);

	return text != NULL ? text : "";
}

/* False when the column holds no name; somebody else's hand was in the file then. */
static bool
column_domain(sqlite3_stmt *s, int column, struct domain *out)
{
	const char *text = column_text(s, column);

	return domain_parse(text, strlen(text), out, NULL) == ST_OK;
}

/* What db_each_policy() and db_each_override() have in common: hand on one row, or refuse it. */
typedef bool row_fn(sqlite3_stmt *s, const void *each);

static enum db_outcome
each_row(struct db *db, const char *sql, row_fn *fn, const void *each, struct why *why)
{
	sqlite3_stmt *s = NULL;
	enum db_outcome rc = DB_OK;
	size_t refused = 0;
	int step;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL) != SQLITE_OK)
		return db_fail(db->handle, why);
	while ((step = sqlite3_step(s)) == SQLITE_ROW)
		if (!fn(s, each))
			refused++;
	if (step != SQLITE_DONE)
		rc = db_fail(db->handle, why);
	sqlite3_finalize(s);
	if (refused > 0)
		log_warn(
		    "store: rows-left-out=%zu reason=\"not written by this program\"",
		    refused);
	return rc;
}

struct each_policy {
	store_policy_fn *fn;
	void *arg;
};

static bool
policy_row(sqlite3_stmt *s, const void *arg)
{
	const struct each_policy *each = arg;
	struct domain domain;
	struct stored_policy p = {
		.domain = &domain,
		.id = column_text(s, 1),
		.fetched = (time_t)sqlite3_column_int64(s, 3),
		.expires = (time_t)sqlite3_column_int64(s, 4),
		.used = (time_t)sqlite3_column_int64(s, 5),
	};

	/* In this order, says SQLite; no octets are NULL. */
	p.body = sqlite3_column_blob(s, 2);
	p.len = (size_t)sqlite3_column_bytes(s, 2);
	if (p.len == 0)
		p.body = "";
	if (!column_domain(s, 0, &domain) || strlen(p.id) > STS_ID_MAX ||
	    p.len > STS_BODY_MAX)
		return false;
	each->fn(&p, each->arg);
	return true;
}

enum db_outcome
db_each_policy(struct db *db, store_policy_fn *fn, void *arg, struct why *why)
{
	const struct each_policy each = { fn, arg };

	return each_row(db,
	    "select domain, id, body, fetched, expires, used from policy", policy_row,
	    &each, why);
}

struct each_override {
	store_override_fn *fn;
	void *arg;
};

static bool
override_row(sqlite3_stmt *s, const void *arg)
{
	const struct each_override *each = arg;
	struct domain domain;
	struct stored_override o = {
		.domain = &domain,
		.with_subdomains = sqlite3_column_int(s, 1) != 0,
		.action = column_text(s, 2),
		.reason = column_text(s, 3),
		.created = (time_t)sqlite3_column_int64(s, 4),
		.expires = (time_t)sqlite3_column_int64(s, 5),
	};

	if (!column_domain(s, 0, &domain))
		return false;
	each->fn(&o, each->arg);
	return true;
}

enum db_outcome
db_each_override(struct db *db, store_override_fn *fn, void *arg, struct why *why)
{
	const struct each_override each = { fn, arg };

	return each_row(db,
	    "select domain, with_subdomains, action, reason, created, expires"
	    " from override",
	    override_row, &each, why);
}

/* --- write ------------------------------------------------------------------------------------ */

static const char *const writes[CHANGE_KINDS] = {
	[CHANGE_PUT_POLICY] = "insert or replace into policy"
			      "(domain, id, body, fetched, expires, used)"
			      " values(?1, ?2, ?3, ?4, ?5, ?6)",
	[CHANGE_DROP_POLICY] = "delete from policy where domain = ?1",
	[CHANGE_PUT_OVERRIDE] =
	    "insert or replace into override"
	    "(domain, with_subdomains, action, reason, created, expires)"
	    " values(?1, ?2, ?3, ?4, ?5, ?6)",
	[CHANGE_DROP_OVERRIDE] =
	    "delete from override where domain = ?1 and with_subdomains = ?2",
};

static void
bind_text(sqlite3_stmt *s, int place, const char *text)
{
	sqlite3_bind_text(s, place, text, -1, SQLITE_STATIC);
}

/* A value that could not be bound is NULL, which the tables refuse. */
static void
bind(sqlite3_stmt *s, const struct change *c)
{
	bind_text(s, 1, c->domain.text);
	switch (c->kind) {
	case CHANGE_PUT_POLICY:
		bind_text(s, 2, c->policy.id);
		sqlite3_bind_blob64(s, 3, c->policy.body, c->policy.len, SQLITE_STATIC);
		sqlite3_bind_int64(s, 4, c->policy.fetched);
		sqlite3_bind_int64(s, 5, c->policy.expires);
		sqlite3_bind_int64(s, 6, c->policy.used);
		break;
	case CHANGE_DROP_POLICY:
		break;
	case CHANGE_PUT_OVERRIDE:
		sqlite3_bind_int(s, 2, c->override.with_subdomains);
		bind_text(s, 3, c->override.action);
		bind_text(s, 4, c->override.reason);
		sqlite3_bind_int64(s, 5, c->override.created);
		sqlite3_bind_int64(s, 6, c->override.expires);
		break;
	case CHANGE_DROP_OVERRIDE:
		sqlite3_bind_int(s, 2, c->override.with_subdomains);
		break;
	}
}

static enum db_outcome
write_one(struct db *db, const struct change *c, struct why *why)
{
	sqlite3_stmt **s = &db->writes[c->kind];
	enum db_outcome rc = DB_OK;

	if (*s == NULL && sqlite3_prepare_v3(db->handle, writes[c->kind], -1,
			      SQLITE_PREPARE_PERSISTENT, s, NULL) != SQLITE_OK)
		return db_fail(db->handle, why);
	bind(*s, c);
	if (sqlite3_step(*s) != SQLITE_DONE)
		rc = db_fail(db->handle, why);
	sqlite3_reset(*s);
	sqlite3_clear_bindings(*s); /* they point into the change */
	return rc;
}

enum db_outcome
db_write(struct db *db, const struct list *batch, struct why *why)
{
	const struct list *node;
	enum db_outcome rc;

	rc = db_run(db->handle, "begin immediate", why);
	if (rc != DB_OK)
		return rc;
	for (node = batch->next; rc == DB_OK && node != batch; node = node->next)
		rc = write_one(db, LIST_ITEM(node, struct change, place), why);
	if (rc == DB_OK)
		rc = db_run(db->handle, "commit", why);
	if (rc != DB_OK) /* SQLite may have done so by itself */
		sqlite3_exec(db->handle, "rollback", NULL, NULL, NULL);
	return rc;
}
