/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "host_audited.h"
#include "tlsa_certs.h"

/* The root of the certificates, for a policy. */
static struct trust_store *trust;

static void
trust_make(void)
{
	char file[] = "/tmp/hopseal-test-XXXXXX";
	struct why why;
	FILE *out;
	int fd = mkstemp(file);

	assert_int_not_equal(fd, -1);
	out = fdopen(fd, "w");
	assert_int_equal(PEM_write_X509(out, root.x509), 1);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(trust_store_open(file, &trust, &why), ST_OK);
	assert_int_equal(unlink(file), 0);
}

/* One address unless chain2 says otherwise. */
static const struct audit_case {
	const char *name, *set, *chain; /* no set: a host without DANE */
	enum remark_level worst;
	const char *want;
	enum sts_mode sts;
	enum event_tls tls; /* TLS_UP */
	const char *
	    chain2; /* of a second address; "" it is unreachable; NULL: there is none */
	unsigned ttl_s;
	const char *version; /* NULL: "TLSv1.3" */
	bool is_unroutable;  /* where it is not reached */
} audit_cases[] = {
	{ .name = "PUB-TLSA-07 3 1 1 of the leaf", .set = "311l", .chain = "li" },
	{ .name = "PUB-TLSA-03 SEED-14 current and next key",
	    .set = "311l 311o",
	    .chain = "li" },
	{ .name = "PUB-TLSA-05 SEED-18 current and issuer",
	    .set = "311l 211i",
	    .chain = "li",
	    .want = "note 2 1 1: usage 2" },
	{ .name = "PUB-TLSA-07 another key",
	    .set = "311o",
	    .chain = "li",
	    .worst = REMARK_BROKEN,
	    .want =
		"broken 192.0.2.1, EC P-256: no TLSA record matches|RFC 7672, 2.2" },
	{ .name = "PUB-TLSA-03 3 1 1 current beside 2 1 1 of a future issuer",
	    .set = "311l 211o",
	    .chain = "li",
	    .worst = REMARK_BROKEN,
	    .want = "no record 2 1 1 matches what the server sends|RFC 7671, 8" },
	{ .name = "PUB-TLSA-07 3 1 2 wrong with 3 1 1 right",
	    .set = "311l 312o",
	    .chain = "li",
	    .worst = REMARK_BROKEN,
	    .want = "no TLSA record matches" },
	{ .name = "PUB-TLSA-07 3 1 1 wrong with 3 1 2 right",
	    .set = "311o 312l",
	    .chain = "li",
	    .worst = REMARK_BROKEN,
	    .want = "no record 3 1 1 matches what the server sends" },
	{ .name = "PUB-TLSA-06 SEED-13 2 0 1 of a root that is not sent",
	    .set = "201r",
	    .chain = "li",
	    .worst = REMARK_BROKEN,
	    .want = "no TLSA record matches" },
	{ .name = "PUB-TLSA-06 2 0 1 of an intermediate that is sent",
	    .set = "201i",
	    .chain = "li",
	    .want = "note 2 0 1" },
	{ .name = "PUB-TLSA-07 usage 2: a certificate for another name",
	    .set = "211i",
	    .chain = "ni",
	    .worst = REMARK_BROKEN,
	    .want = "the certificate is not for mx1.example.com|RFC 7672, 3.2.2" },
	{ .name = "PUB-TLSA-07 usage 2: expired",
	    .set = "211i",
	    .chain = "ei",
	    .worst = REMARK_BROKEN,
	    .want = "certificate expired: mail waits" },
	{ .name = "PUB-TLSA-07 usage 3: expired is advice",
	    .set = "311e",
	    .chain = "ei",
	    .worst = REMARK_ADVICE,
	    .want = "advice 192.0.2.1, EC P-256: the certificate has expired|"
		    "RFC 7672, 3.1.1" },
	{ .name = "PUB-TLSA-07 usage 3: not valid yet is advice",
	    .set = "311t",
	    .chain = "ti",
	    .worst = REMARK_ADVICE,
	    .want = "is not valid yet" },
	{ .name = "expires soon",
	    .set = "311s",
	    .chain = "si",
	    .worst = REMARK_ADVICE,
	    .want = "expires in less than 6 days" },
	{ .name = "TLS-04 1024-bit RSA",
	    .set = "311w",
	    .chain = "wi",
	    .worst = REMARK_ADVICE,
	    .want = "advice 192.0.2.1, RSA 1024: the key is short|RFC 9325, 4.5" },
	{ .name = "TLS-04 2048-bit RSA", .set = "311a", .chain = "ai" },
	{ .name = "PUB-TLSA-07 SEED-24 EC and RSA, TLSA for EC only",
	    .set = "311l",
	    .chain = "li",
	    .chain2 = "ai",
	    .worst = REMARK_BROKEN,
	    .want = "broken 192.0.2.2, RSA 2048: no TLSA record matches" },
	{ .name = "PUB-TLSA-07 EC and RSA, TLSA for both",
	    .set = "311l 311a",
	    .chain = "li",
	    .chain2 = "ai" },
	{ .name = "PUB-TLSA-07 SEED-23 a good address does not hide a bad one",
	    .set = "311l",
	    .chain = "li",
	    .chain2 = "oi",
	    .worst = REMARK_BROKEN,
	    .want = "broken 192.0.2.2, EC P-256" },
	{ .name = "PUB-TLSA-07 an address that does not answer",
	    .set = "311l",
	    .chain = "li",
	    .chain2 = "",
	    .worst = REMARK_UNSURE,
	    .want = "unsure 192.0.2.2: could not be looked at: it says so" },
	{ .name = "PUB-TLSA-08 SEED-26 no STARTTLS",
	    .set = "311l",
	    .tls = TLS_NOT_OFFERED,
	    .worst = REMARK_BROKEN,
	    .want = "broken 192.0.2.1: STARTTLS is not offered|RFC 7672, 2.2 and 9.2" },
	{ .name = "PUB-TLSA-08 STARTTLS is refused",
	    .set = "311l",
	    .tls = TLS_REFUSED,
	    .worst = REMARK_BROKEN,
	    .want = "STARTTLS is refused: it says so" },
	{ .name = "PUB-TLSA-07 the handshake fails",
	    .set = "311l",
	    .tls = TLS_FAILED,
	    .worst = REMARK_BROKEN,
	    .want = "TLS fails: it says so" },
	{ .name = "TLS-01 SEED-26 TLS 1.1 at most",
	    .set = "311l",
	    .chain = "li",
	    .version = "TLSv1.1",
	    .worst = REMARK_BROKEN,
	    .want = "nothing newer than TLSv1.1: |RFC 9325, 3.1.1" },
	{ .name = "TLS-01 TLS 1.2",
	    .set = "311l",
	    .chain = "li",
	    .version = "TLSv1.2" },
	{ .name = "PUB-TLSA-10 SEED-28 a TTL of an hour",
	    .set = "311l",
	    .chain = "li",
	    .ttl_s = 3600 },
	{ .name = "PUB-TLSA-10 SEED-28 a TTL of a day",
	    .set = "311l",
	    .chain = "li",
	    .ttl_s = 86400,
	    .worst = REMARK_ADVICE,
	    .want = "a TTL of 86400 s" },
	{ .name = "PUB-TLSA-02 only 1 0 1",
	    .set = "101l",
	    .chain = "li",
	    .worst = REMARK_BROKEN,
	    .want = "no record is usable" },
	{ .name = "PUB-TLSA-08 SEED-26 no STARTTLS, no TLSA",
	    .tls = TLS_NOT_OFFERED,
	    .worst = REMARK_ADVICE,
	    .want = "advice 192.0.2.1: STARTTLS is not offered: mail comes in the "
		    "clear" },
	{ .name = "no STARTTLS, a policy in mode enforce",
	    .tls = TLS_NOT_OFFERED,
	    .sts = STS_ENFORCE,
	    .worst = REMARK_BROKEN,
	    .want = "STARTTLS is not offered: senders that know the policy do not "
		    "deliver (RFC 8461, 5)" },
	{ .name = "no STARTTLS, a policy in mode testing",
	    .tls = TLS_NOT_OFFERED,
	    .sts = STS_TESTING,
	    .worst = REMARK_ADVICE,
	    .want = "mail comes in the clear" },
	{ .name = "TLS-01 SEED-26 TLS 1.0 at most, no TLSA",
	    .chain = "li",
	    .version = "TLSv1",
	    .worst = REMARK_ADVICE,
	    .want = "nothing newer than TLSv1: nobody should use it" },
	{ .name = "TLS-01 TLS 1.0 at most, a policy in mode enforce",
	    .chain = "lir",
	    .version = "TLSv1",
	    .sts = STS_ENFORCE,
	    .worst = REMARK_BROKEN,
	    .want = "nothing newer than TLSv1: |RFC 9325, 3.1.1" },
	{ .name = "SEED-10 self-signed, no TLSA, no policy", .chain = "o" },
	{ .name = "PUB-STS-03 the chain that a policy asks for",
	    .chain = "li",
	    .sts = STS_ENFORCE },
	{ .name = "PUB-STS-03 self-signed under a policy in mode enforce",
	    .chain = "o",
	    .sts = STS_ENFORCE,
	    .worst = REMARK_BROKEN,
	    .want = "broken 192.0.2.1, EC P-256: chain not trusted|RFC 8461, 4.2" },
	{ .name = "PUB-STS-03 self-signed under a policy in mode testing",
	    .chain = "o",
	    .sts = STS_TESTING,
	    .worst = REMARK_ADVICE,
	    .want = "advice 192.0.2.1, EC P-256: chain not trusted|under enforce" },
	{ .name = "PUB-STS-03 SEED-56 another name under a policy",
	    .chain = "ni",
	    .sts = STS_ENFORCE,
	    .worst = REMARK_BROKEN,
	    .want = "certificate is for another name" },
	{ .name = "PUB-STS-03 expired under a policy is said once",
	    .chain = "ei",
	    .sts = STS_ENFORCE,
	    .worst = REMARK_BROKEN,
	    .want = "certificate expired|!the certificate has expired" },
	{ .name = "SEED-53 TLSA matches, a policy in mode enforce does not",
	    .set = "311o",
	    .chain = "o",
	    .sts = STS_ENFORCE,
	    .worst = REMARK_BROKEN,
	    .want = "broken 192.0.2.1, EC P-256: chain not trusted" },
	{ .name = "TLS-04 a signature over SHA-1 under usage 2",
	    .set = "211i",
	    .chain = "hi",
	    .worst = REMARK_ADVICE,
	    .want = "a signature over SHA-1 or MD5|RFC 9325, 4.5" },
	{ .name = "TLS-04 a signature over SHA-1 without TLSA",
	    .chain = "hi",
	    .worst = REMARK_ADVICE,
	    .want = "a signature over SHA-1 or MD5" },
	{ .name = "TLS-04 under usage 3 the key alone counts",
	    .set = "311h",
	    .chain = "hi" },
	{ .name = "SEED-25 a short key without TLSA",
	    .chain = "wi",
	    .worst = REMARK_ADVICE,
	    .want = "RSA 1024: the key is short" },
	{ .name = "an address that this machine has no way to",
	    .set = "311l",
	    .chain = "li",
	    .chain2 = "",
	    .is_unroutable = true,
	    .want = "note 192.0.2.2: could not be looked at" },
	{ .name = "no address that this machine has a way to",
	    .set = "311l",
	    .tls = TLS_UNKNOWN,
	    .is_unroutable = true,
	    .worst = REMARK_UNSURE,
	    .want = "unsure 192.0.2.1: could not be looked at" },
	{ .name = "a chain that cannot be read",
	    .set = "311l",
	    .chain = "",
	    .worst = REMARK_BROKEN,
	    .want = "chain cannot be read" },
};

