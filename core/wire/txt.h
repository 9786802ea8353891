/*
 * A TXT record, its strings joined.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_TXT_H
#define HOPSEAL_WIRE_TXT_H

#include <stddef.h>

/* len bytes, borrowed; need not end in NUL. */
struct txt {
	const char *text;
	size_t len;
};

#endif
