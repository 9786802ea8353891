/* SPDX-License-Identifier: ISC */
#include "wire/sendmail_sessions.h"

#include <stdio.h>

#include "base/mem.h"

/* --- which one ------------------------------------------------------------------------------- */

static bool
is_same_address(const struct sendmail_call *a, const struct sendmail_call *b)
{
	return a->has_address == b->has_address &&
	       (!a->has_address || address_equal(&a->address, &b->address));
}

/* Until it is told, a session has no address. */
static bool
is_about(const struct sendmail_session *s, const struct sendmail_call *call)
{
	if (s->used == 0 || !domain_equal(&s->call.host, &call->host))
		return false;
	if (!s->is_told)
		return call->verb != CALL_RCPT;
	return is_same_address(&s->call, call);
}

static struct sendmail_session *
find(struct sendmail_sessions *all, const struct sendmail_call *call)
{
	struct sendmail_session *s, *found = NULL;

	for (s = all->items; s < all->items + SENDMAIL_SESSIONS_MAX; s++)
		if (is_about(s, call) && (found == NULL || s->used > found->used))
			found = s;
	return found;
}

/* In place of one that came to nothing, or of the one that was used longest ago. */
static struct sendmail_session *
begin(struct sendmail_sessions *all, const struct sendmail_call *call)
{
	struct sendmail_session *s, *oldest = &all->items[0];

	for (s = all->items; s < all->items + SENDMAIL_SESSIONS_MAX; s++) {
		if (s->used != 0 && !s->is_told) {
			oldest = s;
			break;
		}
		if (s->used < oldest->used)
			oldest = s;
	}
	free(oldest->counted);
	*oldest = (struct sendmail_session){ .call = *call };
	return oldest;
}

/* What the call that began it has said, and this one does not. */
static void
tell(struct sendmail_session *s, const struct sendmail_call *call)
{
	struct sendmail_goal next_hop = s->call.next_hop;

	s->call = *call;
	if (!call->next_hop.is_said)
		s->call.next_hop = next_hop;
	/* An offer that was not taken: the reply to STARTTLS was another than 220. */
	if (s->has_started && s->call.words.tls == TLS_NOT_OFFERED)
		s->call.words.tls = TLS_REFUSED;
	s->is_told = true;
}

struct sendmail_session *
sendmail_sessions_see(struct sendmail_sessions *all, const struct sendmail_call *call)
{
	struct sendmail_session *s = call->verb != CALL_MX ? find(all, call) : NULL;

	if (s == NULL && call->verb == CALL_RCPT)
		return NULL;
	if (s == NULL)
		s = begin(all, call);
	s->used = ++all->clock;
	if (call->verb == CALL_START)
		s->has_started = true;
	if (call->verb == CALL_TLS)
		tell(s, call);
	return s;
}

static bool
is_same_leaf(const struct sendmail_call *a, const struct sendmail_call *b)
{
	return a->has_leaf && b->has_leaf && memcmp(a->leaf, b->leaf, LEAF_BYTES) == 0;
}

void
sendmail_session_complete(const struct sendmail_session *s, struct sendmail_call *call)
{
	if (call->verb == CALL_RCPT && s != NULL && is_same_leaf(&s->call, call))
		call->words = s->call.words;
}

const struct sendmail_goal *
sendmail_next_hop(const struct sendmail_session *s, const struct sendmail_call *call)
{
	if (call->next_hop.is_said)
		return &call->next_hop;
	return s != NULL && s->call.next_hop.is_said ? &s->call.next_hop : &call->rcpt;
}

void
sendmail_sessions_clear(struct sendmail_sessions *all)
{
	size_t i;

	for (i = 0; i < SENDMAIL_SESSIONS_MAX; i++)
		free(all->items[i].counted);
}

/* --- counting ---------------------------------------------------------------------------------- */

bool
sendmail_session_counts(struct sendmail_session *s, const struct domain *domain)
{
	size_t i;

	if (!s->is_told || s->call.words.is_retry || s->count == SESSION_DOMAINS_MAX)
		return false;
	for (i = 0; i < s->count; i++)
		if (domain_equal(&s->counted[i], domain))
			return false;
	s->counted = xreallocarray(s->counted, s->count + 1, sizeof(s->counted[0]));
	s->counted[s->count++] = *domain;
	return true;
}

void
sendmail_session_event(const struct sendmail_session *s,
    const struct next_hop *next_hop, time_t now, struct tls_event *out)
{
	const struct sendmail_call *call = &s->call;
	const struct sendmail_words *w = &call->words;

	*out = (struct tls_event){
		.source = SOURCE_SENDMAIL,
		.when = now,
		.next_hop = next_hop->domain,
		.is_next_hop_host = next_hop->is_host,
		.host = call->host,
		.has_remote = call->has_address,
		.remote = call->address,
		.tls = w->tls,
		.verified = w->verified,
		.has_result = w->has_result,
		.result = w->result,
	};
	memcpy(out->version, call->version, sizeof(out->version));
	memcpy(out->cipher, call->cipher, sizeof(out->cipher));
}
