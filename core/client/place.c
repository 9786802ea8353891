/* SPDX-License-Identifier: ISC */
#include "client/place.h"

#include "base/address.h"
#include "base/number.h"

static enum status
refuse(const char **fault, const char *text)
{
	*fault = text;
	return ST_SYNTAX;
}

static enum status
parse_unix(const char *path, struct place *out, const char **fault)
{
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(out->un.sun_path))
		return refuse(fault, "path is empty or too long for a socket");
	out->un.sun_family = AF_UNIX;
	memcpy(out->un.sun_path, path, len + 1);
	out->len = sizeof(out->un);
	return ST_OK;
}

static void
set_inet(struct place *out, const struct address *a, uint16_t port)
{
	if (a->is_v6) {
		out->in6.sin6_family = AF_INET6;
		out->in6.sin6_port = htons(port);
		memcpy(&out->in6.sin6_addr, a->bytes, 16);
		out->len = sizeof(out->in6);
	} else {
		out->in.sin_family = AF_INET;
		out->in.sin_port = htons(port);
		memcpy(&out->in.sin_addr, a->bytes, 4);
		out->len = sizeof(out->in);
	}
}

static enum status
parse_inet(const char *text, struct place *out, const char **fault)
{
	const char *colon = strrchr(text, ':');
	struct address address;
	uint64_t port;
	size_t len;

	if (colon == NULL ||
	    number_parse(colon + 1, strlen(colon + 1), UINT16_MAX, &port) != ST_OK)
		return refuse(fault, "no port");
	len = (size_t)(colon - text);
	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (address_parse(text, len, &address) != ST_OK)
		return refuse(fault, "not an IP address");
	set_inet(out, &address, (uint16_t)port);
	return ST_OK;
}

enum status
place_parse(const char *where, struct place *out, const char **fault)
{
	memset(out, 0, sizeof(*out));
	if (strncmp(where, "unix:", 5) == 0)
		return parse_unix(where + 5, out, fault);
	if (strncmp(where, "inet:", 5) == 0)
		return parse_inet(where + 5, out, fault);
	return refuse(fault, "neither \"unix:PATH\" nor \"inet:ADDRESS:PORT\"");
}
