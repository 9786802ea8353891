/* SPDX-License-Identifier: ISC */
#include "net/https_handle.h"

#include <sys/socket.h>

#include "base/endpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/tls_chain.h"

#define EYEBALLS_MS 200
#define HEADERS_MAX (64 * 1024)
#define PORT_USUAL  443

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
	h->tried = e.address;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static CURLcode
on_ssl_ctx(CURL *easy UNUSED, void *ssl_ctx, void *arg)
{
	struct https_handle *h = arg;

	trust_apply(h->trust, ssl_ctx, &h->host,
	    h->is_any_certificate ? TRUST_WANTED : TRUST_REQUIRED, &h->watch);
	return CURLE_OK;
}

/* CURLOPT_MAXFILESIZE looks at Content-Length only. */
static size_t
on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct https_handle *h = arg;
	size_t len = size * count, room = h->body_max - h->body.len;

	h->is_too_big = len > room;
	if (!h->is_too_big || h->is_post)
		strbuf_add(&h->body, bytes, len < room ? len : room);
	return h->is_too_big ? 0 : len;
}

/* The empty line has come: of an answer, or of an interim one (1xx). */
static void
note_acceptance(struct https_handle *h)
{
	long code = 0;

	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &code);
	if (code / 100 == 2 && h->accepted != NULL)
		h->accepted(h->arg);
}

static size_t
on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct https_handle *h = arg;
	size_t len = size * count;

	h->header_bytes += len;
	if (len == 2 && bytes[0] == '\r')
		note_acceptance(h);
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

/* A POST's answer may be longer than what is read of it. */
static void
make_post(struct https_handle *h)
{
	CURL *easy = h->easy;

	h->headers = checked(curl_slist_append(NULL, strbuf_str(&h->post_type)));
	/* Without this, libcurl asks before it sends a long body, and waits. */
	h->headers = checked(curl_slist_append(h->headers, "Expect:"));
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, h->headers);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, strbuf_str(&h->post));
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)h->post.len);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)0);
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
	if (h->is_any_certificate) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (h->is_post)
		make_post(h);
}

/* --- life --------------------------------------------------------------------- */

/* "HOST:PORT:ADDRESS,ADDRESS", the form of CURLOPT_RESOLVE. */
static void
add_resolve_text(struct strbuf *out, const struct https_request *request, unsigned port)
{
	char text[ADDRESS_TEXT_MAX];
	size_t i;

	strbuf_addf(out, "%s:%u:", request->host->text, port);
	for (i = 0; i < request->address_count; i++)
		strbuf_addf(out, "%s%s", i > 0 ? "," : "",
		    address_text(&request->addresses[i], text));
}

static void
copy_post(struct https_handle *h, const struct https_post *post)
{
	h->is_post = true;
	h->is_any_certificate = post->is_any_certificate;
	h->accepted = post->accepted;
	strbuf_add(&h->post, post->body, post->len);
	strbuf_addf(&h->post_type, "Content-Type: %s", post->media_type);
}

void
https_handle_init(struct https_handle *h, const struct https_request *request,
    const struct guard *guard, const struct trust *trust, void *arg)
{
	unsigned port = request->port != 0 ? request->port : PORT_USUAL;

	memset(h, 0, sizeof(*h));
	h->guard = guard;
	h->trust = trust;
	h->arg = arg;
	h->host = *request->host;
	h->body_max = request->body_max;
	h->is_look = h->is_any_certificate = request->is_look;
	h->watch.chain = request->is_look ? &h->seen.chain : NULL;
	strbuf_addf(
	    &h->url, "https://%s:%u%s", request->host->text, port, request->path);
	add_resolve_text(&h->resolve_text, request, port);
	if (request->post != NULL)
		copy_post(h, request->post);
}

void
https_handle_drop(struct https_handle *h)
{
	curl_easy_cleanup(h->easy);
	trust_forget(&h->watch);
	curl_share_cleanup(h->share);
	curl_slist_free_all(h->resolve);
	curl_slist_free_all(h->headers);
	h->easy = NULL;
	h->share = NULL;
	h->resolve = h->headers = NULL;
}

void
https_handle_clear(struct https_handle *h)
{
	https_handle_drop(h);
	strbuf_clear(&h->url);
	strbuf_clear(&h->resolve_text);
	strbuf_clear(&h->post);
	strbuf_clear(&h->post_type);
	strbuf_clear(&h->body);
	strbuf_clear(&h->detail);
	strbuf_clear(&h->media_type);
	strbuf_clear(&h->location);
	tls_chain_clear(&h->seen.chain);
}
