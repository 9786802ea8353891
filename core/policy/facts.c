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
	free(host->canonical);
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

static bool
is_alias_of(const struct host_facts *host, const struct domain *name)
{
	return host->canonical != NULL && domain_equal(host->canonical, name);
}

const struct host_facts *
route_find_host(const struct route *route, const struct domain *name)
{
	const struct host_facts *host, *alias = NULL;

	for (host = route->hosts; host < route->hosts + route->host_count; host++) {
		if (domain_equal(&host->name, name))
			return host;
		if (alias == NULL && is_alias_of(host, name))
			alias = host;
	}
	return alias;
}

bool
host_has_address(const struct host_facts *host, const struct address *address)
{
	size_t i;

	for (i = 0; i < host->address_count; i++)
		if (address_equal(&host->addresses[i], address))
			return true;
	return false;
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
