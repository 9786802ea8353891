/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "certs.h"
#include "policy/tlsa_source.h"

/* root -> intermediate -> leaf, and a key that has no certificate. */
static struct cert root, intermediate, leaf;
static EVP_PKEY *key;

/* --- files --------------------------------------------------------------------------------------- */

static struct strbuf
text_of(BIO *bio)
{
	struct strbuf text = STRBUF_INIT;
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	strbuf_add(&text, data, (size_t)len);
	BIO_free(bio);
	return text;
}

/* What a file has in it, by the letters of what: l i r certificates, p P private keys (PKCS #8, traditional), e an encrypted one,
 * u a public key, q a request, g garbage, c a cut block. */
static struct strbuf
file_of(const char *what)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509_REQ *request = X509_REQ_new();

	for (; *what != '\0'; what++) {
		switch (*what) {
		case 'l':
			cert_must(PEM_write_bio_X509(bio, leaf.x509));
			break;
		case 'L':
			cert_must(PEM_write_bio_X509_AUX(bio, leaf.x509));
			break;
		case 'i':
			cert_must(PEM_write_bio_X509(bio, intermediate.x509));
			break;
		case 'r':
			cert_must(PEM_write_bio_X509(bio, root.x509));
			break;
		case 'p':
			cert_must(PEM_write_bio_PrivateKey(
			    bio, key, NULL, NULL, 0, NULL, NULL));
			break;
		case 'P':
			cert_must(PEM_write_bio_PrivateKey_traditional(
			    bio, key, NULL, NULL, 0, NULL, NULL));
			break;
		case 'e':
			cert_must(PEM_write_bio_PKCS8PrivateKey(
			    bio, key, EVP_aes_128_cbc(), "secret", 6, NULL, NULL));
			break;
		case 'E':
			cert_must(PEM_write_bio_PrivateKey_traditional(bio, key,
			    EVP_aes_128_cbc(), (const unsigned char *)"secret", 6, NULL,
			    NULL));
			break;
		case 'u':
			cert_must(PEM_write_bio_PUBKEY(bio, key));
			break;
		case 'q':
			cert_must(X509_REQ_set_pubkey(request, key) &&
				  X509_REQ_sign(request, key, EVP_sha256()) > 0 &&
				  PEM_write_bio_X509_REQ(bio, request));
			break;
		case 'D':
			BIO_write(bio, leaf.der, (int)leaf.len);
			break;
		case 'd':
			cert_must(i2d_PrivateKey_bio(bio, key));
			break;
		case 'U':
			cert_must(i2d_PUBKEY_bio(bio, key));
			break;
		case 'g':
			BIO_puts(bio, "something else\n");
			break;
		case 'c':
			BIO_puts(bio, "-----BEGIN CERTIFICATE-----\nMIIB\n");
			break;
		case 'C':
			BIO_puts(bio, "-----BEGIN CERTIFICATE-----\nAAAA\n"
				      "-----END CERTIFICATE-----\n");
			break;
		default:
			abort();
		}
	}
	X509_REQ_free(request);
	return text_of(bio);
}

enum whom { NOBODY, LEAF, INTERMEDIATE, ROOT, KEY };

