/*
 * What the addresses of a policy host show (RFC 8461, section 3.3).  SPDX-License-Identifier: ISC
 */
#include "audit/sts_audit.h"

#include "audit/host_audit.h"
#include "policy/x509_words.h"

#define DAY_S 86400

/* --- the certificate -------------------------------------------------------------------------- */

static const struct remark_kind
    cert_name = { REMARK_BROKEN, "sts-cert-name",
	    "senders look for this name in it, also where it is an alias of another's "
	    "host (RFC 8461, 3.3 and 8.2)",
	    "get a certificate for this name" },
    cert_expired = { REMARK_BROKEN, "sts-cert-expired",
	    "senders do not take the policy (RFC 8461, 3.3)", "renew it" },
    cert_untrusted = { REMARK_BROKEN, "sts-cert-untrusted",
	    "senders do not take the policy (RFC 8461, 3.3)",
	    "get one of a public authority, and send the whole chain" },
    cert_expires = { REMARK_ADVICE, "sts-cert-expires",
	    "from then on senders do not take the policy (RFC 8461, 3.3)", "renew it" },
    cert_weak = { REMARK_ADVICE, "sts-cert-weak",
	    "2048 bits is the least (RFC 9325, 4.5)",
	    "get a certificate for a longer key" };

static void
audit_fault(const struct sts_look *l, const char *about, struct remarks *out)
{
	bool has_names = l->cert_names[0] != '\0';
	struct x509_fault fault;

	if (!x509_fault_find(l->cert_fault, &fault))
		fault.result = RESULT_NOT_TRUSTED;
	if (fault.result == RESULT_HOST_MISMATCH)
		remarks_add(out, &cert_name, about, "the certificate is for %s",
		    has_names ? l->cert_names
			      : "no DNS name, whatever its common name");
	else if (fault.result == RESULT_EXPIRED)
		remarks_add(out, &cert_expired, about, "the certificate has expired");
	else
		remarks_add(out, &cert_untrusted, about,
		    "the certificate is not trusted: %s", l->cert_fault);
}

static void
audit_cert(const struct sts_look *l, time_t now, const char *about, struct remarks *out)
{
	if (l->cert_fault != NULL)
		audit_fault(l, about, out);
	else if (l->has_cert && l->cert.ends < now + EXPIRY_WARN_S)
		remarks_add(out, &cert_expires, about,
		    "the certificate expires in less than %d days",
		    (int)((l->cert.ends - now) / DAY_S) + 1);
	if (l->has_cert && l->cert.is_weak)
		remarks_add(
		    out, &cert_weak, about, "the key is short: %s", l->cert.key);
}

/* --- the answer ------------------------------------------------------------------------------- */

#define NO_POLICY "senders get no policy (RFC 8461, 3.3)"

static const struct remark_kind
    redirect = { REMARK_BROKEN, "sts-redirect",
	    "senders do not follow it (RFC 8461, 3.3)",
	    "serve the policy there itself, with status 200" },
    status = { REMARK_BROKEN, "sts-http-status", NO_POLICY,
	    "serve the policy there with status 200" },
    media_type = { REMARK_BROKEN, "sts-media-type",
	    "senders need not take anything but text/plain (RFC 8461, 3.2)",
	    "serve it as text/plain" },
    too_big = { REMARK_BROKEN, "sts-too-big",
	    "senders read no more than 65536 octets (RFC 8461, 3.3)",
	    "make it shorter" },
    truncated = { REMARK_BROKEN, "sts-truncated", NO_POLICY,
	    "see the log of the web server" },
    not_http = { REMARK_BROKEN, "sts-not-http", NO_POLICY,
	    "see the log of the web server" },
    tls_fails = { REMARK_BROKEN, "sts-tls",
	    "senders use TLS 1.2 or 1.3 (RFC 8461, 7.2; RFC 9325, 3.1.1)",
	    "enable them" },
    unreachable = { REMARK_BROKEN, "sts-unreachable", NO_POLICY,
	    "let the host answer at port 443" },
    timeout = { REMARK_BROKEN, "sts-timeout",
	    "senders wait no longer than a minute (RFC 8461, 3.3)",
	    "see the log of the web server" },
    is_private = { REMARK_UNSURE, "sts-host-private",
	    "senders that are told the same do not reach it (RFC 6890, 2.2)",
	    "give the host a public address; if it has one elsewhere, check it from "
	    "there" },
    one_is_private = { REMARK_ADVICE, "sts-address-private",
	    "senders that are told the same lose time with it (RFC 6890, 2.2)",
	    "take it out of public DNS" };

/* Of outcomes that the reason in the detail explains. */
static const struct remark_kind *const kinds[] = {
	[HTTPS_CERTIFICATE] = &cert_untrusted,
	[HTTPS_TRUNCATED] = &truncated,
	[HTTPS_PROTOCOL] = &not_http,
	[HTTPS_TLS] = &tls_fails,
	[HTTPS_CONNECT] = &unreachable,
	[HTTPS_TIMEOUT] = &timeout,
};

