/*
 * Whole files.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_BASE_FILE_H
#define HOPSEAL_BASE_FILE_H

#include <sys/types.h>

#include "base/attr.h"
#include "base/strbuf.h"

/*
 * Put a new file where path is.  It is written beside, on disk, and renamed: who looks sees all of what was there before or
 * all of the new one.  A link is replaced, not followed.
 *
 * Returns 0, or an errno; what was there before still is then, unless all that failed was to have the new name on disk, too.
 */
MUST_CHECK int file_replace(const char *path, mode_t mode, const struct strbuf *text);

/* Lock an open file for this process alone.  Returns 0, or an errno: EWOULDBLOCK when somebody else has had it so long. */
MUST_CHECK int file_lock(int fd, int wait_ms);

#endif
