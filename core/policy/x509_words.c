/* SPDX-License-Identifier: ISC */
#include "policy/x509_words.h"

#include <ctype.h>

#include <openssl/x509.h>

#include "base/attr.h"

/* What a server's chain can be found guilty of; the words are OpenSSL's own. */
#define FAULTS(X)                                                                      \
	X(HOSTNAME_MISMATCH, RESULT_HOST_MISMATCH)                                     \
	X(IP_ADDRESS_MISMATCH, RESULT_HOST_MISMATCH)                                   \
	X(CERT_HAS_EXPIRED, RESULT_EXPIRED)                                            \
	X(CERT_NOT_YET_VALID, RESULT_VALIDATION)                                       \
	X(ERROR_IN_CERT_NOT_BEFORE_FIELD, RESULT_VALIDATION)                           \
	X(ERROR_IN_CERT_NOT_AFTER_FIELD, RESULT_VALIDATION)                            \
	X(DANE_NO_MATCH, RESULT_NOT_TRUSTED)                                           \
	X(DEPTH_ZERO_SELF_SIGNED_CERT, RESULT_NOT_TRUSTED)                             \
	X(SELF_SIGNED_CERT_IN_CHAIN, RESULT_NOT_TRUSTED)                               \
	X(UNABLE_TO_GET_ISSUER_CERT, RESULT_NOT_TRUSTED)                               \
	X(UNABLE_TO_GET_ISSUER_CERT_LOCALLY, RESULT_NOT_TRUSTED)                       \
	X(UNABLE_TO_VERIFY_LEAF_SIGNATURE, RESULT_NOT_TRUSTED)                         \
	X(UNABLE_TO_DECRYPT_CERT_SIGNATURE, RESULT_NOT_TRUSTED)                        \
	X(UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, RESULT_NOT_TRUSTED)                      \
	X(CERT_SIGNATURE_FAILURE, RESULT_NOT_TRUSTED)                                  \
	X(UNSUPPORTED_SIGNATURE_ALGORITHM, RESULT_NOT_TRUSTED)                         \
	X(SIGNATURE_ALGORITHM_MISMATCH, RESULT_NOT_TRUSTED)                            \
	X(SIGNATURE_ALGORITHM_INCONSISTENCY, RESULT_NOT_TRUSTED)                       \
	X(CERT_CHAIN_TOO_LONG, RESULT_NOT_TRUSTED)                                     \
	X(PATH_LENGTH_EXCEEDED, RESULT_NOT_TRUSTED)                                    \
	X(PATH_LOOP, RESULT_NOT_TRUSTED)                                               \
	X(CERT_REVOKED, RESULT_NOT_TRUSTED)                                            \
	X(CERT_UNTRUSTED, RESULT_NOT_TRUSTED)                                          \
	X(CERT_REJECTED, RESULT_NOT_TRUSTED)                                           \
	X(NO_ISSUER_PUBLIC_KEY, RESULT_NOT_TRUSTED)                                    \
	X(INVALID_CA, RESULT_NOT_TRUSTED)                                              \
	X(INVALID_NON_CA, RESULT_NOT_TRUSTED)                                          \
	X(INVALID_PURPOSE, RESULT_NOT_TRUSTED)                                         \
	X(INVALID_EXTENSION, RESULT_NOT_TRUSTED)                                       \
	X(INVALID_POLICY_EXTENSION, RESULT_NOT_TRUSTED)                                \
	X(UNHANDLED_CRITICAL_EXTENSION, RESULT_NOT_TRUSTED)                            \
	X(UNSUPPORTED_EXTENSION_FEATURE, RESULT_NOT_TRUSTED)                           \
	X(KEYUSAGE_NO_CERTSIGN, RESULT_NOT_TRUSTED)                                    \
	X(KEYUSAGE_NO_DIGITAL_SIGNATURE, RESULT_NOT_TRUSTED)                           \
	X(PERMITTED_VIOLATION, RESULT_NOT_TRUSTED)                                     \
	X(EXCLUDED_VIOLATION, RESULT_NOT_TRUSTED)                                      \
	X(SUBTREE_MINMAX, RESULT_NOT_TRUSTED)                                          \
	X(UNSUPPORTED_CONSTRAINT_TYPE, RESULT_NOT_TRUSTED)                             \
	X(UNSUPPORTED_CONSTRAINT_SYNTAX, RESULT_NOT_TRUSTED)                           \
	X(UNSUPPORTED_NAME_SYNTAX, RESULT_NOT_TRUSTED)                                 \
	X(EE_KEY_TOO_SMALL, RESULT_NOT_TRUSTED)                                        \
	X(CA_KEY_TOO_SMALL, RESULT_NOT_TRUSTED)                                        \
	X(CA_MD_TOO_WEAK, RESULT_NOT_TRUSTED)

static const struct {
	int error;
	struct x509_fault fault;
} faults[] = {
#define X(name, result) { X509_V_ERR_##name, { "X509_V_ERR_" #name, result } },
	FAULTS(X)
#undef X
};

static char
folded(char c)
{
	return c == '-' || c == '_' ? ' ' : (char)tolower((unsigned char)c);
}

static bool
is_alike(const char *a, const char *b)
{
	while (*a != '\0' && folded(*a) == folded(*b)) {
		a++;
		b++;
	}
	return *a == '\0' && *b == '\0';
}

bool
x509_fault_find(const char *words, struct x509_fault *out)
{
	size_t i;

	for (i = 0; i < COUNT_OF(faults); i++) {
		if (!is_alike(words, faults[i].fault.name) &&
		    !is_alike(words, X509_verify_cert_error_string(faults[i].error)))
			continue;
		*out = faults[i].fault;
		return true;
	}
	return false;
}
