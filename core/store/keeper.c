/* SPDX-License-Identifier: ISC */
#include "store/keeper.h"

#include "base/log.h"
#include "base/mem.h"

void
keeper_init(struct keeper *k, const char *folder)
{
	*k = (struct keeper){ .folder = xstrdup(folder) };
}

static void
close_db(struct keeper *k)
{
	db_close(k->db);
	k->db = NULL;
}

void
keeper_clear(struct keeper *k)
{
	close_db(k);
	free(k->folder);
}

/* Replace a damaged database by an empty one. */
static enum db_outcome
start_anew(struct keeper *k, struct why *why)
{
	struct why name;

	close_db(k);
	if (db_set_aside(k->folder, &name) != ST_OK) {
		*why = name;
		return DB_FAILED;
	}
	log_err(
	    "store: folder=%s status=damaged reason=\"%s\" moved-to=%s "
	    "action=\"starting with an empty one: overrides, counts of days not yet "
	    "reported and reports not yet sent are only in the file set aside\"",
	    k->folder, why->text, name.text);
	k->generation++;
	return db_open(k->folder, DB_WRITE, &k->db, why);
}

static enum db_outcome
open_or_replace(struct keeper *k, struct why *why)
{
	enum db_outcome rc = db_open(k->folder, DB_WRITE, &k->db, why);

	return rc == DB_DAMAGED ? start_anew(k, why) : rc;
}

enum db_outcome
keeper_open(struct keeper *k, struct why *why)
{
	enum db_outcome rc = open_or_replace(k, why);

	if (rc == DB_OK && db_check(k->db, why) == DB_DAMAGED)
		rc = start_anew(k, why);
	return rc;
}

enum db_outcome
keeper_write(
    struct keeper *k, enum db_outcome known, const struct list *batch, struct why *why)
{
	enum db_outcome rc = known;

	if (k->db != NULL && db_is_alone(k->db))
		close_db(k);
	if (rc == DB_OK && k->db == NULL)
		rc = open_or_replace(k, why);
	if (rc == DB_OK)
		rc = db_write(k->db, batch, why);
	if (rc == DB_DAMAGED) {
		rc = start_anew(k, why);
		if (rc == DB_OK)
			rc = db_write(k->db, batch, why);
	}
	if (rc != DB_OK)
		close_db(k);
	return rc;
}
