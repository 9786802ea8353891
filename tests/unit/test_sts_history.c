/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "publish/sts_history.h"

#define NOW ((time_t)1763816400) /* 2025-11-22 13:00:00 */
#define DAY 86400

static struct sts_policy *
policy_of(const char *mode, unsigned max_age)
{
	struct strbuf body = STRBUF_INIT;
	struct sts_policy *policy;

	strbuf_addf(&body, "version: STSv1\nmode: %s\nmx: a.example\nmax_age: %u\n",
	    mode, max_age);
	assert_int_equal(sts_policy_parse(body.data, body.len, &policy, NULL), ST_OK);
	strbuf_clear(&body);
	return policy;
}

/* mode "": there is no policy. */
static void
note(struct sts_history *h, const char *mode, unsigned max_age, const char *id, int day)
{
	struct sts_policy *policy = mode[0] != '\0' ? policy_of(mode, max_age) : NULL;

	sts_history_note(h, policy, id, NOW + day * (time_t)DAY);
	free(policy);
}

static void
check_note(void **state)
{
	struct sts_history h = { .count = 0 };

	(void)state;
	assert_null(sts_history_last(&h));
	note(&h, "testing", DAY, "1", 0);
	note(&h, "testing", DAY, "1", 1);
	assert_int_equal(h.count, 1);
	assert_int_equal(h.items[0].first, NOW);
	assert_int_equal(h.items[0].last, NOW + DAY);
	note(&h, "testing", DAY, "2", 2);
	note(&h, "enforce", DAY, "2", 3);
	note(&h, "", 0, "", 4);
	note(&h, "", 0, "", 5);
	assert_int_equal(h.count, 4);
	assert_string_equal(h.items[1].id, "2");
	assert_int_equal(h.items[1].sum, h.items[0].sum);
	assert_true(h.items[2].sum != h.items[1].sum);
	assert_int_equal(sts_history_last(&h)->mode, STS_NONE);
	assert_int_equal(sts_history_last(&h)->sum, 0);
	assert_int_equal(sts_history_last(&h)->last, NOW + 5 * DAY);
}

/* A moment before that of the policy before is none: the first one that can be is taken. */
static void
check_clock(void **state)
{
	struct sts_history h = { .count = 0 };

	(void)state;
	note(&h, "enforce", DAY, "1", 0);
	note(&h, "enforce", DAY, "1", -100);
	assert_int_equal(h.items[0].last, NOW);
	note(&h, "none", DAY, "2", -99);
	assert_int_equal(sts_history_none_since(&h, NOW - 99 * DAY), NOW);
	note(&h, "none", DAY, "2", 3);
	note(&h, "none", DAY, "2", 4);
	assert_int_equal(h.items[1].first, NOW + 3 * DAY);
	assert_int_equal(h.items[1].last, NOW + 4 * DAY);
	assert_int_equal(sts_history_none_since(&h, NOW + 4 * DAY), NOW + 3 * DAY);
}

/* Since when is that of the first time, until it is served. */
static void
check_want(void **state)
{
	struct sts_policy *testing = policy_of("testing", DAY);
	struct sts_policy *enforce = policy_of("enforce", DAY);
	struct sts_history h = { .count = 0 };

	(void)state;
	note(&h, "testing", DAY, "1", 0);
	sts_history_want(&h, testing, NOW);
	assert_int_equal(h.wanted.sum, 0);
	sts_history_want(&h, enforce, NOW + DAY);
	sts_history_want(&h, enforce, NOW + 2 * DAY);
	assert_int_equal(h.wanted.since, NOW + DAY);
	note(&h, "testing", DAY, "2", 3);
	assert_int_equal(h.wanted.since, NOW + DAY);
	assert_true(h.wanted.sum != 0);
	note(&h, "enforce", DAY, "2", 4);
	assert_int_equal(h.wanted.sum, 0);
	sts_history_want(&h, testing, NOW + 5 * DAY);
	assert_int_equal(h.wanted.since, NOW + 5 * DAY);
	free(testing);
	free(enforce);
}

