/*
 * DNS replies from text, for tests.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_UNIT_DNS_TEXT_H
#define HOPSEAL_TESTS_UNIT_DNS_TEXT_H

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/strbuf.h"

struct dns_text {
	const char *flags;    /* words: AD TC QUERY, and an rcode's name */
	const char *question; /* "mx.example.org A" */
	/*
	 * Lines "OWNER TTL TYPE DATA"; NULL for none.  DATA is what a zone file has, but: the strings of a
	 * TXT stand between "|"; a SOA has its minimum only; any unknown type is TYPEnnn with hex.
	 */
	const char *answer, *authority;
};

#define DNS_TEXT_MUST(claim, what)                                                     \
	do {                                                                           \
		if (!(claim)) {                                                        \
			fprintf(stderr, "dns_text: %s\n", what);                       \
			abort();                                                       \
		}                                                                      \
	} while (0)

static const struct {
	const char *word;
	uint16_t bits;
} dns_text_flags[] = {
	{ "AD", 0x0020 },
	{ "TC", 0x0200 },
	{ "NOTIFY", 0x2000 },
	{ "FORMERR", 1 },
	{ "SERVFAIL", 2 },
	{ "NXDOMAIN", 3 },
	{ "NOTIMP", 4 },
	{ "REFUSED", 5 },
	{ "RCODE15", 15 },
};

static const struct {
	const char *word;
	uint16_t number;
} dns_text_types[] = {
	{ "A", 1 },
	{ "CNAME", 5 },
	{ "SOA", 6 },
	{ "MX", 15 },
	{ "TXT", 16 },
	{ "AAAA", 28 },
	{ "DNAME", 39 },
	{ "TLSA", 52 },
};

static void
dns_text_add_u16(struct strbuf *out, unsigned n)
{
	strbuf_addc(out, (char)(n >> 8));
	strbuf_addc(out, (char)n);
}

static void
dns_text_add_u32(struct strbuf *out, uint32_t n)
{
	dns_text_add_u16(out, n >> 16);
	dns_text_add_u16(out, n & 0xffff);
}

static void
dns_text_add_name(struct strbuf *out, const char *name)
{
	size_t len;

	for (; *name != '\0' && strcmp(name, ".") != 0; name += len) {
		len = strcspn(name, ".");
		DNS_TEXT_MUST(len > 0 && len < 64, name);
		strbuf_addc(out, (char)len);
		strbuf_add(out, name, len);
		if (name[len] == '.')
			len++;
	}
	strbuf_addc(out, '\0');
}

static void
dns_text_add_hex(struct strbuf *out, const char *hex)
{
	unsigned octet;
	int used;

	while (sscanf(hex, " %2x%n", &octet, &used) == 1) {
		strbuf_addc(out, (char)octet);
		hex += used;
	}
	DNS_TEXT_MUST(*hex == '\0', hex);
}

static void
dns_text_add_strings(struct strbuf *out, const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, "|");
		DNS_TEXT_MUST(len < 256, text);
		strbuf_addc(out, (char)len);
		strbuf_add(out, text, len);
		if (text[len] == '\0')
			return;
	}
}

static void
dns_text_add_address(struct strbuf *out, const char *text)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		strbuf_add(out, bytes, 4);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		strbuf_add(out, bytes, 16);
	else
		DNS_TEXT_MUST(false, text);
}

static void
dns_text_add_tlsa(struct strbuf *out, const char *text)
{
	unsigned usage, selector, matching;
	int used;

	DNS_TEXT_MUST(
	    sscanf(text, "%u %u %u%n", &usage, &selector, &matching, &used) == 3, text);
	strbuf_addc(out, (char)usage);
	strbuf_addc(out, (char)selector);
	strbuf_addc(out, (char)matching);
	dns_text_add_hex(out, text + used);
}

