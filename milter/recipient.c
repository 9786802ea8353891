/* SPDX-License-Identifier: ISC */
#include "recipient.h"

#include <string.h>
#include <strings.h>

#include "settings.h"

/* An address without its angle brackets. */
static const char *
strip(const char *address, size_t *len)
{
	*len = strlen(address);
	if (*len >= 2 && address[0] == '<' && address[*len - 1] == '>') {
		*len -= 2;
		return address + 1;
	}
	return address;
}

/* Behind the last "@", which no domain has inside it.  NULL: there is none. */
static const char *
domain_of(const char *address, size_t len, size_t *domain_len)
{
	const char *at = memrchr(address, '@', len);

	if (at == NULL)
		return NULL;
	*domain_len = len - (size_t)(at + 1 - address);
	return at + 1;
}

/* What is no single word can be no next-hop, and would be another question to the daemon. */
static bool
is_word(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
			return false;
	return len > 0 && len <= NEXT_HOP_TEXT_MAX;
}

static enum way
keep(enum way way, const char *text, size_t len, char next_hop[NEXT_HOP_TEXT_MAX + 1])
{
	if (!is_word(text, len))
		return WAY_HERE;
	memcpy(next_hop, text, len);
	next_hop[len] = '\0';
	return way;
}

/* A name of one label is somebody's own. */
static bool
is_own(const char *domain, size_t len, const char *own_name)
{
	if (memchr(domain, '.', len) == NULL)
		return true;
	return own_name != NULL && strlen(own_name) == len &&
	       strncasecmp(domain, own_name, len) == 0;
}

enum way
recipient_way(const struct recipient *r, const char *mailers,
    char next_hop[NEXT_HOP_TEXT_MAX + 1])
{
	size_t len, domain_len;
	const char *address = strip(r->address, &len);
	const char *domain = domain_of(address, len, &domain_len);

	if (r->mailer != NULL && !list_has(mailers, r->mailer, strlen(r->mailer)))
		return WAY_HERE;
	if (r->mailer != NULL && r->host != NULL && r->host[0] != '\0')
		return keep(WAY_OUT, r->host, strlen(r->host), next_hop);
	if (domain == NULL || is_own(domain, domain_len, r->own_name))
		return WAY_HERE;
	return keep(
	    r->mailer != NULL ? WAY_OUT : WAY_PERHAPS, domain, domain_len, next_hop);
}

bool
recipient_is_in(const char *address, const char *list)
{
	size_t len;
	const char *bare = strip(address, &len);

	return list_has(list, bare, len);
}
