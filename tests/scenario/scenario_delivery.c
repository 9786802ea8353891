/*
 * From the outbox to the destinations: what is sent, how often, when again, and when no more.  SPDX-License-Identifier: ISC
 */
#include "scenario/office.h"

#include <stdio.h>

#include "net/loop.h"

static const char gz[] = "\x1f\x8b\x08 the report";

/* A report of this domain in the outbox, due now. */
static void
put(struct office *o, const char *domain, const char *const *uris, size_t count)
{
	time_t next[10];
	char id[80];
	size_t i;
	const struct stored_report report = {
		.id = id,
		.domain = domain,
		.day = TODAY,
		.made = loop_time(),
		.record = RECORD,
		.file_name = "sender.example!x!1!2.json.gz",
		.bytes = gz,
		.len = sizeof(gz) - 1,
		.successes = 1,
	};

	snprintf(id, sizeof(id), "id.%s", domain);
	for (i = 0; i < count; i++)
		next[i] = loop_time();
	store_put_report(o->story.store, &report, uris, next, count);
	store_flush(o->story.store);
	delivery_wake(o->delivery);
}

static void
put_one(struct office *o, const char *domain, const char *uri)
{
	put(o, domain, &uri, 1);
}

static void
begin(struct office *o)
{
	office_begin(o);
	office_open(o);
}

/* --- https -------------------------------------------------------------------------------------------------- */

static void
check_post(void **state)
{
	const void *body;
	struct office o;
	size_t len;

	(void)state;
	begin(&o);
	put_one(&o, "example.org", "https://r.example/in?key=1");
	office_pass(&o, 1);
	body = web_last_post(&len);
	assert_int_equal(len, sizeof(gz) - 1);
	assert_memory_equal(body, gz, len);
	assert_string_equal(web_last_media_type(), "application/tlsrpt+gzip");
	assert_string_equal(web_last_path(), "/in?key=1");
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://r.example/in?key=1 sent 1");
	assert_string_equal(office_detail(&o, "example.org"), "HTTP status 200");
	office_end(&o);
}

/* What comes of an endpoint's behaviour, at the first attempt. */
static const struct endpoint_case {
	const char *name;
	enum https_outcome outcome;
	bool is_verified;
	const char *outbox, *detail;
} endpoint_cases[] = {
	{ "RPT-HTTP-02 a 2xx is success", HTTPS_OK, false,
	    "https://r.example/in sent 1", "HTTP status 200" },
	{ "RPT-HTTP-02 any other status is a failure, a redirect too", HTTPS_STATUS,
	    false, "https://r.example/in waiting 1",
	    "refused for now: as the test wants" },
	{ "RPT-HTTP-03 SEED-65 a certificate fault is told, and the report delivered",
	    HTTPS_CERTIFICATE, false, "https://r.example/in sent 1",
	    "HTTP status 200: as the test wants" },
	{ "RPT-HTTP-03 a certificate fault is a failure where that is wanted",
	    HTTPS_CERTIFICATE, true, "https://r.example/in waiting 1",
	    "certificate not valid: as the test wants" },
	{ "RPT-RETRY-01 an endpoint that cannot be reached is tried again",
	    HTTPS_CONNECT, false, "https://r.example/in waiting 1",
	    "cannot connect: as the test wants" },
};

static void
check_endpoint(void **state)
{
	const struct endpoint_case *c = *state;
	struct office o;

	office_begin(&o);
	o.options.is_https_verified = c->is_verified;
	web_says("r.example", c->outcome, NULL);
	office_open(&o);
	put_one(&o, "example.org", "https://r.example/in");
	office_pass(&o, 1);
	assert_string_equal(office_outbox(&o, "example.org"), c->outbox);
	assert_string_equal(office_detail(&o, "example.org"), c->detail);
	office_end(&o);
}

