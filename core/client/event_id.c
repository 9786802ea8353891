/* SPDX-License-Identifier: ISC */
#include "client/event_id.h"

#include <stdint.h>
#include <sys/random.h>

enum status
event_id_make(char out[EVENT_ID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[EVENT_ID_SIZE / 2];
	size_t i;

	/* Up to 256 bytes come whole; "would block" is only possible while the system starts. */
	if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != sizeof(bytes))
		return ST_IO;
	for (i = 0; i < sizeof(bytes); i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * i] = '\0';
	return ST_OK;
}
