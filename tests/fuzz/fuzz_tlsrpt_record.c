/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/tlsrpt_record.h"

/* What goes into an SMTP dialogue or a request line. */
static void
check_target(const struct rua *rua)
{
	bool is_quoted = false;
	const char *p;

	for (p = rua->target; *p != '\0'; p++) {
		assert(*p >= 0x20 && *p < 0x7f);
		if (rua->kind == RUA_HTTPS) {
			assert(*p != ' ' && *p != '#');
			continue;
		}
		if (is_quoted && *p == '\\')
			assert(*++p != '\0');
		else if (*p == '"')
			is_quoted = !is_quoted;
		else if (strchr(" <>(),;:\\[]", *p) != NULL)
			assert(is_quoted);
	}
	assert(!is_quoted);
}

static void
check_rua(const struct rua *rua)
{
	struct rua again;

	assert(rua->domain.len > 0 && strchr(rua->domain.text, '.') != NULL);
	check_target(rua);
	if (rua->kind == RUA_HTTPS) {
		assert(rua->target[0] == '/');
		assert(rua->port > 0 && rua->port <= 65535);
	} else {
		assert(strcmp(strrchr(rua->target, '@') + 1, rua->domain.text) == 0);
	}
	assert(rua_parse(rua->uri, strlen(rua->uri), &again, NULL) == ST_OK);
	assert(strcmp(again.target, rua->target) == 0 && again.port == rua->port);
}

/* The input is a record, or several with a line end between. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size), *line = text, *end;
	struct txt txt[4];
	size_t i, count = 0, which = 99;
	struct rua_list list;
	struct why why = { "" };

	while (count < COUNT_OF(txt) - 1 &&
	       (end = memchr(line, '\n', size - (size_t)(line - text))) != NULL) {
		txt[count++] = (struct txt){ line, (size_t)(end - line) };
		line = end + 1;
	}
	txt[count++] = (struct txt){ line, size - (size_t)(line - text) };
	if (tlsrpt_record_select(txt, count, &which, &list, &why) ==
	    TLSRPT_RECORD_FOUND) {
		assert(which < count && list.count > 0 && list.count <= RUA_MAX);
		assert((why.text[0] != '\0') == (list.is_cut || list.skipped > 0));
		for (i = 0; i < list.count; i++)
			check_rua(&list.items[i]);
	} else {
		assert(which == 99 && why.text[0] != '\0');
	}
	free(text);
	return 0;
}