static void
check_hangs(void **state)
{
	struct delivery_status status;
	struct office o;

	(void)state;
	begin(&o);
	web_takes_ms(3600 * 1000);
	put_one(&o, "example.org", "https://r.example/in");
	fake_pass(59);
	delivery_status(o.delivery, &status);
	assert_int_equal(status.under_way, 1);
	office_pass(&o, 2);
	delivery_status(o.delivery, &status);
	assert_int_equal(status.under_way, 0);
	assert_int_equal(status.failed, 1);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://r.example/in waiting 1");
	office_end(&o);
}

static const struct guard_case {
	const char *name, *addresses;
	const char *opened;
	unsigned posted;
	const char *first; /* the first address of the POST */
} guard_cases[] = {
	{ "RPT-HTTP-04 an endpoint on loopback is refused", "127.0.0.1", NULL, 0, "" },
	{ "RPT-HTTP-04 an endpoint in a private range is refused", "10.0.0.1", NULL, 0,
	    "" },
	{ "RPT-HTTP-04 the private one of two addresses is not used",
	    "10.0.0.1; 192.0.2.7", NULL, 1, "192.0.2.7" },
	{ "RPT-HTTP-04 a range that the operator has opened is not refused", "10.0.0.1",
	    "10.0.0.0/8", 1, "10.0.0.1" },
};

static void
check_guard(void **state)
{
	const struct guard_case *c = *state;
	struct address_range opened;
	struct office o;
	char line[80];

	office_begin(&o);
	snprintf(line, sizeof(line), "r.example A I 300 %s", c->addresses);
	dns_says(line);
	if (c->opened != NULL) {
		assert_int_equal(
		    address_range_parse(c->opened, strlen(c->opened), &opened), ST_OK);
		o.options.guard = (struct guard){ &opened, 1 };
	}
	office_open(&o);
	put_one(&o, "example.org", "https://r.example/in");
	office_pass(&o, 1);
	assert_int_equal(web_posted("r.example"), c->posted);
	if (c->posted > 0)
		assert_string_equal(web_last_address(), c->first);
	else
		assert_string_equal(office_detail(&o, "example.org"),
		    "all addresses are refused ranges");
	office_end(&o);
}

static void
check_no_such_host(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	put_one(&o, "example.org", "https://nowhere.example/in");
	office_pass(&o, 1);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://nowhere.example/in waiting 1");
	dns_says("nowhere.example A I 300 192.0.2.9");
	web_says("nowhere.example", HTTPS_OK, NULL);
	office_pass(&o, 330);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://nowhere.example/in sent 2");
	office_end(&o);
}

/* --- again, and no more ------------------------------------------------------------------------------------------- */

/* "0 5 10 20": the minutes of all POSTs and mails within so many hours, after the first one. */
static void
watch(struct office *o, int hours, struct strbuf *out)
{
	unsigned seen = 0;
	size_t mails = 0;
	int minute;

	strbuf_reset(out);
	office_pass(o, 1);
	for (minute = 0; minute < hours * 60; minute++, office_pass(o, 60)) {
		if (web_posted(NULL) == seen && mail_attempt(mails) == NULL)
			continue;
		while (mail_attempt(mails) != NULL)
			mails++;
		seen = web_posted(NULL);
		strbuf_addf(out, "%s%d", out->len > 0 ? " " : "", minute);
	}
}

static const struct refusal_case {
	const char *name, *uri;
} refusal_cases[] = {
	{ "RPT-RETRY-01 https: 5, 10, 20, 40 minutes..., the last before 24 h, given up",
	    "https://r.example/in" },
	{ "RPT-RETRY-01 mailto: the same, though refused for good (8460, 5.5)",
	    "mailto:r@x.example" },
};

