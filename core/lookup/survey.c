/* SPDX-License-Identifier: ISC */
#include "lookup/survey.h"

#include <stdio.h>

#include "base/mem.h"
#include "lookup/find_host.h"
#include "lookup/resolve.h"
#include "lookup/sighting.h"
#include "net/loop.h"
#include "net/smtp_probe.h"
#include "policy/cert_facts.h"

enum state {
	SURVEY_HOST, /* addresses and TLSA, as for a delivery */
	SURVEY_TTL,  /* of the TLSA records alone */
	SURVEY_LOOKS,
	SURVEY_DONE,
};

/* A server may have two certificates, for EC and for RSA; it shows the one that it is asked for. */
#define CERTS_MAX 2

/* One address. */
struct spot {
	struct survey *survey;
	struct address address;
	struct smtp_probe *probe; /* NULL: none is under way */
	size_t count;
	struct sighting *seen[CERTS_MAX];
	char details[CERTS_MAX]
		    [REASON_CODE_MAX + 1]; /* also where it was not reached */
};

struct survey {
	enum state state;
	struct survey_options options;
	struct lookup lookup;
	uint16_t port;
	struct route *route; /* of this one host, for its memory */
	struct find_host *find;
	struct resolve *query;
	uint32_t ttl_s;
	size_t waiting;
	struct spot *spots;
	struct evidence *seen;
	survey_done_fn *done;
	void *arg;
};

static void enter(struct survey *s, enum state next);

static struct host_facts *
host_of(const struct survey *s)
{
	return &s->route->hosts[0];
}

/* --- DNS ------------------------------------------------------------------------------------ */

static void
on_host(uint32_t ttl_s UNUSED, void *arg)
{
	struct survey *s = arg;

	s->find = NULL;
	enter(s, host_of(s)->tlsa_outcome == TLSA_FOUND ? SURVEY_TTL : SURVEY_LOOKS);
}

static void
on_tlsa(struct dns_reply *reply, void *arg)
{
	struct survey *s = arg;

	s->query = NULL;
	if (reply->outcome == DNS_FOUND)
		s->ttl_s = reply->ttl_s;
	enter(s, SURVEY_LOOKS);
}

/* The records are known, and their name with them: it has been asked for. */
static void
ask_ttl(struct survey *s)
{
	char prefix[sizeof("_65535._tcp")];
	struct domain name;

	snprintf(prefix, sizeof(prefix), "_%u._tcp", (unsigned)s->port);
	if (domain_join(prefix, host_of(s)->base, &name) != ST_OK)
		enter(s, SURVEY_LOOKS);
	else
		s->query =
		    resolve_start(&s->lookup, &name, DNS_TLSA, NULL, "", on_tlsa, s);
}

/* --- looks ---------------------------------------------------------------------------------- */

static void on_look(const struct smtp_probe_answer *answer, void *arg);

static void
look(struct spot *spot, enum tls_keys keys)
{
	struct survey *s = spot->survey;
	const struct host_facts *h = host_of(s);
	struct smtp_probe_request request = {
		.address = spot->address,
		.port = s->port,
		.sni = h->base != NULL ? h->base : &h->name,
		.helo = s->options.helo,
		.deadline_ms = s->options.look_deadline_ms,
		.keys = keys,
	};

	spot->probe = smtp_probe_start(&request, on_look, spot);
}

static void
keep(struct spot *spot, const struct smtp_probe_answer *answer)
{
	char *detail = spot->details[spot->count];

	snprintf(detail, sizeof(spot->details[0]), "%s", answer->detail);
	spot->seen[spot->count++] =
	    sighting_new(&host_of(spot->survey)->name, &spot->address, answer);
}

/* What else to ask for, after what the server likes best; ANY: nothing. */
static enum tls_keys
other_keys(const struct smtp_probe_answer *answer)
{
	const struct chain *chain = answer->chain;
	struct cert_facts leaf;

	if (chain == NULL || chain->count == 0 ||
	    !cert_facts_find(chain->certs[0].der, chain->certs[0].len, &leaf))
		return TLS_KEYS_ANY;
	if (leaf.is_ec)
		return TLS_KEYS_RSA;
	return leaf.is_rsa ? TLS_KEYS_EC : TLS_KEYS_ANY;
}

