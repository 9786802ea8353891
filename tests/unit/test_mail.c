/*
 * Mail on its way out: to servers and programs that the test plays itself.  SPDX-License-Identifier: ISC
 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "mail_host.h"
#include "net/mail.h"
#include "run_loop.h"

#define NAME      "mx.example.com"
#define ADDRESS   "127.84.62.1"
#define ADDRESS_2 "127.84.62.2"
#define NOBODY    "127.84.62.3"
#define LONG_MS   20000 /* not reached */
#define SHORT_MS  400

#define SENDER    "tls@sender.example"
#define RECIPIENT "reports@example.com"
#define MESSAGE   "Subject: a report\r\n\r\nall is well\r\n"

static struct cert cert;

/* Where nothing listens. */
static const struct mail_host nobody = { .address = NOBODY, .port = 9 };

/* --- sending -------------------------------------------------------------------- */

struct outcome {
	unsigned count, accepted;
	enum mail_outcome outcome;
	bool was_encrypted;
	char detail[2048];
};

static void
on_done(const struct mail_answer *answer, void *arg)
{
	struct outcome *o = arg;

	o->count++;
	o->outcome = answer->outcome;
	o->was_encrypted = answer->was_encrypted;
	snprintf(o->detail, sizeof(o->detail), "%s", answer->detail);
}

static void
on_accepted(void *arg)
{
	struct outcome *o = arg;

	assert_int_equal(o->count, 0);
	o->accepted++;
}

static const struct mail_request usual = {
	.accepted = on_accepted,
	.helo = "out.sender.example",
	.sender = SENDER,
	.recipient = RECIPIENT,
	.message = MESSAGE,
	.len = sizeof(MESSAGE) - 1,
	.deadline_ms = LONG_MS,
};

/* To the port of a server; addresses: one, or some with blanks between. */
static struct mail *
begin(struct mail_request request, const struct mail_host *h, const char *addresses,
    struct outcome *o)
{
	struct address list[4];
	struct domain host;
	size_t len;

	assert_int_equal(domain_parse(NAME, strlen(NAME), &host, NULL), ST_OK);
	for (; *addresses != '\0'; addresses += len + (addresses[len] == ' ')) {
		len = strcspn(addresses, " ");
		assert_int_equal(
		    address_parse(addresses, len, &list[request.address_count++]),
		    ST_OK);
	}
	request.host = &host;
	request.port = h->port;
	request.addresses = list;
	*o = (struct outcome){ 0 };
	return mail_send(&request, on_done, o);
}

/* h: what it hears has to be taken from it, where that is much; else NULL. */
static void
await(struct outcome *o, struct mail_host *h)
{
	assert_int_equal(o->count, 0);
	RUN_UNTIL((h == NULL || mail_host_heard(h) != NULL) && o->count > 0);
	one_turn();
	assert_int_equal(o->count, 1);
}

static void
assert_outcome(const struct outcome *o, enum mail_outcome outcome, const char *detail)
{
	assert_string_equal(o->detail, detail);
	assert_int_equal(o->accepted, outcome == MAIL_ACCEPTED);
	assert_string_equal(mail_outcome_text(o->outcome), mail_outcome_text(outcome));
}

/* The detail begins with the server. */
static void
assert_said(const struct outcome *o, enum mail_outcome outcome,
    const struct mail_host *h, const char *said)
{
	char detail[512];

	snprintf(detail, sizeof(detail), "%s:%u: %s", h->address, h->port, said);
	assert_outcome(o, outcome, detail);
}

/* --- what a server may say -------------------------------------------------------- */

#define OFFER "250-here\r\n250 STARTTLS\r\n"

