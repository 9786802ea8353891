/*
 * Policy hosts looked at for a person, whatever is wrong with them.  SPDX-License-Identifier: ISC
 */
#include <errno.h>

#include "https_host.h"
#include "net/https.h"
#include "policy/cert_names.h"
#include "run_loop.h"

#define NAME    "mta-sts.example.org"
#define ADDRESS "127.84.62.1"
#define NOBODY  "127.84.62.3"
#define BODY    "version: STSv1\n"

static char ca_file[] = "/tmp/test_https_look.XXXXXX";
static struct cert ca, other_ca, self, good, expired, stranger, unknown;
static struct address_range opened; /* 127.84.62.0/24 */

/* What was told, in words. */
struct told {
	bool is_told, has_seen, is_unroutable;
	enum https_outcome outcome;
	char fault[100], media_type[100], location[100], body[100];
	size_t cert_count;
	struct strbuf names;
};

static void
on_done(const struct https_answer *answer, void *arg)
{
	const struct https_seen *seen = answer->seen;
	struct told *t = arg;

	t->is_told = true;
	t->outcome = answer->outcome;
	t->has_seen = seen != NULL;
	snprintf(t->body, sizeof(t->body), "%.*s", (int)answer->len,
	    answer->body != NULL ? answer->body : "");
	if (seen == NULL)
		return;
	snprintf(
	    t->fault, sizeof(t->fault), "%s", seen->fault != NULL ? seen->fault : "");
	snprintf(t->media_type, sizeof(t->media_type), "%s", seen->media_type);
	snprintf(t->location, sizeof(t->location), "%s", seen->location);
	t->is_unroutable = seen->is_unroutable;
	t->cert_count = seen->chain.count;
	if (seen->chain.count > 0)
		cert_names_add(
		    &t->names, seen->chain.certs[0].der, seen->chain.certs[0].len);
}

static struct told
fetch(const char *address, bool is_look, bool is_open, int deadline_ms)
{
	const struct https_options options = {
		.ca_file = ca_file,
		.guard = { &opened, is_open ? 1 : 0 },
	};
	struct https_request request = {
		.path = "/.well-known/mta-sts.txt",
		.address_count = 1,
		.body_max = 100,
		.deadline_ms = deadline_ms,
		.is_look = is_look,
	};
	struct told t = { .is_told = false };
	struct address where;
	struct https *https;
	struct domain host;

	assert_int_equal(domain_parse(BYTES(NAME), &host, NULL), ST_OK);
	assert_int_equal(address_parse(address, strlen(address), &where), ST_OK);
	request.host = &host;
	request.addresses = &where;
	assert_int_equal(https_open(&options, &https, NULL), ST_OK);
	https_send(https, &request, on_done, &t);
	RUN_UNTIL(t.is_told);
	https_close(https);
	return t;
}

static void
begin_host(struct host *h)
{
	h->address = ADDRESS;
	if (h->cert == NULL)
		h->cert = &good;
	if (h->head == NULL)
		h->head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
	h->body = BODY;
	h->body_len = strlen(BODY);
	if (host_start(h))
		return;
	if (errno == EACCES)
		skip(); /* port 443 is for root */
	fail_msg("%s: %s", h->address, strerror(errno));
}

