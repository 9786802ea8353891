/* SPDX-License-Identifier: ISC */
#include "daemon.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/ration.h"
#include "client/place.h"
#include "client/spool.h"
#include "client/tell.h"
#include "complaint.h"

#define CONNECT_MS 100 /* over TCP; a unix socket takes a connection at once or not */
#define TELL_MS    500
#define LATE_MAX   3 /* questions one after the other without an answer in time */
#define FRAME_MAX  32

static struct {
	pthread_mutex_t mutex;
	bool is_away;                         /* and the log says so */
	int64_t away_until_ms, away_since_ms; /* 0: it answers */
	unsigned late;                        /* questions in a row */
	struct ration outages;
} state = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static struct complaint lost = { "session", "it is not counted", { 0, 0 } };

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* --- outages ------------------------------------------------------------------------------------------- */

/*
 * When the time is over, the first who comes tries for all; the others go on without it for that long.  Of one that was
 * late only an answer shows that it is back.
 */
static bool
is_let_alone(bool wants_answer)
{
	int64_t now = now_ms();
	bool is_away, is_alone;

	pthread_mutex_lock(&state.mutex);
	is_away = state.away_until_ms != 0;
	is_alone = now < state.away_until_ms ||
		   (is_away && state.late >= LATE_MAX && !wants_answer);
	if (is_away && !is_alone)
		state.away_until_ms = now + AWAY_MS;
	pthread_mutex_unlock(&state.mutex);
	return is_alone;
}

/* Under the mutex. */
static void
begin_outage(const char *fault)
{
	int64_t now = now_ms();
	unsigned kept;

	state.away_until_ms = now + AWAY_MS;
	if (state.is_away)
		return;
	state.away_since_ms = now;
	state.is_away = ration_allows(&state.outages, now, &kept);
	if (state.is_away)
		log_warn("daemon: status=away fault=\"%s\" action=\"mail passes, "
			 "sessions go to the spool\" untold=%u",
		    fault, kept);
}

/* Under the mutex. */
static void
end_outage(void)
{
	state.late = 0;
	state.away_until_ms = 0;
	if (state.is_away)
		log_info("daemon: status=back after-s=%lld",
		    (long long)(now_ms() - state.away_since_ms) / 1000);
	state.is_away = false;
}

static void
note_failure(const char *fault)
{
	pthread_mutex_lock(&state.mutex);
	begin_outage(fault);
	pthread_mutex_unlock(&state.mutex);
}

/* lateness: LATE_MAX makes an outage. */
static void
note_late(const char *fault, unsigned lateness)
{
	pthread_mutex_lock(&state.mutex);
	state.late += lateness;
	if (state.late >= LATE_MAX)
		begin_outage(fault);
	pthread_mutex_unlock(&state.mutex);
}

static void
note_answer(void)
{
	pthread_mutex_lock(&state.mutex);
	end_outage();
	pthread_mutex_unlock(&state.mutex);
}

/* Its socket is there. */
static void
note_contact(void)
{
	pthread_mutex_lock(&state.mutex);
	if (state.late < LATE_MAX)
		end_outage();
	pthread_mutex_unlock(&state.mutex);
}

/* --- without an answer -------------------------------------------------------------------------------- */

static bool
connect_to(int fd, const struct place *place)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	if (connect(fd, &place->sa, place->len) == 0)
		return true;
	return errno == EINPROGRESS && poll(&p, 1, CONNECT_MS) == 1;
}

/* A whole request, which the socket takes at once, being much smaller than its buffer. */
static bool
send_once(const struct place *place, const char *request, size_t len)
{
	int fd =
	    socket(place->sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool is_sent;

	if (fd == -1)
		return false;
	is_sent = connect_to(fd, place) &&
		  send(fd, request, len, MSG_NOSIGNAL) == (ssize_t)len;
	if (!is_sent && errno == 0)
		errno = ETIMEDOUT;
	close(fd);
	return is_sent;
}

bool
daemon_post(const char *where, const char *map, const char *key)
{
	size_t payload = strlen(map) + 1 + strlen(key), size = payload + FRAME_MAX;
	struct place place;
	const char *fault;
	char *request;
	bool is_sent;
	int len;

	if (is_let_alone(false) || place_parse(where, &place, &fault) != ST_OK)
		return false;
	request = xmalloc(size);
	len = snprintf(request, size, "%zu:%s %s,", payload, map, key);
	errno = 0;
	is_sent = send_once(&place, request, (size_t)len);
	if (is_sent)
		note_contact();
	else if (errno != EAGAIN) /* so many others are asking: it is busy, not away */
		note_failure(strerror(errno));
	free(request);
	return is_sent;
}

/* --- with one ------------------------------------------------------------------------------------------- */

enum client_outcome
daemon_ask(const char *where, const char *map, const char *key, int wait_ms,
    size_t text_max, char **text, size_t *len, struct why *why)
{
	int64_t began = now_ms();
	enum client_outcome outcome;

	*text = NULL;
	*len = 0;
	if (is_let_alone(true)) {
		why_set(why, "let alone after it has not answered");
		return CLIENT_DOWN;
	}
	outcome = client_ask(where, map, key, wait_ms, text_max, text, len, why);
	if (outcome != CLIENT_DOWN)
		note_answer();
	else if (now_ms() - began >= wait_ms)
		note_late(why->text, 1);
	else
		note_failure(why->text);
	return outcome;
}

static void
keep(const char *json, const char *spool)
{
	struct why why;

	if (spool_append(spool, json, strlen(json), &why) != ST_OK)
		complaint_log(&lost, why.text);
}

void
daemon_tell(const char *where, const char *json, const char *spool)
{
	int64_t began = now_ms();
	enum tell_outcome outcome;
	struct why why;

	if (is_let_alone(true)) {
		keep(json, spool);
		return;
	}
	outcome = client_tell(where, json, spool, TELL_MS, &why);
	if (outcome == TELL_COUNTED || outcome == TELL_REFUSED)
		note_answer();
	else if (now_ms() - began >= TELL_MS) /* for one of these it needs no lookup */
		note_late(why.text, LATE_MAX);
	else
		note_failure(why.text);
	if (outcome == TELL_REFUSED || outcome == TELL_LOST)
		complaint_log(&lost, why.text);
}
