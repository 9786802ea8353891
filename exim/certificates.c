/* SPDX-License-Identifier: ISC */
#include "certificates.h"

#include "base/base64.h"
#include "wire/tls_event.h"

#define DER_MAX (64 * 1024)               /* as tls_event_parse() */
#define ALL_MAX (EVENT_BYTES_MAX / 4 * 3) /* no event holds more */

static void
drop(struct certificates *c, size_t depth)
{
	c->bytes -= c->items[depth].len;
	free(c->items[depth].der);
	c->items[depth].der = NULL;
	c->items[depth].len = 0;
}

/* NULL: no certificate, or no memory. */
static uint8_t *
decode(struct piece base64, size_t *len)
{
	size_t room = BASE64_DECODED_MAX(base64.len);
	uint8_t *der;

	if (room == 0 || room > DER_MAX + 2)
		return NULL;
	der = malloc(room);
	if (der == NULL)
		return NULL;
	if (base64_decode(base64.text, base64.len, der, len) == ST_OK &&
	    *len <= DER_MAX)
		return der;
	free(der);
	return NULL;
}

/* False: there is none. */
static bool
make_room(struct certificates *c, size_t depth, size_t len)
{
	size_t i;

	for (i = CHAIN_CERTS_MAX - 1; i > depth && c->bytes + len > ALL_MAX; i--)
		drop(c, i);
	return c->bytes + len <= ALL_MAX;
}

void
certificates_keep(struct certificates *c, size_t depth, struct piece base64)
{
	size_t len;
	uint8_t *der;

	drop(c, depth);
	der = decode(base64, &len);
	if (der == NULL)
		return;
	if (!make_room(c, depth, len)) {
		free(der);
		return;
	}
	c->items[depth].der = der;
	c->items[depth].len = len;
	c->bytes += len;
}

void
certificates_chain(const struct certificates *c, struct chain *out)
{
	size_t i;

	for (i = 0; i < CHAIN_CERTS_MAX && c->items[i].len > 0; i++) {
		out->certs[i].der = c->items[i].der;
		out->certs[i].len = c->items[i].len;
	}
	out->count = i;
}

void
certificates_clear(struct certificates *c)
{
	size_t i;

	for (i = 0; i < CHAIN_CERTS_MAX; i++)
		drop(c, i);
}
