/*
 * Questions to name servers that the test plays itself.  SPDX-License-Identifier: ISC
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "dns_text.h"
#include "net/dns.h"
#include "net/dns_servers.h"
#include "run_loop.h"

#define SERVERS     3
#define QUERIES_MAX 256
#define LONG_MS     20000 /* not reached */
#define SHORT_MS    300

/* --- the servers -------------------------------------------------------------- */

struct server {
	int udp, tcp, conn;
	uint16_t port;
	const struct dns_text *text;     /* the answer by UDP; NULL: silent */
	const struct dns_text *tcp_text; /* by TCP; NULL: it hangs up */
	bool is_bad_first;               /* a forged answer comes before */
	int64_t delay_ms;                /* of the answer to the first query */
	unsigned udp_asked, tcp_asked;
	uint8_t query[512]; /* the last */
	size_t query_len;
	uint8_t first[512]; /* delayed, with where it came from */
	size_t first_len;
	struct sockaddr_in from;
	int64_t first_ms;
	uint16_t ids[QUERIES_MAX];
};

static struct server servers[SERVERS];

static void
open_server(struct server *s)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof(sa);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memset(s, 0, sizeof(*s));
	s->conn = -1;
	do { /* until UDP and TCP have the same port */
		sa.sin_port = 0;
		s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		s->tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		assert_int_equal(bind(s->udp, (struct sockaddr *)&sa, len), 0);
		getsockname(s->udp, (struct sockaddr *)&sa, &len);
		if (bind(s->tcp, (struct sockaddr *)&sa, len) == 0)
			break;
		close(s->udp);
		close(s->tcp);
	} while (true);
	assert_int_equal(listen(s->tcp, 8), 0);
	s->port = ntohs(sa.sin_port);
}

static void
close_server(struct server *s)
{
	close(s->udp);
	close(s->tcp);
	if (s->conn != -1)
		close(s->conn);
}

/* The message to this query, behind offset bytes. */
static void
build(const struct dns_text *text, const uint8_t *query, size_t offset,
    struct strbuf *out)
{
	strbuf_add(out, "\0\0", offset);
	dns_text_build(text, out);
	memcpy(out->data + offset, query, 2);
	if (offset == 2) {
		out->data[0] = (char)((out->len - 2) >> 8);
		out->data[1] = (char)(out->len - 2);
	}
}

static void
answer_udp(struct server *s, const uint8_t *query)
{
	struct strbuf out = STRBUF_INIT;

	build(s->text, query, 0, &out);
	if (s->is_bad_first) {
		out.data[0] ^= 0x55; /* another id; and another name */
		out.data[out.len - 2] ^= 0x01;
		sendto(s->udp, out.data, out.len, 0, (struct sockaddr *)&s->from,
		    sizeof(s->from));
		out.data[0] ^= 0x55;
		out.data[out.len - 2] ^= 0x01;
	}
	sendto(
	    s->udp, out.data, out.len, 0, (struct sockaddr *)&s->from, sizeof(s->from));
	strbuf_clear(&out);
}

static void
serve_udp(struct server *s)
{
	socklen_t len = sizeof(s->from);
	ssize_t n;

	if (s->first_len > 0 && loop_now_ms() >= s->first_ms + s->delay_ms) {
		answer_udp(s, s->first);
		s->first_len = 0;
		s->delay_ms = 0;
	}
	while ((n = recvfrom(s->udp, s->query, sizeof(s->query), 0,
		    (struct sockaddr *)&s->from, &len)) > 0) {
		s->query_len = (size_t)n;
		s->ids[s->udp_asked++ % QUERIES_MAX] =
		    (uint16_t)(s->query[0] << 8 | s->query[1]);
		if (s->delay_ms > 0 && s->first_len == 0) {
			memcpy(s->first, s->query, s->query_len);
			s->first_len = s->query_len;
			s->first_ms = loop_now_ms();
		}
		if (s->text != NULL && s->delay_ms == 0)
			answer_udp(s, s->query);
	}
}

