/* SPDX-License-Identifier: ISC */
#include "audit/dkim_audit.h"

#include "policy/rsa_bits.h"
#include "wire/dkim_record.h"

#define RSA_LEAST     1024 /* RFC 8301, 3.2 */
#define RSA_ADVISED   2048
#define ED25519_BYTES 32

static const struct remark_kind
    fails = { REMARK_UNSURE, "dkim-record-fails",
	    "whoever cannot look it up takes no report (RFC 8460, 3)",
	    "see why the name servers do not answer" },
    none = { REMARK_BROKEN, "dkim-record-none",
	    "reports without a valid signature are thrown away (RFC 8460, 3)",
	    "publish the key; \"hopseal report key\" prints the record of ours" },
    several = { REMARK_BROKEN, "dkim-record-several",
	    "it is not said which one counts (RFC 6376, 3.6.2.2)", "leave one" },
    invalid = { REMARK_BROKEN, "dkim-record-invalid",
	    "no signature can be verified with it (RFC 6376, 3.6.1)",
	    "\"hopseal report key\" prints the record of ours" },
    revoked = { REMARK_BROKEN, "dkim-key-revoked",
	    "signatures of this selector fail (RFC 6376, 3.6.1)",
	    "sign with another selector" };

/* --- the key ------------------------------------------------------------------------------------ */

static const struct remark_kind
    unknown_type = { REMARK_BROKEN, "dkim-key-type",
	    "verifiers know RSA and Ed25519 (RFC 8463, 3)", "use k=rsa" },
    broken_key = { REMARK_BROKEN, "dkim-key-invalid",
	    "no signature can be verified with it (RFC 6376, 3.6.1)",
	    "publish it as \"openssl pkey -pubout\" prints it, in one line" },
    short_key = { REMARK_BROKEN, "dkim-key-short",
	    "verifiers take no signature of it (RFC 8301, 3.2)",
	    "make one of 2048 bits" },
    weak_key = { REMARK_ADVICE, "dkim-key-weak",
	    "2048 bits are asked for (RFC 8301, 3.2)", "make one of 2048 bits" },
    ed25519_alone = { REMARK_ADVICE, "dkim-key-ed25519",
	    "not every verifier knows it (RFC 8463, 3)",
	    "sign with an RSA key too, under another selector" };

static void
audit_rsa(const struct dkim_record *r, const char *about, struct remarks *out)
{
	int bits = rsa_bits(r->key, r->key_len);

	if (bits == 0)
		remarks_add(out, &broken_key, about, "the key is no RSA key");
	else if (bits < RSA_LEAST)
		remarks_add(out, &short_key, about, "RSA of %d bits", bits);
	else if (bits < RSA_ADVISED)
		remarks_add(out, &weak_key, about, "RSA of %d bits", bits);
}

static void
audit_key(const struct dkim_record *r, const char *about, struct remarks *out)
{
	if (r->is_revoked) {
		remarks_add(out, &revoked, about, "\"p=\" is empty: a revoked key");
		return;
	}
	switch (r->type) {
	case DKIM_RSA:
		audit_rsa(r, about, out);
		break;
	case DKIM_ED25519:
		if (r->key_len != ED25519_BYTES)
			remarks_add(
			    out, &broken_key, about, "the key is no Ed25519 key");
		else
			remarks_add(out, &ed25519_alone, about, "an Ed25519 key");
		break;
	case DKIM_OTHER_KEY:
		remarks_add(out, &unknown_type, about, "the key is of another type");
		break;
	}
}

/* --- what it is for ------------------------------------------------------------------------------- */

static const struct remark_kind
    not_for_reports = { REMARK_ADVICE, "dkim-no-tlsrpt",
	    "whoever gets our reports may throw them away (RFC 8460, 3)",
	    "leave \"s=\" out, so that the key serves everything" },
    only_reports = { REMARK_ADVICE, "dkim-only-tlsrpt",
	    "verifiers of mail see no signature (RFC 6376, 3.6.1)",
	    "leave \"s=\" out, so that the key serves everything" },
    services_listed = { REMARK_NOTE, "dkim-services",
	    "strict readers of reports want \"s=tlsrpt\" alone, or no \"s=\" "
	    "(RFC 8460, 3)",
	    "leave \"s=\" out" },
    in_testing = { REMARK_ADVICE, "dkim-testing",
	    "verifiers may treat what it signs as unsigned (RFC 6376, 3.6.1)",
	    "take \"t=y\" out" },
    strict = { REMARK_NOTE, "dkim-strict",
	    "no address in a subdomain may be signed for with it (RFC 6376, 3.6.1)",
	    "" };

static void
audit_use(const struct dkim_record *r, const char *about, struct remarks *out)
{
	if (!r->is_for_reports)
		remarks_add(out, &not_for_reports, about,
		    "\"s=%s\" does not have tlsrpt", r->services);
	else if (!r->is_for_mail)
		remarks_add(
		    out, &only_reports, about, "\"s=%s\" has only tlsrpt", r->services);
	else if (r->has_services)
		remarks_add(out, &services_listed, about, "\"s=%s\"", r->services);
	if (r->is_testing)
		remarks_add(out, &in_testing, about, "\"t=y\": the key is in testing");
	if (r->is_strict)
		remarks_add(out, &strict, about, "\"t=s\"");
}

void
dkim_audit(const struct dkim_view *view, struct remarks *out)
{
	const struct txt_view *t = &view->record;
	const char *about = t->name.text;
	struct dkim_record record;
	struct why why;

	if (t->is_error)
		remarks_add(
		    out, &fails, about, "the lookup of TXT fails: %s", t->detail);
	else if (t->count == 0)
		remarks_add(out, &none, about, "no TXT record");
	else if (t->count > 1)
		remarks_add(out, &several, about, "%zu TXT records", t->count);
	else if (dkim_record_parse(&t->texts[0], &record, &why) != ST_OK)
		remarks_add(out, &invalid, about, "no DKIM key: %s", why.text);
	else {
		audit_key(&record, about, out);
		audit_use(&record, about, out);
	}
}
