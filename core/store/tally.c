/* SPDX-License-Identifier: ISC */
#include "store/tally.h"

#include "store/store_parts.h"

void
store_merge(
    struct store *store, const struct merge *merge, store_done_fn *done, void *arg)
{
	store_put(store, change_merge(merge, done, arg));
}

void
store_merge_cancel(struct store *store)
{
	if (store->writer != NULL)
		writer_cancel_merge(store->writer);
}

void
store_forget_before(struct store *store, time_t day)
{
	store_put(store, change_forget(day));
}

enum status
store_journal_position(struct store *store, struct journal_position *out)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_journal_position(db, out, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_each_waiting(struct store *store, store_waiting_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_waiting(db, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_each_tally(
    struct store *store, time_t day, const char *domain, store_tally_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_tally(db, day, domain, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_each_day(struct store *store, time_t day, const char *after, size_t max,
    bool only_open, store_day_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_day(db, day, after, max, only_open, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_each_worst(
    struct store *store, time_t day, size_t max, store_day_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_worst(db, day, max, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_open_day(struct store *store, time_t from, time_t before, time_t *out)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_open_day(db, from, before, out, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_day_sums(struct store *store, time_t day, struct tally_sums *out)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_day_sums(db, day, out, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_each_inbound(
    struct store *store, time_t from, time_t to, store_inbound_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_inbound(db, from, to, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}
