/* SPDX-License-Identifier: ISC */
#include "store/reader.h"

#include "base/log.h"

static unsigned
current_generation(const struct reader *r)
{
	return r->writer != NULL ? writer_generation(r->writer) : 0;
}

enum db_outcome
reader_open(struct reader *r, struct db **out, struct why *why)
{
	unsigned generation = current_generation(r);
	enum db_outcome rc = DB_OK;

	*out = NULL;
	if (r->users++ == 0 && (r->is_broken || r->generation != generation))
		reader_close(r);
	if (r->db == NULL) {
		r->generation = generation;
		rc = db_open(r->folder, DB_READ, &r->db, why);
	}
	*out = r->db;
	return rc;
}

enum status
reader_end(struct reader *r, enum db_outcome rc, const struct why *why)
{
	r->users--;
	if (rc == DB_OK) {
		r->is_failing = false;
		return ST_OK;
	}
	if (rc == DB_STOPPED)
		return ST_TOO_BIG;
	r->is_broken = true;
	if (rc == DB_DAMAGED && r->writer != NULL)
		writer_replace(r->writer, r->generation, why);
	if (!r->is_failing)
		log_err("store: folder=%s status=unreadable reason=\"%s\"", r->folder,
		    why->text);
	r->is_failing = true;
	return ST_IO;
}

void
reader_close(struct reader *r)
{
	db_close(r->db);
	r->db = NULL;
	r->is_broken = false;
}
