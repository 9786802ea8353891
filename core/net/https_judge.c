/* SPDX-License-Identifier: ISC */
#include <strings.h>

#include "net/https_handle.h"
#include "net/reach.h"

#define HTTP_STATUS_OK   200
#define LAST_WORDS_BYTES 120
#define SHOWN_BYTES      256 /* of a header field */

const char *
https_outcome_text(enum https_outcome outcome)
{
	static const char *const texts[] = {
#define X(name, text) [name] = text,
		HTTPS_OUTCOMES(X)
#undef X
	};

	return texts[outcome];
}

/* What is not listed happened before there was a connection. */
static const struct {
	CURLcode code;
	enum https_outcome outcome;
} outcomes[] = {
	{ CURLE_OK, HTTPS_OK },
	{ CURLE_PEER_FAILED_VERIFICATION, HTTPS_CERTIFICATE },
	{ CURLE_FILESIZE_EXCEEDED, HTTPS_TOO_BIG },
	{ CURLE_PARTIAL_FILE, HTTPS_TRUNCATED },
	{ CURLE_UNSUPPORTED_PROTOCOL, HTTPS_PROTOCOL }, /* HTTP/0.9 */
	{ CURLE_WEIRD_SERVER_REPLY, HTTPS_PROTOCOL },
	{ CURLE_GOT_NOTHING, HTTPS_PROTOCOL },
	{ CURLE_RECV_ERROR, HTTPS_PROTOCOL },
	{ CURLE_SEND_ERROR, HTTPS_PROTOCOL },
	{ CURLE_SSL_CONNECT_ERROR, HTTPS_TLS },
	{ CURLE_SSL_CERTPROBLEM, HTTPS_TLS },
	{ CURLE_SSL_CIPHER, HTTPS_TLS },
	{ CURLE_OPERATION_TIMEDOUT, HTTPS_TIMEOUT },
};

static enum https_outcome
outcome_of(CURLcode code)
{
	size_t i;

	for (i = 0; i < COUNT_OF(outcomes); i++)
		if (outcomes[i].code == code)
			return outcomes[i].outcome;
	return HTTPS_CONNECT;
}

/* Parameters do not matter (RFC 8461, section 3.2). */
static bool
is_text_plain(const char *type)
{
	static const char wanted[] = "text/plain";
	size_t len = sizeof(wanted) - 1;

	return type != NULL && strncasecmp(type, wanted, len) == 0 &&
	       strchr("; \t", type[len]) != NULL;
}

/*
 * Whether the body is known to be whole.  libcurl sees to lengths and chunks; what ends with the connection
 * may have been cut by anybody on the way, unless TLS was ended too.
 */
