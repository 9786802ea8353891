/* SPDX-License-Identifier: ISC */
#include "wire/dns_rdata.h"

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

void
dns_take_rdata(struct dns_cursor *c, enum dns_type type, struct dns_record *out,
    struct strbuf *memory)
{
	size_t before = memory->len, start = c->pos;

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
		copy_target(c, out, memory);
		break;
	case DNS_TXT:
		copy_strings(c, memory);
		break;
	case DNS_SOA:
		dns_take_soa(c);
		strbuf_add(memory, c->msg + start, c->pos - start);
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
	dns_take_bytes(c, 4 * sizeof(uint32_t));
	return dns_take_u32(c);
}

void
dns_take_end(struct dns_cursor *c)
{
	if (c->pos != c->end)
		dns_cursor_stop(c, "malformed: length of a record");
}
