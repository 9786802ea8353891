/*
 * Whether Sendmail may go on, by its word, the host's verdict and a look.  SPDX-License-Identifier: ISC
 */
#include "judge_world.h"
#include "policy/passage.h"

#include <openssl/sha.h>

struct play {
	const char *mx, *hosts, *sts;
	/* judge_world.h, and of the first host's TLSA: "pin=X", the whole certificate; "match=X", the key, of X; "root": usage 2
	 * of that one; "anchor=X" of X; "slip=X": 3 1 1 with the digest of the whole certificate.  "alias=1"; "alias=2": both hosts */
	const char *options;
	const char *host, *verify; /* "OK yes", "OK no", "OK -", "FAIL" */
	const char *leaf; /* its certificate; "-": TLS, no fingerprint; "": no TLS */
	const char *evidence; /* "mx1 good"; "" none */
};

static void
give_tlsa(struct world *w, const char *cert, enum tlsa_usage usage,
    enum tlsa_selector selector, bool is_slip)
{
	uint8_t bytes[CERT_RDATA_MAX];
	size_t len = cert_rdata(judge_cert(cert), usage, selector, TLSA_SHA256, bytes);

	bytes[1] = is_slip ? TLSA_SPKI : bytes[1];
	free(w->route->hosts[0].tlsa);
	w->route->hosts[0].tlsa = tlsa_set_new(&(struct tlsa_rdata){ bytes, len }, 1);
}

static void
set_options(struct world *w, const char *options)
{
	struct domain target = domain_named("t");
	char word[64];

	while (next_word(&options, word)) {
		if (strncmp(word, "pin=", 4) == 0)
			give_tlsa(w, word + 4, TLSA_DANE_EE, TLSA_CERT, false);
		if (strncmp(word, "match=", 6) == 0)
			give_tlsa(w, word + 6, TLSA_DANE_EE, TLSA_SPKI, false);
		if (strcmp(word, "root") == 0)
			give_tlsa(w, "root", TLSA_DANE_TA, TLSA_CERT, false);
		if (strncmp(word, "anchor=", 7) == 0)
			give_tlsa(w, word + 7, TLSA_DANE_TA, TLSA_CERT, false);
		if (strncmp(word, "slip=", 5) == 0)
			give_tlsa(w, word + 5, TLSA_DANE_EE, TLSA_CERT, true);
		if (strcmp(word, "alias=2") == 0)
			w->route->hosts[1].canonical = xmemdup(&target, sizeof(target));
		if (strncmp(word, "alias=", 6) == 0)
			w->route->hosts[0].canonical = xmemdup(&target, sizeof(target));
	}
}

static void
add_leaf(struct strbuf *key, const char *name)
{
	uint8_t digest[LEAF_BYTES];
	size_t i;

	SHA256(judge_cert(name)->der, judge_cert(name)->len, digest);
	for (i = 0; i < LEAF_BYTES; i++)
		strbuf_addf(key, "%s%02X", i > 0 ? ":" : "", digest[i]);
}

static struct sendmail_call
call_of(const struct play *p)
{
	const char *named = strchr(p->verify, ' ');
	struct strbuf key = STRBUF_INIT;
	struct sendmail_call call;

	strbuf_addf(&key,
	    "tls;nexthop:example.com.;mx:%s;ip:192.0.2.1;verify:%.*s;name:%s;", p->host,
	    (int)strcspn(p->verify, " "), p->verify,
	    named == NULL              ? "yes"
	    : strcmp(named, " -") == 0 ? ""
				       : named + 1);
	strbuf_addf(&key, "ver:%s;fp:", *p->leaf != '\0' ? "TLSv1.3" : "");
	if (*p->leaf != '\0' && *p->leaf != '-')
		add_leaf(&key, p->leaf);
	strbuf_adds(&key, ";rcpt:bob@example.com;");
	assert_int_equal(sendmail_call_parse(key.data, key.len, &call, NULL), ST_OK);
	strbuf_clear(&key);
	return call;
}

