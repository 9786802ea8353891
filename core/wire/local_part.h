/*
 * The part of a mail address before the "@".  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_LOCAL_PART_H
#define HOPSEAL_WIRE_LOCAL_PART_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"

#define LOCAL_PART_MAX      64                       /* RFC 5321, section 4.5.3.1.1 */
#define LOCAL_PART_TEXT_MAX (2 * LOCAL_PART_MAX + 3) /* all escaped, quotes, NUL */

/*
 * Write a local part, NUL-ended, as SMTP takes it: plain where it is a dot-atom, else as a quoted-string (RFC 5322,
 * sections 3.2.3 and 3.2.4).
 *
 * text   at most LOCAL_PART_MAX octets of printable ASCII, quoted or not
 *
 * Returns ST_OK, or ST_SYNTAX (nothing in it, quotes that do not fit); *out is written only for ST_OK.
 */
MUST_CHECK enum status local_part_write(
    const char *text, size_t len, char out[LOCAL_PART_TEXT_MAX]);

#endif
