/* SPDX-License-Identifier: ISC */
#include "wire/tls_event.h"

#include "base/base64.h"
#include "base/mem.h"
#include "wire/json_in.h"
#include "wire/next_hop.h"

#define CERT_BYTES_MAX 65536
#define CERT_TEXT_MAX  ((CERT_BYTES_MAX + 2) / 3 * 4)
#define REQUIRED       (-1)

static const char *const sources[] = {
#define X(name, word) [name] = word,
	EVENT_SOURCES(X)
#undef X
};

static const char *const tls_words[] = {
#define X(name, word) [name] = word,
	EVENT_TLS(X)
#undef X
};

static const char *const verified_words[] = {
#define X(name, word) [name] = word,
	EVENT_VERIFIED(X)
#undef X
};

enum direction { OUTBOUND, INBOUND };
static const char *const directions[] = {
	[OUTBOUND] = "out",
	[INBOUND] = "in",
};

/* An event while it is read. */
struct reader {
	struct json_in in;
	const struct json_value *object;
	struct tls_event *event;
};

const char *
event_source_word(enum event_source source)
{
	return sources[source];
}

const char *
event_tls_word(enum event_tls tls)
{
	return tls_words[tls];
}

const char *
event_verified_word(enum event_verified verified)
{
	return verified_words[verified];
}

void
event_text_clean(char *out, size_t size, const char *bytes, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len && n + 1 < size; i++)
		if (bytes[i] >= 0x20 && bytes[i] < 0x7f)
			out[n++] = bytes[i];
	out[n] = '\0';
}

/* The place of a member's word in its table; missing: what it is when it was not said, or REQUIRED. */
static int
take_word(struct reader *r, const char *name, const char *const *words, size_t count,
    int missing)
{
	struct txt t = json_in_text(&r->in, r->object, name);
	size_t i;

	if (t.len == 0 && missing != REQUIRED)
		return missing;
	for (i = 0; i < count; i++)
		if (strlen(words[i]) == t.len && memcmp(words[i], t.text, t.len) == 0)
			return (int)i;
	json_in_refuse_text(&r->in, name, "is no word for it", t);
	return 0;
}

static void
take_words(struct reader *r)
{
	struct tls_event *e = r->event;

	e->source = (enum event_source)take_word(
	    r, "source", sources, COUNT_OF(sources), REQUIRED);
	e->tls = (enum event_tls)take_word(
	    r, "tls", tls_words, COUNT_OF(tls_words), REQUIRED);
	e->verified = (enum event_verified)take_word(
	    r, "verified", verified_words, COUNT_OF(verified_words), VERIFIED_UNKNOWN);
	e->is_inbound = take_word(r, "direction", directions, COUNT_OF(directions),
			    OUTBOUND) == INBOUND;
}

/* A clock that runs ahead must not open tomorrow's report (RPT-CNT-14). */
static void
take_time(struct reader *r, time_t now)
{
	int64_t when;

	r->event->when = now;
	if (!json_in_number(&r->in, r->object, "when", &when))
		return;
	if (when < 0)
		json_in_refuse(&r->in, "\"when\" is before 1970");
	else if (when < now)
		r->event->when = (time_t)when;
}

static void
take_id(struct reader *r)
{
	struct txt t = json_in_text(&r->in, r->object, "id");
	size_t i;

	for (i = 0; i < t.len; i++)
		if (t.text[i] <= 0x20 || t.text[i] >= 0x7f)
			break;
	if (i < t.len || t.len > EVENT_ID_MAX)
		json_in_refuse_text(
		    &r->in, "id", "is not at most 64 printable octets", t);
	else
		memcpy(r->event->id, t.text, t.len);
}

/* Whether who knows the routes finds it by the address. */
static bool
is_next_hop_open(struct reader *r, struct txt text)
{
	struct address remote;

	return text.len == 0 && r->event->source == SOURCE_OPENSMTPD &&
	       json_in_address(&r->in, r->object, "remote", &remote);
}

/* An inbound client may be nameless; where our mail goes has a name, or no policy. */
static void
take_next_hop(struct reader *r)
{
	struct txt t = json_in_text(&r->in, r->object, "next-hop");
	struct next_hop next_hop;

	if (next_hop_parse(t.text, t.len, &next_hop, NULL) == NEXT_HOP_DOMAIN) {
		r->event->next_hop = next_hop.domain;
		r->event->is_next_hop_host = next_hop.is_host;
	} else if (!r->event->is_inbound && !is_next_hop_open(r, t)) {
		json_in_refuse_text(&r->in, "next-hop", "is no domain", t);
	}
}

