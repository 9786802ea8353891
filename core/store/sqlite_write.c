/* SPDX-License-Identifier: ISC */
#include "store/sqlite_db.h"

/* What a kind of change does inside the transaction. */
static db_write_fn *const writes[CHANGE_KINDS] = {
	[CHANGE_PUT_POLICY] = db_put_policy,
	[CHANGE_DROP_POLICY] = db_drop_policy,
	[CHANGE_PUT_OVERRIDE] = db_put_override,
	[CHANGE_DROP_OVERRIDE] = db_drop_override,
	[CHANGE_PUT_WATCH] = db_put_watch,
	[CHANGE_DROP_WATCH] = db_drop_watch,
	[CHANGE_MERGE] = db_merge,
	[CHANGE_PUT_REPORT] = db_put_report,
	[CHANGE_PUT_SENDING] = db_put_sending,
	[CHANGE_PUT_SENT] = db_put_sent,
	[CHANGE_RESEND] = db_resend,
	[CHANGE_PUT_RECEIVED] = db_put_received,
	[CHANGE_FORGET] = db_forget,
	[CHANGE_BARRIER] = NULL,
};

/* Of a report that still is to be sent nothing goes. */
static const char forget_sendings[] =
    "delete from sending where report in (select number from report where day < ?1"
    " and not exists (select 1 from sending as other"
    " where other.report = report.number and other.state = 'waiting'))";
static const char forget_reports[] =
    "delete from report where day < ?1"
    " and not exists (select 1 from sending where sending.report = report.number)";

static const char *const forget[] = {
	"delete from tally_day where day < ?1",
	"delete from tally_result where day < ?1",
	"delete from tally_domain where day < ?1",
	"delete from tally_policy where day < ?1",
	"delete from tally_detail where day < ?1",
	"delete from tally_record where day < ?1",
	"delete from tally_inbound where day < ?1",
	forget_sendings,
	forget_reports, /* those without sendings by now */
	"delete from received where arrived < ?1",
};

enum db_outcome
db_forget(struct db *db, struct change *c, struct why *why)
{
	enum db_outcome rc = DB_OK;
	size_t i;

	for (i = 0; rc == DB_OK && i < COUNT_OF(forget); i++)
		rc = db_do(db, forget[i], VALUES(db_number(c->day)), why);
	return rc;
}

static struct change *
change_at(const struct list *node)
{
	return LIST_ITEM(node, struct change, place);
}

static enum db_outcome
write_all(struct db *db, const struct list *batch, struct why *why)
{
	const struct list *node;
	enum db_outcome rc = DB_OK;

	for (node = batch->next; rc == DB_OK && node != batch; node = node->next) {
		struct change *c = change_at(node);

		if (writes[c->kind] != NULL)
			rc = writes[c->kind](db, c, why);
	}
	return rc;
}

/* Whether somebody is going to rely on its being on the disk: what it was made from is deleted next. */
static bool
is_durable(const struct list *batch)
{
	const struct list *node;

	for (node = batch->next; node != batch; node = node->next) {
		const struct change *c = change_at(node);

		if (c->kind == CHANGE_PUT_RECEIVED ||
		    (c->kind == CHANGE_MERGE && c->merge.merge.is_durable))
			return true;
	}
	return false;
}

static enum db_outcome
write_once(struct db *db, const struct list *batch, struct why *why)
{
	enum db_outcome rc = db_run(db->handle, "begin immediate", why);

	if (rc != DB_OK)
		return rc;
	rc = write_all(db, batch, why);
	if (rc == DB_OK)
		rc = db_run(db->handle, "commit", why);
	if (rc != DB_OK) /* SQLite may have done so by itself */
		sqlite3_exec(db->handle, "rollback", NULL, NULL, NULL);
	return rc;
}

/* In KiB: a day of many domains is written all over.  Not before, as what is read at a start is read once. */
static void
widen_cache(struct db *db)
{
	if (!db->has_wide_cache)
		sqlite3_exec(
		    db->handle, "pragma cache_size = -32768", NULL, NULL, NULL);
	db->has_wide_cache = true;
}

enum db_outcome
db_write(struct db *db, const struct list *batch, struct why *why)
{
	enum db_outcome rc;

	widen_cache(db);
	if (!is_durable(batch))
		return write_once(db, batch, why);
	rc = db_run(db->handle, "pragma synchronous = full", why);
	if (rc == DB_OK)
		rc = write_once(db, batch, why);
	/* Should this fail, later commits are slower, and this one has happened. */
	sqlite3_exec(db->handle, "pragma synchronous = normal", NULL, NULL, NULL);
	return rc;
}
