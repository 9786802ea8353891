/*
 * opensmtpd/prefetch, teller, output: what waits for the daemon, and what becomes of it.  SPDX-License-Identifier: ISC
 *
 * The clock is the test's; the daemon is this process, which accepts and answers when the test says so.
 */
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../opensmtpd/prefetch.h"
#include "../../opensmtpd/teller.h"
#include "base/strbuf.h"

#define WAIT_MS 5000

static char folder[] = "/tmp/hopseal-waiting-XXXXXX";
static char path[64], file[64];
static struct place place;

/* --- the daemon ---------------------------------------------------------------------------- */

static int
listen_here(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	unlink(path);
	assert_int_equal(bind(fd, &place.sa, place.len), 0);
	assert_int_equal(listen(fd, 1000), 0);
	return fd;
}

/* Take one request and answer it; false: nobody asks. */
static bool
answer_one(int listener, const char *want, const char *reply)
{
	char request[8000];
	int fd = accept(listener, NULL, NULL);
	ssize_t n;

	if (fd == -1)
		return false;
	n = read(fd, request, sizeof(request) - 1);
	assert_true(n > 0);
	request[n] = '\0';
	assert_non_null(strstr(request, want));
	assert_int_equal(write(fd, reply, strlen(reply)), strlen(reply));
	close(fd);
	return true;
}

static void
end_daemon(int listener)
{
	close(listener);
	unlink(path);
}

/* --- recipients ---------------------------------------------------------------------------- */

struct asked {
	struct output output;
	struct prefetch prefetch;
};

static struct asked *
asked_new(void)
{
	struct asked *a = xcalloc(1, sizeof(*a));

	prefetch_init(&a->prefetch, &place, WAIT_MS, &a->output);
	return a;
}

static void
asked_free(struct asked *a)
{
	prefetch_clear(&a->prefetch);
	free(a);
}

static void
request(struct asked *a, const char *version, unsigned session, const char *address,
    int64_t now_ms)
{
	char text[3000];
	struct filter_line line;
	int len = snprintf(text, sizeof(text), "filter|%s|1.0|smtp-in|rcpt-to|%x|f|%s",
	    version, session, address);

	filter_line_read((struct txt){ text, (size_t)len }, &line);
	assert_int_equal(line.kind, LINE_REQUEST);
	prefetch_take(&a->prefetch, &line, now_ms);
}

static void
step_asked(struct asked *a, int64_t now_ms)
{
	struct pollfd fds[PREFETCH_MAX];

	prefetch_poll(&a->prefetch, fds);
	assert_true(poll(fds, PREFETCH_MAX, 0) >= 0);
	prefetch_step(&a->prefetch, fds, now_ms);
}

static void
check_said(struct asked *a, const char *want)
{
	assert_int_equal(a->output.len, strlen(want));
	assert_memory_equal(a->output.bytes + a->output.start, want, strlen(want));
	a->output.len = a->output.start = 0;
}

static void
check_asked(void **state)
{
	struct asked *a = asked_new();
	int listener = listen_here();

	(void)state;
	request(a, "0.7", 1, "a@good.test", 0);
	check_said(a, "");
	assert_true(
	    answer_one(listener, "28:opensmtpd-prefetch good.test,", "9:OK sealed,"));
	step_asked(a, 10);
	check_said(a, "filter-result|1|f|proceed\n");
	assert_int_equal(a->prefetch.unanswered, 0);
	assert_int_equal(a->prefetch.waiting, 0);
	asked_free(a);
	end_daemon(listener);
}

static void
check_together(void **state)
{
	struct asked *a = asked_new();
	int listener = listen_here();

	(void)state;
	request(a, "0.7", 1, "a@good.test", 0);
	request(a, "0.4", 2, "b@Good.Test", 1);
	request(a, "0.7", 3, "c@other.test", 2);
	assert_true(answer_one(listener, "good.test,", "9:TEMP wait,"));
	step_asked(a, 10);
	check_said(a, "filter-result|f|2|proceed\nfilter-result|1|f|proceed\n");
	assert_true(answer_one(listener, "other.test,", "9:NOTFOUND ,"));
	assert_false(answer_one(listener, "", ""));
	step_asked(a, 20);
	check_said(a, "filter-result|3|f|proceed\n");
	asked_free(a);
	end_daemon(listener);
}

static void
check_hanging(void **state)
{
	struct asked *a = asked_new();
	int listener = listen_here();
	struct pollfd fds[PREFETCH_MAX];

	(void)state;
	request(a, "0.7", 1, "a@good.test", 100);
	assert_true(prefetch_poll(&a->prefetch, fds) == 100 + WAIT_MS);
	step_asked(a, 100 + WAIT_MS - 1);
	check_said(a, "");
	step_asked(a, 100 + WAIT_MS);
	check_said(a, "filter-result|1|f|proceed\n");
	assert_int_equal(a->prefetch.unanswered, 1);
	assert_true(prefetch_poll(&a->prefetch, fds) == INT64_MAX);
	asked_free(a);
	end_daemon(listener);
}

