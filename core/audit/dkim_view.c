/* SPDX-License-Identifier: ISC */
#include "audit/dkim_view.h"

#include <stdio.h>

#include "base/mem.h"

struct dkim_view_ask {
	struct lookup lookup;
	struct dkim_view *view;
	struct txt_ask *record;
	dkim_view_done_fn *done;
	void *arg;
};

void
dkim_view_free(struct dkim_view *view)
{
	if (view == NULL)
		return;
	txt_view_clear(&view->record);
	free(view);
}

static void
on_record(void *arg)
{
	struct dkim_view_ask *ask = arg;

	ask->done(ask->view, ask->arg);
	free(ask);
}

struct dkim_view_ask *
dkim_view_start(const struct audit_options *options, const struct domain *domain,
    const struct domain *selector, dkim_view_done_fn *done, void *arg)
{
	struct dkim_view_ask *ask = xcalloc(1, sizeof(*ask));
	char labels[DOMAIN_MAX + sizeof("._domainkey")];

	snprintf(labels, sizeof(labels), "%s._domainkey", selector->text);
	ask->lookup = audit_lookup(options);
	ask->view = xcalloc(1, sizeof(*ask->view));
	ask->view->domain = *domain;
	ask->done = done;
	ask->arg = arg;
	ask->record = txt_ask_start(
	    &ask->lookup, labels, domain, &ask->view->record, on_record, ask);
	return ask;
}

void
dkim_view_cancel(struct dkim_view_ask *ask)
{
	if (ask == NULL)
		return;
	txt_ask_cancel(ask->record);
	dkim_view_free(ask->view);
	free(ask);
}
