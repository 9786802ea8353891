/* SPDX-License-Identifier: ISC */
#include "answer.h"

#define NO_POLICY "mode=none skip=\"\"" /* nothing that a policy could be for */
#define NO_SENSE  "the daemon's answer makes no sense"

static bool
is_printable(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

static bool
starts_with(const struct reply *reply, const char *prefix)
{
	return reply->len >= strlen(prefix) &&
	       memcmp(reply->text, prefix, strlen(prefix)) == 0;
}

/* Printable, and nothing that means something inside quotes, or to a string expansion. */
static void
clean(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text != '\0' && n + 1 < size; text++)
		if (*text == '"')
			out[n++] = '\'';
		else if (is_printable(text, 1) && strchr("$\\{}", *text) == NULL)
			out[n++] = *text;
	out[n] = '\0';
}

void
answer_refuse(const char *reason, char out[REASON_MAX + 1])
{
	static const char start[] = "hopseal: ";

	memcpy(out, start, strlen(start));
	clean(out + strlen(start), REASON_MAX + 1 - strlen(start), reason);
}

/* What kept the daemon from an answer that could be used. */
static const char *
reason_of(const struct reply *reply)
{
	switch (reply->outcome) {
	case CLIENT_DOWN:
		return reply->why.text;
	case CLIENT_RETRY:
	case CLIENT_PERM:
		return reply->text;
	case CLIENT_FOUND:
	case CLIENT_NONE:
		break;
	}
	return NO_SENSE;
}

/* None comes without its list of hosts: what is cut off must not pass for one that forbids nothing. */
static bool
is_policy(const struct reply *reply)
{
	static const char list[] = " skip=\"";

	return reply->outcome == CLIENT_FOUND && reply->len <= ANSWER_MAX &&
	       starts_with(reply, "mode=") && is_printable(reply->text, reply->len) &&
	       memmem(reply->text, reply->len, list, strlen(list)) != NULL;
}

bool
answer_policy(const struct reply *reply, bool is_acl, char out[ANSWER_MAX + 1])
{
	char reason[REASON_MAX + 1];

	if (reply->outcome == CLIENT_NONE) {
		memcpy(out, NO_POLICY, sizeof(NO_POLICY));
		return true;
	}
	if (is_policy(reply)) {
		memcpy(out, reply->text, reply->len);
		out[reply->len] = '\0';
		return true;
	}
	if (!is_acl) {
		answer_refuse(reason_of(reply), out);
		return false;
	}
	clean(reason, sizeof(reason), reason_of(reply));
	snprintf(out, ANSWER_MAX + 1, "mode=%s reason=\"%s\"",
	    reply->outcome == CLIENT_RETRY ? "defer" : "unknown", reason);
	return true;
}

bool
answer_verify(const struct reply *reply, char out[REASON_MAX + 1])
{
	static const char accept[] = "accept", refuse[] = "refuse ";

	if (reply->outcome == CLIENT_FOUND && starts_with(reply, accept) &&
	    (reply->len == strlen(accept) || reply->text[strlen(accept)] == ' ') &&
	    is_printable(reply->text, reply->len)) {
		out[0] = '\0';
		return true;
	}
	answer_refuse(reply->outcome == CLIENT_FOUND && starts_with(reply, refuse)
			  ? reply->text + strlen(refuse)
			  : reason_of(reply),
	    out);
	return false;
}
