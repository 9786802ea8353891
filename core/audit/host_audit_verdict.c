/*
 * The certificates that an address shows, against TLSA and WebPKI.  SPDX-License-Identifier: ISC
 */
#include "audit/host_audit_parts.h"

#include "base/mem.h"

#define PASSES_MIN                                                                     \
	3 /* all certificates, DANE, WebPKI; records one by one take what is left */

static bool
has_old_digest(const struct chain *chain)
{
	struct cert_facts cert;
	size_t i;

	for (i = 0; i < chain->count; i++)
		if (cert_facts_find(chain->certs[i].der, chain->certs[i].len, &cert) &&
		    cert.is_old_digest && !cert.is_self_signed)
			return true;
	return false;
}

static void
judge_dane(const struct host_audit_input *in, const struct chain *chain,
    struct host_audit_address *a)
{
	const struct tlsa_set *set = in->view->host->tlsa;
	struct dane_names base = { .count = 1, .names = { in->view->host->base } };
	const struct dane_names *names = in->names != NULL ? in->names : &base;
	struct tlsa_set *usable = tlsa_select(set, &tlsa_digests_default);

	a->matches = xcalloc(set->count, sizeof(a->matches[0]));
	*in->passes -=
	    tlsa_match_each(set, chain, names, in->now, *in->passes, a->matches);
	a->has_verdict = usable != NULL;
	if (a->has_verdict)
		dane_verify(
		    chain, usable, names->names, names->count, in->now, &a->verdict);
	free(usable);
}

/* --- chains that were seen before --------------------------------------------------------------- */

static bool
is_same_chain(const struct chain *a, const struct chain *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->certs[i].len != b->certs[i].len ||
		    memcmp(a->certs[i].der, b->certs[i].der, a->certs[i].len) != 0)
			return false;
	return true;
}

/* A cluster shows the same chain everywhere. */
static const struct host_audit_address *
find_same(
    const struct host_view *view, size_t i, const struct host_audit_address *addresses)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (view->seen[k].chain != NULL && !addresses[k].is_left_out &&
		    is_same_chain(view->seen[k].chain, view->seen[i].chain))
			return &addresses[k];
	return NULL;
}

static void
copy_verdicts(const struct host_audit_address *from, const struct tlsa_set *set,
    struct host_audit_address *to)
{
	*to = *from;
	if (from->matches != NULL)
		to->matches =
		    xmemdup(from->matches, set->count * sizeof(from->matches[0]));
}

/* --- all of it ---------------------------------------------------------------------------------- */

void
host_audit_verdict(
    const struct host_audit_input *in, size_t i, struct host_audit_address *addresses)
{
	const struct host_facts *host = in->view->host;
	const struct chain *chain = in->view->seen[i].chain;
	const struct host_audit_address *same = find_same(in->view, i, addresses);
	struct host_audit_address *a = &addresses[i];

	if (same != NULL) {
		copy_verdicts(same, host->tlsa, a);
		return;
	}
	a->has_cert = chain->count > 0 && cert_facts_find(chain->certs[0].der,
					      chain->certs[0].len, &a->cert);
	a->is_left_out = *in->passes < PASSES_MIN;
	if (a->is_left_out)
		return;
	*in->passes -= PASSES_MIN;
	a->has_old_digest = has_old_digest(chain);
	if (host->tlsa_outcome == TLSA_FOUND)
		judge_dane(in, chain, a);
	a->has_webpki = in->sts != STS_NONE && in->trust != NULL;
	if (a->has_webpki)
		pkix_verify(chain, in->trust, &host->name, in->now, &a->webpki);
}
