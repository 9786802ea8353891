/*
 * Sessions, reports and destinations as JSON; the shapes stand in control.h.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONTROL_SHOW_REPORTS_H
#define HOPSEAL_CONTROL_SHOW_REPORTS_H

#include "control/service.h"
#include "store/outbox.h"

struct json_object;

/* Add "events", "spools", "probe", "today", "reports" and "inbox" to the status. */
void show_reports(const struct service *service, struct json_object *status);

/* A report without its text, with its destinations. */
struct json_object *show_report(
    const struct service *service, const struct stored_report *report);

#endif
