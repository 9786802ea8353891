/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "decide_world.h"

#define WANT(verdict, reason) VERDICT_##verdict, REASON_##reason

static const struct decide_case {
	const char *name, *mx, *hosts, *sts, *options;
	enum verdict verdict; /* of the domain, and why */
	enum reason reason;
	const char *verdicts; /* of the hosts */
} decide_cases[] = {
	/* The table of section 13, from top to bottom. */
	{ "TLSA-03 MIX-02 MX secure, TLSA usable, enforce", "S", "mx1=usable",
	    "enforce mx1", "", WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "MIX-02 SEED-53 MX secure, TLSA usable, enforce, host not named", "S",
	    "mx1=usable", "enforce mx2", "", WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "TLSA-03 MX secure, TLSA usable, testing", "S", "mx1=usable", "testing mx1",
	    "", WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "TLSA-03 MX secure, TLSA usable, none", "S", "mx1=usable", "none", "",
	    WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "TLSA-03 MX secure, TLSA usable, no policy", "S", "mx1=usable", "", "",
	    WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "MIX-03 MX secure, all TLSA unusable, enforce", "S", "mx1=unusable",
	    "enforce mx1", "", WANT(STS, STS_ENFORCE), "sts-verify" },
	{ "MIX-03 MX secure, all TLSA unusable, enforce, host not named", "S",
	    "mx1=unusable", "enforce mx2", "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "TLSA-04 BASE-12 MX secure, all TLSA unusable, testing", "S", "mx1=unusable",
	    "testing mx1", "", WANT(ENCRYPT, TLSA_UNUSABLE), "encrypt" },
	{ "TLSA-04 BASE-12 MX secure, all TLSA unusable, none", "S", "mx1=unusable",
	    "none", "", WANT(ENCRYPT, TLSA_UNUSABLE), "encrypt" },
	{ "TLSA-04 BASE-12 SEED-06 MX secure, all TLSA unusable, no policy", "S",
	    "mx1=unusable", "", "", WANT(ENCRYPT, TLSA_UNUSABLE), "encrypt" },
	{ "TLSA-05 MIX-04 MX secure, secure denial, enforce", "S", "mx1=denied",
	    "enforce mx1", "", WANT(STS, STS_ENFORCE), "sts-verify" },
	{ "MIX-04 BASE-03 MX secure, insecure host, enforce", "S", "mx1=insecure",
	    "enforce mx1", "", WANT(STS, STS_ENFORCE), "sts-verify" },
	{ "MIX-04 STS-APP-02 MX secure, secure denial, enforce, host not named", "S",
	    "mx1=denied", "enforce mx2", "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "TLSA-05 STS-APP-08 MX secure, secure denial, testing", "S", "mx1=denied",
	    "testing mx1", "", WANT(MAY, STS_TESTING), "may" },
	{ "TLSA-05 STS-APP-09 MX secure, secure denial, none", "S", "mx1=denied",
	    "none", "", WANT(MAY, STS_NONE), "may" },
	{ "TLSA-05 MX secure, secure denial, no policy", "S", "mx1=denied", "", "",
	    WANT(MAY, NO_POLICY), "may" },
	{ "BASE-03 SEED-34 MX secure, insecure host, no policy", "S", "mx1=insecure",
	    "", "", WANT(MAY, NO_POLICY), "may" },
	{ "MIX-01 SEED-53 MX secure, TLSA error, enforce", "S", "mx1=tlsa-error",
	    "enforce mx1", "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "MIX-01 MX secure, TLSA error, testing", "S", "mx1=tlsa-error", "testing mx1",
	    "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "BASE-07 MX secure, TLSA error, no policy", "S", "mx1=tlsa-error", "", "",
	    WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "BASE-07 MX secure, alias error, enforce", "S", "mx1=alias-error",
	    "enforce mx1", "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "MIX-05 MX insecure, TLSA usable, enforce", "I", "mx1=usable", "enforce mx1",
	    "", WANT(DANE, TLSA_IN_POLICY), "dane-verify" },
	{ "MIX-05 MX insecure, TLSA usable, enforce, host not named", "I", "mx1=usable",
	    "enforce mx2", "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "DANE-MX-03 MX insecure, TLSA usable, testing", "I", "mx1=usable",
	    "testing mx2", "", WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "DANE-MX-03 MX insecure, TLSA usable, none", "I", "mx1=usable", "none", "",
	    WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "DANE-MX-03 MX insecure, TLSA usable, no policy", "I", "mx1=usable", "", "",
	    WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "MIX-03 MX insecure, all TLSA unusable, enforce", "I", "mx1=unusable",
	    "enforce mx1", "", WANT(STS, STS_ENFORCE), "sts-verify" },
	{ "MIX-05 MX insecure, all TLSA unusable, enforce, host not named", "I",
	    "mx1=unusable", "enforce mx2", "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "MIX-04 TLS-05 MX insecure, no TLSA, enforce", "I", "mx1=denied",
	    "enforce mx1", "", WANT(STS, STS_ENFORCE), "sts-verify" },
	{ "MIX-04 STS-APP-02 MX insecure, no TLSA, enforce, host not named", "I",
	    "mx1=insecure", "enforce mx2", "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "TLSA-04 MX insecure, all TLSA unusable, testing", "I", "mx1=unusable",
	    "testing mx1", "", WANT(ENCRYPT, TLSA_UNUSABLE), "encrypt" },
	{ "TLSA-04 MX insecure, all TLSA unusable, none", "I", "mx1=unusable", "none",
	    "", WANT(ENCRYPT, TLSA_UNUSABLE), "encrypt" },
	{ "TLSA-04 MX insecure, all TLSA unusable, no policy", "I", "mx1=unusable", "",
	    "", WANT(ENCRYPT, TLSA_UNUSABLE), "encrypt" },
	{ "BASE-07 MX insecure, TLSA error, enforce", "I", "mx1=tlsa-error",
	    "enforce mx1", "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "BASE-07 MX insecure, TLSA error, no policy", "I", "mx1=tlsa-error", "", "",
	    WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "DANE-MX-02 MX-06 MX error, enforce", "error", "", "enforce mx1", "",
	    WANT(DEFER, MX_ERROR), "" },
	{ "DANE-MX-02 MX-06 SEED-31 MX error, no policy", "error", "", "", "",
	    WANT(DEFER, MX_ERROR), "" },
	{ "TLSA-05 TLS-05 SEED-35 MX insecure, no TLSA, no policy", "I", "mx1=insecure",
	    "", "", WANT(MAY, NO_POLICY), "may" },

	/* Finding the hosts. */
	{ "MX-03 the domain does not exist", "nxdomain", "", "", "",
	    WANT(REJECT, MX_NXDOMAIN), "" },
	{ "MX-05 null MX", "null", "", "", "", WANT(REJECT, MX_NULL), "" },
	{ "MX-05 null MX and a policy that still binds", "null", "", "enforce mx1", "",
	    WANT(REJECT, MX_NULL), "" },
	{ "MX-03 DNS has not answered in time", "unknown", "", "", "",
	    WANT(DEFER, MX_UNKNOWN), "" },
	{ "MX-03 DNS has not answered in time, policy known", "unknown", "",
	    "enforce mx1", "", WANT(DEFER, MX_UNKNOWN), "" },
	{ "MX-04 BASE-11 no MX: the domain itself, usable TLSA", "implicit-S",
	    "example.com=usable", "", "", WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "MX-04 STS-APP-05 no MX: the domain itself, named by the policy",
	    "implicit-I", "example.com=insecure", "enforce example.com", "",
	    WANT(STS, STS_ENFORCE), "sts-verify" },
	{ "BASE-11 an alias without MX: the host was not found by an insecure MX",
	    "implicit-I", "example.com=usable", "enforce other.example", "",
	    WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "MX-10 BASE-11 a host in brackets", "host", "relay.example=usable", "",
	    "insecure-mx=off", WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "MX-07 addresses of one host fail: the other is used", "S",
	    "mx1=address-error mx2=usable", "", "", WANT(DANE, TLSA_USABLE),
	    "skip dane-verify" },
	{ "MX-07 addresses of all hosts fail", "S",
	    "mx1=address-error mx2=address-error", "", "", WANT(DEFER, NO_HOST_LEFT),
	    "skip skip" },
	{ "MX-08 an MX record that names no host", "S", "mx1=invalid mx2=denied", "",
	    "", WANT(MAY, NO_POLICY), "skip may" },
	{ "MX-04 MX records of which none is usable: never the domain itself", "S",
	    "mx1=invalid", "", "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "BASE-09 a host without address", "S", "mx1=no-address mx2=usable", "", "",
	    WANT(DANE, TLSA_USABLE), "skip dane-verify" },
	{ "BASE-09 no host with an address, enforce", "I", "mx1=no-address",
	    "enforce mx1", "", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "MX-01 MX-03 an MX answer without hosts", "I", "", "", "",
	    WANT(DEFER, NO_HOST_LEFT), "" },

	/* Hosts that differ. */
	{ "DANE-MX-01 each host its own verdict, the weakest for the domain", "S",
	    "mx1=usable mx2=denied", "", "", WANT(MAY, NO_POLICY), "dane-verify may" },
	{ "DANE-MX-01 MX-01 the order of the MX records stays", "S",
	    "mx1=denied mx2=usable", "", "", WANT(MAY, NO_POLICY), "may dane-verify" },
	{ "DANE-MX-01 usable, unusable and failing", "S",
	    "mx1=usable mx2=unusable mx3=tlsa-error", "", "",
	    WANT(ENCRYPT, TLSA_UNUSABLE), "dane-verify encrypt skip" },
	{ "DANE-MX-01 usable beside STS", "S", "mx1=usable mx2=denied",
	    "enforce mx1 mx2", "", WANT(STS, STS_ENFORCE), "dane-verify sts-verify" },
	{ "STS-APP-10 a host that is not named is passed over", "I",
	    "mx1=insecure mx2=insecure", "enforce mx2", "", WANT(STS, STS_ENFORCE),
	    "skip sts-verify" },
	{ "STS-APP-11 SEED-49 no host is named: retry, no bounce", "I",
	    "mx1=insecure mx2=insecure", "enforce mx3", "", WANT(DEFER, NO_HOST_LEFT),
	    "skip skip" },
	{ "MIX-05 a forged host with TLSA of its own beside a named one", "I",
	    "forged=usable mx1=insecure", "enforce mx1", "", WANT(STS, STS_ENFORCE),
	    "skip sts-verify" },

	/* Policies that do not bind any more. */
	{ "STS-CACHE-11 STS-FETCH-12 an expired policy", "I", "mx1=insecure",
	    "enforce mx2 expired", "", WANT(MAY, NO_POLICY), "may" },
	{ "STS-CACHE-07 SEED-54 mode none", "I", "mx1=insecure", "none", "",
	    WANT(MAY, STS_NONE), "may" },
	{ "STS-APP-08 testing, host not named", "I", "mx1=insecure", "testing mx2", "",
	    WANT(MAY, STS_TESTING), "may" },

	/* Settings. */
	{ "DANE-MX-03 insecure-mx = may: usable TLSA do not count", "I", "mx1=usable",
	    "", "insecure-mx=may", WANT(MAY, MX_INSECURE), "may" },
	{ "DANE-MX-03 insecure-mx = may: unusable TLSA do not count", "I",
	    "mx1=unusable", "", "insecure-mx=may", WANT(MAY, MX_INSECURE), "may" },
	{ "DANE-MX-03 insecure-mx = may: STS does", "I", "mx1=usable", "enforce mx1",
	    "insecure-mx=may", WANT(STS, STS_ENFORCE), "sts-verify" },
	{ "DANE-MX-03 insecure-mx = may: STS, host not named", "I", "mx1=usable",
	    "enforce mx2", "insecure-mx=may", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "DANE-MX-03 insecure-mx = may: a TLSA error still does", "I",
	    "mx1=tlsa-error", "", "insecure-mx=may", WANT(DEFER, NO_HOST_LEFT),
	    "skip" },
	{ "DANE-MX-03 insecure-mx = may says nothing of a secure MX", "S", "mx1=usable",
	    "", "insecure-mx=may", WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "DANE-MX-03 insecure-mx = off: a TLSA error does not count either", "I",
	    "mx1=tlsa-error mx2=alias-error", "", "insecure-mx=off",
	    WANT(MAY, MX_INSECURE), "may may" },
	{ "DANE-MX-03 insecure-mx = off: an address error does", "I",
	    "mx1=address-error", "", "insecure-mx=off", WANT(DEFER, NO_HOST_LEFT),
	    "skip" },
	{ "DANE-MX-03 insecure-mx = off says nothing of a secure MX", "S",
	    "mx1=tlsa-error", "", "insecure-mx=off", WANT(DEFER, NO_HOST_LEFT),
	    "skip" },
	{ "MIX-02 mix = both: named host", "S", "mx1=usable", "enforce mx1", "mix=both",
	    WANT(DANE, TLSA_USABLE_BOTH), "dane-verify" },
	{ "MIX-02 mix = both: host not named", "S", "mx1=usable", "enforce mx2",
	    "mix=both", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "MIX-02 mix = both: a policy that does not bind", "S", "mx1=usable",
	    "testing mx2", "mix=both", WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "MIX-05 mix = both: insecure MX", "I", "mx1=usable mx2=usable", "enforce mx1",
	    "mix=both", WANT(DANE, TLSA_USABLE_BOTH), "dane-verify skip" },
	{ "DNS-13 resolver does not validate: nothing is secure", "S", "mx1=usable", "",
	    "dane-off", WANT(MAY, NOT_VALIDATING), "may" },
	{ "DNS-13 resolver does not validate: STS holds", "S", "mx1=usable mx2=usable",
	    "enforce mx1", "dane-off", WANT(STS, STS_ENFORCE), "sts-verify skip" },
	{ "DNS-13 resolver does not validate: no TLSA error counts", "S",
	    "mx1=tlsa-error", "", "dane-off", WANT(MAY, NOT_VALIDATING), "may" },
	{ "DNS-13 resolver does not validate: an MX error counts", "error", "", "",
	    "dane-off", WANT(DEFER, MX_ERROR), "" },

	/* The operator's word. */
	{ "MAND-01 dane-only: usable TLSA", "S", "mx1=usable", "", "dane-only",
	    WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "MAND-01 DANE-MX-04 dane-only: insecure MX", "I", "mx1=usable mx2=insecure",
	    "", "dane-only", WANT(DEFER, DANE_REQUIRED_MX), "skip skip" },
	{ "MAND-01 dane-only: secure denial", "S", "mx1=denied mx2=usable", "",
	    "dane-only", WANT(DANE, TLSA_USABLE), "skip dane-verify" },
	{ "MAND-01 dane-only: no host with DANE", "S", "mx1=denied", "", "dane-only",
	    WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "MAND-01 TLSA-04 dane-only: all TLSA unusable", "S", "mx1=unusable", "",
	    "dane-only", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "MAND-01 dane-only: STS does not replace it", "S", "mx1=unusable mx2=denied",
	    "enforce mx1 mx2", "dane-only", WANT(DEFER, NO_HOST_LEFT), "skip skip" },
	{ "MAND-01 DNS-13 dane-only: the resolver does not validate", "S", "mx1=usable",
	    "", "dane-only dane-off", WANT(DEFER, DANE_OFF), "skip" },
	{ "MAND-01 dane-only: no MX, secure", "implicit-S", "example.com=usable", "",
	    "dane-only", WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "MAND-01 dane-only: null MX is still a reject", "null", "", "", "dane-only",
	    WANT(REJECT, MX_NULL), "" },
	{ "STS-APP-02 sts-verify: mode enforce", "I", "mx1=insecure", "enforce mx1",
	    "sts-verify", WANT(STS, STS_ENFORCE), "sts-verify" },
	{ "STS-APP-02 sts-verify: mode testing is held as enforce", "I",
	    "mx1=insecure mx2=insecure", "testing mx1", "sts-verify",
	    WANT(STS, STS_FORCED), "sts-verify skip" },
	{ "STS-APP-02 sts-verify: mode none", "I", "mx1=insecure", "none", "sts-verify",
	    WANT(DEFER, STS_REQUIRED), "skip" },
	{ "STS-APP-02 sts-verify: no policy", "I", "mx1=insecure", "", "sts-verify",
	    WANT(DEFER, STS_REQUIRED), "skip" },
	{ "STS-APP-02 sts-verify: expired policy", "I", "mx1=insecure",
	    "enforce mx1 expired", "sts-verify", WANT(DEFER, STS_REQUIRED), "skip" },
	{ "MIX-02 sts-verify: DANE goes first where it applies", "S", "mx1=usable",
	    "testing mx1", "sts-verify", WANT(DANE, TLSA_USABLE), "dane-verify" },
	{ "MAND-04 SEED-32 no-dane: TLSA do not count", "S", "mx1=usable", "",
	    "no-dane", WANT(MAY, RELAXED), "may" },
	{ "MAND-04 no-dane: nor do their errors", "S", "mx1=tlsa-error mx2=alias-error",
	    "", "no-dane", WANT(MAY, RELAXED), "may may" },
	{ "MAND-04 no-dane: STS does", "S", "mx1=usable mx2=usable", "enforce mx2",
	    "no-dane", WANT(STS, STS_ENFORCE), "skip sts-verify" },
	{ "MAND-04 no-dane: a domain without TLSA is as it was", "S", "mx1=denied", "",
	    "no-dane", WANT(MAY, NO_POLICY), "may" },
	{ "MAND-04 no-dane: an address error counts", "S", "mx1=address-error", "",
	    "no-dane", WANT(DEFER, NO_HOST_LEFT), "skip" },
	{ "MAND-04 may: neither DANE nor STS", "S", "mx1=usable mx2=denied",
	    "enforce mx1", "may", WANT(MAY, RELAXED), "may may" },
	{ "MAND-04 may: said where there was only MTA-STS, or nothing", "I",
	    "mx1=insecure", "enforce mx1", "may", WANT(MAY, RELAXED), "may" },
	{ "MAND-04 may: TLSA errors do not count", "S", "mx1=tlsa-error", "", "may",
	    WANT(MAY, RELAXED), "may" },
	{ "MAND-04 may: a host without address stays unreachable", "S",
	    "mx1=no-address mx2=invalid mx3=address-error", "", "may",
	    WANT(DEFER, NO_HOST_LEFT), "skip skip skip" },
	{ "MAND-04 MX-06 may: an MX error still defers", "error", "", "", "may",
	    WANT(DEFER, MX_ERROR), "" },
	{ "MAND-03 audit: dane-verify", "S", "mx1=usable", "", "audit",
	    WANT(MAY, AUDIT), "may" },
	{ "MAND-03 audit: sts-verify and a host that is not named", "I",
	    "mx1=insecure mx2=insecure", "enforce mx1", "audit", WANT(MAY, AUDIT),
	    "may may" },
	{ "MAND-03 audit: encrypt", "S", "mx1=unusable", "", "audit", WANT(MAY, AUDIT),
	    "may" },
	{ "MAND-03 audit: lookup errors still skip", "S",
	    "mx1=tlsa-error mx2=alias-error mx3=address-error", "", "audit",
	    WANT(DEFER, NO_HOST_LEFT), "skip skip skip" },
	{ "MAND-03 audit: nothing to relax", "S", "mx1=denied", "", "audit",
	    WANT(MAY, NO_POLICY), "may" },
	{ "MAND-03 audit: DNS has not answered in time", "unknown", "", "", "audit",
	    WANT(DEFER, MX_UNKNOWN), "" },
};

