/* SPDX-License-Identifier: ISC */
#include "daemon/listeners.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "config/listen_line.h"
#include "net/listen_socket.h"
#include "net/loop.h"
#include "net/systemd.h"

#define FIRST_INHERITED_FD 3
#define UNIX_PREFIX        "unix:"

/* A connection of a socket that a reload took away may wait so long for its answer. */
#define LEAVE_MS 120000

/* What a socket is for, and the lines of the configuration about it. */
#define DOORS(X)                                                                       \
	X(DOOR_MAP, maps)                                                              \
	X(DOOR_CONTROL, controls)                                                      \
	X(DOOR_METRICS, metrics)                                                       \
	X(DOOR_TLSRPT, tlsrpts)

enum door {
#define X(name, member) name,
	DOORS(X)
#undef X
};

#define DOOR_COUNT (DOOR_TLSRPT + 1)

static const struct listen_lines *
lines_of(const struct config *config, enum door door)
{
	const struct listen_lines *const lines[] = {
#define X(name, member) [name] = &config->member,
		DOORS(X)
#undef X
	};

	return lines[door];
}

struct listening {
	struct listeners *all;
	enum door door;
	struct listener *listener;       /* of streams; NULL for DOOR_TLSRPT */
	struct datagram_door *datagrams; /* of DOOR_TLSRPT */
	char *line; /* of the configuration; NULL: inherited, stays for good */
	bool is_new, is_wanted;
	struct loop_timer *end; /* has stopped; the timer closes it */
};

static const char *
where(const struct listening *l)
{
	return l->door == DOOR_TLSRPT ? datagram_where(l->datagrams)
				      : listener_where(l->listener);
}

static void
listening_free(struct listening *l)
{
	loop_timer_free(l->end);
	if (l->listener != NULL)
		listener_close(l->listener);
	datagram_close(l->datagrams);
	free(l->line);
	free(l);
}

static void
forget(struct listeners *all, const struct listening *l)
{
	size_t i;

	for (i = 0; all->items[i] != l; i++)
		continue;
	all->items[i] = all->items[--all->count];
}

/* --- opening --------------------------------------------------------------------------------- */

static enum status
open_door(struct listening *l, const struct listen_options *options, struct why *why)
{
	switch (l->door) {
	case DOOR_MAP:
		return stream_listen(
		    options, &door_map_handler, l->all->map, &l->listener, why);
	case DOOR_CONTROL:
		return stream_listen(
		    options, &door_control_handler, l->all->control, &l->listener, why);
	case DOOR_METRICS:
		return stream_listen(
		    options, &door_metrics_handler, l->all->metrics, &l->listener, why);
	case DOOR_TLSRPT:
		break;
	}
	return datagram_open(options, door_tlsrpt_take, door_tlsrpt_taken,
	    l->all->tlsrpt, &l->datagrams, why);
}

static enum status
open_one(struct listeners *all, const struct listen_options *options, enum door door,
    struct listening **out, struct why *why)
{
	struct listening *l = xcalloc(1, sizeof(*l));
	enum status st;

	l->all = all;
	l->door = door;
	l->is_wanted = true;
	st = open_door(l, options, why);
	if (st != ST_OK) {
		free(l);
		return st;
	}
	all->items = xreallocarray(all->items, all->count + 1, sizeof(all->items[0]));
	all->items[all->count++] = l;
	*out = l;
	return ST_OK;
}

/* /run is empty after every start of the machine: the folder below it is ours to make. */
static enum status
make_folder(const struct identity *identity, const char *where, struct why *why)
{
	const char *path = where + strlen(UNIX_PREFIX);
	const char *slash = strrchr(path, '/');
	enum status st;
	char *folder;

	if (strncmp(where, UNIX_PREFIX, strlen(UNIX_PREFIX)) != 0 || slash == path)
		return ST_OK;
	folder = xmemdup(path, (size_t)(slash - path));
	st = identity_make_folder(identity, folder, 0755, why);
	free(folder);
	return st;
}

static enum status
open_line(struct listeners *all, const struct config *config,
    const struct listen_line *line, enum door door, struct why *why)
{
	struct listen_options options = {
		.where = line->where,
		.owner = line->owner,
		.mode = line->mode,
		.fd = -1,
		.stream_max = config->stream_max,
	};
	struct strbuf text = STRBUF_INIT;
	struct listening *l;
	enum status st;

	/* Sockets belong to the user, so that he may remove them; but only root gives away. */
	if (options.owner == NULL && geteuid() == 0)
		options.owner = all->identity->user;
	st = make_folder(all->identity, line->where, why);
	if (st == ST_OK)
		st = open_one(all, &options, door, &l, why);
	if (st != ST_OK)
		return st;
	listen_line_add(line, &text);
	l->line = strbuf_take(&text);
	l->is_new = true;
	return ST_OK;
}

