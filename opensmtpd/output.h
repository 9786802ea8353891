/*
 * What the filter says to smtpd(8).  SPDX-License-Identifier: ISC
 *
 * Never waits: what smtpd does not take now is kept.  One line that is not expected, and smtpd ends: only whole lines of
 * the two kinds below are ever written.
 */
#ifndef HOPSEAL_OPENSMTPD_OUTPUT_H
#define HOPSEAL_OPENSMTPD_OUTPUT_H

#include "lines.h"

#define OUTPUT_MAX (256 * 1024) /* some four thousand answers */

/* Begins as zeros. */
struct output {
	char bytes[OUTPUT_MAX];
	size_t start, len;       /* of what is kept */
	unsigned long long lost; /* lines for which there was no room */
};

/* A request for an answer, as long as it waits for it. */
struct request {
	bool is_token_first;
	char session[ID_MAX + 1], token[ID_MAX + 1];
};

/* Register for the reports of links, and for the recipients of mail that comes in if is_asking. */
void output_register(struct output *out, bool is_asking);

/* The one answer that this filter has. */
void output_proceed(struct output *out, const struct request *request);

/* Write what fd, which is non-blocking, takes. */
void output_flush(struct output *out, int fd);

#endif
