/*
 * A policy's texts, as they go into the report: as published (RPT-JSON-08).  SPDX-License-Identifier: ISC
 */
#include <ctype.h>

#include "base/mem.h"
#include "policy/judging.h"

/* --- lines ---------------------------------------------------------------------------------------- */

bool
judged_next_line(const char **text, struct judged_line *out)
{
	if (**text == '\0')
		return false;
	out->text = *text;
	out->len = strcspn(*text, "\n");
	*text += out->len + ((*text)[out->len] == '\n');
	return true;
}

static void
add_line(struct strbuf *text, const char *line, size_t len)
{
	if (text->len > 0)
		strbuf_addc(text, '\n');
	strbuf_add(text, line, len);
}

static int
compare_lines(const void *a, const void *b)
{
	const struct judged_line *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	if (order != 0)
		return order;
	return (x->len > y->len) - (x->len < y->len);
}

static void
sort_lines(struct strbuf *text)
{
	struct strbuf sorted = STRBUF_INIT;
	struct judged_line *lines = xcalloc(text->len + 1, sizeof(*lines));
	const char *at = strbuf_str(text);
	size_t i, count = 0;

	while (judged_next_line(&at, &lines[count]))
		count++;
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (i = 0; i < count; i++)
		add_line(&sorted, lines[i].text, lines[i].len);
	strbuf_clear(text);
	*text = sorted;
	free(lines);
}

/* Whether all has every line of some, in the same order. */
static bool
has_lines(const char *all, const char *some)
{
	struct judged_line wanted, line;
	bool is_there = true;

	while (is_there && judged_next_line(&some, &wanted)) {
		is_there = false;
		while (!is_there && judged_next_line(&all, &line))
			is_there = compare_lines(&wanted, &line) == 0;
	}
	return is_there;
}

/* --- as we know it -------------------------------------------------------------------------------- */

void
judged_policy_set_sts(struct judged_policy *p, const struct sts_policy *policy)
{
	const struct sts_pattern *pattern = policy->patterns;
	const char *line;
	size_t i, pos = 0, len;

	while (sts_policy_next_line(policy, &pos, &line, &len))
		add_line(&p->text, line, len);
	for (i = 0; i < policy->pattern_count; i++, pattern++) {
		add_line(&p->mx, "*.", pattern->is_wildcard ? 2 : 0);
		strbuf_add(&p->mx, pattern->name, pattern->len);
	}
}

/* DNS gives a set in any order: sorted it is one policy all day, and in upper case the one that Postfix tells of. */
void
judged_policy_set_tlsa(struct judged_policy *p, const struct tlsa_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		add_line(&p->text, "", 0);
		tlsa_add_text(&p->text, &set->records[i]);
	}
	for (i = 0; i < p->text.len; i++)
		p->text.data[i] = (char)toupper((unsigned char)p->text.data[i]);
	sort_lines(&p->text);
}

/* --- as the source tells it --------------------------------------------------------------------------- */

/* The policy of this type and domain; false: it is not known. */
static bool
set_known(struct judged_policy *p, const struct session *s)
{
	const struct host_answer *host = s->host_answer;
	bool is_usable;

	if (!session_has_policy(s, p->type, &is_usable))
		return false;
	if (p->type == POLICY_STS && s->answer.policy != NULL)
		judged_policy_set_sts(p, s->answer.policy);
	else if (p->type == POLICY_TLSA && domain_equal(host->base, &p->domain))
		judged_policy_set_tlsa(p, s->host_facts->tlsa);
	else
		return false;
	return true;
}

/* MTAs tell what they could use of a policy, and what their socket has room for; TLSA records in any order. */
void
judged_policy_set_told(
    struct judged_policy *p, const struct event_policy *told, const struct session *s)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_adds(&text, told->text);
	if (p->type == POLICY_TLSA)
		sort_lines(&text);
	if (set_known(p, s) && has_lines(strbuf_str(&p->text), strbuf_str(&text))) {
		strbuf_clear(&text);
		return;
	}
	strbuf_clear(&p->text);
	strbuf_reset(&p->mx);
	p->text = text;
	strbuf_adds(&p->mx, told->mx);
}
