/* SPDX-License-Identifier: ISC */
#include "audit/dkim_audit.h"
#include "audit/dkim_mail.h"
#include "base/base64.h"
#include "certs.h"
#include "policy/rsa_bits.h"
#include "remark_lines.h"

#define AT "sel._domainkey.example.com"

static const struct audit_case {
	const char *name;
	const char *record; /* "%s" is the key; NULL: none */
	int bits;           /* of RSA; 0: a key of 32 octets that is none */
	const char *want;   /* as of assert_remarks() */
	size_t count;       /* of records; 0: one */
	bool is_error;
} audit_cases[] = {
	{ "PUB-RPT-02 SEED-67 a key without s=", "v=DKIM1; k=rsa; p=%s", 2048, "", 0,
	    false },
	{ "PUB-RPT-02 RPT-DKIM-03 SEED-67 s=email", "s=email; p=%s", 2048,
	    "advice " AT
	    ": \"s=email\" does not have tlsrpt|RFC 8460, 3|leave \"s=\" out",
	    0, false },
	{ "PUB-RPT-02 RPT-DKIM-03 SEED-67 s=tlsrpt: mail has no signature then",
	    "s=tlsrpt; p=%s", 2048,
	    "advice " AT ": \"s=tlsrpt\" has only tlsrpt|RFC 6376, 3.6.1", 0, false },
	{ "PUB-RPT-02 RPT-DKIM-03 SEED-67 s=*", "s=*; p=%s", 2048,
	    "note " AT ": \"s=*\"|!advice", 0, false },
	{ "PUB-RPT-02 RPT-DKIM-03 s=email:tlsrpt", "s=email:tlsrpt; p=%s", 2048,
	    "note " AT ": \"s=email:tlsrpt\"|!advice", 0, false },
	{ "PUB-RPT-02 t=s", "t=s; p=%s", 2048, "note " AT ": \"t=s\"|!advice", 0,
	    false },
	{ "PUB-RPT-02 t=y", "t=y; p=%s", 2048, "advice " AT ": \"t=y\"", 0, false },
	{ "PUB-RPT-02 RPT-DKIM-05 RSA of 1024 bits", "p=%s", 1024,
	    "advice " AT ": RSA of 1024 bits|RFC 8301, 3.2", 0, false },
	{ "PUB-RPT-02 RPT-DKIM-05 RSA of 768 bits", "p=%s", 768,
	    "broken " AT ": RSA of 768 bits", 0, false },
	{ "PUB-RPT-02 Ed25519 alone", "k=ed25519; p=%s", 0,
	    "advice " AT ": an Ed25519 key|RFC 8463", 0, false },
	{ "PUB-RPT-02 an Ed25519 key that is RSA", "k=ed25519; p=%s", 2048,
	    "broken " AT ": the key is no Ed25519 key", 0, false },
	{ "PUB-RPT-02 an RSA key that is none", "k=rsa; p=%s", 0,
	    "broken " AT ": the key is no RSA key", 0, false },
	{ "PUB-RPT-02 another type", "k=dsa; p=%s", 2048,
	    "broken " AT ": the key is of another type", 0, false },
	{ "PUB-RPT-02 a revoked key", "v=DKIM1; p=", 0,
	    "broken " AT ": \"p=\" is empty", 0, false },
	{ "PUB-RPT-02 no DKIM record", "v=spf1 -all", 0, "broken " AT ": no DKIM key",
	    0, false },
	{ "PUB-RPT-02 two records", "p=%s", 2048, "broken " AT ": 2 TXT records", 2,
	    false },
	{ "PUB-RPT-02 no record", NULL, 0, "broken " AT ": no TXT record", 0, false },
	{ "PUB-RPT-02 the lookup fails", NULL, 0,
	    "unsure " AT ": the lookup of TXT fails: SERVFAIL|!broken", 0, true },
};

static void
add_key(int bits, struct strbuf *out)
{
	static const uint8_t raw[32] = { 1 };
	EVP_PKEY *key;
	uint8_t *der = NULL;
	int len;

	if (bits == 0) {
		base64_add(out, raw, sizeof(raw));
		return;
	}
	key = EVP_RSA_gen((unsigned)bits);
	len = i2d_PUBKEY(key, &der);
	cert_must(len > 0);
	base64_add(out, der, (size_t)len);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
}

/* The record with the key where "%s" stands. */
static void
add_record(const struct audit_case *c, struct strbuf *out)
{
	const char *place = strstr(c->record, "%s");

	strbuf_add(out, c->record,
	    place != NULL ? (size_t)(place - c->record) : strlen(c->record));
	if (place != NULL)
		add_key(c->bits, out);
}

