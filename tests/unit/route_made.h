/*
 * MX hosts by their names.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_UNIT_ROUTE_MADE_H
#define HOPSEAL_TESTS_UNIT_ROUTE_MADE_H

#include "cases.h"
#include "policy/facts.h"

#define ROUTE_HOSTS_MAX 4

/* "mx1.example.org ?": with a blank between, "?" for a target that is no name; released with route_release(). */
static inline struct route *
make_route(const char *names)
{
	struct route *route = route_new(ROUTE_HOSTS_MAX);
	size_t len;

	route->host_count = 0;
	for (; *names != '\0'; names += len + (names[len] == ' ')) {
		struct domain *name = &route->hosts[route->host_count++].name;

		len = strcspn(names, " ");
		if (names[0] != '?')
			assert_int_equal(domain_parse(names, len, name, NULL), ST_OK);
	}
	return route;
}

#endif
