/*
 * The name that TLSA records stand at (RFC 6698, section 3).  SPDX-License-Identifier: ISC
 */
#include <stdbool.h>
#include <strings.h>

#include "base/domain.h"
#include "base/number.h"
#include "policy/tlsa_advice.h"

#define SMTP_PORT 25
#define SHOWN_MAX 80 /* octets of a name in a sentence */

/* A star has a meaning only as the whole first label (RFC 4592, 2.1.1). */
static bool
is_wildcard(const char *owner)
{
	return owner[0] == '*' && (owner[1] == '.' || owner[1] == '\0') &&
	       strchr(owner + 1, '*') == NULL;
}

/* The text behind "_25._tcp", which begins with a dot or is empty; NULL: the owner does not begin like that. */
static const char *
behind_port(const char *owner, uint64_t *port)
{
	size_t digits = owner[0] == '_' ? strspn(owner + 1, "0123456789") : 0;
	const char *rest = owner + 1 + digits;

	if (digits == 0 || number_parse(owner + 1, digits, UINT16_MAX, port) != ST_OK ||
	    strncasecmp(rest, "._tcp", 5) != 0)
		return NULL;
	rest += 5;
	return *rest == '.' || *rest == '\0' ? rest : NULL;
}

static bool
is_host(const char *rest)
{
	struct domain host;

	return *rest == '\0' ||
	       domain_parse(rest + 1, strlen(rest + 1), &host, NULL) == ST_OK;
}

static const struct remark_kind
    star = { REMARK_BROKEN, "tlsa-owner-star",
	    "it stands for names only as the whole first label (RFC 4592, 2.1.1)",
	    "write one record for each host" },
    elsewhere = { REMARK_BROKEN, "tlsa-owner-unasked",
	    "TLSA of an MX host stands at _25._tcp.HOST (RFC 6698, 3; RFC 7672, 2.2.2)",
	    "move the record there" },
    other_port = { REMARK_NOTE, "tlsa-owner-port",
	    "mail between servers goes to port 25 and asks at _25._tcp (RFC 7672, 2.2.2)",
	    "" };

void
tlsa_advise_owner(const char *owner, struct remarks *out)
{
	struct strbuf shown = STRBUF_INIT;
	uint64_t port = SMTP_PORT;
	const char *rest;

	if (owner[0] == '\0' || strcmp(owner, "@") == 0 || is_wildcard(owner))
		return;
	strbuf_escape(&shown, owner, strlen(owner), SHOWN_MAX);
	rest = behind_port(owner, &port);
	if (strchr(owner, '*') != NULL)
		remarks_add(
		    out, &star, strbuf_str(&shown), "a star behind or inside a label");
	else if (rest == NULL || !is_host(rest))
		remarks_add(out, &elsewhere, strbuf_str(&shown), "nobody asks there");
	else if (port != SMTP_PORT)
		remarks_add(out, &other_port, strbuf_str(&shown),
		    "a record for port %u", (unsigned)port);
	strbuf_clear(&shown);
}
