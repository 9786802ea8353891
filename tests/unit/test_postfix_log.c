/* SPDX-License-Identifier: ISC */
#include "base/strbuf.h"
#include "cases.h"
#include "wire/postfix_log.h"

#define NOW 1800000000

#define P "mta37 postfix/smtp[10221]: "
#define UP                                                                             \
	" TLS connection established to mx.example[192.0.2.1]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n"
#define BAD "certificate verification failed for mx.example[192.0.2.1]:25: "
#define TO                                                                             \
	"1B786271E: to=<r@to.example>, relay=mx.example[192.0.2.1]:25, delay=0.09, "   \
	"delays=0.02/0.02/0.05/0, "
#define SENT         P TO "dsn=2.0.0, status=sent (250 2.0.0 queued)\n"
#define LATER(why)   P TO "dsn=4.7.5, status=deferred (" why ")\n"
#define NOT_VERIFIED LATER("Server certificate not verified")

/* Lines in, sessions out, in words: "tls verified [result(reason)] host address -> next-hop". */
static const struct log_case {
	const char *name, *log, *want;
} log_cases[] = {
	/* The table of the sheet on Postfix, 3.2. */
	{ "verified", P "Verified" UP SENT,
	    "up name mx.example 192.0.2.1 -> to.example" },
	{ "trusted", P "Trusted" UP SENT,
	    "up chain mx.example 192.0.2.1 -> to.example" },
	{ "untrusted, at a level that does not mind", P "Untrusted" UP SENT,
	    "up no mx.example 192.0.2.1 -> to.example" },
	{ "anonymous", P "Anonymous" UP SENT,
	    "up no mx.example 192.0.2.1 -> to.example" },
	{ "RPT-TYPE-03 expired",
	    P "server " BAD "certificate has expired\n" P "Untrusted" UP NOT_VERIFIED,
	    "up no certificate-expired(certificate has expired) mx.example 192.0.2.1 "
	    "-> to.example" },
	{ "RPT-TYPE-02 wrong name",
	    P "server " BAD "num=62:hostname mismatch\n" P "Untrusted" UP NOT_VERIFIED,
	    "up no certificate-host-mismatch(hostname mismatch) mx.example 192.0.2.1 "
	    "-> to.example" },
	{ "RPT-TYPE-02 wrong name, as 3.10 calls it trusted",
	    P "server " BAD "num=62:hostname mismatch\n" P "Trusted" UP NOT_VERIFIED,
	    "up no certificate-host-mismatch(hostname mismatch) mx.example 192.0.2.1 "
	    "-> to.example" },
	{ "RPT-TYPE-04 self-signed",
	    P BAD "self-signed certificate\n" P "Untrusted" UP NOT_VERIFIED,
	    "up no certificate-not-trusted(self-signed certificate) mx.example "
	    "192.0.2.1 -> to.example" },
	{ "RPT-TYPE-04 unknown CA, whose name is not ours to tell",
	    P BAD "untrusted issuer /CN=Unknown CA\n" P "Untrusted" UP NOT_VERIFIED,
	    "up no certificate-not-trusted(untrusted issuer) mx.example 192.0.2.1 -> "
	    "to.example" },
	{ "RPT-TYPE-04 TLSA mismatch",
	    P "server " BAD "num=65:no matching DANE TLSA records\n" P
	      "Untrusted" UP NOT_VERIFIED,
	    "up no certificate-not-trusted(no matching DANE TLSA records) mx.example "
	    "192.0.2.1 -> to.example" },
	{ "RPT-TYPE-05 not yet valid, in OpenSSL's words",
	    P "server " BAD "certificate not yet valid\n" P "Untrusted" UP NOT_VERIFIED,
	    "up no validation-failure(certificate is not yet valid) mx.example "
	    "192.0.2.1 -> to.example" },
	{ "any other number has OpenSSL's words",
	    P "server " BAD "num=68:CA signature digest algorithm too weak\n" P
	      "Untrusted" UP NOT_VERIFIED,
	    "up no validation-failure(CA signature digest algorithm too weak) "
	    "mx.example 192.0.2.1 -> to.example" },
	{ "other words of Postfix are not repeated",
	    P BAD "not designated for use as a server certificate\n" P
		  "Untrusted" UP NOT_VERIFIED,
	    "up no validation-failure mx.example 192.0.2.1 -> to.example" },
	{ "RPT-TYPE-14 two faults of one chain: the first",
	    P "server " BAD "certificate has expired\n" P "server " BAD
	      "num=62:hostname mismatch\n" P "Untrusted" UP NOT_VERIFIED,
	    "up no certificate-expired(certificate has expired) mx.example 192.0.2.1 "
	    "-> to.example" },
	{ "RPT-TYPE-03 expired, at log level 0",
	    P "server " BAD "certificate has expired\n" NOT_VERIFIED,
	    "up no certificate-expired(certificate has expired) mx.example 192.0.2.1 "
	    "-> to.example" },
	{ "RPT-TYPE-01 STARTTLS not offered",
	    LATER("TLS is required, but was not offered by host mx.example[192.0.2.1]"),
	    "not-offered unknown mx.example 192.0.2.1 -> to.example" },
	{ "RPT-TYPE-01 STARTTLS refused",
	    LATER("TLS is required, but host mx.example[192.0.2.1] refused to start "
		  "TLS: 454 4.7.0 TLS not available"),
	    "refused unknown(454 4.7.0 TLS not available) mx.example 192.0.2.1 -> "
	    "to.example" },
	{ "RPT-TYPE-05 the handshake failed, for the library's reason",
	    P "SSL_connect error to mx.example[192.0.2.1]:25: -1\n" P
	      "warning: TLS library problem: error:0A00010B:SSL routines::wrong "
	      "version number:../ssl/record/ssl3_record.c:350:\n" LATER(
		  "Cannot start TLS: handshake failure"),
	    "failed unknown(wrong version number) mx.example 192.0.2.1 -> to.example" },
	{ "RPT-TYPE-05 the handshake failed, and nothing else is known",
	    LATER("Cannot start TLS: handshake failure"),
	    "failed unknown mx.example 192.0.2.1 -> to.example" },
	{ "RPT-TYPE-08 no TLSA records",
	    P "warning: TLS policy lookup for d.example/mx.example: no TLSA records "
	      "found\n" P "1B786271E: to=<r@d.example>, relay=none, delay=0, "
	      "delays=0/0/0/0, dsn=4.7.5, status=deferred (no TLSA records found)\n",
	    "unknown unknown dane-required mx.example - -> d.example" },
	{ "RPT-TYPE-06 no usable TLSA records",
	    P "warning: _25._tcp.mx.example unsupported TLSA certificate usage: 0 0 1 "
	      "CE3F\n" P "warning: TLS policy lookup for d.example/mx.example: TLSA "
	      "records unusable\n",
	    "unknown unknown tlsa-invalid mx.example - -> d.example" },
	{ "RPT-TYPE-07 a TLSA lookup that failed",
	    P "warning: TLS policy lookup for [mx.example]:25/mx.example: TLSA lookup "
	      "error for mx.example:25\n",
	    "unknown unknown dnssec-invalid mx.example - -> [mx.example]" },
	{ "our own TEMP is no session",
	    P "warning: TLS policy lookup for d.example/mx.example: client TLS "
	      "configuration problem\n" P "1B786271E: to=<r@d.example>, relay=none, "
	      "delay=0, delays=0/0/0/0, dsn=4.7.5, status=deferred (client TLS "
	      "configuration problem)\n",
	    "" },
	{ "RPT-CNT-11 a resumed session: the reason is lost",
	    P "mx.example[192.0.2.1]:25: re-using session with untrusted certificate, "
	      "look for details earlier in the log\n" P "Untrusted" UP NOT_VERIFIED,
	    "up no validation-failure mx.example 192.0.2.1 -> to.example" },
	{ "a resumed session that was only noted", P "Untrusted" UP NOT_VERIFIED,
	    "up no validation-failure mx.example 192.0.2.1 -> to.example" },
	{ "first host bad, second good: two sessions",
	    P "server certificate verification failed for mx1.example[192.0.2.9]:25: "
	      "certificate has expired\n" P "Untrusted TLS connection established to "
	      "mx1.example[192.0.2.9]:25: TLSv1.3 with cipher X (1)\n" P
	      "1B786271E: Server certificate not verified\n" P "Verified" UP SENT,
	    "up no certificate-expired(certificate has expired) mx1.example 192.0.2.9 "
	    "-> to.example\nup name mx.example 192.0.2.1 -> to.example" },
	{ "first host without STARTTLS, second the same: two sessions",
	    P "1B786271E: TLS is required, but was not offered by host "
	      "mx1.example[192.0.2.9]\n" LATER(
		  "TLS is required, but was not offered by host mx.example[192.0.2.1]"),
	    "not-offered unknown mx1.example 192.0.2.9 -> to.example\nnot-offered unknown "
	    "mx.example 192.0.2.1 -> to.example" },

	/* What is one session, and what is none. */
	{ "RPT-CNT-01 several recipients are one session", P "Verified" UP SENT SENT,
	    "up name mx.example 192.0.2.1 -> to.example" },
	{ "RPT-CNT-01 several recipients of a failure, too",
	    P "Untrusted" UP NOT_VERIFIED NOT_VERIFIED NOT_VERIFIED,
	    "up no validation-failure mx.example 192.0.2.1 -> to.example" },
	{ "RPT-CNT-01 also when TLS was never begun",
	    LATER("TLS is required, but was not offered by host mx.example[192.0.2.1]")
		LATER("TLS is required, but was not offered by host "
		      "mx.example[192.0.2.1]"),
	    "not-offered unknown mx.example 192.0.2.1 -> to.example" },
	{ "RPT-CNT-01 a connection that was kept is no new session",
	    P "Verified" UP SENT P
	      "2B786271E: to=<r@to.example>, relay=mx.example[192.0.2.1]:25, "
	      "conn_use=2, delay=0.09, delays=0/0/0/0, dsn=2.0.0, status=sent (250 "
	      "ok)\n",
	    "up name mx.example 192.0.2.1 -> to.example" },
	{ "RPT-CNT-01 each message with a connection of its own",
	    P "Verified" UP SENT P "Verified" UP SENT,
	    "up name mx.example 192.0.2.1 -> to.example\nup name mx.example 192.0.2.1 "
	    "-> to.example" },
	{ "RPT-CNT-07 no connection: no session",
	    P "connect to mx.example[192.0.2.1]:25: Connection refused\n" P
	      "1B786271E: to=<r@to.example>, relay=none, delay=0, delays=0/0/0/0, "
	      "dsn=4.4.1, status=deferred (connect to mx.example[192.0.2.1]:25: "
	      "Connection refused)\n",
	    "" },
	{ "mail in the clear leaves no trace", SENT, "" },
	{ "what Postfix reports itself is not counted here, success",
	    P "Verified" UP P "TLSRPT: status=success, domain=to.example, "
	      "receiving_mx=mx.example[192.0.2.1]\n" SENT,
	    "" },
	{ "what Postfix reports itself is not counted here, failure",
	    P "server " BAD "certificate has expired\n" P
	      "TLSRPT: status=failure, domain=to.example, "
	      "receiving_mx=mx.example[192.0.2.1], failure_type=certificate_expired\n" P
	      "Untrusted" UP NOT_VERIFIED NOT_VERIFIED,
	    "" },
	{ "but what it does not report is",
	    P "TLSRPT: status=success, domain=to.example, "
	      "receiving_mx=mx.example[192.0.2.1]\n" SENT P "Verified" UP SENT,
	    "up name mx.example 192.0.2.1 -> to.example" },
	{ "3.12 writes tls= too",
	    P "Verified" UP P
	      "1B786271E: to=<r@to.example>, relay=mx.example[192.0.2.1]:25, "
	      "delay=0.1, delays=0/0/0.1/0, tls=secure, dsn=2.0.0, status=sent (250 "
	      "ok)\n",
	    "up name mx.example 192.0.2.1 -> to.example" },
	{ "a session whose end is missing ends with the next",
	    P "Trusted" UP P "Verified" UP SENT,
	    "up chain mx.example 192.0.2.1 -> to.example\nup name mx.example 192.0.2.1 -> "
	    "to.example" },
	{ "two processes side by side",
	    "h postfix/smtp[1]: server " BAD "certificate has expired\n"
	    "h postfix/smtp[2]: Verified" UP "h postfix/smtp[1]: Untrusted" UP
	    "h postfix/smtp[2]: " TO "dsn=2.0.0, status=sent (250 ok)\n"
	    "h postfix/smtp[1]: " TO "dsn=4.7.5, status=deferred (Server certificate "
	    "not verified)\n",
	    "up name mx.example 192.0.2.1 -> to.example\nup no "
	    "certificate-expired(certificate has expired) mx.example 192.0.2.1 -> "
	    "to.example" },

	/* Heads. */
	{ "a head as syslog writes it",
	    "Nov  2 02:40:01 mta postfix/smtp[7]: Verified" UP
	    "Nov  2 02:40:01 mta postfix/smtp[7]: 3Pt2mN2VXxznjll: to=<r@to.example>, "
	    "relay=mx.example[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250)\n",
	    "up name mx.example 192.0.2.1 -> to.example" },
	{ "RPT-CNT-14 a head with a full date: that is the time",
	    "2027-01-15T07:59:58.123456+00:00 mta postfix/smtp[7]: Verified" UP
	    "2027-01-15T07:59:58.123456+00:00 mta postfix/smtp[7]: " TO
	    "dsn=2.0.0, status=sent (250)\n",
	    "up name mx.example 192.0.2.1 -> to.example 2 s ago" },
	{ "RPT-CNT-14 a date to come is now",
	    "2027-01-16T00:00:00+00:00 mta postfix/smtp[7]: Verified" UP
	    "2027-01-16T00:00:00+00:00 mta postfix/smtp[7]: " TO
	    "dsn=2.0.0, status=sent (250)\n",
	    "up name mx.example 192.0.2.1 -> to.example" },
	{ "another syslog_name",
	    "mta postfix-out/smtp[7]: Verified" UP "mta postfix-out/smtp[7]: " TO
	    "dsn=2.0.0, status=sent (250)\n",
	    "up name mx.example 192.0.2.1 -> to.example" },
	{ "the relay service",
	    "mta postfix/relay/smtp[7]: Verified" UP "mta postfix/relay/smtp[7]: " TO
	    "dsn=2.0.0, status=sent (250)\n",
	    "up name mx.example 192.0.2.1 -> to.example" },
	{ "not another service",
	    "mta postfix/tlsproxy[7]: Verified" UP "mta postfix/error[8]: " TO
	    "dsn=4.7.5, status=deferred (TLS is required, "
	    "but was not offered by host mx.example[192.0.2.1])\n"
	    "mta postfix/smtpd[9]: Verified" UP "mta postfix/lmtp[9]: Verified" UP
	    "mta smtp[9]: Verified" UP "mta postfix/smtp: Verified" UP
	    "mta postfix/smtp[x]: Verified" UP,
	    "" },
	{ "not a tag inside another's line",
	    "Nov 22 02:40:01 mta postfix/cleanup[7]: 1B786271E: message-id=<x "
	    "postfix/smtp[8]: 1B786271E: to=<r@to.example>, relay=mx.example[192.0.2.1]:"
	    "25, delay=1, dsn=4.7.4, status=deferred (TLS is required, but was not "
	    "offered by host mx.example[192.0.2.1])\n",
	    "" },

	/* Other people's words. */
	{ "a server's reply to mail that was sent",
	    P TO "dsn=2.0.0, status=sent (TLS is required, but was not offered by host "
		 "evil.example[192.0.2.66])\n",
	    "" },
	{ "a server's reply that refuses",
	    LATER("host mx.example[192.0.2.1] said: 450 x (in reply to RCPT), "
		  "status=deferred (TLS is required, but was not offered by host "
		  "evil.example[192.0.2.66])"),
	    "" },
	{ "a server's reply, host by host",
	    P "1B786271E: host mx.example[192.0.2.1] said: 450 Server certificate not "
	      "verified\n",
	    "" },
	{ "words behind ours", LATER("Server certificate not verified by anybody"),
	    "" },
	{ "a recipient who has fields in his name",
	    P "1B786271E: to=<\"x>, relay=evil.example[192.0.2.66]:25, delay=1, "
	      "dsn=4.7.4, status=deferred (Server certificate not verified)\\\" (\"@"
	      "to.example>, relay=mx.example[192.0.2.1]:25, delay=1, dsn=4.7.5, "
	      "status=deferred (Cannot start TLS: handshake failure)\n",
	    "failed unknown mx.example 192.0.2.1 -> to.example" },
	{ "a recipient who is not quoted and ought to be",
	    P "1B786271E: to=<x y>, relay=evil.example[192.0.2.66]:25, delay=1, "
	      "dsn=4.7.4, status=deferred (Server certificate not verified)\n",
	    "" },
	{ "a recipient whose quotes do not end",
	    P
	    "1B786271E: to=<\"x@to.example>, relay=mx.example[192.0.2.1]:25, delay=1, "
	    "dsn=4.7.4, status=deferred (Server certificate not verified)\n",
	    "" },
	{ "the recipient as it was before aliases",
	    P "Verified" UP P
	      "1B786271E: to=<r@to.example>, orig_to=<\"a, b\"@from.example>, "
	      "relay=mx.example[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250)\n",
	    "up name mx.example 192.0.2.1 -> to.example" },
	{ "a recipient's domain in Unicode",
	    P "Verified" UP P "1B786271E: to=<r@b\xc3\xbc\x63her.example>, "
	      "relay=mx.example[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250)\n",
	    "up name mx.example 192.0.2.1 -> xn--bcher-kva.example" },
	{ "a recipient at an address: no next-hop to guess",
	    P "Verified" UP P
	      "1B786271E: to=<r@[192.0.2.1]>, relay=mx.example[192.0.2.1]:25, delay=1, "
	      "dsn=2.0.0, status=sent (250)\n",
	    "up name mx.example 192.0.2.1 -> -" },
	{ "a host without a name",
	    P "Verified TLS connection established to 192.0.2.1[192.0.2.1]:25: TLSv1.3 "
	      "with cipher X (1)\n" SENT,
	    "up name - 192.0.2.1 -> to.example" },
	{ "a host with an IPv6 address",
	    P "Verified TLS connection established to mx.example[2001:db8::1]:25: "
	      "TLSv1.3 with cipher X (1)\n" SENT,
	    "up name mx.example 2001:db8::1 -> to.example" },
	{ "an issuer who pretends",
	    P BAD "untrusted issuer /CN=x\n" P BAD "untrusted issuer certificate has "
		  "expired\n" P "Untrusted" UP NOT_VERIFIED,
	    "up no certificate-not-trusted(untrusted issuer) mx.example 192.0.2.1 -> "
	    "to.example" },
	{ "lines cut short",
	    P "Verified TLS connection established to mx.example[192.0.2.1]:25: TLS\n" P
	      "Verified TLS connection established to mx.example[192.0\n" P
	      "server certificate verification failed for mx.example[192.0.2.1]\n" P
	      "1B786271E: to=<r@to.example>, relay=mx.example[192.0.2.1]:25, delay=1, "
	      "dsn=4.7.5, status=deferred (Server certificate not verified\n" P
	      "warning: TLS library problem: error:0A:SSL\n" P "1B786271E:\n" P "\n"
	      "mta postfix/smtp[1]:\n\n",
	    "" },
	{ "a word is no queue id",
	    P "warning: Server certificate not verified\n" P
	      "statistics: Server certificate not verified\n",
	    "" },
};

