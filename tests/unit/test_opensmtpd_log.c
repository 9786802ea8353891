/* SPDX-License-Identifier: ISC */
#include "base/strbuf.h"
#include "cases.h"
#include "wire/opensmtpd_line.h"
#include "wire/opensmtpd_log.h"

#define SID     "2d5e41327d9a9e52"
#define M       SID " mta "
#define BROKEN  M "error reason=IO Error: "
#define EXPIRED BROKEN "certificate verification failed: certificate has expired\n"
#define SELF    BROKEN "certificate verification failed: self-signed certificate\n"
#define PRINT                                                                          \
	"fingerprint=\"SHA256:"                                                        \
	"580a470203be8a280abbf7fad977764ff0477107825540c97835ba6db8c34403\"\n"
#define CIPHERS M "tls ciphers=TLSv1.3:TLS_AES_256_GCM_SHA384:256\n"
#define REFUSED M "error reason=SSL certificate check failed\n"
#define NO_MATCH                                                                       \
	M "ssl_check_name: no match for 'mx-wrongname.sts-wrongname.test' in cert\n"
#define DOWNGRADED                                                                     \
	"smtp-out: Error on session " SID                                              \
	": opportunistic TLS failed, downgrading to plain\n"

/* What the filter tells: how a session ended for it. */
static const struct tls_event failed = { .tls = TLS_FAILED, .verified = VERIFIED_NO };
static const struct tls_event refused = {
	.tls = TLS_UP,
	.verified = VERIFIED_NO,
	.has_result = true,
	.result = RESULT_VALIDATION,
}; /* 6.8 only */
static const struct tls_event mail = { .tls = TLS_UP, .verified = VERIFIED_UNKNOWN };
static const struct tls_event sealed = { .tls = TLS_UP, .verified = VERIFIED_NAME };
static const struct tls_event clear = { .tls = TLS_NOT_OFFERED };

