/*
 * Since when TLSA records have stood with all name servers.  SPDX-License-Identifier: ISC
 *
 * A file of lines, written by one and read by the next run of "hopseal tlsa ready":
 *
 *   hopseal-tlsa-ready 1
 *   _25._tcp.mx.example.org _25._tcp.mx.example.org 1795348800 3600
 *   _25._tcp.mx.example.org _25._tcp.mx.example.org 1795348800 3600 sha256 3 1 1 4d3d38...
 *   sum 8c7dd922ad47494f
 *
 * The sum is over the lines before: a file that somebody has damaged must not let a server change its key too soon.
 */
#ifndef HOPSEAL_PUBLISH_ROLLOVER_MEMORY_H
#define HOPSEAL_PUBLISH_ROLLOVER_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/status.h"
#include "base/strbuf.h"

#define ROLLOVER_MEMORY_BYTES_MAX ((size_t)4 * 1024 * 1024)

struct rollover_entry {
	char
	    *place; /* the name that was asked for, and that at which the records are */
	/* "sha256 3 1 1 4d3d38...": as senders see it who like that digest best; "" for the RRset as a whole */
	char *record;
	/* Found by those senders at all servers since then; 0: not yet.  Of the RRset: this TTL last seen. */
	time_t since;
	uint32_t ttl_s;
};

struct rollover_memory {
	size_t count, cap;
	struct rollover_entry *entries;
};

/*
 * Read a file's len bytes.  ST_OK; ST_SYNTAX with why: it is damaged, and *out is empty.  *out is cleared with
 * rollover_memory_clear().
 */
MUST_CHECK enum status rollover_memory_parse(
    const char *text, size_t len, struct rollover_memory *out, struct why *why);

/* Append the file. */
void rollover_memory_add(struct strbuf *out, const struct rollover_memory *memory);

/* The entry of this place and record, a new one if there was none; valid until the next call of this or drop. */
struct rollover_entry *rollover_memory_put(
    struct rollover_memory *memory, const char *place, const char *record);

/* The next entry of this name, wherever its records are, from *at on, which is moved behind it; NULL: there is no more. */
struct rollover_entry *rollover_memory_next(
    const struct rollover_memory *memory, const char *name, size_t *at);

void rollover_memory_drop(struct rollover_memory *memory, size_t index);
void rollover_memory_clear(struct rollover_memory *memory);

#endif
