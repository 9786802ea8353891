/* SPDX-License-Identifier: ISC */
#include <stdbool.h>

#include "cases.h"
#include "wire/tlsa_line.h"

#define DIGEST "4d3d38600aa83b4144e445854a911c2e6012abc988b367274f8a13604bd293ed"

/* Everything that is in a text: "OWNER TTL RECORD;" for each record, "!FAULT;" for what cannot be read. */
static const struct text_case {
	const char *name, *text, *want;
} text_cases[] = {
	{ "SEED-05 a line of a zone file",
	    "_25._tcp.mx.example.org. 3600 IN TLSA 3 1 1 " DIGEST,
	    "_25._tcp.mx.example.org. 3600 3 1 1 " DIGEST ";" },
	{ "SEED-05 class before TTL, any case", "_25._tcp.mx IN 300 tlsa 3 1 1 ABCD",
	    "_25._tcp.mx 300 3 1 1 abcd;" },
	{ "SEED-05 no TTL", "_25._tcp.mx\tIN\tTLSA\t2 0 1 abcd",
	    "_25._tcp.mx - 2 0 1 abcd;" },
	{ "SEED-05 a TTL with a unit", "_25._tcp.mx 1h IN TLSA 3 1 1 ab",
	    "_25._tcp.mx - 3 1 1 ab;" },
	{ "SEED-05 no owner", "  3600 IN TLSA 3 1 1 ab", " 3600 3 1 1 ab;" },
	{ "SEED-05 no owner, and no blank before the TTL", "3600 IN TLSA 3 1 1 ab",
	    " 3600 3 1 1 ab;" },
	{ "SEED-05 no owner and no TTL", "IN TLSA 3 1 1 ab", " - 3 1 1 ab;" },
	{ "SEED-05 only the type", "TLSA 3 1 1 ab", " - 3 1 1 ab;" },
	{ "SEED-05 an owner of hex digits", "beef 3600 IN TLSA 3 1 1 ab",
	    "beef 3600 3 1 1 ab;" },
	{ "SEED-05 the data alone", "3 1 1 4d3d 3860", " - 3 1 1 4d3d3860;" },
	{ "SEED-05 the data of \"dig +short\", in pieces", "3 1 1 4D3D3860 0AA8\n",
	    " - 3 1 1 4d3d38600aa8;" },
	{ "SEED-05 an unknown type (RFC 3597)", "_25._tcp.mx. TYPE52 \\# 5 030101abcd",
	    "_25._tcp.mx. - 3 1 1 abcd;" },
	{ "SEED-05 an unknown type in pieces", "TYPE52 \\# 5 ( 0301 01 abcd )",
	    " - 3 1 1 abcd;" },
	{ "SEED-05 generic data alone", "\\# 4 030101ab", " - 3 1 1 ab;" },
	{ "TLSA-01 generic data of two octets", "\\# 2 0301", " - \\# 2 0301;" },
	{ "SEED-05 hex alone", "030101" DIGEST, " - 3 1 1 " DIGEST ";" },
	{ "SEED-05 several lines in parentheses, with comments",
	    "_25._tcp.mx. IN TLSA ( 3 1 1 ; current\n\t4d3d ; one half\n\t3860 )\n"
	    "_26._tcp.mx. IN TLSA 3 1 1 ab\n",
	    "_25._tcp.mx. - 3 1 1 4d3d3860;_26._tcp.mx. - 3 1 1 ab;" },
	{ "SEED-05 the output of dig",
	    "; <<>> DiG 9.18 <<>> TLSA\n;; ANSWER SECTION:\n"
	    "_25._tcp.mx.a.\t3600\tIN\tCNAME\tx.b.\n"
	    "x.b.\t\t300\tIN\tTLSA\t3 1 1 ABCD EF01\n"
	    "x.b.\t\t300\tIN\tRRSIG\tTLSA 13 3 300 20270101000000 20260101000000 1 b. abc=\n"
	    "\n;; Query time: 1 msec\n",
	    "x.b. 300 3 1 1 abcdef01;" },
	{ "SEED-05 an alias in \"dig +short\"", "x.b.\n3 1 1 ab\n", " - 3 1 1 ab;" },
	{ "SEED-05 directives",
	    "$TTL 3600\n$ORIGIN example.org.\n_25._tcp.mx TLSA 3 1 1 ab",
	    "_25._tcp.mx - 3 1 1 ab;" },
	{ "SEED-05 carriage returns", "3 1 1 ab\r\n3 1 1 cd\r\n",
	    " - 3 1 1 ab; - 3 1 1 cd;" },
	{ "SEED-05 nothing", "", "" },
	{ "SEED-05 comments only", "; nothing\n\n  \n", "" },
	{ "SEED-05 usage 256", "a. TLSA 256 1 1 ab",
	    "!line 1: the usage is not a number from 0 to 255;" },
	{ "SEED-05 a letter that is no hex digit, by its place",
	    "\na. IN TLSA 3 1 1 abxd\n3 1 1 cd",
	    "!line 2: octet 20 is no hex digit; - 3 1 1 cd;" },
	{ "SEED-05 an odd number of hex digits", "3 1 1 abc",
	    "!line 1: odd number of hex digits;" },
	{ "SEED-05 an odd number in hex alone", "030101abc",
	    "!line 1: odd number of hex digits;" },
	{ "SEED-05 no data", "a. TLSA 3 1 1", "!line 1: no data;" },
	{ "SEED-05 nothing behind the type", "a. TLSA",
	    "!line 1: the usage is not a number from 0 to 255;" },
	{ "SEED-05 another class", "a. 300 CH TLSA 3 1 1 ab",
	    "!line 1: \"CH\" is neither TTL, class IN nor type TLSA;" },
	{ "SEED-05 no record at all", "hello",
	    "!line 1: there is no TLSA record in it;" },
	{ "SEED-05 too few octets", "\\# 5 030101ab",
	    "!line 1: it is to have 5 octets, and has 4;" },
	{ "SEED-05 no number of octets", "\\# x 030101ab",
	    "!line 1: \"\\#\" wants the number of octets behind it;" },
	{ "SEED-05 an open parenthesis takes the rest", "3 1 1 ( ab\ncd\n",
	    "!line 1: \"(\" without \")\";" },
	{ "SEED-05 line numbers go on behind parentheses", "3 1 1 (\nab\n)\n\nx y z\n",
	    " - 3 1 1 ab;!line 5: \"y\" is neither TTL, class IN nor type TLSA;" },
	{ "SEED-05 bytes that would steer a terminal", "a. \x1b[31m TLSA 3 1 1 ab",
	    "!line 1: \"\\x1b[31m\" is neither TTL, class IN nor type TLSA;" },
};