static void
check_refusals(void **state)
{
	const struct refusal_case *c = *state;
	struct strbuf minutes = STRBUF_INIT;
	struct delivery_status status;
	char want[80];
	struct office o;

	begin(&o);
	web_says("r.example", HTTPS_STATUS, NULL);
	mail_says(SENDMAIL, MAIL_PERMANENT);
	put_one(&o, "example.org", c->uri);
	watch(&o, 26, &minutes);
	assert_string_equal(
	    strbuf_str(&minutes), "0 5 10 20 40 80 160 320 560 800 1040 1280 1439");
	snprintf(want, sizeof(want), "%s given-up 13", c->uri);
	assert_string_equal(office_outbox(&o, "example.org"), want);
	assert_non_null(strstr(office_detail(&o, "example.org"), "refused for"));
	delivery_status(o.delivery, &status);
	assert_int_equal(status.failed, 13);
	assert_int_equal(status.given_up, 1);
	assert_int_equal(status.sent, 0);
	strbuf_clear(&minutes);
	office_end(&o);
}

static void
check_recovers(void **state)
{
	const struct fake_mail *first, *second;
	struct strbuf minutes = STRBUF_INIT;
	struct office o;

	(void)state;
	begin(&o);
	mail_says(SENDMAIL, MAIL_TEMPORARY);
	put_one(&o, "example.org", "mailto:r@x.example");
	watch(&o, 3, &minutes);
	assert_string_equal(strbuf_str(&minutes), "0 5 10 20 40 80 160");
	mail_says(SENDMAIL, MAIL_ACCEPTED);
	office_pass(&o, 5 * HOUR);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "mailto:r@x.example sent 8");
	assert_int_equal(mail_accepted("r@x.example"), 1);
	first = mail_attempt(0);
	second = mail_attempt(7);
	assert_int_equal(first->len, second->len);
	assert_memory_equal(first->message, second->message, first->len);
	strbuf_clear(&minutes);
	office_end(&o);
}

static void
check_two_destinations(void **state)
{
	static const char *const uris[] = { "https://bad.example/",
		"https://r.example/in" };
	struct office o;

	(void)state;
	begin(&o);
	dns_says("bad.example A I 300 192.0.2.11");
	web_says("bad.example", HTTPS_STATUS, NULL);
	put(&o, "example.org", uris, 2);
	office_pass(&o, 26 * HOUR);
	assert_int_equal(web_posted("r.example"), 1);
	assert_int_equal(web_posted("bad.example"), 13);
	assert_string_equal(office_outbox(&o, "example.org"),
	    "https://bad.example/ given-up 13; https://r.example/in sent 1");
	office_end(&o);
}

static void
check_resend(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	put_one(&o, "example.org", "https://r.example/in");
	office_pass(&o, HOUR);
	assert_int_equal(web_posted("r.example"), 1);
	store_resend(o.story.store, "id.example.org", loop_time());
	store_flush(o.story.store);
	delivery_wake(o.delivery);
	office_pass(&o, 1);
	assert_int_equal(web_posted("r.example"), 2);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://r.example/in sent 1");
	office_end(&o);
}

/* --- mail ----------------------------------------------------------------------------------------------------------- */

static void
check_mail(void **state)
{
	const struct fake_mail *mail;
	struct office o;

	(void)state;
	office_begin(&o);
	o.options.sender = "reports@sender.example";
	office_open(&o);
	put_one(&o, "example.org", "mailto:a%2Cb@x.example");
	office_pass(&o, 1);
	mail = mail_attempt(0);
	assert_non_null(mail);
	assert_string_equal(mail->via, SENDMAIL);
	assert_string_equal(mail->sender, "reports@sender.example");
	assert_string_equal(mail->recipient, "\"a,b\"@x.example");
	assert_non_null(strstr(mail->message, "TLS-Report-Domain: example.org\r\n"));
	assert_string_equal(
	    office_outbox(&o, "example.org"), "mailto:a%2Cb@x.example sent 1");
	office_end(&o);
}

