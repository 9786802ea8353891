/*
 * exim/arguments and exim/words: any arguments make an event, any words of Exim a fault.  SPDX-License-Identifier: ISC
 */
#include "../exim/arguments.h"
#include "../exim/words.h"
#include "base/strbuf.h"
#include "cases.h"

#define S(text) ((unsigned char[]){ text })
#define MEGA    (1024 * 1024)

/* --- arguments ------------------------------------------------------------------------ */

static const struct words_case {
	const char *name;
	const char *words;
	const char *version, *cipher;
	bool is_verified, is_dane, has_begun, is_callout;
	int error;
} words_cases[] = {
	{ "nothing", "", "", "", false, false, false, false, 0 },
	{ "as shipped",
	    "ver=TLS1.3 cv=1 dane=yes/8 errno=-37 mode=verify vm=R ocsp=3 cipher=A:256",
	    "TLS1.3", "A:256", true, true, true, true, -37 },
	{ "before TLS", "ver= cv=0 dane=no/0 errno=0 mode=none vm= ocsp=0 cipher=", "",
	    "", false, false, false, false, 0 },
	{ "in any order, with blanks", "  cipher=A   errno=111 ver=TLS1.2 ", "TLS1.2",
	    "A", false, false, false, false, 111 },
	{ "the last of two counts", "ver=a ver=b ver=", "", "", false, false, false,
	    false, 0 },
	{ "unknown words, and none", "= =x x x= ver cv verx=1 xver=2", "", "", false,
	    false, false, false, 0 },
	{ "an equals sign in a value", "cipher=a=b", "", "a=b", false, false, false,
	    false, 0 },
	{ "numbers that are none", "cv=10 ocsp=00 errno=--1 dane=yesno", "", "", false,
	    false, true, false, 0 },
	{ "a number beyond int", "errno=99999999999999999999", "", "", false, false,
	    false, false, 0 },
	{ "octets of no alphabet", "ver=\xff\xfe cipher=\x01", "\xff\xfe", "\x01",
	    false, false, false, false, 0 },
};

static void
assert_piece(struct piece piece, const char *want)
{
	assert_int_equal(piece.len, strlen(want));
	assert_memory_equal(piece.text, want, piece.len);
}

static void
check_words(void **state)
{
	const struct words_case *c = *state;
	unsigned char *argv[] = { S("smtp:ehlo"), S(""), S("d"), S("h"), S(""),
		(unsigned char *)(uintptr_t)c->words, S(""), NULL };
	struct arguments arguments = { 7, argv };
	struct exim_event event;

	exim_event_read(&arguments, &event);
	assert_int_equal(event.name, EXIM_SMTP_EHLO);
	assert_piece(event.version, c->version);
	assert_piece(event.cipher, c->cipher);
	assert_int_equal(event.is_verified, c->is_verified);
	assert_int_equal(event.is_dane, c->is_dane);
	assert_int_equal(event.has_begun, c->has_begun);
	assert_int_equal(event.is_callout, c->is_callout);
	assert_int_equal(event.error, c->error);
}

static const struct ends_case {
	const char *name;
	const char *ends;
	const char *remote, *local;
} ends_cases[] = {
	{ "both", "192.0.2.1 192.0.2.7 yes", "192.0.2.1", "192.0.2.7" },
	{ "no local one yet", "192.0.2.1  no", "192.0.2.1", "" },
	{ "tcp:close of a callout", " 192.0.2.7 no", "", "192.0.2.7" },
	{ "none", "  no", "", "" },
	{ "IPv6", "2001:db8::1 2001:db8::7 no", "2001:db8::1", "2001:db8::7" },
	{ "one without a blank", "192.0.2.1", "192.0.2.1", "" },
	{ "nothing", "", "", "" },
};

static void
check_ends(void **state)
{
	const struct ends_case *c = *state;
	unsigned char *argv[] = { S("tcp:close"), S(""), S("d"), S("h"),
		(unsigned char *)(uintptr_t)c->ends, NULL };
	struct arguments arguments = { 5, argv };
	struct exim_event event;

	exim_event_read(&arguments, &event);
	assert_piece(event.remote, c->remote);
	assert_piece(event.local, c->local);
}

static void
check_missing(void **state)
{
	unsigned char *argv[] = { S("tcp:connect"), NULL, S("d"), S("h"), NULL };
	struct arguments lists[] = { { 0, argv }, { 0, NULL }, { 7, NULL },
		{ -1, argv }, { 1, argv + 1 }, { 7, argv + 1 } };
	struct arguments cut = { 7, argv };
	struct exim_event event;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(lists); i++) {
		exim_event_read(&lists[i], &event);
		assert_int_equal(event.name, EXIM_OTHER);
		assert_int_equal(event.domain.len, 0);
		exim_event_read_admit(&lists[i], &event);
		assert_int_equal(event.version.len, 0);
	}
	/* Behind a NULL there is nothing of Exim's. */
	exim_event_read(&cut, &event);
	assert_int_equal(event.name, EXIM_TCP_CONNECT);
	assert_int_equal(event.domain.len, 0);
}

static void
check_mega(void **state)
{
	unsigned char *big = xmalloc(MEGA + 1);
	unsigned char *argv[] = { big, big, big, big, big, big, big, NULL };
	struct arguments arguments = { 7, argv };
	struct exim_event event;

	(void)state;
	memset(big, 'A', MEGA);
	big[MEGA] = '\0';
	exim_event_read(&arguments, &event);
	assert_int_equal(event.name, EXIM_OTHER);
	assert_int_equal(event.domain.len, DOMAIN_LEN);
	assert_true(event.data.len < MEGA && event.remote.len < MEGA);
	free(big);
}

