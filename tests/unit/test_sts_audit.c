/* SPDX-License-Identifier: ISC */
#include "audit/sts_audit.h"
#include "remark_lines.h"
#include "route_made.h"

#define DOMAIN_NAME "example.com"
#define HOST        "mta-sts.example.com"
#define NOW         ((time_t)1800000000)
#define DAY         86400
#define RECORD      "v=STSv1; id=1;"
#define ENFORCE     "version: STSv1\nmode: enforce\nmax_age: 604800\n"
#define MX1         "mx: mx1.example.com\n"
#define GOOD        ENFORCE MX1

/* One address, unless second says otherwise. */
static const struct audit_case {
	const char *name;
	const char *record; /* texts with a newline between; "" none; NULL: RECORD */
	const char *policy; /* NULL: GOOD */
	const char *want;   /* as of assert_remarks() */
	const char *mx;     /* names with a blank between; NULL: mx1.example.com */
	struct look_spec {
		bool is_set;
		enum https_outcome outcome;
		const char *detail;
		int status;
		const char *media_type, *location, *fault, *names;
		int ends_days;
		bool is_weak, is_unroutable;
		const char *policy; /* "" none; NULL: that of the case */
	} look, second;
	bool is_record_error, is_host_error, is_host_half;
	bool is_absent; /* no address */
	bool is_delegated;
	uint32_t ttl_s;
} audit_cases[] = {
	{ .name = "PUB-STS-03 SEED-55 everything is as it should be", .want = "" },
	{ .name = "PUB-STS-03 SEED-57 one MX host is not named",
	    .mx = "mx1.example.com mx2.example.com mx3.example.com",
	    .want =
		"broken mx2.example.com: no mx of the policy names it|RFC 8461, 4.1|"
		"broken mx3.example.com|!mx1.example.com:" },
	{ .name = "PUB-STS-03 SEED-57 under testing that is advice",
	    .policy = "version: STSv1\nmode: testing\nmax_age: 86400\n" MX1,
	    .mx = "mx1.example.com mx2.example.com",
	    .want = "advice mx2.example.com: no mx of the policy names it|!broken" },
	{ .name = "PUB-STS-03 under none it is nothing",
	    .policy = "version: STSv1\nmode: none\nmax_age: 86400\n",
	    .want = "note " HOST ": the mode is none|!advice|!broken" },
	{ .name = "PUB-STS-03 a pattern names no MX host",
	    .policy = GOOD "mx: old.example.com\nmx: *.old.example\n",
	    .want = "advice " HOST
		    ": no MX host is named by old.example.com, *.old.example: " },
	{ .name = "PUB-STS-03 many patterns name no MX host",
	    .policy =
		GOOD "mx: a.x\nmx: b.x\nmx: c.x\nmx: d.x\nmx: e.x\nmx: f.x\nmx: g.x\n",
	    .want = "named by a.x, b.x, c.x, d.x, e.x and 2 more|!f.x" },
	{ .name = "PUB-STS-06 *.example.com for example.com",
	    .policy = ENFORCE "mx: *.example.com\n",
	    .want = "advice " HOST ": mx is \"*.example.com\"|RFC 8461, 10.4" },
	{ .name = "PUB-STS-06 a wildcard of the domain above",
	    .policy = ENFORCE "mx: *.com\n" MX1,
	    .want = "mx is \"*.com\"" },
	{ .name = "PUB-STS-06 a wildcard of another domain is none's own",
	    .policy = ENFORCE "mx: *.mx.example.net\n",
	    .mx = "a.mx.example.net",
	    .want = "" },
	{ .name = "PUB-STS-06 a wildcard of a name that only ends like it",
	    .policy = ENFORCE "mx: *.ple.com\n",
	    .mx = "mx.ple.com",
	    .want = "" },
	{ .name = "PUB-STS-03 SEED-46 enforce for a day only",
	    .policy = "version: STSv1\nmode: enforce\nmax_age: 86400\n" MX1,
	    .want = "advice " HOST ": max_age is 86400 s, under a week|10.2" },
	{ .name = "PUB-STS-03 SEED-46 testing for a day is content",
	    .policy = "version: STSv1\nmode: testing\nmax_age: 86400\n" MX1,
	    .want = "note " HOST ": the mode is testing|!advice" },
	{ .name = "STS-POL-10 SEED-46 max_age beyond the maximum",
	    .policy = "version: STSv1\nmode: enforce\nmax_age: 99999999\n" MX1,
	    .want = "broken " HOST ": max_age is above 31557600" },
	{ .name = "STS-POL-08 a final dot",
	    .policy = ENFORCE "mx: mx1.example.com.\n",
	    .want = "advice " HOST ": an mx ends in a dot" },
	{ .name = "STS-POL-12 an unknown key",
	    .policy = GOOD "Mode: testing\n",
	    .want = "advice " HOST ": \"Mode\" is an unknown key" },
	{ .name = "STS-POL-11 a key twice",
	    .policy = GOOD "mode: none\n",
	    .want = "advice " HOST ": \"mode\" stands more than once" },
	{ .name = "the first faulty lines are enough",
	    .policy = GOOD "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\n",
	    .want = "\"e\" is an unknown key|!\"f\"" },

	{ .name = "PUB-STS-03 SEED-37 neither record nor policy",
	    .record = "",
	    .is_absent = true,
	    .want = "note example.com: no MTA-STS|!broken" },
	{ .name = "a web server under that name that knows of no policy is none",
	    .record = "",
	    .look = { .is_set = true,
		.outcome = HTTPS_STATUS,
		.status = 404,
		.policy = "" },
	    .want = "note example.com: no MTA-STS|!broken" },
	{ .name = "PUB-STS-03 STS-DNS-07 a policy without record",
	    .record = "",
	    .want = "broken _mta-sts.example.com: no record, though " HOST
		    " has a policy|RFC 8461, 3.1" },
	{ .name = "PUB-STS-04 SEED-54 a record that has gone before its policy of none",
	    .record = "",
	    .policy = "version: STSv1\nmode: none\nmax_age: 86400\n",
	    .want = "note _mta-sts.example.com: no record, and a policy with mode none|"
		    "!broken" },
	{ .name = "PUB-STS-03 a record without policy host",
	    .is_absent = true,
	    .want = "broken " HOST ": the name has no address|!broken _mta-sts" },
	{ .name = "PUB-STS-03 SEED-37 STS-DNS-03 v=STSV1, as on slides",
	    .record = "v=STSV1; id=20210331000000Z;",
	    .want = "broken _mta-sts.example.com: the TXT record|"
		    "upper and lower case count|!no record" },
	{ .name = "PUB-STS-01 SEED-38 STS-DNS-04 an id with hyphens",
	    .record = "v=STSv1; id=2024-11-06;",
	    .want = "broken _mta-sts.example.com: octet 0x2d|letters and digits only" },
	{ .name = "PUB-STS-03 STS-DNS-07 two records",
	    .record = RECORD "\n" RECORD,
	    .want = "broken _mta-sts.example.com: 2 TXT records start with" },
	{ .name = "STS-DNS-07 another TXT record beside it is nothing",
	    .record = "v=spf1 -all\n" RECORD,
	    .want = "" },
	{ .name = "STS-DNS-08 a blank before the first delimiter",
	    .record = "v=STSv1 ; id=1",
	    .want = "advice _mta-sts.example.com: white space before" },
	{ .name = "STS-DNS-13 the lookup of the record fails",
	    .is_record_error = true,
	    .want = "unsure _mta-sts.example.com: the lookup of TXT fails: SERVFAIL|"
		    "!broken" },
	{ .name = "STS-DNS-13 and there is no policy host: nothing more is known",
	    .is_record_error = true,
	    .is_absent = true,
	    .want = "unsure _mta-sts.example.com|!broken" },
	{ .name = "the addresses of the policy host cannot be looked up",
	    .is_host_error = true,
	    .is_absent = true,
	    .want = "unsure " HOST ": no address could be found out: timeout|!broken" },
	{ .name = "PUB-STS-02 a TTL of more than a day",
	    .ttl_s = 172800,
	    .want = "advice _mta-sts.example.com: its TTL is 172800 s|RFC 8461, 8.1" },
	{ .name = "PUB-STS-05 record and host are aliases",
	    .is_delegated = true,
	    .want = "note _mta-sts.example.com: an alias of _mta-sts.provider.example|"
		    "note " HOST ": an alias of provider.example|!broken|!advice" },

	{ .name = "PUB-STS-05 SEED-40 delegated, and the certificate is the provider's",
	    .is_delegated = true,
	    .look = { .is_set = true,
		.fault = "hostname mismatch",
		.names = "sts.provider.example" },
	    .want = "broken " HOST ": the certificate is for sts.provider.example|"
		    "RFC 8461, 3.3 and 8.2" },
	{ .name = "PUB-STS-03 SEED-40 NAME-03 a common name, but no DNS name",
	    .look = { .is_set = true, .fault = "hostname mismatch" },
	    .want = "the certificate is for no DNS name" },
	{ .name = "PUB-STS-03 SEED-40 the certificate has expired",
	    .look = { .is_set = true,
		.fault = "certificate has expired",
		.ends_days = -5 },
	    .want = "broken " HOST ": the certificate has expired|!expires in" },
	{ .name = "PUB-STS-03 SEED-40 the certificate is self-signed",
	    .look = { .is_set = true, .fault = "self-signed certificate" },
	    .want = "broken " HOST
		    ": the certificate is not trusted: self-signed certificate" },
	{ .name = "PUB-STS-03 a fault that has no name of its own",
	    .look = { .is_set = true, .fault = "something new" },
	    .want = "not trusted: something new" },
	{ .name = "PUB-STS-03 SEED-40 the certificate ends in six days",
	    .look = { .is_set = true, .ends_days = 6 },
	    .want = "advice " HOST ": the certificate expires in less than 7 days" },
	{ .name = "PUB-STS-03 a short key",
	    .look = { .is_set = true, .is_weak = true },
	    .want = "advice " HOST ": the key is short: RSA 1024" },
	{ .name = "PUB-STS-03 a faulty certificate does not hide an MX host",
	    .look = { .is_set = true, .fault = "certificate has expired" },
	    .mx = "mx9.example.com",
	    .want = "has expired|broken mx9.example.com: no mx" },

	{ .name = "PUB-STS-03 SEED-42 a redirect",
	    .look = { .is_set = true,
		.outcome = HTTPS_STATUS,
		.status = 301,
		.location = "https://www.example.com/",
		.policy = "" },
	    .want = "broken " HOST
		    ": HTTP status 301, to https://www.example.com/|do not follow" },
	{ .name = "PUB-STS-03 another status",
	    .look = { .is_set = true,
		.outcome = HTTPS_STATUS,
		.status = 404,
		.policy = "" },
	    .want = "broken " HOST ": HTTP status 404" },
	{ .name = "PUB-STS-03 SEED-41 text/html",
	    .look = { .is_set = true,
		.outcome = HTTPS_MEDIA_TYPE,
		.media_type = "text/html" },
	    .want = "broken " HOST ": the media type is text/html|RFC 8461, 3.2" },
	{ .name = "PUB-STS-03 SEED-41 no media type",
	    .look = { .is_set = true, .outcome = HTTPS_MEDIA_TYPE },
	    .want = "broken " HOST ": the media type is not told" },
	{ .name = "PUB-STS-03 more than 65536 octets",
	    .look = { .is_set = true, .outcome = HTTPS_TOO_BIG, .policy = "" },
	    .want = "broken " HOST ": the policy is too long" },
	{ .name = "PUB-STS-03 cut short",
	    .look = { .is_set = true,
		.outcome = HTTPS_TRUNCATED,
		.policy = "",
		.detail = "100 bytes missing" },
	    .want = "broken " HOST ": body ended too early: 100 bytes missing" },
	{ .name = "PUB-STS-03 SEED-43 the policy cannot be read",
	    .policy = "version: STSv1\nmode: Enforce\n",
	    .want = "broken " HOST ": policy invalid: line 2: mode is not" },
	{ .name = "PUB-STS-03 SEED-40 TLS 1.0",
	    .look = { .is_set = true,
		.outcome = HTTPS_TLS,
		.policy = "",
		.detail = "protocol version" },
	    .want =
		"broken " HOST ": TLS handshake failed: protocol version|RFC 9325" },
	{ .name = "PUB-STS-03 not HTTP",
	    .look = { .is_set = true,
		.outcome = HTTPS_PROTOCOL,
		.policy = "",
		.detail = "HTTP/0.9" },
	    .want = "broken " HOST ": not HTTP: HTTP/0.9" },
	{ .name = "PUB-STS-03 nobody listens",
	    .look = { .is_set = true,
		.outcome = HTTPS_CONNECT,
		.policy = "",
		.detail = "refused" },
	    .want = "broken " HOST ": cannot connect: refused" },
	{ .name = "PUB-STS-03 it takes too long",
	    .look = { .is_set = true,
		.outcome = HTTPS_TIMEOUT,
		.policy = "",
		.detail = "no HTTP reply" },
	    .want = "broken " HOST ": timed out: no HTTP reply" },
	{ .name = "STS-FETCH-14 a private address",
	    .look = { .is_set = true, .outcome = HTTPS_ADDRESS_REFUSED, .policy = "" },
	    .want = "unsure " HOST ": the address is a private one|!broken" },
	{ .name = "STS-FETCH-14 a private address beside a good one",
	    .second = { .is_set = true,
		.outcome = HTTPS_ADDRESS_REFUSED,
		.policy = "" },
	    .want = "advice " HOST
		    " 192.0.2.82: the address is a private one|!broken|!unsure" },
	{ .name = "PUB-STS-03 one address refuses, to the other there is no way",
	    .look = { .is_set = true,
		.outcome = HTTPS_CONNECT,
		.policy = "",
		.detail = "no way",
		.is_unroutable = true },
	    .second = { .is_set = true,
		.outcome = HTTPS_CONNECT,
		.policy = "",
		.detail = "refused" },
	    .want = "unsure " HOST " 192.0.2.81: cannot connect: no way|broken " HOST
		    " 192.0.2.82: cannot connect: refused" },
	{ .name = "PUB-STS-03 the addresses of one family are not known",
	    .is_host_half = true,
	    .want = "unsure " HOST
		    ": addresses of one family could not be found out: timeout" },
	{ .name = "no way there from here",
	    .look = { .is_set = true,
		.outcome = HTTPS_CONNECT,
		.policy = "",
		.detail = "unreachable",
		.is_unroutable = true },
	    .want = "unsure " HOST ": cannot connect|!broken" },

	{ .name = "PUB-STS-03 the same fault at both addresses is told once",
	    .look = { .is_set = true,
		.outcome = HTTPS_STATUS,
		.status = 500,
		.policy = "" },
	    .second = { .is_set = true,
		.outcome = HTTPS_STATUS,
		.status = 500,
		.policy = "" },
	    .want = "broken " HOST ": HTTP status 500|!192.0.2" },
	{ .name = "PUB-STS-03 a fault at one address names it",
	    .second = { .is_set = true,
		.outcome = HTTPS_STATUS,
		.status = 500,
		.policy = "" },
	    .want = "broken " HOST " 192.0.2.82: HTTP status 500|!192.0.2.81" },
	{ .name = "PUB-STS-03 one address does not answer, another does",
	    .second = { .is_set = true,
		.outcome = HTTPS_TIMEOUT,
		.policy = "",
		.detail = "no connection" },
	    .want = "advice " HOST " 192.0.2.82: timed out|!broken" },
	{ .name = "no way to one address from here",
	    .second = { .is_set = true,
		.outcome = HTTPS_CONNECT,
		.policy = "",
		.detail = "unreachable",
		.is_unroutable = true },
	    .want =
		"note " HOST " 192.0.2.82: cannot connect|!broken|!advice|!unsure" },
	{ .name = "PUB-STS-03 the addresses serve different policies",
	    .second = { .is_set = true,
		.policy = ENFORCE "mx: mx1.example.com\nmx: mx1.example.com\n" },
	    .want = "advice " HOST ": the addresses do not serve the same policy" },
};

