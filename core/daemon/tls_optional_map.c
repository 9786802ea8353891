/* SPDX-License-Identifier: ISC */
#include "daemon/tls_optional_map.h"

#include "net/loop.h"
#include "wire/sendmail_call.h"

bool
tls_optional_map_take(struct map_session *s, const char *key, size_t len)
{
	char id[QUEUE_ID_MAX + 1] = "";

	if (len == 0 || len > QUEUE_ID_MAX) {
		map_session_reply(s, REPLY_PERM, "no queue id");
		return true;
	}
	memcpy(id, key, len);
	exempt_note(&s->door->exempt, id, loop_time());
	map_session_reply(s, REPLY_OK, "noted");
	return true;
}
