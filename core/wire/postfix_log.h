/*
 * Sessions out of Postfix's log.  SPDX-License-Identifier: ISC
 *
 * For Postfix before 3.10, which tells of its sessions nowhere else.  Each smtp(8) process has one session at a time;
 * what it says of TLS belongs to its next "QUEUEID: ..." line.
 *
 * What the log can show, and what not:
 *   - smtp_tls_loglevel must be 1 or more, else successes are not seen;
 *   - smtp_tls_connection_reuse must be off: tlsproxy(8) would say what is wanted here;
 *   - a resumed session has lost the reason why its certificate was bad;
 *   - connections that never came as far as TLS leave nothing here, nor does mail that went out in the clear at
 *     level "may", nor another delivery over a connection that was kept;
 *   - what Postfix 3.10 reports by datagram is passed over;
 *   - names in the log may be forged where info_log_addr_form is "internal".
 */
#ifndef HOPSEAL_WIRE_POSTFIX_LOG_H
#define HOPSEAL_WIRE_POSTFIX_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "wire/tls_event.h"

/* Processes remembered; beyond, the one is forgotten that has been silent the longest. */
#define POSTFIX_PROCESSES_MAX 4096

struct postfix_log;

struct postfix_log *postfix_log_new(void);
void postfix_log_free(struct postfix_log *log); /* NULL is fine */

/* Sessions of one process whose message is not known yet: hosts and addresses that were tried before the last. */
#define POSTFIX_SESSIONS_MAX 16

/* One session whose outcome is known; event owns nothing and need not be cleared. */
struct postfix_session {
	uint32_t
	    pid; /* of the smtp(8) process: whose socketmap question tells the next-hop */
	/* next_hop is the recipient's domain, a guess, or unset (len 0) */
	struct tls_event event;
};

typedef void postfix_session_fn(const struct postfix_session *session, void *arg);

/*
 * Read the next line, without its end; its date counts if it has a year and a zone, else now.  fn is called for each session
 * that it completes: with the line that names a recipient come those of the hosts tried in vain before.
 */
void postfix_log_read(struct postfix_log *log, const char *line, size_t len, time_t now,
    postfix_session_fn *fn, void *arg);

#endif
