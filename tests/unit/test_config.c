/* SPDX-License-Identifier: ISC */
#include "config/config.h"

#include "cases.h"
#include "config/keys.h"
#include "config/nearest.h"
#include "config/units.h"

static struct config *
parse(const char *text, struct config_errors *errors)
{
	struct config *config;
	enum status st = config_parse("t.conf", text, strlen(text), &config, errors);

	assert_int_equal(st, errors->count == 0 ? ST_OK : ST_SYNTAX);
	assert_int_equal(config != NULL, st == ST_OK);
	return config;
}

/* --- faults: each is told with its line, its key and what would have been right ---------- */

static const struct fault_case {
	const char *name, *text, *want;
} fault_cases[] = {
	{ "unknown section, nothing like it", "[weather]\nsun = yes\n",
	    "t.conf:1: [weather]: no such section" },
	{ "unknown section, the nearest name", "\n[htps]\n",
	    "t.conf:2: [htps]: no such section; did you mean [https]?" },
	{ "unknown key, the nearest name", "[dns]\n\ntrusetd = yes\n",
	    "t.conf:3: [dns] trusetd: no such key; did you mean \"trusted\"?" },
	{ "unknown key that another section has", "[dns]\nca-file = /x\n",
	    "t.conf:2: [dns] ca-file: no such key; did you mean \"ca-file\" of "
	    "[https]?" },
	{ "unknown key, nothing like it", "[dns]\nxyzzyplugh = 1\n",
	    "t.conf:2: [dns] xyzzyplugh: no such key" },
	{ "a key of two sections is taken in its own", "[https]\ndeadlin = 3s\n",
	    "t.conf:2: [https] deadlin: no such key; did you mean \"deadline\"?" },
	{ "key before any section", "user = x\n",
	    "t.conf:1: user: stands before the first [section]" },
	{ "line that is no key", "[dns]\nnonsense\n[sts]\n",
	    "t.conf:2: neither [section] nor \"key = value\"" },
	{ "line that is no key, at the end", "[dns]\ntry = 1s\nnonsense",
	    "t.conf:3: neither [section] nor \"key = value\"" },
	{ "section without its bracket", "[dns\ntry = 1s\n",
	    "t.conf:1: \"[\" without \"]\"" },
	{ "text behind a section", "[dns] try = 1s\n",
	    "t.conf:1: something stands behind \"]\"" },
	{ "control character", "[daemon]\nuser = a\x1b[31mb\n",
	    "t.conf:2: a control character" },
	{ "key given twice", "[dns]\ntry = 1s\n[dns]\ntry = 2s\n",
	    "t.conf:4: [dns] try: stands in line 2 already" },
	{ "yes or no", "[dns]\ntrusted = maybe\n",
	    "t.conf:2: [dns] trusted: \"maybe\" is not no or yes" },
	{ "word, the nearest one", "[dane]\ninsecure-mx = dan\n",
	    "t.conf:2: [dane] insecure-mx: \"dan\" is not dane, may or off; did you "
	    "mean \"dane\"?" },
	{ "duration without unit", "[dns]\ntry = 5\n",
	    "t.conf:2: [dns] try: \"5\" is not a duration, like 500ms, 5s, 10m, 2h or "
	    "1d" },
	{ "duration below its range", "[dns]\ntry = 49ms\n",
	    "t.conf:2: [dns] try: \"49ms\" is not 50ms to 10s" },
	{ "STS-FETCH-09 a policy fetch never takes more than a minute",
	    "[https]\ndeadline = 61s\n",
	    "t.conf:2: [https] deadline: \"61s\" is not 1s to 1m" },
	{ "STS-FETCH-10 the pause after a failed fetch is never under five minutes",
	    "[sts]\nretry = 299s\n",
	    "t.conf:2: [sts] retry: \"299s\" is not 5m to 1d" },
	{ "duration too big to count", "[sts]\nrefresh = 99999999999999999999d\n",
	    "t.conf:2: [sts] refresh: \"99999999999999999999d\" is not 1m to 30d" },
	{ "duration that is not in whole seconds", "[sts]\nrefresh = 90500ms\n",
	    "t.conf:2: [sts] refresh: \"90500ms\" is not in whole seconds" },
	{ "size", "[cache]\npolicy-bytes = 2X\n",
	    "t.conf:2: [cache] policy-bytes: \"2X\" is not a size, like 64K, 256M or "
	    "1G" },
	{ "size above its range", "[cache]\npolicy-bytes = 1000G\n",
	    "t.conf:2: [cache] policy-bytes: \"1000G\" is not 1M to 3G" },
	{ "number", "[daemon]\nlookups = many\n",
	    "t.conf:2: [daemon] lookups: \"many\" is not a number" },
	{ "number below its range", "[daemon]\nlookups = 0\n",
	    "t.conf:2: [daemon] lookups: \"0\" is not 1 to 10000" },
	{ "number too big to count", "[cache]\nroutes = 99999999999999999999\n",
	    "t.conf:2: [cache] routes: \"99999999999999999999\" is not 100 to "
	    "100000000" },
	{ "empty text", "[daemon]\nuser =\n",
	    "t.conf:2: [daemon] user: must not be empty" },
	{ "path that is not absolute", "[https]\nca-file = ca.pem\n",
	    "t.conf:2: [https] ca-file: \"ca.pem\" is not an absolute path" },
	{ "server that is no address", "[dns]\nservers = 127.0.0.1, localhost\n",
	    "t.conf:2: [dns] servers: \"localhost\" is not ADDRESS, ADDRESS:PORT or "
	    "[V6]:PORT" },
	{ "too many servers", "[dns]\nservers = ::1 ::2 ::3 ::4 ::5\n",
	    "t.conf:2: [dns] servers: more than 4 servers" },
	{ "name", "[dns]\nself-test-secure = a..b\n",
	    "t.conf:2: [dns] self-test-secure: empty label" },
	{ "digest", "[dane]\ndigests = sha512 md5\n",
	    "t.conf:2: [dane] digests: \"md5\" is not sha512 or sha256, each once" },
	{ "digest given twice", "[dane]\ndigests = sha512 sha512\n",
	    "t.conf:2: [dane] digests: \"sha512\" is not sha512 or sha256, each once" },
	{ "no digest", "[dane]\ndigests =\n",
	    "t.conf:2: [dane] digests: must name at least one of sha512 and sha256" },
	{ "SEED-22 no domain", "[watch]\ndomains = a.example a..b\n",
	    "t.conf:2: [watch] domains: empty label" },
	{ "SEED-22 a command that is no path", "[watch]\ncommand = tell me\n",
	    "t.conf:2: [watch] command: \"tell me\" is not an absolute path" },
	{ "SEED-22 a command for a shell", "[watch]\ncommand = /bin/x | /bin/y\n",
	    "t.conf:2: [watch] command: no shell looks at it: quotes, pipes and "
	    "variables belong into a script that it runs" },
	{ "SEED-22 a level", "[watch]\nlevel = note\n",
	    "t.conf:2: [watch] level: \"note\" is not advice, unsure or broken" },
	{ "SEED-22 an interval", "[watch]\nevery = 59s\n",
	    "t.conf:2: [watch] every: \"59s\" is not 1m to 7d" },
	{ "range", "[https]\nallow = 10.0.0.0/8 10.0.0.0/33\n",
	    "t.conf:2: [https] allow: \"10.0.0.0/33\" is not a range like 192.0.2.0/24 "
	    "or 2001:db8::/32" },
	{ "socket of an unknown kind", "[listen]\nsocketmap = tcp:1\n",
	    "t.conf:2: [listen] socketmap: \"tcp:1\" is neither unix:PATH nor "
	    "inet:ADDRESS:PORT" },
	{ "socket path that is not absolute", "[listen]\nsocketmap = unix:x\n",
	    "t.conf:2: [listen] socketmap: \"x\" is not an absolute path" },
	{ "socket path longer than the kernel's",
	    "[listen]\nsocketmap = unix:/"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
	    "t.conf:2: [listen] socketmap: the path is longer than a socket's may be" },
	{ "socket without port", "[listen]\nsocketmap = inet:127.0.0.1\n",
	    "t.conf:2: [listen] socketmap: \"127.0.0.1\" is neither ADDRESS:PORT nor "
	    "[V6]:PORT" },
	{ "IPv6 socket without brackets", "[listen]\nsocketmap = inet:::1:8461\n",
	    "t.conf:2: [listen] socketmap: \"::1:8461\" is neither ADDRESS:PORT nor "
	    "[V6]:PORT" },
	{ "mode of a socket", "[listen]\nsocketmap = unix:/x mode=rw\n",
	    "t.conf:2: [listen] socketmap: mode \"rw\" is not octal, like 0660" },
	{ "option of a socket", "[listen]\nsocketmap = unix:/x group=mail\n",
	    "t.conf:2: [listen] socketmap: \"group=mail\" is neither owner=USER:GROUP "
	    "nor mode=MODE" },
	{ "option of an inet socket", "[listen]\nsocketmap = inet:[::1]:1 mode=0600\n",
	    "t.conf:2: [listen] socketmap: \"mode=0600\": only unix sockets have "
	    "options" },
	{ "the same socket twice", "[listen]\nsocketmap=unix:/x\nsocketmap=unix:/x\n",
	    "t.conf:3: [listen] socketmap: unix:/x stands here twice" },
	{ "control socket that is not private", "[listen]\ncontrol = inet:[::1]:1\n",
	    "t.conf:2: [listen] control: \"inet:[::1]:1\" is not unix:PATH" },
};

