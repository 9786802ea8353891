/* SPDX-License-Identifier: ISC */
#include "net/trust.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "net/tls_chain.h"

struct trust {
	X509_STORE *roots;
};

static enum status
fault(const char *ca_file, const char *what, struct why *why)
{
	why_set(why, "CA file %s: %s", ca_file, what);
	return ST_IO;
}

/* Text between the certificates is passed over, as in the bundles of distributions. */
static enum status
read_roots(FILE *f, const char *ca_file, X509_STORE *roots, struct why *why)
{
	unsigned count = 0;
	unsigned long error;
	X509 *root;

	ERR_clear_error();
	while ((root = PEM_read_X509(f, NULL, NULL, NULL)) != NULL) {
		count += X509_STORE_add_cert(roots, root) == 1;
		X509_free(root);
	}
	error = ERR_peek_last_error();
	ERR_clear_error();
	if (ferror(f))
		return fault(ca_file, strerror(errno), why);
	if (ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
		return fault(ca_file, "damaged certificate", why);
	if (count == 0)
		return fault(ca_file, "no certificate in it", why);
	return ST_OK;
}

enum status
trust_open(const char *ca_file, struct trust **out, struct why *why)
{
	FILE *f = fopen(ca_file, "re");
	struct trust *trust;
	enum status rc;

	if (f == NULL)
		return fault(ca_file, strerror(errno), why);
	trust = xcalloc(1, sizeof(*trust));
	trust->roots = X509_STORE_new();
	if (trust->roots != NULL)
		rc = read_roots(f, ca_file, trust->roots, why);
	else
		rc = fault(ca_file, "out of memory", why);
	fclose(f);
	if (rc == ST_OK)
		*out = trust;
	else
		trust_close(trust);
	return rc;
}

void
trust_close(struct trust *trust)
{
	if (trust == NULL)
		return;
	X509_STORE_free(trust->roots);
	free(trust);
}

/* Where an SSL_CTX keeps its watch. */
static int
watch_index(void)
{
	static int index = -1;

	if (index == -1)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return index;
}

static const char *
fault_of(const SSL *ssl)
{
	long fault = SSL_get_verify_result(ssl);

	return fault != X509_V_OK ? X509_verify_cert_error_string(fault) : NULL;
}

static void
on_tls_event(const SSL *ssl, int where, int what)
{
	struct trust_watch *watch =
	    SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), watch_index());

	if (watch == NULL)
		return;
	if (where == SSL_CB_HANDSHAKE_DONE)
		watch->fault = fault_of(ssl);
	if (where == SSL_CB_HANDSHAKE_DONE && watch->chain != NULL)
		tls_chain_take(ssl, watch->chain);
	if (where == SSL_CB_READ_ALERT && (what & 0xff) == SSL_AD_CLOSE_NOTIFY)
		watch->has_ended = true;
}

void
trust_apply(const struct trust *trust, void *ssl_ctx, const struct domain *host,
    enum trust_need need, struct trust_watch *watch)
{
	SSL_CTX *ctx = ssl_ctx;
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);

	SSL_CTX_set1_cert_store(ctx, trust->roots);
	SSL_CTX_set_verify(
	    ctx, need == TRUST_REQUIRED ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	X509_VERIFY_PARAM_set1_host(param, host->text, host->len);
	trust_forget(watch);
	SSL_CTX_up_ref(ctx);
	watch->ssl_ctx = ctx;
	SSL_CTX_set_ex_data(ctx, watch_index(), watch);
	SSL_CTX_set_info_callback(ctx, on_tls_event);
}

void
trust_forget(struct trust_watch *watch)
{
	if (watch->ssl_ctx == NULL)
		return;
	SSL_CTX_set_ex_data(watch->ssl_ctx, watch_index(), NULL);
	SSL_CTX_free(watch->ssl_ctx);
	watch->ssl_ctx = NULL;
}
