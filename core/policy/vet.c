/* SPDX-License-Identifier: ISC */
#include "policy/vet.h"

#include "policy/chain_memo.h"
#include "policy/dane_names.h"

enum status
vet_event_check(const struct tls_event *event, struct why *why)
{
	const char *fault = NULL;

	if (event->is_inbound)
		fault = "direction is not \"out\"";
	else if (event->tls != TLS_UP)
		fault = "tls is not \"up\"";
	else if (event->next_hop.len == 0)
		fault = "no next-hop";
	else if (event->host.len == 0)
		fault = "no host";
	if (fault != NULL)
		why_set(why, "%s", fault);
	return fault == NULL ? ST_OK : ST_SYNTAX;
}

/* --- words -------------------------------------------------------------------------------- */

static void say(const struct vet_input *input, struct vetted *out, enum vet_word word,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

static void
say(const struct vet_input *input, struct vetted *out, enum vet_word word,
    const char *fmt, ...)
{
	char text[VET_REASON_MAX - DOMAIN_MAX - 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out->word = word;
	snprintf(
	    out->reason, sizeof(out->reason), "%s: %s", input->event->host.text, text);
}

static void
say_verdict(const struct vet_input *input, const struct host_answer *host,
    enum vet_word word, struct vetted *out)
{
	say(input, out, word, "%s: %s (%s)", verdict_word(host->verdict),
	    reason_text(host->reason), reason_section(host->reason));
}

/* --- chains ------------------------------------------------------------------------------- */

static void
refuse_chain(const struct vet_input *input, enum verdict by,
    const struct chain_verdict *verdict, struct vetted *out)
{
	say(input, out, VET_REFUSE, "%s: %s (%s)", verdict_word(by),
	    chain_outcome_text(verdict->outcome), verdict->detail);
}

static void
vet_dane(const struct vet_input *input, const struct host_facts *facts,
    const struct host_answer *host, struct vetted *out)
{
	struct chain_verdict v;
	struct dane_names names;

	dane_names_find(input->facts->next_hop, input->facts->route, facts, &names);
	memo_dane_verify(&input->event->chain, input->trust, host->tlsa, names.names,
	    names.count, input->now, &v);
	if (v.outcome == CHAIN_MATCHED)
		say(input, out, VET_ACCEPT, "%s: %u %u %u matches at depth %d",
		    verdict_word(VERDICT_DANE), v.matched.usage, v.matched.selector,
		    v.matched.matching, v.depth);
	else
		refuse_chain(input, VERDICT_DANE, &v, out);
}

static void
vet_sts(
    const struct vet_input *input, const struct host_answer *host, struct vetted *out)
{
	struct chain_verdict v;

	if (input->trust == NULL) {
		say(input, out, VET_LATER, "%s: no trust anchors",
		    verdict_word(VERDICT_STS));
		return;
	}
	memo_pkix_verify(
	    &input->event->chain, input->trust, host->name, input->now, &v);
	if (v.outcome == CHAIN_MATCHED)
		say(input, out, VET_ACCEPT, "%s: valid for %s",
		    verdict_word(VERDICT_STS), host->name->text);
	else
		refuse_chain(input, VERDICT_STS, &v, out);
}

/* --- hosts -------------------------------------------------------------------------------- */

static void
vet_host(const struct vet_input *input, const struct host_facts *facts,
    const struct host_answer *host, struct vetted *out)
{
	switch (host->verdict) {
	case VERDICT_DANE:
		vet_dane(input, facts, host, out);
		if (out->word == VET_ACCEPT && host->needs_sts)
			vet_sts(input, host, out);
		break;
	case VERDICT_STS:
		vet_sts(input, host, out);
		break;
	case VERDICT_ENCRYPT:
	case VERDICT_MAY:
		say_verdict(input, host, VET_ACCEPT, out);
		break;
	case VERDICT_SKIP:
	case VERDICT_DEFER:
	case VERDICT_REJECT:
		break;
	}
}

/* It is none of the next-hop's hosts; but of those we know nothing where the MX lookup has failed. */
static void
vet_stranger(
    const struct vet_input *input, const struct answer *answer, struct vetted *out)
{
	if (answer->verdict == VERDICT_DEFER && answer->count == 0)
		say(input, out, VET_LATER, "%s (%s)", reason_text(answer->reason),
		    reason_section(answer->reason));
	else
		say(input, out, VET_REFUSE, "no MX host of %s",
		    input->facts->next_hop->domain.text);
}

/* What may not be used is not reached (wire/dialect_exim.c), and has a say only if there is nothing else of that name. */
static void
vet_answer(
    const struct vet_input *input, const struct answer *answer, struct vetted *out)
{
	const struct host_answer *host, *skipped = NULL;
	size_t i, usable = 0;

	out->word = VET_ACCEPT;
	for (i = 0; out->word == VET_ACCEPT && i < answer->count; i++) {
		host = &answer->hosts[i];
		if (!host_is_called(host, &input->event->host))
			continue;
		if (host->verdict >= VERDICT_SKIP) {
			skipped = host;
			continue;
		}
		usable++;
		vet_host(input, &input->facts->route->hosts[i], host, out);
	}
	if (usable == 0 && skipped != NULL)
		say_verdict(input, skipped, VET_REFUSE, out);
	else if (usable == 0)
		vet_stranger(input, answer, out);
}

void
vet(const struct vet_input *input, struct vetted *out)
{
	struct answer answer;

	decide(input->facts, input->settings, input->now, &answer);
	vet_answer(input, &answer, out);
	answer_clear(&answer);
}
