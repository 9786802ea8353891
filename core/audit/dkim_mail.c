/* SPDX-License-Identifier: ISC */
#include "audit/dkim_mail.h"

#include <strings.h>

#include "wire/dkim_tags.h"

#define FIELD     "DKIM-Signature:"
#define SHOWN_MAX 253

static const struct remark_kind
    unsigned_mail = { REMARK_BROKEN, "dkim-mail-unsigned",
	    "receivers of reports ignore it (RFC 8460, 3)",
	    "set dkim-key, or let the MTA sign" },
    invalid = { REMARK_BROKEN, "dkim-mail-invalid",
	    "no verifier takes it (RFC 6376, 3.5)", "see what signs the mail" },
    has_length = { REMARK_BROKEN, "dkim-mail-length",
	    "a signature of a report must not have it (RFC 8460, 3)",
	    "let the signer sign the whole body" },
    old_digest = { REMARK_BROKEN, "dkim-mail-sha1",
	    "verifiers take no SHA-1 (RFC 8301, 3.1)", "sign with rsa-sha256" },
    lacks_field = { REMARK_ADVICE, "dkim-mail-fields",
	    "receivers look for it there (RFC 8460, 5.3)",
	    "add it to the fields that are signed" };

/* --- one signature ------------------------------------------------------------------------------ */

static void
add_about(struct strbuf *out, const struct dkim_tags *tags)
{
	const struct txt *s = dkim_tags_find(tags, "s");
	const struct txt *d = dkim_tags_find(tags, "d");

	if (s == NULL || d == NULL)
		return;
	strbuf_escape(out, s->text, s->len, SHOWN_MAX);
	strbuf_adds(out, "._domainkey.");
	strbuf_escape(out, d->text, d->len, SHOWN_MAX);
}

static void
audit_fields(const struct dkim_tags *tags, const char *about, struct remarks *out)
{
	static const char *const fields[] = { "From", "TLS-Report-Domain",
		"TLS-Report-Submitter" };
	const struct txt *h = dkim_tags_find(tags, "h");
	size_t i;

	for (i = 0; i < COUNT_OF(fields); i++)
		if (h == NULL || !dkim_value_has_name(h, fields[i]))
			remarks_add(
			    out, &lacks_field, about, "%s is not signed", fields[i]);
}

static void
audit_tags(const struct dkim_tags *tags, struct remarks *out)
{
	const struct txt *a = dkim_tags_find(tags, "a");
	struct strbuf about = STRBUF_INIT;

	add_about(&about, tags);
	if (dkim_tags_find(tags, "l") != NULL)
		remarks_add(out, &has_length, strbuf_str(&about),
		    "the signature has \"l=\", which leaves the end unsigned");
	if (a != NULL && dkim_value_is(a, "rsa-sha1"))
		remarks_add(out, &old_digest, strbuf_str(&about), "\"a=rsa-sha1\"");
	if (about.len == 0)
		remarks_add(out, &invalid, "", "a signature without \"s=\" or \"d=\"");
	audit_fields(tags, strbuf_str(&about), out);
	strbuf_clear(&about);
}

static void
audit_signature(struct txt value, struct remarks *out)
{
	struct dkim_tags tags;
	struct why why;

	if (dkim_tags_parse(value, &tags, &why) == ST_OK)
		audit_tags(&tags, out);
	else
		remarks_add(out, &invalid, "", "no signature: %s", why.text);
}

/* --- the head of the mail ------------------------------------------------------------------------- */

/* The field at the beginning of *rest with the lines that go on with it; "" is the empty line behind the last. */
static struct txt
next_field(struct txt *rest)
{
	struct txt field = { rest->text, 0 };
	const char *end;

	do {
		end = memchr(rest->text + field.len, '\n', rest->len - field.len);
		field.len = end != NULL ? (size_t)(end - rest->text) + 1 : rest->len;
	} while (field.len < rest->len &&
		 (rest->text[field.len] == ' ' || rest->text[field.len] == '\t'));
	rest->text += field.len;
	rest->len -= field.len;
	while (field.len > 0 && dkim_is_space(field.text[field.len - 1]))
		field.len--;
	return field;
}

size_t
dkim_mail_audit(const char *mail, size_t len, struct remarks *out)
{
	struct txt rest = { mail, len }, field;
	size_t count = 0, n = strlen(FIELD);

	while (rest.len > 0 && (field = next_field(&rest)).len > 0)
		if (field.len >= n && strncasecmp(field.text, FIELD, n) == 0) {
			audit_signature(
			    (struct txt){ field.text + n, field.len - n }, out);
			count++;
		}
	if (count == 0)
		remarks_add(out, &unsigned_mail, "", "the mail has no signature");
	return count;
}
