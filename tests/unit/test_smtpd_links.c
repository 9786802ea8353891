/*
 * opensmtpd/outbound, inbound, links: what smtpd tells of its links, as events.  SPDX-License-Identifier: ISC
 *
 * The transcripts were taken from real smtpd(8), 6.8.0p2 and 7.6.0p1, against servers with one fault each.
 */
#include "cases.h"

#include <json-c/json.h>

#include "../../opensmtpd/inbound.h"
#include "base/strbuf.h"

/* "good.test up 10.77.0.11 TLSv1.3" and so on, a line for each event. */
static void
add_event(const char *json, void *arg)
{
	static const char *const members[] = { "tls", "verified", "result", "remote",
		"helo", "version" };
	struct strbuf *seen = arg;
	struct json_object *event = json_tokener_parse(json), *value;
	size_t i;

	assert_non_null(event);
	assert_true(json_object_object_get_ex(event, "source", &value));
	assert_string_equal(json_object_get_string(value), "opensmtpd");
	assert_true(json_object_object_get_ex(event, "id", NULL));
	assert_true(json_object_object_get_ex(event, "direction", &value));
	strbuf_addf(seen, "%s ", json_object_get_string(value));
	strbuf_adds(seen, json_object_object_get_ex(event, "next-hop", &value)
			      ? json_object_get_string(value)
			      : "-");
	for (i = 0; i < COUNT_OF(members); i++)
		if (json_object_object_get_ex(event, members[i], &value) &&
		    strcmp(json_object_get_string(value), "unknown") != 0)
			strbuf_addf(seen, " %s", json_object_get_string(value));
	strbuf_adds(seen, "\n");
	json_object_put(event);
}

struct told {
	struct links links;
	struct line_reader reader;
	struct strbuf seen;
};

static void
take_line(struct txt text, bool is_cut, void *arg)
{
	struct told *t = arg;
	struct filter_line line;

	assert_false(is_cut);
	filter_line_read(text, &line);
	if (line.kind == LINE_REPORT)
		(line.is_inbound ? inbound_see : outbound_see)(
		    &t->links, &line, add_event, &t->seen);
}

static struct told *
told_new(void)
{
	struct told *t = xcalloc(1, sizeof(*t));

	links_init(&t->links);
	return t;
}

static void
told_free(struct told *t)
{
	links_clear(&t->links);
	strbuf_clear(&t->seen);
	free(t);
}

/* --- transcripts ------------------------------------------------------------------------- */

#define FOLDER "tests/fuzz/corpus/smtpd_filter/"

