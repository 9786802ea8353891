/* SPDX-License-Identifier: ISC */
#include "wire/sendmail_call.h"

#include "base/number.h"

#include <strings.h>

#include "wire/field.h"
#include "wire/text.h"

#define IPV6_TAG "IPv6:"

/* --- {verify} ------------------------------------------------------------------------------ */

/*
 * Its words, in Sendmail 8.17 to 8.18.  With a certificate that was verified, another field says whether it names the
 * host.  FAIL may be for its dates or its issuer.
 */
static const struct {
	const char *word;
	struct sendmail_words words;
} verify_words[] = {
	{ "OK", { .tls = TLS_UP, .verified = VERIFIED_NAME } },
	{ "TRUSTED", { .tls = TLS_UP, .verified = VERIFIED_DANE } },
	{ "FAIL", { TLS_UP, VERIFIED_NO, true, RESULT_NOT_TRUSTED, false } },
	{ "NO", { TLS_UP, VERIFIED_NO, true, RESULT_NOT_TRUSTED, false } },
	{ "DANE_FAIL", { TLS_UP, VERIFIED_NO, true, RESULT_VALIDATION, false } },
	{ "DANE_TEMP", { TLS_UP, VERIFIED_NO, false, 0, false } },
	{ "DANE_NOTLS", { .tls = TLS_NOT_OFFERED } },
	{ "NONE", { .tls = TLS_NOT_OFFERED } },
	{ "TEMP", { .tls = TLS_REFUSED } },
	{ "PROTOCOL", { .tls = TLS_REFUSED } },
	{ "SOFTWARE", { .tls = TLS_FAILED } },
	{ "CLEAR", { .tls = TLS_NOT_OFFERED, .is_retry = true } },
	{ "CONFIG", { .tls = TLS_UNKNOWN } },
};

/* Of a word that we do not know, nothing counts but that there is TLS. */
static struct sendmail_words
words_of(struct text word)
{
	size_t i;

	for (i = 0; i < COUNT_OF(verify_words); i++)
		if (text_is(word, verify_words[i].word))
			return verify_words[i].words;
	return (struct sendmail_words){ .tls = TLS_UP, .verified = VERIFIED_NO };
}

/*
 * {verify} alone is not enough: without a version there is no TLS, and the name may be another.  Names are those of the last
 * handshake, of whichever connection: of one that was kept, a call for a recipient knows nothing.
 */
static void
settle_words(struct sendmail_call *c, struct text verify, struct text name)
{
	struct sendmail_words *w = &c->words;
	bool is_known = c->verb == CALL_TLS && name.len > 0;

	*w = words_of(verify);
	if (w->tls == TLS_UP && c->version[0] == '\0')
		*w = (struct sendmail_words){ .tls = TLS_UNKNOWN };
	if (w->verified != VERIFIED_NAME || (is_known && text_is(name, "yes")))
		return;
	w->verified = VERIFIED_CHAIN;
	if (!is_known)
		return;
	w->has_result = true;
	w->result = RESULT_HOST_MISMATCH;
}

/* --- next-hops ----------------------------------------------------------------------------- */

static struct sendmail_goal
goal_of(struct text text)
{
	struct sendmail_goal goal = { .is_said = text.len > 0 };

	if (next_hop_parse(text.p, text.len, &goal.next_hop, NULL) == NEXT_HOP_DOMAIN)
		goal.has_policy = true;
	return goal;
}

/* The next of a list, separated by colons or commas outside of brackets; false at the end. */
static bool
next_of_list(struct text *list, struct text *out)
{
	bool is_inside = false;
	size_t n;

	if (list->len == 0)
		return false;
	for (n = 0; n < list->len; n++) {
		char c = list->p[n];

		if (!is_inside && (c == ':' || c == ','))
			break;
		is_inside = c == '[' || (is_inside && c != ']');
	}
	*out = (struct text){ list->p, n };
	text_skip(list, n < list->len ? n + 1 : n);
	return true;
}

static struct sendmail_goal
goal_of_list(struct text list, const struct domain *host)
{
	struct sendmail_goal first = { .is_said = false }, goal;
	struct text one;

	while (next_of_list(&list, &one)) {
		goal = goal_of(one);
		if (goal.next_hop.is_host && domain_equal(&goal.next_hop.domain, host))
			return goal;
		if (!first.is_said)
			first = goal;
	}
	return first;
}

/* The domain of an address: what follows its last "@".  An address without one is local. */
static struct sendmail_goal
goal_of_address(struct text address)
{
	const char *at = memrchr(address.p, '@', address.len);
	size_t before;

	if (at == NULL)
		return (struct sendmail_goal){ .is_said = false };
	before = (size_t)(at + 1 - address.p);
	text_skip(&address, before);
	if (address.len > 0 && address.p[address.len - 1] == '>')
		address.len--;
	return goal_of(address);
}

/* --- values -------------------------------------------------------------------------------- */

static void
take_host(struct sendmail_call *c, struct text value)
{
	if (domain_parse(value.p, value.len, &c->host, NULL) != ST_OK)
		c->host.len = 0;
}

static void
take_address(struct sendmail_call *c, struct text value)
{
	size_t tag = strlen(IPV6_TAG);

	if (value.len > tag && strncasecmp(value.p, IPV6_TAG, tag) == 0)
		text_skip(&value, tag);
	c->has_address = address_parse(value.p, value.len, &c->address) == ST_OK;
}