static const struct server_case {
	const char *name;
	struct mail_host host;
	enum mail_outcome outcome;
	const char *detail;
	int deadline_ms; /* 0: long */
} server_cases[] = {
	{ "accepted", { .rcpt = NULL }, MAIL_ACCEPTED, "message: 250 2.0.0 kept", 0 },
	{ "accepted, in many lines", { .end = "250-a\r\n250-b\r\n250 c\r\n" },
	    MAIL_ACCEPTED, "message: 250-a", 0 },
	{ "a reply is escaped", { .end = "250 \"\x1b[1m\r\n" }, MAIL_ACCEPTED,
	    "message: 250 \\\"\\x1b[1m", 0 },
	{ "greeting 421", { .greeting = "421 busy\r\n" }, MAIL_TEMPORARY,
	    "greeting: 421 busy", 0 },
	{ "greeting 554 refuses us, not the mail", { .greeting = "554 no\r\n" },
	    MAIL_TEMPORARY, "greeting: 554 no", 0 },
	{ "no SMTP", { .greeting = "SSH-2.0-x\r\n" }, MAIL_TEMPORARY,
	    "greeting: not SMTP", 0 },
	{ "EHLO 421", { .ehlo = "421 busy\r\n" }, MAIL_TEMPORARY, "EHLO: 421 busy", 0 },
	{ "HELO where EHLO is unknown", { .ehlo = "502 what\r\n" }, MAIL_ACCEPTED,
	    "message: 250 2.0.0 kept", 0 },
	{ "neither EHLO nor HELO", { .ehlo = "502 what\r\n", .helo = "502 no\r\n" },
	    MAIL_TEMPORARY, "HELO: 502 no", 0 },
	{ "MAIL 451", { .mail = "451 later\r\n" }, MAIL_TEMPORARY, "MAIL: 451 later",
	    0 },
	{ "MAIL 552", { .mail = "552 too big\r\n" }, MAIL_PERMANENT,
	    "MAIL: 552 too big", 0 },
	{ "RCPT 450", { .rcpt = "450 grey\r\n" }, MAIL_TEMPORARY, "RCPT: 450 grey", 0 },
	{ "RCPT 550", { .rcpt = "550 5.1.1 nobody\r\n" }, MAIL_PERMANENT,
	    "RCPT: 550 5.1.1 nobody", 0 },
	{ "DATA 451", { .data = "451 later\r\n" }, MAIL_TEMPORARY, "DATA: 451 later",
	    0 },
	{ "DATA 554", { .data = "554 no\r\n" }, MAIL_PERMANENT, "DATA: 554 no", 0 },
	{ "DATA 250 is no answer", { .data = "250 fine\r\n" }, MAIL_TEMPORARY,
	    "DATA: 250 fine", 0 },
	{ "the message 451", { .end = "451 later\r\n" }, MAIL_TEMPORARY,
	    "message: 451 later", 0 },
	{ "the message 554", { .end = "554 spam\r\n" }, MAIL_PERMANENT,
	    "message: 554 spam", 0 },
	{ "dropped at the greeting", { .greeting = MAIL_HOST_DROPS }, MAIL_TEMPORARY,
	    "greeting: connection closed", 0 },
	{ "dropped after RCPT", { .rcpt = MAIL_HOST_DROPS }, MAIL_TEMPORARY,
	    "RCPT: connection closed", 0 },
	{ "dropped after the message", { .end = MAIL_HOST_DROPS }, MAIL_TEMPORARY,
	    "message: connection closed", 0 },
	{ "a greeting that never comes", { .greeting = MAIL_HOST_STALLS },
	    MAIL_TEMPORARY, "greeting: timed out", SHORT_MS },
	{ "a reply to RCPT that never comes", { .rcpt = MAIL_HOST_STALLS },
	    MAIL_TEMPORARY, "RCPT: timed out", SHORT_MS },
	{ "a reply to the message that never comes", { .end = MAIL_HOST_STALLS },
	    MAIL_TEMPORARY, "message: timed out", SHORT_MS },

	{ "RPT-MAIL-06 STARTTLS 454: on in the clear",
	    { .ehlo = OFFER, .starttls = "454 not now\r\n" }, MAIL_ACCEPTED,
	    "message: 250 2.0.0 kept; without TLS: STARTTLS: 454 not now", 0 },
	{ "RPT-MAIL-06 SEED-65 the handshake fails: once more in the clear",
	    { .ehlo = OFFER }, MAIL_ACCEPTED,
	    "message: 250 2.0.0 kept; "
	    "without TLS: TLS handshake: wrong version number",
	    0 },
	{ "RPT-MAIL-06 dropped at STARTTLS: once more in the clear",
	    { .ehlo = OFFER, .starttls = MAIL_HOST_DROPS }, MAIL_ACCEPTED,
	    "message: 250 2.0.0 kept; "
	    "without TLS: STARTTLS: connection closed",
	    0 },
	{ "RPT-MAIL-06 text behind the reply to STARTTLS: once more in the clear",
	    { .ehlo = OFFER, .starttls = "220 go\r\n250 fine\r\n" }, MAIL_ACCEPTED,
	    "message: 250 2.0.0 kept; "
	    "without TLS: STARTTLS: text behind the reply",
	    0 },
	{ "RTLS-07 a server that insists on TLS, where it fails, refuses for good",
	    { .ehlo = OFFER,
		.starttls = "454 not now\r\n",
		.mail = "530 5.7.0 Must issue STARTTLS first\r\n" },
	    MAIL_PERMANENT,
	    "MAIL: 530 5.7.0 Must issue STARTTLS first; "
	    "without TLS: STARTTLS: 454 not now",
	    0 },
};

