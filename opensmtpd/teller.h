/*
 * Events on their way to the daemon.  SPDX-License-Identifier: ISC
 *
 * As client_tell(), without waiting: an event is acknowledged, or it is kept in the spool.  Bounded: where more wait than
 * there is room for, the next one is spooled at once.
 */
#ifndef HOPSEAL_OPENSMTPD_TELLER_H
#define HOPSEAL_OPENSMTPD_TELLER_H

#include "client/flow.h"

#define TELLER_MAX         16   /* told at once */
#define TELLER_WAITING_MAX 2048 /* behind them */
#define TELLER_WAIT_MS     1000 /* for the daemon's acknowledgement */
/* A spool that others hold is let alone for so long; each attempt may take SPOOL_LOCK_MS. */
#define TELLER_SPOOL_PAUSE_MS 10000

struct told {
	struct flow flow; /* idle: free */
	char *json;
};

struct teller {
	const struct place *place;
	const char *spool;
	struct told told[TELLER_MAX];
	char *waiting[TELLER_WAITING_MAX]; /* a ring */
	size_t first, count;
	int64_t spool_again_ms;
	unsigned long long spooled, refused, lost;
	struct why fault; /* why, of the last one of these */
};

/* Both are borrowed. */
void teller_init(struct teller *teller, const struct place *place, const char *spool);

void teller_take(struct teller *teller, const char *json, int64_t now_ms);

/* As prefetch_poll() and prefetch_step(): TELLER_MAX. */
int64_t teller_poll(const struct teller *teller, struct pollfd *fds);
void teller_step(struct teller *teller, const struct pollfd *fds, int64_t now_ms);

/* Spool all that is not acknowledged; it counts once, by its id. */
void teller_clear(struct teller *teller, int64_t now_ms);

#endif
