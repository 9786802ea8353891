/* SPDX-License-Identifier: ISC */
#include "../../opensmtpd/imsg.h"
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

/* One whole message of type 0. */
static void
check_answer(const void *bytes, size_t len, void *arg)
{
	uint32_t type;
	uint16_t total;
	size_t *answers = arg;

	assert(len >= 16);
	memcpy(&type, bytes, sizeof(type));
	memcpy(&total, (const char *)bytes + 4, sizeof(total));
	assert(type == 0 && total == len);
	++*answers;
}

/* However it is divided, it is answered alike; never more often than there are headers. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct imsg_reader at_once, in_two;
	size_t answers = 0, answers_in_two = 0, i;
	const struct talk talk = { ask, check_answer, &answers };
	const struct talk talk_in_two = { ask, check_answer, &answers_in_two };
	char *bytes = fuzz_copy(data, size);

	memset(&at_once, 0, sizeof(at_once));
	memset(&in_two, 0, sizeof(in_two));
	imsg_read(&at_once, bytes, size, &talk);
	for (i = 0; i < size; i++)
		imsg_read(&in_two, bytes + i, 1, &talk_in_two);
	assert(answers <= size / 16);
	assert(answers == answers_in_two && at_once.is_lost == in_two.is_lost);
	free(bytes);
	return 0;
}
