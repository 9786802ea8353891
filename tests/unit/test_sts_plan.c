/* SPDX-License-Identifier: ISC */
#include "publish/sts_plan.h"
#include "remark_lines.h"

#define NOW ((time_t)1763816400) /* 2025-11-22 13:00:00 */
#define DAY 86400
#define MX  "mx: mx1.example.com\n"

#define TESTING "version: STSv1\nmode: testing\nmax_age: 86400\n" MX
#define ENFORCE "version: STSv1\nmode: enforce\nmax_age: 604800\n" MX
#define NONE    "version: STSv1\nmode: none\nmax_age: 86400\n"
#define YEAR    "version: STSv1\nmode: enforce\nmax_age: 31536000\n" MX
#define SHORT   "version: STSv1\nmode: enforce\nmax_age: 86400\n" MX
#define ALL                                                                            \
	"policy host:done;policy file:done;MX hosts:done;mode testing:done;"           \
	"TXT record:done;TLSRPT record:done;"

/* What was seen of the domain before, and what is there now. */
struct served {
	const char *policy; /* NULL: no more; "": none */
	const char *id;     /* "" no record */
	int day;            /* before now */
};

/* --- views ---------------------------------------------------------------------------------------- */

struct scene {
	struct sts_view sts;
	char record[60];
	struct txt text;
	struct sts_look looks[2];
	struct rua_view rua;
	struct route *route;
	struct sts_history history;
	struct sts_policy *wanted;
	struct sts_plan plan;
};

static struct sts_policy *
parse(const char *text)
{
	struct sts_policy *policy;

	assert_int_equal(sts_policy_parse(text, strlen(text), &policy, NULL), ST_OK);
	return policy;
}

static void
name(struct domain *out, const char *text)
{
	assert_int_equal(domain_parse(text, strlen(text), out, NULL), ST_OK);
}

static void
add_look(struct scene *s, const char *policy)
{
	s->looks[s->sts.count++] = (struct sts_look){
		.detail = (char *)"",
		.media_type = (char *)"text/plain",
		.location = (char *)"",
		.cert_names = (char *)"mta-sts.example.com",
		.has_cert = true,
		.cert = { .ends = NOW + 90 * (time_t)DAY },
		.outcome = policy[0] != '\0' ? HTTPS_OK : HTTPS_STATUS,
		.http_status = policy[0] != '\0' ? 200 : 404,
		.policy = policy[0] != '\0' ? parse(policy) : NULL,
	};
}

static void
set_sts(struct scene *s, const struct served *now, bool has_host)
{
	struct sts_view *v = &s->sts;

	name(&v->domain, "example.com");
	name(&v->host, "mta-sts.example.com");
	name(&v->record.name, "_mta-sts.example.com");
	v->record.ttl_s = 3600;
	v->outcome = now->id[0] != '\0' ? STS_RECORD_FOUND : STS_RECORD_NONE;
	snprintf(v->found.id, sizeof(v->found.id), "%s", now->id);
	snprintf(s->record, sizeof(s->record), "v=STSv1; id=%s;", now->id);
	s->text = (struct txt){ s->record, strlen(s->record) };
	v->record.texts = &s->text;
	v->record.count = now->id[0] != '\0';
	v->looks = s->looks;
	if (has_host)
		add_look(s, now->policy);
}

/* As the command does it: what is good is remembered, and that nothing is there. */
static void
remember(struct scene *s, const struct served *seen)
{
	struct sts_policy *policy =
	    seen->policy[0] != '\0' ? parse(seen->policy) : NULL;

	sts_history_note(&s->history, policy, seen->id, NOW - seen->day * (time_t)DAY);
	free(policy);
}

static void
set_scene(
    struct scene *s, const struct served seen[], bool has_host, const char *wanted)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	for (i = 0; seen[i].policy != NULL; i++)
		if (seen[i].policy[0] != '\0' || i > 0)
			remember(s, &seen[i]);
	set_sts(s, &seen[i - 1], has_host);
	s->route = route_new(1);
	name(&s->route->hosts[0].name, "mx1.example.com");
	name(&s->rua.record.name, "_smtp._tls.example.com");
	s->rua.record.is_secure = true;
	if (wanted != NULL)
		s->wanted = parse(wanted);
}

