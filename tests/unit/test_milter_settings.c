/*
 * milter/settings: hopseal-milter.conf, and what a session keeps of it.  SPDX-License-Identifier: ISC
 */
#include "../milter/current.h"
#include "../milter/settings.h"
#include "cases.h"

static const struct file_case {
	const char *name;
	const char *text;
	size_t len;
	const char *fault; /* NULL: fine */
} file_cases[] = {
	{ "nothing", BYTES(""), NULL },
	{ "comments and blank lines", BYTES("# x\n\n  \t# = y\r\n"), NULL },
	{ "blanks around", BYTES(" \tearly\t =  reject  # x\r\nwait=60"), NULL },
	{ "the last line counts", BYTES("early = reject\nearly = off\n"), NULL },
	{ "an empty list", BYTES("report-address =\n"), NULL },
	{ "several addresses",
	    BYTES("report-address = a@example.org, b@example.org\tc@x.example"), NULL },
	{ "no equals sign", BYTES("wait 5"), "line 1: not \"key = value\"" },
	{ "a key that is none", BYTES("\n\nwiat = 5"),
	    "line 3: there is no key \"wiat\"" },
	{ "a section", BYTES("[milter]\n"), "line 1: not \"key = value\"" },
	{ "a word that is none", BYTES("early = no"),
	    "line 1: early: \"no\": neither off, defer nor reject" },
	{ "another", BYTES("report-mail = keep"),
	    "line 1: report-mail: \"keep\": neither pass nor discard" },
	{ "RTLS-10 a word that is none", BYTES("tls-required = yes"),
	    "line 1: tls-required: \"yes\": neither obey nor ignore" },
	{ "no time at all", BYTES("wait = 0"),
	    "line 1: wait: \"0\": not 1 to 60 seconds" },
	{ "too much time", BYTES("wait = 61"),
	    "line 1: wait: \"61\": not 1 to 60 seconds" },
	{ "a time with a unit", BYTES("wait = 5s"),
	    "line 1: wait: \"5s\": not 1 to 60 seconds" },
	{ "a mode that is none", BYTES("socket-mode = 0680"),
	    "line 1: socket-mode: \"0680\": not an octal mode" },
	{ "a mode with more than permissions", BYTES("socket-mode = 4755"),
	    "line 1: socket-mode: \"4755\": not an octal mode" },
	{ "no mode", BYTES("socket-mode ="),
	    "line 1: socket-mode: \"\": not an octal mode" },
	{ "a folder from nowhere", BYTES("inbox = inbox"),
	    "line 1: inbox: \"inbox\": not a path from \"/\" on" },
	{ "a pid file from nowhere", BYTES("pid-file = milter.pid"),
	    "line 1: pid-file: \"milter.pid\": not a path from \"/\" on" },
	{ "a spool from nowhere", BYTES("spool = spool"),
	    "line 1: spool: \"spool\": not a path from \"/\" on" },
	{ "no socket", BYTES("socket ="), "line 1: socket: \"\": may not be empty" },
	{ "no pid file", BYTES("pid-file ="), NULL },
	{ "a daemon that is no place", BYTES("daemon = /run/hopseal/map"),
	    "line 1: daemon: \"/run/hopseal/map\": neither \"unix:PATH\" nor "
	    "\"inet:ADDRESS:PORT\"" },
	{ "a local part alone", BYTES("report-address = tls-reports"),
	    "line 1: report-address: \"tls-reports\": not a list of mail addresses" },
	{ "a local part and an @", BYTES("report-address = tls-reports@"),
	    "line 1: report-address: \"tls-reports@\": not a list of mail addresses" },
	{ "a domain alone", BYTES("report-address = a@example.org @example.org"),
	    "line 1: report-address: \"a@example.org @example.org\": not a list of mail "
	    "addresses" },
	{ "no mailers", BYTES("mailers ="), "line 1: mailers: \"\": may not be empty" },
	{ "octets that a terminal should not see", BYTES("\x1b[2J = \xff"),
	    "line 1: there is no key \"?[2J\"" },
	{ "a NUL", BYTES("early = off\0= x\nwait = x"),
	    "line 2: wait: \"x\": not 1 to 60 seconds" },
};

static void
check_file(void **state)
{
	const struct file_case *c = *state;
	struct settings *s = settings_new();
	struct why why;
	enum status rc = settings_parse(s, c->text, c->len, &why);

	if (c->fault == NULL) {
		assert_int_equal(rc, ST_OK);
	} else {
		assert_int_equal(rc, ST_SYNTAX);
		assert_string_equal(why.text, c->fault);
	}
	settings_free(s);
}

