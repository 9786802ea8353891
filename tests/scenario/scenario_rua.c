/*
 * Who wants reports, and where they go.  SPDX-License-Identifier: ISC
 */
#include "lookup/find_rua.h"
#include "lookup/find_way.h"
#include "scenario/stage.h"

#include "base/strbuf.h"

#define ASKED   "_smtp._tls.example.org TXT"
#define RECORD  "v=TLSRPTv1; rua=mailto:tls@example.org"
#define MOMENTS 40

static struct strbuf told;

/* What came of a lookup. */
struct outcome {
	unsigned times;
	bool is_permanent;
};

/* --- the record --------------------------------------------------------------------------- */

static void
on_rua(const struct rua_answer *a, void *arg)
{
	struct outcome *o = arg;
	size_t i;

	o->times++;
	strbuf_reset(&told);
	if (a->is_error)
		strbuf_addf(&told, "error: %s", a->detail);
	else
		strbuf_adds(&told, tlsrpt_record_outcome_text(a->outcome));
	assert_int_equal(a->list != NULL, a->outcome == TLSRPT_RECORD_FOUND);
	assert_int_equal(*a->record != '\0', a->outcome == TLSRPT_RECORD_FOUND);
	assert_non_null(a->detail);
	for (i = 0; a->list != NULL && i < a->list->count; i++)
		strbuf_addf(&told, " %s", a->list->items[i].uri);
}

static struct find_rua *
look_up_rua(struct story *s, const char *text, struct outcome *o)
{
	struct domain d = domain_named(text);
	struct find_rua *find;

	*o = (struct outcome){ 0 };
	find = find_rua_start(s->engine, &d, on_rua, o);
	assert_int_equal(o->times, 0);
	return find;
}

static const struct rua_case {
	const char *name;
	const char *says[3];
	const char *want;
} rua_cases[] = {
	{ "RPT-DNS-01 the record at _smtp._tls of the domain",
	    { ASKED " I 300 " RECORD }, "found mailto:tls@example.org" },
	{ "RPT-DNS-01 no name: no record", { NULL }, "no record" },
	{ "RPT-DNS-01 no data: no record", { ASKED " I 300 nodata" }, "no record" },
	{ "RPT-DNS-01 the parent's record is not the domain's",
	    { "_smtp._tls.org TXT I 300 " RECORD, "_tls.example.org TXT I 300 " RECORD,
		"example.org TXT I 300 " RECORD },
	    "no record" },
	{ "RPT-DNS-02 beside other TXT records",
	    { ASKED " I 300 v=spf1 -all|" RECORD "|x" },
	    "found mailto:tls@example.org" },
	{ "RPT-DNS-02 only other TXT records", { ASKED " I 300 v=spf1 -all|x" },
	    "no record" },
	{ "RPT-DNS-02 two records", { ASKED " I 300 " RECORD "|" RECORD },
	    "more than one record" },
	{ "RPT-DNS-02 a record without use",
	    { ASKED " I 300 v=TLSRPTv1; rua=ftp://example.org/" }, "invalid record" },
	{ "RPT-DNS-01 behind an alias, in one message",
	    { "_smtp._tls.example.org CNAME I 300 tls.example.net",
		"tls.example.net TXT I 300 " RECORD },
	    "found mailto:tls@example.org" },
	{ "RPT-DNS-01 behind an alias that is followed",
	    { "_smtp._tls.example.org CNAME I 300 tls.example.net stop",
		"tls.example.net TXT I 300 " RECORD },
	    "found mailto:tls@example.org" },
	{ "RPT-DNS-01 behind an alias to nothing",
	    { "_smtp._tls.example.org CNAME I 300 tls.example.net" }, "no record" },
	{ "RPT-DNS-09 SERVFAIL is not the same as no record", { ASKED " servfail" },
	    "error: SERVFAIL" },
	{ "RPT-DNS-09 no answer is not the same as no record", { ASKED " silent" },
	    "error: timeout" },
};

