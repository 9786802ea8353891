/*
 * client/flow: whatever the daemon does, each step returns at once, and the flow is done by its deadline.
 * SPDX-License-Identifier: ISC
 *
 * The clock is the test's; nothing waits but poll(2) for octets that are on their way.
 */
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "client/flow.h"

#define WAIT_MS 1000

static char folder[] = "/tmp/hopseal-flow-XXXXXX";
static char path[64];
static struct place place;

static int
listen_here(int backlog)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(path);
	assert_int_equal(bind(fd, &place.sa, place.len), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

/* Wait for what the flow waits for, and step. */
static bool
step(struct flow *flow, int64_t now_ms)
{
	struct pollfd p = flow_poll(flow);

	if (p.fd != -1)
		assert_int_equal(poll(&p, 1, 20000), 1);
	return flow_step(flow, now_ms);
}

static void
start(struct flow *flow, const char *map, const char *key)
{
	assert_int_equal(flow->state, FLOW_IDLE);
	assert_true(flow_due_ms(flow) == INT64_MAX);
	flow_start(flow, &place, map, key, 5000, WAIT_MS);
}

/* --- replies --------------------------------------------------------------------------- */

static const struct reply_case {
	const char *name, *reply; /* then the daemon closes */
	size_t len;
	enum client_outcome want;
	const char *text;
} reply_cases[] = {
	{ "found", BYTES("14:OK sealed dane,"), CLIENT_FOUND, "sealed dane" },
	{ "not found", BYTES("9:NOTFOUND ,"), CLIENT_NONE, "" },
	{ "not now", BYTES("9:TEMP wait,"), CLIENT_RETRY, "wait" },
	{ "never", BYTES("9:PERM what,"), CLIENT_PERM, "what" },
	{ "one line, whatever comes", BYTES("10:PERM a\nb\0c,"), CLIENT_PERM, "a?b?c" },
	{ "more behind a reply", BYTES("7:OK open,7:OK open,"), CLIENT_FOUND, "open" },
	{ "no word of the protocol", BYTES("5:HELLO,"), CLIENT_DOWN, "no word" },
	{ "no netstring", BYTES("HTTP/1.1 200"), CLIENT_DOWN, "not a netstring" },
	{ "too big", BYTES("1001:OK "), CLIENT_DOWN, "too big" },
	{ "cut", BYTES("14:OK sea"), CLIENT_DOWN, "closed without" },
	{ "nothing", BYTES(""), CLIENT_DOWN, "closed without" },
};

static void
check_reply(void **state)
{
	const struct reply_case *c = *state;
	int listener = listen_here(1), fd;
	struct flow flow = { .state = FLOW_IDLE };
	char request[100];

	start(&flow, "opensmtpd", "good.test");
	assert_false(flow_step(&flow, 5000));
	fd = accept(listener, NULL, NULL);
	assert_int_equal(read(fd, request, sizeof(request)), 23);
	assert_memory_equal(request, "19:opensmtpd good.test,", 23);
	assert_int_equal(write(fd, c->reply, c->len), c->len);
	shutdown(fd, SHUT_WR);
	assert_true(step(&flow, 5000));
	assert_int_equal(flow.outcome, c->want);
	if (c->want == CLIENT_DOWN)
		assert_non_null(strstr(flow.text, c->text));
	else
		assert_string_equal(flow.text, c->text);
	flow_clear(&flow);
	close(fd);
	close(listener);
}

static void
check_drops(void **state)
{
	static const char reply[] = "14:OK sealed dane,";
	int listener = listen_here(1), fd;
	struct flow flow = { .state = FLOW_IDLE };
	size_t i;

	(void)state;
	start(&flow, "opensmtpd", "good.test");
	assert_false(flow_step(&flow, 5000));
	fd = accept(listener, NULL, NULL);
	for (i = 0; i < strlen(reply); i++) {
		assert_false(flow_step(&flow, 5000));
		assert_int_equal(write(fd, reply + i, 1), 1);
		assert_int_equal(step(&flow, 5000), i + 1 == strlen(reply));
	}
	assert_string_equal(flow.text, "sealed dane");
	flow_clear(&flow);
	close(fd);
	close(listener);
}

/* The longest reply that is taken, to the octet. */
static void
check_longest(void **state)
{
	int listener = listen_here(1), fd;
	struct flow flow = { .state = FLOW_IDLE };
	struct strbuf reply = STRBUF_INIT;

	(void)state;
	strbuf_addf(&reply, "%d:OK ", FLOW_TEXT_MAX);
	while (reply.len < FLOW_TEXT_MAX + strlen("1000:"))
		strbuf_addc(&reply, 'x');
	strbuf_addc(&reply, ',');
	start(&flow, "m", "k");
	assert_false(flow_step(&flow, 5000));
	fd = accept(listener, NULL, NULL);
	assert_int_equal(write(fd, reply.data, reply.len), reply.len);
	assert_true(step(&flow, 5000));
	assert_int_equal(flow.outcome, CLIENT_FOUND);
	assert_int_equal(strlen(flow.text), FLOW_TEXT_MAX - strlen("OK "));
	flow_clear(&flow);
	strbuf_clear(&reply);
	close(fd);
	close(listener);
}

/* --- daemons that do not answer ---------------------------------------------------------- */

static void
check_hanging(void **state)
{
	int listener = listen_here(1);
	struct flow flow = { .state = FLOW_IDLE };

	(void)state;
	start(&flow, "m", "k");
	assert_false(flow_step(&flow, 5000));
	assert_true(flow_due_ms(&flow) == 5000 + WAIT_MS);
	assert_false(flow_step(&flow, 5000 + WAIT_MS - 1));
	assert_true(flow_step(&flow, 5000 + WAIT_MS));
	assert_int_equal(flow.outcome, CLIENT_DOWN);
	assert_string_equal(flow.text, "no reply in time");
	assert_int_equal(flow_poll(&flow).fd, -1);
	flow_clear(&flow);
	assert_true(flow_due_ms(&flow) == INT64_MAX);
	close(listener);
}

static void
check_absent(void **state)
{
	struct flow flow = { .state = FLOW_IDLE };

	(void)state;
	unlink(path);
	start(&flow, "m", "k");
	assert_true(flow_step(&flow, 5000));
	assert_int_equal(flow.outcome, CLIENT_DOWN);
	assert_string_equal(flow.text, strerror(ENOENT));
	flow_clear(&flow);
	flow_clear(&flow);
}

static void
check_no_place(void **state)
{
	struct place none;
	struct flow flow = { .state = FLOW_IDLE };
	const char *fault;

	(void)state;
	assert_int_equal(place_parse("nowhere", &none, &fault), ST_SYNTAX);
	flow_start(&flow, &none, "m", "k", 0, WAIT_MS);
	assert_true(flow_step(&flow, 0));
	assert_int_equal(flow.outcome, CLIENT_DOWN);
	flow_clear(&flow);
}

/* A full backlog gives no descriptor to wait for: it is tried again, and nothing spins. */
static void
check_backlog(void **state)
{
	int listener = listen_here(0), fd;
	struct flow first = { .state = FLOW_IDLE }, flow = { .state = FLOW_IDLE };

	(void)state;
	start(&first, "m", "k");
	assert_false(flow_step(&first, 5000));
	start(&flow, "m", "k");
	assert_false(flow_step(&flow, 5000));
	assert_int_equal(flow.state, FLOW_CALLING);
	assert_int_equal(flow_poll(&flow).fd, -1);
	assert_true(flow_due_ms(&flow) > 5000);
	fd = accept(listener, NULL, NULL);
	assert_false(flow_step(&flow, flow_due_ms(&flow)));
	assert_int_equal(flow.state, FLOW_READING);
	close(fd);
	flow_clear(&first);
	flow_clear(&flow);
	start(&first, "m", "k");
	start(&flow, "m", "k");
	assert_false(flow_step(&first, 5000));
	assert_false(flow_step(&flow, 5000));
	assert_true(flow_step(&flow, 5000 + WAIT_MS));
	assert_string_equal(flow.text, "no reply in time");
	flow_clear(&first);
	flow_clear(&flow);
	close(listener);
}

/* More than a socket holds, to a daemon that does not read, and to one that does. */
static void
check_big_request(void **state)
{
	size_t size = 4 * 1024 * 1024, got = 0;
	int listener = listen_here(1), fd;
	struct flow flow = { .state = FLOW_IDLE };
	char *key = xmalloc(size + 1), chunk[65536];

	(void)state;
	memset(key, 'k', size);
	key[size] = '\0';
	start(&flow, "m", key);
	assert_false(flow_step(&flow, 5000));
	assert_int_equal(flow_poll(&flow).events, POLLOUT);
	fd = accept(listener, NULL, NULL);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (flow.state == FLOW_SENDING) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		got += n > 0 ? (size_t)n : 0;
		assert_false(flow_step(&flow, 5000));
	}
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n <= 0)
			break;
		got += (size_t)n;
	}
	assert_int_equal(got, size + strlen("4194306:m ,"));
	close(fd);
	assert_true(step(&flow, 5000));
	assert_int_equal(flow.outcome, CLIENT_DOWN);
	flow_clear(&flow);
	close(listener);
	free(key);
}

