/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/next_hop.h"

#include "wire/idn.h"

static const struct parse_case {
	const char *name, *text;
	enum next_hop_kind kind;
	const char *want; /* in canonical form */
} parse_cases[] = {
	{ "a domain", "example.org", NEXT_HOP_DOMAIN, "example.org" },
	{ "NAME-01 any case and a final dot", "GOOD.Plain.TEST.", NEXT_HOP_DOMAIN,
	    "good.plain.test" },
	{ "MX-11 a port", "example.org:587", NEXT_HOP_DOMAIN, "example.org:587" },
	{ "port 25 is left out", "example.org:25", NEXT_HOP_DOMAIN, "example.org" },
	{ "MX-11 leading zeros of a port are gone", "example.org:00587",
	    NEXT_HOP_DOMAIN, "example.org:587" },
	{ "the greatest port", "example.org:65535", NEXT_HOP_DOMAIN,
	    "example.org:65535" },
	{ "a final dot before the port", "example.org.:2525", NEXT_HOP_DOMAIN,
	    "example.org:2525" },
	{ "a name of a mail service for the port", "example.org:submission",
	    NEXT_HOP_DOMAIN, "example.org:587" },
	{ "a service in any case", "[mail.example.org]:SMTPS", NEXT_HOP_DOMAIN,
	    "[mail.example.org]:465" },
	{ "smtp is port 25", "example.org:smtp", NEXT_HOP_DOMAIN, "example.org" },
	{ "MX-10 a host in brackets", "[mail.example.org]", NEXT_HOP_DOMAIN,
	    "[mail.example.org]" },
	{ "a host in brackets with a port", "[Mail.Example.org.]:2525", NEXT_HOP_DOMAIN,
	    "[mail.example.org]:2525" },
	{ "a single label", "localhost", NEXT_HOP_DOMAIN, "localhost" },
	{ "DNS-12 NAME-05 a U-label becomes an A-label", "bücher.example",
	    NEXT_HOP_DOMAIN, "xn--bcher-kva.example" },
	{ "DNS-12 a U-label in brackets with a port", "[mx.BÜCHER.example]:25",
	    NEXT_HOP_DOMAIN, "[mx.xn--bcher-kva.example]" },

	{ "a parent domain", ".example.org", NEXT_HOP_PARENT, NULL },
	{ "a parent domain of one label", ".test", NEXT_HOP_PARENT, NULL },
	{ "the root", ".", NEXT_HOP_PARENT, NULL },

	{ "MX-08 an IPv4 literal", "[192.0.2.1]", NEXT_HOP_LITERAL, NULL },
	{ "MX-08 an IPv4 literal with a port", "[192.0.2.1]:587", NEXT_HOP_LITERAL,
	    NULL },
	{ "MX-08 an IPv6 literal", "[2001:db8::1]", NEXT_HOP_LITERAL, NULL },
	{ "MX-08 an IPv6 literal with a port", "[2001:db8::1]:587", NEXT_HOP_LITERAL,
	    NULL },
	{ "MX-08 an IPv6 literal of RFC 5321", "[ipv6:2001:db8::1]", NEXT_HOP_LITERAL,
	    NULL },
	{ "MX-08 an IPv4 address without brackets", "192.0.2.1", NEXT_HOP_LITERAL,
	    NULL },
	{ "MX-08 an IPv4 address without brackets, with a port", "192.0.2.1:25",
	    NEXT_HOP_LITERAL, NULL },
	{ "MX-08 an IPv6 address without brackets", "2001:db8::25", NEXT_HOP_LITERAL,
	    NULL },

	{ "nothing", "", NEXT_HOP_INVALID, NULL },
	{ "empty brackets", "[]", NEXT_HOP_INVALID, NULL },
	{ "brackets that do not close", "[mail.example.org", NEXT_HOP_INVALID, NULL },
	{ "text behind the brackets", "[mail.example.org]x", NEXT_HOP_INVALID, NULL },
	{ "a port without its colon", "[mail.example.org] 25", NEXT_HOP_INVALID, NULL },
	{ "brackets in brackets", "[[192.0.2.1]]", NEXT_HOP_INVALID, NULL },
	{ "a parent in brackets", "[.example.org]", NEXT_HOP_INVALID, NULL },
	{ "port 0", "example.org:0", NEXT_HOP_INVALID, NULL },
	{ "port 65536", "example.org:65536", NEXT_HOP_INVALID, NULL },
	{ "an empty port", "example.org:", NEXT_HOP_INVALID, NULL },
	{ "an empty port behind brackets", "[mail.example.org]:", NEXT_HOP_INVALID,
	    NULL },
	{ "a service that is no mail", "example.org:http", NEXT_HOP_INVALID, NULL },
	{ "a port of a literal is checked too", "[192.0.2.1]:0", NEXT_HOP_INVALID,
	    NULL },
	{ "only a port", ":25", NEXT_HOP_INVALID, NULL },
	{ "an address with a number too many", "192.0.2.1.5", NEXT_HOP_INVALID, NULL },
	{ "a mailbox", "user@example.org", NEXT_HOP_INVALID, NULL },
	{ "a blank", "example .org", NEXT_HOP_INVALID, NULL },
	{ "a star", "*.example.org", NEXT_HOP_INVALID, NULL },
	{ "two dots", "example..org", NEXT_HOP_INVALID, NULL },
	{ "DNS-12 octets that are no UTF-8",
	    "b\xfc"
	    "cher.example",
	    NEXT_HOP_INVALID, NULL },
};

