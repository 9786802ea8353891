/*
 * Questions of smtpd(8) to its tables, whatever protocol they come in.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_OPENSMTPD_TABLE_H
#define HOPSEAL_OPENSMTPD_TABLE_H

#include "base/attr.h"
#include "base/status.h"
#include "wire/txt.h"

#define TABLE_VALUE_MAX 300 /* octets of "smtp+tls://HOST" */

enum table_question {
	TABLE_IS_SEALED, /* check, service "domain": is verified TLS a must */
	TABLE_ROUTE,     /* lookup, service "relayhost": whom to send to now */
	TABLE_UNKNOWN,   /* any other: not for us */
};

enum table_answer {
	TABLE_NO,
	TABLE_YES,
	TABLE_ERROR, /* nothing may be said now; smtpd tries again later */
};

/* value: written for TABLE_ROUTE and TABLE_YES only. */
typedef enum table_answer table_ask_fn(enum table_question question, struct txt key,
    char value[TABLE_VALUE_MAX + 1], void *arg);

/* Send a whole answer. */
typedef void table_write_fn(const void *bytes, size_t len, void *arg);

/* What a protocol stands between: whom to ask, and where to say it. */
struct talk {
	table_ask_fn *ask;
	table_write_fn *write;
	void *arg;
};

struct table {
	const char *where; /* the daemon's socket, as client_ask() */
	struct why fault;  /* of the last TABLE_ERROR; one line */
};

/*
 * Ask the daemon, which answers from its memory; bounded in time.  A key that cannot be a domain is TABLE_ERROR.
 */
MUST_CHECK enum table_answer table_ask(struct table *table,
    enum table_question question, struct txt key, char value[TABLE_VALUE_MAX + 1]);

#endif