static const struct transcript_case {
	const char *name, *file, *want;
} transcript_cases[] = {
	{ "6.8, opportunistic", "6.8-relay",
	    "out plain.test not-offered 10.77.0.15 mx1.plain.test\n"
	    "out rejtls.test refused 10.77.0.16 mx1.rejtls.test\n"
	    "out multi.test not-offered 10.77.0.19 mx1.multi.test\n"
	    "out good.test up 10.77.0.11 mx1.good.test TLSv1.3\n"
	    "out selfsigned.test up 10.77.0.14 mx1.selfsigned.test TLSv1.3\n"
	    "out closetls.test failed 10.77.0.18 mx1.closetls.test\n"
	    "out brokentls.test failed 10.77.0.17 mx1.brokentls.test\n"
	    "out expired.test up 10.77.0.12 mx1.expired.test TLSv1.3\n"
	    "out wild.test up 10.77.0.23 mx1.v1.test TLSv1.3\n"
	    "out wronghost.test up 10.77.0.13 mx1.wronghost.test TLSv1.3\n"
	    "out nomx.test up 10.77.0.21 nomx.test TLSv1.2\n" },
	{ "6.8, verified TLS is a must", "6.8-relaytls",
	    "out - not-offered 10.77.0.15 mx1.plain.test\n"
	    "out - refused 10.77.0.16 mx1.rejtls.test\n"
	    "out - not-offered 10.77.0.19 mx1.multi.test\n"
	    "out - up no validation-failure 10.77.0.12 mx1.expired.test TLSv1.3\n"
	    "out - failed 10.77.0.17 mx1.brokentls.test\n"
	    "out - failed 10.77.0.18 mx1.closetls.test\n"
	    "out good.test up 10.77.0.11 mx1.good.test TLSv1.3\n"
	    "out - up no validation-failure 10.77.0.13 mx1.wronghost.test TLSv1.3\n"
	    "out - up no validation-failure 10.77.0.14 mx1.selfsigned.test TLSv1.3\n"
	    "out noptr.test up 10.77.0.22 mx1.noptr.test TLSv1.3\n"
	    "out wild.test up 10.77.0.23 mx1.v1.test TLSv1.3\n"
	    "out multi.test up 10.77.0.20 mx2.multi.test TLSv1.3\n" },
	{ "7.6, opportunistic", "7.6-relay",
	    "out plain.test not-offered 10.77.0.15 mx1.plain.test\n"
	    "out rejtls.test refused 10.77.0.16 mx1.rejtls.test\n"
	    "out multi.test not-offered 10.77.0.19 mx1.multi.test\n"
	    "out good.test up 10.77.0.11 mx1.good.test TLSv1.3\n"
	    "out selfsigned.test up 10.77.0.14 mx1.selfsigned.test TLSv1.3\n"
	    "out expired.test up 10.77.0.12 mx1.expired.test TLSv1.3\n"
	    "out wronghost.test up 10.77.0.13 mx1.wronghost.test TLSv1.3\n"
	    "out brokentls.test failed 10.77.0.17 mx1.brokentls.test\n"
	    "out closetls.test failed 10.77.0.18 mx1.closetls.test\n"
	    "out wild.test up 10.77.0.23 mx1.v1.test TLSv1.3\n"
	    "out noptr.test up 10.77.0.22 mx1.noptr.test TLSv1.3\n" },
	{ "7.6, verified TLS is a must", "7.6-relaytls",
	    "out - failed 10.77.0.12 mx1.expired.test\n"
	    "out - failed 10.77.0.13 mx1.wronghost.test\n"
	    "out - not-offered 10.77.0.15 mx1.plain.test\n"
	    "out - failed 10.77.0.14 mx1.selfsigned.test\n"
	    "out - refused 10.77.0.16 mx1.rejtls.test\n"
	    "out - failed 10.77.0.17 mx1.brokentls.test\n"
	    "out - failed 10.77.0.18 mx1.closetls.test\n"
	    "out - not-offered 10.77.0.19 mx1.multi.test\n"
	    "out good.test up 10.77.0.11 mx1.good.test TLSv1.3\n"
	    "out wild.test up 10.77.0.23 mx1.v1.test TLSv1.3\n"
	    "out noptr.test up 10.77.0.22 mx1.noptr.test TLSv1.3\n"
	    "out multi.test up 10.77.0.20 mx2.multi.test TLSv1.3\n" },
	{ "7.6, in and out; a client that says nothing is none", "7.6-in-out",
	    "in inject.test up 10.77.0.1 inject.test TLSv1.3\n"
	    "out good.test up 10.77.0.11 mx1.good.test TLSv1.3\n" },
};

static void
check_transcript(void **state)
{
	const struct transcript_case *c = *state;
	struct told *t = told_new();
	char path[200], chunk[700];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), FOLDER "%s", c->file);
	file = fopen(path, "r");
	assert_non_null(file);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		line_read(&t->reader, chunk, n, take_line, t);
	fclose(file);
	assert_string_equal(strbuf_str(&t->seen), c->want);
	assert_int_equal(t->links.count, 0);
	told_free(t);
}

/* --- single links ------------------------------------------------------------------------ */