/* A handshake that fails the second time is that of most servers: they have no other certificate. */
static void
on_look(const struct smtp_probe_answer *answer, void *arg)
{
	struct spot *spot = arg;
	bool is_first = spot->count == 0;
	enum tls_keys other = is_first ? other_keys(answer) : TLS_KEYS_ANY;

	spot->probe = NULL;
	if (is_first || answer->tls != TLS_FAILED)
		keep(spot, answer);
	if (other != TLS_KEYS_ANY)
		look(spot, other);
	else if (--spot->survey->waiting == 0)
		enter(spot->survey, SURVEY_DONE);
}

static void
look_everywhere(struct survey *s)
{
	const struct host_facts *h = host_of(s);
	size_t i;

	s->spots = xcalloc(h->address_count + 1, sizeof(s->spots[0]));
	s->seen = xcalloc(CERTS_MAX * h->address_count + 1, sizeof(s->seen[0]));
	s->waiting = h->address_count;
	for (i = 0; i < h->address_count; i++) {
		s->spots[i].survey = s;
		s->spots[i].address = h->addresses[i];
		look(&s->spots[i], TLS_KEYS_ANY);
	}
	if (h->address_count == 0)
		enter(s, SURVEY_DONE);
}

/* --- the end -------------------------------------------------------------------------------- */

static void
survey_free(struct survey *s)
{
	size_t i, k;

	find_host_cancel(s->find);
	resolve_cancel(s->query);
	for (i = 0; s->spots != NULL && i < host_of(s)->address_count; i++) {
		smtp_probe_cancel(s->spots[i].probe);
		for (k = 0; k < s->spots[i].count; k++)
			sighting_release(s->spots[i].seen[k]);
	}
	route_release(s->route);
	free(s->spots);
	free(s->seen);
	free(s);
}

/* All that was seen, address by address; returns how much. */
static size_t
gather(struct survey *s)
{
	size_t i, k, n = 0;

	for (i = 0; i < host_of(s)->address_count; i++) {
		struct spot *spot = &s->spots[i];

		for (k = 0; k < spot->count; k++, n++) {
			sighting_evidence(spot->seen[k], &s->seen[n]);
			s->seen[n].reason = spot->details[k];
		}
	}
	return n;
}

static void
finish(struct survey *s)
{
	struct survey_result result = {
		.host = host_of(s),
		.is_resolver_trusted = dns_is_trusted(s->options.dns),
		.ttl_s = s->ttl_s,
		.count = gather(s),
		.seen = s->seen,
	};

	s->done(&result, s->arg);
	survey_free(s);
}

static void
enter(struct survey *s, enum state next)
{
	s->state = next;
	switch (next) {
	case SURVEY_HOST:
		s->find =
		    find_host_start(&s->lookup, s->port, host_of(s), NULL, on_host, s);
		break;
	case SURVEY_TTL:
		ask_ttl(s);
		break;
	case SURVEY_LOOKS:
		look_everywhere(s);
		break;
	case SURVEY_DONE:
		finish(s);
		break;
	}
}

struct survey *
survey_start(const struct survey_options *options, const struct domain *host,
    uint16_t port, survey_done_fn *done, void *arg)
{
	struct survey *s = xcalloc(1, sizeof(*s));

	s->options = *options;
	s->lookup.dns = options->dns;
	s->lookup.options.dns_deadline_ms = options->dns_deadline_ms;
	s->port = port;
	s->route = route_new(1);
	host_of(s)->name = *host;
	s->done = done;
	s->arg = arg;
	enter(s, SURVEY_HOST);
	return s;
}

void
survey_cancel(struct survey *survey)
{
	if (survey != NULL)
		survey_free(survey);
}