static const struct handing_case {
	const char *name;
	enum mail_outcome outcome;
	const char *outbox;
} handing_cases[] = {
	{ "RPT-RETRY-03 taken by the local MTA: sent", MAIL_ACCEPTED,
	    "mailto:r@x.example sent 1" },
	{ "RPT-RETRY-03 refused by the local MTA for now: not sent", MAIL_TEMPORARY,
	    "mailto:r@x.example waiting 1" },
	{ "RPT-RETRY-03 refused by the local MTA for good: not sent", MAIL_PERMANENT,
	    "mailto:r@x.example waiting 1" },
};

static void
check_handing(void **state)
{
	const struct handing_case *c = *state;
	struct office o;

	begin(&o);
	mail_says(SENDMAIL, c->outcome);
	put_one(&o, "example.org", "mailto:r@x.example");
	office_pass(&o, 1);
	assert_string_equal(office_outbox(&o, "example.org"), c->outbox);
	office_end(&o);
}

static const struct relay_case {
	const char *name, *relay, *via;
} relay_cases[] = {
	{ "relay by address, private as it may be", "127.0.0.1", "127.0.0.1" },
	{ "relay by address and port", "10.0.0.5:587", "10.0.0.5" },
	{ "relay by IPv6 address and port", "[::1]:2525", "::1" },
	{ "relay by name", "relay.example", "relay.example" },
	{ "relay by name and port", "relay.example:587", "relay.example" },
};

static void
check_relay(void **state)
{
	const struct relay_case *c = *state;
	struct office o;

	office_begin(&o);
	dns_says("relay.example A I 300 10.0.0.9");
	o.options.mail = MAIL_WAY_RELAY;
	o.options.relay = c->relay;
	mail_says(c->via, MAIL_ACCEPTED);
	office_open(&o);
	put_one(&o, "example.org", "mailto:r@x.example");
	office_pass(&o, 1);
	assert_non_null(mail_attempt(0));
	assert_string_equal(mail_attempt(0)->via, c->via);
	assert_int_equal(mail_accepted("r@x.example"), 1);
	office_end(&o);
}

static void
check_bad_relay(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	o.options.mail = MAIL_WAY_RELAY;
	o.options.relay = "what ever";
	office_open(&o);
	put_one(&o, "example.org", "mailto:r@x.example");
	office_pass(&o, 1);
	assert_null(mail_attempt(0));
	assert_string_equal(
	    office_detail(&o, "example.org"), "\"what ever\" is no mail server");
	office_end(&o);
}

/* What the two MX hosts say, and whom the mail was given to. */
static const struct direct_case {
	const char *name;
	enum mail_outcome first, second;
	const char *outbox;
	size_t attempts;
} direct_cases[] = {
	{ "direct: the best MX host takes it", MAIL_ACCEPTED, MAIL_ACCEPTED,
	    "mailto:r@x.example sent 1", 1 },
	{ "direct: the best cannot for now, the next takes it", MAIL_TEMPORARY,
	    MAIL_ACCEPTED, "mailto:r@x.example sent 1", 2 },
	{ "direct: the best refuses for good, the next is not asked", MAIL_PERMANENT,
	    MAIL_ACCEPTED, "mailto:r@x.example waiting 1", 1 },
	{ "direct: none can for now", MAIL_TEMPORARY, MAIL_TEMPORARY,
	    "mailto:r@x.example waiting 1", 2 },
};

static void
check_direct(void **state)
{
	const struct direct_case *c = *state;
	struct office o;

	office_begin(&o);
	dns_says("x.example MX I 300 20 mx2.x.example; 10 mx1.x.example");
	dns_says("mx1.x.example A I 300 192.0.2.1");
	dns_says("mx2.x.example A I 300 192.0.2.2");
	o.options.mail = MAIL_WAY_DIRECT;
	mail_says("mx1.x.example", c->first);
	mail_says("mx2.x.example", c->second);
	office_open(&o);
	put_one(&o, "example.org", "mailto:r@x.example");
	office_pass(&o, 1);
	assert_non_null(mail_attempt(c->attempts - 1));
	assert_null(mail_attempt(c->attempts));
	assert_string_equal(mail_attempt(0)->via, "mx1.x.example");
	assert_string_equal(office_outbox(&o, "example.org"), c->outbox);
	office_end(&o);
}

