/*
 * What a command remembers from run to run, in a file.  SPDX-License-Identifier: ISC
 *
 * Runs at the same time wait for each other, a minute at most; each replaces the file as a whole, on disk before it ends.
 * Where others can put things into its folder, links are not followed, and what others can write is not believed.
 */
#ifndef HOPSEAL_CLI_MEMORY_FILE_H
#define HOPSEAL_CLI_MEMORY_FILE_H

#include <stdbool.h>

#include "base/status.h"
#include "base/strbuf.h"

struct memory_file {
	char *path;
	int lock; /* a descriptor */
};

/*
 * Lock it, whether it is there or not.
 *
 * path   NULL: name, in a folder of root's own, beside that of hopseald, or of the user ($XDG_STATE_HOME, $HOME/.local/state)
 *
 * False: it cannot be kept, complained about.  Else to be closed with memory_file_close().
 */
MUST_CHECK bool memory_file_open(
    const char *path, const char *name, struct memory_file *out);

/*
 * Append what is in it: nothing of a file that is not there.
 *
 * Returns ST_OK, or ST_IO with why: it cannot be read, is somebody else's, or has more than max octets.
 */
MUST_CHECK enum status memory_file_read(
    const struct memory_file *file, size_t max, struct strbuf *out, struct why *why);

/* Replace it, as file_replace() does.  False: complained about. */
MUST_CHECK bool memory_file_write(
    const struct memory_file *file, const struct strbuf *text);

void memory_file_close(struct memory_file *file);

#endif
