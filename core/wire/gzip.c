/* SPDX-License-Identifier: ISC */
#include "wire/gzip.h"

#include <assert.h>
#include <limits.h>
#include <zlib.h>

#include "base/mem.h"

#define LEVEL       6
#define MEMORY      8         /* zlib's default */
#define WINDOW_GZIP (15 + 16) /* 32 KiB, gzip around it */
#define CHUNK       16384

struct gzip {
	z_stream z;
};

/* zlib's memory is ours: a failure ends the process like every other one. */
static voidpf
take_memory(voidpf unused, uInt n, uInt size)
{
	(void)unused;
	return xreallocarray(NULL, n, size);
}

static void
give_memory(voidpf unused, voidpf memory)
{
	(void)unused;
	free(memory);
}

struct gzip *
gzip_new(void)
{
	struct gzip *gzip = xcalloc(1, sizeof(*gzip));
	int rc;

	gzip->z.zalloc = take_memory;
	gzip->z.zfree = give_memory;
	rc = deflateInit2(
	    &gzip->z, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY);
	assert(rc == Z_OK);
	(void)rc;
	return gzip;
}

void
gzip_free(struct gzip *gzip)
{
	if (gzip == NULL)
		return;
	deflateEnd(&gzip->z);
	free(gzip);
}

void
gzip_add(struct gzip *gzip, struct strbuf *out, const void *bytes, size_t len)
{
	z_stream *z = &gzip->z;
	size_t bound = deflateBound(z, len);
	int rc;

	assert(bound <= UINT_MAX);
	strbuf_reserve(out, bound);
	z->next_in = (z_const Bytef *)bytes;
	z->avail_in = (uInt)len;
	z->next_out = (Bytef *)out->data + out->len;
	z->avail_out = (uInt)bound;
	rc = deflate(z, Z_FINISH);
	assert(rc == Z_STREAM_END);
	(void)rc;
	out->len += bound - z->avail_out;
	out->data[out->len] = '\0';
	deflateReset(z);
}

bool
gzip_is(const void *bytes, size_t len)
{
	return len >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0;
}

/* Inflate one more piece of the member at hand.  ST_OK: it is whole; ST_MORE: there is more of it. */
static enum status
inflate_piece(z_stream *z, struct strbuf *out, size_t room, struct why *why)
{
	size_t piece = room < CHUNK ? room : CHUNK;
	int rc;

	strbuf_reserve(out, piece);
	z->next_out = (Bytef *)out->data + out->len;
	z->avail_out = (uInt)piece;
	rc = inflate(z, Z_NO_FLUSH);
	out->len += piece - z->avail_out;
	out->data[out->len] = '\0';
	if (rc == Z_STREAM_END)
		return ST_OK;
	if (rc == Z_OK && (z->avail_in > 0 || z->avail_out == 0))
		return ST_MORE;
	if (rc == Z_OK || rc == Z_BUF_ERROR)
		why_set(why, "gzip: cut short");
	else
		why_set(why, "gzip: %s", z->msg != NULL ? z->msg : "damaged");
	return ST_SYNTAX;
}

/* Inflate all members, to one octet more than max at most. */
static enum status
inflate_members(z_stream *z, struct strbuf *out, size_t max, struct why *why)
{
	size_t start = out->len;

	for (;;) {
		enum status rc =
		    inflate_piece(z, out, max + 1 - (out->len - start), why);

		if (rc == ST_SYNTAX)
			return rc;
		if (out->len - start > max) {
			why_set(why, "gzip: holds more than %zu octets", max);
			return ST_TOO_BIG;
		}
		if (rc == ST_OK && z->avail_in == 0)
			return ST_OK;
		if (rc == ST_OK)
			inflateReset(z);
	}
}

enum status
gunzip_add(
    struct strbuf *out, const void *bytes, size_t len, size_t max, struct why *why)
{
	z_stream z = {
		.zalloc = take_memory,
		.zfree = give_memory,
		.next_in = (z_const Bytef *)bytes,
		.avail_in = (uInt)len,
	};
	enum status rc;

	if (len > UINT_MAX) {
		why_set(why, "gzip: %zu octets", len);
		return ST_TOO_BIG;
	}
	inflateInit2(&z, WINDOW_GZIP);
	rc = inflate_members(&z, out, max, why);
	inflateEnd(&z);
	return rc;
}
