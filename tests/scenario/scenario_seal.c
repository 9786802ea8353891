/*
 * How hosts stand with OpenSMTPD: what is looked at, how long is waited, and what is counted of its sessions.
 * SPDX-License-Identifier: ISC
 */
#include <unistd.h>

#include "lookup/seal.h"
#include "lookup/turns.h"
#include "scenario/clerk.h"
#include "unit/certs.h"
#include "wire/dialect.h"

#define ENFORCE POLICY("enforce", "*.example.org")
#define SERVER  "192.0.2.1"
#define SECOND  "192.0.2.2"
#define WAIT_MS 5000

/* --- certificates: made once, for all --------------------------------------------------------- */

#define YEARS .from_days = -3000, .to_days = 3000
#define NAMES .san = "DNS:*.example.org"

static const struct {
	const char *name;
	bool is_issued; /* by "root" */
	struct cert_spec spec;
} specs[] = {
	{ "root", false, { .cn = "root", .is_ca = true, YEARS } },
	{ "good", true, { .cn = "good", NAMES, YEARS } },
	{ "other", true, { .cn = "other", NAMES, YEARS } },
	{ "self", false, { .cn = "self", NAMES, YEARS } },
};

static struct cert certs[COUNT_OF(specs)];
static struct trust_store *trust;

static void
make_certs(void)
{
	char path[] = "/tmp/hopseal-seal-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	size_t i;

	for (i = 0; i < COUNT_OF(specs); i++)
		certs[i] =
		    cert_make(&specs[i].spec, specs[i].is_issued ? &certs[0] : NULL);
	cert_must(f != NULL && PEM_write_X509(f, certs[0].x509) && fclose(f) == 0);
	cert_must(trust_store_open(path, &trust, NULL) == ST_OK);
	unlink(path);
}

static void
clear_certs(void)
{
	size_t i;

	trust_store_close(trust);
	for (i = 0; i < COUNT_OF(specs); i++)
		cert_clear(&certs[i]);
}

static const struct cert *
cert_of(const char *name)
{
	size_t i;

	for (i = 0; strcmp(specs[i].name, name) != 0; i++)
		cert_must(i + 1 < COUNT_OF(specs));
	return &certs[i];
}

/* --- the stage: example.org, signed, with one host or two ---------------------------------------- */

struct scene {
	struct story story;
	struct probe_options options;
	struct probes *probes;
	struct seal_tools tools;
};

/* What an address shows: a certificate by name, or a word of EVENT_TLS; "away" cannot be reached. */
static void
show(const char *address, const char *what)
{
	static const char *const words[] = {
#define X(name, word) [name] = word,
		EVENT_TLS(X)
#undef X
	};
	struct chain chain = { .count = 1 };
	size_t i;

	if (strcmp(what, "away") == 0)
		return;
	for (i = 0; i < COUNT_OF(words); i++)
		if (strcmp(words[i], what) == 0) {
			mx_says(address, (enum event_tls)i, "", NULL);
			return;
		}
	chain.certs[0].der = cert_of(what)->der;
	chain.certs[0].len = cert_of(what)->len;
	mx_says(address, TLS_UP, "", &chain);
}

/* "good": a record of that certificate's key; "unusable"; "": none. */
static void
publish_tlsa(const char *host, const char *what)
{
	const struct cert *cert =
	    cert_of(strcmp(what, "unusable") == 0 ? "good" : what);
	uint8_t bytes[CERT_RDATA_MAX];
	char line[400];
	size_t i, len, at;

	len = cert_rdata(cert, TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA256, bytes);
	at = (size_t)snprintf(line, sizeof(line), "_25._tcp.%s TLSA S 3600 %d 1 1 ",
	    host, strcmp(what, "unusable") == 0 ? 1 : 3);
	for (i = 3; i < len; i++)
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%02x", bytes[i]);
	dns_says(line);
}

