/*
 * What adapters kept while we were away.  SPDX-License-Identifier: ISC
 *
 * Every file (wire/spool_file.h) is renamed aside under its lock, its events are taken in their order, and it is
 * removed.  A crash in between offers them again: their ids make them count once.
 */
#ifndef HOPSEAL_REPORT_SPOOL_IN_H
#define HOPSEAL_REPORT_SPOOL_IN_H

#include <stddef.h>
#include <stdint.h>

#include "report/account.h"

#define SPOOL_IN_EVERY_MS 5000
#define SPOOL_IN_SLICE    256 /* events of one turn of the loop */

struct spool_in;

/*
 * Begin, in the next turn of the loop, with what is there; then look every SPOOL_IN_EVERY_MS.
 *
 * paths    copied
 * account  borrowed; while it answers ST_IO nothing more is offered until the next look
 *
 * A file is taken only if it is regular, has one name and no symbolic link leads to it.  Who may write into its folder
 * is trusted; where everybody may, only root's files and our own are taken.  One that is refused gives one line at level
 * warn, until it is another way.
 */
struct spool_in *spool_in_start(
    struct account *account, const char *const *paths, size_t count);
void spool_in_stop(struct spool_in *in); /* NULL is fine; goes on at the next start */

struct spool_in_status {
	uint64_t taken;   /* events */
	uint64_t refused; /* events that are none */
	uint64_t damaged; /* places in files */
};
void spool_in_status(const struct spool_in *in, struct spool_in_status *out);

#endif
