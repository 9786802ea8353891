/* SPDX-License-Identifier: ISC */
#include "daemon/inbox_map.h"

/* The name says only that there is something; all that lies there is looked at. */
bool
inbox_map_take(struct map_session *s, const char *name, size_t len)
{
	if (!inbox_is_name(name, len))
		map_session_reply(s, REPLY_PERM, "no name of a file in the inbox");
	else if (inbox_wake(s->door->service->inbox))
		map_session_reply(s, REPLY_OK, "taken");
	else
		map_session_reply(s, REPLY_TEMP, "the database cannot be opened");
	return true;
}