static void
add_line(struct strbuf *out, const struct tlsa_line *line)
{
	strbuf_addf(out, "%s ", line->owner);
	if (line->has_ttl)
		strbuf_addf(out, "%u ", (unsigned)line->ttl_s);
	else
		strbuf_adds(out, "- ");
	assert_int_equal(line->set->count, 1);
	tlsa_add_text(out, &line->set->records[0]);
	strbuf_addc(out, ';');
	free(line->set);
}

static void
check_text(void **state)
{
	const struct text_case *c = *state;
	size_t len = strlen(c->text);
	char *exact = xmemdup(c->text, len);
	struct tlsa_text text = { .text = exact, .len = len };
	struct strbuf got = STRBUF_INIT;
	struct tlsa_line line;
	struct why why;
	enum status rc;

	while ((rc = tlsa_text_next(&text, &line, &why)) != ST_NOTFOUND) {
		if (rc == ST_OK) {
			add_line(&got, &line);
		} else {
			assert_null(line.set);
			strbuf_addf(&got, "!%s;", why.text);
		}
	}
	assert_string_equal(strbuf_str(&got), c->want);
	tlsa_text_clear(&text);
	strbuf_clear(&got);
	free(exact);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_text, text_cases),
	};

	return cases_run("tlsa_line", tables, COUNT_OF(tables));
}
