/*
 * What a mail in a file would come to.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_MILTER_TRIAL_H
#define HOPSEAL_MILTER_TRIAL_H

/* Print a line for each of these paths, between commas; "-" is standard input.  Returns the exit status. */
int trial_run(char *paths);

#endif
