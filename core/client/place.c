/* SPDX-License-Identifier: ISC */
#include "client/place.h"

#include "base/endpoint.h"

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

static enum status
parse_inet(const char *text, struct place *out, const char **fault)
{
	struct endpoint endpoint;

	if (endpoint_parse(text, strlen(text), 0, &endpoint) != ST_OK)
		return refuse(fault, "not ADDRESS:PORT or [V6]:PORT");
	out->len = endpoint_to_sockaddr(&endpoint, &out->storage);
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
