/* SPDX-License-Identifier: ISC */
#include "publish/rollover.h"
#include "zone_made.h"

#define SERVERS_MAX 3
#define LOOKS_MAX   6

static void
key_of(const char *letters, struct rollover_key *out)
{
	struct chain chain = chain_of(letters);
	struct tlsa_source *source;

	assert_int_equal(tlsa_source_of_chain(&chain, &source, NULL), ST_OK);
	rollover_key_make(source, out);
	tlsa_source_free(source);
}

/* --- ready: one look after the other ---------------------------------------------------------------- */

/* The next key is that of "a", issued by "i"; "l" is the old one. */
static const struct ready_case {
	const char *name;
	struct look {
		int at_s; /* after the first */
		const char *servers[SERVERS_MAX];
		const char *want; /* "VERDICT [UNTIL] WORDS"; NULL: there are no more */
	} looks[LOOKS_MAX];
} ready_cases[] = {
	{ "PUB-TLSA-04 SEED-19 go after two TTLs, not before",
	    { { 0, { "311l 311a@3600", "311l 311a@3600" }, "wait 7200" },
		{ 3600, { "311l 311a@3600", "311l 311a@3600" }, "wait 7200" },
		{ 7199, { "311l 311a@3600", "311l 311a@3600" }, "wait 7200" },
		{ 7200, { "311l 311a@3600", "311l 311a@3600" }, "go 7200" } } },
	{ "PUB-TLSA-04 SEED-19 published 2 h 1 min ago: go",
	    { { 0, { "311l 311a@3600" }, "wait 7200" },
		{ 7260, { "311l 311a@3600" }, "go 7200" } } },
	{ "PUB-TLSA-04 SEED-20 one secondary without it",
	    { { 0, { "311l 311a@300", "311l@300" }, "broken name-server-lags" } } },
	{ "PUB-TLSA-04 SEED-20 time counts from when the last server has it",
	    { { 0, { "311l 311a@300", "311l@300" }, "broken name-server-lags" },
		{ 900, { "311l 311a@300", "311l 311a@300" }, "wait 1500" },
		{ 1500, { "311l 311a@300", "311l 311a@300" }, "go 1500" } } },
	{ "SEED-20 no server has it",
	    { { 0, { "311l@300", "311l@300" }, "broken next-record-unpublished" } } },
	{ "SEED-20 a silent server could not be asked",
	    { { 0, { "311l 311a@300", "?" }, "unsure name-server-unheard" } } },
	{ "SEED-20 a lame one neither",
	    { { 0, { "!", "311l 311a@300" }, "unsure name-server-unheard" } } },
	{ "SEED-20 what one lacks is known, though another is silent",
	    { { 0, { "311l 311a@300", "?", "311l@300" },
		"broken name-server-unheard name-server-lags" } } },
	{ "SEED-20 a silent server does not take back what was seen",
	    { { 0, { "311l 311a@300", "311l 311a@300" }, "wait 600" },
		{ 300, { "311l 311a@300", "?" }, "unsure name-server-unheard" },
		{ 400, { "?", "?" }, "unsure name-server-unheard name-server-unheard" },
		{ 600, { "311l 311a@300", "311l 311a@300" }, "go 600" } } },
	{ "SEED-20 no way to IPv6: IPv4 of the same server speaks for it",
	    { { 0, { "311l 311a@300", "6" }, "wait 600 name-server-no-route" } } },
	{ "SEED-20 but not that of another",
	    { { 0, { "?", "6", "311l 311a@300" },
		"unsure name-server-unheard name-server-unheard" } } },
	{ "SEED-20 no name server at all",
	    { { 0, { NULL }, "unsure name-servers-unknown" } } },
	{ "PUB-TLSA-04 a record that went and came again counts anew",
	    { { 0, { "311l 311a@300", "311l 311a@300" }, "wait 600" },
		{ 500, { "311l 311a@300", "311l@300" },
		    "broken next-record-removed name-server-lags" },
		{ 550, { "311l 311a@300", "311l 311a@300" }, "wait 1150" },
		{ 600, { "311l 311a@300", "311l 311a@300" }, "wait 1150" } } },
	{ "PUB-TLSA-04 the greatest TTL of all servers",
	    { { 0, { "311l 311a@300", "311l 311a@900" }, "wait 1800" } } },
	{ "PUB-TLSA-04 a TTL that grows while it is waited for",
	    { { 0, { "311l 311a@300" }, "wait 600" },
		{ 300, { "311l 311a@900" }, "wait 1800" } } },
	{ "PUB-TLSA-04 the TTL of the old set, when it was greater",
	    { { 0, { "311l@86400" }, "broken next-record-unpublished" },
		{ 60, { "311l 311a@300" }, "wait 172860" } } },
	{ "PUB-TLSA-04 also when it was lowered before",
	    { { 0, { "311l@86400" }, "broken next-record-unpublished" },
		{ 60, { "311l@300" }, "broken next-record-unpublished" },
		{ 120, { "311l 311a@300" }, "wait 172920" } } },
	{ "PUB-TLSA-04 lowered two of the old TTLs before, it does not count",
	    { { 0, { "311l@3600" }, "broken next-record-unpublished" },
		{ 7200, { "311l@300" }, "broken next-record-unpublished" },
		{ 7300, { "311l 311a@300" }, "wait 7900" } } },
	{ "PUB-TLSA-04 the TTL of a denial before the first record",
	    { { 0, { "@900" }, "broken next-record-unpublished" },
		{ 60, { "311a@300" }, "wait 1860" } } },
	{ "PUB-TLSA-04 or that the zone would have had, where nobody looked",
	    { { 0, { "311a@30" }, "wait 120" } } },
	{ "SEED-19 a clock that was set back counts anew",
	    { { 0, { "311l 311a@300" }, "wait 600" },
		{ -1000, { "311l 311a@300" }, "wait -400 clock-set-back" } } },
	{ "PUB-TLSA-05 the issuer's record carries, whatever the key",
	    { { 0, { "311l 211i@300" }, "wait 600" },
		{ 600, { "311l 211i@300" }, "go 600" } } },
	{ "PUB-TLSA-05 the record that has stood longest counts",
	    { { 0, { "311l 211i@300" }, "wait 600" },
		{ 500, { "311a 211i@300" }, "wait 600" },
		{ 600, { "311a 211i@300" }, "go 600" } } },
	{ "PUB-TLSA-01 a record of the certificate, or of another digest",
	    { { 0, { "312l 312a@300" }, "wait 600" },
		{ 600, { "301a 312a@300" }, "go 600" } } },
	{ "PUB-TLSA-07 beside 3 1 2 of the old key, 3 1 1 of the next is passed over",
	    { { 0, { "311l 312l 311a@300" }, "broken next-record-passed-over" } } },
	{ "PUB-TLSA-07 both digests of both keys",
	    { { 0, { "311l 312l 311a 312a@300" }, "wait 600" } } },
	{ "PUB-TLSA-07 time counts from when senders no longer pass it over",
	    { { 0, { "311l 312l 311a@300" }, "broken next-record-passed-over" },
		{ 600, { "311l 311a@300" }, "wait 1200" },
		{ 1200, { "311l 311a@300" }, "go 1200" } } },
	{ "PUB-TLSA-07 passed over at one server meanwhile",
	    { { 0, { "311l 311a@300", "311l 311a@300" }, "wait 600" },
		{ 300, { "311l 311a@300", "311l 312l 311a@300" },
		    "broken next-record-passed-over" },
		{ 600, { "311l 311a@300", "311l 311a@300" }, "wait 1200" } } },
	{ "PUB-TLSA-07 each taste has a time of its own",
	    { { 0, { "311l 311a@300" }, "wait 600" },
		{ 300, { "311l 311a 312a@300" }, "wait 900" },
		{ 900, { "311l 311a 312a@300" }, "go 900" } } },
	{ "PUB-TLSA-04 a TTL that was seen while a server was silent",
	    { { 0, { "311l@86400", "?" },
		  "broken name-server-unheard next-record-unpublished" },
		{ 60, { "311l 311a@300", "311l 311a@300" }, "wait 172860" } } },
	{ "servers with different records of the next key",
	    { { 0, { "311l 311a@300", "301a@300" }, "broken next-record-mixed" } } },
};

