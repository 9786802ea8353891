/* SPDX-License-Identifier: ISC */
#include "audit/mix_audit.h"
#include "tlsa_certs.h"

#define HOSTS_MAX 3
#define DOMAIN    "example.org"

/*
 * A host each: what of TLSA, "d" has it, "-" it is denied, "i" the addresses are insecure, "e" its lookup fails, "a" the addresses are
 * not known, "n" there are none, "x" no host name; then a letter for its key, or "." for no certificate; then a digit for its
 * address.  "c" behind that: it is an alias.
 */
static const struct mix_case {
	const char *name;
	const char *hosts[HOSTS_MAX];
	const char *policy; /* NULL: none */
	const char *want;
	bool is_mx_insecure, is_elsewhere, is_zone_unknown;
	bool is_refused; /* the first host's certificate: by DANE, not by WebPKI */
	enum sts_record_outcome record;
	bool is_record_error, is_web_error, is_web_bad, is_web_private;
	bool has_reports;
	enum resolver_state resolver; /* UNKNOWN: it is OK */
} mix_cases[] = {
	{ .name = "DANE on all hosts", .hosts = { "dk1", "dm2" } },
	{ .name = "DANE on the only host", .hosts = { "dk1" } },
	{ .name = "neither DANE nor MTA-STS",
	    .hosts = { "-k1" },
	    .record = STS_RECORD_NONE,
	    .want = "advice " DOMAIN ": neither DANE nor MTA-STS|RFC 7672, 1.3" },
	{ .name = "SEED-35 unsigned, no MTA-STS",
	    .hosts = { "ik1" },
	    .record = STS_RECORD_NONE,
	    .want = "neither DANE nor MTA-STS" },
	{ .name = "MTA-STS, unsigned", .hosts = { "ik1" }, .policy = "enforce" },
	{ .name = "MTA-STS in mode none",
	    .hosts = { "ik1" },
	    .policy = "none",
	    .want = "neither DANE nor MTA-STS" },
	{ .name = "MTA-STS that senders do not get: no record",
	    .hosts = { "ik1" },
	    .policy = "enforce",
	    .record = STS_RECORD_NONE,
	    .want = "neither DANE nor MTA-STS" },
	{ .name = "MTA-STS that senders do not get: a bad certificate",
	    .hosts = { "ik1" },
	    .policy = "enforce",
	    .is_web_bad = true,
	    .want = "neither DANE nor MTA-STS" },
	{ .name = "MTA-STS that senders may have in memory",
	    .hosts = { "ik1" },
	    .policy = "enforce",
	    .is_record_error = true },
	{ .name = "whether there is MTA-STS is not known",
	    .hosts = { "ik1" },
	    .is_record_error = true },
	{ .name = "what MTA-STS says is not known",
	    .hosts = { "ik1" },
	    .is_web_error = true },
	{ .name = "MTA-STS at an address that is not looked at",
	    .hosts = { "ik1" },
	    .is_web_private = true },
	{ .name = "SEED-31 whether there is DANE is not known",
	    .hosts = { "ek1" },
	    .record = STS_RECORD_NONE },
	{ .name = "SEED-31 whether there is DANE is not known of one host",
	    .hosts = { "-k1", "ek2" },
	    .record = STS_RECORD_NONE,
	    .want = "!neither DANE" },
	{ .name = "no address is known", .hosts = { "a." }, .record = STS_RECORD_NONE },
	{ .name = "a host without address, another without DANE",
	    .hosts = { "n.", "-k1" },
	    .record = STS_RECORD_NONE,
	    .want = "!neither DANE" },
	{ .name = "DANE on some hosts",
	    .hosts = { "dk1", "-m2", "-o3" },
	    .want =
		"advice " DOMAIN ": 2 of 3 MX hosts have no secure TLSA records|RFC "
		"7672, 2.2.1" },
	{ .name = "DANE on all that are hosts",
	    .hosts = { "dk1", "n.", "x." },
	    .want = "!have no secure" },
	{ .name = "SEED-31 PUB-TLSA-09 DANE-MX-03 the mail domain is not signed",
	    .hosts = { "dk1" },
	    .is_mx_insecure = true,
	    .want =
		"advice " DOMAIN ": the MX hosts have TLSA records, the MX records are "
		"not secure" },
	{ .name = "SEED-30 PUB-TLSA-12 the host is somebody else's",
	    .hosts = { "-k1" },
	    .policy = "enforce",
	    .is_elsewhere = true,
	    .want =
		"note " DOMAIN ": mx1." DOMAIN
		", which has no TLSA, is in another zone: TLSA must be in the zone of" },
	{ .name = "SEED-30 somebody else's host, of which TLSA is not known",
	    .hosts = { "ek1" },
	    .policy = "enforce",
	    .is_elsewhere = true },
	{ .name = "SEED-30 whose the host is cannot be found out",
	    .hosts = { "-k1" },
	    .policy = "enforce",
	    .is_zone_unknown = true },
	{ .name = "SEED-30 somebody else's host that has TLSA",
	    .hosts = { "dk1" },
	    .is_elsewhere = true },
	{ .name = "SEED-53 MIX-01 DANE refuses what MTA-STS takes",
	    .hosts = { "dk1" },
	    .policy = "enforce",
	    .is_refused = true,
	    .want = "note mx1." DOMAIN ": the certificate is good for MTA-STS, not for "
		    "DANE|RFC 8461, 2" },
	{ .name = "the MX host is an alias",
	    .hosts = { "dk1c" },
	    .want = "advice mx1." DOMAIN ": an alias of real.example|RFC 2181, 10.3" },
	{ .name = "SEED-27 PUB-TLSA-07 all hosts have the same key",
	    .hosts = { "dk1", "dk2", "dk3" },
	    .want = "advice " DOMAIN ": all MX hosts have the same EC P-256 key" },
	{ .name = "SEED-27 one host has another key",
	    .hosts = { "dk1", "dk2", "dm3" } },
	{ .name = "SEED-27 two names of one machine", .hosts = { "dk1", "dk1" } },
	{ .name = "SEED-27 a host that shows nothing does not hide it",
	    .hosts = { "d.1", "dk2", "dk3" },
	    .want = "the same EC P-256 key" },
	{ .name = "SEED-69 testing, and nowhere to report to",
	    .hosts = { "dk1" },
	    .policy = "testing",
	    .want =
		"advice " DOMAIN ": a policy in mode testing, and nowhere to report to|"
		"RFC 8461, 5" },
	{ .name = "SEED-69 testing, with reports",
	    .hosts = { "dk1" },
	    .policy = "testing",
	    .has_reports = true },
	{ .name = "SEED-69 enforce needs no reports",
	    .hosts = { "dk1" },
	    .policy = "enforce" },
	{ .name = "DNS-04 DNS-13 a resolver that does not validate",
	    .hosts = { "ik1" },
	    .record = STS_RECORD_NONE,
	    .resolver = RESOLVER_NOT_VALIDATING,
	    .want =
		"unsure " DOMAIN ": the resolver here: does not validate|!neither" },
	{ .name =
		"DNS-13 a resolver that does not answer: its insecure may be a stub's",
	    .hosts = { "ik1" },
	    .record = STS_RECORD_NONE,
	    .resolver = RESOLVER_DEAD,
	    .want = "unsure " DOMAIN ": the resolver here: does not answer|!neither" },
	{ .name = "DNS-04 a resolver far away",
	    .hosts = { "ik1" },
	    .record = STS_RECORD_NONE,
	    .resolver = RESOLVER_UNTRUSTED,
	    .want = "unsure " DOMAIN ": the resolver here: not on loopback|!neither" },
	{ .name = "no host, nothing to say", .record = STS_RECORD_NONE },
};

