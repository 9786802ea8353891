/* SPDX-License-Identifier: ISC */
#include "../../milter/connection.h"
#include "../../milter/recipient.h"
#include "../../milter/tls_required.h"
#include "fuzz.h"

enum { ADDRESS, MAILER, HOST, OWN_NAME, HELO, VERSION, CIPHER, VERIFY, VALUE, WORDS };

/* Words of an MTA, each ended by NUL; "-" stands for what it does not say. */
static void
split(char *text, size_t size, const char *words[WORDS])
{
	char *end = text + size;
	size_t i;

	for (i = 0; i < WORDS; i++) {
		words[i] = text < end ? text : "";
		if (strcmp(words[i], "-") == 0)
			words[i] = NULL;
		text += text < end ? strlen(text) + 1 : 0;
	}
}

/* A next-hop is one word: what it is put into stays one question. */
static void
check_recipient(const char *words[WORDS])
{
	const struct recipient r = { words[ADDRESS] != NULL ? words[ADDRESS] : "",
		words[MAILER], words[HOST], words[OWN_NAME] };
	char next_hop[NEXT_HOP_TEXT_MAX + 1] = "";
	size_t i;

	if (recipient_way(&r, "smtp relay", next_hop) == WAY_HERE)
		return;
	assert(next_hop[0] != '\0');
	for (i = 0; next_hop[i] != '\0'; i++)
		assert((unsigned char)next_hop[i] > ' ' && next_hop[i] != 0x7f);
	(void)recipient_is_in(r.address, next_hop);
}

/* What is told can be read back. */
static void
check_connection(const char *words[WORDS])
{
	struct connection c = { .address = "192.0.2.9" };
	char json[CONNECTION_JSON_MAX];
	struct tls_event event;

	connection_helo(&c, words[HELO] != NULL ? words[HELO] : "");
	connection_tls(&c, words[VERSION], words[CIPHER], words[VERIFY]);
	if (!connection_event(&c, 1, json))
		return;
	assert(tls_event_parse(json, strlen(json), 2, &event, NULL) == ST_OK);
	assert(event.is_inbound && event.has_remote);
	tls_event_clear(&event);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmemdup(data, size);
	const char *words[WORDS];

	split(text, size, words);
	check_recipient(words);
	check_connection(words);
	if (words[VALUE] != NULL)
		(void)tls_required_is_no(words[VALUE]);
	free(text);
	return 0;
}
