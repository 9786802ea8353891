/* SPDX-License-Identifier: ISC */
#include "lookup/sighting.h"

#include <stdio.h>

#include "base/mem.h"

struct sighting {
	unsigned holders;
	struct domain host;
	struct address address;
	enum event_tls tls;
	bool is_unroutable;
	char helo[HELO_MAX + 1];
	char reason[REASON_CODE_MAX + 1];
	char version[16];
	struct chain chain;
	size_t chain_bytes;
	uint8_t ders[]; /* what chain points to */
};

static size_t
bytes_of(const struct chain *chain)
{
	size_t i, bytes = 0;

	for (i = 0; i < chain->count; i++)
		bytes += chain->certs[i].len;
	return bytes;
}

static void
copy_chain(struct sighting *s, const struct chain *chain)
{
	uint8_t *at = s->ders;
	size_t i;

	s->chain = *chain;
	for (i = 0; i < chain->count; i++) {
		memcpy(at, chain->certs[i].der, chain->certs[i].len);
		s->chain.certs[i].der = at;
		at += chain->certs[i].len;
	}
}

struct sighting *
sighting_new(const struct domain *host, const struct address *address,
    const struct smtp_probe_answer *answer)
{
	bool is_refusal = answer->tls == TLS_REFUSED || answer->tls == TLS_FAILED;
	size_t bytes = answer->chain != NULL ? bytes_of(answer->chain) : 0;
	struct sighting *s = xcalloc(1, sizeof(*s) + bytes);

	s->holders = 1;
	s->host = *host;
	s->address = *address;
	s->tls = answer->tls;
	s->is_unroutable = answer->is_unroutable;
	snprintf(s->helo, sizeof(s->helo), "%s", answer->helo);
	snprintf(s->reason, sizeof(s->reason), "%s", is_refusal ? answer->detail : "");
	snprintf(s->version, sizeof(s->version), "%s", answer->version);
	s->chain_bytes = bytes;
	if (answer->chain != NULL)
		copy_chain(s, answer->chain);
	return s;
}

struct sighting *
sighting_hold(struct sighting *s)
{
	s->holders++;
	return s;
}

void
sighting_release(struct sighting *s)
{
	if (s != NULL && --s->holders == 0)
		free(s);
}

size_t
sighting_bytes(const struct sighting *s)
{
	return sizeof(*s) + s->chain_bytes;
}

void
sighting_evidence(struct sighting *s, struct evidence *out)
{
	*out = (struct evidence){
		.host = &s->host,
		.remote = &s->address,
		.helo = s->helo,
		.tls = s->tls,
		.is_unroutable = s->is_unroutable,
		.reason = s->reason,
		.version = s->version,
		.chain = s->tls == TLS_UP ? &s->chain : NULL,
	};
}
