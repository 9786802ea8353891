/* SPDX-License-Identifier: ISC */
#include "listen.h"

#include <errno.h>
#include <grp.h>
#include <libmilter/mfapi.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"

#define BACKLOG  1024
#define PORT_MAX 65535

/* NULL: over TCP. */
static const char *
path_of(const char *socket)
{
	static const char *const kinds[] = { "local:", "unix:" };
	size_t i;

	for (i = 0; i < COUNT_OF(kinds); i++)
		if (strncmp(socket, kinds[i], strlen(kinds[i])) == 0)
			return socket + strlen(kinds[i]);
	return socket[0] == '/' ? socket : NULL;
}

static enum status
refuse(const struct listen_options *o, const char *fault, struct why *why)
{
	why_set(why, "socket \"%s\": %s", o->socket, fault);
	return ST_SYNTAX;
}

/* PORT@ADDRESS; behind the port libmilter looks for itself. */
static bool
is_port(const char *text)
{
	uint64_t port;

	return number_parse(text, strcspn(text, "@"), PORT_MAX, &port) == ST_OK &&
	       port > 0;
}

enum status
listen_check(const struct listen_options *o, struct why *why)
{
	const char *path = path_of(o->socket);
	struct sockaddr_un un;

	if (path == NULL) {
		if (strncmp(o->socket, "inet:", 5) != 0 &&
		    strncmp(o->socket, "inet6:", 6) != 0)
			return refuse(o,
			    "neither local:/PATH nor inet:PORT@ADDRESS nor "
			    "inet6:PORT@ADDRESS",
			    why);
		if (!is_port(strchr(o->socket, ':') + 1))
			return refuse(o, "no port between 1 and 65535", why);
		return ST_OK;
	}
	if (path[0] != '/')
		return refuse(o, "not a path from \"/\" on", why);
	if (strlen(path) >= sizeof(un.sun_path))
		return refuse(o, "path too long for a socket", why);
	return ST_OK;
}

/* --- a local one --------------------------------------------------------------------------------------------- */

static bool
has_listener(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_answered;

	memcpy(un.sun_path, path, strlen(path) + 1);
	is_answered =
	    fd != -1 && connect(fd, (const struct sockaddr *)&un, sizeof(un)) == 0;
	if (fd != -1)
		close(fd);
	return is_answered;
}

static enum status
find_group(const char *name, gid_t *out, struct why *why)
{
	const struct group *group;

	*out = (gid_t)-1;
	if (name[0] == '\0')
		return ST_OK;
	group = getgrnam(name);
	if (group == NULL) {
		why_set(why, "socket-group: there is no group \"%s\"", name);
		return ST_UNKNOWN;
	}
	*out = group->gr_gid;
	return ST_OK;
}

/* It was made for nobody but us; now for those who may. */
static enum status
share(const char *path, const struct listen_options *o, gid_t gid, struct why *why)
{
	if ((gid != (gid_t)-1 && lchown(path, (uid_t)-1, gid) == -1) ||
	    chmod(path, o->mode) == -1) {
		why_set(why, "socket %s: %s%s%s", path, strerror(errno),
		    o->group[0] != '\0' ? "; to share it one must be a member of group "
					: "",
		    o->group);
		return ST_IO;
	}
	return ST_OK;
}

/* --- both kinds ------------------------------------------------------------------------------------------------ */

static enum status
open_by_libmilter(const char *socket, struct why *why)
{
	char *copy = xstrdup(socket);
	bool is_open;

	errno = 0;
	(void)smfi_setbacklog(BACKLOG);
	is_open =
	    smfi_setconn(copy) == MI_SUCCESS && smfi_opensocket(true) == MI_SUCCESS;
	if (!is_open)
		why_set(why, "cannot listen on \"%s\": %s", socket,
		    errno != 0 ? strerror(errno) : "see the system's log");
	free(copy);
	return is_open ? ST_OK : ST_IO;
}

enum status
listen_open(const struct listen_options *o, struct why *why)
{
	const char *path = path_of(o->socket);
	enum status rc;
	mode_t before;
	gid_t gid;

	if (path == NULL)
		return open_by_libmilter(o->socket, why);
	if (has_listener(path)) {
		why_set(why, "somebody listens on %s already", path);
		return ST_BUSY;
	}
	rc = find_group(o->group, &gid, why);
	if (rc != ST_OK)
		return rc;
	before = umask(0177);
	rc = open_by_libmilter(o->socket, why);
	umask(before);
	return rc == ST_OK ? share(path, o, gid, why) : rc;
}

void
listen_remove(const struct listen_options *o)
{
	const char *path = path_of(o->socket);

	if (path != NULL)
		(void)unlink(path);
}
