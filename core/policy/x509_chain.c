/* SPDX-License-Identifier: ISC */
#include "policy/x509_chain.h"

#include <limits.h>

#include <openssl/err.h>

const char *
chain_outcome_text(enum chain_outcome outcome)
{
	static const char *const texts[] = {
#define X(name, text) [name] = text,
		CHAIN_OUTCOMES(X)
#undef X
	};

	return texts[outcome];
}

/* Trailing octets would be something that no other reader of the chain sees. */
static X509 *
cert_new(const uint8_t *der, size_t len)
{
	const uint8_t *end = der;
	X509 *cert;

	if (len > LONG_MAX)
		return NULL;
	cert = d2i_X509(NULL, &end, (long)len);
	if (cert != NULL && end != der + len) {
		X509_free(cert);
		return NULL;
	}
	return cert;
}

STACK_OF(X509) *
x509_chain_new(const struct chain *chain)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	X509 *cert;
	size_t i;

	for (i = 0; certs != NULL && i < chain->count; i++) {
		cert = cert_new(chain->certs[i].der, chain->certs[i].len);
		if (cert == NULL || sk_X509_push(certs, cert) <= 0) {
			X509_free(cert);
			break;
		}
	}
	ERR_clear_error();
	if (i > 0 && i == chain->count)
		return certs;
	x509_chain_free(certs);
	return NULL;
}

void
x509_chain_free(STACK_OF(X509) *certs)
{
	sk_X509_pop_free(certs, X509_free);
}

X509_STORE_CTX *
x509_verify_new(X509_STORE *anchors, STACK_OF(X509) *certs)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	if (ctx == NULL ||
	    !X509_STORE_CTX_init(ctx, anchors, sk_X509_value(certs, 0), certs) ||
	    !X509_STORE_CTX_set_default(ctx, "ssl_server")) {
		X509_STORE_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static enum chain_outcome
outcome_of(int error)
{
	static const struct {
		int error;
		enum chain_outcome outcome;
	} outcomes[] = {
		{ X509_V_ERR_DANE_NO_MATCH, CHAIN_NO_MATCH },
		{ X509_V_ERR_CERT_HAS_EXPIRED, CHAIN_EXPIRED },
		{ X509_V_ERR_CERT_NOT_YET_VALID, CHAIN_NOT_YET_VALID },
		{ X509_V_ERR_HOSTNAME_MISMATCH, CHAIN_NAME_MISMATCH },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(outcomes); i++)
		if (outcomes[i].error == error)
			return outcomes[i].outcome;
	return CHAIN_NOT_TRUSTED;
}

void
x509_verify_run(X509_STORE_CTX *ctx, time_t now, struct chain_verdict *out)
{
	int ok, error;

	X509_STORE_CTX_set_time(ctx, 0, now);
	ok = X509_verify_cert(ctx);
	error = X509_STORE_CTX_get_error(ctx);
	if (ok == 1)
		x509_verdict_set(out, CHAIN_MATCHED, "");
	else
		x509_verdict_set(
		    out, outcome_of(error), X509_verify_cert_error_string(error));
	ERR_clear_error();
}

void
x509_verdict_set(
    struct chain_verdict *out, enum chain_outcome outcome, const char *detail)
{
	*out = (struct chain_verdict){ .outcome = outcome };
	snprintf(out->detail, sizeof(out->detail), "%s", detail);
}
