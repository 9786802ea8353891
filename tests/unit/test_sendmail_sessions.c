/*
 * Which call is about which session, and for whom that is counted.  SPDX-License-Identifier: ISC
 *
 * Stories of calls, one a line: VERB HOST IP WORD NEXT-HOP RECIPIENT, "-" for what is not said; behind each what it is about:
 * the event, if the session is now counted for the next-hop.
 */
#include "cases.h"
#include "wire/sendmail_sessions.h"

#include "base/strbuf.h"

#define NOW 1800000000

static const char *
word_of(const char *line, size_t n, char word[64])
{
	size_t len;

	while (n-- > 0) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	len = strcspn(line, " ");
	assert_true(len < 64);
	memcpy(word, line, len);
	word[len] = '\0';
	return strcmp(word, "-") == 0 ? "" : word;
}

static struct sendmail_call
call_of(const char *line)
{
	struct strbuf key = STRBUF_INIT;
	struct sendmail_call call;
	char word[64];

	strbuf_addf(&key, "%s;", word_of(line, 0, word));
	strbuf_addf(&key, "mx:%s;", word_of(line, 1, word));
	strbuf_addf(&key, "ip:%s;", word_of(line, 2, word));
	strbuf_addf(&key, "verify:%s;name:yes;", word_of(line, 3, word));
	strbuf_addf(&key, "ver:%s;", strcmp(word, "OK") == 0 ? "TLSv1.3" : "");
	strbuf_addf(&key, "nexthop:%s;", word_of(line, 4, word));
	strbuf_addf(&key, "rcpt:bob@%s;", word_of(line, 5, word));
	assert_int_equal(sendmail_call_parse(key.data, key.len, &call, NULL), ST_OK);
	strbuf_clear(&key);
	return call;
}

/* "a.test mx.a.test up" */
static void
say_event(
    const struct sendmail_session *s, const struct next_hop *n, struct strbuf *out)
{
	struct tls_event e;

	sendmail_session_event(s, n, NOW, &e);
	assert_int_equal(e.source, SOURCE_SENDMAIL);
	strbuf_addf(
	    out, "%s %s %s", e.next_hop.text, e.host.text, event_tls_word(e.tls));
}

static void
say(struct sendmail_sessions *all, const char *line, struct strbuf *out)
{
	struct sendmail_call call = call_of(line);
	struct sendmail_session *s = sendmail_sessions_see(all, &call);
	const struct sendmail_goal *n = sendmail_next_hop(s, &call);

	strbuf_addf(out, "%s: ", line);
	if (s == NULL)
		strbuf_adds(out, "none");
	else if (sendmail_session_counts(s, &n->next_hop.domain))
		say_event(s, &n->next_hop, out);
	strbuf_adds(out, "\n");
}

