/* SPDX-License-Identifier: ISC */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

static char folder[] = "/tmp/test_file.XXXXXX";

static int
replace(const char *name, const char *content)
{
	struct strbuf text = STRBUF_INIT;
	int rc;

	strbuf_adds(&text, content);
	rc = file_replace(name, 0640, &text);
	strbuf_clear(&text);
	return rc;
}

static off_t
size_of(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(name, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0640);
	return st.st_size;
}

static void
check_replace(void **state UNUSED)
{
	assert_int_equal(replace("file", "long enough"), 0);
	assert_int_equal(size_of("file"), 11);
	assert_int_equal(replace("file", ""), 0);
	assert_int_equal(size_of("file"), 0);
	assert_int_equal(unlink("file"), 0);
}

/* With the reason, whatever is done behind it; and nothing is left beside. */
static void
check_not_replaced(void **state UNUSED)
{
	assert_int_equal(mkdir("full", 0700), 0);
	assert_int_equal(replace("full", "x"), EISDIR);
	assert_int_equal(rmdir("full"), 0);
	assert_int_equal(replace("nowhere/file", "x"), ENOENT);
}

static int
open_lock(void)
{
	int fd = open("lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd != -1);
	return fd;
}

static void
check_lock(void **state UNUSED)
{
	int first = open_lock(), second = open_lock();

	assert_int_equal(file_lock(first, 0), 0);
	assert_int_equal(file_lock(second, 120), EWOULDBLOCK);
	close(first);
	assert_int_equal(file_lock(second, 0), 0);
	close(second);
	assert_int_equal(unlink("lock"), 0);
}

static void
check_wait(void **state UNUSED)
{
	int first = open_lock(), second, status;
	pid_t child;

	assert_int_equal(file_lock(first, 0), 0);
	child = fork();
	if (child == 0) {
		close(first);
		second = open("lock", O_RDWR | O_CLOEXEC);
		_exit(file_lock(second, 60000) == 0 ? 0 : 1);
	}
	close(first);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(unlink("lock"), 0);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("a file is made, and replaced as a whole", check_replace),
		CASE("what cannot be replaced stays, and nothing beside it",
		    check_not_replaced),
		CASE("a lock is waited for so long", check_lock),
		CASE("and had when it is given back", check_wait),
	};
	int failed;

	if (mkdtemp(folder) == NULL || chdir(folder) == -1)
		abort();
	failed = cases_run("file", tables, COUNT_OF(tables));
	return rmdir(folder) == 0 ? failed : 1;
}