static void
serve_tcp(struct server *s)
{
	struct strbuf out = STRBUF_INIT;
	uint8_t query[514];
	ssize_t n;

	if (s->conn == -1)
		s->conn = accept4(s->tcp, NULL, NULL, SOCK_NONBLOCK);
	if (s->conn == -1)
		return;
	n = read(s->conn, query, sizeof(query));
	if (n == -1 && errno == EAGAIN)
		return;
	if (n > 14) {
		s->tcp_asked++;
		if (s->tcp_text != NULL) {
			build(s->tcp_text, query + 2, 2, &out);
			assert_int_equal(write(s->conn, out.data, out.len), out.len);
			strbuf_clear(&out);
			return;
		}
	}
	close(s->conn);
	s->conn = -1;
}

/* Always false, so that it can stand in a condition that is waited for. */
static bool
serve(void)
{
	size_t i;

	for (i = 0; i < SERVERS; i++) {
		serve_udp(&servers[i]);
		serve_tcp(&servers[i]);
	}
	return false;
}

/* --- questions ---------------------------------------------------------------- */

static const struct dns_text mx_secure = { "AD", "example.org MX",
	"example.org 300 MX 10 mx.example.org", NULL };
static const struct dns_text mx_insecure = { "", "example.org MX",
	"example.org 300 MX 10 mx.example.org", NULL };
static const struct dns_text mx_servfail = { "SERVFAIL", "example.org MX", NULL, NULL };

struct answer {
	struct dns_reply reply;
	unsigned count;
};

static void
on_done(struct dns_reply *reply, void *arg)
{
	struct answer *a = arg;

	dns_reply_clear(&a->reply);
	a->reply = *reply;
	*reply = (struct dns_reply){ .outcome = DNS_ERROR };
	a->count++;
}

/* The first count servers; host is "127.0.0.1" or another name for it. */
static struct dns *
open_dns(size_t count, const char *host, bool is_trusted, int try_ms)
{
	struct dns_options options = { .is_trusted = is_trusted, .try_ms = try_ms };
	struct strbuf text = STRBUF_INIT;
	struct dns *dns;
	struct why why;
	size_t i;

	for (i = 0; i < SERVERS; i++)
		open_server(&servers[i]);
	for (i = 0; i < count; i++)
		strbuf_addf(&text, "%s%s:%u", i > 0 ? "," : "", host, servers[i].port);
	options.servers = strbuf_str(&text);
	assert_int_equal(dns_open(&options, &dns, &why), ST_OK);
	assert_string_equal(dns_servers(dns), strbuf_str(&text));
	strbuf_clear(&text);
	return dns;
}

static void
end(struct dns *dns, struct answer *a)
{
	size_t i;

	dns_close(dns);
	for (i = 0; i < SERVERS; i++)
		close_server(&servers[i]);
	dns_reply_clear(&a->reply);
}

static void
ask(struct dns *dns, const char *name, enum dns_type type, int deadline_ms,
    struct answer *a)
{
	struct domain d = domain_named(name);

	a->count = 0;
	dns_ask(dns, &d, type, deadline_ms, on_done, a);
	assert_int_equal(a->count, 0);
	RUN_UNTIL(a->count > 0 || serve());
	assert_int_equal(a->count, 1);
}

/* --- one server --------------------------------------------------------------- */

static void
check_header(void **state)
{
	struct dns *dns = open_dns(1, "127.0.0.1", false, 0);
	struct answer a = { 0 };
	const uint8_t *q = servers[0].query, *opt;

	(void)state;
	servers[0].text = &mx_secure;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(q[2], 0x01);        /* a query, RD */
	assert_int_equal(q[3] & 0x20, 0x20); /* AD */
	assert_int_equal(q[3] & 0x10, 0);    /* CD */
	assert_memory_equal(q + 4, "\0\1\0\0\0\0\0\1", 8);
	assert_memory_equal(q + 12, "\7example\3org\0\0\x0f\0\1", 17);
	opt = q + 29;
	assert_true(servers[0].query_len >= 29 + 11); /* newer c-ares adds a cookie */
	assert_memory_equal(opt, "\0\0\x29\x04\xd0", 5); /* OPT, 1232 octets */
	assert_int_equal(opt[7] & 0x80, 0);              /* DO: no signatures wanted */
	end(dns, &a);
}

