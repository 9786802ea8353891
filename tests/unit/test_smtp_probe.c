/* SPDX-License-Identifier: ISC */
#include "net/smtp_probe.h"

#include <errno.h>
#include <fcntl.h>

#include "mx_host.h"
#include "net/reach.h"
#include "run_loop.h"

#define BANNER  "220 mx.example ESMTP\r\n"
#define GREETED "250-mx.example at your service\r\n250-SIZE\r\n250 STARTTLS\r\n"
#define GO      "220 go\r\n"

/* An answer that outlives its function. */
struct seen {
	unsigned times;
	enum event_tls tls;
	bool is_unroutable;
	char detail[REASON_CODE_MAX + 1], helo[HELO_MAX + 1];
	char version[16], cipher[64];
	size_t cert_count;
	uint8_t leaf[4096];
	size_t leaf_len;
};

static struct cert root, middle, leaf, expired, alone, rsa, rsa_below;

static void
make_certs(void)
{
	root = cert_make(&(struct cert_spec){ .cn = "root", .is_ca = true }, NULL);
	middle = cert_make(&(struct cert_spec){ .cn = "middle", .is_ca = true }, &root);
	leaf = cert_make(
	    &(struct cert_spec){ .cn = "leaf", .san = "DNS:mx.example" }, &middle);
	expired = cert_make(
	    &(struct cert_spec){
		.cn = "expired", .from_days = -9999, .to_days = -9000 },
	    &middle);
	alone = cert_make(&(struct cert_spec){ .cn = "alone" }, NULL);
	rsa = cert_make(&(struct cert_spec){ .cn = "rsa", .rsa_bits = 2048 }, NULL);
	rsa_below =
	    cert_make(&(struct cert_spec){ .cn = "below", .rsa_bits = 2048 }, &middle);
}

static void
clear_certs(void)
{
	cert_clear(&root);
	cert_clear(&middle);
	cert_clear(&leaf);
	cert_clear(&expired);
	cert_clear(&alone);
	cert_clear(&rsa);
	cert_clear(&rsa_below);
}

static void
on_seen(const struct smtp_probe_answer *a, void *arg)
{
	struct seen *seen = arg;

	seen->times++;
	seen->tls = a->tls;
	seen->is_unroutable = a->is_unroutable;
	assert_true(strlen(a->detail) < sizeof(seen->detail));
	snprintf(seen->detail, sizeof(seen->detail), "%s", a->detail);
	snprintf(seen->helo, sizeof(seen->helo), "%s", a->helo);
	snprintf(seen->version, sizeof(seen->version), "%s", a->version);
	snprintf(seen->cipher, sizeof(seen->cipher), "%s", a->cipher);
	assert_int_equal(a->chain != NULL, a->tls == TLS_UP);
	if (a->chain == NULL)
		return;
	seen->cert_count = a->chain->count;
	seen->leaf_len = a->chain->certs[0].len;
	assert_true(seen->leaf_len <= sizeof(seen->leaf));
	memcpy(seen->leaf, a->chain->certs[0].der, seen->leaf_len);
}

static const char *our_name = "probe.example";

static struct smtp_probe *
look_for_keys(
    const struct endpoint *e, int deadline_ms, enum tls_keys keys, struct seen *seen)
{
	struct domain sni;
	struct smtp_probe_request request = {
		.address = e->address,
		.port = e->port,
		.sni = &sni,
		.helo = our_name,
		.deadline_ms = deadline_ms,
		.keys = keys,
	};
	struct smtp_probe *probe;

	*seen = (struct seen){ 0 };
	assert_int_equal(domain_parse("mx.example", 10, &sni, NULL), ST_OK);
	probe = smtp_probe_start(&request, on_seen, seen);
	assert_int_equal(seen->times, 0);
	return probe;
}

static struct smtp_probe *
look_later(const struct endpoint *e, int deadline_ms, struct seen *seen)
{
	return look_for_keys(e, deadline_ms, TLS_KEYS_ANY, seen);
}

#define LONG_MS  (2 * GIVE_UP_S * 1000) /* where it must not be waited for */
#define SHORT_MS 300                    /* where nothing is going to come */

