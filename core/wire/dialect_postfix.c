/*
 * smtp_tls_policy_maps of Postfix.  SPDX-License-Identifier: ISC
 *
 * Postfix asks once per next-hop and takes one level for all its MX hosts; at the levels "dane" and "dane-only" it
 * judges every host by its own DNS.  rows[] picks the level under which no host is reached with less than
 * its own verdict; where several would do, the one that reaches most hosts.
 */
#include "wire/dialects.h"

#define TEXT_MAX 60000 /* octets of a reply; Postfix takes 100000 */

/* How many hosts have which verdict, and what else the rows look at. */
struct tally {
	size_t dane, sts, encrypt, may;
	size_t pinned;   /* dane hosts that have DANE-EE(3) SHA2-256 records */
	size_t unproven; /* hosts whose TLSA lookup failed: not to be reached */
	size_t unknown;  /* whose address lookup failed: they may have TLSA */
	bool needs_both;
	size_t relaxed; /* hosts let through by the operator */
	bool is_binding, is_testing;
	bool takes_dane_only; /* Postfix refuses it for hosts of an insecure MX */
};

static bool
is_pin(const struct tlsa *r)
{
	return r->usage == TLSA_DANE_EE && r->matching == TLSA_SHA256;
}

static bool
has_pin(const struct tlsa_set *set)
{
	size_t i;

	for (i = 0; set != NULL && i < set->count; i++)
		if (is_pin(&set->records[i]))
			return true;
	return false;
}

static bool
is_unproven(const struct host_answer *h)
{
	return h->verdict == VERDICT_SKIP &&
	       (h->reason == REASON_TLSA_ERROR || h->reason == REASON_ALIAS_ERROR);
}

static void
count_host(struct tally *t, const struct host_answer *h)
{
	switch (h->verdict) {
	case VERDICT_DANE:
		t->dane++;
		t->pinned += has_pin(h->tlsa);
		t->needs_both = t->needs_both || h->needs_sts;
		break;
	case VERDICT_STS:
		t->sts++;
		break;
	case VERDICT_ENCRYPT:
		t->encrypt++;
		break;
	case VERDICT_MAY:
		t->may++;
		t->relaxed += h->reason == REASON_RELAXED || h->reason == REASON_AUDIT;
		break;
	case VERDICT_SKIP:
		t->unproven += is_unproven(h);
		t->unknown += h->reason == REASON_ADDRESS_ERROR;
		break;
	case VERDICT_DEFER:
	case VERDICT_REJECT:
		break;
	}
}

static void
tally_make(const struct answer *a, struct tally *t)
{
	size_t i;

	*t = (struct tally){
		.is_binding = a->is_sts_binding,
		.takes_dane_only = a->mx_is_secure || a->mx_is_implicit,
		.is_testing = a->policy != NULL && a->policy->mode == STS_TESTING,
	};
	for (i = 0; i < a->count; i++)
		count_host(t, &a->hosts[i]);
}

/* --- what is said for each level --------------------------------------------------------- */

enum level {
	LEVEL_NOTFOUND,
	LEVEL_MAY,
	LEVEL_ENCRYPT,
	LEVEL_DANE,
	LEVEL_DANE_ONLY,
	LEVEL_PIN,
	LEVEL_SECURE,
	LEVEL_TEMP_BOTH,
};

static bool
says_relaxed(const struct tally *t)
{
	return t->relaxed > 0 && t->dane + t->sts + t->encrypt + t->unproven == 0;
}

static bool
says_both(const struct tally *t)
{
	return t->needs_both;
}

static bool
says_bound_dane(const struct tally *t)
{
	return t->is_binding && t->dane > 0 && t->takes_dane_only;
}

static bool
says_bound_pinned(const struct tally *t)
{
	return t->is_binding && t->pinned > 0;
}

static bool
says_bound(const struct tally *t)
{
	return t->is_binding && t->dane + t->sts > 0;
}

static bool
says_all_dane(const struct tally *t)
{
	return t->takes_dane_only && t->dane > 0 && t->encrypt + t->may + t->sts == 0;
}

static bool
says_all_encrypt(const struct tally *t)
{
	return t->encrypt > 0 && t->dane + t->may + t->unproven + t->unknown == 0;
}

static bool
says_some_dane(const struct tally *t)
{
	return t->dane + t->encrypt + t->unproven > 0;
}

static bool
says_testing(const struct tally *t)
{
	return t->is_testing && t->unknown == 0;
}

static bool
says_anything(const struct tally *t)
{
	(void)t;
	return true;
}