static void
add_address(struct strbuf *out, const struct tls_event *e)
{
	char text[ADDRESS_TEXT_MAX];

	strbuf_addf(out, " %s", e->has_remote ? address_text(&e->remote, text) : "-");
}

static void
add_session(struct strbuf *out, const struct tls_event *e)
{
	strbuf_addf(out, "%s%s %s", out->len > 0 ? "\n" : "", event_tls_word(e->tls),
	    event_verified_word(e->verified));
	if (e->has_result)
		strbuf_addf(out, " %s", tls_result_word(e->result));
	if (e->reason[0] != '\0')
		strbuf_addf(out, "(%s)", e->reason);
	strbuf_addf(out, " %s", e->host.len > 0 ? e->host.text : "-");
	add_address(out, e);
	strbuf_addf(out, " -> %s%s%s", e->is_next_hop_host ? "[" : "",
	    e->next_hop.len > 0 ? e->next_hop.text : "-",
	    e->is_next_hop_host ? "]" : "");
	if (e->when != NOW)
		strbuf_addf(out, " %d s ago", (int)(NOW - e->when));
}

static void
on_session(const struct postfix_session *session, void *arg)
{
	assert_int_equal(session->event.source, SOURCE_POSTFIX_LOG);
	add_session(arg, &session->event);
}

