/*
 * DKIM keys and signatures.  SPDX-License-Identifier: ISC
 *
 * Known answers come from RFC 6376 and RFC 8463; tests/system/test_report_mail.py has whole messages verified by others.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include "base/base64.h"
#include "cases.h"
#include "report/dkim.h"
#include "report/dkim_relaxed.h"

/* --- relaxed forms ------------------------------------------------------------------ */

static const struct field_case {
	const char *name, *field, *want;
} field_cases[] = {
	{ "RFC 6376, 3.4.5: a name in capitals, one blank in front", "A: X\r\n",
	    "a:X" },
	{ "RFC 6376, 3.4.5: a folded field, blanks before the colon",
	    "B : Y\t\r\n\tZ  \r\n", "b:Y Z" },
	{ "a field without its CRLF", "Subject: one  two", "subject:one two" },
	{ "an empty field", "Subject:\r\n", "subject:" },
	{ "a field of blanks, folded", "Subject: \t\r\n \r\n", "subject:" },
	{ "a value of its own colons", "X-Time:  12:30 :\r\n", "x-time:12:30 :" },
	{ "digits and other characters of a name stay", "X_1-[Z]: v", "x_1-[z]:v" },
};

static void
check_field(void **state)
{
	const struct field_case *c = *state;
	struct strbuf out = STRBUF_INIT;

	strbuf_adds(&out, "|");
	dkim_relax_field(&out, c->field, strlen(c->field));
	assert_int_equal(strbuf_str(&out)[0], '|');
	assert_string_equal(strbuf_str(&out) + 1, c->want);
	strbuf_clear(&out);
}

static const struct body_case {
	const char *name, *body, *want;
} body_cases[] = {
	{ "RFC 6376, 3.4.5: blanks and empty lines at the end",
	    " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n" },
	{ "an empty body stays empty", "", "" },
	{ "a body of one empty line is empty", "\r\n", "" },
	{ "a body of empty lines is empty", "\r\n\r\n\r\n", "" },
	{ "a body of blanks is empty", "  \r\n\t\r\n", "" },
	{ "empty lines in the middle and in front stay", "\r\n\r\na\r\n\r\nb\r\n",
	    "\r\n\r\na\r\n\r\nb\r\n" },
	{ "a last line without CRLF gets one", "a\r\nb", "a\r\nb\r\n" },
	{ "a CR or an LF alone is no line's end", "a\rb\nc\r\n", "a\rb\nc\r\n" },
	{ "dots are not special", ".\r\n..\r\n", ".\r\n..\r\n" },
};

static void
check_body(void **state)
{
	const struct body_case *c = *state;
	struct strbuf out = STRBUF_INIT;

	strbuf_adds(&out, "|");
	dkim_relax_body(&out, c->body, strlen(c->body));
	assert_int_equal(strbuf_str(&out)[0], '|');
	assert_string_equal(strbuf_str(&out) + 1, c->want);
	strbuf_clear(&out);
}

/* --- keys --------------------------------------------------------------------------- */

static char key_path[] = "/tmp/test_dkim.XXXXXX";

static void
write_key(EVP_PKEY *pkey, const char *password)
{
	const EVP_CIPHER *cipher = password != NULL ? EVP_aes_256_cbc() : NULL;
	FILE *f = fopen(key_path, "w");

	assert_non_null(pkey);
	assert_non_null(f);
	assert_int_equal(
	    PEM_write_PrivateKey(f, pkey, cipher, (const unsigned char *)password,
		password != NULL ? (int)strlen(password) : 0, NULL, NULL),
	    1);
	fclose(f);
	EVP_PKEY_free(pkey);
}

/* RFC 8463, appendix A.2. */
static void
write_rfc_key(void)
{
	uint8_t secret[BASE64_DECODED_MAX(44)];
	size_t len;

	assert_int_equal(
	    base64_decode(
		BYTES("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="), secret, &len),
	    ST_OK);
	write_key(
	    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, len), NULL);
}