/* "43:E7:90:...", if it is a SHA-256. */
static void
take_leaf(struct sendmail_call *c, struct text value)
{
	size_t i;
	int high, low;

	if (value.len != 3 * LEAF_BYTES - 1)
		return;
	for (i = 0; i < LEAF_BYTES; i++) {
		high = hex_value(value.p[3 * i]);
		low = hex_value(value.p[3 * i + 1]);
		if (high < 0 || low < 0 ||
		    (i + 1 < LEAF_BYTES && value.p[3 * i + 2] != ':'))
			return;
		c->leaf[i] = (uint8_t)(high << 4 | low);
	}
	c->has_leaf = true;
}

/* --- keys ---------------------------------------------------------------------------------- */

enum field {
	FIELD_ID,
	FIELD_NEXT_HOP,
	FIELD_MX,
	FIELD_IP,
	FIELD_VERIFY,
	FIELD_NAME,
	FIELD_VERSION,
	FIELD_CIPHER,
	FIELD_LEAF,
	FIELD_FREE,
	FIELD_RCPT,
	FIELDS
};

static const char *const field_names[FIELDS] = {
	[FIELD_ID] = "id",
	[FIELD_NEXT_HOP] = "nexthop",
	[FIELD_MX] = "mx",
	[FIELD_IP] = "ip",
	[FIELD_VERIFY] = "verify",
	[FIELD_NAME] = "name",
	[FIELD_VERSION] = "ver",
	[FIELD_CIPHER] = "cipher",
	[FIELD_LEAF] = "fp",
	[FIELD_FREE] = "free",
	[FIELD_RCPT] = "rcpt",
};

/* FIELDS: none of ours. */
static enum field
field_of(struct text name)
{
	size_t i;

	for (i = 0; i < FIELDS && !text_is(name, field_names[i]); i++)
		continue;
	return (enum field)i;
}

/* Take all but the last ";". */
static bool
take_rest(struct text *key, struct text *out)
{
	if (key->len == 0 || key->p[key->len - 1] != ';')
		return false;
	*out = (struct text){ key->p, key->len - 1 };
	text_skip(key, key->len - 1);
	return true;
}

/*
 * Split a key behind its verb.  False: that cannot be done, or a field is there twice: whoever makes up the name of an MX
 * host must not speak for Sendmail.
 */
static bool
split(struct text key, struct text values[FIELDS])
{
	struct text name, value;
	unsigned seen = 0;
	enum field field;

	while (key.len > 0) {
		if (!text_take_until(&key, ":;", &name) || !text_take(&key, ":"))
			return false;
		field = field_of(name);
		if (field == FIELD_RCPT ? !take_rest(&key, &value)
					: !text_take_until(&key, ";", &value))
			return false;
		text_skip(&key, 1);
		if (field == FIELDS)
			continue;
		if ((seen & 1U << field) != 0)
			return false;
		seen |= 1U << field;
		values[field] = value;
	}
	return true;
}

bool
queue_id_is(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && field_is_alnum(text[i]))
		i++;
	return i == len && i > 0 && i <= QUEUE_ID_MAX;
}

static void
take_values(struct sendmail_call *c, const struct text v[FIELDS])
{
	memcpy(c->id, v[FIELD_ID].p, v[FIELD_ID].len);
	take_host(c, v[FIELD_MX]);
	take_address(c, v[FIELD_IP]);
	c->next_hop = goal_of_list(v[FIELD_NEXT_HOP], &c->host);
	c->rcpt = goal_of_address(v[FIELD_RCPT]);
	event_text_clean(
	    c->version, sizeof(c->version), v[FIELD_VERSION].p, v[FIELD_VERSION].len);
	event_text_clean(
	    c->cipher, sizeof(c->cipher), v[FIELD_CIPHER].p, v[FIELD_CIPHER].len);
	take_leaf(c, v[FIELD_LEAF]);
	c->is_free = text_is(v[FIELD_FREE], "yes");
	settle_words(c, v[FIELD_VERIFY], v[FIELD_NAME]);
}

static enum status
verb_of(struct text word, enum sendmail_verb *out)
{
	static const char *const verbs[] = {
		[CALL_MX] = "mx",
		[CALL_START] = "start",
		[CALL_TLS] = "tls",
		[CALL_RCPT] = "rcpt",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(verbs); i++)
		if (text_is(word, verbs[i])) {
			*out = (enum sendmail_verb)i;
			return ST_OK;
		}
	return ST_UNKNOWN;
}

enum status
sendmail_call_parse(
    const char *key, size_t len, struct sendmail_call *out, struct why *why)
{
	struct text rest = { key, len }, verb, values[FIELDS];
	size_t i;

	*out = (struct sendmail_call){ .verb = CALL_MX };
	for (i = 0; i < FIELDS; i++)
		values[i] = (struct text){ "", 0 };
	if (!text_take_until(&rest, ";", &verb)) {
		why_set(why, "no verb");
		return ST_SYNTAX;
	}
	text_skip(&rest, 1);
	if (verb_of(verb, &out->verb) != ST_OK) {
		why_set(why, "another verb");
		return ST_UNKNOWN;
	}
	if (!split(rest, values)) {
		why_set(why, "something other than \"NAME:VALUE;\", each once");
		return ST_SYNTAX;
	}
	if (values[FIELD_ID].len > 0 &&
	    !queue_id_is(values[FIELD_ID].p, values[FIELD_ID].len)) {
		why_set(why, "no queue id");
		return ST_SYNTAX;
	}
	take_values(out, values);
	return ST_OK;
}
