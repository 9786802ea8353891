/* SPDX-License-Identifier: ISC */
#include "prefetch.h"

#include <strings.h>

#define MAP "opensmtpd-prefetch"

/* Requests that wait for one question. */
struct waiting {
	struct waiting *next;
	struct request request;
};

void
prefetch_init(
    struct prefetch *p, const struct place *place, int wait_ms, struct output *output)
{
	memset(p, 0, sizeof(*p));
	p->place = place;
	p->wait_ms = wait_ms;
	p->output = output;
}

static bool
is_free(const struct question *q)
{
	return q->flow.state == FLOW_IDLE;
}

/* A free one if nobody has asked for this domain.  NULL: there are too many. */
static struct question *
question_for(struct prefetch *p, const char *domain)
{
	struct question *q, *free_one = NULL;

	for (q = p->questions; q < p->questions + PREFETCH_MAX; q++)
		if (is_free(q))
			free_one = q;
		else if (strcasecmp(q->domain, domain) == 0)
			return q;
	return free_one;
}

/* All who wait for it proceed; it is free. */
static void
finish(struct prefetch *p, struct question *q)
{
	struct waiting *w;

	while ((w = q->waiting) != NULL) {
		q->waiting = w->next;
		output_proceed(p->output, &w->request);
		free(w);
		p->waiting--;
	}
	flow_clear(&q->flow);
}

static void
step(struct prefetch *p, struct question *q, int64_t now_ms)
{
	if (!flow_step(&q->flow, now_ms))
		return;
	if (q->flow.outcome == CLIENT_DOWN) {
		p->unanswered++;
		why_set(&p->fault, "%s", q->flow.text);
	}
	finish(p, q);
}

/* False: there is no room or memory. */
static bool
wait_for(struct prefetch *p, struct question *q, const struct request *request)
{
	struct waiting *w;

	if (q == NULL || p->waiting == PREFETCH_WAITING_MAX)
		return false;
	w = malloc(sizeof(*w));
	if (w == NULL)
		return false;
	w->request = *request;
	w->next = q->waiting;
	q->waiting = w;
	p->waiting++;
	return true;
}

static void
ask(struct prefetch *p, const char *domain, const struct request *request,
    int64_t now_ms)
{
	struct question *q = question_for(p, domain);

	if (!wait_for(p, q, request)) {
		p->hurried++;
		output_proceed(p->output, request);
		return;
	}
	if (!is_free(q))
		return;
	memcpy(q->domain, domain, strlen(domain) + 1);
	flow_start(&q->flow, p->place, MAP, q->domain, now_ms, p->wait_ms);
	step(p, q, now_ms);
}

/* What cannot be a domain is nothing to ask for; a NUL or a line end would end the daemon's patience. */
static bool
is_askable(struct txt domain)
{
	size_t i;

	for (i = 0; i < domain.len; i++)
		if ((unsigned char)domain.text[i] <= ' ' || domain.text[i] == 0x7f)
			return false;
	return domain.len > 0 && domain.len <= PREFETCH_DOMAIN_MAX;
}

void
prefetch_take(struct prefetch *p, const struct filter_line *line, int64_t now_ms)
{
	struct txt domain = address_domain(line->rest);
	struct request request = { .is_token_first = line->is_token_first };
	char key[PREFETCH_DOMAIN_MAX + 1];

	txt_keep(request.session, sizeof(request.session), line->session);
	txt_keep(request.token, sizeof(request.token), line->token);
	if (!is_askable(domain)) {
		output_proceed(p->output, &request);
		return;
	}
	txt_keep(key, sizeof(key), domain);
	ask(p, key, &request, now_ms);
}

int64_t
prefetch_poll(const struct prefetch *p, struct pollfd *fds)
{
	int64_t due = INT64_MAX;
	size_t i;

	for (i = 0; i < PREFETCH_MAX; i++) {
		int64_t this_due = flow_due_ms(&p->questions[i].flow);

		fds[i] = flow_poll(&p->questions[i].flow);
		due = this_due < due ? this_due : due;
	}
	return due;
}

void
prefetch_step(struct prefetch *p, const struct pollfd *fds, int64_t now_ms)
{
	size_t i;

	for (i = 0; i < PREFETCH_MAX; i++)
		if (fds[i].revents != 0 || flow_due_ms(&p->questions[i].flow) <= now_ms)
			step(p, &p->questions[i], now_ms);
}

void
prefetch_clear(struct prefetch *p)
{
	struct question *q;

	for (q = p->questions; q < p->questions + PREFETCH_MAX; q++)
		finish(p, q);
}
