/* SPDX-License-Identifier: ISC */
#include "lookup/standing.h"

#include "net/loop.h"
#include "policy/chain_memo.h"
#include "policy/dane_names.h"

/* A host under judgement. */
struct view {
	const struct standing_input *input;
	const struct host_facts *facts;
	const struct host_answer *host;
};

/* --- one address ------------------------------------------------------------------------- */

struct probe_target
standing_place(const struct domain *host, const struct address *address)
{
	return (struct probe_target){
		.host = *host, .address = *address, .port = SMTP_PORT
	};
}

/* What was seen of a server; NULL: it is so.  Else why it is not. */
struct sight {
	const char *own;    /* the host's own verdict holds */
	const char *webpki; /* WebPKI verification succeeds */
};

static const char *
why_no_match(const struct chain_verdict *verdict)
{
	return verdict->outcome == CHAIN_MATCHED ? NULL
						 : chain_outcome_text(verdict->outcome);
}

static const char *
hold_against_tlsa(const struct view *v, const struct chain *chain)
{
	const struct facts *facts = v->input->facts;
	struct chain_verdict verdict;
	struct dane_names names;

	dane_names_find(facts->next_hop, facts->route, v->facts, &names);
	memo_dane_verify(chain, v->input->trust, v->host->tlsa, names.names,
	    names.count, loop_time(), &verdict);
	return why_no_match(&verdict);
}

static const char *
hold_against_webpki(const struct view *v, const struct evidence *evidence)
{
	struct chain_verdict verdict;

	if (v->input->trust == NULL)
		return "no trust anchors";
	memo_pkix_verify(
	    evidence->chain, v->input->trust, evidence->host, loop_time(), &verdict);
	return why_no_match(&verdict);
}

static const char *
why_no_tls(enum event_tls tls)
{
	static const char *const texts[] = {
		[TLS_UP] = NULL,
		[TLS_NOT_OFFERED] = "STARTTLS is not offered",
		[TLS_REFUSED] = "STARTTLS is refused",
		[TLS_FAILED] = "the TLS handshake fails",
		[TLS_UNKNOWN] = "it cannot be reached",
	};

	return texts[tls];
}

/* Less than TLS 1.2 OpenSMTPD does not speak. */
static bool
is_too_old(const struct evidence *evidence)
{
	return strcmp(evidence->version, "TLSv1") == 0 ||
	       strcmp(evidence->version, "TLSv1.1") == 0;
}

static const char *
why_not_up(const struct evidence *evidence)
{
	if (evidence->tls == TLS_UP && is_too_old(evidence))
		return "its TLS is older than 1.2";
	return why_no_tls(evidence->tls);
}

static struct sight
sight_of(const struct view *v, const struct evidence *evidence)
{
	const char *no_tls = why_not_up(evidence);
	struct sight s = { .own = no_tls, .webpki = no_tls };

	if (no_tls == NULL)
		s.webpki = hold_against_webpki(v, evidence);
	switch (v->host->verdict) {
	case VERDICT_DANE:
		if (no_tls == NULL)
			s.own = hold_against_tlsa(v, evidence->chain);
		if (s.own == NULL && v->host->needs_sts)
			s.own = s.webpki;
		break;
	case VERDICT_STS:
		s.own = s.webpki;
		break;
	case VERDICT_MAY:
		s.own = NULL;
		break;
	case VERDICT_ENCRYPT:
	case VERDICT_SKIP:
	case VERDICT_DEFER:
	case VERDICT_REJECT:
		break;
	}
	return s;
}

/* --- all addresses of a host ---------------------------------------------------------------- */

/* The worst that was seen of each kind. */
struct sights {
	bool is_seen, has_both;
	bool is_open;         /* there is one that a look may still show */
	const char *fails;    /* own verdict */
	const char *deceives; /* the same where WebPKI succeeds */
	const char *holds;    /* own verdict, but not WebPKI */
};

static void
add_sight(struct sights *all, const struct sight *s)
{
	all->is_seen = true;
	if (s->own == NULL && s->webpki == NULL)
		all->has_both = true;
	else if (s->own == NULL)
		all->holds = s->webpki;
	else if (s->webpki == NULL)
		all->deceives = s->own;
	else
		all->fails = s->own;
}

static struct sights
see_addresses(const struct view *v)
{
	const struct standing_input *in = v->input;
	struct sights all = { .is_seen = false };
	struct evidence evidence;
	struct sight sight;
	size_t i;

	for (i = 0; i < v->facts->address_count; i++) {
		struct probe_target place =
		    standing_place(&v->facts->name, &v->facts->addresses[i]);

		if (probes_peek(in->probes, &place, &evidence)) {
			sight = sight_of(v, &evidence);
			add_sight(&all, &sight);
		} else if (in->may_be_seen != NULL &&
			   in->may_be_seen(&place, in->arg)) {
			all.is_open = true;
		}
	}
	return all;
}

static void
see_host(const struct view *v, struct host_answer *out)
{
	struct sights all = see_addresses(v);

	out->seen = NULL;
	if (all.deceives != NULL) {
		out->standing = STANDING_FAILS;
		out->seen = all.deceives;
	} else if (!all.is_seen || all.is_open) {
		out->standing = STANDING_UNSEEN;
	} else if (all.has_both) {
		out->standing = STANDING_WEBPKI;
	} else if (all.fails != NULL) {
		out->standing = STANDING_FAILS;
		out->seen = all.fails;
	} else {
		out->standing = STANDING_HOLDS;
		out->seen = all.holds;
	}
}

void
standing_see(const struct standing_input *input, struct answer *answer)
{
	const struct route *route = input->facts->route;
	size_t i;

	if (input->probes == NULL || route == NULL)
		return;
	for (i = 0; i < answer->count; i++) {
		struct host_answer *host = &answer->hosts[i];
		const struct view view = { input, route_find_host(route, host->name),
			host };

		if (host->verdict < VERDICT_SKIP && view.facts != NULL)
			see_host(&view, host);
	}
}
