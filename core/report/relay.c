/* SPDX-License-Identifier: ISC */
#include "report/relay.h"

#include <string.h>

#include "base/endpoint.h"
#include "base/number.h"

static enum status
parse_port(const char *text, unsigned *out)
{
	uint64_t port = SMTP_PORT;

	if (*text != '\0' &&
	    number_parse(text + 1, strlen(text + 1), UINT16_MAX, &port) != ST_OK)
		return ST_SYNTAX;
	*out = (unsigned)port;
	return port > 0 ? ST_OK : ST_SYNTAX;
}

enum status
relay_parse(const char *text, struct relay *out)
{
	size_t len = strcspn(text, ":");
	struct endpoint endpoint;

	*out = (struct relay){ .port = SMTP_PORT };
	if (endpoint_parse(text, strlen(text), SMTP_PORT, &endpoint) == ST_OK) {
		out->address = endpoint.address;
		out->port = endpoint.port;
		return ST_OK;
	}
	if (domain_parse(text, len, &out->name, NULL) != ST_OK)
		return ST_SYNTAX;
	return parse_port(text + len, &out->port);
}
