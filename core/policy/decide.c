/* SPDX-License-Identifier: ISC */
#include "policy/decide.h"

#include "policy/sts_match.h"

_Static_assert(
    ANSWER_HOSTS_MAX >= MX_HOSTS_MAX, "an answer holds every host of a route");

/* The rows: what DNS said of a host. */
enum dns_case {
	/* It can be reached. */
	CASE_NO_TLSA,
	CASE_UNUSABLE,
	CASE_USABLE, /* and so is its name: secure MX, or none */
	CASE_USABLE_INSECURE_MX,
	CASE_USABLE_MIX_BOTH,
	/* It cannot, or must not. */
	CASE_TLSA_ERROR,
	CASE_ALIAS_ERROR,
	CASE_ADDRESS_ERROR,
	CASE_NO_ADDRESS,
	CASE_HOST_INVALID,
};

/* The columns: what the domain's MTA-STS policy says of it. */
enum sts_case {
	STS_FREE,    /* no policy, or one that does not bind: mode testing or none */
	STS_NAMED,   /* it binds and names the host */
	STS_UNNAMED, /* it binds and does not */
	STS_CASES
};

struct ruling {
	enum verdict verdict;
	enum reason reason;
};

/*
 * DANE and MTA-STS together: conformance.md, section 13.  The reasons NO_POLICY and STS_ENFORCE are made
 * more precise by why_exactly().
 */
/* clang-format off */
#define DANE         { VERDICT_DANE, REASON_TLSA_USABLE }
#define DANE_NAMED   { VERDICT_DANE, REASON_TLSA_IN_POLICY }
#define DANE_AND_STS { VERDICT_DANE, REASON_TLSA_USABLE_BOTH }
#define STS          { VERDICT_STS, REASON_STS_ENFORCE }
#define ENCRYPT      { VERDICT_ENCRYPT, REASON_TLSA_UNUSABLE }
#define MAY          { VERDICT_MAY, REASON_NO_POLICY }
#define UNNAMED      { VERDICT_SKIP, REASON_STS_NOT_NAMED }
#define SKIP(why)    { VERDICT_SKIP, REASON_##why }
#define ALL(why)     { SKIP(why), SKIP(why), SKIP(why) }

static const struct ruling rulings[][STS_CASES] = {
	/*                            STS_FREE  STS_NAMED     STS_UNNAMED */
	[CASE_NO_TLSA]            = { MAY,      STS,          UNNAMED },
	[CASE_UNUSABLE]           = { ENCRYPT,  STS,          UNNAMED },
	[CASE_USABLE]             = { DANE,     DANE,         DANE },
	[CASE_USABLE_INSECURE_MX] = { DANE,     DANE_NAMED,   UNNAMED },
	[CASE_USABLE_MIX_BOTH]    = { DANE,     DANE_AND_STS, UNNAMED },
	[CASE_TLSA_ERROR]         = ALL(TLSA_ERROR),
	[CASE_ALIAS_ERROR]        = ALL(ALIAS_ERROR),
	[CASE_ADDRESS_ERROR]      = ALL(ADDRESS_ERROR),
	[CASE_NO_ADDRESS]         = ALL(ADDRESS_NONE),
	[CASE_HOST_INVALID]       = ALL(HOST_INVALID),
};
/* clang-format on */

/* How far the TLSA lookups of a domain's hosts count. */
enum dane_use {
	DANE_COUNTS,
	DANE_ERRORS_COUNT, /* records do not, but a failed lookup still makes a host unusable */
	DANE_IGNORED,
};

enum sts_use { STS_AS_PUBLISHED, STS_HELD_AS_ENFORCE, STS_IGNORED };

/* What an override changes: before judging the facts that count, afterwards the ruling on a host. */
struct effect {
	enum dane_use dane;
	enum sts_use sts;
	bool needs_dane;
	void (*revise)(enum dns_case dns, struct ruling *ruling); /* NULL: as judged */
};

static bool
is_reachable(enum dns_case dns)
{
	return dns < CASE_TLSA_ERROR;
}

static void
revise_dane_only(enum dns_case dns, struct ruling *ruling)
{
	if (dns == CASE_NO_TLSA || dns == CASE_UNUSABLE)
		*ruling = (struct ruling){ VERDICT_SKIP, REASON_DANE_REQUIRED };
}

