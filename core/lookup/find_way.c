/* SPDX-License-Identifier: ISC */
#include "lookup/find_way.h"

#include <stdio.h>

#include "base/mem.h"
#include "lookup/errand.h"
#include "lookup/find_addresses.h"
#include "lookup/find_route.h"
#include "lookup/resolve.h"
#include "lookup/state.h"

struct find_way {
	struct errand errand;
	struct lookup *lookup;
	struct domain name;
	enum way_kind kind;
	struct resolve *mx;
	/* Those of hosts[], of which pending are not done yet. */
	struct way_slot {
		struct find_way *find;
		struct find_addresses *addresses;
	} slots[WAY_HOSTS_MAX];
	size_t pending;
	struct way_host hosts[WAY_HOSTS_MAX];
	size_t count;
	bool has_failed; /* a lookup: what is not known now may be later */
	char detail[FACT_DETAIL_MAX];
	find_way_done_fn *done;
	void *arg;
};

/* Stop, and forget what was found. */
static void
stop(struct find_way *f)
{
	size_t i;

	resolve_cancel(f->mx);
	f->mx = NULL;
	for (i = 0; i < f->count; i++) {
		find_addresses_cancel(f->slots[i].addresses);
		f->slots[i].addresses = NULL;
		free(f->hosts[i].addresses);
	}
	f->count = f->pending = 0;
	f->has_failed = false;
	f->detail[0] = '\0';
}

static void
release(struct find_way *f)
{
	stop(f);
	list_remove(&f->errand.node);
	free(f);
}

static void
note(struct find_way *f, const char *what, const char *detail)
{
	snprintf(f->detail, sizeof(f->detail), "%s%s%s", what,
	    *detail != '\0' ? ": " : "", detail);
}

static void
finish(struct find_way *f)
{
	struct way_answer answer = {
		.count = f->count,
		.hosts = f->hosts,
		.is_permanent = f->count == 0 && !f->has_failed,
		.detail = f->count == 0 ? f->detail : "",
	};

	f->done(&answer, f->arg);
	release(f);
}

/* --- addresses -------------------------------------------------------------------------- */

/* Keep the hosts that have some. */
static void
drop_unreachable(struct find_way *f)
{
	size_t i, kept = 0;

	for (i = 0; i < f->count; i++)
		if (f->hosts[i].address_count > 0)
			f->hosts[kept++] = f->hosts[i];
	f->count = kept;
}

static void
finish_hosts(struct find_way *f)
{
	drop_unreachable(f);
	finish(f);
}

static void
on_addresses(const struct address_answer *a, void *arg)
{
	struct way_slot *slot = arg;
	struct find_way *f = slot->find;
	struct way_host *host = &f->hosts[slot - f->slots];
	const char *error = address_answer_error(a);

	slot->addresses = NULL;
	if (a->count > 0) {
		host->addresses = xmemdup(a->list, a->count * sizeof(a->list[0]));
		host->address_count = a->count;
	} else if (*error != '\0') {
		f->has_failed = true;
		note(f, "no address", error);
	} else if (!f->has_failed) {
		note(f, "no address", "");
	}
	if (--f->pending == 0)
		finish_hosts(f);
}

static void
add_host(struct find_way *f, const struct domain *name)
{
	f->hosts[f->count++] = (struct way_host){ .name = *name };
}

/* All at once. */
static void
find_hosts(struct find_way *f)
{
	size_t i;

	for (i = 0; i < f->count; i++) {
		f->slots[i].find = f;
		f->slots[i].addresses = find_addresses_start(f->lookup,
		    &f->hosts[i].name, NULL, "where a report goes (RFC 8460, 5)",
		    on_addresses, &f->slots[i]);
		f->pending++;
	}
}

/* --- MX --------------------------------------------------------------------------------- */

static void
use_mx(struct find_way *f, const struct dns_reply *reply)
{
	struct route *route = route_of_mx(reply);
	size_t i;

	for (i = 0; i < route->host_count && f->count < WAY_HOSTS_MAX; i++)
		if (route->hosts[i].address_outcome != ADDRESS_INVALID)
			add_host(f, &route->hosts[i].name);
	if (f->count > 0)
		find_hosts(f);
	else
		note(f, route->host_count > 0 ? "MX names no host" : "null MX", "");
	route_release(route);
}

static void
on_mx(struct dns_reply *reply, void *arg)
{
	struct find_way *f = arg;

	f->mx = NULL;
	switch (reply->outcome) {
	case DNS_FOUND:
		use_mx(f, reply);
		break;
	case DNS_NODATA:
		add_host(f, &f->name);
		find_hosts(f);
		break;
	case DNS_NXDOMAIN:
		note(f, "no such name", "");
		break;
	case DNS_ALIAS:
	case DNS_ERROR:
		f->has_failed = true;
		note(f, "MX", reply->detail);
		break;
	}
	if (f->pending == 0)
		finish(f);
}

/* --- coming and going ------------------------------------------------------------------- */

static void
begin(struct find_way *f)
{
	switch (f->kind) {
	case WAY_HOST:
		add_host(f, &f->name);
		find_hosts(f);
		break;
	case WAY_MAIL:
		f->mx = resolve_start(f->lookup, &f->name, DNS_MX, NULL,
		    "where a report goes (RFC 5321, 5.1)", on_mx, f);
		break;
	}
}

static void
restart(struct errand *errand)
{
	struct find_way *f = LIST_ITEM(errand, struct find_way, errand);

	stop(f);
	begin(f);
}

static void
cancel(struct errand *errand)
{
	release(LIST_ITEM(errand, struct find_way, errand));
}

struct find_way *
find_way_start(struct engine *engine, const struct domain *name, enum way_kind kind,
    find_way_done_fn *done, void *arg)
{
	struct find_way *f = xcalloc(1, sizeof(*f));

	f->errand = (struct errand){ .restart = restart, .cancel = cancel };
	f->lookup = &engine->lookup;
	f->name = *name;
	f->kind = kind;
	f->done = done;
	f->arg = arg;
	errand_begin(engine, &f->errand);
	begin(f);
	return f;
}

void
find_way_cancel(struct find_way *f)
{
	if (f != NULL)
		release(f);
}
