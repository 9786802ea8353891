/* SPDX-License-Identifier: ISC */
#include "audit/host_audit_parts.h"

#include "base/mem.h"
#include "policy/tlsa_advice.h"

static const struct remark_kind
    half_known = { REMARK_UNSURE, "host-half-known",
	    "senders that have only this family wait (RFC 7672, 2.1.2)",
	    "see why the name servers do not answer" },
    no_address = { REMARK_BROKEN, "host-no-address",
	    "nobody can send to it (RFC 5321, 5.1)",
	    "give it addresses, or take it out of the MX set" },
    address_unknown = { REMARK_UNSURE, "host-address-unknown",
	    "if other resolvers fail too, mail waits (RFC 7672, 2.1.2)",
	    "see why the name servers do not answer" },
    left_out = { REMARK_UNSURE, "address-left-out",
	    "they may show other keys (RFC 7672, 2.2)",
	    "have fewer addresses, or check the host alone" };

static void
audit_addresses(const struct host_view *view, struct remarks *out)
{
	const struct host_facts *h = view->host;

	switch (h->address_outcome) {
	case ADDRESS_FOUND:
		if (h->is_half)
			remarks_add(out, &half_known, "",
			    "addresses of one family could not be found out: %s",
			    h->detail);
		if (view->left_out > 0)
			remarks_add(out, &left_out, "",
			    "addresses that were not looked at: %zu", view->left_out);
		break;
	case ADDRESS_NONE:
	case ADDRESS_INVALID:
		remarks_add(out, &no_address, "", "the name has no address");
		break;
	case ADDRESS_ERROR:
		remarks_add(out, &address_unknown, "",
		    "no address could be found out: %s", h->detail);
		break;
	}
}

/* --- DANE, wanted or not ------------------------------------------------------------------------ */

/* Why senders have no TLSA records of a host. */
enum absence { ABSENCE_UNTRUSTED, ABSENCE_INSECURE, ABSENCE_NONE, ABSENCES };

#define TRUST "use a validating resolver on loopback"
#define SIGN  "sign the zone of the host, and let the resolver here validate"
#define MAKE                                                                           \
	"\"hopseal tlsa make --live\" shows which to publish, in the zone of the host"

static const char *const absence_texts[] = {
	[ABSENCE_UNTRUSTED] = "the resolver is neither on loopback nor marked trusted",
	[ABSENCE_INSECURE] = "the addresses are not secure by DNSSEC",
	[ABSENCE_NONE] = "there are no secure TLSA records for this host",
};

static const struct remark_kind
    wanted[ABSENCES] = {
	[ABSENCE_UNTRUSTED] = { REMARK_UNSURE, "resolver-untrusted",
	    "nothing that it calls secure can be believed (RFC 7672, 2.1.1)", TRUST },
	[ABSENCE_INSECURE] = { REMARK_BROKEN, "dane-insecure",
	    "DANE not effective: senders do not look for TLSA (RFC 7672, 2.2.2)", SIGN },
	[ABSENCE_NONE] = { REMARK_BROKEN, "dane-none",
	    "DANE not effective: senders check no certificate (RFC 7672, 2.2)", MAKE },
    },
    ignored = { REMARK_BROKEN, "tlsa-insecure",
	    "DANE not effective: senders do not believe them (RFC 7672, 2.2.2)", SIGN },
    not_there = { REMARK_NOTE, "tlsa-none",
	    "senders cannot check the host by DANE (RFC 7672, 2.2)", MAKE };

static enum absence
absence_of(const struct host_view *view)
{
	if (!view->is_resolver_trusted)
		return ABSENCE_UNTRUSTED;
	return view->host->is_address_secure ? ABSENCE_NONE : ABSENCE_INSECURE;
}