static const struct make_case {
	const char *name, *file, *kind;
	enum whom whom;
	const char *why; /* NOBODY: what is said */
} make_cases[] = {
	{ "PUB-TLSA-01 SEED-01 3 1 1 of a certificate", "l", "3 1 1", LEAF, "" },
	{ "PUB-TLSA-01 3 0 1 of a certificate", "l", "3 0 1", LEAF, "" },
	{ "PUB-TLSA-01 3 1 2", "l", "3 1 2", LEAF, "" },
	{ "PUB-TLSA-01 3 0 2", "l", "3 0 2", LEAF, "" },
	{ "PUB-TLSA-01 3 1 0 is the key in full", "l", "3 1 0", LEAF, "" },
	{ "PUB-TLSA-01 3 0 0 is the certificate in full", "l", "3 0 0", LEAF, "" },
	{ "PUB-TLSA-01 1 1 1, if somebody wants it", "l", "1 1 1", LEAF, "" },
	{ "PUB-TLSA-01 3 1 1 of a chain: the first certificate", "lir", "311", LEAF,
	    "" },
	{ "PUB-TLSA-01 SEED-03 2 1 1 of a chain: the issuer", "lir", "211",
	    INTERMEDIATE, "" },
	{ "PUB-TLSA-01 2 0 1 of a chain", "li", "2.0.1", INTERMEDIATE, "" },
	{ "PUB-TLSA-01 0 0 1 of a chain", "li", "0 0 1", INTERMEDIATE, "" },
	{ "PUB-TLSA-01 the issuer is found by its name, not by its place", "lri", "211",
	    INTERMEDIATE, "" },
	{ "PUB-TLSA-01 2 0 1 of a CA's certificate alone", "r", "201", ROOT, "" },
	{ "PUB-TLSA-01 SEED-03 2 1 1 of a leaf alone", "l", "211", NOBODY,
	    "has no certificate of the issuer" },
	{ "PUB-TLSA-01 2 0 1 without the issuer between", "lr", "201", NOBODY,
	    "has no certificate of the issuer" },
	{ "PUB-TLSA-01 a certificate in DER", "D", "311", LEAF, "" },
	{ "PUB-TLSA-01 OpenSSL's trusted certificate", "L", "301", LEAF, "" },
	{ "PUB-TLSA-01 text around the certificate", "glg", "311", LEAF, "" },
	{ "PUB-TLSA-01 a key in front of its certificate", "pl", "311", LEAF, "" },
	{ "SEED-17 a private key without certificate", "p", "311", KEY, "" },
	{ "SEED-17 a private key in the old form", "P", "311", KEY, "" },
	{ "SEED-17 a private key in DER", "d", "311", KEY, "" },
	{ "SEED-17 a public key", "u", "311", KEY, "" },
	{ "SEED-17 a public key in DER", "U", "312", KEY, "" },
	{ "SEED-17 a certificate request", "q", "310", KEY, "" },
	{ "SEED-17 a key has no certificate for 3 0 1", "p", "301", NOBODY,
	    "has a key only; 3 0 1 is made from a certificate" },
	{ "SEED-17 a key has no issuer", "u", "211", NOBODY, "has a key only" },
	{ "an encrypted key", "e", "311", NOBODY, "has an encrypted key" },
	{ "an encrypted key in the old form", "E", "311", NOBODY,
	    "has an encrypted key" },
	{ "neither certificate nor key", "g", "311", NOBODY, "has neither" },
	{ "an empty file", "", "311", NOBODY, "has neither" },
	{ "a block without end", "c", "311", NOBODY, "has a damaged PEM block" },
	{ "a block that is no certificate", "C", "311", NOBODY,
	    "has a damaged block: CERTIFICATE" },
	{ "a damaged block behind a good one", "lC", "311", NOBODY,
	    "has a damaged block: CERTIFICATE" },
};

/* --- what must come of it -------------------------------------------------------------------------- */

/* From the certificate or key itself, by other calls than those that are tested. */
static size_t
wanted(enum whom whom, const struct tlsa_kind *kind, uint8_t out[CERT_RDATA_MAX])
{
	const struct cert *certs[] = {
		[LEAF] = &leaf, [INTERMEDIATE] = &intermediate, [ROOT] = &root
	};
	struct cert bare = { .x509 = X509_new() };
	size_t len;

	if (whom != KEY) {
		X509_free(bare.x509);
		return cert_rdata(
		    certs[whom], kind->usage, kind->selector, kind->matching, out);
	}
	cert_must(X509_set_pubkey(bare.x509, key));
	len = cert_rdata(&bare, kind->usage, kind->selector, kind->matching, out);
	X509_free(bare.x509);
	return len;
}

static void
assert_made(const struct tlsa_set *set, enum whom whom, const struct tlsa_kind *kind)
{
	uint8_t want[CERT_RDATA_MAX];
	size_t len = wanted(whom, kind, want);
	const struct tlsa *r = &set->records[0];

	assert_int_equal(set->count, 1);
	assert_int_equal(r->usage, want[0]);
	assert_int_equal(r->selector, want[1]);
	assert_int_equal(r->matching, want[2]);
	assert_int_equal(r->len, len - 3);
	assert_memory_equal(r->data, want + 3, len - 3);
}

