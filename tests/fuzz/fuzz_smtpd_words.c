/* SPDX-License-Identifier: ISC */
#include "../../opensmtpd/words.h"
#include "fuzz.h"

static enum table_answer
ask(enum table_question question, struct txt key, char value[TABLE_VALUE_MAX + 1],
    void *arg UNUSED)
{
	if (question == TABLE_UNKNOWN || key.len == 0)
		return TABLE_ERROR;
	if (question == TABLE_ROUTE) {
		memset(value, 'x', TABLE_VALUE_MAX);
		value[TABLE_VALUE_MAX] = '\0';
	}
	return key.text[0] % 2 == 0 ? TABLE_YES : TABLE_NO;
}

/* Whole lines of printable ASCII, of the few kinds that smtpd knows. */
static void
check_answer(const void *bytes, size_t len, void *arg)
{
	const char *text = bytes;
	size_t *answers = arg, i;

	assert(len > 0 && text[len - 1] == '\n');
	for (i = 0; i < len; i++)
		assert(text[i] == '\n' || (text[i] > ' ' && text[i] < 0x7f));
	if (memcmp(text, "register|", 9) != 0) {
		assert(memchr(text, '\n', len) == text + len - 1);
		assert(memmem(text, len, "-result|", 8) != NULL);
	}
	++*answers;
}

static void
take_line(struct txt line, bool is_cut, void *arg)
{
	size_t answers = 0;
	const struct talk talk = { ask, check_answer, &answers };
	char *exact = fuzz_copy(line.text, line.len);

	(void)arg;
	words_take((struct txt){ exact, line.len }, is_cut, &talk);
	assert(answers <= 1);
	free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_reader reader = { .len = 0 };

	line_read(&reader, (const char *)data, size, take_line, NULL);
	return 0;
}
