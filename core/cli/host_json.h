/*
 * A host that was looked at, as JSON.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_HOST_JSON_H
#define HOPSEAL_CLI_HOST_JSON_H

#include "audit/host_audit.h"

struct json_object;

/*
 * Put into o: "secure" (its addresses), "base" (the TLSA base domain, ""), "ttl", "records" (cli/tlsa_record.h), and "addresses":
 * [{"address", "tls", "version", "detail", "key", "expires", "verdict", "webpki", "records": [{"matches", "why",
 * "passed_over", "depth"}]}].
 */
void host_json_put(struct json_object *o, const struct host_view *view,
    const struct host_audit *audit, uint32_t ttl_s);

#endif