/* A daemon that goes away in the middle of a request raises no signal. */
static void
check_gone(void **state)
{
	size_t size = 4 * 1024 * 1024;
	int listener = listen_here(1);
	struct flow flow = { .state = FLOW_IDLE };
	char *key = xmalloc(size + 1);

	(void)state;
	memset(key, 'k', size);
	key[size] = '\0';
	start(&flow, "m", key);
	assert_false(flow_step(&flow, 5000));
	close(accept(listener, NULL, NULL));
	assert_true(step(&flow, 5000));
	assert_int_equal(flow.outcome, CLIENT_DOWN);
	flow_clear(&flow);
	close(listener);
	free(key);
}

static void
check_cloexec(void **state)
{
	int listener = listen_here(1);
	struct flow flow = { .state = FLOW_IDLE };

	(void)state;
	start(&flow, "m", "k");
	assert_false(flow_step(&flow, 5000));
	assert_int_equal(fcntl(flow_poll(&flow).fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	flow_clear(&flow);
	close(listener);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_reply, reply_cases),
		CASE("octet for octet", check_drops),
		CASE("the longest reply", check_longest),
		CASE("a daemon that hangs", check_hanging),
		CASE("no daemon", check_absent),
		CASE("no place", check_no_place),
		CASE("a full backlog", check_backlog),
		CASE("a request that no socket holds", check_big_request),
		CASE("a daemon that goes away", check_gone),
		CASE("no descriptor for other programs", check_cloexec),
	};
	char where[80];
	const char *fault;
	int failed;

	alarm(120);
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(where, sizeof(where), "unix:%s", path);
	if (place_parse(where, &place, &fault) != ST_OK)
		return 1;
	failed = cases_run("flow", tables, COUNT_OF(tables));
	unlink(path);
	rmdir(folder);
	return failed;
}