static void
check_fault(void **state)
{
	const struct fault_case *c = *state;
	struct config_errors errors;

	assert_null(parse(c->text, &errors));
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.items[0].text, c->want);
}

static void
check_all_faults(void **state UNUSED)
{
	struct config_errors errors;

	assert_null(parse("[dns]\ntry = x\nservers = y\n[oops]\nq\na = b\n", &errors));
	assert_int_equal(errors.count, 4);
	assert_int_equal(strncmp(errors.items[0].text, "t.conf:2: ", 10), 0);
	assert_int_equal(strncmp(errors.items[1].text, "t.conf:3: ", 10), 0);
	assert_int_equal(strncmp(errors.items[2].text, "t.conf:4: ", 10), 0);
	assert_int_equal(strncmp(errors.items[3].text, "t.conf:5: ", 10), 0);
}

static void
check_many_faults(void **state UNUSED)
{
	struct strbuf text = STRBUF_INIT;
	struct config_errors errors;
	int i;

	for (i = 0; i < 1000; i++)
		strbuf_adds(&text, "broken\n");
	assert_null(parse(strbuf_str(&text), &errors));
	assert_int_equal(errors.count, 1000);
	strbuf_clear(&text);
}

static void
check_long_line(void **state UNUSED)
{
	struct strbuf text = STRBUF_INIT;
	struct config_errors errors;
	int i;

	strbuf_adds(&text, "[https]\nallow = ");
	for (i = 0; i < 50; i++)
		strbuf_adds(&text, "10.0.0.0/8 ");
	strbuf_adds(&text, "\n");
	assert_null(parse(strbuf_str(&text), &errors));
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.items[0].text,
	    "t.conf:2: longer than 197 bytes; a list may go on in another line that "
	    "begins with its key, too");
	strbuf_clear(&text);
}