static void
ready_at(int at_s, struct zone_view *zone, const struct rollover_key *next,
    struct rollover_memory *memory, struct rollover_answer *out)
{
	struct domain base = domain_named("mx1.example.com");

	rollover_ready(zone, &base, next, memory, CERT_NOW + at_s, out);
}

static void
look_at(const struct look *look, const struct rollover_key *next,
    struct rollover_memory *memory)
{
	struct zone_view *zone = made_zone(look->servers, SERVERS_MAX);
	struct strbuf got = STRBUF_INIT;
	struct rollover_answer a;

	ready_at(look->at_s, zone, next, memory, &a);
	strbuf_adds(&got, rollover_verdict_word(a.verdict));
	if (a.until != 0)
		strbuf_addf(&got, " %d", (int)(a.until - CERT_NOW));
	made_words(&a.remarks, &got);
	assert_string_equal(strbuf_str(&got), look->want);
	rollover_answer_clear(&a);
	zone_view_free(zone);
	strbuf_clear(&got);
}

/* As from one run of the command to the next. */
static void
write_and_read(struct rollover_memory *memory)
{
	struct strbuf text = STRBUF_INIT;
	struct why why;

	rollover_memory_add(&text, memory);
	rollover_memory_clear(memory);
	assert_int_equal(
	    rollover_memory_parse(text.data, text.len, memory, &why), ST_OK);
	strbuf_clear(&text);
}

