/* SPDX-License-Identifier: ISC */
#include "wire/report_file.h"

#include "wire/gzip.h"
#include "wire/mime.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define MEDIA_TYPE      "application/tlsrpt"

static bool
is_json(const char *text, size_t len)
{
	size_t mark = strlen(BYTE_ORDER_MARK);
	size_t i = len >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0 ? mark : 0;

	while (i < len && memchr(" \t\r\n", text[i], 4) != NULL)
		i++;
	return i < len && text[i] == '{';
}

static bool
is_report(const char *bytes, size_t len)
{
	return gzip_is(bytes, len) || is_json(bytes, len);
}

/* What it is is seen, not believed: labels have been wrong. */
static enum status
unpack_bare(
    const char *bytes, size_t len, size_t max, struct strbuf *out, struct why *why)
{
	if (gzip_is(bytes, len))
		return gunzip_add(out, bytes, len, max, why);
	if (len > max) {
		why_set(why, "more than %zu octets", max);
		return ST_TOO_BIG;
	}
	strbuf_add(out, bytes, len);
	return ST_OK;
}

/* The attachment that is looked for, and how it goes. */
struct search {
	struct strbuf bytes;
	struct why *why;
	enum status rc;
};

static bool
take_labelled(const struct mime_part *part, void *arg)
{
	struct search *s = arg;

	if (strncmp(part->type, MEDIA_TYPE, strlen(MEDIA_TYPE)) != 0)
		return false;
	s->rc = mime_decode(part, &s->bytes, s->why);
	return true;
}

static bool
take_likely(const struct mime_part *part, void *arg)
{
	struct search *s = arg;

	strbuf_reset(&s->bytes);
	s->rc = mime_decode(part, &s->bytes, NULL);
	return s->rc == ST_OK && is_report(strbuf_str(&s->bytes), s->bytes.len);
}

/* The one with the right label, else the first that looks like a report. */
static enum status
unpack_mail(
    const char *mail, size_t len, size_t max, struct strbuf *out, struct why *why)
{
	struct search s = { .why = why };

	if (!mime_each_part(mail, len, take_labelled, &s) &&
	    !mime_each_part(mail, len, take_likely, &s)) {
		why_set(why, "neither JSON nor gzip nor a mail with a report");
		s.rc = ST_NOTFOUND;
	}
	if (s.rc == ST_OK)
		s.rc = unpack_bare(strbuf_str(&s.bytes), s.bytes.len, max, out, why);
	strbuf_clear(&s.bytes);
	return s.rc;
}

/* The domain in "Name <local@domain> (comment)". */
static void
keep_domain(struct strbuf *from)
{
	const char *at = strrchr(strbuf_str(from), '@');

	if (at == NULL)
		return;
	strbuf_consume(from, (size_t)(at + 1 - from->data));
	strbuf_truncate(from, strcspn(from->data, ">)],; \t"));
}

/* From is what mail servers verify (RFC 7489); the field of RFC 8460 is anybody's word. */
static void
find_submitter(const char *mail, size_t len, char submitter[WHY_MAX])
{
	struct strbuf found = STRBUF_INIT, shown = STRBUF_INIT;

	if (mime_field(mail, len, "From", &found))
		keep_domain(&found);
	else
		mime_field(mail, len, "TLS-Report-Submitter", &found);
	strbuf_escape(&shown, strbuf_str(&found), found.len, WHY_MAX);
	snprintf(submitter, WHY_MAX, "%s", strbuf_str(&shown));
	strbuf_clear(&shown);
	strbuf_clear(&found);
}

enum status
report_file_unpack(const void *bytes, size_t len, size_t max, struct strbuf *out,
    char *submitter, struct why *why)
{
	if (submitter != NULL)
		submitter[0] = '\0';
	if (len > REPORT_FILE_MAX) {
		why_set(why, "more than %d octets", REPORT_FILE_MAX);
		return ST_TOO_BIG;
	}
	if (is_report(bytes, len))
		return unpack_bare(bytes, len, max, out, why);
	if (submitter != NULL)
		find_submitter(bytes, len, submitter);
	return unpack_mail(bytes, len, max, out, why);
}

enum status
report_file_read(const void *bytes, size_t len, struct tls_report *out, char *submitter,
    struct why *why)
{
	struct strbuf json = STRBUF_INIT;
	enum status rc =
	    report_file_unpack(bytes, len, REPORT_JSON_MAX, &json, submitter, why);

	if (rc == ST_OK)
		rc = tls_report_read(strbuf_str(&json), json.len, out, why);
	strbuf_clear(&json);
	return rc;
}
