/* SPDX-License-Identifier: ISC */
#include "cli/memory_file.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "config/paths.h"

#define MAX    100
#define NOBODY 65534

static char folder[] = "/tmp/test_memory_file.XXXXXX";
static char path[64];

static void
put(const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static enum status
read_it(struct strbuf *out, struct why *why)
{
	struct memory_file file;
	enum status rc;

	assert_true(memory_file_open(path, "x", &file));
	rc = memory_file_read(&file, MAX, out, why);
	memory_file_close(&file);
	return rc;
}

static void
write_it(const char *text)
{
	struct strbuf content = STRBUF_INIT;
	struct memory_file file;

	strbuf_adds(&content, text);
	assert_true(memory_file_open(path, "x", &file));
	assert_true(memory_file_write(&file, &content));
	memory_file_close(&file);
	strbuf_clear(&content);
}

static void
assert_content(const char *want)
{
	struct strbuf text = STRBUF_INIT;
	struct why why = { "" };

	assert_int_equal(read_it(&text, &why), ST_OK);
	assert_string_equal(strbuf_str(&text), want);
	strbuf_clear(&text);
}

static void
check_life(void **state)
{
	struct stat st;

	(void)state;
	unlink(path);
	assert_content("");
	write_it("first, and longer\n");
	assert_content("first, and longer\n");
	write_it("second\n");
	assert_content("second\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Whoever may write in the folder may put one there: nobody waits for what comes out of it. */
static void
check_pipe(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct why why = { "" };
	char lock[80];

	(void)state;
	unlink(path);
	snprintf(lock, sizeof(lock), "%s.lock", path);
	unlink(lock);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(mkfifo(lock, 0600), 0);
	assert_int_equal(read_it(&text, &why), ST_IO);
	assert_string_equal(why.text, "it is no file");
	unlink(path);
	unlink(lock);
	strbuf_clear(&text);
}

static void
check_stranger(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct why why = { "" };

	(void)state;
	if (geteuid() != 0)
		skip();
	unlink(path);
	put("x\n", 0600);
	assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	assert_int_equal(read_it(&text, &why), ST_IO);
	assert_string_equal(why.text, "it is somebody else's");
	unlink(path);
	strbuf_clear(&text);
}

static const struct refused_case {
	const char *name, *text, *why;
	mode_t mode;
	bool is_link;
} refused_cases[] = {
	{ "a file that others can write", "x\n", "others can write it", 0602, false },
	{ "a file that the group can write", "x\n", "others can write it", 0620,
	    false },
	{ "a link", "x\n", "", 0600, true },
	{ "a file that is too long",
	    "0123456789012345678901234567890123456789012345678901234567890123456789"
	    "0123456789012345678901234567890",
	    "too long", 0600, false },
};

static void
check_refused(void **state)
{
	const struct refused_case *c = *state;
	struct strbuf text = STRBUF_INIT;
	struct why why = { "" };
	char target[80];

	unlink(path);
	put(c->text, c->mode);
	if (c->is_link) {
		snprintf(target, sizeof(target), "%s.target", path);
		assert_int_equal(rename(path, target), 0);
		assert_int_equal(symlink(target, path), 0);
	}
	assert_int_equal(read_it(&text, &why), ST_IO);
	assert_non_null(strstr(why.text, c->why));
	assert_true(why.text[0] != '\0');
	strbuf_clear(&text);
}

/* What a link leads to is not touched: the link is replaced. */
static void
check_link(void **state)
{
	char target[80];
	struct stat st;
	FILE *f;

	(void)state;
	unlink(path);
	snprintf(target, sizeof(target), "%s.target", path);
	f = fopen(target, "w");
	fputs("somebody's", f);
	fclose(f);
	assert_int_equal(symlink(target, path), 0);
	write_it("ours\n");
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_size, 10);
	assert_content("ours\n");
}

/* A second run gets the lock when the first has closed: until then it has nothing to say. */
static void
check_lock(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct memory_file file;
	int status;
	pid_t child;

	(void)state;
	unlink(path);
	assert_true(memory_file_open(path, "x", &file));
	child = fork();
	if (child == 0) {
		close(file.lock);
		_exit(memory_file_open(path, "x", &file) && access(path, F_OK) == 0
			  ? 0
			  : 1);
	}
	strbuf_adds(&text, "first\n");
	assert_true(memory_file_write(&file, &text));
	memory_file_close(&file);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	strbuf_clear(&text);
}

static void
check_no_place(void **state)
{
	struct memory_file file;

	(void)state;
	assert_false(memory_file_open("/nonexistent/folder/file", "x", &file));
}

/* In a process of a user who is not root. */
static bool
is_in_home(const char *home)
{
	struct memory_file file;
	char want[128];
	bool is_there;

	snprintf(want, sizeof(want), "%s/hopseal/name", home);
	if ((geteuid() == 0 && setuid(NOBODY) == -1) ||
	    !memory_file_open(NULL, "name", &file))
		return false;
	is_there = strcmp(file.path, want) == 0;
	memory_file_close(&file);
	snprintf(want, sizeof(want), "%s/hopseal/name.lock", home);
	unlink(want);
	snprintf(want, sizeof(want), "%s/hopseal", home);
	rmdir(want);
	return is_there;
}

static void
check_usual_place(void **state)
{
	char home[] = "/tmp/test_memory_file.XXXXXX";
	int status;
	pid_t child;

	(void)state;
	assert_non_null(mkdtemp(home));
	assert_int_equal(chmod(home, 0777), 0);
	setenv("XDG_STATE_HOME", home, 1);
	child = fork();
	if (child == 0)
		_exit(is_in_home(home) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(rmdir(home), 0);
}

/* With a /var/lib of its own, which is empty. */
static bool
is_beside_the_daemons(void)
{
	struct memory_file file;

	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("none", "/var/lib", "tmpfs", 0, NULL) == -1 ||
	    !memory_file_open(NULL, "name", &file))
		return false;
	return strcmp(file.path, HOPSEAL_STATEDIR "-publish/name") == 0 &&
	       access(HOPSEAL_STATEDIR, F_OK) == -1 &&
	       access(HOPSEAL_STATEDIR "-publish/name.lock", F_OK) == 0;
}

static void
check_root_place(void **state)
{
	int status;
	pid_t child;

	(void)state;
	child = fork();
	if (child == 0 && (geteuid() != 0 || unshare(CLONE_NEWNS) == -1))
		_exit(2);
	if (child == 0)
		_exit(is_beside_the_daemons() ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		skip();
	assert_int_equal(status, 0);
}

/* Everything in the folder, which has no folders. */
static void
clear_folder(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	rmdir(folder);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("what was written is read, all of it, by nobody else", check_life),
		CASE("a pipe is no file, and not waited for", check_pipe),
		CASE(
		    "what somebody else has put there is not believed", check_stranger),
		CASES(check_refused, refused_cases),
		CASE("a link is replaced, not followed", check_link),
		CASE("a second run waits for the first", check_lock),
		CASE("a place that cannot be", check_no_place),
		CASE("the place of a user", check_usual_place),
		CASE(
		    "root does not make hopseald's folder, which would be closed to it",
		    check_root_place),
	};
	int failed;

	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/memory", folder);
	failed = cases_run("memory_file", tables, COUNT_OF(tables));
	clear_folder();
	return failed;
}
