/* SPDX-License-Identifier: ISC */
#include "audit/zone_audit.h"

#define DAY_S 86400

/* What remarks are about. */
static const char *
zone_of(const struct zone_view *view)
{
	return view->apex.len > 0 ? view->apex.text : view->name.text;
}

const char *
zone_insecurity(const struct zone_view *view)
{
	return view->soa_signature.is_there
		   ? "the zone has signatures, but no DS record in its parent; or the "
		     "resolver here does not validate"
		   : "the zone is not signed";
}

/* --- security ----------------------------------------------------------------------------------- */

static const struct remark_kind
    unknown = { REMARK_UNSURE, "zone-unknown",
	    "DANE needs secure answers (RFC 7672, 2.1.1)",
	    "see why the name servers, or the resolver here, do not answer" },
    bogus = { REMARK_BROKEN, "zone-bogus",
	    "validating senders get no answer, and mail waits (RFC 7672, 2.1.2)",
	    "sign the zone again, or correct the DS record in its parent" },
    is_unsigned = { REMARK_NOTE, "zone-unsigned",
	    "senders use no DANE for it (RFC 7672, 2.1.1)",
	    "sign it, and have a DS record put into its parent" };

static void
audit_security(const struct zone_view *view, struct remarks *out)
{
	switch (view->security) {
	case ZONE_UNKNOWN:
		remarks_add(out, &unknown, zone_of(view),
		    "whether the zone is signed could not be found out: %s",
		    view->detail);
		break;
	case ZONE_BOGUS:
		remarks_add(out, &bogus, zone_of(view),
		    "%s of %s does not validate: %s, but an answer without validation",
		    dns_type_text(view->type), view->name.text, view->detail);
		break;
	case ZONE_INSECURE:
		remarks_add(
		    out, &is_unsigned, zone_of(view), "%s", zone_insecurity(view));
		break;
	case ZONE_SECURE:
		break;
	}
}

static const struct remark_kind
    mail_unsigned = { REMARK_NOTE, "zone-mail-unsigned",
	    "whoever forges the MX record leads mail past DANE (RFC 7672, 2.2.1)",
	    "sign the zone of the mail domain too" },
    host_unsigned = { REMARK_NOTE, "zone-mx-unsigned",
	    "DANE not effective: senders use TLSA of signed zones only (RFC 7672, 2.2.2)",
	    "sign the zone of the MX host, or ask whoever runs it to" };

void
zone_audit_pair(
    const struct zone_view *mail, const struct zone_view *host, struct remarks *out)
{
	if (mail->security == ZONE_INSECURE && host->security == ZONE_SECURE)
		remarks_add(out, &mail_unsigned, zone_of(mail),
		    "the zone is not signed, that of the MX host is: %s",
		    zone_of(host));
	if (mail->security == ZONE_SECURE && host->security == ZONE_INSECURE)
		remarks_add(out, &host_unsigned, zone_of(host),
		    "the zone of an MX host is not signed, that of the mail domain is: "
		    "%s",
		    zone_of(mail));
}

/* --- signatures and times ----------------------------------------------------------------------- */

static const struct remark_kind
    ends_soon = { REMARK_ADVICE, "zone-signature-ends",
	    "once it has ended, mail waits (RFC 7671, 11)",
	    "see why it is not renewed: that is due long before" },
    lives_long = { REMARK_ADVICE, "zone-signature-long",
	    "records that you have replaced can be played back as long (RFC 7671, 13)",
	    "sign for days or a few weeks, and renew" };

/* The times wrap; they are within 68 years of now (RFC 4034, 3.1.5). */
static int64_t
after(uint32_t moment, time_t now)
{
	return (int32_t)(moment - (uint32_t)now);
}