/* A host whose lookups went well, with these records. */
static struct host_facts
host_with(struct tlsa_set *set, struct domain *base)
{
	*base = domain_named("mx1.example.com");
	return (struct host_facts){
		.name = *base,
		.address_outcome = ADDRESS_FOUND,
		.is_address_secure = set != NULL,
		.tlsa_outcome = set != NULL ? TLSA_FOUND : TLSA_NOT_ASKED,
		.base = set != NULL ? base : NULL,
		.tlsa = set,
	};
}

static void
check_audit(void **state)
{
	const struct audit_case *c = *state;
	struct address addresses[] = { { .bytes = { 192, 0, 2, 1 } },
		{ .bytes = { 192, 0, 2, 2 } } };
	struct chain first = chain_of(c->chain != NULL ? c->chain : ""),
		     second = chain_of(c->chain2 != NULL ? c->chain2 : "");
	bool is_reached = second.count > 0;
	struct evidence seen[] = {
		{ .remote = &addresses[0],
		    .tls = c->tls,
		    .is_unroutable = c->is_unroutable && c->tls == TLS_UNKNOWN,
		    .reason = "it says so",
		    .version = c->version != NULL ? c->version : "TLSv1.3",
		    .chain = c->tls == TLS_UP ? &first : NULL },
		{ .remote = &addresses[1],
		    .tls = is_reached ? TLS_UP : TLS_UNKNOWN,
		    .is_unroutable = c->is_unroutable && !is_reached,
		    .reason = "it says so",
		    .version = "TLSv1.3",
		    .chain = is_reached ? &second : NULL },
	};
	struct domain base;
	struct host_facts host =
	    host_with(c->set != NULL ? set_of(c->set) : NULL, &base);
	struct host_view view = {
		.host = &host,
		.is_resolver_trusted = true,
		.ttl_s = c->ttl_s,
		.count = c->chain2 != NULL ? 2 : 1,
		.seen = seen,
	};
	struct host_audit_input input = {
		.view = &view,
		.wants_dane = c->set != NULL,
		.sts = c->sts,
		.trust = trust,
		.now = CERT_NOW,
	};

	assert_audit(&input, c->worst, c->want != NULL ? c->want : "");
	free(host.tlsa);
}

