/*
 * Routers and transports of Exim, by way of hopseal.so.  SPDX-License-Identifier: ISC
 *
 * Exim asks once per next-hop and takes one transport for all its MX hosts; which of them it uses, which may go
 * without TLS and which get another server name are lists for it to look at.  rows[] picks the transport; where hosts differ,
 * the one in which hopseald verifies each by its own verdict (policy/vet.h).
 *
 * A host is chosen by its name in the MX record.  Once Exim has its addresses, it knows the host only by the name that
 * it is an alias of.
 */
#include "wire/dialects.h"

#define TEXT_MAX 30000 /* octets of a reply; Exim copies it with every expansion */

/* How many hosts have which verdict, and what else the rows look at. */
struct tally {
	size_t dane, sts, encrypt;
	bool is_refused, is_override, is_testing;
};

static struct tally
tally_make(const struct answer *a)
{
	struct tally t = {
		.is_refused = a->verdict == VERDICT_REJECT,
		.is_override = a->is_override,
		.is_testing = a->policy != NULL && a->policy->mode == STS_TESTING,
	};
	size_t i;

	for (i = 0; i < a->count; i++) {
		t.dane += a->hosts[i].verdict == VERDICT_DANE;
		t.sts += a->hosts[i].verdict == VERDICT_STS;
		t.encrypt += a->hosts[i].verdict == VERDICT_ENCRYPT;
	}
	return t;
}

/* --- which mode --------------------------------------------------------------------------- */

enum mode {
	MODE_REJECT,
	MODE_VERIFY,
	MODE_ENFORCE,
	MODE_FREE,
	MODE_TESTING,
	MODE_NONE,
};

static const struct {
	const char *word;
	bool is_strict; /* where MTA-STS binds, for hosts that we know only */
	bool
	    has_names; /* the certificate is held against a name, if only to be counted */
} modes[] = {
	[MODE_REJECT] = { "reject", false, false },
	[MODE_VERIFY] = { "verify", true, true },
	[MODE_ENFORCE] = { "enforce", true, true },
	[MODE_FREE] = { "free", false, false },
	[MODE_TESTING] = { "testing", false, true },
	[MODE_NONE] = { "none", false, false },
};

static bool
says_refused(const struct tally *t)
{
	return t->is_refused;
}

static bool
says_tls(const struct tally *t)
{
	return t->dane + t->encrypt > 0;
}

static bool
says_sts(const struct tally *t)
{
	return t->sts > 0;
}

static bool
says_relaxed(const struct tally *t)
{
	return t->is_override;
}

static bool
says_testing(const struct tally *t)
{
	return t->is_testing;
}

static bool
says_anything(const struct tally *t)
{
	(void)t;
	return true;
}

/*
 * The first row that fits.  Every row is one line of hopseal-exim(7), "How verdicts are put in Exim's words".
 */
static const struct {
	bool (*fits)(const struct tally *t);
	enum mode mode;
} rows[] = {
	/* Null MX, no such domain: Exim sees it in its own DNS and says so better. */
	{ says_refused, MODE_REJECT },
	/* TLSA records, usable or not: TLS is a must, and each host's chain is for us to judge. */
	{ says_tls, MODE_VERIFY },
	/* MTA-STS alone: Exim's own check against WebPKI and the MX host's name does. */
	{ says_sts, MODE_ENFORCE },
	/* The operator wants nothing here, DANE by Exim itself included. */
	{ says_relaxed, MODE_FREE },
	/* Nothing to enforce, but sessions are counted under the policy. */
	{ says_testing, MODE_TESTING },
	{ says_anything, MODE_NONE },
};

/* --- words --------------------------------------------------------------------------------- */

/* What is safe in a regular expression once its dots are.  Other names are in no list, and are those of no host that can be
 * used. */