static void
read_all(struct postfix_log *log, const char *text, time_t now, struct strbuf *out)
{
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		postfix_log_read(log, text, len, now, on_session, out);
	}
}

static void
check_log(void **state)
{
	const struct log_case *c = *state;
	struct postfix_log *log = postfix_log_new();
	struct strbuf out = STRBUF_INIT;

	read_all(log, c->log, NOW, &out);
	assert_string_equal(strbuf_str(&out), c->want);
	strbuf_clear(&out);
	postfix_log_free(log);
}

static void
keep_session(const struct postfix_session *session, void *arg)
{
	*(struct postfix_session *)arg = *session;
}

static void
check_fields(void **state)
{
	struct postfix_log *log = postfix_log_new();
	struct postfix_session session = { .pid = 0 };
	const char *lines[] = { P "Verified" UP, SENT };

	(void)state;
	postfix_log_read(
	    log, lines[0], strlen(lines[0]) - 1, NOW, keep_session, &session);
	assert_int_equal(session.pid, 0);
	postfix_log_read(
	    log, lines[1], strlen(lines[1]) - 1, NOW, keep_session, &session);
	assert_int_equal(session.pid, 10221);
	assert_string_equal(session.event.version, "TLSv1.3");
	assert_string_equal(session.event.cipher, "TLS_AES_256_GCM_SHA384");
	assert_int_equal(session.event.policy_count, 0);
	assert_int_equal(session.event.chain.count, 0);
	assert_false(session.event.is_inbound);
	assert_false(session.event.has_result);
	postfix_log_free(log);
}

