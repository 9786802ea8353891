/* SPDX-License-Identifier: ISC */
#include "policy/passage.h"

#include <openssl/sha.h>

#include "wire/sendmail.h"

_Static_assert(LEAF_BYTES == SHA256_DIGEST_LENGTH, "leaves are compared by SHA-256");

/* RFC 3463, 3.5 and 3.8. */
#define STATUS_DNS         "4.4.3"
#define STATUS_POLICY      "4.7.0"
#define STATUS_NO_TLS      "4.7.4"
#define STATUS_CERTIFICATE "4.7.5"

static void
refuse(const struct passage_input *input, enum passage_word word, const char *status,
    const char *why, struct passage *out)
{
	out->word = word;
	out->status = status;
	snprintf(
	    out->reason, sizeof(out->reason), "%s: %s", input->call->host.text, why);
}

/* --- what the MTA's word leaves open --------------------------------------------------------- */

enum proof {
	PROOF_GIVEN,
	PROOF_BY_CHAIN, /* it takes one */
	PROOF_FAILED,
};

/* RFC 7671, 5.1: usage 3 and the whole certificate is about nothing else. */
static bool
is_pinned(const struct tlsa *r, const uint8_t leaf[LEAF_BYTES])
{
	return r->usage == TLSA_DANE_EE && r->selector == TLSA_CERT &&
	       r->matching == TLSA_SHA256 && r->len == LEAF_BYTES &&
	       memcmp(r->data, leaf, LEAF_BYTES) == 0;
}

static enum proof
prove_dane(const struct sendmail_call *call, const struct host_answer *host)
{
	const struct sendmail_words *w = &call->words;
	size_t i;

	if (w->verified == VERIFIED_DANE)
		return PROOF_GIVEN;
	if (w->has_result && w->result == RESULT_VALIDATION)
		return PROOF_FAILED;
	for (i = 0; call->has_leaf && i < host->tlsa->count; i++)
		if (is_pinned(&host->tlsa->records[i], call->leaf))
			return PROOF_GIVEN;
	return PROOF_BY_CHAIN;
}

/* Where it has looked at names, it was for that of the host as it calls it. */
static enum proof
prove_webpki(const struct sendmail_call *call, const struct host_answer *host)
{
	bool is_own = domain_equal(host->name, &call->host);

	switch (call->words.verified) {
	case VERIFIED_NAME:
		return is_own ? PROOF_GIVEN : PROOF_BY_CHAIN;
	case VERIFIED_CHAIN:
		return is_own && call->words.has_result ? PROOF_FAILED : PROOF_BY_CHAIN;
	case VERIFIED_DANE:
		return PROOF_BY_CHAIN;
	case VERIFIED_UNKNOWN:
	case VERIFIED_NO:
		break;
	}
	return PROOF_FAILED;
}

static enum proof
prove_host(const struct sendmail_call *call, const struct host_answer *host)
{
	enum proof dane, webpki;

	switch (host->verdict) {
	case VERDICT_DANE:
		dane = prove_dane(call, host);
		webpki = host->needs_sts ? prove_webpki(call, host) : PROOF_GIVEN;
		return dane > webpki ? dane : webpki;
	case VERDICT_STS:
		return prove_webpki(call, host);
	case VERDICT_ENCRYPT:
	case VERDICT_MAY:
	case VERDICT_SKIP:
	case VERDICT_DEFER:
	case VERDICT_REJECT:
		break;
	}
	return PROOF_GIVEN;
}

/* All hosts of that name that may be used must agree, as in vet(). */
static enum proof
prove_all(const struct sendmail_call *call, const struct answer *answer)
{
	enum proof proof, worst = PROOF_GIVEN;
	size_t i;

	for (i = 0; i < answer->count; i++) {
		if (!host_is_called(&answer->hosts[i], &call->host))
			continue;
		proof = prove_host(call, &answer->hosts[i]);
		if (proof > worst)
			worst = proof;
	}
	return worst;
}

/* --- chains ------------------------------------------------------------------------------------ */

static bool
is_same_leaf(const struct sendmail_call *call, const struct chain *chain)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	if (chain->count == 0)
		return false;
	SHA256(chain->certs[0].der, chain->certs[0].len, digest);
	return memcmp(digest, call->leaf, sizeof(digest)) == 0;
}

static void
vet_chain(const struct passage_input *input, struct passage *out)
{
	const struct tls_event event = {
		.source = SOURCE_SENDMAIL,
		.next_hop = input->facts->next_hop->domain,
		.host = input->call->host,
		.tls = TLS_UP,
		.chain = *input->evidence->chain,
	};
	const struct vet_input question = {
		.event = &event,
		.facts = input->facts,
		.settings = input->settings,
		.trust = input->trust,
		.now = input->now,
	};
	struct vetted vetted;

	vet(&question, &vetted);
	if (vetted.word == VET_ACCEPT)
		return;
	out->word = PASSAGE_REFUSED;
	out->status = STATUS_CERTIFICATE;
	out->fault = "";
	memcpy(out->reason, vetted.reason, sizeof(out->reason));
}

