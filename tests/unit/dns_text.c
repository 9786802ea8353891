/* SPDX-License-Identifier: ISC */
#include "dns_text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

#define MUST(claim, what)                                                              \
	do {                                                                           \
		if (!(claim)) {                                                        \
			fprintf(stderr, "dns_text: %s\n", what);                       \
			abort();                                                       \
		}                                                                      \
	} while (0)

static const struct {
	const char *word;
	uint16_t bits;
} flag_words[] = {
	{ "AD", 0x0020 },
	{ "AA", 0x0400 },
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
} types[] = {
	{ "A", 1 },
	{ "NS", 2 },
	{ "CNAME", 5 },
	{ "SOA", 6 },
	{ "MX", 15 },
	{ "TXT", 16 },
	{ "AAAA", 28 },
	{ "DNAME", 39 },
	{ "RRSIG", 46 },
	{ "TLSA", 52 },
};

static void
add_u16(struct strbuf *out, unsigned n)
{
	strbuf_addc(out, (char)(n >> 8));
	strbuf_addc(out, (char)n);
}

static void
add_u32(struct strbuf *out, uint32_t n)
{
	add_u16(out, n >> 16);
	add_u16(out, n & 0xffff);
}

static void
add_name(struct strbuf *out, const char *name)
{
	size_t len;

	for (; *name != '\0' && strcmp(name, ".") != 0; name += len) {
		len = strcspn(name, ".");
		MUST(len > 0 && len < 64, name);
		strbuf_addc(out, (char)len);
		strbuf_add(out, name, len);
		if (name[len] == '.')
			len++;
	}
	strbuf_addc(out, '\0');
}

static void
add_hex(struct strbuf *out, const char *hex)
{
	unsigned octet;
	int used;

	while (sscanf(hex, " %2x%n", &octet, &used) == 1) {
		strbuf_addc(out, (char)octet);
		hex += used;
	}
	MUST(*hex == '\0', hex);
}

static void
add_strings(struct strbuf *out, const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, "|");
		MUST(len < 256, text);
		strbuf_addc(out, (char)len);
		strbuf_add(out, text, len);
		if (text[len] == '\0')
			return;
	}
}

static void
add_address(struct strbuf *out, const char *text)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		strbuf_add(out, bytes, 4);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		strbuf_add(out, bytes, 16);
	else
		MUST(false, text);
}

static void
add_tlsa(struct strbuf *out, const char *text)
{
	unsigned usage, selector, matching;
	int used;

	MUST(
	    sscanf(text, "%u %u %u%n", &usage, &selector, &matching, &used) == 3, text);
	strbuf_addc(out, (char)usage);
	strbuf_addc(out, (char)selector);
	strbuf_addc(out, (char)matching);
	add_hex(out, text + used);
}

/* "BEGINS ENDS": no signature covers anything here. */
static void
add_signature(struct strbuf *out, const char *text)
{
	uint32_t begins, ends, ttl_s = 3600;

	MUST(sscanf(text, "%" SCNu32 " %" SCNu32 " %" SCNu32, &begins, &ends, &ttl_s) >=
		 2,
	    text);
	strbuf_add(out, "\0\1\15\2", 4);
	add_u32(out, ttl_s);
	add_u32(out, ends);
	add_u32(out, begins);
	add_u16(out, 4711);
	add_name(out, "signer.example");
	strbuf_add(out, "\1\2\3", 3);
}

static void
add_rdata(struct strbuf *out, const char *type, const char *data)
{
	unsigned number;
	int used;

	if (strcmp(type, "A") == 0 || strcmp(type, "AAAA") == 0) {
		add_address(out, data);
	} else if (strcmp(type, "CNAME") == 0 || strcmp(type, "DNAME") == 0 ||
		   strcmp(type, "NS") == 0) {
		add_name(out, data);
	} else if (strcmp(type, "MX") == 0) {
		MUST(sscanf(data, "%u %n", &number, &used) == 1, data);
		add_u16(out, number);
		add_name(out, data + used);
	} else if (strcmp(type, "TXT") == 0) {
		add_strings(out, data);
	} else if (strcmp(type, "TLSA") == 0) {
		add_tlsa(out, data);
	} else if (strcmp(type, "RRSIG") == 0) {
		add_signature(out, data);
	} else if (strcmp(type, "SOA") == 0) {
		MUST(sscanf(data, "%u", &number) == 1, data);
		add_name(out, "ns.example");
		add_name(out, "root.example");
		strbuf_add(out, "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 16);
		add_u32(out, number);
	} else {
		add_hex(out, data);
	}
}

static unsigned
type_number(const char *word)
{
	unsigned number;
	size_t i;

	for (i = 0; i < COUNT_OF(types); i++)
		if (strcmp(types[i].word, word) == 0)
			return types[i].number;
	MUST(sscanf(word, "TYPE%u", &number) == 1, word);
	return number;
}

static void
add_record(struct strbuf *out, const char *line)
{
	char owner[256], type[16];
	struct strbuf rdata = STRBUF_INIT;
	uint32_t ttl;
	int used = 0;

	MUST(sscanf(line, "%255s %" SCNu32 " %15s %n", owner, &ttl, type, &used) == 3,
	    line);
	add_rdata(&rdata, type, line + used);
	add_name(out, owner);
	add_u16(out, type_number(type));
	add_u16(out, 1);
	add_u32(out, ttl);
	add_u16(out, (unsigned)rdata.len);
	strbuf_add(out, rdata.data, rdata.len);
	strbuf_clear(&rdata);
}

/* Returns how many there are. */
static unsigned
add_records(struct strbuf *out, const char *lines)
{
	unsigned count = 0;
	size_t len;
	char *line;

	while (lines != NULL && *lines != '\0') {
		len = strcspn(lines, "\n");
		line = xmemdup(lines, len);
		add_record(out, line);
		free(line);
		count++;
		lines += len + (lines[len] == '\n');
	}
	return count;
}

static unsigned
flag_bits(const char *words)
{
	unsigned bits = 0x8180; /* a reply, recursion desired and available */
	size_t i, len;

	for (; *words != '\0'; words += len + (words[len] == ' ')) {
		len = strcspn(words, " ");
		if (len == 5 && memcmp(words, "QUERY", 5) == 0) {
			bits &= ~0x8000u;
			continue;
		}
		for (i = 0; i < COUNT_OF(flag_words); i++)
			if (strlen(flag_words[i].word) == len &&
			    memcmp(flag_words[i].word, words, len) == 0)
				break;
		MUST(i < COUNT_OF(flag_words), words);
		bits |= flag_words[i].bits;
	}
	return bits;
}

void
dns_text_build(const struct dns_text *text, struct strbuf *out)
{
	struct strbuf records = STRBUF_INIT;
	char name[256], type[16];
	unsigned answers, authorities;

	answers = add_records(&records, text->answer);
	authorities = add_records(&records, text->authority);
	MUST(sscanf(text->question, "%255s %15s", name, type) == 2, text->question);
	add_u16(out, 0x1234);
	add_u16(out, flag_bits(text->flags));
	add_u16(out, 1);
	add_u16(out, answers);
	add_u16(out, authorities);
	add_u16(out, 0);
	add_name(out, name);
	add_u16(out, type_number(type));
	add_u16(out, 1);
	strbuf_add(out, records.data, records.len);
	strbuf_clear(&records);
}
