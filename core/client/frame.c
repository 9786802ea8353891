/* SPDX-License-Identifier: ISC */
#include "client/frame.h"

#define AROUND_MAX 24 /* of a netstring: digits, colon, comma and NUL */

/* Not strbuf, which ends the process when there is no memory. */
char *
frame_make(const char *map, const char *key, size_t *len)
{
	size_t payload = strlen(map) + 1 + strlen(key);
	size_t size = payload + AROUND_MAX;
	char *text = malloc(size);

	if (text != NULL)
		*len = (size_t)snprintf(text, size, "%zu:%s %s,", payload, map, key);
	return text;
}

enum client_outcome
frame_outcome(enum socketmap_code code)
{
	static const enum client_outcome outcomes[] = {
		[REPLY_OK] = CLIENT_FOUND,
		[REPLY_NOTFOUND] = CLIENT_NONE,
		[REPLY_TEMP] = CLIENT_RETRY,
		[REPLY_PERM] = CLIENT_PERM,
	};

	return outcomes[code];
}
