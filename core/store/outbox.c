/* SPDX-License-Identifier: ISC */
#include "store/outbox.h"

#include "store/store_parts.h"

static const char *const words[] = {
#define X(name, word) [name] = word,
	SENDING_STATES(X)
#undef X
};

const char *
sending_state_word(enum sending_state state)
{
	return words[state];
}

enum status
sending_state_parse(const char *word, enum sending_state *out)
{
	size_t i;

	for (i = 0; i < COUNT_OF(words); i++)
		if (strcmp(words[i], word) == 0) {
			*out = (enum sending_state)i;
			return ST_OK;
		}
	return ST_UNKNOWN;
}

/* --- writing -------------------------------------------------------------------------------------- */

void
store_put_report(struct store *store, const struct stored_report *report,
    const char *const *uris, const time_t *next, size_t count)
{
	store_put(store, change_put_report(report, uris, next, count));
}

void
store_put_sending(struct store *store, const struct stored_sending *sending)
{
	store_put(store, change_put_sending(sending));
}

void
store_put_sent(struct store *store, uint64_t id, time_t when)
{
	store_put(store, change_put_sent(id, when));
}

void
store_resend(struct store *store, const char *report_id, time_t next)
{
	store_put(store, change_resend(report_id, next));
}

/* --- reading -------------------------------------------------------------------------------------- */

enum status
store_each_due(
    struct store *store, time_t now, size_t max, store_sending_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_due(db, now, max, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_next_due(struct store *store, time_t *out)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_next_due(db, out, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_show_report(struct store *store, const char *id, store_report_fn *fn, void *arg)
{
	bool is_found = false;
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_show_report(db, id, fn, arg, &is_found, &why);
	if (reader_end(&store->reader, rc, &why) != ST_OK)
		return ST_IO;
	return is_found ? ST_OK : ST_NOTFOUND;
}

enum status
store_each_report(struct store *store, const char *domain, time_t day, size_t max,
    store_report_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_report(db, domain, day, max, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_each_sending(
    struct store *store, const char *report_id, store_sending_fn *fn, void *arg)
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_each_sending(db, report_id, fn, arg, &why);
	return reader_end(&store->reader, rc, &why);
}

enum status
store_count_sendings(struct store *store, uint64_t counts[SENDING_GIVEN_UP + 1])
{
	struct why why;
	struct db *db;
	enum db_outcome rc = reader_open(&store->reader, &db, &why);

	if (rc == DB_OK)
		rc = db_count_sendings(db, counts, &why);
	return reader_end(&store->reader, rc, &why);
}