static const struct flag_case {
	const char *name;
	unsigned flags;
	uint8_t octets[2], edns; /* of the header, behind the id; of OPT */
	bool is_secure;
} flag_cases[] = {
	{ "PUB-TLSA-09 with signatures: DO", DNS_SIGNATURES, { 0x01, 0x20 }, 0x80,
	    true },
	{ "PUB-TLSA-09 unchecked: CD, and the answer is not secure, whatever it says",
	    DNS_UNCHECKED, { 0x01, 0x30 }, 0, false },
	{ "PUB-TLSA-04 direct: no RD", DNS_DIRECT, { 0x00, 0x20 }, 0, true },
};

static void
check_flags(void **state)
{
	const struct flag_case *c = *state;
	struct dns *dns = open_dns(1, "127.0.0.1", false, 0);
	struct domain name = domain_named("example.org");
	struct answer a = { 0 };
	const uint8_t *q = servers[0].query;

	servers[0].text = &mx_secure;
	dns_ask_with(dns, c->flags, &name, DNS_MX, LONG_MS, on_done, &a);
	RUN_UNTIL(a.count > 0 || serve());
	assert_memory_equal(q + 2, c->octets, 2);
	assert_int_equal(q[29 + 7] & 0x80, c->edns);
	assert_int_equal(a.reply.is_secure, c->is_secure);
	end(dns, &a);
}

static const struct reply_case {
	const char *name;
	struct dns_text text;
	enum dns_outcome outcome;
	bool is_secure;
	const char *detail;
} reply_cases[] = {
	{ "DNS-01 an answer with AD is secure",
	    { "AD", "example.org MX", "example.org 300 MX 10 mx.example.org", NULL },
	    DNS_FOUND, true, "" },
	{ "DNS-01 an answer without AD is insecure",
	    { "", "example.org MX", "example.org 300 MX 10 mx.example.org", NULL },
	    DNS_FOUND, false, "" },
	{ "DNS-05 NXDOMAIN is a result",
	    { "AD NXDOMAIN", "example.org MX", NULL, "org 900 SOA 60" }, DNS_NXDOMAIN,
	    true, "" },
	{ "DNS-05 NODATA is a result",
	    { "AD", "example.org MX", NULL, "example.org 900 SOA 60" }, DNS_NODATA,
	    true, "" },
	{ "DNS-07 an alias without its target is an alias",
	    { "AD", "example.org MX", "example.org 300 CNAME example.net", NULL },
	    DNS_ALIAS, true, "" },
	{ "DNS-01 DNS-05 SERVFAIL is an error",
	    { "SERVFAIL", "example.org MX", NULL, NULL }, DNS_ERROR, false,
	    "SERVFAIL" },
	{ "DNS-05 REFUSED is an error", { "REFUSED", "example.org MX", NULL, NULL },
	    DNS_ERROR, false, "REFUSED" },
	{ "DNS-05 NOTIMP is an error", { "NOTIMP", "example.org MX", NULL, NULL },
	    DNS_ERROR, false, "NOTIMP" },
};

static void
check_reply(void **state)
{
	const struct reply_case *c = *state;
	struct dns *dns = open_dns(1, "127.0.0.1", false, 0);
	struct answer a = { 0 };

	servers[0].text = &c->text;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, c->outcome);
	assert_int_equal(a.reply.is_secure, c->is_secure);
	assert_string_equal(a.reply.detail, c->detail);
	assert_int_equal(servers[0].udp_asked, 1);
	end(dns, &a);
}

