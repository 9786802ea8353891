/* What a session that filter-hopseal tells of counts as.  SPDX-License-Identifier: ISC */
#include "judge_world.h"

/* smtpd verifies by WebPKI or not at all, and says in few words what it has found. */
#define REFUSED "up host=mx1 verified=no result=validation-failure"
#define BROKEN  "failed host=mx1 verified=no"

static const struct smtpd_case {
	const char *name;
	struct scene scene;
	const char *want;
} smtpd_cases[] = {
	/* Sealed: mail went under verified TLS. */
	{ "RPT-CNT-01 sealed mail under MTA-STS",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 verified=name",
		"" },
	    "sts ok" },
	{ "RPT-CNT-05 sealed mail to a host with DANE: a look says of TLSA",
	    { "S", "mx1=usable", "enforce mx1", "match", "",
		"up host=mx1 verified=name", "mx1 good" },
	    "tlsa ok; sts ok" },
	{ "RPT-CNT-05 the same before the look: nothing is invented",
	    { "S", "mx1=usable", "enforce mx1", "match", "",
		"up host=mx1 verified=name", "" },
	    "sts ok; ?" },
	{ "AUTH-07 sealed mail to a host whose TLSA records match nothing",
	    { "S", "mx1=usable", "", "", "", "up host=mx1 verified=name", "mx1 good" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH (probe))" },

	/* Sealed: version 6.8 tells a refused certificate from a broken handshake. */
	{ "RPT-TYPE-03 refused: a look says expired",
	    { "I", "mx1=insecure", "enforce mx1", "", "", REFUSED, "mx1 expired" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED (probe))" },
	{ "RPT-TYPE-02 refused: a look says another name",
	    { "I", "mx1=insecure", "enforce mx1", "", "", REFUSED, "mx1 other-name" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH (probe))" },
	{ "RPT-TYPE-05 refused, and nobody has looked",
	    { "I", "mx1=insecure", "enforce mx1", "", "", REFUSED, "" },
	    "sts failed validation-failure(certificate-not-verified); ?" },
	{ "RPT-TYPE-05 refused, and a look finds nothing wrong",
	    { "I", "mx1=insecure", "enforce mx1", "", "", REFUSED, "mx1 good" },
	    "sts failed validation-failure(certificate-not-verified)" },
	{ "RPT-TYPE-04 the log's own word",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 verified=no result=certificate-not-trusted "
		"reason=self-signed",
		"mx1 expired" },
	    "sts failed certificate-not-trusted(self-signed)" },
	{ "RPT-TYPE-13 under mode testing what was refused has failed as well",
	    { "I", "mx1=insecure", "testing mx1", "", "", REFUSED, "mx1 self" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT (probe))" },
	{ "refused by WebPKI where DANE holds: no failure of DANE, and no success",
	    { "S", "mx1=usable", "", "match", "", REFUSED, "mx1 good" }, "" },
	{ "refused where DANE does not hold",
	    { "S", "mx1=usable", "", "", "", REFUSED, "mx1 self" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH (probe))" },

	/* Sealed: version 7 does not tell them apart. */
	{ "RPT-TYPE-03 no TLS: a look says expired",
	    { "I", "mx1=insecure", "enforce mx1", "", "", BROKEN, "mx1 expired" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED (probe))" },
	{ "RPT-TYPE-05 no TLS: a look says the handshake",
	    { "I", "mx1=insecure", "enforce mx1", "", "", BROKEN,
		"mx1 failed because" },
	    "sts failed validation-failure(wrong version number (probe))" },
	{ "RPT-TYPE-05 no TLS, and nobody has looked: no reason is invented",
	    { "I", "mx1=insecure", "enforce mx1", "", "", BROKEN, "" },
	    "sts failed validation-failure; ?" },
	{ "RPT-TYPE-05 no TLS, and a look finds nothing wrong",
	    { "I", "mx1=insecure", "enforce mx1", "", "", BROKEN, "mx1 good" },
	    "sts failed validation-failure" },
	{ "no TLS, and DANE holds: nothing is known of DANE",
	    { "S", "mx1=usable", "", "match", "", BROKEN, "mx1 good" }, "" },
	{ "no TLS to a host with DANE: a look says the handshake",
	    { "S", "mx1=usable", "", "match", "", BROKEN, "mx1 failed because" },
	    "tlsa failed validation-failure(wrong version number (probe))" },
	{ "no TLS to a host with DANE: a look is wanted",
	    { "S", "mx1=usable", "", "match", "", BROKEN, "" }, "?" },
	{ "no TLS where no policy applies: perhaps only by our own doing",
	    { "S", "mx1=denied", "", "", "", BROKEN, "" }, "" },

	/* Sealed: the rest speaks for itself. */
	{ "RPT-TYPE-01 STARTTLS not offered",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"not-offered host=mx1 verified=no", "" },
	    "sts failed starttls-not-supported" },
	{ "RPT-TYPE-01 STARTTLS refused, under DANE and MTA-STS",
	    { "S", "mx1=usable", "enforce mx1", "", "", "refused host=mx1 verified=no",
		"" },
	    "tlsa failed starttls-not-supported; sts failed starttls-not-supported" },

	/* Open: smtpd verifies nothing. */
	{ "RPT-CNT-02 no policy, TLS", { "S", "mx1=denied", "", "", "", "up", "" },
	    "no-policy-found ok" },
	{ "RPT-TYPE-01 no policy, clear text",
	    { "S", "mx1=denied", "", "", "", "not-offered", "" },
	    "no-policy-found failed starttls-not-supported" },
	{ "STS-REP-03 mode testing: a look says",
	    { "I", "mx1=insecure", "testing mx1", "", "", "up host=mx1", "mx1 self" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT (probe))" },
	{ "STS-REP-03 mode testing, and nobody has looked",
	    { "I", "mx1=insecure", "testing mx1", "", "", "up host=mx1", "" }, "?" },
	{ "RPT-TYPE-05 mode testing: smtpd went on in the clear behind a handshake",
	    { "I", "mx1=insecure", "testing mx1", "", "", "failed host=mx1",
		"mx1 expired" },
	    "sts failed validation-failure(tls-handshake-failure)" },
	{ "only DANE holds, the operator's choice: as it was",
	    { "S", "mx1=usable", "", "match", "", "up host=mx1", "mx1 good" },
	    "tlsa ok" },
};

static void
check(void **state)
{
	const struct smtpd_case *c = *state;
	struct judgement j;
	struct stage s;

	stage_init(&s, &c->scene);
	s.event.source = SOURCE_OPENSMTPD;
	judge(&s.input, &j);
	assert_judgement(&j, c->want);
	judgement_clear(&j);
	stage_clear(&s);
}

/* --- hosts by their addresses ------------------------------------------------------------------- */

static void
give_address(struct stage *s, size_t host, const char *text)
{
	struct host_facts *h = &s->world.route->hosts[host];

	free(h->addresses);
	h->addresses = xcalloc(1, sizeof(h->addresses[0]));
	h->addresses[0] = judge_address(text);
	h->address_count = 1;
}

static const struct place_case {
	const char *name;
	const char *first, *second, *remote;
	const char *want;
} place_cases[] = {
	{ "RPT-JSON-15 the host that has the address", "192.0.2.1", "192.0.2.2",
	    "192.0.2.2", "mx2" },
	{ "RPT-JSON-15 an address of two hosts: neither", "192.0.2.1", "192.0.2.1",
	    "192.0.2.1", "" },
	{ "RPT-JSON-15 an address of nobody", "192.0.2.1", "192.0.2.2", "192.0.2.3",
	    "" },
};

static void
check_place(void **state)
{
	const struct place_case *c = *state;
	struct judgement j;
	struct stage s;

	stage_init(&s, &(struct scene){ "I", "mx1=insecure mx2=insecure",
			   "enforce mx1 mx2", "", "", "refused", "" });
	s.event.source = SOURCE_OPENSMTPD;
	s.event.has_remote = true;
	s.event.remote = judge_address(c->remote);
	give_address(&s, 0, c->first);
	give_address(&s, 1, c->second);
	judge(&s.input, &j);
	assert_int_equal(j.count, 1);
	assert_string_equal(j.items[0].failures[0].host, c->want);
	judgement_clear(&j);
	stage_clear(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check, smtpd_cases),
		CASES(check_place, place_cases),
	};
	int failed;

	judge_certs_make();
	failed = cases_run("judge_opensmtpd", tables, COUNT_OF(tables));
	judge_certs_clear();
	return failed;
}