/*
 * The first row that fits.  Every row is one line of hopseal-postfix(7), "How verdicts are put in Postfix's words".
 */
static const struct {
	bool (*fits)(const struct tally *t);
	enum level plain;  /* map postfix */
	enum level tlsrpt; /* map postfix-tlsrpt */
} rows[] = {
	/* The operator wants no policy here. */
	{ says_relaxed, LEVEL_MAY, LEVEL_MAY },
	/* DANE and WebPKI at once cannot be said. */
	{ says_both, LEVEL_TEMP_BOTH, LEVEL_TEMP_BOTH },
	/* STS binds, but hosts have TLSA: DANE decides (RFC 8461, 2); a host without is not
	 * reached, which is less mail but never less protection. */
	{ says_bound_dane, LEVEL_DANE_ONLY, LEVEL_DANE_ONLY },
	/* The same over an insecure MX: there "dane-only" would defer for ever and "dane" would
	 * follow a forged MX.  The TLSA records themselves, as pins, do neither. */
	{ says_bound_pinned, LEVEL_PIN, LEVEL_PIN },
	/* STS alone; or TLSA that cannot be pinned, over an insecure MX, where DANE is by choice
	 * (RFC 7672, 2.2.1) and STS is not. */
	{ says_bound, LEVEL_SECURE, LEVEL_SECURE },
	{ says_all_dane, LEVEL_DANE_ONLY, LEVEL_DANE_ONLY },
	{ says_all_encrypt, LEVEL_ENCRYPT, LEVEL_ENCRYPT },
	/* Hosts differ: Postfix gives each its own due. */
	{ says_some_dane, LEVEL_DANE, LEVEL_DANE },
	/* Nothing to enforce, but 3.10 is to count it under the policy. */
	{ says_testing, LEVEL_NOTFOUND, LEVEL_MAY },
	{ says_anything, LEVEL_NOTFOUND, LEVEL_NOTFOUND },
};

/* --- words --------------------------------------------------------------------------------- */

static void
add_match(const struct answer *a, struct strbuf *text)
{
	const char *between = " match=";
	size_t i;

	for (i = 0; i < a->count; i++) {
		const struct host_answer *h = &a->hosts[i];

		if (h->verdict != VERDICT_STS && h->verdict != VERDICT_DANE)
			continue;
		strbuf_adds(text, between);
		strbuf_add(text, h->name->text, h->name->len);
		between = ":";
	}
	strbuf_adds(text, " servername=hostname");
}

static void
add_fingerprint(const struct tlsa *r, struct strbuf *text)
{
	uint16_t i;

	for (i = 0; i < r->len; i++)
		strbuf_addf(text, "%s%02X", i > 0 ? ":" : "", r->data[i]);
}

static void
add_pins(const struct answer *a, struct strbuf *text)
{
	const char *between = " match=";
	size_t i, j;

	for (i = 0; i < a->count; i++) {
		const struct tlsa_set *set = a->hosts[i].tlsa;

		if (a->hosts[i].verdict != VERDICT_DANE)
			continue;
		for (j = 0; j < set->count; j++) {
			if (!is_pin(&set->records[j]))
				continue;
			strbuf_adds(text, between);
			add_fingerprint(&set->records[j], text);
			between = "|";
		}
	}
	strbuf_adds(text, " servername=hostname");
}

static bool
is_plain_line(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (line[i] < ' ' || line[i] > '~' || line[i] == '{' || line[i] == '}')
			return false;
	return true;
}

#define STRING_BEGIN " { policy_string = "
#define STRING_END   " }"

/* The policy's lines as published; those that would break Postfix's own syntax, extensions all of them,
 * are left out, for an attribute it cannot read defers the mail; and so are those that are too much. */
static void
add_policy_strings(const struct sts_policy *policy, struct strbuf *text)
{
	const size_t around = strlen(STRING_BEGIN STRING_END);
	const char *line;
	size_t pos = 0, len;

	while (sts_policy_next_line(policy, &pos, &line, &len))
		if (is_plain_line(line, len) && text->len + around + len <= TEXT_MAX)
			strbuf_addf(
			    text, STRING_BEGIN "%.*s" STRING_END, (int)len, line);
}

static void
add_patterns(const struct sts_policy *policy, struct strbuf *text)
{
	size_t i;

	for (i = 0; i < policy->pattern_count; i++)
		strbuf_addf(text, " mx_host_pattern=%s%s",
		    policy->patterns[i].is_wildcard ? "*." : "",
		    policy->patterns[i].name);
}