static void
revise_may(enum dns_case dns, struct ruling *ruling)
{
	if (is_reachable(dns))
		*ruling = (struct ruling){ VERDICT_MAY, REASON_RELAXED };
}

static void
revise_audit(enum dns_case dns, struct ruling *ruling)
{
	if (is_reachable(dns) && ruling->verdict != VERDICT_MAY)
		*ruling = (struct ruling){ VERDICT_MAY, REASON_AUDIT };
}

static const struct effect no_effect = { .revise = NULL };

static const struct effect effects[] = {
	[OVERRIDE_DANE_ONLY] = { .needs_dane = true, .revise = revise_dane_only },
	[OVERRIDE_STS_VERIFY] = { .sts = STS_HELD_AS_ENFORCE },
	[OVERRIDE_NO_DANE] = { .dane = DANE_IGNORED },
	[OVERRIDE_MAY] = { .dane = DANE_IGNORED,
	    .sts = STS_IGNORED,
	    .revise = revise_may },
	[OVERRIDE_AUDIT] = { .revise = revise_audit },
};

/* What holds for all hosts of one decision. */
struct decision {
	const struct facts *facts;
	const struct settings *settings;
	const struct effect *effect;
	const struct sts_policy *policy; /* that applies now; NULL: none */
	bool is_sts_binding;
	bool is_mx_trusted;
	enum dane_use dane;
	struct ruling refusal; /* of the whole domain, when is_refused */
	bool is_refused;
};

static const struct sts_policy *
policy_now(const struct facts *facts, const struct effect *effect, time_t now)
{
	const struct sts_facts *sts = facts->sts;

	if (sts == NULL || effect->sts == STS_IGNORED || now >= sts->expires)
		return NULL;
	return sts->policy;
}

static bool
is_binding(const struct sts_policy *policy, const struct effect *effect)
{
	if (policy == NULL)
		return false;
	return policy->mode == STS_ENFORCE ||
	       (policy->mode == STS_TESTING && effect->sts == STS_HELD_AS_ENFORCE);
}

/*
 * Whether the hosts' names can be relied on: found in a secure MX lookup, or in none at all, because a next-hop
 * that is the host itself is given by the user (RFC 7672, 2.2.2).
 */
static bool
is_mx_trusted(const struct route *route)
{
	return route != NULL && (route->is_secure || route->outcome != MX_FOUND);
}

static enum dane_use
find_dane_use(const struct decision *d)
{
	static const enum dane_use through_insecure_mx[] = {
		[INSECURE_MX_DANE] = DANE_COUNTS,
		[INSECURE_MX_MAY] = DANE_ERRORS_COUNT,
		[INSECURE_MX_OFF] = DANE_IGNORED,
	};

	if (d->settings->is_dane_off || d->effect->dane == DANE_IGNORED)
		return DANE_IGNORED;
	return d->is_mx_trusted ? DANE_COUNTS
				: through_insecure_mx[d->settings->insecure_mx];
}

static void
refuse(struct decision *d, enum verdict verdict, enum reason reason)
{
	d->refusal = (struct ruling){ verdict, reason };
	d->is_refused = true;
}

/* Refuse a domain for what an override asks in vain. */
static void
check_demands(struct decision *d)
{
	if (d->effect->needs_dane && d->settings->is_dane_off)
		refuse(d, VERDICT_DEFER, REASON_DANE_OFF);
	else if (d->effect->needs_dane && !d->is_mx_trusted)
		refuse(d, VERDICT_DEFER, REASON_DANE_REQUIRED_MX);
	else if (d->effect->sts == STS_HELD_AS_ENFORCE && !d->is_sts_binding)
		refuse(d, VERDICT_DEFER, REASON_STS_REQUIRED);
}

