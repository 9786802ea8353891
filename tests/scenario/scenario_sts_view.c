/*
 * A domain's MTA-STS, TLSRPT and DKIM records, as their operator sees them.  SPDX-License-Identifier: ISC
 */
#include "audit/dkim_view.h"
#include "audit/rua_view.h"
#include "audit/sts_view.h"
#include "scenario/stage.h"

#define NAME     "example.org"
#define HOST     "mta-sts." NAME
#define DEADLINE 10000
#define TEXT     "version: STSv1\nmode: enforce\nmx: mx1.example.org\nmax_age: 604800\n"

static const struct audit_options options = {
	.dns_deadline_ms = DEADLINE,
	.https_deadline_ms = DEADLINE,
};

/* --- MTA-STS -------------------------------------------------------------------------------------- */

/* What has been told. */
struct word {
	struct sts_view_ask *ask; /* NULL once told */
	struct sts_view *view;
	unsigned times;
};

static void
on_view(struct sts_view *view, void *arg)
{
	struct word *w = arg;

	w->ask = NULL;
	w->view = view;
	w->times++;
}

static void
begin(void)
{
	fake_begin(NOON);
	dns_says("_mta-sts." NAME " TXT S 300 v=STSv1; id=1;");
	dns_says(HOST " A S 300 192.0.2.80");
	dns_says(HOST " AAAA S 300 2001:db8::80");
	web_says(HOST, HTTPS_OK, TEXT);
}

static void
start(struct word *w)
{
	struct domain name = domain_named(NAME);

	*w = (struct word){ .times = 0 };
	w->ask = sts_view_start(&options, &name, on_view, w);
	assert_int_equal(w->times, 0);
}

/* The caller frees it. */
static struct sts_view *
view(void)
{
	struct word w;

	start(&w);
	fake_pass(60);
	assert_int_equal(w.times, 1);
	return w.view;
}

static void
check_good(void **state)
{
	struct sts_view *v;

	(void)state;
	begin();
	v = view();
	assert_int_equal(v->outcome, STS_RECORD_FOUND);
	assert_string_equal(v->found.id, "1");
	assert_true(v->record.is_secure);
	assert_int_equal(v->record.ttl_s, 300);
	assert_int_equal(v->count, 2);
	assert_int_equal(web_asked(HOST), 2); /* every address */
	assert_string_equal(web_last_path(), "/.well-known/mta-sts.txt");
	assert_ptr_equal(sts_view_good_look(v), &v->looks[0]);
	assert_int_equal(sts_view_policy(v)->mode, STS_ENFORCE);
	sts_view_free(v);
}

/* A sender would not look any further. */
static void
check_bad_record(void **state)
{
	struct sts_view *v;

	(void)state;
	begin();
	dns_says("_mta-sts." NAME " TXT I 300 v=STSV1; id=1;");
	v = view();
	assert_int_equal(v->outcome, STS_RECORD_NONE);
	assert_int_equal(v->record.count, 1);
	assert_false(v->record.is_secure);
	assert_int_equal(v->count, 2);
	assert_non_null(sts_view_policy(v));
	sts_view_free(v);
}

static void
check_failing_record(void **state)
{
	struct sts_view *v;

	(void)state;
	begin();
	dns_says("_mta-sts." NAME " TXT servfail");
	v = view();
	assert_true(v->record.is_error);
	assert_string_equal(v->record.detail, "SERVFAIL");
	assert_non_null(sts_view_policy(v));
	sts_view_free(v);
}

/* DNS64 makes an address of this network from every one of IPv4. */
static void
check_nat64(void **state)
{
	struct sts_view *v;

	(void)state;
	begin();
	dns_says(HOST " A I 300 192.0.2.80");
	dns_says(HOST " AAAA I 300 64:ff9b::192.0.2.80; 2001:db8::80");
	v = view();
	assert_int_equal(v->count, 2);
	assert_false(v->looks[0].address.is_v6);
	assert_int_equal(v->looks[1].address.bytes[0], 0x20);
	sts_view_free(v);
	begin();
	dns_says(HOST " A I 300 nodata");
	dns_says(HOST " AAAA I 300 64:ff9b::192.0.2.80");
	v = view();
	assert_int_equal(v->count, 1);
	sts_view_free(v);
}