/* Which record it is that an address matches, and why not another. */
static void
check_matches(void **state)
{
	struct tlsa_set *set = set_of("311o 101l 312l 311l 201i");
	struct chain chain = chain_of("li");
	struct domain base = domain_named("mx1.example.com");
	struct dane_names names = { .count = 1, .names = { &base } };
	struct tlsa_match m[5];

	(void)state;
	assert_int_equal(
	    tlsa_match_each(set, &chain, &names, CERT_NOW, SIZE_MAX, m), 4);
	assert_int_equal(m[0].verdict.outcome, CHAIN_NO_MATCH);
	assert_true(m[0].is_passed_over);
	assert_string_equal(m[1].why_not, "usage not for SMTP (RFC 7672, 3.1.3)");
	assert_int_equal(m[2].verdict.outcome, CHAIN_MATCHED);
	assert_false(m[2].is_passed_over);
	assert_int_equal(m[3].verdict.outcome, CHAIN_MATCHED);
	assert_true(m[3].is_passed_over);
	assert_int_equal(m[4].verdict.outcome, CHAIN_MATCHED);
	assert_int_equal(m[4].verdict.depth, 1);
	assert_true(tlsa_match_kind(set, m, 0));
	free(set);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_audit, audit_cases),
		CASE("PUB-TLSA-07 each record, with digest agility", check_matches),
	};
	int failed;

	certs_make();
	trust_make();
	failed = cases_run("host_audit", tables, COUNT_OF(tables));
	trust_store_close(trust);
	certs_clear();
	return failed;
}
