/*
 * Between report/dkim_key.c, which reads and publishes keys, and report/dkim.c, which signs with them.
 * SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_DKIM_KEY_H
#define HOPSEAL_REPORT_DKIM_KEY_H

#include <openssl/types.h>
#include <stdbool.h>

struct dkim_key {
	EVP_PKEY *pkey;
	bool is_ed25519; /* else RSA */
};

#endif
