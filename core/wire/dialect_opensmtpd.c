/*
 * The tables of OpenSMTPD, by way of table-hopseal.  SPDX-License-Identifier: ISC
 *
 * OpenSMTPD has two actions for us: one under verified TLS to the host that we name, and its own opportunistic way to
 * any host of the domain.  rows[] picks between them, so that no host is reached with less than its own verdict.
 */
#include "wire/opensmtpd.h"

#include "wire/dialects.h"

#define HOSTS_SHOWN 8

/* --- what a host asks for ------------------------------------------------------------------- */

enum need {
	NEED_NOTHING,  /* opportunistic TLS will do */
	NEED_DANE,     /* TLS by its TLSA records, of which OpenSMTPD knows nothing */
	NEED_WEBPKI,   /* just what OpenSMTPD can do */
	NEED_DISTANCE, /* it is not to be reached, and never openly */
	NEED_DOUBT,    /* nor is this one, until it is known what it asks for */
	NEED_NO_CARE,  /* it cannot be reached */
};

/* What a host that is skipped asks for; where the whole domain is refused, its hosts are in doubt. */
static enum need
need_of_skipped(enum reason reason)
{
	if (reason == REASON_STS_NOT_NAMED || reason == REASON_DANE_REQUIRED)
		return NEED_DISTANCE;
	if (reason == REASON_ADDRESS_NONE || reason == REASON_HOST_INVALID)
		return NEED_NO_CARE;
	return NEED_DOUBT;
}

static enum need
need_of(const struct host_answer *h)
{
	static const enum need needs[] = {
		[VERDICT_DANE] = NEED_DANE,
		[VERDICT_STS] = NEED_WEBPKI,
		[VERDICT_ENCRYPT] = NEED_DANE,
		[VERDICT_MAY] = NEED_NOTHING,
		[VERDICT_DEFER] = NEED_DOUBT,
		[VERDICT_REJECT] = NEED_NO_CARE,
	};

	return h->verdict == VERDICT_SKIP ? need_of_skipped(h->reason)
					  : needs[h->verdict];
}

/* How many hosts ask for what, and how those with DANE stand. */
struct tally {
	size_t need[NEED_NO_CARE + 1];
	size_t dane[STANDING_WEBPKI + 1];
	size_t verified; /* of those that may be used, WebPKI holds */
	bool is_refused, is_binding, is_unknown, opens_dane_only;
};

static struct tally
tally_make(const struct answer *a)
{
	struct tally t = {
		.is_refused = a->verdict == VERDICT_REJECT,
		.is_binding = a->is_sts_binding,
		.is_unknown = a->verdict == VERDICT_DEFER,
		.opens_dane_only = a->opens_dane_only,
	};
	size_t i;

	for (i = 0; i < a->count; i++) {
		const struct host_answer *h = &a->hosts[i];
		enum need need = need_of(h);

		t.need[need]++;
		t.is_binding = t.is_binding || h->needs_sts;
		if (need == NEED_DANE)
			t.dane[h->standing]++;
		t.verified +=
		    h->verdict < VERDICT_SKIP && h->standing == STANDING_WEBPKI;
	}
	return t;
}

/* --- sealed or open -------------------------------------------------------------------------- */

static bool
says_refused(const struct tally *t)
{
	return t->is_refused;
}

static bool
says_bound(const struct tally *t)
{
	return t->is_binding || t->need[NEED_WEBPKI] + t->need[NEED_DISTANCE] > 0;
}

/* DANE that cannot, or need not, be had by going openly. */
static bool
says_dane(const struct tally *t)
{
	return t->need[NEED_DANE] > 0 &&
	       (!t->opens_dane_only || t->need[NEED_DOUBT] > 0 ||
		   t->dane[STANDING_WEBPKI] + t->dane[STANDING_FAILS] > 0);
}

static bool
says_dane_unseen(const struct tally *t)
{
	return t->dane[STANDING_UNSEEN] > 0;
}

static bool
says_dane_only(const struct tally *t)
{
	return t->need[NEED_DANE] > 0 && !t->is_unknown;
}

static bool
says_verified_in_doubt(const struct tally *t)
{
	return t->need[NEED_DOUBT] > 0 && t->verified > 0;
}

static bool
says_doubt(const struct tally *t)
{
	return t->need[NEED_DOUBT] > 0 || t->is_unknown;
}

static bool
says_anything(const struct tally *t)
{
	(void)t;
	return true;
}

/*
 * The first row that fits.  Every row is one line of hopseal-opensmtpd(7), "Sealed or open".
 */
static const struct {
	bool (*fits)(const struct tally *t);
	enum seal seal;
} rows[] = {
	/* Null MX, no such domain: OpenSMTPD sees it in its own DNS and says so better. */
	{ says_refused, SEAL_OPEN },
	/* MTA-STS: for this domain OpenSMTPD would trust DNS for the names of hosts. */
	{ says_bound, SEAL_SEALED },
	{ says_dane, SEAL_SEALED },
	/* dane-only = encrypt: it takes evidence that DANE holds, and holds everywhere. */
	{ says_dane_unseen, SEAL_LATER },
	{ says_dane_only, SEAL_OPEN },
	/* A host whose TLSA lookup failed must not be reached (RFC 7672, 2.1.2); the others may. */
	{ says_verified_in_doubt, SEAL_SEALED },
	{ says_doubt, SEAL_LATER },
	{ says_anything, SEAL_OPEN },
};

