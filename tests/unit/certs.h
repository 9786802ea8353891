/*
 * Certificates made for one test run.  SPDX-License-Identifier: ISC
 *
 * All dates count from CERT_NOW, which is also the time that tests give to the code under test.
 */
#ifndef HOPSEAL_TESTS_UNIT_CERTS_H
#define HOPSEAL_TESTS_UNIT_CERTS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/attr.h"
#include "wire/tlsa.h"

#define CERT_NOW ((time_t)1800000000)
#define CERT_DAY 86400

struct cert_spec {
	const char *cn;  /* also what tells issuers apart */
	const char *san; /* as in openssl.cnf, "DNS:a.example"; NULL: none */
	bool is_ca;
	const char *path;        /* of a CA: "0" for no CA below it; NULL: unlimited */
	const char *constraints; /* of a CA's names, as in openssl.cnf; NULL: none */
	int from_days, to_days;  /* around CERT_NOW; both 0: valid for a year */
	bool is_sha1;            /* an old signature */
	int rsa_bits;            /* 0: P-256 */
};

struct cert {
	X509 *x509;
	EVP_PKEY *key;
	uint8_t *der;
	size_t len;
};

/* A test that cannot make its certificates is broken, not failed. */
static inline void
cert_must(bool ok)
{
	if (!ok)
		abort();
}

static inline void
cert_extend(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	cert_must(e != NULL && X509_add_ext(x509, e, -1));
	X509_EXTENSION_free(e);
}

static inline void
cert_add_extensions(X509 *x509, X509 *issuer, const struct cert_spec *spec)
{
	char ca[64] = "critical,CA:FALSE";

	if (spec->is_ca)
		snprintf(ca, sizeof(ca), "critical,CA:TRUE%s%s",
		    spec->path != NULL ? ",pathlen:" : "",
		    spec->path != NULL ? spec->path : "");
	cert_extend(x509, issuer, NID_basic_constraints, ca);
	if (spec->is_ca)
		cert_extend(
		    x509, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
	if (spec->constraints != NULL)
		cert_extend(x509, issuer, NID_name_constraints, spec->constraints);
	cert_extend(x509, issuer, NID_subject_key_identifier, "hash");
	if (issuer != x509)
		cert_extend(x509, issuer, NID_authority_key_identifier, "keyid:always");
	if (spec->san != NULL)
		cert_extend(x509, issuer, NID_subject_alt_name, spec->san);
}

static inline void
cert_set_dates(X509 *x509, const struct cert_spec *spec)
{
	bool is_default = spec->from_days == 0 && spec->to_days == 0;
	long from = is_default ? -1 : spec->from_days;
	long to = is_default ? 365 : spec->to_days;

	cert_must(ASN1_TIME_set(
		      X509_getm_notBefore(x509), CERT_NOW + from * CERT_DAY) != NULL);
	cert_must(
	    ASN1_TIME_set(X509_getm_notAfter(x509), CERT_NOW + to * CERT_DAY) != NULL);
}

/* A certificate signed by issuer, or by itself with NULL.  Cleared with cert_clear(). */
static inline struct cert
cert_make(const struct cert_spec *spec, const struct cert *issuer)
{
	static long serial = 1;
	struct cert c = { 0 };
	X509 *by;
	int len;

	c.key = spec->rsa_bits > 0 ? EVP_RSA_gen((unsigned)spec->rsa_bits)
				   : EVP_EC_gen("P-256");
	c.x509 = X509_new();
	cert_must(c.key != NULL && c.x509 != NULL);
	by = issuer != NULL ? issuer->x509 : c.x509;
	cert_must(X509_set_version(c.x509, X509_VERSION_3) &&
		  ASN1_INTEGER_set(X509_get_serialNumber(c.x509), serial++) &&
		  X509_set_pubkey(c.x509, c.key) &&
		  X509_NAME_add_entry_by_txt(X509_get_subject_name(c.x509), "CN",
		      MBSTRING_ASC, (const unsigned char *)spec->cn, -1, -1, 0) &&
		  X509_set_issuer_name(c.x509, X509_get_subject_name(by)));
	cert_set_dates(c.x509, spec);
	cert_add_extensions(c.x509, by, spec);
	cert_must(X509_sign(c.x509, issuer != NULL ? issuer->key : c.key,
		      spec->is_sha1 ? EVP_sha1() : EVP_sha256()) > 0);
	len = i2d_X509(c.x509, &c.der);
	cert_must(len > 0);
	c.len = (size_t)len;
	return c;
}

static inline void
cert_clear(struct cert *c)
{
	X509_free(c->x509);
	EVP_PKEY_free(c->key);
	OPENSSL_free(c->der);
}

/* The octets that selector picks.  Freed with OPENSSL_free(). */
static inline uint8_t *
cert_selected(const struct cert *c, enum tlsa_selector selector, size_t *len)
{
	uint8_t *der = NULL;
	int n = selector == TLSA_CERT
		    ? i2d_X509(c->x509, &der)
		    : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->x509), &der);

	cert_must(n > 0);
	*len = (size_t)n;
	return der;
}

#define CERT_RDATA_MAX 4096

/* The rdata of a TLSA record for this certificate; returns its length. */
static inline size_t
cert_rdata(const struct cert *c, enum tlsa_usage usage, enum tlsa_selector selector,
    enum tlsa_matching matching, uint8_t out[CERT_RDATA_MAX])
{
	size_t len;
	uint8_t *der = cert_selected(c, selector, &len);
	unsigned digest_len;

	out[0] = (uint8_t)usage;
	out[1] = (uint8_t)selector;
	out[2] = (uint8_t)matching;
	if (matching == TLSA_FULL) {
		cert_must(len <= CERT_RDATA_MAX - 3);
		memcpy(out + 3, der, len);
	} else {
		cert_must(EVP_Digest(der, len, out + 3, &digest_len,
		    matching == TLSA_SHA256 ? EVP_sha256() : EVP_sha512(), NULL));
		len = digest_len;
	}
	OPENSSL_free(der);
	return len + 3;
}

#endif
