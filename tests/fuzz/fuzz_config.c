/*
 * Configuration files.  SPDX-License-Identifier: ISC
 *
 * What is accepted must print as something that is accepted and prints the same.
 */
#include <assert.h>
#include <stdint.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config *
parse(const char *text, size_t len)
{
	struct config_errors errors;
	struct config *config;
	enum status st = config_parse("fuzz", text, len, &config, &errors);

	assert(
	    (st == ST_OK) == (config != NULL) && (st == ST_OK) == (errors.count == 0));
	return config;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;
	struct config *config = parse((const char *)data, size);

	if (config == NULL)
		return 0;
	config_print(config, &once);
	config_free(config);
	config = parse(strbuf_str(&once), once.len);
	assert(config != NULL);
	config_print(config, &twice);
	config_free(config);
	assert(strcmp(strbuf_str(&once), strbuf_str(&twice)) == 0);
	strbuf_clear(&once);
	strbuf_clear(&twice);
	return 0;
}
