/* SPDX-License-Identifier: ISC */
#include "tls_required.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"

bool
tls_required_is_no(const char *value)
{
	value += strspn(value, BLANKS);
	return strncasecmp(value, "no", 2) == 0 &&
	       value[2 + strspn(value + 2, BLANKS)] == '\0';
}

bool
tls_required_is_overruled(char *const *arguments)
{
	for (; *arguments != NULL; arguments++)
		if (strcasecmp(*arguments, "REQUIRETLS") == 0)
			return true;
	return false;
}