static const struct trust_case {
	const char *name, *host;
	bool is_marked, is_trusted;
} trust_cases[] = {
	{ "DNS-04 AD of a resolver on loopback is believed", "127.0.0.1", false, true },
	{ "DNS-04 AD of a resolver elsewhere is not believed", "[::ffff:127.0.0.1]",
	    false, false },
	{ "DNS-04 AD of a resolver marked as trusted is believed", "[::ffff:127.0.0.1]",
	    true, true },
};

static void
check_trust(void **state)
{
	const struct trust_case *c = *state;
	struct dns *dns = open_dns(1, c->host, c->is_marked, 0);
	struct answer a = { 0 };

	assert_int_equal(dns_is_trusted(dns), c->is_trusted);
	servers[0].text = &mx_secure;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	assert_int_equal(a.reply.is_secure, c->is_trusted);
	end(dns, &a);
}

static void
check_timeout(void **state)
{
	struct dns *dns = open_dns(1, "127.0.0.1", false, 0);
	struct answer a = { 0 };
	int64_t before_ms = loop_now_ms();

	(void)state;
	ask(dns, "example.org", DNS_MX, SHORT_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_ERROR);
	assert_string_equal(a.reply.detail, "timeout");
	assert_true(loop_now_ms() >= before_ms + SHORT_MS);
	end(dns, &a);
}

