/* SPDX-License-Identifier: ISC */
#include "audit/rua_view.h"

#include <stdio.h>

#include "base/mem.h"
#include "lookup/find_addresses.h"
#include "lookup/find_route.h"
#include "net/guard.h"

#define RECORD_LABELS "_smtp._tls"

struct rua_view_ask {
	struct lookup lookup;
	struct rua_view *view;
	size_t waiting; /* for so many answers */
	struct txt_ask *record;
	struct place_ask {
		struct rua_view_ask *ask;
		struct find_route *route;         /* of a mailbox */
		struct find_addresses *addresses; /* of an HTTPS host */
	} places[RUA_MAX];
	rua_view_done_fn *done;
	void *arg;
};

const char *
rua_place_text(enum rua_place place)
{
	static const char *const texts[] = {
#define X(name, text) [name] = text,
		RUA_PLACES(X)
#undef X
	};

	return texts[place];
}

void
rua_view_free(struct rua_view *view)
{
	if (view == NULL)
		return;
	txt_view_clear(&view->record);
	free(view);
}

static void
release(struct rua_view_ask *ask)
{
	size_t i;

	txt_ask_cancel(ask->record);
	for (i = 0; i < RUA_MAX; i++) {
		find_route_cancel(ask->places[i].route);
		find_addresses_cancel(ask->places[i].addresses);
	}
	rua_view_free(ask->view);
	free(ask);
}

static void
settle(struct rua_view_ask *ask)
{
	struct rua_view *view = ask->view;

	if (--ask->waiting > 0)
		return;
	ask->view = NULL;
	ask->done(view, ask->arg);
	release(ask);
}

static void
see(struct place_ask *p, enum rua_place place, const char *detail)
{
	struct rua_seen *seen = &p->ask->view->seen[p - p->ask->places];

	seen->place = place;
	snprintf(seen->detail, sizeof(seen->detail), "%s",
	    place == RUA_PLACE_ERROR ? detail : "");
	settle(p->ask);
}

/* --- an HTTPS host -------------------------------------------------------------------------- */

/* Whether senders that look out for themselves reach any (STS-FETCH-14). */
static bool
is_public(const struct address_answer *a)
{
	static const struct guard closed = { NULL, 0 };
	size_t i;

	for (i = 0; i < a->count; i++)
		if (guard_allows(&closed, &a->list[i]))
			return true;
	return false;
}

static void
on_addresses(const struct address_answer *a, void *arg)
{
	struct place_ask *p = arg;
	const char *error = address_answer_error(a);

	p->addresses = NULL;
	if (a->count > 0)
		see(p, is_public(a) ? RUA_PLACE_FOUND : RUA_PLACE_GUARDED, "");
	else
		see(p, error[0] != '\0' ? RUA_PLACE_ERROR : RUA_PLACE_NONE, error);
}

/* --- a mailbox ------------------------------------------------------------------------------ */

/* One host is enough; of the others the first that could not be found out counts. */
static enum rua_place
place_of_hosts(const struct route *route, const char **detail)
{
	enum rua_place place = RUA_PLACE_NONE;
	size_t i;

	for (i = 0; i < route->host_count; i++) {
		const struct host_facts *h = &route->hosts[i];

		if (h->address_outcome == ADDRESS_FOUND)
			return RUA_PLACE_FOUND;
		if (h->address_outcome == ADDRESS_ERROR && place == RUA_PLACE_NONE) {
			place = RUA_PLACE_ERROR;
			*detail = h->detail;
		}
	}
	return place;
}

static enum rua_place
place_of(const struct route *route, const char **detail)
{
	switch (route->outcome) {
	case MX_FOUND:
	case MX_IMPLICIT:
	case MX_HOST:
		return place_of_hosts(route, detail);
	case MX_NULL:
		return RUA_PLACE_NULL_MX;
	case MX_NXDOMAIN:
		return RUA_PLACE_NONE;
	case MX_ERROR:
		break;
	}
	*detail = route->detail;
	return RUA_PLACE_ERROR;
}

static void
on_route(struct route *route, void *arg)
{
	struct place_ask *p = arg;
	const char *detail = "";
	enum rua_place place = place_of(route, &detail);

	p->route = NULL;
	see(p, place, detail);
	route_release(route);
}

/* --- the record ----------------------------------------------------------------------------- */

static void
ask_place(struct rua_view_ask *ask, size_t i)
{
	const struct rua *rua = &ask->view->list.items[i];
	struct next_hop mailbox = { .domain = rua->domain, .port = SMTP_PORT };
	struct place_ask *p = &ask->places[i];

	p->ask = ask;
	ask->waiting++;
	if (rua->kind == RUA_MAILTO)
		p->route = find_route_start(&ask->lookup, &mailbox, NULL, on_route, p);
	else
		p->addresses = find_addresses_start(
		    &ask->lookup, &rua->domain, NULL, "", on_addresses, p);
}

static void
on_record(void *arg)
{
	struct rua_view_ask *ask = arg;
	struct rua_view *v = ask->view;
	size_t i;

	ask->record = NULL;
	v->outcome = tlsrpt_record_select(
	    v->record.texts, v->record.count, NULL, &v->list, &v->why);
	for (i = 0; i < v->list.count; i++)
		ask_place(ask, i);
	settle(ask);
}

struct rua_view_ask *
rua_view_start(const struct audit_options *options, const struct domain *domain,
    rua_view_done_fn *done, void *arg)
{
	struct rua_view_ask *ask = xcalloc(1, sizeof(*ask));

	ask->lookup = audit_lookup(options);
	ask->view = xcalloc(1, sizeof(*ask->view));
	ask->view->domain = *domain;
	ask->done = done;
	ask->arg = arg;
	ask->waiting = 1;
	ask->record = txt_ask_start(
	    &ask->lookup, RECORD_LABELS, domain, &ask->view->record, on_record, ask);
	return ask;
}

void
rua_view_cancel(struct rua_view_ask *ask)
{
	if (ask != NULL)
		release(ask);
}
