/* SPDX-License-Identifier: ISC */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/store_parts.h"

/* --- open and close --------------------------------------------------------------------------- */

static enum status
check_folder(const char *folder, struct why *why)
{
	struct stat st;

	if (stat(folder, &st) == -1) {
		why_set(why, "%s: %s", folder, strerror(errno));
		return ST_IO;
	}
	if (!S_ISDIR(st.st_mode)) {
		why_set(why, "%s: %s", folder, strerror(ENOTDIR));
		return ST_IO;
	}
	return ST_OK;
}

static struct store *
store_new(const char *folder, struct writer *writer)
{
	struct store *s = xcalloc(1, sizeof(*s));

	s->folder = xstrdup(folder);
	s->writer = writer;
	s->reader.folder = s->folder;
	s->reader.writer = writer;
	return s;
}

enum status
store_open(const char *folder, struct store **out, struct why *why)
{
	struct writer *writer;

	*out = NULL;
	if (check_folder(folder, why) != ST_OK ||
	    writer_open(folder, &writer, why) != ST_OK)
		return ST_IO;
	*out = store_new(folder, writer);
	return ST_OK;
}

enum status
store_open_readonly(const char *folder, struct store **out, struct why *why)
{
	struct why fault = { "" };
	enum db_outcome rc;
	struct store *s;
	struct db *db;

	*out = NULL;
	if (check_folder(folder, why) != ST_OK)
		return ST_IO;
	s = store_new(folder, NULL);
	rc = reader_open(&s->reader, &db, &fault);
	if (rc != DB_OK) {
		why_set(why, "%s: %s", folder, fault.text);
		store_close(s);
		return ST_IO;
	}
	*out = s;
	return reader_end(&s->reader, rc, &fault);
}

enum status
store_start(struct store *store, struct why *why)
{
	assert(store->writer != NULL);
	return writer_start(store->writer, why);
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	reader_close(&store->reader); /* so that the writer, as the last, tidies up */
	writer_close(store->writer);
	free(store->folder);
	free(store);
}

/* --- policies and overrides --------------------------------------------------------------------- */

/* The connection for reading at the start: the writer's own, which also works on a full disk. */
static struct db *
first_db(struct store *s)
{
	return s->writer != NULL ? writer_db(s->writer) : s->reader.db;
}

static enum status
status_of(const struct store *s, enum db_outcome rc, const struct why *why)
{
	if (rc == DB_OK)
		return ST_OK;
	log_err(
	    "store: folder=%s status=unreadable reason=\"%s\"", s->folder, why->text);
	return ST_IO;
}

enum status
store_each_policy(struct store *store, store_policy_fn *fn, void *arg)
{
	struct db *db = first_db(store);
	struct why why;

	if (db == NULL)
		return ST_OK;
	return status_of(store, db_each_policy(db, fn, arg, &why), &why);
}

enum status
store_each_override(struct store *store, store_override_fn *fn, void *arg)
{
	struct db *db = first_db(store);
	struct why why;

	if (db == NULL)
		return ST_OK;
	return status_of(store, db_each_override(db, fn, arg, &why), &why);
}

void
store_put_policy(struct store *store, const struct stored_policy *policy)
{
	store_put(store, change_put_policy(policy));
}

void
store_drop_policy(struct store *store, const struct domain *domain)
{
	store_put(store, change_drop_policy(domain));
}

void
store_put_override(struct store *store, const struct stored_override *override)
{
	store_put(store, change_put_override(override));
}

void
store_drop_override(
    struct store *store, const struct domain *domain, bool with_subdomains)
{
	store_put(store, change_drop_override(domain, with_subdomains));
}

/* --- the queue ---------------------------------------------------------------------------------- */

void
store_put(struct store *store, struct change *change)
{
	if (store->writer != NULL)
		writer_put(store->writer, change);
	else
		free(change);
}

void
store_when_written(struct store *store, store_done_fn *done, void *arg)
{
	store_put(store, change_barrier(done, arg));
}

bool
store_is_busy(struct store *store)
{
	return store->writer != NULL && writer_is_busy(store->writer);
}

void
store_state(struct store *store, struct store_state *out)
{
	*out = (struct store_state){ .is_healthy = true };
	if (store->writer != NULL)
		writer_state(store->writer, out);
}

bool
store_flush(struct store *store)
{
	return store->writer != NULL && writer_flush(store->writer);
}