static void
scene_begin(struct scene *s, const char *tlsa)
{
	story_begin(&s->story);
	dns_says("example.org MX S 3600 10 " MX1);
	dns_says(MX1 " A S 3600 " SERVER);
	if (*tlsa != '\0')
		publish_tlsa(MX1, tlsa);
	s->options = (struct probe_options){
		.is_on = true,
		.keep_s = HOUR,
		.pause_s = 600,
		.per_minute = 100,
		.parallel = 10,
		.deadline_ms = 20000,
		.kept_max = 100,
		.helo = "sender.example",
	};
}

static void
scene_go(struct scene *s)
{
	story_go(&s->story);
	s->probes = probes_new(&s->options);
	s->tools = (struct seal_tools){ s->story.engine, s->probes, trust };
}

static void
scene_end(struct scene *s)
{
	probes_free(s->probes);
	story_end(&s->story);
}

/* --- asking ------------------------------------------------------------------------------------------ */

/* What one who asked has heard. */
struct hearer {
	struct seal_question *question; /* NULL once told */
	unsigned times;
	char text[256];
};

/* "opensmtpd" in words, and of each host how it stands. */
static void
note(const struct answer *a, char text[256])
{
	struct strbuf words = STRBUF_INIT;
	enum socketmap_code code = dialect_find("opensmtpd", 9)->put(a, &words);
	size_t i;

	if (code == REPLY_OK)
		strbuf_truncate(&words, strcspn(strbuf_str(&words), " "));
	else
		strbuf_reset(&words);
	if (code != REPLY_OK)
		strbuf_adds(&words, "later");
	for (i = 0; i < a->count; i++)
		strbuf_addf(&words, " %s", standing_word(a->hosts[i].standing));
	snprintf(text, 256, "%s", strbuf_str(&words));
	strbuf_clear(&words);
}

static void
on_told(const struct answer *a, void *arg)
{
	struct hearer *ear = arg;

	ear->question = NULL;
	ear->times++;
	note(a, ear->text);
}

static void
begin_asking(struct scene *s, struct hearer *ear)
{
	struct next_hop n = stage_next_hop("example.org");

	*ear = (struct hearer){ .times = 0 };
	ear->question = seal_ask(&s->tools, &n, LOOKS_TO_ROUTE, WAIT_MS, on_told, ear);
	assert_int_equal(ear->times, 0);
}

/* As a door does it; the text lives until the next question. */
static const char *
said(struct scene *s)
{
	static struct hearer ear;
	struct next_hop n = stage_next_hop("example.org");
	struct answer answer;
	int waited;

	if (seal_peek(&s->tools, &n, LOOKS_TO_ROUTE, &answer)) {
		note(&answer, ear.text);
		answer_clear(&answer);
		return ear.text;
	}
	begin_asking(s, &ear);
	for (waited = 0; ear.times == 0 && waited <= WAIT_MS; waited += 10)
		fake_pass_ms(10);
	assert_int_equal(ear.times, 1);
	return ear.text;
}

static bool
is_in_memory(struct scene *s)
{
	struct next_hop n = stage_next_hop("example.org");
	struct answer answer;

	if (!seal_peek(&s->tools, &n, LOOKS_TO_ROUTE, &answer))
		return false;
	answer_clear(&answer);
	return true;
}

/* --- standings ------------------------------------------------------------------------------------------ */

