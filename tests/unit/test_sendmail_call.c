/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/sendmail_call.h"

#define FP                                                                             \
	"43:E7:90:90:33:A9:71:E6:3D:4F:11:8A:00:D5:A5:CD:60:5F:30:25:A5:34:88:08:03:05:E3:FE:05:16:1C:5B"

/* --- in words ------------------------------------------------------------------------------------ */

static void
add_goal(struct strbuf *out, const char *name, const struct sendmail_goal *goal)
{
	if (!goal->is_said)
		return;
	strbuf_addf(out, " %s=", name);
	if (goal->has_policy)
		next_hop_add(out, &goal->next_hop);
	else
		strbuf_addc(out, '-');
}

/* "id=X next-hop=example.org mx=mx.example.org ip=192.0.2.1 TLSv1.3 CIPHER leaf=43..5b free rcpt=example.org" */
static void
call_words(const struct sendmail_call *c, struct strbuf *out)
{
	static const char *const verbs[] = { "mx", "start", "tls", "rcpt" };
	char address[ADDRESS_TEXT_MAX];

	strbuf_adds(out, verbs[c->verb]);
	if (c->id[0] != '\0')
		strbuf_addf(out, " id=%s", c->id);
	add_goal(out, "next-hop", &c->next_hop);
	if (c->host.len > 0)
		strbuf_addf(out, " mx=%s", c->host.text);
	if (c->has_address)
		strbuf_addf(out, " ip=%s", address_text(&c->address, address));
	if (c->version[0] != '\0')
		strbuf_addf(out, " %s", c->version);
	if (c->cipher[0] != '\0')
		strbuf_addf(out, " %s", c->cipher);
	if (c->has_leaf)
		strbuf_addf(
		    out, " leaf=%02x..%02x", c->leaf[0], c->leaf[LEAF_BYTES - 1]);
	if (c->is_free)
		strbuf_adds(out, " free");
	add_goal(out, "rcpt", &c->rcpt);
}

#define ID_63 "012345678901234567890123456789012345678901234567890123456789012"
#define ID_64 ID_63 "3"

/* --- keys ---------------------------------------------------------------------------------------- */

