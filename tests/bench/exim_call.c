/*
 * What calls of hopseal.so take, made as Exim makes them.  SPDX-License-Identifier: ISC
 *
 *   exim_call MODULE ECHO CERTIFICATE
 *
 * CERTIFICATE is the base64 of a DER; ECHO is where echo.c listens.  Every kind of call takes its turn, so that all meet the
 * same machine, with the daemon at the place that the module has compiled in.  Prints one JSON object: the median and the 99th
 * percentile of each.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "bench/latency.h"
#include "wire/socketmap.h"

#define TURNS   2000
#define WARM_UP 50
#define ARGS    7 /* that Exim passes at most */

#define ADDRESSES "192.0.2.1 192.0.2.1 no"
#define EHLO      "250-mx.test\n250-PIPELINING\n250 STARTTLS"

/* exim4/src/dlfunc: OK is 0, everything else stops Exim. */
typedef int dlfunc(unsigned char **yield, int argc, unsigned char *argv[]);

/* Of the bench's network. */
static const struct place {
	const char *domain, *host;
} sts = { "sts-0.test", "mx.sts-0.test" }, dane = { "dane-0.test", "mx.dane-0.test" };

static dlfunc *hopseal_policy, *hopseal_event, *hopseal_verify;
static const char *echo_path, *der64;
static struct strbuf request;

static NORETURN void
die(const char *what, const char *why)
{
	fprintf(stderr, "exim_call: %s: %s\n", what, why);
	exit(1);
}

static const char *
call(dlfunc *f, const char *const *args, int count)
{
	unsigned char *argv[ARGS + 1] = { NULL }, *yield = NULL;
	int i;

	for (i = 0; i < count; i++)
		argv[i] = (unsigned char *)args[i];
	if (f(&yield, count, argv) != 0)
		die("not OK", yield != NULL ? (const char *)yield : "no reason");
	return yield != NULL ? (const char *)yield : "";
}

/* The arguments of hopseal.main. */
static const char *
tell(dlfunc *f, const struct place *place, const char *event, const char *data,
    const char *tls)
{
	const char *const args[ARGS] = { event, data, place->domain, place->host,
		ADDRESSES, tls, strcmp(event, "tls:cert") == 0 ? der64 : "" };

	return call(f, args, ARGS);
}

#define NO_MATCH "TLSA"

/* --- the kinds ------------------------------------------------------------------------------ */

static void
ask_policy(void)
{
	const char *words = call(hopseal_policy, &sts.domain, 1);

	if (strncmp(words, "mode=enforce ", strlen("mode=enforce ")) != 0)
		die("not the policy", words);
}

#define TLS_NOT_YET "ver= cv=0 dane=no/0 errno=0 mode=enforce vm= ocsp=0 cipher="
#define TLS_IS_UP                                                                      \
	"ver=TLS1.3 cv=1 dane=no/0 errno=0 mode=enforce vm= ocsp=1 cipher=TLS1.3:AES"

static void
tell_session(void)
{
	tell(hopseal_event, &sts, "tcp:connect", "", TLS_NOT_YET);
	tell(hopseal_event, &sts, "smtp:connect", "220 mx.test", TLS_NOT_YET);
	tell(hopseal_event, &sts, "smtp:ehlo", EHLO, TLS_NOT_YET);
	tell(hopseal_event, &sts, "tls:cert", "0", TLS_NOT_YET);
	tell(hopseal_event, &sts, "smtp:ehlo", EHLO, TLS_IS_UP);
	tell(hopseal_event, &sts, "tcp:close", "", TLS_IS_UP);
}

static void
begin_handshake(void)
{
	tell(hopseal_verify, &dane, "tcp:connect", "", TLS_NOT_YET);
	tell(hopseal_verify, &dane, "smtp:ehlo", EHLO, TLS_NOT_YET);
}

/* No TLSA record matches: all has been looked at then. */
static void
verify(void)
{
	const char *refusal = tell(hopseal_verify, &dane, "tls:cert", "0", TLS_NOT_YET);

	if (strstr(refusal, NO_MATCH) == NULL)
		die("not what was asked for", refusal);
}

static void
end_handshake(void)
{
	tell(hopseal_verify, &dane, "tcp:close", "", TLS_NOT_YET);
	tell(hopseal_verify, &dane, "msg:host:defer", "refused", TLS_NOT_YET);
}

/* What this machine takes for a connection, a request and a reply, and nothing else. */
static void
ask_echo(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char reply[512];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", echo_path);
	if (fd == -1 || connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1 ||
	    write(fd, request.data, request.len) != (ssize_t)request.len ||
	    read(fd, reply, sizeof(reply)) <= 0)
		die(echo_path, strerror(errno));
	close(fd);
}

static void
nothing(void)
{
}

static struct kind {
	const char *name;
	void (*before)(void), (*run)(void), (*after)(void); /* run is what is timed */
	struct latency latency;
} kinds[] = {
	{ .name = "policy", .before = nothing, .run = ask_policy, .after = nothing },
	{ .name = "echo", .before = nothing, .run = ask_echo, .after = nothing },
	{ .name = "session", .before = nothing, .run = tell_session, .after = nothing },
	{ .name = "verify",
	    .before = begin_handshake,
	    .run = verify,
	    .after = end_handshake },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* --- turns ---------------------------------------------------------------------------------- */

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

static void
take_turn(bool is_counted)
{
	struct kind *kind;
	uint64_t began, took;

	for (kind = kinds; kind < kinds + KINDS; kind++) {
		kind->before();
		began = now_ns();
		kind->run();
		took = now_ns() - began;
		kind->after();
		if (is_counted)
			latency_add(&kind->latency, took);
	}
}

static void
print_result(void)
{
	const struct kind *kind;

	for (kind = kinds; kind < kinds + KINDS; kind++)
		printf("%s\"%s_us\": %.1f, \"%s_p99_us\": %.1f",
		    kind == kinds ? "{" : ", ", kind->name,
		    (double)latency_quantile(&kind->latency, 0.5) / 1e3, kind->name,
		    (double)latency_quantile(&kind->latency, 0.99) / 1e3);
	printf("}\n");
}

static dlfunc *
find(void *module, const char *name)
{
	dlfunc *f;

	/* As POSIX has it: no conversion leads from an object pointer to a function. */
	*(void **)&f = dlsym(module, name);
	if (f == NULL)
		die(name, dlerror());
	return f;
}

static void
load(const char *path)
{
	void *module = dlopen(path, RTLD_LAZY);

	if (module == NULL)
		die(path, dlerror());
	hopseal_policy = find(module, "hopseal_policy");
	hopseal_event = find(module, "hopseal_event");
	hopseal_verify = find(module, "hopseal_verify");
}

int
main(int argc, char **argv)
{
	size_t i;

	if (argc != 4) {
		fprintf(stderr, "usage: exim_call MODULE ECHO CERTIFICATE\n");
		return 2;
	}
	echo_path = argv[2];
	der64 = argv[3];
	socketmap_request_add(&request, "exim", sts.domain);
	load(argv[1]);
	for (i = 0; i < WARM_UP + TURNS; i++)
		take_turn(i >= WARM_UP);
	print_result();
	return 0;
}