/* Lines of one session, the part behind the session's id in front: "EVENT REST". */
#define CONNECT "link-connect mx.test|pass|192.0.2.1:40000|192.0.2.2:25\n"
#define EHLO                                                                           \
	"protocol-client EHLO me.test\nprotocol-server 250-mx.test\n"                  \
	"protocol-server 250 STARTTLS\n"
#define EHLO_PLAIN                                                                     \
	"protocol-client EHLO me.test\nprotocol-server 250-mx.test\n"                  \
	"protocol-server 250 SIZE\n"
#define STARTTLS     "protocol-client STARTTLS\nprotocol-server 220 go\n"
#define TLS          "link-tls TLSv1.3:TLS_AES_256_GCM_SHA384:256\n"
#define MAIL         "protocol-client MAIL FROM:<>\nprotocol-server 250 ok\n"
#define RCPT(domain) "protocol-client RCPT TO:<a@" domain ">\nprotocol-server 250 ok\n"
#define QUIT         "protocol-client QUIT\nprotocol-server 221 bye\n"
#define END          "link-disconnect\n"
#define PEER         " 192.0.2.2 mx.test"

static const struct link_case {
	const char *name, *lines, *want;
} link_cases[] = {
	{ "several domains on one link are one session each",
	    CONNECT EHLO STARTTLS TLS EHLO_PLAIN MAIL RCPT("a.test") RCPT("b.test")
		RCPT("A.Test") RCPT("a.test") QUIT END,
	    "out a.test up" PEER " TLSv1.3\nout b.test up" PEER " TLSv1.3\n" },
	{ "a link that nobody needed is nobody's session",
	    CONNECT EHLO STARTTLS TLS EHLO_PLAIN QUIT END, "" },
	{ "the same in the clear", CONNECT EHLO_PLAIN QUIT END, "" },
	{ "link-tls behind the EHLO inside TLS, as 7.6 has it",
	    CONNECT EHLO STARTTLS EHLO_PLAIN TLS QUIT END, "" },
	{ "cut by the server inside TLS, before mail: no fault of TLS",
	    CONNECT EHLO STARTTLS TLS EHLO_PLAIN END, "" },
	{ "TLS from the first octet on",
	    CONNECT TLS EHLO_PLAIN MAIL RCPT("a.test") QUIT END,
	    "out a.test up 192.0.2.2 TLSv1.3\n" },
	{ "a recipient that is refused had its session",
	    CONNECT EHLO_PLAIN MAIL "protocol-client RCPT TO:<x@a.test>\n"
				    "protocol-server 550 no\n" QUIT END,
	    "out a.test not-offered" PEER "\n" },
	{ "no TLS wanted by smtpd.conf: not told",
	    CONNECT EHLO MAIL RCPT("a.test") QUIT END, "" },
	{ "RPT-TYPE-01 EHLO refused, HELO taken: nothing was offered",
	    CONNECT
	    "protocol-client EHLO me.test\nprotocol-server 502 what\n"
	    "protocol-client HELO me.test\nprotocol-server 250 mx.test\n" MAIL RCPT(
		"a.test") QUIT END,
	    "out a.test not-offered" PEER "\n" },
	{ "a server that wants no mail says nothing about TLS",
	    CONNECT "protocol-server 554 go away\n" END, "" },
	{ "a server whose name is STARTTLS does not offer it",
	    CONNECT "protocol-client EHLO me.test\nprotocol-server 250-STARTTLS\n"
		    "protocol-server 250 SIZE\n" MAIL RCPT("a.test") END,
	    "out a.test not-offered 192.0.2.2 STARTTLS\n" },
	{ "offered in any case, with parameters",
	    CONNECT "protocol-client EHLO me.test\nprotocol-server 250-mx.test\n"
		    "protocol-server 250 StartTLS yes\nprotocol-client STARTTLS\n"
		    "protocol-server 454-not\nprotocol-server 454 now\n" END,
	    "out - refused" PEER "\n" },
	{ "RPT-TYPE-01 cut instead of an answer to STARTTLS",
	    CONNECT EHLO "protocol-client STARTTLS\n" END, "out - refused" PEER "\n" },
	{ "after a handshake that failed mail goes in the clear: one session, failed",
	    CONNECT EHLO STARTTLS CONNECT EHLO MAIL RCPT("a.test") RCPT("b.test")
		QUIT END,
	    "out a.test failed" PEER "\nout b.test failed" PEER "\n" },
	{ "the same without mail: nobody needed it, and sealed mail would not have gone on",
	    CONNECT EHLO STARTTLS CONNECT EHLO QUIT END, "" },
	{ "RPT-TYPE-05 after a handshake that failed no second connection",
	    CONNECT EHLO STARTTLS END, "out - failed" PEER "\n" },
	{ "a link that smtpd has forgotten to end",
	    CONNECT EHLO_PLAIN CONNECT EHLO_PLAIN MAIL RCPT("a.test") END,
	    "out - not-offered" PEER "\nout a.test not-offered" PEER "\n" },
	{ "a connection refused is no session", END, "" },
	{ "lines of a link whose beginning was not seen",
	    EHLO STARTTLS TLS MAIL RCPT("a.test") END, "" },
	{ "IPv6",
	    "link-connect mx.test|pass|[2001:db8::1]:40000|[2001:db8::2]:25\n" EHLO_PLAIN
		MAIL RCPT("a.test") END,
	    "out a.test not-offered 2001:db8::2 mx.test\n" },
	{ "a PTR record with bars in it",
	    "link-connect 1|2|3|pass|192.0.2.1:1|192.0.2.2:25\n" EHLO_PLAIN MAIL RCPT(
		"a.test") END,
	    "out a.test not-offered" PEER "\n" },
	{ "ends that are none are not said",
	    "link-connect\n" EHLO_PLAIN MAIL RCPT("a.test") END,
	    "out a.test not-offered mx.test\n" },
	{ "without an address nobody finds out whose session it was",
	    "link-connect\n" EHLO STARTTLS END, "" },
	{ "quotes, controls and octets above 127 of a server",
	    CONNECT "protocol-client EHLO me.test\n"
		    "protocol-server 250 a\"b\\c\001\377d\n" MAIL RCPT("a.test") END,
	    "out a.test not-offered 192.0.2.2 a\"b\\cd\n" },
	{ "an address without a domain",
	    CONNECT EHLO_PLAIN MAIL "protocol-client RCPT TO:<postmaster>\n" QUIT END,
	    "" },
	{ "replies that are none",
	    CONNECT "protocol-client EHLO me.test\nprotocol-server\n"
		    "protocol-server 25\nprotocol-server 250\n" QUIT END,
	    "" },
};

