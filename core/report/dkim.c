/* SPDX-License-Identifier: ISC */
#include "report/dkim.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <strings.h>

#include "base/base64.h"
#include "base/mem.h"
#include "report/dkim_key.h"
#include "report/dkim_relaxed.h"

#define SHA256_BYTES 32
#define COLUMNS      72 /* of a folded line, about */

/* --- what is signed ----------------------------------------------------------------- */

/* RFC 6376, section 5.4.1; RFC 8460, section 5.3.  From comes before these. */
static const char *const signed_fields[] = {
	"to",
	"subject",
	"date",
	"message-id",
	"mime-version",
	"content-type",
	"tls-report-domain",
	"tls-report-submitter",
	"tls-required",
	"auto-submitted",
};

struct text {
	const char *p;
	size_t len;
};

/* Take the first field, with its CRLF, off a header.  False at the end. */
static bool
next_field(struct text *header, struct text *field)
{
	const char *p = header->p, *end = p + header->len;

	if (header->len == 0)
		return false;
	do {
		p = memmem(p, (size_t)(end - p), "\r\n", 2);
		p = p != NULL ? p + 2 : end;
	} while (p < end && (*p == ' ' || *p == '\t'));
	*field = (struct text){ header->p, (size_t)(p - header->p) };
	*header = (struct text){ p, (size_t)(end - p) };
	return true;
}

static bool
has_name(const struct text *field, const char *name)
{
	size_t len = strlen(name);

	if (field->len <= len || strncasecmp(field->p, name, len) != 0)
		return false;
	while (len < field->len && (field->p[len] == ' ' || field->p[len] == '\t'))
		len++;
	return len < field->len && field->p[len] == ':';
}

/* Returns how many there are; *out is the last, since verifiers count from the bottom (5.4.2). */
static unsigned
find_field(struct text header, const char *name, struct text *out)
{
	struct text field;
	unsigned count = 0;

	while (next_field(&header, &field))
		if (has_name(&field, name)) {
			*out = field;
			count++;
		}
	return count;
}

/* One more name in "h=", on the next line where this one is full. */
static void
add_name(struct strbuf *names, size_t *column, const char *name)
{
	size_t len = strlen(name) + 1;

	if (names->len > 0)
		strbuf_addc(names, ':');
	if (*column + len > COLUMNS) {
		strbuf_adds(names, "\r\n\t ");
		*column = 0;
	}
	strbuf_adds(names, name);
	*column += len;
}

static void
relax(struct strbuf *out, const struct text *field)
{
	dkim_relax_field(out, field->p, field->len);
	strbuf_adds(out, "\r\n");
}

/*
 * The fields in relaxed form, and their names as in "h=".  From is named once more than it stands there: so nobody can
 * add a second one (RFC 6376, section 8.15).
 */
static enum status
collect_fields(
    struct text header, struct strbuf *relaxed, struct strbuf *names, struct why *why)
{
	struct text field;
	size_t i, column = 0;

	if (find_field(header, "from", &field) != 1) {
		why_set(why, "DKIM: a message needs exactly one From");
		return ST_SYNTAX;
	}
	add_name(names, &column, "from");
	add_name(names, &column, "from");
	relax(relaxed, &field);
	for (i = 0; i < COUNT_OF(signed_fields); i++) {
		if (find_field(header, signed_fields[i], &field) == 0)
			continue;
		add_name(names, &column, signed_fields[i]);
		relax(relaxed, &field);
	}
	return ST_OK;
}

/* --- signing ------------------------------------------------------------------------ */

static bool
digest(const struct strbuf *text, uint8_t out[SHA256_BYTES])
{
	return EVP_Digest(strbuf_str(text), text->len, out, NULL, EVP_sha256(), NULL) ==
	       1;
}

/* "bh=" */
static bool
add_body_hash(const struct text *body, struct strbuf *out)
{
	struct strbuf relaxed = STRBUF_INIT;
	uint8_t hash[SHA256_BYTES];
	bool is_done;

	dkim_relax_body(&relaxed, body->p, body->len);
	is_done = digest(&relaxed, hash);
	if (is_done)
		base64_add(out, hash, sizeof(hash));
	strbuf_clear(&relaxed);
	return is_done;
}

