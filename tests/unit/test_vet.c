/* Whether a session may go on.  SPDX-License-Identifier: ISC */
#include "judge_world.h"
#include "policy/vet.h"

static const char *const words[] = {
	[VET_ACCEPT] = "accept",
	[VET_REFUSE] = "refuse",
	[VET_LATER] = "later",
};

static struct vet_input
input_of(const struct stage *s)
{
	return (struct vet_input){
		.event = &s->event,
		.facts = &s->world.facts,
		.settings = &s->world.settings,
		.trust = s->input.trust,
		.now = NOW,
	};
}

static const struct vet_case {
	const char *name;
	const char *mx, *hosts, *sts;
	/* judge_world.h, and of the first host: "root", its TLSA is that one's, usage 2; "match=X", that of X, usage 3;
	 * "alias=1" or, with the second, "alias=2" */
	const char *options;
	const char *host, *chain;
	const char *want;
} vet_cases[] = {
	/* DANE. */
	{ "AUTH-01 DANE: the chain matches", "S", "mx1=usable", "", "match", "mx1",
	    "good", "accept mx1: dane-verify: 3 1 1 matches at depth 0" },
	{ "AUTH-07 DANE: another certificate", "S", "mx1=usable", "", "match", "mx1",
	    "self",
	    "refuse mx1: dane-verify: no TLSA record matches (no matching DANE TLSA "
	    "records)" },
	{ "AUTH-01 DANE: usage 3 asks for no dates", "S", "mx1=usable", "",
	    "match=expired", "mx1", "expired",
	    "accept mx1: dane-verify: 3 1 1 matches at depth 0" },
	{ "AUTH-02 DANE: usage 2, the name of the host", "S", "mx1=usable", "", "root",
	    "mx1", "good root", "accept mx1: dane-verify: 2 0 1 matches at depth 1" },
	{ "AUTH-02 DANE: usage 2, expired", "S", "mx1=usable", "", "root", "mx1",
	    "expired root",
	    "refuse mx1: dane-verify: certificate expired (certificate has expired)" },
	{ "REF-02 DANE: usage 2, secure MX, the name of the next-hop", "S",
	    "mx1=usable", "", "root", "mx1", "next-hop root",
	    "accept mx1: dane-verify: 2 0 1 matches at depth 1" },
	{ "REF-03 DANE: usage 2, insecure MX, the name of the next-hop", "I",
	    "mx1=usable", "", "root", "mx1", "next-hop root",
	    "refuse mx1: dane-verify: certificate is for another name (hostname "
	    "mismatch)" },
	{ "AUTH-03 DANE: usage 2, the anchor was not sent", "S", "mx1=usable", "",
	    "root", "mx1", "good",
	    "refuse mx1: dane-verify: no TLSA record matches (no matching DANE TLSA "
	    "records)" },
	{ "DANE: a certificate that cannot be read", "S", "mx1=usable", "", "match",
	    "mx1", "unreadable",
	    "refuse mx1: dane-verify: chain cannot be read (no "
	    "certificate, or one that cannot be read)" },
	{ "DANE: no certificate", "S", "mx1=usable", "", "match", "mx1", "",
	    "refuse mx1: dane-verify: chain cannot be read (no certificate, or one "
	    "that cannot be read)" },
	{ "DANE: needs no trust anchors", "S", "mx1=usable", "", "match no-trust",
	    "mx1", "good", "accept mx1: dane-verify: 3 1 1 matches at depth 0" },

	/* MTA-STS. */
	{ "STS-APP-06 STS: valid", "I", "mx1=insecure", "enforce mx1", "", "mx1",
	    "good", "accept mx1: sts-verify: valid for mx1" },
	{ "STS-APP-06 STS: expired", "I", "mx1=insecure", "enforce mx1", "", "mx1",
	    "expired",
	    "refuse mx1: sts-verify: certificate expired (certificate has "
	    "expired)" },
	{ "STS-APP-06 STS: not yet valid", "I", "mx1=insecure", "enforce mx1", "",
	    "mx1", "future",
	    "refuse mx1: sts-verify: certificate not yet valid (certificate "
	    "is not yet valid)" },
	{ "STS-APP-06 STS: another name", "I", "mx1=insecure", "enforce mx1", "", "mx1",
	    "other-name",
	    "refuse mx1: sts-verify: certificate is for another name "
	    "(hostname mismatch)" },
	{ "STS-APP-06 STS: the name of the next-hop is another one", "I",
	    "mx1=insecure", "enforce mx1", "", "mx1", "next-hop",
	    "refuse mx1: sts-verify: certificate is for another name (hostname "
	    "mismatch)" },
	{ "STS-APP-06 STS: self-signed", "I", "mx1=insecure", "enforce mx1", "", "mx1",
	    "self",
	    "refuse mx1: sts-verify: chain not trusted (self-signed "
	    "certificate)" },
	{ "STS-APP-06 STS: without trust anchors nobody can say", "I", "mx1=insecure",
	    "enforce mx1", "no-trust", "mx1", "good",
	    "later mx1: sts-verify: no trust anchors" },
	{ "STS-APP-05 STS: a host that the policy does not name", "I",
	    "mx1=insecure mx2=insecure", "enforce mx1", "", "mx2", "good",
	    "refuse mx2: skip: MX host not named by the STS policy (RFC 8461, 4.1)" },
	{ "STS-APP-08 testing: nothing is asked of the chain", "I", "mx1=insecure",
	    "testing mx1", "", "mx1", "self",
	    "accept mx1: may: MTA-STS policy, mode testing (RFC 8461, 5)" },
	{ "STS-APP-08 testing, held by the operator", "I", "mx1=insecure",
	    "testing mx1", "sts-verify", "mx1", "self",
	    "refuse mx1: sts-verify: chain not trusted (self-signed certificate)" },
	{ "an expired policy binds nobody", "I", "mx1=insecure", "enforce mx1 expired",
	    "", "mx1", "self",
	    "accept mx1: may: neither TLSA records nor an MTA-STS policy (RFC 7672, "
	    "2.2)" },

	/* Both. */
	{ "MIX-02 a self-signed certificate that DANE is content with", "S",
	    "mx1=usable", "enforce mx1", "match=self", "mx1", "self",
	    "accept mx1: dane-verify: 3 1 1 matches at depth 0" },
	{ "MIX-02 option both: not with that", "S", "mx1=usable", "enforce mx1",
	    "match=self mix=both", "mx1", "self",
	    "refuse mx1: sts-verify: chain not trusted (self-signed certificate)" },
	{ "MIX-02 option both: both are content", "S", "mx1=usable", "enforce mx1",
	    "match mix=both", "mx1", "good", "accept mx1: sts-verify: valid for mx1" },
	{ "MIX-01 option both: WebPKI does not rescue DANE", "S", "mx1=usable",
	    "enforce mx1", "mix=both", "mx1", "good",
	    "refuse mx1: dane-verify: no TLSA record matches (no matching DANE TLSA "
	    "records)" },
	{ "MIX-02 option both without trust anchors", "S", "mx1=usable", "enforce mx1",
	    "match mix=both no-trust", "mx1", "good",
	    "later mx1: sts-verify: no trust anchors" },
	{ "MIX-01 WebPKI does not rescue DANE", "S", "mx1=usable", "enforce mx1", "",
	    "mx1", "good",
	    "refuse mx1: dane-verify: no TLSA record matches (no matching "
	    "DANE TLSA records)" },
	{ "MIX-03 unusable TLSA: the policy", "S", "mx1=unusable", "enforce mx1", "",
	    "mx1", "self",
	    "refuse mx1: sts-verify: chain not trusted (self-signed "
	    "certificate)" },
	{ "MIX-05 insecure MX, a TLSA host that the policy does not name", "I",
	    "mx1=usable", "enforce mx2", "match", "mx1", "good",
	    "refuse mx1: skip: MX host not named by the STS policy (RFC 8461, 4.1)" },
	{ "DANE-MX-01 each host its own: the one with TLSA", "S",
	    "mx1=usable mx2=denied", "", "", "mx1", "good",
	    "refuse mx1: dane-verify: no TLSA record matches (no matching DANE TLSA "
	    "records)" },
	{ "DANE-MX-01 each host its own: the one without", "S", "mx1=usable mx2=denied",
	    "", "", "mx2", "self",
	    "accept mx2: may: neither TLSA records nor an MTA-STS policy (RFC 7672, "
	    "2.2)" },

	/* By the name that Exim has for it. */
	{ "BASE-05 DANE: the target of an alias", "S", "mx1=usable", "",
	    "match alias=1", "t", "good",
	    "accept t: dane-verify: 3 1 1 matches at depth 0" },
	{ "AUTH-07 DANE: the target of an alias, another certificate", "S",
	    "mx1=usable", "", "alias=1", "t", "good",
	    "refuse t: dane-verify: no TLSA record matches (no matching DANE TLSA "
	    "records)" },
	{ "STS-APP-06 STS: the target of an alias, valid for the MX host", "I",
	    "mx1=insecure", "enforce mx1", "alias=1", "t", "good",
	    "accept t: sts-verify: valid for mx1" },
	{ "STS-APP-06 STS: the target of an alias, not valid for the MX host", "I",
	    "mx1=insecure", "enforce mx1", "alias=1", "t", "other-name",
	    "refuse t: sts-verify: certificate is for another name (hostname "
	    "mismatch)" },
	{ "STS-APP-05 STS: the target of two, of which the policy names one", "I",
	    "mx1=insecure mx2=insecure", "enforce mx1", "alias=2", "t", "good",
	    "accept t: sts-verify: valid for mx1" },
	{ "STS-APP-05 STS: the target of one that the policy does not name", "I",
	    "mx1=insecure mx2=insecure", "enforce mx2", "alias=1", "t", "good",
	    "refuse t: skip: MX host not named by the STS policy (RFC 8461, 4.1)" },
	{ "DANE-MX-01 the target of two: both must agree", "S", "mx1=usable mx2=denied",
	    "", "alias=2", "t", "good",
	    "refuse t: dane-verify: no TLSA record matches (no matching DANE TLSA "
	    "records)" },
	{ "DANE-MX-01 the target of two that do", "S", "mx1=usable mx2=denied", "",
	    "match alias=2", "t", "good",
	    "accept t: may: neither TLSA records nor an MTA-STS policy (RFC 7672, "
	    "2.2)" },

	/* Others. */
	{ "TLSA-04 unusable TLSA: any TLS", "S", "mx1=unusable", "", "", "mx1", "self",
	    "accept mx1: encrypt: TLSA records, none of them usable (RFC 7672, 2.2)" },
	{ "BASE-07 a TLSA lookup that failed", "S", "mx1=tlsa-error mx2=denied", "", "",
	    "mx1", "good", "refuse mx1: skip: TLSA lookup failed (RFC 7672, 2.1.2)" },
	{ "MAND-01 DANE is required, and the host has none", "S",
	    "mx1=denied mx2=usable", "", "dane-only", "mx1", "good",
	    "refuse mx1: skip: DANE is required here, but the host has none (RFC 7672, "
	    "6; override)" },
	{ "MAND-04 relaxed by the operator", "S", "mx1=usable", "enforce mx1", "may",
	    "mx1", "self", "accept mx1: may: relaxed by the operator (override)" },
	{ "MAND-03 audit by the operator", "S", "mx1=usable", "", "audit", "mx1",
	    "self",
	    "accept mx1: may: audit only, by the operator (RFC 7672, 9.1; "
	    "override)" },
	{ "a host that is none of the next-hop's", "S", "mx1=usable", "", "match",
	    "mx9", "good", "refuse mx9: no MX host of example.com" },
	{ "a host of a next-hop without policy is refused, too, if it is none", "I",
	    "mx1=insecure", "", "", "mx9", "good",
	    "refuse mx9: no MX host of example.com" },
	{ "MX-05 a null MX has no hosts", "null", "", "", "", "mx1", "good",
	    "refuse mx1: no MX host of example.com" },
	{ "MX-06 the MX lookup failed: whose host it is cannot be said", "error", "",
	    "", "", "mx1", "good", "later mx1: MX lookup failed (RFC 7672, 2.1.2)" },
	{ "DNS has not answered", "unknown", "", "", "", "mx1", "good",
	    "later mx1: DNS has not answered in time (RFC 7672, 2.1.2)" },
};