static void
check_nul(void **state UNUSED)
{
	static const char text[] = "[daemon]\nuser = a\0b\n";
	struct config_errors errors;
	struct config *config;

	assert_int_equal(
	    config_parse("t.conf", text, sizeof(text) - 1, &config, &errors),
	    ST_SYNTAX);
	assert_string_equal(errors.items[0].text, "t.conf:2: a control character");
}

/* --- values ---------------------------------------------------------------------------- */

static const struct value_case {
	const char *name, *text, *want; /* want: a line of what hopseald -p prints */
} value_cases[] = {
	{ "duration in the unit it is written in", "[dns]\ntry = 250ms\n",
	    "try = 250ms" },
	{ "duration in a greater unit", "[sts]\nrefresh = 120m\n", "refresh = 2h" },
	{ "size", "[cache]\npolicy-bytes = 3072K\n", "policy-bytes = 3M" },
	{ "size in bytes", "[cache]\npolicy-bytes = 1048577\n",
	    "policy-bytes = 1048577" },
	{ "number of a size_t", "[cache]\nroutes = 5000000\n", "routes = 5000000" },
	{ "word", "[policy]\nmix = both\n", "mix = both" },
	{ "yes", "[dns]\ntrusted = yes\n", "trusted = yes" },
	{ "AGIL-01 the order of digests", "[dane]\ndigests = sha256,sha512\n",
	    "digests = sha256 sha512" },
	{ "one digest", "[dane]\ndigests = sha256\n", "digests = sha256" },
	{ "name in capitals", "[dns]\nself-test-secure = NL.\n",
	    "self-test-secure = nl" },
	{ "name with U-labels",
	    "[dns]\nself-test-secure = b\xc3\xbc"
	    "cher.example\n",
	    "self-test-secure = xn--bcher-kva.example" },
	{ "name switched off", "[dns]\nself-test-bogus =\n", "self-test-bogus =" },
	{ "servers", "[dns]\nservers = 127.0.0.1, [::1]:5353 ::1\n",
	    "servers = 127.0.0.1,[::1]:5353,::1" },
	{ "comment behind a value", "[dns]\ntry = 1s ; short\n", "try = 1s" },
	{ "comment lines", "# a\n; b\n[dns] # c\n  # d\ntry = 1s\n", "try = 1s" },
	{ "indented keys are no continuation", "[dns]\n\ttry = 1s\n\ttrusted = yes\n",
	    "trusted = yes" },
	{ "CRLF line ends", "[dns]\r\ntry = 1s\r\n", "try = 1s" },
	{ "byte order mark", "\xef\xbb\xbf[dns]\ntry = 1s", "try = 1s" },
	{ "no line end at the end", "[dns]\ntry = 1s", "try = 1s" },
	{ "section that comes again", "[dns]\n[sts]\n[dns]\ntry = 1s\n", "try = 1s" },
	{ "socket with everything",
	    "[listen]\nsocketmap = unix:/a owner=root:mail mode=660\n",
	    "socketmap = unix:/a owner=root:mail mode=0660" },
	{ "sockets take the place of the default",
	    "[listen]\nsocketmap = unix:/a\nsocketmap = inet:[::1]:8461\n",
	    "socketmap = unix:/a mode=0666\nsocketmap = inet:[::1]:8461\n"
	    "control = unix:" CONTROL_SOCKET_PATH " mode=0600" },
	{ "no socket at all", "[listen]\nsocketmap =\n", "socketmap =" },
	{ "control socket is private unless told otherwise",
	    "[listen]\ncontrol = unix:/c\n", "control = unix:/c mode=0600" },
	{ "ranges on one line and on several",
	    "[https]\nallow = 10.0.0.0/8, 192.0.2.1\nallow = fd00::/8\n",
	    "allow = 10.0.0.0/8\nallow = 192.0.2.1/32\nallow = fd00::/8" },
	{ "SEED-22 domains on one line and on several, each once",
	    "[watch]\ndomains = example.org, Example.NET.\n"
	    "domains = b\xc3\xbc"
	    "cher.example example.org\n",
	    "domains = example.org\ndomains = example.net\n"
	    "domains = xn--bcher-kva.example" },
	{ "SEED-22 a command with words", "[watch]\ncommand = /bin/x  --to ops\n",
	    "command = /bin/x  --to ops" },
};

