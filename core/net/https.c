/* SPDX-License-Identifier: ISC */
#include "net/https.h"

#include "base/list.h"
#include "base/mem.h"
#include "net/https_handle.h"
#include "net/loop.h"

#define CONNECT_USUAL_MS 5000
#define PARALLEL_USUAL   256

struct https {
	CURLM *multi;
	CURL *template;
	struct trust *trust;
	struct guard guard;
	struct loop_timer *timer; /* libcurl's */
	struct list waiting;      /* for their turn */
	struct list started;
	unsigned running, running_max;
};

struct https_transfer {
	struct list link;
	struct https *https;
	https_done_fn *done;
	void *arg;
	int deadline_ms;
	struct loop_timer *deadline;
	enum { TRANSFER_WAITING, TRANSFER_RUNNING, TRANSFER_DONE } state;
	struct https_handle handle;
};

/* --- a transfer's life -------------------------------------------------------- */

static void
start_waiting(struct https *https)
{
	struct https_transfer *t;

	while (https->running < https->running_max && !list_is_empty(&https->waiting)) {
		t = LIST_ITEM(https->waiting.next, struct https_transfer, link);
		list_remove(&t->link);
		list_append(&https->started, &t->link);
		https_handle_make(&t->handle, https->template);
		curl_easy_setopt(t->handle.easy, CURLOPT_PRIVATE, t);
		curl_multi_add_handle(https->multi, t->handle.easy);
		t->state = TRANSFER_RUNNING;
		https->running++;
	}
}

static void
stop(struct https_transfer *t)
{
	if (t->state == TRANSFER_RUNNING) {
		curl_multi_remove_handle(t->https->multi, t->handle.easy);
		t->https->running--;
	}
	t->state = TRANSFER_DONE;
	https_handle_drop(&t->handle);
	loop_timer_stop(t->deadline);
	list_remove(&t->link);
	list_append(&t->https->started, &t->link);
}

static void
transfer_free(struct https_transfer *t)
{
	list_remove(&t->link);
	loop_timer_free(t->deadline);
	https_handle_clear(&t->handle);
	free(t);
}

/* From the loop, never from inside libcurl: done may call anything, https_close() too. */
static void
deliver(void *arg)
{
	struct https_transfer *t = arg;
	struct https_answer answer = https_handle_answer(&t->handle);

	list_remove(&t->link);
	t->done(&answer, t->arg);
	transfer_free(t);
}

static void
finish(struct https_transfer *t)
{
	stop(t);
	loop_defer(deliver, t);
}

static void
on_deadline(void *arg)
{
	struct https_transfer *t = arg;
	struct https *https = t->https;

	https_handle_expire(&t->handle, t->deadline_ms);
	finish(t);
	start_waiting(https);
}

struct https_transfer *
https_send(struct https *https, const struct https_request *request,
    https_done_fn *done, void *arg)
{
	struct https_transfer *t = xcalloc(1, sizeof(*t));

	t->https = https;
	t->done = done;
	t->arg = arg;
	https_handle_init(&t->handle, request, &https->guard, https->trust, arg);
	t->deadline_ms = request->deadline_ms;
	t->deadline = loop_timer_new(on_deadline, t);
	loop_timer_set(t->deadline, t->deadline_ms);
	list_append(&https->waiting, &t->link);
	start_waiting(https);
	return t;
}

void
https_cancel(struct https_transfer *t)
{
	struct https *https;

	if (t == NULL)
		return;
	https = t->https;
	if (t->state == TRANSFER_DONE)
		loop_deferred_cancel(deliver, t);
	stop(t);
	transfer_free(t);
	start_waiting(https);
}

/* --- libcurl in the loop ------------------------------------------------------ */

static void
collect(struct https *https)
{
	struct https_transfer *t;
	CURLMsg *message;
	CURLcode code;
	int left;

	while ((message = curl_multi_info_read(https->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		code = message->data.result; /* gone with the handle */
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		https_handle_judge(&t->handle, code);
		finish(t);
	}
	start_waiting(https);
}

static void
act(struct https *https, curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(https->multi, fd, events, &running);
	collect(https);
}

static void
on_ready(int fd, int events, void *arg)
{
	act(arg, fd, events == LOOP_READ ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
}

static void
on_timer(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int
on_timer_wanted(CURLM *multi UNUSED, long ms, void *arg)
{
	struct https *https = arg;

	if (ms >= 0)
		loop_timer_set(https->timer, ms);
	else
		loop_timer_stop(https->timer);
	return 0;
}

static int
on_socket_wanted(CURL *easy UNUSED, curl_socket_t fd, int what, void *arg, void *watch)
{
	struct https *https = arg;
	int events = ((what & CURL_POLL_IN) != 0 ? LOOP_READ : 0) |
		     ((what & CURL_POLL_OUT) != 0 ? LOOP_WRITE : 0);

	if (what == CURL_POLL_REMOVE)
		loop_io_free(watch);
	else if (watch != NULL)
		loop_io_want(watch, events);
	else
		curl_multi_assign(
		    https->multi, fd, loop_io_new(fd, events, on_ready, https));
	return 0;
}

/* --- opening ------------------------------------------------------------------ */

static enum status
open_curl(struct https *https, int connect_ms, struct why *why)
{
	CURLcode rc = curl_global_init(CURL_GLOBAL_DEFAULT);

	https->multi = curl_multi_init();
	if (rc == CURLE_OK)
		rc = https->multi != NULL
			 ? https_template_make(connect_ms, &https->template)
			 : CURLE_FAILED_INIT;
	if (rc != CURLE_OK) {
		why_set(why, "%s cannot be set up: %s", curl_version(),
		    curl_easy_strerror(rc));
		return ST_LIBRARY;
	}
	curl_multi_setopt(https->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(https->multi, CURLMOPT_SOCKETDATA, https);
	curl_multi_setopt(https->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(https->multi, CURLMOPT_TIMERDATA, https);
	return ST_OK;
}

enum status
https_open(const struct https_options *options, struct https **out, struct why *why)
{
	struct https *https = xcalloc(1, sizeof(*https));
	int connect_ms = options->connect_ms, parallel = options->parallel_max;
	enum status rc;

	list_init(&https->waiting);
	list_init(&https->started);
	https->guard = options->guard;
	https->running_max = parallel > 0 ? (unsigned)parallel : PARALLEL_USUAL;
	https->timer = loop_timer_new(on_timer, https);
	rc = open_curl(https, connect_ms > 0 ? connect_ms : CONNECT_USUAL_MS, why);
	if (rc == ST_OK)
		rc = trust_open(options->ca_file, &https->trust, why);
	if (rc == ST_OK)
		*out = https;
	else
		https_close(https);
	return rc;
}

static void
cancel_all(struct list *transfers)
{
	while (!list_is_empty(transfers))
		https_cancel(LIST_ITEM(transfers->next, struct https_transfer, link));
}

void
https_close(struct https *https)
{
	cancel_all(&https->waiting); /* first, or room would be made for these */
	cancel_all(&https->started);
	curl_easy_cleanup(https->template);
	curl_multi_cleanup(https->multi);
	curl_global_cleanup();
	loop_timer_free(https->timer);
	trust_close(https->trust);
	free(https);
}
