/* SPDX-License-Identifier: ISC */
#include "show/output.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cases.h"

static char folder[] = "/tmp/test_output.XXXXXX";

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
assert_content(const char *name, const char *want)
{
	char text[64] = "";
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(text, want);
}

/* Files in the folder, which is the current one. */
static size_t
count_files(void)
{
	DIR *dir = opendir(".");
	struct dirent *entry;
	size_t count = 0;

	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void
make_pipe(void)
{
	assert_int_equal(mkfifo("pipe", 0600), 0);
}

static void
make_link_to_device(void)
{
	assert_int_equal(symlink("/dev/null", "device"), 0);
}

static void
make_link_to_nothing(void)
{
	assert_int_equal(symlink("nowhere", "dangling"), 0);
}

static void
make_folder(void)
{
	assert_int_equal(mkdir("folder", 0700), 0);
}

static const struct refused_case {
	const char *name, *file;
	void (*make)(void);
	mode_t type; /* of what stands there, before and behind */
} refused_cases[] = {
	{ "a pipe is not replaced", "pipe", make_pipe, S_IFIFO },
	{ "a link to a device is not replaced, as /dev/stdout is one", "device",
	    make_link_to_device, S_IFLNK },
	{ "a link that leads nowhere is not replaced", "dangling", make_link_to_nothing,
	    S_IFLNK },
	{ "a folder is not replaced", "folder", make_folder, S_IFDIR },
};

static void
check_refused(void **state)
{
	const struct refused_case *c = *state;
	struct strbuf text = STRBUF_INIT;
	size_t files;
	struct stat st;

	c->make();
	files = count_files();
	strbuf_adds(&text, "new");
	assert_false(output_write(c->file, &text));
	assert_int_equal(lstat(c->file, &st), 0);
	assert_int_equal(st.st_mode & S_IFMT, c->type);
	assert_int_equal(count_files(), files);
	assert_int_equal(remove(c->file), 0);
	strbuf_clear(&text);
}

static void
write_it(const char *name, const char *content)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_adds(&text, content);
	assert_true(output_write(name, &text));
	strbuf_clear(&text);
}

static void
check_file(void **state)
{
	struct stat st;

	(void)state;
	umask(027);
	write_it("page", "first, and longer");
	assert_content("page", "first, and longer");
	write_it("page", "second");
	assert_content("page", "second");
	assert_int_equal(stat("page", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(count_files(), 1);
	assert_int_equal(unlink("page"), 0);
}

/* As a web server's folder may have it. */
static void
check_link(void **state)
{
	struct stat st;

	(void)state;
	put("target", "old");
	assert_int_equal(symlink("target", "link"), 0);
	write_it("link", "new");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_content("target", "new");
	assert_int_equal(count_files(), 2);
	assert_int_equal(unlink("link"), 0);
	assert_int_equal(unlink("target"), 0);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("a file is made, and replaced, by the umask", check_file),
		CASE("a link stays, what it leads to is replaced", check_link),
		CASES(check_refused, refused_cases),
	};
	int failed;

	if (mkdtemp(folder) == NULL || chdir(folder) == -1)
		abort();
	failed = cases_run("output", tables, COUNT_OF(tables));
	return rmdir(folder) == 0 ? failed : 1;
}
