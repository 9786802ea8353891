/* SPDX-License-Identifier: ISC */
#include "show/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "show/complain.h"

/* What a new file may be by the caller's umask. */
static mode_t
usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static bool
refuse(const char *name, const char *fault)
{
	complain("cannot write %s: %s", name, fault);
	return false;
}

static bool
replace(const char *path, const char *name, const struct strbuf *text)
{
	int rc = file_replace(path, usual_mode(), text);

	return rc == 0 || refuse(name, strerror(rc));
}

/* A link stays: what it leads to is replaced. */
static bool
replace_what_is_there(const char *name, const struct strbuf *text)
{
	char *path = realpath(name, NULL);
	bool is_written =
	    path != NULL ? replace(path, name, text) : refuse(name, strerror(errno));

	free(path);
	return is_written;
}

bool
output_write(const char *name, const struct strbuf *text)
{
	struct stat st;

	if (strcmp(name, "-") == 0)
		return fwrite(strbuf_str(text), 1, text->len, stdout) == text->len;
	if (lstat(name, &st) == -1)
		return errno == ENOENT ? replace(name, name, text)
				       : refuse(name, strerror(errno));
	if (stat(name, &st) == -1)
		return refuse(name, strerror(errno));
	if (!S_ISREG(st.st_mode)) /* a device or a pipe is not to become one */
		return refuse(name, "it is no file; - is standard output");
	return replace_what_is_there(name, text);
}
