/* SPDX-License-Identifier: ISC */
#include "wire/sendmail.h"

#include "wire/dialects.h"

#define TEXT_MAX 30000 /* octets that are shown */

/* --- hosts ----------------------------------------------------------------------------------- */

/* Of several with one name the strictest; what is skipped only if there is nothing else. */
static const struct host_answer *
strictest(const struct answer *a, const struct domain *name)
{
	const struct host_answer *found = NULL;
	size_t i;

	for (i = 0; i < a->count; i++)
		if (host_is_called(&a->hosts[i], name) &&
		    (found == NULL || a->hosts[i].verdict < found->verdict))
			found = &a->hosts[i];
	return found;
}

/* Whether a host that we know is bound, or may be. */
static bool
is_bound(const struct host_answer *h)
{
	if (h->verdict == VERDICT_SKIP)
		return h->reason != REASON_ADDRESS_NONE &&
		       h->reason != REASON_HOST_INVALID;
	return h->verdict != VERDICT_MAY;
}

/*
 * Whoever can make up an MX record must not get around policies with it.  A domain that takes no mail has none,
 * unless one is left from before; Sendmail, which has come here all the same, knows more than DNS.
 */
static bool
binds_strangers(const struct answer *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (is_bound(&a->hosts[i]))
			return true;
	return a->is_sts_binding;
}

static void
find_stranger(const struct answer *a, struct sendmail_host *out)
{
	*out = (struct sendmail_host){ .way = WAY_FREE };
	if (a->verdict != VERDICT_DEFER && !binds_strangers(a))
		return;
	out->way = WAY_SHUT;
	out->reason = a->reason;
	out->is_stranger_shut = a->verdict != VERDICT_DEFER;
}

void
sendmail_host_find(
    const struct answer *a, const struct domain *name, struct sendmail_host *out)
{
	static const enum sendmail_way ways[] = {
		[VERDICT_DANE] = WAY_BOUND,
		[VERDICT_STS] = WAY_BOUND,
		[VERDICT_ENCRYPT] = WAY_BOUND,
		[VERDICT_MAY] = WAY_FREE,
		[VERDICT_SKIP] = WAY_SHUT,
		[VERDICT_DEFER] = WAY_SHUT,
		[VERDICT_REJECT] = WAY_SHUT,
	};
	const struct host_answer *h = strictest(a, name);

	if (h == NULL)
		find_stranger(a, out);
	else
		*out = (struct sendmail_host){ ways[h->verdict], h, h->reason, false };
}

/* --- words ----------------------------------------------------------------------------------- */

static bool
is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
}

void
sendmail_add_words(const char *sentence, struct strbuf *text)
{
	size_t start = text->len;
	unsigned depth = 0;

	for (; *sentence != '\0'; sentence++) {
		depth += *sentence == '(';
		if (depth == 0 && is_plain(*sentence))
			strbuf_addc(text, *sentence);
		else if (text->len > start && text->data[text->len - 1] != ' ')
			strbuf_addc(text, ' ');
		depth -= *sentence == ')' && depth > 0;
	}
	if (text->len > start && text->data[text->len - 1] == ' ')
		strbuf_truncate(text, text->len - 1);
}

void
sendmail_add_shut(
    const struct answer *a, const struct sendmail_host *host, struct strbuf *text)
{
	if (host->is_stranger_shut)
		strbuf_addf(text, "no MX host of %s", a->next_hop->domain.text);
	else
		sendmail_add_words(reason_text(host->reason), text);
}

void
sendmail_add_skip(const struct answer *a, const struct domain *name,
    const struct sendmail_host *host, struct strbuf *text)
{
	if (host->way != WAY_SHUT)
		return;
	strbuf_addf(text, "SKIP %s ", name->len > 0 ? name->text : "-");
	sendmail_add_shut(a, host, text);
}

void
sendmail_add_start(enum sendmail_way way, struct strbuf *text)
{
	static const char *const words[] = {
		[WAY_FREE] = "USE servername=hostname;flags=C",
		[WAY_BOUND] = "USE servername=hostname",
		[WAY_SHUT] = "",
	};

	strbuf_adds(text, words[way]);
}

/* --- for people ------------------------------------------------------------------------------ */

static void
show_host(const struct answer *a, const struct domain *name, struct strbuf *text)
{
	struct sendmail_host host;

	sendmail_host_find(a, name, &host);
	strbuf_addf(text, "%s%s=\"", text->len > 0 ? " " : "",
	    name->len > 0 ? name->text : "-");
	sendmail_add_skip(a, name, &host, text);
	sendmail_add_start(host.way, text);
	strbuf_addc(text, '"');
}

/* Not a reply to Sendmail, but all that it would get: for each host the refusal, or how TLS begins. */
enum socketmap_code
dialect_sendmail(const struct answer *a, struct strbuf *text)
{
	struct strbuf hosts = STRBUF_INIT;
	size_t i;

	if (a->verdict == VERDICT_DEFER && a->count == 0)
		return dialect_defer(a, text);
	for (i = 0; i < a->count && hosts.len < TEXT_MAX; i++)
		show_host(a, a->hosts[i].name, &hosts);
	strbuf_adds(text, strbuf_str(&hosts));
	strbuf_clear(&hosts);
	return a->count > 0 ? REPLY_OK : REPLY_NOTFOUND;
}
