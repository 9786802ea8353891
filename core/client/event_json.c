/* SPDX-License-Identifier: ISC */
#include "client/event_json.h"

#include "base/base64.h"
#include "wire/utf8.h"

#define TAIL        "]}" /* what an event can always be ended with */
#define DOMAIN_TEXT 1024 /* octets of a domain of 253 as people may write it */

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

/* --- octets --------------------------------------------------------------------------- */

/* False: there is no room for all of them, and nothing is written. */
static bool
put(struct event_json *json, const char *bytes, size_t len)
{
	if (len > json->max - json->len)
		return false;
	memcpy(json->buf + json->len, bytes, len);
	json->len += len;
	return true;
}

static bool
put_word(struct event_json *json, const char *word)
{
	return put(json, word, strlen(word));
}

/* One character of n octets. */
static bool
put_character(struct event_json *json, const char *character, size_t n)
{
	if (*character == '"' || *character == '\\')
		return put(json, "\\", 1) && put(json, character, n);
	return put(json, character, n);
}

/* --- members -------------------------------------------------------------------------- */

/* ,"name":" */
static bool
put_name(struct event_json *json, const char *name)
{
	return put_word(json, ",\"") && put_word(json, name) && put_word(json, "\":\"");
}

enum alphabet { ASCII, UTF8 };

/* Characters of other alphabets, and octets that are none, are dropped. */
static bool
put_clean(struct event_json *json, const char *text, size_t len, size_t max,
    enum alphabet alphabet)
{
	size_t i, n, kept = 0;

	for (i = 0; i < len && kept < max; i += n == 0 ? 1 : n) {
		n = utf8_len(text + i, len - i);
		if (n == 0 || (n > 1 && alphabet == ASCII))
			continue;
		if (!put_character(json, text + i, n))
			return false;
		kept += n;
	}
	return true;
}

/* All of the member, or nothing of it; one whose text comes to nothing is none. */
static void
add(struct event_json *json, const char *name, const char *text, size_t len, size_t max,
    enum alphabet alphabet)
{
	size_t start = json->len, empty;
	bool fits = put_name(json, name);

	empty = json->len;
	fits = fits && put_clean(json, text, len, max, alphabet);
	if (fits && json->len > empty && put(json, "\"", 1))
		return;
	json->is_cut = json->is_cut || !fits || json->len > empty;
	json->len = start;
}

void
event_json_text(
    struct event_json *json, const char *name, const char *text, size_t len, size_t max)
{
	add(json, name, text, len, max, ASCII);
}

void
event_json_domain(
    struct event_json *json, const char *name, const char *text, size_t len)
{
	if (len <= DOMAIN_TEXT)
		add(json, name, text, len, DOMAIN_TEXT, UTF8);
}

static void
add_word(struct event_json *json, const char *name, const char *word)
{
	event_json_text(json, name, word, strlen(word), strlen(word));
}

void
event_json_tls(
    struct event_json *json, enum event_tls tls, enum event_verified verified)
{
	add_word(json, "tls", tls_words[tls]);
	add_word(json, "verified", verified_words[verified]);
}

/* --- the chain ------------------------------------------------------------------------ */

/* False: it does not fit, or is none. */
static bool
add_certificate(struct event_json *json, bool is_first, const uint8_t *der, size_t len)
{
	const char *before = is_first ? ",\"chain\":[\"" : ",\"";
	size_t text_len = BASE64_ENCODED_LEN(len);

	if (len == 0 || len > EVENT_BYTES_MAX ||
	    strlen(before) + text_len + 1 > json->max - json->len)
		return false;
	put_word(json, before);
	json->len += base64_encode(der, len, json->buf + json->len);
	put(json, "\"", 1);
	return true;
}

void
event_json_chain(struct event_json *json, const struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++)
		if (!add_certificate(
			json, i == 0, chain->certs[i].der, chain->certs[i].len))
			break;
	if (i > 0)
		json->buf[json->len++] = ']';
}

/* --- the whole ------------------------------------------------------------------------ */

size_t
event_json_size(const struct chain *chain)
{
	size_t i, size = EVENT_JSON_PLAIN;

	for (i = 0; i < chain->count && size < EVENT_BYTES_MAX; i++)
		size += BASE64_ENCODED_LEN(chain->certs[i].len) + strlen("\"\",");
	return size < EVENT_BYTES_MAX ? size : EVENT_BYTES_MAX + 1;
}

static void
add_time(struct event_json *json, time_t when)
{
	char text[48];
	int len = snprintf(text, sizeof(text), ",\"when\":%lld", (long long)when);

	if (!put(json, text, (size_t)len))
		json->is_cut = true;
}

void
event_json_begin(struct event_json *json, char *buf, size_t size,
    enum event_source source, bool is_inbound, time_t when)
{
	if (size > EVENT_BYTES_MAX + 1)
		size = EVENT_BYTES_MAX + 1;
	*json = (struct event_json){ .buf = buf, .max = size - sizeof(TAIL) };
	put_word(json, "{\"source\":\"");
	put_word(json, sources[source]);
	put_word(json, "\",\"direction\":\"");
	put_word(json, is_inbound ? "in\"" : "out\"");
	if (when > 0)
		add_time(json, when);
}

enum status
event_json_end(struct event_json *json)
{
	json->buf[json->len++] = '}';
	json->buf[json->len] = '\0';
	return json->is_cut ? ST_TOO_BIG : ST_OK;
}