/* Lines in, and an event; what it is then in words: "tls verified [result](reason)"; "": as it was. */
static const struct log_case {
	const char *name, *log;
	const struct tls_event *event;
	const char *want;
} log_cases[] = {
	/* 7.6.0p1 */
	{ "7: verified", CIPHERS M "cert-check result=\"valid\" " PRINT, &mail,
	    "up name" },
	{ "7: nobody has looked", CIPHERS M "cert-check result=\"unverified\" " PRINT,
	    &mail, "up no" },
	{ "7: nobody has looked, though the route was sealed",
	    CIPHERS M "cert-check result=\"unverified\" " PRINT, &sealed, "up no" },
	{ "RPT-TYPE-03 7: expired", EXPIRED, &failed,
	    "up no validation-failure(certificate has expired)" },
	{ "RPT-TYPE-04 7: self-signed", SELF, &failed,
	    "up no validation-failure(self-signed certificate)" },
	{ "RPT-TYPE-04 7: a CA that nobody knows",
	    BROKEN "certificate verification failed: self-signed certificate in "
		   "certificate chain\n",
	    &failed,
	    "up no validation-failure(self-signed certificate in certificate chain)" },
	{ "RPT-TYPE-02 7: another name",
	    BROKEN "name `mx-wrongname.sts-wrongname.test' not present in server "
		   "certificate\n",
	    &failed, "up no certificate-host-mismatch" },
	{ "RPT-TYPE-05 7: a name that cannot be compared",
	    BROKEN "error verifying name 'mx.example': NUL byte in Common Name field, "
		   "probably a malicious certificate\n",
	    &failed, "up no validation-failure" },
	{ "RPT-TYPE-05 7: no certificate", BROKEN "no server certificate\n", &failed,
	    "up no validation-failure" },
	{ "RPT-TYPE-05 7: the handshake, in the library's words",
	    BROKEN "handshake failed: error:0A00010B:SSL routines::wrong version "
		   "number\n",
	    &failed, "failed no(wrong version number)" },
	{ "RPT-TYPE-05 7: the server's alert",
	    BROKEN "handshake failed: error:0A00042E:SSL routines::tlsv1 alert "
		   "protocol version\n",
	    &failed, "failed no(tlsv1 alert protocol version)" },
	{ "RPT-TYPE-05 7: a library that names its functions",
	    BROKEN "handshake failed: error:1404B42E:SSL routines:ST_CONNECT:tlsv1 "
		   "alert protocol version\n",
	    &failed, "failed no(tlsv1 alert protocol version)" },
	{ "RPT-TYPE-05 7: the system's words",
	    BROKEN "handshake failed: Connection reset by peer\n", &failed,
	    "failed no(Connection reset by peer)" },

	/* 6.8.0p2 */
	{ "6.8: verified", CIPHERS M "server-cert-check result=\"success\"\n", &mail,
	    "up name" },
	{ "6.8: looked at, found bad, and passed over",
	    CIPHERS M "server-cert-check result=\"failure\"\n", &mail, "up no" },
	{ "6.8: the same for its name: no refusal",
	    CIPHERS NO_MATCH M "server-cert-check result=\"failure\"\n", &mail,
	    "up no" },
	{ "RPT-TYPE-02 6.8: another name", CIPHERS NO_MATCH REFUSED, &refused,
	    "up no certificate-host-mismatch" },
	{ "RPT-TYPE-02 6.8: another name, when the last line is still to come",
	    CIPHERS NO_MATCH, &refused, "up no certificate-host-mismatch" },
	{ "RPT-TYPE-05 6.8: refused, and that is all it says", CIPHERS REFUSED,
	    &refused, "up no validation-failure" },
	{ "RPT-TYPE-05 6.8: refused, behind what it has found",
	    CIPHERS M "server-cert-check result=\"failure\"\n" REFUSED, &refused,
	    "up no validation-failure" },
	{ "RPT-TYPE-05 6.8: the handshake",
	    BROKEN "error:0A00014D:SSL routines::legacy sigalg disallowed or "
		   "unsupported\n",
	    &failed, "failed no(legacy sigalg disallowed or unsupported)" },

	/* Both */
	{ "opportunistic TLS: nobody says what was wrong with the handshake",
	    DOWNGRADED, &failed, "failed no" },
	{ "RPT-TYPE-14 the first fault counts", EXPIRED SELF, &failed,
	    "up no validation-failure(certificate has expired)" },
	{ "an error after the handshake is none of the handshake",
	    CIPHERS M "cert-check result=\"valid\" " PRINT BROKEN
		      "error:0A000126:SSL routines::unexpected eof while reading\n",
	    &failed, "" },
	{ "what was wrong with a handshake says nothing of one that was not",
	    BROKEN "handshake failed: error:0A00010B:SSL routines::wrong version "
		   "number\n",
	    &mail, "" },
	{ "nor of one whose certificate was refused",
	    BROKEN "handshake failed: error:0A00010B:SSL routines::wrong version "
		   "number\n",
	    &refused, "" },
	{ "what went in the clear the filter has seen itself",
	    M "error reason=TLS required but not supported by remote host\n" SELF,
	    &clear, "" },

	/* What is in front. */
	{ "as syslog writes it", "Nov 22 02:40:01 mta76 smtpd[713]: " SELF, &failed,
	    "up no validation-failure(self-signed certificate)" },
	{ "with a better date",
	    "2026-11-22T02:40:01.123456+00:00 mta76 smtpd[713]: " SELF, &failed,
	    "up no validation-failure(self-signed certificate)" },
	{ "a downgrade, as syslog writes it",
	    "Nov  2 02:40:01 mta76 smtpd[713]: " DOWNGRADED, &failed, "failed no" },
	{ "Postfix's smtpd is another one",
	    "Nov 22 02:40:01 mta37 postfix/smtpd[713]: " SELF, &failed, "" },
	{ "so is a filter", "Nov 22 02:40:01 mta76 filter[713]: " SELF, &failed, "" },
	{ "and whoever has no number", "Nov 22 02:40:01 mta76 smtpd: " SELF, &failed,
	    "" },

	/* Of others. */
	{ "another session",
	    "2d5e41327d9a9e53 mta error reason=IO Error: certificate verification "
	    "failed: certificate has expired\n",
	    &failed, "" },
	{ "mail that came in", SID " smtp error reason=IO Error: no server certificate",
	    &failed, "" },
	{ "a short id", "2d5e41327d9a9e5 mta error reason=SSL certificate check failed",
	    &failed, "" },
	{ "a long id", "2d5e41327d9a9e521 mta error reason=IO Error: name `", &failed,
	    "" },
	{ "an id in capitals", "2D5E41327D9A9E52 mta error reason=IO Error: name `",
	    &failed, "" },

	/* A server's words are nobody's. */
	{ "a server that refuses STARTTLS in smtpd's words",
	    M "error reason=STARTTLS rejected: 454 " EXPIRED, &failed, "" },
	{ "a server that greets in them",
	    M "error reason=BANNER rejected: 554 error reason=SSL certificate check "
	      "failed\n",
	    &failed, "" },
	{ "a reply to mail",
	    M "delivery evpid=239d82e957698bee from=<a@b.test> to=<a@c.test> rcpt=<-> "
	      "source=\"192.0.2.7\" relay=\"192.0.2.1 (mx.example)\" delay=0s "
	      "result=\"TempFail\" stat=\"451 " EXPIRED "\"\n",
	    &failed, "" },
	{ "a PTR record", M "connecting address=smtp+tls://192.0.2.1:25 host=" EXPIRED,
	    &failed, "" },
	{ "a client's command",
	    "0d5e41327d9a9e52 smtp failed-command command=\"" EXPIRED
	    "\" result=\"500 5.5.1 Invalid command\"\n",
	    &failed, "" },
	{ "an error behind mail that was sent",
	    "smtp-out: Error on session " SID
	    " after 1 message sent: IO Error: no server certificate\n",
	    &failed, "" },
	{ "a downgrade with more behind it",
	    "smtp-out: Error on session " SID
	    ": opportunistic TLS failed, downgrading to plain or not\n",
	    &failed, "" },
	{ "halves of lines",
	    M "error reason=IO Error: handshake failed: error:0A00010B\n" M
	      "error reason=IO Error: error:::\n" M "error reason=\n" M "\n" SID
	      "\n2d5e\n\nsmtp-out: Error on session \n",
	    &failed, "" },
};

