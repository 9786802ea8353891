/* SPDX-License-Identifier: ISC */
#include "policy/dane_verify.h"

#include <assert.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "policy/x509_chain.h"

/*
 * OpenSSL keeps TLSA records in a connection only.  One that never connects lends them to the verification of the
 * chain; the result is that of a live handshake.
 */
static SSL *
ssl_new(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = NULL;

	if (ctx != NULL && SSL_CTX_dane_enable(ctx) > 0)
		ssl = SSL_new(ctx);
	SSL_CTX_free(ctx); /* ssl holds it */
	return ssl;
}

/*
 * For DANE-TA.  The Common Name counts where there is no dNSName (RFC 7672, 3.2.3; conformance NAME-04);
 * DANE-EE looks at no name (RFC 7672, 3.1.1).
 */
static bool
set_names(SSL *ssl, const struct domain *const *names, size_t count)
{
	size_t i;

	if (SSL_dane_enable(ssl, names[0]->text) <= 0)
		return false;
	SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	for (i = 1; i < count; i++)
		if (!SSL_add1_host(ssl, names[i]->text))
			return false;
	return true;
}

/* False when none was taken: OpenSSL would then verify by PKIX instead. */
static bool
set_records(SSL *ssl, const struct tlsa_set *usable)
{
	bool has_any = false;
	size_t i;

	for (i = 0; i < usable->count; i++) {
		const struct tlsa *r = &usable->records[i];

		if (SSL_dane_tlsa_add(
			ssl, r->usage, r->selector, r->matching, r->data, r->len) > 0)
			has_any = true;
	}
	return has_any;
}

/* Which record it was. */
static void
describe_match(SSL *ssl, struct chain_verdict *out)
{
	struct tlsa *m = &out->matched;

	out->depth = SSL_get0_dane_authority(ssl, NULL, NULL);
	SSL_get0_dane_tlsa(ssl, &m->usage, &m->selector, &m->matching, NULL, NULL);
}

/* No trust anchors but those in the records: a locally trusted copy does not help (RFC 7671, 5.2.2). */
static void
verify(SSL *ssl, STACK_OF(X509) *certs, time_t now, struct chain_verdict *out)
{
	X509_STORE *no_anchors = X509_STORE_new();
	X509_STORE_CTX *ctx = NULL;

	x509_verdict_set(out, CHAIN_UNTRIED, "verification could not be set up");
	if (no_anchors != NULL)
		ctx = x509_verify_new(no_anchors, certs);
	if (ctx == NULL ||
	    !X509_STORE_CTX_set_ex_data(
		ctx, SSL_get_ex_data_X509_STORE_CTX_idx(), ssl) ||
	    !X509_VERIFY_PARAM_set1(
		X509_STORE_CTX_get0_param(ctx), SSL_get0_param(ssl)))
		goto out;
	X509_STORE_CTX_set0_dane(ctx, SSL_get0_dane(ssl));
	x509_verify_run(ctx, now, out);
	if (out->outcome == CHAIN_MATCHED)
		describe_match(ssl, out);
out:
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(no_anchors);
}

void
dane_verify(const struct chain *chain, const struct tlsa_set *usable,
    const struct domain *const *names, size_t name_count, time_t now,
    struct chain_verdict *out)
{
	STACK_OF(X509) *certs = x509_chain_new(chain);
	SSL *ssl = NULL;

	assert(usable->count > 0 && name_count > 0 && names[0]->len > 0);
	if (certs == NULL) {
		x509_verdict_set(
		    out, CHAIN_INVALID, "no certificate, or one that cannot be read");
		return;
	}
	ERR_clear_error();
	ssl = ssl_new();
	if (ssl == NULL || !set_names(ssl, names, name_count))
		x509_verdict_set(out, CHAIN_UNTRIED, "TLS library failure");
	else if (!set_records(ssl, usable))
		x509_verdict_set(out, CHAIN_NO_MATCH, "no TLSA record was accepted");
	else
		verify(ssl, certs, now, out);
	ERR_clear_error();
	SSL_free(ssl);
	x509_chain_free(certs);
}
