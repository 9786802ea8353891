/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/report_file.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *bytes = fuzz_copy(data, size);
	char submitter[WHY_MAX];
	struct tls_report report;
	struct why why = { "" };
	const char *c;

	if (report_file_read(bytes, size, &report, submitter, &why) == ST_OK) {
		assert(report.end >= report.begin);
		tls_report_clear(&report);
	} else {
		assert(why.text[0] != '\0');
	}
	for (c = submitter; *c != '\0'; c++)
		assert(*c >= 0x20 && *c < 0x7f);
	free(bytes);
	return 0;
}
