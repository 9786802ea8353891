/*
 * Each part of a domain is judged, then all of them together.  SPDX-License-Identifier: ISC
 */
#include "audit/audit.h"

#include "audit/dkim_audit.h"
#include "audit/mix_audit.h"
#include "audit/mx_audit.h"
#include "audit/resolver_view.h"
#include "audit/rua_audit.h"
#include "audit/sts_audit.h"
#include "audit/zone_audit.h"
#include "policy/sts_match.h"

/* Under which mode of the domain's policy the host stands. */
static enum sts_mode
mode_for(const struct audit *audit, const struct domain *host)
{
	const struct sts_policy *policy = sts_view_policy(audit->sts);

	if (policy == NULL || policy->mode == STS_NONE ||
	    !sts_policy_names(policy, host))
		return STS_NONE;
	return audit_policy(audit) != NULL ? policy->mode : STS_TESTING;
}

/* What the resolver has is the rest of it. */
static uint32_t
published_ttl(const struct zone_view *zone)
{
	uint32_t ttl_s = 0;
	size_t i;

	for (i = 0; zone != NULL && i < zone->count; i++) {
		const struct zone_server *s = &zone->servers[i];

		if (s->word == ZONE_SPEAKS && s->reply.outcome == DNS_FOUND &&
		    s->reply.ttl_s > ttl_s)
			ttl_s = s->reply.ttl_s;
	}
	return ttl_s;
}

/* One address of it; false: there is none left. */
static bool
judge_host(
    struct audit *audit, struct audit_host *host, const struct trust_store *trust)
{
	const struct host_facts *facts = host->view->host;
	struct next_hop next_hop = { .domain = audit->domain, .port = 25 };
	struct dane_names names;
	struct host_audit_input input = {
		.view = host->view,
		.ttl_s = host->ttl_s,
		.sts = host->sts,
		.trust = trust,
		.passes = &audit->passes,
		.now = audit->now,
	};

	if (facts->tlsa_outcome == TLSA_FOUND) {
		dane_names_find(&next_hop, audit->mx->route, facts, &names);
		input.names = &names;
	}
	if (host->audit.addresses == NULL)
		host_audit_begin(&input, &host->audit);
	if (host_audit_next(&input, &host->audit))
		return true;
	remarks_take(&audit->remarks, &host->audit.remarks, facts->name.text);
	return false;
}

static void
prepare_hosts(struct audit *audit)
{
	size_t i;

	for (i = 0; i < audit->count; i++) {
		struct audit_host *host = &audit->hosts[i];

		if (host->view == NULL)
			continue;
		host->sts = mode_for(audit, &host->view->host->name);
		host->ttl_s = published_ttl(host->zone);
	}
}

static void
judge_zone(struct audit *audit, const struct audit_host *host)
{
	if (host->zone == NULL)
		return;
	zone_audit(host->zone, audit->now, &audit->remarks);
	zone_audit_pair(audit->zone, host->zone, &audit->remarks);
}

const struct sts_policy *
audit_policy(const struct audit *audit)
{
	const struct sts_look *look = sts_view_good_look(audit->sts);
	bool has_record =
	    !audit->sts->record.is_error && audit->sts->outcome == STS_RECORD_FOUND;

	return has_record && look != NULL ? look->policy : NULL;
}

bool
audit_believes(const struct audit *audit)
{
	return resolver_is_believed(audit->resolver);
}

static void
doubt(struct audit *audit)
{
	size_t i;

	resolver_doubt_zone(audit->resolver, audit->zone);
	for (i = 0; i < audit->count; i++) {
		resolver_doubt_zone(audit->resolver, audit->hosts[i].zone);
		resolver_doubt_host(audit->resolver, audit->hosts[i].view);
	}
}

void
audit_judge_begin(struct audit *audit, time_t now)
{
	audit->now = now;
	audit->passes = AUDIT_PASSES_MAX;
	doubt(audit);
	mx_audit(audit->mx, &audit->remarks);
	zone_audit(audit->zone, audit->now, &audit->remarks);
	prepare_hosts(audit);
}

bool
audit_judge_next(struct audit *audit, const struct trust_store *trust)
{
	struct audit_host *host = &audit->hosts[audit->judged];

	if (audit->judged_zones < audit->count) {
		judge_zone(audit, &audit->hosts[audit->judged_zones++]);
		return true;
	}
	if (audit->judged == audit->count)
		return false;
	if (host->view == NULL || !judge_host(audit, host, trust))
		audit->judged++;
	return true;
}

void
audit_judge_end(struct audit *audit)
{
	struct sts_audit_input sts = {
		.view = audit->sts,
		.route = audit->mx->route,
		.now = audit->now,
	};

	sts_audit(&sts, &audit->remarks);
	rua_audit(audit->rua, &audit->remarks);
	if (audit->dkim != NULL)
		dkim_audit(audit->dkim, &audit->remarks);
	mix_audit(audit, &audit->remarks);
}
