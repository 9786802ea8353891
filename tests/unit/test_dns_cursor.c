/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/dns_cursor.h"

#include "dns_text.h"
#include "wire/dns_message.h"

#define COUNTS(answers, more) "\0\1\0" answers "\0\0\0" more
#define REPLY                 "\x12\x34\x81\xa0" /* AD */
#define NAME                  "\1a\7example\0"   /* at octet 12 */
#define ASKED                 NAME "\0\1\0\1" /* a.example A; records start at octet 27 */
#define SAME                  "\xc0\x0c"
#define IN_A                  "\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\1"

/* Replies to "a.example A", octet by octet. */
static const struct raw_case {
	const char *name, *bytes;
	size_t len;
	const char *detail; /* "" when the address is found */
} raw_cases[] = {
	{ "a compressed owner", BYTES(REPLY COUNTS("\1", "\0") ASKED SAME IN_A), "" },
	{ "labels and then a pointer",
	    BYTES(REPLY COUNTS("\1", "\0") ASKED "\1a\xc0\x0e" IN_A), "" },
	{ "a pointer to a pointer",
	    BYTES(REPLY COUNTS("\2", "\0") ASKED SAME IN_A "\xc0\x1b" IN_A), "" },
	{ "octets behind the last record are not looked at",
	    BYTES(REPLY COUNTS("\1", "\0") ASKED SAME IN_A "xyz"), "" },
	{ "an OPT record without an error",
	    BYTES(
		REPLY COUNTS("\1", "\1") ASKED SAME IN_A "\0\0\x29\4\xd0\0\0\0\0\0\0"),
	    "" },
	{ "an address of another class is not ours",
	    BYTES(REPLY COUNTS("\2", "\0") ASKED SAME
		"\0\1\0\3\0\0\0\1\0\4\x7f\0\0\1" SAME IN_A),
	    "" },

	{ "nothing", BYTES(""), "malformed: ends too early" },
	{ "half a header", BYTES("\x12\x34\x81\xa0\0\1"), "malformed: ends too early" },
	{ "no question", BYTES(REPLY "\0\0\0\0\0\0\0\0"), "malformed: ends too early" },
	{ "SERVFAIL needs no question", BYTES("\x12\x34\x81\x82\0\0\0\0\0\0\0\0"),
	    "SERVFAIL" },
	{ "NXDOMAIN without its question",
	    BYTES("\x12\x34\x81\xa3\0\0\0\0\0\0\0\0" ASKED),
	    "answer to another question" },
	{ "two questions", BYTES(REPLY "\0\2\0\0\0\0\0\0" ASKED ASKED),
	    "answer to another question" },
	{ "another name", BYTES(REPLY COUNTS("\0", "\0") "\1b\7example\0\0\1\0\1"),
	    "answer to another question" },
	{ "another type", BYTES(REPLY COUNTS("\0", "\0") NAME "\0\x1c\0\1"),
	    "answer to another question" },
	{ "another class", BYTES(REPLY COUNTS("\0", "\0") NAME "\0\1\0\3"),
	    "answer to another question" },
	{ "a question cut short", BYTES(REPLY COUNTS("\0", "\0") NAME "\0\1\0"),
	    "malformed: ends too early" },
	{ "fewer records than announced",
	    BYTES(REPLY COUNTS("\2", "\0") ASKED SAME IN_A),
	    "malformed: ends too early" },
	{ "a record longer than the message",
	    BYTES(REPLY COUNTS("\1", "\0") ASKED SAME "\0\1\0\1\0\0\0\0\0\5\xc0\0\2\1"),
	    "malformed: ends too early" },
	{ "a malformed record in the additional section",
	    BYTES(REPLY COUNTS("\1", "\1") ASKED SAME IN_A "\0\0\x29\4"),
	    "malformed: ends too early" },
	{ "a pointer to itself", BYTES(REPLY COUNTS("\1", "\0") ASKED "\xc0\x1b" IN_A),
	    "malformed: compression pointer not backwards" },
	{ "a pointer forwards", BYTES(REPLY COUNTS("\1", "\0") ASKED "\xc0\x1d" IN_A),
	    "malformed: compression pointer not backwards" },
	{ "labels before a pointer that leads back to them",
	    BYTES(REPLY COUNTS("\1", "\0") ASKED "\1a\xc0\x1b" IN_A),
	    "malformed: compression pointer not backwards" },
	{ "a pointer into the header",
	    BYTES(REPLY COUNTS("\1", "\0") ASKED "\xc0\4" IN_A),
	    "malformed: compression pointer not backwards" },
	{ "half a pointer", BYTES(REPLY COUNTS("\1", "\0") ASKED "\xc0"),
	    "malformed: ends too early" },
	{ "a label longer than the message",
	    BYTES(REPLY COUNTS("\1", "\0") ASKED "\x3f"
						 "a"),
	    "malformed: ends too early" },
	{ "a label of another kind",
	    BYTES(REPLY COUNTS("\1", "\0") ASKED "\x41\1" IN_A),
	    "malformed: unknown kind of label" },
	{ "an error that stands in the OPT record only",
	    BYTES(REPLY COUNTS("\0", "\1") ASKED "\0\0\x29\4\xd0\1\0\0\0\0\0"),
	    "BADVERS" },
	{ "the highest error of an OPT record",
	    BYTES(REPLY COUNTS("\0", "\1") ASKED "\0\0\x29\4\xd0\xff\0\0\0\0\0"),
	    "unknown rcode" },
};

