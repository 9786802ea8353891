/*
 * Sessions for judge(), written down in words.  SPDX-License-Identifier: ISC
 *
 *	stage_init(&s, &(struct scene){ "S", "mx1=usable", "enforce mx1", "", "", "up host=mx1", "mx1 good" });
 */
#ifndef HOPSEAL_TESTS_UNIT_JUDGE_WORLD_H
#define HOPSEAL_TESTS_UNIT_JUDGE_WORLD_H

#include <unistd.h>

#include "certs.h"
#include "decide_world.h"
#include "policy/judge.h"

_Static_assert(NOW == CERT_NOW, "facts and certificates share a clock");

struct scene {
	const char *mx, *hosts, *sts,
	    *options; /* decide_world.h; "match" in options: the TLSA of
	                                           the first host match "good" */
	const char *
	    attempt; /* to get the policy: "F", "I", "W" and its detail; "T": no TXT lookup */
	const char *event;
	const char *evidence; /* "mx1 good", "mx1 not-offered"; "" none */
};

struct stage {
	struct world world;
	struct tls_event event;
	struct event_policy policies[3];
	struct event_failure failures[3];
	size_t failure_count;
	char texts[3][128], mx[3][80];
	char reasons[3][64];
	struct domain evidence_host;
	struct address evidence_remote;
	struct chain evidence_chain;
	struct evidence evidence;
	struct judge_input input;
};

/* --- certificates: made once, for all ------------------------------------------------------- */

#define LEAF(id, ...)                                                                  \
	{                                                                              \
		id, true,                                                              \
		{                                                                      \
			.cn = id, __VA_ARGS__                                          \
		}                                                                      \
	}

static const struct {
	const char *name;
	bool is_issued; /* by "root" */
	struct cert_spec spec;
} judge_specs[] = {
	{ "root", false, { .cn = "root", .is_ca = true } },
	LEAF("good", .san = "DNS:mx1"),
	LEAF("expired", .san = "DNS:mx1", .from_days = -30, .to_days = -1),
	LEAF("future", .san = "DNS:mx1", .from_days = 1, .to_days = 30),
	LEAF("other-name", .san = "DNS:other.example"),
	LEAF("next-hop", .san = "DNS:example.com"),
	{ "self", false, { .cn = "self", .san = "DNS:mx1" } },
	{ "self-expired", false,
	    { .cn = "self", .san = "DNS:mx1", .from_days = -30, .to_days = -1 } },
};

static struct cert judge_certs[COUNT_OF(judge_specs)];
static struct trust_store *judge_trust;

static inline struct cert *
judge_cert(const char *name)
{
	size_t i;

	for (i = 0; strcmp(judge_specs[i].name, name) != 0; i++)
		cert_must(i + 1 < COUNT_OF(judge_specs));
	return &judge_certs[i];
}

static inline void
judge_certs_make(void)
{
	char path[] = "/tmp/hopseal-judge-XXXXXX";
	FILE *f;
	size_t i;

	for (i = 0; i < COUNT_OF(judge_specs); i++)
		judge_certs[i] = cert_make(&judge_specs[i].spec,
		    judge_specs[i].is_issued ? &judge_certs[0] : NULL);
	f = fdopen(mkstemp(path), "w");
	cert_must(
	    f != NULL && PEM_write_X509(f, judge_certs[0].x509) && fclose(f) == 0);
	cert_must(trust_store_open(path, &judge_trust, NULL) == ST_OK);
	unlink(path);
}

static inline void
judge_certs_clear(void)
{
	size_t i;

	trust_store_close(judge_trust);
	for (i = 0; i < COUNT_OF(judge_specs); i++)
		cert_clear(&judge_certs[i]);
}

/* "unreadable" is no certificate at all. */
static inline struct chain
judge_chain_of(const char *name)
{
	struct chain chain = { .count = 1 };

	if (strcmp(name, "unreadable") == 0) {
		chain.certs[0].der = (const uint8_t *)"junk";
		chain.certs[0].len = 4;
	} else {
		chain.certs[0].der = judge_cert(name)->der;
		chain.certs[0].len = judge_cert(name)->len;
	}
	return chain;
}

/* --- the event ----------------------------------------------------------------------------------- */

static inline struct address
judge_address(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text, strlen(text), &a), ST_OK);
	return a;
}

static inline bool
judge_tls_word(const char *word, enum event_tls *out)
{
	static const char *const words[] = {
#define X(name, text) [name] = text,
		EVENT_TLS(X)
#undef X
	};
	size_t i;

	for (i = 0; i < COUNT_OF(words); i++)
		if (strcmp(word, words[i]) == 0) {
			*out = (enum event_tls)i;
			return true;
		}
	return false;
}

