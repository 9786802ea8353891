/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/dns_message.h"

#include "base/address.h"
#include "base/strbuf.h"
#include "dns_text.h"

/* "192.0.2.1", "10 mx.example.org", "3 1 1 ab": as in the cases below, records between "|". */
static void
show_record(struct strbuf *out, enum dns_type type, const struct dns_record *r)
{
	char text[ADDRESS_TEXT_MAX];
	struct address a = { .is_v6 = type == DNS_AAAA };
	size_t i;

	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		assert_int_equal(r->len, a.is_v6 ? 16 : 4);
		memcpy(a.bytes, r->data, r->len);
		strbuf_adds(out, address_text(&a, text));
		break;
	case DNS_MX:
		strbuf_addf(out, "%u ", (unsigned)r->preference);
		strbuf_add(out, r->data, r->len);
		break;
	case DNS_CNAME:
	case DNS_NS:
	case DNS_TXT:
		strbuf_add(out, r->data, r->len);
		break;
	case DNS_TLSA:
	case DNS_SOA:
		for (i = 0; i < r->len; i++)
			strbuf_addf(out, "%02x", r->data[i]);
		break;
	}
}

static void
show(struct strbuf *out, enum dns_type type, const struct dns_reply *reply)
{
	size_t i;

	for (i = 0; i < reply->count; i++) {
		if (i > 0)
			strbuf_addc(out, '|');
		show_record(out, type, &reply->records[i]);
	}
}

/* Read the message as the answer to "NAME TYPE". */
static enum dns_type
read_reply(const struct strbuf *msg, const char *question, struct dns_reply *reply)
{
	static const enum dns_type types[] = {
#define X(name, number, text) name,
		DNS_TYPES(X)
#undef X
	};
	const char *blank = strchr(question, ' ');
	struct domain name;
	uint8_t *exact = xmemdup(msg->data, msg->len);
	size_t i = 0;

	while (strcmp(dns_type_text(types[i]), blank + 1) != 0)
		i++;
	assert_int_equal(
	    domain_parse(question, (size_t)(blank - question), &name, NULL), ST_OK);
	dns_reply_parse(exact, msg->len, &name, types[i], reply);
	free(exact); /* nothing may point into it */
	return types[i];
}

