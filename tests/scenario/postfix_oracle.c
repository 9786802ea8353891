/* SPDX-License-Identifier: ISC */
#include "scenario/postfix_oracle.h"

#include "unit/cases.h"

#include "wire/dialect.h"

#define REPLY_MAX 100000 /* Postfix takes no more */

/* What a host must get through before mail goes to it. */
enum hurdle { CLEAR_TEXT, ANY_TLS, NAME_IN_WEBPKI, PINNED_KEY, OWN_TLSA, NEVER };

/* A reply taken apart. */
struct reply {
	enum socketmap_code code;
	char level[16]; /* "" without REPLY_OK */
	const char *text;
};

/* Whether the text has this word, with blanks or its ends around it. */
static bool
has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *p = text;

	for (; (p = strstr(p, word)) != NULL; p++)
		if ((p == text || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

/* Whether the list behind match= has this item; parted by "|" or ":". */
static bool
matches(const char *text, const char *item, size_t len, char parting)
{
	const char *p = strstr(text, " match="), *end;

	if (p == NULL)
		return false;
	p += strlen(" match=");
	end = p + strcspn(p, " ");
	for (;; p++) {
		const char *next = memchr(p, parting, (size_t)(end - p));
		size_t n = (size_t)((next != NULL ? next : end) - p);

		if (n == len && memcmp(p, item, n) == 0)
			return true;
		if (next == NULL)
			return false;
		p = next;
	}
}

/* Whether an mx_host_pattern lets this host pass; all do when there is none (a reply for 3.4). */
static bool
passes_patterns(const char *text, const struct domain *host)
{
	const char *p = text, *rest = strchr(host->text, '.');
	bool had_any = false;

	while ((p = strstr(p, " mx_host_pattern=")) != NULL) {
		size_t len;

		p += strlen(" mx_host_pattern=");
		len = strcspn(p, " ");
		had_any = true;
		if (len == host->len && memcmp(p, host->text, len) == 0)
			return true;
		if (p[0] == '*' && rest != NULL && strlen(rest) == len - 1 &&
		    memcmp(p + 1, rest, len - 1) == 0)
			return true;
	}
	return !had_any;
}

/* Whether one of the host's keys is among the pins. */
static bool
is_pinned(const char *text, const struct host_answer *h)
{
	char pin[3 * 32 + 1];
	size_t i, j;

	for (i = 0; h->tlsa != NULL && i < h->tlsa->count; i++) {
		const struct tlsa *r = &h->tlsa->records[i];

		if (r->usage != TLSA_DANE_EE || r->matching != TLSA_SHA256)
			continue;
		for (j = 0; j < 32; j++)
			snprintf(pin + 3 * j, 4, "%02X:", r->data[j]);
		if (matches(text, pin, 3 * 32 - 1, '|'))
			return true;
	}
	return false;
}

/* At "dane" Postfix looks at each host itself: usable records, others, none, a lookup that fails again. */
static enum hurdle
own_look(const struct host_answer *h)
{
	if (h->reason == REASON_TLSA_ERROR || h->reason == REASON_ALIAS_ERROR ||
	    h->reason == REASON_ADDRESS_ERROR)
		return NEVER;
	if (h->tlsa != NULL)
		return OWN_TLSA;
	return h->base != NULL ? ANY_TLS : CLEAR_TEXT;
}

static enum hurdle
hurdle_of(
    const struct reply *reply, const struct answer *a, const struct host_answer *h)
{
	const char *level = reply->level;

	if (h->reason == REASON_ADDRESS_NONE || h->reason == REASON_HOST_INVALID)
		return NEVER; /* there is nothing to connect to */
	if (reply->code == REPLY_NOTFOUND || strcmp(level, "dane") == 0)
		return own_look(h);
	if (strcmp(level, "may") == 0)
		return CLEAR_TEXT;
	if (strcmp(level, "encrypt") == 0)
		return ANY_TLS;
	if (strcmp(level, "dane-only") == 0)
		return h->tlsa != NULL && (a->mx_is_secure || a->mx_is_implicit)
			   ? OWN_TLSA
			   : NEVER;
	if (strcmp(level, "fingerprint") == 0)
		return is_pinned(reply->text, h) ? PINNED_KEY : NEVER;
	if (strcmp(level, "secure") == 0)
		return matches(reply->text, h->name->text, h->name->len, ':') &&
			       passes_patterns(reply->text, h->name)
			   ? NAME_IN_WEBPKI
			   : NEVER;
	fail_msg("level \"%s\"", level);
	return NEVER;
}

/* Whether the hurdle is at least as high as the verdict. */
static bool
is_enough(enum hurdle hurdle, const struct answer *a, const struct host_answer *h)
{
	bool is_choice = !a->mx_is_secure && !a->mx_is_implicit && a->is_sts_binding;

	switch (h->verdict) {
	case VERDICT_DANE:
		/* Over an insecure MX, DANE is by choice and MTA-STS is not. */
		return hurdle >= PINNED_KEY ||
		       (hurdle == NAME_IN_WEBPKI && is_choice && h->is_named);
	case VERDICT_STS:
		return hurdle == NAME_IN_WEBPKI || hurdle == NEVER;
	case VERDICT_ENCRYPT:
		return hurdle >= ANY_TLS;
	case VERDICT_MAY:
		return true;
	case VERDICT_SKIP:
	case VERDICT_DEFER:
	case VERDICT_REJECT:
		return hurdle == NEVER ||
		       (h->reason == REASON_ADDRESS_ERROR && a->is_override);
	}
	return false;
}

static void
assert_readable(const struct reply *reply)
{
	bool has_type = has_word(reply->text, "policy_type=sts");

	assert_true(strlen(reply->text) <= REPLY_MAX);
	if (reply->code != REPLY_OK)
		return;
	assert_true(reply->level[0] != '\0');
	assert_null(strstr(reply->text, "match= "));
	assert_int_equal(has_type, strstr(reply->text, " mx_host_pattern=") != NULL);
	assert_int_equal(has_type, strstr(reply->text, "{ policy_string = ") != NULL);
}

/* Says TEMP though a host may be used, rightly: mix = both is beyond Postfix. */
static bool
cannot_say(const struct answer *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (a->hosts[i].needs_sts)
			return true;
	return false;
}

static void
assert_hosts(const struct reply *reply, const struct answer *a, const char *map)
{
	size_t i, reached = 0;

	for (i = 0; i < a->count; i++) {
		const struct host_answer *h = &a->hosts[i];
		enum hurdle hurdle = hurdle_of(reply, a, h);

		if (!is_enough(hurdle, a, h))
			fail_msg("%s: %s is %s (%s), but \"%s\"", map, h->name->text,
			    verdict_word(h->verdict), reason_text(h->reason),
			    reply->text);
		reached += hurdle != NEVER && h->verdict < VERDICT_SKIP;
	}
	if (reached == 0)
		fail_msg("%s: nobody is reached: \"%s\"", map, reply->text);
}

void
assert_postfix_obeys(const struct answer *a, const char *map)
{
	struct strbuf text = STRBUF_INIT;
	struct reply reply = { .code = dialect_find(map, strlen(map))->put(a, &text) };

	reply.text = strbuf_str(&text);
	if (reply.code == REPLY_OK)
		snprintf(reply.level, sizeof(reply.level), "%.*s",
		    (int)strcspn(reply.text, " "), reply.text);
	assert_readable(&reply);
	assert_true(reply.code != REPLY_PERM);
	if (a->verdict == VERDICT_DEFER || cannot_say(a))
		assert_int_equal(reply.code, REPLY_TEMP);
	else if (a->verdict == VERDICT_REJECT)
		assert_int_equal(reply.code, REPLY_NOTFOUND);
	else
		assert_hosts(&reply, a, map);
	strbuf_clear(&text);
}
