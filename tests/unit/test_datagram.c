/*
 * The datagram door: nothing leaves the socket before it is safe.  SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "net/datagram.h"
#include "run_loop.h"

/* What the reader says and what it has got: "a b c " are three datagrams, "|" ends a batch. */
struct reader {
	struct strbuf got;
	size_t longest;
	bool is_full;
	unsigned offered, taken;
};

static char folder[64], place[96];
static struct reader reader;
static struct datagram_door *door;

static bool
on_batch(const struct datagram *batch, size_t count, void *arg)
{
	struct reader *r = arg;
	size_t i;

	r->offered++;
	if (r->is_full)
		return false;
	for (i = 0; i < count; i++) {
		strbuf_add(
		    &r->got, batch[i].bytes, batch[i].len < 8 ? batch[i].len : 1);
		strbuf_addc(&r->got, ' ');
		if (batch[i].len > r->longest)
			r->longest = batch[i].len;
	}
	return true;
}

static void
on_taken(void *arg)
{
	struct reader *r = arg;

	r->taken++;
	strbuf_addc(&r->got, '|');
}

static int
sender(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s/s", folder);
	assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	return fd;
}

static void
say(int fd, const char *bytes, size_t len)
{
	assert_int_equal(send(fd, bytes, len, MSG_DONTWAIT), (ssize_t)len);
}

static void
open_door(int fd)
{
	struct listen_options options = { .where = place, .fd = fd };
	struct why why = { "" };

	if (datagram_open(&options, on_batch, on_taken, &reader, &door, &why) != ST_OK)
		fail_msg("%s", why.text);
}

static void
begin(void)
{
	snprintf(folder, sizeof(folder), "/tmp/hopseal-datagram.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(place, sizeof(place), "unix:%s/s", folder);
	reader = (struct reader){ 0 };
	open_door(-1);
}

static void
end(void)
{
	datagram_close(door);
	strbuf_clear(&reader.got);
	assert_int_equal(rmdir(folder), 0);
}

static void
turns(void)
{
	int i;

	for (i = 0; i < 5; i++)
		one_turn();
}

static void
check_batches(void **state)
{
	int fd;

	(void)state;
	begin();
	fd = sender();
	say(fd, "a", 1);
	say(fd, "b", 1);
	say(fd, "c", 1);
	turns();
	assert_string_equal(strbuf_str(&reader.got), "a b c |");
	say(fd, "d", 1);
	turns();
	assert_string_equal(strbuf_str(&reader.got), "a b c |d |");
	close(fd);
	end();
}

/* The kernel forgets empty ones when it looks again, but not when it takes. */
static void
check_empty(void **state)
{
	int fd;

	(void)state;
	begin();
	fd = sender();
	say(fd, "", 0);
	say(fd, "a", 1);
	say(fd, "", 0);
	say(fd, "", 0);
	say(fd, "b", 1);
	say(fd, "", 0);
	turns();
	assert_string_equal(strbuf_str(&reader.got), "a b |");
	say(fd, "", 0);
	turns();
	say(fd, "c", 1);
	turns();
	assert_string_equal(strbuf_str(&reader.got), "a b |c |");
	close(fd);
	end();
}

/* Refused after they were looked at, with empty ones in between. */
static void
check_refused(void **state)
{
	int fd;

	(void)state;
	begin();
	fd = sender();
	reader.is_full = true;
	say(fd, "a", 1);
	say(fd, "", 0);
	say(fd, "b", 1);
	turns();
	assert_int_equal(reader.offered, 1);
	assert_int_equal(reader.taken, 0);
	reader.is_full = false;
	say(fd, "c", 1);
	turns();
	assert_int_equal(reader.offered, 1);
	datagram_resume(door);
	turns();
	assert_string_equal(strbuf_str(&reader.got), "a b c |");
	close(fd);
	end();
}

/* Who comes after us finds what we had not made safe. */
static void
check_successor(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int held = socket(AF_UNIX, SOCK_DGRAM, 0), fd;

	(void)state;
	begin();
	datagram_close(door);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/s", folder);
	assert_int_equal(bind(held, (struct sockaddr *)&un, sizeof(un)), 0);
	open_door(dup(held));
	fd = sender();
	reader.is_full = true;
	say(fd, "a", 1);
	say(fd, "b", 1);
	turns();
	datagram_close(door);
	reader.is_full = false;
	open_door(dup(held));
	assert_string_equal(datagram_where(door), place);
	turns();
	assert_string_equal(strbuf_str(&reader.got), "a b |");
	close(fd);
	close(held);
	unlink(un.sun_path);
	end();
}

/* libtlsrpt's greatest is what net.core.wmem_default lets through. */
static void
check_long(void **state)
{
	size_t len = 200000;
	char *big = xcalloc(1, len);
	int fd;

	(void)state;
	begin();
	fd = sender();
	memset(big, 'x', len);
	say(fd, "a", 1);
	say(fd, big, len);
	say(fd, "b", 1);
	say(fd, big, 4096);
	say(fd, "c", 1);
	say(fd, big, 4097);
	turns();
	assert_string_equal(strbuf_str(&reader.got), "a |x |b x c |x |");
	assert_int_equal(reader.longest, len);
	close(fd);
	free(big);
	end();
}

static void
check_many(void **state)
{
	int fd, i;
	size_t letters = 0;
	const char *p;

	(void)state;
	begin();
	fd = sender();
	for (i = 0; i < 400; i++) {
		say(fd, "z", 1);
		if (i % 7 == 0)
			say(fd, "", 0);
		if (i % 50 == 0)
			one_turn();
	}
	turns();
	for (p = strbuf_str(&reader.got); *p != '\0'; p++)
		letters += *p == 'z';
	assert_int_equal(letters, 400);
	close(fd);
	end();
}

static void
check_path(void **state)
{
	struct listen_options options = { .where = place, .fd = -1 };
	struct datagram_door *second;
	struct stat st;
	struct why why;

	(void)state;
	begin();
	assert_int_equal(
	    datagram_open(&options, on_batch, on_taken, &reader, &second, &why),
	    ST_BUSY);
	assert_string_equal(strrchr(why.text, ':'), ": another process serves it");
	options.where = "inet:127.0.0.1:9";
	assert_int_equal(
	    datagram_open(&options, on_batch, on_taken, &reader, &second, &why),
	    ST_SYNTAX);
	assert_string_equal(why.text, "inet:127.0.0.1:9: not unix:/PATH");
	assert_int_equal(stat(place + 5, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);
	datagram_close(door);
	assert_int_equal(stat(place + 5, &st), -1);
	open_door(-1);
	end();
}

/* A stream socket that systemd hands over is not one for datagrams, and the other way round. */
static void
check_kind(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct listen_options options = { .fd = fd };
	struct datagram_door *second;
	struct why why;

	(void)state;
	begin();
	assert_int_equal(
	    datagram_open(&options, on_batch, on_taken, &reader, &second, &why), ST_IO);
	assert_non_null(strstr(why.text, "not a datagram socket"));
	close(fd);
	end();
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("datagrams come in batches, in order", check_batches),
		CASE(
		    "empty datagrams are nothing, and take nothing along", check_empty),
		CASE("a refused batch stays in the socket", check_refused),
		CASE("what was not safe is there for a successor", check_successor),
		CASE("long datagrams come alone and whole", check_long),
		CASE("hundreds, more than a batch holds", check_many),
		CASE("the path: mode, who serves it, and its end", check_path),
		CASE("an inherited socket of another kind is refused", check_kind),
	};

	return cases_run_in_loop("datagram", tables, COUNT_OF(tables));
}
