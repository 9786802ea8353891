/* SPDX-License-Identifier: ISC */
#include "wire/idn.h"

#include <idn2.h>

#include "base/log.h"
#include "base/mem.h"

/* In UTF-8: four octets for each one that the A-label form may have. */
#define UTF8_MAX ((size_t)DOMAIN_MAX * 4)

/*
 * No transition: "ß" is a letter of its own (RFC 5891), not "ss".  libidn2 maps
 * first (UTS 46), so wide letters and dots have become ASCII when it returns.
 */
#define IDN_FLAGS (IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL)

static bool
is_ascii(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

static enum status
refuse(int rc, struct why *why)
{
	if (rc == IDN2_MALLOC) { /* as base/mem.h: no answer would be right */
		log_err("memory: status=exhausted action=exit");
		abort();
	}
	why_set(why, "no A-label form: %s", idn2_strerror(rc));
	if (rc == IDN2_TOO_BIG_DOMAIN || rc == IDN2_TOO_BIG_LABEL ||
	    rc == IDN2_PUNYCODE_BIG_OUTPUT)
		return ST_TOO_BIG;
	return ST_SYNTAX;
}

/* text is UTF-8 and ended by NUL. */
static enum status
convert(const char *text, struct domain *out, struct why *why)
{
	uint8_t *ascii = NULL;
	enum status status;
	int rc;

	rc = idn2_lookup_u8((const uint8_t *)text, &ascii, IDN_FLAGS);
	if (rc != IDN2_OK)
		return refuse(rc, why);
	status =
	    domain_parse((const char *)ascii, strlen((const char *)ascii), out, why);
	idn2_free(ascii);
	return status;
}

enum status
idn_domain_parse(const char *text, size_t len, struct domain *out, struct why *why)
{
	char *copy;
	enum status rc;

	if (is_ascii(text, len))
		return domain_parse(text, len, out, why);
	if (len > UTF8_MAX) {
		why_set(why, "name of %zu octets is too long", len);
		return ST_TOO_BIG;
	}
	if (memchr(text, '\0', len) != NULL) {
		why_set(why, "NUL cannot stand in a name");
		return ST_SYNTAX;
	}
	copy = xmemdup(text, len);
	rc = convert(copy, out, why);
	free(copy);
	return rc;
}
