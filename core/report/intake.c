/* SPDX-License-Identifier: ISC */
#include "report/intake.h"

#include "base/log.h"
#include "base/mem.h"
#include "report/backlog.h"
#include "report/ids.h"
#include "report/leftover.h"

#define RETRY_MS    1000
#define SLICE_BYTES ((uint64_t)1 << 20)
/* Of memory into the journal at once: a datagram batch, and the note that it is out of the socket. */
#define FLUSH_MAX DATAGRAM_BATCH_MAX

struct intake {
	char *folder;
	struct journal *journal; /* NULL: could not be opened */
	struct backlog backlog;
	bool is_refusing; /* something had no room */
	struct loop_timer *retry;
	struct leftover leftover; /* until the first batch */
	/* Datagrams at the journal's end without JOURNAL_TAKEN: in the socket still, or out of it. */
	bool has_untaken, has_untold;
	struct ids ids;
	uint64_t id_bytes; /* of entries since the ids' generation began */
	intake_fn *fn;
	void *arg;
	loop_fn *on_room;
	void *room_arg;
	bool is_healthy;
	char error[WHY_MAX];
};

/* --- health ---------------------------------------------------------------------------- */

static void
note_health(struct intake *in, enum status rc, const struct why *why)
{
	bool is_healthy = rc == ST_OK;

	if (!is_healthy && in->is_healthy)
		log_err(
		    "journal: status=failing reason=\"%s\" action=\"what cannot wait "
		    "elsewhere waits in memory\"",
		    why->text);
	if (is_healthy && !in->is_healthy)
		log_info("journal: folder=%s status=recovered", in->folder);
	in->is_healthy = is_healthy;
	snprintf(in->error, sizeof(in->error), "%s", is_healthy ? "" : why->text);
}

/* --- what was there before ------------------------------------------------------------------ */

static void
remember_id(struct intake *in, const struct tls_event *event, size_t len)
{
	ids_add(&in->ids, event->source, event->id);
	in->id_bytes += len;
	if (in->id_bytes < JOURNAL_SEGMENT_BYTES)
		return;
	ids_turn(&in->ids);
	in->id_bytes = 0;
}

static void
remember_event(struct intake *in, const struct journal_entry *entry)
{
	struct tls_event event;

	if (tls_event_parse(entry->bytes, entry->len, entry->when, &event, NULL) !=
	    ST_OK)
		return;
	remember_id(in, &event, entry->len);
	tls_event_clear(&event);
}

static void
on_old(const struct journal_entry *entry, void *arg)
{
	struct intake *in = arg;

	switch (entry->kind) {
	case JOURNAL_DATAGRAM:
		leftover_add(&in->leftover, entry->bytes, entry->len);
		break;
	case JOURNAL_EVENT:
		remember_event(in, entry);
		break;
	case JOURNAL_TAKEN:
		leftover_clear(&in->leftover);
		break;
	case JOURNAL_REFUSAL:
	case JOURNAL_SENT:
		break;
	}
}

static enum status
read_recent(struct intake *in, struct journal *journal, struct why *why)
{
	struct journal_position at = journal_recent(journal);
	enum status rc;

	do
		rc = journal_read(journal, &at, SLICE_BYTES, on_old, in, why);
	while (rc == ST_MORE);
	return rc;
}

static enum status
open_journal(struct intake *in, struct why *why)
{
	struct journal *journal;

	if (in->journal != NULL)
		return ST_OK;
	if (journal_open(in->folder, &journal, why) != ST_OK)
		return ST_IO;
	if (read_recent(in, journal, why) != ST_OK) {
		leftover_clear(&in->leftover);
		journal_close(journal);
		return ST_IO;
	}
	in->journal = journal;
	return ST_OK;
}

struct journal *
intake_journal(struct intake *in)
{
	struct why why;

	if (in->journal == NULL)
		note_health(in, open_journal(in, &why), &why);
	return in->journal;
}

/* --- append -------------------------------------------------------------------------------------- */

static enum status
append(struct intake *in, struct journal_entry *entries, size_t count, struct why *why)
{
	uint64_t ids[JOURNAL_BATCH_MAX];
	enum status rc = open_journal(in, why);
	size_t i;

	if (rc == ST_OK)
		rc = journal_append(in->journal, entries, count, ids, why);
	note_health(in, rc, why);
	for (i = 0; rc == ST_OK && i < count; i++)
		entries[i].id = ids[i];
	return rc;
}

/* JOURNAL_TAKEN for datagrams that are out of the socket, but the disk did not take it. */
static enum status
tell_taken(struct intake *in, time_t when, struct why *why)
{
	struct journal_entry taken = { .kind = JOURNAL_TAKEN, .when = when };

	if (!in->has_untold)
		return ST_OK;
	if (append(in, &taken, 1, why) != ST_OK)
		return ST_IO;
	in->has_untold = false;
	return ST_OK;
}

