/*
 * exim/answer: what comes over the socket becomes a policy or a permission only if it reads like one.
 * SPDX-License-Identifier: ISC
 */
#include "../exim/answer.h"
#include "cases.h"

#define GARBAGE "hopseal: the daemon's answer makes no sense"

static struct reply
reply_of(enum client_outcome outcome, const char *text, size_t len)
{
	struct reply reply = { outcome, text, len, { "" } };

	if (outcome == CLIENT_DOWN)
		why_set(&reply.why, "%s", text);
	return reply;
}

static const struct policy_case {
	const char *name;
	enum client_outcome outcome;
	const char *text;
	size_t len;
	bool is_acl, is_known;
	const char *want;
} policy_cases[] = {
	{ "a policy", CLIENT_FOUND, BYTES("mode=enforce skip=\"!^(?:a[.]b)$ ; *\""),
	    false, true, "mode=enforce skip=\"!^(?:a[.]b)$ ; *\"" },
	{ "a policy, for an ACL", CLIENT_FOUND,
	    BYTES("mode=reject skip=\"\" reason=\"x\""), true, true,
	    "mode=reject skip=\"\" reason=\"x\"" },
	{ "MX-08 nothing to ask about", CLIENT_NONE, NULL, 0, false, true,
	    "mode=none skip=\"\"" },
	{ "nothing to ask about, for an ACL", CLIENT_NONE, NULL, 0, true, true,
	    "mode=none skip=\"\"" },
	{ "not now", CLIENT_RETRY, BYTES("DNS says SERVFAIL"), false, false,
	    "hopseal: DNS says SERVFAIL" },
	{ "not now, for an ACL", CLIENT_RETRY, BYTES("DNS says \"SERVFAIL\""), true,
	    true, "mode=defer reason=\"DNS says 'SERVFAIL'\"" },
	{ "a request that the daemon does not know", CLIENT_PERM, BYTES("no such map"),
	    false, false, "hopseal: no such map" },
	{ "the same for an ACL", CLIENT_PERM, BYTES("no such map"), true, true,
	    "mode=unknown reason=\"no such map\"" },
	{ "no daemon", CLIENT_DOWN, BYTES("unix:/x: No such file"), false, false,
	    "hopseal: unix:/x: No such file" },
	{ "no daemon, for an ACL", CLIENT_DOWN, BYTES("unix:/x: No such file"), true,
	    true, "mode=unknown reason=\"unix:/x: No such file\"" },
	{ "OK and something else", CLIENT_FOUND, BYTES("secure match=x"), false, false,
	    GARBAGE },
	{ "OK and nothing", CLIENT_FOUND, BYTES(""), false, false, GARBAGE },
	{ "OK and the beginning of a policy", CLIENT_FOUND, BYTES("mode"), false, false,
	    GARBAGE },
	{ "a policy without its list of hosts", CLIENT_FOUND, BYTES("mode=enforce"),
	    false, false, GARBAGE },
	{ "a policy behind a blank", CLIENT_FOUND, BYTES(" mode=none"), false, false,
	    GARBAGE },
	{ "a policy of two lines", CLIENT_FOUND, BYTES("mode=none\n skip=\"\""), false,
	    false, GARBAGE },
	{ "a policy with a NUL", CLIENT_FOUND, BYTES("mode=none\0 skip=\"*\""), false,
	    false, GARBAGE },
	{ "a policy with other octets", CLIENT_FOUND, BYTES("mode=none skip=\"\xff\""),
	    false, false, GARBAGE },
	{ "garbage, for an ACL", CLIENT_FOUND, BYTES("x"), true, true,
	    "mode=unknown reason=\"the daemon's answer makes no sense\"" },
	{ "a reason that means something to Exim", CLIENT_RETRY,
	    BYTES("${run{/bin/sh}} \\N$x\n\x1b[1m\xff\"} mode=none"), false, false,
	    "hopseal: run/bin/sh Nx[1m' mode=none" },
};

static void
check_policy(void **state)
{
	const struct policy_case *c = *state;
	struct reply reply = reply_of(c->outcome, c->text, c->len);
	char *out = xmalloc(ANSWER_MAX + 1);

	assert_int_equal(answer_policy(&reply, c->is_acl, out), c->is_known);
	assert_string_equal(out, c->want);
	free(out);
}

static void
check_long(void **state)
{
	char *text = xmalloc(ANSWER_MAX + 2), *out = xmalloc(ANSWER_MAX + 1);
	struct reply reply = reply_of(CLIENT_FOUND, text, ANSWER_MAX);

	(void)state;
	memset(text, 'x', ANSWER_MAX + 1);
	text[ANSWER_MAX + 1] = '\0';
	memcpy(text, "mode=x skip=\"", 13);
	assert_true(answer_policy(&reply, false, out));
	assert_int_equal(strlen(out), ANSWER_MAX);
	reply.len++;
	assert_false(answer_policy(&reply, false, out));
	reply.outcome = CLIENT_RETRY;
	assert_false(answer_policy(&reply, false, out));
	assert_int_equal(strlen(out), REASON_MAX);
	assert_true(answer_policy(&reply, true, out));
	assert_true(strlen(out) < REASON_MAX + 40);
	assert_false(answer_verify(&reply, out));
	assert_int_equal(strlen(out), REASON_MAX);
	free(text);
	free(out);
}

static const struct verify_case {
	const char *name;
	enum client_outcome outcome;
	const char *text;
	size_t len;
	const char *want;
} verify_cases[] = {
	{ "accepted", CLIENT_FOUND, BYTES("accept"), "" },
	{ "accepted, and why", CLIENT_FOUND, BYTES("accept TLSA 3 1 1"), "" },
	{ "refused", CLIENT_FOUND, BYTES("refuse certificate has expired"),
	    "hopseal: certificate has expired" },
	{ "refused without a reason", CLIENT_FOUND, BYTES("refuse"), GARBAGE },
	{ "almost accepted", CLIENT_FOUND, BYTES("accepted"), GARBAGE },
	{ "accepted in two lines", CLIENT_FOUND, BYTES("accept \nx"), GARBAGE },
	{ "accepted in capitals", CLIENT_FOUND, BYTES("ACCEPT"), GARBAGE },
	{ "OK and nothing", CLIENT_FOUND, BYTES(""), GARBAGE },
	{ "unknown", CLIENT_NONE, NULL, 0, GARBAGE },
	{ "not now", CLIENT_RETRY, BYTES("accept"), "hopseal: accept" },
	{ "not understood", CLIENT_PERM, BYTES("no such map"), "hopseal: no such map" },
	{ "no daemon", CLIENT_DOWN, BYTES("no reply in time"),
	    "hopseal: no reply in time" },
};

static void
check_verify(void **state)
{
	const struct verify_case *c = *state;
	struct reply reply = reply_of(c->outcome, c->text, c->len);
	char out[REASON_MAX + 1];

	assert_int_equal(answer_verify(&reply, out), c->want[0] == '\0');
	assert_string_equal(out, c->want);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_policy, policy_cases),
		CASE("answers and reasons that are too long", check_long),
		CASES(check_verify, verify_cases),
	};

	return cases_run("exim_answer", tables, COUNT_OF(tables));
}
