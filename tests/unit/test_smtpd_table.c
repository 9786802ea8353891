/*
 * opensmtpd/imsg, words and table: both protocols of table programs, octet for octet.  SPDX-License-Identifier: ISC
 */
#include "cases.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../opensmtpd/imsg.h"
#include "../../opensmtpd/words.h"
#include "base/strbuf.h"

/* What was said, and asked: "sealed KEY" and "route KEY", a line each. */
struct said {
	struct strbuf out, asked;
};

static void
write_out(const void *bytes, size_t len, void *arg)
{
	struct said *said = arg;

	strbuf_add(&said->out, bytes, len);
}

/* good.test is sealed, plain.test is not; of all others nothing is known. */
static enum table_answer
ask(enum table_question question, struct txt key, char value[TABLE_VALUE_MAX + 1],
    void *arg)
{
	struct said *said = arg;

	if (question == TABLE_UNKNOWN)
		return TABLE_ERROR;
	strbuf_adds(&said->asked, question == TABLE_ROUTE ? "route " : "sealed ");
	strbuf_add(&said->asked, key.text, key.len);
	strbuf_adds(&said->asked, "\n");
	if (txt_is(key, "plain.test"))
		return TABLE_NO;
	if (!txt_is(key, "good.test"))
		return TABLE_ERROR;
	if (question == TABLE_ROUTE)
		memcpy(value, "smtp+tls://mx1.good.test", 25);
	return TABLE_YES;
}

static void
said_clear(struct said *said)
{
	strbuf_clear(&said->out);
	strbuf_clear(&said->asked);
}

/* --- binary messages ---------------------------------------------------------------------- */

#define SEALED_GOOD "\2\0\0\0\0\0\0\0\0\0\0\0good.test\0"
#define ROUTE_GOOD  "\0\2\0\0\0\0\0\0\0\0\0\0good.test\0"

/* Octets of payloads; want is that of the only answer; NULL: there is none. */
static const struct imsg_case {
	const char *name;
	uint32_t type;
	const char *payload;
	size_t len;
	const char *want;
	size_t want_len;
	const char *asked;
} imsg_cases[] = {
	{ "open", 2, BYTES("\2\0\0\0sealed\0\0"), BYTES(""), "" },
	{ "open, another version", 2, BYTES("\3\0\0\0"), BYTES(""), "" },
	{ "close", 3, BYTES(""), NULL, 0, "" },
	{ "update", 4, BYTES(""), BYTES("\1\0\0\0"), "" },
	{ "check, sealed", 5, BYTES(SEALED_GOOD), BYTES("\1\0\0\0"),
	    "sealed good.test\n" },
	{ "check, open", 5, BYTES("\2\0\0\0\0\0\0\0\0\0\0\0plain.test\0"),
	    BYTES("\0\0\0\0"), "sealed plain.test\n" },
	{ "check, not known now", 5, BYTES("\2\0\0\0\0\0\0\0\0\0\0\0x.test\0"),
	    BYTES("\377\377\377\377"), "sealed x.test\n" },
	{ "lookup", 6, BYTES(ROUTE_GOOD), BYTES("\1\0\0\0smtp+tls://mx1.good.test\0"),
	    "route good.test\n" },
	{ "lookup, none", 6, BYTES("\0\2\0\0\0\0\0\0\0\0\0\0plain.test\0"),
	    BYTES("\0\0\0\0"), "route plain.test\n" },
	{ "lookup, not known now", 6, BYTES("\0\2\0\0\0\0\0\0\0\0\0\0x.test\0"),
	    BYTES("\377\377\377\377"), "route x.test\n" },
	{ "check, another service", 5, BYTES(ROUTE_GOOD), BYTES("\377\377\377\377"),
	    "" },
	{ "lookup, another service", 6, BYTES(SEALED_GOOD), BYTES("\377\377\377\377"),
	    "" },
	{ "fetch", 7, BYTES("\2\0\0\0\0\0\0\0\0\0\0\0"), BYTES("\377\377\377\377"),
	    "" },
	{ "a type of tomorrow", 77, BYTES(SEALED_GOOD), BYTES("\377\377\377\377"), "" },
	{ "check, empty", 5, BYTES(""), BYTES("\377\377\377\377"), "" },
	{ "check, cut in the head", 5, BYTES("\2\0\0\0\0\0"), BYTES("\377\377\377\377"),
	    "" },
	{ "check, no key", 5, BYTES("\2\0\0\0\0\0\0\0\0\0\0\0"),
	    BYTES("\377\377\377\377"), "" },
	{ "check, a key that does not end", 5,
	    BYTES("\2\0\0\0\0\0\0\0\0\0\0\0good.test"), BYTES("\377\377\377\377"), "" },
	{ "check, parameters", 5, BYTES("\2\0\0\0\1\0\0\0\0\0\0\0a\0b\0good.test\0"),
	    BYTES("\377\377\377\377"), "" },
};

