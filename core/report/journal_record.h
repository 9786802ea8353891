/*
 * One record of the journal in bytes.  SPDX-License-Identifier: ISC
 *
 *   checksum (4), length of the bytes (4), kind (4), when (8), bytes
 *
 * Numbers are little-endian; the checksum is CRC-32C (RFC 3720, B.4) of all that follows it.  Pure.
 */
#ifndef HOPSEAL_REPORT_JOURNAL_RECORD_H
#define HOPSEAL_REPORT_JOURNAL_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "report/journal.h"

#define RECORD_HEAD_BYTES 20
#define RECORD_BYTES_MAX  ((size_t)1 << 20) /* behind the head; no entry has more */

/* What goes before entry's bytes, of which there are at most RECORD_BYTES_MAX. */
void record_head(const struct journal_entry *entry, uint8_t head[RECORD_HEAD_BYTES]);

/*
 * Look for a whole record at the start of bytes.  *out borrows from them, its id is 0; *used of them belong to it.
 *
 * Returns ST_OK; ST_MORE (it goes on behind the end); ST_SYNTAX (wrong checksum, unknown kind, impossible length).
 */
MUST_CHECK enum status record_parse(
    const uint8_t *bytes, size_t len, struct journal_entry *out, size_t *used);

#endif