static void
feed(struct told *t, const char *subsystem, const char *session, const char *lines)
{
	struct strbuf line = STRBUF_INIT;
	const char *end, *blank;

	for (; *lines != '\0'; lines = end + 1) {
		end = strchr(lines, '\n');
		blank = memchr(lines, ' ', (size_t)(end - lines));
		strbuf_reset(&line);
		strbuf_addf(&line, "report|0.7|1700000000.000001|%s|%.*s|%s", subsystem,
		    (int)((blank != NULL ? blank : end) - lines), lines, session);
		if (blank != NULL)
			strbuf_addf(&line, "|%.*s", (int)(end - blank - 1), blank + 1);
		take_line((struct txt){ line.data, line.len }, false, t);
	}
	strbuf_clear(&line);
}

static void
check_link(void **state)
{
	const struct link_case *c = *state;
	struct told *t = told_new();

	feed(t, "smtp-out", "1", c->lines);
	assert_string_equal(strbuf_str(&t->seen), c->want);
	assert_int_equal(t->links.count, 0);
	told_free(t);
}

#define FROM "link-connect c.test|pass|192.0.2.9:4000|192.0.2.1:25\n"

static const struct link_case inbound_cases[] = {
	{ "in, in the clear", FROM "link-identify EHLO|c.test\n" END,
	    "in c.test 192.0.2.9 c.test\n" },
	{ "in, TLS", FROM "link-identify EHLO|c.test\n" TLS END,
	    "in c.test up 192.0.2.9 c.test TLSv1.3\n" },
	{ "in, a client without a name", FROM TLS END, "" },
	{ "in, over the socket of the machine",
	    "link-connect localhost|pass|unix:/run/smtpd.sock|unix:/run/smtpd.sock\n"
	    "link-identify EHLO|localhost\n" END,
	    "" },
	{ "in, bars in a name", FROM "link-identify HELO|a|b\n" END,
	    "in a|b 192.0.2.9 a|b\n" },
	{ "in, an end without a beginning", END, "" },
};