static void
add_message(struct strbuf *out, uint32_t type, const void *payload, size_t len)
{
	struct {
		uint32_t type;
		uint16_t len, flags;
		uint32_t peer, pid;
	} header = {
		.type = type, .len = (uint16_t)(sizeof(header) + len), .pid = 4711
	};

	strbuf_add(out, &header, sizeof(header));
	strbuf_add(out, payload, len);
}

/* Header and payload of the answer at the start of out; returns its octets. */
static size_t
check_answer(const char *out, size_t len, const char *want, size_t want_len)
{
	uint32_t type;
	uint16_t total;

	assert_true(len >= 16);
	memcpy(&type, out, sizeof(type));
	memcpy(&total, out + 4, sizeof(total));
	assert_int_equal(type, 0);
	assert_int_equal(total, 16 + want_len);
	assert_true(len >= total);
	assert_memory_equal(out + 16, want, want_len);
	return total;
}

/* The same request twice, in every division into two reads. */
static void
check_imsg(void **state)
{
	const struct imsg_case *c = *state;
	struct strbuf in = STRBUF_INIT;
	size_t i, used;

	add_message(&in, c->type, c->payload, c->len);
	add_message(&in, c->type, c->payload, c->len);
	for (i = 0; i <= in.len; i++) {
		struct said said = { STRBUF_INIT, STRBUF_INIT };
		const struct talk talk = { ask, write_out, &said };
		struct imsg_reader *reader = xcalloc(1, sizeof(*reader));

		imsg_read(reader, in.data, i, &talk);
		imsg_read(reader, in.data + i, in.len - i, &talk);
		if (c->want != NULL) {
			used = check_answer(
			    said.out.data, said.out.len, c->want, c->want_len);
			used += check_answer(said.out.data + used, said.out.len - used,
			    c->want, c->want_len);
			assert_int_equal(used, said.out.len);
		} else {
			assert_int_equal(said.out.len, 0);
		}
		assert_int_equal(said.asked.len, 2 * strlen(c->asked));
		if (c->asked[0] != '\0')
			assert_memory_equal(
			    said.asked.data, c->asked, strlen(c->asked));
		said_clear(&said);
		free(reader);
	}
	strbuf_clear(&in);
}

/* As long as a message can be, in many reads, with others behind it. */
static void
check_imsg_longest(void **state)
{
	struct said said = { STRBUF_INIT, STRBUF_INIT };
	const struct talk talk = { ask, write_out, &said };
	struct imsg_reader *reader = xcalloc(1, sizeof(*reader));
	struct strbuf in = STRBUF_INIT;
	char payload[IMSG_MAX - 16];
	size_t i;

	(void)state;
	memset(payload, 'x', sizeof(payload));
	add_message(&in, 2, payload, sizeof(payload));
	add_message(&in, 4, "", 0);
	for (i = 0; i < in.len; i += 7)
		imsg_read(reader, in.data + i, in.len - i < 7 ? in.len - i : 7, &talk);
	assert_int_equal(said.out.len, 16 + 20);
	imsg_read(reader, in.data, in.len, &talk);
	imsg_read(reader, in.data, in.len, &talk);
	assert_int_equal(said.out.len, 3 * (16 + 20));
	strbuf_clear(&in);
	said_clear(&said);
	free(reader);
}