static void
check_truncated(void **state)
{
	static const struct dns_text cut = { "AD TC", "example.org TLSA",
		"example.org 300 TLSA 3 1 1 00", NULL };
	struct strbuf lines = STRBUF_INIT;
	struct dns_text whole = { "AD", "example.org TLSA", NULL, NULL };
	struct dns *dns = open_dns(1, "127.0.0.1", false, 0);
	struct answer a = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		strbuf_addf(&lines,
		    "%sexample.org 300 TLSA 3 1 1 "
		    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e%02x",
		    i > 0 ? "\n" : "", i);
	whole.answer = strbuf_str(&lines);
	servers[0].text = &cut;
	servers[0].tcp_text = &whole;
	ask(dns, "example.org", DNS_TLSA, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	assert_int_equal(a.reply.count, 100);
	assert_int_equal(servers[0].udp_asked, 1);
	assert_int_equal(servers[0].tcp_asked, 1);
	strbuf_clear(&lines);
	end(dns, &a);
}

static void
check_truncated_no_tcp(void **state)
{
	static const struct dns_text cut = { "AD TC", "example.org TLSA",
		"example.org 300 TLSA 3 1 1 00", NULL };
	struct dns *dns = open_dns(1, "127.0.0.1", false, 0);
	struct answer a = { 0 };

	(void)state;
	servers[0].text = &cut;
	ask(dns, "example.org", DNS_TLSA, 500, &a);
	assert_int_equal(a.reply.outcome, DNS_ERROR);
	assert_int_equal(a.reply.count, 0);
	assert_true(servers[0].tcp_asked > 0);
	end(dns, &a);
}

/* What c-ares took for lost comes after all. */
static void
check_late(void **state)
{
	struct dns *dns = open_dns(1, "127.0.0.1", false, 500);
	struct answer a = { 0 };
	int i;

	(void)state;
	servers[0].text = &mx_secure;
	for (i = 0; i < 8; i++) /* so that quick answers are the rule */
		ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	servers[0].delay_ms = 700;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	end(dns, &a);
}

static void
check_forged(void **state)
{
	struct dns *dns = open_dns(1, "127.0.0.1", false, 0);
	struct answer a = { 0 };

	(void)state;
	servers[0].text = &mx_secure;
	servers[0].is_bad_first = true;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	assert_string_equal(a.reply.records[0].name.text, "mx.example.org");
	end(dns, &a);
}

static void
check_other_question(void **state)
{
	static const struct dns_text other = { "AD", "example.net MX",
		"example.net 300 MX 10 mx.example.net", NULL };
	struct dns *dns = open_dns(1, "127.0.0.1", false, 0);
	struct answer a = { 0 };

	(void)state;
	servers[0].text = &other;
	ask(dns, "example.org", DNS_MX, SHORT_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_ERROR);
	end(dns, &a);
}

#define PARALLEL 200

static void
check_ids(void **state)
{
	struct dns *dns = open_dns(1, "127.0.0.1", false, 300);
	struct answer answers[PARALLEL] = { { .count = 0 } };
	struct domain name = domain_named("example.org");
	unsigned i, k, in_sequence = 0, done = 0;

	(void)state;
	for (i = 0; i < PARALLEL; i++)
		dns_ask(dns, &name, DNS_MX, LONG_MS, on_done, &answers[i]);
	RUN_UNTIL(servers[0].udp_asked == PARALLEL || serve());
	for (i = 0; i < PARALLEL; i++) {
		for (k = 0; k < i; k++)
			assert_int_not_equal(servers[0].ids[i], servers[0].ids[k]);
		in_sequence += i > 0 && servers[0].ids[i] == servers[0].ids[i - 1] + 1;
	}
	assert_true(in_sequence < 5);
	servers[0].text = &mx_secure; /* c-ares asks again, and now all is answered */
	RUN_UNTIL(
	    done == PARALLEL || serve() || (done += answers[done].count) == PARALLEL);
	for (i = 0; i < PARALLEL; i++) {
		assert_int_equal(answers[i].reply.outcome, DNS_FOUND);
		if (i > 0)
			dns_reply_clear(&answers[i].reply);
	}
	end(dns, &answers[0]);
}

#define FLOOD 40000 /* more than there may be ids */

static void
count_refused(struct dns_reply *reply, void *arg)
{
	unsigned *counts = arg;

	assert_int_equal(reply->outcome, DNS_ERROR);
	counts[strcmp(reply->detail, "too many questions outstanding") == 0]++;
}

static void
check_flood(void **state)
{
	struct dns *dns = open_dns(1, "127.0.0.1", false, LONG_MS);
	struct domain name = domain_named("example.org");
	unsigned counts[2] = { 0, 0 };
	struct answer a = { 0 };
	int i;

	(void)state;
	for (i = 0; i < FLOOD; i++)
		dns_ask(dns, &name, DNS_MX, SHORT_MS, count_refused, counts);
	RUN_UNTIL(counts[0] + counts[1] == FLOOD);
	assert_true(counts[0] > 0);
	assert_true(counts[1] > 0);
	end(dns, &a);
}

/* --- several servers ---------------------------------------------------------- */

static void
check_silent_first(void **state)
{
	struct dns *dns = open_dns(2, "127.0.0.1", false, 100);
	struct answer a = { 0 };

	(void)state;
	servers[1].text = &mx_secure;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	assert_true(a.reply.is_secure);
	assert_true(servers[0].udp_asked > 0);
	assert_int_equal(servers[1].udp_asked, 1);
	end(dns, &a);
}

static void
check_dead_first(void **state)
{
	struct dns *dns = open_dns(2, "127.0.0.1", false, LONG_MS);
	struct answer a = { 0 };

	(void)state;
	close(servers[0].udp); /* now the kernel says that nobody is there */
	servers[0].udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	servers[1].text = &mx_secure;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	end(dns, &a);
}

static void
check_remembered(void **state)
{
	struct dns *dns = open_dns(2, "127.0.0.1", false, 100);
	struct answer a = { 0 };

	(void)state;
	servers[1].text = &mx_secure;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	servers[0].text = &mx_insecure; /* to be told from the other */
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	assert_true(a.reply.is_secure);
	assert_int_equal(servers[1].udp_asked, 2);
	end(dns, &a);
}

static void
check_error_first(void **state)
{
	struct dns *dns = open_dns(2, "127.0.0.1", false, 0);
	struct answer a = { 0 };

	(void)state;
	servers[0].text = &mx_servfail;
	servers[1].text = &mx_secure;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	assert_true(a.reply.is_secure);
	assert_int_equal(servers[0].udp_asked, 1);
	assert_int_equal(servers[1].udp_asked, 1);
	end(dns, &a);
}

/* What a validating server refuses, another must not make harmless. */
static void
check_error_then_insecure(void **state)
{
	struct dns *dns = open_dns(2, "127.0.0.1", false, 0);
	struct answer a = { 0 };

	(void)state;
	servers[0].text = &mx_servfail;
	servers[1].text = &mx_insecure;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_ERROR);
	assert_string_equal(a.reply.detail, "SERVFAIL");
	assert_int_equal(servers[1].udp_asked, 1);
	end(dns, &a);
}