static void
check_audit(void **state)
{
	const struct audit_case *c = *state;
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT, text = STRBUF_INIT;
	struct txt texts[2];
	struct dkim_view view = { .record = { .texts = texts,
				      .is_error = c->is_error,
				      .detail = "SERVFAIL" } };

	assert_int_equal(domain_parse(BYTES(AT), &view.record.name, NULL), ST_OK);
	if (c->record != NULL) {
		add_record(c, &text);
		texts[0] = texts[1] = (struct txt){ strbuf_str(&text), text.len };
		view.record.count = c->count != 0 ? c->count : 1;
	}
	dkim_audit(&view, &remarks);
	add_remarks(&got, &remarks);
	assert_remarks(strbuf_str(&got), c->want);
	remarks_clear(&remarks);
	strbuf_clear(&got);
	strbuf_clear(&text);
}

static void
check_no_rsa(void **state)
{
	struct cert cert = cert_make(&(struct cert_spec){ .cn = "x" }, NULL);
	uint8_t *der = NULL;
	int len = i2d_PUBKEY(cert.key, &der);

	(void)state;
	assert_int_equal(rsa_bits(der, (size_t)len), 0);
	assert_int_equal(rsa_bits(der, 5), 0);
	OPENSSL_free(der);
	cert_clear(&cert);
}

/* --- signatures ----------------------------------------------------------------------------------- */

#define FIELDS "h=From:To:TLS-Report-Domain:TLS-Report-Submitter;"
#define SIGNED(tags)                                                                     \
	"From: tls@example.com\r\nDKIM-Signature: v=1; a=rsa-sha256; d=example.com;\r\n" \
	"\ts=sel; " tags " bh=x; b=y\r\n\r\nDKIM-Signature: l=1\r\n"

static const struct mail_case {
	const char *name, *mail, *want;
	size_t count;
} mail_cases[] = {
	{ "PUB-RPT-02 SEED-68 a signature as it should be", SIGNED(FIELDS), "", 1 },
	{ "PUB-RPT-02 SEED-68 RPT-DKIM-02 l= in a test message",
	    SIGNED(FIELDS " l=10;"),
	    "broken " AT ": the signature has \"l=\"|RFC 8460, 3", 1 },
	{ "PUB-RPT-02 RPT-DKIM-04 a field is not signed", SIGNED("h=from:to;"),
	    "advice " AT ": TLS-Report-Domain is not signed|"
	    "TLS-Report-Submitter is not signed|!From is",
	    1 },
	{ "PUB-RPT-02 RPT-DKIM-04 names of fields have no case",
	    SIGNED("h=FROM : tls-report-domain:TLS-REPORT-SUBMITTER;"), "", 1 },
	{ "PUB-RPT-02 RPT-DKIM-05 SHA-1",
	    "DKIM-Signature: a=rsa-sha1; s=sel; d=example.com; " FIELDS "\n\n",
	    "broken " AT ": \"a=rsa-sha1\"|RFC 8301", 1 },
	{ "PUB-RPT-02 RPT-DKIM-01 no signature", "From: a@b.example\n\nbody\n",
	    "broken : the mail has no signature", 0 },
	{ "PUB-RPT-02 RPT-DKIM-01 one that stands in the body only",
	    "From: a@b.example\n\nDKIM-Signature: d=x\n", "broken : the mail has no",
	    0 },
	{ "PUB-RPT-02 no tag list", "DKIM-Signature: hello\n\n",
	    "broken : no signature: no \"tag=value\"", 1 },
	{ "PUB-RPT-02 no selector", "dkim-signature: d=example.com; " FIELDS "\n\n",
	    "broken : a signature without \"s=\"", 1 },
	{ "PUB-RPT-02 the second of two has l=",
	    "DKIM-Signature: s=a; d=b.example; " FIELDS
	    "\nDKIM-Signature: s=sel; d=example.com; l=0; " FIELDS "\n\n",
	    "broken " AT ": the signature has|!a._domainkey", 2 },
	{ "PUB-RPT-02 a mail without an end", "DKIM-Signature: s=a; d=b.example;\n\t",
	    "advice a._domainkey.b.example: From is not signed", 1 },
	{ "PUB-RPT-02 no mail", "", "broken : the mail has no signature", 0 },
};

static void
check_mail(void **state)
{
	const struct mail_case *c = *state;
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;

	assert_int_equal(dkim_mail_audit(c->mail, strlen(c->mail), &remarks), c->count);
	add_remarks(&got, &remarks);
	assert_remarks(strbuf_str(&got), c->want);
	remarks_clear(&remarks);
	strbuf_clear(&got);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_audit, audit_cases),
		CASES(check_mail, mail_cases),
		CASE("an EC key, and half of one, have no RSA bits", check_no_rsa),
	};

	return cases_run("dkim_audit", tables, COUNT_OF(tables));
}
