/*
 * The binary protocol of table programs: OpenSMTPD 6 to 7.5.  SPDX-License-Identifier: ISC
 *
 * Messages of the imsg kind, in the byte order of the machine, both ways over one socket.  smtpd waits for the answer to
 * each request, and ends when it is not of the type PROC_TABLE_OK.
 */
#ifndef HOPSEAL_OPENSMTPD_IMSG_H
#define HOPSEAL_OPENSMTPD_IMSG_H

#include <stdbool.h>
#include <stdint.h>

#include "table.h"

#define IMSG_MAX 16384 /* octets of a message, its header included */

/* Begins as zeros. */
struct imsg_reader {
	uint8_t bytes[IMSG_MAX];
	size_t len;
	bool is_lost; /* no more messages can be found in what comes */
};

/* Read on; whole messages are answered. */
void imsg_read(
    struct imsg_reader *reader, const void *bytes, size_t len, const struct talk *talk);

#endif