/*
 * "b=", folded.  Ed25519 signs the hash of the header (RFC 8463, section 3) and does so without a digest of
 * EVP's; RSA hashes itself.
 */
static bool
add_signature(
    const struct dkim_key *key, const struct strbuf *relaxed, struct strbuf *out)
{
	uint8_t hash[SHA256_BYTES];
	struct text what = { strbuf_str(relaxed), relaxed->len };
	const EVP_MD *md = key->is_ed25519 ? NULL : EVP_sha256();
	size_t len = (size_t)EVP_PKEY_get_size(key->pkey);
	uint8_t *signature = xmalloc(len);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool is_done = ctx != NULL && digest(relaxed, hash);

	if (key->is_ed25519)
		what = (struct text){ (const char *)hash, sizeof(hash) };
	is_done = is_done && EVP_DigestSignInit(ctx, NULL, md, NULL, key->pkey) == 1 &&
		  EVP_DigestSign(
		      ctx, signature, &len, (const uint8_t *)what.p, what.len) == 1;
	if (is_done)
		base64_add(out, signature, len);
	EVP_MD_CTX_free(ctx);
	free(signature);
	return is_done;
}

static void
add_folded(struct strbuf *out, const struct strbuf *text)
{
	size_t at, len;

	for (at = 0; at < text->len; at += len) {
		len = text->len - at < COLUMNS ? text->len - at : COLUMNS;
		if (at > 0)
			strbuf_adds(out, "\r\n\t");
		strbuf_add(out, text->data + at, len);
	}
}

/* Header, with the CRLF of its last field, and body. */
static enum status
split(const char *message, size_t len, struct text *header, struct text *body,
    struct why *why)
{
	const char *end = memmem(message, len, "\r\n\r\n", 4);
	size_t header_len;

	if (end == NULL) {
		why_set(why, "DKIM: the message's header has no end");
		return ST_SYNTAX;
	}
	header_len = (size_t)(end - message) + 2;
	*header = (struct text){ message, header_len };
	*body = (struct text){ end + 4, len - header_len - 2 };
	return ST_OK;
}

/* The field as it is signed, with an empty "b=" (RFC 6376, section 3.7). */
static bool
add_unsigned(struct strbuf *out, const struct dkim_key *key,
    const struct domain *domain, const char *selector, time_t now,
    const struct strbuf *names, const struct text *body)
{
	bool is_done;

	strbuf_addf(out,
	    "DKIM-Signature: v=1; a=%s-sha256; c=relaxed/relaxed;\r\n"
	    "\td=%s;\r\n\ts=%s; t=%lld;\r\n\th=%s;\r\n\tbh=",
	    key->is_ed25519 ? "ed25519" : "rsa", domain->text, selector, (long long)now,
	    strbuf_str(names));
	is_done = add_body_hash(body, out);
	strbuf_adds(out, ";\r\n\tb=");
	return is_done;
}

static void
explain_library(struct why *why)
{
	char text[WHY_MAX / 2];

	ERR_error_string_n(ERR_get_error(), text, sizeof(text));
	ERR_clear_error();
	why_set(why, "DKIM: %s", text);
}

enum status
dkim_sign(const struct dkim_key *key, const struct domain *domain, const char *selector,
    const char *message, size_t len, time_t now, struct strbuf *out, struct why *why)
{
	struct strbuf relaxed = STRBUF_INIT, names = STRBUF_INIT;
	struct strbuf field = STRBUF_INIT, signature = STRBUF_INIT;
	struct text header, body;
	enum status rc;

	rc = split(message, len, &header, &body, why);
	if (rc == ST_OK)
		rc = collect_fields(header, &relaxed, &names, why);
	if (rc != ST_OK)
		goto out;
	rc = ST_LIBRARY;
	if (!add_unsigned(&field, key, domain, selector, now, &names, &body))
		goto out;
	dkim_relax_field(&relaxed, field.data, field.len);
	if (!add_signature(key, &relaxed, &signature))
		goto out;
	strbuf_add(out, field.data, field.len);
	add_folded(out, &signature);
	strbuf_adds(out, "\r\n");
	rc = ST_OK;
out:
	if (rc == ST_LIBRARY)
		explain_library(why);
	strbuf_clear(&relaxed);
	strbuf_clear(&names);
	strbuf_clear(&field);
	strbuf_clear(&signature);
	return rc;
}
