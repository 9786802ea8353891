/* SPDX-License-Identifier: ISC */
#include "audit/txt_view.h"

#include <stdio.h>

#include "base/mem.h"
#include "lookup/resolve.h"
#include "net/loop.h"

struct txt_ask {
	struct txt_view *view;
	struct resolve *query; /* NULL: the name is no name */
	txt_ask_done_fn *done;
	void *arg;
};

static void
finish(struct txt_ask *ask)
{
	ask->done(ask->arg);
	free(ask);
}

static void
on_no_name(void *arg)
{
	finish(arg);
}

static void
take_texts(struct txt_view *v)
{
	size_t i;

	v->texts = xcalloc(v->reply.count + 1, sizeof(v->texts[0]));
	v->count = v->reply.count;
	for (i = 0; i < v->count; i++) {
		v->texts[i].text = (const char *)v->reply.records[i].data;
		v->texts[i].len = v->reply.records[i].len;
	}
}

static void
on_reply(struct dns_reply *reply, void *arg)
{
	struct txt_ask *ask = arg;
	struct txt_view *v = ask->view;

	ask->query = NULL;
	v->reply = *reply;
	*reply = (struct dns_reply){ .outcome = DNS_ERROR };
	v->is_error = v->reply.outcome == DNS_ERROR;
	snprintf(v->detail, sizeof(v->detail), "%s", v->reply.detail);
	v->is_alias = v->reply.aliases > 0;
	v->owner = v->reply.owner;
	v->is_secure = v->reply.is_secure;
	v->ttl_s = v->reply.ttl_s;
	take_texts(v);
	finish(ask);
}

struct txt_ask *
txt_ask_start(struct lookup *lookup, const char *labels, const struct domain *domain,
    struct txt_view *out, txt_ask_done_fn *done, void *arg)
{
	struct txt_ask *ask = xcalloc(1, sizeof(*ask));

	memset(out, 0, sizeof(*out));
	ask->view = out;
	ask->done = done;
	ask->arg = arg;
	if (domain_join(labels, domain, &out->name) != ST_OK)
		loop_defer(on_no_name, ask);
	else
		ask->query =
		    resolve_start(lookup, &out->name, DNS_TXT, NULL, "", on_reply, ask);
	return ask;
}

void
txt_ask_cancel(struct txt_ask *ask)
{
	if (ask == NULL)
		return;
	loop_deferred_cancel(on_no_name, ask);
	resolve_cancel(ask->query);
	free(ask);
}

void
txt_view_clear(struct txt_view *view)
{
	free(view->texts);
	dns_reply_clear(&view->reply);
	memset(view, 0, sizeof(*view));
}
