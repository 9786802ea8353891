/*
 * An MX host in a table.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_HOST_WORDS_H
#define HOPSEAL_CLI_HOST_WORDS_H

#include "audit/audit.h"
#include "show/table.h"

/*
 * Add a row for each address and key: preference, host, address, TLS, key, expiry, TLSA, MTA-STS.  mx is the host as the MX
 * set has it, policy that of the domain or NULL.
 */
void host_words_add_rows(struct table *table, const struct audit_host *host,
    const struct host_facts *mx, const struct sts_policy *policy, time_t now);

#endif