static struct sts_plan_input
input_of(struct scene *s)
{
	return (struct sts_plan_input){
		.view = &s->sts,
		.route = s->route,
		.rua = &s->rua,
		.wanted = s->wanted,
		.history = &s->history,
		.now = NOW,
	};
}

static void
clear(struct scene *s)
{
	free(s->looks[0].policy);
	free(s->looks[1].policy);
	free(s->wanted);
	route_release(s->route);
	sts_plan_clear(&s->plan);
}

static void
add_steps(struct strbuf *out, const struct sts_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		strbuf_addf(out, "%s:%s;", plan->steps[i].name,
		    sts_step_state_word(plan->steps[i].state));
}

static void
assert_plan(
    struct scene *s, const char *steps, const char *want, enum remark_level outcome)
{
	struct strbuf got = STRBUF_INIT;

	add_steps(&got, &s->plan);
	assert_string_equal(strbuf_str(&got), steps);
	strbuf_reset(&got);
	add_remarks(&got, &s->plan.remarks);
	assert_remarks(strbuf_str(&got), want);
	assert_int_equal(sts_plan_outcome(&s->plan), outcome);
	strbuf_clear(&got);
}

/* --- publish ---------------------------------------------------------------------------------------- */

static const struct publish_case {
	const char *name;
	struct served seen[4]; /* the last one is there now */
	bool no_host, no_rua;
	const char *wanted; /* NULL: none */
	int wanted_day;     /* first, before now */
	const char *second; /* what a second address serves; NULL: there is none */
	const char *steps, *want;
	enum remark_level outcome;
} publish_cases[] = {
	{ .name = "SEED-48 PUB-STS-03 nothing yet: the host comes first",
	    .seen = { { "", "", 0 } },
	    .no_host = true,
	    .no_rua = true,
	    .steps = "policy host:missing;policy file:missing;MX hosts:missing;"
		     "mode testing:later;TXT record:later;TLSRPT record:missing;"
		     "reports:later;mode enforce:later;new id:later;",
	    .want = "note example.com: no MTA-STS|!broken",
	    .outcome = REMARK_ADVICE },
	{ .name = "SEED-48 a host with certificate: the file is next",
	    .seen = { { "", "", 0 } },
	    .no_rua = true,
	    .steps = "policy host:done;policy file:missing;MX hosts:missing;"
		     "mode testing:later;TXT record:later;TLSRPT record:missing;"
		     "reports:later;mode enforce:later;new id:later;",
	    .want = "!broken",
	    .outcome = REMARK_ADVICE },
	{ .name = "SEED-48 PUB-STS-02 the file is there: the record is next",
	    .seen = { { TESTING, "", 0 } },
	    .steps = "policy host:done;policy file:done;MX hosts:done;"
		     "mode testing:done;TXT record:missing;TLSRPT record:done;"
		     "reports:later;mode enforce:later;new id:later;",
	    .want = "!broken",
	    .outcome = REMARK_ADVICE },
	{ .name = "SEED-48 SEED-69 testing without TLSRPT",
	    .seen = { { TESTING, "1", 0 } },
	    .no_rua = true,
	    .steps = "policy host:done;policy file:done;MX hosts:done;"
		     "mode testing:done;TXT record:done;TLSRPT record:missing;"
		     "reports:later;mode enforce:later;new id:later;",
	    .want = "note _smtp._tls.example.com",
	    .outcome = REMARK_ADVICE },
	{ .name = "SEED-48 SEED-47 PUB-STS-03 a testing policy, complete, is content",
	    .seen = { { TESTING, "1", 3 }, { TESTING, "1", 0 } },
	    .steps = ALL "reports:later;mode enforce:later;new id:later;",
	    .want = "note mta-sts.example.com: the mode is testing|!advice|!broken",
	    .outcome = REMARK_NOTE },
	{ .name = "SEED-48 after two weeks of testing enforce is next",
	    .seen = { { TESTING, "1", 15 }, { TESTING, "1", 0 } },
	    .steps = ALL "reports:done;mode enforce:missing;new id:later;",
	    .want = "!broken",
	    .outcome = REMARK_ADVICE },
	{ .name =
		"SEED-48 PUB-STS-02 the file is changed, the record is not: change it now",
	    .seen = { { TESTING, "1", 15 }, { ENFORCE, "1", 0 } },
	    .steps = "policy host:done;policy file:done;MX hosts:done;"
		     "mode testing:done;TXT record:missing;TLSRPT record:done;"
		     "reports:done;mode enforce:done;new id:missing;",
	    .want =
		"advice _mta-sts.example.com: the policy has changed, its id 1 has not|"
		"change the TXT record now|RFC 8461, 8.1",
	    .outcome = REMARK_ADVICE },
	{ .name = "PUB-STS-02 and it is told until it is done",
	    .seen = { { TESTING, "1", 15 }, { ENFORCE, "1", 3 }, { ENFORCE, "1", 0 } },
	    .steps = "policy host:done;policy file:done;MX hosts:done;"
		     "mode testing:done;TXT record:missing;TLSRPT record:done;"
		     "reports:done;mode enforce:done;new id:missing;",
	    .want = "change the TXT record now",
	    .outcome = REMARK_ADVICE },
	{ .name =
		"SEED-48 PUB-STS-02 file and record are changed: the old hosts for a TTL",
	    .seen = { { TESTING, "1", 15 }, { ENFORCE, "2", 0 } },
	    .steps = ALL "reports:done;mode enforce:done;new id:done;",
	    .want = "note _mta-sts.example.com: record or policy have changed; the TTL "
		    "ends at 2025-11-22T14:00:00Z|!advice|!broken",
	    .outcome = REMARK_NOTE },
	{ .name = "SEED-48 all is done",
	    .seen = { { TESTING, "1", 15 }, { ENFORCE, "2", 3 }, { ENFORCE, "2", 0 } },
	    .steps = ALL "reports:done;mode enforce:done;new id:done;",
	    .want = "",
	    .outcome = REMARK_NOTE },
	{ .name = "PUB-STS-02 a new policy is to be served: the file first",
	    .seen = { { TESTING, "1", 15 }, { TESTING, "1", 0 } },
	    .wanted = ENFORCE,
	    .steps = "policy host:done;policy file:missing;MX hosts:done;"
		     "mode testing:done;TXT record:done;TLSRPT record:done;"
		     "reports:done;mode enforce:missing;new id:later;",
	    .want = "!broken",
	    .outcome = REMARK_ADVICE },
	{ .name = "PUB-STS-02 the id has changed, the file is the old one: an error",
	    .seen = { { TESTING, "1", 15 }, { TESTING, "2", 0 } },
	    .wanted = ENFORCE,
	    .wanted_day = 1,
	    .steps = "policy host:done;policy file:missing;MX hosts:done;"
		     "mode testing:done;TXT record:later;TLSRPT record:done;"
		     "reports:done;mode enforce:missing;new id:later;",
	    .want =
		"broken _mta-sts.example.com: the id has changed to 2, the policy has "
		"not|RFC 8461, 8.1|change the id once more",
	    .outcome = REMARK_BROKEN },
	{ .name =
		"PUB-STS-02 an id that changed before the file was wanted is no error",
	    .seen = { { TESTING, "1", 100 }, { TESTING, "2", 90 },
		{ TESTING, "2", 0 } },
	    .wanted = ENFORCE,
	    .wanted_day = 1,
	    .steps = "policy host:done;policy file:missing;MX hosts:done;"
		     "mode testing:done;TXT record:done;TLSRPT record:done;"
		     "reports:done;mode enforce:missing;new id:later;",
	    .want = "!broken",
	    .outcome = REMARK_ADVICE },
	{ .name = "PUB-STS-02 nor one that changed in the look that names the file",
	    .seen = { { TESTING, "1", 15 }, { TESTING, "2", 0 } },
	    .wanted = ENFORCE,
	    .steps = "policy host:done;policy file:missing;MX hosts:done;"
		     "mode testing:done;TXT record:done;TLSRPT record:done;"
		     "reports:done;mode enforce:missing;new id:later;",
	    .want = "!broken",
	    .outcome = REMARK_ADVICE },
	{ .name = "PUB-STS-02 a change that waits for another file waits with its id",
	    .seen = { { TESTING, "1", 30 }, { SHORT, "1", 0 } },
	    .wanted = ENFORCE,
	    .steps = "policy host:done;policy file:missing;MX hosts:done;"
		     "mode testing:done;TXT record:done;TLSRPT record:done;"
		     "reports:done;mode enforce:done;new id:done;",
	    .want = "!broken|!its id 1 has not",
	    .outcome = REMARK_ADVICE },
	{ .name = "PUB-STS-02 one address has the new policy, the other one has not",
	    .seen = { { TESTING, "1", 15 }, { ENFORCE, "1", 0 } },
	    .wanted = ENFORCE,
	    .second = TESTING,
	    .steps = "policy host:done;policy file:missing;MX hosts:done;"
		     "mode testing:done;TXT record:missing;TLSRPT record:done;"
		     "reports:done;mode enforce:done;new id:missing;",
	    .want = "!broken",
	    .outcome = REMARK_ADVICE },
	{ .name = "SEED-47 PUB-STS-01 enforce is wanted on the second day of testing",
	    .seen = { { TESTING, "1", 2 }, { TESTING, "1", 0 } },
	    .wanted = ENFORCE,
	    .steps = "policy host:done;policy file:later;MX hosts:done;"
		     "mode testing:done;TXT record:done;TLSRPT record:done;"
		     "reports:later;mode enforce:later;new id:later;",
	    .want = "!broken|!advice",
	    .outcome = REMARK_NOTE },
	{ .name = "PUB-STS-02 the same policy under a new id may be what is wanted",
	    .seen = { { TESTING, "1", 15 }, { TESTING, "2", 0 } },
	    .wanted = "version: STSv1\r\nmode: testing\r\nmax_age: 86400\r\n"
		      "mx: mx1.example.com\r\n",
	    .steps = ALL "reports:done;mode enforce:missing;new id:later;",
	    .want = "!broken",
	    .outcome = REMARK_ADVICE },
	{ .name = "PUB-STS-02 how lines end makes no other policy",
	    .seen = { { ENFORCE, "2", 3 }, { ENFORCE, "2", 0 } },
	    .wanted = "version: STSv1\r\nmode: enforce\r\nmax_age: 604800\r\n"
		      "mx: mx1.example.com",
	    .steps = ALL "reports:done;mode enforce:done;new id:done;",
	    .want = "",
	    .outcome = REMARK_NOTE },
	{ .name = "SEED-47 enforce is wanted out of nothing",
	    .seen = { { "", "", 0 } },
	    .wanted = ENFORCE,
	    .steps = "policy host:done;policy file:missing;MX hosts:done;"
		     "mode testing:later;TXT record:later;TLSRPT record:done;"
		     "reports:later;mode enforce:later;new id:later;",
	    .want = "advice the new policy: mode enforce, and nothing was in testing",
	    .outcome = REMARK_ADVICE },
	{ .name = "PUB-STS-03 SEED-57 the new policy lacks an MX host",
	    .seen = { { TESTING, "1", 0 } },
	    .wanted = "version: STSv1\nmode: testing\nmax_age: 1\nmx: x.example\n",
	    .steps = "policy host:done;policy file:missing;MX hosts:missing;"
		     "mode testing:done;TXT record:done;TLSRPT record:done;"
		     "reports:later;mode enforce:later;new id:later;",
	    .want = "advice mx1.example.com: no mx of the policy names it|"
		    "advice the new policy: no MX host is named by x.example|!broken",
	    .outcome = REMARK_ADVICE },
};