/* --- the view of a case ----------------------------------------------------------------------- */

static struct txt texts[4];

static void
make_record(const struct audit_case *c, struct txt_view *out)
{
	const char *text = c->record != NULL ? c->record : RECORD;

	assert_int_equal(
	    domain_parse(BYTES("_mta-sts.example.com"), &out->name, NULL), ST_OK);
	out->owner = out->name;
	out->ttl_s = c->ttl_s != 0 ? c->ttl_s : 3600;
	out->texts = texts;
	out->is_error = c->is_record_error;
	snprintf(out->detail, sizeof(out->detail), "SERVFAIL");
	for (; *text != '\0' && !c->is_record_error; out->count++) {
		size_t len = strcspn(text, "\n");

		texts[out->count] = (struct txt){ text, len };
		text += len + (text[len] == '\n');
	}
}

static char *
text_of(const char *text)
{
	return (char *)(text != NULL ? text : "");
}

static void
make_look(const struct audit_case *c, const struct look_spec *spec, size_t i,
    struct sts_look *out)
{
	const char *policy = spec->policy != NULL ? spec->policy : c->policy;
	int days = spec->ends_days != 0 ? spec->ends_days : 90;

	if (policy == NULL)
		policy = GOOD;
	*out = (struct sts_look){
		.outcome = spec->outcome,
		.is_unroutable = spec->is_unroutable,
		.detail = text_of(spec->detail),
		.http_status = spec->status != 0 ? spec->status : 200,
		.media_type = text_of(spec->media_type),
		.location = text_of(spec->location),
		.cert_fault = (char *)spec->fault,
		.cert_names = text_of(spec->names),
		.has_cert = spec->outcome < HTTPS_PROTOCOL,
		.cert = { .ends = NOW + days * (time_t)DAY,
		    .key = "RSA 1024",
		    .is_weak = spec->is_weak },
	};
	out->address.bytes[0] = 192;
	out->address.bytes[2] = 2;
	out->address.bytes[3] = (uint8_t)(81 + i);
	if (policy[0] != '\0')
		(void)!sts_policy_parse(
		    policy, strlen(policy), &out->policy, &out->policy_fault);
}

