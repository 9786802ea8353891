/*
 * The operator's mail server, as the configuration names it.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_RELAY_H
#define HOPSEAL_REPORT_RELAY_H

#include <stdbool.h>

#include "base/address.h"
#include "base/domain.h"

#define SMTP_PORT 25

struct relay {
	struct domain name; /* unset: address is it */
	struct address address;
	unsigned port;
};

/* Parse "ADDRESS", "ADDRESS:PORT", "[V6]:PORT", "NAME" or "NAME:PORT".  ST_OK or ST_SYNTAX. */
MUST_CHECK enum status relay_parse(const char *text, struct relay *out);

#endif
