/*
 * One connection of a client with the MTA, from its beginning to its end.  SPDX-License-Identifier: ISC
 *
 * What the milter does, without libmilter (filter.h).  Its calls come one after the other, each perhaps in another thread.
 */
#ifndef HOPSEAL_MILTER_SESSION_H
#define HOPSEAL_MILTER_SESSION_H

#include "connection.h"
#include "current.h"
#include "letter.h"
#include "recipient.h"
#include "refusal.h"

/* Between MAIL and the end of the mail. */
struct message {
	unsigned recipients, report_recipients;
	bool may_go_out;       /* to one of them, at least */
	unsigned wishes;       /* fields TLS-Required */
	bool is_no;            /* the value of the first one */
	bool is_overruled;     /* by REQUIRETLS */
	bool has_tried;        /* to open the letter */
	struct letter *letter; /* NULL: it is none, or could not be taken in */
	bool has_body;         /* the MTA has shown some of it */
};

struct session {
	struct settings *settings; /* held */
	bool can_skip;             /* the MTA can leave out the rest of a body */
	struct connection connection;
	struct message message;
};

/* With the settings that hold now; never NULL. */
struct session *session_new(void);

/* A mail begins; the arguments of MAIL, ended by NULL. */
void session_mail(struct session *session, char *const *arguments);

/*
 * A recipient.  The daemon hears of its next-hop; where the settings want an early reply, it is waited for.
 * Returns false: refused, *refusal says how.
 */
bool session_recipient(struct session *session, const struct recipient *recipient,
    struct refusal *refusal);

/* value: with the blank before it. */
void session_header(struct session *session, const char *name, const char *value);

/* A piece of the body.  Returns false: the rest of it is not needed. */
bool session_body(struct session *session, const void *bytes, size_t len);

/*
 * The mail is complete.
 *
 * queue_id   NULL: the MTA does not say
 *
 * Returns whether it is to be discarded: it was a report, which is on disk, and was for nobody else.
 */
bool session_end_of_mail(struct session *session, const char *queue_id);

/* The mail is not to be; the session goes on. */
void session_abort(struct session *session);

/* The connection has ended: it is told, and the session freed. */
void session_end(struct session *session);

#endif
