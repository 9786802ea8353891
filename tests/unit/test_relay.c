/* SPDX-License-Identifier: ISC */
#include "unit/cases.h"

#include "report/relay.h"

static const struct relay_case {
	const char *name, *text;
	enum status status;
	const char *host, *address;
	unsigned port;
} relay_cases[] = {
	{ "an IPv4 address", "192.0.2.1", ST_OK, "", "192.0.2.1", 25 },
	{ "an IPv4 address and a port", "192.0.2.1:587", ST_OK, "", "192.0.2.1", 587 },
	{ "an IPv6 address", "2001:db8::1", ST_OK, "", "2001:db8::1", 25 },
	{ "an IPv6 address in brackets", "[2001:db8::1]", ST_OK, "", "2001:db8::1",
	    25 },
	{ "an IPv6 address and a port", "[2001:db8::1]:2525", ST_OK, "", "2001:db8::1",
	    2525 },
	{ "a name", "Relay.Example", ST_OK, "relay.example", "", 25 },
	{ "a name and a port", "relay.example:65535", ST_OK, "relay.example", "",
	    65535 },
	{ "nothing", "", ST_SYNTAX, "", "", 0 },
	{ "blanks", "relay example", ST_SYNTAX, "", "", 0 },
	{ "no port behind the colon", "relay.example:", ST_SYNTAX, "", "", 0 },
	{ "port 0", "relay.example:0", ST_SYNTAX, "", "", 0 },
	{ "a port beyond the last", "relay.example:65536", ST_SYNTAX, "", "", 0 },
	{ "a port that is no number", "relay.example:smtp", ST_SYNTAX, "", "", 0 },
	{ "an address that is none", "192.0.2.256", ST_SYNTAX, "", "", 0 },
};

static void
check_relay(void **state)
{
	const struct relay_case *c = *state;
	char text[ADDRESS_TEXT_MAX];
	struct relay relay;

	assert_int_equal(relay_parse(c->text, &relay), c->status);
	if (c->status != ST_OK)
		return;
	assert_string_equal(relay.name.text, c->host);
	assert_int_equal(relay.port, c->port);
	if (c->address[0] != '\0')
		assert_string_equal(address_text(&relay.address, text), c->address);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_relay, relay_cases),
	};

	return cases_run("relay", tables, COUNT_OF(tables));
}
