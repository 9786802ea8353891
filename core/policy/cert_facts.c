/* SPDX-License-Identifier: ISC */
#include "policy/cert_facts.h"

#include <stdio.h>

#include <openssl/err.h>

#include "policy/x509_chain.h"

static time_t
time_of(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) == 1 ? timegm(&tm) : 0;
}

/* A curve by the name that people know; OpenSSL's own where there is none. */
static const char *
curve_of(EVP_PKEY *key, char name[32])
{
	const char *nist;

	if (EVP_PKEY_get_group_name(key, name, 32, NULL) != 1)
		return "";
	nist = EC_curve_nid2nist(OBJ_sn2nid(name));
	return nist != NULL ? nist : name;
}

static void
describe_key(EVP_PKEY *key, struct cert_facts *out)
{
	const char *type = EVP_PKEY_get0_type_name(key);
	char curve[32];

	out->is_rsa = EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS");
	out->is_ec = EVP_PKEY_is_a(key, "EC");
	out->is_weak = out->is_rsa && EVP_PKEY_get_bits(key) < CERT_RSA_BITS_MIN;
	if (out->is_rsa)
		snprintf(out->key, sizeof(out->key), "RSA %d", EVP_PKEY_get_bits(key));
	else if (out->is_ec)
		snprintf(out->key, sizeof(out->key), "EC %s", curve_of(key, curve));
	else
		snprintf(
		    out->key, sizeof(out->key), "%s", type != NULL ? type : "unknown");
}

static bool
is_old_digest(X509 *cert)
{
	int digest = NID_undef;

	if (X509_get_signature_info(cert, &digest, NULL, NULL, NULL) != 1)
		return false;
	return digest == NID_md5 || digest == NID_sha1;
}

static void
describe_cert(X509 *cert, struct cert_facts *out)
{
	out->starts = time_of(X509_get0_notBefore(cert));
	out->ends = time_of(X509_get0_notAfter(cert));
	out->is_self_signed =
	    X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) == 0;
	out->is_old_digest = is_old_digest(cert);
	if (X509_pubkey_digest(cert, EVP_sha256(), out->key_id, NULL) != 1)
		memset(out->key_id, 0, sizeof(out->key_id));
}

bool
cert_facts_find(const uint8_t *der, size_t len, struct cert_facts *out)
{
	struct chain chain = { .count = 1, .certs = { { der, len } } };
	STACK_OF(X509) *certs = x509_chain_new(&chain);
	EVP_PKEY *key;
	X509 *cert;

	*out = (struct cert_facts){ .key = "unknown" };
	if (certs == NULL)
		return false;
	cert = sk_X509_value(certs, 0);
	describe_cert(cert, out);
	key = X509_get0_pubkey(cert);
	if (key != NULL)
		describe_key(key, out);
	ERR_clear_error();
	x509_chain_free(certs);
	return true;
}