static const struct address_case {
	const char *name, *address;
} address_cases[] = {
	{ "no domain", "postmaster" },
	{ "a literal", "a@[192.0.2.1]" },
	{ "a control character", "a@good\r.test" },
	{ "nothing", "" },
};

/* The daemon is there, and is not asked. */
static void
check_address(void **state)
{
	const struct address_case *c = *state;
	struct asked *a = asked_new();
	int listener = listen_here();

	request(a, "0.7", 1, c->address, 0);
	check_said(a, "filter-result|1|f|proceed\n");
	assert_false(answer_one(listener, "", ""));
	asked_free(a);
	end_daemon(listener);
}

static void
check_absent(void **state)
{
	struct asked *a = asked_new();

	(void)state;
	request(a, "0.7", 1, "a@good.test", 0);
	check_said(a, "filter-result|1|f|proceed\n");
	assert_string_equal(a->prefetch.fault.text, strerror(ENOENT));
	asked_free(a);
}

static void
check_long_domain(void **state)
{
	struct asked *a = asked_new();
	char address[PREFETCH_DOMAIN_MAX + 10] = "a@";

	(void)state;
	memset(address + 2, 'x', PREFETCH_DOMAIN_MAX + 1);
	request(a, "0.7", 1, address, 0);
	check_said(a, "filter-result|1|f|proceed\n");
	assert_int_equal(a->prefetch.unanswered, 0);
	asked_free(a);
}

static size_t
count_lines(const struct output *output)
{
	size_t i, n = 0;

	for (i = 0; i < output->len; i++)
		n += output->bytes[output->start + i] == '\n';
	return n;
}

/* Too many at once proceed at once; the others in their time.  Each is answered once. */
static void
check_many_questions(void **state)
{
	struct asked *a = asked_new();
	int listener = listen_here();
	char address[40];
	unsigned i;

	(void)state;
	for (i = 0; i < PREFETCH_MAX + 10; i++) {
		snprintf(address, sizeof(address), "a@d%u.test", i);
		request(a, "0.7", i + 1, address, 0);
	}
	assert_int_equal(count_lines(&a->output), 10);
	assert_int_equal(a->prefetch.hurried, 10);
	for (i = 0; i < PREFETCH_WAITING_MAX; i++)
		request(a, "0.7", i + 1000, "a@d0.test", 0);
	assert_int_equal(a->prefetch.waiting, PREFETCH_WAITING_MAX);
	assert_int_equal(count_lines(&a->output), 10 + PREFETCH_MAX);
	step_asked(a, WAIT_MS);
	assert_int_equal(
	    count_lines(&a->output), PREFETCH_MAX + 10 + PREFETCH_WAITING_MAX);
	assert_int_equal(a->prefetch.waiting, 0);
	assert_int_equal(a->output.lost, 0);
	asked_free(a);
	end_daemon(listener);
}

/* --- answers -------------------------------------------------------------------------------- */

#define REPORTS                                                                        \
	"register|report|smtp-in|link-connect\n"                                       \
	"register|report|smtp-in|link-identify\n"                                      \
	"register|report|smtp-in|link-tls\n"                                           \
	"register|report|smtp-in|link-disconnect\n"                                    \
	"register|report|smtp-out|link-connect\n"                                      \
	"register|report|smtp-out|link-tls\n"                                          \
	"register|report|smtp-out|protocol-client\n"                                   \
	"register|report|smtp-out|protocol-server\n"                                   \
	"register|report|smtp-out|link-disconnect\n"