static void
check_no_key(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	o.options.dkim_key = "/nowhere/dkim.pem";
	office_open(&o);
	put_one(&o, "example.org", "mailto:r@x.example");
	put_one(&o, "example.net", "https://r.example/in");
	office_pass(&o, 1);
	assert_null(mail_attempt(0));
	assert_non_null(strstr(office_detail(&o, "example.org"), "no DKIM key"));
	assert_string_equal(
	    office_outbox(&o, "example.net"), "https://r.example/in sent 1");
	o.options.dkim_key = "";
	office_reopen(&o);
	office_pass(&o, 400);
	assert_int_equal(mail_accepted("r@x.example"), 1);
	office_end(&o);
}

/* It was on when the report was made. */
static void
check_switched_off(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	o.options.mail = MAIL_WAY_OFF;
	office_open(&o);
	put_one(&o, "example.org", "mailto:r@x.example");
	office_pass(&o, 1);
	assert_string_equal(
	    office_detail(&o, "example.org"), "switched off in the configuration");
	o.options.mail = MAIL_WAY_PROGRAM;
	office_reopen(&o);
	office_pass(&o, 330);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "mailto:r@x.example sent 2");
	office_end(&o);
}

/* --- many at once ---------------------------------------------------------------------------------------------------- */

static void
put_many(struct office *o, const char *host, int from, int count)
{
	char domain[40], uri[120];
	int i;

	for (i = from; i < from + count; i++) {
		snprintf(domain, sizeof(domain), "d%05d.example", i);
		snprintf(uri, sizeof(uri), "https://%s/in", host);
		put_one(o, domain, uri);
	}
}

static void
check_four_at_once(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	web_takes_ms(10000);
	put_many(&o, "r.example", 0, 10);
	fake_pass(1);
	assert_int_equal(web_posted("r.example"), 4);
	fake_pass(10);
	assert_int_equal(web_posted("r.example"), 8);
	office_pass(&o, 60);
	assert_int_equal(web_posted("r.example"), 10);
	office_end(&o);
}

static void
check_parallel(void **state)
{
	struct delivery_status status;
	struct office o;
	char text[80];
	int i;

	(void)state;
	office_begin(&o);
	o.options.parallel = 6;
	for (i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "r%d.example A I 300 192.0.2.10", i);
		dns_says(text);
		snprintf(text, sizeof(text), "r%d.example", i);
		web_says(text, HTTPS_OK, NULL);
	}
	office_open(&o);
	web_takes_ms(10000);
	for (i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "r%d.example", i);
		put_many(&o, text, i * 4, 4);
	}
	fake_pass(1);
	delivery_status(o.delivery, &status);
	assert_int_equal(status.under_way, 6);
	assert_int_equal(web_posted(NULL), 6);
	office_pass(&o, 60);
	assert_int_equal(web_posted(NULL), 20);
	office_end(&o);
}

/* More reports for one host than are kept in memory, which it takes its time for. */
static void
check_slow_host(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	dns_says("fast.example A I 300 192.0.2.12");
	web_says("fast.example", HTTPS_OK, NULL);
	web_takes_ms(5000);
	put_many(&o, "r.example", 0, 400);
	put_many(&o, "fast.example", 400, 1);
	office_pass(&o, 10);
	assert_int_equal(web_posted("fast.example"), 1);
	assert_in_range(web_posted("r.example"), 4, 16);
	office_pass(&o, 600);
	assert_int_equal(web_posted("r.example"), 400);
	office_end(&o);
}

/* More than one look at the outbox can take in. */
static void
check_many(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	put_many(&o, "r.example", 0, 2500);
	office_pass(&o, 300);
	assert_int_equal(web_posted("r.example"), 2500);
	office_end(&o);
}

/* --- interrupted -------------------------------------------------------------------------------------------------- */