static void
read_all(struct opensmtpd_log *log, const char *text)
{
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		opensmtpd_log_read(log, text, len);
	}
}

static void
add_event(struct strbuf *out, const struct tls_event *e)
{
	strbuf_addf(
	    out, "%s %s", event_tls_word(e->tls), event_verified_word(e->verified));
	if (e->has_result)
		strbuf_addf(out, " %s", tls_result_word(e->result));
	if (e->reason[0] != '\0')
		strbuf_addf(out, "(%s)", e->reason);
}

static struct tls_event
event_of(const struct tls_event *how, const char *session)
{
	struct tls_event e = *how;

	e.source = SOURCE_OPENSMTPD;
	snprintf(e.session, sizeof(e.session), "%s", session);
	return e;
}

static void
check_log(void **state)
{
	const struct log_case *c = *state;
	struct opensmtpd_log *log = opensmtpd_log_new();
	struct tls_event e = event_of(c->event, SID);
	struct strbuf got = STRBUF_INIT;

	read_all(log, c->log);
	if (opensmtpd_log_complete(log, &e))
		add_event(&got, &e);
	assert_string_equal(strbuf_str(&got), c->want);
	strbuf_clear(&got);
	opensmtpd_log_free(log);
}

/* --- whose lines are waited for ------------------------------------------------------------- */

