/* SPDX-License-Identifier: ISC */
#include "publish/sts_history.h"

#include <inttypes.h>

#include "base/hash.h"
#include "base/number.h"
#include "wire/rfc3339.h"
#include "wire/text.h"

#define HEAD   "# first seen, last seen, id, mode, max_age, sum of the text\n"
#define WANTED "wanted "
#define NO_ID  "-"

/* A change is to be seen; how lines end is none. */
static uint64_t
sum_of(const struct sts_policy *policy)
{
	uint64_t sum = HASH_START;
	const char *line;
	size_t pos = 0, len;

	if (policy == NULL)
		return 0;
	while (sts_policy_next_line(policy, &pos, &line, &len))
		sum = hash_add(hash_add(sum, line, len), "\n", 1);
	return sum;
}

static time_t
later(time_t a, time_t b)
{
	return a > b ? a : b;
}

/* --- text --------------------------------------------------------------------------------------- */

static bool
take_time(struct text word, time_t *out)
{
	char text[RFC3339_TEXT_MAX];

	snprintf(text, sizeof(text), "%.*s", (int)word.len, word.p);
	return word.len < sizeof(text) && rfc3339_parse(text, out) == ST_OK;
}

static bool
take_id(struct text word, char out[STS_ID_MAX + 1])
{
	if (word.len > STS_ID_MAX)
		return false;
	if (!text_is(word, NO_ID))
		memcpy(out, word.p, word.len);
	return true;
}

static bool
take_mode(struct text word, enum sts_mode *out)
{
	return sts_mode_parse(word.p, word.len, out) == ST_OK;
}

static bool
take_number(struct text word, uint64_t max, uint64_t *out)
{
	return number_parse(word.p, word.len, max, out) == ST_OK;
}

static struct text
next_word(struct text *line)
{
	struct text word = { line->p, 0 };

	while (word.len < line->len && line->p[word.len] != ' ')
		word.len++;
	text_skip(line, word.len);
	(void)text_take(line, " ");
	return word;
}

static bool
take_line(struct text line, struct sts_served *out)
{
	uint64_t age;

	memset(out, 0, sizeof(*out));
	if (!take_time(next_word(&line), &out->first) ||
	    !take_time(next_word(&line), &out->last) ||
	    !take_id(next_word(&line), out->id) ||
	    !take_mode(next_word(&line), &out->mode) ||
	    !take_number(next_word(&line), STS_MAX_AGE_MAX, &age) ||
	    !take_number(next_word(&line), UINT64_MAX, &out->sum))
		return false;
	out->max_age_s = (uint32_t)age;
	return line.len == 0;
}

/* "wanted SINCE SUM", with its first word already taken */
static bool
take_wanted(struct text line, struct sts_history *out)
{
	return take_time(next_word(&line), &out->wanted.since) &&
	       take_number(next_word(&line), UINT64_MAX, &out->wanted.sum) &&
	       line.len == 0;
}

static bool
add_line(struct text line, struct sts_history *out)
{
	if (line.len == 0 || line.p[0] == '#')
		return true;
	if (text_take(&line, WANTED))
		return take_wanted(line, out);
	return out->count < STS_HISTORY_MAX &&
	       take_line(line, &out->items[out->count++]);
}

static struct text
next_line(struct text *rest)
{
	const char *end = memchr(rest->p, '\n', rest->len);
	struct text line = *rest;

	if (end != NULL)
		line.len = (size_t)(end - rest->p);
	text_skip(rest, line.len + (end != NULL));
	return line;
}

enum status
sts_history_parse(
    const char *text, size_t len, struct sts_history *out, struct why *why)
{
	struct text rest = { text, len };
	size_t number;

	memset(out, 0, sizeof(*out));
	for (number = 1; rest.len > 0; number++) {
		if (!add_line(next_line(&rest), out)) {
			why_set(why, "line %zu cannot be read", number);
			return ST_SYNTAX;
		}
	}
	return ST_OK;
}