static const struct standing_case {
	const char *name;
	const char *tlsa, *first, *second; /* second "": one address only */
	const char *want;                  /* dane-only = defer, encrypt */
	const char *want_open;
} standing_cases[] = {
	{ "TLSA-03 DANE and WebPKI", "good", "good", "", "sealed webpki",
	    "sealed webpki" },
	{ "AUTH-01 DANE only", "self", "self", "", "sealed holds", "open holds" },
	{ "AUTH-07 WebPKI only", "self", "good", "", "sealed fails", "sealed fails" },
	{ "AUTH-07 neither", "good", "self", "", "sealed fails", "sealed fails" },
	{ "DTLS-01 no STARTTLS", "good", "not-offered", "", "sealed fails",
	    "sealed fails" },
	{ "DTLS-01 STARTTLS refused", "good", "refused", "", "sealed fails",
	    "sealed fails" },
	{ "DTLS-01 a broken handshake", "good", "failed", "", "sealed fails",
	    "sealed fails" },
	{ "a host that is away", "good", "away", "", "sealed unseen", "later unseen" },
	{ "TLSA-04 unusable records and WebPKI", "unusable", "good", "",
	    "sealed webpki", "sealed webpki" },
	{ "TLSA-04 unusable records, TLS", "unusable", "self", "", "sealed holds",
	    "open holds" },
	{ "TLSA-04 unusable records, no TLS", "unusable", "not-offered", "",
	    "sealed fails", "sealed fails" },

	{ "both addresses good", "good", "good", "good", "sealed webpki",
	    "sealed webpki" },
	{ "one of them cannot pass for verified", "good", "good", "self",
	    "sealed webpki", "sealed webpki" },
	{ "AUTH-07 one of them would, though DANE fails there", "good", "good", "other",
	    "sealed fails", "sealed fails" },
	{ "AUTH-07 the same, in the other order", "good", "other", "good",
	    "sealed fails", "sealed fails" },
	{ "one of them is away", "good", "away", "good", "sealed webpki",
	    "sealed webpki" },
	{ "DANE holds at the one that is there", "self", "self", "away", "sealed holds",
	    "open holds" },
	{ "DANE holds at one, not at the other", "self", "self", "not-offered",
	    "sealed fails", "sealed fails" },
};

static void
check_standing(void **state)
{
	const struct standing_case *c = *state;
	struct scene s;
	int opens;

	for (opens = 0; opens <= 1; opens++) {
		scene_begin(&s, c->tlsa);
		s.story.options.settings.dane_only =
		    opens ? DANE_ONLY_ENCRYPT : DANE_ONLY_DEFER;
		if (*c->second != '\0') {
			dns_says(MX1 " A S 3600 " SERVER "; " SECOND);
			show(SECOND, c->second);
		}
		show(SERVER, c->first);
		scene_go(&s);
		assert_string_equal(said(&s), opens ? c->want_open : c->want);
		assert_string_equal(said(&s), opens ? c->want_open : c->want);
		scene_end(&s);
	}
}

/* MIX_BOTH: WebPKI is a part of the host's own verdict. */
static void
check_both(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, "self");
	stage_add("example.org", ENFORCE);
	dns_says("example.org MX S 3600 10 " MX1);
	s.story.options.settings.mix = MIX_BOTH;
	s.story.options.settings.dane_only = DANE_ONLY_ENCRYPT;
	show(SERVER, "self");
	scene_go(&s);
	assert_string_equal(said(&s), "sealed fails");
	scene_end(&s);
}

/* --- looks ------------------------------------------------------------------------------------------------ */

static void
check_no_look(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, "");
	stage_add("example.org", ENFORCE);
	dns_says("example.org MX S 3600 10 " MX1);
	show(SERVER, "good");
	scene_go(&s);
	assert_string_equal(said(&s), "sealed unseen");
	fake_pass(1);
	assert_int_equal(mx_looked_at(NULL), 0);
	scene_end(&s);
}

static void
check_open_no_look(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, "");
	show(SERVER, "good");
	scene_go(&s);
	assert_string_equal(said(&s), "open unseen");
	fake_pass(1);
	assert_int_equal(mx_looked_at(NULL), 0);
	scene_end(&s);
}

/* Asked by its own name, as OpenSMTPD does, not by the TLSA base domain behind an alias. */
static void
check_sni(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, "");
	dns_says("example.org MX S 3600 10 alias.example.org");
	dns_says("alias.example.org CNAME S 3600 target.example.org");
	dns_says("target.example.org A S 3600 " SERVER);
	publish_tlsa("target.example.org", "good");
	show(SERVER, "good");
	scene_go(&s);
	assert_string_equal(said(&s), "sealed webpki");
	assert_string_equal(mx_last_sni(), "alias.example.org");
	assert_int_equal(mx_last_port(), 25);
	scene_end(&s);
}

