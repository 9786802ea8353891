/*
 * Facts for decide(), written down in words.  SPDX-License-Identifier: ISC
 *
 *	world_init(&w, "S", "mx1=usable mx2=denied", "enforce mx1", "mix=both");
 */
#ifndef HOPSEAL_TESTS_UNIT_DECIDE_WORLD_H
#define HOPSEAL_TESTS_UNIT_DECIDE_WORLD_H

#include "cases.h"
#include "policy/decide.h"

#define NOW     ((time_t)1800000000)
#define HOSTS   4
#define TTL_S   300
#define STS_TTL 86400

/* The next of the blank-separated words of *text, which moves behind it; false at the end. */
static inline bool
next_word(const char **text, char word[64])
{
	size_t len;

	*text += strspn(*text, " ");
	len = strcspn(*text, " ");
	assert_true(len < 64);
	memcpy(word, *text, len);
	word[len] = '\0';
	*text += len;
	return len > 0;
}

static inline bool
has_word(const char *text, const char *wanted)
{
	char word[64];

	while (next_word(&text, word))
		if (strcmp(word, wanted) == 0)
			return true;
	return false;
}

/* One world, written down in words; all of it is freed by world_clear(). */
struct world {
	struct next_hop next_hop;
	struct route *route;
	struct sts_policy *policy;
	char patterns[HOSTS + 1][64]; /* and the word that ends them */
	struct sts_facts sts;
	struct override override;
	struct settings settings;
	struct facts facts;
};

/* What lookups found for a host. */
static const struct host_word {
	const char *word;
	enum address_outcome address;
	enum tlsa_outcome tlsa;
	uint8_t usage; /* of the one record, a digest of 32 octets */
} host_words[] = {
	{ "usable", ADDRESS_FOUND, TLSA_FOUND, 3 },
	{ "unusable", ADDRESS_FOUND, TLSA_FOUND, 1 },
	{ "denied", ADDRESS_FOUND, TLSA_DENIED, 0 },
	{ "insecure", ADDRESS_FOUND, TLSA_NOT_ASKED, 0 },
	{ "tlsa-error", ADDRESS_FOUND, TLSA_ERROR, 0 },
	{ "alias-error", ADDRESS_FOUND, TLSA_ALIAS_ERROR, 0 },
	{ "no-address", ADDRESS_NONE, TLSA_NOT_ASKED, 0 },
	{ "address-error", ADDRESS_ERROR, TLSA_NOT_ASKED, 0 },
	{ "invalid", ADDRESS_INVALID, TLSA_NOT_ASKED, 0 },
};

static inline struct tlsa_set *
records(uint8_t usage)
{
	uint8_t bytes[3 + 32] = { usage, TLSA_SPKI, TLSA_SHA256 };

	return tlsa_set_new(&(struct tlsa_rdata){ bytes, sizeof(bytes) }, 1);
}

/* "mx1=usable" */
static inline void
host_set(struct host_facts *host, const char *word)
{
	size_t i, len = strcspn(word, "=");

	for (i = 0; strcmp(host_words[i].word, word + len + 1) != 0; i++)
		assert_true(i + 1 < COUNT_OF(host_words));
	host->address_outcome = host_words[i].address;
	host->tlsa_outcome = host_words[i].tlsa;
	if (host->address_outcome != ADDRESS_INVALID)
		assert_int_equal(domain_parse(word, len, &host->name, NULL), ST_OK);
	if (host->tlsa_outcome == TLSA_FOUND) {
		host->base = xmemdup(&host->name, sizeof(host->name));
		host->tlsa = records(host_words[i].usage);
	}
}

