/* SPDX-License-Identifier: ISC */
#include "report/refusal.h"

#include "base/mem.h"
#include "wire/netstring.h"

#define FAILURES_MAX 4096 /* of one policy */
#define MORE         "+"
#define END          "-"

/* --- writing --------------------------------------------------------------------------- */

static void
add_text(struct strbuf *out, const char *text)
{
	netstring_add(out, text, strlen(text));
}

static void
add_address(struct strbuf *out, bool has, const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	add_text(out, has ? address_text(address, text) : "");
}

static void
add_failure(struct strbuf *out, const struct judged_failure *f)
{
	add_text(out, MORE);
	add_text(out, tls_result_word(f->result));
	add_text(out, f->code);
	add_address(out, f->has_local, &f->local);
	add_address(out, f->has_remote, &f->remote);
	add_text(out, f->host);
	add_text(out, f->helo);
}

static void
add_policy(struct strbuf *out, const struct judged_policy *p)
{
	size_t i;

	add_text(out, policy_type_word(p->type));
	add_text(out, p->domain.text);
	add_text(out, strbuf_str(&p->text));
	add_text(out, strbuf_str(&p->mx));
	add_text(out, p->is_failed ? "failed" : "ok");
	for (i = 0; i < p->failure_count && i < FAILURES_MAX; i++)
		add_failure(out, &p->failures[i]);
	add_text(out, END);
}

void
refusal_add(
    struct strbuf *out, const struct domain *domain, const struct judgement *judgement)
{
	size_t i;

	add_text(out, domain->text);
	for (i = 0; i < judgement->count; i++)
		add_policy(out, &judgement->items[i]);
}

/* --- reading ------------------------------------------------------------------------------- */

struct reader {
	const char *at;
	size_t left;
	bool is_broken;
};

struct text {
	const char *bytes;
	size_t len;
};

static struct text
next_text(struct reader *r)
{
	struct text t = { "", 0 };
	size_t used = 0;

	if (r->is_broken || netstring_parse(r->at, r->left, r->left, &t.bytes, &t.len,
				&used) != ST_OK) {
		r->is_broken = true;
		return (struct text){ "", 0 };
	}
	r->at += used;
	r->left -= used;
	return t;
}

static void
expect(struct reader *r, bool is_right)
{
	if (!is_right)
		r->is_broken = true;
}

static void
next_array(struct reader *r, char *out, size_t size)
{
	struct text t = next_text(r);

	expect(r, t.len < size && memchr(t.bytes, '\0', t.len) == NULL);
	if (r->is_broken)
		t.len = 0;
	memcpy(out, t.bytes, t.len);
	out[t.len] = '\0';
}

static void
next_domain(struct reader *r, struct domain *out)
{
	struct text t = next_text(r);

	expect(r, domain_parse(t.bytes, t.len, out, NULL) == ST_OK);
}

static void
next_lines(struct reader *r, struct strbuf *out)
{
	struct text t = next_text(r);

	expect(r, memchr(t.bytes, '\0', t.len) == NULL);
	strbuf_add(out, t.bytes, t.len);
}

static bool
next_address(struct reader *r, struct address *out)
{
	struct text t = next_text(r);

	if (t.len == 0)
		return false;
	expect(r, address_parse(t.bytes, t.len, out) == ST_OK);
	return true;
}

static bool
is_word(const struct text *t, const char *word)
{
	return t->len == strlen(word) && memcmp(t->bytes, word, t->len) == 0;
}

static bool
next_is(struct reader *r, const char *yes, const char *no)
{
	struct text t = next_text(r);

	expect(r, is_word(&t, yes) || is_word(&t, no));
	return !r->is_broken && is_word(&t, yes);
}

static void
next_failure(struct reader *r, struct judged_failure *f)
{
	struct text result = next_text(r);

	expect(r, tls_result_parse(result.bytes, result.len, &f->result) == ST_OK);
	next_array(r, f->code, sizeof(f->code));
	f->has_local = next_address(r, &f->local);
	f->has_remote = next_address(r, &f->remote);
	next_array(r, f->host, sizeof(f->host));
	next_array(r, f->helo, sizeof(f->helo));
}

static void
next_policy(struct reader *r, struct judged_policy *p)
{
	struct text type = next_text(r);

	expect(r, policy_type_parse(type.bytes, type.len, &p->type) == ST_OK);
	next_domain(r, &p->domain);
	next_lines(r, &p->text);
	next_lines(r, &p->mx);
	p->is_failed = next_is(r, "failed", "ok");
	while (next_is(r, MORE, END)) {
		expect(r, p->failure_count < FAILURES_MAX);
		if (r->is_broken)
			return;
		p->failures = xreallocarray(
		    p->failures, p->failure_count + 1, sizeof(p->failures[0]));
		p->failures[p->failure_count] = (struct judged_failure){ 0 };
		next_failure(r, &p->failures[p->failure_count++]);
	}
}

enum status
refusal_parse(
    const char *bytes, size_t len, struct domain *domain, struct judgement *judgement)
{
	struct reader r = { .at = bytes, .left = len };

	*judgement = (struct judgement){ .count = 0 };
	next_domain(&r, domain);
	while (r.left > 0 && !r.is_broken && judgement->count < JUDGED_MAX)
		next_policy(&r, &judgement->items[judgement->count++]);
	if (!r.is_broken && r.left == 0)
		return ST_OK;
	judgement_clear(judgement);
	return ST_SYNTAX;
}
