/* SPDX-License-Identifier: ISC */
#include "wire/dialect.h"

#include "wire/dialects.h"

const struct dialect dialects[] = {
	{ "postfix", "Postfix 3.4 to 3.9", true, dialect_postfix },
	{ "postfix-tlsrpt", "Postfix 3.10 and later, with TLSRPT attributes", true,
	    dialect_postfix_tlsrpt },
	{ "sts", "MTA-STS only, as Sendmail's FEATURE(`sts') expects", true,
	    dialect_sts },
	{ "json", "everything, for tools and tests", false, dialect_json },
	{ NULL, NULL, false, NULL },
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
