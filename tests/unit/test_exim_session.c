/*
 * exim/session and exim/json: sequences of events as Exim 4.96 (GnuTLS), 4.98 and 4.99 (OpenSSL) have sent them, and what
 * is told of them.  SPDX-License-Identifier: ISC
 */
#include "../exim/json.h"
#include "../exim/session.h"
#include "base/strbuf.h"
#include "cases.h"

#define NOW  1732233600
#define PID  4711
#define HEAD "{\"source\":\"exim\",\"direction\":\"out\",\"when\":1732233600,\"id\":\""
#define ID   32 /* octets */

/* An event is a line with Exim's seven arguments; "~" is a line end inside of one. */
#define WORDS(ver, cv, dane, error, vm, ocsp)                                          \
	"ver=" ver " cv=" cv " dane=" dane " errno=" error " mode=none vm=" vm         \
	" ocsp=" ocsp " cipher=" CIPHER
#define LINE(name, data, at, words) name "|" data "|" at "|" words "|\n"
#define CERT(depth, at, der)                                                           \
	"tls:cert|" depth "|" at "|" WORDS("", "0", "no/0", "0", "", "1") "|" der "\n"
#define CIPHER "TLS1.3:ECDHE_SECP256R1__ECDSA_SECP256R1_SHA256__AES_256_GCM:256"
#define NO_TLS WORDS("", "0", "no/0", "0", "", "0")
#define BEGUN  WORDS("", "0", "no/0", "0", "", "1")

#define GOOD    "enf-good.ins|good.ins|10.77.0.11 10.77.0.1 no"
#define SELF    "enf-self.ins|self.ins|10.77.0.14 10.77.0.1 no"
#define GARBAGE "garbage.ins|garbage.ins|10.77.0.16 10.77.0.1 no"
#define DANEBAD "d-danebad.sec|danebad.sec|10.77.0.19 10.77.0.1 yes"

#define CONNECT(at) LINE("tcp:connect", "", at, NO_TLS)
#define BANNER(at)  LINE("smtp:connect", "220 x ESMTP sink", at, NO_TLS)
#define OFFER(at, name)                                                                \
	LINE("smtp:ehlo", "250-" name "~250-SIZE 1~250 STARTTLS", at, NO_TLS)
#define PLAIN(at, name) LINE("smtp:ehlo", "250-" name "~250 SIZE 1", at, NO_TLS)
#define START(at, name) CONNECT(at) BANNER(at) OFFER(at, name)
#define INSIDE(at, cv, dane)                                                           \
	LINE("smtp:ehlo", "250-x~250 SIZE 1", at,                                      \
	    WORDS("TLS1.3", cv, dane, "0", "", "3"))
#define CLOSE(at, words) LINE("tcp:close", "", at, words)
#define CLOSE_UP(at)     CLOSE(at, WORDS("TLS1.3", "1", "no/0", "0", "", "3"))
#define DEFER(at, error, text)                                                         \
	LINE("msg:host:defer", text, at, WORDS("", "0", "no/0", error, "", "1"))

/* What is told, behind its id. */
#define TOLD(next_hop, host, remote, helo)                                             \
	"\"next-hop\":\"" next_hop "\",\"host\":\"" host                               \
	"\",\"local\":\"10.77.0.1\",\"remote\":\"" remote "\",\"helo\":\"" helo "\","
#define TOLD_GOOD    TOLD("enf-good.ins", "good.ins", "10.77.0.11", "good.ins")
#define TOLD_SELF    TOLD("enf-self.ins", "self.ins", "10.77.0.14", "self.ins")
#define TOLD_GARBAGE TOLD("garbage.ins", "garbage.ins", "10.77.0.16", "garbage.ins")
#define TOLD_DANEBAD TOLD("d-danebad.sec", "danebad.sec", "10.77.0.19", "danebad.ins")
#define UP(verified)                                                                   \
	"\"tls\":\"up\",\"verified\":\"" verified                                      \
	"\",\"version\":\"TLS1.3\",\"cipher\":\"" CIPHER "\""
#define NOT_UP(tls)                                                                    \
	"\"tls\":\"" tls "\",\"verified\":\"unknown\",\"cipher\":\"" CIPHER "\""
