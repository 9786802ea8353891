/* SPDX-License-Identifier: ISC */
#include "report/attempt.h"

#include "base/mem.h"
#include "net/loop.h"
#include "report/carrier.h"

static const struct carrier *const carriers[] = {
	[RUA_MAILTO] = &carrier_mailing,
	[RUA_HTTPS] = &carrier_post,
};

bool
attempt_is_served(const struct report_options *options, const struct rua *rua)
{
	return rua->kind == RUA_HTTPS ? options->is_https
				      : options->mail != MAIL_WAY_OFF;
}

const char *
attempt_host(const struct report_options *options, const struct rua *rua)
{
	if (rua->kind == RUA_MAILTO && options->mail == MAIL_WAY_PROGRAM)
		return options->program;
	if (rua->kind == RUA_MAILTO && options->mail == MAIL_WAY_RELAY)
		return options->relay;
	return rua->domain.text;
}

/* --- the end ---------------------------------------------------------------------------------------------- */

static void begin(void *arg);

static void
release(struct attempt *a)
{
	size_t i;

	loop_deferred_cancel(begin, a);
	find_way_cancel(a->find);
	if (a->under_way != NULL)
		a->carrier->cancel(a->under_way);
	for (i = 0; i < a->host_count; i++)
		free(a->hosts[i].addresses);
	free(a->hosts);
	free(a);
}

void
attempt_accepted(void *arg)
{
	const struct attempt *a = arg;

	a->accepted(a->arg);
}

void
attempt_finish(struct attempt *a, bool is_accepted)
{
	struct attempt_answer answer = {
		.is_accepted = is_accepted,
		.detail = a->detail.text,
	};

	a->done(&answer, a->arg);
	release(a);
}

static void
refuse(struct attempt *a, const char *detail)
{
	why_set(&a->detail, "%s", detail);
	attempt_finish(a, false);
}

/* --- the report -------------------------------------------------------------------------------------------- */

struct handing {
	struct attempt *attempt;
	enum status status;
};

static void
on_report(const struct stored_report *report, void *arg)
{
	struct handing *handing = arg;
	struct attempt *a = handing->attempt;

	handing->status = a->carrier->send(a, report);
}

/* Read only now, when there is somebody to give it to: reports can be big. */
static void
hand_over(struct attempt *a)
{
	struct handing handing = { .attempt = a };
	enum status st;

	st = store_show_report(
	    a->means->store, a->sending->report_id, on_report, &handing);
	if (st != ST_OK)
		refuse(a, "the report cannot be read from the store");
	else if (handing.status != ST_OK)
		attempt_finish(a, false);
}

bool
attempt_next_host(struct attempt *a)
{
	if (a->host + 1 >= a->host_count)
		return false;
	a->host++;
	hand_over(a);
	return true;
}

/* --- the way ------------------------------------------------------------------------------------------------ */

static void
keep_hosts(struct attempt *a, const struct way_answer *answer)
{
	size_t i;

	a->host_count = answer->count;
	a->hosts = xmemdup(answer->hosts, answer->count * sizeof(a->hosts[0]));
	for (i = 0; i < answer->count; i++)
		a->hosts[i].addresses = xmemdup(answer->hosts[i].addresses,
		    answer->hosts[i].address_count * sizeof(struct address));
}

static void
on_way(const struct way_answer *answer, void *arg)
{
	struct attempt *a = arg;

	a->find = NULL;
	if (answer->count == 0) {
		why_set(&a->detail, "no way to it%s: %s",
		    answer->is_permanent ? ", for good" : "", answer->detail);
		attempt_finish(a, false);
		return;
	}
	keep_hosts(a, answer);
	hand_over(a);
}

static void
begin(void *arg)
{
	struct attempt *a = arg;
	const struct domain *name;
	enum way_kind kind;

	/* It was when the report was made; the configuration has changed. */
	if (!attempt_is_served(a->means->options, a->rua)) {
		refuse(a, "switched off in the configuration");
		return;
	}
	name = a->carrier->name(a, &kind);
	if (name != NULL)
		a->find = find_way_start(a->means->engine, name, kind, on_way, a);
	else
		hand_over(a);
}

struct attempt *
attempt_start(const struct means *means, const struct stored_sending *sending,
    const struct rua *rua, attempt_accepted_fn *accepted, attempt_done_fn *done,
    void *arg)
{
	struct attempt *a = xcalloc(1, sizeof(*a));

	a->means = means;
	a->sending = sending;
	a->rua = rua;
	a->carrier = carriers[rua->kind];
	a->accepted = accepted;
	a->done = done;
	a->arg = arg;
	loop_defer(begin, a);
	return a;
}

void
attempt_cancel(struct attempt *a)
{
	if (a != NULL)
		release(a);
}
