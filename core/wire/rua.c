/*
 * One destination of reports.  SPDX-License-Identifier: ISC
 *
 * Whoever publishes a record chooses these octets, and they end up in an SMTP dialogue, a mail header, or an HTTP request: what
 * is not plain is refused, never repaired.
 */
#include <strings.h>

#include "base/number.h"
#include "wire/field.h"
#include "wire/local_part.h"
#include "wire/tlsrpt_record.h"

#define HTTPS_PORT 443

/* RFC 3986, section 2, but for what a record wants percent-encoded (RPT-DNS-07). */
#define URI_MARKS   "-._~:/?#[]@$&'()*+=%"
#define MUST_ENCODE "!,;"

static const char *const schemes[] = {
#define X(name, word) [name] = word,
	RUA_KINDS(X)
#undef X
};

static enum status
refuse(struct why *why, const char *fault)
{
	why_set(why, "%s", fault);
	return ST_SYNTAX;
}

static bool
is_escape(const char *text, size_t len)
{
	return len >= 3 && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0;
}

static enum status
check_octets(struct txt uri, struct why *why)
{
	size_t i;

	for (i = 0; i < uri.len; i++) {
		char c = uri.text[i];

		if (c != '\0' && strchr(MUST_ENCODE, c) != NULL) {
			why_set(why, "\"%c\" that is not percent-encoded", c);
			return ST_SYNTAX;
		}
		if (!field_is_alnum(c) && (c == '\0' || strchr(URI_MARKS, c) == NULL)) {
			why_set(why, "octet 0x%02x cannot stand in a URI",
			    (unsigned char)c);
			return ST_SYNTAX;
		}
		if (c == '%' && !is_escape(uri.text + i, uri.len - i))
			return refuse(why, "\"%\" without two hexadecimal digits");
	}
	return ST_OK;
}

static enum status
take_scheme(struct txt *uri, enum rua_kind *kind, struct why *why)
{
	size_t i, n;

	for (i = 0; i < COUNT_OF(schemes); i++) {
		n = strlen(schemes[i]);
		if (uri->len <= n || uri->text[n] != ':' ||
		    strncasecmp(uri->text, schemes[i], n) != 0)
			continue;
		*kind = (enum rua_kind)i;
		uri->text += n + 1;
		uri->len -= n + 1;
		return ST_OK;
	}
	why_set(why, "neither mailto nor https");
	return ST_UNKNOWN;
}

/* Octets before the first of these, or all. */
static size_t
before_any(struct txt t, const char *stops)
{
	size_t i = 0;

	while (i < t.len && strchr(stops, t.text[i]) == NULL)
		i++;
	return i;
}

/* A name as it stands in the public DNS: one label is somebody's own machine, a number at the end an address. */
static enum status
take_domain(struct txt t, struct domain *out, struct why *why)
{
	struct why fault;
	const char *last;

	if (domain_parse(t.text, t.len, out, &fault) != ST_OK) {
		why_set(why, "a host name is needed: %s", fault.text);
		return ST_SYNTAX;
	}
	last = strrchr(out->text, '.');
	if (last == NULL || last[1] < 'a' || last[1] > 'z')
		return refuse(why, "a host name is needed, in full");
	return ST_OK;
}

/* Printable ASCII only: what else may be encoded, line ends above all, is an attack or needs SMTPUTF8 (RPT-DNS-08). */
static enum status
decode(struct txt t, char *out, size_t size, size_t *out_len, struct why *why)
{
	size_t i, n = 0;

	for (i = 0; i < t.len; i++) {
		int c = t.text[i];

		if (c == '%') {
			c = hex_value(t.text[i + 1]) << 4 | hex_value(t.text[i + 2]);
			i += 2;
		}
		if (c < 0x20 || c >= 0x7f)
			return refuse(why, "not printable ASCII when decoded");
		if (n == size)
			return refuse(why, "longer than an address can be");
		out[n++] = (char)c;
	}
	*out_len = n;
	return ST_OK;
}

