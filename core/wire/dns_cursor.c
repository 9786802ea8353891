/* SPDX-License-Identifier: ISC */
#include "wire/dns_cursor.h"

#define HEADER_LEN   12
#define POINTER_MASK 0xc0
#define POINTERS_MAX 127 /* as many as a name can have labels */

void
dns_cursor_stop(struct dns_cursor *c, const char *fault)
{
	if (c->fault == NULL)
		c->fault = fault;
}

const uint8_t *
dns_take_bytes(struct dns_cursor *c, size_t len)
{
	if (c->fault == NULL && c->end - c->pos < len)
		c->fault = "malformed: ends too early";
	if (c->fault != NULL)
		return NULL;
	c->pos += len;
	return c->msg + c->pos - len;
}

uint8_t
dns_take_u8(struct dns_cursor *c)
{
	const uint8_t *p = dns_take_bytes(c, 1);

	return p != NULL ? *p : 0;
}

uint16_t
dns_take_u16(struct dns_cursor *c)
{
	const uint8_t *p = dns_take_bytes(c, 2);

	return p != NULL ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint32_t
dns_take_u32(struct dns_cursor *c)
{
	uint32_t high = dns_take_u16(c);

	return high << 16 | dns_take_u16(c);
}

/* One label of len octets; is_odd when the text form would be ambiguous. */
static void
take_label(struct dns_cursor *c, size_t len, struct dns_name *out, bool *is_odd)
{
	const uint8_t *label = dns_take_bytes(c, len);
	size_t dot = out->len > 0;

	if (label == NULL)
		return;
	if (out->len + dot + len > DOMAIN_MAX) {
		dns_cursor_stop(c, "malformed: name too long");
		return;
	}
	if (dot)
		out->text[out->len++] = '.';
	memcpy(out->text + out->len, label, len);
	out->len = (uint8_t)(out->len + len);
	*is_odd |= memchr(label, '.', len) != NULL;
}

/* Go on where the pointer leads; first, its first octet, is taken already. */
static void
follow_pointer(struct dns_cursor *c, uint8_t first, size_t *began)
{
	size_t target = (size_t)(first & ~POINTER_MASK) << 8 | dns_take_u8(c);

	if (target >= *began || target < HEADER_LEN)
		dns_cursor_stop(c, "malformed: compression pointer not backwards");
	else
		c->pos = *began = target;
}

/* The labels and pointers of a name; c then stands behind it, or at a fault before it, wherever they led. */
static void
take_labels(struct dns_cursor *c, struct dns_name *out, bool *is_odd)
{
	size_t start = c->pos, began = start, behind = 0, pointers = 0;
	uint8_t octet;

	while ((octet = dns_take_u8(c)) != 0) {
		if ((octet & POINTER_MASK) == 0) {
			take_label(c, octet, out, is_odd);
		} else if ((octet & POINTER_MASK) != POINTER_MASK) {
			dns_cursor_stop(c, "malformed: unknown kind of label");
		} else if (pointers == POINTERS_MAX) {
			dns_cursor_stop(c, "malformed: too many compression pointers");
		} else {
			if (pointers++ == 0)
				behind = c->pos + 1;
			follow_pointer(c, octet, &began);
		}
	}
	if (c->fault != NULL)
		c->pos = start;
	else if (pointers > 0)
		c->pos = behind;
}

void
dns_take_name(struct dns_cursor *c, struct dns_name *out)
{
	bool is_odd = false;

	out->domain.len = 0;
	out->domain.text[0] = '\0';
	out->is_root = false;
	out->len = 0;
	take_labels(c, out, &is_odd);
	if (c->fault != NULL) {
		out->len = 0;
		return;
	}
	out->is_root = out->len == 0;
	if (out->is_root)
		out->text[out->len++] = '.';
	else if (is_odd ||
		 domain_parse(out->text, out->len, &out->domain, NULL) != ST_OK)
		out->domain.len = 0;
}
