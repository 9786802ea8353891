/*
 * The state of things for Prometheus.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONTROL_METRICS_H
#define HOPSEAL_CONTROL_METRICS_H

#include "base/strbuf.h"
#include "control/service.h"

/* Append all metrics in the text exposition format 0.0.4, every name with HELP and TYPE. */
void metrics_add(struct service *service, struct strbuf *out);

#endif