/* At any moment; where the destination has acknowledged and that is on disk, it is not asked again. */
static void
check_reload(void **state)
{
	struct office o;
	int ms;

	(void)state;
	for (ms = 0; ms < 60; ms += 5) {
		begin(&o);
		dns_takes_ms(10);
		web_takes_ms(10);
		put_many(&o, "r.example", 0, 6);
		fake_pass_ms(ms);
		office_reopen(&o);
		office_pass(&o, 60);
		assert_string_equal(
		    office_outbox(&o, "d00005.example"), "https://r.example/in sent 1");
		assert_in_range(web_posted("r.example"), 6, 10);
		office_end(&o);
	}
}

static void
check_restart(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	web_says("r.example", HTTPS_STATUS, NULL);
	put_one(&o, "example.org", "https://r.example/in");
	put_one(&o, "example.net", "mailto:r@x.example");
	office_pass(&o, 1);
	office_restart(&o);
	office_pass(&o, 200);
	assert_int_equal(web_posted("r.example"), 1);
	web_says("r.example", HTTPS_OK, NULL);
	office_pass(&o, 200);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://r.example/in sent 2");
	office_pass(&o, DAY);
	assert_int_equal(web_posted("r.example"), 2);
	assert_int_equal(mail_accepted("r@x.example"), 1);
	office_end(&o);
}

/* Killed while the report was on its way: what waits is sent after the start. */
static void
check_killed(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	web_takes_ms(10000);
	put_one(&o, "example.org", "https://r.example/in");
	fake_pass(5);
	office_foresee_crash(&o);
	office_crash(&o);
	office_pass(&o, 60);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://r.example/in sent 1");
	office_end(&o);
}

/* A day passes, the clock jumps: nothing that was sent is sent again, nothing that waits is forgotten. */
static void
check_clock(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	web_says("r.example", HTTPS_STATUS, NULL);
	put_one(&o, "example.org", "https://r.example/in");
	office_pass(&o, 60);
	fake_jump(-HOUR);
	office_pass(&o, 600);
	assert_int_equal(web_posted("r.example"), 1);
	fake_jump(HOUR);
	web_says("r.example", HTTPS_OK, NULL);
	office_pass(&o, 60);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://r.example/in sent 2");
	office_end(&o);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("RPT-HTTP-01 SEED-64 a POST of the stored bytes", check_post),
		CASES(check_endpoint, endpoint_cases),
		CASE("RPT-HTTP-04 an endpoint that hangs has 60 seconds", check_hangs),
		CASES(check_guard, guard_cases),
		CASE("an endpoint without an address is tried again",
		    check_no_such_host),
		CASES(check_refusals, refusal_cases),
		CASE(
		    "RPT-TIME-03 refused for hours, then accepted: the same bytes, once",
		    check_recovers),
		CASE(
		    "RPT-RETRY-02 SEED-59 who has accepted is never tried again, the other is",
		    check_two_destinations),
		CASE("a report that is to be sent again is", check_resend),
		CASE("RPT-MAIL-08 SEED-64 mail with the sender of the configuration",
		    check_mail),
		CASES(check_handing, handing_cases),
		CASES(check_relay, relay_cases),
		CASE("a relay that is none: mail waits", check_bad_relay),
		CASES(check_direct, direct_cases),
		CASE("RPT-DKIM-01 without its key mail is held, the rest is sent",
		    check_no_key),
		CASE("switched off after the report was made: it waits",
		    check_switched_off),
		CASE("four deliveries to one host at once", check_four_at_once),
		CASE("deliveries at once are bounded", check_parallel),
		CASE("a slow host with many reports holds up nobody else",
		    check_slow_host),
		CASE("more reports than one look can take in", check_many),
		CASE("a reload in the midst of it", check_reload),
		CASE("RPT-RETRY-02 a restart in the midst of it", check_restart),
		CASE("killed with a report on its way", check_killed),
		CASE("the clock jumps", check_clock),
	};

	return cases_run("delivery", tables, COUNT_OF(tables));
}
