/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/dkim_record.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct txt txt = { text, size };
	struct dkim_record record;
	struct why why = { "" };
	const char *p;

	if (dkim_record_parse(&txt, &record, &why) == ST_OK) {
		assert(record.key_len <= DKIM_KEY_MAX);
		assert(record.is_revoked == (record.key_len == 0));
		assert(record.has_services || record.services[0] == '\0');
		assert(record.has_services ||
		       (record.is_for_mail && record.is_for_reports));
		for (p = record.services; *p != '\0'; p++)
			assert(*p >= 0x20 && *p < 0x7f);
	} else {
		assert(why.text[0] != '\0');
	}
	free(text);
	return 0;
}
