/* SPDX-License-Identifier: ISC */
#include "store/received.h"

#include "store/store_parts.h"

void
store_put_received(struct store *store, const struct stored_received *received)
{
	store_put(store, change_put_received(received));
}

enum status
store_each_received(struct store *store, const struct received_filter *filter,
    size_t max, store_received_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_received(db, filter, max, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_show_received(
    struct store *store, uint64_t number, store_received_fn *fn, void *arg)
{
	bool is_found = false;
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_show_received(db, number, fn, arg, &is_found, &why);
	if (reader_end(&store->reader, rc, &why) != ST_OK)
		return ST_IO;
	return is_found ? ST_OK : ST_NOTFOUND;
}

enum status
store_each_received_sender(struct store *store, const struct received_filter *filter,
    size_t max, store_sender_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_received_sender(db, filter, max, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_each_received_policy(struct store *store, const struct received_filter *filter,
    size_t max, store_received_policy_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_received_policy(db, filter, max, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_each_received_failure(struct store *store, const struct received_filter *filter,
    size_t max, store_received_failure_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_received_failure(db, filter, max, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_received_sums(struct store *store, struct received_sums *out)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_received_sums(db, out, &why);
	return reader_end(&store->reader, rc, &why);
}