static const struct lost_case {
	const char *name;
	uint16_t len;
} lost_cases[] = {
	{ "a length of nothing", 0 },
	{ "a length that is less than the header's", 15 },
	{ "a length that is more than any message's", IMSG_MAX + 1 },
	{ "the greatest length", UINT16_MAX },
};

/* Where there are no more messages nothing is said, whatever comes. */
static void
check_imsg_lost(void **state)
{
	const struct lost_case *c = *state;
	struct said said = { STRBUF_INIT, STRBUF_INIT };
	const struct talk talk = { ask, write_out, &said };
	struct imsg_reader *reader = xcalloc(1, sizeof(*reader));
	struct strbuf in = STRBUF_INIT;
	int i;

	add_message(&in, 4, "", 0);
	memcpy(in.data + 4, &c->len, sizeof(c->len));
	for (i = 0; i < 10000; i++)
		imsg_read(reader, in.data, in.len, &talk);
	assert_true(reader->is_lost);
	assert_int_equal(said.out.len, 0);
	strbuf_clear(&in);
	said_clear(&said);
	free(reader);
}

/* --- words ------------------------------------------------------------------------------ */

#define HEAD "table|0.1|1795294691.397191|sts|"

static const struct words_case {
	const char *name, *in;
	size_t len;
	const char *want, *asked;
} words_cases[] = {
	{ "start",
	    BYTES("config|smtpd-version|7.6.0-portable\nconfig|protocol|0.1\n"
		  "config|tablename|sts\nconfig|ready\n"),
	    "register|domain\nregister|relayhost\nregister|ready\n", "" },
	{ "check, sealed", BYTES(HEAD "check|domain|174974b2|good.test\n"),
	    "check-result|174974b2|found\n", "sealed good.test\n" },
	{ "check, open", BYTES(HEAD "check|domain|1|plain.test\n"),
	    "check-result|1|not-found\n", "sealed plain.test\n" },
	{ "check, not known now: the word alone", BYTES(HEAD "check|domain|1|x.test\n"),
	    "check-result|1|error\n", "sealed x.test\n" },
	{ "lookup", BYTES(HEAD "lookup|relayhost|1|good.test\n"),
	    "lookup-result|1|found|smtp+tls://mx1.good.test\n", "route good.test\n" },
	{ "lookup, none", BYTES(HEAD "lookup|relayhost|1|plain.test\n"),
	    "lookup-result|1|not-found\n", "route plain.test\n" },
	{ "lookup, not known now", BYTES(HEAD "lookup|relayhost|1|x.test\n"),
	    "lookup-result|1|error\n", "route x.test\n" },
	{ "update", BYTES(HEAD "update|77\n"), "update-result|77|ok\n", "" },
	{ "several in one read",
	    BYTES(
		HEAD "update|1\n" HEAD "check|domain|2|good.test\n" HEAD "update|3\n"),
	    "update-result|1|ok\ncheck-result|2|found\nupdate-result|3|ok\n",
	    "sealed good.test\n" },
	{ "check, another service", BYTES(HEAD "check|mailaddr|1|good.test\n"),
	    "check-result|1|error\n", "" },
	{ "lookup, another service", BYTES(HEAD "lookup|domain|1|good.test\n"),
	    "lookup-result|1|error\n", "" },
	{ "fetch", BYTES(HEAD "fetch|source|1\n"), "fetch-result|1|error\n", "" },
	{ "another version", BYTES("table|0.2|1.0|sts|check|domain|1|good.test\n"),
	    "check-result|1|found\n", "sealed good.test\n" },
	{ "bars in a key", BYTES(HEAD "check|domain|1|good|test\n"),
	    "check-result|1|error\n", "sealed good|test\n" },
	{ "a verb of tomorrow", BYTES(HEAD "brew|domain|1|good.test\n"), "", "" },
	{ "no id", BYTES(HEAD "check|domain\n"), "", "sealed \n" },
	{ "an empty id", BYTES(HEAD "check|domain||good.test\n"), "",
	    "sealed good.test\n" },
	{ "a blank in an id", BYTES(HEAD "update|a b\n"), "", "" },
	{ "a NUL in an id", BYTES(HEAD "update|a\0b\n"), "", "" },
	{ "an id without end",
	    BYTES(
		HEAD "update|"
		     "0123456789012345678901234567890123456789012345678901234567890123"
		     "4\n"),
	    "", "" },
	{ "not a line of the protocol", BYTES("chair|0.1\nconfig\n\n|\n"), "", "" },
};

