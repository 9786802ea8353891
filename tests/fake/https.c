/* SPDX-License-Identifier: ISC */
#include "net/https.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "fake/fake.h"
#include "fake/fakes.h"
#include "net/loop.h"

#define HOSTS_MAX 64

struct https_transfer {
	struct loop_timer *timer;
	struct domain host;
	char place[DOMAIN_MAX + 1 + ADDRESS_TEXT_MAX]; /* host and address */
	bool is_late, is_look, is_any_certificate;
	void (*accepted)(void *arg);
	https_done_fn *done;
	void *arg;
};

static struct web_host {
	char name[DOMAIN_MAX + 1 + ADDRESS_TEXT_MAX];
	enum https_outcome outcome;
	char *body;
	unsigned asked, posted;
} hosts[HOSTS_MAX];
static size_t host_count;
static int64_t delay_ms;
static unsigned asked_in_all, posted_in_all;
static char last_path[256], last_address[ADDRESS_TEXT_MAX];
static struct strbuf last_post, last_media_type;

void
fake_web_begin(void)
{
	size_t i;

	for (i = 0; i < host_count; i++)
		free(hosts[i].body);
	host_count = 0;
	delay_ms = 1;
	asked_in_all = posted_in_all = 0;
	strbuf_clear(&last_post);
	strbuf_clear(&last_media_type);
}

static struct web_host *
find(const char *name)
{
	size_t i;

	for (i = 0; i < host_count; i++)
		if (strcmp(hosts[i].name, name) == 0)
			return &hosts[i];
	return NULL;
}

static struct web_host *
get(const char *name)
{
	struct web_host *h = find(name);

	if (h != NULL)
		return h;
	if (host_count == HOSTS_MAX)
		abort();
	h = &hosts[host_count++];
	*h = (struct web_host){ .outcome = HTTPS_CONNECT };
	snprintf(h->name, sizeof(h->name), "%s", name);
	return h;
}

void
web_says(const char *name, enum https_outcome outcome, const char *body)
{
	struct web_host *h = get(name);

	free(h->body);
	h->outcome = outcome;
	h->body = xstrdup(body != NULL ? body : "");
}

void
web_takes_ms(int64_t ms)
{
	delay_ms = ms;
}

unsigned
web_asked(const char *name)
{
	return name != NULL ? get(name)->asked : asked_in_all;
}

unsigned
web_posted(const char *name)
{
	return name != NULL ? get(name)->posted : posted_in_all;
}

const void *
web_last_post(size_t *len)
{
	*len = last_post.len;
	return strbuf_str(&last_post);
}

const char *
web_last_media_type(void)
{
	return strbuf_str(&last_media_type);
}

const char *
web_last_path(void)
{
	return last_path;
}

const char *
web_last_address(void)
{
	return last_address;
}

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

/* What one address shows, if the test spoke of it, comes before what the host does. */
static const struct web_host *
host_of(const struct https_transfer *t)
{
	const struct web_host *h = find(t->place);

	return h != NULL ? h : get(t->host.text);
}

static void
on_timer(void *arg)
{
	struct https_transfer *t = arg;
	const struct web_host *h = host_of(t);
	const struct https_seen seen = {
		.fault =
		    h->outcome == HTTPS_CERTIFICATE ? "certificate has expired" : NULL,
		.media_type = h->outcome == HTTPS_MEDIA_TYPE ? "text/html" : "",
		.location = "",
	};
	struct https_answer answer = { .outcome = h->outcome,
		.detail = "as the test wants",
		.seen = t->is_look ? &seen : NULL };

	if (t->is_late)
		answer.outcome = HTTPS_TIMEOUT;
	if (answer.outcome == HTTPS_STATUS)
		answer.http_status = 503;
	if (answer.outcome == HTTPS_CERTIFICATE && t->is_any_certificate) {
		answer.outcome = HTTPS_OK;
		answer.http_status = 200;
		answer.body = t->is_look ? h->body : "";
		answer.len = strlen(answer.body);
	} else if (answer.outcome == HTTPS_OK ||
		   (t->is_look && answer.outcome == HTTPS_MEDIA_TYPE)) {
		answer.http_status = 200;
		answer.body = h->body;
		answer.len = strlen(h->body);
		answer.detail = "";
	}
	if (answer.outcome == HTTPS_OK && t->accepted != NULL)
		t->accepted(t->arg);
	t->done(&answer, t->arg);
	https_cancel(t);
}

static void
note(const struct https_request *request)
{
	struct web_host *h = get(request->host->text);
	const struct https_post *post = request->post;

	snprintf(last_path, sizeof(last_path), "%s", request->path);
	address_text(&request->addresses[0], last_address);
	if (post == NULL) {
		h->asked++;
		asked_in_all++;
		return;
	}
	h->posted++;
	posted_in_all++;
	strbuf_reset(&last_post);
	strbuf_add(&last_post, post->body, post->len);
	strbuf_reset(&last_media_type);
	strbuf_adds(&last_media_type, post->media_type);
}

struct https_transfer *
https_send(struct https *https, const struct https_request *request,
    https_done_fn *done, void *arg)
{
	struct https_transfer *t = xcalloc(1, sizeof(*t));

	(void)https;
	note(request);
	t->host = *request->host;
	t->done = done;
	t->arg = arg;
	t->is_late = delay_ms > request->deadline_ms;
	t->accepted = request->post != NULL ? request->post->accepted : NULL;
	t->is_look = request->is_look;
	t->is_any_certificate =
	    request->is_look ||
	    (request->post != NULL && request->post->is_any_certificate);
	snprintf(
	    t->place, sizeof(t->place), "%s %s", request->host->text, last_address);
	t->timer = loop_timer_new(on_timer, t);
	loop_timer_set(t->timer, t->is_late ? request->deadline_ms : delay_ms);
	return t;
}

void
https_cancel(struct https_transfer *t)
{
	if (t == NULL)
		return;
	loop_timer_free(t->timer);
	free(t);
}
