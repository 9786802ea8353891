/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "show/page.h"
#include "wire/utf8.h"

#define OCTETS_MAX (6 * PAGE_TEXT_MAX + 3) /* "&quot;" for each, and an ellipsis */

/* Nothing that HTML takes for its own but references, and of UTF-8 whole characters only. */
static void
check_inert(const char *text, size_t len)
{
	size_t n;

	for (; len > 0; text += n, len -= n) {
		n = utf8_len(text, len);
		assert(n > 0);
		assert(strchr("<>\"'", *text) == NULL);
		if (*text == '&')
			assert(strncmp(text, "&amp;", 5) == 0 ||
			       strncmp(text, "&lt;", 4) == 0 ||
			       strncmp(text, "&gt;", 4) == 0 ||
			       strncmp(text, "&quot;", 6) == 0 ||
			       strncmp(text, "&#39;", 5) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmemdup(data, size);
	struct strbuf out = STRBUF_INIT;

	page_text(&out, text);
	assert(out.len <= OCTETS_MAX);
	check_inert(strbuf_str(&out), out.len);
	strbuf_clear(&out);
	free(text);
	return 0;
}
