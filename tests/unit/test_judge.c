/* Sessions that nobody has judged yet.  SPDX-License-Identifier: ISC */
#include "judge_world.h"

#define FETCH_404 "F HTTP status says no success: HTTP status 404"

static const struct seen_case {
	const char *name;
	struct scene scene;
	const char *want;
} seen_cases[] = {
	/* Without a policy. */
	{ "RPT-CNT-02 no policy: any TLS is success",
	    { "I", "mx1=insecure", "", "", "", "up host=mx1 verified=no", "" },
	    "no-policy-found ok" },
	{ "RPT-CNT-02 no policy: a bad certificate is none",
	    { "I", "mx1=insecure", "", "", "", "up host=mx1 result=certificate-expired",
		"" },
	    "no-policy-found ok" },
	{ "RPT-CNT-02 RPT-TYPE-01 no policy: no STARTTLS is failure",
	    { "I", "mx1=insecure", "", "", "", "not-offered host=mx1", "" },
	    "no-policy-found failed starttls-not-supported" },
	{ "RPT-TYPE-01 no policy: STARTTLS not answered with 220",
	    { "I", "mx1=insecure", "", "", "", "refused host=mx1 reason=454", "" },
	    "no-policy-found failed starttls-not-supported" },
	{ "RPT-TYPE-05 no policy: the handshake failed",
	    { "I", "mx1=insecure", "", "", "", "failed host=mx1 reason=handshake_alert",
		"" },
	    "no-policy-found failed validation-failure(handshake_alert)" },
	{ "RPT-TYPE-05 a failed handshake without a word gets Postfix's",
	    { "I", "mx1=insecure", "", "", "", "failed host=mx1", "" },
	    "no-policy-found failed validation-failure(tls-handshake-failure)" },
	{ "RPT-TYPE-05 a failed handshake in the words of the probe",
	    { "I", "mx1=insecure", "", "", "", "failed host=mx1",
		"mx1 failed because" },
	    "no-policy-found failed validation-failure(wrong version number)" },
	{ "RPT-CNT-07 nothing is known of TLS: no session",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "unknown host=mx1", "" },
	    "" },
	{ "RPT-CNT-07 nothing is known of TLS, and evidence of another moment",
	    { "S", "mx1=unusable", "", "", FETCH_404, "unknown host=mx1", "mx1 good" },
	    "" },
	{ "an inbound session is nobody's report",
	    { "I", "mx1=insecure", "", "", "", "up inbound", "" }, "" },
	{ "nothing is known of the next-hop: nothing is invented",
	    { "I", "mx1=insecure", "", "no-facts", "", "up host=mx1", "" }, "" },
	{ "DNS has not answered: no telling that there is no policy",
	    { "unknown", "", "", "", "", "up host=mx1", "" }, "" },
	{ "the host is unknown, and another one has TLSA: ask for a look",
	    { "S", "mx1=usable mx2=denied", "", "", "", "up host=gone", "" }, "?" },
	{ "the host is unknown, evidence names it",
	    { "S", "mx1=usable mx2=denied", "", "match", "", "up", "mx1 good" },
	    "tlsa ok" },
	{ "the only host needs no name", { "S", "mx1=unusable", "", "", "", "up", "" },
	    "tlsa failed tlsa-invalid(all-tlsa-unusable)" },

	/* Mode none and the operator's word. */
	{ "RPT-CNT-09 STS-REP-03 mode none is no policy",
	    { "I", "mx1=insecure", "none", "", "", "up host=mx1", "" },
	    "no-policy-found ok" },
	{ "RPT-CNT-12 STS-REP-02 mode none: a failed fetch is nobody's business",
	    { "I", "mx1=insecure", "none", "", FETCH_404, "up host=mx1", "" },
	    "no-policy-found ok" },
	{ "MAND-04 override may: no policy applied",
	    { "S", "mx1=usable", "enforce mx1", "may", "", "up host=mx1", "" },
	    "no-policy-found ok" },
	{ "MAND-04 override may: nor one that could not be fetched",
	    { "I", "mx1=insecure", "", "may", FETCH_404, "up host=mx1", "" },
	    "no-policy-found ok" },
	{ "MAND-04 override no-dane: TLSA did not apply",
	    { "S", "mx1=unusable", "", "no-dane", "", "up host=mx1", "" },
	    "no-policy-found ok" },
	{ "MAND-03 override audit: delivered, and judged",
	    { "S", "mx1=usable", "", "audit", "", "up host=mx1 chain=good", "" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH)" },

	/* MTA-STS. */
	{ "RPT-TYPE-01 STS-REP-03 STS: no STARTTLS",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "not-offered host=mx1", "" },
	    "sts failed starttls-not-supported" },
	{ "STS: verified by the MTA",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 verified=name",
		"" },
	    "sts ok" },
	{ "STS: a trusted chain says nothing of the name",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 verified=chain",
		"" },
	    "?" },
	{ "STS: the session's own chain",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 chain=good",
		"" },
	    "sts ok" },
	{ "RPT-TYPE-03 STS: expired",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 chain=expired",
		"" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED)" },
	{ "RPT-TYPE-02 STS: another name",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 chain=other-name", "" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-TYPE-04 STS: self-signed",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 chain=self",
		"" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT)" },
	{ "RPT-TYPE-14 STS: self-signed and expired is one failure",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 chain=self-expired", "" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT)" },
	{ "RPT-TYPE-05 STS: not yet valid",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 chain=future",
		"" },
	    "sts failed validation-failure(CERT_NOT_YET_VALID)" },
	{ "RPT-TYPE-05 STS: no certificate that can be read",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 chain=unreadable", "" },
	    "sts failed validation-failure(no certificate, or one that cannot be "
	    "read)" },
	{ "RPT-CNT-03 STS-REP-03 testing: a wrong certificate is a failure, whatever "
	  "was delivered",
	    { "I", "mx1=insecure", "testing mx1", "", "",
		"up host=mx1 chain=other-name", "" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-TYPE-05 STS: the host is not named, its certificate good",
	    { "I", "mx1=insecure", "enforce mx2", "", "",
		"up host=mx1 verified=name chain=good", "" },
	    "sts failed validation-failure(sts-mx-mismatch)" },
	{ "RPT-TYPE-14 STS: the host is not named, its certificate bad: one failure",
	    { "I", "mx1=insecure", "testing mx2", "", "", "up host=mx1 chain=expired",
		"" },
	    "sts failed validation-failure(sts-mx-mismatch)" },
	{ "STS: a host that is not among the next-hop's is held against the policy",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=gone", "" },
	    "sts failed validation-failure(sts-mx-mismatch)" },
	{ "STS: nothing is known, evidence is asked for",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1", "" }, "?" },
	{ "STS: evidence, good",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1", "mx1 good" },
	    "sts ok" },
	{ "STS: evidence, bad, says that it is evidence",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1",
		"mx1 expired" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED (probe))" },
	{ "STS: the MTA's own word is better than evidence of another session",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 verified=name",
		"mx1 expired" },
	    "sts ok" },
	{ "STS: and so is the session's own chain",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 chain=good",
		"mx1 expired" },
	    "sts ok" },
	{ "STS: evidence without TLS says nothing of a session with it",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1",
		"mx1 not-offered" },
	    "" },
	{ "STS: evidence of another host is none, and no better is asked for",
	    { "I", "mx1=insecure mx2=insecure", "enforce mx1", "", "", "up host=mx1",
		"mx2 good" },
	    "" },
	{ "STS: evidence of another address is none",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 remote=192.0.2.2", "mx1 good" },
	    "" },
	{ "STS: evidence of the same address",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 remote=192.0.2.1", "mx1 good" },
	    "sts ok" },
	{ "STS: the host could not be reached for evidence",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1",
		"mx1 unknown" },
	    "" },
	{ "STS: without trust anchors no chain is judged, and none asked for",
	    { "I", "mx1=insecure", "enforce mx1", "no-trust", "",
		"up host=mx1 chain=good", "" },
	    "" },

	/* The MTA's own result. */
	{ "RPT-TYPE-13 STS: the MTA's result stands",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 result=certificate-expired chain=good", "" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED)" },
	{ "RPT-TYPE-04 STS: the MTA's words in OpenSSL's names",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 result=certificate-not-trusted "
		"reason=self_signed_certificate",
		"" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT)" },
	{ "RPT-TYPE-04 STS: words that only the MTA knows",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 result=certificate-not-trusted reason=untrusted_issuer",
		"" },
	    "sts failed certificate-not-trusted(untrusted_issuer)" },
	{ "STS: a vague failure becomes what the words say",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 result=validation-failure reason=invalid_CA_certificate",
		"" },
	    "sts failed certificate-not-trusted(INVALID_CA)" },
	{ "STS: a vague failure becomes what the chain shows",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 result=validation-failure", "mx1 expired" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED (probe))" },
	{ "STS: a failure without code gets that of the chain, if it is the same",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 result=certificate-not-trusted", "mx1 self" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT "
	    "(probe))" },
	{ "RPT-TYPE-13 STS: and keeps its type, if it is not",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 result=certificate-not-trusted", "mx1 expired" },
	    "sts failed certificate-not-trusted(certificate-not-verified)" },
	{ "STS: a vague failure is a failure all the same",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 result=validation-failure", "mx1 good" },
	    "sts failed validation-failure(certificate-not-verified)" },
	{ "STS: a vague failure asks for evidence",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 result=validation-failure", "" },
	    "sts failed validation-failure(certificate-not-verified); ?" },
	{ "STS: a result of the policy's own",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 result=sts-webpki-invalid reason=certificate_has_expired",
		"" },
	    "sts failed sts-webpki-invalid(CERT_HAS_EXPIRED)" },
	{ "DANE: is not what an STS result is about",
	    { "S", "mx1=usable", "", "", "", "up host=mx1 result=sts-policy-invalid",
		"" },
	    "?" },
	{ "a result of before STARTTLS says nothing of a session with TLS",
	    { "S", "mx1=usable", "", "match", "",
		"up host=mx1 result=starttls-not-supported chain=good", "" },
	    "tlsa ok" },

	/* A policy that cannot be had. */
	{ "RPT-CNT-12 RPT-TYPE-09 STS-REP-01 no policy to be had: every session failed",
	    { "I", "mx1=insecure", "", "", FETCH_404, "up host=mx1 verified=name", "" },
	    "sts failed sts-policy-fetch-error(http-404)" },
	{ "RPT-TYPE-09 the code has no milliseconds and no addresses",
	    { "I", "mx1=insecure", "", "",
		"F cannot connect: Failed to connect to 192.0.2.1 after 12 ms",
		"up host=mx1", "" },
	    "sts failed sts-policy-fetch-error(cannot connect)" },
	{ "RPT-TYPE-10 the code names the rule",
	    { "I", "mx1=insecure", "", "", "I policy invalid: no max_age",
		"up host=mx1", "" },
	    "sts failed sts-policy-invalid(no max_age)" },
	{ "RPT-TYPE-11 the code is the X509 error",
	    { "I", "mx1=insecure", "", "",
		"W certificate not valid: SSL certificate problem: certificate has "
		"expired",
		"up host=mx1", "" },
	    "sts failed sts-webpki-invalid(CERT_HAS_EXPIRED)" },
	{ "RPT-TYPE-11 or the library's words",
	    { "I", "mx1=insecure", "", "", "W certificate not valid: odd",
		"up host=mx1", "" },
	    "sts failed sts-webpki-invalid(certificate not valid: odd)" },
	{ "RPT-CNT-04 no policy to be had, and no STARTTLS: two details",
	    { "I", "mx1=insecure", "", "", FETCH_404, "not-offered host=mx1", "" },
	    "sts failed sts-policy-fetch-error(http-404) starttls-not-supported" },
	{ "STS-REP-01 no TXT lookup and nothing cached: no event",
	    { "I", "mx1=insecure", "", "", "T", "up host=mx1", "" },
	    "no-policy-found ok" },
	{ "RPT-CNT-12 STS-REP-02 the old policy holds: success, and the detail beside",
	    { "I", "mx1=insecure", "enforce mx1", "", FETCH_404,
		"up host=mx1 verified=name", "" },
	    "sts ok sts-policy-fetch-error(http-404)" },
	{ "STS-REP-02 the TXT lookup fails while a policy is cached",
	    { "I", "mx1=insecure", "testing mx1", "", "T", "up host=mx1 verified=name",
		"" },
	    "sts ok sts-policy-fetch-error(TXT lookup failed)" },
	{ "RPT-CNT-12 RPT-CNT-04 the old policy holds, and the session fails under it",
	    { "I", "mx1=insecure", "enforce mx1", "", "I policy invalid: no mx",
		"up host=mx1 chain=self", "" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT) "
	    "sts-policy-invalid(no mx)" },
	{ "an expired policy and no other: as none",
	    { "I", "mx1=insecure", "enforce mx1 expired", "", FETCH_404, "up host=mx1",
		"" },
	    "sts failed sts-policy-fetch-error(http-404)" },

	/* DANE. */
	{ "DANE: the chain matches",
	    { "S", "mx1=usable", "", "match", "", "up host=mx1 chain=good", "" },
	    "tlsa ok" },
	{ "RPT-TYPE-04 DANE: no record matches",
	    { "S", "mx1=usable", "", "", "", "up host=mx1 chain=good", "" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH)" },
	{ "RPT-TYPE-04 DANE: no match, in the MTA's one word",
	    { "S", "mx1=usable", "", "", "",
		"up host=mx1 result=certificate-not-trusted", "" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH)" },
	{ "DANE: matched by the MTA",
	    { "S", "mx1=usable", "", "", "", "up host=mx1 verified=dane", "" },
	    "tlsa ok" },
	{ "DANE: a good name is no match",
	    { "S", "mx1=usable", "", "", "", "up host=mx1 verified=name", "" }, "?" },
	{ "DANE: Postfix's log says Verified of TLSA, too",
	    { "S", "mx1=usable", "", "", "", "up log host=mx1 verified=name", "" },
	    "tlsa ok" },
	{ "STS: Postfix's log says Verified of names",
	    { "S", "mx1=denied", "enforce mx1", "", "", "up log host=mx1 verified=name",
		"" },
	    "sts ok" },
	{ "MIX-05 Postfix's log over an insecure MX with both: no telling which",
	    { "I", "mx1=usable", "enforce mx1", "", "", "up log host=mx1 verified=name",
		"" },
	    "?" },
	{ "RPT-TYPE-01 DANE: no STARTTLS",
	    { "S", "mx1=usable", "", "", "", "not-offered host=mx1", "" },
	    "tlsa failed starttls-not-supported" },
	{ "RPT-TYPE-06 DANE: none of the records usable",
	    { "S", "mx1=unusable", "", "", "", "up host=mx1", "" },
	    "tlsa failed tlsa-invalid(all-tlsa-unusable)" },
	{ "RPT-TYPE-06 RPT-CNT-04 none usable, and the handshake failed",
	    { "S", "mx1=unusable", "", "", "", "failed host=mx1", "" },
	    "tlsa failed tlsa-invalid(all-tlsa-unusable) "
	    "validation-failure(tls-handshake-failure)" },
	{ "DNS-13 DANE is off: TLSA did not apply",
	    { "S", "mx1=usable", "", "dane-off", "", "up host=mx1", "" },
	    "no-policy-found ok" },
	{ "DANE-MX-03 insecure MX, DANE off there: TLSA did not apply",
	    { "I", "mx1=usable", "", "insecure-mx=may", "", "up host=mx1", "" },
	    "no-policy-found ok" },

	/* Both. */
	{ "RPT-CNT-05 MIX-06 DANE ok, STS name mismatch: one of each",
	    { "S", "mx1=usable", "enforce mx2", "match", "", "up host=mx1 chain=good",
		"" },
	    "tlsa ok; sts failed validation-failure(sts-mx-mismatch)" },
	{ "RPT-CNT-05 both good",
	    { "S", "mx1=usable", "enforce mx1", "match", "", "up host=mx1 chain=good",
		"" },
	    "tlsa ok; sts ok" },
	{ "RPT-CNT-05 no STARTTLS under both",
	    { "S", "mx1=usable", "testing mx1", "", "", "not-offered host=mx1", "" },
	    "tlsa failed starttls-not-supported; sts failed starttls-not-supported" },
	{ "RPT-CNT-05 the MTA's result is about DANE: of STS nothing is known",
	    { "S", "mx1=usable", "enforce mx1", "", "",
		"up host=mx1 result=certificate-not-trusted", "" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH); ?" },
	{ "RPT-CNT-05 MIX-03 unusable TLSA beside STS",
	    { "S", "mx1=unusable", "enforce mx1", "", "", "up host=mx1 verified=name",
		"" },
	    "tlsa failed tlsa-invalid(all-tlsa-unusable); sts ok" },
	{ "RPT-CNT-05 DANE ok, no STS policy to be had",
	    { "S", "mx1=usable", "", "", FETCH_404, "up host=mx1 verified=dane", "" },
	    "tlsa ok; sts failed sts-policy-fetch-error(http-404)" },
};

static void
check_seen(void **state)
{
	const struct seen_case *c = *state;
	struct judgement j;
	struct stage s;

	stage_init(&s, &c->scene);
	judge(&s.input, &j);
	assert_judgement(&j, c->want);
	judgement_clear(&j);
	assert_int_equal(j.count, 0);
	stage_clear(&s);
}

/* --- what is written down ------------------------------------------------------------------------- */

static void
check_place(void **state)
{
	const struct judged_failure *f;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "I", "mx1=insecure", "enforce mx1", "", "",
			   "up host=mx1 remote=192.0.2.1 local=192.0.2.7 helo=said "
			   "chain=self",
			   "mx1 good" });
	judge(&s.input, &j);
	f = &j.items[0].failures[0];
	assert_string_equal(f->host, "mx1");
	assert_string_equal(f->helo, "said");
	assert_true(f->has_local && f->has_remote);
	assert_true(address_equal(&f->local, &s.event.local));
	assert_true(address_equal(&f->remote, &s.event.remote));
	judgement_clear(&j);
	stage_clear(&s);
}

