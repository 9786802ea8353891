/* What a session that Sendmail's ruleset tells of counts as.  SPDX-License-Identifier: ISC */
#include "judge_world.h"

/* The events of wire/sendmail_sessions.h. */
#define OK_NAME  "up host=mx1 verified=name"
#define OK_OTHER "up host=mx1 verified=chain result=certificate-host-mismatch"
#define FAIL     "up host=mx1 verified=no result=certificate-not-trusted"
#define TRUSTED  "up host=mx1 verified=dane"
#define DANE_BAD "up host=mx1 verified=no result=validation-failure"
/* Refused by us: the certificate was not the one that was probed. */
#define NOT_SEEN                                                                       \
	"up host=mx1 verified=no result=validation-failure reason=not-the-one-probed"

static const struct sendmail_case {
	const char *name;
	struct scene scene;
	const char *want;
} sendmail_cases[] = {
	/* MTA-STS: Sendmail verifies by WebPKI, and says so. */
	{ "RPT-CNT-01 MTA-STS, OK and the name",
	    { "I", "mx1=insecure", "enforce mx1", "", "", OK_NAME, "" }, "sts ok" },
	{ "RPT-CNT-01 its word is taken, whatever a look shows later",
	    { "I", "mx1=insecure", "enforce mx1", "", "", OK_NAME, "mx1 expired" },
	    "sts ok" },
	{ "RPT-TYPE-02 OK and another name",
	    { "I", "mx1=insecure", "enforce mx1", "", "", OK_OTHER, "mx1 other-name" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-TYPE-02 OK and another name: no look is needed",
	    { "I", "mx1=insecure", "enforce mx1", "", "", OK_OTHER, "" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-TYPE-03 FAIL: a look says expired",
	    { "I", "mx1=insecure", "enforce mx1", "", "", FAIL, "mx1 expired" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED (probe))" },
	{ "RPT-TYPE-04 FAIL: a look says not trusted",
	    { "I", "mx1=insecure", "enforce mx1", "", "", FAIL, "mx1 self" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT (probe))" },
	{ "RPT-TYPE-04 FAIL, and nobody has looked",
	    { "I", "mx1=insecure", "enforce mx1", "", "", FAIL, "" },
	    "sts failed certificate-not-trusted(certificate-not-verified); ?" },
	{ "RPT-CNT-03 FAIL, and a look finds nothing wrong: the stricter word counts",
	    { "I", "mx1=insecure", "enforce mx1", "", "", FAIL, "mx1 good" },
	    "sts failed certificate-not-trusted(certificate-not-verified)" },
	{ "RPT-TYPE-04 FAIL is not for a name",
	    { "I", "mx1=insecure", "enforce mx1", "", "", FAIL, "mx1 other-name" },
	    "sts failed certificate-not-trusted(certificate-not-verified)" },

	/* Mode testing: it verifies all the same. */
	{ "STS-REP-03 mode testing, OK and the name",
	    { "I", "mx1=insecure", "testing mx1", "", "", OK_NAME, "" }, "sts ok" },
	{ "STS-REP-03 mode testing, FAIL: a look says expired",
	    { "I", "mx1=insecure", "testing mx1", "", "", FAIL, "mx1 expired" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED (probe))" },
	{ "STS-REP-03 mode testing, FAIL, and nobody has looked",
	    { "I", "mx1=insecure", "testing mx1", "", "", FAIL, "" },
	    "sts failed certificate-not-trusted(certificate-not-verified); ?" },
	{ "STS-REP-03 mode testing, another name",
	    { "I", "mx1=insecure", "testing mx1", "", "", OK_OTHER, "mx1 good" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "STS-REP-03 mode testing, a host that the policy does not name",
	    { "I", "mx1=insecure mx2=insecure", "testing mx1", "", "",
		"up host=mx2 verified=name", "" },
	    "sts failed validation-failure(sts-mx-mismatch)" },

	/* DANE that is ours: WebPKI has no say in it. */
	{ "RPT-CNT-01 DANE, FAIL: the look has matched",
	    { "S", "mx1=usable", "", "match", "", FAIL, "mx1 good" }, "tlsa ok" },
	{ "RPT-TYPE-04 DANE, OK and the name: the look has not",
	    { "S", "mx1=usable", "", "", "", OK_NAME, "mx1 good" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH (probe))" },
	{ "DANE before the look: nothing is invented",
	    { "S", "mx1=usable", "", "match", "", OK_NAME, "" }, "?" },
	{ "RPT-CNT-05 DANE and MTA-STS: each its own",
	    { "S", "mx1=usable", "enforce mx1", "match", "", FAIL, "mx1 good" },
	    "tlsa ok; sts failed certificate-not-trusted(certificate-not-verified)" },
	{ "RPT-CNT-03 refused by us, though the look has matched",
	    { "S", "mx1=usable", "", "match", "", NOT_SEEN, "mx1 good" },
	    "tlsa failed validation-failure(not-the-one-probed)" },
	{ "RPT-TYPE-05 refused by us, for want of a look",
	    { "S", "mx1=usable", "", "match", "", DANE_BAD, "" },
	    "tlsa failed validation-failure(certificate-not-verified); ?" },

	/* DANE of Sendmail 8.18. */
	{ "RPT-CNT-01 TRUSTED", { "S", "mx1=usable", "", "", "", TRUSTED, "" },
	    "tlsa ok" },
	{ "RPT-CNT-05 TRUSTED says nothing of MTA-STS",
	    { "S", "mx1=usable", "enforce mx1", "", "", TRUSTED, "mx1 expired" },
	    "tlsa ok; sts failed certificate-expired(CERT_HAS_EXPIRED (probe))" },
	{ "RPT-TYPE-04 DANE_FAIL: a look says why",
	    { "S", "mx1=usable", "", "", "", DANE_BAD, "mx1 good" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH (probe))" },
	{ "RPT-CNT-03 DANE_FAIL, and a look has matched: the stricter word counts",
	    { "S", "mx1=usable", "", "match", "", DANE_BAD, "mx1 good" },
	    "tlsa failed validation-failure(certificate-not-verified)" },

	/* No TLS. */
	{ "RPT-TYPE-01 NONE",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "not-offered host=mx1", "" },
	    "sts failed starttls-not-supported" },
	{ "RPT-TYPE-01 TEMP, under DANE and MTA-STS",
	    { "S", "mx1=usable", "enforce mx1", "", "", "refused host=mx1", "" },
	    "tlsa failed starttls-not-supported; sts failed starttls-not-supported" },
	{ "RPT-TYPE-05 SOFTWARE: a look says why",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "failed host=mx1",
		"mx1 failed because" },
	    "sts failed validation-failure(wrong version number (probe))" },
	{ "RPT-TYPE-05 SOFTWARE",
	    { "S", "mx1=usable", "", "", "", "failed host=mx1", "mx1 good" },
	    "tlsa failed validation-failure(tls-handshake-failure)" },
	{ "CONFIG: our own fault is nobody's failure",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "unknown host=mx1", "" },
	    "" },

	/* No policy. */
	{ "RPT-CNT-02 no policy, FAIL: any TLS will do",
	    { "S", "mx1=denied", "", "", "", FAIL, "" }, "no-policy-found ok" },
	{ "RPT-CNT-02 unusable TLSA: TLS, and an entry for it",
	    { "S", "mx1=unusable", "", "", "", FAIL, "" },
	    "tlsa failed tlsa-invalid(all-tlsa-unusable)" },
	{ "RPT-TYPE-01 no policy, in the clear",
	    { "S", "mx1=denied", "", "", "", "not-offered host=mx1", "" },
	    "no-policy-found failed starttls-not-supported" },
};

static void
check(void **state)
{
	const struct sendmail_case *c = *state;
	struct judgement j;
	struct stage s;

	stage_init(&s, &c->scene);
	s.event.source = SOURCE_SENDMAIL;
	judge(&s.input, &j);
	assert_judgement(&j, c->want);
	judgement_clear(&j);
	stage_clear(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check, sendmail_cases),
	};
	int failed;

	judge_certs_make();
	failed = cases_run("judge_sendmail", tables, COUNT_OF(tables));
	judge_certs_clear();
	return failed;
}
