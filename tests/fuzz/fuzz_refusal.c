/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "report/refusal.h"

/* What was read is written the same, and read again. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = fuzz_copy(data, size);
	struct judgement judgement;
	struct strbuf again = STRBUF_INIT;
	struct domain domain;

	if (refusal_parse(bytes, size, &domain, &judgement) == ST_OK) {
		refusal_add(&again, &domain, &judgement);
		judgement_clear(&judgement);
		assert(
		    refusal_parse(again.data, again.len, &domain, &judgement) == ST_OK);
		judgement_clear(&judgement);
	}
	strbuf_clear(&again);
	free(bytes);
	return 0;
}