/* An audit has time: a family that is late is waited for, and one that does not come is told. */
static void
check_half(void **state)
{
	struct word w;

	(void)state;
	begin();
	dns_says(HOST " AAAA silent");
	start(&w);
	fake_pass_ms(DEADLINE - 100);
	assert_int_equal(web_asked(HOST), 0);
	fake_pass(60);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.view->count, 1);
	assert_int_equal(w.view->looks[0].outcome, HTTPS_OK);
	assert_string_equal(w.view->host_detail, "timeout");
	assert_false(w.view->is_host_error);
	sts_view_free(w.view);
}

static void
check_certificate(void **state)
{
	struct sts_view *v;

	(void)state;
	begin();
	web_says(HOST, HTTPS_CERTIFICATE, TEXT);
	v = view();
	assert_string_equal(v->looks[0].cert_fault, "certificate has expired");
	assert_null(sts_view_good_look(v));
	assert_non_null(sts_view_policy(v));
	sts_view_free(v);
}

static void
check_media_type(void **state)
{
	struct sts_view *v;

	(void)state;
	begin();
	web_says(HOST, HTTPS_MEDIA_TYPE, "version: STSv1\nmode: Enforce\n");
	v = view();
	assert_string_equal(v->looks[0].media_type, "text/html");
	assert_non_null(strstr(v->looks[0].policy_fault.text, "line 2"));
	assert_null(sts_view_policy(v));
	sts_view_free(v);
}

/* What one address does is not hidden by the other. */
static void
check_one_address(void **state)
{
	struct sts_view *v;

	(void)state;
	begin();
	web_says(HOST " 2001:db8::80", HTTPS_STATUS, NULL);
	v = view();
	assert_int_equal(v->looks[0].outcome, HTTPS_OK);
	assert_int_equal(v->looks[1].outcome, HTTPS_STATUS);
	assert_int_equal(v->looks[1].http_status, 503);
	assert_ptr_equal(sts_view_good_look(v), &v->looks[0]);
	sts_view_free(v);
}

static void
check_no_host(void **state)
{
	struct sts_view *v;

	(void)state;
	begin();
	dns_says(HOST " A S 300 nodata");
	dns_says(HOST " AAAA S 300 nodata");
	v = view();
	assert_int_equal(v->count, 0);
	assert_false(v->is_host_error);
	assert_int_equal(web_asked(NULL), 0);
	sts_view_free(v);
	dns_says(HOST " A servfail");
	v = view();
	assert_true(v->is_host_error);
	assert_string_equal(v->host_detail, "SERVFAIL");
	sts_view_free(v);
}

static void
check_delegated(void **state)
{
	struct sts_view *v;

	(void)state;
	fake_begin(NOON);
	web_says(HOST, HTTPS_OK, TEXT);
	dns_says("_mta-sts." NAME " CNAME S 60 _mta-sts.provider.example");
	dns_says("_mta-sts.provider.example TXT S 300 v=STSv1; id=7;");
	dns_says(HOST " CNAME S 60 web.provider.example");
	dns_says("web.provider.example A S 300 192.0.2.81");
	dns_says("web.provider.example AAAA S 300 nodata");
	v = view();
	assert_true(v->record.is_alias);
	assert_string_equal(v->record.owner.text, "_mta-sts.provider.example");
	assert_string_equal(v->found.id, "7");
	assert_int_equal(v->record.ttl_s, 60);
	assert_true(v->is_host_alias);
	assert_string_equal(v->host_owner.text, "web.provider.example");
	assert_int_equal(web_asked(HOST), 1); /* under its own name */
	sts_view_free(v);
}

/* The record and all addresses are waited for together. */
static void
check_silent(void **state)
{
	struct word w;

	(void)state;
	begin();
	dns_says(HOST " A S 300 192.0.2.80; 192.0.2.81; 192.0.2.82; 192.0.2.83");
	dns_says("_mta-sts." NAME " TXT silent");
	web_takes_ms(DEADLINE + 1);
	start(&w);
	fake_pass_ms(DEADLINE + 100);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.view->count, 5);
	assert_int_equal(w.view->looks[4].outcome, HTTPS_TIMEOUT);
	assert_true(w.view->record.is_error);
	sts_view_free(w.view);
}

