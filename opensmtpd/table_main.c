/*
 * table-hopseal: what smtpd(8) asks its tables, answered by the daemon.  SPDX-License-Identifier: ISC
 *
 * A table program that ends, or says one octet too many, ends smtpd, and its one lookup process waits for each answer: so
 * this one goes on until its input ends, and has an answer within a moment.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "base/ration.h"
#include "imsg.h"
#include "words.h"

#ifndef HOPSEAL_RUNDIR
#define HOPSEAL_RUNDIR "/run/hopseal"
#endif

#define NAME      "table-hopseal"
#define CHUNK     65536
#define WHERE_MAX 128 /* more than any socket's path */

static struct program {
	struct table table;
	struct imsg_reader imsg;
	struct line_reader lines;
	struct ration complaints;
} program;

/* --- answers ---------------------------------------------------------------------------------- */

/* smtpd does nothing but wait for this.  Where it is gone nobody is left to tell. */
static void
write_all(int fd, const char *bytes, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n >= 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			return;
		}
	}
}

static enum table_answer
ask(enum table_question question, struct txt key, char value[TABLE_VALUE_MAX + 1],
    void *arg)
{
	struct program *p = arg;

	return table_ask(&p->table, question, key, value);
}

static void
write_imsg(const void *bytes, size_t len, void *arg UNUSED)
{
	write_all(STDIN_FILENO, bytes, len);
}

static void
write_words(const void *bytes, size_t len, void *arg UNUSED)
{
	write_all(STDOUT_FILENO, bytes, len);
}

/* --- requests ----------------------------------------------------------------------------------- */

static void
on_line(struct txt line, bool is_cut, void *arg)
{
	const struct talk *talk = arg;

	words_take(line, is_cut, talk);
}

static void
complain(struct program *p)
{
	unsigned untold;

	if (p->imsg.is_lost)
		why_set(&p->table.fault, "what smtpd says is no message");
	if (p->table.fault.text[0] != '\0' &&
	    ration_allows(&p->complaints, (int64_t)time(NULL) * 1000, &untold))
		log_warn("table: answer=error reason=\"%s\" untold=%u",
		    p->table.fault.text, untold);
	p->table.fault.text[0] = '\0';
}

/* At least one octet, or the end. */
static size_t
read_input(char chunk[CHUNK])
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t n;

	while ((n = read(STDIN_FILENO, chunk, CHUNK)) == -1)
		if (errno == EAGAIN)
			poll(&p, 1, -1);
		else if (errno != EINTR)
			return 0;
	return (size_t)n;
}

static void
run(struct program *p)
{
	static char chunk[CHUNK];
	size_t n = read_input(chunk);
	bool is_words = n > 0 && chunk[0] == WORDS_FIRST_OCTET;
	struct talk talk = { ask, is_words ? write_words : write_imsg, p };

	for (; n > 0; n = read_input(chunk)) {
		if (is_words)
			line_read(&p->lines, chunk, n, on_line, &talk);
		else
			imsg_read(&p->imsg, chunk, n, &talk);
		complain(p);
	}
}

/* argv[1] is what stands behind "hopseal:" in smtpd.conf(5): the path of the daemon's socket. */
int
main(int argc, char **argv)
{
	char where[WHERE_MAX];

	log_open(NAME, LOG_TO_STDERR, LEVEL_INFO);
	signal(SIGPIPE, SIG_IGN);
	snprintf(where, sizeof(where), "unix:%s",
	    argc > 1 ? argv[1] : HOPSEAL_RUNDIR "/map");
	program.table.where = where;
	run(&program);
	return 0;
}
