/*
 * Files that were no reports, kept for somebody to look at.  SPDX-License-Identifier: ISC
 *
 * Its bounds are in report/inbox_folder.h.
 */
#ifndef HOPSEAL_REPORT_ASIDE_H
#define HOPSEAL_REPORT_ASIDE_H

#include "base/status.h"

/*
 * Move a file of the inbox, open as folder, aside; one of the same name there is replaced.  Then the oldest go until
 * there is not too much, if it must be this one, too.
 *
 * ST_OK, or ST_IO: it is still where it was.
 */
MUST_CHECK enum status aside_put(int folder, const char *name);

#endif
