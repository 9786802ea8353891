/*
 * The words of TLS reports (RFC 8460, sections 4.2 and 4.3).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_TLS_RESULT_H
#define HOPSEAL_WIRE_TLS_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* Result types (registry of RFC 8460, 6.6), with the numbers that libtlsrpt's datagrams use. */
#define TLS_RESULTS(X)                                                                 \
	X(RESULT_STARTTLS_NOT_SUPPORTED, 201, "starttls-not-supported")                \
	X(RESULT_HOST_MISMATCH, 202, "certificate-host-mismatch")                      \
	X(RESULT_NOT_TRUSTED, 203, "certificate-not-trusted")                          \
	X(RESULT_EXPIRED, 204, "certificate-expired")                                  \
	X(RESULT_VALIDATION, 205, "validation-failure")                                \
	X(RESULT_STS_FETCH, 301, "sts-policy-fetch-error")                             \
	X(RESULT_STS_INVALID, 302, "sts-policy-invalid")                               \
	X(RESULT_STS_WEBPKI, 303, "sts-webpki-invalid")                                \
	X(RESULT_TLSA_INVALID, 304, "tlsa-invalid")                                    \
	X(RESULT_DNSSEC_INVALID, 305, "dnssec-invalid")                                \
	X(RESULT_DANE_REQUIRED, 306, "dane-required")

enum tls_result {
#define X(name, code, word) name,
	TLS_RESULTS(X)
#undef X
};

#define TLS_RESULT_COUNT (RESULT_DANE_REQUIRED + 1)

const char *tls_result_word(enum tls_result result);

/* ST_OK or ST_UNKNOWN. */
MUST_CHECK enum status tls_result_parse(
    const char *word, size_t len, enum tls_result *out);
MUST_CHECK enum status tls_result_of_code(long long code, enum tls_result *out);

/* Policy types, with the numbers of the datagrams. */
#define POLICY_TYPES(X)                                                                \
	X(POLICY_TLSA, 1, "tlsa")                                                      \
	X(POLICY_STS, 2, "sts")                                                        \
	X(POLICY_NOT_FOUND, 9, "no-policy-found")

enum policy_type {
#define X(name, code, word) name,
	POLICY_TYPES(X)
#undef X
};

const char *policy_type_word(enum policy_type type);
MUST_CHECK enum status policy_type_parse(
    const char *word, size_t len, enum policy_type *out);
MUST_CHECK enum status policy_type_of_code(long long code, enum policy_type *out);

/* Bytes of a failure-reason-code that are kept (conformance RPT-TYPE-12). */
#define REASON_CODE_MAX 200

#endif
