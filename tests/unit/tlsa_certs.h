/*
 * Certificates by one letter, and TLSA records for them.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_UNIT_TLSA_CERTS_H
#define HOPSEAL_TESTS_UNIT_TLSA_CERTS_H

#include "cases.h"
#include "certs.h"
#include "remark_lines.h"
#include "wire/chain.h"

/* root -> intermediate -> leaf, and what else a server may show. */
static struct cert root, intermediate, leaf, rsa, expired, soon, later, stranger, weak,
    sha1, other;

static inline const struct cert *
cert_of(char letter)
{
	switch (letter) {
	case 'r':
		return &root;
	case 'i':
		return &intermediate;
	case 'l':
		return &leaf;
	case 'a':
		return &rsa;
	case 'e':
		return &expired;
	case 's':
		return &soon;
	case 't':
		return &later;
	case 'n':
		return &stranger;
	case 'w':
		return &weak;
	case 'h':
		return &sha1;
	default:
		return &other;
	}
}

/* "li": what a server shows that has these. */
static inline struct chain
chain_of(const char *letters)
{
	struct chain chain = { .count = 0 };

	for (; *letters != '\0'; letters++) {
		chain.certs[chain.count].der = cert_of(*letters)->der;
		chain.certs[chain.count++].len = cert_of(*letters)->len;
	}
	return chain;
}

#define RECORDS_MAX 8

/* "311l 201r": records of these kinds for these certificates; x is a digest of one octet, y a record of two. */
static inline struct tlsa_set *
set_of(const char *text)
{
	static uint8_t bytes[RECORDS_MAX][CERT_RDATA_MAX];
	struct tlsa_rdata rdata[RECORDS_MAX];
	size_t n = 0;

	for (; *text != '\0'; text += text[4] == ' ' ? 5 : 4, n++) {
		rdata[n].bytes = bytes[n];
		rdata[n].len =
		    text[3] == 'x' ? 4
		    : text[3] == 'y'
			? 2
			: cert_rdata(cert_of(text[3]), (enum tlsa_usage)(text[0] - '0'),
			      (enum tlsa_selector)(text[1] - '0'),
			      (enum tlsa_matching)(text[2] - '0'), bytes[n]);
		bytes[n][0] = (uint8_t)(text[0] - '0');
		bytes[n][1] = (uint8_t)(text[1] - '0');
		bytes[n][2] = (uint8_t)(text[2] - '0');
	}
	return tlsa_set_new(rdata, n);
}

static inline void
certs_make(void)
{
	static const char *const san = "DNS:mx1.example.com";

	root = cert_make(&(struct cert_spec){ .cn = "root", .is_ca = true }, NULL);
	intermediate = cert_make(
	    &(struct cert_spec){ .cn = "intermediate", .is_ca = true }, &root);
	leaf =
	    cert_make(&(struct cert_spec){ .cn = "leaf", .san = san }, &intermediate);
	rsa =
	    cert_make(&(struct cert_spec){ .cn = "rsa", .san = san, .rsa_bits = 2048 },
		&intermediate);
	expired = cert_make(
	    &(struct cert_spec){
		.cn = "expired", .san = san, .from_days = -30, .to_days = -1 },
	    &intermediate);
	soon = cert_make(
	    &(struct cert_spec){
		.cn = "soon", .san = san, .from_days = -30, .to_days = 5 },
	    &intermediate);
	later = cert_make(
	    &(struct cert_spec){
		.cn = "later", .san = san, .from_days = 1, .to_days = 90 },
	    &intermediate);
	stranger = cert_make(
	    &(struct cert_spec){ .cn = "stranger", .san = "DNS:other.example" },
	    &intermediate);
	weak =
	    cert_make(&(struct cert_spec){ .cn = "weak", .san = san, .rsa_bits = 1024 },
		&intermediate);
	sha1 =
	    cert_make(&(struct cert_spec){ .cn = "sha1", .san = san, .is_sha1 = true },
		&intermediate);
	other = cert_make(&(struct cert_spec){ .cn = "other", .san = san }, NULL);
}

static inline void
certs_clear(void)
{
	struct cert *all[] = { &root, &intermediate, &leaf, &rsa, &expired, &soon,
		&later, &stranger, &weak, &sha1, &other };
	size_t i;

	for (i = 0; i < COUNT_OF(all); i++)
		cert_clear(all[i]);
}

#endif
