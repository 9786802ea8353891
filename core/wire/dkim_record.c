/* SPDX-License-Identifier: ISC */
#include "wire/dkim_record.h"

#include <stdio.h>

#include "base/base64.h"
#include "base/strbuf.h"
#include "wire/dkim_tags.h"

static enum status
take_version(const struct dkim_tags *tags, struct why *why)
{
	const struct txt *v = dkim_tags_find(tags, "v");

	if (v == NULL)
		return ST_OK;
	if (!dkim_value_is(v, "DKIM1"))
		return dkim_value_refuse(why, "the version is not DKIM1", v);
	if (v != &tags->items[0].value)
		return dkim_value_refuse(why, "the version does not stand in front", v);
	return ST_OK;
}

/* Blanks may stand within it: it is long. */
static enum status
take_key(const struct dkim_tags *tags, struct dkim_record *out, struct why *why)
{
	const struct txt *p = dkim_tags_find(tags, "p");
	char text[BASE64_ENCODED_LEN(DKIM_KEY_MAX)];
	size_t i, n = 0;

	_Static_assert(BASE64_DECODED_MAX(sizeof(text)) <= sizeof(out->key),
	    "any text that fits has room as a key");
	if (p == NULL) {
		why_set(why, "no tag \"p\"");
		return ST_SYNTAX;
	}
	for (i = 0; i < p->len; i++) {
		if (dkim_is_space(p->text[i]))
			continue;
		if (n == sizeof(text)) {
			why_set(why, "the key is longer than any");
			return ST_TOO_BIG;
		}
		text[n++] = p->text[i];
	}
	out->is_revoked = n == 0;
	if (base64_decode(text, n, out->key, &out->key_len) != ST_OK)
		return dkim_value_refuse(why, "the key is no base64", p);
	return ST_OK;
}

static void
take_type(const struct dkim_tags *tags, struct dkim_record *out)
{
	const struct txt *k = dkim_tags_find(tags, "k");

	if (k == NULL || dkim_value_is(k, "rsa"))
		out->type = DKIM_RSA;
	else
		out->type = dkim_value_is(k, "ed25519") ? DKIM_ED25519 : DKIM_OTHER_KEY;
}

static void
take_services(const struct dkim_tags *tags, struct dkim_record *out)
{
	static const struct txt all = { "*", 1 };
	const struct txt *s = dkim_tags_find(tags, "s");
	struct strbuf text = STRBUF_INIT;

	out->has_services = s != NULL;
	if (s == NULL)
		s = &all;
	out->is_for_mail = dkim_value_has(s, "*") || dkim_value_has(s, "email");
	out->is_for_reports = dkim_value_has(s, "*") || dkim_value_has(s, "tlsrpt");
	if (out->has_services)
		strbuf_escape(&text, s->text, s->len, DKIM_SERVICES_MAX);
	snprintf(out->services, sizeof(out->services), "%s", strbuf_str(&text));
	strbuf_clear(&text);
}

static void
take_flags(const struct dkim_tags *tags, struct dkim_record *out)
{
	const struct txt *t = dkim_tags_find(tags, "t");

	out->is_testing = t != NULL && dkim_value_has(t, "y");
	out->is_strict = t != NULL && dkim_value_has(t, "s");
}

enum status
dkim_record_parse(const struct txt *txt, struct dkim_record *out, struct why *why)
{
	struct dkim_record record = { .type = DKIM_RSA };
	struct dkim_tags tags;
	enum status rc = dkim_tags_parse(*txt, &tags, why);

	if (rc == ST_OK)
		rc = take_version(&tags, why);
	if (rc == ST_OK)
		rc = take_key(&tags, &record, why);
	if (rc != ST_OK)
		return rc;
	take_type(&tags, &record);
	take_services(&tags, &record);
	take_flags(&tags, &record);
	*out = record;
	return ST_OK;
}