static void
look(const struct endpoint *e, int deadline_ms, struct seen *seen)
{
	look_later(e, deadline_ms, seen);
	RUN_UNTIL(seen->times > 0);
	one_turn();
	assert_int_equal(seen->times, 1);
}

/* --- what is seen ----------------------------------------------------------------------- */

/* A server that goes wrong somewhere. */
static const struct look_case {
	const char *name;
	struct mx_host host;
	bool is_hanging;
	enum event_tls want;
	const char *detail, *helo;
} look_cases[] = {
	/* before STARTTLS is clear */
	{ "RPT-CNT-07 no greeting: unknown", { .banner = SAYS_NOTHING }, true,
	    TLS_UNKNOWN, "greeting: timed out", "" },
	{ "RPT-CNT-07 hangs up at once: unknown", { .banner = HANGS_UP }, false,
	    TLS_UNKNOWN, "greeting: connection closed", "" },
	{ "RPT-CNT-07 421 in place of a greeting: unknown",
	    { .banner = "421 too busy\r\n", .ehlo = HANGS_UP }, false, TLS_UNKNOWN,
	    "421 too busy", "" },
	{ "RPT-CNT-07 554 in place of a greeting: unknown",
	    { .banner = "554-no\r\n554 thanks\r\n", .ehlo = HANGS_UP }, false,
	    TLS_UNKNOWN, "554-no", "" },
	{ "RPT-CNT-07 554 that speaks of routes: there was a way to who says so",
	    { .banner = "554 Network is unreachable\r\n", .ehlo = HANGS_UP }, false,
	    TLS_UNKNOWN, "554 Network is unreachable", "" },
	{ "RPT-CNT-07 a greeting of another protocol: unknown",
	    { .banner = "SSH-2.0-OpenSSH\r\n" }, false, TLS_UNKNOWN,
	    "greeting: not SMTP", "" },
	{ "RPT-CNT-07 an endless greeting: unknown", { .banner = SAYS_ENDLESS }, false,
	    TLS_UNKNOWN, "greeting: endless reply", "" },
	{ "RPT-CNT-07 half a greeting: unknown", { .banner = "220 mx" }, true,
	    TLS_UNKNOWN, "greeting: timed out", "" },
	{ "RPT-CNT-07 no answer to EHLO: unknown",
	    { .banner = BANNER, .ehlo = SAYS_NOTHING }, true, TLS_UNKNOWN,
	    "EHLO: timed out", "" },
	{ "RPT-CNT-07 hangs up at EHLO: unknown",
	    { .banner = BANNER, .ehlo = HANGS_UP }, false, TLS_UNKNOWN,
	    "EHLO: connection closed", "" },
	{ "RPT-CNT-07 421 to EHLO: unknown",
	    { .banner = BANNER, .ehlo = "421 4.3.2 bye\r\n", .starttls = HANGS_UP },
	    false, TLS_UNKNOWN, "421 4.3.2 bye", "" },
	{ "RPT-CNT-07 550 to EHLO: unknown",
	    { .banner = BANNER, .ehlo = "550 not you\r\n", .starttls = HANGS_UP },
	    false, TLS_UNKNOWN, "550 not you", "" },
	{ "RPT-CNT-07 an endless answer to EHLO: unknown",
	    { .banner = BANNER, .ehlo = SAYS_ENDLESS }, false, TLS_UNKNOWN,
	    "EHLO: endless reply", "" },
	{ "RPT-CNT-07 no answer to STARTTLS: unknown",
	    { .banner = BANNER, .ehlo = GREETED, .starttls = SAYS_NOTHING }, true,
	    TLS_UNKNOWN, "STARTTLS: timed out", "mx.example" },
	{ "RPT-CNT-07 421 to STARTTLS: unknown",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = "421 bye\r\n",
		.tls = HOST_TLS_HANGUP },
	    false, TLS_UNKNOWN, "421 bye", "mx.example" },

	/* no STARTTLS */
	{ "RPT-TYPE-01 no STARTTLS: not offered",
	    { .banner = BANNER,
		.ehlo = "250-mx.example\r\n250 SIZE\r\n",
		.starttls = HANGS_UP },
	    false, TLS_NOT_OFFERED, "no STARTTLS in the EHLO reply", "mx.example" },
	{ "RPT-TYPE-01 EHLO not known: not offered",
	    { .banner = BANNER, .ehlo = "502 what\r\n", .starttls = HANGS_UP }, false,
	    TLS_NOT_OFFERED, "502 what", "" },
	{ "RPT-TYPE-01 454: refused",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = "454 4.7.0 TLS not \x07\"available\"\r\n",
		.tls = HOST_TLS_HANGUP },
	    false, TLS_REFUSED, "454 4.7.0 TLS not \"available\"", "mx.example" },
	{ "RPT-TYPE-01 a refusal of several lines, without CR",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = "501-no\n501 really\n",
		.tls = HOST_TLS_HANGUP },
	    false, TLS_REFUSED, "501-no", "mx.example" },
	{ "RPT-TYPE-01 250 to STARTTLS is no 220: refused",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = "250 ok\r\n",
		.tls = HOST_TLS_HANGUP },
	    false, TLS_REFUSED, "250 ok", "mx.example" },
	{ "RPT-TYPE-01 nonsense to STARTTLS: refused",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = "certainly\r\n",
		.tls = HOST_TLS_HANGUP },
	    false, TLS_REFUSED, "STARTTLS: not SMTP", "mx.example" },
	{ "RPT-TYPE-01 an endless answer to STARTTLS: refused",
	    { .banner = BANNER, .ehlo = GREETED, .starttls = SAYS_ENDLESS }, false,
	    TLS_REFUSED, "STARTTLS: endless reply", "mx.example" },

	/* the handshake */
	{ "RPT-TYPE-05 text behind 220 in one packet: failed",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = GO "250 injected\r\n",
		.tls = HOST_TLS_HANGUP },
	    false, TLS_FAILED, "text behind the reply to STARTTLS", "mx.example" },
	{ "RPT-TYPE-05 text in place of TLS: failed",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = GO,
		.tls = HOST_TLS_RAW,
		.raw = "250 injected\r\n",
		.raw_len = 14 },
	    false, TLS_FAILED, "wrong version number", "mx.example" },
	{ "RPT-TYPE-05 the alert handshake_failure: failed",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = GO,
		.tls = HOST_TLS_RAW,
		.raw = "\x15\x03\x01\x00\x02\x02\x28",
		.raw_len = 7 },
	    false, TLS_FAILED, "sslv3 alert handshake failure", "mx.example" },
	{ "RPT-TYPE-05 the alert protocol_version: failed",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = GO,
		.tls = HOST_TLS_RAW,
		.raw = "\x15\x03\x01\x00\x02\x02\x46",
		.raw_len = 7 },
	    false, TLS_FAILED, "tlsv1 alert protocol version", "mx.example" },
	{ "RPT-TYPE-05 the end in place of TLS: failed",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = GO,
		.tls = HOST_TLS_HANGUP },
	    false, TLS_FAILED, "unexpected eof while reading", "mx.example" },
	{ "RPT-TYPE-05 nothing in place of TLS: failed",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = GO,
		.tls = HOST_TLS_SILENT },
	    true, TLS_FAILED, "TLS handshake: timed out", "mx.example" },
	{ "AUTH-12 only anonymous suites: failed",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = GO,
		.tls_max = TLS1_2_VERSION,
		.ciphers = "aNULL:@SECLEVEL=0" },
	    false, TLS_FAILED, "sslv3 alert handshake failure", "mx.example" },
	{ "TLS-03 only suites without encryption: failed",
	    { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = GO,
		.certs = { &rsa },
		.tls_max = TLS1_2_VERSION,
		.ciphers = "eNULL:@SECLEVEL=0" },
	    false, TLS_FAILED, "sslv3 alert handshake failure", "mx.example" },
};

