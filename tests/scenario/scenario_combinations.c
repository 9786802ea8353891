/*
 * Every combination of facts for two hosts: what must never be decided, and what Postfix must never be told.
 * SPDX-License-Identifier: ISC
 */
#include "unit/cases.h"

#include "policy/decide.h"
#include "scenario/postfix_oracle.h"

#define NOW   ((time_t)1800000000)
#define HOSTS 2

enum host_kind {
	HOST_EE,
	HOST_TA,
	HOST_UNUSABLE,
	HOST_DENIED,
	HOST_INSECURE,
	HOST_TLSA_ERROR,
	HOST_ALIAS_ERROR,
	HOST_ADDRESS_ERROR,
	HOST_NO_ADDRESS,
	HOST_KINDS
};

enum mx_kind {
	MX_SECURE,
	MX_INSECURE,
	MX_IMPLICIT_SECURE,
	MX_IMPLICIT_INSECURE,
	MX_KINDS
};
enum sts_kind { NO_STS, STS_ENDED, STS_SAYS_NONE, STS_TESTS, STS_ENFORCES, STS_KINDS };
enum { NO_OVERRIDE = OVERRIDE_AUDIT + 1, OVERRIDES };
enum { SETTINGS = 3 * 2 * 2 }; /* insecure-mx, mix, dane-off */

/* One combination. */
struct combination {
	enum mx_kind mx;
	enum host_kind hosts[HOSTS];
	enum sts_kind sts;
	unsigned named; /* a bit for each host */
	int override;
	struct settings settings;
};

static struct domain names[HOSTS];
static const struct next_hop *next_hop;

/* --- facts ------------------------------------------------------------------------------------ */

static struct tlsa_set *
records(uint8_t usage, uint8_t key)
{
	uint8_t bytes[3 + 32] = { usage, TLSA_SPKI, TLSA_SHA256, key };

	return tlsa_set_new(&(struct tlsa_rdata){ bytes, sizeof(bytes) }, 1);
}

static void
set_tlsa(struct host_facts *h, uint8_t usage)
{
	h->tlsa_outcome = TLSA_FOUND;
	h->base = xmemdup(&h->name, sizeof(h->name));
	h->tlsa = records(usage, h->name.text[2] == '1');
}

static void
set_host(struct host_facts *h, enum host_kind kind)
{
	h->is_address_secure = kind != HOST_INSECURE;
	switch (kind) {
	case HOST_EE:
		set_tlsa(h, TLSA_DANE_EE);
		break;
	case HOST_TA:
		set_tlsa(h, TLSA_DANE_TA);
		break;
	case HOST_UNUSABLE:
		set_tlsa(h, TLSA_PKIX_EE);
		break;
	case HOST_DENIED:
		h->tlsa_outcome = TLSA_DENIED;
		break;
	case HOST_TLSA_ERROR:
		h->tlsa_outcome = TLSA_ERROR;
		break;
	case HOST_ALIAS_ERROR:
		h->tlsa_outcome = TLSA_ALIAS_ERROR;
		break;
	case HOST_ADDRESS_ERROR:
		h->address_outcome = ADDRESS_ERROR;
		break;
	case HOST_NO_ADDRESS:
		h->address_outcome = ADDRESS_NONE;
		break;
	case HOST_INSECURE:
	case HOST_KINDS:
		break;
	}
}

static bool
is_single(enum mx_kind mx)
{
	return mx == MX_IMPLICIT_SECURE || mx == MX_IMPLICIT_INSECURE;
}

static struct route *
route_of(const struct combination *c)
{
	struct route *route = route_new(is_single(c->mx) ? 1 : HOSTS);
	size_t i;

	route->outcome = is_single(c->mx) ? MX_IMPLICIT : MX_FOUND;
	route->is_secure = c->mx == MX_SECURE || c->mx == MX_IMPLICIT_SECURE;
	route->expanded = next_hop->domain;
	route->expires = NOW + 60;
	for (i = 0; i < route->host_count; i++) {
		route->hosts[i].name = names[i];
		set_host(&route->hosts[i], c->hosts[i]);
	}
	return route;
}

static struct sts_policy *
policy_of(const struct combination *c)
{
	static const char *const modes[] = { "none", "enforce", "none", "testing",
		"enforce" };
	struct strbuf text = STRBUF_INIT;
	struct sts_policy *policy = NULL;
	size_t i;

	if (c->sts == NO_STS)
		return NULL;
	strbuf_addf(&text, "version: STSv1\nmode: %s\nmx: other.example\nmax_age: 60\n",
	    modes[c->sts]);
	for (i = 0; i < HOSTS; i++)
		if ((c->named & 1u << i) != 0)
			strbuf_addf(&text, "mx: %s\n", names[i].text);
	assert_int_equal(sts_policy_parse(text.data, text.len, &policy, NULL), ST_OK);
	strbuf_clear(&text);
	return policy;
}

/* --- what must hold ------------------------------------------------------------------------------- */

static bool
is_relaxed(const struct combination *c)
{
	return c->override == OVERRIDE_MAY || c->override == OVERRIDE_AUDIT;
}

/* Whether the TLSA records of a host are to be obeyed. */
static bool
is_dane_on(const struct combination *c)
{
	if (c->settings.is_dane_off || c->override == OVERRIDE_NO_DANE ||
	    c->override == OVERRIDE_MAY)
		return false;
	return c->mx != MX_INSECURE || c->settings.insecure_mx == INSECURE_MX_DANE;
}

