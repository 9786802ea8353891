/*
 * A whole domain: all of it at once, bounded, and over when it is over.  SPDX-License-Identifier: ISC
 */
#include "audit/audit.h"
#include "base/strbuf.h"
#include "scenario/stage.h"

#define DOMAIN   "example.org"
#define DEADLINE 10000

/* What came of it. */
struct word {
	struct audit_ask *ask; /* NULL once told */
	unsigned times;
	size_t hosts;
	struct strbuf remarks, steps;
};

static void
on_audit(struct audit *audit, void *arg)
{
	struct word *w = arg;
	size_t i;

	w->ask = NULL;
	w->times++;
	w->hosts = audit->count;
	for (i = 0; i < audit->remarks.count; i++)
		strbuf_addf(&w->remarks, "%s %s;", audit->remarks.items[i].kind->word,
		    audit->remarks.items[i].about);
	audit_free(audit);
}

static void
on_progress(const char *what, void *arg)
{
	struct word *w = arg;

	strbuf_addf(&w->steps, "%s;", what);
}

/* A signed domain with two hosts, of which each has two addresses. */
static void
begin(void)
{
	static const char *const lines[] = {
		DOMAIN " MX S 3600 10 mx1." DOMAIN "; 20 mx2." DOMAIN,
		DOMAIN " SOA S 3600 7 900 600 86400 60",
		DOMAIN " NS S 3600 ns." DOMAIN,
		"ns." DOMAIN " A S 3600 192.0.2.53",
		"@192.0.2.53 " DOMAIN " SOA I 3600 7 900",
		"@192.0.2.53 " DOMAIN " MX I 3600 10 mx1." DOMAIN "; 20 mx2." DOMAIN,
		"mx1." DOMAIN " A S 3600 192.0.2.1",
		"mx1." DOMAIN " AAAA S 3600 2001:db8::1",
		"mx2." DOMAIN " A S 3600 192.0.2.2",
		"mx2." DOMAIN " AAAA S 3600 2001:db8::2",
		"_25._tcp.mx1." DOMAIN " TLSA S 3600 3 1 1 " SOME_DIGEST,
		"signed.example SOA S 60 7 900 600 86400 60",
		"bogus.example A servfail",
	};
	static const char *const addresses[] = { "192.0.2.1", "192.0.2.2",
		"2001:db8::1", "2001:db8::2" };
	size_t i;

	fake_begin(NOON);
	for (i = 0; i < COUNT_OF(lines); i++)
		dns_says(lines[i]);
	for (i = 0; i < COUNT_OF(addresses); i++)
		mx_says(addresses[i], TLS_UP, "", &some_chain);
	dns_forget_questions();
}

static void
look(struct word *w, const char *selector)
{
	static struct domain key, secure, bogus; /* stay, as options want it */
	struct domain domain = domain_named(DOMAIN);
	struct audit_options options = {
		.dns_deadline_ms = DEADLINE,
		.https_deadline_ms = DEADLINE,
		.look_deadline_ms = DEADLINE,
		.helo = "sender.example",
		.probe_secure = &secure,
		.probe_bogus = &bogus,
		.progress = on_progress,
		.progress_arg = w,
	};

	secure = domain_named("signed.example");
	bogus = domain_named("bogus.example");
	if (selector != NULL) {
		key = domain_named(selector);
		options.dkim_selector = &key;
	}
	*w = (struct word){ .times = 0 };
	w->ask = audit_start(&options, &domain, on_audit, w);
	assert_int_equal(w->times, 0);
}

static void
forget(struct word *w)
{
	strbuf_clear(&w->remarks);
	strbuf_clear(&w->steps);
}

static void
assert_said(const struct strbuf *said, const char *want)
{
	if (strstr(strbuf_str(said), want) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", want, strbuf_str(said));
}

static void
assert_unsaid(const struct strbuf *said, const char *word)
{
	if (strstr(strbuf_str(said), word) != NULL)
		fail_msg("\"%s\" is in \"%s\"", word, strbuf_str(said));
}

static void
check_all(void **state)
{
	struct word w;

	(void)state;
	begin();
	look(&w, NULL);
	fake_pass(60);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.hosts, 2);
	assert_said(&w.remarks, "tlsa-chain-fails mx1." DOMAIN " 192.0.2.1;");
	assert_said(&w.remarks, "tlsa-chain-fails mx1." DOMAIN " 2001:db8::1;");
	assert_said(&w.remarks, "tlsa-none mx2." DOMAIN ";");
	assert_said(&w.remarks, "dane-partial " DOMAIN ";");
	assert_said(&w.remarks, "sts-none " DOMAIN ";");
	assert_unsaid(&w.remarks, "dkim-");
	assert_int_equal(mx_looked_at(NULL), 4);
	assert_said(&w.steps, "mx2." DOMAIN " 2001:db8::2;");
	assert_said(&w.steps, "MTA-STS;");
	forget(&w);
}

/* PUB-RPT-02 */
static void
check_selector(void **state)
{
	struct word w;

	(void)state;
	begin();
	look(&w, "key1");
	fake_pass(60);
	assert_int_equal(dns_asked("key1._domainkey." DOMAIN " TXT"), 1);
	assert_said(&w.remarks, "dkim-");
	forget(&w);
}