static void
take_line(struct txt line, bool is_cut, void *arg)
{
	words_take(line, is_cut, arg);
}

static void
check_words(void **state)
{
	const struct words_case *c = *state;
	size_t i;

	for (i = 0; i <= c->len; i++) {
		struct said said = { STRBUF_INIT, STRBUF_INIT };
		struct talk talk = { ask, write_out, &said };
		struct line_reader reader = { .len = 0 };

		line_read(&reader, c->in, i, take_line, &talk);
		line_read(&reader, c->in + i, c->len - i, take_line, &talk);
		assert_string_equal(strbuf_str(&said.out), c->want);
		assert_string_equal(strbuf_str(&said.asked), c->asked);
		said_clear(&said);
	}
}

/* smtpd waits for it: a key that is too long is answered, too. */
static void
check_words_cut(void **state)
{
	struct said said = { STRBUF_INIT, STRBUF_INIT };
	struct talk talk = { ask, write_out, &said };
	struct line_reader reader = { .len = 0 };
	char key[LINE_KEPT];

	(void)state;
	memset(key, 'x', sizeof(key));
	line_read(&reader, HEAD "check|domain|1|", strlen(HEAD) + 15, take_line, &talk);
	line_read(&reader, key, sizeof(key), take_line, &talk);
	line_read(&reader, "\n", 1, take_line, &talk);
	assert_string_equal(strbuf_str(&said.out), "check-result|1|error\n");
	assert_string_equal(strbuf_str(&said.asked), "");
	said_clear(&said);
}

/* --- the daemon's replies ------------------------------------------------------------------- */

static char folder[] = "/tmp/hopseal-table-XXXXXX";
static char path[64], where[80];

/* A daemon for one connection; "": it says nothing. */
static pid_t
start_daemon(const char *request, const char *reply)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), fd;
	char got[200];
	pid_t pid;

	memcpy(un.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(listener, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(listener, 1), 0);
	pid = fork();
	if (pid != 0) {
		close(listener);
		return pid;
	}
	alarm(60);
	fd = accept(listener, NULL, NULL);
	if (read(fd, got, sizeof(got)) != (ssize_t)strlen(request) ||
	    memcmp(got, request, strlen(request)) != 0)
		_exit(1);
	if (reply[0] == '\0')
		pause();
	_exit(write(fd, reply, strlen(reply)) < 0);
}

static void
end_daemon(pid_t pid)
{
	if (pid == -1)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(path);
}

#define ASK_SEAL  "19:opensmtpd good.test,"
#define ASK_ROUTE "25:opensmtpd-route good.test,"