static void
check_decide(void **state)
{
	const struct decide_case *c = *state;
	const char *verdicts = c->verdicts;
	struct answer answer;
	struct world w;
	char word[64];
	size_t i;

	world_init(&w, c->mx, c->hosts, c->sts, c->options);
	decide(&w.facts, &w.settings, NOW, &answer);
	assert_string_equal(reason_text(answer.reason), reason_text(c->reason));
	assert_string_equal(verdict_word(answer.verdict), verdict_word(c->verdict));
	for (i = 0; next_word(&verdicts, word); i++) {
		assert_true(i < answer.count);
		assert_string_equal(verdict_word(answer.hosts[i].verdict), word);
		assert_int_equal(answer.hosts[i].preference, 10 * (i + 1));
	}
	assert_int_equal(answer.count, i);
	assert_int_equal(answer.is_override, w.facts.override != NULL);
	assert_ptr_equal(answer.next_hop, &w.next_hop);
	answer_clear(&answer);
	world_clear(&w);
}

/* The reason of the only host. */
static const struct reason_case {
	const char *name, *mx, *hosts, *sts, *options;
	enum reason want;
} reason_cases[] = {
	{ "MX-07 reason of an address error", "S", "mx1=address-error", "", "",
	    REASON_ADDRESS_ERROR },
	{ "BASE-09 reason of no address", "S", "mx1=no-address", "enforce mx2", "",
	    REASON_ADDRESS_NONE },
	{ "MX-08 reason of an MX record without host", "S", "mx1=invalid",
	    "enforce mx1", "", REASON_HOST_INVALID },
	{ "BASE-07 reason of a TLSA error", "S", "mx1=tlsa-error", "enforce mx1", "",
	    REASON_TLSA_ERROR },
	{ "BASE-07 reason of an alias error", "S", "mx1=alias-error", "", "",
	    REASON_ALIAS_ERROR },
	{ "MIX-05 reason of a host that is not named", "I", "mx1=usable", "enforce mx2",
	    "", REASON_STS_NOT_NAMED },
	{ "MAND-01 reason of a host without DANE", "S", "mx1=denied", "", "dane-only",
	    REASON_DANE_REQUIRED },
	{ "MAND-01 reason of a host with unusable TLSA", "S", "mx1=unusable",
	    "enforce mx2", "dane-only", REASON_DANE_REQUIRED },
	{ "MAND-01 reason of a lookup error", "S", "mx1=tlsa-error", "", "dane-only",
	    REASON_TLSA_ERROR },
	{ "MAND-01 reason of a refused domain", "I", "mx1=denied", "", "dane-only",
	    REASON_DANE_REQUIRED_MX },
};