/* There is no room for the prefixes. */
static void
check_long_name(void **state)
{
	char name[DOMAIN_MAX + 1];
	struct domain domain;
	struct word w = { .times = 0 };
	size_t i;

	(void)state;
	fake_begin(NOON);
	for (i = 0; i < 250; i++)
		name[i] = i % 50 == 49 ? '.' : 'a';
	snprintf(name + i, sizeof(name) - i, "bcd");
	domain = domain_named(name);
	w.ask = sts_view_start(&options, &domain, on_view, &w);
	assert_int_equal(w.times, 0);
	fake_settle();
	assert_int_equal(w.times, 1);
	assert_int_equal(w.view->record.name.len, 0);
	assert_int_equal(w.view->outcome, STS_RECORD_NONE);
	assert_int_equal(w.view->count, 0);
	assert_string_equal(dns_questions(), "");
	sts_view_free(w.view);
}

/* In every moment of its life. */
static void
check_cancel(void **state)
{
	struct word w;
	int ms;

	(void)state;
	for (ms = 0; ms <= 400; ms += 50) {
		begin();
		dns_takes_ms(100);
		web_takes_ms(100);
		start(&w);
		fake_pass_ms(ms);
		sts_view_cancel(w.ask);
		fake_pass(60);
		assert_int_equal(w.times, w.ask == NULL);
		sts_view_free(w.view);
	}
	assert_int_equal(w.times, 1); /* the last time it was over before */
}

/* --- TLSRPT --------------------------------------------------------------------------------------- */

static void
on_rua(struct rua_view *seen, void *arg)
{
	struct rua_view **out = arg;

	*out = seen;
}

static const struct place_case {
	const char *name, *uri;
	const char *says[3]; /* up to the first NULL */
	enum rua_place want;
} place_cases[] = {
	{ "PUB-RPT-01 a mailbox behind an MX host", "mailto:a@x.example",
	    { "x.example MX I 300 10 mx.x.example", "mx.x.example A I 300 192.0.2.1" },
	    RUA_PLACE_FOUND },
	{ "PUB-RPT-01 a mailbox at a domain without MX", "mailto:a@x.example",
	    { "x.example MX I 300 nodata", "x.example A I 300 192.0.2.1" },
	    RUA_PLACE_FOUND },
	{ "PUB-RPT-01 a mailbox at a domain that does not exist", "mailto:a@x.example",
	    { NULL }, RUA_PLACE_NONE },
	{ "PUB-RPT-01 a mailbox whose MX host has no address", "mailto:a@x.example",
	    { "x.example MX I 300 10 mx.x.example" }, RUA_PLACE_NONE },
	{ "PUB-RPT-01 a mailbox at a domain that takes no mail", "mailto:a@x.example",
	    { "x.example MX I 300 0 ." }, RUA_PLACE_NULL_MX },
	{ "PUB-RPT-01 a mailbox that cannot be looked up", "mailto:a@x.example",
	    { "x.example MX servfail" }, RUA_PLACE_ERROR },
	{ "PUB-RPT-01 a mailbox whose MX host cannot be looked up",
	    "mailto:a@x.example",
	    { "x.example MX I 300 10 mx.x.example", "mx.x.example A servfail",
		"mx.x.example AAAA servfail" },
	    RUA_PLACE_ERROR },
	{ "PUB-RPT-01 an HTTPS host", "https://r.example/v1",
	    { "r.example A I 300 192.88.99.1; 8.8.8.8" }, RUA_PLACE_FOUND },
	{ "PUB-RPT-01 an HTTPS host without address", "https://r.example/v1", { NULL },
	    RUA_PLACE_NONE },
	{ "PUB-RPT-01 an HTTPS host at a private address", "https://r.example/v1",
	    { "r.example A I 300 10.0.0.1" }, RUA_PLACE_GUARDED },
	{ "PUB-RPT-01 an HTTPS host that cannot be looked up", "https://r.example/v1",
	    { "r.example A servfail", "r.example AAAA servfail" }, RUA_PLACE_ERROR },
};

static void
check_place(void **state)
{
	const struct place_case *c = *state;
	struct domain name = domain_named(NAME);
	struct rua_view *seen = NULL;
	char line[200];
	size_t i;

	fake_begin(NOON);
	snprintf(line, sizeof(line),
	    "_smtp._tls." NAME " TXT I 3600 v=TLSRPTv1; rua=%s", c->uri);
	dns_says(line);
	for (i = 0; i < COUNT_OF(c->says) && c->says[i] != NULL; i++)
		dns_says(c->says[i]);
	(void)rua_view_start(&options, &name, on_rua, &seen);
	assert_null(seen);
	fake_pass(60);
	assert_non_null(seen);
	assert_int_equal(seen->outcome, TLSRPT_RECORD_FOUND);
	assert_int_equal(seen->list.count, 1);
	assert_string_equal(
	    rua_place_text(seen->seen[0].place), rua_place_text(c->want));
	assert_int_equal(seen->seen[0].detail[0] != '\0', c->want == RUA_PLACE_ERROR);
	rua_view_free(seen);
}

