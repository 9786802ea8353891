/*
 * Whether the resolver here can be believed, and what is left of a view where it cannot.  SPDX-License-Identifier: ISC
 *
 * One that does not validate calls everything insecure, or everything secure.
 */
#ifndef HOPSEAL_AUDIT_RESOLVER_VIEW_H
#define HOPSEAL_AUDIT_RESOLVER_VIEW_H

#include "audit/options.h"
#include "lookup/engine.h"
#include "policy/remark.h"

struct host_view;
struct zone_view;
struct resolver_view_ask;

typedef void resolver_view_done_fn(enum resolver_state state, void *arg);

/*
 * Test it (lookup/resolver_test.h).  done runs exactly once, and before this returns, with NULL, where nothing need be
 * asked.  options are copied.
 */
struct resolver_view_ask *resolver_view_start(
    const struct audit_options *options, resolver_view_done_fn *done, void *arg);
void resolver_view_cancel(struct resolver_view_ask *ask); /* NULL is fine */

/* Whether it means anything when it calls an answer insecure. */
bool resolver_is_believed(enum resolver_state state);

/* Where it is not believed: nothing is insecure only because it says so.  NULL is fine. */
void resolver_doubt_host(enum resolver_state state, struct host_view *view);
void resolver_doubt_zone(enum resolver_state state, struct zone_view *view);

/* A remark where it is not believed. */
void resolver_audit(enum resolver_state state, const char *about, struct remarks *out);

#endif
