/* SPDX-License-Identifier: ISC */
#include "wire/postfix_line.h"

#include "wire/next_hop.h"
#include "wire/rfc3339.h"
#include "wire/text.h"

static bool
take_digits(struct text *t)
{
	size_t n = 0;

	while (n < t->len && t->p[n] >= '0' && t->p[n] <= '9')
		n++;
	text_skip(t, n);
	return n > 0;
}

/* --- name and date --------------------------------------------------------------------------- */

/* "postfix/smtp"; the relay service is smtp(8) too, under the same last name. */
static bool
is_smtp(struct text name)
{
	static const char service[] = "/smtp";

	return name.len >= strlen(service) &&
	       memcmp(name.p + name.len - strlen(service), service, strlen(service)) ==
		   0;
}

static time_t
read_date(struct text line)
{
	char date[RFC3339_TEXT_MAX + 16]; /* with a fraction */
	struct text word;
	time_t when;

	if (!text_take_until(&line, " ", &word) || word.len >= sizeof(date))
		return 0;
	memcpy(date, word.p, word.len);
	date[word.len] = '\0';
	return rfc3339_parse(date, &when) == ST_OK ? when : 0;
}

/* --- parts of messages ----------------------------------------------------------------------------- */

/* "mx.example.org[192.0.2.1]"; Postfix writes an address in place of the name for next-hops that are one. */
static bool
take_peer(struct text *t, struct postfix_line *out)
{
	struct text rest = *t, name, address;

	if (!text_take_until(&rest, "[", &name))
		return false;
	text_skip(&rest, 1);
	if (!text_take_until(&rest, "]", &address) ||
	    address_parse(address.p, address.len, &out->remote) != ST_OK)
		return false;
	text_skip(&rest, 1);
	if (domain_parse(name.p, name.len, &out->host, NULL) != ST_OK)
		out->host = (struct domain){ .len = 0 };
	out->has_remote = true;
	*t = rest;
	return true;
}

/* The same with ":25". */
static bool
take_peer_and_port(struct text *t, struct postfix_line *out)
{
	return take_peer(t, out) && text_take(t, ":") && take_digits(t);
}

static void
set_reason(struct postfix_line *out, struct text reason)
{
	event_text_clean(out->reason, sizeof(out->reason), reason.p, reason.len);
}

static void
set_next_hop(struct postfix_line *out, struct text domain)
{
	struct next_hop n;

	if (next_hop_parse(domain.p, domain.len, &n, NULL) != NEXT_HOP_DOMAIN)
		return;
	out->next_hop = n.domain;
	out->is_next_hop_host = n.is_host;
}

/* --- what smtp(8) says while it connects ------------------------------------------------------------- */

/* "HOST[IP]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) ..." */
static bool
read_established(struct text t, struct postfix_line *out)
{
	struct text version, cipher;

	if (!take_peer_and_port(&t, out) || !text_take(&t, ": ") ||
	    !text_take_until(&t, " ", &version) || !text_take(&t, " with cipher ") ||
	    !text_take_until(&t, " ", &cipher))
		return false;
	out->tls = TLS_UP;
	event_text_clean(out->version, sizeof(out->version), version.p, version.len);
	event_text_clean(out->cipher, sizeof(out->cipher), cipher.p, cipher.len);
	return true;
}

/*
 * Postfix's words for certificates, in OpenSSL's, which policy/judge.h knows.  Of the other numbers the words are
 * OpenSSL's own.  An "untrusted issuer" is followed by a name out of the certificate.
 */
static const struct {
	const char *begin;
	enum tls_result result;
	const char *reason; /* NULL: what follows */
} certificate_faults[] = {
	{ "certificate has expired", RESULT_EXPIRED, "certificate has expired" },
	{ "certificate not yet valid", RESULT_VALIDATION,
	    "certificate is not yet valid" },
	{ "self-signed certificate", RESULT_NOT_TRUSTED, "self-signed certificate" },
	{ "untrusted issuer ", RESULT_NOT_TRUSTED, "untrusted issuer" },
	{ "num=62:", RESULT_HOST_MISMATCH, NULL },
	{ "num=65:", RESULT_NOT_TRUSTED, NULL },
};

static void
read_fault(struct text t, struct postfix_line *out)
{
	size_t i;

	out->has_result = true;
	for (i = 0; i < COUNT_OF(certificate_faults); i++) {
		if (!text_take(&t, certificate_faults[i].begin))
			continue;
		out->result = certificate_faults[i].result;
		if (certificate_faults[i].reason != NULL)
			t = (struct text){ certificate_faults[i].reason,
				strlen(certificate_faults[i].reason) };
		set_reason(out, t);
		return;
	}
	out->result = RESULT_VALIDATION;
	if (text_take(&t, "num=") && take_digits(&t) && text_take(&t, ":"))
		set_reason(out, t);
}