static void
passage_words(const struct passage *p, struct strbuf *out)
{
	static const char *const words[] = {
		[PASSAGE_FREE] = "free",
		[PASSAGE_REFUSED] = "refused",
		[PASSAGE_UNPROVEN] = "unproven",
	};

	strbuf_adds(out, words[p->word]);
	if (p->word != PASSAGE_FREE)
		strbuf_addf(out, " %s %s", p->status, p->reason);
	if (p->fault != NULL)
		strbuf_addf(out, " [%s]", p->fault);
	if (p->is_stranger)
		strbuf_adds(out, " stranger");
}

static void
find(const struct play *p, struct strbuf *out)
{
	struct sendmail_call call = call_of(p);
	struct passage_input input;
	struct passage passage;
	struct stage s;

	stage_init(&s, &(struct scene){ p->mx, p->hosts, p->sts, p->options, "", "up",
			   p->evidence });
	set_options(&s.world, p->options);
	input = (struct passage_input){
		.call = &call,
		.facts = &s.world.facts,
		.settings = &s.world.settings,
		.trust = s.input.trust,
		.evidence = s.input.evidence,
		.now = NOW,
	};
	passage_find(&input, &passage);
	passage_words(&passage, out);
	stage_clear(&s);
}

/* --- every word under every verdict ----------------------------------------------------------------- */

/* The verdict on mx1; with TLS its leaf is "good", and nobody has looked. */
static const struct {
	const char *verdict, *mx, *hosts, *sts, *options;
} verdicts[] = {
	{ "dane-verify", "S", "mx1=usable", "", "match" },
	{ "dane-verify, both", "S", "mx1=usable", "enforce mx1", "match mix=both" },
	{ "sts-verify", "I", "mx1=insecure", "enforce mx1", "" },
	{ "encrypt", "S", "mx1=unusable", "", "" },
	{ "may", "S", "mx1=denied", "", "" },
	{ "may, testing", "I", "mx1=insecure", "testing mx1", "" },
	{ "skip", "S", "mx1=tlsa-error mx2=denied", "", "" },
};

static const struct word_case {
	const char *name, *verify;
	bool is_up;
	/* In the order of verdicts[]: f free, r refused, u unproven. */
	const char *want;
} word_cases[] = {
	{ "OK and the name", "OK yes", true, "uuffffr" },
	{ "OK and another name", "OK no", true, "urrfffr" },
	{ "OK, and nothing is known of the name", "OK -", true, "uuufffr" },
	{ "FAIL", "FAIL", true, "urrfffr" },
	{ "TRUSTED", "TRUSTED", true, "fuufffr" },
	{ "NO", "NO", true, "urrfffr" },
	{ "DANE_FAIL", "DANE_FAIL", true, "rrrfffr" },
	{ "DANE_TEMP", "DANE_TEMP", true, "urrfffr" },
	{ "a word of a later Sendmail", "BETTER", true, "urrfffr" },
	{ "no word, though TLS is up", "", true, "urrfffr" },
	{ "DANE_NOTLS", "DANE_NOTLS", false, "rrrrffr" },
	{ "NONE", "NONE", false, "rrrrffr" },
	{ "TEMP", "TEMP", false, "rrrrffr" },
	{ "PROTOCOL", "PROTOCOL", false, "rrrrffr" },
	{ "SOFTWARE", "SOFTWARE", false, "rrrrffr" },
	{ "CLEAR", "CLEAR", false, "rrrrffr" },
	{ "CONFIG", "CONFIG", false, "rrrrffr" },
	{ "OK without TLS", "OK yes", false, "rrrrffr" },
	{ "TRUSTED without TLS", "TRUSTED", false, "rrrrffr" },
	{ "a word of a later Sendmail, without TLS", "BETTER", false, "rrrrffr" },
};