static void
check_server(void **state)
{
	const struct server_case *c = *state;
	struct mail_host h = c->host;
	struct mail_request request = usual;
	struct outcome o;

	h.address = ADDRESS;
	if (c->deadline_ms != 0)
		request.deadline_ms = c->deadline_ms;
	mail_host_start(&h);
	begin(request, &h, ADDRESS, &o);
	await(&o, &h);
	assert_said(&o, c->outcome, &h, c->detail);
	assert_false(o.was_encrypted);
	mail_host_stop(&h);
}

/* --- what a server hears ------------------------------------------------------------ */

static void
hear_all(struct mail_host *h, const char *want)
{
	RUN_UNTIL(strlen(mail_host_heard(h)) >= strlen(want));
	assert_string_equal(mail_host_heard(h), want);
	mail_host_stop(h);
}

static void
check_dialogue(void **state)
{
	struct mail_host h = {
		.address = ADDRESS,
	};
	struct outcome o;

	(void)state;
	mail_host_start(&h);
	begin(usual, &h, ADDRESS, &o);
	await(&o, &h);
	assert_int_equal(o.outcome, MAIL_ACCEPTED);
	hear_all(&h, "EHLO out.sender.example\r\n"
		     "MAIL FROM:<" SENDER ">\r\n"
		     "RCPT TO:<" RECIPIENT ">\r\n"
		     "DATA\r\n" MESSAGE ".\r\n"
		     "QUIT\r\n"
		     "(end)\n");
}

static void
check_tls(void **state)
{
	struct mail_host h = { .address = ADDRESS, .ehlo = OFFER, .cert = &cert };
	struct outcome o;

	(void)state;
	mail_host_start(&h);
	begin(usual, &h, ADDRESS, &o);
	await(&o, &h);
	assert_said(&o, MAIL_ACCEPTED, &h, "message: 250 2.0.0 kept");
	assert_true(o.was_encrypted);
	hear_all(&h, "EHLO out.sender.example\r\n"
		     "STARTTLS\r\n"
		     "(TLS)\n"
		     "EHLO out.sender.example\r\n"
		     "MAIL FROM:<" SENDER "> SIZE=34\r\n"
		     "RCPT TO:<" RECIPIENT ">\r\n"
		     "DATA\r\n" MESSAGE ".\r\n"
		     "QUIT\r\n"
		     "(end)\n");
}