static const struct ask_case {
	const char *name;
	enum table_question question;
	const char *request, *reply; /* NULL: no daemon */
	enum table_answer want;
	const char *value;
} ask_cases[] = {
	{ "sealed", TABLE_IS_SEALED, ASK_SEAL, "14:OK sealed dane,", TABLE_YES, "" },
	{ "sealed, no words", TABLE_IS_SEALED, ASK_SEAL, "9:OK sealed,", TABLE_YES,
	    "" },
	{ "open", TABLE_IS_SEALED, ASK_SEAL, "7:OK open,", TABLE_NO, "" },
	{ "not found is open", TABLE_IS_SEALED, ASK_SEAL, "9:NOTFOUND ,", TABLE_NO,
	    "" },
	{ "not now", TABLE_IS_SEALED, ASK_SEAL, "9:TEMP wait,", TABLE_ERROR, "" },
	{ "not now, in two lines", TABLE_IS_SEALED, ASK_SEAL, "8:TEMP a\nb,",
	    TABLE_ERROR, "" },
	{ "never", TABLE_IS_SEALED, ASK_SEAL, "9:PERM what,", TABLE_ERROR, "" },
	{ "words that are none", TABLE_IS_SEALED, ASK_SEAL, "11:OK sealedly,",
	    TABLE_ERROR, "" },
	{ "garbage", TABLE_IS_SEALED, ASK_SEAL, "HTTP/1.1", TABLE_ERROR, "" },
	{ "a daemon that hangs", TABLE_IS_SEALED, ASK_SEAL, "", TABLE_ERROR, "" },
	{ "no daemon", TABLE_IS_SEALED, ASK_SEAL, NULL, TABLE_ERROR, "" },
	{ "route", TABLE_ROUTE, ASK_ROUTE, "27:OK smtp+tls://mx1.good.test,", TABLE_YES,
	    "smtp+tls://mx1.good.test" },
	{ "no route", TABLE_ROUTE, ASK_ROUTE, "9:NOTFOUND ,", TABLE_NO, "" },
	{ "route, not now", TABLE_ROUTE, ASK_ROUTE, "9:TEMP wait,", TABLE_ERROR, "" },
	{ "a route with less than verified TLS", TABLE_ROUTE, ASK_ROUTE,
	    "14:OK smtp://mx.a,", TABLE_ERROR, "" },
	{ "a route without a host", TABLE_ROUTE, ASK_ROUTE, "14:OK smtp+tls://,",
	    TABLE_ERROR, "" },
	{ "a route that would be two lines", TABLE_ROUTE, ASK_ROUTE,
	    "17:OK smtp+tls://a\nb,", TABLE_ERROR, "" },
	{ "a route with credentials or a port", TABLE_ROUTE, ASK_ROUTE,
	    "19:OK smtp+tls://a@b:1,", TABLE_ERROR, "" },
};

static void
check_ask(void **state)
{
	const struct ask_case *c = *state;
	pid_t pid = c->reply != NULL ? start_daemon(c->request, c->reply) : -1;
	struct table table = { .where = where };
	struct txt key = { BYTES("good.test") };
	char value[TABLE_VALUE_MAX + 1] = "";

	assert_int_equal(table_ask(&table, c->question, key, value), c->want);
	assert_string_equal(value, c->value);
	assert_int_equal(table.fault.text[0] != '\0', c->want == TABLE_ERROR);
	assert_null(strchr(table.fault.text, '\n'));
	end_daemon(pid);
}

static void
check_keys(void **state)
{
	struct table table = { .where = where };
	char value[TABLE_VALUE_MAX + 1], key[2000];

	(void)state;
	memset(key, 'x', sizeof(key));
	assert_int_equal(
	    table_ask(&table, TABLE_IS_SEALED, (struct txt){ key, sizeof(key) }, value),
	    TABLE_ERROR);
	assert_string_equal(table.fault.text, "the key is no domain");
	assert_int_equal(
	    table_ask(&table, TABLE_ROUTE, (struct txt){ "", 0 }, value), TABLE_ERROR);
	assert_int_equal(
	    table_ask(&table, TABLE_ROUTE, (struct txt){ BYTES("a\0b") }, value),
	    TABLE_ERROR);
	assert_string_equal(table.fault.text, "the key is no domain");
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_imsg, imsg_cases),
		CASE("the longest message", check_imsg_longest),
		CASES(check_imsg_lost, lost_cases),
		CASES(check_words, words_cases),
		CASE("a line that is too long", check_words_cut),
		CASES(check_ask, ask_cases),
		CASE("keys that are none", check_keys),
	};
	int failed;

	alarm(120);
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(where, sizeof(where), "unix:%s", path);
	failed = cases_run("smtpd_table", tables, COUNT_OF(tables));
	rmdir(folder);
	return failed;
}
