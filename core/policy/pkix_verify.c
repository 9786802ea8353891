/* SPDX-License-Identifier: ISC */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "policy/chain_memo.h"
#include "policy/dane_verify.h"
#include "policy/x509_chain.h"

struct trust_store {
	X509_STORE *anchors;
	int level; /* the TLS library's default (conformance TLS-04) */
	struct chain_memo *memo;
};

static bool
has_certificate(X509_STORE *anchors)
{
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(anchors);
	int i;

	for (i = 0; i < sk_X509_OBJECT_num(objects); i++)
		if (X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i)) != NULL)
			return true;
	return false;
}

/* The library's first word on what went wrong; it adds vaguer ones. */
static const char *
library_error(void)
{
	unsigned long e = ERR_peek_error();
	const char *text;

	if (ERR_SYSTEM_ERROR(e))
		return strerror(ERR_GET_REASON(e));
	text = ERR_reason_error_string(e);
	return text != NULL ? text : "unknown error";
}

static enum status
load(X509_STORE *anchors, const char *ca_file, struct why *why)
{
	enum status rc = ST_OK;

	ERR_clear_error();
	if (!X509_STORE_load_locations(anchors, ca_file, NULL)) {
		why_set(why, "CA file \"%s\": %s", ca_file, library_error());
		rc = ST_IO;
	} else if (!has_certificate(anchors)) {
		why_set(why, "CA file \"%s\" holds no certificate", ca_file);
		rc = ST_IO;
	}
	ERR_clear_error();
	return rc;
}

static int
default_level(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int level = ctx != NULL ? SSL_CTX_get_security_level(ctx) : 2;

	SSL_CTX_free(ctx);
	return level;
}

enum status
trust_store_open(const char *ca_file, struct trust_store **out, struct why *why)
{
	struct trust_store *store = xcalloc(1, sizeof(*store));
	enum status rc = ST_LIBRARY;

	*out = NULL;
	store->level = default_level();
	store->memo = chain_memo_new();
	store->anchors = X509_STORE_new();
	if (store->anchors == NULL)
		why_set(why, "CA file \"%s\": no memory", ca_file);
	else
		rc = load(store->anchors, ca_file, why);
	if (rc == ST_OK)
		*out = store;
	else
		trust_store_close(store);
	return rc;
}

void
trust_store_close(struct trust_store *store)
{
	if (store == NULL)
		return;
	X509_STORE_free(store->anchors);
	chain_memo_free(store->memo);
	free(store);
}

struct chain_memo *
trust_store_memo(const struct trust_store *store)
{
	return store->memo;
}

/* RFC 8461, 4.2: dNSName only, and "*" only as a whole label (conformance NAME-02, NAME-03). */
static bool
set_host(X509_VERIFY_PARAM *param, const struct domain *host)
{
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, host->text, host->len);
}

void
pkix_verify(const struct chain *chain, const struct trust_store *store,
    const struct domain *host, time_t now, struct chain_verdict *out)
{
	STACK_OF(X509) *certs = x509_chain_new(chain);
	X509_STORE_CTX *ctx = NULL;
	X509_VERIFY_PARAM *param;

	if (certs == NULL) {
		x509_verdict_set(
		    out, CHAIN_INVALID, "no certificate, or one that cannot be read");
		return;
	}
	x509_verdict_set(out, CHAIN_UNTRIED, "verification could not be set up");
	ctx = x509_verify_new(store->anchors, certs);
	if (ctx == NULL)
		goto out;
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_auth_level(param, store->level);
	if (set_host(param, host))
		x509_verify_run(ctx, now, out);
out:
	X509_STORE_CTX_free(ctx);
	x509_chain_free(certs);
}
