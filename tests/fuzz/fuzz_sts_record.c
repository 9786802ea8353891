/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/field.h"
#include "wire/sts_record.h"

#define TXT_MAX 8

static void
check_id(const struct sts_record *record)
{
	size_t i, len = strlen(record->id);

	assert(len > 0 && len <= STS_ID_MAX);
	for (i = 0; i < len; i++)
		assert(field_is_alnum(record->id[i]));
}

/* A record that was chosen among others is also one on its own. */
static void
check_chosen(const struct txt *txt, size_t count, const struct sts_record *chosen)
{
	struct sts_record alone;
	unsigned found = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (sts_record_select(&txt[i], 1, &alone, NULL) == STS_RECORD_FOUND &&
		    strcmp(alone.id, chosen->id) == 0)
			found++;
	assert(found > 0);
}

/* Each line of the input is one TXT record. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct txt txt[TXT_MAX];
	struct sts_record record = { "" };
	struct why why = { "" };
	enum sts_record_outcome outcome;
	size_t count = 0, i;

	while (size > 0 && count < TXT_MAX) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t len = end != NULL ? (size_t)(end - data) : size;

		txt[count].text = fuzz_copy(data, len);
		txt[count++].len = len;
		len += end != NULL;
		data += len;
		size -= len;
	}
	outcome = sts_record_select(txt, count, &record, &why);
	if (outcome == STS_RECORD_FOUND) {
		check_id(&record);
		check_chosen(txt, count, &record);
	} else {
		assert(record.id[0] == '\0' && why.text[0] != '\0');
	}
	assert(outcome != STS_RECORD_SEVERAL || count > 1);
	assert(outcome == sts_record_select(txt, count, &record, NULL));
	for (i = 0; i < count; i++)
		free((void *)txt[i].text);
	return 0;
}