void
intake_note_taken(struct intake *in, time_t now)
{
	struct why why;

	if (!in->has_untaken)
		return;
	in->has_untaken = false;
	in->has_untold = true;
	if (tell_taken(in, now, &why) != ST_OK)
		loop_timer_set(in->retry, RETRY_MS);
}

static enum intake_place
keep(struct intake *in, const struct journal_entry *entries, size_t count)
{
	if (in->backlog.count == 0)
		loop_timer_set(in->retry, RETRY_MS);
	if (backlog_put(&in->backlog, entries, count))
		return INTAKE_MEMORY;
	in->is_refusing = true;
	return INTAKE_NOWHERE;
}

enum intake_place
intake_put(struct intake *in, struct journal_entry *entries, size_t count)
{
	struct why why;

	if (count == 0)
		return INTAKE_JOURNAL;
	if (in->backlog.count > 0 || tell_taken(in, entries[0].when, &why) != ST_OK ||
	    append(in, entries, count, &why) != ST_OK)
		return keep(in, entries, count);
	if (entries[0].kind == JOURNAL_DATAGRAM)
		in->has_untaken = true;
	return INTAKE_JOURNAL;
}

size_t
intake_known(struct intake *in, const struct datagram *batch, size_t count)
{
	size_t known;

	if (intake_journal(in) == NULL)
		return 0;
	known = leftover_match(&in->leftover, batch, count);
	if (known > 0)
		log_info(
		    "events: datagrams=%zu action=\"passed over, they were accepted "
		    "before the restart\"",
		    known);
	if (in->leftover.count > 0)
		in->has_untaken = true;
	leftover_clear(&in->leftover);
	return known;
}

bool
intake_has(struct intake *in, const struct tls_event *event)
{
	return intake_journal(in) != NULL &&
	       ids_has(&in->ids, event->source, event->id);
}

enum status
intake_append(struct intake *in, struct journal_entry *entry,
    const struct tls_event *event, struct why *why)
{
	if (in->backlog.count > 0) {
		why_set(why, "%s", in->error);
		return ST_IO;
	}
	if (append(in, entry, 1, why) != ST_OK)
		return ST_IO;
	remember_id(in, event, entry->len);
	return ST_OK;
}

/* --- out of memory, into the journal ------------------------------------------------------------- */

/* They left the socket long ago. */
static enum status
flush_some(struct intake *in, struct why *why)
{
	struct journal_entry entries[FLUSH_MAX + 1];
	size_t n = backlog_look(&in->backlog, entries, FLUSH_MAX);

	entries[n] = (struct journal_entry){ .kind = JOURNAL_TAKEN,
		.when = entries[n - 1].when };
	if (append(in, entries, n + 1, why) != ST_OK)
		return ST_IO;
	in->has_untold = false;
	in->fn(entries, n, in->arg);
	backlog_drop(&in->backlog, n);
	return ST_OK;
}

static void
tell_room(struct intake *in)
{
	if (!in->is_refusing)
		return;
	in->is_refusing = false;
	if (in->on_room != NULL)
		in->on_room(in->room_arg);
}

/* A part in each turn: others have business in the loop, too. */
static void
on_retry(void *arg)
{
	struct intake *in = arg;
	struct why why;
	enum status rc = in->backlog.count > 0 ? flush_some(in, &why)
					       : tell_taken(in, loop_time(), &why);

	if (rc != ST_OK || in->backlog.count > 0)
		loop_timer_set(in->retry, rc == ST_OK ? 0 : RETRY_MS);
	else
		tell_room(in);
}

void
intake_retry(struct intake *in)
{
	struct why why;

	while (in->backlog.count > 0 && flush_some(in, &why) == ST_OK)
		continue;
}

/* --- coming and going ---------------------------------------------------------------------------- */

struct intake *
intake_new(const char *folder, intake_fn *fn, void *arg)
{
	struct intake *in = xcalloc(1, sizeof(*in));

	in->folder = xstrdup(folder);
	in->fn = fn;
	in->arg = arg;
	in->is_healthy = true;
	backlog_init(&in->backlog);
	ids_init(&in->ids);
	in->retry = loop_timer_new(on_retry, in);
	return in;
}

void
intake_free(struct intake *in)
{
	if (in == NULL)
		return;
	if (in->backlog.count > 0)
		log_err("events: in-memory=%zu action=\"lost: the journal could not be "
			"written\" reason=\"%s\"",
		    in->backlog.count, in->error);
	journal_close(in->journal);
	backlog_clear(&in->backlog);
	leftover_clear(&in->leftover);
	ids_clear(&in->ids);
	loop_timer_free(in->retry);
	free(in->folder);
	free(in);
}

void
intake_on_room(struct intake *in, loop_fn *on_room, void *arg)
{
	in->on_room = on_room;
	in->room_arg = arg;
}

void
intake_status(const struct intake *in, struct account_status *out)
{
	out->in_memory = in->backlog.count;
	out->is_journal_healthy = in->is_healthy;
	memcpy(out->error, in->error, sizeof(out->error));
}
