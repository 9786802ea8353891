/*
 * Runs a fuzz target over its corpus, as a test without a fuzzer.
 * SPDX-License-Identifier: ISC
 *
 * Arguments are folders.  A failed claim ends the program, so the TAP line is missing
 * then.
 */
#include <dirent.h>
#include <libgen.h>

#include "base/strbuf.h"
#include "fuzz.h"

static bool
run_file(const char *folder, const char *name)
{
	struct strbuf text = STRBUF_INIT;
	char chunk[4096], *path;
	void *input;
	FILE *file;
	size_t n;

	strbuf_addf(&text, "%s/%s", folder, name);
	path = strbuf_take(&text);
	file = fopen(path, "rb");
	free(path);
	if (file == NULL)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(&text, chunk, n);
	fclose(file);
	input = fuzz_copy(text.data, text.len);
	LLVMFuzzerTestOneInput(input, text.len);
	free(input);
	strbuf_clear(&text);
	return true;
}

/* Returns how many inputs were run; 0 is a failure, an empty folder shows nothing. */
static unsigned
run_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned count = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' && run_file(folder, entry->d_name))
			count++;
	closedir(dir);
	return count;
}

int
main(int argc, char **argv)
{
	unsigned count = 0, found = 0;
	int i;

	for (i = 1; i < argc; i++) {
		found = run_folder(argv[i]);
		if (found == 0)
			break;
		count += found;
	}
	printf("1..1\n%s 1 - fuzz corpus of %s: %u inputs\n",
	    found > 0 ? "ok" : "not ok", argc > 1 ? basename(argv[1]) : "nothing",
	    count);
	return found > 0 ? 0 : 1;
}
