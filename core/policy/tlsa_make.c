/* SPDX-License-Identifier: ISC */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "policy/tlsa_source_parts.h"

#define HEAD_LEN 3 /* usage, selector, matching type */
#define DATA_MAX (UINT16_MAX - HEAD_LEN)

enum status
tlsa_kind_parse(const char *text, size_t len, struct tlsa_kind *out, struct why *why)
{
	static const char last[] = { '3', '1', '2' };
	char digits[sizeof(last)];
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (text[i] == ' ' || text[i] == '.')
			continue;
		if (n == sizeof(last) || text[i] < '0' || text[i] > last[n])
			break;
		digits[n++] = text[i];
	}
	if (i < len || n < sizeof(last)) {
		why_set(why,
		    "usage 0 to 3, selector 0 or 1, matching type 0 to 2 make a kind of record, "
		    "as in \"3 1 1\" (RFC 6698, 2.1)");
		return ST_RANGE;
	}
	*out = (struct tlsa_kind){ .usage = (enum tlsa_usage)(digits[0] - '0'),
		.selector = (enum tlsa_selector)(digits[1] - '0'),
		.matching = (enum tlsa_matching)(digits[2] - '0') };
	return ST_OK;
}

static bool
is_ca(X509 *cert)
{
	return X509_check_ca(cert) == 1; /* by its basicConstraints */
}

/* The certificate that signed the leaf, from among those behind it. */
static X509 *
find_issuer(const struct tlsa_source *s)
{
	X509 *leaf = sk_X509_value(s->certs, 0);
	int i;

	if (is_ca(leaf))
		return leaf;
	for (i = 1; i < sk_X509_num(s->certs); i++)
		if (X509_check_issued(sk_X509_value(s->certs, i), leaf) == X509_V_OK)
			return sk_X509_value(s->certs, i);
	return NULL;
}

/* Whom the record is about; NULL: the key, which has no certificate. */
static enum status
find_subject(const struct tlsa_source *s, const struct tlsa_kind *kind, X509 **out,
    struct why *why)
{
	bool is_anchor = kind->usage == TLSA_PKIX_TA || kind->usage == TLSA_DANE_TA;

	*out = NULL;
	if (sk_X509_num(s->certs) == 0) {
		if (!is_anchor && kind->selector == TLSA_SPKI)
			return ST_OK;
		why_set(why, "has a key only; %u %u %u is made from a certificate",
		    kind->usage, kind->selector, kind->matching);
		return ST_NOTFOUND;
	}
	*out = is_anchor ? find_issuer(s) : sk_X509_value(s->certs, 0);
	if (*out != NULL)
		return ST_OK;
	why_set(why,
	    "has no certificate of the issuer behind the first one, and %u %u %u is "
	    "about the issuer; take the chain that the server sends",
	    kind->usage, kind->selector, kind->matching);
	return ST_NOTFOUND;
}

/* The octets that the selector picks (RFC 6698, 2.1.2); freed with OPENSSL_free(). */
static int
select_octets(
    const struct tlsa_source *s, X509 *cert, enum tlsa_selector selector, uint8_t **der)
{
	*der = NULL;
	if (cert == NULL)
		return i2d_PUBKEY(s->key, der);
	return selector == TLSA_CERT ? i2d_X509(cert, der)
				     : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), der);
}

/* By matching type (RFC 6698, 2.1.3). */
static bool
digest(enum tlsa_matching matching, const uint8_t *der, size_t len,
    uint8_t out[EVP_MAX_MD_SIZE], size_t *out_len)
{
	return EVP_Q_digest(NULL, matching == TLSA_SHA512 ? "SHA2-512" : "SHA2-256",
		   NULL, der, len, out, out_len) == 1;
}

static struct tlsa_set *
set_of_one(const struct tlsa_kind *kind, const uint8_t *data, size_t len)
{
	size_t size = HEAD_LEN + len;
	uint8_t *rdata = xmalloc(size);
	struct tlsa_set *set;

	rdata[0] = (uint8_t)kind->usage;
	rdata[1] = (uint8_t)kind->selector;
	rdata[2] = (uint8_t)kind->matching;
	memcpy(rdata + HEAD_LEN, data, len);
	set = tlsa_set_new(&(struct tlsa_rdata){ rdata, size }, 1);
	free(rdata);
	return set;
}

enum status
tlsa_make(const struct tlsa_source *s, const struct tlsa_kind *kind,
    struct tlsa_set **out, struct why *why)
{
	uint8_t *der, hash[EVP_MAX_MD_SIZE];
	size_t hash_len;
	X509 *cert;
	enum status rc = find_subject(s, kind, &cert, why);
	int len;

	*out = NULL;
	if (rc != ST_OK)
		return rc;
	len = select_octets(s, cert, kind->selector, &der);
	if (len > 0 && kind->matching == TLSA_FULL && len <= DATA_MAX)
		*out = set_of_one(kind, der, (size_t)len);
	else if (len > 0 && kind->matching != TLSA_FULL &&
		 digest(kind->matching, der, (size_t)len, hash, &hash_len))
		*out = set_of_one(kind, hash, hash_len);
	if (*out == NULL) {
		why_set(why, "has a certificate or key that no record can hold");
		rc = ST_NOTFOUND;
	}
	OPENSSL_free(der);
	ERR_clear_error();
	return rc;
}

static size_t
take_names(GENERAL_NAMES *alt, struct domain *names, size_t max)
{
	struct domain name;
	size_t count = 0;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(alt); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(alt, i);

		if (g->type != GEN_DNS ||
		    domain_parse((const char *)ASN1_STRING_get0_data(g->d.dNSName),
			(size_t)ASN1_STRING_length(g->d.dNSName), &name, NULL) != ST_OK)
			continue;
		if (count < max)
			names[count] = name;
		count++;
	}
	return count;
}

size_t
tlsa_source_names(const struct tlsa_source *s, struct domain *names, size_t max)
{
	GENERAL_NAMES *alt;
	size_t count;

	if (sk_X509_num(s->certs) == 0)
		return 0;
	alt = X509_get_ext_d2i(
	    sk_X509_value(s->certs, 0), NID_subject_alt_name, NULL, NULL);
	count = take_names(alt, names, max);
	GENERAL_NAMES_free(alt);
	ERR_clear_error();
	return count;
}
