/* SPDX-License-Identifier: ISC */
#include "net/mail.h"

#include "base/mem.h"
#include "fake/fake.h"
#include "fake/fakes.h"
#include "net/loop.h"

#define SERVERS_MAX  64
#define ATTEMPTS_MAX 4096

struct mail {
	struct loop_timer *timer;
	bool is_late;
	size_t index;
	void (*accepted)(void *arg);
	mail_done_fn *done;
	void *arg;
};

static struct {
	char name[256];
	enum mail_outcome outcome;
} servers[SERVERS_MAX];
static size_t server_count;
static struct fake_mail attempts[ATTEMPTS_MAX];
static size_t attempt_count;
static int64_t delay_ms;

void
fake_mail_begin(void)
{
	size_t i;

	for (i = 0; i < attempt_count; i++) {
		free(attempts[i].via);
		free(attempts[i].sender);
		free(attempts[i].recipient);
		free(attempts[i].message);
	}
	attempt_count = server_count = 0;
	delay_ms = 1;
}

static size_t
find(const char *name)
{
	size_t i = 0;

	while (i < server_count && strcmp(servers[i].name, name) != 0)
		i++;
	return i;
}

void
mail_says(const char *via, enum mail_outcome outcome)
{
	size_t i = find(via);

	if (i == SERVERS_MAX)
		abort();
	if (i == server_count)
		server_count++;
	snprintf(servers[i].name, sizeof(servers[i].name), "%s", via);
	servers[i].outcome = outcome;
}

void
mail_takes_ms(int64_t ms)
{
	delay_ms = ms;
}

const struct fake_mail *
mail_attempt(size_t index)
{
	return index < attempt_count ? &attempts[index] : NULL;
}

unsigned
mail_accepted(const char *recipient)
{
	unsigned count = 0;
	size_t i;

	for (i = 0; i < attempt_count; i++)
		count += attempts[i].outcome == MAIL_ACCEPTED &&
			 (recipient == NULL ||
			     strcmp(attempts[i].recipient, recipient) == 0);
	return count;
}

const char *
mail_outcome_text(enum mail_outcome outcome)
{
	static const char *const texts[] = {
#define X(name, text) [name] = text,
		MAIL_OUTCOMES(X)
#undef X
	};

	return texts[outcome];
}

static char *
via_of(const struct mail_request *request)
{
	char text[ADDRESS_TEXT_MAX];

	if (request->program != NULL)
		return xstrdup(request->program);
	if (request->host != NULL)
		return xstrdup(request->host->text);
	return xstrdup(address_text(&request->addresses[0], text));
}

/* Returns the index of the new attempt. */
static size_t
note(const struct mail_request *request, bool is_late)
{
	struct fake_mail *m = &attempts[attempt_count];
	size_t server;

	if (attempt_count == ATTEMPTS_MAX)
		abort();
	m->via = via_of(request);
	m->sender = xstrdup(request->sender);
	m->recipient = xstrdup(request->recipient);
	m->message = xmemdup(request->message, request->len);
	m->len = request->len;
	server = find(m->via);
	m->outcome = is_late || server == server_count ? MAIL_TEMPORARY
						       : servers[server].outcome;
	return attempt_count++;
}

static void
on_timer(void *arg)
{
	struct mail *m = arg;
	struct mail_answer answer = {
		.outcome = attempts[m->index].outcome,
		.detail = m->is_late ? "timed out" : "as the test wants",
	};

	if (answer.outcome == MAIL_ACCEPTED && m->accepted != NULL)
		m->accepted(m->arg);
	m->done(&answer, m->arg);
	mail_cancel(m);
}

struct mail *
mail_send(const struct mail_request *request, mail_done_fn *done, void *arg)
{
	struct mail *m = xcalloc(1, sizeof(*m));

	m->is_late = delay_ms > request->deadline_ms;
	m->index = note(request, m->is_late);
	m->accepted = request->accepted;
	m->done = done;
	m->arg = arg;
	m->timer = loop_timer_new(on_timer, m);
	loop_timer_set(m->timer, m->is_late ? request->deadline_ms : delay_ms);
	return m;
}

void
mail_cancel(struct mail *m)
{
	if (m == NULL)
		return;
	loop_timer_free(m->timer);
	free(m);
}