static void
check_rua(void **state)
{
	const struct rua_case *c = *state;
	struct outcome o;
	struct story s;
	size_t i;

	story_begin(&s);
	for (i = 0; i < COUNT_OF(c->says) && c->says[i] != NULL; i++)
		dns_says(c->says[i]);
	story_go(&s);
	dns_forget_questions();
	look_up_rua(&s, "example.org", &o);
	fake_pass(30);
	assert_int_equal(o.times, 1);
	assert_string_equal(strbuf_str(&told), c->want);
	assert_true(dns_asked(ASKED) == 1);
	story_end(&s);
	strbuf_clear(&told);
}

/* Four labels of 61 octets: the prefix has no room. */
#define LABEL61  "a123456789b123456789c123456789d123456789e123456789f123456789g"
#define TOO_LONG LABEL61 "." LABEL61 "." LABEL61 "." LABEL61

static void
check_no_place(void **state)
{
	struct outcome o;
	struct story s;

	(void)state;
	story_begin(&s);
	story_go(&s);
	dns_forget_questions();
	look_up_rua(&s, TOO_LONG, &o);
	fake_settle();
	assert_int_equal(o.times, 1);
	assert_string_equal(strbuf_str(&told), "no record");
	assert_string_equal(dns_questions(), "");
	find_rua_cancel(look_up_rua(&s, TOO_LONG, &o));
	fake_settle();
	assert_int_equal(o.times, 0);
	look_up_rua(&s, TOO_LONG, &o);
	engine_reconfigure(s.engine, &s.options, NULL, NULL);
	fake_settle();
	assert_int_equal(o.times, 1);
	find_rua_cancel(NULL);
	story_end(&s);
	strbuf_clear(&told);
}

/* --- the way -------------------------------------------------------------------------------- */

static void
on_way(const struct way_answer *a, void *arg)
{
	struct outcome *o = arg;
	char address[ADDRESS_TEXT_MAX];
	size_t i, k;

	o->times++;
	o->is_permanent = a->is_permanent;
	strbuf_reset(&told);
	if (a->count == 0)
		strbuf_adds(&told, a->detail);
	for (i = 0; i < a->count; i++) {
		strbuf_addf(&told, "%s%s", i > 0 ? " " : "", a->hosts[i].name.text);
		assert_true(a->hosts[i].address_count > 0);
		for (k = 0; k < a->hosts[i].address_count; k++)
			strbuf_addf(&told, ",%s",
			    address_text(&a->hosts[i].addresses[k], address));
	}
}

static struct find_way *
look_up_way(struct story *s, const char *text, enum way_kind kind, struct outcome *o)
{
	struct domain d = domain_named(text);
	struct find_way *find;

	*o = (struct outcome){ 0 };
	find = find_way_start(s->engine, &d, kind, on_way, o);
	assert_int_equal(o->times, 0);
	return find;
}