/* The same message, the same process, the same host, ten minutes later: another session. */
static void
check_retry(void **state)
{
	static const char failure[] =
	    LATER("TLS is required, but was not offered by host mx.example[192.0.2.1]");
	struct postfix_log *log = postfix_log_new();
	struct strbuf out = STRBUF_INIT;

	(void)state;
	read_all(log, failure, NOW - 600, &out);
	strbuf_reset(&out);
	read_all(log, failure, NOW, &out);
	assert_string_equal(
	    strbuf_str(&out), "not-offered unknown mx.example 192.0.2.1 -> to.example");
	strbuf_clear(&out);
	postfix_log_free(log);
}

/* Process by process: the first one is forgotten when one more comes, the others are not. */
static void
check_bound(void **state)
{
	struct postfix_log *log = postfix_log_new();
	struct strbuf out = STRBUF_INIT;
	char line[256];
	unsigned pid;

	(void)state;
	for (pid = 1; pid <= POSTFIX_PROCESSES_MAX + 1; pid++) {
		snprintf(line, sizeof(line), "h postfix/smtp[%u]: Verified" UP, pid);
		read_all(log, line, NOW, &out);
	}
	for (pid = POSTFIX_PROCESSES_MAX + 1; pid >= 1; pid--) {
		snprintf(line, sizeof(line),
		    "h postfix/smtp[%u]: " TO "dsn=2.0.0, status=sent (250)\n", pid);
		strbuf_reset(&out);
		read_all(log, line, NOW, &out);
		assert_int_equal(out.len > 0, pid > 1);
	}
	strbuf_clear(&out);
	postfix_log_free(log);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_log, log_cases),
		CASE("process, version and cipher", check_fields),
		CASE(
		    "RPT-CNT-01 a message tried again is another session", check_retry),
		CASE("processes remembered are bounded", check_bound),
	};

	return cases_run("postfix_log", tables, COUNT_OF(tables));
}
