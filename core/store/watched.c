/* SPDX-License-Identifier: ISC */
#include "store/watched.h"

#include "store/store_parts.h"

void
store_put_watch(struct store *store, const struct stored_watch *watch)
{
	store_put(store, change_put_watch(watch));
}

void
store_drop_watch(struct store *store, const struct domain *domain)
{
	store_put(store, change_drop_watch(domain));
}

enum status
store_each_watch(struct store *store, store_watch_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_watch(db, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_each_finding(struct store *store, store_finding_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_finding(db, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}
