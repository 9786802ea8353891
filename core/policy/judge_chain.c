/* SPDX-License-Identifier: ISC */
#include "policy/chain_memo.h"
#include "policy/dane_names.h"
#include "policy/judging.h"
#include "policy/x509_words.h"

static const struct chain *
find_chain(const struct session *s)
{
	if (s->input->event->chain.count > 0)
		return &s->input->event->chain;
	if (s->evidence != NULL && s->evidence->tls == TLS_UP)
		return s->evidence->chain;
	return NULL;
}

/* The chain of evidence is always one of the same host, by whatever name it was asked for. */
static const struct domain *
host_of(const struct session *s, const struct chain *chain)
{
	return chain == &s->input->event->chain ? s->host : s->evidence->host;
}

static void
verify(const struct session *s, enum policy_type type, const struct chain *chain,
    struct chain_verdict *out)
{
	const struct judge_input *input = s->input;
	struct dane_names names;

	if (type == POLICY_STS) {
		memo_pkix_verify(
		    chain, input->trust, host_of(s, chain), input->now, out);
		return;
	}
	dane_names_find(
	    input->facts->next_hop, input->facts->route, s->host_facts, &names);
	memo_dane_verify(chain, input->trust, s->host_answer->tlsa, names.names,
	    names.count, input->now, out);
}

static struct cause
cause_of_verdict(const struct chain_verdict *verdict)
{
	struct x509_fault fault;

	if (x509_fault_find(verdict->detail, &fault))
		return cause_make(fault.result, fault.name);
	return cause_make(
	    verdict->outcome == CHAIN_INVALID ? RESULT_VALIDATION : RESULT_NOT_TRUSTED,
	    verdict->detail);
}

enum found
judge_chain(const struct session *s, enum policy_type type, struct cause *cause,
    bool *wants_look)
{
	const struct chain *chain = find_chain(s);
	struct chain_verdict verdict;

	if (type == POLICY_STS && s->input->trust == NULL)
		return FOUND_NOTHING;
	if (chain == NULL || s->host == NULL) {
		if (s->input->evidence == NULL)
			*wants_look = true;
		return FOUND_NOTHING;
	}
	verify(s, type, chain, &verdict);
	if (verdict.outcome == CHAIN_MATCHED)
		return FOUND_SUCCESS;
	*cause = cause_of_verdict(&verdict);
	cause->is_probed = chain != &s->input->event->chain;
	return FOUND_FAILURE;
}