static void
check_parse(void **state)
{
	const struct parse_case *c = *state;
	struct next_hop n = { .port = 4711 }, again;
	struct strbuf sb = STRBUF_INIT;
	struct why why = { "" };

	assert_int_equal(next_hop_parse(c->text, strlen(c->text), &n, &why), c->kind);
	if (c->kind == NEXT_HOP_INVALID)
		assert_string_not_equal(why.text, "");
	if (c->kind != NEXT_HOP_DOMAIN) {
		assert_int_equal(n.port, 4711);
		assert_int_equal(n.domain.len, 0);
		return;
	}
	next_hop_add(&sb, &n);
	assert_string_equal(strbuf_str(&sb), c->want);
	assert_int_equal(
	    next_hop_parse(sb.data, sb.len, &again, NULL), NEXT_HOP_DOMAIN);
	assert_true(next_hop_equal(&n, &again));
	strbuf_clear(&sb);
}

static const struct equal_case {
	const char *name, *a, *b;
	bool want;
} equal_cases[] = {
	{ "equal in canonical form", "Example.ORG.:25", "example.org", true },
	{ "another port is another next-hop", "example.org:587", "example.org", false },
	{ "a host is not a domain", "[example.org]", "example.org", false },
	{ "another domain", "example.com", "example.org", false },
};

static void
check_equal(void **state)
{
	const struct equal_case *c = *state;
	struct next_hop a, b;

	assert_int_equal(next_hop_parse(c->a, strlen(c->a), &a, NULL), NEXT_HOP_DOMAIN);
	assert_int_equal(next_hop_parse(c->b, strlen(c->b), &b, NULL), NEXT_HOP_DOMAIN);
	assert_int_equal(next_hop_equal(&a, &b), c->want);
}

/* 63 octets of A-label are the most; this one would need more. */
#define LONG_U "üüüüüüüüabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"

static const struct idn_case {
	const char *name, *text;
	size_t len;
	enum status status;
	const char *want;
} idn_cases[] = {
	{ "ASCII takes the short way", BYTES("Example.ORG."), ST_OK, "example.org" },
	{ "DNS-12 a U-label", BYTES("bücher.example"), ST_OK, "xn--bcher-kva.example" },
	{ "DNS-12 a U-label in upper case", BYTES("BÜCHER.example"), ST_OK,
	    "xn--bcher-kva.example" },
	{ "DNS-12 a letter and its mark become one", BYTES("mu\xcc\x88ll.example"),
	    ST_OK, "xn--mll-hoa.example" },
	{ "DNS-12 sharp s is a letter of its own", BYTES("straße.example"), ST_OK,
	    "xn--strae-oqa.example" },
	{ "DNS-12 wide letters", BYTES("ｅxample.org"), ST_OK, "example.org" },
	{ "DNS-12 an ideographic full stop is a dot", BYTES("bücher。example"), ST_OK,
	    "xn--bcher-kva.example" },
	{ "DNS-12 a final dot behind a U-label", BYTES("bücher.example."), ST_OK,
	    "xn--bcher-kva.example" },
	{ "DNS-12 a whole name in another script", BYTES("例子.测试"), ST_OK,
	    "xn--fsqu00a.xn--0zwm56d" },
	{ "MX-08 wide digits are an address, not a name", BYTES("１９２.0.2.1"),
	    ST_SYNTAX, NULL },
	{ "DNS-12 a symbol that no label may hold", BYTES("a→b.example"), ST_SYNTAX,
	    NULL },
	{ "DNS-12 UTF-8 cut short", BYTES("b\xc3"), ST_SYNTAX, NULL },
	{ "NUL behind a U-label", BYTES("ü\0.example"), ST_SYNTAX, NULL },
	{ "two dots behind a U-label", BYTES("bücher..example"), ST_SYNTAX, NULL },
	{ "DNS-12 a label too long as A-label", BYTES(LONG_U ".example"), ST_TOO_BIG,
	    NULL },
};

static void
check_idn(void **state)
{
	const struct idn_case *c = *state;
	struct domain d = { 0, "" };
	struct why why = { "" };

	assert_int_equal(idn_domain_parse(c->text, c->len, &d, &why), c->status);
	if (c->status == ST_OK)
		assert_string_equal(d.text, c->want);
	else
		assert_string_not_equal(why.text, "");
}

/* Soft hyphens are mapped away, so this would be a name in the end. */
static void
check_idn_long(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct domain d;

	(void)state;
	while (text.len < 1000)
		strbuf_adds(&text, "\xc2\xad");
	strbuf_adds(&text, "example.org");
	assert_int_equal(idn_domain_parse(text.data, text.len, &d, NULL), ST_OK);
	assert_string_equal(d.text, "example.org");
	strbuf_adds(&text, ".");
	strbuf_adds(&text, "\xc2\xad");
	assert_int_equal(idn_domain_parse(text.data, text.len, &d, NULL), ST_TOO_BIG);
	strbuf_clear(&text);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_parse, parse_cases),
		CASES(check_equal, equal_cases),
		CASES(check_idn, idn_cases),
		CASE("text far too long is not converted", check_idn_long),
	};

	return cases_run("next_hop", tables, COUNT_OF(tables));
}