static const struct way_case {
	const char *name;
	enum way_kind kind;
	const char *says[8];
	const char *want;
	bool is_permanent;
} way_cases[] = {
	{ "a host's addresses, IPv4 first", WAY_HOST,
	    { "example.org AAAA I 300 2001:db8::1; 2001:db8::2",
		"example.org A I 300 192.0.2.1; 192.0.2.2" },
	    "example.org,192.0.2.1,192.0.2.2,2001:db8::1,2001:db8::2", false },
	{ "a host's addresses behind an alias", WAY_HOST,
	    { "example.org CNAME I 300 web.example.net",
		"web.example.net A I 300 192.0.2.9" },
	    "example.org,192.0.2.9", false },
	{ "a host's MX is of no interest", WAY_HOST,
	    { "example.org MX I 300 10 mx.example.org",
		"mx.example.org A I 300 192.0.2.1" },
	    "no address", true },
	{ "a host of one family, the other one silent", WAY_HOST,
	    { "example.org A I 300 192.0.2.1", "example.org AAAA silent" },
	    "example.org,192.0.2.1", false },
	{ "a host without address, one family unknown", WAY_HOST,
	    { "example.org A I 300 nodata", "example.org AAAA servfail" },
	    "no address: SERVFAIL", false },
	{ "no such host", WAY_HOST, { NULL }, "no address", true },
	{ "MX-01 by preference", WAY_MAIL,
	    { "example.org MX I 300 30 c.example; 10 a.example; 20 b.example",
		"a.example A I 300 192.0.2.1", "b.example AAAA I 300 2001:db8::2",
		"c.example A I 300 192.0.2.3", "c.example AAAA I 300 2001:db8::3" },
	    "a.example,192.0.2.1 b.example,2001:db8::2 "
	    "c.example,192.0.2.3,2001:db8::3",
	    false },
	{ "MX-04 no MX: the name itself", WAY_MAIL,
	    { "example.org MX I 300 nodata", "example.org A I 300 192.0.2.1" },
	    "example.org,192.0.2.1", false },
	{ "MX-04 neither MX nor address", WAY_MAIL, { "example.org MX I 300 nodata" },
	    "no address", true },
	{ "MX-03 no such name", WAY_MAIL, { NULL }, "no such name", true },
	{ "MX-05 null MX: nobody takes mail there", WAY_MAIL,
	    { "example.org MX I 300 0 .", "example.org A I 300 192.0.2.1" }, "null MX",
	    true },
	{ "MX-05 null MX beside others is left out", WAY_MAIL,
	    { "example.org MX I 300 0 .; 10 a.example", "a.example A I 300 192.0.2.1" },
	    "a.example,192.0.2.1", false },
	{ "MX names an address", WAY_MAIL, { "example.org MX I 300 10 192.0.2.1" },
	    "MX names no host", true },
	{ "an MX host without addresses is left out", WAY_MAIL,
	    { "example.org MX I 300 10 a.example; 20 b.example",
		"b.example A I 300 192.0.2.2" },
	    "b.example,192.0.2.2", false },
	{ "an MX host that cannot be looked up is left out", WAY_MAIL,
	    { "example.org MX I 300 10 a.example; 20 b.example; 30 c.example",
		"a.example A servfail", "b.example A I 300 192.0.2.2",
		"c.example A silent", "c.example AAAA silent" },
	    "b.example,192.0.2.2", false },
	{ "no MX host has an address", WAY_MAIL,
	    { "example.org MX I 300 10 a.example; 20 b.example" }, "no address", true },
	{ "no MX host is known to have an address", WAY_MAIL,
	    { "example.org MX I 300 10 a.example; 20 b.example",
		"a.example A servfail" },
	    "no address: SERVFAIL", false },
	{ "MX-06 MX cannot be looked up", WAY_MAIL,
	    { "example.org MX servfail", "example.org A I 300 192.0.2.1" },
	    "MX: SERVFAIL", false },
	{ "MX-06 MX is not answered", WAY_MAIL, { "example.org MX silent" },
	    "MX: timeout", false },
};

static void
check_way(void **state)
{
	const struct way_case *c = *state;
	struct outcome o;
	struct story s;
	size_t i;

	story_begin(&s);
	for (i = 0; i < COUNT_OF(c->says) && c->says[i] != NULL; i++)
		dns_says(c->says[i]);
	story_go(&s);
	look_up_way(&s, "example.org", c->kind, &o);
	fake_pass(30);
	assert_int_equal(o.times, 1);
	assert_string_equal(strbuf_str(&told), c->want);
	assert_int_equal(o.is_permanent, c->is_permanent);
	story_end(&s);
	strbuf_clear(&told);
}