static void
check_value(void **state)
{
	const struct value_case *c = *state;
	struct strbuf printed = STRBUF_INIT, want = STRBUF_INIT;
	struct config_errors errors;
	struct config *config = parse(c->text, &errors);

	assert_non_null(config);
	config_print(config, &printed);
	strbuf_addf(&want, "\n%s\n", c->want);
	assert_non_null(strstr(strbuf_str(&printed), strbuf_str(&want)));
	config_free(config);
	strbuf_clear(&printed);
	strbuf_clear(&want);
}

static void
check_defaults(void **state UNUSED)
{
	struct config_errors errors;
	struct config *c = parse("", &errors);

	assert_string_equal(c->user, "hopseal");
	assert_int_equal(c->log, LOG_TO_STDERR);
	assert_int_equal(c->log_level, LEVEL_INFO);
	assert_int_equal(c->deadline_ms, 5000);
	assert_int_equal(c->maps.count, 1);
	assert_int_equal(c->maps.items[0].mode, 0666);
	assert_int_equal(c->controls.count, 1);
	assert_int_equal(c->controls.items[0].mode, 0600);
	assert_string_equal(c->dns.servers, "");
	assert_false(c->dns.is_trusted);
	assert_int_equal(c->dns.try_ms, 2000);
	assert_string_equal(c->engine.probe_secure.text, "org");
	assert_int_equal(c->https.guard.count, 0);
	assert_int_equal(c->engine.refresh_every, 86400);
	assert_int_equal(c->engine.retry_after, 300);
	assert_int_equal(c->engine.settings.insecure_mx, INSECURE_MX_DANE);
	assert_int_equal(c->engine.settings.mix, MIX_DANE);
	assert_int_equal(c->engine.settings.digests.order[0], TLSA_SHA512);
	assert_int_equal(c->engine.policies_max, 1000000);
	config_free(c);
}