static void
take_ends(struct reader *r)
{
	struct tls_event *e = r->event;

	(void)json_in_domain(&r->in, r->object, "host", &e->host);
	e->has_local = json_in_address(&r->in, r->object, "local", &e->local);
	e->has_remote = json_in_address(&r->in, r->object, "remote", &e->remote);
}

static void
take_text(struct reader *r, const char *name, char *out, size_t size)
{
	struct txt t = json_in_text(&r->in, r->object, name);

	event_text_clean(out, size, t.text, t.len);
}

static void
take_texts(struct reader *r)
{
	struct tls_event *e = r->event;

	take_text(r, "session", e->session, sizeof(e->session));
	take_text(r, "helo", e->helo, sizeof(e->helo));
	take_text(r, "version", e->version, sizeof(e->version));
	take_text(r, "cipher", e->cipher, sizeof(e->cipher));
	take_text(r, "reason", e->reason, sizeof(e->reason));
}

/* A word that RFC 8460 has not becomes the reason of one that it has (RPT-TYPE-13). */
static void
take_result(struct reader *r)
{
	struct tls_event *e = r->event;
	struct txt t = json_in_text(&r->in, r->object, "result");

	if (t.len == 0)
		return;
	e->has_result = true;
	if (tls_result_parse(t.text, t.len, &e->result) == ST_OK)
		return;
	e->result = RESULT_VALIDATION;
	event_text_clean(e->reason, sizeof(e->reason), t.text, t.len);
}

/* How many certificates are kept, and the room that they need. */
static size_t
measure_chain(struct reader *r, const struct json_value *array, size_t *bytes)
{
	const struct json_value *v;
	size_t count = 0;

	*bytes = 0;
	for (v = json_in_first(array); v != NULL; v = json_in_next(array, v)) {
		size_t len = json_in_item_text(&r->in, v).len;

		if (count == CHAIN_CERTS_MAX || len > CERT_TEXT_MAX)
			break;
		*bytes += BASE64_DECODED_MAX(len);
		count++;
	}
	return count;
}

/*
 * What a server sends is not the sender's fault: a chain without end, or with a monster in it, is
 * kept up to there and the event counts.
 */
static void
take_chain(struct reader *r)
{
	const struct json_value *array = json_in_array(&r->in, r->object, "chain");
	const struct json_value *v = json_in_first(array);
	struct chain *chain = &r->event->chain;
	size_t room, len, count = measure_chain(r, array, &room);
	uint8_t *der;

	if (count == 0 || r->in.is_bad)
		return;
	r->event->memory = der = xmalloc(room);
	for (; chain->count < count; v = json_in_next(array, v)) {
		struct txt t = json_in_item_text(&r->in, v);

		if (base64_decode(t.text, t.len, der, &len) != ST_OK || len == 0) {
			json_in_refuse(
			    &r->in, "certificate %zu is no base64", chain->count + 1);
			return;
		}
		chain->certs[chain->count].der = der;
		chain->certs[chain->count++].len = len;
		der += len;
	}
}

enum status
tls_event_parse(
    const char *json, size_t len, time_t now, struct tls_event *out, struct why *why)
{
	struct reader r = { .in = { .why = why }, .event = out };
	struct json_document document;
	enum status rc;

	if (len > EVENT_BYTES_MAX) {
		why_set(
		    why, "%zu octets, at most %d are allowed", len, EVENT_BYTES_MAX);
		return ST_TOO_BIG;
	}
	rc = json_in_parse(json, len, &document, why);
	if (rc != ST_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	r.object = document.values;
	take_words(&r);
	take_time(&r, now);
	take_id(&r);
	take_next_hop(&r);
	take_ends(&r);
	take_texts(&r);
	take_result(&r);
	take_chain(&r);
	json_document_clear(&document);
	if (!r.in.is_bad)
		return ST_OK;
	tls_event_clear(out);
	return ST_SYNTAX;
}

void
tls_event_clear(struct tls_event *event)
{
	free(event->memory);
	event->memory = NULL;
}
