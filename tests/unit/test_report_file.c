/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/report_file.h"

#include "base/base64.h"
#include "wire/gzip.h"
#include "wire/mime.h"

#define REPORT                                                                                  \
	"{\"report-id\":\"found\",\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00Z\"," \
	"\"end-datetime\":\"2024-11-06T23:59:59Z\"},\"policies\":[]}"
#define OTHER "{\"report-id\":\"other\",\"policies\":[]}"

/* REPORT as gzip, and that in base64, made once. */
static struct strbuf packed, packed64;

/* Mails are written with LF; @GZ@ stands for the gzip in base64, @RAW@ for the gzip itself. */
static struct strbuf
fill_in(const char *text, bool with_cr)
{
	struct strbuf mail = STRBUF_INIT;

	for (; *text != '\0'; text++)
		if (strncmp(text, "@GZ@", 4) == 0) {
			strbuf_add(&mail, packed64.data, 61);
			strbuf_adds(&mail, with_cr ? "\r\n" : "\n");
			strbuf_adds(&mail, packed64.data + 61);
			text += 3;
		} else if (strncmp(text, "@RAW@", 5) == 0) {
			strbuf_add(&mail, packed.data, packed.len);
			text += 4;
		} else {
			if (*text == '\n' && with_cr)
				strbuf_addc(&mail, '\r');
			strbuf_addc(&mail, *text);
		}
	return mail;
}

#define HEAD                                                                           \
	"From: Google <noreply@google.com>\nSubject: Report Domain: example.net\n Submitter: google.com\n"
#define MULTI                                                                          \
	HEAD                                                                           \
	    "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=tlsrpt;\n\tboundary=\"b 1\"\n\n"
#define TEXT       "--b 1\nContent-Type: text/plain\n\nThis is a report.\n"
#define B64        "Content-Transfer-Encoding: base64\n\n@GZ@\n"
#define TYPE(type) "Content-Type: " type "\n"

