/* SPDX-License-Identifier: ISC */
#include "net/guard.h"

#define V4(a, b, c, d, bits)                                                           \
	{                                                                              \
		{ false, { a, b, c, d } }, bits                                        \
	}
#define V6(bits, ...)                                                                  \
	{                                                                              \
		{ true, { __VA_ARGS__ } }, bits                                        \
	}

/* IANA's special-purpose registries, as far as the addresses lead to somebody's inside. */
static const struct address_range refused[] = {
	V4(0, 0, 0, 0, 8),      /* this network, RFC 791 */
	V4(10, 0, 0, 0, 8),     /* private, RFC 1918 */
	V4(100, 64, 0, 0, 10),  /* shared by a provider's customers, RFC 6598 */
	V4(127, 0, 0, 0, 8),    /* loopback */
	V4(169, 254, 0, 0, 16), /* link-local, RFC 3927; clouds' metadata services */
	V4(172, 16, 0, 0, 12),  /* private */
	V4(192, 0, 0, 0, 24),   /* protocol assignments, RFC 6890 */
	V4(192, 168, 0, 0, 16), /* private */
	V4(198, 18, 0, 0, 15),  /* benchmarks, RFC 2544 */
	V4(224, 0, 0, 0, 3),    /* multicast, reserved, broadcast */

	/* ::, ::1, IPv4-compatible */
	V6(96, 0), V6(96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff), /* IPv4-mapped */
	V6(32, 0x20, 0x01, 0, 0), /* Teredo: embeds IPv4 */
	V6(16, 0x20, 0x02),       /* 6to4: embeds IPv4 */
	V6(7, 0xfc),              /* unique local, RFC 4193 */
	V6(10, 0xfe, 0x80),       /* link-local */
	V6(10, 0xfe, 0xc0),       /* site-local, RFC 3879 */
	V6(8, 0xff),              /* multicast */
};

static const struct address_range nat64[] = {
	V6(96, 0, 0x64, 0xff, 0x9b),       /* RFC 6052 */
	V6(48, 0, 0x64, 0xff, 0x9b, 0, 1), /* RFC 8215 */
};

static bool
holds(const struct address_range *ranges, size_t count, const struct address *address)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (address_in(address, &ranges[i]))
			return true;
	return false;
}

bool
guard_is_nat64(const struct address *address)
{
	return holds(nat64, COUNT_OF(nat64), address);
}

bool
guard_allows(const struct guard *guard, const struct address *address)
{
	return (!holds(refused, COUNT_OF(refused), address) &&
		   !guard_is_nat64(address)) ||
	       holds(guard->allowed, guard->count, address);
}
