/* SPDX-License-Identifier: ISC */
#include "store/overview.h"

#include "store/store_parts.h"

const char *
overview_part_word(enum overview_part part)
{
	static const char *const words[] = {
#define X(name, word) [name] = word,
		OVERVIEW_PARTS(X)
#undef X
	};

	return words[part];
}

enum status
store_each_overview(struct store *store, const struct overview_filter *filter,
    enum overview_part part, size_t max, store_overview_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_overview(db, filter, part, max, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}
