/*
 * What a sender wishes about TLS (RFC 8689).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_MILTER_TLS_REQUIRED_H
#define HOPSEAL_MILTER_TLS_REQUIRED_H

#include <stdbool.h>

#define TLS_REQUIRED_FIELD "TLS-Required"

/* Whether the value of a field of that name is "No" (section 3; RTLS-08). */
bool tls_required_is_no(const char *value);

/* Whether MAIL has the parameter REQUIRETLS, which overrules the field (section 4.1; RTLS-09).  Ended by NULL. */
bool tls_required_is_overruled(char *const *arguments);

#endif