static void
check_error_then_insecure_text(void **state)
{
	static const struct dns_text servfail = { "SERVFAIL", "example.org TXT", NULL,
		NULL };
	static const struct dns_text txt = { "", "example.org TXT",
		"example.org 300 TXT v=STSv1; id=1;", NULL };
	struct dns *dns = open_dns(2, "127.0.0.1", false, 0);
	struct answer a = { 0 };

	(void)state;
	servers[0].text = &servfail;
	servers[1].text = &txt;
	ask(dns, "example.org", DNS_TXT, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	end(dns, &a);
}

static void
check_all_errors(void **state)
{
	struct dns *dns = open_dns(3, "127.0.0.1", false, 0);
	struct answer a = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < SERVERS; i++)
		servers[i].text = &mx_servfail;
	ask(dns, "example.org", DNS_MX, LONG_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_ERROR);
	assert_string_equal(a.reply.detail, "SERVFAIL");
	assert_int_equal(servers[0].udp_asked, 1);
	assert_int_equal(servers[1].udp_asked, 1);
	assert_int_equal(servers[2].udp_asked, 0);
	end(dns, &a);
}

static void
check_error_and_silence(void **state)
{
	struct dns *dns = open_dns(2, "127.0.0.1", false, 0);
	struct answer a = { 0 };

	(void)state;
	servers[0].text = &mx_servfail;
	ask(dns, "example.org", DNS_MX, SHORT_MS, &a);
	assert_int_equal(a.reply.outcome, DNS_ERROR);
	assert_string_equal(a.reply.detail, "SERVFAIL");
	end(dns, &a);
}

/* --- cancelling --------------------------------------------------------------- */

static void
check_cancel(void **state)
{
	struct dns *dns = open_dns(1, "127.0.0.1", false, 0);
	struct answer never = { 0 }, a = { 0 };
	struct domain name = domain_named("example.org");
	struct dns_query *asked;

	(void)state;
	servers[0].text = &mx_secure;
	dns_cancel(dns_ask(dns, &name, DNS_MX, LONG_MS, on_done, &never));
	asked = dns_ask(dns, &name, DNS_MX, LONG_MS, on_done, &never);
	one_turn();
	dns_cancel(asked);
	dns_cancel(NULL);
	ask(dns, "example.org", DNS_MX, LONG_MS, &a); /* the others' answers come too */
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	RUN_UNTIL(servers[0].udp_asked == 3 || serve());
	one_turn();
	assert_int_equal(never.count, 0);
	end(dns, &a);
}

static void
check_close_outstanding(void **state)
{
	struct dns *dns = open_dns(2, "127.0.0.1", false, 0);
	struct answer never = { 0 };
	struct domain name = domain_named("example.org");

	(void)state;
	dns_ask(dns, &name, DNS_MX, LONG_MS, on_done, &never);
	dns_ask(dns, &name, DNS_A, LONG_MS, on_done, &never);
	RUN_UNTIL(servers[0].udp_asked == 2 || serve());
	end(dns, &never);
	one_turn();
	assert_int_equal(never.count, 0);
}