static void
check_no_rua(void **state)
{
	struct domain name = domain_named(NAME);
	struct rua_view *seen = NULL;

	(void)state;
	fake_begin(NOON);
	(void)rua_view_start(&options, &name, on_rua, &seen);
	fake_settle();
	fake_pass(1);
	assert_int_equal(seen->outcome, TLSRPT_RECORD_NONE);
	assert_int_equal(seen->list.count, 0);
	rua_view_free(seen);
}

static void
check_cancel_rua(void **state)
{
	struct domain name = domain_named(NAME);
	struct rua_view_ask *ask;
	struct rua_view *seen;
	int ms;

	(void)state;
	for (ms = 0; ms <= 250; ms += 50) {
		fake_begin(NOON);
		dns_says("_smtp._tls." NAME " TXT I 3600 v=TLSRPTv1; "
			 "rua=mailto:a@x.example,https://r.example/");
		dns_says("x.example MX I 300 10 mx.x.example");
		dns_takes_ms(100);
		seen = NULL;
		ask = rua_view_start(&options, &name, on_rua, &seen);
		fake_pass_ms(ms);
		rua_view_cancel(ask);
		fake_pass(60);
		assert_null(seen);
	}
}

/* --- DKIM ----------------------------------------------------------------------------------------- */

static void
on_dkim(struct dkim_view *seen, void *arg)
{
	struct dkim_view **out = arg;

	*out = seen;
}

static void
check_dkim(void **state)
{
	struct domain name = domain_named(NAME), selector = domain_named("s1.eu");
	struct dkim_view *seen = NULL;
	struct dkim_view_ask *ask;

	(void)state;
	fake_begin(NOON);
	dns_says("s1.eu._domainkey." NAME " TXT I 3600 v=DKIM1; p=AAEC");
	(void)dkim_view_start(&options, &name, &selector, on_dkim, &seen);
	assert_null(seen);
	fake_pass(1);
	assert_int_equal(seen->record.count, 1);
	assert_string_equal(seen->record.name.text, "s1.eu._domainkey." NAME);
	dkim_view_free(seen);
	seen = NULL;
	ask = dkim_view_start(&options, &name, &selector, on_dkim, &seen);
	dkim_view_cancel(ask);
	fake_pass(1);
	assert_null(seen);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("PUB-STS-03 SEED-55 record, and the policy at every address",
		    check_good),
		CASE("PUB-STS-03 SEED-37 a faulty record: the policy is looked at too",
		    check_bad_record),
		CASE("PUB-STS-03 what this network's DNS64 has made is left alone",
		    check_nat64),
		CASE("PUB-STS-03 a family of addresses that does not come is told",
		    check_half),
		CASE("PUB-STS-03 likewise without an answer for the record",
		    check_failing_record),
		CASE(
		    "PUB-STS-03 SEED-40 a certificate that is not valid: the policy too",
		    check_certificate),
		CASE("PUB-STS-03 SEED-41 another media type: the text too",
		    check_media_type),
		CASE("PUB-STS-03 one address is not hidden by another",
		    check_one_address),
		CASE("PUB-STS-03 no policy host, and one that cannot be looked up",
		    check_no_host),
		CASE("PUB-STS-05 STS-DNS-10 aliases are followed, and told",
		    check_delegated),
		CASE("PUB-STS-03 what is silent is waited for together", check_silent),
		CASE("STS-FETCH-01 a domain too long for the prefix", check_long_name),
		CASE("cancelled at any time, it does not answer", check_cancel),
		CASES(check_place, place_cases),
		CASE("PUB-RPT-01 no TLSRPT record", check_no_rua),
		CASE("cancelled at any time, rua_view does not answer",
		    check_cancel_rua),
		CASE("PUB-RPT-02 the key of a selector", check_dkim),
	};

	return cases_run("sts_view", tables, COUNT_OF(tables));
}