static void
check_waits(void **state)
{
	struct hearer ear;
	struct scene s;

	(void)state;
	scene_begin(&s, "good");
	show(SERVER, "good");
	mx_takes_ms(3000);
	scene_go(&s);
	begin_asking(&s, &ear);
	fake_pass_ms(2900);
	assert_int_equal(ear.times, 0);
	fake_pass_ms(200);
	assert_string_equal(ear.text, "sealed webpki");
	assert_true(is_in_memory(&s));
	scene_end(&s);
}

/* That it is sealed is certain before anything is seen. */
static void
check_seal_at_once(void **state)
{
	struct next_hop n = stage_next_hop("example.org");
	struct answer answer;
	struct hearer ear;
	struct scene s;

	(void)state;
	scene_begin(&s, "good");
	show(SERVER, "good");
	mx_takes_ms(8000);
	scene_go(&s);
	ear = (struct hearer){ .times = 0 };
	ear.question = seal_ask(&s.tools, &n, LOOKS_TO_SEAL, WAIT_MS, on_told, &ear);
	fake_pass_ms(500);
	assert_string_equal(ear.text, "sealed unseen");
	assert_true(seal_peek(&s.tools, &n, LOOKS_TO_SEAL, &answer));
	answer_clear(&answer);
	assert_false(is_in_memory(&s)); /* a route */
	fake_pass_ms(8000);
	assert_true(is_in_memory(&s)); /* by the look that was begun */
	assert_string_equal(said(&s), "sealed webpki");
	scene_end(&s);
}

/* At the deadline what is safe is said; the look goes on. */
static void
check_deadline(void **state)
{
	struct hearer ear;
	struct scene s;

	(void)state;
	scene_begin(&s, "good");
	show(SERVER, "good");
	mx_takes_ms(8000);
	scene_go(&s);
	begin_asking(&s, &ear);
	fake_pass_ms(WAIT_MS - 100);
	assert_int_equal(ear.times, 0);
	fake_pass_ms(200);
	assert_int_equal(ear.times, 1);
	assert_string_equal(ear.text, "sealed unseen");
	assert_false(is_in_memory(&s));
	fake_pass_ms(4000);
	assert_int_equal(ear.times, 1);
	assert_true(is_in_memory(&s));
	assert_string_equal(said(&s), "sealed webpki");
	assert_int_equal(mx_looked_at(NULL), 1);
	scene_end(&s);
}

/* What one address shows does not open a domain while a look at the other is under way. */
static void
check_second_pending(void **state)
{
	struct domain domain = domain_named("example.org");
	struct hearer ear;
	struct scene s;

	(void)state;
	scene_begin(&s, "self");
	s.story.options.settings.dane_only = DANE_ONLY_ENCRYPT;
	show(SERVER, "self");
	scene_go(&s);
	assert_string_equal(said(&s), "open holds");
	dns_says(MX1 " A S 3600 " SERVER "; " SECOND);
	show(SECOND, "not-offered");
	mx_takes_ms(WAIT_MS + 1000);
	fake_pass(HOUR - 10); /* DNS is asked again, what was seen is still believed */
	assert_int_equal(engine_drop(s.story.engine, &domain), ST_OK);
	begin_asking(&s, &ear);
	fake_pass_ms(WAIT_MS);
	assert_string_equal(ear.text, "later unseen");
	fake_pass_ms(2000);
	assert_string_equal(said(&s), "sealed fails");
	scene_end(&s);
}

/* Two hosts at one address, one of them looked at. */
static void
check_shared_address(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, "good");
	dns_says("example.org MX S 3600 10 " MX1 "; 20 " OTHER);
	dns_says(OTHER " A S 3600 " SERVER);
	publish_tlsa(OTHER, "self");
	show(SERVER, "good");
	scene_go(&s);
	(void)said(&s);
	fake_pass(1);
	assert_string_equal(said(&s), "sealed webpki fails");
	assert_int_equal(mx_looked_at(SERVER), 2);
	scene_end(&s);
}

