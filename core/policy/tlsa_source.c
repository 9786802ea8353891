/* SPDX-License-Identifier: ISC */
#include "policy/tlsa_source.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/mem.h"
#include "policy/tlsa_source_parts.h"
#include "policy/x509_chain.h"

static struct tlsa_source *
source_new(void)
{
	struct tlsa_source *s = xcalloc(1, sizeof(*s));

	s->certs = sk_X509_new_null();
	return s;
}

void
tlsa_source_free(struct tlsa_source *s)
{
	if (s == NULL)
		return;
	x509_chain_free(s->certs);
	EVP_PKEY_free(s->key);
	free(s);
}

/* Whether the bytes are this, and nothing behind it; *s has it then. */
typedef bool take_fn(struct tlsa_source *s, const uint8_t *der, long len);

static bool
keep_cert(struct tlsa_source *s, X509 *cert, bool is_whole)
{
	if (cert != NULL && is_whole && sk_X509_push(s->certs, cert) > 0)
		return true;
	X509_free(cert);
	return false;
}

/* The first key counts. */
static bool
keep_key(struct tlsa_source *s, EVP_PKEY *key, bool is_whole)
{
	bool is_good = key != NULL && is_whole;

	if (is_good && s->key == NULL)
		s->key = key;
	else
		EVP_PKEY_free(key);
	return is_good;
}

static bool
take_cert(struct tlsa_source *s, const uint8_t *der, long len)
{
	const uint8_t *end = der;
	X509 *cert = d2i_X509(NULL, &end, len);

	return keep_cert(s, cert, end == der + len);
}

/* OpenSSL's own form: settings of trust stand behind the certificate. */
static bool
take_trusted_cert(struct tlsa_source *s, const uint8_t *der, long len)
{
	const uint8_t *end = der;
	X509 *cert = d2i_X509_AUX(NULL, &end, len);

	return keep_cert(s, cert, end == der + len);
}

static bool
take_request(struct tlsa_source *s, const uint8_t *der, long len)
{
	const uint8_t *end = der;
	X509_REQ *request = d2i_X509_REQ(NULL, &end, len);
	EVP_PKEY *key = request != NULL ? X509_REQ_get_pubkey(request) : NULL;

	X509_REQ_free(request);
	return keep_key(s, key, end == der + len);
}

static bool
take_public_key(struct tlsa_source *s, const uint8_t *der, long len)
{
	const uint8_t *end = der;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &end, len);

	return keep_key(s, key, end == der + len);
}

static bool
take_rsa_public_key(struct tlsa_source *s, const uint8_t *der, long len)
{
	const uint8_t *end = der;
	EVP_PKEY *key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &end, len);

	return keep_key(s, key, end == der + len);
}

static bool
take_private_key(struct tlsa_source *s, const uint8_t *der, long len)
{
	const uint8_t *end = der;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &end, len);

	return keep_key(s, key, end == der + len);
}

static const struct {
	const char *label; /* of PEM */
	take_fn *take;
} forms[] = {
	{ PEM_STRING_X509, take_cert },
	{ PEM_STRING_X509_OLD, take_cert },
	{ PEM_STRING_X509_TRUSTED, take_trusted_cert },
	{ PEM_STRING_X509_REQ, take_request },
	{ PEM_STRING_X509_REQ_OLD, take_request },
	{ PEM_STRING_PUBLIC, take_public_key },
	{ PEM_STRING_RSA_PUBLIC, take_rsa_public_key },
	{ PEM_STRING_PKCS8INF, take_private_key },
	{ PEM_STRING_RSA, take_private_key },
	{ PEM_STRING_ECPRIVATEKEY, take_private_key },
};

static bool
is_encrypted(const char *label, const char *header)
{
	return strcmp(label, PEM_STRING_PKCS8) == 0 ||
	       strstr(header, "ENCRYPTED") != NULL;
}

/* One block of PEM; labels that are none of ours are passed over ("EC PARAMETERS"). */
static enum status
take_block(struct tlsa_source *s, const char *label, const char *header,
    const uint8_t *der, long len, struct why *why)
{
	size_t i;

	if (is_encrypted(label, header)) {
		why_set(why,
		    "has an encrypted key; give the public half: openssl pkey -pubout");
		return ST_SYNTAX;
	}
	for (i = 0; i < COUNT_OF(forms); i++) {
		if (strcmp(forms[i].label, label) != 0)
			continue;
		if (forms[i].take(s, der, len))
			return ST_OK;
		why_set(why, "has a damaged block: %s", label);
		return ST_SYNTAX;
	}
	return ST_OK;
}

static enum status
read_pem(struct tlsa_source *s, BIO *bio, struct why *why)
{
	char *label, *header;
	enum status rc = ST_OK;
	uint8_t *der;
	long len;

	while (rc == ST_OK && PEM_read_bio(bio, &label, &header, &der, &len)) {
		rc = take_block(s, label, header, der, len, why);
		OPENSSL_clear_free(der, (size_t)len);
		OPENSSL_free(label);
		OPENSSL_free(header);
	}
	if (rc == ST_OK &&
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		why_set(why, "has a damaged PEM block");
		return ST_SYNTAX;
	}
	return rc;
}

static bool
is_empty(const struct tlsa_source *s)
{
	return sk_X509_num(s->certs) == 0 && s->key == NULL;
}

static enum status
read_any(struct tlsa_source *s, const void *bytes, size_t len, struct why *why)
{
	BIO *bio = BIO_new_mem_buf(bytes, (int)len);
	enum status rc;
	size_t i;

	if (bio == NULL) {
		why_set(why, "cannot be read: OpenSSL has no memory");
		return ST_LIBRARY;
	}
	rc = read_pem(s, bio, why);
	BIO_free(bio);
	for (i = 0; rc == ST_OK && is_empty(s) && i < COUNT_OF(forms); i++)
		forms[i].take(s, bytes, (long)len);
	if (rc == ST_OK && is_empty(s)) {
		why_set(why, "has neither certificate nor key in it, in PEM or DER");
		rc = ST_SYNTAX;
	}
	return rc;
}

enum status
tlsa_source_read(
    const void *bytes, size_t len, struct tlsa_source **out, struct why *why)
{
	struct tlsa_source *s = source_new();
	enum status rc;

	*out = NULL;
	ERR_clear_error();
	rc = read_any(s, bytes, len, why);
	ERR_clear_error();
	if (rc == ST_OK)
		*out = s;
	else
		tlsa_source_free(s);
	return rc;
}

enum status
tlsa_source_of_chain(
    const struct chain *chain, struct tlsa_source **out, struct why *why)
{
	STACK_OF(X509) *certs = x509_chain_new(chain);

	*out = NULL;
	if (certs == NULL) {
		why_set(why, "has sent no certificate, or one that cannot be read");
		return ST_SYNTAX;
	}
	*out = xcalloc(1, sizeof(**out));
	(*out)->certs = certs;
	return ST_OK;
}