static const struct key_case {
	const char *name, *key, *want;
} key_cases[] = {
	/* As seen. */
	{ "mx", "mx;id:6ALL5Vu3006162;nexthop:wild.test.;mx:mx.wild.test;",
	    "mx id=6ALL5Vu3006162 next-hop=wild.test mx=mx.wild.test" },
	{ "start", "start;id:6ALL5Vu;mx:mx.wild.test;ip:10.77.0.23;rcpt:bob@wild.test;",
	    "start id=6ALL5Vu mx=mx.wild.test ip=10.77.0.23 rcpt=wild.test" },
	{ "tls",
	    "tls;id:6ALL5Vu;nexthop:wild.test.;mx:mx.wild.test;ip:10.77.0.23;verify:OK;"
	    "name:yes;ver:TLSv1.3;cipher:TLS_AES_256_GCM_SHA384;fp:" FP
	    ";free:no;rcpt:bob@wild.test;",
	    "tls id=6ALL5Vu next-hop=wild.test mx=mx.wild.test ip=10.77.0.23 TLSv1.3 "
	    "TLS_AES_256_GCM_SHA384 leaf=43..5b rcpt=wild.test" },
	{ "rcpt",
	    "rcpt;id:6ALL5Vu;mx:mx.notls.test;ip:10.77.0.15;verify:NONE;name:no;ver:;fp:"
	    ";rcpt:bob@notls.test;",
	    "rcpt id=6ALL5Vu mx=mx.notls.test ip=10.77.0.15 rcpt=notls.test" },
	{ "no recipient: Sendmail 8.18 with DANE",
	    "tls;id:1;nexthop:a.test.;mx:mx.a.test;ip:192.0.2.1;rcpt:;",
	    "tls id=1 next-hop=a.test mx=mx.a.test ip=192.0.2.1" },
	{ "IPv6, as Sendmail writes it",
	    "tls;mx:mx.a.test;ip:IPv6:2001:db8:0:0:0:0:25:1;rcpt:b@a.test;",
	    "tls mx=mx.a.test ip=2001:db8::25:1 rcpt=a.test" },
	{ "IPv6, its tag in other letters", "tls;mx:mx.a.test;ip:ipv6:2001:db8::1;",
	    "tls mx=mx.a.test ip=2001:db8::1" },
	{ "a queue id of 63 letters", "mx;id:" ID_63 ";", "mx id=" ID_63 },
	{ "free", "mx;id:1;nexthop:a.test.;free:yes;mx:mx.a.test;",
	    "mx id=1 next-hop=a.test mx=mx.a.test free" },
	{ "NAME-01 any case", "rcpt;nexthop:A.TEST.;mx:MX.a.Test.;rcpt:BoB@B.Test;",
	    "rcpt next-hop=a.test mx=mx.a.test rcpt=b.test" },
	{ "fields of a later ruleset are passed over", "mx;new:1:2;nexthop:a.test.;x:;",
	    "mx next-hop=a.test" },
	{ "nothing but a verb", "rcpt;", "rcpt" },

	/* Recipients. */
	{ "a local part with a field in it",
	    "rcpt;mx:mx.a.test;rcpt:a;rcpt:evil@x.test;b c@a.test;",
	    "rcpt mx=mx.a.test rcpt=a.test" },
	{ "a local part with everything in it",
	    "rcpt;mx:mx.a.test;rcpt:x;free:yes;mx:y.test;verify:OK;\"<>,:@b.test:@a.test;",
	    "rcpt mx=mx.a.test rcpt=a.test" },
	{ "a local part of semicolons", "rcpt;rcpt:;;;@a.test;", "rcpt rcpt=a.test" },
	{ "a domain behind which semicolons stand is none", "rcpt;rcpt:b@a.test;;",
	    "rcpt rcpt=-" },
	{ "angle brackets", "rcpt;rcpt:<b@a.test>;", "rcpt rcpt=a.test" },
	{ "an address without a domain is local", "rcpt;rcpt:bob;", "rcpt" },
	{ "nothing behind the @", "rcpt;rcpt:bob@;", "rcpt" },
	{ "MX-08 a literal", "rcpt;rcpt:bob@[192.0.2.1];", "rcpt rcpt=-" },
	{ "DNS-12 a U-label", "rcpt;rcpt:bob@bücher.example;",
	    "rcpt rcpt=xn--bcher-kva.example" },

	{ "STS-APP-02 a host name that would be a local part",
	    "tls;free:no;nexthop:a.test.;mx:x;rcpt:evil@x.test;rcpt:b@a.test;",
	    "tls next-hop=a.test mx=x rcpt=a.test" },
	{ "STS-APP-02 a next-hop that would be one",
	    "mx;free:no;nexthop:a.test;rcpt:x@b.test;mx:mx.a.test;",
	    "mx next-hop=a.test rcpt=-" },

	/* Next-hops. */
	{ "MX-10 a host in brackets", "mx;nexthop:[mail.a.test];mx:mail.a.test;",
	    "mx next-hop=[mail.a.test] mx=mail.a.test" },
	{ "MX-08 a literal", "mx;nexthop:[192.0.2.1];mx:[192.0.2.1];",
	    "mx next-hop=-" },
	{ "MX-08 a literal of IPv6", "mx;nexthop:[IPv6:2001:db8::1];mx:x;",
	    "mx next-hop=- mx=x" },
	{ "of a list the one in brackets that is the host",
	    "mx;nexthop:[a.test]:[b.test]:c.test;mx:b.test;",
	    "mx next-hop=[b.test] mx=b.test" },
	{ "of a list the first", "mx;nexthop:a.test,b.test:[c.test];mx:mx.test;",
	    "mx next-hop=a.test mx=mx.test" },
	{ "of a list no domain, though the host has its name",
	    "mx;nexthop:a.test:b.test;mx:b.test;", "mx next-hop=a.test mx=b.test" },
	{ "a colon is no port", "mx;nexthop:a.test:25;mx:mx.test;",
	    "mx next-hop=a.test mx=mx.test" },
	{ "no next-hop of DNS", "mx;nexthop:/var/run/lmtp;mx:mx.test;",
	    "mx next-hop=- mx=mx.test" },

	/* Values that are none. */
	{ "addresses, hosts and fingerprints that are none",
	    "tls;mx:-.test;ip:unknown;fp:43:E7;free:maybe;rcpt:b@a.test;",
	    "tls rcpt=a.test" },
	{ "a fingerprint of another kind",
	    "tls;fp:43-E7-90-90-33-A9-71-E6-3D-4F-11-8A-00-D5-A5-CD-60-5F-30-25-A5-34-88-"
	    "08-03-05-E3-FE-05-16-1C-5B;",
	    "tls" },
	{ "texts are cleaned",
	    "tls;ver:TLS\033v1.3;cipher:a\x7f"
	    "b;",
	    "tls TLSv1.3 ab" },
};