/* Twelve hosts: the eight best are enough. */
static void
check_many_hosts(void **state)
{
	struct strbuf line = STRBUF_INIT;
	struct outcome o;
	struct story s;
	int i;

	(void)state;
	story_begin(&s);
	for (i = 0; i < 12; i++) {
		strbuf_reset(&line);
		strbuf_addf(&line, "mx%d.example A I 300 192.0.2.%d", i, i);
		dns_says(strbuf_str(&line));
	}
	strbuf_reset(&line);
	strbuf_adds(&line, "example.org MX I 300 ");
	for (i = 0; i < 12; i++)
		strbuf_addf(&line, "%s%d mx%d.example", i > 0 ? "; " : "", 50 - i, i);
	dns_says(strbuf_str(&line));
	story_go(&s);
	look_up_way(&s, "example.org", WAY_MAIL, &o);
	fake_pass(30);
	assert_string_equal(strbuf_str(&told),
	    "mx11.example,192.0.2.11 mx10.example,192.0.2.10 mx9.example,192.0.2.9 "
	    "mx8.example,192.0.2.8 mx7.example,192.0.2.7 mx6.example,192.0.2.6 "
	    "mx5.example,192.0.2.5 mx4.example,192.0.2.4");
	assert_int_equal(dns_asked("mx3.example A"), 0);
	story_end(&s);
	strbuf_clear(&line);
	strbuf_clear(&told);
}

/* Nothing of DANE is asked: report mail goes whatever it says. */
static void
check_no_policy(void **state)
{
	struct outcome o;
	struct story s;

	(void)state;
	story_begin(&s);
	dns_says("example.org MX S 300 10 a.example");
	dns_says("a.example A S 300 192.0.2.1");
	story_go(&s);
	dns_forget_questions();
	look_up_way(&s, "example.org", WAY_MAIL, &o);
	fake_pass(30);
	assert_string_equal(
	    dns_questions(), "example.org MX\na.example A\na.example AAAA\n");
	story_end(&s);
	strbuf_clear(&told);
}

/* --- every moment ------------------------------------------------------------------------------- */

/* Both lookups under way, every answer takes 5 ms. */
struct pair {
	struct outcome rua, way;
	struct find_rua *find_rua;
	struct find_way *find_way;
};

static void
begin_pair(struct story *s, struct pair *p)
{
	story_begin(s);
	dns_says(ASKED " I 300 " RECORD);
	dns_says("example.org MX I 300 10 a.example; 20 b.example");
	dns_says("a.example A I 300 192.0.2.1");
	dns_says("b.example CNAME I 300 c.example stop");
	dns_says("c.example A I 300 192.0.2.3");
	dns_takes_ms(5);
	story_go(s);
	p->find_rua = look_up_rua(s, "example.org", &p->rua);
	p->find_way = look_up_way(s, "example.org", WAY_MAIL, &p->way);
}

static void
check_cancel_any_time(void **state)
{
	struct story s;
	struct pair p;
	int i;

	(void)state;
	for (i = 0; i < MOMENTS; i++) {
		begin_pair(&s, &p);
		fake_pass_ms(i);
		if (p.rua.times == 0)
			find_rua_cancel(p.find_rua);
		if (p.way.times == 0)
			find_way_cancel(p.find_way);
		fake_pass(30);
		assert_int_equal(p.rua.times, i >= 5);
		assert_int_equal(p.way.times, i >= 15);
		story_end(&s);
	}
	find_way_cancel(NULL);
	strbuf_clear(&told);
}

static void
check_free_any_time(void **state)
{
	struct story s;
	struct pair p;
	int i;

	(void)state;
	for (i = 0; i < MOMENTS; i++) {
		begin_pair(&s, &p);
		fake_pass_ms(i);
		story_end(&s);
		fake_pass(30);
		assert_int_equal(p.rua.times, i >= 5);
		assert_int_equal(p.way.times, i >= 15);
	}
	strbuf_clear(&told);
}