static const struct mail_case {
	const char *name, *mail, *submitter;
} mail_cases[] = {
	{ "RPT-MAIL-01 SEED-71 multipart/report, as everybody should",
	    MULTI TEXT "--b 1\n" TYPE("application/tlsrpt+gzip; name=x.json.gz") B64
	    "--b 1--\n",
	    "google.com" },
	{ "RPT-MAIL-02 the submitter by its own field",
	    "TLS-Report-Submitter: mail.google.com\n" TYPE("application/tlsrpt+gzip")
		B64,
	    "mail.google.com" },
	{ "the submitter's own field does not outdo From, which is verified",
	    "TLS-Report-Submitter: forged.example\n" MULTI
	    "--b 1\n" TYPE("application/tlsrpt+gzip") B64 "--b 1--\n",
	    "google.com" },
	{ "the type in capitals, the JSON as it is",
	    MULTI TEXT "--b 1\n" TYPE("Application/TLSRPT+JSON") "\n" REPORT
								 "\n--b 1--\n",
	    "google.com" },
	{ "RPT-SEC-04 labelled as JSON, but gzip",
	    MULTI TEXT "--b 1\n" TYPE("application/tlsrpt+json") B64 "--b 1--\n",
	    "google.com" },
	{ "RPT-SEC-04 labelled as gzip, but JSON",
	    MULTI TEXT "--b 1\n" TYPE("application/tlsrpt+gzip") "\n" REPORT
								 "\n--b 1--\n",
	    "google.com" },
	{ "RPT-SEC-04 application/gzip is looked into",
	    MULTI TEXT "--b 1\n" TYPE("application/gzip") B64 "--b 1--\n",
	    "google.com" },
	{ "RPT-SEC-04 application/octet-stream is looked into",
	    MULTI TEXT "--b 1\n" TYPE("application/octet-stream") B64 "--b 1--\n",
	    "google.com" },
	{ "a part without any field", MULTI TEXT "--b 1\n\n" REPORT "\n--b 1--\n",
	    "google.com" },
	{ "the right label is before the first likely one",
	    MULTI "--b 1\n" TYPE("application/json") "\n" OTHER "\n--b 1\n" TYPE(
		"application/tlsrpt+gzip") B64 "--b 1--\n",
	    "google.com" },
	{ "of two with the right label the first",
	    MULTI "--b 1\n" TYPE("application/tlsrpt+gzip") B64
	    "--b 1\n" TYPE("application/tlsrpt+json") "\n" OTHER "\n--b 1--\n",
	    "google.com" },
	{ "no last boundary", MULTI TEXT "--b 1\n" TYPE("application/tlsrpt+gzip") B64,
	    "google.com" },
	{ "blanks behind a boundary",
	    MULTI TEXT "--b 1 \t\n" TYPE("application/tlsrpt+gzip") B64 "--b 1-- \n",
	    "google.com" },
	{ "a line that only begins like a boundary",
	    MULTI "--b 1\n" TYPE(
		"application/tlsrpt+json") "\n" REPORT
					   "\n--b 1--\n--b 1\n" TYPE(
					       "application/tlsrpt+json") "\n" OTHER
									  "\n--b 12\n",
	    "google.com" },
	{ "no multipart at all", HEAD TYPE("application/tlsrpt+gzip") B64,
	    "google.com" },
	{ "no type at all, the report as text", HEAD "\n" REPORT "\n", "google.com" },
	{ "a first line of mbox(5)",
	    "From tls@example.org Thu Nov  7 09:10:11 2024\n" HEAD TYPE(
		"application/tlsrpt+gzip") B64,
	    "google.com" },
	{ "RPT-SEC-04 quoted-printable",
	    HEAD TYPE(
		"application/tlsrpt+json") "Content-Transfer-Encoding: Quoted-Printable\n\n"
					   "=7B\"report-id\"=\n:\"fou=6Ed\",\"date-range\":=  \n"
					   "{\"start-datetime\":\"2024-11-06T00:00:00Z\",  \n"
					   "\"end-datetime\":\"2024-11-06T23:59:59Z\"},\n"
					   "\"x\":\"a=b=3\",\"policies\":[]}",
	    "google.com" },
	{ "gzip in a mail of 8 bits",
	    MULTI "--b 1\n" TYPE(
		"application/tlsrpt+gzip") "Content-Transfer-Encoding: binary\n\n@RAW@\n--b 1--\n",
	    "google.com" },
	{ "PUB-RPT-03 forwarded as an attachment, named after who forwards",
	    "From: a@example.com (A)\nContent-Type: multipart/mixed; boundary=out\n\n"
	    "--out\nContent-Type: message/rfc822\n\n" MULTI TEXT
	    "--b 1\n" TYPE("application/tlsrpt+gzip") B64 "--b 1--\n--out--\n",
	    "example.com" },
	{ "parts in parts",
	    "From: <a@example.com>\nContent-Type: multipart/mixed;\n boundary=out; x=\"a;boundary=no\"\n\n"
	    "--out\nContent-Type: multipart/alternative; x=y; BOUNDARY=in\n\n"
	    "--in\n\ntext\n--in--\n--out\n" TYPE("application/tlsrpt+gzip") B64
	    "--out--\n",
	    "example.com" },
	{ "a submitter that steers no terminal",
	    "TLS-Report-Submitter: a\"\x1b[31m\n\n" REPORT "\n", "a\\\"\\x1b[31m" },
	{ "a sender that steers no terminal", "From: x@a\"\x1b[31m\n\n" REPORT "\n",
	    "a\\\"\\x1b[31m" },
	{ "nobody sent it", "Subject: x\n\n" REPORT "\n", "" },
};

