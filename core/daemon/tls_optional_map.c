/* SPDX-License-Identifier: ISC */
#include "daemon/tls_optional_map.h"

#include <unistd.h>

#include "net/loop.h"
#include "wire/sendmail_call.h"

/* The socket is open to all, and not everybody may weaken others' mail. */
static bool
may_exempt(uid_t user)
{
	return user == 0 || user == geteuid();
}

bool
tls_optional_map_take(struct map_session *s, const char *key, size_t len)
{
	char id[QUEUE_ID_MAX + 1] = "";

	if (!may_exempt(stream_peer_user(s->stream))) {
		map_session_reply(
		    s, REPLY_PERM, "only for root and the user of hopseald");
		return true;
	}
	if (!queue_id_is(key, len)) {
		map_session_reply(s, REPLY_PERM, "no queue id");
		return true;
	}
	memcpy(id, key, len);
	exempt_note(&s->door->exempt, id, loop_time());
	map_session_reply(s, REPLY_OK, "noted");
	return true;
}