#define VALIDATION ",\"result\":\"validation-failure\""
#define REFUSED_CERT                                                                   \
	"\"tls\":\"up\",\"verified\":\"no\",\"cipher\":\"" CIPHER "\"" VALIDATION
#define CHAIN(ders) ",\"chain\":[" ders "]}\n"

static const struct sequence_case {
	const char *name;
	const char *events;
	const char *want;
} sequence_cases[] = {
	{ "RPT-CNT-01 a good session is told once, with its chain",
	    START(GOOD, "good.ins") CERT("0", GOOD, "MAEA") INSIDE(GOOD, "1", "no/0")
		CLOSE_UP(GOOD),
	    TOLD_GOOD UP("name") CHAIN("\"MAEA\"") },
	{ "a certificate that Exim could not verify: TLS is up",
	    START(SELF, "self.ins") CERT("0", SELF, "MAEA") INSIDE(SELF, "0", "no/0")
		CLOSE_UP(SELF),
	    TOLD_SELF UP("no") CHAIN("\"MAEA\"") },
	{ "verified by Exim's own DANE",
	    START(DANEBAD, "danebad.ins") CERT("0", DANEBAD, "MAEA")
		INSIDE(DANEBAD, "1", "yes/8") CLOSE_UP(DANEBAD),
	    TOLD_DANEBAD UP("dane") CHAIN("\"MAEA\"") },
	{ "a chain comes from its end, and is told from the leaf on",
	    START(GOOD, "good.ins") CERT("2", GOOD, "MAMA") CERT("1", GOOD, "MAIA")
		CERT("0", GOOD, "MAEA") INSIDE(GOOD, "1", "no/0"),
	    TOLD_GOOD UP("name") CHAIN("\"MAEA\",\"MAIA\",\"MAMA\"") },
	{ "an end of the chain behind a gap is not told",
	    START(GOOD, "good.ins") CERT("2", GOOD, "MAMA") CERT("0", GOOD, "MAEA")
		INSIDE(GOOD, "1", "no/0"),
	    TOLD_GOOD UP("name") CHAIN("\"MAEA\"") },
	{ "a certificate that comes twice is one",
	    START(GOOD, "good.ins") CERT("0", GOOD, "MAMA") CERT("0", GOOD, "MAEA")
		INSIDE(GOOD, "1", "no/0"),
	    TOLD_GOOD UP("name") CHAIN("\"MAEA\"") },
	{ "certificates that are none",
	    START(GOOD, "good.ins") CERT("0", GOOD, "") CERT("1", GOOD, "M~AEA")
		CERT("-1", GOOD, "MAEA") CERT("32", GOOD, "MAEA")
		    CERT("x", GOOD, "MAEA") INSIDE(GOOD, "1", "no/0"),
	    TOLD_GOOD UP("name") "}\n" },
	{ "RPT-TYPE-01 STARTTLS not offered",
	    CONNECT(GOOD) BANNER(GOOD) PLAIN(GOOD, "good.ins greets you")
		CLOSE(GOOD, NO_TLS),
	    TOLD_GOOD NOT_UP("not-offered") "}\n" },
	{ "RPT-TYPE-01 STARTTLS not offered, required",
	    CONNECT(GOOD) BANNER(GOOD) PLAIN(GOOD, "good.ins") CLOSE(
		GOOD, NO_TLS) DEFER(GOOD, "-38",
		"a TLS session is required, but the server did not offer TLS support"),
	    TOLD_GOOD NOT_UP("not-offered") "}\n" },
	{ "RPT-TYPE-01 454 to STARTTLS, mail goes on in the clear",
	    START(GOOD, "good.ins") CLOSE(GOOD, NO_TLS),
	    TOLD_GOOD NOT_UP("refused") "}\n" },
	{ "RPT-TYPE-01 454 to STARTTLS, required",
	    START(GOOD, "good.ins") CLOSE(GOOD, NO_TLS) DEFER(GOOD, "-38",
		"a TLS session is required, but an attempt to start TLS failed"),
	    TOLD_GOOD NOT_UP("refused") "}\n" },
	{ "RPT-TYPE-01 closed in response to STARTTLS",
	    START(GOOD, "good.ins") CLOSE(GOOD, NO_TLS) DEFER(
		GOOD, "-18", "Remote host closed connection in response to STARTTLS"),
	    TOLD_GOOD NOT_UP("refused") "}\n" },
	{ "RPT-TYPE-01 a server that knows no EHLO offers nothing",
	    CONNECT(GOOD) BANNER(GOOD) LINE("smtp:ehlo", "502 what", GOOD, NO_TLS)
		CLOSE(GOOD, NO_TLS),
	    "\"next-hop\":\"enf-good.ins\",\"host\":\"good.ins\",\"local\":\"10.77.0.1\","
	    "\"remote\":\"10.77.0.11\"," NOT_UP("not-offered") "}\n" },
	{ "RPT-CNT-07 421 to EHLO is no session",
	    CONNECT(GOOD) BANNER(GOOD) LINE("smtp:ehlo", "421 4.7.0 go", GOOD, NO_TLS)
		CLOSE(GOOD, NO_TLS) DEFER(
		    GOOD, "-18", "Remote host closed connection in response to EHLO x"),
	    "" },
	{ "EHLO inside TLS refused: TLS is up",
	    START(GOOD, "good.ins") LINE("smtp:ehlo", "502 no", GOOD,
		WORDS("TLS1.3", "1", "no/0", "0", "", "3")) CLOSE_UP(GOOD),
	    TOLD_GOOD UP("name") "}\n" },
	{ "RPT-TYPE-05 garbage in the handshake, required: the reason is Exim's",
	    START(GARBAGE, "garbage.ins") CLOSE(GARBAGE, BEGUN) DEFER(GARBAGE, "-37",
		"TLS session: (gnutls_handshake): An unexpected TLS packet was received."),
	    TOLD_GARBAGE NOT_UP("failed") VALIDATION
	    ",\"reason\":\"An unexpected TLS packet was received.\"}\n" },
	{ "RPT-CNT-01 a handshake that failed and the second attempt in the clear are one session",
	    START(GARBAGE, "garbage.ins") CLOSE(GARBAGE, BEGUN)
		DEFER(GARBAGE, "-37", "TLS session: (gnutls_handshake): timed out")
		    START(GARBAGE, "garbage.ins") CLOSE(GARBAGE, NO_TLS),
	    TOLD_GARBAGE NOT_UP("failed") VALIDATION ",\"reason\":\"timed out\"}\n" },
	{ "RPT-CNT-01 a handshake over another process's connection in the clear, and the attempt behind it, are none",
	    CLOSE(GARBAGE, NO_TLS)
		DEFER(GARBAGE, "-37", "TLS session: (gnutls_handshake): timed out")
		    START(GARBAGE, "garbage.ins") CLOSE(GARBAGE, NO_TLS),
	    "" },
	{ "OpenSSL's words for a handshake that failed",
	    START(GARBAGE, "garbage.ins") CLOSE(GARBAGE, BEGUN) DEFER(GARBAGE, "-37",
		"TLS session: (SSL_connect): error:0A000126:SSL routines::unexpected eof "
		"while reading"),
	    TOLD_GARBAGE NOT_UP("failed") VALIDATION
	    ",\"reason\":\"unexpected eof while reading\"}\n" },
	{ "a second attempt with TLS is a session",
	    START(GARBAGE, "garbage.ins") CLOSE(GARBAGE, BEGUN)
		DEFER(GARBAGE, "-37", "TLS session: (gnutls_handshake): timed out")
		    START(GARBAGE, "garbage.ins") CERT("0", GARBAGE, "MAEA")
			INSIDE(GARBAGE, "1", "no/0"),
	    TOLD_GARBAGE NOT_UP("failed") VALIDATION
	    ",\"reason\":\"timed out\"}\n" TOLD_GARBAGE UP("name") CHAIN("\"MAEA\"") },
	{ "the attempt after the second is a session",
	    START(GARBAGE, "garbage.ins") CLOSE(GARBAGE, BEGUN)
		DEFER(GARBAGE, "-37", "TLS session: (gnutls_handshake): timed out")
		    START(GARBAGE, "garbage.ins") CLOSE(GARBAGE, NO_TLS)
			START(GARBAGE, "garbage.ins") CLOSE(GARBAGE, NO_TLS),
	    TOLD_GARBAGE NOT_UP("failed") VALIDATION
	    ",\"reason\":\"timed out\"}\n" TOLD_GARBAGE NOT_UP("refused") "}\n" },
	{ "RPT-TYPE-04 a certificate that GnuTLS refused: the chain tells why",
	    START(SELF, "self.ins") CERT("0", SELF, "MAEA") CLOSE(
		SELF, WORDS("TLS1.3", "0", "no/0", "0", "", "1")) DEFER(SELF, "-37",
		"TLS session: (certificate verification failed): certificate invalid"),
	    TOLD_SELF UP("no") VALIDATION CHAIN("\"MAEA\"") },
	{ "RPT-TYPE-04 a certificate that OpenSSL refused: without its leaf no chain",
	    START(SELF, "self.ins") CERT("1", SELF, "MAEA") CLOSE(SELF, BEGUN) DEFER(
		SELF, "-37",
		"TLS session: (SSL_connect): error:0A000086:SSL routines::certificate "
		"verify failed"),
	    TOLD_SELF REFUSED_CERT "}\n" },
	{ "RPT-TYPE-04 a certificate that was refused in tls:cert",
	    START(SELF, "self.ins") CERT("0", SELF, "MAEA") CLOSE(SELF, BEGUN)
		DEFER(SELF, "-37",
		    "TLS session: (gnutls_handshake): Error in the certificate."),
	    TOLD_SELF REFUSED_CERT CHAIN("\"MAEA\"") },
	{ "the reason never came, the next host did",
	    START(SELF, "self.ins") CERT("0", SELF, "MAEA") CLOSE(SELF, BEGUN) START(
		GOOD, "good.ins") CERT("0", GOOD, "MAIA") INSIDE(GOOD, "1", "no/0"),
	    TOLD_SELF REFUSED_CERT CHAIN("\"MAEA\"") TOLD_GOOD UP("name")
		CHAIN("\"MAIA\"") },
	{ "a TLSA mismatch, then the next host",
	    START(DANEBAD, "danebad.ins") CERT("0", DANEBAD, "MAEA")
		LINE("dane:fail", "validation-failure", DANEBAD,
		    WORDS("TLS1.3", "0", "no/8", "0", "", "1")) CLOSE(DANEBAD,
		    WORDS("TLS1.3", "0", "no/8", "0", "", "1")) DEFER(DANEBAD, "-37",
		    "TLS session: (certificate verification failed): Verification "
		    "failed. The certificate differs. ") START(GOOD, "good.ins")
		    INSIDE(GOOD, "1", "no/0"),
	    TOLD_DANEBAD UP("no") VALIDATION CHAIN("\"MAEA\"")
		TOLD_GOOD UP("name") "}\n" },
	{ "DANE and no STARTTLS",
	    CONNECT(DANEBAD) BANNER(DANEBAD) PLAIN(DANEBAD, "danebad.ins")
		LINE("dane:fail", "starttls-not-supported", DANEBAD, NO_TLS)
		    CLOSE(DANEBAD, NO_TLS) DEFER(DANEBAD, "-38",
			"a TLS session is required, but the server did not offer "
			"TLS support"),
	    TOLD_DANEBAD NOT_UP("not-offered") "}\n" },
	{ "RPT-TYPE-07 TLSA records that could not be had",
	    LINE("dane:fail", "dnssec-invalid",
		"d-danesf.sec|danesf.sec|10.77.0.18  yes", NO_TLS)
		LINE("msg:host:defer", "DANE error: tlsa lookup DEFER",
		    "d-danesf.sec|danesf.sec|10.77.0.18  yes",
		    WORDS("", "0", "no/0", "-36", "", "0")),
	    "\"next-hop\":\"d-danesf.sec\",\"host\":\"danesf.sec\","
	    "\"remote\":\"10.77.0.18\",\"tls\":\"unknown\",\"verified\":\"unknown\","
	    "\"result\":\"dnssec-invalid\"}\n" },
	{ "an unknown word of dane:fail",
	    LINE("dane:fail", "whatever", "d-danesf.sec|danesf.sec|10.77.0.18  yes",
		NO_TLS),
	    "" },
	{ "RPT-CNT-07 connection refused: no session",
	    CONNECT(GOOD) DEFER(GOOD, "111", "Connection refused"), "" },
	{ "RPT-CNT-07 a banner of 421: no session",
	    CONNECT(GOOD) CLOSE(GOOD, NO_TLS) DEFER(GOOD, "0",
		"SMTP error from remote mail server after initial connection: 421 go"),
	    "" },
	{ "RPT-CNT-01 a reused connection is no session",
	    CLOSE("same1.ins|good.ins|10.77.0.11 10.77.0.1 no", NO_TLS)
		LINE("msg:delivery", "250 ok queued",
		    "same1.ins|good.ins|10.77.0.11 10.77.0.1 no",
		    WORDS("TLS1.3", "0", "no/0", "0", "", "3")),
	    "" },
	{ "a callout is a session; its tcp:close knows no host",
	    START(GOOD, "good.ins") CERT("0", GOOD, "MAEA") INSIDE(GOOD, "1", "no/0")
		CLOSE("enf-good.ins|| 10.77.0.1 no",
		    WORDS("TLS1.3", "1", "no/0", "0", "R", "3")),
	    TOLD_GOOD UP("name") CHAIN("\"MAEA\"") },
	{ "a callout in the clear whose tcp:close knows no host",
	    CONNECT(GOOD) PLAIN(GOOD, "good.ins")
		CLOSE("enf-good.ins|| 10.77.0.1 no", NO_TLS),
	    TOLD_GOOD NOT_UP("not-offered") "}\n" },
	{ "a callout that failed is told at once: no reason will come",
	    START(SELF, "self.ins") CERT("0", SELF, "MAEA")
		CLOSE(SELF, WORDS("", "0", "no/0", "0", "R", "1")),
	    TOLD_SELF REFUSED_CERT CHAIN("\"MAEA\"") },
	{ "cutthrough has no tcp:close",
	    CONNECT(GOOD) PLAIN(GOOD, "good.ins")
		LINE("msg:delivery", "250 ok queued", GOOD, NO_TLS),
	    TOLD_GOOD NOT_UP("not-offered") "}\n" },
	{ "a connection that nobody closed ends with the next one",
	    CONNECT(GOOD) PLAIN(GOOD, "good.ins") CONNECT(SELF),
	    TOLD_GOOD NOT_UP("not-offered") "}\n" },
	{ "events of others are not of this session",
	    START(GOOD, "good.ins") CERT("0", SELF, "MAIA") INSIDE(SELF, "0", "no/0")
		CLOSE(SELF, NO_TLS) CERT("0", GOOD, "MAEA") INSIDE(GOOD, "1", "no/0"),
	    TOLD_GOOD UP("name") CHAIN("\"MAEA\"") },
	{ "TLS before the banner",
	    CONNECT(GOOD) CERT("0", GOOD, "MAEA") INSIDE(GOOD, "1", "no/0"),
	    "\"next-hop\":\"enf-good.ins\",\"host\":\"good.ins\",\"local\":\"10.77.0.1\","
	    "\"remote\":\"10.77.0.11\"," UP("name") CHAIN("\"MAEA\"") },
	{ "what a server says of itself is cleaned",
	    CONNECT(GOOD) LINE("smtp:ehlo",
		"250-\"}\\\x01\xff{\xc3\xbc~250-starttls~250 8BITMIME", GOOD, NO_TLS)
		CLOSE(GOOD, NO_TLS),
	    TOLD("enf-good.ins", "good.ins", "10.77.0.11", "\\\"}\\\\{")
		NOT_UP("refused") "}\n" },
	{ "DNS-12 a domain in UTF-8 stays what it is",
	    CONNECT("b\xc3\xbc"
		    "cher.ins|good.ins|10.77.0.11 10.77.0.1 no")
		PLAIN("|good.ins|10.77.0.11 10.77.0.1 no", "good.ins")
		    CLOSE("|||", NO_TLS),
	    TOLD("b\xc3\xbc"
		 "cher.ins",
		"good.ins", "10.77.0.11", "good.ins") NOT_UP("not-offered") "}\n" },
	{ "half a session is none",
	    CONNECT(GOOD) OFFER(GOOD, "good.ins") CERT("0", GOOD, "MAEA"), "" },
};

