/* SPDX-License-Identifier: ISC */
#include "table.h"

#include <stdbool.h>

#include "client/client.h"

#define ASK_MS  50 /* smtpd's one lookup process waits for us */
#define KEY_MAX 1023
#define SEALED  "sealed"
#define OPEN    "open"
#define ROUTE   "smtp+tls://"

/* The first word of a reply. */
static bool
begins(const char *text, const char *word)
{
	size_t len = strcspn(text, " ");

	return len == strlen(word) && memcmp(text, word, len) == 0;
}

static enum table_answer
error(struct table *table, const char *reason)
{
	char *p;

	why_set(&table->fault, "%s", reason);
	for (p = table->fault.text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ')
			*p = '?';
	return TABLE_ERROR;
}

static enum table_answer
read_seal(struct table *table, const char *text)
{
	if (begins(text, SEALED))
		return TABLE_YES;
	return begins(text, OPEN) ? TABLE_NO : error(table, "neither sealed nor open");
}

/* Nothing less than verified TLS to a host by its name ever passes. */
static enum table_answer
read_route(struct table *table, const char *text, char value[TABLE_VALUE_MAX + 1])
{
	static const char host_chars[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	size_t len = strlen(text), head = strlen(ROUTE);

	if (len <= head || len > TABLE_VALUE_MAX || memcmp(text, ROUTE, head) != 0 ||
	    strspn(text + head, host_chars) != len - head)
		return error(table, "no route with verified TLS");
	memcpy(value, text, len + 1);
	return TABLE_YES;
}

/* A domain without a policy of anybody: open, and without a route of ours. */
static enum table_answer
ask(struct table *table, enum table_question question, const char *key,
    char value[TABLE_VALUE_MAX + 1])
{
	bool is_route = question == TABLE_ROUTE;
	enum table_answer answer = TABLE_ERROR;
	char *text;
	size_t len;

	switch (client_ask(table->where, is_route ? "opensmtpd-route" : "opensmtpd",
	    key, ASK_MS, TABLE_VALUE_MAX, &text, &len, &table->fault)) {
	case CLIENT_FOUND:
		answer =
		    is_route ? read_route(table, text, value) : read_seal(table, text);
		break;
	case CLIENT_NONE:
		answer = TABLE_NO;
		break;
	case CLIENT_RETRY:
	case CLIENT_PERM:
		answer = error(table, text);
		break;
	case CLIENT_DOWN:
		break;
	}
	free(text);
	return answer;
}

enum table_answer
table_ask(struct table *table, enum table_question question, struct txt key,
    char value[TABLE_VALUE_MAX + 1])
{
	char name[KEY_MAX + 1];

	if (question == TABLE_UNKNOWN)
		return error(table, "a table for domain and relayhost only");
	if (key.len == 0 || key.len > KEY_MAX ||
	    memchr(key.text, '\0', key.len) != NULL)
		return error(table, "the key is no domain");
	memcpy(name, key.text, key.len);
	name[key.len] = '\0';
	return ask(table, question, name, value);
}
