/*
 * Policy fetches, and posts of reports, with hosts that the test plays itself.  SPDX-License-Identifier: ISC
 */
#include <errno.h>

#include "https_host.h"
#include "net/https.h"
#include "run_loop.h"

#define NAME      "mta-sts.example.org"
#define ADDRESS   "127.84.61.1"
#define ADDRESS_2 "127.84.61.2"
#define NOBODY    "127.84.61.3"
#define PATH      "/.well-known/mta-sts.txt"
#define BODY_MAX  65536
#define LONG_MS   20000 /* not reached */
#define SHORT_MS  400

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

static struct cert ca, other_ca, good;
static char ca_file[] = "/tmp/test_https.XXXXXX";
static struct address_range opened; /* 127.84.61.0/24 */

/* --- fetching ----------------------------------------------------------------- */

struct answer {
	unsigned count, accepted;
	struct https_answer answer;
	struct strbuf body;
	char detail[256];
};

static void
on_done(const struct https_answer *answer, void *arg)
{
	struct answer *a = arg;

	a->count++;
	a->answer = *answer;
	strbuf_reset(&a->body);
	strbuf_add(&a->body, answer->body, answer->len);
	snprintf(a->detail, sizeof(a->detail), "%s", answer->detail);
}

static void
on_accepted(void *arg)
{
	struct answer *a = arg;

	assert_int_equal(a->count, 0); /* before the end, so before the connection's */
	a->accepted++;
}

static struct https *
open_https(bool is_open, int parallel_max)
{
	struct https_options options = {
		.ca_file = ca_file,
		.guard = { &opened, is_open ? 1 : 0 },
		.parallel_max = parallel_max,
	};
	struct https *https;
	struct why why;

	assert_int_equal(https_open(&options, &https, &why), ST_OK);
	return https;
}

/* addresses: one, or two with a blank between. */
static struct https_transfer *
begin(struct https *https, struct https_request request, const char *addresses,
    struct answer *a)
{
	struct address list[2];
	struct domain host;
	size_t len;

	assert_int_equal(domain_parse(NAME, strlen(NAME), &host, NULL), ST_OK);
	for (; *addresses != '\0'; addresses += len + (addresses[len] == ' ')) {
		len = strcspn(addresses, " ");
		assert_int_equal(
		    address_parse(addresses, len, &list[request.address_count++]),
		    ST_OK);
	}
	request.host = &host;
	request.addresses = list;
	a->count = a->accepted = 0;
	return https_send(https, &request, on_done, a);
}

static void
await(struct answer *a)
{
	assert_int_equal(a->count, 0);
	RUN_UNTIL(a->count > 0);
	assert_int_equal(a->count, 1);
}

static struct https_transfer *
get(struct https *https, const char *addresses, int deadline_ms, struct answer *a)
{
	struct https_request request = {
		.path = PATH,
		.body_max = BODY_MAX,
		.deadline_ms = deadline_ms,
	};

	return begin(https, request, addresses, a);
}

static void
fetch(struct https *https, const char *addresses, int deadline_ms, struct answer *a)
{
	get(https, addresses, deadline_ms, a);
	await(a);
}

static void
begin_host(struct host *h)
{
	if (h->address == NULL)
		h->address = ADDRESS;
	if (h->cert == NULL)
		h->cert = &good;
	if (h->head == NULL)
		h->head = OK_HEAD;
	if (!host_start(h)) {
		if (errno == EACCES)
			skip(); /* port 443 is for root */
		fail_msg("%s: %s", h->address, strerror(errno));
	}
}

static void
end(struct https *https, struct host *h, struct answer *a)
{
	https_close(https);
	if (h != NULL)
		host_stop(h);
	strbuf_clear(&a->body);
}

/* --- what a host may answer --------------------------------------------------- */

#define STATUS(text) "HTTP/1.1 " text "\r\nContent-Type: text/plain\r\n"
#define TYPE(text)   "HTTP/1.1 200 OK\r\nContent-Type: " text "\r\n"
#define MOVED(text)                                                                    \
	"HTTP/1.1 " text "\r\nLocation: https://" NAME "/elsewhere\r\n"                \
	"Content-Type: text/plain\r\n"

