/* SPDX-License-Identifier: ISC */
#include "policy/tlsa_match.h"

#include "base/mem.h"

static bool
is_same_kind(const struct tlsa *a, const struct tlsa *b)
{
	return !a->is_short && !b->is_short && a->usage == b->usage &&
	       a->selector == b->selector && a->matching == b->matching;
}

/* Digest agility drops kinds, never single records. */
static bool
is_passed_over(const struct tlsa *r, const struct tlsa_set *selected)
{
	size_t i;

	for (i = 0; selected != NULL && i < selected->count; i++)
		if (is_same_kind(r, &selected->records[i]))
			return false;
	return true;
}

static void
verify_alone(const struct tlsa *r, const struct chain *chain,
    const struct dane_names *names, time_t now, struct chain_verdict *out)
{
	struct tlsa_set *one = xmalloc(sizeof(*one) + sizeof(one->records[0]));

	one->count = 1;
	one->records[0] = *r;
	dane_verify(chain, one, names->names, names->count, now, out);
	free(one);
}

size_t
tlsa_match_each(const struct tlsa_set *set, const struct chain *chain,
    const struct dane_names *names, time_t now, size_t max, struct tlsa_match *out)
{
	struct tlsa_set *selected = tlsa_select(set, &tlsa_digests_default);
	size_t i, made = 0;

	for (i = 0; i < set->count; i++) {
		const struct tlsa *r = &set->records[i];
		struct tlsa_match *m = &out[i];

		*m = (struct tlsa_match){ .verdict = { .outcome = CHAIN_NO_MATCH } };
		m->is_left_out = i >= TLSA_MATCHES_MAX || made == max;
		if (m->is_left_out) {
			m->why_not = "not looked at, there are too many";
			continue;
		}
		if (!tlsa_is_usable(r, &m->why_not))
			continue;
		m->is_passed_over = is_passed_over(r, selected);
		verify_alone(r, chain, names, now, &m->verdict);
		made++;
	}
	free(selected);
	return made;
}

bool
tlsa_match_kind(const struct tlsa_set *set, const struct tlsa_match *matches, size_t i)
{
	size_t k;

	for (k = 0; k < set->count; k++)
		if (is_same_kind(&set->records[i], &set->records[k]) &&
		    (matches[k].is_left_out ||
			(matches[k].why_not[0] == '\0' &&
			    matches[k].verdict.outcome == CHAIN_MATCHED)))
			return true;
	return false;
}