static void
check_make(void **state)
{
	const struct make_case *c = *state;
	struct strbuf file = file_of(c->file);
	struct tlsa_source *source;
	struct tlsa_set *set = NULL;
	struct tlsa_kind kind;
	struct why why = { "" };
	enum status rc;

	assert_int_equal(tlsa_kind_parse(c->kind, strlen(c->kind), &kind, &why), ST_OK);
	rc = tlsa_source_read(strbuf_str(&file), file.len, &source, &why);
	strbuf_clear(&file); /* it is not kept */
	if (rc == ST_OK)
		rc = tlsa_make(source, &kind, &set, &why);
	else
		assert_null(source);
	if (c->whom != NOBODY) {
		assert_int_equal(rc, ST_OK);
		assert_made(set, c->whom, &kind);
	} else {
		assert_int_not_equal(rc, ST_OK);
		assert_null(set);
		assert_non_null(strstr(why.text, c->why));
	}
	free(set);
	tlsa_source_free(source);
}

static void
check_chain(void **state)
{
	struct chain chain = { .count = 2,
		.certs = {
		    { leaf.der, leaf.len }, { intermediate.der, intermediate.len } } };
	static const struct tlsa_kind ta = { TLSA_DANE_TA, TLSA_SPKI, TLSA_SHA256 };
	struct tlsa_source *source;
	struct tlsa_set *set;
	struct why why;

	(void)state;
	assert_int_equal(tlsa_source_of_chain(&chain, &source, &why), ST_OK);
	assert_int_equal(tlsa_make(source, &ta, &set, &why), ST_OK);
	assert_made(set, INTERMEDIATE, &ta);
	free(set);
	tlsa_source_free(source);
	chain.count = 0;
	assert_int_equal(tlsa_source_of_chain(&chain, &source, &why), ST_SYNTAX);
	assert_null(source);
}

static void
check_names(void **state)
{
	struct strbuf file = file_of("l");
	struct tlsa_source *source;
	struct domain names[2];

	(void)state;
	assert_int_equal(tlsa_source_read(file.data, file.len, &source, NULL), ST_OK);
	assert_int_equal(tlsa_source_names(source, names, 1), 2);
	assert_string_equal(names[0].text, "mx1.example.com");
	assert_int_equal(tlsa_source_names(source, names, 2), 2);
	assert_string_equal(names[1].text, "mx2.example.com");
	tlsa_source_free(source);
	strbuf_clear(&file);
	file = file_of("u");
	assert_int_equal(tlsa_source_read(file.data, file.len, &source, NULL), ST_OK);
	assert_int_equal(tlsa_source_names(source, names, 2), 0);
	tlsa_source_free(source);
	strbuf_clear(&file);
}

static const struct kind_case {
	const char *name, *text;
	enum status want;
} kind_cases[] = {
	{ "SEED-05 3 1 1", "3 1 1", ST_OK },
	{ "SEED-05 0 0 0", "000", ST_OK },
	{ "SEED-05 3.1.2", "3.1.2", ST_OK },
	{ "SEED-05 usage 4", "4 1 1", ST_RANGE },
	{ "SEED-05 selector 2", "3 2 1", ST_RANGE },
	{ "SEED-05 matching type 3", "3 1 3", ST_RANGE },
	{ "SEED-05 two numbers", "3 1", ST_RANGE },
	{ "SEED-05 four numbers", "3 1 1 1", ST_RANGE },
	{ "SEED-05 nothing", "", ST_RANGE },
	{ "SEED-05 letters", "DANE-EE", ST_RANGE },
};

static void
check_kind(void **state)
{
	const struct kind_case *c = *state;
	struct tlsa_kind kind;

	assert_int_equal(
	    tlsa_kind_parse(c->text, strlen(c->text), &kind, NULL), c->want);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_make, make_cases),
		CASE("PUB-TLSA-01 SEED-02 the chain of a live server", check_chain),
		CASE("the names of a certificate, without wildcards", check_names),
		CASES(check_kind, kind_cases),
	};
	int failed;

	root = cert_make(&(struct cert_spec){ .cn = "root", .is_ca = true }, NULL);
	intermediate = cert_make(
	    &(struct cert_spec){ .cn = "intermediate", .is_ca = true }, &root);
	leaf = cert_make(
	    &(struct cert_spec){ .cn = "leaf",
		.san = "DNS:mx1.example.com,DNS:*.example.com,DNS:mx2.example.com" },
	    &intermediate);
	key = EVP_EC_gen("P-256");
	failed = cases_run("tlsa_make", tables, COUNT_OF(tables));
	EVP_PKEY_free(key);
	cert_clear(&leaf);
	cert_clear(&intermediate);
	cert_clear(&root);
	return failed;
}