static void
check_mail_with(const struct mail_case *c, bool with_cr)
{
	struct strbuf mail = fill_in(c->mail, with_cr);
	char *exact = xmalloc(mail.len), submitter[WHY_MAX];
	struct tls_report report;
	struct why why = { "" };
	enum status rc;

	memcpy(exact, mail.data, mail.len);
	rc = report_file_read(exact, mail.len, &report, submitter, &why);
	free(exact);
	strbuf_clear(&mail);
	assert_string_equal(why.text, "");
	assert_int_equal(rc, ST_OK);
	assert_string_equal(report.id, "found");
	assert_string_equal(submitter, c->submitter);
	tls_report_clear(&report);
}

static void
check_mail(void **state)
{
	check_mail_with(*state, false);
	check_mail_with(*state, true);
}

/* --- files without a mail around them, and what is none ---------------------------------- */

static const struct file_case {
	const char *name, *file;
	enum status want;
	const char *why;
} file_cases[] = {
	{ "JSON", REPORT, ST_OK, "" },
	{ "JSON behind a byte order mark and blanks", "\xef\xbb\xbf \r\n" REPORT, ST_OK,
	    "" },
	{ "gzip", "@RAW@", ST_OK, "" },
	{ "PUB-RPT-03 broken JSON", "{\"policies\":[}", ST_SYNTAX,
	    "line 1, column 14: no value" },
	{ "gzip and garbage", "@RAW@xyz", ST_SYNTAX, "gzip: incorrect header check" },
	{ "nothing", "", ST_NOTFOUND,
	    "neither JSON nor gzip nor a mail with a report" },
	{ "a picture", "\x89PNG\r\n\x1a\n", ST_NOTFOUND, "neither JSON nor" },
	{ "a mail without a report", MULTI TEXT "--b 1--\n", ST_NOTFOUND,
	    "neither JSON nor" },
	{ "a multipart without boundary",
	    "Content-Type: multipart/report\n\n--b\n\n" REPORT "\n--b--\n", ST_NOTFOUND,
	    "neither JSON nor" },
	{ "a mail whose report is broken",
	    HEAD TYPE("application/tlsrpt+json") "\n{}\n", ST_SYNTAX, "no policies" },
	{ "a mail whose base64 is broken",
	    HEAD TYPE(
		"application/tlsrpt+gzip") "Content-Transfer-Encoding: base64\n\nH4sI/\n",
	    ST_SYNTAX, "the attachment's base64 is damaged" },
};

static void
check_file(void **state)
{
	const struct file_case *c = *state;
	struct strbuf file = fill_in(c->file, false);
	struct tls_report report;
	struct why why = { "" };

	assert_int_equal(
	    report_file_read(strbuf_str(&file), file.len, &report, NULL, &why),
	    c->want);
	if (strncmp(why.text, c->why, strlen(c->why)) != 0)
		assert_string_equal(why.text, c->why);
	if (c->want == ST_OK) {
		assert_string_equal(why.text, "");
		assert_string_equal(report.id, "found");
		tls_report_clear(&report);
	}
	strbuf_clear(&file);
}

/* --- bounds -------------------------------------------------------------------------------- */

static void
check_bomb(void **state)
{
	struct strbuf blanks = STRBUF_INIT, bomb = STRBUF_INIT;
	struct gzip *gzip = gzip_new();
	struct tls_report report;
	struct why why = { "" };
	int i;

	(void)state;
	strbuf_reserve(&blanks, 1 << 20);
	memset(blanks.data, ' ', 1 << 20);
	for (i = 0; i < REPORT_JSON_MAX >> 20; i++)
		gzip_add(gzip, &bomb, blanks.data, 1 << 20);
	gzip_add(gzip, &bomb, "{", 1);
	assert_int_equal(
	    report_file_read(bomb.data, bomb.len, &report, NULL, &why), ST_TOO_BIG);
	assert_string_equal(why.text, "gzip: holds more than 67108864 octets");
	assert_int_equal(report_file_read(bomb.data, REPORT_FILE_MAX + (size_t)1,
			     &report, NULL, &why),
	    ST_TOO_BIG);
	gzip_free(gzip);
	strbuf_clear(&blanks);
	strbuf_clear(&bomb);
}