static void
check_defaults(void **state)
{
	struct settings *s = settings_new();

	(void)state;
	assert_int_equal(s->early, EARLY_OFF);
	assert_int_equal(s->wait_ms, 7000);
	assert_int_equal(s->report_mail, REPORT_PASS);
	assert_int_equal(s->socket_mode, 0660);
	assert_int_equal(s->tls_required, WISH_OBEY);
	assert_string_equal(s->socket, "local:" HOPSEAL_RUNDIR "/milter.sock");
	assert_string_equal(s->daemon, "unix:" HOPSEAL_RUNDIR "/map");
	assert_string_equal(s->inbox, HOPSEAL_STATEDIR "/inbox");
	assert_string_equal(s->mailers, "smtp relay esmtp smtp8 dsmtp");
	assert_string_equal(s->report_address, "");
	assert_string_equal(s->user, "");
	settings_free(s);
}

static void
check_values(void **state)
{
	static const char text[] =
	    "wait = 9\nreport-mail = discard\nsocket-mode = 666\n"
	    "daemon = inet:127.0.0.1:9\nmailers = smtp\ninbox = /i n\nuser = x:y\n"
	    "early = reject\ntls-required = ignore\nsocket-group = g\npid-file = /p\n"
	    "spool = /s\nsocket = inet:1\nreport-address = a@b.example\n";
	struct settings *s = settings_new();

	(void)state;
	assert_int_equal(settings_parse(s, text, strlen(text), NULL), ST_OK);
	assert_int_equal(s->early, EARLY_REJECT);
	assert_int_equal(s->tls_required, WISH_IGNORE);
	assert_string_equal(s->socket_group, "g");
	assert_string_equal(s->pid_file, "/p");
	assert_string_equal(s->spool, "/s");
	assert_string_equal(s->socket, "inet:1");
	assert_string_equal(s->report_address, "a@b.example");
	assert_int_equal(s->wait_ms, 9000);
	assert_int_equal(s->report_mail, REPORT_DISCARD);
	assert_int_equal(s->socket_mode, 0666);
	assert_string_equal(s->daemon, "inet:127.0.0.1:9");
	assert_string_equal(s->mailers, "smtp");
	assert_string_equal(s->inbox, "/i n");
	assert_string_equal(s->user, "x:y");
	settings_free(s);
}

static void
check_missing(void **state)
{
	struct settings *s;
	struct why why;

	(void)state;
	assert_int_equal(settings_load("/nowhere/x", true, &s, &why), ST_OK);
	settings_free(s);
	assert_int_equal(settings_load("/nowhere/x", false, &s, &why), ST_IO);
	assert_null(s);
	assert_string_equal(why.text, "/nowhere/x: No such file or directory");
	assert_int_equal(settings_load("/dev/zero", true, &s, &why), ST_IO);
	assert_string_equal(why.text, "/dev/zero: longer than 65536 octets");
}

static const struct start_case {
	const char *name, *text;
	bool want;
} start_cases[] = {
	{ "nothing", "", true },
	{ "the same again", "socket-mode = 660", true },
	{ "what each session looks at", "early = reject\nspool = /s\ndaemon = unix:/x",
	    true },
	{ "socket", "socket = inet:9@127.0.0.1", false },
	{ "socket-mode", "socket-mode = 0666", false },
	{ "socket-group", "socket-group = mail", false },
	{ "user", "user = nobody", false },
	{ "pid-file", "pid-file = /run/x", false },
};

/* What a reload cannot change. */
static void
check_start(void **state)
{
	const struct start_case *c = *state;
	struct settings *a = settings_new(), *b = settings_new();

	assert_int_equal(settings_parse(b, c->text, strlen(c->text), NULL), ST_OK);
	assert_int_equal(settings_start_alike(a, b), c->want);
	settings_free(a);
	settings_free(b);
}

static const struct list_case {
	const char *name, *list, *word;
	bool want;
} list_cases[] = {
	{ "an item", "smtp relay", "relay", true },
	{ "in other letters", "smtp,RELAY", "relay", true },
	{ "a part of one", "smtp relayhost", "relay", false },
	{ "more than one", "smtp relay", "smtp relay", false },
	{ "none", "", "smtp", false },
	{ "nothing", "smtp", "", false },
	{ "separators only", " ,, \t", "", false },
};

static void
check_list(void **state)
{
	const struct list_case *c = *state;

	assert_int_equal(list_has(c->list, c->word, strlen(c->word)), c->want);
}

/* Who holds settings keeps them through a reload; the sanitizers see whether they are freed. */
static void
check_reload(void **state)
{
	struct settings *first = settings_new(), *second = settings_new();
	struct settings *held, *held_too;

	(void)state;
	current_set(first);
	held = current_hold();
	held_too = current_hold();
	assert_ptr_equal(held, first);
	current_set(second);
	current_release(held_too);
	assert_int_equal(held->wait_ms, 7000);
	current_release(held);
	held = current_hold();
	assert_ptr_equal(held, second);
	current_release(held);
	current_release(NULL);
	current_set(settings_new());
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_file, file_cases),
		CASE("without a file", check_defaults),
		CASE("all kinds of values", check_values),
		CASE("a file that is missing, or has no end", check_missing),
		CASES(check_start, start_cases),
		CASES(check_list, list_cases),
		CASE("a session keeps the settings that it began with", check_reload),
	};

	return cases_run("milter_settings", tables, COUNT_OF(tables));
}
