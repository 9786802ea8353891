/*
 * What is said of domains whose mail has to wait.  SPDX-License-Identifier: ISC
 *
 * A line when it begins and one when it is over; between them nothing, however many
 * messages wait, but for demands of the operator's own: every deferral that a mandatory policy causes
 * is told (RFC 7672, section 6; conformance MAND-02).
 */
#ifndef HOPSEAL_DAEMON_DEFERRALS_H
#define HOPSEAL_DAEMON_DEFERRALS_H

#include <stdint.h>

#include "wire/answer.h"

#define DEFERRALS_MAX 4096 /* remembered; two domains in one slot are told more often */

/* Starts as zeros. */
struct deferrals {
	unsigned waiting; /* slots in use */
	struct {
		uint64_t domain; /* hash; 0: free */
		uint64_t times;
	} slots[DEFERRALS_MAX];
};

/*
 * Look at an answer that goes out to an MTA that is about to deliver, and at the words of a reply TEMP, else NULL: its
 * dialect may defer what the verdict does not.  Costs nearly nothing as long as no mail waits.
 */
void deferrals_see(
    struct deferrals *deferrals, const struct answer *answer, const char *temp);

#endif