static void
audit_signature(const struct zone_view *view, time_t now, struct remarks *out)
{
	const struct dns_signature *s = &view->reply.signature;
	int64_t left_s = after(s->ends, now), life_s = left_s - after(s->begins, now);
	const char *type = dns_type_text(view->type);

	if (!s->is_there)
		return;
	if (left_s < 0)
		remarks_add(out, &ends_soon, zone_of(view),
		    "the signature over %s of %s ended %lld h ago", type,
		    view->name.text, (long long)(-left_s / 3600));
	/* Who signs for a day at a time has less than three left, and is content. */
	else if (left_s < SIGNATURE_LEFT_MIN_S && left_s < life_s / 10)
		remarks_add(out, &ends_soon, zone_of(view),
		    "the signature over %s of %s ends in %lld h of its %lld days", type,
		    view->name.text, (long long)(left_s / 3600),
		    (long long)(life_s / DAY_S));
	if (life_s > SIGNATURE_LIFE_MAX_S)
		remarks_add(out, &lives_long, zone_of(view),
		    "the signature over %s of %s lives for %lld days", type,
		    view->name.text, (long long)(life_s / DAY_S));
}

static const struct remark_kind slow_refresh = { REMARK_ADVICE, "zone-refresh-long",
	"a secondary that misses a notice hands out old records longer than caches do "
	"(RFC 7671, 8.1)",
	"set the SOA's refresh to the TTL of the TLSA records, or less" };

/* Through the resolver a TTL runs down; the servers say the whole of it. */
static uint32_t
rrset_ttl(const struct zone_view *view)
{
	uint32_t ttl_s = view->reply.ttl_s;
	size_t i;

	for (i = 0; i < view->count; i++)
		if (view->servers[i].word == ZONE_SPEAKS &&
		    view->servers[i].reply.outcome == DNS_FOUND &&
		    view->servers[i].reply.ttl_s > ttl_s)
			ttl_s = view->servers[i].reply.ttl_s;
	return ttl_s;
}

static size_t
name_servers(const struct zone_view *view)
{
	size_t i, n = 0;

	for (i = 0; i < view->count; i++)
		n += i == 0 ||
		     !domain_equal(&view->servers[i].name, &view->servers[i - 1].name);
	return n;
}

static void
audit_refresh(const struct zone_view *view, struct remarks *out)
{
	uint32_t ttl_s = rrset_ttl(view);

	if (view->type == DNS_TLSA && view->reply.outcome == DNS_FOUND &&
	    view->has_soa && name_servers(view) > 1 && view->soa.refresh_s > ttl_s)
		remarks_add(out, &slow_refresh, zone_of(view),
		    "the refresh of the SOA is %u s, the TTL of %s %u s",
		    (unsigned)view->soa.refresh_s, view->name.text, (unsigned)ttl_s);
}

/* --- name servers ------------------------------------------------------------------------------- */