static const struct reply_case {
	const char *name;
	struct dns_text text;
	enum dns_outcome outcome;
	bool is_secure;
	uint32_t ttl_s;
	unsigned aliases;
	const char *owner, *records;
} reply_cases[] = {
	{ "DNS-01 AD=1 is secure",
	    { "AD", "example.com MX", "example.com 300 MX 10 mx.example.com", NULL },
	    DNS_FOUND, true, 300, 0, "example.com", "10 mx.example.com" },
	{ "DNS-01 AD=0 is insecure",
	    { "", "plain.example MX", "plain.example 300 MX 10 mx.plain.example",
		NULL },
	    DNS_FOUND, false, 300, 0, "plain.example", "10 mx.plain.example" },
	{ "DNS-05 NXDOMAIN with AD is a secure denial",
	    { "AD NXDOMAIN", "_25._tcp.mx.example.com TLSA", NULL,
		"example.com 3600 SOA 900" },
	    DNS_NXDOMAIN, true, 900, 0, "_25._tcp.mx.example.com", "" },
	{ "DNS-05 NXDOMAIN without AD is an insecure denial",
	    { "NXDOMAIN", "a.example TLSA", NULL, "example 60 SOA 900" }, DNS_NXDOMAIN,
	    false, 60, 0, "a.example", "" },
	{ "DNS-05 NODATA is a result",
	    { "AD", "mx.example.com AAAA", NULL, "example.com 300 SOA 3600" },
	    DNS_NODATA, true, 300, 0, "mx.example.com", "" },
	{ "DNS-05 NODATA without SOA is not kept",
	    { "", "mx.example.com AAAA", NULL, NULL }, DNS_NODATA, false, 0, 0,
	    "mx.example.com", "" },
	{ "a SOA of another zone says nothing about the TTL",
	    { "", "a.example.com A", NULL, "other.example 300 SOA 300" }, DNS_NODATA,
	    false, 0, 0, "a.example.com", "" },
	{ "a zone that only ends like the name",
	    { "", "aexample.com A", NULL, "example.com 300 SOA 300" }, DNS_NODATA,
	    false, 0, 0, "aexample.com", "" },
	{ "a SOA below the name says nothing about the TTL",
	    { "", "a.example A", NULL, "b.a.example 300 SOA 300" }, DNS_NODATA, false,
	    0, 0, "a.example", "" },
	{ "of several SOA the name's own counts",
	    { "", "a.example A", NULL,
		"other.example 5 SOA 300\nexample 60 SOA 300\nexample 7 SOA 7" },
	    DNS_NODATA, false, 60, 0, "a.example", "" },
	{ "a denial by the root",
	    { "AD NXDOMAIN", "a.nowhere A", NULL, ". 86400 SOA 3600" }, DNS_NXDOMAIN,
	    true, 3600, 0, "a.nowhere", "" },
	{ "a SOA at the name itself",
	    { "AD", "example.com AAAA", NULL, "example.com 7 SOA 3600" }, DNS_NODATA,
	    true, 7, 0, "example.com", "" },

	{ "the name in any case",
	    { "", "Mx.Example.COM A", "MX.example.com 300 A 192.0.2.1", NULL },
	    DNS_FOUND, false, 300, 0, "mx.example.com", "192.0.2.1" },
	{ "addresses in the order of the message",
	    { "", "a.example A", "a.example 5 A 192.0.2.2\na.example 5 A 192.0.2.1",
		NULL },
	    DNS_FOUND, false, 5, 0, "a.example", "192.0.2.2|192.0.2.1" },
	{ "an IPv6 address",
	    { "", "a.example AAAA", "a.example 5 AAAA 2001:db8::1", NULL }, DNS_FOUND,
	    false, 5, 0, "a.example", "2001:db8::1" },
	{ "records of other names and types are passed over",
	    { "AD", "a.example A",
		"b.example 1 A 192.0.2.9\na.example 2 AAAA ::1\n"
		"a.example 300 A 192.0.2.1\na.example 3 TYPE46 0001050200",
		NULL },
	    DNS_FOUND, true, 300, 0, "a.example", "192.0.2.1" },
	{ "records in the authority section are no answer",
	    { "", "a.example A", NULL, "a.example 300 A 192.0.2.1" }, DNS_NODATA, false,
	    0, 0, "a.example", "" },
	{ "DNS-10 the least TTL counts",
	    { "AD", "a.example TLSA",
		"a.example 3600 TLSA 3 1 1 aa\na.example 300 TLSA 3 1 1 bb\n"
		"a.example 900 TLSA 3 1 1 cc",
		NULL },
	    DNS_FOUND, true, 300, 0, "a.example", "030101aa|030101bb|030101cc" },
	{ "DNS-10 an alias of short life shortens what it leads to",
	    { "AD", "a.example A",
		"a.example 30 CNAME b.example\nb.example 300 A 192.0.2.1", NULL },
	    DNS_FOUND, true, 30, 1, "b.example", "192.0.2.1" },
	{ "DNS-10 an alias of short life shortens a denial",
	    { "AD NXDOMAIN", "a.example A", "a.example 30 CNAME b.example",
		"example 300 SOA 300" },
	    DNS_NXDOMAIN, true, 30, 1, "b.example", "" },
	{ "a TTL with the highest bit set is zero (RFC 2181)",
	    { "", "a.example A", "a.example 2147483648 A 192.0.2.1", NULL }, DNS_FOUND,
	    false, 0, 0, "a.example", "192.0.2.1" },

	{ "DNS-06 a secure chain inside the message",
	    { "AD", "a.example A",
		"a.example 300 CNAME b.example\nb.example 300 A 192.0.2.1", NULL },
	    DNS_FOUND, true, 300, 1, "b.example", "192.0.2.1" },
	{ "DNS-06 a chain with an insecure link has AD=0",
	    { "", "a.example A",
		"a.example 300 CNAME b.example\nb.example 300 A 192.0.2.1", NULL },
	    DNS_FOUND, false, 300, 1, "b.example", "192.0.2.1" },
	{ "DNS-06 the links of a chain in any order",
	    { "", "a.example A",
		"c.example 300 A 192.0.2.1\nb.example 300 CNAME c.example\n"
		"a.example 300 CNAME b.example",
		NULL },
	    DNS_FOUND, false, 300, 2, "c.example", "192.0.2.1" },
	{ "only what the end of the chain has is the answer",
	    { "", "a.example A",
		"a.example 300 CNAME b.example\na.example 300 A 192.0.2.66\n"
		"b.example 300 A 192.0.2.1",
		NULL },
	    DNS_FOUND, false, 300, 1, "b.example", "192.0.2.1" },
	{ "DNS-07 the message stops at an alias: ask again at its target",
	    { "AD", "mx.example A", "mx.example 60 CNAME mxb.example", NULL },
	    DNS_ALIAS, true, 60, 1, "mxb.example", "" },
	{ "DNS-07 the SOA of the alias's own zone does not end the chain",
	    { "AD", "mx.example A", "mx.example 60 CNAME mx.other",
		"example 300 SOA 300" },
	    DNS_ALIAS, true, 60, 1, "mx.other", "" },
	{ "an alias to a name without data, denied by its zone",
	    { "AD", "mx.example AAAA", "mx.example 60 CNAME mx.other",
		"other 300 SOA 300" },
	    DNS_NODATA, true, 60, 1, "mx.other", "" },
	{ "NXDOMAIN is about the end of the chain (RFC 6604)",
	    { "AD NXDOMAIN", "mx.example A", "mx.example 60 CNAME mx.other", NULL },
	    DNS_NXDOMAIN, true, 0, 1, "mx.other", "" },
	{ "DNS-07 eight links",
	    { "", "a.example A",
		"a.example 9 CNAME b.example\nb.example 9 CNAME c.example\n"
		"c.example 9 CNAME d.example\nd.example 9 CNAME e.example\n"
		"e.example 9 CNAME f.example\nf.example 9 CNAME g.example\n"
		"g.example 9 CNAME h.example\nh.example 9 CNAME i.example\n"
		"i.example 9 A 192.0.2.1",
		NULL },
	    DNS_FOUND, false, 9, 8, "i.example", "192.0.2.1" },
	{ "DNS-07 nine links are an error",
	    { "", "a.example A",
		"a.example 9 CNAME b.example\nb.example 9 CNAME c.example\n"
		"c.example 9 CNAME d.example\nd.example 9 CNAME e.example\n"
		"e.example 9 CNAME f.example\nf.example 9 CNAME g.example\n"
		"g.example 9 CNAME h.example\nh.example 9 CNAME i.example\n"
		"i.example 9 CNAME j.example\nj.example 9 A 192.0.2.1",
		NULL },
	    DNS_ERROR, false, 0, 0, "a.example", "alias loop, or too many aliases" },
	{ "DNS-07 STS-DNS-10 a loop is an error and ends",
	    { "AD", "a.example TXT",
		"a.example 9 CNAME b.example\nb.example 9 CNAME a.example", NULL },
	    DNS_ERROR, false, 0, 0, "a.example", "alias loop, or too many aliases" },
	{ "DNS-07 an alias to itself is an error",
	    { "AD", "a.example A", "a.example 9 CNAME a.example", NULL }, DNS_ERROR,
	    false, 0, 0, "a.example", "alias loop, or too many aliases" },
	{ "an alias to the root is an error",
	    { "AD", "a.example A", "a.example 9 CNAME .", NULL }, DNS_ERROR, false, 0,
	    0, "a.example", "alias to what is no host name" },
	{ "DNS-08 a DNAME is passed over, its synthesized CNAME followed",
	    { "AD", "x.old.example A",
		"old.example 300 DNAME new.example\n"
		"x.old.example 0 CNAME x.new.example\nx.new.example 300 A 192.0.2.1",
		NULL },
	    DNS_FOUND, true, 0, 1, "x.new.example", "192.0.2.1" },
	{ "DNS-09 who asks for the alias gets it as data, with its own status",
	    { "AD", "mx.example.com CNAME", "mx.example.com 300 CNAME lb.cloud.example",
		NULL },
	    DNS_FOUND, true, 300, 0, "mx.example.com", "lb.cloud.example" },
	{ "DNS-09 no alias there is NODATA",
	    { "AD", "mx.example.com CNAME", NULL, "example.com 300 SOA 300" },
	    DNS_NODATA, true, 300, 0, "mx.example.com", "" },

	{ "MX-02 an alias at the next-hop",
	    { "", "old.example MX",
		"old.example 300 CNAME new.example\nnew.example 300 MX 10 mx.new.example",
		NULL },
	    DNS_FOUND, false, 300, 1, "new.example", "10 mx.new.example" },
	{ "MX-01 preferences come as published, whatever the order",
	    { "AD", "a.example MX",
		"a.example 300 MX 65535 z.example\na.example 300 MX 0 b.example",
		NULL },
	    DNS_FOUND, true, 300, 0, "a.example", "65535 z.example|0 b.example" },
	{ "DNS-14 STS-DNS-10 a TXT behind two aliases, unsigned",
	    { "", "_mta-sts.user.example TXT",
		"_mta-sts.user.example 300 CNAME _mta-sts.provider.example\n"
		"_mta-sts.provider.example 300 CNAME txt.provider.example\n"
		"txt.provider.example 300 TXT v=STSv1; id=1",
		NULL },
	    DNS_FOUND, false, 300, 2, "txt.provider.example", "v=STSv1; id=1" },
	{ "STS-DNS-09 the strings of a TXT are joined without anything between",
	    { "", "_mta-sts.example.com TXT",
		"_mta-sts.example.com 300 TXT v=STSv1; i|d=abc123", NULL },
	    DNS_FOUND, false, 300, 0, "_mta-sts.example.com", "v=STSv1; id=abc123" },
	{ "STS-DNS-07 all TXT records of a name are handed over",
	    { "", "a.example TXT",
		"a.example 300 TXT v=spf1 -all\na.example 300 TXT v=STSv1; id=1",
		NULL },
	    DNS_FOUND, false, 300, 0, "a.example", "v=spf1 -all|v=STSv1; id=1" },
	{ "a TXT of one empty string",
	    { "", "a.example TXT", "a.example 300 TXT ", NULL }, DNS_FOUND, false, 300,
	    0, "a.example", "" },
	{ "TLSA-01 rdata of 0 to 3 octets is handed over as it is",
	    { "AD", "_25._tcp.a.example TLSA",
		"_25._tcp.a.example 9 TYPE52 \n_25._tcp.a.example 9 TYPE52 03\n"
		"_25._tcp.a.example 9 TYPE52 0301\n_25._tcp.a.example 9 TLSA 3 1 1",
		NULL },
	    DNS_FOUND, true, 9, 0, "_25._tcp.a.example", "|03|0301|030101" },
	{ "a TLSA owner may be an alias",
	    { "AD", "_25._tcp.mx1.example.com TLSA",
		"_25._tcp.mx1.example.com 300 CNAME tlsa201._dane.example.com\n"
		"tlsa201._dane.example.com 300 TLSA 2 0 1 abcd",
		NULL },
	    DNS_FOUND, true, 300, 1, "tlsa201._dane.example.com", "020001abcd" },
	{ "a SOA as the resolver's self-test asks for it",
	    { "AD", "example SOA", "example 300 SOA 9", NULL }, DNS_FOUND, true, 300, 0,
	    "example",
	    "026e73076578616d706c6500"
	    "04726f6f74076578616d706c6500"
	    "00000001000000020000000300000004"
	    "00000009" },

	{ "DNS-01 DNS-05 SERVFAIL is an error, never no records",
	    { "SERVFAIL", "a.example MX", NULL, NULL }, DNS_ERROR, false, 0, 0,
	    "a.example", "SERVFAIL" },
	{ "DNS-05 REFUSED is an error",
	    { "REFUSED", "a.example TLSA", NULL, "example 300 SOA 300" }, DNS_ERROR,
	    false, 0, 0, "a.example", "REFUSED" },
	{ "DNS-05 NOTIMP is an error", { "NOTIMP", "a.example TLSA", NULL, NULL },
	    DNS_ERROR, false, 0, 0, "a.example", "NOTIMP" },
	{ "DNS-05 FORMERR is an error", { "FORMERR", "a.example TLSA", NULL, NULL },
	    DNS_ERROR, false, 0, 0, "a.example", "FORMERR" },
	{ "an rcode without a name is an error",
	    { "RCODE15", "a.example TLSA", NULL, NULL }, DNS_ERROR, false, 0, 0,
	    "a.example", "unknown rcode" },
	{ "an error with data is an error",
	    { "AD SERVFAIL", "a.example A", "a.example 300 A 192.0.2.1", NULL },
	    DNS_ERROR, false, 0, 0, "a.example", "SERVFAIL" },
	{ "DNS-11 a truncated message is never used",
	    { "AD TC", "a.example TLSA", "a.example 300 TLSA 3 1 1 aa", NULL },
	    DNS_ERROR, false, 0, 0, "a.example", "truncated" },
	{ "NXDOMAIN with data is neither",
	    { "AD NXDOMAIN", "a.example A", "a.example 300 A 192.0.2.1", NULL },
	    DNS_ERROR, false, 0, 0, "a.example", "malformed: an answer and NXDOMAIN" },
	{ "a question is no reply",
	    { "QUERY", "a.example A", "a.example 300 A 192.0.2.1", NULL }, DNS_ERROR,
	    false, 0, 0, "a.example", "malformed: not a reply" },
	{ "another opcode is no reply",
	    { "NOTIFY", "a.example A", "a.example 300 A 192.0.2.1", NULL }, DNS_ERROR,
	    false, 0, 0, "a.example", "malformed: not a reply" },
	{ "an address of five octets",
	    { "AD", "a.example A", "a.example 300 TYPE1 c000020105", NULL }, DNS_ERROR,
	    false, 0, 0, "a.example", "malformed: length of a record" },
	{ "an address of three octets",
	    { "AD", "a.example A", "a.example 300 TYPE1 c00002", NULL }, DNS_ERROR,
	    false, 0, 0, "a.example", "malformed: ends too early" },
	{ "an IPv6 address of four octets",
	    { "AD", "a.example AAAA", "a.example 300 TYPE28 c0000201", NULL },
	    DNS_ERROR, false, 0, 0, "a.example", "malformed: ends too early" },
	{ "a TXT without any string",
	    { "", "a.example TXT", "a.example 300 TYPE16 ", NULL }, DNS_ERROR, false, 0,
	    0, "a.example", "malformed: ends too early" },
	{ "a string of a TXT longer than its record",
	    { "", "a.example TXT", "a.example 300 TYPE16 0261", NULL }, DNS_ERROR,
	    false, 0, 0, "a.example", "malformed: ends too early" },
	{ "an MX without a name",
	    { "", "a.example MX", "a.example 300 TYPE15 000a", NULL }, DNS_ERROR, false,
	    0, 0, "a.example", "malformed: ends too early" },
	{ "octets behind the name of an MX",
	    { "", "a.example MX", "a.example 300 TYPE15 000a016100ff", NULL },
	    DNS_ERROR, false, 0, 0, "a.example", "malformed: length of a record" },
	{ "octets behind an alias",
	    { "", "a.example A", "a.example 300 TYPE5 016200ff", NULL }, DNS_ERROR,
	    false, 0, 0, "a.example", "malformed: length of a record" },
	{ "one good and one malformed record",
	    { "", "a.example A", "a.example 300 A 192.0.2.1\na.example 300 TYPE1 00",
		NULL },
	    DNS_ERROR, false, 0, 0, "a.example", "malformed: ends too early" },
	{ "the name servers of a zone",
	    { "AD", "example NS", "example 300 NS ns1.example\nexample 300 NS ns.test",
		NULL },
	    DNS_FOUND, true, 300, 0, "example", "ns1.example|ns.test" },
	{ "a SOA cut short",
	    { "", "a.example A", NULL, "example 300 TYPE6 000000000001" }, DNS_ERROR,
	    false, 0, 0, "a.example", "malformed: ends too early" },
};

