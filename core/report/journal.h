/*
 * What was accepted, on disk before anybody is told so.  SPDX-License-Identifier: ISC
 *
 * Append-only files "events.N" in the state folder, one write per batch.  A record is framed with its length and a
 * checksum; a file cut in the middle of one ends at the last whole one.  The ledger's transactions carry the position up
 * to which everything is counted; a start goes on from there.
 */
#ifndef HOPSEAL_REPORT_JOURNAL_H
#define HOPSEAL_REPORT_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/status.h"
#include "store/tally.h"

#define JOURNAL_SEGMENT_BYTES ((uint64_t)64 << 20)

/* Numbers are on disk: never change one. */
enum journal_kind {
	JOURNAL_DATAGRAM = 1, /* of libtlsrpt */
	JOURNAL_EVENT = 2,    /* JSON of an adapter */
	JOURNAL_REFUSAL = 3,  /* of ours, already judged */
	JOURNAL_TAKEN = 4, /* all datagrams before it are out of the socket; no bytes */
	JOURNAL_SENT = 5,  /* a destination has acknowledged a report: its number */
};

struct journal_entry {
	enum journal_kind kind;
	time_t when; /* accepted */
	const void *bytes;
	size_t len;
	uint64_t id; /* reading: unique for ever; appending: not used */
};

struct journal;

/* Open for appending, in a new segment, which is made by the first append.  ST_OK, or ST_IO: no such folder. */
MUST_CHECK enum status journal_open(
    const char *folder, struct journal **out, struct why *why);
void journal_close(struct journal *journal);

/*
 * Append all or nothing, in one write; count is at most JOURNAL_BATCH_MAX, their bytes at most 1 MiB each.  ids: where
 * their numbers go; NULL: nowhere.  ST_OK, or ST_IO with why: then what was written of it is cut off, or, where even
 * that fails, left in a segment that is not used again.
 */
#define JOURNAL_BATCH_MAX 128
MUST_CHECK enum status journal_append(struct journal *journal,
    const struct journal_entry *entries, size_t count, uint64_t *ids, struct why *why);

/* The end of what was appended. */
struct journal_position journal_end(const struct journal *journal);

/* A descriptor of the current segment, for fdatasync(); valid until it is closed by the caller. -1: none, or error. */
int journal_dup(const struct journal *journal);

/*
 * Read from a position (segment 0: the oldest there is) up to the end, in order; about max_bytes, then stop.  *at goes along.  fn borrows the
 * entry.  A damaged record ends its segment, with a line at level err that names file and place; one that a crash has cut
 * off, with one at level info.  Reading goes on with the next segment.  ST_OK: *at is the end; ST_MORE: there is more; ST_IO.
 */
typedef void journal_fn(const struct journal_entry *entry, void *arg);
MUST_CHECK enum status journal_read(struct journal *journal,
    struct journal_position *at, uint64_t max_bytes, journal_fn *fn, void *arg,
    struct why *why);

/*
 * Where the newest part begins that is kept in any case, for the ids in it: whole segments, together at most about two
 * JOURNAL_SEGMENT_BYTES and JOURNAL_RECENT_MAX.
 */
#define JOURNAL_RECENT_MAX 8
struct journal_position journal_recent(const struct journal *journal);

/* Delete whole segments before this position, but nothing recent. */
void journal_forget(struct journal *journal, const struct journal_position *before);

#endif