static void
check_ready(void **state)
{
	const struct ready_case *c = *state;
	struct rollover_memory memory = { 0 };
	struct rollover_key next;
	size_t i;

	key_of("ai", &next);
	for (i = 0; i < LOOKS_MAX && c->looks[i].want != NULL; i++) {
		look_at(&c->looks[i], &next, &memory);
		write_and_read(&memory);
	}
	rollover_memory_clear(&memory);
	rollover_key_clear(&next);
}

/* The next certificate, where senders find its issuer's record. */
static const struct chain_case {
	const char *name, *next;
	struct look look;
} chain_cases[] = {
	{ "PUB-TLSA-05 by the issuer's record alone: the next certificate has expired",
	    "ei", { 0, { "311l 211i@300" }, "broken next-chain-fails" } },
	{ "PUB-TLSA-05 it is not valid yet", "ti",
	    { 0, { "311l 211i@300" }, "broken next-chain-fails" } },
	{ "PUB-TLSA-05 it is for another name", "ni",
	    { 0, { "311l 211i@300", "311l 211i@300" }, "broken next-chain-fails" } },
	{ "PUB-TLSA-05 its key's record beside that does not mind", "ei",
	    { 0, { "311l 211i 311e@300" }, "wait 600" } },
	{ "PUB-TLSA-05 PUB-TLSA-07 but only to senders who find it", "ei",
	    { 0, { "311l 312l 211i 311e@300" }, "broken next-chain-fails" } },
};

static void
check_chain(void **state)
{
	const struct chain_case *c = *state;
	struct rollover_memory memory = { 0 };
	struct rollover_key next;

	key_of(c->next, &next);
	look_at(&c->look, &next, &memory);
	rollover_memory_clear(&memory);
	rollover_key_clear(&next);
}

