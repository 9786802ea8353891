/* SPDX-License-Identifier: ISC */
#include "audit/resolver_view.h"

#include <stdio.h>

#include "audit/host_view.h"
#include "audit/zone_view.h"
#include "base/mem.h"
#include "lookup/resolver_test.h"

struct resolver_view_ask {
	struct lookup lookup;
	struct resolver_test *test;
	resolver_view_done_fn *done;
	void *arg;
};

static void
on_test(enum resolver_state state, const char *detail UNUSED, void *arg)
{
	struct resolver_view_ask *a = arg;

	a->done(state, a->arg);
	if (a->test != NULL)
		free(a);
}

struct resolver_view_ask *
resolver_view_start(
    const struct audit_options *options, resolver_view_done_fn *done, void *arg)
{
	struct resolver_view_ask *a = xcalloc(1, sizeof(*a));

	a->lookup.dns = options->dns;
	a->lookup.options.dns_deadline_ms = options->dns_deadline_ms;
	if (options->probe_secure != NULL)
		a->lookup.options.probe_secure = *options->probe_secure;
	if (options->probe_bogus != NULL)
		a->lookup.options.probe_bogus = *options->probe_bogus;
	a->done = done;
	a->arg = arg;
	a->test = resolver_test_start(&a->lookup, on_test, a);
	if (a->test != NULL)
		return a;
	free(a);
	return NULL;
}

void
resolver_view_cancel(struct resolver_view_ask *a)
{
	if (a == NULL)
		return;
	resolver_test_cancel(a->test);
	free(a);
}

/* --- judging ------------------------------------------------------------------------------------ */

bool
resolver_is_believed(enum resolver_state state)
{
	return state == RESOLVER_OK;
}

void
resolver_doubt_host(enum resolver_state state, struct host_view *view)
{
	if (view != NULL && !resolver_is_believed(state))
		view->is_resolver_trusted = false;
}

void
resolver_doubt_zone(enum resolver_state state, struct zone_view *view)
{
	if (view == NULL || view->security == ZONE_BOGUS || resolver_is_believed(state))
		return;
	view->security = ZONE_UNKNOWN;
	snprintf(view->detail, sizeof(view->detail), "the resolver here: %s",
	    resolver_state_text(state));
}

static const struct remark_kind unbelieved = { REMARK_UNSURE, "resolver-not-validating",
	"what it calls insecure may be secure to others (RFC 7672, 2.1.1)",
	"use a validating resolver on loopback" };

void
resolver_audit(enum resolver_state state, const char *about, struct remarks *out)
{
	if (!resolver_is_believed(state))
		remarks_add(out, &unbelieved, about, "the resolver here: %s",
		    resolver_state_text(state));
}
