/*
 * Compiler attributes, named once.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_BASE_ATTR_H
#define HOPSEAL_BASE_ATTR_H

#include "base/banned.h"

/* The result says whether the work was done; a caller that drops it has a bug. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* fmt is the 1-based position of a printf format, args that of its first value. */
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#define NORETURN __attribute__((noreturn))
#define UNUSED   __attribute__((unused))

/* Seen from outside of a shared object, where all else is hidden. */
#define EXPORTED __attribute__((visibility("default")))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
