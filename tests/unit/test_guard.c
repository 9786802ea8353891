/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "net/guard.h"

static const struct guard_case {
	const char *name, *address;
	bool is_allowed;
} guard_cases[] = {
	{ "STS-FETCH-14 a public IPv4 address is allowed", "203.0.113.80", true },
	{ "STS-FETCH-14 a public IPv6 address is allowed", "2001:db8::80", true },
	{ "STS-FETCH-14 another public IPv6 address is allowed", "2a00:1450::1", true },
	{ "STS-FETCH-14 loopback is refused", "127.0.0.1", false },
	{ "STS-FETCH-14 the far end of loopback is refused", "127.255.255.254", false },
	{ "STS-FETCH-14 unspecified is refused", "0.0.0.0", false },
	{ "STS-FETCH-14 this network is refused", "0.1.2.3", false },
	{ "STS-FETCH-14 private 10/8 is refused", "10.255.0.1", false },
	{ "STS-FETCH-14 11/8 is public", "11.0.0.0", true },
	{ "STS-FETCH-14 private 172.16/12 is refused", "172.31.255.255", false },
	{ "STS-FETCH-14 172.32/16 is public", "172.32.0.0", true },
	{ "STS-FETCH-14 172.15/16 is public", "172.15.255.255", true },
	{ "STS-FETCH-14 private 192.168/16 is refused", "192.168.0.1", false },
	{ "STS-FETCH-14 192.167/16 is public", "192.167.255.255", true },
	{ "STS-FETCH-14 shared addresses are refused", "100.64.0.1", false },
	{ "STS-FETCH-14 the last shared address is refused", "100.127.255.255", false },
	{ "STS-FETCH-14 what follows the shared ones is public", "100.128.0.0", true },
	{ "STS-FETCH-14 a cloud's metadata address is refused", "169.254.169.254",
	    false },
	{ "STS-FETCH-14 protocol assignments are refused", "192.0.0.8", false },
	{ "STS-FETCH-14 benchmark addresses are refused", "198.19.0.1", false },
	{ "STS-FETCH-14 multicast is refused", "224.0.0.251", false },
	{ "STS-FETCH-14 reserved is refused", "240.0.0.1", false },
	{ "STS-FETCH-14 broadcast is refused", "255.255.255.255", false },
	{ "STS-FETCH-14 the last unicast address is public", "223.255.255.255", true },
	{ "STS-FETCH-14 IPv6 unspecified is refused", "::", false },
	{ "STS-FETCH-14 IPv6 loopback is refused", "::1", false },
	{ "STS-FETCH-14 IPv4-compatible is refused", "::192.0.2.1", false },
	{ "STS-FETCH-14 IPv4-mapped is refused", "::ffff:192.0.2.1", false },
	{ "STS-FETCH-14 NAT64 is refused", "64:ff9b::a00:1", false },
	{ "STS-FETCH-14 local NAT64 is refused", "64:ff9b:1:fffe::a00:1", false },
	{ "STS-FETCH-14 6to4 is refused", "2002:a00:1::1", false },
	{ "STS-FETCH-14 Teredo is refused", "2001::a00:1", false },
	{ "STS-FETCH-14 unique local is refused", "fd12:3456::1", false },
	{ "STS-FETCH-14 unique local fc00 is refused", "fc00::1", false },
	{ "STS-FETCH-14 link-local is refused", "fe80::1", false },
	{ "STS-FETCH-14 the end of link-local is refused", "febf::1", false },
	{ "STS-FETCH-14 site-local is refused", "fec0::1", false },
	{ "STS-FETCH-14 IPv6 multicast is refused", "ff02::fb", false },
};

static struct address
address_of(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text, strlen(text), &a), ST_OK);
	return a;
}

static void
check_guard(void **state)
{
	const struct guard_case *c = *state;
	struct guard guard = { NULL, 0 };
	struct address a = address_of(c->address);

	assert_int_equal(guard_allows(&guard, &a), c->is_allowed);
}

static void
check_opened(void **state)
{
	struct address_range opened[2];
	struct guard guard = { opened, 2 };
	struct address in_v4 = address_of("10.1.2.3"), out_v4 = address_of("10.2.0.1");
	struct address in_v6 = address_of("fd00::7"), out_v6 = address_of("fd01::7");
	struct address public = address_of("203.0.113.80");

	(void)state;
	assert_int_equal(address_range_parse("10.1.0.0/16", 11, &opened[0]), ST_OK);
	assert_int_equal(address_range_parse("fd00::/16", 9, &opened[1]), ST_OK);
	assert_true(guard_allows(&guard, &in_v4));
	assert_true(guard_allows(&guard, &in_v6));
	assert_true(guard_allows(&guard, &public));
	assert_false(guard_allows(&guard, &out_v4));
	assert_false(guard_allows(&guard, &out_v6));
}

static void
check_nat64(void **state)
{
	struct address made = address_of("64:ff9b::192.0.2.1"),
		       local = address_of("64:ff9b:1:fffe::1"),
		       private = address_of("fd12:3456::1"),
		       public = address_of("192.0.2.1");

	(void)state;
	assert_true(guard_is_nat64(&made));
	assert_true(guard_is_nat64(&local));
	assert_false(guard_is_nat64(&private));
	assert_false(guard_is_nat64(&public));
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_guard, guard_cases),
		CASE("NAT64's addresses are told from private ones", check_nat64),
		CASE("STS-FETCH-14 ranges that the operator opened are allowed",
		    check_opened),
	};

	return cases_run("guard", tables, COUNT_OF(tables));
}