/* Usage 2 for the root, or usage 3 for a certificate by its name. */
static void
set_tlsa(struct world *w, const char *cert, enum tlsa_usage usage)
{
	uint8_t bytes[CERT_RDATA_MAX];
	size_t len = cert_rdata(judge_cert(cert), usage,
	    usage == TLSA_DANE_TA ? TLSA_CERT : TLSA_SPKI, TLSA_SHA256, bytes);

	free(w->route->hosts[0].tlsa);
	w->route->hosts[0].tlsa = tlsa_set_new(&(struct tlsa_rdata){ bytes, len }, 1);
}

/* So many hosts are aliases of "t". */
static void
set_aliases(struct world *w, size_t count)
{
	struct domain target = domain_named("t");
	size_t i;

	for (i = 0; i < count; i++)
		w->route->hosts[i].canonical = xmemdup(&target, sizeof(target));
}

static void
set_options(struct world *w, const char *options)
{
	char word[64];

	while (next_word(&options, word)) {
		if (strncmp(word, "alias=", 6) == 0)
			set_aliases(w, (size_t)(word[6] - '0'));
		if (strcmp(word, "root") == 0)
			set_tlsa(w, "root", TLSA_DANE_TA);
		if (strncmp(word, "match=", 6) == 0)
			set_tlsa(w, word + 6, TLSA_DANE_EE);
	}
}

