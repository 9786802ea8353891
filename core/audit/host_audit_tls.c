/*
 * Whether an address offers the TLS that is asked of it.  SPDX-License-Identifier: ISC
 */
#include "audit/host_audit_parts.h"

/* Who minds, from the mildest. */
enum need { NEED_NONE, NEED_STS, NEED_DANE };

enum fault { FAULT_NOT_OFFERED, FAULT_REFUSED, FAULT_FAILS, FAULT_OLD, FAULTS };

#define CLEAR "mail comes in the clear (RFC 3207, 1)"
#define STS   "senders that know the policy do not deliver (RFC 8461, 5)"
#define DANE  "senders that know DANE do not deliver (RFC 7672, 2.2)"
#define LOG   "see the log of the server"
#define OLD   "senders that want more do not deliver (RFC 9325, 3.1.1)"
#define NEW   "enable TLS 1.2 and 1.3"

static const struct remark_kind kinds[][FAULTS] = {
	[NEED_NONE] = {
	    { REMARK_ADVICE, "no-starttls", CLEAR, "enable STARTTLS" },
	    { REMARK_ADVICE, "starttls-refused", CLEAR, LOG },
	    { REMARK_ADVICE, "tls-fails", CLEAR, LOG },
	    { REMARK_ADVICE, "tls-old", "nobody should use it any more (RFC 9325, 3.1.1)",
		NEW },
	},
	[NEED_STS] = {
	    { REMARK_BROKEN, "no-starttls-sts", STS, "offer it to everybody" },
	    { REMARK_BROKEN, "starttls-refused-sts", STS, LOG },
	    { REMARK_BROKEN, "tls-fails-sts", STS, LOG },
	    { REMARK_BROKEN, "tls-old-sts", OLD, NEW },
	},
	[NEED_DANE] = {
	    { REMARK_BROKEN, "no-starttls-dane",
		"with TLSA it must be, to everybody (RFC 7672, 2.2 and 9.2)",
		"offer it, or remove the records" },
	    { REMARK_BROKEN, "starttls-refused-dane", DANE, LOG },
	    { REMARK_BROKEN, "tls-fails-dane", DANE, LOG },
	    { REMARK_BROKEN, "tls-old-dane", OLD, NEW },
	},
};

static enum need
need_of(const struct host_audit_input *in)
{
	if (in->wants_dane || in->view->host->tlsa_outcome == TLSA_FOUND)
		return NEED_DANE;
	return in->sts == STS_ENFORCE ? NEED_STS : NEED_NONE;
}

static bool
is_new(const char *version)
{
	return strcmp(version, "TLSv1.2") == 0 || strcmp(version, "TLSv1.3") == 0;
}

static const struct remark_kind
    unreached = { REMARK_UNSURE, "address-unreached",
	    "senders try it, and wait, before they try another (RFC 5321, 5.1)",
	    "let the server answer, or take the address out of DNS; is port 25 open from "
	    "here?" },
    no_route = { REMARK_NOTE, "address-no-route",
	    "senders that have a way there may fail (RFC 7672, 2.2)",
	    "check it from where there is one" },
    no_way = { REMARK_UNSURE, "host-no-route",
	    "what it shows to senders is not known (RFC 7672, 2.2)",
	    "check it from where there is a way to it" };

/* A machine without IPv6 says nothing about the servers that have it, unless they have nothing else. */
static const struct remark_kind *
unreached_kind(const struct host_view *view, const struct evidence *e)
{
	size_t i;

	if (!e->is_unroutable)
		return &unreached;
	for (i = 0; i < view->count; i++)
		if (!view->seen[i].is_unroutable)
			return &no_route;
	return &no_way;
}

void
audit_tls(
    const struct host_audit_input *in, const struct evidence *e, struct remarks *out)
{
	const struct remark_kind *kind = kinds[need_of(in)];
	char about[ADDRESS_TEXT_MAX];

	address_text(e->remote, about);
	switch (e->tls) {
	case TLS_UP:
		if (!is_new(e->version))
			remarks_add(out, &kind[FAULT_OLD], about,
			    "the server knows nothing newer than %s", e->version);
		break;
	case TLS_NOT_OFFERED:
		remarks_add(
		    out, &kind[FAULT_NOT_OFFERED], about, "STARTTLS is not offered");
		break;
	case TLS_REFUSED:
		remarks_add(out, &kind[FAULT_REFUSED], about, "STARTTLS is refused: %s",
		    e->reason);
		break;
	case TLS_FAILED:
		remarks_add(out, &kind[FAULT_FAILS], about, "TLS fails: %s", e->reason);
		break;
	case TLS_UNKNOWN:
		remarks_add(out, unreached_kind(in->view, e), about,
		    "could not be looked at: %s", e->reason);
		break;
	}
}