static void
refuse_unseen(const struct passage_input *input, enum passage_word word,
    const char *fault, const char *why, struct passage *out)
{
	refuse(input, word, STATUS_CERTIFICATE, why, out);
	out->fault = fault;
}

static void
pass_by_chain(const struct passage_input *input, struct passage *out)
{
	const struct evidence *e = input->evidence;

	if (!input->call->has_leaf)
		refuse_unseen(input, PASSAGE_REFUSED, "",
		    "Sendmail does not tell the fingerprint of its certificate", out);
	else if (e == NULL || e->tls != TLS_UP)
		refuse_unseen(input, PASSAGE_UNPROVEN, "",
		    "hopseald has not seen its certificate", out);
	else if (!is_same_leaf(input->call, e->chain))
		refuse_unseen(input, PASSAGE_UNPROVEN, "certificate-not-the-one-probed",
		    "the certificate is not the one that hopseald has seen", out);
	else
		vet_chain(input, out);
}

/* --- connections --------------------------------------------------------------------------------- */

static void
refuse_certificate(const struct passage_input *input, struct passage *out)
{
	const struct sendmail_words *w = &input->call->words;
	const char *why = "the certificate is not trusted";

	if (w->has_result && w->result == RESULT_HOST_MISMATCH)
		why = "the certificate is for another name";
	if (w->has_result && w->result == RESULT_VALIDATION)
		why = "the certificate does not match TLSA records";
	refuse(input, PASSAGE_REFUSED, STATUS_CERTIFICATE, why, out);
}

static void
refuse_clear(const struct passage_input *input, struct passage *out)
{
	static const struct {
		const char *status, *why;
	} texts[] = {
		[TLS_UP] = { "", "" },
		[TLS_NOT_OFFERED] = { STATUS_NO_TLS, "STARTTLS is not offered" },
		[TLS_REFUSED] = { STATUS_NO_TLS, "STARTTLS is refused" },
		[TLS_FAILED] = { STATUS_CERTIFICATE, "the TLS handshake has failed" },
		[TLS_UNKNOWN] = { STATUS_NO_TLS, "there is no TLS" },
	};
	enum event_tls tls = input->call->words.tls;

	refuse(input, PASSAGE_REFUSED, texts[tls].status, texts[tls].why, out);
}

static void
pass_bound(
    const struct passage_input *input, const struct answer *answer, struct passage *out)
{
	if (input->call->words.tls != TLS_UP) {
		refuse_clear(input, out);
		return;
	}
	switch (prove_all(input->call, answer)) {
	case PROOF_GIVEN:
		break;
	case PROOF_BY_CHAIN:
		pass_by_chain(input, out);
		break;
	case PROOF_FAILED:
		refuse_certificate(input, out);
		break;
	}
}

/* What another answer of DNS would mend. */
static const enum reason of_dns[] = {
	REASON_TLSA_ERROR,
	REASON_ALIAS_ERROR,
	REASON_ADDRESS_ERROR,
	REASON_ADDRESS_NONE,
	REASON_HOST_INVALID,
	REASON_MX_ERROR,
	REASON_MX_UNKNOWN,
};

static const char *
status_of_shut(const struct sendmail_host *host)
{
	size_t i;

	for (i = 0; !host->is_stranger_shut && i < COUNT_OF(of_dns); i++)
		if (host->reason == of_dns[i])
			return STATUS_DNS;
	return STATUS_POLICY;
}

static void
refuse_shut(const struct passage_input *input, const struct answer *answer,
    const struct sendmail_host *host, struct passage *out)
{
	struct strbuf text = STRBUF_INIT;

	sendmail_add_shut(answer, host, &text);
	refuse(input, PASSAGE_REFUSED, status_of_shut(host), strbuf_str(&text), out);
	strbuf_clear(&text);
}

/* Its hosts are. */
static bool
is_unknown(const struct answer *answer)
{
	return answer->verdict == VERDICT_DEFER && answer->count == 0;
}

void
passage_find(const struct passage_input *input, struct passage *out)
{
	struct sendmail_host host;
	struct answer answer;

	*out = (struct passage){ .word = PASSAGE_FREE, .status = "" };
	decide(input->facts, input->settings, input->now, &answer);
	sendmail_host_find(&answer, &input->call->host, &host);
	out->is_stranger = host.host == NULL && !is_unknown(&answer);
	switch (host.way) {
	case WAY_FREE:
		break;
	case WAY_BOUND:
		pass_bound(input, &answer, out);
		break;
	case WAY_SHUT:
		refuse_shut(input, &answer, &host, out);
		break;
	}
	answer_clear(&answer);
}
