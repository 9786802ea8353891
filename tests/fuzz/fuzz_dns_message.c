/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/dns_message.h"

/*
 * The input is a reply as the resolver sends it, to a question for "a.example"; the
 * type is taken from the place where that question has it, so that seeds are plain
 * messages.
 */
#define TYPE_AT 23 /* header, \1a\7example\0 */

static const struct domain asked = { 9, "a.example" };

static enum dns_type
type_of(const uint8_t *data, size_t size)
{
	unsigned number =
	    size > TYPE_AT + 1 ? (unsigned)data[TYPE_AT] << 8 | data[TYPE_AT + 1] : 0;

	switch (number) {
#define X(name, value, text)                                                           \
	case value:                                                                    \
		return name;
		DNS_TYPES(X)
#undef X
	}
	return DNS_A;
}

static bool
is_name(const struct domain *name)
{
	struct domain again;

	return domain_parse(name->text, name->len, &again, NULL) == ST_OK &&
	       domain_equal(name, &again);
}

static void
check_record(const struct dns_record *r, enum dns_type type)
{
	struct dns_soa soa;

	switch (type) {
	case DNS_A:
		assert(r->len == 4);
		break;
	case DNS_AAAA:
		assert(r->len == 16);
		break;
	case DNS_MX:
	case DNS_CNAME:
	case DNS_NS:
		assert(r->len > 0 && r->len <= DOMAIN_MAX);
		assert(!r->is_root || (r->name.len == 0 && r->data[0] == '.'));
		assert(
		    r->name.len == 0 || (is_name(&r->name) && r->name.len == r->len));
		break;
	case DNS_SOA:
		assert(r->len >= 22);
		dns_soa_read(r, &soa);
		break;
	case DNS_TXT:
	case DNS_TLSA:
		break;
	}
}

/* Reads every octet handed over, for the sanitizers. */
static void
check_records(const struct dns_reply *reply, enum dns_type type, size_t size)
{
	const uint8_t *next = reply->memory;
	volatile uint8_t sum = 0;
	size_t i, k, total = 0;

	for (i = 0; i < reply->count; i++) {
		const struct dns_record *r = &reply->records[i];

		assert(r->data == next);
		for (k = 0; k < r->len; k++)
			sum = (uint8_t)(sum + r->data[k]);
		check_record(r, type);
		next += r->len;
		total += r->len;
	}
	if (type != DNS_MX && type != DNS_CNAME && type != DNS_NS)
		assert(total <= size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *msg = fuzz_copy(data, size);
	enum dns_type type = type_of(data, size);
	struct dns_reply reply;

	dns_reply_parse(msg, size, &asked, type, &reply);
	free(msg);
	assert((reply.outcome == DNS_ERROR) == (reply.detail[0] != '\0'));
	assert((reply.outcome == DNS_FOUND) == (reply.count > 0));
	assert(reply.count <= DNS_RECORDS_MAX);
	assert(reply.aliases <= DNS_ALIASES_MAX);
	assert(is_name(&reply.owner));
	assert(domain_equal(&reply.owner, &asked) || reply.aliases > 0);
	assert(reply.outcome != DNS_ALIAS || reply.aliases > 0);
	assert(reply.outcome != DNS_ERROR || (!reply.is_secure && reply.ttl_s == 0));
	assert(reply.ttl_s <= INT32_MAX);
	assert(reply.zone.len == 0 || is_name(&reply.zone));
	assert(reply.outcome != DNS_ERROR || !reply.signature.is_there);
	check_records(&reply, type, size);
	dns_reply_clear(&reply);
	return 0;
}
