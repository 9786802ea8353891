/* SPDX-License-Identifier: ISC */
#include "cli/look.h"

#include "audit/resolver_view.h"
#include "cli/session.h"
#include "show/complain.h"

struct look {
	struct session session;
	struct next_hop host;
	struct host_view *view;
};

static void
on_view(struct host_view *view, void *arg)
{
	struct look *look = arg;

	look->view = view;
	session_seen(&look->session);
}

static void
begin(struct session *session, void *arg)
{
	struct look *look = arg;
	struct host_view_request request = {
		.host = look->host.domain,
		.port = look->host.port,
		.address_max = HOST_ADDRESSES_MAX,
	};

	session->waiting++;
	(void)host_view_start(&session->options, &request, on_view, look);
}

static enum exit_code
tell(struct look *look, look_fn *fn, void *arg)
{
	const struct looked seen = {
		.host = &look->host,
		.view = look->view,
		.resolver = look->session.resolver,
	};

	resolver_doubt_host(seen.resolver, look->view);
	return fn(&seen, arg);
}

enum exit_code
look_at(const struct args *args, const char *host, look_fn *fn, void *arg)
{
	struct look look = { .view = NULL };
	enum exit_code code = EXIT_FAILED;
	struct why why = { "an address has no TLSA records" };

	if (next_hop_parse(host, strlen(host), &look.host, &why) != NEXT_HOP_DOMAIN) {
		complain("\"%s\" is no host: %s", host, why.text);
		return EXIT_USAGE;
	}
	if (session_run(args, SESSION_DNS, &look.session, begin, &look))
		code = tell(&look, fn, arg);
	host_view_free(look.view);
	return code;
}