static void
dns_text_add_rdata(struct strbuf *out, const char *type, const char *data)
{
	unsigned number;
	int used;

	if (strcmp(type, "A") == 0 || strcmp(type, "AAAA") == 0) {
		dns_text_add_address(out, data);
	} else if (strcmp(type, "CNAME") == 0 || strcmp(type, "DNAME") == 0) {
		dns_text_add_name(out, data);
	} else if (strcmp(type, "MX") == 0) {
		DNS_TEXT_MUST(sscanf(data, "%u %n", &number, &used) == 1, data);
		dns_text_add_u16(out, number);
		dns_text_add_name(out, data + used);
	} else if (strcmp(type, "TXT") == 0) {
		dns_text_add_strings(out, data);
	} else if (strcmp(type, "TLSA") == 0) {
		dns_text_add_tlsa(out, data);
	} else if (strcmp(type, "SOA") == 0) {
		DNS_TEXT_MUST(sscanf(data, "%u", &number) == 1, data);
		dns_text_add_name(out, "ns.example");
		dns_text_add_name(out, "root.example");
		strbuf_add(out, "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 16);
		dns_text_add_u32(out, number);
	} else {
		dns_text_add_hex(out, data);
	}
}

static unsigned
dns_text_type_number(const char *word)
{
	unsigned number;
	size_t i;

	for (i = 0; i < COUNT_OF(dns_text_types); i++)
		if (strcmp(dns_text_types[i].word, word) == 0)
			return dns_text_types[i].number;
	DNS_TEXT_MUST(sscanf(word, "TYPE%u", &number) == 1, word);
	return number;
}

static void
dns_text_add_record(struct strbuf *out, const char *line)
{
	char owner[256], type[16];
	struct strbuf rdata = STRBUF_INIT;
	uint32_t ttl;
	int used = 0;

	DNS_TEXT_MUST(
	    sscanf(line, "%255s %" SCNu32 " %15s %n", owner, &ttl, type, &used) == 3,
	    line);
	dns_text_add_rdata(&rdata, type, line + used);
	dns_text_add_name(out, owner);
	dns_text_add_u16(out, dns_text_type_number(type));
	dns_text_add_u16(out, 1);
	dns_text_add_u32(out, ttl);
	dns_text_add_u16(out, (unsigned)rdata.len);
	strbuf_add(out, rdata.data, rdata.len);
	strbuf_clear(&rdata);
}

/* Returns how many there are. */
static unsigned
dns_text_add_records(struct strbuf *out, const char *lines)
{
	unsigned count = 0;
	size_t len;
	char *line;

	while (lines != NULL && *lines != '\0') {
		len = strcspn(lines, "\n");
		line = xmemdup(lines, len);
		dns_text_add_record(out, line);
		free(line);
		count++;
		lines += len + (lines[len] == '\n');
	}
	return count;
}

static unsigned
dns_text_flag_bits(const char *words)
{
	unsigned bits = 0x8180; /* a reply, recursion desired and available */
	size_t i, len;

	for (; *words != '\0'; words += len + (words[len] == ' ')) {
		len = strcspn(words, " ");
		if (len == 5 && memcmp(words, "QUERY", 5) == 0) {
			bits &= ~0x8000u;
			continue;
		}
		for (i = 0; i < COUNT_OF(dns_text_flags); i++)
			if (strlen(dns_text_flags[i].word) == len &&
			    memcmp(dns_text_flags[i].word, words, len) == 0)
				break;
		DNS_TEXT_MUST(i < COUNT_OF(dns_text_flags), words);
		bits |= dns_text_flags[i].bits;
	}
	return bits;
}

/* Append the message, names not compressed.  Ends the test program when the text makes no sense. */
static inline void
dns_text_build(const struct dns_text *text, struct strbuf *out)
{
	struct strbuf records = STRBUF_INIT;
	char name[256], type[16];
	unsigned answers, authorities;

	answers = dns_text_add_records(&records, text->answer);
	authorities = dns_text_add_records(&records, text->authority);
	DNS_TEXT_MUST(
	    sscanf(text->question, "%255s %15s", name, type) == 2, text->question);
	dns_text_add_u16(out, 0x1234);
	dns_text_add_u16(out, dns_text_flag_bits(text->flags));
	dns_text_add_u16(out, 1);
	dns_text_add_u16(out, answers);
	dns_text_add_u16(out, authorities);
	dns_text_add_u16(out, 0);
	dns_text_add_name(out, name);
	dns_text_add_u16(out, dns_text_type_number(type));
	dns_text_add_u16(out, 1);
	strbuf_add(out, records.data, records.len);
	strbuf_clear(&records);
}

#endif