static void
check_place_of_evidence(void **state)
{
	const struct judged_failure *f;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "I", "mx1=insecure mx2=insecure", "enforce mx1",
			   "", "", "up", "mx1 self" });
	judge(&s.input, &j);
	f = &j.items[0].failures[0];
	assert_string_equal(f->host, "mx1");
	assert_string_equal(f->helo, "looked.example");
	assert_false(f->has_local);
	assert_true(f->has_remote);
	assert_true(address_equal(&f->remote, &s.evidence_remote));
	judgement_clear(&j);
	stage_clear(&s);
}

static void
check_no_place(void **state)
{
	const struct judged_failure *f;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "S", "mx1=unusable", "", "", FETCH_404,
			   "up host=mx1 remote=192.0.2.1", "" });
	judge(&s.input, &j);
	assert_int_equal(j.count, 2);
	f = &j.items[0].failures[0];
	assert_string_equal(f->host, "mx1");
	assert_false(f->has_local || f->has_remote);
	f = &j.items[1].failures[0];
	assert_string_equal(f->host, "");
	assert_string_equal(f->helo, "");
	assert_false(f->has_local || f->has_remote);
	judgement_clear(&j);
	stage_clear(&s);
}

static void
check_code_is_clean(void **state)
{
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s,
	    &(struct scene){ "I", "mx1=insecure", "", "", "", "failed host=mx1", "" });
	snprintf(s.event.reason, sizeof(s.event.reason), "%s",
	    "error:0A00010B:SSL routines::wrong version "
	    "number:../ssl/record/ssl3_record.c:350:");
	judge(&s.input, &j);
	assert_string_equal(j.items[0].failures[0].code,
	    "error:0A00010B:SSL routines::wrong version number");
	judgement_clear(&j);
	snprintf(s.event.reason, sizeof(s.event.reason), "%s", "/etc/ssl/private.key");
	judge(&s.input, &j);
	assert_string_equal(j.items[0].failures[0].code, "");
	judgement_clear(&j);
	stage_clear(&s);
}

