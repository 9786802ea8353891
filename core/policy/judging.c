/* SPDX-License-Identifier: ISC */
#include "policy/judging.h"

#include <ctype.h>

#include "base/mem.h"
#include "policy/x509_words.h"

#define PROBED " (probe)"

/* --- causes ----------------------------------------------------------------------------------- */

/* Up to the first word with a slash: no paths (RPT-TYPE-12), such as OpenSSL has in its error lines. */
static size_t
len_without_path(const char *text)
{
	size_t len = strcspn(text, "/");

	if (text[len] == '\0')
		return len;
	while (len > 0 && text[len - 1] != ' ' && text[len - 1] != ':')
		len--;
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == ':'))
		len--;
	return len;
}

struct cause
cause_make(enum tls_result result, const char *code)
{
	struct cause c = { .result = result };

	event_text_clean(c.code, sizeof(c.code), code, len_without_path(code));
	return c;
}

struct cause
cause_of_words(enum policy_type type, enum tls_result result, const char *reason)
{
	static const char *const plain[TLS_RESULT_COUNT] = {
		[RESULT_HOST_MISMATCH] = "X509_V_ERR_HOSTNAME_MISMATCH",
		[RESULT_EXPIRED] = "X509_V_ERR_CERT_HAS_EXPIRED",
		[RESULT_TLSA_INVALID] = "all-tlsa-unusable",
	};
	struct x509_fault fault;

	if (x509_fault_find(reason, &fault))
		return cause_make(
		    result == RESULT_VALIDATION ? fault.result : result, fault.name);
	if (*reason == '\0' && type == POLICY_TLSA && result == RESULT_NOT_TRUSTED)
		reason = "X509_V_ERR_DANE_NO_MATCH";
	else if (*reason == '\0' && plain[result] != NULL)
		reason = plain[result];
	return cause_make(result, reason);
}

/* --- MTA-STS ------------------------------------------------------------------------------------- */

static const char *
behind(const char *text, const char *mark)
{
	const char *found = strstr(text, mark);

	return found != NULL ? found + strlen(mark) : NULL;
}

/* "HTTP status says no success: HTTP status 404" is "http-404"; of others the first words, which do not vary with
 * milliseconds and addresses. */
static struct cause
fetch_cause(const char *detail)
{
	const char *status = behind(detail, "HTTP status ");
	char code[FACT_DETAIL_MAX];

	while (status != NULL && !isdigit((unsigned char)*status))
		status = behind(status, "HTTP status ");
	if (status != NULL)
		snprintf(code, sizeof(code), "http-%s", status);
	else
		snprintf(code, sizeof(code), "%.*s", (int)strcspn(detail, ":"), detail);
	return cause_make(RESULT_STS_FETCH, code);
}

/* "policy invalid: line 2: ..." */
static struct cause
invalid_cause(const char *detail)
{
	const char *rule = behind(detail, ": ");

	return cause_make(RESULT_STS_INVALID, rule != NULL ? rule : detail);
}

/* "certificate not valid: SSL certificate problem: certificate has expired" */
static struct cause
webpki_cause(const char *detail)
{
	struct x509_fault fault;
	const char *words;

	for (words = detail; words != NULL; words = behind(words, ": "))
		if (x509_fault_find(words, &fault))
			return cause_make(RESULT_STS_WEBPKI, fault.name);
	return cause_make(RESULT_STS_WEBPKI, detail);
}

bool
sts_failure_find(
    const struct facts *facts, const struct sts_policy *in_force, struct cause *out)
{
	static struct cause (*const causes[])(const char *detail) = {
		[STS_ATTEMPT_NONE] = NULL,
		[STS_ATTEMPT_OK] = NULL,
		[STS_ATTEMPT_FETCH] = fetch_cause,
		[STS_ATTEMPT_INVALID] = invalid_cause,
		[STS_ATTEMPT_WEBPKI] = webpki_cause,
	};
	const struct sts_facts *sts = facts->sts;

	if (sts == NULL || !sts->is_record_known)
		return false;
	if (in_force != NULL && sts->is_record_error) {
		*out = cause_make(RESULT_STS_FETCH, "TXT lookup failed");
		return true;
	}
	if (in_force == NULL &&
	    (sts->is_record_error || sts->record != STS_RECORD_FOUND))
		return false;
	if (causes[sts->attempt] == NULL)
		return false;
	*out = causes[sts->attempt](sts->detail);
	return true;
}

/* --- policies ----------------------------------------------------------------------------------------- */

struct judged_policy *
judgement_add(struct judgement *out, enum policy_type type, const struct domain *domain)
{
	struct judged_policy *p = &out->items[out->count++];

	p->type = type;
	p->domain = *domain;
	p->text = p->mx = (struct strbuf)STRBUF_INIT;
	p->is_failed = false;
	p->failure_count = 0;
	p->failures = NULL;
	return p;
}

/* --- failures ---------------------------------------------------------------------------------------------- */

struct judged_failure *
judged_policy_note(struct judged_policy *p, const struct cause *cause)
{
	struct judged_failure *f;

	p->failures =
	    xreallocarray(p->failures, p->failure_count + 1, sizeof(*p->failures));
	f = &p->failures[p->failure_count++];
	*f = (struct judged_failure){ .result = cause->result };
	snprintf(f->code, sizeof(f->code), "%.*s%s",
	    (int)(sizeof(f->code) - sizeof(PROBED)), cause->code,
	    cause->is_probed ? PROBED : "");
	return f;
}

void
judged_policy_note_refresh(struct judged_policy *p, const struct session *s)
{
	const struct sts_policy *policy = s->answer.policy;
	struct cause cause;
	size_t i;

	if (policy == NULL || policy->mode == STS_NONE ||
	    !sts_failure_find(s->input->facts, policy, &cause))
		return;
	for (i = 0; i < p->failure_count; i++)
		if (p->failures[i].result == cause.result)
			return;
	judged_policy_note(p, &cause);
}

void
judged_failure_set_host(struct judged_failure *f, const struct domain *host)
{
	if (host != NULL && f->host[0] == '\0')
		memcpy(f->host, host->text, (size_t)host->len + 1);
}

static void
set_address(bool *has, struct address *address, const struct address *known)
{
	if (*has || known == NULL)
		return;
	*has = true;
	*address = *known;
}

void
judged_failure_place(struct judged_failure *f, const struct session *s)
{
	judged_failure_set_host(f, s->host);
	set_address(&f->has_local, &f->local, s->local);
	set_address(&f->has_remote, &f->remote, s->remote);
	if (f->helo[0] == '\0')
		event_text_clean(f->helo, sizeof(f->helo), s->helo, strlen(s->helo));
}

void
judgement_clear(struct judgement *judgement)
{
	size_t i;

	for (i = 0; i < judgement->count; i++) {
		strbuf_clear(&judgement->items[i].text);
		strbuf_clear(&judgement->items[i].mx);
		free(judgement->items[i].failures);
	}
	judgement->count = 0;
}
