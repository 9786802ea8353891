/*
 * Mailboxes and mail servers.  SPDX-License-Identifier: ISC
 */
#include "base/endpoint.h"
#include "base/mem.h"
#include "config/kind.h"
#include "wire/idn.h"

#define LOCAL_PART_MAX 64 /* RFC 5321, 4.5.3.1.1 */
#define SMTP_PORT      25

/* RFC 5322, 3.2.3: what a local part may have without quotes. */
#define ATEXT                                                                          \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"               \
	".!#$%&'*+-/=?^_`{|}~"

/* "tls-reports@example.org"; the domain is kept in its ASCII form. */
static enum status
set_mailbox(
    void *member, const struct key *key UNUSED, const char *text, struct why *why)
{
	size_t local = strspn(text, ATEXT);
	char mailbox[LOCAL_PART_MAX + DOMAIN_MAX + 2];
	struct domain domain;

	if (text[0] == '\0') {
		text_put(member, "");
		return ST_OK;
	}
	if (local == 0 || local > LOCAL_PART_MAX || text[local] != '@' ||
	    idn_domain_parse(
		text + local + 1, strlen(text + local + 1), &domain, NULL) != ST_OK) {
		why_set(why, "\"%s\" is not a mail address like tls@example.org", text);
		return ST_SYNTAX;
	}
	snprintf(mailbox, sizeof(mailbox), "%.*s@%s", (int)local, text, domain.text);
	text_put(member, mailbox);
	return ST_OK;
}

static bool
is_named_server(const char *text)
{
	size_t len = strcspn(text, ":");
	struct endpoint port;
	struct domain name;
	char as_address[32];

	if (domain_parse(text, len, &name, NULL) != ST_OK)
		return false;
	if (text[len] == '\0')
		return true;
	/* The port's own rules, behind an address that is none of our business. */
	snprintf(as_address, sizeof(as_address), "192.0.2.1%s", text + len);
	return endpoint_parse(as_address, strlen(as_address), 0, &port) == ST_OK;
}

static enum status
set_server(
    void *member, const struct key *key UNUSED, const char *text, struct why *why)
{
	struct endpoint server;

	if (text[0] != '\0' && !is_named_server(text) &&
	    endpoint_parse(text, strlen(text), SMTP_PORT, &server) != ST_OK) {
		why_set(
		    why, "\"%s\" is not NAME or ADDRESS, with or without :PORT", text);
		return ST_SYNTAX;
	}
	text_put(member, text);
	return ST_OK;
}

const struct kind kind_mailbox = {
	.word = "mailbox",
	.set = set_mailbox,
	.add = text_add,
	.clear = text_clear,
};

const struct kind kind_server = {
	.word = "server",
	.set = set_server,
	.add = text_add,
	.clear = text_clear,
};