static void
check_reason(void **state)
{
	const struct reason_case *c = *state;
	struct answer answer;
	struct world w;

	world_init(&w, c->mx, c->hosts, c->sts, c->options);
	decide(&w.facts, &w.settings, NOW, &answer);
	assert_string_equal(reason_text(answer.hosts[0].reason), reason_text(c->want));
	assert_true(strlen(reason_section(answer.hosts[0].reason)) > 0);
	assert_int_equal(answer.hosts[0].verdict, VERDICT_SKIP);
	assert_int_equal(answer.verdict, VERDICT_DEFER);
	if (answer.reason == REASON_NO_HOST_LEFT)
		assert_string_equal(answer.detail, reason_text(c->want));
	answer_clear(&answer);
	world_clear(&w);
}

static void
check_tlsa_in_answer(void **state)
{
	uint8_t unusable[3 + 32] = { 1, 1, 1 }, usable[3 + 32] = { 3, 1, 1 };
	struct tlsa_rdata rdata[] = { { unusable, sizeof(unusable) },
		{ usable, sizeof(usable) } };
	struct answer answer;
	struct world w;

	(void)state;
	world_init(&w, "S", "mx1=usable mx2=unusable mx3=denied", "", "");
	free(w.route->hosts[0].tlsa);
	w.route->hosts[0].tlsa = tlsa_set_new(rdata, COUNT_OF(rdata));
	decide(&w.facts, &w.settings, NOW, &answer);

	assert_ptr_equal(answer.hosts[0].base, w.route->hosts[0].base);
	assert_int_equal(answer.hosts[0].tlsa->count, 1);
	assert_int_equal(answer.hosts[0].tlsa->records[0].usage, TLSA_DANE_EE);
	assert_ptr_equal(answer.hosts[1].base, w.route->hosts[1].base);
	assert_null(answer.hosts[1].tlsa);
	assert_null(answer.hosts[2].base);
	assert_null(answer.hosts[2].tlsa);
	answer_clear(&answer);
	assert_int_equal(answer.count, 0);
	world_clear(&w);
}

