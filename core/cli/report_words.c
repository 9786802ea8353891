/* SPDX-License-Identifier: ISC */
#include "cli/report_words.h"

#include "show/page.h"
#include "wire/rfc3339.h"
#include "wire/tls_result.h"

#define DAY_S 86400

static const char *const meanings[TLS_RESULT_COUNT] = {
	[RESULT_STARTTLS_NOT_SUPPORTED] = "the host offers no STARTTLS",
	[RESULT_HOST_MISMATCH] = "the certificate is for other names than the host's",
	[RESULT_NOT_TRUSTED] =
	    "nobody that the sender trusts has issued the certificate",
	[RESULT_EXPIRED] = "the certificate is out of date",
	[RESULT_VALIDATION] = "the host could not be verified, for another reason",
	[RESULT_STS_FETCH] = "the MTA-STS policy could not be fetched",
	[RESULT_STS_INVALID] = "the MTA-STS policy could not be read",
	[RESULT_STS_WEBPKI] = "the MTA-STS policy host has no valid certificate",
	[RESULT_TLSA_INVALID] = "no TLSA record of the host could be used",
	[RESULT_DNSSEC_INVALID] = "DNS gave no answer that DNSSEC confirms",
	[RESULT_DANE_REQUIRED] = "the sender asks for DANE, and there was none",
};

const char *
report_words_result(const char *result)
{
	enum tls_result known;

	if (tls_result_parse(result, strlen(result), &known) != ST_OK)
		return "no type of RFC 8460";
	return meanings[known];
}

static void
add_day(struct strbuf *out, time_t when)
{
	char text[RFC3339_TEXT_MAX];

	rfc3339_text(when, text);
	strbuf_addf(out, "<time>%.*s</time>", (int)strcspn(text, "T"), text);
}

static void
add_days(
    struct strbuf *out, const struct sum *row, const char *before, const char *between)
{
	bool is_one = row->since / DAY_S == row->until / DAY_S;

	strbuf_adds(out, is_one ? "" : before);
	add_day(out, row->since);
	if (is_one)
		return;
	strbuf_adds(out, between);
	add_day(out, row->until);
}

void
report_words_add_since(struct strbuf *out, const struct sum *row)
{
	add_days(out, row, "since ", ", last ");
}

void
report_words_add_range(struct strbuf *out, const struct sum *row)
{
	add_days(out, row, "", " to ");
}

void
report_words_add_host(struct strbuf *out, const char *host, const char *address)
{
	page_name(out, host);
	if (address[0] == '\0')
		return;
	strbuf_adds(out, " <span class=\"dim\">");
	page_name(out, address);
	strbuf_adds(out, "</span>");
}

void
report_words_add_failure(
    struct strbuf *out, const struct sum *row, enum overview_side side)
{
	const char *const *fields = row->fields;

	report_words_add_host(out, fields[0], fields[1]);
	strbuf_adds(out, "<small>");
	page_name(out, fields[2]);
	strbuf_addf(out, ": %s", report_words_result(fields[2]));
	if (fields[3][0] != '\0') {
		strbuf_adds(out, " (");
		page_name(out, fields[3]);
		strbuf_adds(out, ")");
	}
	strbuf_adds(out, "</small><small>policy ");
	page_name(out, fields[4]);
	strbuf_adds(out, side == OVERVIEW_SENT ? ", reported to " : ", seen by ");
	page_name(out, fields[5]);
	strbuf_adds(out, "; ");
	report_words_add_since(out, row);
	strbuf_adds(out, "</small>");
}
