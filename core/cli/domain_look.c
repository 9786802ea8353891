/* SPDX-License-Identifier: ISC */
#include "cli/domain_look.h"

#include "cli/session.h"
#include "show/complain.h"
#include "show/when.h"
#include "wire/idn.h"

struct looking {
	struct session session;
	struct domain domain;
	struct mx_view *mx;
	struct sts_view *sts;
	struct rua_view *rua;
};

static void
on_mx(struct mx_view *view, void *arg)
{
	struct looking *l = arg;

	l->mx = view;
	session_seen(&l->session);
}

static void
on_sts(struct sts_view *view, void *arg)
{
	struct looking *l = arg;

	l->sts = view;
	session_seen(&l->session);
}

static void
on_rua(struct rua_view *view, void *arg)
{
	struct looking *l = arg;

	l->rua = view;
	session_seen(&l->session);
}

static void
begin(struct session *session, void *arg)
{
	struct looking *l = arg;

	session->waiting += 3;
	(void)mx_view_start(&session->options, &l->domain, on_mx, l);
	(void)sts_view_start(&session->options, &l->domain, on_sts, l);
	(void)rua_view_start(&session->options, &l->domain, on_rua, l);
}

static enum exit_code
tell(const struct looking *l, domain_look_fn *fn, void *arg)
{
	const struct domain_look seen = {
		.domain = l->domain,
		.now = when_now(),
		.mx = l->mx,
		.sts = l->sts,
		.rua = l->rua,
	};

	return fn(&seen, arg);
}

enum exit_code
domain_look_at(
    const struct args *args, const char *domain, domain_look_fn *fn, void *arg)
{
	struct looking l = { .mx = NULL };
	enum exit_code code = EXIT_FAILED;
	struct why why;

	if (idn_domain_parse(domain, strlen(domain), &l.domain, &why) != ST_OK) {
		complain("\"%s\" is no domain: %s", domain, why.text);
		return EXIT_USAGE;
	}
	if (session_run(args, SESSION_HTTPS, &l.session, begin, &l))
		code = tell(&l, fn, arg);
	mx_view_free(l.mx);
	sts_view_free(l.sts);
	rua_view_free(l.rua);
	return code;
}
