/* SPDX-License-Identifier: ISC */
#include "report/journal_record.h"

#include <assert.h>
#include <stdbool.h>

#define POLYNOMIAL 0x82f63b78u /* CRC-32C, reflected */

enum place { AT_SUM = 0, AT_LEN = 4, AT_KIND = 8, AT_WHEN = 12 };

/* --- numbers --------------------------------------------------------------------------- */

static void
put_number(uint8_t *out, uint64_t n, int bytes)
{
	int i;

	for (i = 0; i < bytes; i++)
		out[i] = (uint8_t)(n >> 8 * i);
}

static uint64_t
get_number(const uint8_t *in, int bytes)
{
	uint64_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | in[bytes];
	return n;
}

/* --- the checksum ---------------------------------------------------------------------- */

/* tables[k][b] is what octet b does to the sum k octets later: eight octets are taken in one step. */
static uint32_t tables[8][256];

static uint32_t
one_octet(uint32_t sum)
{
	int bit;

	for (bit = 0; bit < 8; bit++)
		sum = sum >> 1 ^ ((sum & 1) != 0 ? POLYNOMIAL : 0);
	return sum;
}

static void
make_tables(void)
{
	uint32_t b, k;

	for (b = 0; b < 256; b++)
		tables[0][b] = one_octet(b);
	for (k = 1; k < 8; k++)
		for (b = 0; b < 256; b++)
			tables[k][b] =
			    tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 0xff];
}

/* Written out: four octets of it meet the sum before they are looked up. */
static uint32_t
eight_octets(uint32_t sum, const uint8_t *p)
{
	sum ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
	return tables[7][sum & 0xff] ^ tables[6][sum >> 8 & 0xff] ^
	       tables[5][sum >> 16 & 0xff] ^ tables[4][sum >> 24] ^ tables[3][p[4]] ^
	       tables[2][p[5]] ^ tables[1][p[6]] ^ tables[0][p[7]];
}

static uint32_t
sum_on(uint32_t sum, const uint8_t *p, size_t len)
{
	for (; len >= 8; p += 8, len -= 8)
		sum = eight_octets(sum, p);
	for (; len > 0; p++, len--)
		sum = sum >> 8 ^ tables[0][(sum ^ *p) & 0xff];
	return sum;
}

/* Of the head without its own place, and the bytes. */
static uint32_t
checksum(const uint8_t head[RECORD_HEAD_BYTES], const void *bytes, size_t len)
{
	uint32_t sum;

	if (tables[0][1] == 0)
		make_tables();
	sum = sum_on(UINT32_MAX, head + AT_LEN, RECORD_HEAD_BYTES - AT_LEN);
	return ~sum_on(sum, bytes, len);
}

/* --- records ----------------------------------------------------------------------------- */

void
record_head(const struct journal_entry *entry, uint8_t head[RECORD_HEAD_BYTES])
{
	assert(entry->len <= RECORD_BYTES_MAX);
	put_number(head + AT_LEN, entry->len, 4);
	put_number(head + AT_KIND, (uint64_t)entry->kind, 4);
	put_number(head + AT_WHEN, (uint64_t)entry->when, 8);
	put_number(head + AT_SUM, checksum(head, entry->bytes, entry->len), 4);
}

static bool
is_kind(uint64_t kind)
{
	return kind >= JOURNAL_DATAGRAM && kind <= JOURNAL_SENT;
}

enum status
record_parse(const uint8_t *bytes, size_t len, struct journal_entry *out, size_t *used)
{
	struct journal_entry e = { .bytes = bytes + RECORD_HEAD_BYTES };
	uint64_t kind;

	if (len < RECORD_HEAD_BYTES)
		return ST_MORE;
	e.len = get_number(bytes + AT_LEN, 4);
	kind = get_number(bytes + AT_KIND, 4);
	if (e.len > RECORD_BYTES_MAX || !is_kind(kind))
		return ST_SYNTAX;
	if (e.len > len - RECORD_HEAD_BYTES)
		return ST_MORE;
	if (checksum(bytes, e.bytes, e.len) != get_number(bytes + AT_SUM, 4))
		return ST_SYNTAX;
	e.kind = (enum journal_kind)kind;
	e.when = (time_t)get_number(bytes + AT_WHEN, 8);
	*out = e;
	*used = RECORD_HEAD_BYTES + e.len;
	return ST_OK;
}
