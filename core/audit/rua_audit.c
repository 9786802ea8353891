/* SPDX-License-Identifier: ISC */
#include "audit/rua_audit.h"

#include <strings.h>

#define TTL_LEAST 3600

/* --- the record --------------------------------------------------------------------------------- */

static const struct remark_kind
    fails = { REMARK_UNSURE, "rua-record-fails",
	    "senders that cannot look it up send no report (RFC 8460, 3)",
	    "see why the name servers do not answer" },
    none = { REMARK_NOTE, "rua-none",
	    "nobody tells when mail does not arrive for want of TLS (RFC 8460, 3)",
	    "publish \"v=TLSRPTv1; rua=mailto:ADDRESS\"" },
    several = { REMARK_BROKEN, "rua-record-several",
	    "senders then see none (RFC 8460, 3)",
	    "leave one; several addresses go into one \"rua=\", commas between" },
    invalid = { REMARK_BROKEN, "rua-record-invalid",
	    "senders then send no report (RFC 8460, 3)",
	    "publish \"v=TLSRPTv1; rua=mailto:ADDRESS\"" },
    misspelt = { REMARK_BROKEN, "rua-record-version",
	    "upper and lower case count, so senders see none (RFC 8460, 3)",
	    "let it start with \"v=TLSRPTv1;\"" },
    forgeable = { REMARK_NOTE, "rua-record-forgeable",
	    "who forges one answer keeps reports away (RFC 8460, 7)",
	    "sign the zone, or use a TTL of a day" },
    cut = { REMARK_ADVICE, "rua-many",
	    "senders need not use more than the first ones (RFC 8460, 7)",
	    "name fewer" };

/* White space before the first ";" is seen by nobody: the prefix is asked for to the letter. */
static bool
is_misspelt(const struct txt_view *t)
{
	static const char word[] = "v=TLSRPTv1";
	size_t i, n = sizeof(word) - 1;

	for (i = 0; i < t->count; i++)
		if (t->texts[i].len >= n && strncasecmp(t->texts[i].text, word, n) == 0)
			return true;
	return false;
}

/* --- the destinations ----------------------------------------------------------------------------- */

static const struct remark_kind
    unusable = { REMARK_BROKEN, "rua-uri-unusable", "senders skip it (RFC 8460, 3)",
	    "use mailto: and https:, with \"!\", \",\" and \";\" as %21, %2C and %3B" },
    nobody = { REMARK_BROKEN, "rua-place-none",
	    "reports cannot get there (RFC 8460, 3)", "name a place that takes them" },
    null_mx = { REMARK_BROKEN, "rua-place-null-mx",
	    "reports cannot get there (RFC 7505, 3)", "name a mailbox elsewhere" },
    guarded = { REMARK_UNSURE, "rua-place-private",
	    "senders that are told the same do not reach it (RFC 6890, 2.2)",
	    "give the host a public address; if it has one elsewhere, check it from "
	    "there" },
    unknown = { REMARK_UNSURE, "rua-place-fails",
	    "reports wait, and are given up after a day (RFC 8460, 5.5)",
	    "see why the name servers do not answer" };

static void
audit_place(const struct rua *rua, const struct rua_seen *seen, struct remarks *out)
{
	const char *name = rua->domain.text;

	switch (seen->place) {
	case RUA_PLACE_FOUND:
		break;
	case RUA_PLACE_NONE:
		remarks_add(out, &nobody, rua->uri,
		    rua->kind == RUA_MAILTO ? "%s has neither MX hosts nor addresses"
					    : "%s has no address",
		    name);
		break;
	case RUA_PLACE_NULL_MX:
		remarks_add(out, &null_mx, rua->uri, "%s takes no mail", name);
		break;
	case RUA_PLACE_GUARDED:
		remarks_add(
		    out, &guarded, rua->uri, "%s has private addresses only", name);
		break;
	case RUA_PLACE_ERROR:
		remarks_add(out, &unknown, rua->uri, "the lookup of %s fails: %s", name,
		    seen->detail);
		break;
	}
}

void
rua_audit_list(const struct rua_list *list, const struct why *why, const char *about,
    struct remarks *out)
{
	if (list->skipped > 0)
		remarks_add(out, &unusable, about, "%s", why->text);
	if (list->is_cut)
		remarks_add(out, &cut, about, "more than %d destinations", RUA_MAX);
}

static void
audit_found(const struct rua_view *v, struct remarks *out)
{
	const char *about = v->record.name.text;
	size_t i;

	rua_audit_list(&v->list, &v->why, about, out);
	for (i = 0; i < v->list.count; i++)
		audit_place(&v->list.items[i], &v->seen[i], out);
	if (!v->record.is_secure && v->record.ttl_s < TTL_LEAST)
		remarks_add(out, &forgeable, about,
		    "not secure by DNSSEC, and a TTL of %u s is left",
		    (unsigned)v->record.ttl_s);
}

void
rua_audit(const struct rua_view *v, struct remarks *out)
{
	const char *about = v->record.name.text;

	if (v->record.is_error) {
		remarks_add(out, &fails, about, "the lookup of TXT fails: %s",
		    v->record.detail);
		return;
	}
	switch (v->outcome) {
	case TLSRPT_RECORD_FOUND:
		audit_found(v, out);
		break;
	case TLSRPT_RECORD_NONE:
		remarks_add(out, is_misspelt(&v->record) ? &misspelt : &none, about,
		    "%s", v->why.text);
		break;
	case TLSRPT_RECORD_SEVERAL:
		remarks_add(out, &several, about, "%s", v->why.text);
		break;
	case TLSRPT_RECORD_INVALID:
		remarks_add(out, &invalid, about, "%s", v->why.text);
		break;
	}
}
