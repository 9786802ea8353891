/*
 * Sessions as events for the daemon.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_EXIM_JSON_H
#define HOPSEAL_EXIM_JSON_H

#include "session.h"

/* A session as a JSON event, with an id of its own: malloc'ed; NULL when there is no memory. */
MUST_CHECK char *session_json(const struct session *session, time_t when);

/* An inbound session, of hopseal_inbound's arguments: {HELO}{address}{version}{cipher}{verified}. */
MUST_CHECK char *inbound_json(const struct arguments *arguments, time_t when);

#endif
