/*
 * The names in a certificate.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_POLICY_CERT_NAMES_H
#define HOPSEAL_POLICY_CERT_NAMES_H

#include <stdint.h>

#include "base/strbuf.h"

#define CERT_NAMES_SHOWN 8 /* "..." stands for the rest */

/*
 * Append its dNSNames for people, "mx.example.com, *.example.net", escaped.  They are all that counts for a server; nothing is
 * appended where there are none, or the len octets are no certificate.
 */
void cert_names_add(struct strbuf *out, const uint8_t *der, size_t len);

#endif