/* Both policies can be told apart and reported: the answer carries both. */
static void
check_both_policies(void **state)
{
	struct answer answer;
	struct world w;

	(void)state;
	world_init(&w, "S", "mx1=usable mx2=usable", "enforce mx1", "");
	decide(&w.facts, &w.settings, NOW, &answer);
	assert_ptr_equal(answer.policy, w.policy);
	assert_true(answer.is_sts_binding);
	assert_true(answer.hosts[0].is_named);
	assert_false(answer.hosts[1].is_named);
	assert_non_null(answer.hosts[0].tlsa);
	assert_non_null(answer.hosts[1].tlsa);
	assert_false(answer.hosts[0].needs_sts);
	answer_clear(&answer);

	w.settings.mix = MIX_BOTH;
	decide(&w.facts, &w.settings, NOW, &answer);
	assert_true(answer.hosts[0].needs_sts);
	assert_false(answer.hosts[1].needs_sts);
	answer_clear(&answer);
	world_clear(&w);
}

static const struct flag_case {
	const char *name, *mx, *sts, *options;
	bool mx_is_secure, mx_is_implicit, has_policy, is_sts_binding, is_named;
} flag_cases[] = {
	{ "DANE-MX-01 secure MX, no policy", "S", "", "", true, false, false, false,
	    true },
	{ "DANE-MX-03 an insecure MX is never called secure", "I", "", "", false, false,
	    false, false, true },
	{ "DNS-13 without validation no MX is called secure", "S", "", "dane-off",
	    false, false, false, false, true },
	{ "MX-04 no MX record", "implicit-S", "", "", true, true, false, false, true },
	{ "MX-10 a host in brackets", "host", "", "", false, true, false, false, true },
	{ "STS-APP-08 testing: policy there, not binding, name compared", "I",
	    "testing mx2", "", false, false, true, false, false },
	{ "STS-APP-09 none: policy there, no name compared", "I", "none", "", false,
	    false, true, false, true },
	{ "STS-APP-02 enforce: binding", "I", "enforce mx1", "", false, false, true,
	    true, true },
	{ "STS-APP-02 testing made binding by the operator", "I", "testing mx1",
	    "sts-verify", false, false, true, true, true },
	{ "STS-CACHE-11 expired: no policy", "I", "enforce mx2 expired", "", false,
	    false, false, false, true },
	{ "MAND-04 may: no policy at all", "I", "enforce mx2", "may", false, false,
	    false, false, true },
	{ "MAND-03 audit: policy there, to report by", "I", "enforce mx2", "audit",
	    false, false, true, true, false },
};