static void
check_registration(void **state)
{
	struct output *output = xcalloc(1, sizeof(*output));
	char got[2000];
	int fds[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	output_register(output, true);
	output_register(output, false);
	output_flush(output, fds[1]);
	n = read(fds[0], got, sizeof(got) - 1);
	assert_true(n > 0);
	got[n] = '\0';
	assert_string_equal(got,
	    REPORTS "register|filter|smtp-in|rcpt-to\nregister|ready\n" REPORTS
		    "register|ready\n");
	close(fds[0]);
	close(fds[1]);
	free(output);
}

/* What smtpd does not take is kept, whole lines, as far as there is room. */
static void
check_deaf(void **state)
{
	struct output *output = xcalloc(1, sizeof(*output));
	struct request r = { .session = "00000000000000aa",
		.token = "00000000000000bb" };
	static const char line[] =
	    "filter-result|00000000000000aa|00000000000000bb|proceed\n";
	size_t size = strlen(line), taken = 0, i;
	char chunk[65536];
	int fds[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	for (i = 0; i < 20000; i++) {
		output_proceed(output, &r);
		output_flush(output, fds[1]);
	}
	assert_true(output->lost > 0);
	do {
		n = read(fds[0], chunk, sizeof(chunk));
		for (i = 0; n > 0 && i < (size_t)n; i++, taken++)
			assert_int_equal(chunk[i], line[taken % size]);
		output_flush(output, fds[1]);
	} while (n > 0);
	assert_int_equal(taken, (20000 - output->lost) * size);
	close(fds[0]);
	output_proceed(output, &r);
	output_flush(output, fds[1]);
	assert_int_equal(output->len, 0);
	close(fds[1]);
	free(output);
}

/* --- events --------------------------------------------------------------------------------- */

static void
step_teller(struct teller *t, int64_t now_ms)
{
	struct pollfd fds[TELLER_MAX];

	teller_poll(t, fds);
	assert_true(poll(fds, TELLER_MAX, 0) >= 0);
	teller_step(t, fds, now_ms);
}

/* All of the spool; it is removed. */
static size_t
spooled(const char *want)
{
	static char got[1 << 20];
	int fd = open(file, O_RDONLY);
	size_t records = 0, i;
	ssize_t n = fd != -1 ? read(fd, got, sizeof(got) - 1) : 0;

	assert_true(n >= 0);
	if (fd != -1)
		close(fd);
	unlink(file);
	got[n] = '\0';
	if (want != NULL)
		assert_string_equal(got, want);
	for (i = 0; i < (size_t)n; i++)
		records += got[i] == '\n';
	return records;
}

static const struct tell_case {
	const char *name, *reply, *kept;
	unsigned spooled, refused;
} tell_cases[] = {
	{ "acknowledged", "10:OK counted,", "", 0, 0 },
	{ "not now: kept", "9:TEMP full,", "2:{},\n", 1, 0 },
	{ "no such map: kept", "9:NOTFOUND ,", "2:{},\n", 1, 0 },
	{ "garbage: kept", "garbage", "2:{},\n", 1, 0 },
	{ "refused: not kept", "9:PERM what,", "", 0, 1 },
};

static void
check_tell(void **state)
{
	const struct tell_case *c = *state;
	struct teller *t = xcalloc(1, sizeof(*t));
	int listener = listen_here();

	teller_init(t, &place, file);
	teller_take(t, "{}", 0);
	assert_true(answer_one(listener, "8:event {},", c->reply));
	step_teller(t, 10);
	assert_int_equal(t->spooled, c->spooled);
	assert_int_equal(t->refused, c->refused);
	teller_clear(t, 10);
	spooled(c->kept);
	free(t);
	end_daemon(listener);
}

/* Only so many at once, so many behind them; the rest is kept; in the end all is. */
static void
check_many_events(void **state)
{
	struct teller *t = xcalloc(1, sizeof(*t));
	int listener = listen_here(), i;

	(void)state;
	teller_init(t, &place, file);
	for (i = 0; i < TELLER_MAX + TELLER_WAITING_MAX + 10; i++)
		teller_take(t, "{}", 0);
	assert_int_equal(t->spooled, 10);
	assert_int_equal(t->count, TELLER_WAITING_MAX);
	for (i = 0; i < TELLER_MAX; i++)
		assert_true(answer_one(listener, "event {}", "10:OK counted,"));
	step_teller(t, 10);
	assert_int_equal(t->count, TELLER_WAITING_MAX - TELLER_MAX);
	step_teller(t, 10 + TELLER_WAIT_MS);
	assert_int_equal(t->spooled, 10 + TELLER_MAX);
	teller_clear(t, 10 + TELLER_WAIT_MS);
	assert_int_equal(spooled(NULL), 10 + TELLER_WAITING_MAX);
	assert_int_equal(t->lost, 0);
	free(t);
	end_daemon(listener);
}

/* A spool that somebody holds is not waited for again and again. */
static void
check_held_spool(void **state)
{
	struct teller *t = xcalloc(1, sizeof(*t));
	int fd = open(file, O_WRONLY | O_CREAT, 0600), i;

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	teller_init(t, &place, file);
	for (i = 0; i < 100000; i++)
		teller_take(t, "{}", 0);
	assert_int_equal(t->lost, 100000);
	close(fd);
	teller_take(t, "{}", TELLER_SPOOL_PAUSE_MS - 1);
	assert_int_equal(t->lost, 100001);
	teller_take(t, "{}", TELLER_SPOOL_PAUSE_MS);
	assert_int_equal(t->spooled, 1);
	teller_clear(t, 0);
	spooled("2:{},\n");
	free(t);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("a recipient waits for the daemon's answer", check_asked),
		CASE("recipients of one domain share a question", check_together),
		CASE("a daemon that hangs: mail proceeds in time", check_hanging),
		CASE("no daemon: mail proceeds at once", check_absent),
		CASES(check_address, address_cases),
		CASE("a domain that is too long", check_long_domain),
		CASE("too many questions, too many that wait", check_many_questions),
		CASE("registration", check_registration),
		CASE("smtpd does not read", check_deaf),
		CASES(check_tell, tell_cases),
		CASE("too many events", check_many_events),
		CASE("a spool that is held", check_held_spool),
	};
	char where[80];
	const char *fault;
	int failed;

	alarm(120);
	signal(SIGPIPE, SIG_IGN);
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(file, sizeof(file), "%s/events", folder);
	snprintf(where, sizeof(where), "unix:%s", path);
	if (place_parse(where, &place, &fault) != ST_OK)
		return 1;
	failed = cases_run("smtpd_waiting", tables, COUNT_OF(tables));
	rmdir(folder);
	return failed;
}
