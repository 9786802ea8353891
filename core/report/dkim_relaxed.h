/*
 * The "relaxed" forms that a DKIM signature is made over (RFC 6376, sections 3.4.2 and 3.4.4).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_DKIM_RELAXED_H
#define HOPSEAL_REPORT_DKIM_RELAXED_H

#include <stddef.h>

#include "base/strbuf.h"

/*
 * Append one header field: name in lower case, unfolded, runs of blanks as one space, none around the colon or at the
 * end.  No CRLF is appended.
 *
 * field  len bytes "Name: value", with a colon; the CRLF at its end may be there
 */
void dkim_relax_field(struct strbuf *out, const char *field, size_t len);

/*
 * Append a body: runs of blanks as one space, none at the ends of lines, no empty lines at the end, a CRLF behind the
 * last line.  Lines end in CRLF.  An empty body stays empty.
 */
void dkim_relax_body(struct strbuf *out, const char *body, size_t len);

#endif
