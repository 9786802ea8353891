/*
 * Sessions in what Exim tells of its doings.  SPDX-License-Identifier: ISC
 *
 * Exim has no event for "a session is over, and this is what became of it": it has to be put together, in the one
 * process that connects.  Pure: no I/O, no clock; the process is told by its number.
 *
 *   tcp:connect            begins a session; what stood before is over
 *   smtp:ehlo, no TLS      the reply offers STARTTLS or does not
 *   tls:cert               a certificate, the last one first
 *   smtp:ehlo, inside TLS  TLS is up, the certificate was good enough: told
 *   tcp:close              without TLS: told.  After a handshake that failed, or a certificate that was refused:
 *   msg:host:defer         follows with the reason: told.  Or the next tcp:connect without one: told.  After a callout
 *                          nothing follows: told at tcp:close.
 *   msg:delivery           in the process of the connection: cutthrough, which knows no tcp:close
 *   dane:fail              without a connection: the TLSA records could not be had: told
 *
 * No sessions of their own are those over a connection that another process has opened (they have no tcp:connect), and
 * the second attempt in the clear that Exim makes at once where a handshake failed and TLS is not required.
 */
#ifndef HOPSEAL_EXIM_SESSION_H
#define HOPSEAL_EXIM_SESSION_H

#include <stdbool.h>
#include <sys/types.h>

#include "arguments.h"
#include "certificates.h"
#include "wire/tls_event.h"

/* One session, for who tells it.  Texts are as they came; see client/event_json.h. */
struct session {
	char next_hop[DOMAIN_LEN + 1], host[DOMAIN_LEN + 1];
	char remote[ADDRESS_TEXT_MAX], local[ADDRESS_TEXT_MAX];
	char helo[HELO_MAX + 1];
	char version[16], cipher[64];
	enum event_tls tls;
	enum event_verified verified;
	bool has_result;
	enum tls_result result;
	char reason[REASON_CODE_MAX + 1];
	struct chain chain; /* from the leaf on, without a gap; borrowed */
};

enum session_state {
	SESSION_NONE,
	SESSION_CONNECTED, /* no reply to EHLO yet */
	SESSION_PLAIN,     /* one in the clear; STARTTLS may follow */
	SESSION_UP,        /* told */
	SESSION_FAILED,    /* over; why may follow */
};

/* What one process knows.  Begins as zeros. */
struct sessions {
	pid_t pid;
	enum session_state state;
	bool has_starttls;   /* the reply to EHLO offered it */
	bool is_second;      /* perhaps the second attempt in the clear */
	bool had_failed;     /* the last one's handshake */
	bool is_accepted;    /* the daemon has judged the server's certificate */
	struct session last; /* that of state, or the one before */
	struct certificates certificates;
};

/* session is the callee's for the length of the call. */
typedef void session_tell_fn(const struct session *session, void *arg);

/*
 * Take an event that the process pid has seen; what another one left, of which this one is a copy, is forgotten.  What
 * is to be told is told before the call returns, each session once.
 */
void sessions_see(struct sessions *sessions, pid_t pid, const struct exim_event *event,
    session_tell_fn *tell, void *arg);

/*
 * The session whose last certificate, the server's own, has just been seen: what there is to judge.  NULL: event is
 * none of this session, or its certificate could not be read or kept.
 */
const struct session *sessions_at_leaf(
    struct sessions *sessions, const struct exim_event *event);

/* The session at its leaf may go on. */
void sessions_accept(struct sessions *sessions);

/*
 * Whether mail may go over the connection that event speaks of: its certificate was accepted, or there is none, as it is
 * without TLS.  GnuTLS lets a server pass of which it cannot read a certificate, and tls:cert never comes to the leaf.
 */
bool sessions_may_go(
    const struct sessions *sessions, pid_t pid, const struct exim_event *event);

/* Give back the memory; begins as zeros again. */
void sessions_clear(struct sessions *sessions);

#endif