static void
check_admit(void **state)
{
	unsigned char *argv[] = { S("example.org"), S("mx.example.org"), S("192.0.2.1"),
		S("ver=TLS1.3"), NULL };
	struct arguments arguments = { 4, argv };
	struct exim_event event;

	(void)state;
	exim_event_read_admit(&arguments, &event);
	assert_piece(event.domain, "example.org");
	assert_piece(event.host, "mx.example.org");
	assert_piece(event.remote, "192.0.2.1");
	assert_piece(event.version, "TLS1.3");
}

/* --- words ---------------------------------------------------------------------------- */

static const struct fault_case {
	const char *name;
	int error;
	const char *text;
	bool has_certificate;
	enum event_tls tls;
	enum tls_result result;
	const char *reason;
} fault_cases[] = {
	{ "GnuTLS, certificate", -37,
	    "TLS session: (certificate verification failed): certificate invalid", true,
	    TLS_UP, RESULT_VALIDATION, "" },
	{ "GnuTLS, name", -37, "TLS session: (certificate verification failed)", true,
	    TLS_UP, RESULT_VALIDATION, "" },
	{ "GnuTLS, TLSA", -37,
	    "TLS session: (certificate verification failed): Verification failed. The "
	    "certificate differs. ",
	    true, TLS_UP, RESULT_VALIDATION, "" },
	{ "GnuTLS, refused at tls:cert", -37,
	    "TLS session: (gnutls_handshake): Error in the certificate.", true, TLS_UP,
	    RESULT_VALIDATION, "" },
	{ "GnuTLS, a certificate that nobody could read", -37,
	    "TLS session: (certificate verification failed): certificate revoked",
	    false, TLS_UP, RESULT_VALIDATION, "" },
	{ "OpenSSL, certificate", -37,
	    "TLS session: (SSL_connect): error:0A000086:SSL routines::certificate "
	    "verify failed",
	    false, TLS_UP, RESULT_VALIDATION, "" },
	{ "GnuTLS, closed", -37,
	    "TLS session: (gnutls_handshake): The TLS connection was non-properly "
	    "terminated.",
	    false, TLS_FAILED, RESULT_VALIDATION,
	    "The TLS connection was non-properly terminated." },
	{ "GnuTLS, closed behind the certificate", -37,
	    "TLS session: (gnutls_handshake): The TLS connection was non-properly "
	    "terminated.",
	    true, TLS_FAILED, RESULT_VALIDATION,
	    "The TLS connection was non-properly terminated." },
	{ "GnuTLS 4.98, alert", -37,
	    "TLS session: (gnutls_handshake): rxd alert: Handshake failed", false,
	    TLS_FAILED, RESULT_VALIDATION, "rxd alert: Handshake failed" },
	{ "timeout", -37, "TLS session: (gnutls_handshake): timed out", false,
	    TLS_FAILED, RESULT_VALIDATION, "timed out" },
	{ "OpenSSL, closed", -37,
	    "TLS session: (SSL_connect): error:0A000126:SSL routines::unexpected eof "
	    "while reading",
	    false, TLS_FAILED, RESULT_VALIDATION, "unexpected eof while reading" },
	{ "STARTTLS not offered", -38,
	    "a TLS session is required, but the server did not offer TLS support",
	    false, TLS_NOT_OFFERED, RESULT_STARTTLS_NOT_SUPPORTED, "" },
	{ "454", -38, "a TLS session is required, but an attempt to start TLS failed",
	    false, TLS_REFUSED, RESULT_STARTTLS_NOT_SUPPORTED, "" },
	{ "closed on STARTTLS", -18,
	    "Remote host closed connection in response to STARTTLS", false, TLS_REFUSED,
	    RESULT_STARTTLS_NOT_SUPPORTED, "" },
	{ "no words, certificate seen", 0, "", true, TLS_UP, RESULT_VALIDATION, "" },
	{ "no words, no certificate", 0, "", false, TLS_FAILED, RESULT_VALIDATION, "" },
	{ "other words", 110, "Connection timed out", false, TLS_FAILED,
	    RESULT_VALIDATION, "Connection timed out" },
	{ "words that end too early", -37, "TLS session: (", false, TLS_FAILED,
	    RESULT_VALIDATION, "(" },
	{ "nothing behind the colon", -37, "TLS session: (x): error:1:", false,
	    TLS_FAILED, RESULT_VALIDATION, "" },
};

static void
check_fault(void **state)
{
	const struct fault_case *c = *state;
	char *exact = xmalloc(strlen(c->text) + 1);
	struct piece text = { exact, strlen(c->text) };
	struct fault fault;

	memcpy(exact, c->text, text.len);
	fault = fault_read(c->error, text, c->has_certificate);
	assert_int_equal(fault.tls, c->tls);
	assert_int_equal(fault.result, c->result);
	assert_piece(fault.reason, c->reason);
	free(exact);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_words, words_cases),
		CASES(check_ends, ends_cases),
		CASE("arguments that are missing", check_missing),
		CASE("seven arguments of a megabyte", check_mega),
		CASE("the arguments of hopseal_admit", check_admit),
		CASES(check_fault, fault_cases),
	};

	return cases_run("exim_arguments", tables, COUNT_OF(tables));
}
