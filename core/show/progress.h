/*
 * One line on the terminal's standard error that says what goes on.  SPDX-License-Identifier: ISC
 *
 * It is written over and over, and gone in the end.  Where nobody looks, in a pipe, a log or under cron, nothing is written.
 */
#ifndef HOPSEAL_SHOW_PROGRESS_H
#define HOPSEAL_SHOW_PROGRESS_H

/* Look at standard error.  There is one such line in a process. */
void progress_open(void);

/* One more step has ended; what it was about. */
void progress_step(const char *what);

/* Wipe the line. */
void progress_close(void);

#endif
