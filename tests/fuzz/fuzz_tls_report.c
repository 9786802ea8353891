/* SPDX-License-Identifier: ISC */
#include "base/strbuf.h"
#include "fuzz.h"
#include "wire/tls_report.h"

static void
write_report(struct strbuf *out, const struct tls_report *report)
{
	size_t i;

	tls_report_write_head(out, report);
	for (i = 0; i < report->policy_count; i++)
		tls_report_write_policy(out, &report->policies[i]);
	tls_report_write_end(out);
}

static void
check_counts(const struct tls_report *a, const struct tls_report *b)
{
	size_t i, k;

	assert(a->begin == b->begin && a->policy_count == b->policy_count);
	for (i = 0; i < a->policy_count; i++) {
		const struct report_policy *p = &a->policies[i], *q = &b->policies[i];

		assert(p->successes == q->successes && p->failures == q->failures);
		assert(p->detail_count == q->detail_count);
		for (k = 0; k < p->detail_count; k++)
			assert(p->details[k].count == q->details[k].count);
	}
}

/* What was read can be written, and read again with the same numbers. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *json = fuzz_copy(data, size);
	struct strbuf written = STRBUF_INIT;
	struct tls_report report, again;
	struct why why = { "" };
	enum status rc = tls_report_read(json, size, &report, &why);

	free(json);
	if (rc != ST_OK) {
		assert(why.text[0] != '\0');
		return 0;
	}
	write_report(&written, &report);
	assert(tls_report_read(written.data, written.len, &again, NULL) == ST_OK);
	check_counts(&report, &again);
	tls_report_clear(&report);
	tls_report_clear(&again);
	strbuf_clear(&written);
	return 0;
}
