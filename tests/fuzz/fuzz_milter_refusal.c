/* SPDX-License-Identifier: ISC */
#include "../../milter/refusal.h"
#include "fuzz.h"

/* What the client is told is one line of printable ASCII, in which nothing means something to Sendmail. */
static void
check(const struct refusal *r)
{
	size_t i;

	assert(strlen(r->code) == 3 && r->code[0] == r->extended[0]);
	assert(r->code[0] == '4' || r->code[0] == '5');
	for (i = 0; r->text[i] != '\0'; i++) {
		assert(r->text[i] >= ' ' && r->text[i] <= '~');
		if (r->text[i] == '%')
			assert(r->text[++i] == '%');
	}
	assert(i < sizeof(r->text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *json = fuzz_copy(data, size);
	struct refusal defer, reject;
	bool is_deferred = refusal_make(EARLY_DEFER, json, size, &defer);

	assert(refusal_make(EARLY_REJECT, json, size, &reject) == is_deferred);
	if (is_deferred) {
		check(&defer);
		check(&reject);
		assert(strcmp(defer.text, reject.text) == 0);
	}
	free(json);
	return 0;
}
