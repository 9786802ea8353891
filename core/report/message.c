/* SPDX-License-Identifier: ISC */
#include "report/message.h"

#include <inttypes.h>

#include "base/base64.h"
#include "wire/rfc3339.h"

#define BASE64_ROW       57 /* 76 characters (RFC 2045, section 6.8) */
#define NAME_PIECE       60
#define RECORD_SHOWN_MAX 200

/* Of everything that is said in the message, what has to be found out first. */
struct parts {
	const struct stored_report *report;
	const char *contact, *sender, *recipient;
	const char *submitter; /* the contact's domain (RFC 8460, section 5.3) */
	uint64_t sending_id;
	time_t now;
};

static const char *
domain_part(const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL ? at + 1 : address;
}

/* --- header ------------------------------------------------------------------------- */

/* RFC 5322, section 3.3; the names are the same in every locale. */
static void
add_date(struct strbuf *out, time_t when)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm tm;

	gmtime_r(&when, &tm);
	strbuf_addf(out, "%s, %d %s %d %02d:%02d:%02d +0000", days[tm.tm_wday],
	    tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
}

/* Cannot occur within base64, nor in the text for people. */
static void
add_boundary(struct strbuf *out, const struct parts *p)
{
	strbuf_addf(out, "=_tlsrpt_%" PRIu64, p->sending_id);
}

static void
add_header(struct strbuf *out, const struct parts *p)
{
	const struct stored_report *r = p->report;

	strbuf_adds(out, "Date: ");
	add_date(out, p->now);
	strbuf_addf(out, "\r\nFrom: <%s>\r\nTo: <%s>\r\n", p->sender, p->recipient);
	strbuf_addf(out, "Message-ID: <%s.%" PRIu64 "@%s>\r\n", r->id, p->sending_id,
	    p->submitter);
	strbuf_addf(out,
	    "Subject: Report Domain: %s\r\n"
	    " Submitter: %s\r\n"
	    " Report-ID: <%s@%s>\r\n",
	    r->domain, p->submitter, r->id, p->submitter);
	strbuf_addf(out, "TLS-Report-Domain: %s\r\n", r->domain);
	strbuf_addf(out, "TLS-Report-Submitter: %s\r\n", p->submitter);
	strbuf_adds(out, "TLS-Required: No\r\n"); /* RFC 8689, section 3 */
	strbuf_adds(out, "Auto-Submitted: auto-generated\r\n");
	strbuf_adds(out, "MIME-Version: 1.0\r\n"
			 "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n"
			 "\tboundary=\"");
	add_boundary(out, p);
	strbuf_adds(out, "\"\r\n\r\n");
}

/* --- the text for people -------------------------------------------------------------- */

static void
add_text(struct strbuf *out, const struct parts *p)
{
	const struct stored_report *r = p->report;
	char day[RFC3339_TEXT_MAX];

	strbuf_addf(out,
	    "This is a report about TLS between mail servers (RFC 8460).\r\n\r\n"
	    "Mail for:           %s\r\n"
	    "Sent by:            %s\r\n"
	    "Day (UTC):          %s\r\n"
	    "Sessions, good:     %" PRIu64 "\r\n"
	    "Sessions, failed:   %" PRIu64 "\r\n\r\n",
	    r->domain, p->submitter, rfc3339_day_text(r->day, day), r->successes,
	    r->failures);
	strbuf_addf(out,
	    "The attachment has the details, in JSON packed with gzip.  A session is good when\r\n"
	    "TLS came about as the domain's policies ask: DANE (RFC 7672) with its TLSA records,\r\n"
	    "MTA-STS (RFC 8461) with what lies at\r\n\r\n"
	    "    https://mta-sts.%s/.well-known/mta-sts.txt\r\n\r\n"
	    "It was sent because of the TXT record at _smtp._tls.%s:\r\n\r\n    ",
	    r->domain, r->domain);
	strbuf_escape(out, r->record, strlen(r->record), RECORD_SHOWN_MAX);
	strbuf_addf(out, "\r\n\r\nQuestions are answered by %s.\r\n", p->contact);
}

/* --- the report ----------------------------------------------------------------------- */

/*
 * The file's name, in pieces where it is long (RFC 2231, section 3): two domains alone can make a
 * line longer than mail allows.
 */
static void
add_file_name(struct strbuf *out, const char *name)
{
	size_t len = strlen(name), at;
	unsigned piece = 0;

	if (len <= NAME_PIECE) {
		strbuf_addf(out, ";\r\n\tfilename=\"%s\"", name);
		return;
	}
	for (at = 0; at < len; at += NAME_PIECE)
		strbuf_addf(
		    out, ";\r\n\tfilename*%u=\"%.*s\"", piece++, NAME_PIECE, name + at);
}

static void
add_base64(struct strbuf *out, const uint8_t *bytes, size_t len)
{
	size_t at, row;

	for (at = 0; at < len; at += row) {
		row = len - at < BASE64_ROW ? len - at : BASE64_ROW;
		base64_add(out, bytes + at, row);
		strbuf_adds(out, "\r\n");
	}
}

static void
begin_part(struct strbuf *out, const struct parts *p, const char *type)
{
	strbuf_adds(out, "--");
	add_boundary(out, p);
	strbuf_addf(out, "\r\nContent-Type: %s\r\n", type);
}

static void
add_body(struct strbuf *out, const struct parts *p)
{
	begin_part(out, p, "text/plain; charset=us-ascii");
	strbuf_adds(out, "\r\n");
	add_text(out, p);
	strbuf_adds(out, "\r\n");
	begin_part(out, p, "application/tlsrpt+gzip");
	strbuf_adds(out, "Content-Transfer-Encoding: base64\r\n"
			 "Content-Disposition: attachment");
	add_file_name(out, p->report->file_name);
	strbuf_adds(out, "\r\n\r\n");
	add_base64(out, p->report->bytes, p->report->len);
	strbuf_adds(out, "\r\n--");
	add_boundary(out, p);
	strbuf_adds(out, "--\r\n");
}

/* --- the whole -------------------------------------------------------------------------- */

static enum status
add_signature(struct strbuf *out, const struct report_options *options,
    const struct dkim_key *key, const struct parts *p, const struct strbuf *message,
    struct why *why)
{
	struct domain domain = options->dkim_domain;
	enum status rc = ST_OK;

	if (domain.len == 0)
		rc = domain_parse(p->submitter, strlen(p->submitter), &domain, why);
	if (rc == ST_OK)
		rc = dkim_sign(key, &domain, options->dkim_selector, message->data,
		    message->len, p->now, out, why);
	return rc;
}

enum status
message_add(struct strbuf *out, const struct report_options *options,
    const struct dkim_key *key, const struct stored_report *report,
    const char *recipient, uint64_t sending_id, time_t now, struct why *why)
{
	const char *contact = options->contact;
	const struct parts p = {
		.report = report,
		.contact = contact,
		.sender = options->sender[0] != '\0' ? options->sender : contact,
		.recipient = recipient,
		.submitter = domain_part(contact),
		.sending_id = sending_id,
		.now = now,
	};
	struct strbuf message = STRBUF_INIT;
	enum status rc = ST_OK;

	strbuf_reserve(&message, report->len / BASE64_ROW * 78 + 4096);
	add_header(&message, &p);
	add_body(&message, &p);
	if (key != NULL)
		rc = add_signature(out, options, key, &p, &message, why);
	if (rc == ST_OK)
		strbuf_add(out, message.data, message.len);
	strbuf_clear(&message);
	return rc;
}