/* Names may differ in case only. */
static bool
is_same_record(const struct dns_record *a, const struct dns_record *b)
{
	if (a->preference != b->preference)
		return false;
	if (a->name.len > 0 || b->name.len > 0)
		return domain_equal(&a->name, &b->name);
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static bool
has_record(const struct dns_reply *reply, const struct dns_record *r)
{
	size_t i;

	for (i = 0; i < reply->count; i++)
		if (is_same_record(&reply->records[i], r))
			return true;
	return false;
}

/* Whether both, who speak, have the same; an RRset has no record twice (RFC 2181, section 5). */
static bool
agree(const struct zone_server *a, const struct zone_server *b)
{
	size_t i;

	if (a->reply.count != b->reply.count ||
	    !domain_equal(&a->reply.owner, &b->reply.owner))
		return false;
	for (i = 0; i < a->reply.count; i++)
		if (!has_record(&b->reply, &a->reply.records[i]))
			return false;
	return true;
}

/* That with the newest serial (RFC 1982); NULL: none speaks. */
static const struct zone_server *
newest(const struct zone_view *view)
{
	const struct zone_server *best = NULL;
	size_t i;

	for (i = 0; i < view->count; i++) {
		const struct zone_server *s = &view->servers[i];

		if (s->word == ZONE_SPEAKS &&
		    (best == NULL || (int32_t)(s->serial - best->serial) > 0))
			best = s;
	}
	return best;
}

static const struct remark_kind
    differs = { REMARK_BROKEN, "zone-server-differs",
	    "what a sender finds depends on whom its resolver asks (RFC 7671, 8.1)",
	    "see where this server has its zone from" },
    late = { REMARK_ADVICE, "zone-server-late",
	    "until it follows, what a sender finds depends on whom its resolver asks "
	    "(RFC 7671, 8.1)",
	    "if it stays so, see why the zone is not transferred to this server" },
    behind = { REMARK_NOTE, "zone-server-behind",
	    "a change is on its way, or stuck (RFC 1996, 3)", "" },
    lame = { REMARK_ADVICE, "zone-server-lame",
	    "resolvers lose time with it (RFC 1912, 2.8)",
	    "let it serve the zone, or take it out of the NS records" },
    silent = { REMARK_ADVICE, "zone-server-silent",
	    "resolvers lose time with it (RFC 2182, 3)",
	    "let it answer, or take it out of the NS records" },
    no_route = { REMARK_NOTE, "zone-server-no-route",
	    "what it says could not be found out (RFC 7671, 8.1)", "" },
    all_silent = { REMARK_NOTE, "zone-servers-unheard",
	    "whether they all say the same could not be found out (RFC 7671, 8.1)",
	    "" },
    none_known = { REMARK_UNSURE, "zone-servers-unknown",
	    "whether they all say the same could not be found out (RFC 7671, 8.1)",
	    "see why the name servers, or the resolver here, do not answer" };

static void
audit_server(const struct zone_view *view, const struct zone_server *s,
    const struct zone_server *best, struct remarks *out)
{
	char about[ZONE_SERVER_TEXT_MAX];

	zone_server_text(s, about);
	switch (s->word) {
	case ZONE_SPEAKS:
		if (view->type != DNS_SOA && !agree(s, best))
			remarks_add(out, s->serial == best->serial ? &differs : &late,
			    about,
			    "%s of %s is other than at %s; serial %u there, %u here",
			    dns_type_text(view->type), view->reply.owner.text,
			    best->name.text, (unsigned)best->serial,
			    (unsigned)s->serial);
		else if (s->serial != best->serial)
			remarks_add(out, &behind, about, "serial %u; %u at %s",
			    (unsigned)s->serial, (unsigned)best->serial,
			    best->name.text);
		break;
	case ZONE_LAME:
		remarks_add(out, &lame, about, "does not serve the zone %s: %s",
		    zone_of(view), s->detail);
		break;
	case ZONE_SILENT:
	case ZONE_NAMELESS:
		remarks_add(out, &silent, about, "does not answer: %s", s->detail);
		break;
	case ZONE_NO_ROUTE:
	case ZONE_LEFT_OUT:
		remarks_add(out, &no_route, about, "was not asked: %s", s->detail);
		break;
	}
}

static void
audit_servers(const struct zone_view *view, struct remarks *out)
{
	const struct zone_server *best = newest(view);
	size_t i;

	if (view->servers_detail[0] != '\0')
		remarks_add(out, &none_known, zone_of(view),
		    "its name servers could not be found out: %s",
		    view->servers_detail);
	if (best == NULL && view->count > 0)
		remarks_add(out, &all_silent, zone_of(view),
		    "no name server answers when it is asked from here");
	for (i = 0; i < view->count && best != NULL; i++)
		audit_server(view, &view->servers[i], best, out);
}

void
zone_audit_signing(const struct zone_view *view, time_t now, struct remarks *out)
{
	audit_security(view, out);
	audit_signature(view, now, out);
	audit_refresh(view, out);
}

void
zone_audit(const struct zone_view *view, time_t now, struct remarks *out)
{
	zone_audit_signing(view, now, out);
	audit_servers(view, out);
}
