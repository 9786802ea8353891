/*
 * The lines of smtpd(8): what a filter and a table program are told.  SPDX-License-Identifier: ISC
 *
 * Fields are separated by "|"; only the last one may have it inside.  Pure: no I/O, no memory of its own, whatever comes.
 */
#ifndef HOPSEAL_OPENSMTPD_LINES_H
#define HOPSEAL_OPENSMTPD_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "wire/txt.h"

#define LINE_KEPT 4096 /* octets of a line; what is longer is cut */
#define ID_MAX    16   /* hexadecimal digits of a session or a token */

/* A stream of octets on its way to lines.  Begins as zeros. */
struct line_reader {
	char bytes[LINE_KEPT];
	size_t len;
	bool is_cut;
};

/* A line without its end; is_cut: there was more of it.  line is the callee's for the length of the call. */
typedef void line_fn(struct txt line, bool is_cut, void *arg);

void line_read(struct line_reader *reader, const char *bytes, size_t len,
    line_fn *on_line, void *arg);

/* The first field, which is taken off rest; the whole rest where there is no "|". */
struct txt line_field(struct txt *rest);

/* Take off the last field.  The whole rest where there is no "|". */
struct txt line_last_field(struct txt *rest);

bool txt_is(struct txt txt, const char *word);

/* In any case of letters. */
bool txt_starts(struct txt txt, const char *word);

/* Copy as much as fits, with a NUL behind it. */
void txt_keep(char *out, size_t size, struct txt txt);

/* Lines for filters.  Version 0.5 to 0.7, and what comes later as long as it reads the same. */
enum filter_line_kind {
	LINE_READY,   /* config|ready */
	LINE_REPORT,  /* of a session: event and rest */
	LINE_REQUEST, /* waits for an answer: event is its phase, rest its parameter */
	LINE_OTHER,
};

struct filter_line {
	enum filter_line_kind kind;
	/* Of LINE_REPORT and LINE_REQUEST: */
	bool is_token_first; /* in answers: before version 0.5 */
	time_t when;         /* 0: not said */
	bool is_inbound;     /* smtp-in, or smtp-out */
	struct txt event, session, rest;
	uint64_t id;      /* the session's */
	struct txt token; /* of LINE_REQUEST */
};

/* What is no line of these is LINE_OTHER. */
void filter_line_read(struct txt line, struct filter_line *out);

/*
 * The domain of a mail address: what stands behind the last "@" outside of quotes.  The address may be in angle brackets, and
 * parameters behind them (RFC 5321, 4.1.1.3).  Empty: there is none, or a literal.
 */
struct txt address_domain(struct txt address);

#endif
