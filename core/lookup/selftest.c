/* SPDX-License-Identifier: ISC */
#include "lookup/selftest.h"

#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "lookup/resolver_test.h"
#include "net/dns.h"
#include "net/loop.h"

#define EVERY_MS      (5 * 60 * 1000)
#define AFTER_FAIL_MS (15 * 1000)

struct selftest {
	struct lookup *lookup;
	struct loop_timer *timer;
	struct resolver_test *test; /* NULL: none is under way */
	struct selftest_result result;
	bool was_off; /* not to be believed, since the last time it could be */
	void (*on_repaired)(void *arg);
	void *arg;
};

static void
note_repair(struct selftest *t)
{
	switch (t->result.state) {
	case RESOLVER_UNTRUSTED:
	case RESOLVER_NOT_VALIDATING:
		t->was_off = true;
		break;
	case RESOLVER_OK:
		if (t->was_off)
			t->on_repaired(t->arg);
		t->was_off = false;
		break;
	case RESOLVER_UNKNOWN:
	case RESOLVER_DEAD:
		break;
	}
}

static void
conclude(struct selftest *t, enum resolver_state state, const char *detail)
{
	struct selftest_result *r = &t->result;
	bool is_changed = r->state != state;

	loop_timer_set(t->timer, state == RESOLVER_OK ? EVERY_MS : AFTER_FAIL_MS);
	snprintf(r->detail, sizeof(r->detail), "%s", detail);
	if (!is_changed)
		return;
	r->state = state;
	r->since = loop_time();
	note_repair(t);
	if (state == RESOLVER_OK)
		log_info("dnssec: resolver=%s status=ok", dns_servers(t->lookup->dns));
	else
		log_err(
		    "dnssec: resolver=%s status=\"%s\" detail=\"%s\" action=\"DANE is "
		    "not available; cached MTA-STS policies are still enforced\"",
		    dns_servers(t->lookup->dns), resolver_state_text(state), detail);
}

static void
on_test(enum resolver_state state, const char *detail, void *arg)
{
	struct selftest *t = arg;

	t->test = NULL;
	conclude(t, state, detail);
}

static void
begin(void *arg)
{
	struct selftest *t = arg;

	if (t->test == NULL)
		t->test = resolver_test_start(t->lookup, on_test, t);
}

struct selftest *
selftest_start(struct lookup *lookup, void (*on_repaired)(void *arg), void *arg)
{
	struct selftest *t = xcalloc(1, sizeof(*t));

	t->lookup = lookup;
	t->on_repaired = on_repaired;
	t->arg = arg;
	t->timer = loop_timer_new(begin, t);
	begin(t);
	return t;
}

void
selftest_again(struct selftest *t)
{
	resolver_test_cancel(t->test);
	t->test = NULL;
	begin(t);
}

void
selftest_stop(struct selftest *t)
{
	if (t == NULL)
		return;
	resolver_test_cancel(t->test);
	loop_timer_free(t->timer);
	free(t);
}

const struct selftest_result *
selftest_result(const struct selftest *t)
{
	return &t->result;
}