static void
check_flags(void **state)
{
	const struct flag_case *c = *state;
	struct answer answer;
	struct world w;

	world_init(&w, c->mx, "mx1=insecure", c->sts, c->options);
	decide(&w.facts, &w.settings, NOW, &answer);
	assert_int_equal(answer.mx_is_secure, c->mx_is_secure);
	assert_int_equal(answer.mx_is_implicit, c->mx_is_implicit);
	assert_int_equal(answer.policy != NULL, c->has_policy);
	assert_int_equal(answer.is_sts_binding, c->is_sts_binding);
	assert_int_equal(answer.hosts[0].is_named, c->is_named);
	answer_clear(&answer);
	world_clear(&w);
}

static const struct ttl_case {
	const char *name, *mx, *sts;
	time_t now;
	uint32_t want;
} ttl_cases[] = {
	{ "DNS-10 as long as the DNS records", "S", "", NOW, TTL_S },
	{ "DNS-10 some of it is gone", "S", "", NOW + 100, TTL_S - 100 },
	{ "DNS-10 all of it is gone", "S", "", NOW + TTL_S, 0 },
	{ "DNS-10 long gone", "S", "", NOW + 10 * TTL_S, 0 },
	{ "DNS-10 a policy that lives longer", "S", "enforce mx1", NOW, TTL_S },
	{ "DNS-10 a policy that ends sooner", "S", "enforce mx1", NOW - STS_TTL,
	    STS_TTL + TTL_S },
	{ "DNS-10 an expired policy has no say", "S", "enforce mx1 expired", NOW,
	    TTL_S },
	{ "DNS-10 nothing known from DNS", "unknown", "enforce mx1", NOW, 0 },
};

