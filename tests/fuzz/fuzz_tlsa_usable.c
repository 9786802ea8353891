/*
 * TLSA records from DNS, as far as OpenSSL.  SPDX-License-Identifier: ISC
 *
 * The input is a set: before each rdata two octets with its length.  What is chosen from it meets a
 * fixed chain.
 */
#include "fixed_chain.h"
#include "fuzz.h"
#include "policy/dane_verify.h"
#include "policy/tlsa_usable.h"

#define SET_MAX TLSA_FULL_MAX /* beyond it a usable record may be passed over */
#define NOW     ((time_t)1800000000)

static const struct domain host = { 15, "mx1.example.com" };

static const struct chain chain = {
	.count = 2,
	.certs = { { fixed_leaf, sizeof(fixed_leaf) }, { fixed_ca, sizeof(fixed_ca) } },
};

static struct tlsa_set *
read_set(const uint8_t *data, size_t size)
{
	struct tlsa_rdata rdata[SET_MAX];
	size_t n, pos = 0;

	for (n = 0; n < SET_MAX && pos + 2 <= size; n++) {
		size_t len = (size_t)data[pos] << 8 | data[pos + 1];

		pos += 2;
		rdata[n].len = len < size - pos ? len : size - pos;
		rdata[n].bytes = data + pos;
		pos += rdata[n].len;
	}
	return tlsa_set_new(rdata, n);
}

static bool
is_in(const struct tlsa *r, const struct tlsa_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->records[i].usage == r->usage &&
		    set->records[i].selector == r->selector &&
		    set->records[i].matching == r->matching &&
		    set->records[i].len == r->len &&
		    memcmp(set->records[i].data, r->data, r->len) == 0)
			return true;
	return false;
}

/* Usable ones only, none made up, and one digest for each usage and selector. */
static void
check_chosen(const struct tlsa_set *chosen, const struct tlsa_set *set)
{
	size_t i, k;

	assert(chosen->count > 0 && chosen->count <= set->count);
	for (i = 0; i < chosen->count; i++) {
		const struct tlsa *r = &chosen->records[i];

		assert(tlsa_is_usable(r, NULL) && is_in(r, set));
		for (k = 0; k < i; k++) {
			const struct tlsa *other = &chosen->records[k];

			assert(r->usage != other->usage ||
			       r->selector != other->selector ||
			       r->matching == TLSA_FULL ||
			       other->matching == TLSA_FULL ||
			       r->matching == other->matching);
		}
	}
}

static void
check_none(const struct tlsa_set *set)
{
	const char *why_not;
	size_t i;

	for (i = 0; i < set->count; i++) {
		assert(!tlsa_is_usable(&set->records[i], &why_not));
		assert(why_not[0] != '\0');
	}
}

/* A match names a kind of record that was there. */
static void
check_verdict(const struct tlsa_set *chosen)
{
	const struct domain *names[] = { &host };
	struct chain_verdict v;
	size_t i;

	dane_verify(&chain, chosen, names, 1, NOW, &v);
	assert((v.outcome == CHAIN_MATCHED) == (v.detail[0] == '\0'));
	if (v.outcome != CHAIN_MATCHED)
		return;
	for (i = 0; chosen->records[i].usage != v.matched.usage ||
		    chosen->records[i].selector != v.matched.selector ||
		    chosen->records[i].matching != v.matched.matching;
	     i++)
		assert(i + 1 < chosen->count);
	assert((v.matched.usage == TLSA_DANE_EE) == (v.depth == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	struct tlsa_set *set = read_set(copy, size), *chosen;

	chosen = tlsa_select(set, &tlsa_digests_default);
	if (chosen != NULL) {
		check_chosen(chosen, set);
		check_verdict(chosen);
	} else {
		check_none(set);
	}
	free(chosen);
	free(set);
	free(copy);
	return 0;
}