/* DNS is late: nothing is known, be there facts of yesterday. */
static void
check_late(void **state)
{
	struct hearer ear;
	struct scene s;

	(void)state;
	scene_begin(&s, "good");
	s.story.options.dns_deadline_ms = 20000;
	show(SERVER, "good");
	scene_go(&s);
	assert_string_equal(said(&s), "sealed webpki");
	fake_pass(2 * HOUR);
	dns_takes_ms(20000);
	begin_asking(&s, &ear);
	fake_pass_ms(WAIT_MS + 100);
	assert_int_equal(ear.times, 1);
	assert_string_equal(ear.text, "later");
	scene_end(&s);
}

/* A policy that is still on its way; mail that is open once goes openly for days. */
static void
check_late_policy(void **state)
{
	struct hearer ear;
	struct scene s;

	(void)state;
	scene_begin(&s, "");
	stage_add("example.org", ENFORCE);
	web_takes_ms(WAIT_MS + 2000);
	scene_go(&s);
	begin_asking(&s, &ear);
	fake_pass_ms(WAIT_MS + 100);
	assert_string_equal(ear.text, "later unseen");
	fake_pass_ms(2000);
	assert_string_equal(said(&s), "sealed unseen");
	scene_end(&s);
}

/* The same where only DANE holds, which the operator opens. */
static void
check_late_dane_only(void **state)
{
	struct hearer ear;
	struct scene s;

	(void)state;
	scene_begin(&s, "self");
	stage_add("example.org", ENFORCE);
	dns_says("example.org MX S 3600 10 " MX1);
	s.story.options.settings.dane_only = DANE_ONLY_ENCRYPT;
	show(SERVER, "self");
	web_takes_ms(WAIT_MS + 2000);
	scene_go(&s);
	begin_asking(&s, &ear);
	fake_pass_ms(WAIT_MS + 100);
	assert_string_equal(ear.text, "later unseen");
	begin_asking(&s, &ear);
	fake_pass_ms(1000);
	assert_int_equal(ear.times, 0);
	fake_pass_ms(WAIT_MS);
	assert_string_equal(ear.text, "sealed holds");
	scene_end(&s);
}

/* The same where the operator wants no policy. */
static void
check_late_relaxed(void **state)
{
	struct hearer ear;
	struct scene s;
	const struct override relaxed = { .domain = domain_named("example.org"),
		.action = OVERRIDE_MAY,
		.reason = "a test",
		.expires = NOON + DAY };

	(void)state;
	scene_begin(&s, "good");
	stage_add("example.org", ENFORCE);
	web_takes_ms(WAIT_MS + 2000);
	scene_go(&s);
	engine_put_override(s.story.engine, &relaxed);
	begin_asking(&s, &ear);
	fake_pass_ms(WAIT_MS + 100);
	assert_string_equal(ear.text, "open unseen");
	scene_end(&s);
}

/* The first host that verifies will do; the others are looked at behind it, as far as the rate allows. */
static void
check_settled(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, "good");
	dns_says("example.org MX S 3600 10 " MX1 "; 20 " OTHER);
	dns_says(OTHER " A S 3600 " SECOND);
	publish_tlsa(OTHER, "good");
	show(SERVER, "good");
	show(SECOND, "good");
	s.options.per_minute = 1;
	scene_go(&s);
	assert_string_equal(said(&s), "sealed webpki unseen");
	fake_pass(61);
	assert_true(is_in_memory(&s));
	fake_pass(1);
	assert_string_equal(said(&s), "sealed webpki webpki");
	assert_int_equal(mx_looked_at(NULL), 2);
	scene_end(&s);
}

static void
check_keeps(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, "good");
	show(SERVER, "good");
	scene_go(&s);
	assert_string_equal(said(&s), "sealed webpki");
	show(SERVER, "other");
	fake_pass(HOUR - 60);
	assert_string_equal(said(&s), "sealed webpki");
	fake_pass(120);
	assert_string_equal(said(&s), "sealed fails");
	assert_int_equal(mx_looked_at(NULL), 2);
	scene_end(&s);
}