static void
check_ttl(void **state)
{
	const struct ttl_case *c = *state;
	struct answer answer;
	struct world w;

	world_init(&w, c->mx, "mx1=denied", c->sts, "");
	decide(&w.facts, &w.settings, c->now, &answer);
	assert_int_equal(answer.ttl_s, c->want);
	answer_clear(&answer);
	world_clear(&w);
}

static void
check_sts_ends_first(void **state)
{
	struct answer answer;
	struct world w;

	(void)state;
	world_init(&w, "S", "mx1=denied", "enforce mx1", "");
	w.sts.expires = NOW + 1;
	decide(&w.facts, &w.settings, NOW, &answer);
	assert_int_equal(answer.verdict, VERDICT_STS);
	assert_int_equal(answer.ttl_s, 1);
	answer_clear(&answer);
	decide(&w.facts, &w.settings, NOW + 1, &answer);
	assert_int_equal(answer.verdict, VERDICT_MAY);
	answer_clear(&answer);
	world_clear(&w);
}

static void
check_half(void **state)
{
	struct answer answer;
	struct world w;

	(void)state;
	world_init(&w, "S", "mx1=usable mx2=insecure", "enforce mx1", "");
	w.route->hosts[0].is_half = w.route->hosts[1].is_half = true;
	snprintf(w.route->hosts[0].detail, FACT_DETAIL_MAX, "AAAA: SERVFAIL");
	decide(&w.facts, &w.settings, NOW, &answer);
	assert_int_equal(answer.hosts[0].verdict, VERDICT_DANE);
	assert_string_equal(answer.hosts[0].detail, "AAAA: SERVFAIL");
	assert_int_equal(answer.hosts[1].verdict, VERDICT_SKIP);
	assert_int_equal(answer.hosts[1].reason, REASON_STS_NOT_NAMED);
	answer_clear(&answer);
	world_clear(&w);
}