/* "good root": as sent. */
static struct chain
chain_of(const char *names)
{
	struct chain one, chain = { .count = 0 };
	char word[64];

	while (next_word(&names, word)) {
		one = judge_chain_of(word);
		chain.certs[chain.count++] = one.certs[0];
	}
	return chain;
}

static void
stage_of(const struct vet_case *c, struct stage *s)
{
	stage_init(
	    s, &(struct scene){ c->mx, c->hosts, c->sts, c->options, "", "up", "" });
	set_options(&s->world, c->options);
	s->event.host = domain_named(c->host);
	s->event.chain = chain_of(c->chain);
}

static void
check_vet(void **state)
{
	const struct vet_case *c = *state;
	struct strbuf got = STRBUF_INIT;
	struct vet_input input;
	struct vetted vetted;
	struct stage s;

	stage_of(c, &s);
	input = input_of(&s);
	assert_int_equal(vet_event_check(&s.event, NULL), ST_OK);
	vet(&input, &vetted);
	strbuf_addf(&got, "%s %s", words[vetted.word], vetted.reason);
	assert_string_equal(strbuf_str(&got), c->want);
	strbuf_clear(&got);
	stage_clear(&s);
}

/* --- the same answer as in reports ------------------------------------------------------------ */

static const struct judged_policy *
judged(const struct judgement *j, enum policy_type type)
{
	size_t i;

	for (i = 0; i < j->count; i++)
		if (j->items[i].type == type)
			return &j->items[i];
	return NULL;
}

