/*
 * The mail around a report.  SPDX-License-Identifier: ISC
 *
 * With MESSAGE_DIR in the environment there are two more tests, which leave signed messages there for
 * tests/system/test_report_mail.py.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include "base/base64.h"
#include "cases.h"
#include "report/message.h"

#define DAY  ((time_t)1730851200) /* 2024-11-06 */
#define NOW  (DAY + 86400 + 3723)
#define SENT UINT64_C(4711)

#define LABEL_63 "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-123456789"
#define LONG_DOMAIN                                                                    \
	LABEL_63 "." LABEL_63 "." LABEL_63                                             \
		 ".abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstu"                   \
		 ".example"
#define RECORD "v=TLSRPTv1; rua=mailto:reports@example.com"

static const struct report_options usual = {
	.contact = "tls@sender.example",
	.organization = "Sender Example",
	.sender = "",
	.dkim_selector = "s2024",
};

static uint8_t gzip[5000]; /* any bytes */

static const struct stored_report report = {
	.id = "1730851200.example.com.k3jf9",
	.domain = "example.com",
	.day = DAY,
	.made = DAY + 86700,
	.record = RECORD,
	.file_name = "sender.example!example.com!1730851200!1730937599!k3jf9.json.gz",
	.bytes = gzip,
	.len = sizeof(gzip),
	.successes = 5326,
	.failures = 303,
};

/* --- taking a message apart ----------------------------------------------------------- */

static char *
make(const struct report_options *options, const struct stored_report *r,
    const struct dkim_key *key)
{
	struct strbuf out = STRBUF_INIT;
	struct why why = { "" };

	if (message_add(
		&out, options, key, r, "reports@example.com", SENT, NOW, &why) != ST_OK)
		fail_msg("%s", why.text);
	return strbuf_take(&out);
}

/* The unfolded value of a header field that must be there exactly once. */
static const char *
field(const char *message, const char *name)
{
	static char value[2048];
	char start[64];
	const char *p, *end;
	size_t len = 0;

	snprintf(start, sizeof(start), "\r\n%s: ", name);
	end = strstr(message, "\r\n\r\n");
	p = strstr(message, start);
	if (strncmp(message, start + 2, strlen(start + 2)) == 0)
		p = message - 2;
	if (p == NULL || p > end)
		fail_msg("no %s", name);
	p += strlen(start);
	if (strstr(p, start) != NULL && strstr(p, start) < end)
		fail_msg("%s twice", name);
	for (; p[0] != '\r' || p[2] == ' ' || p[2] == '\t'; p++)
		if (*p != '\r' && *p != '\n' && len < sizeof(value) - 1)
			value[len++] = *p;
	value[len] = '\0';
	return value;
}

static const struct header_case {
	const char *name, *field, *want;
} header_cases[] = {
	{ "RPT-MAIL-03 Subject unfolds to the one line of RFC 8460", "Subject",
	    "Report Domain: example.com Submitter: sender.example "
	    "Report-ID: <1730851200.example.com.k3jf9@sender.example>" },
	{ "RPT-MAIL-02 TLS-Report-Domain is the policy domain", "TLS-Report-Domain",
	    "example.com" },
	{ "RPT-MAIL-02 TLS-Report-Submitter is the contact's domain",
	    "TLS-Report-Submitter", "sender.example" },
	{ "RPT-MAIL-07 TLS-Required: No, once", "TLS-Required", "No" },
	{ "RPT-MAIL-08 Auto-Submitted: auto-generated", "Auto-Submitted",
	    "auto-generated" },
	{ "RPT-MAIL-04 Date", "Date", "Thu, 7 Nov 2024 01:02:03 +0000" },
	{ "RPT-MAIL-04 From", "From", "<tls@sender.example>" },
	{ "RPT-MAIL-04 To", "To", "<reports@example.com>" },
	{ "RPT-MAIL-04 Message-ID is the sending's own", "Message-ID",
	    "<1730851200.example.com.k3jf9.4711@sender.example>" },
	{ "RPT-MAIL-04 MIME-Version", "MIME-Version", "1.0" },
	{ "RPT-MAIL-01 multipart/report of type tlsrpt", "Content-Type",
	    "multipart/report; report-type=\"tlsrpt\";\tboundary=\"=_tlsrpt_4711\"" },
};

static void
check_header(void **state)
{
	const struct header_case *c = *state;
	char *message = make(&usual, &report, NULL);

	assert_string_equal(field(message, c->field), c->want);
	free(message);
}

#define BOUNDARY "\r\n--=_tlsrpt_4711"

/* The head of the second part, and its body behind it. */
static const char *
second_part(const char *message)
{
	const char *p = strstr(message, BOUNDARY "\r\n");

	assert_non_null(p);
	p = strstr(p + 1, BOUNDARY "\r\n");
	assert_non_null(p);
	return p + strlen(BOUNDARY "\r\n");
}

