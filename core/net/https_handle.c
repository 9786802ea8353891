/* SPDX-License-Identifier: ISC */
#include "net/https_handle.h"

#include <strings.h>
#include <sys/socket.h>

#include "base/endpoint.h"
#include "base/log.h"
#include "base/mem.h"

#define EYEBALLS_MS    200
#define HEADERS_MAX    (64 * 1024)
#define HTTP_STATUS_OK 200

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

/* libcurl's objects end the process with memory, like our own (base/mem.h). */
static void *
checked(void *object)
{
	if (object == NULL) {
		log_err("https: memory=exhausted action=exit");
		abort();
	}
	return object;
}

/* --- what libcurl asks during a transfer -------------------------------------- */

static curl_socket_t
on_open_socket(void *arg, curlsocktype purpose UNUSED, struct curl_sockaddr *to)
{
	struct https_handle *h = arg;
	struct endpoint e;

	if (!endpoint_from_sockaddr(&to->addr, &e) ||
	    !guard_allows(h->guard, &e.address)) {
		h->refused++;
		return CURL_SOCKET_BAD; /* it goes on with the next address */
	}
	h->opened++;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static CURLcode
on_ssl_ctx(CURL *easy UNUSED, void *ssl_ctx, void *arg)
{
	struct https_handle *h = arg;

	trust_apply(h->trust, ssl_ctx, &h->host, &h->watch);
	return CURLE_OK;
}

/* CURLOPT_MAXFILESIZE looks at Content-Length only. */
static size_t
on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct https_handle *h = arg;
	size_t len = size * count;

	if (len > h->body_max - h->body.len) {
		h->is_too_big = true;
		return 0;
	}
	strbuf_add(&h->body, bytes, len);
	return len;
}

static size_t
on_header(char *bytes UNUSED, size_t size, size_t count, void *arg)
{
	struct https_handle *h = arg;
	size_t len = size * count;

	h->header_bytes += len;
	if (h->header_bytes <= HEADERS_MAX)
		return len;
	h->is_too_big = true;
	return 0;
}

/* --- options ------------------------------------------------------------------ */

static const struct {
	CURLoption option;
	long value;
} numbers[] = {
	{ CURLOPT_FOLLOWLOCATION, 0 },
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_HTTP_CONTENT_DECODING, 0 },
	{ CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
	{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
	{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	{ CURLOPT_SSL_VERIFYPEER, 1 },
	{ CURLOPT_SSL_VERIFYHOST, 2 },
	{ CURLOPT_SSL_SESSIONID_CACHE, 0 },
	{ CURLOPT_HSTS_CTRL, 0 },
	{ CURLOPT_FORBID_REUSE, 1 },
	{ CURLOPT_FRESH_CONNECT, 1 },
	{ CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, EYEBALLS_MS },
	{ CURLOPT_NOSIGNAL, 1 },
	{ CURLOPT_QUICK_EXIT, 1 },
};

static const struct {
	CURLoption option;
	const char *value;
} strings[] = {
	{ CURLOPT_PROTOCOLS_STR, "https" },
	{ CURLOPT_REDIR_PROTOCOLS_STR, "https" },
	{ CURLOPT_PROXY, "" }, /* beats https_proxy and ALL_PROXY */
	{ CURLOPT_USERAGENT, "hopseal" },
	{ CURLOPT_ACCEPT_ENCODING, NULL },
	{ CURLOPT_CAINFO, NULL }, /* net/trust.c brings the roots */
	{ CURLOPT_CAPATH, NULL },
};

CURLcode
https_template_make(int connect_ms, CURL **out)
{
	CURL *easy = checked(curl_easy_init());
	CURLcode rc = CURLE_OK;
	size_t i;

	*out = easy;
	for (i = 0; i < COUNT_OF(numbers) && rc == CURLE_OK; i++)
		rc = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
	for (i = 0; i < COUNT_OF(strings) && rc == CURLE_OK; i++)
		rc = curl_easy_setopt(easy, strings[i].option, strings[i].value);
	if (rc == CURLE_OK)
		rc =
		    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	return rc;
}

void
https_handle_make(struct https_handle *h, CURL *template)
{
	CURL *easy = h->easy = checked(curl_easy_duphandle(template));

	/* The addresses live in a DNS cache; in the shared one they would serve others. */
	h->share = checked(curl_share_init());
	curl_share_setopt(h->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
	h->resolve = checked(curl_slist_append(NULL, strbuf_str(&h->resolve_text)));
	/* None of these can fail but for memory. */
	curl_easy_setopt(easy, CURLOPT_SHARE, h->share);
	curl_easy_setopt(easy, CURLOPT_RESOLVE, h->resolve);
	curl_easy_setopt(easy, CURLOPT_URL, strbuf_str(&h->url));
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)h->body_max);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, h);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, h);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, h);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, h);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, h->error);
}