static const char body[] = "version: STSv1\r\nmode: enforce\r\n\r\nmx: mx1\r\nmx: "
			   "*.Example.COM\r\nodd:  kept\r\nmax_age: 86400";

static void
check_sts_text(void **state)
{
	struct sts_policy *policy;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "I", "mx1=insecure", "enforce mx1", "", "",
			   "up host=mx1 verified=name", "" });
	assert_int_equal(sts_policy_parse(BYTES(body), &policy, NULL), ST_OK);
	s.world.sts.policy = policy;
	judge(&s.input, &j);
	assert_int_equal(j.count, 1);
	assert_string_equal(j.items[0].domain.text, "example.com");
	assert_string_equal(strbuf_str(&j.items[0].text),
	    "version: STSv1\nmode: enforce\nmx: mx1\nmx: *.Example.COM\nodd:  kept\n"
	    "max_age: 86400");
	assert_string_equal(strbuf_str(&j.items[0].mx), "mx1\n*.example.com");
	judgement_clear(&j);
	free(policy);
	stage_clear(&s);
}

static void
check_tlsa_text(void **state)
{
	static const uint8_t a[] = { 3, 1, 1, 0xab, 0xcd }, b[] = { 2, 0, 1, 0xef },
			     c[] = { 3, 1 };
	const struct tlsa_rdata published[] = { { c, sizeof(c) }, { a, sizeof(a) },
		{ b, sizeof(b) } };
	const struct tlsa_rdata turned[] = { { b, sizeof(b) }, { c, sizeof(c) },
		{ a, sizeof(a) } };
	const struct tlsa_rdata *const orders[] = { published, turned };
	struct judgement j;
	struct stage s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(orders); i++) {
		stage_init(&s, &(struct scene){ "S", "mx1=usable", "", "", "",
				   "not-offered host=mx1", "" });
		free(s.world.route->hosts[0].tlsa);
		s.world.route->hosts[0].tlsa = tlsa_set_new(orders[i], 3);
		*s.world.route->hosts[0].base = domain("base.example");
		judge(&s.input, &j);
		assert_int_equal(j.items[0].type, POLICY_TLSA);
		assert_string_equal(j.items[0].domain.text, "base.example");
		assert_string_equal(
		    strbuf_str(&j.items[0].text), "2 0 1 EF\n3 1 1 ABCD\n\\# 2 0301");
		assert_string_equal(strbuf_str(&j.items[0].mx), "");
		judgement_clear(&j);
		stage_clear(&s);
	}
}

