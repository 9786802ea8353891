/* SPDX-License-Identifier: ISC */
#include "policy/dane_names.h"

#include <assert.h>

static void
add(struct dane_names *out, const struct domain *name)
{
	size_t i;

	assert(name->len > 0);
	for (i = 0; i < out->count; i++)
		if (domain_equal(out->names[i], name))
			return;
	assert(out->count < DANE_NAMES_MAX);
	out->names[out->count++] = name;
}

void
dane_names_find(const struct next_hop *next_hop, const struct route *route,
    const struct host_facts *host, struct dane_names *out)
{
	assert(host->base != NULL);
	out->count = 0;
	add(out, host->base);
	if (route->outcome != MX_FOUND) {
		add(out, &next_hop->domain);
	} else if (route->is_secure) {
		add(out, &next_hop->domain);
		add(out, &route->expanded);
	} else {
		add(out, &host->name);
	}
}
