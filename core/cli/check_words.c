/* SPDX-License-Identifier: ISC */
#include "cli/check.h"

const struct check_words *
check_mx_words(enum mx_outcome outcome)
{
	static const struct check_words words[] = {
		[MX_FOUND] = { "found", "" },
		[MX_IMPLICIT] = { "implicit", "no record, the name itself" },
		[MX_HOST] = { "host", "the name itself" },
		[MX_NULL] = { "null", "takes no mail" },
		[MX_NXDOMAIN] = { "nxdomain", "no such domain" },
		[MX_ERROR] = { "error", "not known" },
	};

	return &words[outcome];
}

const struct check_words *
check_zone_words(enum zone_security security)
{
	static const struct check_words words[] = {
		[ZONE_UNKNOWN] = { "unknown", "not known" },
		[ZONE_BOGUS] = { "bogus", "bogus" },
		[ZONE_INSECURE] = { "insecure", "not signed" },
		[ZONE_SECURE] = { "secure", "secure" },
	};

	return &words[security];
}

uint32_t
check_ttl(const struct audit_host *host)
{
	return host->ttl_s > 0 ? host->ttl_s : host->view->ttl_s;
}