/* Every address is silent, of every host: that is one deadline. */
static void
check_silent(void **state)
{
	struct word w;

	(void)state;
	begin();
	mx_takes_ms(DEADLINE + 1);
	look(&w, NULL);
	fake_pass_ms(DEADLINE + 500);
	assert_int_equal(w.times, 1);
	assert_said(&w.remarks, "address-unreached mx1." DOMAIN " 192.0.2.1;");
	assert_said(&w.remarks, "address-unreached mx2." DOMAIN " 2001:db8::2;");
	forget(&w);
}

static const struct resolver_case {
	const char *name, *secure, *bogus;
	bool is_believed;
} resolver_cases[] = {
	{ "DNS-13 the audit waits until it is known whether the resolver validates",
	    "S 60 7 900 600 86400 60", "silent", true },
	{ "DNS-13 a resolver that gives out what is bogus", "S 60 7 900 600 86400 60",
	    "I 60 192.0.2.9", false },
	{ "DNS-13 a resolver that calls what is signed insecure",
	    "I 60 7 900 600 86400 60", "I 60 192.0.2.9", false },
	{ "DNS-13 a resolver whose test fails", "servfail", "servfail", false },
	{ "DNS-13 a resolver that does not answer the test", "silent", "silent",
	    false },
};

/* An unsigned domain without any protection: broken, if that is known. */
static void
check_resolver(void **state)
{
	const struct resolver_case *c = *state;
	struct strbuf line = STRBUF_INIT;
	struct word w;

	begin();
	dns_says(DOMAIN " MX I 3600 10 mx2." DOMAIN);
	dns_says("mx2." DOMAIN " A I 3600 192.0.2.2");
	strbuf_addf(&line, "signed.example SOA %s", c->secure);
	dns_says(strbuf_str(&line));
	strbuf_reset(&line);
	strbuf_addf(&line, "bogus.example A %s", c->bogus);
	dns_says(strbuf_str(&line));
	look(&w, NULL);
	fake_pass(DEADLINE / 1000 - 1);
	assert_int_equal(w.times,
	    strstr(c->secure, "silent") == NULL && strstr(c->bogus, "silent") == NULL);
	fake_pass(60);
	assert_int_equal(w.times, 1);
	(c->is_believed ? assert_said : assert_unsaid)(&w.remarks, "unprotected");
	(c->is_believed ? assert_unsaid : assert_said)(
	    &w.remarks, "resolver-not-validating " DOMAIN ";");
	forget(&w);
	strbuf_clear(&line);
}

/* A domain that wants to keep us busy. */
static void
check_hostile(void **state)
{
	struct strbuf line = STRBUF_INIT;
	struct word w;
	int i;

	(void)state;
	begin();
	strbuf_adds(&line, DOMAIN " MX I 3600 ");
	for (i = 0; i < 100; i++)
		strbuf_addf(&line, "%s%d mx%d." DOMAIN, i > 0 ? "; " : "", i, i);
	dns_says(strbuf_str(&line));
	for (i = 0; i < 64; i++) {
		strbuf_reset(&line);
		strbuf_addf(&line,
		    "mx%d." DOMAIN " A I 3600 10.0.%d.1; 10.0.%d.2; 10.0.%d.3", i, i, i,
		    i);
		dns_says(strbuf_str(&line));
	}
	mx_takes_ms(DEADLINE + 1);
	look(&w, NULL);
	fake_pass_ms(1000);
	assert_in_range(mx_looks(), 64, AUDIT_LOOKS_MAX);
	fake_pass_ms(3 * DEADLINE);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.hosts, MX_HOSTS_MAX);
	assert_said(&w.remarks, "mx-left-out " DOMAIN ";");
	assert_said(&w.remarks, "address-left-out mx0." DOMAIN ";");
	forget(&w);
	strbuf_clear(&line);
}

static void
check_no_host(void **state)
{
	struct word w;

	(void)state;
	begin();
	dns_says(DOMAIN " MX S 3600 0 .");
	look(&w, NULL);
	fake_pass(60);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.hosts, 0);
	assert_said(&w.remarks, "mx-null " DOMAIN ";");
	assert_unsaid(&w.remarks, "unprotected");
	forget(&w);
}

/* In every moment of its life. */
static void
check_cancel(void **state)
{
	struct word w;
	int ms;

	(void)state;
	for (ms = 0; ms <= 1500; ms += 50) {
		begin();
		dns_takes_ms(100);
		mx_takes_ms(100);
		look(&w, "key1");
		fake_pass_ms(ms);
		audit_cancel(w.ask);
		assert_int_equal(mx_looks(), 0);
		fake_pass(60);
		assert_int_equal(w.times, w.ask == NULL);
		forget(&w);
	}
	assert_int_equal(w.times, 1); /* the last time it was over before */
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE(
		    "PUB-TLSA-07 SEED-22 SEED-23 SEED-83 all parts, every address of every host",
		    check_all),
		CASE("PUB-RPT-02 SEED-67 the key of a selector", check_selector),
		CASE(
		    "PUB-TLSA-07 silent addresses of all hosts are waited for together",
		    check_silent),
		CASES(check_resolver, resolver_cases),
		CASE("a hundred MX hosts are not all looked at, and that is said",
		    check_hostile),
		CASE("a null MX has no hosts", check_no_host),
		CASE("cancelled at any time, it does not answer", check_cancel),
	};

	return cases_run("audit", tables, COUNT_OF(tables));
}
