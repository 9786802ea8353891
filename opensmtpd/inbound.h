/*
 * Sessions of other people's clients with us.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_OPENSMTPD_INBOUND_H
#define HOPSEAL_OPENSMTPD_INBOUND_H

#include "outbound.h"

/* Take a report of smtp-in.  Told is, at its end, each link over a network whose client has said its name. */
void inbound_see(
    struct links *links, const struct filter_line *line, event_fn *tell, void *arg);

#endif