static void
check_security(void **state)
{
	static const struct {
		enum zone_security security;
		const char *want;
	} cases[] = {
		{ ZONE_SECURE, "wait" },
		{ ZONE_INSECURE, "broken rollover-unsigned" },
		{ ZONE_BOGUS, "broken zone-bogus" },
		{ ZONE_UNKNOWN, "unsure zone-unknown" },
	};
	static const char *const servers[] = { "311l 311a@300", NULL };
	struct rollover_key next;
	size_t i;

	(void)state;
	key_of("ai", &next);
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct zone_view *zone = made_zone(servers, 1);
		struct rollover_memory memory = { 0 };
		struct strbuf got = STRBUF_INIT;
		struct rollover_answer a;

		zone->security = cases[i].security;
		ready_at(0, zone, &next, &memory, &a);
		strbuf_adds(&got, rollover_verdict_word(a.verdict));
		made_words(&a.remarks, &got);
		assert_string_equal(strbuf_str(&got), cases[i].want);
		rollover_answer_clear(&a);
		rollover_memory_clear(&memory);
		zone_view_free(zone);
		strbuf_clear(&got);
	}
	rollover_key_clear(&next);
}

/* What its servers say is not what resolvers get. */
static void
check_lookup(void **state)
{
	static const char *const servers[] = { "311l 311a@300", NULL };
	struct zone_view *zone = made_zone(servers, 1);
	struct rollover_memory memory = { 0 };
	struct rollover_answer a;
	struct rollover_key next;

	(void)state;
	key_of("ai", &next);
	dns_reply_clear(&zone->reply);
	dns_reply_fail(&zone->reply, &zone->name, "timeout");
	ready_at(0, zone, &next, &memory, &a);
	assert_int_equal(a.verdict, ROLLOVER_UNSURE);
	assert_string_equal(a.remarks.items[0].kind->word, "rollover-lookup-fails");
	rollover_answer_clear(&a);
	zone_view_free(zone);
	rollover_memory_clear(&memory);
	rollover_key_clear(&next);
}

/* A machine that has booted without the time: nothing is remembered until it has it. */
static void
check_clock(void **state)
{
	static const char *const servers[] = { "311l 311a@300", NULL };
	struct zone_view *zone = made_zone(servers, 1);
	struct dns_signature signature = {
		.is_there = true, .begins = CERT_NOW, .ends = CERT_NOW + 20 * 86400
	};
	struct rollover_memory memory = { 0 };
	struct rollover_answer a;
	struct rollover_key next;
	size_t i;

	(void)state;
	key_of("ai", &next);
	for (i = 0; i < 2; i++) {
		zone->reply.signature =
		    i == 0 ? signature : (struct dns_signature){ .is_there = false };
		zone->soa_signature = signature;
		ready_at(-1000000, zone, &next, &memory, &a);
		assert_int_equal(a.verdict, ROLLOVER_UNSURE);
		assert_string_equal(a.remarks.items[0].kind->word, "clock-behind");
		assert_int_equal(memory.count, 0);
		rollover_answer_clear(&a);
	}
	ready_at(1, zone, &next, &memory, &a);
	assert_int_equal(a.since, CERT_NOW + 1);
	rollover_answer_clear(&a);
	ready_at(-1, zone, &next, &memory, &a); /* nor is what was remembered lost */
	rollover_answer_clear(&a);
	zone->reply.signature.begins = zone->soa_signature.begins = CERT_NOW + 600;
	ready_at(601, zone, &next, &memory, &a);
	assert_int_equal(a.verdict, ROLLOVER_GO);
	rollover_answer_clear(&a);
	zone_view_free(zone);
	rollover_memory_clear(&memory);
	rollover_key_clear(&next);
}

static void
lead_to(struct zone_view *zone, const char *owner, uint32_t ttl_s)
{
	zone->reply.owner = zone->servers[0].reply.owner = domain_named(owner);
	zone->reply.ttl_s = zone->servers[0].reply.ttl_s = ttl_s;
}

