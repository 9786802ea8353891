/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/tlsa.h"

#define SET_MAX 16

static bool
is_same(const struct tlsa *a, const struct tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector &&
	       a->matching == b->matching && a->is_short == b->is_short &&
	       a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* What can be written as text is read again as the same. */
static void
check_print(const struct tlsa *record)
{
	struct strbuf text = STRBUF_INIT;
	struct tlsa_set *again;
	enum status rc;

	tlsa_add_text(&text, record);
	rc = tlsa_parse_text(text.data, text.len, &again, NULL);
	if (record->is_short || record->len == 0) {
		assert(text.data[0] == '\\' && rc == ST_SYNTAX && again == NULL);
	} else {
		assert(rc == ST_OK && again->count == 1);
		assert(is_same(&again->records[0], record));
	}
	free(again);
	strbuf_clear(&text);
}

static void
check_text(const char *text, size_t size)
{
	struct tlsa_set *set;
	struct why why = { "" };

	if (tlsa_parse_text(text, size, &set, &why) != ST_OK) {
		assert(set == NULL && why.text[0] != '\0');
		return;
	}
	assert(set->count == 1 && !set->records[0].is_short);
	assert(set->records[0].len > 0 && set->records[0].len <= size / 2);
	check_print(&set->records[0]);
	free(set);
}

/* The input as a set: the octet in front of each rdata is its length. */
static void
check_set(const uint8_t *data, size_t size)
{
	struct tlsa_rdata rdata[SET_MAX];
	struct tlsa_set *set, *copy;
	size_t n, i, pos = 0;

	for (n = 0; n < SET_MAX && pos < size; n++) {
		size_t len = data[pos++];

		rdata[n].len = len < size - pos ? len : size - pos;
		rdata[n].bytes = data + pos;
		pos += rdata[n].len;
	}
	set = tlsa_set_new(rdata, n);
	copy = tlsa_set_copy(set);
	assert(set->count == n && copy->count == n);
	for (i = 0; i < n; i++) {
		const struct tlsa *r = &set->records[i];

		assert(r->len + (r->is_short ? 0u : 3u) == rdata[i].len);
		assert(is_same(r, &copy->records[i]));
		assert(r->len == 0 || r->data != copy->records[i].data);
		check_print(r);
	}
	free(set);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);

	check_text((const char *)copy, size);
	check_set(copy, size);
	free(copy);
	return 0;
}