static const struct story {
	const char *name, *want;
} stories[] = {
	{ "RPT-CNT-13 a session is counted once, when it is told",
	    "mx mx.a.test - - a.test -: \n"
	    "start mx.a.test 192.0.2.1 - - a.test: \n"
	    "tls mx.a.test 192.0.2.1 OK a.test a.test: a.test mx.a.test up\n"
	    "rcpt mx.a.test 192.0.2.1 OK a.test a.test: \n"
	    "rcpt mx.a.test 192.0.2.1 OK a.test a.test: \n" },
	{ "RPT-CNT-13 and once for each other domain that uses it",
	    "tls mx.a.test 192.0.2.1 OK a.test a.test: a.test mx.a.test up\n"
	    "rcpt mx.a.test 192.0.2.1 OK b.test b.test: b.test mx.a.test up\n"
	    "rcpt mx.a.test 192.0.2.1 OK a.test a.test: \n"
	    "rcpt mx.a.test 192.0.2.1 OK b.test b.test: \n" },
	{ "another connection to the same host is another session",
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.1 OK a.test a.test: a.test mx.a.test up\n"
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.2 OK a.test a.test: a.test mx.a.test up\n"
	    "rcpt mx.a.test 192.0.2.1 OK b.test -: b.test mx.a.test up\n"
	    "rcpt mx.a.test 192.0.2.2 OK b.test -: b.test mx.a.test up\n" },
	{ "another connection to the same address is another session, too",
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.1 OK a.test a.test: a.test mx.a.test up\n"
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.1 OK a.test a.test: a.test mx.a.test up\n" },
	{ "a session without an address is not that of an address",
	    "tls mx.a.test - OK a.test -: a.test mx.a.test up\n"
	    "rcpt mx.a.test 192.0.2.1 OK b.test -: none\n"
	    "rcpt mx.a.test - OK b.test -: b.test mx.a.test up\n" },
	{ "RPT-TYPE-01 not offered",
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.1 NONE a.test -: a.test mx.a.test not-offered\n" },
	{ "RPT-TYPE-01 offered, and then not taken",
	    "mx mx.a.test - - a.test -: \n"
	    "start mx.a.test 192.0.2.1 - - a.test: \n"
	    "tls mx.a.test 192.0.2.1 NONE a.test -: a.test mx.a.test refused\n" },
	{ "RPT-CNT-07 no connection, no session",
	    "mx mx1.a.test - - a.test -: \n"
	    "mx mx2.a.test - - a.test -: \n"
	    "tls mx2.a.test 192.0.2.1 OK a.test -: a.test mx2.a.test up\n" },
	{ "what a connection that came to nothing has begun does not last",
	    "mx mx.a.test - - a.test -: \n"
	    "start mx.a.test 192.0.2.1 - - a.test: \n"
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.1 NONE a.test -: a.test mx.a.test not-offered\n" },
	{ "the second attempt, in the clear, is none",
	    "mx mx.a.test - - a.test -: \n"
	    "start mx.a.test 192.0.2.1 - - a.test: \n"
	    "tls mx.a.test 192.0.2.1 SOFTWARE a.test -: a.test mx.a.test failed\n"
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.1 CLEAR a.test -: \n"
	    "rcpt mx.a.test 192.0.2.1 CLEAR b.test -: \n" },
	{ "RPT-CNT-13 a connection in the clear that is kept: told anew for each message, "
	  "counted once",
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.1 NONE a.test -: a.test mx.a.test not-offered\n"
	    "rcpt mx.a.test 192.0.2.1 NONE a.test a.test: \n"
	    "tls mx.a.test 192.0.2.1 NONE a.test -: \n"
	    "tls mx.a.test 192.0.2.1 NONE b.test -: b.test mx.a.test not-offered\n"
	    "rcpt mx.a.test 192.0.2.1 NONE b.test b.test: \n" },
	{ "the same where STARTTLS was refused",
	    "mx mx.a.test - - a.test -: \n"
	    "start mx.a.test 192.0.2.1 - - a.test: \n"
	    "tls mx.a.test 192.0.2.1 TEMP a.test -: a.test mx.a.test refused\n"
	    "tls mx.a.test 192.0.2.1 NONE a.test -: \n"
	    "tls mx.a.test 192.0.2.1 NONE b.test -: b.test mx.a.test refused\n" },
	{ "the second attempt is kept, tries STARTTLS itself, and fails",
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.1 CLEAR a.test -: \n"
	    "start mx.a.test 192.0.2.1 - - a.test: \n"
	    "tls mx.a.test 192.0.2.1 SOFTWARE a.test -: a.test mx.a.test failed\n"
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.1 CLEAR a.test -: \n" },
	{ "a next-hop that only the first call has named",
	    "mx mx.a.test - - a.test -: \n"
	    "tls mx.a.test 192.0.2.1 OK - b.test: a.test mx.a.test up\n"
	    "rcpt mx.a.test 192.0.2.1 OK - b.test: \n" },
	{ "the connection to us was another one before: what we have not been told is not "
	  "counted",
	    "rcpt mx.a.test 192.0.2.1 OK a.test a.test: none\n"
	    "tls mx.b.test 192.0.2.2 OK - b.test: b.test mx.b.test up\n" },
	{ "recipients are not those of a session that is not told yet",
	    "mx mx.a.test - - a.test -: \n"
	    "rcpt mx.a.test 192.0.2.1 OK a.test a.test: none\n" },
};

/* The lines up to their colons are the story. */
static void
check_story(void **state)
{
	const struct story *c = *state;
	struct sendmail_sessions all = { .clock = 0 };
	struct strbuf got = STRBUF_INIT;
	const char *at;
	char line[128];
	size_t len;

	for (at = c->want; *at != '\0'; at = strchr(at, '\n') + 1) {
		len = strcspn(at, ":");
		assert_true(len < sizeof(line));
		memcpy(line, at, len);
		line[len] = '\0';
		say(&all, line, &got);
	}
	assert_string_equal(strbuf_str(&got), c->want);
	strbuf_clear(&got);
	sendmail_sessions_clear(&all);
}

/* --- kept connections --------------------------------------------------------------------------- */

static const struct kept_case {
	const char *name;
	bool is_told;
	char told, asked; /* every octet of the fingerprint; 0: none */
	enum event_verified want;
} kept_cases[] = {
	{ "the session has said that the name is right", true, 'a', 'a',
	    VERIFIED_NAME },
	{ "it has another certificate", true, 'a', 'b', VERIFIED_CHAIN },
	{ "no fingerprints: nothing says that it is the same", true, 0, 0,
	    VERIFIED_CHAIN },
	{ "one fingerprint", true, 'a', 0, VERIFIED_CHAIN },
	{ "one fingerprint, the other", true, 0, 'a', VERIFIED_CHAIN },
	{ "the session is not known", false, 'a', 'a', VERIFIED_CHAIN },
};

static void
set_leaf(struct sendmail_call *call, char octet)
{
	call->has_leaf = octet != 0;
	memset(call->leaf, octet, sizeof(call->leaf));
}

static void
check_complete(void **state)
{
	const struct kept_case *c = *state;
	struct sendmail_sessions all = { .clock = 0 };
	struct sendmail_call told = call_of("tls mx.test 192.0.2.1 OK a.test a.test");
	struct sendmail_call asked = call_of("rcpt mx.test 192.0.2.1 OK a.test a.test");

	set_leaf(&told, c->told);
	set_leaf(&asked, c->asked);
	if (c->is_told)
		sendmail_sessions_see(&all, &told);
	sendmail_session_complete(sendmail_sessions_see(&all, &asked), &asked);
	assert_int_equal(asked.words.verified, c->want);
	sendmail_sessions_clear(&all);
}

/* --- events -------------------------------------------------------------------------------------- */

static void
check_event(void **state)
{
	static const char key[] =
	    "tls;nexthop:[mx.a.test];mx:mx.a.test;ip:192.0.2.1;verify:FAIL;name:no;"
	    "ver:TLSv1.2;cipher:ECDHE;rcpt:bob@a.test;";
	struct sendmail_sessions all = { .clock = 0 };
	char address[ADDRESS_TEXT_MAX];
	struct sendmail_session *s;
	struct sendmail_call call;
	struct tls_event e;

	(void)state;
	assert_int_equal(sendmail_call_parse(key, strlen(key), &call, NULL), ST_OK);
	s = sendmail_sessions_see(&all, &call);
	sendmail_session_event(s, &call.next_hop.next_hop, NOW, &e);
	assert_int_equal(e.when, NOW);
	assert_string_equal(e.next_hop.text, "mx.a.test");
	assert_true(e.is_next_hop_host);
	assert_true(e.has_remote);
	assert_string_equal(address_text(&e.remote, address), "192.0.2.1");
	assert_int_equal(e.tls, TLS_UP);
	assert_int_equal(e.verified, VERIFIED_NO);
	assert_true(e.has_result);
	assert_int_equal(e.result, RESULT_NOT_TRUSTED);
	assert_string_equal(e.version, "TLSv1.2");
	assert_string_equal(e.cipher, "ECDHE");
	sendmail_sessions_clear(&all);
}

/* --- bounds -------------------------------------------------------------------------------------- */

/* A session with host n, or a recipient of domain n. */
static void
see(struct sendmail_sessions *all, const char *verb, unsigned host, unsigned domain)
{
	struct strbuf line = STRBUF_INIT, said = STRBUF_INIT;

	strbuf_addf(&line, "%s mx%u.test 192.0.2.1 OK d%u.test -", verb, host, domain);
	say(all, strbuf_str(&line), &said);
	strbuf_clear(&line);
	strbuf_clear(&said);
}

/* The one that was used longest ago is forgotten. */
static void
check_many(void **state)
{
	struct sendmail_sessions all = { .clock = 0 };
	struct strbuf got = STRBUF_INIT;
	unsigned i;

	(void)state;
	for (i = 0; i < SENDMAIL_SESSIONS_MAX; i++)
		see(&all, "tls", i, 0);
	see(&all, "rcpt", 0, 0);
	see(&all, "tls", SENDMAIL_SESSIONS_MAX, 0);
	say(&all, "rcpt mx0.test 192.0.2.1 OK b.test -", &got);
	say(&all, "rcpt mx1.test 192.0.2.1 OK b.test -", &got);
	assert_string_equal(strbuf_str(&got),
	    "rcpt mx0.test 192.0.2.1 OK b.test -: b.test mx0.test up\n"
	    "rcpt mx1.test 192.0.2.1 OK b.test -: none\n");
	strbuf_clear(&got);
	sendmail_sessions_clear(&all);
}

/* Hosts that cannot be reached push nothing out. */
static void
check_nothing(void **state)
{
	struct sendmail_sessions all = { .clock = 0 };
	struct strbuf got = STRBUF_INIT;
	unsigned i;

	(void)state;
	see(&all, "tls", 0, 0);
	for (i = 1; i <= SENDMAIL_SESSIONS_MAX; i++)
		see(&all, "mx", i, 0);
	say(&all, "rcpt mx0.test 192.0.2.1 OK b.test -", &got);
	assert_string_equal(strbuf_str(&got),
	    "rcpt mx0.test 192.0.2.1 OK b.test -: b.test mx0.test up\n");
	strbuf_clear(&got);
	sendmail_sessions_clear(&all);
}

static void
check_domains(void **state)
{
	struct sendmail_sessions all = { .clock = 0 };
	struct strbuf got = STRBUF_INIT;
	unsigned i;

	(void)state;
	see(&all, "tls", 0, 0);
	for (i = 1; i < SESSION_DOMAINS_MAX; i++)
		see(&all, "rcpt", 0, i);
	say(&all, "rcpt mx0.test 192.0.2.1 OK more.test -", &got);
	assert_string_equal(
	    strbuf_str(&got), "rcpt mx0.test 192.0.2.1 OK more.test -: \n");
	strbuf_clear(&got);
	sendmail_sessions_clear(&all);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_story, stories),
		CASES(check_complete, kept_cases),
		CASE("the event has all that was told", check_event),
		CASE("so many sessions are remembered", check_many),
		CASE("what came to nothing takes the room of nothing else",
		    check_nothing),
		CASE("and so many domains of one", check_domains),
	};

	return cases_run("sendmail_sessions", tables, COUNT_OF(tables));
}
