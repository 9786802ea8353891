/* SPDX-License-Identifier: ISC */
#include "cli/txt_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define STRING_MAX 255

void
txt_line_print(const char *labels, const char *domain, const char *text)
{
	bool is_long = strlen(text) > STRING_MAX;
	size_t len;

	printf("%s.%s. IN TXT%s", labels, domain, is_long ? " (" : "");
	for (; *text != '\0'; text += len) {
		len = strnlen(text, STRING_MAX);
		printf(" \"%.*s\"", (int)len, text);
	}
	printf("%s\n", is_long ? " )" : "");
}