static void
check_reply(void **state)
{
	const struct reply_case *c = *state;
	struct strbuf msg = STRBUF_INIT, shown = STRBUF_INIT;
	struct dns_reply reply;

	dns_text_build(&c->text, &msg);
	show(&shown, read_reply(&msg, c->text.question, &reply), &reply);
	assert_string_equal(
	    reply.outcome == DNS_ERROR ? reply.detail : strbuf_str(&shown), c->records);
	assert_int_equal(reply.outcome, c->outcome);
	assert_int_equal(reply.is_secure, c->is_secure);
	assert_int_equal(reply.ttl_s, c->ttl_s);
	assert_int_equal(reply.aliases, c->aliases);
	assert_string_equal(reply.owner.text, c->owner);
	assert_int_equal(reply.count > 0, c->outcome == DNS_FOUND);
	dns_reply_clear(&reply);
	strbuf_clear(&shown);
	strbuf_clear(&msg);
}

static const struct target_case {
	const char *name, *mx;
	bool is_root;
	const char *host, *text;
} target_cases[] = {
	{ "MX-05 the root is told apart", "a.example 300 MX 0 .", true, "", "." },
	{ "MX-08 an IPv4 address by mistake names no host",
	    "a.example 300 MX 10 192.0.2.1", false, "", "192.0.2.1" },
	{ "NAME-01 upper case in an MX", "a.example 300 MX 10 MX1.Example.COM", false,
	    "mx1.example.com", "MX1.Example.COM" },
	{ "an underscore in an MX", "a.example 300 MX 10 mail_1.example", false,
	    "mail_1.example", "mail_1.example" },
	{ "a blank in an MX names no host", "a.example 300 TYPE15 000a0361206200",
	    false, "", "a b" },
	{ "a dot inside a label names no host",
	    "a.example 300 TYPE15 000a036d2e78076578616d706c6500", false, "",
	    "m.x.example" },
	{ "NUL in an MX names no host", "a.example 300 TYPE15 000a0361006200", false,
	    "", "a" },
};

