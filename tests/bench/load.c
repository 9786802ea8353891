/*
 * Load for a socketmap server.  SPDX-License-Identifier: ISC
 *
 *   load [-c CONNECTIONS] [-k KEYFILE] [-m MAP] [-n REQUESTS] [-r RATE] [-t MS] [-w] SOCKET
 *
 * Each connection has one question outstanding, as Postfix and Sendmail do.  Without -r the next one
 * follows each reply.  With -r, RATE questions a second fall due whatever the server does, and waiting counts
 * from then: a server that stalls cannot hide behind a client that waits for it.  -w keeps the connections open
 * until standard input ends.  Prints one JSON object.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "bench/latency.h"
#include "wire/netstring.h"
#include "wire/socketmap.h"

#define CONNECTIONS_MAX 100000
#define RATE_MAX        1000000
#define MS_MAX          3600000
#define REPLY_MAX       4096 /* bench domains have short ones */
#define EVENTS_MAX      256
#define NS              UINT64_C(1000000000) /* in a second */
#define NS_PER_MS       UINT64_C(1000000)

struct connection {
	int fd;
	uint64_t due; /* of the question under way */
	struct connection *next_idle;
	size_t len;
	char in[REPLY_MAX];
};

static struct {
	uint64_t connections, requests, rate, ms;
	const char *map, *key_file, *socket;
	bool waits;
} options = {
	.connections = 1, .requests = UINT64_MAX, .ms = MS_MAX, .map = "postfix"
};

/* Ready-made requests, used in turn. */
static struct strbuf *requests;
static size_t request_count, next_request;

static int ep, timer = -1;
static struct connection *connections, *idle;
static uint64_t began, sent, next_due, owed; /* owed: due, but no connection was free */
static struct latency latency;
static uint64_t replies[REPLY_PERM + 1];

static NORETURN void
die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
}

static void
add_request(const char *key)
{
	requests = xreallocarray(requests, request_count + 1, sizeof(*requests));
	requests[request_count] = (struct strbuf)STRBUF_INIT;
	socketmap_request_add(&requests[request_count], options.map, key);
	request_count++;
}

static void
read_keys(void)
{
	char line[512];
	FILE *f = fopen(options.key_file, "r");

	if (f == NULL)
		die(options.key_file);
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		add_request(line);
	}
	fclose(f);
}

/* Blocking: a full backlog is waited for. */
static int
dial(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", options.socket);
	if (fd == -1 || connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		die(options.socket);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		die("fcntl");
	return fd;
}

static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void
connect_all(void)
{
	size_t i;

	connections = xcalloc(options.connections, sizeof(*connections));
	for (i = 0; i < options.connections; i++) {
		struct connection *c = &connections[i];
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

		c->fd = dial();
		if (epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &event) == -1)
			die("epoll_ctl");
		c->next_idle = idle;
		idle = c;
	}
}

static void
ask(struct connection *c, uint64_t due)
{
	const struct strbuf *request = &requests[next_request];

	if (++next_request == request_count)
		next_request = 0;
	c->due = due;
	sent++;
	/* Nothing else is under way on this connection: the socket has room. */
	if (write(c->fd, request->data, request->len) != (ssize_t)request->len)
		die("write");
}

static void
ask_idle(uint64_t due)
{
	struct connection *c = idle;

	idle = c->next_idle;
	ask(c, due);
}

static void
become_idle(struct connection *c)
{
	c->next_idle = idle;
	idle = c;
}

static bool
is_over(uint64_t now)
{
	return sent >= options.requests || now - began >= options.ms * NS_PER_MS;
}

static void
ask_next(struct connection *c, uint64_t now)
{
	if (options.rate == 0 && !is_over(now)) {
		ask(c, now);
	} else if (owed > 0) {
		owed--;
		ask(c, next_due);
		next_due += NS / options.rate;
	} else {
		become_idle(c);
	}
}

/* Whether the whole reply is there. */
static bool
take_reply(struct connection *c)
{
	struct socketmap_reply reply;
	const char *payload;
	size_t len, used;
	enum status st =
	    netstring_parse(c->in, c->len, sizeof(c->in), &payload, &len, &used);

	if (st == ST_MORE && c->len < sizeof(c->in))
		return false;
	if (st != ST_OK || used != c->len ||
	    socketmap_reply_parse(payload, len, &reply) != ST_OK) {
		fprintf(stderr, "load: not a reply: %.*s\n", (int)c->len, c->in);
		exit(1);
	}
	replies[reply.code]++;
	return true;
}

