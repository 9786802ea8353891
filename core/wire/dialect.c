/* SPDX-License-Identifier: ISC */
#include "wire/dialect.h"

#include "wire/dialects.h"

const struct dialect dialects[] = {
	{ .map = "postfix",
	    .summary = "Postfix 3.4 to 3.9",
	    .put = dialect_postfix,
	    .is_delivery = true },
	{ .map = "postfix-tlsrpt",
	    .summary = "Postfix 3.10 and later, with TLSRPT attributes",
	    .put = dialect_postfix_tlsrpt,
	    .is_delivery = true },
	{ .map = "sts",
	    .summary = "MTA-STS only, as Sendmail's FEATURE(`sts') expects",
	    .put = dialect_sts,
	    .is_delivery = true },
	{ .map = "exim",
	    .summary = "Exim, as hopseal.so asks",
	    .put = dialect_exim,
	    .is_delivery = true },
	{ .map = "exim-verify",
	    .summary = "the same, asked while an address is only verified",
	    .put = dialect_exim },
	{ .map = "opensmtpd",
	    .summary = "OpenSMTPD: whether a domain is sealed",
	    .put = dialect_opensmtpd,
	    .looks = LOOKS_TO_SEAL },
	{ .map = "opensmtpd-prefetch",
	    .summary = "the same, by when mail for it can be routed",
	    .put = dialect_opensmtpd,
	    .looks = LOOKS_TO_ROUTE },
	{ .map = "opensmtpd-route",
	    .summary = "OpenSMTPD: the host that sealed mail goes to",
	    .put = dialect_opensmtpd_route,
	    .is_delivery = true,
	    .looks = LOOKS_TO_ROUTE,
	    .takes_turns = true },
	{ .map = "sendmail",
	    .summary = "Sendmail: what its ruleset is told of each host",
	    .put = dialect_sendmail,
	    .takes_calls = true },
	{ .map = "hopseal",
	    .summary = "the same, by the name that the map has there",
	    .put = dialect_sendmail,
	    .takes_calls = true },
	{ .map = "json",
	    .summary = "everything, for tools and tests",
	    .put = dialect_json },
	{ .map = NULL },
};

const struct dialect *
dialect_find(const char *map, size_t len)
{
	const struct dialect *d;

	for (d = dialects; d->map != NULL; d++)
		if (strlen(d->map) == len && memcmp(d->map, map, len) == 0)
			return d;
	return NULL;
}