static void
parse(const char *bytes, size_t len, enum dns_type type, struct dns_reply *reply)
{
	static const struct domain name = { 9, "a.example" };
	uint8_t *exact = xmemdup(bytes, len);

	dns_reply_parse(exact, len, &name, type, reply);
	free(exact);
}

static void
check_raw(void **state)
{
	const struct raw_case *c = *state;
	struct dns_reply reply;

	parse(c->bytes, c->len, DNS_A, &reply);
	assert_string_equal(reply.detail, c->detail);
	assert_int_equal(reply.outcome, c->detail[0] == '\0' ? DNS_FOUND : DNS_ERROR);
	if (reply.outcome == DNS_FOUND)
		assert_memory_equal(reply.records[0].data, "\xc0\0\2\1", 4);
	assert_string_equal(reply.owner.text, "a.example");
	dns_reply_clear(&reply);
}

/* A whole message, cut at every octet: an error each time, whatever stands in it. */
static void
check_every_cut(void **state)
{
	static const struct dns_text text = { "AD", "a.example MX",
		"a.example 300 CNAME b.example\nb.example 300 MX 10 mx.example",
		"b.example 300 SOA 300" };
	struct strbuf msg = STRBUF_INIT;
	struct dns_reply reply;

	(void)state;
	dns_text_build(&text, &msg);
	while (msg.len > 0) {
		parse(msg.data, --msg.len, DNS_MX, &reply);
		assert_int_equal(reply.outcome, DNS_ERROR);
		assert_string_equal(reply.detail, "malformed: ends too early");
		dns_reply_clear(&reply);
	}
	strbuf_clear(&msg);
}

#define HEADER 12

/* The name that starts at octet at of so many octets behind an empty header. */
static const char *
take_name(const struct strbuf *bytes, size_t at, struct dns_name *out)
{
	uint8_t *msg = xcalloc(1, HEADER + bytes->len);
	struct dns_cursor c = { .msg = msg, .end = HEADER + bytes->len };

	memcpy(msg + HEADER, bytes->data, bytes->len);
	c.pos = HEADER + at;
	dns_take_name(&c, out);
	free(msg);
	return c.fault != NULL ? c.fault : "";
}

static void
add_label(struct strbuf *bytes, size_t len)
{
	strbuf_addc(bytes, (char)len);
	while (len-- > 0)
		strbuf_addc(bytes, 'a');
}

/* A pointer leads to a name of 240 octets; with the label before it, it is too long. */
static void
check_fault_behind_pointer(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct dns_cursor c = { .pos = 0 };
	struct dns_name name;
	size_t i;

	(void)state;
	strbuf_add(&bytes, (char[HEADER]){ 0 }, HEADER);
	for (i = 0; i < 4; i++)
		add_label(&bytes, 60);
	strbuf_addc(&bytes, '\0');
	c.pos = bytes.len;
	add_label(&bytes, 20);
	strbuf_add(&bytes, (char[]){ (char)0xc0, HEADER }, 2);
	c.msg = (const uint8_t *)bytes.data;
	c.end = bytes.len;
	dns_take_name(&c, &name);
	assert_string_equal(c.fault, "malformed: name too long");
	assert_int_equal(c.pos, bytes.len - 23);
	assert_int_equal(name.len, 0);
	strbuf_clear(&bytes);
}