static void
check_inbound(void **state)
{
	const struct link_case *c = *state;
	struct told *t = told_new();

	feed(t, "smtp-in", "1", c->lines);
	assert_string_equal(strbuf_str(&t->seen), c->want);
	assert_int_equal(t->links.count, 0);
	told_free(t);
}

/* --- bounds ------------------------------------------------------------------------------ */

static void
check_many_links(void **state)
{
	struct told *t = told_new();
	char session[20];
	unsigned i;

	(void)state;
	for (i = 0; i < LINKS_MAX + 100; i++) {
		snprintf(session, sizeof(session), "%x", i + 1);
		feed(t, "smtp-out", session, CONNECT);
		feed(t, "smtp-out", "1", EHLO_PLAIN); /* never silent for long */
	}
	assert_int_equal(t->links.count, LINKS_MAX);
	assert_int_equal(t->links.forgotten, 100);
	feed(t, "smtp-out", "1", MAIL RCPT("a.test") END);
	assert_string_equal(strbuf_str(&t->seen), "out a.test not-offered" PEER "\n");
	feed(t, "smtp-out", "2", EHLO_PLAIN MAIL RCPT("b.test") END);
	assert_string_equal(strbuf_str(&t->seen), "out a.test not-offered" PEER "\n");
	told_free(t);
}

static void
check_same_id(void **state)
{
	struct told *t = told_new();

	(void)state;
	feed(t, "smtp-out", "1", CONNECT EHLO_PLAIN);
	feed(t, "smtp-in", "1", FROM "link-identify EHLO|c.test\n" END);
	feed(t, "smtp-out", "1", MAIL RCPT("a.test") END);
	assert_string_equal(strbuf_str(&t->seen),
	    "in c.test 192.0.2.9 c.test\nout a.test not-offered" PEER "\n");
	told_free(t);
}

static void
check_many_domains(void **state)
{
	struct told *t = told_new();
	struct strbuf line = STRBUF_INIT;
	const char *p;
	size_t n = 0;
	int i;

	(void)state;
	feed(t, "smtp-out", "1", CONNECT EHLO_PLAIN MAIL);
	for (i = 0; i < 3 * LINK_DOMAINS_MAX; i++) {
		strbuf_reset(&line);
		strbuf_addf(&line, "protocol-client RCPT TO:<x@d%d.test>\n", i);
		feed(t, "smtp-out", "1", line.data);
	}
	for (p = strbuf_str(&t->seen); (p = strchr(p, '\n')) != NULL; p++)
		n++;
	assert_int_equal(n, LINK_DOMAINS_MAX);
	assert_int_equal(t->links.untold, 2 * LINK_DOMAINS_MAX);
	strbuf_clear(&line);
	told_free(t);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_transcript, transcript_cases),
		CASES(check_link, link_cases),
		CASES(check_inbound, inbound_cases),
		CASE("the link that was silent longest is forgotten", check_many_links),
		CASE("one id of both subsystems", check_same_id),
		CASE("domains on one link are bounded", check_many_domains),
	};

	return cases_run("smtpd_links", tables, COUNT_OF(tables));
}
