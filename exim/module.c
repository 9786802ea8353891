/* SPDX-License-Identifier: ISC */
#include "module.h"

#include <errno.h>
#include <unistd.h>

#include "answer.h"
#include "client/tell.h"
#include "json.h"
#include "session.h"

#ifndef HOPSEAL_RUNDIR
#define HOPSEAL_RUNDIR "/run/hopseal"
#endif
#ifndef HOPSEAL_EXIM_SPOOL
#define HOPSEAL_EXIM_SPOOL "/var/spool/hopseal/exim.spool"
#endif

/* Exim runs with privileges: the places are no matter of its environment. */
#define WHERE "unix:" HOPSEAL_RUNDIR "/map"

#define POLICY_MS 7000 /* the daemon's own deadline for a cold question, and a little */
#define VERIFY_MS 4000
#define TELL_MS   500

/* Of this process; another one sees by its number that this is not its own. */
static struct sessions sessions;

/* --- the daemon ----------------------------------------------------------------------- */

static void
ask(const char *map, const char *key, int deadline_ms, struct reply *reply, char **text)
{
	reply->outcome = client_ask(WHERE, map, key, deadline_ms, ANSWER_MAX + 16, text,
	    &reply->len, &reply->why);
	reply->text = *text;
}

/* Takes json, which may be NULL.  What cannot be told is kept; what cannot be kept is lost. */
static void
tell_json(char *json)
{
	if (json != NULL)
		(void)!client_tell(WHERE, json, HOPSEAL_EXIM_SPOOL, TELL_MS, NULL);
	free(json);
}

static void
tell_session(const struct session *session, void *arg UNUSED)
{
	tell_json(session_json(session, time(NULL)));
}

/* --- steps ---------------------------------------------------------------------------- */

static bool
find_policy(struct piece domain, const char *map, bool is_acl, char out[ANSWER_MAX + 1])
{
	struct reply reply = { .outcome = CLIENT_DOWN, .why = { "no domain" } };
	char key[DOMAIN_LEN + 1], *text = NULL;
	bool is_known;

	/* No name: what the daemon would say of it. */
	if (domain.len > DOMAIN_LEN) {
		reply.outcome = CLIENT_NONE;
	} else if (domain.len > 0) {
		memcpy(key, domain.text, domain.len);
		key[domain.len] = '\0';
		ask(map, key, POLICY_MS, &reply, &text);
	}
	is_known = answer_policy(&reply, is_acl, out);
	free(text);
	return is_known;
}

/* Whether the chain of the session at its leaf is accepted; if not, out says why. */
static bool
is_accepted(const struct session *session, char out[REASON_MAX + 1])
{
	struct reply reply = { .outcome = CLIENT_DOWN, .why = { "out of memory" } };
	char *json, *text = NULL;
	bool is_good;

	if (session == NULL) {
		answer_refuse("certificate cannot be read", out);
		return false;
	}
	json = session_json(session, time(NULL));
	if (json != NULL)
		ask("verify", json, VERIFY_MS, &reply, &text);
	free(json);
	is_good = answer_verify(&reply, out);
	free(text);
	return is_good;
}

static void
judge(const struct exim_event *event, char out[REASON_MAX + 1])
{
	/* What stands above the leaf waits for it. */
	if (event->name != EXIM_TLS_CERT ||
	    (event->data.len > 0 && !piece_is(event->data, "0")))
		return;
	if (is_accepted(sessions_at_leaf(&sessions, event), out))
		sessions_accept(&sessions);
}

/* --- what Exim calls ------------------------------------------------------------------ */

/* The text is ours and is not written to by Exim. */
static int
leave(unsigned char **yield, char *text, int result, int saved_errno)
{
	errno = saved_errno;
	if (yield != NULL)
		*yield = (unsigned char *)text;
	return result;
}

int
hopseal_policy(unsigned char **yield, int argc, unsigned char *argv[])
{
	static char answer[ANSWER_MAX + 1];
	const struct arguments arguments = { argc, argv };
	int saved_errno = errno;
	struct piece domain = argument(&arguments, 0, DOMAIN_LEN + 1);
	struct piece why = argument(&arguments, 1, sizeof("acl"));
	const char *map = why.len > 0 ? "exim-verify" : "exim";
	bool is_known = find_policy(domain, map, piece_is(why, "acl"), answer);

	return leave(yield, answer, is_known ? EXIM_OK : EXIM_FAIL, saved_errno);
}

int
hopseal_event(unsigned char **yield, int argc, unsigned char *argv[])
{
	static char nothing[1];
	const struct arguments arguments = { argc, argv };
	int saved_errno = errno;
	struct exim_event event;

	exim_event_read(&arguments, &event);
	sessions_see(&sessions, getpid(), &event, tell_session, NULL);
	return leave(yield, nothing, EXIM_OK, saved_errno);
}

int
hopseal_verify(unsigned char **yield, int argc, unsigned char *argv[])
{
	static char refusal[REASON_MAX + 1];
	const struct arguments arguments = { argc, argv };
	int saved_errno = errno;
	struct exim_event event;

	refusal[0] = '\0';
	exim_event_read(&arguments, &event);
	event.is_judged = true;
	sessions_see(&sessions, getpid(), &event, tell_session, NULL);
	judge(&event, refusal);
	return leave(yield, refusal, EXIM_OK, saved_errno);
}

int
hopseal_admit(unsigned char **yield, int argc, unsigned char *argv[])
{
	static char refusal[REASON_MAX + 1];
	const struct arguments arguments = { argc, argv };
	int saved_errno = errno;
	struct exim_event event;
	bool may_go;

	refusal[0] = '\0';
	exim_event_read_admit(&arguments, &event);
	may_go = sessions_may_go(&sessions, getpid(), &event);
	if (!may_go)
		answer_refuse("the server's certificate was not shown", refusal);
	return leave(yield, refusal, may_go ? EXIM_OK : EXIM_FAIL, saved_errno);
}

int
hopseal_inbound(unsigned char **yield, int argc, unsigned char *argv[])
{
	static char nothing[1];
	const struct arguments arguments = { argc, argv };
	int saved_errno = errno;

	tell_json(inbound_json(&arguments, time(NULL)));
	return leave(yield, nothing, EXIM_OK, saved_errno);
}
