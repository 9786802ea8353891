/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "policy/tlsa_source.h"
#include "policy/tlsa_usable.h"

#define NAMES_MAX 4

/* What is made of a good source is a record that can be used, unless its usage is not for SMTP. */
static void
check_make(const struct tlsa_source *source, const char *text)
{
	struct why why = { "" };
	struct tlsa_kind kind;
	struct tlsa_set *set;
	enum status rc = tlsa_kind_parse(text, strlen(text), &kind, NULL);

	assert(rc == ST_OK);
	rc = tlsa_make(source, &kind, &set, &why);
	if (rc != ST_OK) {
		assert(set == NULL && why.text[0] != '\0');
		return;
	}
	assert(set->count == 1 && set->records[0].usage == kind.usage);
	assert(kind.matching == TLSA_FULL || tlsa_is_usable(&set->records[0], NULL));
	free(set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	struct domain names[NAMES_MAX];
	struct tlsa_source *source;
	struct why why = { "" };

	if (tlsa_source_read(copy, size, &source, &why) == ST_OK) {
		check_make(source, "3 1 1");
		check_make(source, "2 0 2");
		check_make(source, "3 0 0");
		(void)tlsa_source_names(source, names, NAMES_MAX);
	} else {
		assert(source == NULL && why.text[0] != '\0');
	}
	tlsa_source_free(source);
	free(copy);
	return 0;
}
