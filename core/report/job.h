/*
 * One destination of one report, while the delivery deals with it.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_JOB_H
#define HOPSEAL_REPORT_JOB_H

#include "base/list.h"
#include "base/map.h"
#include "report/attempt.h"
#include "report/hosts.h"
#include "store/outbox.h"

struct job {
	struct map_link link; /* by its number */
	struct list node;     /* among those whose outcome is not written yet */
	struct berth berth;
	struct stored_sending sending; /* its texts are the job's own */
	struct rua rua;
	struct attempt *attempt; /* NULL: waits, or is over */
	uint64_t question;       /* of commits.h, about its outcome */
	void *owner;
};

/* From a row of the outbox; never NULL. */
struct job *job_new(const struct stored_sending *row, void *owner);
void job_free(struct job *job); /* what is under way is cancelled */

/* An attempt begins now, and was refused or accepted: states, times and detail follow from that, and a line in the log. */
void job_begin(struct job *job, time_t now);
void job_end(struct job *job, const struct attempt_answer *answer);

/* It cannot be tried at all. */
void job_give_up(struct job *job, const char *reason);

#endif
