/* SPDX-License-Identifier: ISC */
#include "net/tls_client.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/tls_chain.h"

struct tls_client {
	SSL_CTX *ctx;
	SSL *ssl;
	bool is_up;
	struct chain chain; /* each certificate is owned */
	char fault[REASON_CODE_MAX + 1];
};

/* OpenSSL's objects end the process with memory, like our own (base/mem.h). */
static void *
checked(void *object)
{
	if (object == NULL) {
		log_err("tls: memory=exhausted action=exit");
		abort();
	}
	return object;
}

/* In place of OpenSSL's own verification: the chain is judged later, by whom it may concern. */
static int
take_any(X509_STORE_CTX *chain UNUSED, void *arg UNUSED)
{
	return 1;
}

static SSL_CTX *
context_new(void)
{
	SSL_CTX *ctx = checked(SSL_CTX_new(TLS_client_method()));

	/* What distributions ask for in openssl.cnf is for who has something to lose. */
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, 0);
	SSL_CTX_set_cert_verify_callback(ctx, take_any, NULL);
	/* So writing never waits for reading. */
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(
	    ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return ctx;
}

/* By the signatures that we say to understand (RFC 8446, 4.2.3; RFC 5246, 7.4.1.4.1). */
static void
want_keys(SSL *ssl, enum tls_keys keys)
{
	static const char *const signatures[] = {
		[TLS_KEYS_ANY] = NULL,
		[TLS_KEYS_EC] = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512",
		[TLS_KEYS_RSA] = "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
				 "RSA+SHA256:RSA+SHA384:RSA+SHA512",
	};

	if (signatures[keys] != NULL &&
	    SSL_set1_sigalgs_list(ssl, signatures[keys]) != 1)
		checked(NULL);
}

struct tls_client *
tls_client_new(int fd, const struct domain *sni, enum tls_keys keys)
{
	struct tls_client *tls = xcalloc(1, sizeof(*tls));

	tls->ctx = context_new();
	tls->ssl = checked(SSL_new(tls->ctx));
	if (SSL_set_fd(tls->ssl, fd) != 1 ||
	    (sni != NULL && SSL_set_tlsext_host_name(tls->ssl, sni->text) != 1))
		checked(NULL);
	want_keys(tls->ssl, keys);
	SSL_set_connect_state(tls->ssl);
	return tls;
}

void
tls_client_free(struct tls_client *tls)
{
	if (tls == NULL)
		return;
	if (tls->is_up)
		SSL_shutdown(tls->ssl);
	SSL_free(tls->ssl);
	SSL_CTX_free(tls->ctx);
	ERR_clear_error();
	tls_chain_clear(&tls->chain);
	free(tls);
}

/* --- the handshake -------------------------------------------------------------------- */

static enum tls_step
fail(struct tls_client *tls, const char *fault)
{
	snprintf(tls->fault, sizeof(tls->fault), "%s", fault);
	ERR_clear_error();
	return TLS_STEP_FAILED;
}

/* The first error of the queue is the cause, the others are what came of it. */
static enum tls_step
fail_with_error(struct tls_client *tls, int system)
{
	unsigned long error = ERR_peek_error();
	const char *reason = ERR_reason_error_string(error);

	if (reason != NULL)
		return fail(tls, reason);
	if (error == 0 && system != 0)
		return fail(tls, strerror(system));
	return fail(tls, "handshake failed");
}

static enum tls_step
finish(struct tls_client *tls)
{
	tls_chain_take(tls->ssl, &tls->chain);
	if (tls->chain.count == 0)
		return fail(tls, "no certificate, or too big a one");
	tls->is_up = true;
	return TLS_STEP_UP;
}

enum tls_step
tls_client_shake_hands(struct tls_client *tls)
{
	int rc, system;

	ERR_clear_error();
	errno = 0;
	rc = SSL_do_handshake(tls->ssl);
	system = errno;
	if (rc == 1)
		return finish(tls);
	switch (SSL_get_error(tls->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return TLS_STEP_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_STEP_WRITE;
	default:
		return fail_with_error(tls, system);
	}
}

/* --- afterwards ------------------------------------------------------------------------- */

const char *
tls_client_fault(const struct tls_client *tls)
{
	return tls->fault;
}

const char *
tls_client_version(const struct tls_client *tls)
{
	return SSL_get_version(tls->ssl);
}

const char *
tls_client_cipher(const struct tls_client *tls)
{
	return SSL_get_cipher_name(tls->ssl);
}

const struct chain *
tls_client_chain(const struct tls_client *tls)
{
	return &tls->chain;
}

/* What recv(2) and send(2) would have returned. */
static ssize_t
result_of(struct tls_client *tls, int rc, size_t count)
{
	int system = errno;

	if (rc == 1)
		return (ssize_t)count;
	switch (SSL_get_error(tls->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		errno = system;
		return system != 0 ? -1 : 0;
	default:
		fail_with_error(tls, 0);
		errno = EPROTO;
		return -1;
	}
}

ssize_t
tls_client_read(struct tls_client *tls, void *buf, size_t cap)
{
	size_t count = 0;
	int rc;

	ERR_clear_error();
	errno = 0;
	rc = SSL_read_ex(tls->ssl, buf, cap, &count);
	return result_of(tls, rc, count);
}

ssize_t
tls_client_write(struct tls_client *tls, const void *bytes, size_t len)
{
	size_t count = 0;
	int rc;

	ERR_clear_error();
	errno = 0;
	rc = SSL_write_ex(tls->ssl, bytes, len, &count);
	return result_of(tls, rc, count);
}
