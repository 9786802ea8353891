/*
 * filter-hopseal: what smtpd(8) tells its filters, on its way to the daemon.  SPDX-License-Identifier: ISC
 *
 * A filter that ends, or says one word too many, ends smtpd: so this one goes on with whatever it has, until its input
 * ends.  One loop; the input is always drained and waits for nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "base/number.h"
#include "inbound.h"
#include "prefetch.h"
#include "teller.h"

#ifndef HOPSEAL_RUNDIR
#define HOPSEAL_RUNDIR "/run/hopseal"
#endif
#ifndef HOPSEAL_SMTPD_SPOOL
#define HOPSEAL_SMTPD_SPOOL "/var/spool/smtpd/hopseal/events"
#endif

#define NAME        "filter-hopseal"
#define WAIT_S      5 /* the daemon's own deadline for a cold question */
#define WAIT_S_MAX  60
#define CHUNK       65536
#define COMPLAIN_MS 60000

/* Places of descriptors in the list for poll(2). */
enum {
	INPUT,
	OUTPUT,
	QUESTIONS,
	TOLD = QUESTIONS + PREFETCH_MAX,
	FDS = TOLD + TELLER_MAX
};

static struct filter {
	const char *where; /* the daemon's socket */
	struct place place;
	int wait_ms; /* 0: recipients are not asked for */
	const char *spool;
	int64_t now_ms;
	struct line_reader reader;
	struct links links;
	struct prefetch prefetch;
	struct teller teller;
	struct output output;
	unsigned long long complained; /* of so many things */
	int64_t complain_again_ms;
} filter;

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* --- lines ---------------------------------------------------------------------------------- */

static void
on_event(const char *json, void *arg)
{
	struct filter *f = arg;

	teller_take(&f->teller, json, f->now_ms);
}

static void
see_report(struct filter *f, const struct filter_line *line)
{
	if (line->is_inbound)
		inbound_see(&f->links, line, on_event, f);
	else
		outbound_see(&f->links, line, on_event, f);
}

/* Of a line that was too long only a request counts: somebody waits for the answer, if not for this recipient. */
static void
on_line(struct txt text, bool is_cut, void *arg)
{
	struct filter *f = arg;
	struct filter_line line;

	filter_line_read(text, &line);
	if (is_cut)
		line.rest.len = 0;
	switch (line.kind) {
	case LINE_READY:
		output_register(&f->output, f->wait_ms > 0);
		break;
	case LINE_REPORT:
		if (!is_cut)
			see_report(f, &line);
		break;
	case LINE_REQUEST:
		if (txt_is(line.event, "rcpt-to"))
			prefetch_take(&f->prefetch, &line, f->now_ms);
		break;
	case LINE_OTHER:
		break;
	}
}

/* False: the input has ended. */
static bool
read_input(struct filter *f)
{
	static char chunk[CHUNK];
	ssize_t n = read(STDIN_FILENO, chunk, sizeof(chunk));

	if (n > 0)
		line_read(&f->reader, chunk, (size_t)n, on_line, f);
	return n > 0 || (n == -1 && (errno == EAGAIN || errno == EINTR));
}

/* --- the loop --------------------------------------------------------------------------------- */

/* One line a minute, if anything did not go as it should. */
static void
complain(struct filter *f)
{
	const struct teller *t = &f->teller;
	const struct prefetch *p = &f->prefetch;
	unsigned long long all = t->spooled + t->refused + t->lost + p->unanswered +
				 p->hurried + f->links.forgotten + f->links.untold +
				 f->output.lost;

	if (all == f->complained || f->now_ms < f->complain_again_ms)
		return;
	f->complained = all;
	f->complain_again_ms = f->now_ms + COMPLAIN_MS;
	log_warn("events: spooled=%llu refused=%llu lost=%llu fault=\"%s\"; "
		 "recipients: unanswered=%llu hurried=%llu fault=\"%s\"; "
		 "links: forgotten=%llu untold=%llu; answers: lost=%llu; daemon=\"%s\"",
	    t->spooled, t->refused, t->lost, t->fault.text, p->unanswered, p->hurried,
	    p->fault.text, f->links.forgotten, f->links.untold, f->output.lost,
	    f->where);
}

