/*
 * A connection of the door for MTAs; for door_map.c and its parts only.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_DAEMON_MAP_SESSION_H
#define HOPSEAL_DAEMON_MAP_SESSION_H

#include "daemon/door_map.h"
#include "wire/dialect.h"
#include "wire/socketmap.h"

struct seal_question;
struct sendmail_talk;
struct telling;
struct vetting;

struct map_session {
	struct door_map *door;
	struct stream *stream;
	/* What it waits for; all NULL: nothing. */
	struct question *question;
	struct seal_question *sealing;
	struct vetting *vetting;
	struct telling *telling;
	struct sendmail_talk *talk; /* NULL: it is not Sendmail's */
	const struct dialect *dialect;
};

void map_session_reply(
    struct map_session *session, enum socketmap_code code, const char *text);

/*
 * It waits for the network, and no other connection does, until map_session_go_on(): then a reply has been put.  False:
 * the door is closing, and it is to be closed without one; the MTA asks again, and meets our successor.
 */
bool map_session_wait(struct map_session *session);
void map_session_go_on(struct map_session *session);

#endif
