/*
 * One line of Postfix's log.  SPDX-License-Identifier: ISC
 *
 * What smtp(8) says of TLS, as Postfix 3.7 and 3.10 write it.  Servers, senders and recipients have their words in the
 * log too: only the fixed beginnings of lines are believed, the fields that Postfix itself fills, and of the text
 * in the final parentheses its fixed beginning, unless it is a reply to mail that was sent.
 */
#ifndef HOPSEAL_WIRE_POSTFIX_LINE_H
#define HOPSEAL_WIRE_POSTFIX_LINE_H

#include "wire/tls_event.h"

#define POSTFIX_ID_MAX 20

enum postfix_line_kind {
	POSTFIX_CERTIFICATE_BAD, /* result, reason */
	POSTFIX_SESSION_RESUMED, /* one whose certificate was bad: the reason is lost */
	POSTFIX_TLS_UP,          /* verified, version, cipher */
	POSTFIX_HANDSHAKE_FAILED,
	POSTFIX_LIBRARY_ERROR, /* reason; of the handshake that failed before */
	POSTFIX_REPORTED,      /* 3.10: this session is told of by datagram */
	POSTFIX_POLICY_FAILED, /* next_hop, host, result: no connection was made */
	POSTFIX_ATTEMPT_OVER, /* queue_id; tls and reason, if it was TLS that ended it; with a final
	                             line next_hop, the recipient's domain */
};

struct postfix_line {
	enum postfix_line_kind kind;
	uint32_t pid;
	time_t when;        /* 0: the line has no full date */
	struct domain host; /* len 0: not said, or an address */
	bool has_remote;
	struct address remote;
	enum event_tls tls; /* UNKNOWN: says nothing */
	enum event_verified verified;
	bool has_result;
	enum tls_result result;
	char reason[REASON_CODE_MAX + 1];
	char version[16], cipher[64];
	char queue_id[POSTFIX_ID_MAX + 1];
	bool is_final;          /* POSTFIX_ATTEMPT_OVER with a recipient */
	struct domain next_hop; /* len 0: not said */
	bool is_next_hop_host;
};

/*
 * Read a line, without its end: "Nov 22 02:40:01 host postfix/smtp[123]: ...", the same with an RFC 3339 date,
 * or without any; "postfix" may be any syslog_name.  False: not of smtp(8), or nothing of interest; *out is
 * undefined then.
 */
bool postfix_line_parse(const char *line, size_t len, struct postfix_line *out);

#endif
