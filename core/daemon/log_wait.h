/*
 * Events of OpenSMTPD that wait for a word of its log.  SPDX-License-Identifier: ISC
 *
 * smtpd(8) writes the line before its filter tells the event, but it comes by way of syslog and of a file that is looked at
 * now and then.  So an event waits for it a little, unacknowledged; who tells it keeps it until then.
 */
#ifndef HOPSEAL_DAEMON_LOG_WAIT_H
#define HOPSEAL_DAEMON_LOG_WAIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "wire/opensmtpd_log.h"

#define LOG_WAIT_MS     800 /* filter-hopseal waits for a second */
#define LOG_WAITING_MAX 256 /* events; more do not wait */

struct log_wait;

struct log_waits {
	const struct opensmtpd_log *log; /* borrowed */
	struct list list;
	size_t count;
};

void log_waits_init(struct log_waits *waits, const struct opensmtpd_log *log);

/* Nobody waits any longer. */
void log_waits_end(struct log_waits *waits);

/* The log has said something of this session: who waits for it goes on. */
void log_waits_heard(struct log_waits *waits, const char *session);

/* Whether it makes sense for this event to wait, and there is room. */
bool log_wait_is_due(const struct log_waits *waits, const struct tls_event *event);

typedef void log_wait_fn(void *arg);

/* Wait for a word on this session; fn is called when it has come, or the time is up. */
struct log_wait *log_wait_start(
    struct log_waits *waits, const char *session, log_wait_fn *fn, void *arg);
void log_wait_cancel(struct log_wait *wait);

#endif
