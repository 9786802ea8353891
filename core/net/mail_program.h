/*
 * One mail to a program like sendmail(1).  SPDX-License-Identifier: ISC
 *
 * Inside net/mail.c.
 */
#ifndef HOPSEAL_NET_MAIL_PROGRAM_H
#define HOPSEAL_NET_MAIL_PROGRAM_H

#include "net/mail.h"

struct mail_program;

/*
 * The program gets the message with lines that end in LF, as sendmail(1) reads it (net/program.h has
 * the rest).  Its exit status decides (sysexits.h); one that succeeds without having read all has not.
 *
 * done runs once, never before this returns, and leaves the object alone: mail_program_free() follows.
 */
struct mail_program *mail_program_start(
    const struct mail_request *request, mail_done_fn *done, void *arg);

/* Also in the middle: the program is killed, with all that it started, and done will not run.  NULL is fine. */
void mail_program_free(struct mail_program *program);

#endif
