/*
 * An answer in the words of one kind of caller.  SPDX-License-Identifier: ISC
 *
 * The socketmap's map name selects the dialect.  Where an MTA can take one verdict per
 * domain only, the dialect narrows so that no host is reached with less than its own verdict; every
 * narrowing is one row of a table and one row of the manual.
 */
#ifndef HOPSEAL_WIRE_DIALECT_H
#define HOPSEAL_WIRE_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "wire/answer.h"
#include "wire/opensmtpd.h"
#include "wire/socketmap.h"

struct dialect {
	const char *map; /* the socketmap's name */
	const char *summary;
	/* Append the text of the reply; returns its code.  Never REPLY_OK without text. */
	enum socketmap_code (*put)(const struct answer *answer, struct strbuf *text);
	bool is_delivery; /* an MTA asks for every session that it is about to begin */
	enum looks looks; /* how hosts stand has a say (lookup/seal.h) */
	bool takes_turns; /* so has whose turn it is (lookup/turns.h) */
	/* Keys are calls (wire/sendmail_call.h), with replies of their own; put is for people. */
	bool takes_calls;
};

/* The dialect of a map name; NULL if there is none. */
const struct dialect *dialect_find(const char *map, size_t len);

/* All of them, ended by an entry without a map name; for the manual and usage texts. */
extern const struct dialect dialects[];

#endif
