/* SPDX-License-Identifier: ISC */
#include "store_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cases.h"
#include "store/store.h"

#define NOBODY 65534

char folder[64];

char *
path_of(const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", folder, name);
	return out;
}

bool
exists(const char *name)
{
	char path[128];

	return access(path_of(name, path), F_OK) == 0;
}

void
folder_make(void)
{
	snprintf(folder, sizeof(folder), "/tmp/hopseal-test-store.XXXXXX");
	assert_non_null(mkdtemp(folder));
}

void
folder_remove(void)
{
	static const char *const names[] = { DB_FILE, DB_FILE "-wal", DB_FILE "-shm",
		DB_FILE ".damaged", DB_FILE ".damaged-wal", "filler" };
	char path[128];
	size_t i;

	for (i = 0; i < COUNT_OF(names); i++)
		unlink(path_of(names[i], path));
	assert_int_equal(rmdir(folder), 0);
}

struct store *
open_store(void)
{
	struct store *s;
	struct why why;

	if (store_open(folder, &s, &why) != ST_OK)
		fail_msg("%s", why.text);
	return s;
}

struct store *
open_started(void)
{
	struct store *s = open_store();

	assert_int_equal(store_start(s, NULL), ST_OK);
	return s;
}

/* --- the log, counted ---------------------------------------------------------------------------- */

static int saved_stderr, log_fd;

void
log_capture(void)
{
	char path[] = "/tmp/hopseal-test-log.XXXXXX";

	log_fd = mkstemp(path);
	assert_true(log_fd != -1);
	unlink(path);
	saved_stderr = dup(STDERR_FILENO);
	assert_true(dup2(log_fd, STDERR_FILENO) != -1);
}

/* How many lines hold this text. */
int
log_count(const char *text)
{
	char buf[8192];
	ssize_t n = pread(log_fd, buf, sizeof(buf) - 1, 0);
	const char *p = buf;
	int count = 0;

	assert_true(n >= 0);
	buf[n] = '\0';
	while ((p = strstr(p, text)) != NULL) {
		count++;
		p += strlen(text);
	}
	return count;
}

void
log_release(void)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(log_fd);
}

/* --- a disk that is full for this process -------------------------------------------------------- */

#define FULL_AT 65536

static void
set_file_limit(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

void
disk_fill(void)
{
	signal(SIGXFSZ, SIG_IGN);
	set_file_limit(FULL_AT);
}

void
disk_free(void)
{
	set_file_limit(RLIM_INFINITY);
}

/* Without the rights to write; root has them always, so root is somebody else for a while. */
void
rights_take(void)
{
	assert_int_equal(chmod(folder, 0555), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0);
}

void
rights_give(void)
{
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(folder, 0755), 0);
}

void
overwrite(const char *name, off_t at, const void *bytes, size_t len)
{
	char path[128];
	int fd = open(path_of(name, path), O_WRONLY | O_CREAT, 0600);

	assert_true(fd != -1);
	assert_int_equal(pwrite(fd, bytes, len, at), len);
	close(fd);
}