static void
check_target(void **state)
{
	const struct target_case *c = *state;
	struct dns_text text = { "AD", "a.example MX", c->mx, NULL };
	struct strbuf msg = STRBUF_INIT;
	struct dns_reply reply;

	dns_text_build(&text, &msg);
	read_reply(&msg, text.question, &reply);
	assert_int_equal(reply.outcome, DNS_FOUND);
	assert_int_equal(reply.count, 1);
	assert_int_equal(reply.records[0].is_root, c->is_root);
	assert_int_equal(reply.records[0].name.len, strlen(c->host));
	if (reply.records[0].name.len > 0)
		assert_string_equal(reply.records[0].name.text, c->host);
	assert_memory_equal(reply.records[0].data, c->text, strlen(c->text));
	dns_reply_clear(&reply);
	strbuf_clear(&msg);
}

/* The reply to "a.example TLSA" with so many records of 35 octets. */
static void
build_many(unsigned count, struct strbuf *msg)
{
	struct strbuf lines = STRBUF_INIT;
	struct dns_text text = { "AD", "a.example TLSA", NULL, NULL };
	unsigned i;

	for (i = 0; i < count; i++)
		strbuf_addf(&lines, "a.example 300 TLSA 3 1 1 %064x\n", i);
	text.answer = strbuf_str(&lines);
	dns_text_build(&text, msg);
	strbuf_clear(&lines);
}

