/* SPDX-License-Identifier: ISC */
#include "net/dns_servers.h"

#include <errno.h>

#define DNS_PORT     53
#define LINE_OF_FILE 1024
#define BLANKS       " \t\r\n"

enum status
dns_servers_parse(const char *text, struct dns_servers *out, struct why *why)
{
	struct dns_servers s = { .count = 0 };
	size_t len;

	for (;; text += len + 1) {
		text += strspn(text, BLANKS);
		len = strcspn(text, "," BLANKS);
		if (s.count == DNS_SERVERS_MAX) {
			why_set(why, "more than %d name servers", DNS_SERVERS_MAX);
			return ST_SYNTAX;
		}
		if (endpoint_parse(text, len, DNS_PORT, &s.list[s.count]) != ST_OK) {
			why_set(why, "\"%.*s\" is no address of a name server",
			    (int)(len < DOMAIN_MAX ? len : DOMAIN_MAX), text);
			return ST_SYNTAX;
		}
		s.count++;
		text += len;
		len = strspn(text, BLANKS);
		if (text[len] == '\0')
			break;
	}
	*out = s;
	return ST_OK;
}

/* The value of a "nameserver" line; NULL for every other line. */
static const char *
value_of(const char *line, size_t *len)
{
	static const char key[] = "nameserver";
	const char *p = line + strspn(line, BLANKS);

	if (strncmp(p, key, sizeof(key) - 1) != 0)
		return NULL;
	p += sizeof(key) - 1;
	if (strspn(p, BLANKS) == 0)
		return NULL;
	p += strspn(p, BLANKS);
	*len = strcspn(p, BLANKS);
	return p;
}

enum status
dns_servers_read(const char *path, struct dns_servers *out, struct why *why)
{
	struct dns_servers s = { .count = 0 };
	char line[LINE_OF_FILE];
	const char *value;
	size_t len;
	FILE *f = fopen(path, "re");

	if (f == NULL) {
		why_set(why, "%s: %s", path, strerror(errno));
		return ST_IO;
	}
	while (s.count < DNS_SERVERS_MAX && fgets(line, sizeof(line), f) != NULL) {
		value = value_of(line, &len);
		if (value != NULL &&
		    endpoint_parse(value, len, DNS_PORT, &s.list[s.count]) == ST_OK)
			s.count++;
	}
	fclose(f);
	if (s.count == 0) {
		why_set(why, "%s: no \"nameserver\" line with an address", path);
		return ST_IO;
	}
	*out = s;
	return ST_OK;
}

bool
dns_servers_are_local(const struct dns_servers *servers)
{
	static const struct address_range loopback[] = {
		{ { false, { 127 } }, 8 },
		{ { true, { [15] = 1 } }, 128 },
	};
	size_t i;

	for (i = 0; i < servers->count; i++)
		if (!address_in(&servers->list[i].address, &loopback[0]) &&
		    !address_in(&servers->list[i].address, &loopback[1]))
			return false;
	return true;
}

void
dns_servers_add_text(const struct dns_servers *servers, struct strbuf *out)
{
	char text[ENDPOINT_TEXT_MAX];
	size_t i;

	for (i = 0; i < servers->count; i++) {
		if (i > 0)
			strbuf_addc(out, ',');
		strbuf_adds(out, endpoint_text(&servers->list[i], text));
	}
}
