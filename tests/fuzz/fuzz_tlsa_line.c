/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/tlsa_line.h"

/* What was read is read again as the same, from its text alone. */
static void
check_again(const struct tlsa *record)
{
	struct strbuf text = STRBUF_INIT, again = STRBUF_INIT;
	struct tlsa_text reader = { 0 };
	struct tlsa_line line;
	enum status rc;

	tlsa_add_text(&text, record);
	reader.text = text.data;
	reader.len = text.len;
	rc = tlsa_text_next(&reader, &line, NULL);
	assert(rc == ST_OK);
	tlsa_add_text(&again, &line.set->records[0]);
	assert(strcmp(text.data, again.data) == 0);
	free(line.set);
	tlsa_text_clear(&reader);
	strbuf_clear(&text);
	strbuf_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_copy(data, size);
	struct tlsa_text reader = { .text = copy, .len = size };
	struct tlsa_line line;
	struct why why = { "" };
	enum status rc;

	while ((rc = tlsa_text_next(&reader, &line, &why)) != ST_NOTFOUND) {
		if (rc == ST_OK) {
			check_again(&line.set->records[0]);
			free(line.set);
		} else {
			assert(line.set == NULL && why.text[0] != '\0');
		}
		assert(reader.line > 0 && reader.line <= reader.lines);
	}
	tlsa_text_clear(&reader);
	free(copy);
	return 0;
}
