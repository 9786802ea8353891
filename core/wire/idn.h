/*
 * Names as people write them.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_IDN_H
#define HOPSEAL_WIRE_IDN_H

#include "base/domain.h"

/*
 * domain_parse() for text that may hold U-labels in UTF-8: they become A-labels first (IDNA 2008,
 * RFC 5891; upper case and width are mapped as UTS 46 does without transition).  Pure ASCII takes
 * the short way.  Returns what domain_parse() returns.
 */
MUST_CHECK enum status idn_domain_parse(
    const char *text, size_t len, struct domain *out, struct why *why);

#endif
