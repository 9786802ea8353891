/* SPDX-License-Identifier: ISC */
#include "wire/next_hop.h"

#include <strings.h>

#include "base/address.h"
#include "base/number.h"
#include "wire/idn.h"

#define IPV6_TAG "IPv6:" /* RFC 5321, section 4.1.3 */

struct parts {
	const char *host;
	size_t host_len;
	const char *port; /* NULL: none */
	size_t port_len;
	bool is_bracketed;
};

/*
 * What Postfix passes on as the operator wrote it, "[mail.example.org]:submission".
 * The four names of mail submission are fixed by IANA; no services file is read here.
 */
static const struct {
	const char *name;
	uint16_t port;
} services[] = {
	{ "smtp", SMTP_PORT },
	{ "submission", 587 },
	{ "submissions", 465 },
	{ "smtps", 465 },
};

static bool
split_brackets(const char *text, size_t len, struct parts *p, struct why *why)
{
	const char *close = memchr(text, ']', len), *end = text + len;

	if (close == NULL) {
		why_set(why, "\"[\" without \"]\"");
		return false;
	}
	p->is_bracketed = true;
	p->host = text + 1;
	p->host_len = (size_t)(close - p->host);
	if (close + 1 == end)
		return true;
	if (close[1] != ':') {
		why_set(why, "something other than a port behind \"]\"");
		return false;
	}
	p->port = close + 2;
	p->port_len = (size_t)(end - p->port);
	return true;
}

static void
split_colon(const char *text, size_t len, struct parts *p)
{
	const char *colon = memchr(text, ':', len), *end = text + len;

	p->host = text;
	p->host_len = len;
	/* Two colons are no port but an IPv6 address without its brackets. */
	if (colon == NULL || memchr(colon + 1, ':', (size_t)(end - colon - 1)) != NULL)
		return;
	p->host_len = (size_t)(colon - text);
	p->port = colon + 1;
	p->port_len = (size_t)(end - p->port);
}

static bool
parse_port(const struct parts *p, uint16_t *out, struct why *why)
{
	uint64_t n;
	size_t i;

	*out = SMTP_PORT;
	if (p->port == NULL)
		return true;
	if (number_parse(p->port, p->port_len, UINT16_MAX, &n) == ST_OK && n > 0) {
		*out = (uint16_t)n;
		return true;
	}
	for (i = 0; i < COUNT_OF(services); i++)
		if (strlen(services[i].name) == p->port_len &&
		    strncasecmp(services[i].name, p->port, p->port_len) == 0) {
			*out = services[i].port;
			return true;
		}
	why_set(why, "the port is neither 1 to 65535 nor a mail service");
	return false;
}

static bool
is_address(const struct parts *p)
{
	const char *text = p->host;
	size_t len = p->host_len, tag = strlen(IPV6_TAG);
	struct address ignored;

	if (p->is_bracketed && len > tag && strncasecmp(text, IPV6_TAG, tag) == 0) {
		text += tag;
		len -= tag;
	}
	return address_parse(text, len, &ignored) == ST_OK;
}

enum next_hop_kind
next_hop_parse(const char *text, size_t len, struct next_hop *out, struct why *why)
{
	struct parts p = { .port = NULL };
	uint16_t port;

	if (len > 0 && text[0] == '.')
		return NEXT_HOP_PARENT;
	if (len == 0 || text[0] != '[')
		split_colon(text, len, &p);
	else if (!split_brackets(text, len, &p, why))
		return NEXT_HOP_INVALID;
	if (!parse_port(&p, &port, why))
		return NEXT_HOP_INVALID;
	if (idn_domain_parse(p.host, p.host_len, &out->domain, why) != ST_OK)
		return is_address(&p) ? NEXT_HOP_LITERAL : NEXT_HOP_INVALID;
	out->port = port;
	out->is_host = p.is_bracketed;
	return NEXT_HOP_DOMAIN;
}

void
next_hop_add(struct strbuf *out, const struct next_hop *n)
{
	if (n->is_host)
		strbuf_addc(out, '[');
	strbuf_add(out, n->domain.text, n->domain.len);
	if (n->is_host)
		strbuf_addc(out, ']');
	if (n->port != SMTP_PORT)
		strbuf_addf(out, ":%u", (unsigned)n->port);
}

bool
next_hop_equal(const struct next_hop *a, const struct next_hop *b)
{
	return a->port == b->port && a->is_host == b->is_host &&
	       domain_equal(&a->domain, &b->domain);
}