static struct dns *closed_inside;

static void
on_done_close(struct dns_reply *reply, void *arg)
{
	on_done(reply, arg);
	dns_close(closed_inside);
}

static void
check_close_inside(void **state)
{
	struct answer a = { 0 }, never = { 0 };
	struct domain name = domain_named("example.org");
	size_t i;

	(void)state;
	closed_inside = open_dns(1, "127.0.0.1", false, 0);
	servers[0].text = &mx_secure;
	dns_ask(closed_inside, &name, DNS_MX, LONG_MS, on_done_close, &a);
	dns_ask(closed_inside, &name, DNS_MX, LONG_MS, on_done, &never);
	RUN_UNTIL(a.count > 0 || serve());
	one_turn();
	assert_int_equal(a.reply.outcome, DNS_FOUND);
	assert_int_equal(never.count, 0);
	dns_reply_clear(&a.reply);
	for (i = 0; i < SERVERS; i++)
		close_server(&servers[i]);
}

/* --- which servers ------------------------------------------------------------ */

static const struct servers_case {
	const char *name, *text;
	const char *want; /* NULL: refused */
	bool is_local;
} servers_cases[] = {
	{ "an address has port 53", "127.0.0.1", "127.0.0.1:53", true },
	{ "an address with a port", "127.0.0.1:5353", "127.0.0.1:5353", true },
	{ "DNS-04 IPv6 loopback is local", "::1", "[::1]:53", true },
	{ "IPv6 with a port", "[::1]:5353", "[::1]:5353", true },
	{ "IPv6 in brackets without a port", "[2001:db8::53]", "[2001:db8::53]:53",
	    false },
	{ "several, with blanks", " 127.0.0.1 , [::1]:54,127.1.2.3 ",
	    "127.0.0.1:53,[::1]:54,127.1.2.3:53", true },
	{ "DNS-04 one elsewhere spoils it", "127.0.0.1,192.0.2.53",
	    "127.0.0.1:53,192.0.2.53:53", false },
	{ "four are enough", "127.0.0.1,127.0.0.2,127.0.0.3,127.0.0.4",
	    "127.0.0.1:53,127.0.0.2:53,127.0.0.3:53,127.0.0.4:53", true },
	{ "five are too many", "127.0.0.1,127.0.0.2,127.0.0.3,127.0.0.4,127.0.0.5",
	    NULL, false },
	{ "a host name is no address", "localhost", NULL, false },
	{ "nothing between commas is no address", "127.0.0.1,,::1", NULL, false },
	{ "nothing behind a comma is no address", "127.0.0.1,", NULL, false },
	{ "port 0 is no port", "127.0.0.1:0", NULL, false },
	{ "a port is a number", "127.0.0.1:domain", NULL, false },
	{ "an open bracket is no address", "[::1", NULL, false },
};

static void
check_servers(void **state)
{
	const struct servers_case *c = *state;
	struct strbuf text = STRBUF_INIT;
	struct dns_servers parsed;
	struct why why = { "" };

	if (c->want == NULL) {
		assert_int_equal(dns_servers_parse(c->text, &parsed, &why), ST_SYNTAX);
		assert_string_not_equal(why.text, "");
		return;
	}
	assert_int_equal(dns_servers_parse(c->text, &parsed, &why), ST_OK);
	dns_servers_add_text(&parsed, &text);
	assert_string_equal(strbuf_str(&text), c->want);
	assert_int_equal(dns_servers_are_local(&parsed), c->is_local);
	strbuf_clear(&text);
}