static void
check_look(void **state)
{
	const struct look_case *c = *state;
	struct mx_host host = c->host;
	struct seen seen;

	assert_true(mx_host_start(&host));
	look(&host.child.endpoint, c->is_hanging ? SHORT_MS : LONG_MS, &seen);
	assert_false(seen.is_unroutable);
	assert_string_equal(seen.detail, c->detail);
	assert_int_equal(seen.tls, c->want);
	assert_string_equal(seen.helo, c->helo);
	assert_string_equal(seen.version, "");
	assert_string_equal(seen.cipher, "");
	mx_host_stop(&host);
}

/* A server with which TLS comes up, whatever its certificates are worth. */
static const struct up_case {
	const char *name;
	struct mx_host host;
	size_t cert_count;
} up_cases[] = {
	{ "a chain is taken as it was sent, leaf first",
	    { .certs = { &leaf, &middle, &root } }, 3 },
	{ "a chain without its middle is taken as it is", { .certs = { &leaf } }, 1 },
	{ "RPT-TYPE-03 an expired certificate is taken",
	    { .certs = { &expired, &middle } }, 2 },
	{ "RPT-TYPE-04 a self-signed certificate is taken", { .certs = { &alone } },
	    1 },
	{ "a chain of strangers is taken as it is",
	    { .certs = { &alone, &leaf, &alone } }, 3 },
	{ "TLS 1.0", { .certs = { &leaf }, .tls_max = TLS1_VERSION }, 1 },
	{ "TLS 1.1", { .certs = { &leaf }, .tls_max = TLS1_1_VERSION }, 1 },
	{ "TLS 1.2", { .certs = { &leaf }, .tls_max = TLS1_2_VERSION }, 1 },
	{ "TLS 1.3", { .certs = { &leaf }, .tls_max = TLS1_3_VERSION }, 1 },
	{ "replies of several lines",
	    { .banner = "220-mx\r\n220-is\r\n220 here\r\n",
		.ehlo = "250-mx.example\n250-starttls\n250-\n250 OK\n",
		.starttls = "220-go\r\n220 on\r\n",
		.certs = { &leaf } },
	    1 },
	{ "replies octet by octet", { .is_drip = true, .certs = { &leaf } }, 1 },
	{ "IPv6", { .address = "::1", .certs = { &leaf } }, 1 },
	{ "QUIT is not waited for long",
	    { .tls = HOST_TLS_NO_FAREWELL, .certs = { &leaf } }, 1 },
};

