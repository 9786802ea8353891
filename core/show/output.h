/*
 * Files named on the command line to be written.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_SHOW_OUTPUT_H
#define HOPSEAL_SHOW_OUTPUT_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/strbuf.h"

/*
 * Write a whole file, "-" for standard output.  It is written beside and renamed: who looks sees what was there before or
 * all of the new one.  Where a link stands, that is what it leads to.  A device or a pipe is refused.
 *
 * False: it could not be, which was complained about; what was there before still is, see base/file.h.
 */
MUST_CHECK bool output_write(const char *name, const struct strbuf *text);

#endif