static bool
read_certificate(struct text t, struct postfix_line *out)
{
	if (!take_peer_and_port(&t, out) || !text_take(&t, ": "))
		return false;
	out->tls = TLS_UP;
	read_fault(t, out);
	return true;
}

static bool
read_resumed(struct text t, struct postfix_line *out)
{
	out->tls = TLS_UP;
	return take_peer_and_port(&t, out) &&
	       text_take(&t, ": re-using session with untrusted certificate");
}

static bool
read_handshake(struct text t, struct postfix_line *out)
{
	out->tls = TLS_FAILED;
	return take_peer_and_port(&t, out) && text_take(&t, ": ");
}

/* "0A00010B:SSL routines::wrong version number:../ssl/record/ssl3_record.c:350:" */
static bool
read_library_error(struct text t, struct postfix_line *out)
{
	struct text field = { "", 0 };
	int i;

	for (i = 0; i < 4; i++)
		if (!text_take_until(&t, ":", &field) || !text_take(&t, ":"))
			return false;
	set_reason(out, field);
	return true;
}

static bool
read_reported(struct text t, struct postfix_line *out)
{
	(void)t;
	(void)out;
	return true;
}

/* "example.org/mx.example.org: no TLSA records found" */
static bool
read_policy_failure(struct text t, struct postfix_line *out)
{
	static const struct {
		const char *text;
		enum tls_result result;
	} failures[] = {
		{ ": no TLSA records found", RESULT_DANE_REQUIRED },
		{ ": TLSA records unusable", RESULT_TLSA_INVALID },
		{ ": TLSA lookup error for ", RESULT_DNSSEC_INVALID },
	};
	struct text next_hop, host;
	size_t i;

	if (!text_take_until(&t, "/", &next_hop) || !text_take(&t, "/") ||
	    !text_take_until(&t, ":", &host) ||
	    domain_parse(host.p, host.len, &out->host, NULL) != ST_OK)
		return false;
	set_next_hop(out, next_hop);
	for (i = 0; i < COUNT_OF(failures); i++) {
		if (!text_take(&t, failures[i].text))
			continue;
		out->has_result = true;
		out->result = failures[i].result;
		return true;
	}
	return false;
}

/* --- "QID: ...": the end of an attempt ------------------------------------------------------------------ */

/* Short ids are upper-case hex; long ones have no vowels, so that none is a word. */
static bool
take_queue_id(struct text *t, struct postfix_line *out)
{
	struct text id;

	if (!text_take_until(t, ":", &id) || id.len == 0 || id.len > POSTFIX_ID_MAX)
		return false;
	memcpy(out->queue_id, id.p, id.len);
	out->queue_id[id.len] = '\0';
	return strspn(out->queue_id,
		   "0123456789ABCDEFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz") ==
		   id.len &&
	       text_take(t, ": ");
}

/* Between "<" and ">, "; what is not quoted has neither. */
static bool
take_recipient(struct text *t, struct text *domain)
{
	bool is_quoted = text_take(t, "\"");
	struct text part;

	while (is_quoted && !text_take(t, "\"")) {
		if (t->len < 2)
			return false;
		text_skip(t, *t->p == '\\' ? 2 : 1);
	}
	do {
		if (!text_take_until(t, "@> ,\"", &part))
			return false;
	} while (text_take(t, "@"));
	*domain = part;
	return text_take(t, ">, ");
}

/* ", delay=0.1, delays=0/0/0.1/0, dsn=2.0.0, status=sent (250 ok)": leaves what is in the parentheses. */
static bool
take_status(struct text *t, struct text *status)
{
	struct text key;

	while (text_take(t, ", ")) {
		if (!text_take_until(t, "= (", &key) || !text_take(t, "=") ||
		    !text_take_until(t, ", ", status))
			return false;
		if (!text_is(key, "status"))
			continue;
		if (!text_take(t, " (") || t->len == 0 || t->p[t->len - 1] != ')')
			return false;
		t->len--;
		return true;
	}
	return false;
}

static bool
read_not_offered(struct text t, struct postfix_line *out)
{
	out->tls = TLS_NOT_OFFERED;
	return take_peer(&t, out);
}

static bool
read_refused(struct text t, struct postfix_line *out)
{
	if (!take_peer(&t, out) || !text_take(&t, " refused to start TLS: "))
		return false;
	out->tls = TLS_REFUSED;
	set_reason(out, t);
	return true;
}

