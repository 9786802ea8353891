/*
 * Files named on the command line.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_INPUT_H
#define HOPSEAL_CLI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "wire/txt.h"

/*
 * Append a whole file, "-" for standard input.  False: it cannot be read, or has more than max octets and is
 * therefore not what it should be; that was complained about.
 */
MUST_CHECK bool input_read(
    const char *name, size_t max, const char *what, struct strbuf *out);

#define RECORDS_BYTES_MAX ((size_t)1024 * 1024) /* no answer of DNS is as big */
#define RECORDS_MAX       1000

/* TXT records as found at one name, one a line, borrowed from text. */
struct records {
	struct strbuf text;
	size_t count;
	struct txt items[RECORDS_MAX];
};

/*
 * Read them from a file, as above; empty lines are none.  More than RECORDS_MAX are left out: two are too many already.
 * Freed with records_clear(), also after false.
 */
MUST_CHECK bool records_read(const char *name, struct records *out);
void records_clear(struct records *records);

#endif
