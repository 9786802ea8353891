/* SPDX-License-Identifier: ISC */
#include "audit/sts_view.h"

#include <stdio.h>

#include "base/mem.h"
#include "lookup/find_addresses.h"
#include "policy/cert_names.h"

#define RECORD_LABEL "_mta-sts"
#define HOST_LABEL   "mta-sts"
#define POLICY_PATH  "/.well-known/mta-sts.txt"

/* The record on one side; the host's addresses, and then all of them at once, on the other. */
struct sts_view_ask {
	struct lookup lookup;
	struct sts_view *view;
	int https_deadline_ms;
	size_t waiting; /* for so many answers */
	struct txt_ask *record;
	struct find_addresses *find_addresses;
	struct get {
		struct sts_view_ask *ask;
		struct https_transfer *transfer; /* NULL: it has ended */
	} * gets;                                /* one for each look */
	sts_view_done_fn *done;
	void *arg;
};

/* --- what was seen -------------------------------------------------------------------------- */

static bool
is_good(const struct sts_look *look)
{
	return look->policy != NULL && look->outcome == HTTPS_OK &&
	       look->cert_fault == NULL;
}

const struct sts_look *
sts_view_good_look(const struct sts_view *view)
{
	size_t i;

	for (i = 0; i < view->count; i++)
		if (is_good(&view->looks[i]))
			return &view->looks[i];
	return NULL;
}

bool
sts_view_is_blind(const struct sts_view *view)
{
	size_t i;

	for (i = 0; i < view->count; i++)
		if (view->looks[i].outcome != HTTPS_ADDRESS_REFUSED &&
		    !view->looks[i].is_unroutable)
			return false;
	return view->count > 0;
}

const struct sts_policy *
sts_view_policy(const struct sts_view *view)
{
	const struct sts_look *good = sts_view_good_look(view);
	size_t i;

	if (good != NULL)
		return good->policy;
	for (i = 0; i < view->count; i++)
		if (view->looks[i].policy != NULL)
			return view->looks[i].policy;
	return NULL;
}

static void
look_clear(struct sts_look *look)
{
	free(look->detail);
	free(look->media_type);
	free(look->location);
	free(look->cert_fault);
	free(look->cert_names);
	free(look->policy);
}

void
sts_view_free(struct sts_view *view)
{
	size_t i;

	if (view == NULL)
		return;
	txt_view_clear(&view->record);
	for (i = 0; i < view->count; i++)
		look_clear(&view->looks[i]);
	free(view->looks);
	free(view);
}

/* --- life ----------------------------------------------------------------------------------- */

static void
release(struct sts_view_ask *ask)
{
	size_t i;

	txt_ask_cancel(ask->record);
	find_addresses_cancel(ask->find_addresses);
	for (i = 0; ask->gets != NULL && i < ask->view->count; i++)
		https_cancel(ask->gets[i].transfer);
	free(ask->gets);
	sts_view_free(ask->view);
	free(ask);
}

/* One answer has come, and is in the view. */
static void
settle(struct sts_view_ask *ask)
{
	struct sts_view *view = ask->view;

	if (--ask->waiting > 0)
		return;
	free(ask->gets);
	ask->gets = NULL;
	ask->view = NULL;
	ask->done(view, ask->arg);
	release(ask);
}

/* --- the record ----------------------------------------------------------------------------- */

static void
on_record(void *arg)
{
	struct sts_view_ask *ask = arg;
	struct sts_view *v = ask->view;

	ask->record = NULL;
	v->outcome = sts_record_select(
	    v->record.texts, v->record.count, &v->found, &v->record_why);
	settle(ask);
}

/* --- the policy host ------------------------------------------------------------------------ */

static char *
copy(const char *text)
{
	return text != NULL ? xstrdup(text) : NULL;
}

static void
take_cert(struct sts_look *look, const struct https_seen *seen)
{
	struct strbuf names = STRBUF_INIT;

	look->cert_fault = copy(seen->fault);
	if (seen->chain.count > 0) {
		look->has_cert = cert_facts_find(
		    seen->chain.certs[0].der, seen->chain.certs[0].len, &look->cert);
		cert_names_add(
		    &names, seen->chain.certs[0].der, seen->chain.certs[0].len);
	}
	look->cert_names = strbuf_take(&names);
}

