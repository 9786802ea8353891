/* SPDX-License-Identifier: ISC */
#include "policy/cert_names.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/domain.h"

static void
add_names(struct strbuf *out, const GENERAL_NAMES *names)
{
	int i, shown = 0;

	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type != GEN_DNS)
			continue;
		strbuf_adds(out, shown > 0 ? ", " : "");
		if (shown++ == CERT_NAMES_SHOWN) {
			strbuf_adds(out, "...");
			return;
		}
		strbuf_escape(out, ASN1_STRING_get0_data(name->d.dNSName),
		    (size_t)ASN1_STRING_length(name->d.dNSName), DOMAIN_MAX);
	}
}

void
cert_names_add(struct strbuf *out, const uint8_t *der, size_t len)
{
	const uint8_t *p = der;
	X509 *cert = d2i_X509(NULL, &p, (long)len);
	GENERAL_NAMES *names;

	if (cert != NULL) {
		names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
		add_names(out, names);
		GENERAL_NAMES_free(names);
	}
	X509_free(cert);
	ERR_clear_error();
}