/* A refusal is not the time to try elsewhere, nor to leave without a word. */
static void
check_refused(void **state)
{
	struct mail_host h = { .address = ADDRESS, .rcpt = "550 nobody\r\n" };
	struct outcome o;

	(void)state;
	mail_host_start(&h);
	begin(usual, &h, ADDRESS " " ADDRESS, &o);
	await(&o, &h);
	assert_int_equal(o.outcome, MAIL_PERMANENT);
	hear_all(&h, "EHLO out.sender.example\r\n"
		     "MAIL FROM:<" SENDER ">\r\n"
		     "RCPT TO:<" RECIPIENT ">\r\n"
		     "QUIT\r\n"
		     "(end)\n");
}

#define LINE_998 998

/* In the clear and under TLS: dots, the longest lines, and much of it. */
static void
check_bytes(void **state)
{
	static const char *const offers[] = { NULL, OFFER };
	struct strbuf message = STRBUF_INIT, sent = STRBUF_INIT;
	struct mail_request request = usual;
	const char *data;
	struct outcome o;
	size_t i, k;

	(void)state;
	strbuf_adds(&message, ".\r\n..\r\n.a\r\nb.\r\n\r\n");
	strbuf_adds(&sent, "..\r\n...\r\n..a\r\nb.\r\n\r\n");
	for (i = 0; i < 500; i++) {
		for (k = 0; k < LINE_998; k++)
			strbuf_addc(&message, (char)('a' + (i + k) % 26));
		strbuf_adds(&message, "\r\n");
		strbuf_add(
		    &sent, message.data + message.len - LINE_998 - 2, LINE_998 + 2);
	}
	strbuf_adds(&sent, ".\r\nQUIT\r\n(end)\n");
	request.message = message.data;
	request.len = message.len;
	for (i = 0; i < COUNT_OF(offers); i++) {
		struct mail_host h = {
			.address = ADDRESS, .ehlo = offers[i], .cert = &cert
		};

		mail_host_start(&h);
		begin(request, &h, ADDRESS, &o);
		await(&o, &h);
		assert_int_equal(o.outcome, MAIL_ACCEPTED);
		assert_int_equal(o.was_encrypted, offers[i] != NULL);
		RUN_UNTIL(strstr(mail_host_heard(&h), "(end)") != NULL);
		data = strstr(mail_host_heard(&h), "DATA\r\n") + 6;
		assert_int_equal(strlen(data), sent.len);
		assert_memory_equal(data, sent.data, sent.len);
		mail_host_stop(&h);
	}
	strbuf_clear(&message);
	strbuf_clear(&sent);
}

/* It says what it does not like in the middle of the message, and reads no more. */
static void
check_rude(void **state)
{
	enum { MUCH = 20 * 1024 * 1024 };
	struct mail_host h = {
		.address = ADDRESS, .is_rude = true, .end = "552 too much\r\n"
	};
	struct mail_request request = usual;
	char *message = xmalloc(MUCH);
	struct outcome o;

	(void)state;
	memset(message, 'x', MUCH);
	memcpy(message + MUCH - 2, "\r\n", 2);
	request.message = message;
	request.len = MUCH;
	mail_host_start(&h);
	begin(request, &h, ADDRESS, &o);
	free(message);
	await(&o, NULL);
	assert_said(&o, MAIL_PERMANENT, &h, "message: 552 too much");
	mail_host_stop(&h);
	h = (struct mail_host){
		.address = ADDRESS, .is_rude = true, .end = "250 thanks, enough\r\n"
	};
	request.message = message = xmalloc(MUCH);
	memset(message, 'x', MUCH);
	mail_host_start(&h);
	begin(request, &h, ADDRESS, &o);
	free(message);
	await(&o, NULL);
	assert_said(&o, MAIL_TEMPORARY, &h, "message: 250 thanks, enough");
	mail_host_stop(&h);
}

/* --- addresses -------------------------------------------------------------------- */

static void
check_second_address(void **state)
{
	struct mail_host busy = { .address = ADDRESS, .greeting = "421 busy\r\n" };
	struct mail_host h = { .address = ADDRESS_2 };
	struct outcome o;

	(void)state;
	mail_host_start(&busy);
	h.port = busy.port;
	mail_host_start(&h);
	begin(usual, &h, NOBODY " " ADDRESS " " ADDRESS_2, &o);
	await(&o, NULL);
	assert_said(&o, MAIL_ACCEPTED, &h, "message: 250 2.0.0 kept");
	hear_all(&busy, "QUIT\r\n(end)\n");
	mail_host_stop(&h);
}