static void
check_parts(void **state)
{
	char *message = make(&usual, &report, NULL);
	const char *first = strstr(message, "\r\n\r\n") + 2, *second, *end;

	(void)state;
	assert_memory_equal(first, BOUNDARY, strlen(BOUNDARY));
	first += strlen(BOUNDARY "\r\n");
	assert_memory_equal(
	    first, "Content-Type: text/plain; charset=us-ascii\r\n\r\n", 46);
	second = second_part(message);
	assert_memory_equal(second,
	    "Content-Type: application/tlsrpt+gzip\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment;\r\n",
	    108);
	assert_null(strstr(second, BOUNDARY "\r\n")); /* no third */
	end = strstr(second, BOUNDARY);
	assert_string_equal(end, BOUNDARY "--\r\n");
	free(message);
}

static const struct attachment_case {
	const char *name;
	size_t len;
} attachment_cases[] = {
	{ "RPT-MAIL-05 the attachment is the stored report", sizeof(gzip) },
	{ "RPT-MAIL-05 a report of one octet", 1 },
	{ "RPT-MAIL-05 a report of one row", 57 },
	{ "RPT-MAIL-05 a report of one row and an octet", 58 },
};

static void
check_attachment(void **state)
{
	const struct attachment_case *c = *state;
	struct stored_report r = report;
	uint8_t bytes[BASE64_DECODED_MAX(8192)];
	struct strbuf text = STRBUF_INIT;
	char *message;
	const char *p;
	size_t len;

	r.len = c->len;
	message = make(&usual, &r, NULL);
	p = strstr(second_part(message), "\r\n\r\n") + 4;
	for (; *p != '\r'; p += len + 2) {
		len = strcspn(p, "\r");
		assert_in_range(len, 1, 76);
		strbuf_add(&text, p, len);
	}
	assert_int_equal(base64_decode(text.data, text.len, bytes, &len), ST_OK);
	assert_int_equal(len, c->len);
	assert_memory_equal(bytes, gzip, len);
	strbuf_clear(&text);
	free(message);
}

/* What people read: all of it, and nothing that is not ASCII. */
static void
check_text(void **state)
{
	static const char *const wanted[] = { "RFC 8460", "example.com\r\n",
		"sender.example\r\n", "2024-11-06\r\n", "5326\r\n", "303\r\n",
		"https://mta-sts.example.com/.well-known/mta-sts.txt\r\n",
		"_smtp._tls.example.com:", "    " RECORD "\r\n",
		"tls@sender.example.\r\n" };
	char *message = make(&usual, &report, NULL);
	char *text = strstr(message, "us-ascii\r\n\r\n");
	size_t i;

	(void)state;
	*strstr(text, BOUNDARY) = '\0';
	for (i = 0; i < COUNT_OF(wanted); i++)
		if (strstr(text, wanted[i]) == NULL)
			fail_msg("missing: %s", wanted[i]);
	for (; *text != '\0'; text++)
		assert_true(
		    (*text >= ' ' && *text <= '~') || *text == '\r' || *text == '\n');
	free(message);
}

/* --- long things -------------------------------------------------------------------------- */

static void
check_lines(const char *message)
{
	const char *p = message, *end;

	for (; *p != '\0'; p = end + 2) {
		end = p + strcspn(p, "\r\n");
		assert_true(end[0] == '\r' && end[1] == '\n');
		assert_true(end - p <= 998);
	}
}

static void
check_long(void **state)
{
	char contact[400], id[400], file[800], record[5000], want[1600];
	struct report_options options = usual;
	struct stored_report r = report;
	char *message;

	(void)state;
	snprintf(contact, sizeof(contact), "%064d@%s", 7, LONG_DOMAIN);
	snprintf(id, sizeof(id), "1730851200.%s.k3jf9", LONG_DOMAIN);
	snprintf(file, sizeof(file), "%s!%s!1730851200!1730937599!k3jf9.json.gz",
	    LONG_DOMAIN, LONG_DOMAIN);
	memset(record, 0xfe, sizeof(record) - 1);
	record[sizeof(record) - 1] = '\0';
	options.contact = contact;
	r.domain = LONG_DOMAIN;
	r.id = id;
	r.file_name = file;
	r.record = record;
	message = make(&options, &r, NULL);
	check_lines(message);
	snprintf(want, sizeof(want),
	    "Report Domain: %s Submitter: %s Report-ID: <%s@%s>", LONG_DOMAIN,
	    LONG_DOMAIN, id, LONG_DOMAIN);
	assert_string_equal(field(message, "Subject"), want);
	free(message);
}

/* The pieces of RFC 2231 together are the name. */
static void
check_file_name(void **state)
{
	char file[800], start[32];
	struct strbuf name = STRBUF_INIT;
	struct stored_report r = report;
	char *message;
	const char *p;
	unsigned i;

	(void)state;
	snprintf(file, sizeof(file),
	    "sender.example!%s!1730851200!1730937599!1.json.gz", LONG_DOMAIN);
	r.file_name = file;
	message = make(&usual, &r, NULL);
	for (i = 0;; i++) {
		snprintf(start, sizeof(start), ";\r\n\tfilename*%u=\"", i);
		p = strstr(message, start);
		if (p == NULL)
			break;
		p += strlen(start);
		assert_in_range(strcspn(p, "\""), 1, 60);
		strbuf_add(&name, p, strcspn(p, "\""));
	}
	assert_string_equal(strbuf_str(&name), file);
	strbuf_clear(&name);
	free(message);
	r.file_name = "a.example!b.example!1!2.json.gz";
	message = make(&usual, &r, NULL);
	assert_non_null(strstr(
	    message, ";\r\n\tfilename=\"a.example!b.example!1!2.json.gz\"\r\n\r\n"));
	free(message);
}