static void
check_word(void **state)
{
	const struct word_case *c = *state;
	struct strbuf got = STRBUF_INIT, words = STRBUF_INIT;
	size_t i;

	for (i = 0; i < COUNT_OF(verdicts); i++) {
		const struct play play = { verdicts[i].mx, verdicts[i].hosts,
			verdicts[i].sts, verdicts[i].options, "mx1", c->verify,
			c->is_up ? "good" : "", "" };

		strbuf_reset(&words);
		find(&play, &words);
		strbuf_addc(&got, *strbuf_str(&words));
	}
	assert_string_equal(strbuf_str(&got), c->want);
	strbuf_clear(&got);
	strbuf_clear(&words);
}

/* --- in particular ------------------------------------------------------------------------------------ */

#define UNSEEN "unproven 4.7.5 mx1: hopseald has not seen its certificate []"
#define OTHER                                                                          \
	"unproven 4.7.5 mx1: the certificate is not the one that hopseald has seen "   \
	"[certificate-not-the-one-probed]"

static const struct passage_case {
	const char *name;
	struct play play;
	const char *want;
} passage_cases[] = {
	/* DANE, which Sendmail has not. */
	{ "AUTH-01 the certificate that was seen, and matches",
	    { "S", "mx1=usable", "", "match", "mx1", "FAIL", "good", "mx1 good" },
	    "free" },
	{ "AUTH-07 the certificate that was seen, and does not match",
	    { "S", "mx1=usable", "", "match", "mx1", "OK yes", "self", "mx1 self" },
	    "refused 4.7.5 mx1: dane-verify: no TLSA record matches (no matching DANE TLSA "
	    "records) []" },
	{ "another certificate than the one that was seen",
	    { "S", "mx1=usable", "", "match", "mx1", "OK yes", "good", "mx1 self" },
	    OTHER },
	{ "another one than that which was seen to match",
	    { "S", "mx1=usable", "", "match", "mx1", "FAIL", "self", "mx1 good" },
	    OTHER },
	{ "the host was seen without TLS",
	    { "S", "mx1=usable", "", "match", "mx1", "FAIL", "good",
		"mx1 not-offered" },
	    UNSEEN },
	{ "no fingerprint",
	    { "S", "mx1=usable", "", "match", "mx1", "OK yes", "-", "mx1 good" },
	    "refused 4.7.5 mx1: Sendmail does not tell the fingerprint of its certificate "
	    "[]" },
	{ "AUTH-02 DANE-TA, the name of the host",
	    { "S", "mx1=usable", "", "root", "mx1", "FAIL", "good", "mx1 good" },
	    "refused 4.7.5 mx1: dane-verify: no TLSA record matches (no matching DANE TLSA "
	    "records) []" },
	{ "AUTH-01 3 0 1 is the fingerprint: no look is needed",
	    { "S", "mx1=usable", "", "pin=self", "mx1", "FAIL", "self", "" }, "free" },
	{ "AUTH-07 3 0 1 of another certificate",
	    { "S", "mx1=usable", "", "pin=good", "mx1", "FAIL", "self", "" }, UNSEEN },
	{ "3 1 1 takes a look",
	    { "S", "mx1=usable", "", "match=self", "mx1", "FAIL", "self", "" },
	    UNSEEN },
	{ "AUTH-09 2 0 1 of the certificate itself is no pin: names count",
	    { "S", "mx1=usable", "", "anchor=self", "mx1", "FAIL", "self", "" },
	    UNSEEN },
	{ "3 1 1 with the digest of the whole certificate is no pin",
	    { "S", "mx1=usable", "", "slip=self", "mx1", "FAIL", "self", "" }, UNSEEN },
	{ "3 0 1 under mix = both takes WebPKI as well",
	    { "S", "mx1=usable", "enforce mx1", "pin=good mix=both", "mx1", "OK yes",
		"good", "" },
	    "free" },
	{ "MIX-02 mix = both, and WebPKI fails",
	    { "S", "mx1=usable", "enforce mx1", "pin=self mix=both", "mx1", "FAIL",
		"self", "" },
	    "refused 4.7.5 mx1: the certificate is not trusted" },
	{ "MIX-02 mix = both: TRUSTED says nothing of WebPKI, the look does",
	    { "S", "mx1=usable", "enforce mx1", "match=self mix=both", "mx1", "TRUSTED",
		"self", "mx1 self" },
	    "refused 4.7.5 mx1: sts-verify: chain not trusted (self-signed certificate) "
	    "[]" },
	{ "AUTH-07 Sendmail's own DANE refuses",
	    { "S", "mx1=usable", "", "match", "mx1", "DANE_FAIL", "good", "mx1 good" },
	    "refused 4.7.5 mx1: the certificate does not match TLSA records" },

	/* MTA-STS. */
	{ "STS-APP-06 another name",
	    { "I", "mx1=insecure", "enforce mx1", "", "mx1", "OK no", "good", "" },
	    "refused 4.7.5 mx1: the certificate is for another name" },
	{ "STS-APP-06 nothing is known of the name: a look",
	    { "I", "mx1=insecure", "enforce mx1", "", "mx1", "OK -", "good",
		"mx1 good" },
	    "free" },
	{ "STS-APP-06 nothing is known of the name: a look says another",
	    { "I", "mx1=insecure", "enforce mx1", "", "mx1", "OK -", "other-name",
		"mx1 other-name" },
	    "refused 4.7.5 mx1: sts-verify: certificate is for another name (hostname "
	    "mismatch) []" },
	{ "STS-APP-06 not trusted, whatever a look has shown",
	    { "I", "mx1=insecure", "enforce mx1", "", "mx1", "FAIL", "good",
		"mx1 good" },
	    "refused 4.7.5 mx1: the certificate is not trusted" },
	{ "STS-APP-06 TRUSTED takes a look",
	    { "I", "mx1=insecure", "enforce mx1", "", "mx1", "TRUSTED", "good",
		"mx1 good" },
	    "free" },
	{ "STS-APP-06 the name that it is an alias of is not the host's",
	    { "I", "mx1=insecure", "enforce mx1", "alias=1", "t", "OK yes", "good",
		"" },
	    "unproven 4.7.5 t: hopseald has not seen its certificate []" },
	{ "STS-APP-06 under the name that it is an alias of, seen to be valid",
	    { "I", "mx1=insecure", "enforce mx1", "alias=1", "t", "OK no", "good",
		"mx1 good" },
	    "free" },
	{ "two hosts are aliases of one: both must agree",
	    { "S", "mx1=usable mx2=unusable", "", "match alias=2", "t", "FAIL", "good",
		"" },
	    "unproven 4.7.5 t: hopseald has not seen its certificate []" },
	{ "what another host takes is not asked of this one",
	    { "S", "mx1=usable mx2=unusable", "", "match", "mx2", "FAIL", "good", "" },
	    "free" },

	/* No TLS. */
	{ "DTLS-01 STARTTLS is not offered",
	    { "S", "mx1=usable", "", "match", "mx1", "NONE", "", "" },
	    "refused 4.7.4 mx1: STARTTLS is not offered" },
	{ "DTLS-01 STARTTLS is refused",
	    { "I", "mx1=insecure", "enforce mx1", "", "mx1", "TEMP", "", "" },
	    "refused 4.7.4 mx1: STARTTLS is refused" },
	{ "DTLS-01 the handshake fails",
	    { "S", "mx1=unusable", "", "", "mx1", "SOFTWARE", "", "" },
	    "refused 4.7.5 mx1: the TLS handshake has failed" },
	{ "DTLS-01 fallen back to clear text",
	    { "S", "mx1=unusable", "", "", "mx1", "CLEAR", "", "" },
	    "refused 4.7.4 mx1: STARTTLS is not offered" },
	{ "DTLS-01 a fault of our own",
	    { "S", "mx1=unusable", "", "", "mx1", "CONFIG", "", "" },
	    "refused 4.7.4 mx1: there is no TLS" },
	{ "DTLS-02 no policy: clear text",
	    { "S", "mx1=denied", "", "", "mx1", "CLEAR", "", "" }, "free" },

	/* Hosts. */
	{ "STS-APP-05 a host that the policy does not name",
	    { "I", "mx1=insecure mx2=insecure", "enforce mx1", "", "mx2", "OK yes",
		"good", "" },
	    "refused 4.7.0 mx2: MX host not named by the STS policy" },
	{ "BASE-07 a host whose TLSA lookup failed",
	    { "S", "mx1=tlsa-error mx2=denied", "", "", "mx1", "OK yes", "good", "" },
	    "refused 4.4.3 mx1: TLSA lookup failed" },
	{ "BASE-07 a host whose alias lookup failed",
	    { "S", "mx1=alias-error mx2=denied", "", "", "mx1", "OK yes", "good", "" },
	    "refused 4.4.3 mx1: alias lookup failed" },
	{ "BASE-07 a host whose address lookup failed",
	    { "S", "mx1=address-error mx2=denied", "", "", "mx1", "OK yes", "good",
		"" },
	    "refused 4.4.3 mx1: address lookup failed" },
	{ "a host without address",
	    { "S", "mx1=no-address mx2=denied", "", "", "mx1", "OK yes", "good", "" },
	    "refused 4.4.3 mx1: MX host without address" },
	{ "MAND-01 DANE is required",
	    { "S", "mx1=denied mx2=usable", "", "dane-only", "mx1", "OK yes", "good",
		"" },
	    "refused 4.7.0 mx1: DANE is required here but the host has none" },
	{ "a host of nobody, where MTA-STS binds",
	    { "I", "mx1=insecure", "enforce mx1", "", "mx9", "OK yes", "good", "" },
	    "refused 4.7.0 mx9: no MX host of example.com stranger" },
	{ "a host of nobody, where another one has DANE",
	    { "S", "mx1=denied mx2=usable", "", "", "mx9", "OK yes", "good", "" },
	    "refused 4.7.0 mx9: no MX host of example.com stranger" },
	{ "a host of nobody, where TLSA records are in doubt",
	    { "S", "mx1=denied mx2=tlsa-error", "", "", "mx9", "OK yes", "good", "" },
	    "refused 4.7.0 mx9: no MX host of example.com stranger" },
	{ "a host of nobody, where no policy is",
	    { "S", "mx1=denied mx2=no-address", "", "", "mx9", "NONE", "", "" },
	    "free stranger" },
	{ "MX-06 the MX lookup failed",
	    { "error", "", "", "", "mx1", "OK yes", "good", "" },
	    "refused 4.4.3 mx1: MX lookup failed" },
	{ "DNS has not answered in time",
	    { "unknown", "", "", "", "mx1", "OK yes", "good", "" },
	    "refused 4.4.3 mx1: DNS has not answered in time" },
	{ "MX-03 no such domain in DNS: Sendmail knows more",
	    { "nxdomain", "", "", "", "mx1", "NONE", "", "" }, "free stranger" },
	{ "MX-03 no such domain, but a policy is left from before",
	    { "nxdomain", "", "enforce mx1", "", "mx1", "OK yes", "good", "" },
	    "refused 4.7.0 mx1: no MX host of example.com stranger" },

	/* The operator. */
	{ "MAND-04 relaxed",
	    { "S", "mx1=usable", "enforce mx1", "may", "mx1", "NONE", "", "" },
	    "free" },
	{ "MAND-03 audit",
	    { "S", "mx1=usable", "", "audit", "mx1", "FAIL", "self", "" }, "free" },
	{ "STS-APP-08 testing held as enforce",
	    { "I", "mx1=insecure", "testing mx1", "sts-verify", "mx1", "FAIL", "self",
		"" },
	    "refused 4.7.5 mx1: the certificate is not trusted" },
};

static void
check_passage(void **state)
{
	const struct passage_case *c = *state;
	struct strbuf got = STRBUF_INIT;

	find(&c->play, &got);
	assert_string_equal(strbuf_str(&got), c->want);
	strbuf_clear(&got);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_word, word_cases),
		CASES(check_passage, passage_cases),
	};
	int failed;

	judge_certs_make();
	failed = cases_run("passage", tables, COUNT_OF(tables));
	judge_certs_clear();
	return failed;
}