/* The first one takes no more than its share of the time. */
static void
check_slow_address(void **state)
{
	struct mail_host slow = { .address = ADDRESS, .greeting = MAIL_HOST_STALLS };
	struct mail_host h = { .address = ADDRESS_2 };
	struct mail_request request = usual;
	struct outcome o;

	(void)state;
	request.deadline_ms = 4000;
	mail_host_start(&slow);
	h.port = slow.port;
	mail_host_start(&h);
	begin(request, &h, ADDRESS " " ADDRESS_2, &o);
	await(&o, NULL);
	assert_int_equal(o.outcome, MAIL_ACCEPTED);
	mail_host_stop(&slow);
	mail_host_stop(&h);
}

static void
check_slow_handshake(void **state)
{
	struct mail_host h = {
		.address = ADDRESS, .ehlo = OFFER, .starttls = MAIL_HOST_STALLS
	};
	struct mail_request request = usual;
	struct outcome o;

	(void)state;
	request.deadline_ms = SHORT_MS;
	mail_host_start(&h);
	begin(request, &h, ADDRESS, &o);
	await(&o, NULL);
	/* This server has but one hand; what counts is that it was asked again. */
	assert_said(&o, MAIL_TEMPORARY, &h,
	    "greeting: timed out; without TLS: STARTTLS: timed out");
	mail_host_stop(&h);
}

static void
check_nobody(void **state)
{
	struct outcome o;

	(void)state;
	begin(usual, &nobody, NOBODY, &o);
	await(&o, NULL);
	assert_said(&o, MAIL_TEMPORARY, &nobody, "connect: Connection refused");
}

static void
check_guard(void **state)
{
	static const struct guard closed = { NULL, 0 };
	struct mail_host h = {
		.address = ADDRESS,
	};
	struct mail_request request = usual;
	struct address_range range;
	struct guard opened = { &range, 1 };
	struct outcome o;

	(void)state;
	assert_int_equal(address_range_parse(BYTES(ADDRESS "/32"), &range), ST_OK);
	request.guard = &closed;
	mail_host_start(&h);
	begin(request, &h, ADDRESS " 10.0.0.1 ::1", &o);
	await(&o, NULL);
	assert_outcome(&o, MAIL_TEMPORARY, "all addresses are refused ranges");
	request.guard = &opened;
	begin(request, &h, ADDRESS_2 " " ADDRESS, &o);
	await(&o, NULL);
	assert_said(&o, MAIL_ACCEPTED, &h, "message: 250 2.0.0 kept");
	mail_host_stop(&h);
}

static void
check_cancel(void **state)
{
	static const char *const offers[] = { NULL, OFFER };
	struct mail_host h = { .address = ADDRESS, .rcpt = MAIL_HOST_STALLS };
	struct outcome o;
	struct mail *mail;
	size_t i;

	(void)state;
	mail_cancel(NULL);
	mail = begin(usual, &nobody, NOBODY, &o);
	mail_cancel(mail);
	for (i = 0; i < COUNT_OF(offers); i++) {
		h.ehlo = offers[i];
		h.cert = &cert;
		h.heard = (struct strbuf)STRBUF_INIT;
		mail_host_start(&h);
		mail = begin(usual, &h, ADDRESS, &o);
		RUN_UNTIL(strstr(mail_host_heard(&h), "RCPT") != NULL);
		mail_cancel(mail);
		mail_host_stop(&h);
	}
	one_turn();
	assert_int_equal(o.count, 0);
}

/* --- programs ----------------------------------------------------------------------- */

static char folder[] = "/tmp/test_mail.XXXXXX";

/* A path within the folder of this test; lives until the fourth next call. */
static const char *
path(const char *name)
{
	static char paths[4][64];
	static unsigned next;
	char *p = paths[next++ % COUNT_OF(paths)];

	snprintf(p, sizeof(paths[0]), "%s/%s", folder, name);
	return p;
}