static void
check_key(void **state)
{
	const struct key_case *c = *state;
	struct strbuf got = STRBUF_INIT;
	struct sendmail_call call;

	assert_int_equal(
	    sendmail_call_parse(c->key, strlen(c->key), &call, NULL), ST_OK);
	call_words(&call, &got);
	assert_string_equal(strbuf_str(&got), c->want);
	strbuf_clear(&got);
}

static const struct bad_case {
	const char *name, *key;
	enum status status;
	const char *why;
} bad_cases[] = {
	{ "nothing", "", ST_SYNTAX, "no verb" },
	{ "a domain, as other maps are asked for", "example.org", ST_SYNTAX,
	    "no verb" },
	{ "another verb", "quit;id:1;", ST_UNKNOWN, "another verb" },
	{ "a verb in capitals", "MX;id:1;", ST_UNKNOWN, "another verb" },
	{ "an empty verb", ";id:1;", ST_UNKNOWN, "another verb" },
	{ "a field without a value", "mx;id;", ST_SYNTAX,
	    "something other than \"NAME:VALUE;\", each once" },
	{ "a value without its end", "mx;id:1", ST_SYNTAX,
	    "something other than \"NAME:VALUE;\", each once" },
	{ "a recipient without its end: the key was cut", "rcpt;rcpt:bob@a.te",
	    ST_SYNTAX, "something other than \"NAME:VALUE;\", each once" },
	{ "STS-APP-02 a host name that would speak for Sendmail",
	    "tls;mx:a.test;verify:OK;name:yes;ver:TLSv1.3;.a.test;verify:NONE;",
	    ST_SYNTAX, "something other than \"NAME:VALUE;\", each once" },
	{ "STS-APP-02 a host name that would end the key: what was said before it cannot be said again",
	    "tls;id:1;ip:192.0.2.1;verify:FAIL;free:no;nexthop:a.test.;mx:x;free:yes;rcpt:y;"
	    "rcpt:b@a.test;",
	    ST_SYNTAX, "something other than \"NAME:VALUE;\", each once" },
	{ "an MX host that would be free",
	    "mx;nexthop:a.test.;free:no;mx:x;free:yes;.test;", ST_SYNTAX,
	    "something other than \"NAME:VALUE;\", each once" },
	{ "a field twice", "tls;mx:a.test;verify:NONE;verify:OK;", ST_SYNTAX,
	    "something other than \"NAME:VALUE;\", each once" },
	{ "a queue id that is too long", "mx;id:" ID_64 ";", ST_SYNTAX, "no queue id" },
	{ "a queue id that would spoil a log", "mx;id:6ALL\" host=x;", ST_SYNTAX,
	    "no queue id" },
};

static void
check_bad(void **state)
{
	const struct bad_case *c = *state;
	struct sendmail_call call;
	struct why why = { "" };

	assert_int_equal(
	    sendmail_call_parse(c->key, strlen(c->key), &call, &why), c->status);
	assert_string_equal(why.text, c->why);
}

/* --- {verify} ------------------------------------------------------------------------------------ */

