/*
 * From the mail to the rows that are kept of it.  SPDX-License-Identifier: ISC
 */
#include "fuzz.h"
#include "report/digest.h"
#include "wire/report_file.h"

#define JSON_MAX (1 << 20)            /* of a fuzzer's time */
#define NOW      ((time_t)4102444800) /* 2100 */

static void
check_text(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	assert(strlen(text) <= DIGEST_TEXT_MAX);
	for (; *c != '\0'; c++)
		assert(*c >= ' ' && *c != 0x7f);
}

static void
check_digest(const struct stored_received *r)
{
	size_t i;

	check_text(r->submitter);
	check_text(r->organization);
	check_text(r->contact);
	check_text(r->report_id);
	check_text(r->domain);
	assert(r->end >= r->begin);
	assert(r->successes <= REPORT_COUNT_MAX && r->failures <= REPORT_COUNT_MAX);
	assert(
	    r->policy_count <= DIGEST_ROWS_MAX && r->detail_count <= DIGEST_ROWS_MAX);
	for (i = 0; i < r->policy_count; i++) {
		check_text(r->policies[i].domain);
		check_text(r->policies[i].type);
		assert(r->policies[i].failures <= REPORT_COUNT_MAX);
	}
	for (i = 0; i < r->detail_count; i++) {
		check_text(r->details[i].type);
		check_text(r->details[i].host);
		check_text(r->details[i].result);
		check_text(r->details[i].code);
		assert(r->details[i].count <= REPORT_COUNT_MAX);
	}
}

static void
check_report(const struct strbuf *json, const char *submitter)
{
	struct tls_report report;
	struct digest digest;

	if (tls_report_read(strbuf_str(json), json->len, &report, NULL) != ST_OK)
		return;
	if (digest_make(&report, submitter, json, NOW, &digest, NULL) == ST_OK) {
		check_digest(&digest.received);
		digest_clear(&digest);
	}
	tls_report_clear(&report);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf json = STRBUF_INIT;
	void *bytes = fuzz_copy(data, size);
	char submitter[WHY_MAX];
	struct why why = { "" };
	const char *c;

	if (report_file_unpack(bytes, size, JSON_MAX, &json, submitter, &why) == ST_OK)
		check_report(&json, submitter);
	else
		assert(why.text[0] != '\0');
	assert(json.len <= JSON_MAX + 1);
	for (c = submitter; *c != '\0'; c++)
		assert(*c >= 0x20 && *c < 0x7f);
	strbuf_clear(&json);
	free(bytes);
	return 0;
}