static void
check_large(void **state)
{
	struct strbuf msg = STRBUF_INIT;
	struct dns_reply reply;

	(void)state;
	build_many(120, &msg);
	assert_true(msg.len > 4096);
	read_reply(&msg, "a.example TLSA", &reply);
	assert_int_equal(reply.count, 120);
	assert_int_equal(reply.records[119].len, 35);
	assert_int_equal(reply.records[119].data[34], 119);
	dns_reply_clear(&reply);
	strbuf_clear(&msg);
}

static void
check_limit(void **state)
{
	struct strbuf msg = STRBUF_INIT;
	struct dns_reply reply;

	(void)state;
	build_many(DNS_RECORDS_MAX, &msg);
	read_reply(&msg, "a.example TLSA", &reply);
	assert_int_equal(reply.count, DNS_RECORDS_MAX);
	dns_reply_clear(&reply);
	strbuf_clear(&msg);
	build_many(DNS_RECORDS_MAX + 1, &msg);
	read_reply(&msg, "a.example TLSA", &reply);
	assert_string_equal(reply.detail, "too many records");
	assert_int_equal(reply.count, 0);
	dns_reply_clear(&reply);
	strbuf_clear(&msg);
}

/* What is asked for by the audit of a zone only. */
static const struct zone_case {
	const char *name;
	struct dns_text text;
	bool is_authoritative, is_signed;
	uint32_t begins, ends;
	const char *zone;
} zone_cases[] = {
	{ "PUB-TLSA-09 the signature over an answer",
	    { "AD", "a.example A",
		"a.example 300 A 192.0.2.1\na.example 300 RRSIG 1000 2000", NULL },
	    false, true, 1000, 2000, "" },
	{ "PUB-TLSA-09 of two signatures the one that ends first",
	    { "AD", "a.example A",
		"a.example 300 RRSIG 1000 3000\na.example 300 A 192.0.2.1\n"
		"a.example 300 RRSIG 900 2000",
		NULL },
	    false, true, 900, 2000, "" },
	{ "PUB-TLSA-09 times wrap",
	    { "AD", "a.example A",
		"a.example 300 A 192.0.2.1\na.example 300 RRSIG 4294967000 100\n"
		"a.example 300 RRSIG 4294967000 4294967200",
		NULL },
	    false, true, 4294967000u, 4294967200u, "" },
	{ "the signature over the alias counts",
	    { "AD", "a.example A",
		"a.example 300 CNAME b.example\na.example 300 RRSIG 5 6\n"
		"b.example 300 A 192.0.2.1\nb.example 300 RRSIG 7 8",
		NULL },
	    false, true, 5, 6, "" },
	{ "a signature beside an answer is not its own",
	    { "AD", "a.example A", "a.example 300 A 192.0.2.1",
		"example 300 NS ns.example\nexample 300 RRSIG 1000 2000" },
	    false, false, 0, 0, "" },
	{ "a signature cut short is none",
	    { "AD", "a.example A",
		"a.example 300 A 192.0.2.1\na.example 300 TYPE46 00010d0200000e10",
		NULL },
	    false, false, 0, 0, "" },
	{ "the signature over a denial, and its zone",
	    { "AD NXDOMAIN", "a.b.example A", NULL,
		"b.example 300 SOA 60\nb.example 300 RRSIG 1000 2000" },
	    false, true, 1000, 2000, "b.example" },
	{ "a SOA of another zone is not the denial's",
	    { "AD NXDOMAIN", "a.example A", NULL, "other.example 300 SOA 60" }, false,
	    false, 0, 0, "" },
	{ "a server's own word",
	    { "AA", "a.example NS", "a.example 300 NS ns.a.example", NULL }, true,
	    false, 0, 0, "" },
};

