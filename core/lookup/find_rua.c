/* SPDX-License-Identifier: ISC */
#include "lookup/find_rua.h"

#include "base/mem.h"
#include "lookup/errand.h"
#include "lookup/resolve.h"
#include "lookup/state.h"
#include "net/loop.h"

#define RECORD_LABELS "_smtp._tls"

struct find_rua {
	struct errand errand;
	struct lookup *lookup;
	struct domain domain;
	struct resolve *query;
	find_rua_done_fn *done;
	void *arg;
};

static void on_no_place(void *arg);

static void
stop(struct find_rua *f)
{
	loop_deferred_cancel(on_no_place, f);
	resolve_cancel(f->query);
	f->query = NULL;
}

static void
release(struct find_rua *f)
{
	stop(f);
	list_remove(&f->errand.node);
	free(f);
}

static void
finish(struct find_rua *f, const struct rua_answer *answer)
{
	f->done(answer, f->arg);
	release(f);
}

static void
finish_without_record(struct find_rua *f)
{
	enum tlsrpt_record_outcome none = TLSRPT_RECORD_NONE;
	struct rua_answer answer = {
		.outcome = none,
		.record = "",
		.detail = tlsrpt_record_outcome_text(none),
	};

	finish(f, &answer);
}

static void
finish_with_error(struct find_rua *f, const char *detail)
{
	struct rua_answer answer = {
		.is_error = true,
		.outcome = TLSRPT_RECORD_NONE,
		.record = "",
		.detail = detail,
	};

	finish(f, &answer);
}

/* The strings of each record come joined (RPT-DNS-03). */
static void
judge_records(struct find_rua *f, const struct dns_reply *reply)
{
	struct txt *txt = xcalloc(reply->count, sizeof(*txt));
	struct rua_list list;
	struct why why = { "" };
	struct rua_answer answer = { .record = "", .detail = why.text };
	char *record = NULL;
	size_t i, which;

	for (i = 0; i < reply->count; i++) {
		txt[i].text = (const char *)reply->records[i].data;
		txt[i].len = reply->records[i].len;
	}
	answer.outcome = tlsrpt_record_select(txt, reply->count, &which, &list, &why);
	if (answer.outcome == TLSRPT_RECORD_FOUND) {
		record = xmemdup(txt[which].text, txt[which].len);
		answer.record = record;
		answer.list = &list;
	}
	free(txt);
	finish(f, &answer);
	free(record);
}

static void
on_record(struct dns_reply *reply, void *arg)
{
	struct find_rua *f = arg;

	f->query = NULL;
	switch (reply->outcome) {
	case DNS_FOUND:
		judge_records(f, reply);
		break;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		finish_without_record(f);
		break;
	case DNS_ALIAS:
	case DNS_ERROR:
		finish_with_error(f, reply->detail);
		break;
	}
}

static void
on_no_place(void *arg)
{
	finish_without_record(arg);
}

static void
begin(struct find_rua *f)
{
	struct domain name;

	/* A name too long for the prefix has no place for a record. */
	if (domain_join(RECORD_LABELS, &f->domain, &name) != ST_OK)
		loop_defer(on_no_place, f);
	else
		f->query = resolve_start(f->lookup, &name, DNS_TXT, NULL,
		    "who wants reports? (RFC 8460, 3)", on_record, f);
}

static void
restart(struct errand *errand)
{
	struct find_rua *f = LIST_ITEM(errand, struct find_rua, errand);

	stop(f);
	begin(f);
}

static void
cancel(struct errand *errand)
{
	release(LIST_ITEM(errand, struct find_rua, errand));
}

struct find_rua *
find_rua_start(struct engine *engine, const struct domain *domain,
    find_rua_done_fn *done, void *arg)
{
	struct find_rua *f = xcalloc(1, sizeof(*f));

	f->errand = (struct errand){ .restart = restart, .cancel = cancel };
	f->lookup = &engine->lookup;
	f->domain = *domain;
	f->done = done;
	f->arg = arg;
	errand_begin(engine, &f->errand);
	begin(f);
	return f;
}

void
find_rua_cancel(struct find_rua *f)
{
	if (f != NULL)
		release(f);
}
