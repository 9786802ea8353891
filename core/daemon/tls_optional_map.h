/*
 * The map "tls-optional": a message has come whose sender asks for "TLS-Required: No".  SPDX-License-Identifier: ISC
 *
 *	tls-optional ID     its queue id (lookup/exempt.h)     OK noted
 */
#ifndef HOPSEAL_DAEMON_TLS_OPTIONAL_MAP_H
#define HOPSEAL_DAEMON_TLS_OPTIONAL_MAP_H

#include "daemon/map_session.h"

/* As struct event_map says. */
bool tls_optional_map_take(struct map_session *session, const char *id, size_t len);

#endif