/* --- the parts of a domain ---------------------------------------------------------------------- */

static void
set_facts(struct host_facts *h, char what)
{
	h->address_outcome = what == 'a'   ? ADDRESS_ERROR
			     : what == 'n' ? ADDRESS_NONE
			     : what == 'x' ? ADDRESS_INVALID
					   : ADDRESS_FOUND;
	h->is_address_secure = strchr("d-e", what) != NULL;
	h->tlsa_outcome = what == 'd'   ? TLSA_FOUND
			  : what == '-' ? TLSA_DENIED
			  : what == 'e' ? TLSA_ERROR
					: TLSA_NOT_ASKED;
}

/* A domain that nobody has looked at. */
struct stage {
	struct audit audit;
	struct mx_view mx;
	struct zone_view zone;
	struct sts_look look;
	struct sts_view sts;
	struct rua_view rua;
	struct audit_host hosts[HOSTS_MAX];
	struct part {
		struct host_view view;
		struct host_audit_address look;
		struct zone_view zone;
	} parts[HOSTS_MAX];
};

static struct sts_policy *
policy_of(const char *mode)
{
	char body[128];
	struct sts_policy *policy;

	snprintf(body, sizeof(body),
	    "version: STSv1\nmode: %s\nmx: *.example.org\nmax_age: 604800\n", mode);
	assert_int_equal(sts_policy_parse(body, strlen(body), &policy, NULL), ST_OK);
	return policy;
}

