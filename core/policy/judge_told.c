/*
 * Sessions that their source has judged.  SPDX-License-Identifier: ISC
 */
#include "policy/judging.h"
#include "policy/sts_match.h"

/* --- a policy, as the source has applied it ------------------------------------------------------- */

/* The operator's word that a policy in mode testing is to be held. */
static bool
is_held(const struct facts *facts)
{
	return facts != NULL && facts->override != NULL &&
	       facts->override->action == OVERRIDE_STS_VERIFY;
}

/* Only a policy in mode testing is given to Postfix at "may", where it verifies nothing. */
static bool
is_unverified(const struct session *s, const struct event_policy *p)
{
	static const char key[] = "mode:", value[] = "testing";
	const char *text = p->text;
	struct judged_line line;
	size_t skip;

	if (p->type != POLICY_STS || is_held(s->input->facts))
		return false;
	while (judged_next_line(&text, &line)) {
		if (line.len < strlen(key) || memcmp(line.text, key, strlen(key)) != 0)
			continue;
		skip = strlen(key) + strspn(line.text + strlen(key), " \t");
		return strncmp(line.text + skip, value, strlen(value)) == 0;
	}
	return s->answer.policy != NULL && s->answer.policy->mode == STS_TESTING;
}

/* Whether one of the patterns names the host of the session. */
static bool
is_named(const struct event_policy *p, const struct domain *host)
{
	const char *mx = p->mx;
	struct judged_line line;
	struct domain name;
	bool is_wildcard;

	while (judged_next_line(&mx, &line)) {
		is_wildcard = line.len > 2 && memcmp(line.text, "*.", 2) == 0;
		if (is_wildcard) {
			line.text += 2;
			line.len -= 2;
		}
		if (domain_parse(line.text, line.len, &name, NULL) == ST_OK &&
		    sts_pattern_matches(
			&(struct sts_pattern){ name.text, name.len, is_wildcard },
			host))
			return true;
	}
	return false;
}

/* A success that the source could not have told from a failure (STS-REP-03). */
static bool
has_hidden_failure(const struct session *s, const struct event_policy *p,
    struct cause *cause, bool *wants_look)
{
	if (s->host != NULL && *p->mx != '\0' && !is_named(p, s->host)) {
		*cause = cause_make(RESULT_VALIDATION, "sts-mx-mismatch");
		return true;
	}
	return judge_chain(s, p->type, cause, wants_look) == FOUND_FAILURE;
}

/* --- entries -------------------------------------------------------------------------------------- */

static void
copy_failure(const struct session *s, const struct event_policy *from,
    const struct event_failure *told, struct judged_policy *p)
{
	struct cause cause = cause_of_words(from->type, told->result, told->reason);
	struct judged_failure *f = judged_policy_note(p, &cause);

	if (told->host.len > 0)
		judged_failure_set_host(f, &told->host);
	f->has_local = told->has_local;
	f->local = told->local;
	f->has_remote = told->has_remote;
	f->remote = told->remote;
	memcpy(f->helo, told->helo, sizeof(f->helo));
	judged_failure_place(f, s);
}

static struct judged_policy *
copy_policy(
    const struct session *s, const struct event_policy *from, struct judgement *out)
{
	const struct domain *domain = &s->input->event->next_hop;
	struct judged_policy *p;
	size_t i;

	if (from->domain.len > 0)
		domain = &from->domain;
	else if (from->type == POLICY_TLSA && s->host != NULL)
		domain = s->host;
	p = judgement_add(out, from->type, domain);
	judged_policy_set_told(p, from, s);
	p->is_failed = from->is_failed;
	for (i = 0; i < from->failure_count; i++)
		copy_failure(s, from, &from->failures[i], p);
	return p;
}

static void
add_told(
    const struct session *s, const struct event_policy *from, struct judgement *out)
{
	struct judged_policy *p = copy_policy(s, from, out);
	struct cause cause;

	if (!from->is_failed && is_unverified(s, from) &&
	    has_hidden_failure(s, from, &cause, &out->wants_probe)) {
		judged_failure_place(judged_policy_note(p, &cause), s);
		p->is_failed = true;
	}
	if (from->type == POLICY_STS)
		judged_policy_note_refresh(p, s);
}

/*
 * The source's policies, then those it did not know of: what it could not tell apart (unusable TLSA, a policy that could not be
 * fetched, RPT-CNT-12) and what it did not look at (MTA-STS beside DANE, RPT-CNT-05).  "No policy found" stands only
 * when none of them is there.
 */
void
judge_told(const struct session *s, struct judgement *out)
{
	const struct tls_event *event = s->input->event;
	unsigned told = 1U << POLICY_NOT_FOUND;
	size_t i;

	for (i = 0; i < event->policy_count; i++) {
		if (event->policies[i].type == POLICY_NOT_FOUND)
			continue;
		told |= 1U << event->policies[i].type;
		add_told(s, &event->policies[i], out);
	}
	judge_seen(s, told, out);
	for (i = 0; out->count == 0 && i < event->policy_count; i++)
		add_told(s, &event->policies[i], out);
}
