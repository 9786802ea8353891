/* SPDX-License-Identifier: ISC */
#include "report/spool_in.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "wire/spool_file.h"

#define CHUNK (64 * 1024)

/* One file of an adapter. */
struct spool {
	char *path, *taken; /* taken: what it is called while it is read */
	char *folder;
	int fd; /* of taken; -1: not open */
	bool is_end;
	bool has_complained;
	struct strbuf buf; /* what was read and not yet used, from pos on */
	size_t pos;
	struct spool_in_status here; /* of this file */
};

struct spool_in {
	struct account *account;
	struct loop_timer *timer;
	struct spool_in_status status; /* of files that are done */
	size_t count, current;
	struct spool spools[];
};

/* --- finding the file ---------------------------------------------------- */

/* Say once what keeps us from a file; fault is NULL when nothing does any more. */
static void
complain(struct spool *s, const char *fault)
{
	if (fault != NULL && !s->has_complained)
		log_warn("spool: path=\"%s\" status=refused reason=\"%s\" "
			 "action=events-wait",
		    s->path, fault);
	s->has_complained = fault != NULL;
}

/* Why a file is not ours to take; NULL: it is. */
static const char *
fault_of(const struct spool *s, int fd)
{
	struct stat file, folder;

	if (fstat(fd, &file) == -1 || stat(s->folder, &folder) == -1)
		return strerror(errno);
	if (!S_ISREG(file.st_mode))
		return "not a regular file";
	if (file.st_nlink != 1)
		return "has another name, too";
	if ((folder.st_mode & S_IWOTH) != 0 && file.st_uid != 0 &&
	    file.st_uid != geteuid())
		return "somebody else's in a folder that everybody may write into";
	return NULL;
}

/* -1: it is not there, or *fault says why not. */
static int
open_file(const struct spool *s, const char *path, const char **fault)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1) {
		*fault = errno == ENOENT  ? NULL
			 : errno == ELOOP ? "a symbolic link"
					  : strerror(errno);
		return -1;
	}
	*fault = fault_of(s, fd);
	if (*fault == NULL)
		return fd;
	close(fd);
	return -1;
}

/* Rename the adapters' file; a writer that waits for the lock sees that, and makes a new one.  -1: not now. */
static int
set_aside(const struct spool *s, const char **fault)
{
	int fd = open_file(s, s->path, fault);

	if (fd == -1)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) { /* somebody is just writing */
		close(fd);
		return -1;
	}
	if (rename(s->path, s->taken) == -1) {
		*fault = strerror(errno);
		close(fd);
		return -1;
	}
	flock(fd, LOCK_UN);
	return fd;
}

/* What an earlier process left goes first. */
static bool
is_open(struct spool *s)
{
	const char *fault;

	if (s->fd != -1)
		return true;
	s->fd = open_file(s, s->taken, &fault);
	if (s->fd == -1 && fault == NULL)
		s->fd = set_aside(s, &fault);
	complain(s, fault);
	return s->fd != -1;
}

static void
reset(struct spool *s)
{
	close(s->fd);
	s->fd = -1;
	s->is_end = false;
	s->pos = 0;
	strbuf_clear(&s->buf);
	s->here = (struct spool_in_status){ 0 };
}

/* --- reading it ------------------------------------------------------------ */

enum step {
	STEP_ON,   /* there may be more */
	STEP_NEXT, /* done with this file: the next one */
	STEP_WAIT, /* nothing is taken now */
};

static void
read_more(struct spool *s)
{
	ssize_t n;

	strbuf_consume(&s->buf, s->pos);
	s->pos = 0;
	strbuf_reserve(&s->buf, CHUNK);
	n = read(s->fd, s->buf.data + s->buf.len, CHUNK);
	if (n == -1)
		log_err("spool: path=\"%s\" read=failed reason=\"%s\" "
			"action=rest-is-lost",
		    s->taken, strerror(errno));
	if (n > 0)
		strbuf_truncate(&s->buf, s->buf.len + (size_t)n);
	s->is_end = n <= 0;
}

