/* SPDX-License-Identifier: ISC */
#include "base/strbuf.h"
#include "cases.h"
#include "policy/sts_match.h"
#include "publish/sts_make.h"
#include "route_made.h"

#define NOW ((time_t)1763816400) /* 2025-11-22 13:00:00 */
#define ID  "20251122130000Z"

static const struct make_case {
	const char *name, *mx;
	enum sts_mode mode;
	const char *live_id;
	const char *id, *policy; /* id NULL: refused, policy is in why */
} make_cases[] = {
	{ "PUB-STS-01 SEED-43 two hosts", "mx1.example.com mx2.example.com",
	    STS_TESTING, "", ID,
	    "version: STSv1\r\nmode: testing\r\nmx: mx1.example.com\r\n"
	    "mx: mx2.example.com\r\nmax_age: 86400\r\n" },
	{ "PUB-STS-01 SEED-46 enforce: a week", "mx1.example.com", STS_ENFORCE, "1", ID,
	    "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.com\r\n"
	    "max_age: 604800\r\n" },
	{ "PUB-STS-01 SEED-54 none names no host", "mx1.example.com", STS_NONE, "", ID,
	    "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n" },
	{ "PUB-STS-01 SEED-38 the id is never the live one", "mx1.example.com",
	    STS_TESTING, ID, "20251122130001Z",
	    "version: STSv1\r\nmode: testing\r\nmx: mx1.example.com\r\n"
	    "max_age: 86400\r\n" },
	{ "a target that is no name is left out", "? mx1.example.com", STS_TESTING, "",
	    ID,
	    "version: STSv1\r\nmode: testing\r\nmx: mx1.example.com\r\n"
	    "max_age: 86400\r\n" },
	{ "no MX host", "", STS_TESTING, "", NULL, "no MX host to name" },
	{ "only targets that are no names", "?", STS_ENFORCE, "", NULL,
	    "no MX host to name" },
	{ "STS-POL-07 a host with an underscore", "mx1.example.com mx_2.example.com",
	    STS_TESTING, "", NULL, "mx_2.example.com" },
};

/* It passes its own parsers (PUB-STS-01). */
static void
check_own(const struct sts_draft *draft, const struct route *route, enum sts_mode mode)
{
	struct txt txt = { draft->record, strlen(draft->record) };
	struct sts_policy *policy;
	struct sts_record record;
	struct why why = { "" };
	size_t i;

	assert_int_equal(sts_record_select(&txt, 1, &record, &why), STS_RECORD_FOUND);
	assert_string_equal(record.id, draft->id);
	assert_string_equal(why.text, "");
	assert_int_equal(
	    sts_policy_parse(draft->policy, strlen(draft->policy), &policy, NULL),
	    ST_OK);
	assert_int_equal(policy->mode, mode);
	for (i = 0; i < route->host_count && mode != STS_NONE; i++)
		if (route->hosts[i].name.len > 0)
			assert_true(sts_policy_names(policy, &route->hosts[i].name));
	free(policy);
}

static void
check_make(void **state)
{
	const struct make_case *c = *state;
	struct route *route = make_route(c->mx);
	const struct sts_make_input input = {
		.route = route,
		.mode = c->mode,
		.max_age_s = sts_make_max_age(c->mode),
		.live_id = c->live_id,
		.now = NOW,
	};
	struct sts_draft draft = { .id = "" };
	struct why why = { "" };
	enum status rc = sts_make(&input, &draft, &why);

	assert_int_equal(rc == ST_OK, c->id != NULL);
	if (c->id != NULL) {
		assert_string_equal(draft.id, c->id);
		assert_string_equal(draft.policy, c->policy);
		check_own(&draft, route, c->mode);
	} else {
		assert_non_null(strstr(why.text, c->policy));
		assert_null(draft.policy);
	}
	sts_draft_clear(&draft);
	route_release(route);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_make, make_cases),
	};

	return cases_run("sts_make", tables, COUNT_OF(tables));
}
