/* SPDX-License-Identifier: ISC */
#include "net/smtp_link.h"

#include <sys/socket.h>
#include <unistd.h>

#include "cases.h"
#include "net/loop.h"

/* What the server has said, and perhaps left, when QUIT is to be sent. */
static const struct talk_case {
	const char *name;
	const char *said;
	bool is_gone;
	enum status want;
	unsigned code;
	const char *why;
} talk_cases[] = {
	{ "nothing yet", "", false, ST_MORE, 0, "" },
	{ "half a reply", "250-so", false, ST_MORE, 0, "" },
	{ "a reply", "250 so\r\n", false, ST_OK, 250, "" },
	{ "no SMTP", "SSH-2.0\r\n", false, ST_SYNTAX, 0, "not SMTP" },
	{ "a reply from a server that has left", "554 no\r\n", true, ST_OK, 554, "" },
	{ "no SMTP from a server that has left", "SSH-2.0\r\n", true, ST_SYNTAX, 0,
	    "not SMTP" },
	{ "a server that has left in the middle of a reply", "250-so", true, ST_IO, 0,
	    "Broken pipe" },
	{ "a server that has left", "", true, ST_IO, 0, "Broken pipe" },
};

static void
check_talk(void **state)
{
	const struct talk_case *c = *state;
	struct smtp_link link = { 0 };
	struct why why = { "" };
	size_t len = strlen(c->said);
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	assert_int_equal(write(fds[1], c->said, len), len);
	if (c->is_gone)
		close(fds[1]);
	link.fd = fds[0];
	smtp_link_say(&link, "QUIT\r\n");
	assert_int_equal(smtp_link_wants(&link), LOOP_READ | LOOP_WRITE);
	assert_int_equal(smtp_link_talk(&link, &why), c->want);
	assert_string_equal(why.text, c->why);
	if (c->want == ST_OK)
		assert_int_equal(link.reply.code, c->code);
	smtp_link_close(&link);
	assert_int_equal(link.fd, -1);
	if (!c->is_gone)
		close(fds[1]);
}

/* What the socket does not take at once goes later, all of it and once; a goodbye does not get between. */
static void
check_long(void **state)
{
	static char text[1 << 20], got[sizeof(text) + 1];
	struct smtp_link link = { 0 };
	size_t i, len = 0;
	ssize_t n;
	int fds[2];

	(void)state;
	for (i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 23);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	link.fd = fds[0];
	smtp_link_send(&link, text, sizeof(text));
	assert_int_equal(smtp_link_talk(&link, NULL), ST_MORE);
	assert_int_equal(smtp_link_wants(&link), LOOP_READ | LOOP_WRITE);
	smtp_link_quit(&link);
	while (len < sizeof(text) &&
	       (n = read(fds[1], got + len, sizeof(got) - len)) > 0) {
		len += (size_t)n;
		assert_int_equal(smtp_link_talk(&link, NULL), ST_MORE);
	}
	assert_int_equal(smtp_link_wants(&link), LOOP_READ);
	assert_int_equal(read(fds[1], got, 1), -1);
	assert_int_equal(len, sizeof(text));
	assert_memory_equal(got, text, len);
	smtp_link_quit(&link);
	assert_int_equal(read(fds[1], got, sizeof(got)), 6);
	assert_memory_equal(got, "QUIT\r\n", 6);
	smtp_link_close(&link);
	close(fds[1]);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_talk, talk_cases),
		CASE("a long text goes piece by piece", check_long),
	};

	return cases_run("smtp_link", tables, COUNT_OF(tables));
}