static bool
is_plain(const struct domain *name)
{
	static const char octets[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

	return name->len > 0 && strspn(name->text, octets) == name->len;
}

/* A dot in brackets: every expansion would eat a backslash. */
static void
add_pattern(const struct domain *name, struct strbuf *text)
{
	size_t i;

	for (i = 0; i < name->len; i++)
		if (name->text[i] == '.')
			strbuf_adds(text, "[.]");
		else
			strbuf_addc(text, name->text[i]);
}

/* In a session. */
static const struct domain *
name_in_session(const struct host_answer *h)
{
	return h->canonical != NULL ? h->canonical : h->name;
}

/* One anchored expression, a name at a time.  It is no list of plain names: those Exim would look up, to compare
 * addresses. */
struct regex {
	struct strbuf *text;
	const char *before; /* put in front of it, once there is a name */
	size_t count;
};

static void
regex_add(struct regex *r, const struct domain *name)
{
	if (!is_plain(name))
		return;
	if (r->count++ == 0)
		strbuf_addf(r->text, "%s^(?:", r->before);
	else
		strbuf_addc(r->text, '|');
	add_pattern(name, r->text);
}

static void
regex_end(const struct regex *r, const char *behind)
{
	if (r->count > 0)
		strbuf_addf(r->text, ")$%s", behind);
}

/* Where MTA-STS binds, all but the hosts that may be used: Exim may see an MX record that we have not. */
static void
add_skip(const struct answer *a, bool is_strict, struct strbuf *text)
{
	bool is_negated = is_strict && a->is_sts_binding;
	struct regex r = { text, is_negated ? "!" : "", 0 };
	size_t i;

	strbuf_adds(text, " skip=\"");
	for (i = 0; i < a->count; i++)
		if ((a->hosts[i].verdict < VERDICT_SKIP) == is_negated)
			regex_add(&r, a->hosts[i].name);
	regex_end(&r, is_negated ? " ; " : "");
	strbuf_adds(text, is_negated ? "*\"" : "\"");
}

/* Not if another one with the same name needs TLS. */
static bool
may_go_clear(const struct answer *a, const struct host_answer *host)
{
	const struct host_answer *h;

	for (h = a->hosts; h < a->hosts + a->count; h++)
		if (h->verdict < VERDICT_MAY &&
		    domain_equal(name_in_session(h), name_in_session(host)))
			return false;
	return host->verdict == VERDICT_MAY;
}

static void
add_clear(const struct answer *a, struct strbuf *text)
{
	struct regex r = { text, " clear=\"", 0 };
	size_t i;

	for (i = 0; i < a->count; i++)
		if (may_go_clear(a, &a->hosts[i]))
			regex_add(&r, name_in_session(&a->hosts[i]));
	regex_end(&r, "\"");
}

/* With DANE the TLSA base domain (RFC 7672, 8.1), else the MX host's own name. */
static const struct domain *
server_name(const struct host_answer *h)
{
	return h->verdict == VERDICT_DANE && h->base != NULL ? h->base : h->name;
}

static bool
needs_server_name(const struct host_answer *h)
{
	return h->verdict < VERDICT_SKIP &&
	       !domain_equal(server_name(h), name_in_session(h)) &&
	       is_plain(server_name(h)) && is_plain(name_in_session(h));
}

static void
add_sni(const struct answer *a, struct strbuf *text)
{
	size_t i, count = 0;

	for (i = 0; i < a->count; i++) {
		const struct host_answer *h = &a->hosts[i];

		if (needs_server_name(h))
			strbuf_addf(text, "%s%s=%s", count++ == 0 ? " sni=\"" : " ",
			    name_in_session(h)->text, server_name(h)->text);
	}
	if (count > 0)
		strbuf_adds(text, "\"");
}

static void
add_reason(const struct answer *a, struct strbuf *text)
{
	strbuf_addf(text, " reason=\"%s (%s)\"", reason_text(a->reason),
	    reason_section(a->reason));
}

static void
say(const struct answer *a, enum mode mode, struct strbuf *text)
{
	strbuf_addf(text, "mode=%s", modes[mode].word);
	add_skip(a, modes[mode].is_strict, text);
	if (mode == MODE_VERIFY)
		add_clear(a, text);
	if (modes[mode].has_names)
		add_sni(a, text);
	if (mode == MODE_REJECT)
		add_reason(a, text);
}

enum socketmap_code
dialect_exim(const struct answer *a, struct strbuf *text)
{
	size_t i, start = text->len;
	struct tally t;

	if (a->verdict == VERDICT_DEFER)
		return dialect_defer(a, text);
	t = tally_make(a);
	for (i = 0; !rows[i].fits(&t); i++)
		continue;
	say(a, rows[i].mode, text);
	if (text->len - start <= TEXT_MAX)
		return REPLY_OK;
	/* Half of a list would let through, or keep out, the wrong hosts. */
	strbuf_truncate(text, start);
	strbuf_addf(text, "%s: the names of its MX hosts are too much for Exim",
	    a->next_hop->domain.text);
	return REPLY_TEMP;
}
