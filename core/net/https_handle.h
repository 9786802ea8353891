/*
 * One libcurl transfer: its options, its limits, what its end means.  SPDX-License-Identifier: ISC
 *
 * Inside net/https.c; when it runs and who waits for it is decided there.  net/https_judge.c finds the outcome.
 */
#ifndef HOPSEAL_NET_HTTPS_HANDLE_H
#define HOPSEAL_NET_HTTPS_HANDLE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "net/guard.h"
#include "net/https.h"
#include "net/trust.h"

struct https_handle {
	const struct guard *guard;
	const struct trust *trust;
	struct domain host;
	struct strbuf url, resolve_text;
	size_t body_max;
	bool is_post, is_look, is_any_certificate;
	struct strbuf post, post_type; /* post_type is a header field */
	void (*accepted)(void *arg);
	void *arg;

	CURL *easy; /* NULL before https_handle_make() */
	CURLSH *share;
	struct curl_slist *resolve, *headers;

	struct trust_watch watch;
	unsigned opened, refused; /* sockets */
	struct address tried;     /* the last one that was opened */
	size_t header_bytes;
	bool is_too_big;
	struct strbuf body, detail;
	struct strbuf media_type, location;
	struct https_seen seen; /* of a look */
	char error[CURL_ERROR_SIZE];
	enum https_outcome outcome;
	int http_status;
};

/* A handle with all options that are the same for every transfer; *out is freed with
 * curl_easy_cleanup() even when this fails. */
MUST_CHECK CURLcode https_template_make(int connect_ms, CURL **out);

/* Copy the request; guard and trust are borrowed for the handle's life, arg is for what the request calls. */
void https_handle_init(struct https_handle *h, const struct https_request *request,
    const struct guard *guard, const struct trust *trust, void *arg);
void https_handle_clear(struct https_handle *h);

/* Make h->easy from the template, ready to be added to a multi handle. */
void https_handle_make(struct https_handle *h, CURL *template);

/* libcurl has ended with this code: find the outcome. */
void https_handle_judge(struct https_handle *h, CURLcode code);

/*
 * The caller's time is up: the outcome is HTTPS_TIMEOUT, the detail says what was missing.  A POST that has been
 * answered is judged by that, whatever the rest of the answer would have been.
 */
void https_handle_expire(struct https_handle *h, int deadline_ms);

/* Give libcurl's objects back; what h has collected stays. */
void https_handle_drop(struct https_handle *h);

/* The answer, made of what h holds. */
struct https_answer https_handle_answer(const struct https_handle *h);

#endif
