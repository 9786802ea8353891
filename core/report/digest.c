/* SPDX-License-Identifier: ISC */
#include "report/digest.h"

#include <assert.h>

#include "base/mem.h"
#include "wire/gzip.h"
#include "wire/idn.h"

#define DAY_S      86400
#define ROW_TEXTS  5
#define ROOM_TEXTS (5 + 2 * DIGEST_ROWS_MAX + ROW_TEXTS * DIGEST_ROWS_MAX)

/* --- texts ---------------------------------------------------------------------------------------- */

/* The room was made for all of them at once: none moves.  Control characters, which JSON can have, are blanks here. */
static const char *
own(struct digest *d, const char *text, size_t len)
{
	char *owned, *c;

	assert(d->texts.len + len + 1 <= ROOM_TEXTS * (DIGEST_TEXT_MAX + 1));
	owned = d->texts.data + d->texts.len;
	strbuf_add(&d->texts, text, len);
	strbuf_addc(&d->texts, '\0');
	for (c = owned; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return owned;
}

/* Not in the middle of a character. */
static const char *
own_text(struct digest *d, const char *text)
{
	size_t len = strnlen(text, DIGEST_TEXT_MAX + 1), back;

	if (len <= DIGEST_TEXT_MAX)
		return own(d, text, len);
	len = DIGEST_TEXT_MAX;
	for (back = 0; back < 3 && (text[len - back] & 0xc0) == 0x80;)
		back++;
	return own(d, text, len - back);
}

static const char *
own_domain(struct digest *d, const char *text)
{
	struct domain domain;

	if (idn_domain_parse(text, strlen(text), &domain, NULL) == ST_OK)
		return own(d, domain.text, domain.len);
	return own_text(d, text);
}

/* --- rows ------------------------------------------------------------------------------------------ */

struct row {
	const char *texts[ROW_TEXTS];
	uint64_t successes, failures;
};

static uint64_t
sum(uint64_t a, uint64_t b)
{
	return a + b < REPORT_COUNT_MAX ? a + b : REPORT_COUNT_MAX;
}

static void
add_row(struct row *to, const struct row *row)
{
	to->successes = sum(to->successes, row->successes);
	to->failures = sum(to->failures, row->failures);
}

static int
compare_texts(const void *one, const void *other)
{
	const struct row *a = one, *b = other;
	int order = 0;
	size_t i;

	for (i = 0; i < ROW_TEXTS && order == 0; i++)
		order = strncmp(a->texts[i], b->texts[i], DIGEST_TEXT_MAX);
	return order;
}

static int
compare_failures(const void *one, const void *other)
{
	const struct row *a = one, *b = other;

	if (a->failures != b->failures)
		return a->failures < b->failures ? 1 : -1;
	return compare_texts(one, other);
}

/* Add up those of the same texts, and what is too much.  Returns how many are left. */
static size_t
fold(struct row *rows, size_t count)
{
	static const struct row others = { { "", DIGEST_OTHERS, DIGEST_OTHERS, "", "" },
		0, 0 };
	size_t i, kept = 0;

	if (count == 0)
		return 0;
	qsort(rows, count, sizeof(rows[0]), compare_texts);
	for (i = 1; i < count; i++)
		if (compare_texts(&rows[kept], &rows[i]) == 0)
			add_row(&rows[kept], &rows[i]);
		else
			rows[++kept] = rows[i];
	kept++;
	qsort(rows, kept, sizeof(rows[0]), compare_failures);
	if (kept <= DIGEST_ROWS_MAX)
		return kept;
	for (i = DIGEST_ROWS_MAX; i < kept; i++)
		add_row(&rows[DIGEST_ROWS_MAX - 1], &rows[i]);
	memcpy(rows[DIGEST_ROWS_MAX - 1].texts, others.texts, sizeof(others.texts));
	return DIGEST_ROWS_MAX;
}

static void
take_policies(struct digest *d, const struct tls_report *report)
{
	struct row *rows = xcalloc(report->policy_count + 1, sizeof(*rows));
	struct received_policy *policies;
	size_t i, count;

	for (i = 0; i < report->policy_count; i++) {
		const struct report_policy *p = &report->policies[i];

		rows[i] = (struct row){ { p->domain, p->type, "", "", "" },
			sum(p->successes, 0), sum(p->failures, 0) };
		d->received.successes = sum(d->received.successes, p->successes);
		d->received.failures = sum(d->received.failures, p->failures);
	}
	count = fold(rows, report->policy_count);
	policies = xcalloc(count + 1, sizeof(*policies));
	for (i = 0; i < count; i++)
		policies[i] = (struct received_policy){
			.domain = own_domain(d, rows[i].texts[0]),
			.type = own_text(d, rows[i].texts[1]),
			.successes = rows[i].successes,
			.failures = rows[i].failures,
		};
	d->received.policies = policies;
	d->received.policy_count = count;
	free(rows);
}

static size_t
count_details(const struct tls_report *report)
{
	size_t i, count = 0;

	for (i = 0; i < report->policy_count; i++)
		count += report->policies[i].detail_count;
	return count;
}

static struct row *
rows_of_details(const struct tls_report *report, size_t count)
{
	struct row *rows = xcalloc(count + 1, sizeof(*rows)), *row = rows;
	size_t i, k;

	for (i = 0; i < report->policy_count; i++) {
		const struct report_policy *p = &report->policies[i];

		for (k = 0; k < p->detail_count; k++) {
			const struct report_detail *f = &p->details[k];

			*row++ = (struct row){
				{ f->host[0] != '\0' ? f->host : p->domain, p->type,
				    f->result, f->code, f->remote },
				0,
				sum(f->count, 0),
			};
		}
	}
	return rows;
}

static void
take_failures(struct digest *d, const struct tls_report *report)
{
	size_t i, count = count_details(report);
	struct row *rows = rows_of_details(report, count);
	struct received_failure *details;

	count = fold(rows, count);
	details = xcalloc(count + 1, sizeof(*details));
	for (i = 0; i < count; i++)
		details[i] = (struct received_failure){
			.host = own_domain(d, rows[i].texts[0]),
			.type = own_text(d, rows[i].texts[1]),
			.result = own_text(d, rows[i].texts[2]),
			.code = own_text(d, rows[i].texts[3]),
			.address = own_text(d, rows[i].texts[4]),
			.count = rows[i].failures,
		};
	d->received.details = details;
	d->received.detail_count = count;
	free(rows);
}

/* --- the whole --------------------------------------------------------------------------------------- */

static void
pack(struct digest *d, const struct strbuf *json)
{
	struct gzip *gzip = gzip_new();

	gzip_add(gzip, &d->gzip, strbuf_str(json), json->len);
	gzip_free(gzip);
	d->received.bytes = d->gzip.data;
	d->received.len = d->gzip.len;
}

enum status
digest_make(const struct tls_report *report, const char *submitter,
    const struct strbuf *json, time_t now, struct digest *out, struct why *why)
{
	struct stored_received *r = &out->received;

	/* A day may end where the next one begins, and clocks differ. */
	if (report->begin > now + DAY_S || report->end > now + 2 * DAY_S) {
		why_set(why, "a report on days that are yet to come");
		return ST_RANGE;
	}
	*out = (struct digest){ .texts = STRBUF_INIT };
	strbuf_reserve(&out->texts, ROOM_TEXTS * (DIGEST_TEXT_MAX + 1));
	r->submitter = own_domain(out, submitter);
	r->organization = own_text(out, report->organization);
	r->contact = own_text(out, report->contact);
	r->report_id = own_text(out, report->id);
	r->domain =
	    own_domain(out, report->policy_count > 0 ? report->policies[0].domain : "");
	r->begin = report->begin;
	r->end = report->end;
	r->received = now;
	take_policies(out, report);
	take_failures(out, report);
	pack(out, json);
	return ST_OK;
}

void
digest_clear(struct digest *digest)
{
	free((void *)digest->received.policies);
	free((void *)digest->received.details);
	strbuf_clear(&digest->texts);
	strbuf_clear(&digest->gzip);
}
