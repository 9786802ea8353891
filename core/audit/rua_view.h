/*
 * Where a domain wants its TLS-RPT reports, as published (RFC 8460, section 3).  SPDX-License-Identifier: ISC
 *
 * The record at _smtp._tls, and for each of its destinations whether there is anybody: MX hosts or addresses of a mailbox's
 * domain, addresses of an HTTPS host.  Nothing is sent there.
 */
#ifndef HOPSEAL_AUDIT_RUA_VIEW_H
#define HOPSEAL_AUDIT_RUA_VIEW_H

#include "audit/options.h"
#include "audit/txt_view.h"
#include "wire/tlsrpt_record.h"

#define RUA_PLACES(X)                                                                  \
	X(RUA_PLACE_FOUND, "found")                                                    \
	X(RUA_PLACE_NONE, "nobody there")                                              \
	X(RUA_PLACE_NULL_MX, "takes no mail")                                          \
	X(RUA_PLACE_GUARDED, "private addresses only")                                 \
	X(RUA_PLACE_ERROR, "could not be found out")

enum rua_place {
#define X(name, text) name,
	RUA_PLACES(X)
#undef X
};

const char *rua_place_text(enum rua_place place);

struct rua_view {
	struct domain domain;
	struct txt_view record;
	enum tlsrpt_record_outcome outcome; /* unless record.is_error */
	struct why why;                     /* as of tlsrpt_record_select() */
	struct rua_list list;               /* TLSRPT_RECORD_FOUND */
	struct rua_seen {
		enum rua_place place;
		char detail[80]; /* of an error; "" without */
	} seen[RUA_MAX];         /* of each in list */
};

void rua_view_free(struct rua_view *view); /* NULL is fine */

struct rua_view_ask;

/* view is the receiver's, freed with rua_view_free(). */
typedef void rua_view_done_fn(struct rua_view *view, void *arg);

/* Look.  done as in audit/sts_view.h. */
struct rua_view_ask *rua_view_start(const struct audit_options *options,
    const struct domain *domain, rua_view_done_fn *done, void *arg);
void rua_view_cancel(struct rua_view_ask *ask); /* NULL is fine; only before done */

#endif