/* Whatever else is wrong with the way it came, its text may be right or wrong too. */
static void
take_policy(struct sts_look *look, const struct https_answer *answer)
{
	look->body_bytes = answer->len;
	if (look->outcome == HTTPS_OK || look->outcome == HTTPS_MEDIA_TYPE)
		(void)!sts_policy_parse(
		    answer->body, answer->len, &look->policy, &look->policy_fault);
}

static void
on_look(const struct https_answer *answer, void *arg)
{
	struct get *get = arg;
	struct sts_view_ask *ask = get->ask;
	struct sts_look *look = &ask->view->looks[get - ask->gets];

	get->transfer = NULL;
	look->outcome = answer->outcome;
	look->detail = xstrdup(answer->detail);
	look->http_status = answer->http_status;
	look->media_type = xstrdup(answer->seen->media_type);
	look->location = xstrdup(answer->seen->location);
	look->is_unroutable = answer->seen->is_unroutable;
	take_cert(look, answer->seen);
	take_policy(look, answer);
	settle(ask);
}

static void
look_at(struct sts_view_ask *ask, size_t i)
{
	struct https_request request = {
		.host = &ask->view->host,
		.path = POLICY_PATH,
		.addresses = &ask->view->looks[i].address,
		.address_count = 1,
		.body_max = STS_BODY_MAX,
		.deadline_ms = ask->https_deadline_ms,
		.is_look = true,
	};

	ask->gets[i].ask = ask;
	ask->gets[i].transfer =
	    https_send(ask->lookup.https, &request, on_look, &ask->gets[i]);
	ask->waiting++;
}

/* Behind the aliases; of a name with two families, that which has answered. */
static void
take_owner(struct sts_view *v, const struct address_answer *a)
{
	int i;

	for (i = 0; i < FAMILIES; i++)
		if (a->replies[i].outcome == DNS_FOUND) {
			v->is_host_alias = a->replies[i].aliases > 0;
			v->host_owner = a->replies[i].owner;
			return;
		}
}

/* DNS64 puts them beside the host's own IPv4 addresses, for who is in this network and nobody else (RFC 6147, 5). */
static bool
is_made_here(const struct address_answer *a, size_t i)
{
	return !a->list[0].is_v6 && guard_is_nat64(&a->list[i]);
}

static void
on_addresses(const struct address_answer *a, void *arg)
{
	struct sts_view_ask *ask = arg;
	struct sts_view *v = ask->view;
	size_t i;

	ask->find_addresses = NULL;
	take_owner(v, a);
	snprintf(v->host_detail, sizeof(v->host_detail), "%s", address_answer_error(a));
	v->is_host_error = a->count == 0 && v->host_detail[0] != '\0';
	v->looks = xcalloc(a->count + 1, sizeof(v->looks[0]));
	ask->gets = xcalloc(a->count + 1, sizeof(ask->gets[0]));
	for (i = 0; i < a->count; i++) {
		if (is_made_here(a, i))
			continue;
		v->looks[v->count].address = a->list[i];
		look_at(ask, v->count++);
	}
	settle(ask);
}

/* --- the start ------------------------------------------------------------------------------ */

static void
ask_host(struct sts_view_ask *ask)
{
	if (domain_join(HOST_LABEL, &ask->view->domain, &ask->view->host) != ST_OK)
		return;
	ask->find_addresses = find_addresses_start(
	    &ask->lookup, &ask->view->host, NULL, "", on_addresses, ask);
	ask->waiting++;
}

struct sts_view_ask *
sts_view_start(const struct audit_options *options, const struct domain *domain,
    sts_view_done_fn *done, void *arg)
{
	struct sts_view_ask *ask = xcalloc(1, sizeof(*ask));

	ask->lookup = audit_lookup(options);
	ask->https_deadline_ms = options->https_deadline_ms;
	ask->view = xcalloc(1, sizeof(*ask->view));
	ask->view->domain = *domain;
	ask->done = done;
	ask->arg = arg;
	ask->waiting = 1;
	ask->record = txt_ask_start(
	    &ask->lookup, RECORD_LABEL, domain, &ask->view->record, on_record, ask);
	ask_host(ask);
	return ask;
}

void
sts_view_cancel(struct sts_view_ask *ask)
{
	if (ask != NULL)
		release(ask);
}
