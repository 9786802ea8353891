/* Sessions that their source has judged.  SPDX-License-Identifier: ISC */
#include "judge_world.h"
#include "policy/x509_words.h"

#define FETCH_404 "F HTTP status says no success: HTTP status 404"

static const struct told_case {
	const char *name;
	struct scene scene;
	const char *want;
} told_cases[] = {
	/* As told: the table of the sheet on Postfix, 3.1. */
	{ "STS, all good",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "sts enforce mx=mx1", "" },
	    "sts ok" },
	{ "RPT-TYPE-03 STS, expired",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce mx=mx1 bad with=certificate-expired at=mx1", "" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED)" },
	{ "RPT-TYPE-02 STS, wrong name",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=certificate-host-mismatch at=mx1", "" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-TYPE-04 STS, self-signed: 205 and OpenSSL's words",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=validation-failure "
		"because=self-signed_certificate",
		"" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT)" },
	{ "RPT-TYPE-04 STS, self-signed, in the words of older libraries",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=validation-failure "
		"because=self_signed_certificate",
		"" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT)" },
	{ "RPT-TYPE-04 STS, unknown CA",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=validation-failure "
		"because=unable_to_get_local_issuer_certificate",
		"" },
	    "sts failed certificate-not-trusted(UNABLE_TO_GET_ISSUER_CERT_LOCALLY)" },
	{ "RPT-TYPE-03 205 and the words for expired",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=validation-failure "
		"because=certificate_has_expired",
		"" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED)" },
	{ "RPT-TYPE-02 205 and the words for another name",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=validation-failure because=hostname_mismatch",
		"" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-TYPE-05 205 and the words for not yet",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=validation-failure "
		"because=certificate_is_not_yet_valid",
		"" },
	    "sts failed validation-failure(CERT_NOT_YET_VALID)" },
	{ "RPT-TYPE-01 STS, STARTTLS not offered, or 454",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=starttls-not-supported at=mx1", "" },
	    "sts failed starttls-not-supported" },
	{ "RPT-TYPE-05 STS, handshake",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=validation-failure "
		"because=tls-handshake-failure",
		"" },
	    "sts failed validation-failure(tls-handshake-failure)" },
	{ "RPT-TYPE-13 205 and words that nobody knows stay as they are",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=validation-failure because=tls-version-too-old",
		"" },
	    "sts failed validation-failure(tls-version-too-old)" },
	{ "RPT-TYPE-13 a known type is not changed, whatever the words",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=certificate-not-trusted "
		"because=certificate_has_expired",
		"" },
	    "sts failed certificate-not-trusted(CERT_HAS_EXPIRED)" },
	{ "STS, 203 without a word: none is invented",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts enforce bad with=certificate-not-trusted", "" },
	    "sts failed certificate-not-trusted" },
	{ "DANE, match", { "S", "mx1=usable", "", "", "", "tlsa base=mx1", "" },
	    "tlsa ok" },
	{ "RPT-TYPE-04 DANE, mismatch: 203 without a word",
	    { "S", "mx1=usable", "", "", "",
		"tlsa base=mx1 bad with=certificate-not-trusted", "" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH)" },
	{ "RPT-TYPE-14 RPT-CNT-04 two causes told: one failed session, two details",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"sts bad with=certificate-expired with=certificate-host-mismatch", "" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED) "
	    "certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "a failure without a detail",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "sts bad", "" },
	    "sts failed" },
	{ "RPT-CNT-05 both told: both stand",
	    { "S", "mx1=usable", "enforce mx1", "", "",
		"tlsa base=mx1 sts enforce bad with=certificate-host-mismatch", "" },
	    "tlsa ok; sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-CNT-02 no policy found, success",
	    { "I", "mx1=insecure", "", "", "", "no-policy-found", "" },
	    "no-policy-found ok" },
	{ "RPT-CNT-02 no policy found, no STARTTLS",
	    { "I", "mx1=insecure", "", "", "",
		"no-policy-found bad with=starttls-not-supported", "" },
	    "no-policy-found failed starttls-not-supported" },
	{ "RPT-CNT-09 no policy found under mode none",
	    { "I", "mx1=insecure", "none", "", FETCH_404, "no-policy-found", "" },
	    "no-policy-found ok" },
	{ "what was told stands when nothing is known any more",
	    { "I", "mx1=insecure", "", "no-facts", "", "sts enforce mx=mx1", "" },
	    "sts ok" },
	{ "an inbound session is nobody's report",
	    { "I", "mx1=insecure", "", "", "", "inbound sts enforce", "" }, "" },

	/* "fingerprint match=": Postfix knows of no policy. */
	{ "RPT-TYPE-04 pinned: a failure under no policy is one of DANE",
	    { "I", "mx1=usable", "enforce mx1", "", "",
		"no-policy-found bad with=certificate-not-trusted at=mx1", "" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH); ?" },
	{ "RPT-TYPE-04 RPT-CNT-05 pinned, and what MTA-STS says",
	    { "I", "mx1=usable", "enforce mx1", "", "",
		"no-policy-found bad with=certificate-not-trusted at=mx1", "mx1 good" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH); sts ok" },
	{ "RPT-TYPE-03 a certificate refused under no policy is one that MTA-STS binds",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"no-policy-found bad with=certificate-expired at=mx1", "" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED)" },
	{ "a certificate refused by the operator's own rule",
	    { "I", "mx1=insecure", "", "", "",
		"no-policy-found bad with=certificate-not-trusted at=mx1", "" },
	    "no-policy-found failed certificate-not-trusted" },

	/* Mode testing: Postfix verifies nothing at "may". */
	{ "RPT-CNT-03 testing: success waits for evidence",
	    { "I", "mx1=insecure", "testing mx1", "", "", "sts testing mx=mx1", "" },
	    "sts ok; ?" },
	{ "testing: evidence, good",
	    { "I", "mx1=insecure", "testing mx1", "", "", "sts testing mx=mx1",
		"mx1 good" },
	    "sts ok" },
	{ "RPT-CNT-03 STS-REP-03 RPT-TYPE-03 testing: evidence, expired",
	    { "I", "mx1=insecure", "testing mx1", "", "", "sts testing mx=mx1",
		"mx1 expired" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED (probe))" },
	{ "RPT-CNT-03 RPT-TYPE-02 testing: evidence, wrong name",
	    { "I", "mx1=insecure", "testing mx1", "", "", "sts testing mx=mx1",
		"mx1 other-name" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH (probe))" },
	{ "RPT-CNT-03 RPT-TYPE-04 testing: evidence, self-signed",
	    { "I", "mx1=insecure", "testing mx1", "", "", "sts testing mx=mx1",
		"mx1 self" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT "
	    "(probe))" },
	{ "testing: the session had TLS, whatever evidence has",
	    { "I", "mx1=insecure", "testing mx1", "", "", "sts testing mx=mx1",
		"mx1 not-offered" },
	    "sts ok" },
	{ "testing: no evidence to be had",
	    { "I", "mx1=insecure", "testing mx1", "", "", "sts testing mx=mx1",
		"mx1 unknown" },
	    "sts ok" },
	{ "testing: without trust anchors there is nothing to look for",
	    { "I", "mx1=insecure", "testing mx1", "no-trust", "", "sts testing mx=mx1",
		"" },
	    "sts ok" },
	{ "testing: the policy's text is missing, but known",
	    { "I", "mx1=insecure", "testing mx1", "", "", "sts mx=mx1", "mx1 self" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT "
	    "(probe))" },
	{ "testing: the text that was told counts, not the one known now",
	    { "I", "mx1=insecure", "testing mx1", "", "", "sts enforce mx=mx1",
		"mx1 self" },
	    "sts ok" },
	{ "testing, held by the operator: the MTA has verified it",
	    { "I", "mx1=insecure", "testing mx1", "sts-verify", "",
		"sts testing mx=mx1", "mx1 self" },
	    "sts ok" },
	{ "testing: the MTA has failed it already",
	    { "I", "mx1=insecure", "testing mx1", "", "",
		"sts testing bad with=starttls-not-supported", "" },
	    "sts failed starttls-not-supported" },
	{ "RPT-TYPE-05 testing: the only host is not named",
	    { "I", "mx1=insecure", "testing mx2", "", "", "sts testing mx=mx2", "" },
	    "sts failed validation-failure(sts-mx-mismatch)" },
	{ "RPT-TYPE-05 testing: the host of the evidence is not named",
	    { "I", "mx1=insecure mx2=insecure", "testing mx2", "", "",
		"sts testing mx=mx2", "mx1 good" },
	    "sts failed validation-failure(sts-mx-mismatch)" },
	{ "testing: one of several hosts: no telling without evidence",
	    { "I", "mx1=insecure mx2=insecure", "testing mx2", "", "",
		"sts testing mx=mx2", "" },
	    "sts ok; ?" },
	{ "testing: named by a wildcard, in any case",
	    { "I", "a.example=insecure", "testing a.example", "no-trust", "",
		"sts testing mx=*.EXAMPLE", "" },
	    "sts ok" },
	{ "testing: the wildcard is one label",
	    { "I", "a.b.example=insecure", "testing a.b.example", "no-trust", "",
		"sts testing mx=*.example", "" },
	    "sts failed validation-failure(sts-mx-mismatch)" },
	{ "testing: no patterns told, none held against the host",
	    { "I", "mx1=insecure", "testing mx2", "no-trust", "", "sts testing", "" },
	    "sts ok" },

	/* What the source could not know. */
	{ "RPT-CNT-12 STS-REP-01 no policy found: there was one, but not to be had",
	    { "I", "mx1=insecure", "", "", FETCH_404, "no-policy-found", "" },
	    "sts failed sts-policy-fetch-error(http-404)" },
	{ "RPT-CNT-04 no policy to be had, and no STARTTLS",
	    { "I", "mx1=insecure", "", "", FETCH_404,
		"no-policy-found bad with=starttls-not-supported at=mx1", "" },
	    "sts failed sts-policy-fetch-error(http-404) starttls-not-supported" },
	{ "RPT-TYPE-06 no policy found: TLSA there, none usable",
	    { "S", "mx1=unusable", "", "", "", "no-policy-found", "" },
	    "tlsa failed tlsa-invalid(all-tlsa-unusable)" },
	{ "RPT-TYPE-06 none usable, the host of several by evidence",
	    { "S", "mx1=unusable mx2=denied", "", "", "", "no-policy-found",
		"mx1 good" },
	    "tlsa failed tlsa-invalid(all-tlsa-unusable)" },
	{ "RPT-TYPE-06 none usable, which host is not known yet",
	    { "S", "mx1=unusable mx2=denied", "", "", "", "no-policy-found", "" },
	    "no-policy-found ok; ?" },
	{ "no policy found at a host without TLSA",
	    { "S", "mx1=unusable mx2=denied", "", "", "", "no-policy-found",
		"mx2 good" },
	    "no-policy-found ok" },
	{ "RPT-TYPE-06 RPT-CNT-05 STS told, TLSA there, none usable",
	    { "S", "mx1=unusable", "enforce mx1", "", "", "sts enforce mx=mx1", "" },
	    "sts ok; tlsa failed tlsa-invalid(all-tlsa-unusable)" },
	{ "no policy found, though one is in force: evidence first",
	    { "S", "mx1=denied", "testing mx1", "", "", "no-policy-found", "" },
	    "no-policy-found ok; ?" },
	{ "RPT-CNT-03 no policy found, though one is in force: by evidence",
	    { "S", "mx1=denied", "testing mx1", "", "", "no-policy-found", "mx1 self" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT "
	    "(probe))" },
	{ "RPT-CNT-05 MIX-06 STS beside DANE: by evidence only",
	    { "S", "mx1=usable", "enforce mx1", "", "", "tlsa base=mx1", "" },
	    "tlsa ok; ?" },
	{ "RPT-CNT-05 STS beside DANE: good",
	    { "S", "mx1=usable", "enforce mx1", "", "", "tlsa base=mx1", "mx1 good" },
	    "tlsa ok; sts ok" },
	{ "RPT-CNT-05 STS beside DANE: self-signed",
	    { "S", "mx1=usable", "enforce mx1", "", "", "tlsa base=mx1", "mx1 self" },
	    "tlsa ok; sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT "
	    "(probe))" },
	{ "RPT-CNT-05 STS beside DANE: the host, by its base domain, is not named",
	    { "S", "mx1=usable mx2=usable", "enforce mx1", "", "", "tlsa base=mx2",
		"" },
	    "tlsa ok; sts failed validation-failure(sts-mx-mismatch)" },
	{ "RPT-CNT-05 STS beside DANE: evidence of another host is none",
	    { "S", "mx1=usable mx2=usable", "enforce mx1 mx2", "", "", "tlsa base=mx2",
		"mx1 self" },
	    "tlsa ok" },
	{ "RPT-CNT-05 STS beside DANE: no STARTTLS under either",
	    { "S", "mx1=usable", "enforce mx1", "", "",
		"tlsa base=mx1 bad with=starttls-not-supported", "" },
	    "tlsa failed starttls-not-supported; sts failed starttls-not-supported" },
	{ "RPT-CNT-05 STS beside DANE: no handshake under either",
	    { "S", "mx1=usable", "enforce mx1", "", "",
		"tlsa base=mx1 bad with=validation-failure "
		"because=tls-handshake-failure",
		"" },
	    "tlsa failed validation-failure(tls-handshake-failure); "
	    "sts failed validation-failure(tls-handshake-failure)" },
	{ "RPT-CNT-12 DANE ok, and no STS policy to be had",
	    { "S", "mx1=usable", "", "", FETCH_404, "tlsa base=mx1", "" },
	    "tlsa ok; sts failed sts-policy-fetch-error(http-404)" },
	{ "RPT-CNT-12 STS-REP-02 a failed fetch beside success under the old policy",
	    { "I", "mx1=insecure", "enforce mx1", "", FETCH_404, "sts enforce mx=mx1",
		"" },
	    "sts ok sts-policy-fetch-error(http-404)" },
	{ "RPT-CNT-12 and beside failure",
	    { "I", "mx1=insecure", "enforce mx1", "", FETCH_404,
		"sts enforce bad with=certificate-expired", "" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED) "
	    "sts-policy-fetch-error(http-404)" },
	{ "RPT-CNT-12 but not twice",
	    { "I", "mx1=insecure", "enforce mx1", "", FETCH_404,
		"sts enforce bad with=sts-policy-fetch-error", "" },
	    "sts failed sts-policy-fetch-error" },
	{ "only a policy's failure told: nothing of the session is known",
	    { "S", "mx1=usable", "enforce mx1", "", "",
		"sts enforce bad with=sts-webpki-invalid", "mx1 good" },
	    "sts failed sts-webpki-invalid" },
	{ "MAND-04 override may: what the operator relaxed is not held against anyone",
	    { "S", "mx1=unusable", "", "may", FETCH_404, "no-policy-found", "" },
	    "no-policy-found ok" },
};

static void
check_told(void **state)
{
	const struct told_case *c = *state;
	struct judgement j;
	struct stage s;

	stage_init(&s, &c->scene);
	judge(&s.input, &j);
	assert_judgement(&j, c->want);
	judgement_clear(&j);
	stage_clear(&s);
}

static void
check_copy(void **state)
{
	const struct judged_failure *f;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "I", "mx1=insecure", "", "", "",
			   "sts enforce mx=*.example base=told.example bad "
			   "with=certificate-expired at=mx1 because=odd",
			   "" });
	s.failures[0].has_local = s.failures[0].has_remote = true;
	s.failures[0].local = judge_address("192.0.2.7");
	s.failures[0].remote = judge_address("2001:db8::1");
	snprintf(s.failures[0].helo, sizeof(s.failures[0].helo), "said");
	judge(&s.input, &j);
	assert_int_equal(j.count, 1);
	assert_string_equal(j.items[0].domain.text, "told.example");
	assert_string_equal(strbuf_str(&j.items[0].text), s.texts[0]);
	assert_string_equal(strbuf_str(&j.items[0].mx), "mx9\n*.example");
	f = &j.items[0].failures[0];
	assert_string_equal(f->code, "odd");
	assert_string_equal(f->host, "mx1");
	assert_string_equal(f->helo, "said");
	assert_true(f->has_local && address_equal(&f->local, &s.failures[0].local));
	assert_true(f->has_remote && address_equal(&f->remote, &s.failures[0].remote));
	judgement_clear(&j);
	stage_clear(&s);
}

/* Datagrams may leave the domain out. */
static void
check_domain(void **state)
{
	static const struct {
		const char *event, *want;
	} cases[] = {
		{ "sts enforce", "example.com" },
		{ "no-policy-found", "example.com" },
		{ "tlsa", "mx1" },
	};
	struct judgement j;
	struct stage s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		stage_init(&s, &(struct scene){ "I", "mx1=insecure", "", "", "",
				   cases[i].event, "" });
		judge(&s.input, &j);
		assert_string_equal(j.items[0].domain.text, cases[i].want);
		judgement_clear(&j);
		stage_clear(&s);
	}
}

static void
check_most(void **state)
{
	struct event_policy policies[EVENT_POLICIES_MAX];
	struct judgement j;
	struct stage s;
	size_t i;

	(void)state;
	stage_init(&s, &(struct scene){
			   "S", "mx1=unusable", "", "", "", "sts enforce mx=mx1", "" });
	for (i = 0; i < EVENT_POLICIES_MAX; i++)
		policies[i] = s.policies[0];
	s.event.policies = policies;
	s.event.policy_count = EVENT_POLICIES_MAX;
	judge(&s.input, &j);
	assert_int_equal(j.count, EVENT_POLICIES_MAX + 1);
	judgement_clear(&j);
	stage_clear(&s);
}

/* --- OpenSSL's words ------------------------------------------------------------------------------- */

static const struct words_case {
	const char *name, *words, *want; /* NULL: none of OpenSSL's */
} words_cases[] = {
	{ "OpenSSL's words", "certificate has expired", "X509_V_ERR_CERT_HAS_EXPIRED" },
	{ "OpenSSL's words, as Postfix joins them",
	    "self-signed_certificate_in_certificate_chain",
	    "X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN" },
	{ "OpenSSL's name", "X509_V_ERR_DANE_NO_MATCH", "X509_V_ERR_DANE_NO_MATCH" },
	{ "any case", "Hostname Mismatch", "X509_V_ERR_HOSTNAME_MISMATCH" },
	{ "only the whole of them", "certificate has expired yesterday", NULL },
	{ "not a part of them", "certificate has", NULL },
	{ "no words", "", NULL },
	{ "what is no fault of a chain", "ok", NULL },
};

static void
check_words(void **state)
{
	const struct words_case *c = *state;
	struct x509_fault fault;

	assert_int_equal(x509_fault_find(c->words, &fault), c->want != NULL);
	if (c->want != NULL)
		assert_string_equal(fault.name, c->want);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_told, told_cases),
		CASE("RPT-JSON-08 RPT-TYPE-13 a policy and its failure as told",
		    check_copy),
		CASE("RPT-JSON-09 a policy without a domain gets one", check_domain),
		CASE("RPT-CNT-06 as many policies as an event may have, and one more",
		    check_most),
		CASES(check_words, words_cases),
	};
	int failed;

	judge_certs_make();
	failed = cases_run("judge_told", tables, COUNT_OF(tables));
	judge_certs_clear();
	return failed;
}