static const struct look_case {
	const char *name;
	struct host host;
	enum https_outcome outcome;
	const char *fault, *media_type, *location, *body, *names;
	bool is_short; /* of time */
} look_cases[] = {
	{ .name = "STS-FETCH-02 a good host: its certificate is told",
	    .media_type = "text/plain",
	    .body = BODY,
	    .names = NAME },
	{ .name = "STS-FETCH-02 SEED-40 an expired certificate ends nothing",
	    .host = { .cert = &expired },
	    .fault = "certificate has expired",
	    .media_type = "text/plain",
	    .body = BODY,
	    .names = NAME },
	{ .name = "STS-FETCH-02 SEED-40 nor does one for other names",
	    .host = { .cert = &stranger },
	    .fault = "hostname mismatch",
	    .media_type = "text/plain",
	    .body = BODY,
	    .names = "a.example, *.b.example" },
	{ .name = "STS-FETCH-02 SEED-40 nor one of an unknown authority",
	    .host = { .cert = &unknown },
	    .fault = "unable to get local issuer certificate",
	    .media_type = "text/plain",
	    .body = BODY,
	    .names = NAME },
	{ .name = "STS-FETCH-02 nor a self-signed one",
	    .host = { .cert = &self },
	    .fault = "self-signed certificate",
	    .media_type = "text/plain",
	    .body = BODY,
	    .names = NAME },
	{ .name = "STS-FETCH-04 SEED-42 a redirect is told, and not followed",
	    .host = { .head = "HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\n" },
	    .outcome = HTTPS_STATUS,
	    .media_type = "",
	    .location = "https://" NAME ":443/elsewhere",
	    .body = BODY,
	    .names = NAME },
	{ .name = "STS-FETCH-07 SEED-41 another media type, with the text",
	    .host = { .head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" },
	    .outcome = HTTPS_MEDIA_TYPE,
	    .media_type = "text/html",
	    .body = BODY,
	    .names = NAME },
	{ .name = "what a header holds cannot steer a terminal",
	    .host = { .head = "HTTP/1.1 200 OK\r\nContent-Type: text/\x1b[31m\r\n" },
	    .outcome = HTTPS_MEDIA_TYPE,
	    .media_type = "text/\\x1b[31m",
	    .body = BODY,
	    .names = NAME },
	{ .name = "STS-FETCH-09 no answer in time: the certificate is told",
	    .host = { .fault = FAULT_STALL },
	    .outcome = HTTPS_TIMEOUT,
	    .media_type = "",
	    .body = "",
	    .names = NAME,
	    .is_short = true },
	{ .name = "STS-FETCH-11 TLS 1.0: there is nothing to tell",
	    .host = { .tls_max = TLS1_VERSION },
	    .outcome = HTTPS_TLS,
	    .media_type = "",
	    .body = "",
	    .names = "" },
};

static void
check_look(void **state)
{
	const struct look_case *c = *state;
	struct host h = c->host;
	struct told t;

	begin_host(&h);
	t = fetch(ADDRESS, true, true, c->is_short ? 400 : 20000);
	assert_true(t.has_seen);
	assert_string_equal(
	    https_outcome_text(t.outcome), https_outcome_text(c->outcome));
	assert_string_equal(t.fault, c->fault != NULL ? c->fault : "");
	assert_string_equal(t.media_type, c->media_type);
	assert_string_equal(t.location, c->location != NULL ? c->location : "");
	assert_string_equal(t.body, c->body);
	assert_string_equal(strbuf_str(&t.names), c->names);
	assert_int_equal(t.cert_count, c->names[0] != '\0');
	strbuf_clear(&t.names);
	host_stop(&h);
}

/* A fetch for the engine is as strict as ever. */
static void
check_no_look(void **state)
{
	struct host h = { .cert = &expired };
	struct told t;

	(void)state;
	begin_host(&h);
	t = fetch(ADDRESS, false, true, 20000);
	assert_int_equal(t.outcome, HTTPS_CERTIFICATE);
	assert_false(t.has_seen);
	assert_string_equal(t.body, "");
	host_stop(&h);
}

static void
check_guard(void **state)
{
	struct host h = { .cert = &good };
	struct host_report report;
	struct told t;

	(void)state;
	begin_host(&h);
	t = fetch(ADDRESS, true, false, 20000);
	assert_int_equal(t.outcome, HTTPS_ADDRESS_REFUSED);
	assert_true(t.has_seen);
	assert_false(host_saw(&h, &report));
	host_stop(&h);
}

static void
check_nobody(void **state)
{
	struct told t;

	(void)state;
	t = fetch(NOBODY, true, true, 20000);
	assert_int_equal(t.outcome, HTTPS_CONNECT);
	assert_true(t.has_seen);
	assert_false(t.is_unroutable);
	assert_int_equal(t.cert_count, 0);
}

/* certs.h counts from a fixed day; libcurl knows only today. */
static struct cert
make_cert(const char *san, int from_days, int to_days, const struct cert *issuer)
{
	int today = (int)((time(NULL) - CERT_NOW) / CERT_DAY);
	const struct cert_spec spec = {
		.cn = issuer != NULL ? "x" : "an authority",
		.san = san,
		.is_ca = san == NULL,
		.from_days = today + from_days,
		.to_days = today + to_days,
	};

	return cert_make(&spec, issuer);
}

static void
make_certs(void)
{
	FILE *f;

	ca = make_cert(NULL, -30, 30, NULL);
	other_ca = make_cert(NULL, -30, 30, NULL);
	self = make_cert("DNS:" NAME, -30, 30, NULL);
	good = make_cert("DNS:" NAME, -30, 30, &ca);
	expired = make_cert("DNS:" NAME, -30, -1, &ca);
	stranger = make_cert("DNS:a.example,DNS:*.b.example", -30, 30, &ca);
	unknown = make_cert("DNS:" NAME, -30, 30, &other_ca);
	f = fdopen(mkstemp(ca_file), "w");
	cert_must(f != NULL && PEM_write_X509(f, ca.x509) == 1);
	fclose(f);
	cert_must(address_range_parse("127.84.62.0/24", 14, &opened) == ST_OK);
}

static void
clear_certs(void)
{
	struct cert *const all[] = { &ca, &other_ca, &self, &good, &expired, &stranger,
		&unknown };
	size_t i;

	for (i = 0; i < COUNT_OF(all); i++)
		cert_clear(all[i]);
	unlink(ca_file);
}

/* --- the names in a certificate ------------------------------------------------- */

static const struct names_case {
	const char *name, *san, *want;
} names_cases[] = {
	{ "one name", "DNS:a.example", "a.example" },
	{ "only DNS names count", "IP:192.0.2.1,DNS:a.example,email:x@y.example",
	    "a.example" },
	{ "no DNS name", "IP:192.0.2.1", "" },
	{ "as many as fit", "DNS:a,DNS:b,DNS:c,DNS:d,DNS:e,DNS:f,DNS:g,DNS:h",
	    "a, b, c, d, e, f, g, h" },
	{ "more than fit", "DNS:a,DNS:b,DNS:c,DNS:d,DNS:e,DNS:f,DNS:g,DNS:h,DNS:i",
	    "a, b, c, d, e, f, g, h, ..." },
	{ "bytes that steer a terminal", "DNS:a\x1b[31m", "a\\x1b[31m" },
};

static void
check_names(void **state)
{
	const struct names_case *c = *state;
	const struct cert_spec spec = { .cn = "x", .san = c->san };
	struct strbuf got = STRBUF_INIT;
	struct cert cert;

	cert = cert_make(&spec, NULL);
	cert_names_add(&got, cert.der, cert.len);
	assert_string_equal(strbuf_str(&got), c->want);
	cert_clear(&cert);
	strbuf_clear(&got);
}

static void
check_no_names(void **state)
{
	struct strbuf got = STRBUF_INIT;

	(void)state;
	cert_names_add(&got, good.der, good.len / 2);
	assert_int_equal(got.len, 0);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_look, look_cases),
		CASE("STS-FETCH-02 what is no look ends at the certificate",
		    check_no_look),
		CASE("STS-FETCH-14 the guard keeps looks from an address too",
		    check_guard),
		CASE("nobody there", check_nobody),
		CASES(check_names, names_cases),
		CASE("half a certificate has no names", check_no_names),
	};
	int failed;

	make_certs();
	failed = cases_run_in_loop("https_look", tables, COUNT_OF(tables));
	clear_certs();
	return failed;
}