static enum step
finish(struct spool_in *in, struct spool *s)
{
	if (unlink(s->taken) == -1 && errno != ENOENT) {
		complain(s, strerror(errno));
		return STEP_NEXT;
	}
	log_info("spool: path=\"%s\" events=%llu refused=%llu damaged=%llu "
		 "status=taken",
	    s->path, (unsigned long long)s->here.taken,
	    (unsigned long long)s->here.refused, (unsigned long long)s->here.damaged);
	in->status.taken += s->here.taken;
	in->status.refused += s->here.refused;
	in->status.damaged += s->here.damaged;
	reset(s);
	return STEP_NEXT;
}

static enum step
offer(struct spool_in *in, struct spool *s, const char *json, size_t len, size_t used)
{
	struct why why;
	enum status rc = account_take_event(in->account, json, len, &why);

	if (rc == ST_IO)
		return STEP_WAIT;
	if (rc == ST_OK) {
		s->here.taken++;
	} else if (s->here.refused++ == 0) {
		log_warn("spool: path=\"%s\" event=refused reason=\"%s\" "
			 "action=dropped",
		    s->path, why.text);
	}
	s->pos += used;
	return STEP_ON;
}

static enum step
take_record(struct spool_in *in, struct spool *s)
{
	size_t left = s->buf.len - s->pos, len, used;
	const char *json;
	enum status rc = ST_MORE;

	if (left > 0)
		rc = spool_record_parse(
		    s->buf.data + s->pos, left, s->is_end, &json, &len, &used);
	if (rc == ST_OK)
		return offer(in, s, json, len, used);
	if (rc == ST_SYNTAX) {
		s->here.damaged++;
		s->pos += used;
		return STEP_ON;
	}
	if (s->is_end)
		return finish(in, s);
	read_more(s);
	return STEP_ON;
}

/* A slice of one file, then the loop has its turn. */
static void
on_timer(void *arg)
{
	struct spool_in *in = arg;
	enum step step = STEP_ON;
	int i;

	for (i = 0; i < SPOOL_IN_SLICE && in->current < in->count && step != STEP_WAIT;
	     i++) {
		struct spool *s = &in->spools[in->current];

		step = is_open(s) ? take_record(in, s) : STEP_NEXT;
		if (step == STEP_NEXT)
			in->current++;
	}
	if (step == STEP_WAIT || in->current == in->count) {
		in->current = 0;
		loop_timer_set(in->timer, SPOOL_IN_EVERY_MS);
	} else {
		loop_timer_set(in->timer, 0);
	}
}

static void
init(struct spool *s, const char *path)
{
	struct strbuf text = STRBUF_INIT;
	const char *slash = strrchr(path, '/');

	s->fd = -1;
	s->path = xstrdup(path);
	strbuf_addf(&text, "%s%s", path, SPOOL_TAKEN);
	s->taken = strbuf_take(&text);
	if (slash != NULL)
		strbuf_add(&text, path, (size_t)(slash - path) + 1);
	else
		strbuf_addc(&text, '.');
	s->folder = strbuf_take(&text);
}

struct spool_in *
spool_in_start(struct account *account, const char *const *paths, size_t count)
{
	struct spool_in *in = xcalloc(1, sizeof(*in) + count * sizeof(in->spools[0]));

	in->account = account;
	for (; in->count < count; in->count++)
		init(&in->spools[in->count], paths[in->count]);
	in->timer = loop_timer_new(on_timer, in);
	loop_timer_set(in->timer, 0);
	return in;
}

void
spool_in_stop(struct spool_in *in)
{
	size_t i;

	if (in == NULL)
		return;
	for (i = 0; i < in->count; i++) {
		struct spool *s = &in->spools[i];

		if (s->fd != -1)
			reset(s);
		free(s->path);
		free(s->taken);
		free(s->folder);
	}
	loop_timer_free(in->timer);
	free(in);
}

void
spool_in_status(const struct spool_in *in, struct spool_in_status *out)
{
	size_t i;

	*out = in->status;
	for (i = 0; i < in->count; i++) {
		out->taken += in->spools[i].here.taken;
		out->refused += in->spools[i].here.refused;
		out->damaged += in->spools[i].here.damaged;
	}
}
