/* SPDX-License-Identifier: ISC */
#include "base/strbuf.h"
#include "fuzz.h"
#include "wire/postfix_log.h"

#define NOW 1800000000

static void
check_domain(const struct domain *d)
{
	struct domain again;

	assert(d->len == strlen(d->text));
	assert(d->len == 0 || domain_parse(d->text, d->len, &again, NULL) == ST_OK);
}

static void
check_text(const char *text)
{
	for (; *text != '\0'; text++)
		assert(*text >= ' ' && *text <= '~');
}

/* It is an event as adapters send it. */
static void
check_round(const struct tls_event *e)
{
	struct strbuf json = STRBUF_INIT;
	struct tls_event again;

	tls_event_add(&json, e);
	assert(tls_event_parse(json.data, json.len, NOW, &again, NULL) == ST_OK);
	assert(again.tls == e->tls && again.verified == e->verified);
	assert(again.has_result == e->has_result && again.result == e->result);
	assert(domain_equal(&again.next_hop, &e->next_hop));
	assert(strcmp(again.reason, e->reason) == 0);
	tls_event_clear(&again);
	strbuf_clear(&json);
}

static void
check_session(const struct postfix_session *s, void *arg)
{
	const struct tls_event *e = &s->event;

	(void)arg;
	assert(e->source == SOURCE_POSTFIX_LOG && !e->is_inbound);
	assert(e->when > 0 && e->when <= NOW);
	assert(e->tls != TLS_UNKNOWN || (e->has_result && e->host.len > 0));
	assert(e->policy_count == 0 && e->chain.count == 0 && e->memory == NULL);
	check_domain(&e->host);
	check_domain(&e->next_hop);
	check_text(e->reason);
	check_text(e->version);
	check_text(e->cipher);
	if (e->next_hop.len > 0)
		check_round(e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct postfix_log *log = postfix_log_new();
	const uint8_t *end;
	size_t len;
	char *line;

	while (size > 0) {
		end = memchr(data, '\n', size);
		len = end != NULL ? (size_t)(end - data) : size;
		line = fuzz_copy(data, len);
		postfix_log_read(log, line, len, NOW, check_session, NULL);
		free(line);
		data += len;
		size -= len;
		if (size > 0) {
			data++;
			size--;
		}
	}
	postfix_log_free(log);
	return 0;
}
