/* SPDX-License-Identifier: ISC */
#include "wire/tls_report.h"

#include <inttypes.h>

#include "wire/rfc3339.h"
#include "wire/tls_result.h"
#include "wire/utf8.h"

static bool
is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* C1 of ISO 6429, and what RFC 7493, section 2.1, keeps out: U+FDD0 to U+FDEF and the last two of every plane. */
static bool
is_unwanted(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;

	if (len == 2)
		return p[0] == 0xc2 && p[1] < 0xa0;
	if (len == 3 && p[0] == 0xef && p[1] == 0xb7)
		return p[2] >= 0x90 && p[2] <= 0xaf;
	return (len == 4 ? (p[1] & 0x0f) == 0x0f : p[0] == 0xef) &&
	       p[len - 2] == 0xbf && p[len - 1] >= 0xbe;
}

/* The character at the start of text, which is not plain; returns its octets, at least 1. */
static size_t
put_special(struct strbuf *out, const char *text, size_t len)
{
	size_t n = utf8_len(text, len);

	if (n == 1)
		strbuf_addc(out, '\\');
	if (n == 1 || (n > 1 && !is_unwanted(text, n)))
		strbuf_add(out, text, n);
	return n > 0 ? n : 1;
}

static void
put_string(struct strbuf *out, const char *text, size_t len)
{
	size_t i = 0, n;

	strbuf_addc(out, '"');
	while (i < len) {
		for (n = 0; i + n < len && is_plain(text[i + n]); n++)
			continue;
		strbuf_add(out, text + i, n);
		i += n;
		if (i < len)
			i += put_special(out, text + i, len - i);
	}
	strbuf_addc(out, '"');
}

/* A comma, unless a bracket has just been opened: no string ends in one. */
static void
put_comma(struct strbuf *out)
{
	char last = out->data[out->len - 1];

	if (last != '{' && last != '[')
		strbuf_addc(out, ',');
}

/* key: with its quotes and colon, and the bracket of its value if that has one. */
static void
put_key(struct strbuf *out, const char *key)
{
	put_comma(out);
	strbuf_adds(out, key);
}

static void
put_text(struct strbuf *out, const char *key, const char *text)
{
	if (text[0] == '\0')
		return;
	put_key(out, key);
	put_string(out, text, strlen(text));
}

static void
put_count(struct strbuf *out, const char *key, uint64_t count)
{
	put_key(out, key);
	strbuf_addf(out, "%" PRIu64, count);
}

static void
put_time(struct strbuf *out, const char *key, time_t when)
{
	char text[RFC3339_TEXT_MAX];

	put_text(out, key, rfc3339_text(when, text));
}

/* An array of the lines of text. */
static void
put_lines(struct strbuf *out, const char *key, const char *text)
{
	size_t n;

	put_key(out, key);
	for (; text[0] != '\0'; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		put_comma(out);
		put_string(out, text, n);
	}
	strbuf_addc(out, ']');
}

static void
put_detail(struct strbuf *out, const struct report_detail *d)
{
	put_key(out, "{");
	put_text(out, "\"result-type\":", d->result);
	put_text(out, "\"sending-mta-ip\":", d->local);
	put_text(out, "\"receiving-mx-hostname\":", d->host);
	put_text(out, "\"receiving-mx-helo\":", d->helo);
	put_text(out, "\"receiving-ip\":", d->remote);
	put_count(out, "\"failed-session-count\":", d->count);
	put_text(out, "\"additional-information\":", d->information);
	put_text(out, "\"failure-reason-code\":", d->code);
	strbuf_addc(out, '}');
}

void
tls_report_write_head(struct strbuf *out, const struct tls_report *report)
{
	strbuf_addc(out, '{');
	put_text(out, "\"organization-name\":", report->organization);
	put_key(out, "\"date-range\":{");
	put_time(out, "\"start-datetime\":", report->begin);
	put_time(out, "\"end-datetime\":", report->end);
	strbuf_addc(out, '}');
	put_text(out, "\"contact-info\":", report->contact);
	put_text(out, "\"report-id\":", report->id);
	put_key(out, "\"policies\":[");
}

void
tls_report_write_policy(struct strbuf *out, const struct report_policy *policy)
{
	size_t i;

	put_key(out, "{\"policy\":{");
	put_text(out, "\"policy-type\":", policy->type);
	if (strcmp(policy->type, policy_type_word(POLICY_NOT_FOUND)) != 0)
		put_lines(out, "\"policy-string\":[", policy->text);
	put_text(out, "\"policy-domain\":", policy->domain);
	if (policy->mx[0] != '\0')
		put_lines(out, "\"mx-host\":[", policy->mx);
	strbuf_addc(out, '}');
	put_key(out, "\"summary\":{");
	put_count(out, "\"total-successful-session-count\":", policy->successes);
	put_count(out, "\"total-failure-session-count\":", policy->failures);
	strbuf_addc(out, '}');
	if (policy->detail_count > 0) {
		put_key(out, "\"failure-details\":[");
		for (i = 0; i < policy->detail_count; i++)
			put_detail(out, &policy->details[i]);
		strbuf_addc(out, ']');
	}
	strbuf_addc(out, '}');
}

void
tls_report_write_end(struct strbuf *out)
{
	strbuf_adds(out, "]}\n");
}