static struct dkim_key *
open_key(void)
{
	struct dkim_key *key = NULL;
	struct why why = { "" };

	if (dkim_key_open(key_path, &key, &why) != ST_OK)
		fail_msg("%s", why.text);
	return key;
}

static void
refuse_key(enum status want, const char *reason)
{
	struct dkim_key *key = NULL;
	struct why why = { "" };

	assert_int_equal(dkim_key_open(key_path, &key, &why), want);
	assert_null(key);
	assert_non_null(strstr(why.text, key_path));
	assert_non_null(strstr(why.text, reason));
}

static void
check_ed25519_record(void **state)
{
	struct strbuf record = STRBUF_INIT;
	struct dkim_key *key;

	(void)state;
	write_rfc_key();
	key = open_key();
	dkim_key_record(key, &record);
	assert_string_equal(strbuf_str(&record),
	    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
	strbuf_clear(&record);
	dkim_key_close(key);
}

/* What stands in "p=" is a key again, and the right one. */
static void
check_rsa_record(void **state)
{
	static const char start[] = "v=DKIM1; k=rsa; p=";
	EVP_PKEY *made = EVP_RSA_gen(2048), *read;
	struct strbuf record = STRBUF_INIT;
	uint8_t der[1024];
	const uint8_t *p = der;
	struct dkim_key *key;
	size_t len;

	(void)state;
	EVP_PKEY_up_ref(made);
	write_key(made, NULL);
	key = open_key();
	dkim_key_record(key, &record);
	assert_memory_equal(record.data, start, strlen(start));
	assert_int_equal(base64_decode(record.data + strlen(start),
			     record.len - strlen(start), der, &len),
	    ST_OK);
	read = d2i_PUBKEY(NULL, &p, (long)len);
	assert_non_null(read);
	assert_int_equal(EVP_PKEY_eq(made, read), 1);
	EVP_PKEY_free(read);
	EVP_PKEY_free(made);
	strbuf_clear(&record);
	dkim_key_close(key);
}

static void
check_rsa_bits(void **state)
{
	struct dkim_key *key;

	(void)state;
	write_key(EVP_RSA_gen(1024), NULL);
	key = open_key();
	dkim_key_close(key);
	write_key(EVP_RSA_gen(1023), NULL);
	refuse_key(ST_RANGE, "RSA of 1023 bits, less than 1024");
}

static void
check_other_keys(void **state)
{
	(void)state;
	write_key(EVP_EC_gen("P-256"), NULL);
	refuse_key(ST_SYNTAX, "neither RSA nor Ed25519");
	write_key(EVP_RSA_gen(1024), "secret");
	refuse_key(ST_SYNTAX, "without password");
}

static const struct key_text_case {
	const char *name, *text; /* NULL: no file */
	enum status want;
	const char *reason;
} key_text_cases[] = {
	{ "a missing key file", NULL, ST_IO, "No such file" },
	{ "an empty key file", "", ST_SYNTAX, "no private key" },
	{ "a file of other text", "p=MIGf\n", ST_SYNTAX, "no private key" },
	{ "a damaged key",
	    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", ST_SYNTAX,
	    "no private key" },
	{ "a public key",
	    "-----BEGIN PUBLIC KEY-----\n"
	    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
	    "-----END PUBLIC KEY-----\n",
	    ST_SYNTAX, "no private key" },
};

static void
check_key_text(void **state)
{
	const struct key_text_case *c = *state;
	FILE *f;

	unlink(key_path);
	if (c->text != NULL) {
		f = fopen(key_path, "w");
		fputs(c->text, f);
		fclose(f);
	}
	refuse_key(c->want, c->reason);
	dkim_key_close(NULL);
}

/* --- signatures --------------------------------------------------------------------- */

/* RFC 8463, appendix A.3, whose body hash is known, with the fields of a report. */
#define BODY "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
#define MESSAGE                                                                        \
	"From: Joe SixPack <joe@football.example.com>\r\n"                             \
	"To: Suzie Q <suzie@shopping.example.net>\r\n"                                 \
	"Subject: Is dinner ready?\r\n"                                                \
	"TLS-Report-Domain: shopping.example.net\r\n"                                  \
	"TLS-Report-Submitter:\r\n football.example.com\r\n"                           \
	"X-Other: not signed\r\n"                                                      \
	"\r\n" BODY

static struct domain signer;

static void
sign(const struct dkim_key *key, const char *message, struct strbuf *out)
{
	struct why why = { "" };

	if (dkim_sign(key, &signer, "brisbane", message, strlen(message), 1528637909,
		out, &why) != ST_OK)
		fail_msg("%s", why.text);
}

/*
 * The signature was verified with dkimpy when it was put here, and the field's other parts are as they have to be:
 * no "l=", the hash of RFC 8463, From twice.
 */
static void
check_known_answer(void **state)
{
	static const char want[] =
	    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
	    "\td=football.example.com;\r\n"
	    "\ts=brisbane; t=1528637909;\r\n"
	    "\th=from:from:to:subject:tls-report-domain:tls-report-submitter;\r\n"
	    "\tbh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
	    "\tb=t/0PKH4U0030goFZPD1GVZ6NMO3Gd/CgQHLuLy9IfF7reya1Mulkg82EOleMlKhtxeMBn9TZ\r\n"
	    "\tkYR18av/6PrkBA==\r\n";
	struct strbuf out = STRBUF_INIT;
	struct dkim_key *key;

	(void)state;
	write_rfc_key();
	key = open_key();
	strbuf_adds(&out, "|");
	sign(key, MESSAGE, &out);
	assert_string_equal(strbuf_str(&out) + 1, want);
	strbuf_clear(&out);
	dkim_key_close(key);
}

/* The text of a tag, up to its semicolon, without white space; for the tags of a signature. */
static void
find_tag(const char *field, const char *tag, char *out, size_t cap)
{
	const char *p = strstr(field, tag);

	assert_non_null(p);
	for (p += strlen(tag); *p != ';' && *p != '\0'; p++)
		if (strchr(" \t\r\n", *p) == NULL && cap > 1) {
			*out++ = *p;
			cap--;
		}
	*out = '\0';
}

static const struct hash_case {
	const char *name, *body, *want;
} hash_cases[] = {
	{ "RPT-DKIM-02 SEED-68 the whole body is hashed", BODY,
	    "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=" },
	{ "RFC 6376, 3.4.4: the hash of an empty body", "",
	    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
};

static void
check_hash(void **state)
{
	const struct hash_case *c = *state;
	struct strbuf message = STRBUF_INIT, out = STRBUF_INIT;
	struct dkim_key *key;
	char hash[64];

	write_rfc_key();
	key = open_key();
	strbuf_addf(&message, "From: a@example.org\r\n\r\n%s", c->body);
	sign(key, strbuf_str(&message), &out);
	find_tag(out.data, "bh=", hash, sizeof(hash));
	assert_string_equal(hash, c->want);
	assert_null(strstr(out.data, "l="));
	strbuf_clear(&message);
	strbuf_clear(&out);
	dkim_key_close(key);
}

static const struct names_case {
	const char *name, *header, *want;
} names_cases[] = {
	{ "RPT-DKIM-04 all fields of a report are signed",
	    "Date: x\r\nFrom: a@b\r\nTo: c@d\r\nMessage-ID: <e@f>\r\nSubject: s\r\n"
	    "TLS-Report-Domain: d\r\nTLS-Report-Submitter: b\r\nTLS-Required: No\r\n"
	    "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain;\r\n\tcharset=us-ascii\r\n",
	    "from:from:to:subject:date:message-id:mime-version:content-type:"
	    "tls-report-domain:tls-report-submitter:tls-required:auto-submitted" },
	{ "RPT-DKIM-04 From alone, in other letters, before a blank", "FROM : a@b\r\n",
	    "from:from" },
	{ "a name that only begins alike is another",
	    "From: a@b\r\nTopic: x\r\n"
	    "Subject-: y\r\n",
	    "from:from" },
	{ "a name within a folded field is none",
	    "From: a@b\r\nX: y\r\n Subject: z\r\n", "from:from" },
};

static void
check_names(void **state)
{
	const struct names_case *c = *state;
	struct strbuf message = STRBUF_INIT, out = STRBUF_INIT;
	struct dkim_key *key;
	char names[512];

	write_rfc_key();
	key = open_key();
	strbuf_addf(&message, "%s\r\nbody\r\n", c->header);
	sign(key, strbuf_str(&message), &out);
	find_tag(out.data, "h=from", names, sizeof(names));
	assert_string_equal(names, c->want + 4);
	strbuf_clear(&message);
	strbuf_clear(&out);
	dkim_key_close(key);
}

static const struct bad_message_case {
	const char *name, *message;
} bad_message_cases[] = {
	{ "RPT-DKIM-04 a message without From", "To: a@b\r\n\r\nbody\r\n" },
	{ "RPT-DKIM-04 a message with two", "From: a@b\r\nFrom: c@d\r\n\r\nbody\r\n" },
	{ "a message without end of header", "From: a@b\r\nTo: c@d\r\n" },
	{ "a message with lines that end in LF", "From: a@b\nTo: c@d\n\nbody\n" },
	{ "an empty message", "" },
};

static void
check_bad_message(void **state)
{
	const struct bad_message_case *c = *state;
	struct strbuf out = STRBUF_INIT;
	struct dkim_key *key;
	struct why why = { "" };

	write_rfc_key();
	key = open_key();
	assert_int_equal(
	    dkim_sign(key, &signer, "s", c->message, strlen(c->message), 1, &out, &why),
	    ST_SYNTAX);
	assert_int_equal(out.len, 0);
	assert_string_not_equal(why.text, "");
	dkim_key_close(key);
}

/* RSA's signature is the key's length, in lines that mail takes; the same twice. */
static void
check_rsa(void **state)
{
	struct strbuf out = STRBUF_INIT, again = STRBUF_INIT;
	const char *line, *end;
	struct dkim_key *key;
	char b[1024];

	(void)state;
	write_key(EVP_RSA_gen(2048), NULL);
	key = open_key();
	sign(key, MESSAGE, &out);
	sign(key, MESSAGE, &again);
	assert_string_equal(strbuf_str(&out), strbuf_str(&again));
	assert_non_null(strstr(out.data, "a=rsa-sha256;"));
	find_tag(out.data, "\tb=", b, sizeof(b));
	assert_int_equal(strlen(b), 344);
	for (line = out.data; *line != '\0'; line = end + 2) {
		end = strstr(line, "\r\n");
		assert_non_null(end);
		assert_true(end - line <= 78);
	}
	strbuf_clear(&out);
	strbuf_clear(&again);
	dkim_key_close(key);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_field, field_cases),
		CASES(check_body, body_cases),
		CASE("RPT-DKIM-03 RFC 8463's key is published as there, without s=",
		    check_ed25519_record),
		CASE("RPT-DKIM-03 SEED-67 an RSA key is published in DER, without s=",
		    check_rsa_record),
		CASE("RPT-DKIM-05 RSA of 1024 bits or more", check_rsa_bits),
		CASE("RPT-DKIM-05 other keys, and keys with a password",
		    check_other_keys),
		CASES(check_key_text, key_text_cases),
		CASE("RPT-DKIM-02 RPT-DKIM-04 a signature whose answer is known",
		    check_known_answer),
		CASES(check_hash, hash_cases),
		CASES(check_names, names_cases),
		CASES(check_bad_message, bad_message_cases),
		CASE("RPT-DKIM-05 rsa-sha256, folded, the same twice", check_rsa),
	};
	int fd = mkstemp(key_path), failed;

	close(fd);
	if (domain_parse(BYTES("football.example.com"), &signer, NULL) != ST_OK)
		return 1;
	failed = cases_run("dkim", tables, COUNT_OF(tables));
	unlink(key_path);
	return failed;
}