static bool
is_whole(const struct https_handle *h)
{
	struct curl_header *header;
	curl_off_t length = -1;

	curl_easy_getinfo(h->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	return length >= 0 || h->watch.has_ended ||
	       curl_easy_header(h->easy, "Transfer-Encoding", 0, CURLH_HEADER, -1,
		   &header) == CURLHE_OK;
}

/* RFC 8461, section 3.3; RFC 8460, section 5.4. */
static bool
is_success(const struct https_handle *h)
{
	return h->is_post ? h->http_status / 100 == 2
			  : h->http_status == HTTP_STATUS_OK;
}

/* In this order: what was sent with a refused status is of no interest. */
static enum https_outcome
judge(const struct https_handle *h, CURLcode code, const char *type)
{
	enum https_outcome outcome = outcome_of(code);

	if (h->refused > 0 && h->opened == 0)
		return HTTPS_ADDRESS_REFUSED;
	if (h->http_status != 0 && !is_success(h))
		return HTTPS_STATUS;
	if (h->http_status != 0 && h->is_post)
		return HTTPS_OK;
	if (h->is_too_big)
		return HTTPS_TOO_BIG;
	if (h->http_status != 0 && outcome == HTTPS_PROTOCOL)
		return HTTPS_TRUNCATED;
	if (outcome == HTTPS_OK && !is_whole(h))
		return HTTPS_TRUNCATED;
	if (outcome == HTTPS_OK && !is_text_plain(type))
		return HTTPS_MEDIA_TYPE;
	return outcome;
}

/* Often the only place where an endpoint says what it does not like. */
static void
add_last_words(const struct https_handle *h, struct strbuf *out)
{
	const char *body = strbuf_str(&h->body);
	size_t len = strcspn(body, "\r\n");

	if (!h->is_post || len == 0)
		return;
	strbuf_adds(out, ": ");
	strbuf_escape(out, body, len, LAST_WORDS_BYTES);
}

/* Of a certificate that was taken in spite of it. */
static void
add_fault(const struct https_handle *h, struct strbuf *out)
{
	if (h->watch.fault != NULL)
		strbuf_addf(out, "%s: %s", https_outcome_text(HTTPS_CERTIFICATE),
		    h->watch.fault);
}

/* libcurl's words; of a certificate only OpenSSL's own, which others look up (policy/x509_words.h). */
static const char *
words_of(const struct https_handle *h, CURLcode code)
{
	static const char before[] = "SSL certificate problem: ";
	const char *text = h->error[0] != '\0' ? h->error : curl_easy_strerror(code);
	size_t len = sizeof(before) - 1;

	return strncmp(text, before, len) == 0 ? text + len : text;
}

static void
explain(struct https_handle *h, CURLcode code, const char *type)
{
	const char *text = words_of(h, code);

	if (h->outcome == HTTPS_OK) {
		add_fault(h, &h->detail);
		return;
	}
	if (h->outcome == HTTPS_STATUS) {
		strbuf_addf(&h->detail, "HTTP status %d", h->http_status);
		add_last_words(h, &h->detail);
		return;
	}
	if (h->outcome == HTTPS_MEDIA_TYPE)
		text = type != NULL ? type : "no media type";
	else if (h->outcome != outcome_of(code))
		text = https_outcome_text(h->outcome);
	strbuf_escape(&h->detail, text, strlen(text), CURL_ERROR_SIZE);
}

static void
read_status(struct https_handle *h)
{
	long status = 0;

	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	h->http_status = (int)status;
}

/* What else a person wants to know; nothing of it where there was not even a handle. */
static void
look(struct https_handle *h)
{
	const char *type = NULL, *location = NULL;
	long error = 0;

	if (!h->is_look)
		return;
	curl_easy_getinfo(h->easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(h->easy, CURLINFO_REDIRECT_URL, &location);
	curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &error);
	if (type != NULL)
		strbuf_escape(&h->media_type, type, strlen(type), SHOWN_BYTES);
	if (location != NULL)
		strbuf_escape(&h->location, location, strlen(location), SHOWN_BYTES);
	h->seen.fault = h->watch.fault;
	h->seen.media_type = strbuf_str(&h->media_type);
	h->seen.location = strbuf_str(&h->location);
	h->seen.is_unroutable =
	    h->outcome == HTTPS_CONNECT && reach_was_impossible(&h->tried, (int)error);
}

void
https_handle_judge(struct https_handle *h, CURLcode code)
{
	const char *type = NULL;

	curl_easy_getinfo(h->easy, CURLINFO_CONTENT_TYPE, &type);
	read_status(h);
	h->outcome = judge(h, code, type);
	explain(h, code, type);
	look(h);
}

/* How far it came, the furthest first. */
static const struct {
	CURLINFO time;
	const char *missing;
} stages[] = {
	{ CURLINFO_STARTTRANSFER_TIME_T, "the reply did not end" },
	{ CURLINFO_APPCONNECT_TIME_T, "no HTTP reply" },
	{ CURLINFO_CONNECT_TIME_T, "the TLS handshake did not end" },
};

static const char *
what_is_missing(const struct https_handle *h)
{
	curl_off_t us;
	size_t i;

	if (h->easy == NULL)
		return "others had to be waited for";
	for (i = 0; i < COUNT_OF(stages); i++)
		if (curl_easy_getinfo(h->easy, stages[i].time, &us) == CURLE_OK &&
		    us > 0)
			return stages[i].missing;
	return "no connection";
}

void
https_handle_expire(struct https_handle *h, int deadline_ms)
{
	if (h->easy != NULL)
		read_status(h);
	if (h->is_post && h->http_status >= HTTP_STATUS_OK) {
		https_handle_judge(h, CURLE_OPERATION_TIMEDOUT);
		return;
	}
	h->outcome = HTTPS_TIMEOUT;
	strbuf_addf(&h->detail, "%d ms passed: %s", deadline_ms, what_is_missing(h));
	look(h);
}

struct https_answer
https_handle_answer(const struct https_handle *h)
{
	struct https_answer answer = {
		.outcome = h->outcome,
		.http_status = h->http_status,
		.detail = strbuf_str(&h->detail),
		.seen = h->is_look ? &h->seen : NULL,
	};

	if (h->outcome == HTTPS_OK || h->is_look) {
		answer.body = strbuf_str(&h->body);
		answer.len = h->body.len;
	}
	return answer;
}