static inline void
set_verified(struct tls_event *e, const char *word)
{
	static const char *const words[] = {
#define X(name, text) [name] = text,
		EVENT_VERIFIED(X)
#undef X
	};
	size_t i;

	for (i = 0; strcmp(word, words[i]) != 0; i++)
		assert_true(i + 1 < COUNT_OF(words));
	e->verified = (enum event_verified)i;
}

static inline enum tls_result
judge_result(const char *word)
{
	enum tls_result result;

	assert_int_equal(tls_result_parse(word, strlen(word), &result), ST_OK);
	return result;
}

/* "host=mx1" and so on: of the session itself. */
static inline bool
event_word(struct stage *s, const char *word)
{
	size_t len = strcspn(word, "=");
	const char *value = word[len] == '=' ? word + len + 1 : "";
	struct tls_event *e = &s->event;

	if (judge_tls_word(word, &e->tls))
		return true;
	if (strncmp(word, "host=", 5) == 0)
		e->host = domain_named(value);
	else if (strncmp(word, "verified=", 9) == 0)
		set_verified(e, value);
	else if (strncmp(word, "result=", 7) == 0)
		e->result = judge_result(value);
	else if (strncmp(word, "reason=", 7) == 0)
		snprintf(e->reason, sizeof(e->reason), "%s", value);
	else if (strncmp(word, "helo=", 5) == 0)
		snprintf(e->helo, sizeof(e->helo), "%s", value);
	else if (strncmp(word, "remote=", 7) == 0)
		e->remote = judge_address(value);
	else if (strncmp(word, "local=", 6) == 0)
		e->local = judge_address(value);
	else if (strncmp(word, "chain=", 6) == 0)
		e->chain = judge_chain_of(value);
	else if (strcmp(word, "log") == 0)
		e->source = SOURCE_POSTFIX_LOG;
	else if (strcmp(word, "inbound") == 0)
		e->is_inbound = true;
	else
		return false;
	e->has_result = e->has_result || strncmp(word, "result=", 7) == 0;
	e->has_remote = e->has_remote || strncmp(word, "remote=", 7) == 0;
	e->has_local = e->has_local || strncmp(word, "local=", 6) == 0;
	return true;
}

/* "sts testing mx=mx1 bad with=validation-failure because=x": a policy that the source has judged. */
static inline void
policy_word(struct stage *s, const char *word)
{
	size_t n = s->event.policy_count;
	struct event_policy *p = n > 0 ? &s->policies[n - 1] : NULL;
	struct event_failure *f;
	enum policy_type type;

	if (policy_type_parse(word, strlen(word), &type) == ST_OK) {
		s->policies[n] = (struct event_policy){ .type = type,
			.text = s->texts[n],
			.mx = s->mx[n],
			.failures = &s->failures[s->failure_count] };
		s->event.policies = s->policies;
		s->event.policy_count++;
	} else if (strcmp(word, "testing") == 0 || strcmp(word, "enforce") == 0) {
		snprintf(s->texts[n - 1], sizeof(s->texts[0]),
		    "version: STSv1\nmode: %s\nmx: mx1", word);
	} else if (strncmp(word, "mx=", 3) == 0) {
		snprintf(s->mx[n - 1], sizeof(s->mx[0]), "mx9\n%s", word + 3);
	} else if (strncmp(word, "base=", 5) == 0) {
		p->domain = domain_named(word + 5);
	} else if (strcmp(word, "bad") == 0) {
		p->is_failed = true;
	} else if (strncmp(word, "with=", 5) == 0) {
		f = &s->failures[s->failure_count++];
		f->result = judge_result(word + 5);
		f->reason = "";
		p->failure_count++;
	} else if (strncmp(word, "because=", 8) == 0) {
		snprintf(s->reasons[s->failure_count - 1], sizeof(s->reasons[0]), "%s",
		    word + 8);
		s->failures[s->failure_count - 1].reason =
		    s->reasons[s->failure_count - 1];
	} else if (strncmp(word, "at=", 3) == 0) {
		s->failures[s->failure_count - 1].host = domain_named(word + 3);
		s->event.host = domain_named(word + 3);
	} else {
		fail_msg("no such word: %s", word);
	}
}

static inline void
set_event(struct stage *s, const char *text)
{
	char word[64];

	s->event = (struct tls_event){ .source = SOURCE_EXIM,
		.tls = TLS_UNKNOWN,
		.when = NOW,
		.next_hop = domain_named("example.com") };
	while (next_word(&text, word))
		if (!event_word(s, word))
			policy_word(s, word);
	if (s->event.policy_count > 0)
		s->event.source = SOURCE_TLSRPT;
}