static void
check_publish(void **state)
{
	const struct publish_case *c = *state;
	struct sts_plan_input input;
	struct scene s;

	set_scene(&s, c->seen, !c->no_host, c->wanted);
	if (c->second != NULL)
		add_look(&s, c->second);
	if (s.wanted != NULL)
		sts_history_want(
		    &s.history, s.wanted, NOW - c->wanted_day * (time_t)DAY);
	s.rua.outcome = c->no_rua ? TLSRPT_RECORD_NONE : TLSRPT_RECORD_FOUND;
	s.rua.list.count = !c->no_rua;
	snprintf(s.rua.list.items[0].uri, sizeof(s.rua.list.items[0].uri),
	    "mailto:a@b.example");
	input = input_of(&s);
	sts_plan_publish(&input, &s.plan);
	assert_plan(&s, c->steps, c->want, c->outcome);
	clear(&s);
}

static void
check_unknown(void **state)
{
	static const struct served seen[] = { { TESTING, "1", 0 }, { NULL, NULL, 0 } };
	struct sts_plan_input input;
	struct scene s;

	(void)state;
	set_scene(&s, seen, true, NULL);
	s.sts.record.is_error = s.rua.record.is_error = true;
	route_release(s.route);
	s.route = NULL;
	input = input_of(&s);
	sts_plan_publish(&input, &s.plan);
	assert_plan(&s,
	    "policy host:done;policy file:done;MX hosts:unknown;mode testing:done;"
	    "TXT record:unknown;TLSRPT record:unknown;reports:later;"
	    "mode enforce:later;new id:later;",
	    "unsure _mta-sts|unsure _smtp._tls", REMARK_UNSURE);
	clear(&s);
}