/* Exactly one address; its "@" is the only one that is not encoded (RFC 6068, section 2). */
static enum status
take_mailbox(struct txt t, struct rua *out, struct why *why)
{
	char bytes[LOCAL_PART_MAX], local[LOCAL_PART_TEXT_MAX], name[DOMAIN_MAX + 1];
	size_t at = before_any(t, "@"), bytes_len, name_len;
	struct txt rest;
	enum status rc;

	if (at == t.len)
		return refuse(why, "not one mailbox");
	rest = (struct txt){ t.text + at + 1, t.len - at - 1 };
	if (before_any(rest, "@") < rest.len)
		return refuse(why, "not one mailbox");
	rc = decode((struct txt){ t.text, at }, bytes, sizeof(bytes), &bytes_len, why);
	if (rc == ST_OK)
		rc = decode(rest, name, sizeof(name), &name_len, why);
	if (rc == ST_OK)
		rc = take_domain((struct txt){ name, name_len }, &out->domain, why);
	if (rc != ST_OK)
		return rc;
	if (local_part_write(bytes, bytes_len, local) != ST_OK)
		return refuse(why, "no local part, or quotes that do not fit");
	snprintf(out->target, sizeof(out->target), "%s@%s", local, out->domain.text);
	return ST_OK;
}

/* mailto:ADDRESS?HEADERS#FRAGMENT, of which only the address counts. */
static enum status
take_mailto(struct txt t, struct rua *out, struct why *why)
{
	t.len = before_any(t, "?#");
	return take_mailbox(t, out, why);
}

static enum status
take_port(struct txt t, unsigned *out, struct why *why)
{
	uint64_t port;

	*out = HTTPS_PORT;
	if (t.len == 0) /* RFC 3986, section 3.2.3: as if it were not there */
		return ST_OK;
	if (number_parse(t.text, t.len, UINT16_MAX, &port) != ST_OK || port == 0)
		return refuse(why, "the port is not 1 to 65535");
	*out = (unsigned)port;
	return ST_OK;
}

/* HOST[:PORT]; user info would be sent to whoever is asked for. */
static enum status
take_authority(struct txt t, struct rua *out, struct why *why)
{
	size_t host = before_any(t, ":");
	struct txt port = { t.text + t.len, 0 };
	enum status rc;

	if (before_any(t, "@") < t.len)
		return refuse(why, "user info in the URI");
	if (t.len > 0 && t.text[0] == '[')
		return refuse(why, "a host name is needed, not an address");
	if (host < t.len)
		port = (struct txt){ t.text + host + 1, t.len - host - 1 };
	rc = take_port(port, &out->port, why);
	if (rc != ST_OK)
		return rc;
	return take_domain((struct txt){ t.text, host }, &out->domain, why);
}

/* https://AUTHORITY/PATH?QUERY#FRAGMENT */
static enum status
take_https(struct txt t, struct rua *out, struct why *why)
{
	size_t n;
	enum status rc;

	if (t.len < 2 || t.text[0] != '/' || t.text[1] != '/')
		return refuse(why, "no \"//\" before a host name");
	t.text += 2;
	t.len -= 2;
	n = before_any(t, "/?#");
	rc = take_authority((struct txt){ t.text, n }, out, why);
	if (rc != ST_OK)
		return rc;
	t.text += n;
	t.len = before_any((struct txt){ t.text, t.len - n }, "#");
	snprintf(out->target, sizeof(out->target), "%s%.*s",
	    t.len > 0 && t.text[0] == '/' ? "" : "/", (int)t.len, t.text);
	return ST_OK;
}

enum status
rua_parse(const char *text, size_t len, struct rua *out, struct why *why)
{
	struct txt rest = { text, len };
	struct rua rua = { .port = 0 };
	enum status rc;

	if (len == 0)
		return refuse(why, "no URI");
	if (len > RUA_URI_MAX) {
		why_set(why, "%zu octets, at most %d are allowed", len, RUA_URI_MAX);
		return ST_TOO_BIG;
	}
	rc = check_octets(rest, why);
	if (rc == ST_OK)
		rc = take_scheme(&rest, &rua.kind, why);
	if (rc != ST_OK)
		return rc;
	rc = rua.kind == RUA_MAILTO ? take_mailto(rest, &rua, why)
				    : take_https(rest, &rua, why);
	if (rc != ST_OK)
		return rc;
	memcpy(rua.uri, text, len);
	*out = rua;
	return ST_OK;
}
