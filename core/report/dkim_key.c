/* SPDX-License-Identifier: ISC */
#include "report/dkim_key.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "base/mem.h"
#include "report/dkim.h"

#define RSA_BITS_MIN  1024 /* RFC 8301, section 3.2 */
#define ED25519_BYTES 32

/* OpenSSL would ask the terminal. */
static int
no_password(char *buf UNUSED, int size UNUSED, int is_writing UNUSED, void *arg UNUSED)
{
	return -1;
}

static enum status
check_kind(struct dkim_key *key, const char *path, struct why *why)
{
	int bits;

	if (key->pkey == NULL) {
		why_set(
		    why, "DKIM key %s: no private key in PEM, without password", path);
		return ST_SYNTAX;
	}
	key->is_ed25519 = EVP_PKEY_is_a(key->pkey, "ED25519");
	if (key->is_ed25519)
		return ST_OK;
	if (!EVP_PKEY_is_a(key->pkey, "RSA")) {
		why_set(why, "DKIM key %s: neither RSA nor Ed25519", path);
		return ST_SYNTAX;
	}
	bits = EVP_PKEY_get_bits(key->pkey);
	if (bits >= RSA_BITS_MIN)
		return ST_OK;
	why_set(
	    why, "DKIM key %s: RSA of %d bits, less than %d", path, bits, RSA_BITS_MIN);
	return ST_RANGE;
}

enum status
dkim_key_open(const char *path, struct dkim_key **out, struct why *why)
{
	FILE *f = fopen(path, "re");
	struct dkim_key *key;
	enum status rc;

	if (f == NULL) {
		why_set(why, "DKIM key %s: %s", path, strerror(errno));
		return ST_IO;
	}
	key = xcalloc(1, sizeof(*key));
	key->pkey = PEM_read_PrivateKey(f, NULL, no_password, NULL);
	fclose(f);
	ERR_clear_error();
	rc = check_kind(key, path, why);
	if (rc == ST_OK)
		*out = key;
	else
		dkim_key_close(key);
	return rc;
}

void
dkim_key_close(struct dkim_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* RFC 8463, section 4.2: the bare key. */
static void
add_ed25519(const struct dkim_key *key, struct strbuf *out)
{
	uint8_t raw[ED25519_BYTES];
	size_t len = sizeof(raw);

	if (EVP_PKEY_get_raw_public_key(key->pkey, raw, &len) == 1)
		base64_add(out, raw, len);
}

/* RFC 6376, section 3.6.1: DER, as verifiers read it since ever with the algorithm around the key. */
static void
add_rsa(const struct dkim_key *key, struct strbuf *out)
{
	uint8_t *der = NULL;
	int len = i2d_PUBKEY(key->pkey, &der);

	if (len > 0)
		base64_add(out, der, (size_t)len);
	OPENSSL_free(der);
}

void
dkim_key_record(const struct dkim_key *key, struct strbuf *out)
{
	strbuf_addf(out, "v=DKIM1; k=%s; p=", key->is_ed25519 ? "ed25519" : "rsa");
	if (key->is_ed25519)
		add_ed25519(key, out);
	else
		add_rsa(key, out);
}