/* Divide a line of events at "|" into Exim's arguments. */
static int
split(char *line, unsigned char *argv[8])
{
	int argc = 0;
	char *p;

	for (p = line; *p != '\0'; p++)
		if (*p == '~')
			*p = '\n';
	for (p = line; p != NULL && argc < 7;) {
		argv[argc++] = (unsigned char *)p;
		p = strchr(p, '|');
		if (p != NULL)
			*p++ = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

/* The head of an event is the same for all, but for its id. */
static void
collect(const struct session *session, void *arg)
{
	char *json = session_json(session, NOW);

	assert_non_null(json);
	assert_int_equal(strncmp(json, HEAD, strlen(HEAD)), 0);
	assert_int_equal(strspn(json + strlen(HEAD), "0123456789abcdef"), ID);
	strbuf_addf(arg, "%s\n", json + strlen(HEAD) + ID + strlen("\","));
	free(json);
}

static void
see_line(struct sessions *s, pid_t pid, bool is_judged, const char *line, size_t len,
    struct strbuf *told)
{
	char *copy = xcalloc(len + 1, 1);
	unsigned char *argv[8];
	struct arguments arguments = { .texts = argv };
	struct exim_event event;

	memcpy(copy, line, len);
	arguments.count = split(copy, argv);
	exim_event_read(&arguments, &event);
	event.is_judged = is_judged;
	sessions_see(s, pid, &event, collect, told);
	free(copy);
}

static void
see(struct sessions *s, pid_t pid, const char *events, struct strbuf *told)
{
	for (; *events != '\0'; events += strcspn(events, "\n") + 1)
		see_line(s, pid, false, events, strcspn(events, "\n"), told);
}

static void
check_sequence(void **state)
{
	const struct sequence_case *c = *state;
	struct strbuf told = STRBUF_INIT;
	struct sessions s = { 0 };

	see(&s, PID, c->events, &told);
	assert_string_equal(strbuf_str(&told), c->want);
	strbuf_clear(&told);
	sessions_clear(&s);
}

static void
check_fork(void **state)
{
	struct strbuf told = STRBUF_INIT;
	struct sessions s = { 0 };

	(void)state;
	see(&s, PID, START(GOOD, "good.ins") CERT("0", GOOD, "MAEA"), &told);
	see(&s, PID + 1, INSIDE(GOOD, "1", "no/0") CLOSE_UP(GOOD), &told);
	assert_string_equal(strbuf_str(&told), "");
	see(&s, PID + 1, START(SELF, "self.ins") INSIDE(SELF, "0", "no/0"), &told);
	assert_string_equal(strbuf_str(&told), TOLD_SELF UP("no") "}\n");
	strbuf_clear(&told);
	sessions_clear(&s);
}

/* Memory is bounded by what an event can hold; the leaf is worth more than what stands behind it. */
static void
check_big_chain(void **state)
{
	struct strbuf line = STRBUF_INIT, told = STRBUF_INIT;
	struct sessions s = { 0 };
	char *der64 = xmalloc(80000 + 1);
	int depth;

	(void)state;
	memset(der64, 'A', 80000);
	der64[80000] = '\0';
	see(&s, PID, START(GOOD, "good.ins"), &told);
	for (depth = CHAIN_CERTS_MAX - 1; depth >= 0; depth--) {
		strbuf_reset(&line);
		strbuf_addf(&line, "tls:cert|%d|" GOOD "|" BEGUN "|%s\n", depth, der64);
		see(&s, PID, strbuf_str(&line), &told);
		assert_true(s.certificates.bytes <= EVENT_BYTES_MAX);
	}
	assert_int_equal(s.certificates.items[0].len, 60000);
	see(&s, PID, INSIDE(GOOD, "1", "no/0"), &told);
	assert_true(told.len < EVENT_BYTES_MAX);
	assert_int_equal(s.certificates.bytes, 0);
	assert_null(s.certificates.items[0].der);
	strbuf_clear(&line);
	strbuf_clear(&told);
	free(der64);
	sessions_clear(&s);
}

static void
check_big_certificate(void **state)
{
	struct strbuf line = STRBUF_INIT, told = STRBUF_INIT;
	struct sessions s = { 0 };
	char *der64 = xmalloc(87384 + 5);

	(void)state;
	memset(der64, 'A', 87388);
	see(&s, PID, START(GOOD, "good.ins"), &told);
	strbuf_adds(&line, "tls:cert|0|" GOOD "|" BEGUN "|");
	strbuf_add(&line, der64, 87388); /* 65541 octets of DER */
	see(&s, PID, strbuf_str(&line), &told);
	assert_int_equal(s.certificates.bytes, 0);
	strbuf_truncate(&line, line.len - 8);
	see(&s, PID, strbuf_str(&line), &told);
	assert_int_equal(s.certificates.bytes, 65535);
	strbuf_clear(&line);
	strbuf_clear(&told);
	free(der64);
	sessions_clear(&s);
}

/* --- the judge's side ------------------------------------------------------------------ */

/* The event of a line, for the questions about a session. */
static const struct session *
at_leaf(struct sessions *s, const char *line)
{
	char *copy = xstrdup(line);
	unsigned char *argv[8];
	struct arguments arguments = { .texts = argv };
	struct exim_event event;
	const struct session *session;

	arguments.count = split(copy, argv);
	exim_event_read(&arguments, &event);
	session = sessions_at_leaf(s, &event);
	free(copy);
	return session;
}

static bool
may_go(const struct sessions *s, pid_t pid, const char *line)
{
	char *copy = xstrdup(line);
	unsigned char *argv[8];
	struct arguments arguments = { .texts = argv };
	struct exim_event event;
	bool answer;

	arguments.count = split(copy, argv);
	exim_event_read_admit(&arguments, &event);
	answer = sessions_may_go(s, pid, &event);
	free(copy);
	return answer;
}

#define ADMIT_UP    "enf-good.ins|good.ins|10.77.0.11|ver=TLS1.3"
#define ADMIT_PLAIN "enf-good.ins|good.ins|10.77.0.11|ver="

static void
check_leaf(void **state)
{
	struct strbuf told = STRBUF_INIT;
	struct sessions s = { 0 };
	const struct session *session;

	(void)state;
	assert_null(at_leaf(&s, CERT("0", GOOD, "MAEA")));
	see(&s, PID, START(GOOD, "good.ins") CERT("1", GOOD, "MAIA"), &told);
	assert_null(at_leaf(&s, CERT("0", GOOD, "MAEA")));
	see(&s, PID, CERT("0", GOOD, "MAEA"), &told);
	assert_null(at_leaf(&s, CERT("0", SELF, "MAEA")));
	session = at_leaf(&s, CERT("0", GOOD, "MAEA"));
	assert_non_null(session);
	assert_string_equal(session->host, "good.ins");
	assert_int_equal(session->tls, TLS_UP);
	assert_int_equal(session->chain.count, 2);
	see(&s, PID, CERT("0", GOOD, "nonsense!"), &told);
	assert_null(at_leaf(&s, CERT("0", GOOD, "nonsense!")));
	/* What was shown then is gone. */
	see(&s, PID, CLOSE(GOOD, BEGUN) DEFER(GOOD, "-37", "timed out"), &told);
	assert_string_equal(strbuf_str(&told),
	    TOLD_GOOD NOT_UP("failed") VALIDATION ",\"reason\":\"timed out\"}\n");
	strbuf_clear(&told);
	sessions_clear(&s);
}

static void
check_admit(void **state)
{
	struct strbuf told = STRBUF_INIT;
	struct sessions s = { 0 };

	(void)state;
	assert_true(may_go(&s, PID, ADMIT_PLAIN));
	assert_false(may_go(&s, PID, ADMIT_UP));
	see(&s, PID, START(GOOD, "good.ins") CERT("0", GOOD, "MAEA"), &told);
	assert_false(may_go(&s, PID, ADMIT_UP));
	sessions_accept(&s);
	see(&s, PID, INSIDE(GOOD, "0", "no/0"), &told);
	assert_true(may_go(&s, PID, ADMIT_UP));
	assert_false(may_go(&s, PID + 1, ADMIT_UP));
	assert_false(may_go(&s, PID, "enf-good.ins|other.ins|10.77.0.11|ver=TLS1.3"));
	assert_false(may_go(&s, PID, "enf-good.ins|good.ins|10.77.0.12|ver=TLS1.3"));
	see(&s, PID, CLOSE_UP(GOOD), &told);
	assert_false(may_go(&s, PID, ADMIT_UP));
	see(&s, PID, START(GOOD, "good.ins") INSIDE(GOOD, "0", "no/0"), &told);
	assert_false(may_go(&s, PID, ADMIT_UP));
	strbuf_clear(&told);
	sessions_clear(&s);
}

/* GnuTLS lets it pass, hopseal_admit does not: a session that failed. */
static void
check_hidden(void **state)
{
	struct strbuf told = STRBUF_INIT;
	struct sessions s = { 0 };
	const char *inside = INSIDE(SELF, "0", "no/0");

	(void)state;
	see(&s, PID, START(SELF, "self.ins"), &told);
	see_line(&s, PID, true, inside, strlen(inside) - 1, &told);
	assert_string_equal(strbuf_str(&told), TOLD_SELF UP("no") VALIDATION "}\n");
	strbuf_clear(&told);
	sessions_clear(&s);
}

/* --- inbound --------------------------------------------------------------------------- */

#define IN "{\"source\":\"exim\",\"direction\":\"in\",\"when\":1732233600,\"id\":\""

static const struct inbound_case {
	const char *name;
	const char *arguments;
	const char *want;
} inbound_cases[] = {
	{ "TLS and a client certificate", "mx.example.org|192.0.2.1|TLS1.3|AES:256|1",
	    "\"next-hop\":\"mx.example.org\",\"remote\":\"192.0.2.1\",\"tls\":\"up\","
	    "\"verified\":\"chain\",\"version\":\"TLS1.3\",\"cipher\":\"AES:256\"}" },
	{ "TLS", "mx.example.org|192.0.2.1|TLS1.2|AES:256|0",
	    "\"next-hop\":\"mx.example.org\",\"remote\":\"192.0.2.1\",\"tls\":\"up\","
	    "\"verified\":\"no\",\"version\":\"TLS1.2\",\"cipher\":\"AES:256\"}" },
	{ "in the clear", "mx.example.org|192.0.2.1|||0",
	    "\"next-hop\":\"mx.example.org\",\"remote\":\"192.0.2.1\","
	    "\"tls\":\"unknown\",\"verified\":\"unknown\"}" },
	{ "arguments that are missing", "",
	    "\"tls\":\"unknown\",\"verified\":\"unknown\"}" },
};

static void
check_inbound(void **state)
{
	const struct inbound_case *c = *state;
	char *copy = xstrdup(c->arguments), *json;
	unsigned char *argv[8];
	struct arguments arguments = { .texts = argv };

	arguments.count = split(copy, argv);
	json = inbound_json(&arguments, NOW);
	assert_non_null(json);
	assert_int_equal(strncmp(json, IN, strlen(IN)), 0);
	assert_string_equal(json + strlen(IN) + ID + strlen("\","), c->want);
	free(json);
	free(copy);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_sequence, sequence_cases),
		CASE("a process that died leaves nothing to its sibling", check_fork),
		CASE("a chain longer than an event", check_big_chain),
		CASE("a certificate of more than 64 KiB", check_big_certificate),
		CASE("what there is to judge", check_leaf),
		CASE("no mail without a certificate that was accepted", check_admit),
		CASE("a certificate that nobody was shown is a failure", check_hidden),
		CASES(check_inbound, inbound_cases),
	};

	return cases_run("exim_session", tables, COUNT_OF(tables));
}
