/* SPDX-License-Identifier: ISC */
#include "daemon/identity.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"

enum status
identity_find(const char *user, struct identity *out, struct why *why)
{
	const struct passwd *pw;

	*out = (struct identity){ .is_root = geteuid() == 0 };
	snprintf(out->user, sizeof(out->user), "%s", user);
	if (!out->is_root)
		return ST_OK;
	pw = getpwnam(user);
	if (pw == NULL) {
		why_set(why, "[daemon] user: there is no user \"%s\"", user);
		return ST_UNKNOWN;
	}
	out->uid = pw->pw_uid;
	out->gid = pw->pw_gid;
	return ST_OK;
}

enum status
identity_make_folder(
    const struct identity *identity, const char *path, mode_t mode, struct why *why)
{
	if (mkdir(path, mode) == -1) {
		if (errno == EEXIST)
			return ST_OK;
		why_set(why, "%s: %s", path, strerror(errno));
		return ST_IO;
	}
	if (identity->is_root && lchown(path, identity->uid, identity->gid) == -1) {
		why_set(why, "%s: %s", path, strerror(errno));
		return ST_IO;
	}
	return ST_OK;
}

enum status
identity_assume(const struct identity *identity, struct why *why)
{
	if (!identity->is_root)
		return ST_OK;
	if (identity->uid == 0) {
		log_warn("hopseald: user=%s action=\"stays root, as configured\"",
		    identity->user);
		return ST_OK;
	}
	return process_assume(identity->user, identity->uid, identity->gid, why);
}
