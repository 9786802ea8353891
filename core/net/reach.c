/* SPDX-License-Identifier: ISC */
#include "net/reach.h"

#include <errno.h>
#include <unistd.h>

#include "base/endpoint.h"

#define ANY_PORT 9 /* discard; nothing is sent to it */

/* What the kernel says where it has no route, or no address of that family. */
static bool
is_want_of_route(int error)
{
	return error == ENETUNREACH || error == EADDRNOTAVAIL || error == EAFNOSUPPORT;
}

/* To connect a datagram socket is to look up the route. */
bool
reach_is_possible(const struct address *address)
{
	struct endpoint to = { *address, ANY_PORT };
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(&to, &sa);
	int fd = socket(sa.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool is_possible;

	if (fd == -1)
		return !is_want_of_route(errno);
	is_possible = connect(fd, (struct sockaddr *)&sa, len) == 0 ||
		      (!is_want_of_route(errno) && errno != EHOSTUNREACH);
	close(fd);
	return is_possible;
}

/* EHOSTUNREACH is also what routers say of a host that is down, and neighbours that do not find it. */
bool
reach_was_impossible(const struct address *address, int error)
{
	return is_want_of_route(error) ||
	       (error == EHOSTUNREACH && !reach_is_possible(address));
}
