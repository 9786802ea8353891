/*
 * The text protocol of table programs: OpenSMTPD 7.6 and later.  SPDX-License-Identifier: ISC
 *
 * One line each way.  smtpd waits for the answer to each request, and ends when it does not understand it: also at
 * "error|TEXT".
 */
#ifndef HOPSEAL_OPENSMTPD_WORDS_H
#define HOPSEAL_OPENSMTPD_WORDS_H

#include "lines.h"
#include "table.h"

#define WORDS_FIRST_OCTET                                                              \
	'c' /* of what smtpd says first; no binary message begins like that */
#define WORDS_ID_MAX 64

/* A line of smtpd; is_cut: there was more of it. */
void words_take(struct txt line, bool is_cut, const struct talk *talk);

#endif
