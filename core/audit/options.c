/* SPDX-License-Identifier: ISC */
#include "audit/options.h"

struct lookup
audit_lookup(const struct audit_options *options)
{
	return (struct lookup){
		.dns = options->dns,
		.https = options->https,
		.options.dns_deadline_ms = options->dns_deadline_ms,
		.family_wait_ms = options->dns_deadline_ms,
	};
}
