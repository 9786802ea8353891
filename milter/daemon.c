/* SPDX-License-Identifier: ISC */
#include "daemon.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/ration.h"
#include "client/frame.h"
#include "client/place.h"
#include "client/spool.h"
#include "client/tell.h"
#include "complaint.h"

#define CONNECT_MS 100 /* over TCP; a unix socket takes a connection at once or not */
#define PROMPT_MS  500 /* for an answer that needs no lookup */
#define PROMPT_MAP "json"
#define PROMPT_KEY ".parent" /* which is never found */
#define TEXT_MAX   1000      /* of the reply to it */

static struct {
	pthread_mutex_t mutex;
	int64_t away_until_ms; /* 0: it answers */
	bool is_told;          /* the log says that it is away */
	int64_t told_ms;
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

static void
note_failure(const char *fault)
{
	int64_t now = now_ms();
	unsigned kept;
	bool is_news;

	pthread_mutex_lock(&state.mutex);
	state.away_until_ms = now + AWAY_MS;
	is_news = !state.is_told && ration_allows(&state.outages, now, &kept);
	if (is_news) {
		state.is_told = true;
		state.told_ms = now;
	}
	pthread_mutex_unlock(&state.mutex);
	if (is_news)
		log_warn("daemon: status=away fault=\"%s\" action=\"mail passes, "
			 "sessions go to the spool\" untold=%u",
		    fault, kept);
}

static void
note_return(void)
{
	int64_t away_ms;
	bool is_news;

	pthread_mutex_lock(&state.mutex);
	is_news = state.is_told;
	away_ms = now_ms() - state.told_ms;
	state.is_told = false;
	state.away_until_ms = 0;
	pthread_mutex_unlock(&state.mutex);
	if (is_news)
		log_info("daemon: status=back after-s=%lld", (long long)away_ms / 1000);
}

/*
 * Whether it answers what it knows by itself, however slow somebody's DNS is.  That its socket takes a connection says
 * nothing: for a daemon that hangs the system does that.
 */
static bool
answers(const char *where, struct why *why)
{
	enum client_outcome outcome;
	char *text;
	size_t len;

	outcome = client_ask(
	    where, PROMPT_MAP, PROMPT_KEY, PROMPT_MS, TEXT_MAX, &text, &len, why);
	free(text);
	return outcome != CLIENT_DOWN;
}

static bool
is_back(const char *where)
{
	struct why why;

	if (!answers(where, &why)) {
		note_failure(why.text);
		return false;
	}
	note_return();
	return true;
}

/* When the time is over, the first who comes tries for all; the others go on without it for that long. */
static bool
is_let_alone(const char *where)
{
	int64_t now = now_ms();
	bool is_away, is_first;

	pthread_mutex_lock(&state.mutex);
	is_away = state.away_until_ms != 0;
	is_first = is_away && now >= state.away_until_ms;
	if (is_first)
		state.away_until_ms = now + AWAY_MS;
	pthread_mutex_unlock(&state.mutex);
	return is_away && !(is_first && is_back(where));
}

/* --- without an answer -------------------------------------------------------------------------------- */

static bool
connect_to(int fd, const struct place *place)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	int n;

	if (connect(fd, &place->sa, place->len) == 0)
		return true;
	if (errno != EINPROGRESS)
		return false;
	n = poll(&p, 1, CONNECT_MS);
	if (n == 0)
		errno = ETIMEDOUT;
	return n == 1;
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
	close(fd);
	return is_sent;
}

bool
daemon_post(const char *where, const char *map, const char *key)
{
	struct place place;
	const char *fault;
	char *request;
	bool is_sent;
	size_t len;

	if (is_let_alone(where) || place_parse(where, &place, &fault) != ST_OK)
		return false;
	request = frame_make(map, key, &len);
	if (request == NULL)
		return false;
	is_sent = send_once(&place, request, len);
	if (!is_sent && errno != EAGAIN) /* so many others are asking: it is busy */
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
	if (is_let_alone(where)) {
		why_set(why, "let alone after it has not answered");
		return CLIENT_DOWN;
	}
	outcome = client_ask(where, map, key, wait_ms, text_max, text, len, why);
	if (outcome == CLIENT_DOWN &&
	    (now_ms() - began < wait_ms || !answers(where, NULL)))
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
	enum tell_outcome outcome;
	struct why why;

	if (is_let_alone(where)) {
		keep(json, spool);
		return;
	}
	outcome = client_tell(where, json, spool, PROMPT_MS, &why);
	if (outcome == TELL_SPOOLED || outcome == TELL_LOST)
		note_failure(why.text);
	if (outcome == TELL_REFUSED || outcome == TELL_LOST)
		complaint_log(&lost, why.text);
}
