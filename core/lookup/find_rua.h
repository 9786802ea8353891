/*
 * Who wants reports about a domain (RFC 8460, section 3).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_LOOKUP_FIND_RUA_H
#define HOPSEAL_LOOKUP_FIND_RUA_H

#include <stdbool.h>

#include "lookup/engine.h"
#include "wire/tlsrpt_record.h"

struct rua_answer {
	bool is_error; /* the lookup failed: nothing is known, detail says why */
	enum tlsrpt_record_outcome outcome;
	const char *record;          /* the text, FOUND only; else "" */
	const struct rua_list *list; /* FOUND only; else NULL */
	const char *detail;          /* of the record or the failure; never NULL */
};

struct find_rua;

/* answer lives until the function returns. */
typedef void find_rua_done_fn(const struct rua_answer *answer, void *arg);

/* Look up TXT at _smtp._tls.DOMAIN; done as in net/dns.h, also across engine_reconfigure().  domain is copied. */
struct find_rua *find_rua_start(struct engine *engine, const struct domain *domain,
    find_rua_done_fn *done, void *arg);
void find_rua_cancel(struct find_rua *find); /* NULL is fine */

#endif
