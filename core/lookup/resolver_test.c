/* SPDX-License-Identifier: ISC */
#include "lookup/resolver_test.h"

#include "base/mem.h"
#include "lookup/resolve.h"
#include "net/dns.h"

struct resolver_test {
	struct lookup *lookup;
	struct resolve *query;
	resolver_test_done_fn *done;
	void *arg;
};

static void
conclude(struct resolver_test *t, enum resolver_state state, const char *detail)
{
	resolver_test_done_fn *done = t->done;
	void *arg = t->arg;

	free(t);
	done(state, detail, arg);
}

static void
on_bogus(struct dns_reply *reply, void *arg)
{
	struct resolver_test *t = arg;

	if (reply->outcome == DNS_FOUND)
		conclude(t, RESOLVER_NOT_VALIDATING,
		    "a name with broken signatures was answered");
	else
		conclude(t, RESOLVER_OK, "");
}

static void
on_secure(struct dns_reply *reply, void *arg)
{
	struct resolver_test *t = arg;
	const struct domain *bogus = &t->lookup->options.probe_bogus;

	if (reply->outcome == DNS_ERROR)
		conclude(t, RESOLVER_DEAD, reply->detail);
	else if (!reply->is_secure)
		conclude(t, RESOLVER_NOT_VALIDATING,
		    "a signed name was answered without AD");
	else if (bogus->len > 0)
		t->query = resolve_start(
		    t->lookup, bogus, DNS_A, NULL, "self-test", on_bogus, t);
	else
		conclude(t, RESOLVER_OK, "");
}

struct resolver_test *
resolver_test_start(struct lookup *lookup, resolver_test_done_fn *done, void *arg)
{
	const struct domain *secure = &lookup->options.probe_secure;
	struct resolver_test *t;

	if (!dns_is_trusted(lookup->dns)) {
		done(RESOLVER_UNTRUSTED, dns_servers(lookup->dns), arg);
		return NULL;
	}
	if (secure->len == 0) {
		done(RESOLVER_OK, "not tested, as configured", arg);
		return NULL;
	}
	t = xcalloc(1, sizeof(*t));
	t->lookup = lookup;
	t->done = done;
	t->arg = arg;
	t->query =
	    resolve_start(lookup, secure, DNS_SOA, NULL, "self-test", on_secure, t);
	return t;
}

void
resolver_test_cancel(struct resolver_test *t)
{
	if (t == NULL)
		return;
	resolve_cancel(t->query);
	free(t);
}