static const struct remark_kind
    dead_address = { REMARK_ADVICE, "sts-address-unreachable",
	    "senders lose time there, or give up (RFC 8461, 3.3)",
	    "let the host answer there too, or take the address out of DNS" },
    no_way = { REMARK_UNSURE, "sts-unroutable",
	    "nothing can be said of it (RFC 8461, 3.3)",
	    "try from a machine with a way there" },
    no_way_to_one = { REMARK_NOTE, "sts-address-unroutable",
	    "it is not known what senders get there (RFC 8461, 3.3)",
	    "try from a machine with a way there" };

static bool
is_silent(const struct sts_look *l)
{
	return l->outcome == HTTPS_CONNECT ||
	       (l->outcome == HTTPS_TIMEOUT && !l->has_cert);
}

/* is_one: another address has the policy. */
static const struct remark_kind *
kind_of(const struct sts_look *l, bool is_one)
{
	if (l->is_unroutable)
		return is_one ? &no_way_to_one : &no_way;
	if (is_one && is_silent(l))
		return &dead_address;
	return kinds[l->outcome];
}

static void
audit_answer(
    const struct sts_look *l, bool is_one, const char *about, struct remarks *out)
{
	if (l->outcome == HTTPS_OK)
		return;
	if (l->outcome == HTTPS_STATUS && l->location[0] != '\0')
		remarks_add(out, &redirect, about, "HTTP status %d, to %s",
		    l->http_status, l->location);
	else if (l->outcome == HTTPS_STATUS)
		remarks_add(out, &status, about, "HTTP status %d", l->http_status);
	else if (l->outcome == HTTPS_TOO_BIG)
		remarks_add(out, &too_big, about, "the policy is too long");
	else if (l->outcome == HTTPS_MEDIA_TYPE)
		remarks_add(out, &media_type, about, "the media type is %s",
		    l->media_type[0] != '\0' ? l->media_type : "not told");
	else if (l->outcome == HTTPS_ADDRESS_REFUSED)
		remarks_add(out, is_one ? &one_is_private : &is_private, about,
		    "the address is a private one");
	else
		remarks_add(out, kind_of(l, is_one), about, "%s: %s",
		    https_outcome_text(l->outcome), l->detail);
}

/* --- the policy ------------------------------------------------------------------------------- */

static const struct remark_kind
    syntax = { REMARK_BROKEN, "sts-policy-invalid", NO_POLICY,
	    "correct it; \"hopseal sts lint --policy FILE\" reads files" },
    differs = { REMARK_ADVICE, "sts-addresses-differ",
	    "it is chance which one a sender keeps (RFC 8461, 3.3)",
	    "serve the same policy at every address" };

static void
audit_syntax(const struct sts_look *l, const char *about, struct remarks *out)
{
	if (l->policy == NULL && l->policy_fault.text[0] != '\0')
		remarks_add(
		    out, &syntax, about, "policy invalid: %s", l->policy_fault.text);
}

static bool
is_same_text(const struct sts_policy *a, const struct sts_policy *b)
{
	return a->body_len == b->body_len && memcmp(a->body, b->body, a->body_len) == 0;
}

static void
audit_sameness(const struct sts_view *v, struct remarks *out)
{
	const struct sts_policy *first = sts_view_policy(v);
	size_t i;

	for (i = 0; i < v->count; i++)
		if (v->looks[i].policy != NULL &&
		    !is_same_text(first, v->looks[i].policy)) {
			remarks_add(out, &differs, v->host.text,
			    "the addresses do not serve the same policy");
			return;
		}
}

/* --- all addresses ---------------------------------------------------------------------------- */

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
is_alike(const struct sts_look *a, const struct sts_look *b)
{
	return a->outcome == b->outcome && a->is_unroutable == b->is_unroutable &&
	       a->http_status == b->http_status &&
	       is_same(a->media_type, b->media_type) &&
	       is_same(a->location, b->location) &&
	       is_same(a->cert_fault, b->cert_fault) &&
	       is_same(a->cert_names, b->cert_names) && a->cert.ends == b->cert.ends &&
	       is_same(a->policy_fault.text, b->policy_fault.text);
}

static bool
are_alike(const struct sts_view *v)
{
	size_t i;

	for (i = 1; i < v->count; i++)
		if (!is_alike(&v->looks[0], &v->looks[i]))
			return false;
	return true;
}

/* What all addresses have in common is said once, of the host. */
void
sts_audit_web(const struct sts_view *v, time_t now, struct remarks *out)
{
	size_t i, count = are_alike(v) && v->count > 0 ? 1 : v->count;
	bool is_one = sts_view_good_look(v) != NULL;
	struct strbuf about = STRBUF_INIT;
	char address[ADDRESS_TEXT_MAX];

	for (i = 0; i < count; i++) {
		const struct sts_look *l = &v->looks[i];

		strbuf_reset(&about);
		strbuf_adds(&about, v->host.text);
		if (count > 1)
			strbuf_addf(&about, " %s", address_text(&l->address, address));
		audit_cert(l, now, strbuf_str(&about), out);
		audit_answer(l, is_one, strbuf_str(&about), out);
		audit_syntax(l, strbuf_str(&about), out);
	}
	strbuf_clear(&about);
	audit_sameness(v, out);
}
