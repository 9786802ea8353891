/*
 * One write that waits for the database.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_STORE_CHANGE_H
#define HOPSEAL_STORE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "base/map.h"
#include "store/store.h"

enum change_kind {
	CHANGE_PUT_POLICY,
	CHANGE_DROP_POLICY,
	CHANGE_PUT_OVERRIDE,
	CHANGE_DROP_OVERRIDE,
};

#define CHANGE_KINDS (CHANGE_DROP_OVERRIDE + 1)

/* Owns all that it holds, in one allocation. */
struct change {
	struct list place;    /* in a queue or a batch */
	struct map_link link; /* in a queue */
	enum change_kind kind;
	size_t bytes; /* of the allocation */
	struct domain domain;
	union { /* dropping uses the key only: domain, with_subdomains */
		struct stored_policy policy;
		struct stored_override override;
	};
	char text[];
};

/* Copies of what they are given; freed with free(). */
MUST_CHECK struct change *change_put_policy(const struct stored_policy *policy);
MUST_CHECK struct change *change_drop_policy(const struct domain *domain);
MUST_CHECK struct change *change_put_override(const struct stored_override *override);
MUST_CHECK struct change *change_drop_override(
    const struct domain *domain, bool with_subdomains);

/* Whether both are about the same row, so that the later one makes the earlier one void. */
bool change_is_same_row(const struct change *a, const struct change *b);

#endif