/* --- from systemd ------------------------------------------------------------------------------ */

static bool
is_among(const char *path, const struct listen_lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		if (strcmp(path, lines->items[i].where) == 0)
			return true;
	return false;
}

/* What an inherited socket is for: its type says, or the line that names the place it is bound to. */
static enum door
door_of(int fd, const struct config *config)
{
	static const enum door named[] = { DOOR_CONTROL, DOOR_METRICS };
	char place[LISTEN_WHERE_MAX];
	socklen_t len = sizeof(int);
	int type = 0;
	size_t i;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_DGRAM)
		return DOOR_TLSRPT;
	listen_socket_where(fd, place);
	for (i = 0; i < COUNT_OF(named); i++)
		if (is_among(place, lines_of(config, named[i])))
			return named[i];
	return DOOR_MAP;
}

enum status
listeners_inherit(struct listeners *all, const struct config *config, struct why *why)
{
	int count = systemd_listen_fds(), i;
	enum status st = ST_OK;
	struct listening *l;

	for (i = 0; st == ST_OK && i < count; i++) {
		struct listen_options options = {
			.fd = FIRST_INHERITED_FD + i,
			.stream_max = config->stream_max,
		};

		st = open_one(all, &options, door_of(options.fd, config), &l, why);
	}
	return st;
}

/* --- start and reload --------------------------------------------------------------------------- */

static struct listening *
find(const struct listeners *all, const struct listen_line *line, enum door door)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->items[i]->end == NULL && all->items[i]->door == door &&
		    strcmp(where(all->items[i]), line->where) == 0)
			return all->items[i];
	return NULL;
}

/* Owner and mode were set when the socket was made; as its user we cannot give it away. */
static void
compare(const struct listening *l, const struct listen_line *line)
{
	struct strbuf text = STRBUF_INIT;

	listen_line_add(line, &text);
	if (l->line != NULL && strcmp(l->line, strbuf_str(&text)) != 0)
		log_warn("reload: socket=\"%s\" wanted=\"%s\" action=\"owner and mode "
			 "change with a restart\"",
		    l->line, strbuf_str(&text));
	strbuf_clear(&text);
}

static enum status
plan_door(
    struct listeners *all, const struct config *config, enum door door, struct why *why)
{
	const struct listen_lines *lines = lines_of(config, door);
	enum status st = ST_OK;
	struct listening *l;
	size_t i;

	for (i = 0; st == ST_OK && i < lines->count; i++) {
		l = find(all, &lines->items[i], door);
		if (l == NULL) {
			st = open_line(all, config, &lines->items[i], door, why);
		} else {
			l->is_wanted = true;
			compare(l, &lines->items[i]);
		}
	}
	return st;
}

enum status
listeners_plan(struct listeners *all, const struct config *config, struct why *why)
{
	enum status st = ST_OK;
	enum door door;
	size_t i;

	for (i = 0; i < all->count; i++)
		all->items[i]->is_wanted = all->items[i]->line == NULL;
	for (door = DOOR_MAP; st == ST_OK && door < DOOR_COUNT; door++)
		st = plan_door(all, config, door, why);
	if (st != ST_OK)
		listeners_rollback(all);
	return st;
}

static void
on_left(void *arg)
{
	struct listening *l = arg;

	forget(l->all, l);
	listening_free(l);
}

static void
leave(struct listening *l)
{
	log_info("reload: socket=\"%s\" action=closed", l->line);
	if (l->listener != NULL)
		listener_stop(l->listener);
	l->end = loop_timer_new(on_left, l);
	loop_timer_set(l->end, LEAVE_MS);
}

void
listeners_commit(struct listeners *all)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		all->items[i]->is_new = false;
		if (!all->items[i]->is_wanted && all->items[i]->end == NULL)
			leave(all->items[i]);
	}
}

void
listeners_rollback(struct listeners *all)
{
	size_t i;

	for (i = all->count; i-- > 0;) {
		struct listening *l = all->items[i];

		if (!l->is_new)
			continue;
		forget(all, l);
		listening_free(l);
	}
}

/* --- the end ------------------------------------------------------------------------------------ */

void
listeners_stop(struct listeners *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->items[i]->listener != NULL)
			listener_stop(all->items[i]->listener);
}

void
listeners_resume(struct listeners *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->items[i]->datagrams != NULL)
			datagram_resume(all->items[i]->datagrams);
}

void
listeners_clear(struct listeners *all)
{
	while (all->count > 0)
		listening_free(all->items[--all->count]);
	free(all->items);
	all->items = NULL;
}

void
listeners_add_text(const struct listeners *all, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->items[i]->end == NULL)
			strbuf_addf(
			    out, "%s%s", out->len > 0 ? " " : "", where(all->items[i]));
}