/* The range of every number holds its default, and every key has a sentence. */
static void
check_table(void **state UNUSED)
{
	size_t i, k;

	for (i = 0; i < config_key_count; i++) {
		const struct key *key = &config_keys[i];

		assert_ptr_equal(key_find(key->section, key->name), key);
		assert_true(strlen(key->help) > 10);
		assert_int_equal(key->help[strlen(key->help) - 1], '.');
		for (k = i + 2; k < config_key_count; k++)
			if (strcmp(config_keys[k].section, key->section) == 0)
				assert_string_equal(
				    config_keys[k - 1].section, key->section);
	}
}

static void
check_print_reads_back(void **state UNUSED)
{
	struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;
	struct config_errors errors;
	struct config *config = parse("[listen]\nsocketmap =\n[https]\n"
				      "allow = 10.0.0.0/8 fd00::/8\n[dns]\n"
				      "self-test-bogus =\nservers = ::1\n",
	    &errors);

	config_print(config, &once);
	config_free(config);
	config = parse(strbuf_str(&once), &errors);
	assert_non_null(config);
	config_print(config, &twice);
	assert_string_equal(strbuf_str(&once), strbuf_str(&twice));
	config_free(config);
	strbuf_clear(&once);
	strbuf_clear(&twice);
}

/* The example with its keys switched on is the default configuration. */
static void
check_example(void **state UNUSED)
{
	struct strbuf example = STRBUF_INIT, live = STRBUF_INIT, a = STRBUF_INIT,
		      b = STRBUF_INIT;
	struct config_errors errors;
	struct config *config;
	const char *p;

	config_example(&example);
	for (p = strbuf_str(&example); *p != '\0'; p++)
		if (p[0] != '#' || p[1] == ' ' || p[1] == '\n')
			strbuf_addc(&live, *p);
	config = parse(strbuf_str(&live), &errors);
	assert_non_null(config);
	config_print(config, &a);
	config_free(config);
	config = parse("", &errors);
	config_print(config, &b);
	config_free(config);
	assert_string_equal(strbuf_str(&a), strbuf_str(&b));
	strbuf_clear(&example);
	strbuf_clear(&live);
	strbuf_clear(&a);
	strbuf_clear(&b);
}

static void
collect(const char *section, const char *name, void *arg)
{
	strbuf_addf(arg, "%s.%s ", section, name);
}

static void
check_fixed_changes(void **state UNUSED)
{
	struct strbuf changes = STRBUF_INIT;
	struct config_errors errors;
	struct config *old = parse("", &errors);
	struct config *new = parse("[daemon]\nuser = nobody\nstate-folder = /x\n"
				   "deadline = 4s\n[listen]\nsocketmap =\n",
	    &errors);

	config_each_fixed_change(old, old, collect, &changes);
	assert_string_equal(strbuf_str(&changes), "");
	config_each_fixed_change(old, new, collect, &changes);
	assert_string_equal(strbuf_str(&changes), "daemon.user daemon.state-folder ");
	config_free(old);
	config_free(new);
	strbuf_clear(&changes);
}

/* --- files ---------------------------------------------------------------------------- */

