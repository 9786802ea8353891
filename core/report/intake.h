/*
 * Into the journal, each only once.  SPDX-License-Identifier: ISC
 *
 * While the disk takes nothing, what cannot be refused waits in memory; what was there before a crash, and comes
 * again, is recognised.
 */
#ifndef HOPSEAL_REPORT_INTAKE_H
#define HOPSEAL_REPORT_INTAKE_H

#include "net/datagram.h"
#include "report/account.h"

struct intake;

/* These came out of memory into the journal; they have their ids. */
typedef void intake_fn(const struct journal_entry *entries, size_t count, void *arg);

struct intake *intake_new(const char *folder, intake_fn *fn, void *arg);
void intake_free(struct intake *intake); /* NULL is fine */
void intake_on_room(struct intake *intake, loop_fn *on_room, void *arg);

/* NULL while it cannot be opened. */
struct journal *intake_journal(struct intake *intake);

enum intake_place {
	INTAKE_JOURNAL, /* ids are set */
	INTAKE_MEMORY,  /* fn is called when they are in the journal */
	INTAKE_NOWHERE, /* no room; on_room is called when there is some */
};

/* Append them, or keep copies; at most DATAGRAM_BATCH_MAX. */
enum intake_place intake_put(
    struct intake *intake, struct journal_entry *entries, size_t count);

/* Of a batch, how many of the first ones are in the journal from an earlier life.  To be asked for each batch. */
size_t intake_known(struct intake *intake, const struct datagram *batch, size_t count);

/* All datagrams that are in the journal are out of the socket. */
void intake_note_taken(struct intake *intake, time_t now);

/* Append an adapter's event, its id is set.  ST_OK; ST_IO with why: not now. */
MUST_CHECK enum status intake_append(struct intake *intake, struct journal_entry *entry,
    const struct tls_event *event, struct why *why);

/* Whether this event is in the journal, under its sender's id. */
bool intake_has(struct intake *intake, const struct tls_event *event);

/* Try the disk again, now. */
void intake_retry(struct intake *intake);

/* Fills in_memory, is_journal_healthy and error. */
void intake_status(const struct intake *intake, struct account_status *out);

#endif
