/*
 * mkcert: all certificates of the test world in one process.
 *
 * Reads one certificate a line from standard input, issuers first:
 *
 *	NAME KEY ISSUER|self|CA|CA:ISSUER FROM-DAYS TO-DAYS DNS-NAME[,DNS-NAME]|-
 *
 * KEY is one of key_types; NAME becomes the common name; days count from now.  Writes into the current
 * directory NAME.key, NAME.pem (with its issuers behind it), NAME.crt (alone) and
 * NAME.tlsa: for each selector and matching type a line "SELECTOR TYPE HEX".
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX    1024
#define LINE_MAX_BYTES 32768

struct spec {
	char name[128], key_type[8], issuer[128];
	int from_days, to_days;
	char dns_names[LINE_MAX_BYTES];
};

struct entry {
	char name[128];
	const struct entry *issuer; /* NULL: signed with its own key */
	EVP_PKEY *key;
	X509 *cert;
};

static const struct key_type {
	const char *name;
	unsigned rsa_bits;             /* 0: P-256 */
	const EVP_MD *(*digest)(void); /* of the signature on the certificate */
} key_types[] = {
	{ "ec", 0, EVP_sha256 },
	{ "rsa", 2048, EVP_sha256 },
	{ "rsa1024", 1024, EVP_sha256 },
	{ "sha1", 0, EVP_sha1 },
};

static struct entry entries[ENTRIES_MAX];
static size_t entry_count;

static void
fail(const char *what, const char *name)
{
	fprintf(stderr, "mkcert: %s: %s\n", name, what);
	exit(1);
}

static const struct entry *
find(const char *name)
{
	for (size_t i = 0; i < entry_count; i++)
		if (strcmp(entries[i].name, name) == 0)
			return &entries[i];
	fail("no such issuer", name);
	return NULL;
}

static const struct key_type *
find_key_type(const char *name)
{
	for (size_t i = 0; i < sizeof(key_types) / sizeof(key_types[0]); i++)
		if (strcmp(key_types[i].name, name) == 0)
			return &key_types[i];
	fail("no such kind of key", name);
	return NULL;
}

static FILE *
create(const char *name, const char *suffix)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s.%s", name, suffix);
	if ((f = fopen(path, "w")) == NULL)
		fail("cannot write", path);
	return f;
}

static void
extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (extension == NULL || X509_add_ext(cert, extension, -1) != 1)
		fail("bad extension", value);
	X509_EXTENSION_free(extension);
}

/* "a,b" becomes "DNS:a,DNS:b". */
static void
extend_names(X509 *cert, X509 *issuer, const char *names)
{
	size_t size = 2 * strlen(names) + 8;
	char *value = calloc(1, size), *end = value;

	if (value == NULL)
		fail("no memory", names);
	for (const char *p = names; *p != '\0'; p += *p == ',') {
		size_t len = strcspn(p, ",");

		end += snprintf(end, size - (size_t)(end - value), "%sDNS:%.*s",
		    end == value ? "" : ",", (int)len, p);
		p += len;
	}
	extend(cert, issuer, NID_subject_alt_name, value);
	free(value);
}

static void
set_identity(X509 *cert, const struct spec *s, EVP_PKEY *key)
{
	unsigned char serial[8];
	BIGNUM *number;

	if (RAND_bytes(serial, sizeof(serial)) != 1)
		fail("no random numbers", s->name);
	serial[0] &= 0x7f;
	number = BN_bin2bn(serial, sizeof(serial), NULL);
	BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
	BN_free(number);
	X509_set_version(cert, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(cert), s->from_days * 86400L);
	X509_gmtime_adj(X509_getm_notAfter(cert), s->to_days * 86400L);
	X509_set_pubkey(cert, key);
	if (X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
		(const unsigned char *)s->name, -1, -1, 0) != 1)
		fail("bad common name", s->name);
}

static const struct entry *
make(const struct spec *s)
{
	struct entry *e = &entries[entry_count];
	const bool is_ca = strncmp(s->issuer, "CA", 2) == 0;
	const bool is_own =
	    strcmp(s->issuer, "CA") == 0 || strcmp(s->issuer, "self") == 0;
	const struct entry *by = e;
	const struct key_type *type = find_key_type(s->key_type);

	if (entry_count == ENTRIES_MAX)
		fail("too many", s->name);
	if (!is_own)
		e->issuer = by = find(is_ca ? s->issuer + strlen("CA:") : s->issuer);
	snprintf(e->name, sizeof(e->name), "%s", s->name);
	e->key =
	    type->rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(type->rsa_bits);
	e->cert = X509_new();
	if (e->key == NULL || e->cert == NULL)
		fail("no key", s->name);
	set_identity(e->cert, s, e->key);
	X509_set_issuer_name(e->cert, X509_get_subject_name(by->cert));
	extend(e->cert, by->cert, NID_basic_constraints,
	    is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	extend(e->cert, by->cert, NID_subject_key_identifier, "hash");
	if (!is_own)
		extend(e->cert, by->cert, NID_authority_key_identifier, "keyid:always");
	if (is_ca)
		extend(
		    e->cert, by->cert, NID_key_usage, "critical,keyCertSign,cRLSign");
	if (strcmp(s->dns_names, "-") != 0)
		extend_names(e->cert, by->cert, s->dns_names);
	if (X509_sign(e->cert, by->key, type->digest()) == 0)
		fail("cannot sign", s->name);
	entry_count++;
	return e;
}

/* RFC 6698, section 2.1: selector 0 is the certificate, 1 its public key. */
static void
write_tlsa(FILE *f, X509 *cert, int selector)
{
	unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
	int len = selector == 0 ? i2d_X509(cert, &der)
				: i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

	for (int type = 0; type <= 2; type++) {
		const unsigned char *data = der;
		unsigned size = (unsigned)len;

		if (type != 0) {
			EVP_Digest(der, (size_t)len, digest, &size,
			    type == 1 ? EVP_sha256() : EVP_sha512(), NULL);
			data = digest;
		}
		fprintf(f, "%d %d ", selector, type);
		for (unsigned i = 0; i < size; i++)
			fprintf(f, "%02x", data[i]);
		fputc('\n', f);
	}
	OPENSSL_free(der);
}

static void
finish(FILE *f, const char *name)
{
	if (fclose(f) != 0)
		fail("cannot write", name);
}

static void
write_files(const struct entry *e)
{
	FILE *f;

	f = create(e->name, "key");
	PEM_write_PrivateKey(f, e->key, NULL, NULL, 0, NULL, NULL);
	finish(f, e->name);
	f = create(e->name, "crt");
	PEM_write_X509(f, e->cert);
	finish(f, e->name);
	f = create(e->name, "pem");
	for (const struct entry *by = e; by != NULL; by = by->issuer)
		PEM_write_X509(f, by->cert);
	finish(f, e->name);
	f = create(e->name, "tlsa");
	write_tlsa(f, e->cert, 0);
	write_tlsa(f, e->cert, 1);
	finish(f, e->name);
}

int
main(void)
{
	static char line[LINE_MAX_BYTES];
	static struct spec s;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (sscanf(line, "%127s %7s %127s %d %d %32767s", s.name, s.key_type,
			s.issuer, &s.from_days, &s.to_days, s.dns_names) != 6)
			fail("bad line", line);
		write_files(make(&s));
	}
	return 0;
}