static void
stage_sts(struct stage *s, const struct mix_case *c)
{
	static char fault[] = "expired";

	s->look.outcome = c->is_web_private ? HTTPS_ADDRESS_REFUSED : HTTPS_OK;
	s->look.cert_fault = c->is_web_bad ? fault : NULL;
	s->look.policy = c->policy != NULL ? policy_of(c->policy) : NULL;
	s->sts.looks = &s->look;
	s->sts.count = c->policy != NULL || c->is_web_private;
	s->sts.outcome = c->record;
	s->sts.record.is_error = c->is_record_error;
	s->sts.is_host_error = c->is_web_error;
}

/* The route owns what it points to. */
static void
stage_facts(struct host_facts *facts, size_t i, const char *text)
{
	struct domain target = domain_named("real.example");
	char name[32];

	snprintf(name, sizeof(name), "mx%zu." DOMAIN, i + 1);
	facts->name = domain_named(name);
	set_facts(facts, text[0]);
	if (text[2] == '\0')
		return;
	facts->addresses = xcalloc(1, sizeof(facts->addresses[0]));
	facts->addresses[0].bytes[0] = (uint8_t)text[2];
	facts->address_count = 1;
	if (text[3] == 'c')
		facts->canonical = xmemdup(&target, sizeof(target));
}

static void
stage_host(struct stage *s, size_t i, const struct mix_case *c)
{
	const char *text = c->hosts[i];
	struct audit_host *host = &s->hosts[i];
	struct part *part = &s->parts[i];

	stage_facts(&s->mx.route->hosts[i], i, text);
	part->view.host = &s->mx.route->hosts[i];
	part->look.has_cert = text[1] != '.';
	part->look.cert =
	    (struct cert_facts){ .key = "EC P-256", .key_id = { (uint8_t)text[1] } };
	part->look.has_verdict = part->look.has_webpki = i == 0 && c->is_refused;
	part->look.verdict.outcome = CHAIN_NO_MATCH;
	if (!c->is_zone_unknown)
		part->zone.apex =
		    domain_named(c->is_elsewhere ? "example.net" : DOMAIN);
	host->view = text[0] != 'x' ? &part->view : NULL;
	host->audit.count = 1;
	host->audit.addresses = &part->look;
	host->zone = &part->zone;
}

static void
stage_begin(struct stage *s, const struct mix_case *c)
{
	size_t n;

	memset(s, 0, sizeof(*s));
	s->mx.route = route_new(HOSTS_MAX);
	s->mx.route->is_secure = !c->is_mx_insecure;
	s->zone.apex = domain_named(DOMAIN);
	s->rua.outcome = c->has_reports ? TLSRPT_RECORD_FOUND : TLSRPT_RECORD_NONE;
	stage_sts(s, c);
	for (n = 0; n < HOSTS_MAX && c->hosts[n] != NULL; n++)
		stage_host(s, n, c);
	s->mx.route->host_count = n;
	s->audit = (struct audit){
		.domain = domain_named(DOMAIN),
		.resolver = c->resolver != RESOLVER_UNKNOWN ? c->resolver : RESOLVER_OK,
		.mx = &s->mx,
		.count = n,
		.hosts = s->hosts,
		.zone = &s->zone,
		.sts = &s->sts,
		.rua = &s->rua,
	};
}

static void
check_mix(void **state)
{
	const struct mix_case *c = *state;
	static struct stage stage;
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;

	stage_begin(&stage, c);
	mix_audit(&stage.audit, &remarks);
	add_remarks(&got, &remarks);
	assert_remarks(strbuf_str(&got), c->want != NULL ? c->want : "");
	strbuf_clear(&got);
	remarks_clear(&remarks);
	free(stage.look.policy);
	route_release(stage.mx.route);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_mix, mix_cases),
	};

	return cases_run("mix_audit", tables, COUNT_OF(tables));
}