/* What is let through under a policy that binds is what counts as a success under it. */
static void
check_counted(void **state)
{
	const struct vet_case *c;
	const struct judged_policy *p;
	struct vet_input input;
	struct vetted vetted;
	struct judgement j;
	struct stage s;
	size_t compared = 0;

	(void)state;
	for (c = vet_cases; c < vet_cases + COUNT_OF(vet_cases); c++) {
		bool is_dane = strstr(c->want, ": dane-verify: ") != NULL;
		bool is_sts = strstr(c->want, ": sts-verify: ") != NULL;

		if ((!is_dane && !is_sts) || *c->chain == '\0' ||
		    has_word(c->options, "no-trust"))
			continue;
		stage_of(c, &s);
		input = input_of(&s);
		vet(&input, &vetted);
		judge(&s.input, &j);
		p = judged(&j, is_dane ? POLICY_TLSA : POLICY_STS);
		assert_non_null(p);
		assert_int_equal(vetted.word == VET_ACCEPT, !p->is_failed);
		judgement_clear(&j);
		stage_clear(&s);
		compared++;
	}
	assert_true(compared > 15);
}

/* --- what cannot be vetted -------------------------------------------------------------------- */

static const struct event_case {
	const char *name, *event, *want;
} event_cases[] = {
	{ "another's session with us", "up inbound host=mx1",
	    "direction is not \"out\"" },
	{ "TLS is not up", "failed host=mx1", "tls is not \"up\"" },
	{ "no host", "up", "no host" },
};

static void
check_event(void **state)
{
	const struct event_case *c = *state;
	struct stage s;
	struct why why;

	stage_init(&s, &(struct scene){ "S", "mx1=usable", "", "", "", c->event, "" });
	assert_int_equal(vet_event_check(&s.event, &why), ST_SYNTAX);
	assert_string_equal(why.text, c->want);
	stage_clear(&s);
}

/* The longest that a name can make of it is still one whole line. */
static void
check_long(void **state)
{
	struct vet_input input;
	struct vetted vetted;
	struct stage s;
	char name[DOMAIN_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < DOMAIN_MAX; i++)
		name[i] = i % 50 == 49 ? '.' : 'a';
	name[DOMAIN_MAX] = '\0';
	stage_init(&s, &(struct scene){ "I", "mx1=insecure", "", "", "", "up", "" });
	s.event.host = domain_named(name);
	s.world.next_hop.domain = domain_named(name);
	input = input_of(&s);
	vet(&input, &vetted);
	assert_int_equal(
	    strlen(vetted.reason), 2 * DOMAIN_MAX + strlen(": no MX host of "));
	stage_clear(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_vet, vet_cases),
		CASE("RPT-CNT-02, -03 what goes on under a policy is its success, and "
		     "nothing else",
		    check_counted),
		CASES(check_event, event_cases),
		CASE("long names", check_long),
	};
	int failed;

	judge_certs_make();
	failed = cases_run("vet", tables, COUNT_OF(tables));
	judge_certs_clear();
	return failed;
}
