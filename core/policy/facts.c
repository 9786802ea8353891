/* SPDX-License-Identifier: ISC */
#include "policy/facts.h"

#include <assert.h>

#include "base/mem.h"

struct route *
route_new(size_t count)
{
	struct route *route;

	assert(count <= MX_HOSTS_MAX);
	route = xcalloc(1, sizeof(*route) + count * sizeof(route->hosts[0]));
	route->holders = 1;
	route->host_count = count;
	return route;
}

struct route *
route_hold(struct route *route)
{
	route->holders++;
	return route;
}

static void
host_clear(struct host_facts *host)
{
	free(host->base);
	free(host->tlsa);
	free(host->addresses);
}

void
route_release(struct route *route)
{
	size_t i;

	if (route == NULL)
		return;
	assert(route->holders > 0);
	if (--route->holders > 0)
		return;
	for (i = 0; i < route->host_count; i++)
		host_clear(&route->hosts[i]);
	free(route);
}

const char *
sts_attempt_word(enum sts_attempt attempt)
{
	static const char *const words[] = {
#define X(name, word) [name] = word,
		STS_ATTEMPTS(X)
#undef X
	};

	return words[attempt];
}