static const char *
version_of(int tls_max)
{
	static const struct {
		int version;
		const char *text;
	} versions[] = {
		{ TLS1_VERSION, "TLSv1" },
		{ TLS1_1_VERSION, "TLSv1.1" },
		{ TLS1_2_VERSION, "TLSv1.2" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(versions); i++)
		if (versions[i].version == tls_max)
			return versions[i].text;
	return "TLSv1.3";
}

static void
check_up(void **state)
{
	const struct up_case *c = *state;
	struct mx_host host = c->host;
	struct mx_host_report report;
	struct seen seen;

	if (host.banner == NULL) {
		host.banner = BANNER;
		host.ehlo = GREETED;
		host.starttls = GO;
	}
	if (!mx_host_start(&host))
		skip(); /* a machine without IPv6 */
	look(&host.child.endpoint, LONG_MS, &seen);
	assert_string_equal(seen.detail, "");
	assert_int_equal(seen.tls, TLS_UP);
	assert_string_equal(seen.helo, "mx.example");
	assert_string_equal(seen.version, version_of(host.tls_max));
	assert_true(strlen(seen.cipher) > 0);
	assert_int_equal(seen.cert_count, c->cert_count);
	assert_int_equal(seen.leaf_len, host.certs[0]->len);
	assert_memory_equal(seen.leaf, host.certs[0]->der, seen.leaf_len);
	assert_true(mx_host_saw(&host, &report));
	assert_string_equal(report.said, "EHLO probe.example\r\nSTARTTLS\r\nQUIT\r\n");
	assert_string_equal(report.sni, "mx.example");
	assert_true(report.has_notified);
	mx_host_stop(&host);
}

/* A server with one certificate, asked for a kind of key. */
static const struct keys_case {
	const char *name;
	const struct cert *cert;
	int tls_max;
	enum tls_keys keys;
	enum event_tls want;
} keys_cases[] = {
	{ "PUB-TLSA-07 SEED-24 EC is asked for, and there", &leaf, 0, TLS_KEYS_EC,
	    TLS_UP },
	{ "PUB-TLSA-07 EC, TLS 1.2", &leaf, TLS1_2_VERSION, TLS_KEYS_EC, TLS_UP },
	{ "PUB-TLSA-07 RSA is asked for, and there", &rsa, 0, TLS_KEYS_RSA, TLS_UP },
	{ "PUB-TLSA-07 RSA, TLS 1.2", &rsa, TLS1_2_VERSION, TLS_KEYS_RSA, TLS_UP },
	{ "PUB-TLSA-07 RSA whose issuer has an EC key", &rsa_below, 0, TLS_KEYS_RSA,
	    TLS_UP },
	{ "PUB-TLSA-07 RSA is asked for, EC is there", &leaf, 0, TLS_KEYS_RSA,
	    TLS_FAILED },
	{ "PUB-TLSA-07 EC is asked for, RSA is there", &rsa, 0, TLS_KEYS_EC,
	    TLS_FAILED },
	{ "PUB-TLSA-07 EC is asked for, RSA is there, TLS 1.2", &rsa, TLS1_2_VERSION,
	    TLS_KEYS_EC, TLS_FAILED },
};

static void
check_keys(void **state)
{
	const struct keys_case *c = *state;
	struct mx_host host = { .banner = BANNER,
		.ehlo = GREETED,
		.starttls = GO,
		.certs = { c->cert },
		.tls_max = c->tls_max };
	struct seen seen;

	assert_true(mx_host_start(&host));
	look_for_keys(&host.child.endpoint, LONG_MS, c->keys, &seen);
	RUN_UNTIL(seen.times > 0);
	assert_int_equal(seen.tls, c->want);
	mx_host_stop(&host);
}

/* Postfix, too, stops reading a chain somewhere; ours ends with what an event can carry. */
static void
check_long_chain(void **state)
{
	struct mx_host host = { .banner = BANNER, .ehlo = GREETED, .starttls = GO };
	struct seen seen;
	size_t i;

	(void)state;
	for (i = 0; i < HOST_CHAIN_MAX; i++)
		host.certs[i] = i == 0 ? &leaf : &middle;
	assert_true(mx_host_start(&host));
	look(&host.child.endpoint, LONG_MS, &seen);
	assert_int_equal(seen.tls, TLS_UP);
	assert_int_equal(seen.cert_count, CHAIN_CERTS_MAX);
	mx_host_stop(&host);
}

/* A server without STARTTLS is taken leave of, too. */
static void
check_plain_farewell(void **state)
{
	struct mx_host host = { .banner = BANNER,
		.ehlo = "250 mx.example\r\n",
		.starttls = "221 bye\r\n",
		.tls = HOST_TLS_HANGUP };
	struct mx_host_report report;
	struct seen seen;

	(void)state;
	assert_true(mx_host_start(&host));
	look(&host.child.endpoint, LONG_MS, &seen);
	assert_int_equal(seen.tls, TLS_NOT_OFFERED);
	assert_true(mx_host_saw(&host, &report));
	assert_string_equal(report.said, "EHLO probe.example\r\nQUIT\r\n");
	mx_host_stop(&host);
}

/* As where [report] helo is empty. */
static void
check_own_name(void **state)
{
	struct mx_host host = { .banner = BANNER,
		.ehlo = "250 mx.example\r\n",
		.starttls = "221 bye\r\n",
		.tls = HOST_TLS_HANGUP };
	struct mx_host_report report;
	struct seen seen;
	char want[300], name[256] = "";

	(void)state;
	assert_int_equal(gethostname(name, sizeof(name) - 1), 0);
	snprintf(want, sizeof(want), "EHLO %s\r\nQUIT\r\n", name);
	our_name = "";
	assert_true(mx_host_start(&host));
	look(&host.child.endpoint, LONG_MS, &seen);
	our_name = "probe.example";
	assert_true(mx_host_saw(&host, &report));
	assert_string_equal(report.said, want);
	mx_host_stop(&host);
}

/* --- connections that do not come about ---------------------------------------------------- */

static void
check_refused(void **state)
{
	struct endpoint e;
	struct seen seen;

	(void)state;
	close(host_child_listen("127.0.0.1", 0, 1, &e));
	look(&e, LONG_MS, &seen);
	assert_int_equal(seen.tls, TLS_UNKNOWN);
	assert_string_equal(seen.detail, "connect: Connection refused");
	assert_false(seen.is_unroutable);
}

/* An address to which connect() fails at once: still, done does not run before the start has returned. */
static void
check_no_way(void **state)
{
	struct endpoint e = { .port = 25 };
	struct seen seen;

	(void)state;
	assert_int_equal(address_parse("255.255.255.255", 15, &e.address), ST_OK);
	look(&e, LONG_MS, &seen);
	assert_int_equal(seen.tls, TLS_UNKNOWN);
	assert_memory_equal(seen.detail, "connect: ", 9);
	assert_true(seen.is_unroutable);
}

/* A host that is down is none that there is no way to. */
static void
check_way(void **state)
{
	struct address here, there;

	(void)state;
	assert_int_equal(address_parse("127.0.0.1", 9, &here), ST_OK);
	assert_int_equal(address_parse("255.255.255.255", 15, &there), ST_OK);
	assert_false(reach_was_impossible(&here, EHOSTUNREACH));
	assert_false(reach_was_impossible(&here, ECONNREFUSED));
	assert_false(reach_was_impossible(&here, ETIMEDOUT));
	assert_true(reach_was_impossible(&there, ENETUNREACH));
}

/* A full backlog: SYNs are dropped. */
static void
check_connect_hangs(void **state)
{
	struct sockaddr_storage sa;
	struct endpoint e;
	struct seen seen;
	int listener = host_child_listen("127.0.0.1", 0, 0, &e);
	socklen_t len = endpoint_to_sockaddr(&e, &sa);
	int i, fds[4];

	(void)state;
	for (i = 0; i < 4; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fds[i], (struct sockaddr *)&sa, len);
	}
	look(&e, SHORT_MS, &seen);
	assert_int_equal(seen.tls, TLS_UNKNOWN);
	assert_string_equal(seen.detail, "connect: timed out");
	for (i = 0; i < 4; i++)
		close(fds[i]);
	close(listener);
}

