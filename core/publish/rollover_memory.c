/* SPDX-License-Identifier: ISC */
#include "publish/rollover_memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/number.h"

#define HEAD "hopseal-tlsa-ready 1\n"
#define SUM  "sum "

/* --- entries ---------------------------------------------------------------------------------------- */

static struct rollover_entry *
append(struct rollover_memory *m, char *place, char *record)
{
	struct rollover_entry *e;

	if (m->count == m->cap) {
		m->cap = m->cap == 0 ? 16 : m->cap * 2;
		m->entries = xreallocarray(m->entries, m->cap, sizeof(m->entries[0]));
	}
	e = &m->entries[m->count++];
	*e = (struct rollover_entry){ .place = place, .record = record };
	return e;
}

struct rollover_entry *
rollover_memory_next(const struct rollover_memory *memory, const char *name, size_t *at)
{
	size_t len = strlen(name);

	while (*at < memory->count) {
		const char *place = memory->entries[(*at)++].place;

		if (strncmp(place, name, len) == 0 && place[len] == ' ')
			return &memory->entries[*at - 1];
	}
	return NULL;
}

struct rollover_entry *
rollover_memory_put(
    struct rollover_memory *memory, const char *place, const char *record)
{
	size_t i;

	for (i = 0; i < memory->count; i++)
		if (strcmp(memory->entries[i].place, place) == 0 &&
		    strcmp(memory->entries[i].record, record) == 0)
			return &memory->entries[i];
	return append(memory, xstrdup(place), xstrdup(record));
}

static void
entry_clear(struct rollover_entry *e)
{
	free(e->place);
	free(e->record);
}

void
rollover_memory_drop(struct rollover_memory *memory, size_t index)
{
	entry_clear(&memory->entries[index]);
	memory->entries[index] = memory->entries[--memory->count];
}

void
rollover_memory_clear(struct rollover_memory *memory)
{
	while (memory->count > 0)
		entry_clear(&memory->entries[--memory->count]);
	free(memory->entries);
	*memory = (struct rollover_memory){ 0 };
}

/* --- the file --------------------------------------------------------------------------------------- */

/* Against accidents, not against those who may write the file. */
static uint64_t
sum_of(const char *text, size_t len)
{
	return hash_add(HASH_START, text, len);
}

void
rollover_memory_add(struct strbuf *out, const struct rollover_memory *memory)
{
	size_t start = out->len, i;

	strbuf_adds(out, HEAD);
	for (i = 0; i < memory->count; i++) {
		const struct rollover_entry *e = &memory->entries[i];

		strbuf_addf(out, "%s %" PRId64 " %" PRIu32 "%s%s\n", e->place,
		    (int64_t)e->since, e->ttl_s, e->record[0] != '\0' ? " " : "",
		    e->record);
	}
	strbuf_addf(
	    out, SUM "%016" PRIx64 "\n", sum_of(out->data + start, out->len - start));
}

/* One space behind a word.  Returns its length; 0: there is none. */
static size_t
take_word(const char **at, const char *end)
{
	const char *blank = memchr(*at, ' ', (size_t)(end - *at));
	size_t len = (size_t)((blank != NULL ? blank : end) - *at);

	*at += len + (blank != NULL);
	return len;
}

static bool
take_number(const char **at, const char *end, uint64_t max, uint64_t *out)
{
	const char *start = *at;
	size_t len = take_word(at, end);

	return len > 0 && number_parse(start, len, max, out) == ST_OK;
}

/* "NAME OWNER SINCE TTL RECORD" */
static bool
take_line(const char *line, const char *end, struct rollover_memory *out)
{
	const char *at = line, *place_end;
	uint64_t since, ttl_s;
	struct rollover_entry *e;

	if (take_word(&at, end) == 0 || take_word(&at, end) == 0)
		return false;
	place_end = at - 1;
	if (!take_number(&at, end, INT64_MAX, &since) ||
	    !take_number(&at, end, INT32_MAX, &ttl_s))
		return false;
	e = append(out, xmemdup(line, (size_t)(place_end - line)),
	    xmemdup(at, (size_t)(end - at)));
	e->since = (time_t)since;
	e->ttl_s = (uint32_t)ttl_s;
	return true;
}

static enum status
damaged(struct rollover_memory *out, struct why *why, const char *what)
{
	rollover_memory_clear(out);
	why_set(why, "%s", what);
	return ST_SYNTAX;
}

enum status
rollover_memory_parse(
    const char *text, size_t len, struct rollover_memory *out, struct why *why)
{
	char sum[sizeof(SUM) + 17];
	const char *at = text + sizeof(HEAD) - 1, *end;

	*out = (struct rollover_memory){ 0 };
	if (len < sizeof(HEAD) + sizeof(sum) - 2 ||
	    memcmp(text, HEAD, sizeof(HEAD) - 1) != 0)
		return damaged(out, why, "it is no file of this command");
	end = text + len - (sizeof(sum) - 1);
	snprintf(sum, sizeof(sum), SUM "%016" PRIx64 "\n",
	    sum_of(text, (size_t)(end - text)));
	if (memcmp(end, sum, sizeof(sum) - 1) != 0)
		return damaged(out, why, "its sum is wrong");
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		if (newline == NULL ||
		    memchr(at, '\0', (size_t)(newline - at)) != NULL ||
		    !take_line(at, newline, out))
			return damaged(out, why, "a line of it cannot be read");
		at = newline + 1;
	}
	return ST_OK;
}
