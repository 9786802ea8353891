/* SPDX-License-Identifier: ISC */
#include "cli/input.h"

#include <errno.h>

#include "cli/complain.h"

bool
input_read(const char *name, size_t max, const char *what, struct strbuf *out)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
	bool is_read = false;
	char chunk[8192];
	size_t n;

	if (file == NULL) {
		complain("cannot open %s: %s", name, strerror(errno));
		return false;
	}
	while (out->len <= max && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(out, chunk, n);
	if (ferror(file))
		complain("cannot read %s: %s", name, strerror(errno));
	else if (out->len > max)
		complain("%s has more than %zu octets: that is %s", name, max, what);
	else
		is_read = true;
	if (file != stdin)
		fclose(file);
	return is_read;
}
