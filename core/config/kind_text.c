/*
 * Texts, paths, server lists and names.  SPDX-License-Identifier: ISC
 */
#include "base/endpoint.h"
#include "base/mem.h"
#include "config/kind.h"
#include "watch/watch_command.h"
#include "wire/idn.h"

#define DNS_PORT 53

void
text_clear(void *member)
{
	char **text = member;

	free(*text);
	*text = NULL;
}

void
text_add(const void *member, const struct key *key UNUSED, size_t i UNUSED,
    struct strbuf *out)
{
	const char *const *text = member;

	strbuf_adds(out, *text);
}

void
text_put(void *member, const char *text)
{
	text_clear(member);
	*(const char **)member = xstrdup(text);
}

static enum status
set_text(void *member, const struct key *key, const char *text, struct why *why)
{
	size_t len = strlen(text);

	if (len < key->min || len > key->max) {
		why_set(why, len < key->min ? "must not be empty" : "is too long");
		return ST_RANGE;
	}
	text_put(member, text);
	return ST_OK;
}

static enum status
set_path(void *member, const struct key *key, const char *text, struct why *why)
{
	if (text[0] != '\0' && text[0] != '/') {
		why_set(why, "\"%s\" is not an absolute path", text);
		return ST_SYNTAX;
	}
	return set_text(member, key, text, why);
}

static enum status
parse_servers(const char *text, struct strbuf *list, struct why *why)
{
	struct endpoint server;
	size_t len, count = 0;

	for (; *(text += strspn(text, " \t,")) != '\0'; text += len) {
		len = strcspn(text, " \t,");
		if (endpoint_parse(text, len, DNS_PORT, &server) != ST_OK) {
			why_set(why,
			    "\"%.*s\" is not ADDRESS, ADDRESS:PORT or [V6]:PORT",
			    (int)len, text);
			return ST_SYNTAX;
		}
		if (++count > DNS_SERVERS_MAX) {
			why_set(why, "more than %d servers", DNS_SERVERS_MAX);
			return ST_RANGE;
		}
		if (list->len > 0)
			strbuf_addc(list, ',');
		strbuf_add(list, text, len);
	}
	return ST_OK;
}

static enum status
set_servers(
    void *member, const struct key *key UNUSED, const char *text, struct why *why)
{
	struct strbuf list = STRBUF_INIT;
	enum status st = parse_servers(text, &list, why);

	if (st == ST_OK)
		text_put(member, strbuf_str(&list));
	strbuf_clear(&list);
	return st;
}

static enum status
set_domain(void *member, const struct key *key, const char *text, struct why *why)
{
	struct domain domain = { .len = 0 };
	enum status st = ST_OK;

	if (text[0] != '\0')
		st = idn_domain_parse(text, strlen(text), &domain, why);
	if (st == ST_OK && domain.len > key->max) {
		why_set(why, "is too long");
		st = ST_RANGE;
	}
	if (st == ST_OK)
		*(struct domain *)member = domain;
	return st;
}

static void
add_domain(const void *member, const struct key *key UNUSED, size_t i UNUSED,
    struct strbuf *out)
{
	const struct domain *domain = member;

	strbuf_add(out, domain->text, domain->len);
}

const struct kind kind_text = {
	.word = "text",
	.set = set_text,
	.add = text_add,
	.clear = text_clear,
};

const struct kind kind_path = {
	.word = "path",
	.set = set_path,
	.add = text_add,
	.clear = text_clear,
};

/* Run without a shell: a quote would be a letter of a word. */
static enum status
set_command(void *member, const struct key *key, const char *text, struct why *why)
{
	size_t words = 0;
	const char *rest = text;

	for (; *(rest += strspn(rest, " \t")) != '\0'; rest += strcspn(rest, " \t"))
		words++;
	if (words > WATCH_WORDS_MAX) {
		why_set(why, "has more than %d words", WATCH_WORDS_MAX);
		return ST_RANGE;
	}
	if (strpbrk(text, "\"'`$|&;<>") != NULL) {
		why_set(why, "no shell looks at it: quotes, pipes and variables belong "
			     "into a script that it runs");
		return ST_SYNTAX;
	}
	return set_path(member, key, text, why);
}

const struct kind kind_command = {
	.word = "command",
	.set = set_command,
	.add = text_add,
	.clear = text_clear,
};

const struct kind kind_servers = {
	.word = "servers",
	.set = set_servers,
	.add = text_add,
	.clear = text_clear,
};

const struct kind kind_domain = {
	.word = "domain",
	.set = set_domain,
	.add = add_domain,
};