static const struct wait_case {
	const char *name;
	const struct tls_event *event;
	bool is_inbound;
	enum event_source source;
	const char *session, *log;
	bool want;
} wait_cases[] = {
	{ "a handshake that failed", &failed, false, SOURCE_OPENSMTPD, SID, "", true },
	{ "a certificate that was refused", &refused, false, SOURCE_OPENSMTPD, SID, "",
	    true },
	{ "not when the line was read", &failed, false, SOURCE_OPENSMTPD, SID, EXPIRED,
	    false },
	{ "not when there is no more to say", &failed, false, SOURCE_OPENSMTPD, SID,
	    DOWNGRADED, false },
	{ "not for mail that went", &mail, false, SOURCE_OPENSMTPD, SID, "", false },
	{ "not for mail that went in the clear", &clear, false, SOURCE_OPENSMTPD, SID,
	    "", false },
	{ "not without a session", &failed, false, SOURCE_OPENSMTPD, "", "", false },
	{ "not for clients of ours", &failed, true, SOURCE_OPENSMTPD, SID, "", false },
	{ "not for other MTAs", &failed, false, SOURCE_EXIM, SID, "", false },
};

static void
check_wait(void **state)
{
	const struct wait_case *c = *state;
	struct opensmtpd_log *log = opensmtpd_log_new();
	struct tls_event e = event_of(c->event, c->session);

	e.is_inbound = c->is_inbound;
	e.source = c->source;
	read_all(log, c->log);
	assert_int_equal(opensmtpd_log_is_awaited(log, &e), c->want);
	opensmtpd_log_free(log);
}

/* Only where opensmtpd_log_is_awaited() could be. */
static void
check_others(void **state)
{
	struct opensmtpd_log *log = opensmtpd_log_new();
	struct tls_event e = event_of(&failed, SID);

	(void)state;
	read_all(log, EXPIRED);
	e.is_inbound = true;
	assert_false(opensmtpd_log_complete(log, &e));
	e.is_inbound = false;
	e.source = SOURCE_EXIM;
	assert_false(opensmtpd_log_complete(log, &e));
	e.source = SOURCE_OPENSMTPD;
	assert_true(opensmtpd_log_complete(log, &e));
	opensmtpd_log_free(log);
}

/* --- the memory -------------------------------------------------------------------------------- */

static void
check_read(void **state)
{
	struct opensmtpd_log *log = opensmtpd_log_new();

	(void)state;
	assert_null(opensmtpd_log_read(log, CIPHERS, strlen(CIPHERS)));
	assert_string_equal(opensmtpd_log_read(log, EXPIRED, strlen(EXPIRED)), SID);
	assert_string_equal(opensmtpd_log_read(log, SELF, strlen(SELF)), SID);
	opensmtpd_log_free(log);
}

static void
read_refusal(struct opensmtpd_log *log, unsigned number)
{
	char line[100];

	snprintf(line, sizeof(line),
	    "%016x mta error reason=SSL certificate check failed", number);
	assert_non_null(opensmtpd_log_read(log, line, strlen(line)));
}

static bool
is_known(const struct opensmtpd_log *log, unsigned number)
{
	char id[OPENSMTPD_SESSION_LEN + 1];
	struct tls_event e;

	snprintf(id, sizeof(id), "%016x", number);
	e = event_of(&failed, id);
	return opensmtpd_log_complete(log, &e);
}

/* One session is spoken of again and again. */
static void
check_bound(void **state)
{
	struct opensmtpd_log *log = opensmtpd_log_new();
	unsigned i;

	(void)state;
	for (i = 0; i <= OPENSMTPD_SESSIONS_MAX; i++) {
		read_refusal(log, 0);
		read_refusal(log, i);
	}
	assert_true(is_known(log, 0));
	assert_false(is_known(log, 1));
	for (i = 2; i <= OPENSMTPD_SESSIONS_MAX; i++)
		assert_true(is_known(log, i));
	opensmtpd_log_free(log);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_log, log_cases),
		CASES(check_wait, wait_cases),
		CASE("lines say nothing of what others tell", check_others),
		CASE("whose session a line is about", check_read),
		CASE("sessions remembered are bounded, the longest silent goes",
		    check_bound),
	};

	return cases_run("opensmtpd_log", tables, COUNT_OF(tables));
}
