/*
 * Every policy host there is.  SPDX-License-Identifier: ISC
 *
 *   policy_host ADDRESS CA-FILE LOG
 *
 * HTTPS on port 443 for any name "mta-sts.DOMAIN": the certificate is made while the client waits, signed by a CA of
 * this process's own, which is written to CA-FILE before the first connection is taken; the policy names
 * "mx.DOMAIN".  So a benchmark can ask for as many domains as it likes.  The LOG gets one line "GET HOST" for each
 * request.  Domains that start with "slow" are answered after SLOW_MS: long enough for others to ask too.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/attr.h"

#define PORT        443
#define REQUEST_MAX 4096
#define SLOW_MS     200
#define PREFIX      "mta-sts."
#define DAY         86400L

static EVP_PKEY *ca_key,
    *leaf_key; /* all leaves share one: a key for each would only cost time */
static X509 *ca;
static SSL_CTX *tls;
static int log_fd;

static NORETURN void
die(const char *what)
{
	fprintf(stderr, "policy_host: %s: %s\n", what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void
must(bool is_done, const char *what)
{
	if (!is_done)
		die(what);
}

/* --- certificates --------------------------------------------------------------------- */

static void
add_extension(X509 *cert, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, ca, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(extension != NULL && X509_add_ext(cert, extension, -1) == 1, value);
	X509_EXTENSION_free(extension);
}

static X509 *
cert_begin(const char *common_name, EVP_PKEY *key)
{
	static _Atomic uint64_t serial;
	X509 *cert = X509_new();
	X509_NAME *name;

	must(cert != NULL, "certificate");
	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(cert), -DAY);
	X509_gmtime_adj(X509_getm_notAfter(cert), 30 * DAY);
	X509_set_pubkey(cert, key);
	name = X509_get_subject_name(cert);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_ASC, (const unsigned char *)common_name, -1, -1, 0);
	return cert;
}

static void
make_ca(const char *path)
{
	FILE *f = fopen(path, "w");

	must(f != NULL, path);
	ca_key = EVP_EC_gen("P-256");
	leaf_key = EVP_EC_gen("P-256");
	must(ca_key != NULL && leaf_key != NULL, "keys");
	ca = cert_begin("hopseal bench CA", ca_key);
	X509_set_issuer_name(ca, X509_get_subject_name(ca));
	add_extension(ca, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(ca, NID_key_usage, "critical,keyCertSign");
	add_extension(ca, NID_subject_key_identifier, "hash");
	must(X509_sign(ca, ca_key, EVP_sha256()) > 0, "signing the CA");
	must(PEM_write_X509(f, ca) == 1 && fclose(f) == 0, path);
}

static X509 *
make_leaf(const char *host)
{
	char names[300];
	X509 *cert = cert_begin("policy host", leaf_key);

	snprintf(names, sizeof(names), "DNS:%s", host);
	X509_set_issuer_name(cert, X509_get_subject_name(ca));
	add_extension(cert, NID_subject_alt_name, names);
	add_extension(cert, NID_authority_key_identifier, "keyid");
	must(X509_sign(cert, ca_key, EVP_sha256()) > 0, "signing a leaf");
	return cert;
}

static int
on_server_name(SSL *ssl, int *alert, void *arg)
{
	const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	X509 *cert;
	bool is_set;

	(void)alert, (void)arg;
	if (host == NULL)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	cert = make_leaf(host);
	is_set = SSL_use_certificate(ssl, cert) == 1 &&
		 SSL_use_PrivateKey(ssl, leaf_key) == 1;
	X509_free(cert);
	return is_set ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* --- the policy ------------------------------------------------------------------------ */

/* How long head and body are together; 0: the head is not there yet. */
static int
whole_length(const char *in)
{
	static const char field[] = "Content-Length:";
	const char *end = strstr(in, "\r\n\r\n"), *length = strcasestr(in, field);

	if (end == NULL)
		return 0;
	return (int)(end + 4 - in) +
	       (length != NULL && length < end
		       ? (int)strtol(length + strlen(field), NULL, 10)
		       : 0);
}

/* A report that somebody posts is read and forgotten. */
static bool
read_request(SSL *ssl)
{
	char in[REQUEST_MAX + 1];
	int n, len = 0, want = 0;

	do {
		n = SSL_read(ssl, in + len, REQUEST_MAX - len);
		if (n <= 0)
			return false;
		len += n;
		in[len] = '\0';
		want = whole_length(in);
	} while (want == 0 || len < want);
	return true;
}

static void
write_log(const char *host)
{
	char line[300];
	int len = snprintf(line, sizeof(line), "GET %s\n", host);

	must(write(log_fd, line, (size_t)len) == len, "log");
}

static void
answer(SSL *ssl)
{
	char out[1000], policy[500];
	const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	const char *domain = host + strlen(PREFIX);
	int len;

	if (strncmp(host, PREFIX, strlen(PREFIX)) != 0 || !read_request(ssl))
		return;
	write_log(host);
	if (strncmp(domain, "slow", 4) == 0)
		usleep(SLOW_MS * 1000);
	len = snprintf(policy, sizeof(policy),
	    "version: STSv1\r\nmode: enforce\r\nmx: mx.%s\r\nmax_age: 604800\r\n",
	    domain);
	len = snprintf(out, sizeof(out),
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
	    "Connection: close\r\n\r\n%s",
	    len, policy);
	SSL_write(ssl, out, len);
	SSL_shutdown(ssl);
}

static void *
serve(void *arg)
{
	SSL *ssl = arg;

	if (SSL_accept(ssl) == 1)
		answer(ssl);
	close(SSL_get_fd(ssl));
	SSL_free(ssl);
	ERR_clear_error();
	return NULL;
}

/* --- start ------------------------------------------------------------------------------- */

static int
listen_at(const char *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(inet_pton(AF_INET, address, &in.sin_addr) == 1, address);
	must(fd != -1 && bind(fd, (struct sockaddr *)&in, sizeof(in)) == 0 &&
		 listen(fd, SOMAXCONN) == 0,
	    address);
	return fd;
}

static void
start_connection(int fd)
{
	SSL *ssl = SSL_new(tls);
	pthread_t thread;

	must(ssl != NULL && SSL_set_fd(ssl, fd) == 1, "connection");
	must(pthread_create(&thread, NULL, serve, ssl) == 0, "thread");
	pthread_detach(thread);
}

int
main(int argc, char **argv)
{
	int fd, listener;

	if (argc != 4) {
		fprintf(stderr, "usage: policy_host ADDRESS CA-FILE LOG\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	log_fd = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	must(log_fd != -1, argv[3]);
	tls = SSL_CTX_new(TLS_server_method());
	must(tls != NULL, "TLS");
	SSL_CTX_set_tlsext_servername_callback(tls, on_server_name);
	listener = listen_at(argv[1]);
	make_ca(argv[2]);
	for (;;) {
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd != -1)
			start_connection(fd);
	}
}