/* --- retire ------------------------------------------------------------------------------------------- */

static const struct retire_case {
	const char *name;
	struct served seen[4];
	bool no_host, record_fails, host_fails;
	const char *second; /* what a second address serves; NULL: there is none */
	enum https_outcome silence; /* or how it does not answer */
	uint32_t told;              /* --max-age-served */
	const char *steps, *want;
	enum remark_level outcome;
	int removal; /* days from now; 0: no matter */
} retire_cases[] = {
	{ .name =
		"PUB-STS-04 SEED-54 enforce: none comes first, and a week behind it the end",
	    .seen = { { ENFORCE, "1", 0 } },
	    .told = 7 * DAY,
	    .steps = "policy none:missing;new id:later;wait:later;removal:later;",
	    .want = "advice example.com: senders may have a policy in memory until "
		    "2025-11-29T13:00:00Z|RFC 8461, 8.3",
	    .outcome = REMARK_ADVICE,
	    .removal = 7 },
	{ .name = "PUB-STS-04 the largest max_age ever served counts",
	    .seen = { { "version: STSv1\nmode: enforce\nmax_age: 2592000\n" MX, "1",
			  9 },
		{ ENFORCE, "2", 1 }, { NONE, "3", 0 } },
	    .told = 30 * DAY,
	    .steps = "policy none:done;new id:done;wait:later;removal:later;",
	    .want = "advice example.com: senders may have a policy in memory until "
		    "2025-12-22T13:00:00Z",
	    .outcome = REMARK_ADVICE,
	    .removal = 30 },
	{ .name = "PUB-STS-04 a max_age that was seen counts beside a smaller word",
	    .seen = { { YEAR, "1", 300 }, { SHORT, "2", 299 }, { NONE, "3", 8 },
		{ NONE, "3", 0 } },
	    .told = 7 * DAY,
	    .steps = "policy none:done;new id:done;wait:later;removal:later;",
	    .want = "until 2026-01-27T13:00:00Z|!unsure",
	    .outcome = REMARK_ADVICE,
	    .removal = 66 },
	{ .name = "PUB-STS-04 after one look nobody knows what was served before it",
	    .seen = { { SHORT, "1", 3 }, { NONE, "2", 2 }, { NONE, "2", 0 } },
	    .steps = "policy none:done;new id:done;wait:later;removal:later;",
	    .want = "unsure example.com: it is not known which policies were served "
		    "before the first look|--max-age-served|!advice|!broken",
	    .outcome = REMARK_UNSURE },
	{ .name = "PUB-STS-04 a history of more than a year knows everything",
	    .seen = { { SHORT, "1", 367 }, { NONE, "2", 2 }, { NONE, "2", 0 } },
	    .steps = "policy none:done;new id:done;wait:done;removal:now;",
	    .want = "!unsure|!advice|!broken",
	    .outcome = REMARK_NOTE },
	{ .name = "PUB-STS-04 a clock that was behind makes no policy older",
	    .seen = { { ENFORCE, "1", 3 }, { NONE, "2", 20000 }, { NONE, "2", 19999 } },
	    .told = 7 * DAY,
	    .steps = "policy none:done;new id:done;wait:later;removal:later;",
	    .want = "until 2025-11-26T13:00:00Z",
	    .outcome = REMARK_ADVICE,
	    .removal = 4 },
	{ .name = "PUB-STS-04 none at one address, enforce at the other: not none",
	    .seen = { { ENFORCE, "1", 9 }, { NONE, "2", 8 }, { NONE, "2", 0 } },
	    .told = 7 * DAY,
	    .second = ENFORCE,
	    .steps = "policy none:missing;new id:later;wait:later;removal:later;",
	    .want = "!broken",
	    .outcome = REMARK_ADVICE },
	{ .name = "PUB-STS-04 none at both addresses",
	    .seen = { { ENFORCE, "1", 9 }, { NONE, "2", 8 }, { NONE, "2", 0 } },
	    .told = 7 * DAY,
	    .second = NONE,
	    .steps = "policy none:done;new id:done;wait:done;removal:now;",
	    .want = "!advice|!broken",
	    .outcome = REMARK_NOTE },
	{ .name = "PUB-STS-04 none at one address, the other one is silent",
	    .seen = { { ENFORCE, "1", 9 }, { NONE, "2", 8 }, { NONE, "2", 0 } },
	    .told = 7 * DAY,
	    .second = "",
	    .silence = HTTPS_CONNECT,
	    .steps = "policy none:unknown;new id:later;wait:unknown;removal:unknown;",
	    .want = "!broken",
	    .outcome = REMARK_UNSURE },
	{ .name = "PUB-STS-04 SEED-54 no lookup works: nothing is gone, nothing done",
	    .seen = { { ENFORCE, "1", 3 }, { ENFORCE, "", 0 } },
	    .no_host = true,
	    .record_fails = true,
	    .host_fails = true,
	    .told = 7 * DAY,
	    .steps = "policy none:unknown;new id:unknown;wait:unknown;removal:unknown;",
	    .want = "unsure _mta-sts.example.com|!broken",
	    .outcome = REMARK_UNSURE },
	{ .name = "PUB-STS-04 the record is gone, the host cannot be looked up",
	    .seen = { { ENFORCE, "1", 20 }, { NONE, "2", 15 }, { NONE, "", 0 } },
	    .no_host = true,
	    .host_fails = true,
	    .told = 7 * DAY,
	    .steps = "policy none:unknown;new id:later;wait:unknown;removal:unknown;",
	    .want = "!broken",
	    .outcome = REMARK_UNSURE },
	{ .name = "PUB-STS-04 mode none, the record cannot be looked up",
	    .seen = { { ENFORCE, "1", 3 }, { NONE, "2", 1 }, { NONE, "", 0 } },
	    .record_fails = true,
	    .told = 7 * DAY,
	    .steps = "policy none:done;new id:unknown;wait:later;removal:unknown;",
	    .want = "unsure _mta-sts.example.com|advice example.com|!broken",
	    .outcome = REMARK_UNSURE },
	{ .name = "PUB-STS-04 and the operator's word",
	    .seen = { { ENFORCE, "2", 1 }, { NONE, "3", 0 } },
	    .told = 10 * DAY,
	    .steps = "policy none:done;new id:done;wait:later;removal:later;",
	    .want = "until 2025-12-02T13:00:00Z",
	    .outcome = REMARK_ADVICE,
	    .removal = 10 },
	{ .name = "PUB-STS-04 none under the old id",
	    .seen = { { ENFORCE, "1", 1 }, { NONE, "1", 0 } },
	    .told = 7 * DAY,
	    .steps = "policy none:done;new id:missing;wait:later;removal:later;",
	    .want = "the policy has changed, its id 1 has not",
	    .outcome = REMARK_ADVICE },
	{ .name = "PUB-STS-04 SEED-54 none for long enough: both may go",
	    .seen = { { ENFORCE, "1", 9 }, { NONE, "2", 8 }, { NONE, "2", 0 } },
	    .told = 7 * DAY,
	    .steps = "policy none:done;new id:done;wait:done;removal:now;",
	    .want = "note mta-sts.example.com: the mode is none|!advice|!broken",
	    .outcome = REMARK_NOTE },
	{ .name = "PUB-STS-04 none for long enough, by the operator's word",
	    .seen = { { NONE, "2", 8 }, { NONE, "2", 0 } },
	    .told = 7 * DAY,
	    .steps = "policy none:done;new id:done;wait:done;removal:now;",
	    .want = "!advice|!broken|!unsure",
	    .outcome = REMARK_NOTE },
	{ .name = "PUB-STS-04 nothing is known of what was served",
	    .seen = { { NONE, "2", 0 } },
	    .steps = "policy none:done;new id:done;wait:later;removal:later;",
	    .want = "unsure example.com: it is not known which policies were served|"
		    "--max-age-served",
	    .outcome = REMARK_UNSURE },
	{ .name =
		"PUB-STS-04 SEED-54 all removed while enforce may be in memory: an error",
	    .seen = { { ENFORCE, "1", 3 }, { "", "", 0 } },
	    .no_host = true,
	    .steps = "policy none:done;new id:done;wait:later;removal:done;",
	    .want = "broken example.com: senders may have a policy in memory until "
		    "2025-11-29T13:00:00Z|serve a policy of mode none again",
	    .outcome = REMARK_BROKEN },
	{ .name = "PUB-STS-04 the record removed too early",
	    .seen = { { ENFORCE, "1", 3 }, { NONE, "2", 1 }, { NONE, "", 0 } },
	    .told = 7 * DAY,
	    .steps = "policy none:done;new id:done;wait:later;removal:later;",
	    .want = "broken example.com: senders may have a policy in memory until "
		    "2025-11-28T13:00:00Z",
	    .outcome = REMARK_BROKEN },
	{ .name = "PUB-STS-04 all removed in time",
	    .seen = { { ENFORCE, "1", 20 }, { NONE, "2", 15 }, { "", "", 0 } },
	    .no_host = true,
	    .told = 7 * DAY,
	    .steps = "policy none:done;new id:done;wait:done;removal:done;",
	    .want = "",
	    .outcome = REMARK_NOTE },
	{ .name = "PUB-STS-04 the record is still there, the policy is not",
	    .seen = { { ENFORCE, "1", 20 }, { "", "1", 0 } },
	    .steps = "policy none:missing;new id:later;wait:later;removal:later;",
	    .want = "broken mta-sts.example.com: HTTP status 404",
	    .outcome = REMARK_BROKEN },
};

static void
check_retire(void **state)
{
	const struct retire_case *c = *state;
	struct sts_plan_input input;
	struct scene s;

	set_scene(&s, c->seen, !c->no_host, NULL);
	if (c->second != NULL)
		add_look(&s, c->second);
	if (c->silence != HTTPS_OK)
		s.looks[1].outcome = c->silence;
	s.sts.record.is_error = c->record_fails;
	s.sts.is_host_error = c->host_fails;
	input = input_of(&s);
	input.max_age_served = c->told;
	sts_plan_retire(&input, &s.plan);
	assert_plan(&s, c->steps, c->want, c->outcome);
	if (c->removal != 0)
		assert_int_equal(
		    s.plan.steps[3].not_before, NOW + c->removal * (time_t)DAY);
	clear(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_publish, publish_cases),
		CASE("SEED-48 what cannot be found out is not called done",
		    check_unknown),
		CASES(check_retire, retire_cases),
	};

	return cases_run("sts_plan", tables, COUNT_OF(tables));
}
