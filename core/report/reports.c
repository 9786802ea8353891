/* SPDX-License-Identifier: ISC */
#include "report/reports.h"

#include "base/mem.h"
#include "report/commits.h"

#define CATCH_UP_MS 200

struct reports {
	struct report_options options;
	struct engine *engine;
	struct https *https;
	struct store *store;
	struct probes *probes;
	struct account *account;
	struct closing *closing;
	struct delivery *delivery;
	struct commits *commits; /* of what others put into the outbox */
	struct loop_timer *catch_up;
};

/* There is something in the outbox. */
static void
on_put(void *arg)
{
	struct reports *r = arg;

	if (r->delivery != NULL)
		delivery_wake(r->delivery);
}

static void
stop_sending(struct reports *r)
{
	closing_stop(r->closing);
	delivery_stop(r->delivery);
	commits_free(r->commits);
	r->closing = NULL;
	r->delivery = NULL;
	r->commits = NULL;
}

/*
 * Not before all that the journal had is in the store: sessions of a day that is to be closed, and what destinations
 * have acknowledged.
 */
static void
start_sending(void *arg)
{
	struct reports *r = arg;

	loop_timer_stop(r->catch_up);
	if (r->store == NULL)
		return;
	if (!account_is_current(r->account)) {
		loop_timer_set(r->catch_up, CATCH_UP_MS);
		return;
	}
	r->closing = closing_start(r->engine, r->store, &r->options, on_put, r);
	r->commits = commits_new(r->store, on_put, r);
	if (r->options.contact[0] != '\0')
		r->delivery = delivery_start(
		    r->engine, r->https, r->store, r->account, &r->options);
}

struct reports *
reports_new(const struct report_options *options, const struct account_options *account,
    const struct probe_options *probe, struct engine *engine, struct https *https)
{
	struct reports *r = xcalloc(1, sizeof(*r));

	r->options = *options;
	r->engine = engine;
	r->https = https;
	r->probes = probes_new(probe);
	r->account = account_new(account, engine, r->probes);
	r->catch_up = loop_timer_new(start_sending, r);
	return r;
}

void
reports_free(struct reports *r)
{
	if (r == NULL)
		return;
	stop_sending(r);
	account_flush(r->account);
	account_free(r->account);
	probes_free(r->probes);
	loop_timer_free(r->catch_up);
	free(r);
}

void
reports_use_store(struct reports *r, struct store *store)
{
	r->store = store;
	account_use_store(r->account, store);
	start_sending(r);
}

void
reports_reconfigure(struct reports *r, const struct report_options *options,
    const struct account_options *account, const struct probe_options *probe,
    struct https *https)
{
	stop_sending(r);
	r->options = *options;
	r->https = https;
	probes_reconfigure(r->probes, probe);
	account_reconfigure(r->account, account);
	start_sending(r);
}

struct account *
reports_account(struct reports *r)
{
	return r->account;
}

struct probes *
reports_probes(struct reports *r)
{
	return r->probes;
}

void
reports_wake(struct reports *r)
{
	if (r->commits != NULL)
		commits_ask(r->commits);
}

void
reports_status(const struct reports *r, struct reports_status *out)
{
	*out = (struct reports_status){ 0 };
	account_status(r->account, &out->account);
	probes_status(r->probes, &out->probe);
	if (r->closing != NULL)
		closing_status(r->closing, &out->closing);
	if (r->delivery != NULL)
		delivery_status(r->delivery, &out->delivery);
}