static void
check_reconfigure_any_time(void **state)
{
	struct story s;
	struct pair p;
	int i;

	(void)state;
	for (i = 0; i < MOMENTS; i++) {
		begin_pair(&s, &p);
		fake_pass_ms(i);
		dns_forget_questions();
		engine_reconfigure(s.engine, &s.options, NULL, NULL);
		fake_pass(30);
		assert_int_equal(p.rua.times, 1);
		assert_int_equal(p.way.times, 1);
		assert_string_equal(
		    strbuf_str(&told), "a.example,192.0.2.1 b.example,192.0.2.3");
		/* What was under way began anew. */
		assert_int_equal(dns_asked(ASKED), i < 5);
		assert_int_equal(dns_asked("example.org MX"), i < 15);
		story_end(&s);
	}
	strbuf_clear(&told);
}

/* --- what memory has ------------------------------------------------------------------------------ */

static void
check_facts(void **state)
{
	struct next_hop n = stage_next_hop("example.org");
	struct engine_status before, after;
	struct facts facts;
	struct story s;

	(void)state;
	stage_go(&s, POLICY("testing", MX1));
	assert_false(engine_facts(s.engine, &n, &facts));
	ask(&s, "example.org");
	engine_status(s.engine, &before);
	dns_forget_questions();
	assert_true(engine_facts(s.engine, &n, &facts));
	assert_ptr_equal(facts.next_hop, &n);
	assert_string_equal(facts.route->hosts[0].name.text, MX1);
	assert_string_equal(facts.sts->id, "1");
	/* Stale, and not looked up again. */
	fake_pass(2 * DAY);
	dns_forget_questions();
	assert_true(engine_facts(s.engine, &n, &facts));
	assert_string_equal(facts.route->hosts[0].name.text, MX1);
	fake_pass(1);
	assert_string_equal(dns_questions(), "");
	engine_status(s.engine, &after);
	assert_int_equal(after.questions, before.questions);
	assert_int_equal(after.hits, before.hits);
	assert_int_equal(after.misses, before.misses);
	story_end(&s);
}

/* Nothing is known while the first lookup is under way; half of it is better than nothing. */
static void
check_facts_on_the_way(void **state)
{
	struct next_hop n = stage_next_hop("example.org");
	struct facts facts;
	struct story s;
	struct ear ear;

	(void)state;
	stage_begin(&s, POLICY("testing", MX1));
	dns_says("example.org MX silent");
	dns_takes_ms(10);
	story_go(&s);
	ask_later(&s, "example.org", 500, &ear);
	fake_pass_ms(5);
	assert_false(engine_facts(s.engine, &n, &facts));
	fake_pass_ms(100);
	assert_true(engine_facts(s.engine, &n, &facts));
	assert_null(facts.route);
	assert_string_equal(facts.sts->id, "1");
	story_end(&s);
}

static void
check_settings(void **state)
{
	struct story s;

	(void)state;
	story_begin(&s);
	s.options.settings.mix = MIX_BOTH;
	story_go(&s);
	assert_int_equal(engine_settings(s.engine)->mix, MIX_BOTH);
	assert_false(engine_settings(s.engine)->is_dane_off);
	/* The resolver no longer validates: the next test of it tells. */
	dns_says("signed.example SOA I 60 x");
	fake_pass(HOUR);
	assert_true(engine_settings(s.engine)->is_dane_off);
	s.options.settings.mix = MIX_DANE;
	engine_reconfigure(s.engine, &s.options, NULL, NULL);
	assert_int_equal(engine_settings(s.engine)->mix, MIX_DANE);
	story_end(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_rua, rua_cases),
		CASE("RPT-DNS-01 a name too long for a record", check_no_place),
		CASES(check_way, way_cases),
		CASE("the eight best of many MX hosts", check_many_hosts),
		CASE("RPT-MAIL-06 no policy is asked for the way", check_no_policy),
		CASE("cancelled in every millisecond", check_cancel_any_time),
		CASE("the engine goes in every millisecond", check_free_any_time),
		CASE("a reload in every millisecond", check_reconfigure_any_time),
		CASE("facts of a next-hop, be they stale", check_facts),
		CASE("facts while they are looked up", check_facts_on_the_way),
		CASE("the settings in force", check_settings),
	};

	return cases_run("rua", tables, COUNT_OF(tables));
}