static void
check_zone(void **state)
{
	const struct zone_case *c = *state;
	struct strbuf msg = STRBUF_INIT;
	struct dns_reply reply;

	dns_text_build(&c->text, &msg);
	read_reply(&msg, c->text.question, &reply);
	assert_int_not_equal(reply.outcome, DNS_ERROR);
	assert_int_equal(reply.is_authoritative, c->is_authoritative);
	assert_int_equal(reply.signature.is_there, c->is_signed);
	assert_int_equal(reply.signature.begins, c->begins);
	assert_int_equal(reply.signature.ends, c->ends);
	assert_string_equal(reply.zone.text, c->zone);
	dns_reply_clear(&reply);
	strbuf_clear(&msg);
}

/* A cache may have the records as long as the zone says, whatever is left of that in an answer. */
static const struct signed_ttl_case {
	const char *name;
	struct dns_text text;
	uint32_t signed_ttl_s;
} signed_ttl_cases[] = {
	{ "PUB-TLSA-04 the TTL that was signed",
	    { "AD", "a.example A",
		"a.example 7 A 192.0.2.1\na.example 7 RRSIG 1000 2000 300", NULL },
	    300 },
	{ "PUB-TLSA-04 that of the alias, when it is greater",
	    { "AD", "a.example A",
		"a.example 7 CNAME b.example\na.example 7 RRSIG 5 6 900\n"
		"b.example 7 A 192.0.2.1\nb.example 7 RRSIG 7 8 300",
		NULL },
	    900 },
	{ "PUB-TLSA-04 also of an alias to nothing, but not that of the denial",
	    { "AD", "a.example A",
		"a.example 7 CNAME b.example\na.example 7 RRSIG 5 6 900",
		"example 7 SOA 60\nexample 7 RRSIG 7 8 86400" },
	    900 },
	{ "PUB-TLSA-04 the topmost bit is none of a TTL",
	    { "AD", "a.example A",
		"a.example 7 A 192.0.2.1\na.example 7 RRSIG 1000 2000 2147483648",
		NULL },
	    0 },
	{ "PUB-TLSA-04 not signed, not known",
	    { "AD", "a.example A", "a.example 7 A 192.0.2.1", NULL }, 0 },
};