static bool
is_enforced(const struct combination *c)
{
	return c->sts == STS_ENFORCES ||
	       (c->sts == STS_TESTS && c->override == OVERRIDE_STS_VERIFY);
}

static void
assert_host(const struct combination *c, size_t i, const struct host_answer *h)
{
	enum host_kind kind = c->hosts[i];
	bool is_up = kind < HOST_TLSA_ERROR;
	bool has_usable = kind == HOST_EE || kind == HOST_TA;
	bool is_named = (c->named & 1u << i) != 0;

	assert_true(h->verdict <= VERDICT_SKIP);
	if (kind == HOST_ADDRESS_ERROR || kind == HOST_NO_ADDRESS)
		assert_int_equal(h->verdict, VERDICT_SKIP);
	/* MIX-01, BASE-07: nothing rescues a failed lookup. */
	if (!is_up && is_dane_on(c))
		assert_int_equal(h->verdict, VERDICT_SKIP);
	if (h->verdict == VERDICT_DANE)
		assert_true(has_usable && is_dane_on(c));
	if (h->verdict == VERDICT_ENCRYPT)
		assert_true(kind == HOST_UNUSABLE && is_dane_on(c));
	/* BASE-12: TLSA makes TLS obligatory. */
	if ((has_usable || kind == HOST_UNUSABLE) && is_dane_on(c) && !is_relaxed(c))
		assert_true(h->verdict != VERDICT_MAY);
	if (is_enforced(c) && !is_relaxed(c)) {
		assert_true(h->verdict != VERDICT_MAY && h->verdict != VERDICT_ENCRYPT);
		/* STS-APP-02, MIX-05: only DANE over a name that can be relied on. */
		if (!is_named && (c->mx == MX_INSECURE || c->settings.mix == MIX_BOTH ||
				     !has_usable))
			assert_int_equal(h->verdict, VERDICT_SKIP);
	}
	if (h->verdict == VERDICT_STS)
		assert_true(is_enforced(c) && is_named);
	if (c->override == OVERRIDE_DANE_ONLY)
		assert_true(h->verdict == VERDICT_DANE || h->verdict == VERDICT_SKIP);
	if (is_relaxed(c) && is_up)
		assert_int_equal(h->verdict, VERDICT_MAY);
}

static void
assert_decision(const struct combination *c, const struct answer *a)
{
	enum verdict weakest = VERDICT_DANE;
	size_t i, usable = 0;

	for (i = 0; i < a->count; i++) {
		assert_host(c, i, &a->hosts[i]);
		if (a->hosts[i].verdict == VERDICT_SKIP)
			continue;
		usable++;
		if (a->hosts[i].verdict > weakest)
			weakest = a->hosts[i].verdict;
	}
	assert_int_equal(a->verdict, usable > 0 ? weakest : VERDICT_DEFER);
}

static void
judge(const struct combination *c)
{
	struct route *route = route_of(c);
	struct sts_policy *policy = policy_of(c);
	struct sts_facts sts = { .policy = policy, .id = "1", .detail = "" };
	struct override override = { .action = (enum override_action)c->override };
	struct facts facts = { .next_hop = next_hop, .route = route, .sts = &sts };
	struct answer answer;

	sts.expires = c->sts == STS_ENDED ? NOW : NOW + 60;
	if (c->override != NO_OVERRIDE)
		facts.override = &override;
	decide(&facts, &c->settings, NOW, &answer);
	assert_decision(c, &answer);
	assert_postfix_obeys(&answer, "postfix");
	assert_postfix_obeys(&answer, "postfix-tlsrpt");
	answer_clear(&answer);
	route_release(route);
	free(policy);
}

/* --- all of them -------------------------------------------------------------------------------------- */

/* The next digit of a number whose digits have different bases. */
static unsigned
take(unsigned *n, unsigned base)
{
	unsigned digit = *n % base;

	*n /= base;
	return digit;
}

static struct combination
combination_of(unsigned n)
{
	struct combination c = { .settings.digests = tlsa_digests_default };

	c.mx = take(&n, MX_KINDS);
	c.hosts[0] = take(&n, HOST_KINDS);
	c.hosts[1] = take(&n, HOST_KINDS);
	c.sts = take(&n, STS_KINDS);
	c.named = take(&n, 1u << HOSTS);
	c.override = (int)take(&n, OVERRIDES);
	c.settings.insecure_mx = take(&n, 3);
	c.settings.mix = take(&n, 2);
	c.settings.is_dane_off = take(&n, 2) != 0;
	return c;
}

static void
check_all(void **state)
{
	const unsigned count = MX_KINDS * HOST_KINDS * HOST_KINDS * STS_KINDS *
			       (1u << HOSTS) * OVERRIDES * SETTINGS;
	struct next_hop n;
	unsigned i;

	(void)state;
	assert_int_equal(next_hop_parse("mx1.example", 11, &n, NULL), NEXT_HOP_DOMAIN);
	next_hop = &n;
	assert_int_equal(domain_parse("mx1.example", 11, &names[0], NULL), ST_OK);
	assert_int_equal(domain_parse("mx2.example", 11, &names[1], NULL), ST_OK);
	for (i = 0; i < count; i++) {
		struct combination c = combination_of(i);

		judge(&c);
	}
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE(
		    "MIX-01, MIX-03, MIX-04, MIX-05, BASE-07, BASE-12, STS-APP-02, MAND-01 "
		    "every combination of two hosts, and Postfix obeys each",
		    check_all),
	};

	return cases_run("combinations", tables, COUNT_OF(tables));
}
