/* SPDX-License-Identifier: ISC */
#include "net/listen_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "base/mem.h"

#define BACKLOG    1024 /* the kernel's own limit (somaxconn) may be lower */
#define MODE_USUAL 0666
#define OWNER_MAX  64

static enum status
io_fault(struct why *why, const char *where, const char *doing)
{
	why_set(why, "%s: %s: %s", where, doing, strerror(errno));
	return ST_IO;
}

/* --- unix --------------------------------------------------------------------- */

static enum status
unix_address(const char *where, struct sockaddr_un *un, struct why *why)
{
	const char *path = where + strlen("unix:");

	if (path[0] != '/') {
		why_set(why, "%s: not an absolute path", where);
		return ST_SYNTAX;
	}
	if (strlen(path) >= sizeof(un->sun_path)) {
		why_set(why, "%s: path longer than %zu bytes", where,
		    sizeof(un->sun_path) - 1);
		return ST_SYNTAX;
	}
	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(un->sun_path, path, strlen(path));
	return ST_OK;
}

static int
type_of(const struct listen_options *options)
{
	return options->is_datagram ? SOCK_DGRAM : SOCK_STREAM;
}

static int
unix_connect_errno(int type, const struct sockaddr_un *un)
{
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), rc;

	if (fd == -1)
		return errno;
	rc = connect(fd, (const struct sockaddr *)un, sizeof(*un)) == -1 ? errno : 0;
	close(fd);
	return rc;
}

/* Remove a socket that nobody serves any more; leave all else alone. */
static enum status
remove_stale(
    const struct listen_options *options, const struct sockaddr_un *un, struct why *why)
{
	const char *where = options->where;
	struct stat st;

	if (lstat(un->sun_path, &st) == -1)
		return errno == ENOENT ? ST_OK : io_fault(why, where, "lstat");
	if (!S_ISSOCK(st.st_mode)) {
		why_set(why, "%s: exists and is not a socket", where);
		return ST_IO;
	}
	errno = unix_connect_errno(type_of(options), un);
	if (errno == 0 || errno == EAGAIN) {
		why_set(why, "%s: another process serves it", where);
		return ST_BUSY;
	}
	if (errno != ECONNREFUSED)
		return io_fault(why, where, "exists, connect");
	if (unlink(un->sun_path) == -1 && errno != ENOENT)
		return io_fault(why, where, "unlink");
	return ST_OK;
}

/* "user", "user:group" or ":group"; what is not named is -1, for chown(2). */
static enum status
find_owner(const char *owner, uid_t *uid, gid_t *gid, struct why *why)
{
	size_t len = strcspn(owner, ":");
	const char *group = owner[len] == ':' ? owner + len + 1 : "";
	char user[OWNER_MAX];
	const struct passwd *pw = NULL;
	const struct group *gr = NULL;

	snprintf(user, sizeof(user), "%.*s", (int)len, owner);
	if ((len > 0 && (pw = getpwnam(user)) == NULL) ||
	    (group[0] != '\0' && (gr = getgrnam(group)) == NULL)) {
		why_set(why, "owner \"%s\": no such user or group", owner);
		return ST_UNKNOWN;
	}
	*uid = pw != NULL ? pw->pw_uid : (uid_t)-1;
	*gid = gr != NULL ? gr->gr_gid : (gid_t)-1;
	return ST_OK;
}

/* Until its owner and mode are set, nobody but us may connect. */
static enum status
bind_private(const char *where, const struct sockaddr_un *un, struct listen_socket *out,
    struct why *why)
{
	mode_t before = umask(0177);
	int rc = bind(out->fd, (const struct sockaddr *)un, sizeof(*un));

	umask(before);
	if (rc == -1)
		return io_fault(why, where, "bind");
	out->path = xstrdup(un->sun_path);
	if (lstat(out->path, &out->made) == -1)
		return io_fault(why, where, "lstat");
	return ST_OK;
}

static enum status
unix_bind(const struct listen_options *options, const struct sockaddr_un *un,
    struct listen_socket *out, struct why *why)
{
	uid_t uid = (uid_t)-1;
	gid_t gid = (gid_t)-1;
	enum status rc = ST_OK;

	if (options->owner != NULL)
		rc = find_owner(options->owner, &uid, &gid, why);
	if (rc == ST_OK)
		rc = remove_stale(options, un, why);
	if (rc == ST_OK)
		rc = bind_private(options->where, un, out, why);
	if (rc != ST_OK)
		return rc;
	if (options->owner != NULL && chown(un->sun_path, uid, gid) == -1)
		return io_fault(why, options->where, "chown");
	if (chmod(un->sun_path, options->mode != 0 ? options->mode : MODE_USUAL) == -1)
		return io_fault(why, options->where, "chmod");
	return ST_OK;
}

