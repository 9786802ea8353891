/* SPDX-License-Identifier: ISC */
#include "net/smtp_probe.h"

#include <stdio.h>

#include "base/mem.h"
#include "fake/fake.h"
#include "fake/fakes.h"
#include "net/loop.h"

#define SERVERS_MAX 1024

struct smtp_probe {
	struct loop_timer *timer;
	char address[ADDRESS_TEXT_MAX];
	bool is_late;
	smtp_probe_done_fn *done;
	void *arg;
};

static struct mx_server {
	char address[ADDRESS_TEXT_MAX];
	enum event_tls tls;
	char *detail;
	struct chain chain; /* owned */
	unsigned looked_at;
} servers[SERVERS_MAX];
static size_t server_count;
static int64_t delay_ms;
static unsigned looks_in_all, looks_now, last_port;
static char last_sni[DOMAIN_MAX + 1], last_helo[HELO_MAX + 1];

static void
forget(struct mx_server *s)
{
	size_t i;

	free(s->detail);
	for (i = 0; i < s->chain.count; i++)
		free((void *)s->chain.certs[i].der);
	s->chain.count = 0;
}

void
fake_mx_begin(void)
{
	size_t i;

	for (i = 0; i < server_count; i++)
		forget(&servers[i]);
	server_count = 0;
	delay_ms = 1;
	looks_in_all = looks_now = 0;
}

static struct mx_server *
get(const char *address)
{
	struct mx_server *s;
	size_t i;

	for (i = 0; i < server_count; i++)
		if (strcmp(servers[i].address, address) == 0)
			return &servers[i];
	if (server_count == SERVERS_MAX)
		abort();
	s = &servers[server_count++];
	*s = (struct mx_server){ .tls = TLS_UNKNOWN };
	snprintf(s->address, sizeof(s->address), "%s", address);
	s->detail = xstrdup("connect: Connection refused");
	return s;
}

void
mx_says(const char *address, enum event_tls tls, const char *detail,
    const struct chain *chain)
{
	struct mx_server *s = get(address);
	size_t i;

	forget(s);
	s->tls = tls;
	s->detail = xstrdup(detail);
	for (i = 0; chain != NULL && i < chain->count; i++) {
		s->chain.certs[i].der =
		    xmemdup(chain->certs[i].der, chain->certs[i].len);
		s->chain.certs[i].len = chain->certs[i].len;
		s->chain.count++;
	}
}

void
mx_takes_ms(int64_t ms)
{
	delay_ms = ms;
}

unsigned
mx_looked_at(const char *address)
{
	return address != NULL ? get(address)->looked_at : looks_in_all;
}

unsigned
mx_looks(void)
{
	return looks_now;
}

const char *
mx_last_sni(void)
{
	return last_sni;
}

const char *
mx_last_helo(void)
{
	return last_helo;
}

unsigned
mx_last_port(void)
{
	return last_port;
}

static void
on_timer(void *arg)
{
	struct smtp_probe *p = arg;
	const struct mx_server *s = get(p->address);
	bool is_up = !p->is_late && s->tls == TLS_UP;
	struct smtp_probe_answer answer = {
		.tls = p->is_late ? TLS_UNKNOWN : s->tls,
		.detail = p->is_late ? "connect: timed out" : s->detail,
		.helo = p->is_late || s->tls == TLS_UNKNOWN ? "" : MX_HELO,
		.version = is_up ? "TLSv1.3" : "",
		.cipher = is_up ? "TLS_AES_256_GCM_SHA384" : "",
		.chain = is_up ? &s->chain : NULL,
	};

	p->done(&answer, p->arg);
	smtp_probe_cancel(p);
}

struct smtp_probe *
smtp_probe_start(
    const struct smtp_probe_request *request, smtp_probe_done_fn *done, void *arg)
{
	struct smtp_probe *p = xcalloc(1, sizeof(*p));

	address_text(&request->address, p->address);
	get(p->address)->looked_at++;
	looks_in_all++;
	looks_now++;
	snprintf(last_sni, sizeof(last_sni), "%s", request->sni->text);
	snprintf(last_helo, sizeof(last_helo), "%s", request->helo);
	last_port = request->port;
	p->done = done;
	p->arg = arg;
	p->is_late = delay_ms > request->deadline_ms;
	p->timer = loop_timer_new(on_timer, p);
	loop_timer_set(p->timer, p->is_late ? request->deadline_ms : delay_ms);
	return p;
}

void
smtp_probe_cancel(struct smtp_probe *p)
{
	if (p == NULL)
		return;
	looks_now--;
	loop_timer_free(p->timer);
	free(p);
}
