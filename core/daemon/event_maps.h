/*
 * The maps whose keys are no questions for a next-hop: sessions and messages, told by our adapters.  SPDX-License-Identifier: ISC
 *
 *	event JSON         to be counted                    OK counted
 *	verify JSON        may it go on, by its chain?      OK accept WORDS, OK refuse WORDS
 *	tls-optional ID    "TLS-Required: No"               OK noted
 *	inbox NAME         a report of others is there      OK taken
 *
 * JSON is what tls_event_parse() reads; TEMP is "ask again later", PERM "never".
 */
#ifndef HOPSEAL_DAEMON_EVENT_MAPS_H
#define HOPSEAL_DAEMON_EVENT_MAPS_H

#include "daemon/map_session.h"
#include "wire/tls_event.h"

struct event_map {
	const char *name;
	/* False: the connection is to be closed. */
	bool (*take)(struct map_session *session, const char *json, size_t len);
};

#define EVENT_MAP_NAME_MAX    12
#define EVENT_MAP_REQUEST_MAX (EVENT_MAP_NAME_MAX + 1 + EVENT_BYTES_MAX)

/* All of them, ended by one without a name. */
extern const struct event_map event_maps[];

/* The map of a request; NULL: it is another one. */
const struct event_map *event_map_find(const struct socketmap_request *request);

/* Nobody waits for it any more; NULL is fine. */
void vetting_cancel(struct vetting *vetting);

/* Nobody waits for the acknowledgement any more: it is counted now, or comes again.  NULL is fine. */
void telling_end(struct telling *telling);

#endif
