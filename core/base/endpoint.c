/* SPDX-License-Identifier: ISC */
#include "base/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/number.h"

/* What stands behind the address: nothing, or a colon and the port. */
static enum status
parse_port(const char *text, size_t len, uint16_t default_port, uint16_t *out)
{
	uint64_t port = default_port;

	if (len > 0 && (text[0] != ':' ||
			   number_parse(text + 1, len - 1, UINT16_MAX, &port) != ST_OK))
		return ST_SYNTAX;
	if (port == 0)
		return ST_SYNTAX;
	*out = (uint16_t)port;
	return ST_OK;
}

enum status
endpoint_parse(
    const char *text, size_t len, uint16_t default_port, struct endpoint *out)
{
	const char *end = text + len, *address = text, *address_end = end, *colon;
	struct endpoint e;

	if (len > 0 && text[0] == '[') {
		address = text + 1;
		address_end = memchr(text, ']', len);
		if (address_end == NULL)
			return ST_SYNTAX;
	} else if ((colon = memchr(text, ':', len)) != NULL &&
		   memchr(colon + 1, ':', (size_t)(end - colon - 1)) == NULL) {
		address_end = colon; /* one colon: IPv4 with a port */
	}
	if (address_parse(address, (size_t)(address_end - address), &e.address) !=
	    ST_OK)
		return ST_SYNTAX;
	if (address != text) {
		if (!e.address.is_v6)
			return ST_SYNTAX;
		address_end++;
	}
	if (parse_port(address_end, (size_t)(end - address_end), default_port,
		&e.port) != ST_OK)
		return ST_SYNTAX;
	*out = e;
	return ST_OK;
}

const char *
endpoint_text(const struct endpoint *e, char buf[ENDPOINT_TEXT_MAX])
{
	char address[ADDRESS_TEXT_MAX];

	snprintf(buf, ENDPOINT_TEXT_MAX, e->address.is_v6 ? "[%s]:%u" : "%s:%u",
	    address_text(&e->address, address), e->port);
	return buf;
}

socklen_t
endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *out)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(out, 0, sizeof(*out));
	if (e->address.is_v6) {
		in6.sin6_port = htons(e->port);
		memcpy(&in6.sin6_addr, e->address.bytes, sizeof(in6.sin6_addr));
		memcpy(out, &in6, sizeof(in6));
		return sizeof(in6);
	}
	in.sin_port = htons(e->port);
	memcpy(&in.sin_addr, e->address.bytes, sizeof(in.sin_addr));
	memcpy(out, &in, sizeof(in));
	return sizeof(in);
}

bool
endpoint_from_sockaddr(const struct sockaddr *sa, struct endpoint *out)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		*out = (struct endpoint){ .port = ntohs(in.sin_port) };
		memcpy(out->address.bytes, &in.sin_addr, sizeof(in.sin_addr));
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof(in6));
		*out = (struct endpoint){ .address.is_v6 = true,
			.port = ntohs(in6.sin6_port) };
		memcpy(out->address.bytes, &in6.sin6_addr, sizeof(in6.sin6_addr));
		return true;
	}
	return false;
}
