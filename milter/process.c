/* SPDX-License-Identifier: ISC */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/process.h"

/* --- the user -------------------------------------------------------------------------------------------------- */

struct identity {
	char *user;
	uid_t uid;
	gid_t gid;
};

/* user is cut at its colon. */
static enum status
find(char *user, struct identity *out, struct why *why)
{
	char *colon = strchr(user, ':');
	const struct passwd *pw;
	const struct group *group;

	if (colon != NULL)
		*colon = '\0';
	pw = getpwnam(user);
	if (pw == NULL) {
		why_set(why, "there is no user \"%s\"", user);
		return ST_UNKNOWN;
	}
	*out = (struct identity){ user, pw->pw_uid, pw->pw_gid };
	if (colon == NULL)
		return ST_OK;
	group = getgrnam(colon + 1);
	if (group == NULL) {
		why_set(why, "there is no group \"%s\"", colon + 1);
		return ST_UNKNOWN;
	}
	out->gid = group->gr_gid;
	return ST_OK;
}

static enum status
assume(const struct identity *identity, struct why *why)
{
	if (geteuid() == identity->uid && identity->uid != 0)
		return ST_OK;
	return process_assume(identity->user, identity->uid, identity->gid, why);
}

enum status
process_become(const char *user, struct why *why)
{
	struct identity identity;
	enum status rc;
	char *copy;

	if (user[0] == '\0')
		return ST_OK;
	copy = xstrdup(user);
	rc = find(copy, &identity, why);
	if (rc == ST_OK)
		rc = assume(&identity, why);
	free(copy);
	return rc;
}

/* --- the background ---------------------------------------------------------------------------------------------- */

static enum status
leave_terminal(struct why *why)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool is_done = fd != -1 && setsid() != -1 && chdir("/") == 0 &&
		       dup2(fd, STDIN_FILENO) != -1 && dup2(fd, STDOUT_FILENO) != -1 &&
		       dup2(fd, STDERR_FILENO) != -1;

	if (!is_done)
		why_set(why, "cannot leave the terminal: %s", strerror(errno));
	if (fd > STDERR_FILENO)
		close(fd);
	return is_done ? ST_OK : ST_IO;
}

enum status
process_detach(const char *pid_path, struct why *why)
{
	pid_t pid = fork();

	if (pid == 0)
		return leave_terminal(why);
	if (pid == -1) {
		why_set(why, "cannot go into the background: %s", strerror(errno));
		return ST_IO;
	}
	if (process_write_child(pid_path, pid, why) == ST_OK)
		_exit(0);
	(void)kill(pid, SIGKILL);
	return ST_IO;
}