/* A host that is away keeps nobody waiting. */
static void
check_away(void **state)
{
	struct hearer ear;
	struct scene s;

	(void)state;
	scene_begin(&s, "good");
	scene_go(&s);
	assert_string_equal(said(&s), "sealed unseen");
	begin_asking(&s, &ear);
	fake_pass_ms(10);
	assert_string_equal(ear.text, "sealed unseen");
	assert_int_equal(mx_looked_at(NULL), 1);
	scene_end(&s);
}

static void
check_no_probes(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, "good");
	s.options.is_on = false;
	show(SERVER, "good");
	scene_go(&s);
	assert_string_equal(said(&s), "sealed unseen");
	s.tools.probes = NULL;
	assert_string_equal(said(&s), "sealed unseen");
	assert_int_equal(mx_looked_at(NULL), 0);
	scene_end(&s);
}

static void
check_no_trust(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, "good");
	show(SERVER, "good");
	scene_go(&s);
	s.tools.trust = NULL;
	assert_string_equal(said(&s), "sealed holds");
	scene_end(&s);
}

/* A domain with forty addresses is no reason for as many looks. */
static void
check_bounded(void **state)
{
	struct strbuf mx = STRBUF_INIT;
	char line[160];
	struct scene s;
	int i;

	(void)state;
	scene_begin(&s, "");
	strbuf_adds(&mx, "example.org MX S 3600 10 " MX1);
	publish_tlsa(MX1, "good");
	for (i = 0; i < 10; i++) {
		strbuf_addf(&mx, "; 20 h%d.example.org", i);
		snprintf(line, sizeof(line),
		    "h%d.example.org A S 3600 192.0.2.%d; 198.51.100.%d; 203.0.113.%d; "
		    "203.0.113.1%d",
		    i, 10 + i, i, i, i);
		dns_says(line);
	}
	dns_says(strbuf_str(&mx));
	strbuf_clear(&mx);
	scene_go(&s);
	(void)said(&s);
	assert_int_equal(mx_looked_at(NULL), SEAL_LOOKS_MAX);
	scene_end(&s);
}

/* Who asked has gone, in every step on the way. */
static void
check_cancel(void **state)
{
	struct hearer ear;
	struct scene s;
	int ms;

	(void)state;
	for (ms = 0; ms < 60; ms += 3) {
		scene_begin(&s, "good");
		show(SERVER, "good");
		dns_takes_ms(5);
		mx_takes_ms(20);
		scene_go(&s);
		begin_asking(&s, &ear);
		fake_pass_ms(ms);
		seal_cancel(ear.question);
		fake_pass(60);
		assert_int_equal(ear.times, ear.question == NULL);
		scene_end(&s);
	}
	seal_cancel(NULL);
}

/* --- what is counted ------------------------------------------------------------------------------------ */

#define EVENT(words) "{\"source\":\"opensmtpd\",\"direction\":\"out\"," words "}"
#define MAIL                                                                           \
	EVENT("\"tls\":\"up\",\"next-hop\":\"example.org\",\"remote\":\"" SERVER "\"")
#define BROKEN      EVENT("\"tls\":\"failed\",\"remote\":\"" SERVER "\"")
#define NOWHERE     EVENT("\"tls\":\"failed\",\"remote\":\"192.0.2.99\"")
#define ENFORCE_MX1 POLICY("enforce", MX1)

static void
begin_counting(struct clerk *c, struct turns **turns)
{
	*turns = turns_new(100);
	clerk_begin(c, ENFORCE_MX1);
	c->options.trust = trust;
	c->options.turns = *turns;
	clerk_go(c);
	clerk_knows(c, "example.org");
}

/* Asked for a route, as the door does it. */
static void
give_route(struct clerk *c, struct turns *turns)
{
	struct next_hop n = stage_next_hop("example.org");
	struct answer answer;
	struct facts facts;

	assert_true(engine_peek(c->story.engine, &n, &answer));
	assert_true(engine_facts(c->story.engine, &n, &facts));
	assert_string_equal(
	    turns_take(turns, &answer, facts.route, loop_now_ms())->text, MX1);
	answer_clear(&answer);
}

static void
end_counting(struct clerk *c, struct turns *turns)
{
	clerk_end(c);
	turns_free(turns);
}

