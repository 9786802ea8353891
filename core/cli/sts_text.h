/*
 * A record and a policy to publish, and where they belong.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_STS_TEXT_H
#define HOPSEAL_CLI_STS_TEXT_H

#include "publish/sts_make.h"

struct json_object;

/* For people: the policy first, then the record, as they are to be published. */
void sts_text_print(const struct domain *domain, const struct sts_draft *draft);

/* "url", "policy", "owner", "record", "id" */
void sts_text_put(
    struct json_object *o, const struct domain *domain, const struct sts_draft *draft);

#endif
