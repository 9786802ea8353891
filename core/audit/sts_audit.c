/* SPDX-License-Identifier: ISC */
#include "audit/sts_audit.h"

#define DAY_S 86400

static const struct remark_kind
    none = { REMARK_NOTE, "sts-none",
	    "senders that do not know DANE do without a check of names (RFC 8461, 1)",
	    "\"hopseal sts make\" writes what to publish" },
    record_missing = { REMARK_BROKEN, "sts-record-missing",
	    "senders do not look for the policy without it (RFC 8461, 3.1)",
	    "publish it; \"hopseal sts make\" writes it" },
    record_gone = { REMARK_NOTE, "sts-record-gone",
	    "that is the end of it (RFC 8461, 8.3)",
	    "\"hopseal sts retire\" says whether the host may go" },
    record_fails = { REMARK_UNSURE, "sts-record-fails",
	    "senders that have no policy in memory do without one (RFC 8461, 10.2)",
	    "see why the name servers do not answer" },
    record_ttl = { REMARK_ADVICE, "sts-record-ttl",
	    "a new policy is seen that late (RFC 8461, 8.1)", "use an hour to a day" },
    delegated = { REMARK_NOTE, "sts-delegated",
	    "who has that name changes the policy (RFC 8461, 8.2)", "" };

/* --- the record --------------------------------------------------------------------------------- */

/* There is a policy, but no record that leads to it. */
static void
audit_missing(const struct sts_view *v, const struct sts_policy *p, struct remarks *out)
{
	if (p->mode == STS_NONE)
		remarks_add(out, &record_gone, v->record.name.text,
		    "no record, and a policy with mode none");
	else
		remarks_add(out, &record_missing, v->record.name.text,
		    "no record, though %s has a policy", v->host.text);
}

/* True: there is one, good or not, or there may be. */
static bool
audit_record(const struct sts_view *v, struct remarks *out)
{
	const struct txt_view *r = &v->record;
	const char *about = r->name.text;

	if (r->is_alias)
		remarks_add(out, &delegated, about, "an alias of %s", r->owner.text);
	if (r->is_error) {
		remarks_add(out, &record_fails, about, "the lookup of TXT fails: %s",
		    r->detail);
		return true;
	}
	if (!sts_audit_record(r->texts, r->count, about, out))
		return false;
	if (r->ttl_s > DAY_S)
		remarks_add(
		    out, &record_ttl, about, "its TTL is %u s", (unsigned)r->ttl_s);
	return true;
}

/* --- the policy host ---------------------------------------------------------------------------- */

static const struct remark_kind
    no_host = { REMARK_BROKEN, "sts-host-none", "senders get no policy (RFC 8461, 3.3)",
	    "give it an address, and a certificate; or remove the record" },
    host_fails = { REMARK_UNSURE, "sts-host-fails",
	    "senders that have no policy in memory do without one (RFC 8461, 3.3)",
	    "see why the name servers do not answer" },
    host_half_known = { REMARK_UNSURE, "sts-host-half-known",
	    "senders that have only this family may get no policy (RFC 8461, 3.3)",
	    "see why the name servers do not answer" };

static void
audit_host(const struct sts_view *v, time_t now, struct remarks *out)
{
	if (v->is_host_alias)
		remarks_add(out, &delegated, v->host.text, "an alias of %s",
		    v->host_owner.text);
	if (v->is_host_error)
		remarks_add(out, &host_fails, v->host.text,
		    "no address could be found out: %s", v->host_detail);
	else if (v->count == 0 && !v->record.is_error)
		remarks_add(out, &no_host, v->host.text, "the name has no address");
	else if (v->host_detail[0] != '\0')
		remarks_add(out, &host_half_known, v->host.text,
		    "addresses of one family could not be found out: %s",
		    v->host_detail);
	sts_audit_web(v, now, out);
}

/* --- all of it ---------------------------------------------------------------------------------- */

void
sts_audit(const struct sts_audit_input *in, struct remarks *out)
{
	const struct sts_view *v = in->view;
	const struct sts_policy *policy = sts_view_policy(v);
	bool has_record = audit_record(v, out);

	if (!has_record && policy == NULL) {
		remarks_add(out, &none, v->domain.text, "no MTA-STS");
		return;
	}
	if (!has_record && !in->is_under_way)
		audit_missing(v, policy, out);
	audit_host(v, in->now, out);
	if (policy == NULL)
		return;
	sts_audit_policy(policy, &v->domain, v->host.text, out);
	if (in->route != NULL)
		sts_audit_coverage(policy, in->route, v->host.text, out);
}
