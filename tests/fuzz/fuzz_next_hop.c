/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/next_hop.h"

static void
check_domain(const struct next_hop *n)
{
	struct strbuf text = STRBUF_INIT;
	struct next_hop again;
	struct domain name;

	assert(n->port > 0);
	assert(n->domain.len == strlen(n->domain.text));
	assert(domain_parse(n->domain.text, n->domain.len, &name, NULL) == ST_OK);
	assert(domain_equal(&name, &n->domain));
	next_hop_add(&text, n);
	assert(next_hop_parse(text.data, text.len, &again, NULL) == NEXT_HOP_DOMAIN);
	assert(next_hop_equal(n, &again));
	strbuf_clear(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct next_hop n = { .port = 0 };
	struct why why = { "" };
	enum next_hop_kind kind = next_hop_parse(text, size, &n, &why);

	if (kind == NEXT_HOP_DOMAIN)
		check_domain(&n);
	else
		assert(n.port == 0 && n.domain.len == 0);
	assert(kind != NEXT_HOP_INVALID || why.text[0] != '\0');
	assert((kind == NEXT_HOP_PARENT) == (size > 0 && text[0] == '.'));
	free(text);
	return 0;
}
