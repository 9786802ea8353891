/* SPDX-License-Identifier: ISC */
#include <inttypes.h>

#include "fuzz.h"
#include "publish/rollover_memory.h"

/* The input as a file's lines, with the sum that belongs to them: else hardly any would be looked at. */
static void
add_sum(const uint8_t *data, size_t size, struct strbuf *out)
{
	uint64_t sum = 0xcbf29ce484222325u;
	size_t i;

	strbuf_add(out, data, size);
	for (i = 0; i < size; i++)
		sum = (sum ^ data[i]) * 0x100000001b3u;
	strbuf_addf(out, "sum %016" PRIx64 "\n", sum);
}

/* What was read is written the same, and read again. */
static void
check(const char *text, size_t len)
{
	char *bytes = fuzz_copy(text, len);
	struct rollover_memory memory;
	struct strbuf again = STRBUF_INIT;
	struct why why;
	size_t count;

	if (rollover_memory_parse(bytes, len, &memory, &why) == ST_OK) {
		count = memory.count;
		rollover_memory_add(&again, &memory);
		rollover_memory_clear(&memory);
		assert(rollover_memory_parse(again.data, again.len, &memory, &why) ==
		       ST_OK);
		assert(memory.count == count);
		rollover_memory_clear(&memory);
	}
	strbuf_clear(&again);
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf file = STRBUF_INIT;

	check((const char *)data, size);
	add_sum(data, size, &file);
	check(file.data, file.len);
	strbuf_clear(&file);
	return 0;
}