/* Where an alias leads to another place, time counts anew, and by the TTL of all places. */
static void
check_places(void **state)
{
	static const struct {
		int at_s;
		const char *owner;
		uint32_t ttl_s, alias_ttl_s;
		int since_s, until_s;
	} looks[] = {
		{ 0, MADE_OWNER, 900, 0, 0, 1800 },
		{ 600, "t.example.net", 300, 300, 600, 2400 },
		{ 700, MADE_OWNER, 300, 0, 700, 2500 },
		{ 2500, MADE_OWNER, 300, 0, 700, 2500 },
		{ 9000, "t.example.net", 300, 3600, 9000, 16200 },
		{ 9100, "u.example.net", 300, 300, 9100, 16300 },
	};
	static const char *const servers[] = { "311l 311a@300", NULL };
	struct zone_view *zone = made_zone(servers, 1);
	struct rollover_memory memory = { 0 };
	struct rollover_answer a;
	struct rollover_key next;
	size_t i;

	(void)state;
	key_of("ai", &next);
	for (i = 0; i < COUNT_OF(looks); i++) {
		lead_to(zone, looks[i].owner, looks[i].ttl_s);
		zone->reply.signed_ttl_s = looks[i].alias_ttl_s;
		ready_at(looks[i].at_s, zone, &next, &memory, &a);
		assert_int_equal(a.since, CERT_NOW + looks[i].since_s);
		assert_int_equal(a.until, CERT_NOW + looks[i].until_s);
		assert_int_equal(
		    a.remarks.count, strcmp(looks[i].owner, MADE_OWNER) != 0);
		rollover_answer_clear(&a);
		write_and_read(&memory);
	}
	zone_view_free(zone);
	rollover_memory_clear(&memory);
	rollover_key_clear(&next);
}

/* While a lookup fails nobody knows where the alias leads; time goes on. */
static void
check_failed_alias(void **state)
{
	static const char *const servers[] = { "311l 311a@300", NULL };
	struct rollover_memory memory = { 0 };
	struct rollover_answer a;
	struct rollover_key next;
	struct zone_view *zone;
	int at_s;

	(void)state;
	key_of("ai", &next);
	for (at_s = 0; at_s <= 600; at_s += 200) {
		zone = made_zone(servers, 1);
		lead_to(zone, "t.example.net", 300);
		if (at_s == 400) {
			dns_reply_clear(&zone->reply);
			dns_reply_fail(&zone->reply, &zone->name, "timeout");
		}
		ready_at(at_s, zone, &next, &memory, &a);
		assert_int_equal(a.verdict, at_s < 400    ? ROLLOVER_WAIT
					    : at_s == 400 ? ROLLOVER_UNSURE
							  : ROLLOVER_GO);
		rollover_answer_clear(&a);
		zone_view_free(zone);
	}
	rollover_memory_clear(&memory);
	rollover_key_clear(&next);
}

/* The zone of its end is signed, that of the alias is not. */
static void
check_unsigned_alias(void **state)
{
	static const char *const servers[] = { "311l 311a@300", NULL };
	struct zone_view *zone = made_zone(servers, 1);
	struct rollover_memory memory = { 0 };
	struct rollover_answer a;
	struct rollover_key next;

	(void)state;
	key_of("ai", &next);
	lead_to(zone, "t.example.net", 300);
	zone->reply.is_secure = false;
	ready_at(0, zone, &next, &memory, &a);
	assert_int_equal(a.verdict, ROLLOVER_BROKEN);
	assert_string_equal(a.remarks.items[0].kind->word, "rollover-unsigned");
	rollover_answer_clear(&a);
	zone_view_free(zone);
	rollover_memory_clear(&memory);
	rollover_key_clear(&next);
}

/* --- retire ----------------------------------------------------------------------------------------- */