static const struct file_case {
	const char *name, *text, *want; /* NULL: refused */
} file_cases[] = {
	{ "resolv.conf: one server", "nameserver 127.0.0.1\n", "127.0.0.1:53" },
	{ "resolv.conf: among other lines",
	    "# nameserver 192.0.2.1\nsearch example.org\n  nameserver\t::1 \n"
	    "options edns0 trust-ad\nnameserver 192.0.2.53",
	    "[::1]:53,192.0.2.53:53" },
	{ "resolv.conf: more than are used",
	    "nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver 127.0.0.3\n"
	    "nameserver 127.0.0.4\nnameserver 127.0.0.5\n",
	    "127.0.0.1:53,127.0.0.2:53,127.0.0.3:53,127.0.0.4:53" },
	{ "resolv.conf: a scoped address is passed over",
	    "nameserver fe80::1%eth0\nnameserver 127.0.0.1\n", "127.0.0.1:53" },
	{ "resolv.conf: no server", "search example.org\nnameservers 127.0.0.1\n",
	    NULL },
	{ "resolv.conf: empty", "", NULL },
};

static void
check_file(void **state)
{
	const struct file_case *c = *state;
	char path[] = "/tmp/test_dns.XXXXXX";
	struct strbuf text = STRBUF_INIT;
	struct dns_servers parsed;
	struct why why = { "" };
	int fd = mkstemp(path);

	assert_int_equal(write(fd, c->text, strlen(c->text)), strlen(c->text));
	close(fd);
	if (c->want == NULL) {
		assert_int_equal(dns_servers_read(path, &parsed, &why), ST_IO);
		assert_string_not_equal(why.text, "");
	} else {
		assert_int_equal(dns_servers_read(path, &parsed, &why), ST_OK);
		dns_servers_add_text(&parsed, &text);
		assert_string_equal(strbuf_str(&text), c->want);
	}
	unlink(path);
	assert_int_equal(dns_servers_read(path, &parsed, &why), ST_IO);
	strbuf_clear(&text);
}

static void
check_open_refused(void **state)
{
	struct dns_options options = { .servers = "127.0.0.1,localhost" };
	struct dns *dns = NULL;
	struct why why = { "" };

	(void)state;
	assert_int_equal(dns_open(&options, &dns, &why), ST_SYNTAX);
	assert_null(dns);
	assert_string_equal(why.text, "\"localhost\" is no address of a name server");
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("DNS-02 DNS-03 a query has AD, not CD, and EDNS without DO",
		    check_header),
		CASES(check_flags, flag_cases),
		CASES(check_reply, reply_cases),
		CASES(check_trust, trust_cases),
		CASE("DNS-05 no answer before the deadline is an error", check_timeout),
		CASE("DNS-11 a truncated answer is read in full over TCP",
		    check_truncated),
		CASE("DNS-05 DNS-11 truncated and no answer over TCP is an error",
		    check_truncated_no_tcp),
		CASE("an answer that comes after a try's time is heard", check_late),
		CASE("an answer with another id is not heard", check_forged),
		CASE(
		    "an answer to another question is no answer", check_other_question),
		CASE("ids of outstanding questions differ and are not in sequence",
		    check_ids),
		CASE("more questions than ids are errors, and none is lost",
		    check_flood),
		CASE("a silent server: the next is asked", check_silent_first),
		CASE("a dead server: the next is asked at once", check_dead_first),
		CASE("the server that answered is asked first the next time",
		    check_remembered),
		CASE("SERVFAIL of one server: the next is asked", check_error_first),
		CASE(
		    "DNS-01 SERVFAIL, then an insecure answer of another server: an error",
		    check_error_then_insecure),
		CASE("DNS-14 but a TXT record is taken from there",
		    check_error_then_insecure_text),
		CASE("SERVFAIL of two servers is the answer", check_all_errors),
		CASE("SERVFAIL and silence are SERVFAIL", check_error_and_silence),
		CASE("a cancelled question is not answered", check_cancel),
		CASE("closing cancels what is outstanding", check_close_outstanding),
		CASE("the answer's function may close", check_close_inside),
		CASES(check_servers, servers_cases),
		CASES(check_file, file_cases),
		CASE("a list with a host name does not open", check_open_refused),
	};

	return cases_run_in_loop("dns", tables, COUNT_OF(tables));
}