static void
make_view(const struct audit_case *c, struct sts_view *out, struct sts_look looks[2])
{
	struct why why;

	memset(out, 0, sizeof(*out));
	assert_int_equal(domain_parse(BYTES(DOMAIN_NAME), &out->domain, NULL), ST_OK);
	assert_int_equal(domain_parse(BYTES(HOST), &out->host, NULL), ST_OK);
	make_record(c, &out->record);
	out->outcome = sts_record_select(texts, out->record.count, &out->found, &why);
	out->is_host_error = c->is_host_error;
	if (c->is_host_error || c->is_host_half)
		snprintf(out->host_detail, sizeof(out->host_detail), "timeout");
	out->looks = looks;
	if (!c->is_absent)
		make_look(c, &c->look, out->count++, &looks[0]);
	if (c->second.is_set)
		make_look(c, &c->second, out->count++, &looks[1]);
	if (!c->is_delegated)
		return;
	out->record.is_alias = out->is_host_alias = true;
	assert_int_equal(
	    domain_parse(BYTES("_mta-sts.provider.example"), &out->record.owner, NULL),
	    ST_OK);
	assert_int_equal(
	    domain_parse(BYTES("provider.example"), &out->host_owner, NULL), ST_OK);
}

static void
check_audit(void **state)
{
	const struct audit_case *c = *state;
	struct route *route = make_route(c->mx != NULL ? c->mx : "mx1.example.com");
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;
	struct sts_look looks[2];
	struct sts_view view;
	struct sts_audit_input input = { .view = &view, .route = route, .now = NOW };
	size_t i;

	make_view(c, &view, looks);
	sts_audit(&input, &remarks);
	add_remarks(&got, &remarks);
	assert_remarks(strbuf_str(&got), c->want);
	for (i = 0; i < view.count; i++)
		free(looks[i].policy);
	remarks_clear(&remarks);
	strbuf_clear(&got);
	route_release(route);
}

