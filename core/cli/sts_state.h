/*
 * What this machine remembers of a domain's policies (publish/sts_history.h).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_STS_STATE_H
#define HOPSEAL_CLI_STS_STATE_H

#include "cli/domain_look.h"
#include "publish/sts_history.h"

/*
 * Read what is remembered, add what was seen now, and write it back.
 *
 * path     as of memory_file_open()
 * wanted   that is to be served; NULL: it was not said
 * *out     with what was seen now
 *
 * False: it cannot be read or kept, complained about.
 */
MUST_CHECK bool sts_state_update(const char *path, const struct domain_look *seen,
    const struct sts_policy *wanted, struct sts_history *out);

#endif
