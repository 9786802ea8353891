/*
 * Datagrams of libtlsrpt, as many as a benchmark likes.  SPDX-License-Identifier: ISC
 *
 *   flood [-r PER_SECOND] PATH COUNT     8 senders together send COUNT sessions with 1000 domains; they wait when the
 *                                        queue is full, or, with -r, send so many a second and do not wait, as Postfix
 *   flood -l PATH                        the other end, to compare with: receives, and does nothing else
 *
 * Prints {"sent": N, "lost": N, "per_second": N}.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SENDERS 8
#define DOMAINS 1000
#define ROOM    (256 * 1024)

static void
die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct sockaddr_un
address_of(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	memcpy(un.sun_path, path, strlen(path));
	return un;
}

/* --- receiving ------------------------------------------------------------------------------ */

static void
swallow(const char *path)
{
	struct sockaddr_un un = address_of(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	static char room[ROOM];

	unlink(path);
	if (fd == -1 || bind(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		die(path);
	while (recv(fd, room, sizeof(room), 0) >= 0)
		continue;
	die("recv");
}

/* --- sending ---------------------------------------------------------------------------------- */

static int
write_session(char *out, size_t size, long number)
{
	long d = number % DOMAINS;

	return snprintf(out, size,
	    "{\"d\": \"d%ld.example\",\"pr\": \"v=TLSRPTv1; rua=mailto:tls@d%ld.example\","
	    "\"policies\":[{\"policy-type\":2,\"policy-domain\": \"d%ld.example\","
	    "\"policy-string\":[\"version: STSv1\",\"mode: enforce\",\"mx: mx1.d%ld.example\","
	    "\"mx: mx2.d%ld.example\",\"max_age: 86400\"],"
	    "\"mx-host\":[\"mx1.d%ld.example\",\"mx2.d%ld.example\"],\"t\":0,\"f\":0}]}",
	    d, d, d, d, d, d, d);
}

/* One of the senders' share.  How many were lost. */
static long
send_share(const char *path, long first, long count, int flags)
{
	struct sockaddr_un un = address_of(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), len;
	char text[1024];
	long i, lost = 0;

	if (fd == -1 || connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		die(path);
	for (i = 0; i < count; i++) {
		len = write_session(text, sizeof(text), first + i);
		if (send(fd, text, (size_t)len, flags) == len)
			continue;
		if (errno != EAGAIN)
			die("send");
		lost++;
	}
	close(fd);
	return lost;
}

/* The same in small steps, so many a second. */
static long
send_paced(const char *path, long first, long count, double per_second)
{
	double began = now(), ahead;
	long i, lost = 0, step = 20;

	for (i = 0; i < count; i += step) {
		lost += send_share(path, first + i, step, MSG_DONTWAIT);
		ahead = (double)(i + step) / per_second - (now() - began);
		if (ahead > 0)
			usleep((useconds_t)(ahead * 1e6));
	}
	return lost;
}

static void
flood(const char *path, long count, double per_second)
{
	long share = count / SENDERS, lost = 0, one;
	double began = now(), took;
	int i, ends[2];

	if (pipe(ends) == -1)
		die("pipe");
	for (i = 0; i < SENDERS; i++)
		if (fork() == 0) {
			one = per_second > 0 ? send_paced(path, i * share, share,
						   per_second / SENDERS)
					     : send_share(path, i * share, share, 0);
			exit(write(ends[1], &one, sizeof(one)) != sizeof(one));
		}
	for (i = 0; i < SENDERS; i++, lost += one)
		if (read(ends[0], &one, sizeof(one)) != sizeof(one))
			die("a sender");
	took = now() - began;
	while (wait(NULL) > 0)
		continue;
	printf("{\"sent\": %ld, \"lost\": %ld, \"per_second\": %.0f}\n",
	    share * SENDERS - lost, lost, (double)(share * SENDERS - lost) / took);
}

int
main(int argc, char **argv)
{
	double per_second = 0;
	int c;

	signal(SIGPIPE, SIG_IGN);
	while ((c = getopt(argc, argv, "l:r:")) != -1)
		if (c == 'l')
			swallow(optarg);
		else if (c == 'r')
			per_second = strtod(optarg, NULL);
	if (argc - optind != 2) {
		fprintf(stderr, "usage: flood [-r PER_SECOND] PATH COUNT | -l PATH\n");
		return 2;
	}
	flood(argv[optind], strtol(argv[optind + 1], NULL, 10), per_second);
	return 0;
}