static void
check_signed_ttl(void **state)
{
	const struct signed_ttl_case *c = *state;
	struct strbuf msg = STRBUF_INIT;
	struct dns_reply reply;

	dns_text_build(&c->text, &msg);
	read_reply(&msg, c->text.question, &reply);
	assert_int_not_equal(reply.outcome, DNS_ERROR);
	assert_int_equal(reply.signed_ttl_s, c->signed_ttl_s);
	dns_reply_clear(&reply);
	strbuf_clear(&msg);
}

static void
check_soa(void **state)
{
	struct dns_text text = { "AD", "example SOA", "example 300 SOA 60", NULL };
	struct strbuf msg = STRBUF_INIT;
	struct dns_reply reply;
	struct dns_soa soa;

	(void)state;
	dns_text_build(&text, &msg);
	read_reply(&msg, text.question, &reply);
	assert_int_equal(reply.count, 1);
	dns_soa_read(&reply.records[0], &soa);
	assert_int_equal(soa.serial, 1);
	assert_int_equal(soa.refresh_s, 2);
	assert_int_equal(soa.retry_s, 3);
	assert_int_equal(soa.expire_s, 4);
	assert_int_equal(soa.minimum_s, 60);
	dns_reply_clear(&reply);
	strbuf_clear(&msg);
}

static void
check_fail(void **state)
{
	struct domain name = { 9, "a.example" };
	struct dns_reply reply;

	(void)state;
	dns_reply_fail(&reply, &name, "timeout");
	assert_int_equal(reply.outcome, DNS_ERROR);
	assert_string_equal(reply.detail, "timeout");
	assert_string_equal(reply.owner.text, "a.example");
	assert_false(reply.is_secure);
	dns_reply_clear(&reply);
	dns_reply_clear(&reply);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_reply, reply_cases),
		CASES(check_target, target_cases),
		CASES(check_zone, zone_cases),
		CASES(check_signed_ttl, signed_ttl_cases),
		CASE("the numbers of a SOA", check_soa),
		CASE("DNS-11 a TLSA set of more than 4 KiB is read in full",
		    check_large),
		CASE("a thousand records and not one more", check_limit),
		CASE("DNS-05 no message at all is an error", check_fail),
	};

	return cases_run("dns_message", tables, COUNT_OF(tables));
}