static void
check_usual_lines(void **state)
{
	char *message = make(&usual, &report, NULL);

	(void)state;
	check_lines(message);
	free(message);
}

/* --- who sends ------------------------------------------------------------------------------ */

static void
check_sender(void **state)
{
	struct report_options options = usual;
	char *message;

	(void)state;
	options.sender = "noreply@mail.sender.example";
	message = make(&options, &report, NULL);
	assert_string_equal(field(message, "From"), "<noreply@mail.sender.example>");
	assert_string_equal(field(message, "TLS-Report-Submitter"), "sender.example");
	assert_non_null(strstr(message, "answered by tls@sender.example."));
	free(message);
}

/* --- signing -------------------------------------------------------------------------------- */

static char key_path[] = "/tmp/test_message.XXXXXX";

static struct dkim_key *
make_key(EVP_PKEY *pkey)
{
	FILE *f = fopen(key_path, "w");
	struct dkim_key *key = NULL;
	struct why why = { "" };

	assert_non_null(pkey);
	assert_int_equal(PEM_write_PrivateKey(f, pkey, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
	EVP_PKEY_free(pkey);
	if (dkim_key_open(key_path, &key, &why) != ST_OK)
		fail_msg("%s", why.text);
	return key;
}

static void
check_signed(void **state)
{
	struct dkim_key *key = make_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	struct report_options options = usual;
	char *plain = make(&usual, &report, NULL);
	char *first = make(&usual, &report, key), *second;

	(void)state;
	assert_memory_equal(first, "DKIM-Signature: ", 16);
	assert_non_null(strstr(first, "d=sender.example;"));
	assert_non_null(strstr(first, "s=s2024; t=1730941323;"));
	assert_string_equal(strstr(first, "Date: "), plain);
	second = make(&usual, &report, key);
	assert_string_equal(first, second);
	free(second);
	assert_int_equal(
	    domain_parse(BYTES("xn--bcher-kva.example"), &options.dkim_domain, NULL),
	    ST_OK);
	second = make(&options, &report, key);
	assert_non_null(strstr(second, "d=xn--bcher-kva.example;"));
	free(second);
	free(first);
	free(plain);
	dkim_key_close(key);
}

static void
check_appended(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct why why;

	(void)state;
	strbuf_adds(&out, "|");
	assert_int_equal(
	    message_add(&out, &usual, NULL, &report, "a@example.com", SENT, NOW, &why),
	    ST_OK);
	assert_memory_equal(out.data, "|Date: ", 7);
	strbuf_clear(&out);
}

/* --- for other verifiers -------------------------------------------------------------------- */

static void
write_file(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", getenv("MESSAGE_DIR"), name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static const struct file_case {
	const char *name, *message, *record;
	bool is_rsa;
} file_cases[] = {
	{ "a message signed with RSA-2048 for other verifiers", "rsa.eml", "rsa.txt",
	    true },
	{ "a message signed with Ed25519 for other verifiers", "ed25519.eml",
	    "ed25519.txt", false },
};

static void
check_file(void **state)
{
	const struct file_case *c = *state;
	struct strbuf record = STRBUF_INIT;
	struct dkim_key *key;
	char *message;

	key = make_key(
	    c->is_rsa ? EVP_RSA_gen(2048) : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	message = make(&usual, &report, key);
	dkim_key_record(key, &record);
	write_file(c->message, message);
	write_file(c->record, strbuf_str(&record));
	strbuf_clear(&record);
	free(message);
	dkim_key_close(key);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_header, header_cases),
		CASE("RPT-MAIL-01 a text for people, then the report, nothing else",
		    check_parts),
		CASES(check_attachment, attachment_cases),
		CASE("RPT-MAIL-01 what the text says", check_text),
		CASE("RPT-MAIL-04 lines end in CRLF and are short", check_usual_lines),
		CASE("RPT-MAIL-04 lines stay below 998 with names as long as they get",
		    check_long),
		CASE("RPT-MAIL-05 a long file name in pieces", check_file_name),
		CASE("RPT-MAIL-08 a sender that is not the contact", check_sender),
		CASE("RPT-DKIM-01 RPT-DKIM-06 signed for the contact's domain or "
		     "another, the same twice",
		    check_signed),
		CASE("a message is appended", check_appended),
		CASES(check_file, file_cases), /* the last */
	};
	size_t count = COUNT_OF(tables) - (getenv("MESSAGE_DIR") == NULL);
	size_t i;
	int failed;

	for (i = 0; i < sizeof(gzip); i++)
		gzip[i] = (uint8_t)(i * i * 7 + (i >> 5));
	close(mkstemp(key_path));
	failed = cases_run("message", tables, count);
	unlink(key_path);
	return failed;
}
