/*
 * A look at what a domain publishes for MTA-STS, from this process.  SPDX-License-Identifier: ISC
 *
 * MX set, MTA-STS and TLSRPT side by side, with the resolver, the guard and the deadlines of the configuration.
 */
#ifndef HOPSEAL_CLI_DOMAIN_LOOK_H
#define HOPSEAL_CLI_DOMAIN_LOOK_H

#include "audit/mx_view.h"
#include "audit/rua_view.h"
#include "audit/sts_view.h"
#include "cli/command.h"

/* All borrowed; lives until the function returns. */
struct domain_look {
	struct domain domain;
	time_t now;
	const struct mx_view *mx;
	const struct sts_view *sts;
	const struct rua_view *rua;
};

typedef enum exit_code domain_look_fn(const struct domain_look *seen, void *arg);

/*
 * Look at a domain, and call fn.
 *
 * Returns what fn did; EXIT_USAGE (no domain) or EXIT_FAILED (no configuration, no resolver, no trust anchors), complained
 * about.
 */
enum exit_code domain_look_at(
    const struct args *args, const char *domain, domain_look_fn *fn, void *arg);

#endif