/* Why TLSA was not asked for, or was denied. */
static void
audit_absence(const struct host_audit_input *in, struct remarks *out)
{
	enum absence absence = absence_of(in->view);

	if (absence != ABSENCE_UNTRUSTED && in->view->ignored_tlsa > 0)
		remarks_add(out, &ignored, "", "%zu TLSA record%s, %s",
		    in->view->ignored_tlsa, in->view->ignored_tlsa == 1 ? "" : "s",
		    absence == ABSENCE_NONE ? "not secure by DNSSEC"
					    : absence_texts[absence]);
	else if (in->wants_dane)
		remarks_add(out, &wanted[absence], "", "%s", absence_texts[absence]);
	else if (absence == ABSENCE_NONE) /* zone_audit() speaks of unsigned zones */
		remarks_add(out, &not_there, "", "%s", absence_texts[absence]);
}

static const struct remark_kind
    alias = { REMARK_NOTE, "host-alias",
	    "senders find TLSA behind it (RFC 7672, 2.2.2)", "" },
    tlsa_fails = { REMARK_BROKEN, "tlsa-lookup-fails",
	    "senders skip the host (RFC 7672, 2.1.2)",
	    "see what the name servers answer for it, and the signatures" },
    tlsa_unheard = { REMARK_UNSURE, "tlsa-lookup-unheard",
	    "if senders get no answer either, they skip the host (RFC 7672, 2.1.2)",
	    "see why the resolver here does not answer, and the name servers" };

static void
audit_tlsa(const struct host_audit_input *in, struct remarks *out)
{
	const struct host_facts *h = in->view->host;

	switch (h->tlsa_outcome) {
	case TLSA_NOT_ASKED:
	case TLSA_DENIED:
		if (h->address_outcome == ADDRESS_FOUND)
			audit_absence(in, out);
		break;
	case TLSA_FOUND:
		if (!domain_equal(h->base, &h->name))
			remarks_add(out, &alias, "", "an alias of %s", h->base->text);
		tlsa_advise(h->tlsa, out);
		tlsa_advise_ttl(
		    in->ttl_s > 0 ? in->ttl_s : in->view->ttl_s, in->ttl_s > 0, out);
		break;
	case TLSA_ERROR:
	case TLSA_ALIAS_ERROR:
		remarks_add(out, h->is_tlsa_unheard ? &tlsa_unheard : &tlsa_fails, "",
		    "the lookup of TLSA fails: %s", h->detail);
		break;
	}
}

void
host_audit_begin(const struct host_audit_input *in, struct host_audit *out)
{
	const struct host_view *view = in->view;

	*out = (struct host_audit){ .count = view->count };
	out->addresses = xcalloc(view->count + 1, sizeof(out->addresses[0]));
	audit_addresses(view, &out->remarks);
	audit_tlsa(in, &out->remarks);
}

static const struct remark_kind unverified = { REMARK_UNSURE, "certs-left-out",
	"they may match nothing (RFC 7672, 2.2)",
	"have fewer certificates, or check the host alone" };

static void
audit_left_out(struct host_audit *out)
{
	size_t i, count = 0;

	for (i = 0; i < out->count; i++)
		count += out->addresses[i].is_left_out;
	if (count > 0)
		remarks_add(&out->remarks, &unverified, "",
		    "certificates that were not verified: %zu", count);
}

bool
host_audit_next(const struct host_audit_input *in, struct host_audit *out)
{
	const struct evidence *e = &in->view->seen[out->judged];
	struct host_audit_address *address = &out->addresses[out->judged];

	if (out->judged == out->count) {
		audit_left_out(out);
		return false;
	}
	audit_tls(in, e, &out->remarks);
	if (e->chain != NULL) {
		host_audit_verdict(in, out->judged, out->addresses);
		audit_chain(in, e, address, &out->remarks);
	}
	out->judged++;
	return true;
}

void
host_audit(const struct host_audit_input *in, struct host_audit *out)
{
	size_t passes = AUDIT_PASSES_MAX;
	struct host_audit_input input = *in;

	if (input.passes == NULL)
		input.passes = &passes;
	host_audit_begin(&input, out);
	while (host_audit_next(&input, out))
		;
}

void
host_audit_clear(struct host_audit *audit)
{
	size_t i;

	for (i = 0; i < audit->count; i++)
		free(audit->addresses[i].matches);
	free(audit->addresses);
	remarks_clear(&audit->remarks);
	*audit = (struct host_audit){ .count = 0 };
}
