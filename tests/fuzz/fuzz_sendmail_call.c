/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/sendmail_call.h"
#include "wire/sendmail_sessions.h"

#define NOW 1800000000

static void
check_text(const char *text)
{
	for (; *text != '\0'; text++)
		assert(*text >= ' ' && *text <= '~');
}

static void
check_goal(const struct sendmail_goal *goal)
{
	struct domain again;

	assert(goal->is_said || !goal->has_policy);
	assert(
	    !goal->has_policy || domain_parse(goal->next_hop.domain.text,
				     goal->next_hop.domain.len, &again, NULL) == ST_OK);
}

/* An event of it is one as adapters send it. */
static void
check_event(const struct sendmail_session *s)
{
	const struct next_hop *next_hop = &s->call.next_hop.next_hop;
	struct strbuf json = STRBUF_INIT;
	struct tls_event event, again;

	sendmail_session_event(s, next_hop, NOW, &event);
	tls_event_add(&json, &event);
	assert(tls_event_parse(json.data, json.len, NOW, &again, NULL) == ST_OK);
	assert(again.tls == event.tls && again.verified == event.verified);
	assert(again.has_result == event.has_result && again.result == event.result);
	assert(domain_equal(&again.next_hop, &event.next_hop));
	tls_event_clear(&again);
	strbuf_clear(&json);
}

/* One key behind the other, a line each: a process and its sessions. */
static void
check_call(struct sendmail_sessions *all, const struct sendmail_call *c)
{
	struct sendmail_session *s = sendmail_sessions_see(all, c);

	assert(strlen(c->id) <= QUEUE_ID_MAX);
	check_text(c->version);
	check_text(c->cipher);
	check_goal(&c->next_hop);
	check_goal(&c->rcpt);
	assert(c->words.tls != TLS_UP || c->version[0] != '\0');
	assert(s != NULL || c->verb == CALL_RCPT);
	assert(sendmail_next_hop(s, c) != NULL);
	if (s == NULL || !s->call.next_hop.has_policy)
		return;
	check_event(s);
	if (sendmail_session_counts(s, &s->call.next_hop.next_hop.domain))
		assert(!sendmail_session_counts(s, &s->call.next_hop.next_hop.domain));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sendmail_sessions all = { .clock = 0 };
	struct sendmail_call call;
	struct why why = { "" };
	const uint8_t *end;
	size_t len;
	char *key;

	while (size > 0) {
		end = memchr(data, '\n', size);
		len = end != NULL ? (size_t)(end - data) : size;
		key = fuzz_copy(data, len);
		if (sendmail_call_parse(key, len, &call, &why) == ST_OK)
			check_call(&all, &call);
		else
			assert(why.text[0] != '\0');
		free(key);
		data += len;
		size -= len;
		if (size > 0) {
			data++;
			size--;
		}
	}
	sendmail_sessions_clear(&all);
	return 0;
}