static void
on_readable(struct connection *c)
{
	ssize_t n = read(c->fd, c->in + c->len, sizeof(c->in) - c->len);
	uint64_t now;

	if (n == -1 && errno == EAGAIN)
		return;
	if (n == 0)
		errno = EPIPE;
	if (n <= 0)
		die("the server closed a connection");
	c->len += (size_t)n;
	if (!take_reply(c))
		return;
	now = now_ns();
	latency_add(&latency, now - c->due);
	c->len = 0;
	ask_next(c, now);
}

/* With -r: as many questions as the timer ran out are due. */
static void
on_timer(void)
{
	uint64_t times;

	if (read(timer, &times, sizeof(times)) != sizeof(times))
		return;
	for (owed += times; owed > 0 && idle != NULL; owed--) {
		ask_idle(next_due);
		next_due += NS / options.rate;
	}
}

static void
start_timer(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	struct itimerspec every = { .it_value.tv_nsec = 1 };
	uint64_t step = NS / options.rate;

	every.it_interval.tv_sec = (time_t)(step / NS);
	every.it_interval.tv_nsec = (long)(step % NS);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer == -1 || timerfd_settime(timer, 0, &every, NULL) == -1 ||
	    epoll_ctl(ep, EPOLL_CTL_ADD, timer, &event) == -1)
		die("timer");
	next_due = began;
}

static void
wait_once(void)
{
	struct epoll_event events[EVENTS_MAX];
	int i, n = epoll_wait(ep, events, EVENTS_MAX, 10);

	for (i = 0; i < n; i++) {
		if (events[i].data.ptr == NULL)
			on_timer();
		else
			on_readable(events[i].data.ptr);
	}
}

/* Ask until the time or the number is over, then wait for what is under way. */
static uint64_t
run(void)
{
	began = now_ns();
	if (options.rate > 0)
		start_timer();
	while (options.rate == 0 && idle != NULL && sent < options.requests)
		ask_idle(began);
	while (!is_over(now_ns()))
		wait_once();
	if (timer != -1)
		close(timer);
	owed = 0;
	while (latency.count < sent)
		wait_once();
	return now_ns() - began;
}

static void
print_result(uint64_t took_ns)
{
	double us = 1e-3;

	printf("{\"connections\": %zu, \"seconds\": %.3f, \"requests\": %zu, "
	       "\"per_second\": %.0f, ",
	    (size_t)options.connections, (double)took_ns / 1e9, (size_t)latency.count,
	    (double)latency.count * 1e9 / (double)took_ns);
	printf(
	    "\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f, ",
	    (double)latency_quantile(&latency, 0.5) * us,
	    (double)latency_quantile(&latency, 0.99) * us,
	    (double)latency_quantile(&latency, 0.999) * us,
	    (double)latency.max_ns * us);
	printf("\"ok\": %zu, \"notfound\": %zu, \"temp\": %zu, \"perm\": %zu}\n",
	    (size_t)replies[REPLY_OK], (size_t)replies[REPLY_NOTFOUND],
	    (size_t)replies[REPLY_TEMP], (size_t)replies[REPLY_PERM]);
	fflush(stdout);
}

static uint64_t
number(const char *text, uint64_t max)
{
	uint64_t value;

	if (number_parse(text, strlen(text), max, &value) != ST_OK || value == 0) {
		fprintf(stderr, "load: not a number from 1 to %zu: %s\n", (size_t)max,
		    text);
		exit(2);
	}
	return value;
}

static bool
read_options(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "c:k:m:n:r:t:w")) != -1) {
		if (option == 'c')
			options.connections = number(optarg, CONNECTIONS_MAX);
		else if (option == 'k')
			options.key_file = optarg;
		else if (option == 'm')
			options.map = optarg;
		else if (option == 'n')
			options.requests = number(optarg, UINT64_MAX);
		else if (option == 'r')
			options.rate = number(optarg, RATE_MAX);
		else if (option == 't')
			options.ms = number(optarg, MS_MAX);
		else if (option == 'w')
			options.waits = true;
		else
			return false;
	}
	options.socket = argv[optind];
	return options.socket != NULL && options.key_file != NULL;
}

int
main(int argc, char **argv)
{
	if (!read_options(argc, argv)) {
		fprintf(stderr,
		    "usage: load -k KEYFILE [-c CONNECTIONS] [-m MAP] [-n REQUESTS] "
		    "[-r RATE] [-t MS] [-w] SOCKET\n");
		return 2;
	}
	read_keys();
	raise_file_limit();
	ep = epoll_create1(EPOLL_CLOEXEC);
	connect_all();
	print_result(run());
	while (options.waits && getchar() != EOF)
		continue;
	return 0;
}