void
sts_history_add_text(const struct sts_history *h, struct strbuf *out)
{
	char first[RFC3339_TEXT_MAX], last[RFC3339_TEXT_MAX];
	size_t i;

	strbuf_adds(out, HEAD);
	for (i = 0; i < h->count; i++) {
		const struct sts_served *s = &h->items[i];

		strbuf_addf(out, "%s %s %s %s %u %" PRIu64 "\n",
		    rfc3339_text(s->first, first), rfc3339_text(s->last, last),
		    s->id[0] != '\0' ? s->id : NO_ID, sts_mode_text(s->mode),
		    s->max_age_s, s->sum);
	}
	if (h->wanted.sum != 0)
		strbuf_addf(out, WANTED "%s %" PRIu64 "\n",
		    rfc3339_text(h->wanted.since, first), h->wanted.sum);
}

/* --- what is in it ------------------------------------------------------------------------------ */

const struct sts_served *
sts_history_last(const struct sts_history *h)
{
	return h->count > 0 ? &h->items[h->count - 1] : NULL;
}

bool
sts_served_is(const struct sts_served *served, const struct sts_policy *policy)
{
	return served->sum == sum_of(policy);
}

static void
add(struct sts_history *h, const struct sts_served *served)
{
	if (h->count == STS_HISTORY_MAX)
		memmove(&h->items[0], &h->items[1], --h->count * sizeof(h->items[0]));
	h->items[h->count++] = *served;
}

/* The same again.  It was not first seen before what it replaced: the clock was behind then. */
static void
prolong(struct sts_history *h, time_t now)
{
	struct sts_served *last = &h->items[h->count - 1];

	if (h->count > 1 && last->first < last[-1].last)
		last->first = now;
	last->last = later(last->last, now);
}

void
sts_history_note(
    struct sts_history *h, const struct sts_policy *policy, const char *id, time_t now)
{
	struct sts_served *last = h->count > 0 ? &h->items[h->count - 1] : NULL;
	struct sts_served served = {
		.first = now,
		.last = now,
		.mode = policy != NULL ? policy->mode : STS_NONE,
		.max_age_s = policy != NULL ? policy->max_age_s : 0,
		.sum = sum_of(policy),
	};

	snprintf(served.id, sizeof(served.id), "%s", id);
	if (last != NULL && last->sum == served.sum && strcmp(last->id, id) == 0)
		prolong(h, now);
	else
		add(h, &served);
	if (h->wanted.sum == served.sum)
		h->wanted.sum = 0;
}

void
sts_history_want(struct sts_history *h, const struct sts_policy *policy, time_t now)
{
	const struct sts_served *last = sts_history_last(h);
	uint64_t sum = sum_of(policy);

	if (sum == h->wanted.sum || (last != NULL && last->sum == sum))
		return;
	h->wanted.since = now;
	h->wanted.sum = sum;
}

time_t
sts_history_cached_until(const struct sts_history *h, time_t now)
{
	time_t until = 0, end;
	size_t i;

	for (i = 0; i < h->count; i++) {
		const struct sts_served *s = &h->items[i];

		end = later(i + 1 < h->count ? h->items[i + 1].first : now, s->last);
		if (s->mode != STS_NONE && until < end + (time_t)s->max_age_s)
			until = end + (time_t)s->max_age_s;
	}
	return until;
}

time_t
sts_history_unknown_until(const struct sts_history *h, time_t now)
{
	return (h->count > 0 ? h->items[0].first : now) + STS_MAX_AGE_MAX;
}

time_t
sts_history_none_since(const struct sts_history *h, time_t now)
{
	time_t since = now;
	size_t i;

	for (i = h->count; i > 0 && h->items[i - 1].mode == STS_NONE; i--)
		since = h->items[i - 1].first;
	return i > 0 ? later(since, h->items[i - 1].last) : since;
}