static bool
read_not_started(struct text t, struct postfix_line *out)
{
	out->tls = TLS_FAILED;
	return t.len == 0;
}

static bool
read_not_verified(struct text t, struct postfix_line *out)
{
	out->tls = TLS_UP;
	out->verified = VERIFIED_NO;
	out->has_result = true;
	out->result = RESULT_VALIDATION;
	return t.len == 0;
}

/* Why an attempt ended, where TLS was the reason; a server's own words never stand first. */
static void
read_reason(struct text t, struct postfix_line *out)
{
	static const struct {
		const char *begin;
		bool (*read)(struct text rest, struct postfix_line *out);
	} reasons[] = {
		{ "TLS is required, but was not offered by host ", read_not_offered },
		{ "TLS is required, but host ", read_refused },
		{ "Cannot start TLS: handshake failure", read_not_started },
		{ "Server certificate not verified", read_not_verified },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(reasons); i++)
		if (text_take(&t, reasons[i].begin)) {
			if (!reasons[i].read(t, out))
				out->tls = TLS_UNKNOWN;
			return;
		}
}

/* "to=<a@example.org>, relay=mx.example.org[192.0.2.1]:25, ..." */
static bool
read_delivery(struct text t, struct postfix_line *out)
{
	struct text domain, original, relay, status;

	if (!take_recipient(&t, &domain) ||
	    (text_take(&t, "orig_to=<") && !take_recipient(&t, &original)) ||
	    !text_take(&t, "relay=") || !text_take_until(&t, ",", &relay) ||
	    !take_status(&t, &status))
		return false;
	out->is_final = true;
	set_next_hop(out, domain);
	take_peer(&relay, out);
	if (!text_is(status, "sent"))
		read_reason(t, out);
	return true;
}

static bool
read_attempt(struct text t, struct postfix_line *out)
{
	if (!take_queue_id(&t, out))
		return false;
	if (text_take(&t, "to=<"))
		return read_delivery(t, out);
	read_reason(t, out);
	return true;
}

/* --- the whole line ---------------------------------------------------------------------------------------- */

/* clang-format off */
#define ESTABLISHED " TLS connection established to "

/* The first that fits. */
static const struct {
	const char *begin;
	bool (*read)(struct text rest, struct postfix_line *out);
	enum postfix_line_kind kind;
	enum event_verified verified;
} rules[] = {
	{ "Verified" ESTABLISHED, read_established, POSTFIX_TLS_UP, VERIFIED_NAME },
	{ "Trusted" ESTABLISHED, read_established, POSTFIX_TLS_UP, VERIFIED_CHAIN },
	{ "Untrusted" ESTABLISHED, read_established, POSTFIX_TLS_UP, VERIFIED_NO },
	{ "Anonymous" ESTABLISHED, read_established, POSTFIX_TLS_UP, VERIFIED_NO },
	{ "server certificate verification failed for ", read_certificate, POSTFIX_CERTIFICATE_BAD, VERIFIED_NO },
	{ "certificate verification failed for ", read_certificate, POSTFIX_CERTIFICATE_BAD, VERIFIED_NO },
	{ "SSL_connect error to ", read_handshake, POSTFIX_HANDSHAKE_FAILED, VERIFIED_UNKNOWN },
	{ "warning: TLS library problem: error:", read_library_error, POSTFIX_LIBRARY_ERROR, VERIFIED_UNKNOWN },
	{ "warning: TLS policy lookup for ", read_policy_failure, POSTFIX_POLICY_FAILED, VERIFIED_UNKNOWN },
	{ "TLSRPT: status=", read_reported, POSTFIX_REPORTED, VERIFIED_UNKNOWN },
	{ "", read_resumed, POSTFIX_SESSION_RESUMED, VERIFIED_NO },
	{ "", read_attempt, POSTFIX_ATTEMPT_OVER, VERIFIED_UNKNOWN },
};
/* clang-format on */

bool
postfix_line_parse(const char *line, size_t len, struct postfix_line *out)
{
	struct text rest = { line, len }, name, at;
	uint32_t pid;
	size_t i;

	if (!text_take_log_head(&rest, &name, &pid) || !is_smtp(name))
		return false;
	for (i = 0; i < COUNT_OF(rules); i++) {
		at = rest;
		if (!text_take(&at, rules[i].begin))
			continue;
		*out = (struct postfix_line){
			.kind = rules[i].kind,
			.pid = pid,
			.tls = TLS_UNKNOWN,
			.verified = rules[i].verified,
		};
		if (!rules[i].read(at, out))
			continue;
		out->when = read_date((struct text){ line, len });
		return true;
	}
	return false;
}