/* Whether an MX host may be reached under the policy as it stands now. */
static bool
is_allowed(const struct host_answer *h)
{
	return h->is_named && h->name->len > 0 && !is_unproven(h);
}

static void
add_hosts_as_patterns(const struct answer *a, struct strbuf *text)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (is_allowed(&a->hosts[i]))
			strbuf_addf(
			    text, " mx_host_pattern=%s", a->hosts[i].name->text);
}

/* The published patterns, unless there are very many, or they name a host that is not to be reached: then the
 * hosts that may be, by name. */
static void
add_mx(const struct answer *a, struct strbuf *text)
{
	bool narrows = false;
	size_t i, start = text->len;

	for (i = 0; i < a->count; i++)
		narrows = narrows || is_unproven(&a->hosts[i]);
	if (!narrows)
		add_patterns(a->policy, text);
	if (narrows || text->len - start > TEXT_MAX / 2) {
		strbuf_truncate(text, start);
		add_hosts_as_patterns(a, text);
	}
}

/* All or nothing: the first releases of Postfix 3.10 look into both lists without asking whether there is anything
 * in them. */
static void
add_attributes(const struct answer *a, struct strbuf *text)
{
	size_t start = text->len, mx, strings;

	strbuf_addf(
	    text, " policy_type=sts policy_domain=%s", a->next_hop->domain.text);
	mx = text->len;
	add_mx(a, text);
	strings = text->len;
	add_policy_strings(a->policy, text);
	if (mx == strings || strings == text->len)
		strbuf_truncate(text, start);
}

/* Whether Postfix 3.10 is told under which policy to count: at the DANE levels it finds out itself. */
static bool
takes_attributes(const struct answer *a, enum level level)
{
	if (a->policy == NULL || a->policy->mode == STS_NONE)
		return false;
	if (level == LEVEL_SECURE)
		return true;
	return a->policy->mode == STS_TESTING && !a->is_override &&
	       (level == LEVEL_MAY || level == LEVEL_ENCRYPT);
}

static enum socketmap_code
say(const struct answer *a, enum level level, bool with_attributes, struct strbuf *text)
{
	switch (level) {
	case LEVEL_NOTFOUND:
		return REPLY_NOTFOUND;
	case LEVEL_TEMP_BOTH:
		strbuf_addf(text,
		    "%s: mix = both cannot be enforced by Postfix where "
		    "DANE applies",
		    a->next_hop->domain.text);
		return REPLY_TEMP;
	case LEVEL_MAY:
		strbuf_adds(text, "may");
		break;
	case LEVEL_ENCRYPT:
		strbuf_adds(text, "encrypt");
		break;
	case LEVEL_DANE:
		strbuf_adds(text, "dane");
		break;
	case LEVEL_DANE_ONLY:
		strbuf_adds(text, "dane-only");
		break;
	case LEVEL_PIN:
		strbuf_adds(text, "fingerprint");
		add_pins(a, text);
		break;
	case LEVEL_SECURE:
		strbuf_adds(text, "secure");
		add_match(a, text);
		break;
	}
	if (with_attributes && takes_attributes(a, level))
		add_attributes(a, text);
	return REPLY_OK;
}

enum socketmap_code
dialect_defer(const struct answer *a, struct strbuf *text)
{
	strbuf_addf(text, "%s: %s%s%s (%s)", a->next_hop->domain.text,
	    reason_text(a->reason), *a->detail != '\0' ? ": " : "", a->detail,
	    reason_section(a->reason));
	return REPLY_TEMP;
}

static enum socketmap_code
answer_postfix(const struct answer *a, bool with_attributes, struct strbuf *text)
{
	struct tally t;
	size_t i;

	if (a->verdict == VERDICT_DEFER)
		return dialect_defer(a, text);
	/* Null MX, no such domain: Postfix sees it in its own DNS and says so better. */
	if (a->verdict == VERDICT_REJECT)
		return REPLY_NOTFOUND;
	tally_make(a, &t);
	for (i = 0; !rows[i].fits(&t); i++)
		continue;
	return say(
	    a, with_attributes ? rows[i].tlsrpt : rows[i].plain, with_attributes, text);
}

enum socketmap_code
dialect_postfix(const struct answer *a, struct strbuf *text)
{
	return answer_postfix(a, false, text);
}

enum socketmap_code
dialect_postfix_tlsrpt(const struct answer *a, struct strbuf *text)
{
	return answer_postfix(a, true, text);
}