/* The reply to "a.example SOA" in which such a name stands: nothing is copied of what could not be read. */
static void
check_soa_behind_pointer(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct dns_reply reply;
	size_t i;

	(void)state;
	strbuf_add(&bytes, BYTES(REPLY COUNTS("\2", "\0") NAME "\0\6\0\1"));
	for (i = 0; i < 4; i++)
		add_label(&bytes, 60);
	strbuf_add(&bytes, BYTES("\0\0\x10\0\1\0\0\0\0\0\2\1z"));
	strbuf_add(&bytes, BYTES(SAME "\0\6\0\1\0\0\0\0\0\x2c"));
	add_label(&bytes, 20);
	strbuf_add(&bytes, BYTES("\xc0\x1b\0"));
	strbuf_add(&bytes, (char[20]){ 0 }, 20);
	parse(bytes.data, bytes.len, DNS_SOA, &reply);
	assert_string_equal(reply.detail, "malformed: name too long");
	dns_reply_clear(&reply);
	strbuf_clear(&bytes);
}

static void
check_longest(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct dns_name name;
	size_t last;

	(void)state;
	for (last = 61; last <= 62; last++) {
		strbuf_reset(&bytes);
		add_label(&bytes, LABEL_MAX);
		add_label(&bytes, LABEL_MAX);
		add_label(&bytes, LABEL_MAX);
		add_label(&bytes, last);
		strbuf_addc(&bytes, '\0');
		assert_string_equal(take_name(&bytes, 0, &name),
		    last == 61 ? "" : "malformed: name too long");
		assert_int_equal(name.len, last == 61 ? DOMAIN_MAX : 0);
	}
	strbuf_clear(&bytes);
}

static void
check_labels(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct dns_name name;
	size_t i;

	(void)state;
	for (i = 0; i < 127; i++)
		add_label(&bytes, 1);
	strbuf_addc(&bytes, '\0');
	assert_string_equal(take_name(&bytes, 0, &name), "");
	assert_int_equal(name.domain.len, DOMAIN_MAX);
	bytes.len--;
	add_label(&bytes, 1);
	strbuf_addc(&bytes, '\0');
	assert_string_equal(take_name(&bytes, 0, &name), "malformed: name too long");
	strbuf_clear(&bytes);
}

/* The root, and behind it pointers, each to the one before. */
static void
check_pointers(void **state)
{
	struct strbuf bytes = STRBUF_INIT;
	struct dns_name name;
	size_t i, target;

	(void)state;
	strbuf_addc(&bytes, '\0');
	for (i = 0; i < 128; i++) {
		target = HEADER + (i == 0 ? 0 : bytes.len - 2);
		strbuf_addc(&bytes, (char)(0xc0 | target >> 8));
		strbuf_addc(&bytes, (char)target);
	}
	assert_string_equal(take_name(&bytes, bytes.len - 4, &name), "");
	assert_true(name.is_root);
	assert_string_equal(take_name(&bytes, bytes.len - 2, &name),
	    "malformed: too many compression pointers");
	assert_false(name.is_root);
	strbuf_clear(&bytes);
}

static void
check_sticky(void **state)
{
	static const uint8_t msg[HEADER + 3] = { [HEADER] = 1 };
	struct dns_cursor c = { .msg = msg, .end = sizeof(msg), .pos = HEADER };
	struct dns_name name;

	(void)state;
	assert_int_equal(dns_take_u8(&c), 1);
	assert_int_equal(dns_take_u32(&c), 0);
	assert_string_equal(c.fault, "malformed: ends too early");
	assert_null(dns_take_bytes(&c, 0));
	dns_take_name(&c, &name);
	assert_int_equal(name.len, 0);
	dns_cursor_stop(&c, "another");
	assert_string_equal(c.fault, "malformed: ends too early");
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_raw, raw_cases),
		CASE("a message cut anywhere is malformed", check_every_cut),
		CASE("253 octets are the longest name", check_longest),
		CASE("127 labels are the most", check_labels),
		CASE("127 pointers are the most", check_pointers),
		CASE("a fault behind a pointer leaves the place before the name",
		    check_fault_behind_pointer),
		CASE("a SOA with a fault behind a pointer is refused",
		    check_soa_behind_pointer),
		CASE("the first fault sticks", check_sticky),
	};

	return cases_run("dns_cursor", tables, COUNT_OF(tables));
}