static void
check_no_text(void **state)
{
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){
			   "I", "mx1=insecure", "", "", FETCH_404, "up host=mx1", "" });
	judge(&s.input, &j);
	assert_string_equal(j.items[0].domain.text, "example.com");
	assert_string_equal(strbuf_str(&j.items[0].text), "");
	assert_string_equal(strbuf_str(&j.items[0].mx), "");
	judgement_clear(&j);
	stage_clear(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_seen, seen_cases),
		CASE("RPT-TYPE-02 a failure says where the session went", check_place),
		CASE("or where evidence was found", check_place_of_evidence),
		CASE("RPT-JSON-21 a policy's own failure has no session to tell of",
		    check_no_place),
		CASE("RPT-TYPE-12 no paths in codes", check_code_is_clean),
		CASE("RPT-JSON-08 RPT-JSON-10 MTA-STS lines as published",
		    check_sts_text),
		CASE("RPT-JSON-08 RPT-JSON-09 TLSA records, whatever order DNS gives",
		    check_tlsa_text),
		CASE("RPT-CNT-12 RPT-JSON-09 a policy that is not there has no text",
		    check_no_text),
	};
	int failed;

	judge_certs_make();
	failed = cases_run("judge", tables, COUNT_OF(tables));
	judge_certs_clear();
	return failed;
}
