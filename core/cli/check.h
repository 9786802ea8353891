/*
 * What hopseal check has found out of one domain.  SPDX-License-Identifier: ISC
 *
 * For the files of that command.
 */
#ifndef HOPSEAL_CLI_CHECK_H
#define HOPSEAL_CLI_CHECK_H

#include <stdbool.h>

#include "audit/audit.h"
#include "cli/command.h"

struct json_object;

struct checked_domain {
	struct domain domain;
	struct audit *audit; /* owned */
	struct json_object *
	    sender; /* the engine's verdict, as the dialect "json"; NULL: not asked for.  Owned */
	enum remark_level worst;
};

struct check_wish {
	const struct domain *selector; /* of a DKIM key; NULL: none */
	bool wants_sender;
};

/* One outcome, for scripts and for people. */
struct check_words {
	const char *word, *text;
};

const struct check_words *check_mx_words(enum mx_outcome outcome);
const struct check_words *check_zone_words(enum zone_security security);

/* Of its TLSA records: as published where a name server has told it, else what the resolver has left of it. */
uint32_t check_ttl(const struct audit_host *host);

/*
 * Look at all of them, some side by side, with a line of progress on a terminal: fill audit, sender and worst of each, whose
 * domain is set.  EXIT_YES; EXIT_UNSURE, complained about, and not all of them are filled.
 */
enum exit_code check_look(const struct args *args, const struct check_wish *wish,
    struct checked_domain *domains, size_t count);

/*
 * Headline with the gravest remark, "broken: example.org: 1 broken, 2 advice; mx1.example.org: ...", what is published, a row for
 * each address of each host, a line for each remark.
 */
void check_print(const struct checked_domain *d);

/* The remarks that are worse than good alone, each with the domain. */
void check_print_worse(const struct checked_domain *d);

/* Owned by the caller. */
struct json_object *check_json(const struct checked_domain *d);

#endif