static void
check_line_ends(void **state)
{
	static const char body[] = "version: STSv1\r\nmode: testing\r\n"
				   "mx: a.example\r\nmax_age: 86400";
	struct sts_history h = { .count = 0 };
	struct sts_policy *policy;

	(void)state;
	assert_int_equal(sts_policy_parse(body, strlen(body), &policy, NULL), ST_OK);
	note(&h, "testing", DAY, "1", 0);
	assert_true(sts_served_is(sts_history_last(&h), policy));
	free(policy);
}

static void
check_text(void **state)
{
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
	struct sts_history h = { .count = 0 }, again;
	struct sts_policy *policy = policy_of("enforce", STS_MAX_AGE_MAX);

	(void)state;
	note(&h, "testing", DAY, "abcdefghijklmnopqrstuvwxyz012345", 0);
	note(&h, "", 0, "", 1);
	note(&h, "enforce", STS_MAX_AGE_MAX, "Z", 2);
	h.wanted.since = NOW;
	h.wanted.sum = UINT64_MAX;
	sts_history_add_text(&h, &first);
	assert_int_equal(sts_history_parse(first.data, first.len, &again, NULL), ST_OK);
	assert_int_equal(again.count, 3);
	assert_true(sts_served_is(sts_history_last(&again), policy));
	assert_memory_equal(&again.items, &h.items, 3 * sizeof(h.items[0]));
	assert_int_equal(again.wanted.since, NOW);
	assert_true(again.wanted.sum == UINT64_MAX);
	sts_history_add_text(&again, &second);
	assert_string_equal(strbuf_str(&first), strbuf_str(&second));
	strbuf_clear(&first);
	strbuf_clear(&second);
	free(policy);
}

/* The oldest go, and the text stays as long as it may be. */
static void
check_full(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct sts_history h = { .count = 0 };
	int day;

	(void)state;
	for (day = 0; day < 2 * STS_HISTORY_MAX; day++)
		note(&h, day % 2 == 0 ? "testing" : "enforce", STS_MAX_AGE_MAX,
		    "abcdefghijklmnopqrstuvwxyz012345", day);
	assert_int_equal(h.count, STS_HISTORY_MAX);
	assert_int_equal(h.items[0].first, NOW + STS_HISTORY_MAX * (time_t)DAY);
	sts_history_add_text(&h, &text);
	assert_in_range(text.len, 1, STS_HISTORY_BYTES_MAX);
	strbuf_clear(&text);
}

#define LINE "2025-11-22T13:00:00Z 2025-11-22T13:00:00Z 1 enforce 86400 7"

static const struct parse_case {
	const char *name, *text, *why; /* why NULL: it can be read */
	size_t count;
} parse_cases[] = {
	{ "nothing", "", NULL, 0 },
	{ "a line", LINE "\n", NULL, 1 },
	{ "a line without its end", LINE, NULL, 1 },
	{ "comments and empty lines", "# a\n\n" LINE "\n\n" LINE "\n", NULL, 2 },
	{ "no date", "# a\nyesterday x 1 enforce 86400 7\n", "line 2", 0 },
	{ "another mode", "2025-11-22T13:00:00Z 2025-11-22T13:00:00Z 1 Enforce 1 7",
	    "line 1", 0 },
	{ "a number that is none",
	    "2025-11-22T13:00:00Z 2025-11-22T13:00:00Z 1 enforce x 7", "line 1", 0 },
	{ "max_age beyond all bounds",
	    "2025-11-22T13:00:00Z 2025-11-22T13:00:00Z 1 enforce 31557601 7", "line 1",
	    0 },
	{ "an id beyond all bounds",
	    "2025-11-22T13:00:00Z 2025-11-22T13:00:00Z "
	    "abcdefghijklmnopqrstuvwxyz0123456 enforce 1 7",
	    "line 1", 0 },
	{ "one that is wanted", LINE "\nwanted 2025-11-22T13:00:00Z 7\n", NULL, 1 },
	{ "one that is wanted since no date", "wanted x 7", "line 1", 0 },
	{ "one that is wanted without a sum", "wanted 2025-11-22T13:00:00Z", "line 1",
	    0 },
	{ "a word too many", LINE " more\n", "line 1", 0 },
	{ "a word too few", "2025-11-22T13:00:00Z 2025-11-22T13:00:00Z 1 enforce 86400",
	    "line 1", 0 },
};