/* The old key is that of "l", the new one that of "a". */
static const struct retire_case {
	const char *name;
	const char *servers[SERVERS_MAX];
	const char *shown[3]; /* chains; "" there is none to be had */
	const char *want;     /* "VERDICT COUNT WORDS" */
} retire_cases[] = {
	{ "PUB-TLSA-04 SEED-21 no address shows the old key",
	    { "311l 311a@300", "311l 311a@300" }, { "ai", "ai" }, "go 1" },
	{ "PUB-TLSA-04 SEED-21 one address shows it", { "311l 311a@300" },
	    { "ai", "li" }, "broken 1 old-key-shown" },
	{ "SEED-21 one address is silent", { "311l 311a@300" }, { "ai", "" },
	    "unsure 1 address-not-seen" },
	{ "SEED-21 there is no address", { "311l 311a@300" }, { NULL },
	    "unsure 1 no-address-seen" },
	{ "PUB-TLSA-03 SEED-21 the rest does not match what is shown",
	    { "311l 311o@300" }, { "ai" }, "broken 1 rest-matches-not" },
	{ "PUB-TLSA-07 SEED-21 not to those who like another digest best",
	    { "311l 311a 312o@300" }, { "ai" }, "broken 1 rest-matches-not" },
	{ "SEED-20 SEED-21 at one name server the rest would be nothing",
	    { "311l 311a@300", "311l@300" }, { "ai" }, "broken 1 rest-matches-not" },
	{ "SEED-20 SEED-21 a name server is silent", { "311l 311a@300", "?" }, { "ai" },
	    "unsure 1 name-server-unheard" },
	{ "SEED-21 all records of the old key, the issuer's stays",
	    { "311l 301l 312l 311a 312a 211i@300" }, { "ai" }, "go 3" },
	{ "SEED-21 the issuer's record carries what is shown", { "311l 211i@300" },
	    { "ai" }, "go 1" },
	{ "SEED-21 the old record has gone already", { "311a@300" }, { "ai" },
	    "go 0 old-record-gone" },
};

static void
check_retire(void **state)
{
	const struct retire_case *c = *state;
	struct zone_view *zone = made_zone(c->servers, SERVERS_MAX);
	struct domain base = domain_named("mx1.example.com");
	struct address address = { .bytes = { 192, 0, 2, 25 } };
	struct evidence seen[3];
	struct rollover_host host;
	struct chain chains[3];
	struct strbuf got = STRBUF_INIT;
	struct rollover_answer a;
	struct rollover_key old;
	size_t n = 0;

	for (; n < COUNT_OF(seen) && c->shown[n] != NULL; n++) {
		bool is_seen = c->shown[n][0] != '\0';

		chains[n] = chain_of(c->shown[n]);
		seen[n] = (struct evidence){ .remote = &address,
			.reason = "",
			.tls = is_seen ? TLS_UP : TLS_UNKNOWN,
			.chain = is_seen ? &chains[n] : NULL };
	}
	key_of("li", &old);
	host = (struct rollover_host){
		.zone = zone, .base = &base, .count = n, .seen = seen
	};
	rollover_retire(&host, &old, CERT_NOW, &a);
	strbuf_addf(&got, "%s %zu", rollover_verdict_word(a.verdict), a.count);
	made_words(&a.remarks, &got);
	assert_string_equal(strbuf_str(&got), c->want);
	rollover_answer_clear(&a);
	rollover_key_clear(&old);
	zone_view_free(zone);
	strbuf_clear(&got);
}

/* All that was looked at shows the new key; what else there may be. */
static const struct unseen_case {
	const char *name;
	struct rollover_host host;
	const char *owner;
	const char *want;
} unseen_cases[] = {
	{ "SEED-21 the lookup of its IPv6 addresses has failed", { .is_half = true },
	    MADE_OWNER, "unsure addresses-half-known" },
	{ "SEED-21 it has more addresses than are looked at", { .left_out = 1 },
	    MADE_OWNER, "unsure addresses-left-out" },
	{ "SEED-21 no alias, nothing to share", { .is_shared = true }, MADE_OWNER,
	    "go" },
	{ "SEED-21 other hosts may have the same alias", { .is_shared = true },
	    "_25._tcp.example.org", "unsure owner-shared" },
	{ "SEED-21 all of them are looked at", { .is_shared = false },
	    "_25._tcp.example.org", "go" },
};