static const struct reply_case {
	const char *name;
	enum https_outcome outcome;
	int status;
	const char *detail;
	const char *head; /* NULL: 200 text/plain */
	size_t body_len;
	enum host_framing framing;
	enum host_fault fault;
} reply_cases[] = {
	{ "STS-FETCH-05 status 200 is taken", HTTPS_OK, 200, "", NULL, 80, FRAME_LENGTH,
	    FAULT_NONE },
	{ "STS-FETCH-05 status 201 is refused", HTTPS_STATUS, 201, "HTTP status 201",
	    STATUS("201 Created"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-05 status 203 is refused", HTTPS_STATUS, 203, "HTTP status 203",
	    STATUS("203 Non-Authoritative"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-05 status 204 is refused", HTTPS_STATUS, 204, "HTTP status 204",
	    STATUS("204 No Content") "\r\n", 0, FRAME_RAW, FAULT_NONE },
	{ "STS-FETCH-05 status 206 is refused", HTTPS_STATUS, 206, "HTTP status 206",
	    STATUS("206 Partial"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-05 status 304 is refused", HTTPS_STATUS, 304, "HTTP status 304",
	    STATUS("304 Not Modified") "\r\n", 0, FRAME_RAW, FAULT_NONE },
	{ "STS-FETCH-05 SEED-42 status 404 is refused", HTTPS_STATUS, 404,
	    "HTTP status 404", STATUS("404 Not Found"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-05 status 404 with a huge page is still 404", HTTPS_STATUS, 404,
	    "HTTP status 404", STATUS("404 Not Found"), 300000, FRAME_LENGTH,
	    FAULT_NONE },
	{ "STS-FETCH-05 status 500 is refused", HTTPS_STATUS, 500, "HTTP status 500",
	    STATUS("500 Oops"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-04 301 to the same host is not followed", HTTPS_STATUS, 301,
	    "HTTP status 301", MOVED("301 Moved"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-04 SEED-42 302 is not followed", HTTPS_STATUS, 302,
	    "HTTP status 302", MOVED("302 Found"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-04 303 is not followed", HTTPS_STATUS, 303, "HTTP status 303",
	    MOVED("303 See Other"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-04 307 is not followed", HTTPS_STATUS, 307, "HTTP status 307",
	    MOVED("307 Temporary"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-04 308 is not followed", HTTPS_STATUS, 308, "HTTP status 308",
	    MOVED("308 Permanent"), 80, FRAME_LENGTH, FAULT_NONE },

	{ "STS-FETCH-07 the media type in other letters", HTTPS_OK, 200, "",
	    TYPE("Text/Plain; charset=utf-8"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-07 parameters do not matter", HTTPS_OK, 200, "",
	    TYPE("text/plain ; charset=utf-16; x=y"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-07 SEED-41 text/html is refused", HTTPS_MEDIA_TYPE, 200,
	    "text/html", TYPE("text/html"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-07 application/octet-stream is refused", HTTPS_MEDIA_TYPE, 200,
	    "application/octet-stream", TYPE("application/octet-stream"), 80,
	    FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-07 text/plainer is refused", HTTPS_MEDIA_TYPE, 200, "text/plainer",
	    TYPE("text/plainer"), 80, FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-07 a missing media type is refused", HTTPS_MEDIA_TYPE, 200,
	    "no media type", "HTTP/1.1 200 OK\r\n", 80, FRAME_LENGTH, FAULT_NONE },
	{ "a media type is escaped for logs", HTTPS_MEDIA_TYPE, 200, "te\\\"xt\\x1b[1m",
	    TYPE("te\"xt\x1b[1m"), 80, FRAME_LENGTH, FAULT_NONE },

	{ "STS-FETCH-08 64 KiB are taken", HTTPS_OK, 200, "", NULL, BODY_MAX,
	    FRAME_LENGTH, FAULT_NONE },
	{ "STS-FETCH-08 64 KiB in a chunk are taken", HTTPS_OK, 200, "", NULL, BODY_MAX,
	    FRAME_CHUNKED, FAULT_NONE },
	{ "STS-FETCH-08 one octet more is refused", HTTPS_TOO_BIG, 200,
	    "Maximum file size exceeded", NULL, BODY_MAX + 1, FRAME_LENGTH,
	    FAULT_NONE },
	{ "STS-FETCH-08 one octet more in a chunk is refused", HTTPS_TOO_BIG, 200,
	    "body too big", NULL, BODY_MAX + 1, FRAME_CHUNKED, FAULT_NONE },
	{ "STS-FETCH-08 one octet more before the end is refused", HTTPS_TOO_BIG, 200,
	    "body too big", NULL, BODY_MAX + 1, FRAME_CLOSE, FAULT_NONE },
	{ "STS-FETCH-08 SEED-52 a huge promise is refused", HTTPS_TOO_BIG, 200, NULL,
	    OK_HEAD "Content-Length: 99999999999999\r\n\r\n", 0, FRAME_RAW,
	    FAULT_NONE },
	{ "STS-FETCH-08 headers without end are refused", HTTPS_TOO_BIG, 200,
	    "body too big", NULL, 0, FRAME_LENGTH, FAULT_HEADERS },

	{ "a body that ends with the connection is taken", HTTPS_OK, 200, "", NULL, 80,
	    FRAME_CLOSE, FAULT_NONE },
	{ "a body cut before its length is refused", HTTPS_TRUNCATED, 200, NULL, NULL,
	    80, FRAME_LENGTH, FAULT_SHORT },
	{ "a body cut within a chunk is refused", HTTPS_TRUNCATED, 200, NULL, NULL, 80,
	    FRAME_CHUNKED, FAULT_SHORT },
	{ "a body that TLS did not end is refused", HTTPS_TRUNCATED, 200, NULL, NULL,
	    80, FRAME_CLOSE, FAULT_NO_NOTIFY },
	{ "an empty body is a body", HTTPS_OK, 200, "", NULL, 0, FRAME_LENGTH,
	    FAULT_NONE },

	{ "HTTP/0.9 is not HTTP", HTTPS_PROTOCOL, 0, NULL, "version: STSv1\n", 0,
	    FRAME_RAW, FAULT_NONE },
	{ "no reply is not HTTP", HTTPS_PROTOCOL, 0, NULL, NULL, 0, FRAME_RAW,
	    FAULT_DUMB },
	{ "closing before TLS fails", HTTPS_TLS, 0, NULL, NULL, 0, FRAME_RAW,
	    FAULT_HANGUP },
	{ "HTTP without TLS fails", HTTPS_TLS, 0, NULL,
	    OK_HEAD "Content-Length: 0\r\n\r\n", 0, FRAME_RAW, FAULT_NO_TLS },

	{ "STS-FETCH-09 a host that never answers", HTTPS_TIMEOUT, 0,
	    "400 ms passed: no HTTP reply", NULL, 80, FRAME_LENGTH, FAULT_STALL },
	{ "STS-FETCH-09 SEED-52 a body that never ends", HTTPS_TIMEOUT, 200,
	    "400 ms passed: the reply did not end", NULL, 80, FRAME_LENGTH,
	    FAULT_DRIP },
};

static void
check_reply(void **state)
{
	const struct reply_case *c = *state;
	bool is_slow = c->outcome == HTTPS_TIMEOUT;
	struct host h = {
		.head = c->head,
		.body_len = c->body_len,
		.framing = c->framing,
		.fault = c->fault,
	};
	struct answer a = { 0 };
	struct host_report report;
	struct https *https;

	begin_host(&h);
	https = open_https(true, 0);
	fetch(https, ADDRESS, is_slow ? SHORT_MS : LONG_MS, &a);
	assert_string_equal(
	    https_outcome_text(a.answer.outcome), https_outcome_text(c->outcome));
	assert_int_equal(a.answer.http_status, c->status);
	if (c->detail != NULL)
		assert_string_equal(a.detail, c->detail);
	else
		assert_string_not_equal(a.detail, "");
	if (c->outcome == HTTPS_OK)
		assert_int_equal(a.body.len, c->body_len);
	else
		assert_null(a.answer.body);
	if (host_saw(&h, &report)) /* and never a second request */
		assert_false(host_saw(&h, &report));
	end(https, &h, &a);
}

/* --- the request -------------------------------------------------------------- */

static void
check_request(void **state)
{
	static const char want[] = "GET " PATH " HTTP/1.1\r\n"
				   "Host: " NAME "\r\n"
				   "User-Agent: hopseal\r\n"
				   "Accept: */*\r\n"
				   "\r\n";
	struct host h = {
		.head =
		    OK_HEAD "Set-Cookie: a=b\r\nCache-Control: max-age=60\r\n"
			    "ETag: \"1\"\r\nExpires: Thu, 01 Jan 2099 00:00:00 GMT\r\n"
			    "Last-Modified: Thu, 01 Jan 2015 00:00:00 GMT\r\n"
			    "Strict-Transport-Security: max-age=99999\r\n",
		.body = "version: STSv1\n",
		.body_len = 15,
	};
	struct answer a = { 0 };
	struct host_report report;
	struct https *https;
	int i;

	(void)state;
	setenv("https_proxy", "http://" NOBODY ":9", 1);
	setenv("ALL_PROXY", "http://" NOBODY ":9", 1);
	begin_host(&h);
	https = open_https(true, 0);
	for (i = 0; i < 2; i++) {
		fetch(https, ADDRESS, LONG_MS, &a);
		assert_int_equal(a.answer.outcome, HTTPS_OK);
		assert_string_equal(strbuf_str(&a.body), "version: STSv1\n");
		RUN_UNTIL(host_saw(&h, &report));
		assert_string_equal(report.request, want);
		assert_string_equal(report.sni, NAME);
	}
	end(https, &h, &a);
	unsetenv("https_proxy");
	unsetenv("ALL_PROXY");
}

/* What a gzip bomb would do: nothing, since nobody asked for gzip. */
static void
check_encoding(void **state)
{
	struct host h = {
		.head = OK_HEAD "Content-Encoding: gzip\r\n",
		.body = "\x1f\x8b\x08 as it came",
		.body_len = 14,
	};
	struct answer a = { 0 };
	struct https *https;

	(void)state;
	begin_host(&h);
	https = open_https(true, 0);
	fetch(https, ADDRESS, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_OK);
	assert_int_equal(a.body.len, 14);
	assert_memory_equal(a.body.data, h.body, 14);
	end(https, &h, &a);
}

/* --- TLS ---------------------------------------------------------------------- */

static const struct version_case {
	const char *name;
	int tls_max;
	enum https_outcome outcome;
	const char *version;
} version_cases[] = {
	{ "STS-FETCH-11 TLS 1.3 is taken", TLS1_3_VERSION, HTTPS_OK, "TLSv1.3" },
	{ "STS-FETCH-11 TLS 1.2 is taken", TLS1_2_VERSION, HTTPS_OK, "TLSv1.2" },
	{ "STS-FETCH-11 SEED-40 TLS 1.1 is refused", TLS1_1_VERSION, HTTPS_TLS, NULL },
	{ "STS-FETCH-11 TLS 1.0 is refused", TLS1_VERSION, HTTPS_TLS, NULL },
};

static void
check_version(void **state)
{
	const struct version_case *c = *state;
	struct host h = { .body_len = 80, .tls_max = c->tls_max };
	struct answer a = { 0 };
	struct host_report report;
	struct https *https;

	begin_host(&h);
	https = open_https(true, 0);
	fetch(https, ADDRESS, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, c->outcome);
	if (c->version != NULL) {
		RUN_UNTIL(host_saw(&h, &report));
		assert_string_equal(report.version, c->version);
	}
	end(https, &h, &a);
}

enum issuer { OURS, UNKNOWN, ITSELF };

static const struct cert_case {
	const char *name;
	bool is_valid;
	const char *cn, *san;
	int from_days, to_days; /* from today; both 0: valid */
	enum issuer issuer;
} cert_cases[] = {
	{ "STS-FETCH-02 a dNSName of the policy host", true, "x", "DNS:" NAME, 0, 0,
	    OURS },
	{ "STS-FETCH-02 a wildcard for one label", true, "x", "DNS:*.example.org", 0, 0,
	    OURS },
	{ "STS-FETCH-02 NAME-01 a dNSName in other letters", true, "x",
	    "DNS:MTA-STS.Example.ORG", 0, 0, OURS },
	{ "STS-FETCH-02 one of several dNSNames", true, "x",
	    "DNS:www.example.org,DNS:" NAME, 0, 0, OURS },
	{ "STS-FETCH-02 NAME-03 a common name alone is refused", false, NAME, NULL, 0,
	    0, OURS },
	{ "STS-FETCH-02 NAME-08 a common name beside an address is refused", false,
	    NAME, "IP:" ADDRESS, 0, 0, OURS },
	{ "STS-FETCH-02 the domain without mta-sts is refused", false, NAME,
	    "DNS:example.org", 0, 0, OURS },
	{ "STS-FETCH-02 the provider's own name is refused", false, NAME,
	    "DNS:mta-sts.provider.example", 0, 0, OURS },
	{ "STS-FETCH-02 NAME-02 a partial wildcard is refused", false, "x",
	    "DNS:mta-*.example.org", 0, 0, OURS },
	{ "STS-FETCH-02 NAME-02 a wildcard for two labels is refused", false, "x",
	    "DNS:*.org", 0, 0, OURS },
	{ "STS-FETCH-02 SEED-40 an expired certificate is refused", false, "x",
	    "DNS:" NAME, -30, -1, OURS },
	{ "STS-FETCH-02 a certificate of the future is refused", false, "x",
	    "DNS:" NAME, 2, 30, OURS },
	{ "STS-FETCH-02 an unknown issuer is refused", false, "x", "DNS:" NAME, 0, 0,
	    UNKNOWN },
	{ "STS-FETCH-02 a self-signed certificate is refused", false, "x", "DNS:" NAME,
	    0, 0, ITSELF },
};

/* certs.h counts from a fixed day; libcurl knows only today. */
static struct cert
make_cert(const struct cert_spec *spec, const struct cert *issuer)
{
	int today = (int)((time(NULL) - CERT_NOW) / CERT_DAY);
	bool is_usual = spec->from_days == 0 && spec->to_days == 0;
	struct cert_spec s = *spec;

	s.from_days = today + (is_usual ? -1 : spec->from_days);
	s.to_days = today + (is_usual ? 30 : spec->to_days);
	return cert_make(&s, issuer);
}

static void
check_cert(void **state)
{
	const struct cert_case *c = *state;
	const struct cert *issuers[] = { [OURS] = &ca, [UNKNOWN] = &other_ca };
	struct cert_spec spec = {
		.cn = c->cn,
		.san = c->san,
		.from_days = c->from_days,
		.to_days = c->to_days,
	};
	struct cert cert =
	    make_cert(&spec, c->issuer != ITSELF ? issuers[c->issuer] : NULL);
	struct host h = { .cert = &cert, .body_len = 80 };
	struct answer a = { 0 };
	struct https *https;

	begin_host(&h);
	https = open_https(true, 0);
	fetch(https, ADDRESS, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, c->is_valid ? HTTPS_OK : HTTPS_CERTIFICATE);
	if (!c->is_valid)
		assert_string_not_equal(a.detail, "");
	end(https, &h, &a);
	cert_clear(&cert);
}

/* --- posting a report --------------------------------------------------------- */

#define REPORT      "\x1f\x8b\x08\0 a report"
#define REPORT_TYPE "application/tlsrpt+gzip"
#define REPORT_PORT 8443

static void
post(struct https *https, unsigned port, const struct https_post *what, int deadline_ms,
    struct answer *a)
{
	struct https_request request = {
		.path = "/v1/reports?for=example.org",
		.body_max = BODY_MAX,
		.deadline_ms = deadline_ms,
		.port = port,
		.post = what,
	};

	begin(https, request, ADDRESS, a);
	await(a);
}

static const struct https_post small_post = {
	.body = REPORT,
	.len = sizeof(REPORT) - 1,
	.media_type = REPORT_TYPE,
	.accepted = on_accepted,
};

static const struct post_case {
	const char *name;
	enum https_outcome outcome;
	int status;
	const char *detail; /* NULL: something */
	const char *head, *body;
	enum host_framing framing;
	enum host_fault fault;
} post_cases[] = {
	{ "RPT-HTTP-02 status 200 is success", HTTPS_OK, 200, "", STATUS("200 OK"),
	    "thank you", FRAME_LENGTH, FAULT_NONE },
	{ "RPT-HTTP-02 status 201 is success", HTTPS_OK, 201, "", STATUS("201 Created"),
	    "", FRAME_LENGTH, FAULT_NONE },
	{ "RPT-HTTP-02 status 202 is success", HTTPS_OK, 202, "",
	    STATUS("202 Accepted"), "later", FRAME_CHUNKED, FAULT_NONE },
	{ "RPT-HTTP-02 status 204 is success", HTTPS_OK, 204, "",
	    STATUS("204 No Content") "\r\n", "", FRAME_RAW, FAULT_NONE },
	{ "RPT-HTTP-02 the media type of the answer does not matter", HTTPS_OK, 200, "",
	    TYPE("text/html"), "<p>", FRAME_LENGTH, FAULT_NONE },
	{ "RPT-HTTP-02 success is success though the rest is cut", HTTPS_OK, 200, "",
	    STATUS("200 OK"), "thank you", FRAME_LENGTH, FAULT_SHORT },
	{ "RPT-HTTP-02 success is success though the rest never comes", HTTPS_OK, 200,
	    "", STATUS("200 OK"), "thank you", FRAME_LENGTH, FAULT_DRIP },
	{ "RPT-HTTP-04 301 is not followed", HTTPS_STATUS, 301,
	    "HTTP status 301: moved", MOVED("301 Moved"), "moved", FRAME_LENGTH,
	    FAULT_NONE },
	{ "RPT-HTTP-04 307 is not followed", HTTPS_STATUS, 307, "HTTP status 307",
	    MOVED("307 Temporary"), "", FRAME_LENGTH, FAULT_NONE },
	{ "RPT-HTTP-04 308 is not followed", HTTPS_STATUS, 308, "HTTP status 308",
	    MOVED("308 Permanent"), "", FRAME_LENGTH, FAULT_NONE },
	{ "RPT-HTTP-02 400 fails, with the first line of what was said", HTTPS_STATUS,
	    400, "HTTP status 400: no such \\\"domain\\\"\\x1b[1m", STATUS("400 Bad"),
	    "no such \"domain\"\x1b[1m\r\nsecond line", FRAME_LENGTH, FAULT_NONE },
	{ "RPT-HTTP-02 413 fails", HTTPS_STATUS, 413, "HTTP status 413",
	    STATUS("413 Too Large"), "", FRAME_LENGTH, FAULT_NONE },
	{ "RPT-HTTP-02 500 fails", HTTPS_STATUS, 500, "HTTP status 500: oops",
	    STATUS("500 Oops"), "oops", FRAME_CLOSE, FAULT_NONE },
	{ "RPT-HTTP-02 503 fails though the rest never comes", HTTPS_STATUS, 503,
	    "HTTP status 503: o", STATUS("503 Busy"), "oops", FRAME_LENGTH,
	    FAULT_DRIP },
	{ "RPT-HTTP-02 100 alone is no success", HTTPS_TIMEOUT, 100, NULL,
	    "HTTP/1.1 100 Continue\r\n\r\n", "", FRAME_RAW, FAULT_DRIP },
	{ "RPT-HTTP-02 no answer is no success", HTTPS_PROTOCOL, 0, NULL,
	    STATUS("200 OK"), "", FRAME_RAW, FAULT_DUMB },
	{ "RPT-HTTP-04 no answer in time is no success", HTTPS_TIMEOUT, 0,
	    "400 ms passed: no HTTP reply", STATUS("200 OK"), "", FRAME_LENGTH,
	    FAULT_STALL },
	{ "RPT-HTTP-03 never without TLS", HTTPS_TLS, 0, NULL,
	    STATUS("200 OK") "Content-Length: 0\r\n\r\n", "", FRAME_RAW, FAULT_NO_TLS },
};

static bool
must_wait(const struct post_case *c)
{
	return c->fault == FAULT_DRIP || c->fault == FAULT_STALL;
}

static void
check_post(void **state)
{
	const struct post_case *c = *state;
	struct host h = {
		.head = c->head,
		.body = c->body,
		.body_len = strlen(c->body),
		.framing = c->framing,
		.fault = c->fault,
	};
	struct answer a = { 0 };
	struct host_report report;
	struct https *https;

	begin_host(&h);
	https = open_https(true, 0);
	post(https, 0, &small_post, must_wait(c) ? SHORT_MS : LONG_MS, &a);
	assert_int_equal(a.accepted, c->outcome == HTTPS_OK);
	assert_string_equal(
	    https_outcome_text(a.answer.outcome), https_outcome_text(c->outcome));
	assert_int_equal(a.answer.http_status, c->status);
	if (c->detail != NULL)
		assert_string_equal(a.detail, c->detail);
	else
		assert_string_not_equal(a.detail, "");
	if (host_saw(&h, &report)) /* and never a second request */
		assert_false(host_saw(&h, &report));
	end(https, &h, &a);
}

static void
assert_posted(const struct host_report *report, const void *body, size_t len)
{
	uint8_t sum[32];

	assert_int_equal(report->body_len, len);
	EVP_Digest(body, len, sum, NULL, EVP_sha256(), NULL);
	assert_memory_equal(report->body_sum, sum, sizeof(sum));
}

static void
check_post_request(void **state)
{
	static const char want[] = "POST /v1/reports?for=example.org HTTP/1.1\r\n"
				   "Host: " NAME ":8443\r\n"
				   "User-Agent: hopseal\r\n"
				   "Accept: */*\r\n"
				   "Content-Type: " REPORT_TYPE "\r\n"
				   "Content-Length: 13\r\n"
				   "\r\n";
	struct host h = { .port = REPORT_PORT, .body_len = 3 };
	struct answer a = { 0 };
	struct host_report report;
	struct https *https;

	(void)state;
	begin_host(&h);
	https = open_https(true, 0);
	post(https, REPORT_PORT, &small_post, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_OK);
	assert_string_equal(strbuf_str(&a.body), "xxx");
	RUN_UNTIL(host_saw(&h, &report));
	assert_string_equal(report.request, want);
	assert_string_equal(report.sni, NAME);
	assert_posted(&report, REPORT, sizeof(REPORT) - 1);
	end(https, &h, &a);
}

/* Long enough for libcurl to ask for permission first; and the caller's copy may go. */
static void
check_post_long(void **state)
{
	enum { LONG_BODY = 3 * 1024 * 1024 };
	char *body = xmalloc(LONG_BODY), *copy;
	struct https_post what = {
		.body = copy = xmalloc(LONG_BODY),
		.len = LONG_BODY,
		.media_type = REPORT_TYPE,
	};
	struct https_request request = {
		.path = "/", .body_max = BODY_MAX, .deadline_ms = LONG_MS, .post = &what
	};
	struct host h = { .body_len = 0 };
	struct answer a = { 0 };
	struct host_report report;
	struct https *https;
	size_t i;

	(void)state;
	for (i = 0; i < LONG_BODY; i++)
		body[i] = copy[i] = (char)(i * 31 >> 3);
	begin_host(&h);
	https = open_https(true, 0);
	begin(https, request, ADDRESS, &a);
	memset(copy, 0, LONG_BODY);
	free(copy);
	await(&a);
	assert_int_equal(a.answer.outcome, HTTPS_OK);
	RUN_UNTIL(host_saw(&h, &report));
	assert_null(strstr(report.request, "Expect"));
	assert_posted(&report, body, LONG_BODY);
	end(https, &h, &a);
	free(body);
}

static const struct endless_case {
	const char *name, *head;
	enum https_outcome outcome;
} endless_cases[] = {
	{ "RPT-HTTP-04 of an endless answer 64 KiB are read: success",
	    STATUS("200 OK") "\r\n", HTTPS_OK },
	{ "RPT-HTTP-04 of an endless answer 64 KiB are read: failure",
	    STATUS("500 Oops") "\r\n", HTTPS_STATUS },
	{ "RPT-HTTP-04 an answer that promises more is left",
	    STATUS("200 OK") "Content-Length: 99999999999\r\n\r\n", HTTPS_OK },
};

static void
check_post_endless(void **state)
{
	const struct endless_case *c = *state;
	struct host h = {
		.head = c->head, .framing = FRAME_RAW, .fault = FAULT_ENDLESS
	};
	struct answer a = { 0 };
	struct https *https;

	begin_host(&h);
	https = open_https(true, 0);
	post(https, 0, &small_post, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, c->outcome);
	if (c->outcome == HTTPS_OK)
		assert_int_equal(a.body.len, BODY_MAX);
	else
		assert_string_equal(a.detail, "HTTP status 500: all work and no play");
	end(https, &h, &a);
}

static const struct post_cert_case {
	const char *name;
	struct cert_spec spec;
	enum issuer issuer;
	const char *detail;
} post_cert_cases[] = {
	{ "RPT-HTTP-03 an expired certificate",
	    { .cn = "x", .san = "DNS:" NAME, .from_days = -30, .to_days = -1 }, OURS,
	    "certificate not valid: certificate has expired" },
	{ "RPT-HTTP-03 a self-signed certificate", { .cn = "x", .san = "DNS:" NAME },
	    ITSELF, "certificate not valid: self-signed certificate" },
	{ "RPT-HTTP-03 an unknown issuer", { .cn = "x", .san = "DNS:" NAME }, UNKNOWN,
	    "certificate not valid: unable to get local issuer certificate" },
	{ "RPT-HTTP-03 another name", { .cn = NAME, .san = "DNS:example.org" }, OURS,
	    "certificate not valid: hostname mismatch" },
};

static void
check_post_cert(void **state)
{
	const struct post_cert_case *c = *state;
	const struct cert *issuers[] = { [OURS] = &ca, [UNKNOWN] = &other_ca };
	struct cert cert =
	    make_cert(&c->spec, c->issuer != ITSELF ? issuers[c->issuer] : NULL);
	struct host h = { .cert = &cert };
	struct https_post any = small_post;
	struct answer a = { 0 };
	struct host_report report;
	struct https *https;

	any.is_any_certificate = true;
	begin_host(&h);
	https = open_https(true, 0);
	post(https, 0, &any, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_OK);
	assert_string_equal(a.detail, c->detail);
	RUN_UNTIL(host_saw(&h, &report));
	assert_posted(&report, REPORT, sizeof(REPORT) - 1);
	post(https, 0, &small_post, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_CERTIFICATE);
	assert_string_not_equal(a.detail, "");
	assert_false(host_saw(&h, &report));
	end(https, &h, &a);
	cert_clear(&cert);
}

static void
check_post_good_cert(void **state)
{
	struct host h = { .body_len = 0 };
	struct https_post any = small_post;
	struct answer a = { 0 };
	struct https *https;

	(void)state;
	any.is_any_certificate = true;
	begin_host(&h);
	https = open_https(true, 0);
	post(https, 0, &any, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_OK);
	assert_string_equal(a.detail, "");
	end(https, &h, &a);
}

static void
check_post_guard(void **state)
{
	struct host h = { .body_len = 0 };
	struct answer a = { 0 };
	struct host_report report;
	struct https *https;

	(void)state;
	begin_host(&h);
	https = open_https(false, 0);
	post(https, 0, &small_post, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_ADDRESS_REFUSED);
	assert_false(host_saw(&h, &report));
	end(https, &h, &a);
}

/* --- addresses ---------------------------------------------------------------- */

static void
check_guard(void **state)
{
	struct host h = { .body_len = 80 };
	struct answer a = { 0 };
	struct host_report report;
	struct https *https;

	(void)state;
	begin_host(&h);
	https = open_https(false, 0);
	fetch(https, ADDRESS " 10.0.0.1", LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_ADDRESS_REFUSED);
	assert_string_equal(a.detail, "all addresses are refused ranges");
	assert_false(host_saw(&h, &report));
	end(https, &h, &a);
}

static void
check_guard_mixed(void **state)
{
	struct host h = { .body_len = 80 };
	struct answer a = { 0 };
	struct https *https;

	(void)state;
	begin_host(&h);
	https = open_https(true, 0);
	fetch(https, "10.0.0.1 " ADDRESS, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_OK);
	end(https, &h, &a);
}

static void
check_nobody(void **state)
{
	struct answer a = { 0 };
	struct https *https = open_https(true, 0);

	(void)state;
	fetch(https, NOBODY, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_CONNECT);
	assert_int_equal(a.answer.http_status, 0);
	end(https, NULL, &a);
}

static void
check_second_address(void **state)
{
	struct host h = { .body_len = 80 };
	struct answer a = { 0 };
	struct https *https;

	(void)state;
	begin_host(&h);
	https = open_https(true, 0);
	fetch(https, NOBODY " " ADDRESS, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_OK);
	end(https, &h, &a);
}

/* The same name twice at a time, each with the address it was given. */
static void
check_own_addresses(void **state)
{
	struct host one = { .body = "one", .body_len = 3 };
	struct host two = { .address = ADDRESS_2, .body = "two", .body_len = 3 };
	struct answer a = { 0 }, b = { 0 };
	struct https *https;

	(void)state;
	begin_host(&one);
	begin_host(&two);
	https = open_https(true, 0);
	get(https, ADDRESS, LONG_MS, &a);
	get(https, ADDRESS_2, LONG_MS, &b);
	RUN_UNTIL(a.count > 0 && b.count > 0);
	assert_string_equal(strbuf_str(&a.body), "one");
	assert_string_equal(strbuf_str(&b.body), "two");
	fetch(https, NOBODY, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_CONNECT);
	end(https, &one, &a);
	host_stop(&two);
	strbuf_clear(&b.body);
}

/* --- many, and cancelling ----------------------------------------------------- */

static void
check_parallel_max(void **state)
{
	struct host slow = { .body_len = 80, .fault = FAULT_STALL };
	struct host quick = { .address = ADDRESS_2, .body_len = 80 };
	struct answer first = { 0 }, second = { 0 }, late = { 0 };
	struct host_report report;
	struct https *https;

	(void)state;
	begin_host(&slow);
	begin_host(&quick);
	https = open_https(true, 1);
	get(https, ADDRESS, 2 * SHORT_MS, &first);
	get(https, ADDRESS_2, SHORT_MS, &late);
	get(https, ADDRESS_2, LONG_MS, &second);
	RUN_UNTIL(late.count > 0);
	assert_int_equal(late.answer.outcome, HTTPS_TIMEOUT);
	assert_string_equal(late.detail, "400 ms passed: others had to be waited for");
	assert_int_equal(second.count, 0);
	assert_false(host_saw(&quick, &report));
	RUN_UNTIL(second.count > 0);
	assert_int_equal(first.answer.outcome, HTTPS_TIMEOUT);
	assert_int_equal(second.answer.outcome, HTTPS_OK);
	end(https, &slow, &first);
	host_stop(&quick);
	strbuf_clear(&second.body);
	strbuf_clear(&late.body);
}

static void
check_cancel(void **state)
{
	struct host h = { .body_len = 80 };
	struct answer never = { 0 }, a = { 0 };
	struct https_transfer *running, *waiting;
	struct https *https;

	(void)state;
	begin_host(&h);
	https = open_https(true, 1);
	https_cancel(NULL);
	running = get(https, ADDRESS, LONG_MS, &never);
	waiting = get(https, ADDRESS, LONG_MS, &never);
	one_turn();
	https_cancel(waiting);
	https_cancel(running);
	fetch(https, ADDRESS, LONG_MS, &a);
	assert_int_equal(a.answer.outcome, HTTPS_OK);
	assert_int_equal(never.count, 0);
	end(https, &h, &a);
}

static void
check_close_outstanding(void **state)
{
	struct host h = { .body_len = 80 };
	struct answer never = { 0 };
	struct https *https;

	(void)state;
	begin_host(&h);
	https = open_https(true, 1);
	get(https, ADDRESS, LONG_MS, &never);
	get(https, ADDRESS, LONG_MS, &never);
	one_turn();
	end(https, &h, &never);
	one_turn();
	assert_int_equal(never.count, 0);
}

static struct https *closed_inside;

static void
on_done_close(const struct https_answer *answer, void *arg)
{
	https_close(closed_inside);
	on_done(answer, arg);
}

static void
check_close_inside(void **state)
{
	struct address nobody;
	struct domain host;
	struct https_request request = {
		.host = &host,
		.path = PATH,
		.addresses = &nobody,
		.address_count = 1,
		.body_max = BODY_MAX,
		.deadline_ms = LONG_MS,
	};
	struct answer a = { 0 }, never = { 0 };

	(void)state;
	assert_int_equal(domain_parse(NAME, strlen(NAME), &host, NULL), ST_OK);
	assert_int_equal(address_parse(NOBODY, strlen(NOBODY), &nobody), ST_OK);
	closed_inside = open_https(true, 1);
	https_send(closed_inside, &request, on_done_close, &a);
	https_send(closed_inside, &request, on_done, &never);
	RUN_UNTIL(a.count > 0);
	one_turn();
	assert_int_equal(a.answer.outcome, HTTPS_CONNECT);
	assert_int_equal(never.count, 0);
	strbuf_clear(&a.body);
}

/* --- opening ------------------------------------------------------------------ */

static const struct bundle_case {
	const char *name, *text; /* NULL: no file */
	const char *want;        /* a part of the reason */
} bundle_cases[] = {
	{ "STS-APP-14 a missing bundle is refused", NULL, "No such file" },
	{ "STS-APP-14 an empty bundle is refused", "", "no certificate in it" },
	{ "STS-APP-14 a bundle of other text is refused", "# nothing here\n",
	    "no certificate in it" },
	{ "STS-APP-14 a damaged bundle is refused",
	    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	    "damaged certificate" },
};

static void
check_bundle(void **state)
{
	const struct bundle_case *c = *state;
	char path[] = "/tmp/test_https.XXXXXX";
	struct https_options options = { .ca_file = path };
	struct https *https = NULL;
	struct why why = { "" };
	int fd = mkstemp(path);

	if (c->text != NULL)
		assert_int_equal(write(fd, c->text, strlen(c->text)), strlen(c->text));
	else
		unlink(path);
	close(fd);
	assert_int_equal(https_open(&options, &https, &why), ST_IO);
	assert_null(https);
	assert_non_null(strstr(why.text, path));
	assert_non_null(strstr(why.text, c->want));
	unlink(path);
}

static void
make_world(void)
{
	struct cert_spec ours = { .cn = "ours", .is_ca = true };
	struct cert_spec other = { .cn = "unknown", .is_ca = true };
	struct cert_spec leaf = { .cn = "x", .san = "DNS:" NAME };
	FILE *f;

	ca = make_cert(&ours, NULL);
	other_ca = make_cert(&other, NULL);
	good = make_cert(&leaf, &ca);
	f = fdopen(mkstemp(ca_file), "w");
	fputs("# our own root\n", f);
	cert_must(PEM_write_X509(f, ca.x509) == 1);
	fclose(f);
	cert_must(address_range_parse("127.84.61.0/24", 14, &opened) == ST_OK);
}

static void
clear_world(void)
{
	cert_clear(&ca);
	cert_clear(&other_ca);
	cert_clear(&good);
	unlink(ca_file);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_reply, reply_cases),
		CASE(
		    "STS-FETCH-01 STS-FETCH-03 STS-FETCH-06 STS-FETCH-15 SEED-42 two GETs: "
		    "each whole, no cookie, no condition, no proxy, SNI",
		    check_request),
		CASE("STS-FETCH-08 STS-FETCH-15 nothing is decoded", check_encoding),
		CASES(check_version, version_cases),
		CASES(check_cert, cert_cases),
		CASES(check_post, post_cases),
		CASE("RPT-HTTP-01 the file itself, its media type, no encoding, to the "
		     "port of the URI",
		    check_post_request),
		CASE("RPT-HTTP-01 a long report goes without asking, from a copy",
		    check_post_long),
		CASES(check_post_endless, endless_cases),
		CASES(check_post_cert, post_cert_cases),
		CASE("RPT-HTTP-03 a good certificate leaves nothing to tell",
		    check_post_good_cert),
		CASE("RPT-HTTP-04 refused addresses are not posted to",
		    check_post_guard),
		CASE(
		    "STS-FETCH-14 refused addresses are not connected to", check_guard),
		CASE("STS-FETCH-14 a refused address beside an allowed one",
		    check_guard_mixed),
		CASE("a refused connection", check_nobody),
		CASE("a second address after a refused connection",
		    check_second_address),
		CASE("each transfer uses its own addresses", check_own_addresses),
		CASE("too many at once wait, within their time", check_parallel_max),
		CASE("a cancelled transfer is not answered", check_cancel),
		CASE("closing cancels what is outstanding", check_close_outstanding),
		CASE("the answer's function may close", check_close_inside),
		CASES(check_bundle, bundle_cases),
	};
	int failed;

	make_world();
	failed = cases_run_in_loop("https", tables, COUNT_OF(tables));
	clear_world();
	return failed;
}
