/*
 * Files named on the command line.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_INPUT_H
#define HOPSEAL_CLI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/strbuf.h"

/*
 * Append a whole file, "-" for standard input.  False: it cannot be read, or has more than max octets and is
 * therefore not what it should be; that was complained about.
 */
MUST_CHECK bool input_read(
    const char *name, size_t max, const char *what, struct strbuf *out);

#endif
