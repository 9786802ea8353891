/*
 * One line of OpenSMTPD's log.  SPDX-License-Identifier: ISC
 *
 * What smtpd(8) says of TLS in a session of ours, as 6.8 and 7.6 write it.  Servers have their words in the log too, in
 * replies that are quoted: only the fixed beginnings of lines are believed, and behind them what smtpd and its
 * libraries say themselves.
 */
#ifndef HOPSEAL_WIRE_OPENSMTPD_LINE_H
#define HOPSEAL_WIRE_OPENSMTPD_LINE_H

#include "wire/tls_event.h"

#define OPENSMTPD_SESSION_LEN 16 /* hexadecimal digits */

struct opensmtpd_line {
	char session[OPENSMTPD_SESSION_LEN + 1];
	enum event_tls tls;           /* UP or FAILED */
	enum event_verified verified; /* of UP: NAME or NO */
	/* Of UP: what is wrong with the certificate.  Said also where smtpd goes on in spite of it. */
	bool has_result;
	enum tls_result result;
	char reason[REASON_CODE_MAX + 1]; /* of a result, or of FAILED; "": not said */
};

/*
 * Read a line, without its end, with what syslog puts in front or, as "smtpd -d" writes it, without.
 * False: not smtpd's, or nothing of interest; *out is undefined then.
 */
bool opensmtpd_line_parse(const char *line, size_t len, struct opensmtpd_line *out);

#endif