static void
check_absent_file(void **state UNUSED)
{
	struct config_errors errors;
	struct config *config;

	assert_int_equal(
	    config_load("/nonexistent/hopseal.conf", false, &config, &errors), ST_OK);
	config_free(config);
	assert_int_equal(
	    config_load("/nonexistent/hopseal.conf", true, &config, &errors), ST_IO);
	assert_null(config);
	assert_string_equal(errors.items[0].text,
	    "/nonexistent/hopseal.conf: No such file or directory");
}

static void
check_unreadable_file(void **state UNUSED)
{
	struct config_errors errors;
	struct config *config;

	assert_int_equal(config_load("/", false, &config, &errors), ST_IO);
	assert_string_equal(errors.items[0].text, "/: Is a directory");
	assert_int_equal(config_load("/dev/zero", false, &config, &errors), ST_TOO_BIG);
	assert_string_equal(
	    errors.items[0].text, "/dev/zero: too big for a configuration");
}

/* --- parts ---------------------------------------------------------------------------- */

static const struct distance_case {
	const char *name, *a, *b;
	size_t want;
} distance_cases[] = {
	{ "distance: the same", "trusted", "trusted", 0 },
	{ "distance: a letter too many", "trustted", "trusted", 1 },
	{ "distance: a letter missing", "trused", "trusted", 1 },
	{ "distance: another letter", "trustad", "trusted", 1 },
	{ "distance: neighbours swapped", "trusetd", "trusted", 1 },
	{ "distance: nothing in common", "abc", "xyzw", 4 },
	{ "distance: from nothing", "", "try", 3 },
};

static void
check_distance(void **state)
{
	const struct distance_case *c = *state;

	assert_int_equal(edit_distance(c->a, c->b), c->want);
	assert_int_equal(edit_distance(c->b, c->a), c->want);
}

static void
check_long_words(void **state UNUSED)
{
	char word[200];

	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_false(is_near(word, edit_distance(word, "trusted")));
}

static const struct duration_case {
	const char *name, *text;
	enum status status;
	uint64_t ms;
	const char *shown;
} duration_cases[] = {
	{ "duration: milliseconds", "1500ms", ST_OK, 1500, "1500ms" },
	{ "duration: seconds", "90s", ST_OK, 90000, "90s" },
	{ "duration: minutes", "60m", ST_OK, 3600000, "1h" },
	{ "duration: hours", "36h", ST_OK, 129600000, "36h" },
	{ "duration: days", "1d", ST_OK, 86400000, "1d" },
	{ "duration: nothing", "0s", ST_OK, 0, "0ms" },
	{ "duration: no unit", "5", ST_SYNTAX, 0, NULL },
	{ "duration: no number", "s", ST_SYNTAX, 0, NULL },
	{ "duration: a blank inside", "5 s", ST_SYNTAX, 0, NULL },
	{ "duration: a sign", "-5s", ST_SYNTAX, 0, NULL },
	{ "duration: an unknown unit", "5w", ST_SYNTAX, 0, NULL },
	{ "duration: more than a century", "40000d", ST_RANGE, 0, NULL },
};

static void
check_duration(void **state)
{
	const struct duration_case *c = *state;
	struct strbuf sb = STRBUF_INIT;
	uint64_t ms = 0;

	assert_int_equal(duration_parse(c->text, &ms), c->status);
	assert_int_equal(ms, c->ms);
	if (c->shown != NULL) {
		duration_add(&sb, ms);
		assert_string_equal(strbuf_str(&sb), c->shown);
	}
	strbuf_clear(&sb);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_fault, fault_cases),
		CASE("every fault of a file is told, in order", check_all_faults),
		CASE("a file full of faults is counted", check_many_faults),
		CASE("a line that is too long", check_long_line),
		CASE("a NUL inside", check_nul),
		CASES(check_value, value_cases),
		CASE("an empty file has every default", check_defaults),
		CASE("the table of keys is sound", check_table),
		CASE("what is printed reads back the same", check_print_reads_back),
		CASE("the example file is the default configuration", check_example),
		CASE("keys that count only at start are found", check_fixed_changes),
		CASE("a file that is not there", check_absent_file),
		CASE("a file that cannot be read", check_unreadable_file),
		CASES(check_distance, distance_cases),
		CASE("long words are like nothing we know", check_long_words),
		CASES(check_duration, duration_cases),
	};

	return cases_run("config", tables, COUNT_OF(tables));
}
