/*
 * DNS replies from text, for tests.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_UNIT_DNS_TEXT_H
#define HOPSEAL_TESTS_UNIT_DNS_TEXT_H

#include "base/strbuf.h"

struct dns_text {
	const char *flags;    /* words: AD AA TC NOTIFY QUERY, and an rcode's name */
	const char *question; /* "mx.example.org A" */
	/*
	 * Lines "OWNER TTL TYPE DATA"; NULL for none.  DATA is what a zone file has,
	 * but: the strings of a TXT stand between "|"; a SOA has its minimum only, a RRSIG "BEGINS ENDS [TTL]"; any
	 * unknown type is TYPEnnn with hex.
	 */
	const char *answer, *authority;
};

/* Append the message, names not compressed.  Text that makes no sense is an abort(). */
void dns_text_build(const struct dns_text *text, struct strbuf *out);

#endif