static void
check_many_hosts(void **state)
{
	struct answer answer;
	struct world w;
	size_t i;

	(void)state;
	world_init(&w, "unknown", "", "", "");
	w.route = route_new(MX_HOSTS_MAX);
	w.route->outcome = MX_FOUND;
	w.facts.route = w.route;
	for (i = 0; i < MX_HOSTS_MAX; i++)
		host_set(&w.route->hosts[i], "mx=denied");
	host_set(&w.route->hosts[MX_HOSTS_MAX - 1], "mx=unusable");
	decide(&w.facts, &w.settings, NOW, &answer);
	assert_int_equal(answer.count, MX_HOSTS_MAX);
	assert_int_equal(answer.hosts[MX_HOSTS_MAX - 1].verdict, VERDICT_ENCRYPT);
	assert_int_equal(answer.verdict, VERDICT_MAY);
	answer_clear(&answer);
	world_clear(&w);
}

static bool
is_ordered(const struct world *w, enum override_action action)
{
	return w->facts.override != NULL && w->override.action == action;
}

/*
 * What must hold in every world, whatever the table says: reachable hosts only, and none with less than the policies
 * in force ask, but for the operator's word.
 */
static void
assert_is_safe(const struct world *w, const struct answer *a)
{
	const struct host_facts *f = &w->route->hosts[0];
	const struct host_answer *h = &a->hosts[0];
	bool dane_counts = w->route->is_secure && !w->settings.is_dane_off &&
			   !is_ordered(w, OVERRIDE_NO_DANE) &&
			   !is_ordered(w, OVERRIDE_MAY) &&
			   !is_ordered(w, OVERRIDE_AUDIT);
	bool sts_binds =
	    w->policy != NULL && !is_ordered(w, OVERRIDE_MAY) &&
	    !is_ordered(w, OVERRIDE_AUDIT) &&
	    (w->policy->mode == STS_ENFORCE ||
		(w->policy->mode == STS_TESTING && is_ordered(w, OVERRIDE_STS_VERIFY)));

	assert_true(h->verdict <= VERDICT_SKIP);
	assert_int_equal(a->verdict == VERDICT_DEFER, h->verdict == VERDICT_SKIP);
	if (f->address_outcome != ADDRESS_FOUND)
		assert_int_equal(h->verdict, VERDICT_SKIP);
	if (dane_counts && f->tlsa_outcome == TLSA_ERROR)
		assert_int_equal(h->verdict, VERDICT_SKIP);
	if (dane_counts && f->tlsa_outcome == TLSA_FOUND)
		assert_true(h->verdict != VERDICT_MAY);
	if (h->verdict == VERDICT_DANE) {
		assert_non_null(h->tlsa);
		assert_non_null(h->base);
		assert_false(w->settings.is_dane_off);
		assert_true(w->route->is_secure || !sts_binds || h->is_named);
	}
	if (sts_binds)
		assert_true(h->verdict == VERDICT_DANE || h->verdict == VERDICT_SKIP ||
			    (h->verdict == VERDICT_STS && h->is_named));
	if (is_ordered(w, OVERRIDE_DANE_ONLY))
		assert_true(h->verdict == VERDICT_DANE || h->verdict == VERDICT_SKIP);
	if (h->needs_sts)
		assert_true(h->verdict == VERDICT_DANE && h->is_named && sts_binds);
}