/* --- the outcome -------------------------------------------------------------- */

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

/* In this order: what was sent with a refused status is of no interest. */
static enum https_outcome
judge(const struct https_handle *h, CURLcode code, const char *type)
{
	enum https_outcome outcome = outcome_of(code);

	if (h->refused > 0 && h->opened == 0)
		return HTTPS_ADDRESS_REFUSED;
	if (h->http_status != 0 && h->http_status != HTTP_STATUS_OK)
		return HTTPS_STATUS;
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

static void
explain(struct https_handle *h, CURLcode code, const char *type)
{
	const char *text = h->error[0] != '\0' ? h->error : curl_easy_strerror(code);

	if (h->outcome == HTTPS_OK)
		return;
	if (h->outcome == HTTPS_STATUS) {
		strbuf_addf(&h->detail, "HTTP status %d", h->http_status);
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

void
https_handle_judge(struct https_handle *h, CURLcode code)
{
	const char *type = NULL;

	curl_easy_getinfo(h->easy, CURLINFO_CONTENT_TYPE, &type);
	read_status(h);
	h->outcome = judge(h, code, type);
	explain(h, code, type);
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
	h->outcome = HTTPS_TIMEOUT;
	if (h->easy != NULL)
		read_status(h);
	strbuf_addf(&h->detail, "%d ms passed: %s", deadline_ms, what_is_missing(h));
}

struct https_answer
https_handle_answer(const struct https_handle *h)
{
	struct https_answer answer = {
		.outcome = h->outcome,
		.http_status = h->http_status,
		.detail = strbuf_str(&h->detail),
	};

	if (h->outcome == HTTPS_OK) {
		answer.body = strbuf_str(&h->body);
		answer.len = h->body.len;
	}
	return answer;
}

/* --- life --------------------------------------------------------------------- */

/* "HOST:443:ADDRESS,ADDRESS", the form of CURLOPT_RESOLVE. */
static void
add_resolve_text(struct strbuf *out, const struct https_request *request)
{
	char text[ADDRESS_TEXT_MAX];
	size_t i;

	strbuf_addf(out, "%s:443:", request->host->text);
	for (i = 0; i < request->address_count; i++)
		strbuf_addf(out, "%s%s", i > 0 ? "," : "",
		    address_text(&request->addresses[i], text));
}

void
https_handle_init(struct https_handle *h, const struct https_request *request,
    const struct guard *guard, const struct trust *trust)
{
	memset(h, 0, sizeof(*h));
	h->guard = guard;
	h->trust = trust;
	h->host = *request->host;
	h->body_max = request->body_max;
	strbuf_addf(&h->url, "https://%s%s", request->host->text, request->path);
	add_resolve_text(&h->resolve_text, request);
}

void
https_handle_drop(struct https_handle *h)
{
	curl_easy_cleanup(h->easy);
	trust_forget(&h->watch);
	curl_share_cleanup(h->share);
	curl_slist_free_all(h->resolve);
	h->easy = NULL;
	h->share = NULL;
	h->resolve = NULL;
}

void
https_handle_clear(struct https_handle *h)
{
	https_handle_drop(h);
	strbuf_clear(&h->url);
	strbuf_clear(&h->resolve_text);
	strbuf_clear(&h->body);
	strbuf_clear(&h->detail);
}
