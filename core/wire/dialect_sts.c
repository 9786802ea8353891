/*
 * The MTA-STS map that Sendmail's FEATURE(`sts') and users of other policy servers know.
 * SPDX-License-Identifier: ISC
 *
 * It can say nothing but MTA-STS, so a binding policy is always named, with its patterns as published: the reader
 * compares them with the MX host's name itself.
 */
#include "wire/dialects.h"

enum socketmap_code
dialect_sts(const struct answer *a, struct strbuf *text)
{
	size_t i;

	if (a->verdict == VERDICT_DEFER)
		return dialect_defer(a, text);
	if (a->verdict == VERDICT_REJECT || a->policy == NULL || !a->is_sts_binding)
		return REPLY_NOTFOUND;
	/* Only the operator lets a host through that a binding policy is about. */
	if (a->verdict == VERDICT_MAY)
		return REPLY_NOTFOUND;
	strbuf_adds(text, "secure match=");
	for (i = 0; i < a->policy->pattern_count; i++)
		strbuf_addf(text, "%s%s%s", i > 0 ? ":" : "",
		    a->policy->patterns[i].is_wildcard ? "." : "",
		    a->policy->patterns[i].name);
	strbuf_adds(text, " servername=hostname");
	return REPLY_OK;
}
