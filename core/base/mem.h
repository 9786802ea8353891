/*
 * Memory for the daemon and the command.  SPDX-License-Identifier: ISC
 *
 * These end the process when there is no memory: every size that comes from outside is
 * bounded before it gets here, so a failure means that the machine is out of memory and
 * no answer would be right.  core/client lives in other people's processes and
 * does not use them.
 */
#ifndef HOPSEAL_BASE_MEM_H
#define HOPSEAL_BASE_MEM_H

#include <stddef.h>

#include "base/attr.h"

/* size bytes, not cleared; never NULL.  Freed with free(). */
MUST_CHECK void *xmalloc(size_t size);

/* n objects of size bytes, all zero; never NULL. */
MUST_CHECK void *xcalloc(size_t n, size_t size);

/* n objects of size bytes; the product is checked.  p may be NULL. */
MUST_CHECK void *xreallocarray(void *p, size_t n, size_t size);

/* A copy of s, ended by NUL. */
MUST_CHECK char *xstrdup(const char *s);

/* A copy of len bytes with a NUL behind them. */
MUST_CHECK void *xmemdup(const void *p, size_t len);

#endif