/* "S", "I": MX found, secure or not; others as named.  "unknown" is no route at all. */
static const struct mx_word {
	const char *word;
	enum mx_outcome outcome;
	bool is_secure;
} mx_words[] = {
	{ "S", MX_FOUND, true },
	{ "I", MX_FOUND, false },
	{ "implicit-S", MX_IMPLICIT, true },
	{ "implicit-I", MX_IMPLICIT, false },
	{ "host", MX_HOST, false },
	{ "null", MX_NULL, true },
	{ "nxdomain", MX_NXDOMAIN, true },
	{ "error", MX_ERROR, false },
};

static inline void
world_set_route(struct world *w, const char *mx, const char *hosts)
{
	struct route *route;
	char word[64];
	const char *p = hosts;
	size_t i, n = 0;

	if (strcmp(mx, "unknown") == 0)
		return;
	while (next_word(&p, word))
		n++;
	route = route_new(n);
	for (i = 0; strcmp(mx_words[i].word, mx) != 0; i++)
		assert_true(i + 1 < COUNT_OF(mx_words));
	route->outcome = mx_words[i].outcome;
	route->is_secure = mx_words[i].is_secure;
	route->expanded = w->next_hop.domain;
	route->found = NOW;
	route->expires = NOW + TTL_S;
	for (i = 0; next_word(&hosts, word); i++) {
		host_set(&route->hosts[i], word);
		route->hosts[i].preference = (uint16_t)(10 * (i + 1));
	}
	w->route = route;
	w->facts.route = route;
}

/* "enforce mx1 mx2": mode and patterns; "expired" as a last word; "" is no policy. */
static inline void
world_set_sts(struct world *w, const char *sts)
{
	static const char *const modes[] = { [STS_NONE] = "none",
		[STS_TESTING] = "testing",
		[STS_ENFORCE] = "enforce" };
	struct sts_policy *p;
	char word[64];
	size_t i;

	if (!next_word(&sts, word))
		return;
	p = xcalloc(1, sizeof(*p) + HOSTS * sizeof(p->patterns[0]));
	for (i = 0; strcmp(word, modes[i]) != 0; i++)
		assert_true(i + 1 < COUNT_OF(modes));
	p->mode = (enum sts_mode)i;
	w->sts = (struct sts_facts){ .policy = p, .id = "1", .detail = "" };
	w->sts.fetched = NOW - 60;
	w->sts.expires = NOW + STS_TTL;
	for (i = 0; next_word(&sts, w->patterns[i]); i++) {
		if (strcmp(w->patterns[i], "expired") == 0) {
			w->sts.expires = NOW;
			break;
		}
		assert_true(i < HOSTS);
		p->patterns[p->pattern_count++] = (struct sts_pattern){ w->patterns[i],
			(uint8_t)strlen(w->patterns[i]), false };
	}
	w->policy = p;
	w->facts.sts = &w->sts;
}

/* Words: an override's action, "insecure-mx=may", "insecure-mx=off", "mix=both", "dane-off". */
static inline void
world_set_options(struct world *w, const char *options)
{
	char word[64];

	w->settings.digests = tlsa_digests_default;
	if (has_word(options, "insecure-mx=may"))
		w->settings.insecure_mx = INSECURE_MX_MAY;
	if (has_word(options, "insecure-mx=off"))
		w->settings.insecure_mx = INSECURE_MX_OFF;
	if (has_word(options, "mix=both"))
		w->settings.mix = MIX_BOTH;
	w->settings.is_dane_off = has_word(options, "dane-off");
	while (next_word(&options, word))
		if (override_action_parse(word, &w->override.action) == ST_OK)
			w->facts.override = &w->override;
}

static inline void
world_init(struct world *w, const char *mx, const char *hosts, const char *sts,
    const char *options)
{
	*w = (struct world){ .next_hop = {
				 domain_named("example.com"), SMTP_PORT, false } };
	w->facts.next_hop = &w->next_hop;
	world_set_route(w, mx, hosts);
	world_set_sts(w, sts);
	world_set_options(w, options);
}

static inline void
world_clear(struct world *w)
{
	route_release(w->route);
	free(w->policy);
}

#endif
