/* SPDX-License-Identifier: ISC */
#include "base/domain.h"
#include "base/strbuf.h"
#include "fuzz.h"
#include "wire/sts_policy.h"

static void
check_patterns(const struct sts_policy *policy)
{
	struct domain name;
	size_t i;

	assert(policy->pattern_count <= STS_MX_MAX);
	assert(policy->pattern_count > 0 || policy->mode == STS_NONE);
	for (i = 0; i < policy->pattern_count; i++) {
		const struct sts_pattern *p = &policy->patterns[i];

		assert(strlen(p->name) == p->len);
		assert(domain_parse(p->name, p->len, &name, NULL) == ST_OK);
		assert(strcmp(name.text, p->name) == 0);
		assert(strchr(p->name, '_') == NULL);
	}
}

static bool
is_same(const struct sts_policy *a, const struct sts_policy *b)
{
	size_t i;

	if (a->mode != b->mode || a->max_age_s != b->max_age_s ||
	    a->max_age_was_cut != b->max_age_was_cut ||
	    a->had_final_dot != b->had_final_dot ||
	    a->pattern_count != b->pattern_count)
		return false;
	for (i = 0; i < a->pattern_count; i++)
		if (a->patterns[i].is_wildcard != b->patterns[i].is_wildcard ||
		    strcmp(a->patterns[i].name, b->patterns[i].name) != 0)
			return false;
	return true;
}

/* The lines it gives for reports, with the other line end, are the same policy. */
static void
check_lines(const struct sts_policy *policy, const char *line_end)
{
	struct strbuf body = STRBUF_INIT;
	struct sts_policy *again;
	const char *line;
	size_t pos = 0, len;

	while (sts_policy_next_line(policy, &pos, &line, &len)) {
		assert(len > 0 && memchr(line, '\n', len) == NULL);
		strbuf_add(&body, line, len);
		strbuf_adds(&body, line_end);
	}
	if (body.len <= STS_BODY_MAX) {
		assert(sts_policy_parse(body.data, body.len, &again, NULL) == ST_OK);
		assert(is_same(policy, again));
		free(again);
	}
	strbuf_clear(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *body = fuzz_copy(data, size);
	struct sts_policy *policy;
	struct why why = { "" };

	if (sts_policy_parse(body, size, &policy, &why) != ST_OK) {
		assert(policy == NULL && why.text[0] != '\0');
		free(body);
		return 0;
	}
	assert(policy->body_len == size && memcmp(policy->body, body, size) == 0);
	assert(policy->body[size] == '\0' && policy->max_age_s <= STS_MAX_AGE_MAX);
	free(body);
	check_patterns(policy);
	check_lines(policy, "\n");
	check_lines(policy, "\r\n");
	free(policy);
	return 0;
}
