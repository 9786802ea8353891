/* SPDX-License-Identifier: ISC */
#include "publish/rua_make.h"

#include "wire/field.h"
#include "wire/tlsrpt_record.h"

#define SHOWN_MAX 60

/* Everywhere in a record (RFC 8460, 3), and in the local part of a mailbox (RFC 6068, 2). */
#define URI_ENCODED "!,;"
#define LOCAL_MARKS "-._~+"

static bool
is_encoded(char c, bool is_local)
{
	if (is_local)
		return !field_is_alnum(c) && strchr(LOCAL_MARKS, c) == NULL;
	return strchr(URI_ENCODED, c) != NULL;
}

static void
add_encoded(struct strbuf *out, const char *text, size_t len, bool is_local)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (is_encoded(text[i], is_local))
			strbuf_addf(out, "%%%02X", (unsigned char)text[i]);
		else
			strbuf_addc(out, text[i]);
}

/* "tls!reports@example.com", the last "@" in front of the domain; anything else is taken for a URI. */
static void
add_uri(struct strbuf *out, const char *place)
{
	const char *at = strrchr(place, '@');

	if (at == NULL || strchr(place, ':') != NULL) {
		add_encoded(out, place, strlen(place), false);
		return;
	}
	strbuf_adds(out, "mailto:");
	add_encoded(out, place, (size_t)(at - place), true);
	add_encoded(out, at, strlen(at), false);
}

static enum status
add_place(struct strbuf *out, const char *place, struct why *why)
{
	struct strbuf uri = STRBUF_INIT, shown = STRBUF_INIT;
	struct why fault;
	struct rua rua;
	enum status rc;

	add_uri(&uri, place);
	rc = rua_parse(strbuf_str(&uri), uri.len, &rua, &fault);
	if (rc == ST_OK) {
		strbuf_adds(out, rua.uri);
	} else {
		strbuf_escape(&shown, place, strlen(place), SHOWN_MAX);
		why_set(why, "\"%s\": %s", strbuf_str(&shown), fault.text);
	}
	strbuf_clear(&uri);
	strbuf_clear(&shown);
	return rc;
}

enum status
rua_make(const char *const *places, size_t count, struct strbuf *out, struct why *why)
{
	enum status rc = ST_OK;
	size_t i;

	if (count > RUA_MAX) {
		why_set(why, "more than %d destinations; senders need not use them all",
		    RUA_MAX);
		return ST_TOO_BIG;
	}
	strbuf_adds(out, "v=TLSRPTv1; rua=");
	for (i = 0; i < count && rc == ST_OK; i++) {
		strbuf_adds(out, i > 0 ? "," : "");
		rc = add_place(out, places[i], why);
	}
	return rc;
}