static void
check_sealed_mail(void **state)
{
	struct turns *turns;
	struct clerk c;

	(void)state;
	begin_counting(&c, &turns);
	give_route(&c, turns);
	assert_int_equal(send_event(&c, MAIL), ST_OK);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 1/0");
	end_counting(&c, turns);
}

/* Without a route, or a look, nothing is known of the certificate. */
static void
check_open_mail(void **state)
{
	struct turns *turns;
	struct clerk c;

	(void)state;
	begin_counting(&c, &turns);
	assert_int_equal(send_event(&c, MAIL), ST_OK);
	assert_string_equal(counted(&c, "example.org"), "nothing");
	assert_int_equal(clerk_status(&c).accepted, 1);
	end_counting(&c, turns);
}

static void
check_broken(void **state)
{
	struct turns *turns;
	struct clerk c;

	(void)state;
	begin_counting(&c, &turns);
	give_route(&c, turns);
	assert_int_equal(send_event(&c, BROKEN), ST_OK);
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 0/1 validation-failure=1");
	end_counting(&c, turns);
}

/* By nobody's route: there is nothing to count, and nothing to send again. */
static void
check_nowhere(void **state)
{
	struct turns *turns;
	struct clerk c;

	(void)state;
	begin_counting(&c, &turns);
	give_route(&c, turns);
	assert_int_equal(send_event(&c, NOWHERE), ST_OK);
	assert_string_equal(counted(&c, "example.org"), "nothing");
	assert_int_equal(clerk_status(&c).accepted, 0);
	assert_int_equal(clerk_status(&c).rejected, 0);
	end_counting(&c, turns);
}

/* What is not yet counted is counted by the daemon's successor, who knows of no route. */
static void
check_death(void **state)
{
	struct turns *turns, *none = turns_new(100);
	struct clerk c;

	(void)state;
	begin_counting(&c, &turns);
	give_route(&c, turns);
	assert_int_equal(send_event(&c, BROKEN), ST_OK);
	assert_int_equal(send_event(&c, MAIL), ST_OK);
	c.options.turns = none;
	clerk_restart(&c);
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 1/1 validation-failure=1");
	end_counting(&c, turns);
	turns_free(none);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_standing, standing_cases),
		CASE("MIX-02 option both: WebPKI belongs to the verdict", check_both),
		CASE("MTA-STS needs no look", check_no_look),
		CASE("sealed is said before a look has ended", check_seal_at_once),
		CASE("nor does a domain without policies", check_open_no_look),
		CASE(
		    "REF-05 the server is asked for by the host's own name", check_sni),
		CASE("a look is waited for", check_waits),
		CASE("until the deadline: then what is safe is said", check_deadline),
		CASE("a look under way opens nothing", check_second_pending),
		CASE("two hosts at one address are looked at each",
		    check_shared_address),
		CASE("DNS-01 stale facts are not said", check_late),
		CASE("STS-APP-02 a policy that is late opens nothing",
		    check_late_policy),
		CASE("STS-APP-02 nor does it where only DANE holds",
		    check_late_dane_only),
		CASE("MAND-04 unless the operator wants none", check_late_relaxed),
		CASE("one host that verifies is enough; the others come later",
		    check_settled),
		CASE("what was seen is believed for a while", check_keeps),
		CASE("a host that is away keeps nobody waiting", check_away),
		CASE("without probes nothing is seen", check_no_probes),
		CASE("without trust anchors nothing verifies", check_no_trust),
		CASE("looks for one question are bounded", check_bounded),
		CASE("who asked may go", check_cancel),
		CASE("RPT-CNT-01 mail by a route of ours was verified",
		    check_sealed_mail),
		CASE("mail by no route of ours was not", check_open_mail),
		CASE("RPT-TYPE-05 a session without mail is of the route's domain",
		    check_broken),
		CASE("RPT-CNT-07 without a route it is nobody's", check_nowhere),
		CASE("what a route says of a session outlives the daemon", check_death),
	};
	int failed;

	make_certs();
	failed = cases_run("seal", tables, COUNT_OF(tables));
	clear_certs();
	return failed;
}
