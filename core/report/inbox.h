/*
 * Reports that others mail to us: watched for, taken in.  SPDX-License-Identifier: ISC
 *
 * A thread of its own looks into the folder (report/inbox_folder.h): unpacking what strangers send may take a second,
 * and the loop has none.  It shares with the loop what stands under one lock, and puts into the store as everybody does.
 */
#ifndef HOPSEAL_REPORT_INBOX_H
#define HOPSEAL_REPORT_INBOX_H

#include "report/inbox_folder.h"

#define INBOX_FOLDER   "inbox" /* in the state folder */
#define INBOX_EVERY_MS 60000

struct inbox;

/*
 * Make the folder, and look every INBOX_EVERY_MS once there is a store.  A thread that cannot be started is logged: then
 * files wait for our successor.
 */
struct inbox *inbox_start(const char *state_folder);

/* The store, when it can be had; once.  Borrowed. */
void inbox_use_store(struct inbox *inbox, struct store *store);

/* Somebody has put a file there.  False: nobody can take it now, and it waits. */
bool inbox_wake(struct inbox *inbox);

/* What is half done is, after a restart, begun anew.  NULL is fine. */
void inbox_stop(struct inbox *inbox);

void inbox_counts(struct inbox *inbox, struct inbox_counts *out);

#endif
