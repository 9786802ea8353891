/*
 * What stands in a DNS record.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_DNS_RDATA_H
#define HOPSEAL_WIRE_DNS_RDATA_H

#include <stdint.h>

#include "base/strbuf.h"
#include "wire/dns_cursor.h"
#include "wire/dns_message.h"

/*
 * Take the rdata of one record of this type: fill *out except data, and append to
 * memory the out->len octets that data is to point to.  Faults go to the cursor, which
 * ends where the rdata does.
 */
void dns_take_rdata(struct dns_cursor *c, enum dns_type type, struct dns_record *out,
    struct strbuf *memory);

/* Pass the rdata of a SOA; returns the TTL of denials in it (RFC 2308, section 4). */
uint32_t dns_take_soa(struct dns_cursor *c);

/* Pass the rdata of an RRSIG, and keep when it holds; false: it is none. */
bool dns_take_signature(struct dns_cursor *c, struct dns_signature *out);

/* Octets left over at the end are a fault. */
void dns_take_end(struct dns_cursor *c);

#endif
