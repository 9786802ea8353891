/*
 * A page for a browser that needs nothing but itself.  SPDX-License-Identifier: ISC
 *
 * No script, nothing from elsewhere: the page says so to the browser, too.  Light or dark as the reader's system is, for a
 * phone, a desk and a printer.  Everything is appended to a strbuf; what is text is escaped here, and nowhere else.
 */
#ifndef HOPSEAL_SHOW_PAGE_H
#define HOPSEAL_SHOW_PAGE_H

#include <stdint.h>

#include "base/strbuf.h"

#define PAGE_TEXT_MAX 100 /* characters of any text */

/*
 * Text of whoever: cut at PAGE_TEXT_MAX; what HTML takes for its own is escaped; control characters, what is invisible,
 * what turns the direction of writing, and bytes that are no UTF-8 become U+FFFD; of marks piled on a letter two stay.
 */
void page_text(struct strbuf *out, const char *text);

/* The same, apart from what stands around it: right-to-left text moves nothing else.  "" becomes a dash. */
void page_name(struct strbuf *out, const char *text);

/* "14,203"; from a thousand million on "1.2 bn" and "1.2 tn". */
void page_number(struct strbuf *out, uint64_t n);

/* How much part is of all: "12 %", "0.8 %", "1 in 1,203"; "none", "all". */
void page_share(struct strbuf *out, uint64_t part, uint64_t all);

/* From the first octet to the page's own heading; title may be of whoever. */
void page_begin(struct strbuf *out, const char *title);
void page_end(struct strbuf *out);

/*
 * A table: a heading, what its columns are called, rows, and a line when there are more of them.  Each row begins with what
 * it is about, to which the caller adds HTML of his own between _row_begin and _row_numbers.
 */
void page_table_begin(struct strbuf *out, const char *heading, const char *about,
    const char *const *columns, size_t count);
void page_row_begin(struct strbuf *out);
void page_row_numbers(struct strbuf *out, const uint64_t *numbers, size_t count);
void page_table_end(struct strbuf *out, uint64_t more);

#endif