static enum status
unix_open(
    const struct listen_options *options, struct listen_socket *out, struct why *why)
{
	struct sockaddr_un un;
	enum status rc = unix_address(options->where, &un, why);

	if (rc != ST_OK)
		return rc;
	out->is_unix = true;
	out->fd = socket(AF_UNIX, type_of(options) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (out->fd == -1)
		return io_fault(why, options->where, "socket");
	return unix_bind(options, &un, out, why);
}

/* --- inet --------------------------------------------------------------------- */

/* What is set here is inherited by accepted connections, at no cost for each. */
static void
set_inet_options(int fd, bool is_v6)
{
	const int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (is_v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
}

static enum status
inet_open(
    const struct listen_options *options, struct listen_socket *out, struct why *why)
{
	const char *text = options->where + strlen("inet:");
	struct sockaddr_storage sa;
	struct endpoint e;
	socklen_t len;

	if (endpoint_parse(text, strlen(text), 0, &e) != ST_OK) {
		why_set(
		    why, "%s: not inet:ADDRESS:PORT or inet:[V6]:PORT", options->where);
		return ST_SYNTAX;
	}
	out->fd = socket(e.address.is_v6 ? AF_INET6 : AF_INET,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (out->fd == -1)
		return io_fault(why, options->where, "socket");
	set_inet_options(out->fd, e.address.is_v6);
	len = endpoint_to_sockaddr(&e, &sa);
	if (bind(out->fd, (const struct sockaddr *)&sa, len) == 0)
		return ST_OK;
	io_fault(why, options->where, "bind");
	return errno == EADDRINUSE ? ST_BUSY : ST_IO;
}

/* --- inherited ---------------------------------------------------------------- */

const char *
listen_socket_where(int fd, char buf[LISTEN_WHERE_MAX])
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof(sa);
	struct sockaddr_un un = { 0 };
	struct endpoint e;
	char address[ENDPOINT_TEXT_MAX];

	snprintf(buf, LISTEN_WHERE_MAX, "unknown");
	if (getsockname(fd, (struct sockaddr *)&sa, &len) == -1)
		return buf;
	if (endpoint_from_sockaddr((struct sockaddr *)&sa, &e)) {
		snprintf(buf, LISTEN_WHERE_MAX, "inet:%s", endpoint_text(&e, address));
	} else if (sa.ss_family == AF_UNIX) {
		memcpy(&un, &sa, sizeof(un));
		snprintf(buf, LISTEN_WHERE_MAX, "unix:%s%.*s",
		    un.sun_path[0] == '\0' ? "@" : "", (int)sizeof(un.sun_path) - 1,
		    un.sun_path + (un.sun_path[0] == '\0' ? 1 : 0));
	}
	return buf;
}

static enum status
take_over(
    const struct listen_options *options, struct listen_socket *out, struct why *why)
{
	int fd = options->fd;
	char place[LISTEN_WHERE_MAX];
	int listens = 0, type = 0, family = 0;
	socklen_t len = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == -1 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == -1 ||
	    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) == -1 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return io_fault(why, "inherited socket", "not usable");
	if (type != type_of(options) || listens == options->is_datagram) {
		why_set(why, "inherited descriptor %d: not a %s socket", fd,
		    options->is_datagram ? "datagram" : "listening stream");
		return ST_IO;
	}
	if (family != AF_UNIX)
		set_inet_options(fd, false);
	out->is_unix = family == AF_UNIX;
	out->fd = fd;
	out->where = xstrdup(listen_socket_where(fd, place));
	return ST_OK;
}

/* --- all ---------------------------------------------------------------------- */

static enum status
make(const struct listen_options *options, struct listen_socket *out, struct why *why)
{
	enum status rc;

	if (strncmp(options->where, "unix:", 5) == 0) {
		rc = unix_open(options, out, why);
	} else if (strncmp(options->where, "inet:", 5) == 0 && !options->is_datagram) {
		rc = inet_open(options, out, why);
	} else {
		why_set(why, "%s: %s", options->where,
		    options->is_datagram ? "not unix:/PATH"
					 : "neither unix:/PATH nor inet:ADDRESS:PORT");
		rc = ST_SYNTAX;
	}
	if (rc == ST_OK && !options->is_datagram && listen(out->fd, BACKLOG) == -1) {
		/* Two may bind one port before either listens. */
		io_fault(why, options->where, "listen");
		rc = errno == EADDRINUSE ? ST_BUSY : ST_IO;
	}
	out->where = xstrdup(options->where);
	return rc;
}

enum status
listen_socket_open(
    const struct listen_options *options, struct listen_socket *out, struct why *why)
{
	struct listen_socket made = { .fd = -1 };
	enum status rc;

	if (options->fd >= 0)
		rc = take_over(options, &made, why);
	else
		rc = make(options, &made, why);
	if (rc == ST_OK)
		*out = made;
	else
		listen_socket_close(&made);
	return rc;
}

void
listen_socket_close(struct listen_socket *s)
{
	struct stat now;

	if (s->path != NULL && lstat(s->path, &now) == 0 &&
	    now.st_dev == s->made.st_dev && now.st_ino == s->made.st_ino)
		unlink(s->path);
	if (s->fd != -1)
		close(s->fd);
	free(s->path);
	free(s->where);
}