static const char *
write_program(const char *script)
{
	const char *program = path("sendmail");
	FILE *f = fopen(program, "we");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(program, 0700), 0);
	return program;
}

/* What the program has written there; "" when it has not. */
static const char *
read_file(const char *name)
{
	static char text[4096];
	FILE *f = fopen(path(name), "re");
	size_t len = 0;

	if (f != NULL) {
		len = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[len] = '\0';
	return text;
}

static struct mail *
begin_program(struct mail_request request, const char *script, struct outcome *o)
{
	request.program = write_program(script);
	*o = (struct outcome){ 0 };
	return mail_send(&request, on_done, o);
}

/* No child is left, dead or alive. */
static void
assert_childless(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

#define TEXT_64 "0123456789012345678901234567890123456789012345678901234567890123"

static const struct program_case {
	const char *name, *script;
	enum mail_outcome outcome;
	const char *detail;
} program_cases[] = {
	{ "RPT-RETRY-03 exit status 0 is accepted", "cat >/dev/null", MAIL_ACCEPTED,
	    "exit status 0" },
	{ "RPT-RETRY-03 exit status 75 is temporary",
	    "cat >/dev/null; echo try later >&2; exit 75", MAIL_TEMPORARY,
	    "exit status 75: try later" },
	{ "exit status 64 is for good", "exit 64", MAIL_PERMANENT, "exit status 64" },
	{ "exit status 65 is for good", "exit 65", MAIL_PERMANENT, "exit status 65" },
	{ "exit status 67 is for good", "echo 'no such user'; exit 67", MAIL_PERMANENT,
	    "exit status 67: no such user" },
	{ "exit status 68 is for good", "exit 68", MAIL_PERMANENT, "exit status 68" },
	{ "exit status 69 is temporary", "exit 69", MAIL_TEMPORARY, "exit status 69" },
	{ "exit status 1 is temporary", "exit 1", MAIL_TEMPORARY, "exit status 1" },
	{ "dying of a signal is temporary", "kill -9 $$", MAIL_TEMPORARY,
	    "killed by signal 9" },
	{ "the last words are the last line that is not empty",
	    "printf 'one\\ntwo \\n\\n  \\n' >&2; exit 1", MAIL_TEMPORARY,
	    "exit status 1: two" },
	{ "the last words are escaped", "printf 'a\\033[1m\"\\n' >&2; exit 1",
	    MAIL_TEMPORARY, "exit status 1: a\\x1b[1m\\\"" },
	{ "many words: the last count",
	    "i=0; while [ $i -lt 5000 ]; do echo " TEXT_64 " >&2; i=$((i+1)); done; "
	    "echo end >&2; exit 75",
	    MAIL_TEMPORARY, "exit status 75: end" },
	{ "what stays in the background is not waited for",
	    "cat >/dev/null; sleep 20 & echo $! >${0%/*}/pid; exit 0", MAIL_ACCEPTED,
	    "exit status 0" },
};

static void
check_program(void **state)
{
	const struct program_case *c = *state;
	struct outcome o;
	pid_t background;

	unlink(path("pid"));
	begin_program(usual, c->script, &o);
	await(&o, NULL);
	assert_outcome(&o, c->outcome, c->detail);
	assert_false(o.was_encrypted);
	if (sscanf(read_file("pid"), "%d", &background) == 1) {
		assert_int_equal(kill(background, SIGKILL), 0);
		assert_int_equal(waitpid(background, NULL, 0), background);
	}
	assert_childless();
}

static void
check_arguments(void **state)
{
	struct mail_request request = usual;
	struct outcome o;
	unsigned long long blocked, ignored;
	int fd = dup2(STDERR_FILENO, 77);

	(void)state;
	request.recipient = "-oQ/tmp@example.com";
	assert_int_equal(fd, 77); /* not closed on exec by itself */
	setenv("SECRET", "x", 1);
	begin_program(request,
	    "d=${0%/*}; printf '%s|' \"$@\" >$d/args; cat >$d/stdin\n"
	    "tr '\\0' '|' </proc/$$/environ >$d/env; ls /proc/$$/fd >$d/fds\n"
	    "awk '/^Sig(Blk|Ign)/ { print $2 }' /proc/self/status >$d/signals",
	    &o);
	await(&o, NULL);
	close(fd);
	unsetenv("SECRET");
	assert_outcome(&o, MAIL_ACCEPTED, "exit status 0");
	assert_string_equal(
	    read_file("args"), "-i|-f|" SENDER "|--|-oQ/tmp@example.com|");
	assert_string_equal(read_file("stdin"), "Subject: a report\n\nall is well\n");
	assert_string_equal(read_file("env"), "PATH=/usr/sbin:/usr/bin:/sbin:/bin|");
	assert_null(strstr(read_file("fds"), "77"));
	/* 32 and 33 are glibc's own. */
	assert_int_equal(
	    sscanf(read_file("signals"), "%llx %llx", &blocked, &ignored), 2);
	assert_int_equal(blocked, 0);
	assert_int_equal(ignored & 0x7fffffff, 0);
	assert_childless();
}

enum { BIG = 1024 * 1024 };

static void
fill(struct mail_request *request, char message[BIG])
{
	memset(message, 'x', BIG);
	memcpy(message + BIG - 2, "\r\n", 2);
	request->message = message;
	request->len = BIG;
}

static void
check_big(void **state)
{
	static char message[BIG];
	struct mail_request request = usual;
	struct outcome o;

	(void)state;
	fill(&request, message);
	begin_program(request, "wc -c >${0%/*}/count", &o);
	memset(message, 0, sizeof(message));
	await(&o, NULL);
	assert_outcome(&o, MAIL_ACCEPTED, "exit status 0");
	assert_int_equal(strtol(read_file("count"), NULL, 10), BIG - 1);
}

static const struct unread_case {
	const char *name, *script;
	enum mail_outcome outcome;
	const char *detail;
} unread_cases[] = {
	{ "RPT-RETRY-03 success without having read all is none", "exit 0",
	    MAIL_TEMPORARY, "exit status 0 before the end of the message" },
	{ "success without having read on is none", "head -c 10 >/dev/null; exit 0",
	    MAIL_TEMPORARY, "exit status 0 before the end of the message" },
	{ "a closed input", "exec <&-; sleep 0.1; echo full >&2; exit 67",
	    MAIL_PERMANENT, "exit status 67: full" },
};

static void
check_unread(void **state)
{
	static char message[BIG];
	const struct unread_case *c = *state;
	struct mail_request request = usual;
	struct outcome o;

	fill(&request, message);
	begin_program(request, c->script, &o);
	await(&o, NULL);
	assert_outcome(&o, c->outcome, c->detail);
	assert_childless();
}

/* We adopt what the program leaves behind, unless the kernel has let it be reaped before. */
static void
assert_killed(pid_t orphan)
{
	RUN_UNTIL(waitpid(orphan, NULL, WNOHANG) == orphan || kill(orphan, 0) == -1);
	RUN_UNTIL(
	    waitid(P_ALL, 0, &(siginfo_t){ 0 }, WEXITED | WNOHANG | WNOWAIT) == -1);
	assert_childless();
}

/* What it started in the background has its number in a file once there is a newline. */
#define HANG "echo waiting >&2; sleep 1000 & echo $! >${0%/*}/pid; wait"

static void
check_hang(void **state)
{
	struct mail_request request = usual;
	struct outcome o;
	pid_t orphan = 0;

	(void)state;
	unlink(path("pid"));
	request.deadline_ms = 1500;
	begin_program(request, HANG, &o);
	await(&o, NULL);
	assert_outcome(&o, MAIL_TEMPORARY, "timed out: waiting");
	assert_int_equal(sscanf(read_file("pid"), "%d", &orphan), 1);
	assert_killed(orphan);
}

static void
check_cancel_program(void **state)
{
	struct outcome o;
	struct mail *mail;
	pid_t orphan = 0;

	(void)state;
	unlink(path("pid"));
	mail = begin_program(usual, HANG, &o);
	RUN_UNTIL(strchr(read_file("pid"), '\n') != NULL);
	assert_int_equal(sscanf(read_file("pid"), "%d", &orphan), 1);
	mail_cancel(mail);
	assert_killed(orphan);
	assert_int_equal(o.count, 0);
}

static const struct missing_case {
	const char *name, *file;
	mode_t mode;
	const char *reason;
} missing_cases[] = {
	{ "a program that is not there", "nowhere", 0, "No such file or directory" },
	{ "a program that is none", "text", 0600, "Permission denied" },
	{ "a program that the system does not know", "text", 0700,
	    "Exec format error" },
};

static void
check_missing(void **state)
{
	const struct missing_case *c = *state;
	struct mail_request request = usual;
	char want[256];
	struct outcome o = { 0 };
	FILE *f;

	request.program = path(c->file);
	if (c->mode != 0) {
		f = fopen(request.program, "we");
		fputs("no program\n", f);
		fclose(f);
		assert_int_equal(chmod(request.program, c->mode), 0);
	}
	snprintf(
	    want, sizeof(want), "%s cannot be run: %s", request.program, c->reason);
	mail_send(&request, on_done, &o);
	await(&o, NULL);
	assert_outcome(&o, MAIL_TEMPORARY, want);
	assert_childless();
}

static unsigned
count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

static void
check_descriptors(void **state)
{
	struct mail_host h = { .address = ADDRESS, .ehlo = OFFER };
	unsigned before = count_descriptors();
	struct mail_request request = usual;
	struct outcome o;

	(void)state;
	begin_program(usual, "cat >/dev/null", &o);
	await(&o, NULL);
	request.program = path("nowhere");
	o = (struct outcome){ 0 };
	mail_send(&request, on_done, &o);
	await(&o, NULL);
	mail_host_start(&h);
	begin(usual, &h, NOBODY " " ADDRESS, &o);
	await(&o, NULL);
	mail_host_stop(&h);
	assert_int_equal(count_descriptors(), before);
}

static void
make_world(void)
{
	const struct cert_spec spec = { .cn = "any", .from_days = -300, .to_days = -1 };

	cert = cert_make(&spec, NULL);
	cert_must(mkdtemp(folder) != NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void
clear_world(void)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	cert_clear(&cert);
	while ((e = readdir(d)) != NULL)
		unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	rmdir(folder);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_server, server_cases),
		CASE("what a server hears, to the end", check_dialogue),
		CASE(
		    "RPT-MAIL-06 SEED-65 STARTTLS with any certificate, SIZE where it is known",
		    check_tls),
		CASE("a refusal ends it", check_refused),
		CASE("dots, lines of 998 octets, half a megabyte, in the clear and not",
		    check_bytes),
		CASE("a server that answers before the end", check_rude),
		CASE("addresses in their order", check_second_address),
		CASE("a slow address leaves time for the next", check_slow_address),
		CASE("RPT-MAIL-06 a handshake that never ends leaves time for another",
		    check_slow_handshake),
		CASE("nobody there", check_nobody),
		CASE("RPT-HTTP-04 refused addresses are not mailed to", check_guard),
		CASE("a cancelled mail is not answered", check_cancel),
		CASES(check_program, program_cases),
		CASE("arguments, input, environment, descriptors, signals of a program",
		    check_arguments),
		CASE("a big message to a program", check_big),
		CASES(check_unread, unread_cases),
		CASE("a program that hangs is killed with all it started", check_hang),
		CASE("a cancelled program, too", check_cancel_program),
		CASES(check_missing, missing_cases),
		CASE("no descriptor stays open", check_descriptors),
	};
	int failed;

	make_world();
	failed = cases_run_in_loop("mail", tables, COUNT_OF(tables));
	clear_world();
	return failed;
}
