/* SPDX-License-Identifier: ISC */
#include "wire/dns_rdata.h"

#define SOA_NUMBERS 5 /* behind two names */
#define TTL_AT      4 /* behind type, algorithm and labels (RFC 4034, 3.1) */

static void
copy_bytes(struct dns_cursor *c, size_t len, struct strbuf *memory)
{
	const uint8_t *bytes = dns_take_bytes(c, len);

	if (bytes != NULL)
		strbuf_add(memory, bytes, len);
}

/* At least one string (RFC 1035, section 3.3.14). */
static void
copy_strings(struct dns_cursor *c, struct strbuf *memory)
{
	do
		copy_bytes(c, dns_take_u8(c), memory);
	while (c->fault == NULL && c->pos < c->end);
}

static void
copy_target(struct dns_cursor *c, struct dns_record *out, struct strbuf *memory)
{
	struct dns_name target;

	dns_take_name(c, &target);
	out->name = target.domain;
	out->is_root = target.is_root;
	strbuf_add(memory, target.text, target.len);
}

/* As it stands, its names compressed: dns_soa_read() looks behind them. */
static void
copy_soa(struct dns_cursor *c, struct strbuf *memory)
{
	size_t start = c->pos;

	dns_take_soa(c);
	if (c->fault == NULL)
		strbuf_add(memory, c->msg + start, c->pos - start);
}

void
dns_take_rdata(struct dns_cursor *c, enum dns_type type, struct dns_record *out,
    struct strbuf *memory)
{
	size_t before = memory->len;

	switch (type) {
	case DNS_A:
		copy_bytes(c, 4, memory);
		break;
	case DNS_AAAA:
		copy_bytes(c, 16, memory);
		break;
	case DNS_MX:
		out->preference = dns_take_u16(c);
		copy_target(c, out, memory);
		break;
	case DNS_CNAME:
	case DNS_NS:
		copy_target(c, out, memory);
		break;
	case DNS_TXT:
		copy_strings(c, memory);
		break;
	case DNS_SOA:
		copy_soa(c, memory);
		break;
	case DNS_TLSA:
		copy_bytes(c, c->end - c->pos, memory);
		break;
	}
	out->len = memory->len - before;
}

uint32_t
dns_take_soa(struct dns_cursor *c)
{
	struct dns_name ignored;

	dns_take_name(c, &ignored);
	dns_take_name(c, &ignored);
	dns_take_bytes(c, (SOA_NUMBERS - 1) * sizeof(uint32_t));
	return dns_take_u32(c);
}

void
dns_soa_read(const struct dns_record *soa, struct dns_soa *out)
{
	struct dns_cursor c = { .msg = soa->data, .end = soa->len };

	/* The names before them may point to where the message was. */
	dns_take_bytes(&c, soa->len - SOA_NUMBERS * sizeof(uint32_t));
	out->serial = dns_take_u32(&c);
	out->refresh_s = dns_take_u32(&c);
	out->retry_s = dns_take_u32(&c);
	out->expire_s = dns_take_u32(&c);
	out->minimum_s = dns_take_u32(&c);
}

bool
dns_take_signature(struct dns_cursor *c, struct dns_signature *out)
{
	struct dns_name signer;

	dns_take_bytes(c, TTL_AT);
	out->ttl_s = dns_take_u32(c);
	if (out->ttl_s > INT32_MAX) /* RFC 2181, section 8 */
		out->ttl_s = 0;
	out->ends = dns_take_u32(c);
	out->begins = dns_take_u32(c);
	dns_take_u16(c); /* key tag */
	dns_take_name(c, &signer);
	out->is_there = c->fault == NULL;
	return out->is_there;
}

void
dns_take_end(struct dns_cursor *c)
{
	if (c->pos != c->end)
		dns_cursor_stop(c, "malformed: length of a record");
}
