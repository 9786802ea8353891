/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/tls_event.h"

#define NOW 1732233600

static void
check_texts(const struct tls_event *e)
{
	const char *const texts[] = { e->id, e->helo, e->version, e->cipher,
		e->reason };
	const char *p;
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++)
		for (p = texts[i]; *p != '\0'; p++)
			assert(*p >= 0x20 && *p < 0x7f);
}

/* What is written reads as the same, and is written as the same. */
static void
check_again(const struct tls_event *event)
{
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
	struct tls_event again;

	tls_event_add(&first, event);
	assert(tls_event_parse(first.data, first.len, NOW, &again, NULL) == ST_OK);
	tls_event_add(&second, &again);
	assert(strcmp(first.data, second.data) == 0);
	tls_event_clear(&again);
	strbuf_clear(&first);
	strbuf_clear(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *json = fuzz_copy(data, size);
	struct tls_event event;
	struct why why = { "" };
	enum status rc = tls_event_parse(json, size, NOW, &event, &why);

	free(json);
	if (rc != ST_OK) {
		assert(why.text[0] != '\0');
		return 0;
	}
	assert(event.is_inbound || event.next_hop.len > 0 ||
	       (event.source == SOURCE_OPENSMTPD && event.has_remote));
	assert(event.when >= 0 && event.when <= NOW);
	assert(event.chain.count <= CHAIN_CERTS_MAX);
	check_texts(&event);
	check_again(&event);
	tls_event_clear(&event);
	return 0;
}