static const struct verify_case {
	const char *name, *verify, *is_named, *version;
	const char *want; /* tls, verified, result */
} verify_cases[] = {
	{ "OK and the name", "OK", "yes", "TLSv1.3", "up name -" },
	{ "RPT-TYPE-02 OK and another name", "OK", "no", "TLSv1.3",
	    "up chain certificate-host-mismatch" },
	{ "TRUSTED", "TRUSTED", "yes", "TLSv1.3", "up dane -" },
	{ "TRUSTED, whatever the name", "TRUSTED", "no", "TLSv1.2", "up dane -" },
	{ "RPT-TYPE-04 FAIL", "FAIL", "yes", "TLSv1.3",
	    "up no certificate-not-trusted" },
	{ "NO: no certificate", "NO", "no", "TLSv1.3",
	    "up no certificate-not-trusted" },
	{ "RPT-TYPE-05 DANE_FAIL", "DANE_FAIL", "yes", "TLSv1.3",
	    "up no validation-failure" },
	{ "DANE_TEMP", "DANE_TEMP", "yes", "TLSv1.3", "up no -" },
	{ "RPT-TYPE-01 DANE_NOTLS", "DANE_NOTLS", "no", "", "not-offered unknown -" },
	{ "RPT-TYPE-01 NONE", "NONE", "no", "", "not-offered unknown -" },
	{ "RPT-TYPE-01 TEMP", "TEMP", "no", "", "refused unknown -" },
	{ "PROTOCOL", "PROTOCOL", "no", "", "refused unknown -" },
	{ "RPT-TYPE-05 SOFTWARE", "SOFTWARE", "no", "", "failed unknown -" },
	{ "CLEAR, behind a first attempt", "CLEAR", "no", "",
	    "not-offered unknown - retry" },
	{ "CONFIG: a fault of our own", "CONFIG", "no", "", "unknown unknown -" },
	{ "a word of a later Sendmail", "BETTER", "yes", "TLSv1.3", "up no -" },
	{ "no word", "", "no", "", "unknown unknown -" },
	{ "OK without TLS is not believed", "OK", "yes", "", "unknown unknown -" },
	{ "TRUSTED without TLS is not believed", "TRUSTED", "yes", "",
	    "unknown unknown -" },
	{ "OK, and nothing of a name", "OK", "", "TLSv1.3", "up chain -" },
	{ "words are not folded", "ok", "yes", "TLSv1.3", "up no -" },
};

static void
check_words(const struct verify_case *c, const char *verb)
{
	struct strbuf key = STRBUF_INIT, got = STRBUF_INIT;
	const struct sendmail_words *w;
	struct sendmail_call call;

	strbuf_addf(&key, "%s;verify:%s;name:%s;ver:%s;", verb, c->verify, c->is_named,
	    c->version);
	assert_int_equal(sendmail_call_parse(key.data, key.len, &call, NULL), ST_OK);
	w = &call.words;
	strbuf_addf(&got, "%s %s %s%s", event_tls_word(w->tls),
	    event_verified_word(w->verified),
	    w->has_result ? tls_result_word(w->result) : "-",
	    w->is_retry ? " retry" : "");
	assert_string_equal(strbuf_str(&got), c->want);
	strbuf_clear(&key);
	strbuf_clear(&got);
}

static void
check_verify(void **state)
{
	check_words(*state, "tls");
}

static const struct verify_case kept_cases[] = {
	{ "a recipient's call knows of no name", "OK", "yes", "TLSv1.3", "up chain -" },
	{ "nor that it is another", "OK", "no", "TLSv1.3", "up chain -" },
	{ "other words it knows: TRUSTED", "TRUSTED", "yes", "TLSv1.3", "up dane -" },
	{ "other words it knows: FAIL", "FAIL", "yes", "TLSv1.3",
	    "up no certificate-not-trusted" },
};

static void
check_kept(void **state)
{
	check_words(*state, "rcpt");
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_key, key_cases),
		CASES(check_bad, bad_cases),
		CASES(check_verify, verify_cases),
		CASES(check_kept, kept_cases),
	};

	return cases_run("sendmail_call", tables, COUNT_OF(tables));
}