static void
check_unseen(void **state)
{
	static const char *const servers[] = { "311l 311a@300", NULL };
	const struct unseen_case *c = *state;
	struct rollover_host host = c->host;
	struct zone_view *zone = made_zone(servers, 1);
	struct domain base = domain_named("mx1.example.com");
	struct address address = { .bytes = { 192, 0, 2, 25 } };
	struct chain chain = chain_of("ai");
	struct evidence seen = {
		.remote = &address, .reason = "", .tls = TLS_UP, .chain = &chain
	};
	struct strbuf got = STRBUF_INIT;
	struct rollover_answer a;
	struct rollover_key old;

	key_of("li", &old);
	zone->reply.owner = domain_named(c->owner);
	host.zone = zone;
	host.base = &base;
	host.count = 1;
	host.seen = &seen;
	rollover_retire(&host, &old, CERT_NOW, &a);
	strbuf_adds(&got, rollover_verdict_word(a.verdict));
	made_words(&a.remarks, &got);
	assert_string_equal(strbuf_str(&got), c->want);
	rollover_answer_clear(&a);
	rollover_key_clear(&old);
	zone_view_free(zone);
	strbuf_clear(&got);
}

/* --- the memory ------------------------------------------------------------------------------------- */

static void
check_damage(void **state)
{
	struct rollover_memory memory = { 0 };
	struct strbuf text = STRBUF_INIT;
	struct why why;
	char *one;
	size_t i;

	(void)state;
	rollover_memory_put(&memory, "a b", "3 1 1 ab")->since = CERT_NOW;
	rollover_memory_put(&memory, "a b", "");
	rollover_memory_add(&text, &memory);
	rollover_memory_clear(&memory);
	for (i = 0; i < text.len; i++) { /* a bit of any octet, or the end, is lost */
		one = xmemdup(text.data, text.len);
		one[i] ^= 1;
		assert_int_equal(
		    rollover_memory_parse(one, text.len, &memory, &why), ST_SYNTAX);
		assert_int_equal(
		    rollover_memory_parse(text.data, i, &memory, &why), ST_SYNTAX);
		assert_int_equal(memory.count, 0);
		free(one);
	}
	assert_int_equal(
	    rollover_memory_parse(text.data, text.len, &memory, &why), ST_OK);
	assert_int_equal(memory.count, 2);
	assert_int_equal(
	    rollover_memory_put(&memory, "a b", "3 1 1 ab")->since, CERT_NOW);
	rollover_memory_clear(&memory);
	strbuf_clear(&text);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_ready, ready_cases),
		CASES(check_chain, chain_cases),
		CASE("PUB-TLSA-09 an unsigned or bogus zone has no DANE",
		    check_security),
		CASE("SEED-20 all servers have it, and resolvers do not get it",
		    check_lookup),
		CASE("SEED-19 a clock that is behind remembers nothing", check_clock),
		CASE("PUB-TLSA-04 SEED-19 a lookup that fails takes no time away",
		    check_failed_alias),
		CASE("PUB-TLSA-09 SEED-34 an alias that is not signed",
		    check_unsigned_alias),
		CASE("PUB-TLSA-04 SEED-19 an alias that leads elsewhere counts anew",
		    check_places),
		CASES(check_retire, retire_cases),
		CASES(check_unseen, unseen_cases),
		CASE("SEED-19 a damaged memory is none", check_damage),
	};
	int failed;

	certs_make();
	failed = cases_run("rollover", tables, COUNT_OF(tables));
	certs_clear();
	return failed;
}