static int
timeout_ms(int64_t due_ms, int64_t since_ms)
{
	if (due_ms == INT64_MAX)
		return -1;
	if (due_ms <= since_ms)
		return 0;
	return due_ms - since_ms < INT_MAX ? (int)(due_ms - since_ms) : INT_MAX;
}

static void
wait_for_work(struct filter *f, struct pollfd fds[FDS])
{
	int64_t asked_due, told_due;
	size_t i;

	fds[INPUT] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	fds[OUTPUT] = (struct pollfd){ .fd = f->output.len > 0 ? STDOUT_FILENO : -1,
		.events = POLLOUT };
	asked_due = prefetch_poll(&f->prefetch, fds + QUESTIONS);
	told_due = teller_poll(&f->teller, fds + TOLD);
	if (poll(fds, FDS,
		timeout_ms(asked_due < told_due ? asked_due : told_due, f->now_ms)) ==
	    -1)
		for (i = 0; i < FDS; i++)
			fds[i].revents = 0;
	f->now_ms = now_ms();
}

static void
run(struct filter *f)
{
	struct pollfd fds[FDS];
	bool is_open = true;

	while (is_open) {
		wait_for_work(f, fds);
		if (fds[INPUT].revents != 0)
			is_open = read_input(f);
		prefetch_step(&f->prefetch, fds + QUESTIONS, f->now_ms);
		teller_step(&f->teller, fds + TOLD, f->now_ms);
		output_flush(&f->output, STDOUT_FILENO);
		complain(f);
	}
}

/* --- start ------------------------------------------------------------------------------------ */

static void
set_place(struct filter *f, const char *where)
{
	const char *fault;

	f->where = where;
	if (place_parse(where, &f->place, &fault) != ST_OK)
		log_err("option -s \"%s\": %s; the daemon is not asked", where, fault);
}

static void
set_wait(struct filter *f, const char *text)
{
	uint64_t seconds;

	if (number_parse(text, strlen(text), WAIT_S_MAX, &seconds) == ST_OK)
		f->wait_ms = (int)seconds * 1000;
	else
		log_err("option -w \"%s\": not 0 to %d seconds; %d stand", text,
		    WAIT_S_MAX, WAIT_S);
}

/* A wrong one costs what it is about, not all mail. */
static void
take_options(struct filter *f, int argc, char **argv)
{
	int option;

	opterr = 0;
	while ((option = getopt(argc, argv, "e:s:w:")) != -1)
		switch (option) {
		case 'e':
			f->spool = optarg;
			break;
		case 's':
			set_place(f, optarg);
			break;
		case 'w':
			set_wait(f, optarg);
			break;
		default:
			log_err("usage: " NAME " [-e FILE] [-s SOCKET] [-w SECONDS]; "
				"going on without -%c",
			    optopt);
			break;
		}
}

static void
set_non_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags != -1)
		(void)!fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int
main(int argc, char **argv)
{
	struct filter *f = &filter;

	log_open(NAME, LOG_TO_STDERR, LEVEL_INFO);
	signal(SIGPIPE, SIG_IGN);
	f->wait_ms = WAIT_S * 1000;
	f->spool = HOPSEAL_SMTPD_SPOOL;
	set_place(f, "unix:" HOPSEAL_RUNDIR "/map");
	take_options(f, argc, argv);
	set_non_blocking(STDIN_FILENO);
	set_non_blocking(STDOUT_FILENO);
	links_init(&f->links);
	prefetch_init(&f->prefetch, &f->place, f->wait_ms, &f->output);
	teller_init(&f->teller, &f->place, f->spool);
	run(f);
	prefetch_clear(&f->prefetch);
	teller_clear(&f->teller, f->now_ms);
	links_clear(&f->links);
	return 0;
}