/* Refuse a domain for what its MX lookup said (RFC 5321, 5.1; RFC 7505; RFC 7672, 2.1.2). */
static void
check_route(struct decision *d)
{
	if (d->facts->route == NULL) {
		refuse(d, VERDICT_DEFER, REASON_MX_UNKNOWN);
		return;
	}
	switch (d->facts->route->outcome) {
	case MX_NULL:
		refuse(d, VERDICT_REJECT, REASON_MX_NULL);
		break;
	case MX_NXDOMAIN:
		refuse(d, VERDICT_REJECT, REASON_MX_NXDOMAIN);
		break;
	case MX_ERROR:
		refuse(d, VERDICT_DEFER, REASON_MX_ERROR);
		break;
	case MX_FOUND:
	case MX_IMPLICIT:
	case MX_HOST:
		check_demands(d);
		break;
	}
}

static struct decision
prepare(const struct facts *facts, const struct settings *settings, time_t now)
{
	const struct override *o = facts->override;
	struct decision d = { .facts = facts, .settings = settings };

	d.effect = o != NULL ? &effects[o->action] : &no_effect;
	d.policy = policy_now(facts, d.effect, now);
	d.is_sts_binding = is_binding(d.policy, d.effect);
	d.is_mx_trusted = is_mx_trusted(facts->route);
	d.dane = find_dane_use(&d);
	check_route(&d);
	return d;
}

/* Records that are secure and count: fills base and, when any of them is usable, tlsa. */
static enum dns_case
judge_tlsa(
    const struct decision *d, const struct host_facts *host, struct host_answer *out)
{
	out->base = host->base;
	out->tlsa = tlsa_select(host->tlsa, &d->settings->digests);
	if (out->tlsa == NULL)
		return CASE_UNUSABLE;
	if (d->settings->mix == MIX_BOTH)
		return CASE_USABLE_MIX_BOTH;
	return d->is_mx_trusted ? CASE_USABLE : CASE_USABLE_INSECURE_MX;
}

static enum dns_case
find_dns_case(
    const struct decision *d, const struct host_facts *host, struct host_answer *out)
{
	static const enum dns_case without_address[] = {
		[ADDRESS_NONE] = CASE_NO_ADDRESS,
		[ADDRESS_ERROR] = CASE_ADDRESS_ERROR,
		[ADDRESS_INVALID] = CASE_HOST_INVALID,
	};
	static const enum dns_case without_tlsa[] = {
		[TLSA_NOT_ASKED] = CASE_NO_TLSA,
		[TLSA_DENIED] = CASE_NO_TLSA,
		[TLSA_ERROR] = CASE_TLSA_ERROR,
		[TLSA_ALIAS_ERROR] = CASE_ALIAS_ERROR,
	};

	if (host->address_outcome != ADDRESS_FOUND)
		return without_address[host->address_outcome];
	if (d->dane == DANE_IGNORED)
		return CASE_NO_TLSA;
	if (host->tlsa_outcome != TLSA_FOUND)
		return without_tlsa[host->tlsa_outcome];
	return d->dane == DANE_COUNTS ? judge_tlsa(d, host, out) : CASE_NO_TLSA;
}

/* A live record, but its policy could not be fetched or read: as if there were none (RFC 8461, 3.3). */
static bool
has_sts_failed(const struct sts_facts *sts)
{
	return sts != NULL && sts->is_record_known && !sts->is_record_error &&
	       sts->record == STS_RECORD_FOUND && sts->attempt != STS_ATTEMPT_NONE &&
	       sts->attempt != STS_ATTEMPT_OK;
}

/* Why TLS is only opportunistic for a host that no policy binds. */
static enum reason
why_no_policy(const struct decision *d, const struct host_facts *host)
{
	bool had_tlsa =
	    host->tlsa_outcome != TLSA_NOT_ASKED && host->tlsa_outcome != TLSA_DENIED;

	if (had_tlsa && d->effect->dane == DANE_IGNORED)
		return REASON_RELAXED;
	if (d->policy != NULL)
		return d->policy->mode == STS_NONE ? REASON_STS_NONE
						   : REASON_STS_TESTING;
	if (has_sts_failed(d->facts->sts))
		return REASON_STS_FAILED;
	if (d->settings->is_dane_off)
		return REASON_NOT_VALIDATING;
	return had_tlsa ? REASON_MX_INSECURE : REASON_NO_POLICY;
}

static enum reason
why_exactly(const struct decision *d, const struct host_facts *host, enum reason reason)
{
	if (reason == REASON_NO_POLICY)
		return why_no_policy(d, host);
	if (reason == REASON_STS_ENFORCE && d->policy->mode != STS_ENFORCE)
		return REASON_STS_FORCED;
	return reason;
}