/* Every host word in one MX, policy and set of options. */
static size_t
check_corner(const char *mx, const char *sts, const char *options)
{
	struct answer answer;
	struct world w;
	char host[80];
	size_t i;

	for (i = 0; i < COUNT_OF(host_words); i++) {
		snprintf(host, sizeof(host), "mx1=%s", host_words[i].word);
		world_init(&w, mx, host, sts, options);
		decide(&w.facts, &w.settings, NOW, &answer);
		assert_is_safe(&w, &answer);
		answer_clear(&answer);
		world_clear(&w);
	}
	return i;
}

static void
check_everything(void **state)
{
	static const char *const mxs[] = { "S", "I" };
	static const char *const policies[] = { "", "none", "testing mx1",
		"testing mx2", "enforce mx1", "enforce mx2" };
	static const char *const overrides[] = { "", "dane-only", "sts-verify",
		"no-dane", "may", "audit" };
	static const char *const settings[] = { "", "insecure-mx=may",
		"insecure-mx=off", "mix=both", "mix=both insecure-mx=may", "dane-off",
		"dane-off mix=both insecure-mx=off" };
	char options[100];
	size_t m, p, o, s, n = 0;

	(void)state;
	for (m = 0; m < COUNT_OF(mxs); m++)
		for (p = 0; p < COUNT_OF(policies); p++)
			for (o = 0; o < COUNT_OF(overrides); o++)
				for (s = 0; s < COUNT_OF(settings); s++) {
					snprintf(options, sizeof(options), "%s %s",
					    overrides[o], settings[s]);
					n += check_corner(mxs[m], policies[p], options);
				}
	assert_int_equal(n, 2 * 6 * 6 * 7 * COUNT_OF(host_words));
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_decide, decide_cases),
		CASES(check_reason, reason_cases),
		CASES(check_flags, flag_cases),
		CASES(check_ttl, ttl_cases),
		CASE(
		    "TLSA-02 the answer has usable records only", check_tlsa_in_answer),
		CASE("MIX-06 SEED-72 DANE and STS both stand in the answer",
		    check_both_policies),
		CASE("STS-CACHE-09 STS-CACHE-11 a policy ends with its last second",
		    check_sts_ends_first),
		CASE("BASE-10 one address family failed", check_half),
		CASE("DANE-MX-01 64 hosts", check_many_hosts),
		CASE(
		    "MIX-01 MIX-02 MIX-03 MIX-04 MIX-05 MAND-01 no world with less than "
		    "its policies ask",
		    check_everything),
	};

	return cases_run("decide", tables, COUNT_OF(tables));
}