/* --- facts and evidence ------------------------------------------------------------------------------ */

static inline void
set_attempt(struct stage *s, const char *text)
{
	static const struct {
		char letter;
		enum sts_attempt attempt;
	} letters[] = { { 'F', STS_ATTEMPT_FETCH }, { 'I', STS_ATTEMPT_INVALID },
		{ 'W', STS_ATTEMPT_WEBPKI }, { 'T', STS_ATTEMPT_OK } };
	struct sts_facts *sts = &s->world.sts;
	size_t i;

	if (*text == '\0')
		return;
	for (i = 0; letters[i].letter != *text; i++)
		assert_true(i + 1 < COUNT_OF(letters));
	sts->attempt = letters[i].attempt;
	sts->is_record_known = true;
	sts->is_record_error = *text == 'T';
	sts->record = STS_RECORD_FOUND;
	sts->detail = text[1] == ' ' ? text + 2 : "";
	s->world.facts.sts = sts;
}

static inline void
set_match(struct world *w)
{
	uint8_t bytes[CERT_RDATA_MAX];
	size_t len =
	    cert_rdata(judge_cert("good"), TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA256, bytes);

	free(w->route->hosts[0].tlsa);
	w->route->hosts[0].tlsa = tlsa_set_new(&(struct tlsa_rdata){ bytes, len }, 1);
}

/* The first host is an alias of "target". */
static inline void
set_alias(struct world *w)
{
	struct domain target = domain_named("target");

	w->route->hosts[0].canonical = xmemdup(&target, sizeof(target));
}

static inline void
set_evidence(struct stage *s, const char *text)
{
	char word[64];

	if (!next_word(&text, word))
		return;
	s->evidence_host = domain_named(word);
	s->evidence_remote = judge_address("192.0.2.1");
	s->evidence = (struct evidence){ .host = &s->evidence_host,
		.remote = &s->evidence_remote,
		.helo = "looked.example",
		.tls = TLS_UP,
		.reason = "" };
	assert_true(next_word(&text, word));
	if (!judge_tls_word(word, &s->evidence.tls)) {
		s->evidence_chain = judge_chain_of(word);
		s->evidence.chain = &s->evidence_chain;
	}
	if (next_word(&text, word))
		s->evidence.reason = "wrong version number";
	s->input.evidence = &s->evidence;
}

static inline void
stage_init(struct stage *s, const struct scene *scene)
{
	memset(s, 0, sizeof(*s));
	world_init(&s->world, scene->mx, scene->hosts, scene->sts, scene->options);
	if (has_word(scene->options, "match"))
		set_match(&s->world);
	if (has_word(scene->options, "alias"))
		set_alias(&s->world);
	set_attempt(s, scene->attempt);
	set_event(s, scene->event);
	s->input = (struct judge_input){ .event = &s->event,
		.facts = &s->world.facts,
		.settings = &s->world.settings,
		.trust = has_word(scene->options, "no-trust") ? NULL : judge_trust,
		.now = NOW };
	if (has_word(scene->options, "no-facts"))
		s->input.facts = NULL;
	set_evidence(s, scene->evidence);
}

static inline void
stage_clear(struct stage *s)
{
	world_clear(&s->world);
}

/* --- the judgement, in words ------------------------------------------------------------------------- */

/* "tlsa ok; sts failed certificate-expired(CODE) sts-policy-invalid; ?"; "?" is wants_probe.  X509_V_ERR_ is left out. */
static inline void
judgement_words(const struct judgement *j, struct strbuf *out)
{
	const struct judged_failure *f;
	size_t i, k, prefix = strlen("X509_V_ERR_");

	for (i = 0; i < j->count; i++) {
		strbuf_addf(out, "%s%s %s", out->len > 0 ? "; " : "",
		    policy_type_word(j->items[i].type),
		    j->items[i].is_failed ? "failed" : "ok");
		for (k = 0; k < j->items[i].failure_count; k++) {
			f = &j->items[i].failures[k];
			strbuf_addf(out, " %s", tls_result_word(f->result));
			if (f->code[0] != '\0')
				strbuf_addf(out, "(%s)",
				    strncmp(f->code, "X509_V_ERR_", prefix) == 0
					? f->code + prefix
					: f->code);
		}
	}
	if (j->wants_probe)
		strbuf_addf(out, "%s?", out->len > 0 ? "; " : "");
}

static inline void
assert_judgement(const struct judgement *j, const char *want)
{
	struct strbuf words = STRBUF_INIT;

	judgement_words(j, &words);
	assert_string_equal(strbuf_str(&words), want);
	strbuf_clear(&words);
}

#endif