static void
add_levels(struct strbuf *mail, unsigned levels)
{
	while (levels-- > 0)
		strbuf_adds(mail, "Content-Type: message/rfc822\n\n");
	strbuf_adds(mail, "\n" REPORT);
}

static const struct depth_case {
	const char *name;
	unsigned levels;
	enum status want;
} depth_cases[] = {
	{ "RPT-SEC-03 seven mails in each other", MIME_DEPTH_MAX - 1, ST_OK },
	{ "RPT-SEC-03 eight are too many", MIME_DEPTH_MAX, ST_NOTFOUND },
	{ "RPT-SEC-03 a hundred thousand", 100000, ST_NOTFOUND },
};

static void
check_depth(void **state)
{
	const struct depth_case *c = *state;
	struct strbuf mail = STRBUF_INIT;
	struct tls_report report;

	add_levels(&mail, c->levels);
	assert_int_equal(
	    report_file_read(mail.data, mail.len, &report, NULL, NULL), c->want);
	if (c->want == ST_OK)
		tls_report_clear(&report);
	strbuf_clear(&mail);
}

/* --- fields ---------------------------------------------------------------------------------- */

static const struct field_case {
	const char *name, *mail, *want; /* NULL: there is none */
} field_cases[] = {
	{ "a field", "a: 1\nb: 2\n\n", "2" },
	{ "its name in capitals", "B:2\n\n", "2" },
	{ "of two the first", "b: 1\nb: 2\n\n", "1" },
	{ "unfolded", "b: 1\n 2\n\t3\na: 4\n\n", "1 2 3" },
	{ "folded before it begins", "b:\n 1\n\n", "1" },
	{ "an empty one", "b:\n\n", "" },
	{ "of the header only", "a: 1\n\nb: 2\n", NULL },
	{ "of a longer name", "bb: 1\nb c: 2\n\n", NULL },
	{ "no end of the header", "b: 1", "1" },
};

static void
check_field(void **state)
{
	const struct field_case *c = *state;
	struct strbuf value = STRBUF_INIT;

	assert_int_equal(
	    mime_field(c->mail, strlen(c->mail), "b", &value), c->want != NULL);
	assert_string_equal(strbuf_str(&value), c->want != NULL ? c->want : "");
	strbuf_clear(&value);
}

static void
check_long_field(void **state)
{
	struct strbuf mail = STRBUF_INIT, value = STRBUF_INIT;
	int i;

	(void)state;
	strbuf_adds(&mail, "b: ");
	for (i = 0; i < 5000; i++)
		strbuf_adds(&mail, "xyz\n ");
	assert_true(mime_field(mail.data, mail.len, "b", &value));
	assert_int_equal(value.len, MIME_FIELD_MAX);
	strbuf_clear(&mail);
	strbuf_clear(&value);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_mail, mail_cases),
		CASES(check_file, file_cases),
		CASE("RPT-SEC-03 a bomb, and a file of more than 16 MiB", check_bomb),
		CASES(check_depth, depth_cases),
		CASES(check_field, field_cases),
		CASE("RPT-SEC-03 a field of any length", check_long_field),
	};
	struct gzip *gzip = gzip_new();
	int failed;

	gzip_add(gzip, &packed, REPORT, strlen(REPORT));
	gzip_free(gzip);
	base64_add(&packed64, packed.data, packed.len);
	/* The padding is missing, as in some. */
	while (packed64.data[packed64.len - 1] == '=')
		strbuf_truncate(&packed64, packed64.len - 1);
	failed = cases_run("report_file", tables, COUNT_OF(tables));
	strbuf_clear(&packed);
	strbuf_clear(&packed64);
	return failed;
}