enum seal
opensmtpd_seal(const struct answer *a)
{
	struct tally t = tally_make(a);
	size_t i;

	for (i = 0; !rows[i].fits(&t); i++)
		continue;
	return rows[i].seal;
}

/* --- hosts ------------------------------------------------------------------------------------- */

/* Whether WebPKI verification, which every session to it will be under, satisfies its verdict. */
static bool
may_be_named(const struct host_answer *h, enum seal seal)
{
	if (h->verdict == VERDICT_STS)
		return true;
	if (h->verdict == VERDICT_MAY && seal == SEAL_OPEN)
		return true;
	return h->verdict < VERDICT_SKIP && h->standing == STANDING_WEBPKI;
}

/* A host that asks for nothing is second to those of a sealed domain that do, and to one that is seen to verify. */
static unsigned
tier_of(const struct host_answer *h, enum seal seal)
{
	return h->verdict == VERDICT_MAY &&
	       (seal != SEAL_OPEN || h->standing != STANDING_WEBPKI);
}

size_t
opensmtpd_hosts(const struct answer *a, struct relay_host out[ANSWER_HOSTS_MAX])
{
	enum seal seal = opensmtpd_seal(a);
	size_t i, count = 0;
	unsigned tier;

	for (tier = 0; tier <= 1; tier++)
		for (i = 0; i < a->count; i++)
			if (may_be_named(&a->hosts[i], seal) &&
			    tier_of(&a->hosts[i], seal) == tier)
				out[count++] =
				    (struct relay_host){ &a->hosts[i], tier };
	return count;
}

bool
opensmtpd_wants_look(const struct answer *a, const struct host_answer *h)
{
	enum need need = need_of(h);

	if (h->standing != STANDING_UNSEEN)
		return false;
	return need == NEED_DANE ||
	       (need == NEED_NOTHING && opensmtpd_seal(a) != SEAL_OPEN);
}

bool
opensmtpd_is_settled(const struct answer *a, enum looks looks)
{
	struct relay_host hosts[ANSWER_HOSTS_MAX];
	enum seal seal = opensmtpd_seal(a);

	if (seal != SEAL_SEALED)
		return seal == SEAL_OPEN;
	return looks == LOOKS_TO_SEAL || opensmtpd_hosts(a, hosts) > 0;
}

/* --- words ------------------------------------------------------------------------------------- */

/* The first host that could be used if it stood better; NULL: none. */
static const struct host_answer *
first_wanting(const struct answer *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (a->hosts[i].verdict < VERDICT_SKIP)
			return &a->hosts[i];
	return NULL;
}

static void
add_standing(const struct host_answer *h, struct strbuf *text)
{
	strbuf_addf(text, "%s: %s: %s", h->name->text, verdict_word(h->verdict),
	    standing_text(h->standing));
	if (h->seen != NULL)
		strbuf_addf(text, " (%s)", h->seen);
}

/* Why there is no host to go to. */
static void
add_want(const struct answer *a, struct strbuf *text)
{
	const struct host_answer *h = first_wanting(a);

	if (h != NULL && a->verdict != VERDICT_DEFER)
		add_standing(h, text);
	else
		(void)dialect_defer(a, text);
}

static enum socketmap_code
later(const struct answer *a, struct strbuf *text)
{
	add_want(a, text);
	return REPLY_TEMP;
}

/* The words behind "sealed" are for people. */
static void
add_sealed(const struct answer *a, struct strbuf *text)
{
	struct relay_host hosts[ANSWER_HOSTS_MAX];
	size_t i, count = opensmtpd_hosts(a, hosts);

	strbuf_adds(text, "sealed hosts=\"");
	for (i = 0; i < count && i < HOSTS_SHOWN; i++)
		strbuf_addf(text, "%s%s", i > 0 ? " " : "", hosts[i].host->name->text);
	strbuf_adds(text, i < count ? " ...\"" : "\"");
	if (count > 0)
		return;
	strbuf_adds(text, " reason=\"");
	add_want(a, text);
	strbuf_adds(text, "\"");
}

enum socketmap_code
dialect_opensmtpd(const struct answer *a, struct strbuf *text)
{
	switch (opensmtpd_seal(a)) {
	case SEAL_OPEN:
		strbuf_adds(text, "open");
		return REPLY_OK;
	case SEAL_SEALED:
		add_sealed(a, text);
		return REPLY_OK;
	case SEAL_LATER:
		break;
	}
	return later(a, text);
}

enum socketmap_code
dialect_opensmtpd_route(const struct answer *a, struct strbuf *text)
{
	struct relay_host hosts[ANSWER_HOSTS_MAX];
	size_t i, turn = 0, count = opensmtpd_hosts(a, hosts);

	if (count == 0)
		return later(a, text);
	for (i = 0; i < count; i++)
		if (a->turn != NULL && domain_equal(hosts[i].host->name, a->turn))
			turn = i;
	strbuf_addf(text, "smtp+tls://%s", hosts[turn].host->name->text);
	if (a->next_hop->port != SMTP_PORT)
		strbuf_addf(text, ":%u", (unsigned)a->next_hop->port);
	return REPLY_OK;
}