/* Without the MX set nothing is said of it. */
static void
check_no_route(void **state)
{
	static const struct audit_case c = { .policy = ENFORCE "mx: x.example\n" };
	struct remarks remarks = REMARKS_INIT;
	struct sts_look looks[2];
	struct sts_view view;
	struct sts_audit_input input = { .view = &view, .now = NOW };

	(void)state;
	make_view(&c, &view, looks);
	sts_audit(&input, &remarks);
	assert_int_equal(remarks.count, 0);
	free(looks[0].policy);
}

static const struct haste_case {
	const char *name, *live, *want;
} haste_cases[] = {
	{ "PUB-STS-03 SEED-47 enforce out of nothing", NULL,
	    "advice : mode enforce, and nothing was in testing before" },
	{ "SEED-47 enforce behind none", "none", "advice : mode enforce" },
	{ "SEED-47 enforce behind testing", "testing", "" },
	{ "SEED-47 enforce behind enforce", "enforce", "" },
};

static struct sts_policy *
policy_of(const char *mode)
{
	struct strbuf body = STRBUF_INIT;
	struct sts_policy *policy;

	strbuf_addf(&body, "version: STSv1\nmode: %s\nmax_age: 604800\n" MX1, mode);
	assert_int_equal(sts_policy_parse(body.data, body.len, &policy, NULL), ST_OK);
	strbuf_clear(&body);
	return policy;
}

static void
check_haste(void **state)
{
	const struct haste_case *c = *state;
	struct sts_policy *wanted = policy_of("enforce");
	struct sts_policy *live = c->live != NULL ? policy_of(c->live) : NULL;
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;

	sts_audit_haste(wanted, live, "", &remarks);
	add_remarks(&got, &remarks);
	assert_remarks(strbuf_str(&got), c->want);
	remarks_clear(&remarks);
	strbuf_clear(&got);
	free(wanted);
	free(live);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_audit, audit_cases),
		CASES(check_haste, haste_cases),
		CASE("an MX set that is not known is not judged", check_no_route),
	};

	return cases_run("sts_audit", tables, COUNT_OF(tables));
}