/* --- leaving --------------------------------------------------------------------------------- */

static void
check_cancel_any_time(void **state)
{
	struct mx_host host = {
		.banner = BANNER, .ehlo = GREETED, .starttls = GO, .certs = { &leaf }
	};
	struct mx_host_report report;
	struct seen seen;
	struct smtp_probe *probe;
	int i, turns;

	(void)state;
	assert_true(mx_host_start(&host));
	for (turns = 0; turns < 60; turns++) {
		probe = look_later(&host.child.endpoint, LONG_MS, &seen);
		for (i = 0; i < turns && seen.times == 0; i++) {
			one_turn();
			usleep(200);
		}
		if (seen.times == 0)
			smtp_probe_cancel(probe);
		one_turn();
		assert_true(seen.times == 0 || seen.tls == TLS_UP);
		assert_true(mx_host_saw(&host, &report));
	}
	smtp_probe_cancel(NULL);
	mx_host_stop(&host);
}

/* No descriptor stays behind. */
static void
check_descriptors(void **state)
{
	int before = open("/dev/null", O_RDONLY), after;

	check_cancel_any_time(state);
	check_refused(state);
	check_no_way(state);
	close(before);
	after = open("/dev/null", O_RDONLY);
	assert_int_equal(after, before);
	close(after);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_look, look_cases),
		CASES(check_up, up_cases),
		CASES(check_keys, keys_cases),
		CASE("a chain without end is cut", check_long_chain),
		CASE("QUIT also without STARTTLS", check_plain_farewell),
		CASE("without a name of ours EHLO has the machine's", check_own_name),
		CASE("RPT-CNT-07 nobody listens: unknown", check_refused),
		CASE("RPT-CNT-07 no way there: unknown", check_no_way),
		CASE("a host that is down is one that there is a way to", check_way),
		CASE("RPT-CNT-07 no answer to SYN: unknown", check_connect_hangs),
		CASE("cancelled at any moment", check_cancel_any_time),
		CASE("no descriptor stays behind", check_descriptors),
	};
	int failed;

	make_certs();
	failed = cases_run_in_loop("smtp_probe", tables, COUNT_OF(tables));
	clear_certs();
	return failed;
}
