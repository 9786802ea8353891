/*
 * The SMTP sessions of one Sendmail process, as far as its calls tell of them.  SPDX-License-Identifier: ISC
 *
 * It makes one connection after the other, and keeps a few for messages to come, of other domains among them: then it only
 * asks for their recipients.  What a session was like is told behind its handshake; of one in the clear again for each
 * message, for which it may have tried STARTTLS once more.  It begins with CALL_MX, so that these are the same session.
 */
#ifndef HOPSEAL_WIRE_SENDMAIL_SESSIONS_H
#define HOPSEAL_WIRE_SENDMAIL_SESSIONS_H

#include "wire/sendmail_call.h"

#define SENDMAIL_SESSIONS_MAX                                                          \
	8 /* of one process; it keeps two, if nobody has told it otherwise */
#define SESSION_DOMAINS_MAX 64 /* that a session is counted for */

struct sendmail_session {
	uint64_t used;    /* 0: free */
	bool has_started; /* STARTTLS was offered */
	bool is_told;     /* what became of it is in call */
	struct sendmail_call call;
	size_t count;
	struct domain *counted; /* for these; owned */
};

/* Starts as zeros. */
struct sendmail_sessions {
	uint64_t clock;
	struct sendmail_session items[SENDMAIL_SESSIONS_MAX];
};

/* A call has come: what session it is about, new or known; NULL: none that we know of.  It lives until the next call. */
struct sendmail_session *sendmail_sessions_see(
    struct sendmail_sessions *sessions, const struct sendmail_call *call);
/*
 * A call for a recipient cannot say whether the certificate names the host, the session's own has said it: if it is the same
 * certificate, what was said of it then holds.  session may be NULL.
 */
void sendmail_session_complete(
    const struct sendmail_session *session, struct sendmail_call *call);

/* The next-hop that a call is about: its own, that of its session, or else the recipient's domain.  session may be NULL. */
const struct sendmail_goal *sendmail_next_hop(
    const struct sendmail_session *session, const struct sendmail_call *call);

void sendmail_sessions_clear(struct sendmail_sessions *sessions);

/* Whether it is to be counted for this domain, now: it has been told, was a first attempt, and has not been yet. */
bool sendmail_session_counts(
    struct sendmail_session *session, const struct domain *domain);

/* As an event of this next-hop, now.  It owns nothing. */
void sendmail_session_event(const struct sendmail_session *session,
    const struct next_hop *next_hop, time_t now, struct tls_event *out);

#endif