static void
check_parse(void **state)
{
	const struct parse_case *c = *state;
	struct sts_history h;
	struct why why = { "" };
	enum status rc = sts_history_parse(c->text, strlen(c->text), &h, &why);

	assert_int_equal(rc, c->why == NULL ? ST_OK : ST_SYNTAX);
	if (c->why != NULL)
		assert_non_null(strstr(why.text, c->why));
	else
		assert_int_equal(h.count, c->count);
}

static void
check_too_many(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct sts_history h;
	int i;

	(void)state;
	for (i = 0; i <= STS_HISTORY_MAX; i++)
		strbuf_adds(&text, LINE "\n");
	assert_int_equal(sts_history_parse(text.data, text.len, &h, NULL), ST_SYNTAX);
	strbuf_clear(&text);
}

/* --- how long senders may remember -------------------------------------------------------------- */

static const struct cached_case {
	const char *name;
	struct {
		const char *mode; /* NULL: no more */
		int day, days;    /* seen on, max_age */
	} seen[4];
	int now, want; /* days; want -1: nothing */
} cached_cases[] = {
	{ "PUB-STS-04 nothing was seen", { { NULL, 0, 0 } }, 5, -1 },
	{ "PUB-STS-04 none only", { { "none", 0, 1 } }, 5, -1 },
	{ "PUB-STS-04 enforce is there: from now on", { { "enforce", 0, 7 } }, 5, 12 },
	{ "PUB-STS-04 enforce until none was seen",
	    { { "enforce", 0, 7 }, { "none", 3, 1 } }, 5, 10 },
	{ "PUB-STS-04 the longest counts, not the last",
	    { { "enforce", 0, 300 }, { "enforce", 2, 7 }, { "none", 3, 1 } }, 5, 302 },
	{ "PUB-STS-04 testing is remembered too",
	    { { "testing", 0, 30 }, { "none", 1, 1 } }, 5, 31 },
	{ "PUB-STS-04 enforce until nothing was there",
	    { { "enforce", 0, 7 }, { "", 4, 0 } }, 20, 11 },
	{ "PUB-STS-04 none was first seen while the clock was behind",
	    { { "enforce", 0, 7 }, { "none", -20000, 1 } }, 5, 7 },
	{ "PUB-STS-04 the clock is behind now", { { "enforce", 0, 7 } }, -20000, 7 },
};

static void
check_cached(void **state)
{
	const struct cached_case *c = *state;
	struct sts_history h = { .count = 0 };
	size_t i;

	for (i = 0; i < COUNT_OF(c->seen) && c->seen[i].mode != NULL; i++)
		note(&h, c->seen[i].mode, (unsigned)c->seen[i].days * DAY, "1",
		    c->seen[i].day);
	assert_int_equal(sts_history_cached_until(&h, NOW + c->now * (time_t)DAY),
	    c->want == -1 ? 0 : NOW + c->want * (time_t)DAY);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("what is the same as before is the same entry", check_note),
		CASE("PUB-STS-04 a clock that is behind moves nothing", check_clock),
		CASE("PUB-STS-02 what is wanted is remembered until it is served",
		    check_want),
		CASE("how lines end makes no other policy", check_line_ends),
		CASE("its text can be read again", check_text),
		CASE("it does not grow without end", check_full),
		CASES(check_parse, parse_cases),
		CASE("more than it ever has", check_too_many),
		CASES(check_cached, cached_cases),
	};

	return cases_run("sts_history", tables, COUNT_OF(tables));
}
