/* SPDX-License-Identifier: ISC */
#include "../../milter/settings.h"
#include "fuzz.h"

/* Whatever the file says, the settings are some that could be meant, and the fault is one line. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct settings *s = settings_new();
	struct why why = { "" };
	size_t i;

	if (settings_parse(s, text, size, &why) != ST_OK) {
		assert(strncmp(why.text, "line ", 5) == 0);
		for (i = 0; why.text[i] != '\0'; i++)
			assert(why.text[i] >= ' ' && why.text[i] <= '~');
	}
	assert(s->wait_ms >= 1000 && s->wait_ms <= WAIT_S_MAX * 1000);
	assert(s->socket_mode <= 0777 && s->inbox[0] == '/' && s->spool[0] == '/');
	assert(s->socket[0] != '\0' && s->mailers[0] != '\0');
	settings_free(s);
	free(text);
	return 0;
}