static struct ruling
find_ruling(
    const struct decision *d, const struct host_facts *host, struct host_answer *out)
{
	enum sts_case sts = !d->is_sts_binding ? STS_FREE
			    : out->is_named    ? STS_NAMED
					       : STS_UNNAMED;
	enum dns_case dns = find_dns_case(d, host, out);
	struct ruling ruling = rulings[dns][sts];

	ruling.reason = why_exactly(d, host, ruling.reason);
	if (d->effect->revise != NULL)
		d->effect->revise(dns, &ruling);
	if (d->is_refused)
		ruling = (struct ruling){ VERDICT_SKIP, d->refusal.reason };
	return ruling;
}

static void
judge_host(
    const struct decision *d, const struct host_facts *host, struct host_answer *out)
{
	struct ruling ruling;

	*out = (struct host_answer){
		.name = &host->name,
		.preference = host->preference,
		.canonical = host->canonical,
		.is_named = d->policy == NULL || d->policy->mode == STS_NONE ||
			    sts_policy_names(d->policy, &host->name),
		.detail = host->detail,
	};
	ruling = find_ruling(d, host, out);
	out->verdict = ruling.verdict;
	out->reason = ruling.reason;
	out->needs_sts = ruling.reason == REASON_TLSA_USABLE_BOTH;
}

/* No host is left; what is wrong with the first one tells more than that. */
static void
defer_without_host(struct answer *out)
{
	out->verdict = VERDICT_DEFER;
	out->reason = REASON_NO_HOST_LEFT;
	if (out->count > 0)
		out->detail = reason_text(out->hosts[0].reason);
}

/* The weakest verdict among the hosts that may be used stands for the domain. */
static void
judge_domain(const struct sts_facts *sts, struct answer *out)
{
	const struct host_answer *weakest = NULL, *host;
	size_t i;

	for (i = 0; i < out->count; i++) {
		host = &out->hosts[i];
		if (host->verdict < VERDICT_SKIP &&
		    (weakest == NULL || host->verdict > weakest->verdict))
			weakest = host;
	}
	if (weakest == NULL) {
		defer_without_host(out);
		return;
	}
	out->verdict = weakest->verdict;
	out->reason = weakest->reason;
	if (out->reason == REASON_STS_FAILED)
		out->detail = sts->detail;
}

static uint32_t
ttl_left(const struct decision *d, time_t now)
{
	const struct route *route = d->facts->route;
	time_t end;

	if (route == NULL)
		return 0;
	end = route->expires;
	if (d->policy != NULL && d->facts->sts->expires < end)
		end = d->facts->sts->expires;
	if (end <= now)
		return 0;
	return end - now < UINT32_MAX ? (uint32_t)(end - now) : UINT32_MAX;
}

/* Everything but the hosts and, unless the domain is refused, the verdict. */
static void
describe(const struct decision *d, time_t now, struct answer *out)
{
	const struct route *route = d->facts->route;

	out->next_hop = d->facts->next_hop;
	out->verdict = d->refusal.verdict;
	out->reason = d->refusal.reason;
	out->detail = route != NULL ? route->detail : "";
	out->mx_is_secure =
	    route != NULL && route->is_secure && !d->settings->is_dane_off;
	out->mx_is_implicit = route != NULL && (route->outcome == MX_IMPLICIT ||
						   route->outcome == MX_HOST);
	out->policy = d->policy;
	out->is_sts_binding = d->is_sts_binding;
	out->is_override = d->facts->override != NULL;
	out->opens_dane_only = d->settings->dane_only == DANE_ONLY_ENCRYPT;
	out->turn = NULL;
	out->ttl_s = ttl_left(d, now);
	out->count = route != NULL ? route->host_count : 0;
}

void
decide(const struct facts *facts, const struct settings *settings, time_t now,
    struct answer *out)
{
	struct decision d = prepare(facts, settings, now);
	size_t i;

	describe(&d, now, out);
	for (i = 0; i < out->count; i++)
		judge_host(&d, &facts->route->hosts[i], &out->hosts[i]);
	if (!d.is_refused)
		judge_domain(facts->sts, out);
}
