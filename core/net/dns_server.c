/* SPDX-License-Identifier: ISC */
#include "net/dns_server.h"

#include <sys/random.h>

/* What is deprecated in 1.34 has no other form in 1.18, and works in both. */
#define CARES_NO_DEPRECATED
#include <ares.h>

#include "base/mem.h"
#include "net/dns.h"
#include "net/loop.h"

#define TICK_MS         100
#define CLASS_IN        1
#define EDNS_BYTES      1232 /* passes without fragments (DNS flag day 2020) */
#define FLAGS_AT        3    /* AD and CD in the header */
#define FLAG_AUTHENTIC  0x20
#define FLAG_UNCHECKED  0x10
#define DO_BEFORE_END   4 /* OPT is the last record, and empty (RFC 6891, 6.1.3) */
#define FLAG_DNSSEC_OK  0x80
#define IDS             65536
#define OUTSTANDING_MAX (IDS / 2) /* so that a random id is soon a free one */

/*
 * A late answer is heard only while its question is out, so c-ares goes on for longer than
 * anybody waits.  1.34 waits five times the mean latency, which a cache makes very short:
 * it needs more tries, and a limit for one.
 */
#ifdef ARES_OPT_MAXTIMEOUTMS
#define TRIES 6
#else
#define TRIES 3
#endif
#define TRY_MAX_MS 5000

struct dns_server {
	ares_channel channel;
	size_t outstanding;        /* attempts that c-ares has */
	uint8_t used_ids[IDS / 8]; /* a bit for each; theirs */
	struct loop_timer *tick;   /* for c-ares' own timeouts, while it has attempts */
	struct loop_io **watches;  /* by descriptor */
	size_t watch_count;
};

/* c-ares cannot cancel one question, so this may outlive the wish for an answer. */
struct dns_attempt {
	struct dns_server *server;
	struct domain name;
	enum dns_type type;
	unsigned flags;
	uint16_t id;
	dns_attempt_fn *fn; /* NULL: forgotten */
	void *arg;
	bool is_done; /* deliver is deferred */
	bool was_heard;
	struct dns_reply reply;
};

/* --- ids ---------------------------------------------------------------------- */

/* c-ares 1.18 sends the id that it is given: it must be unguessable (RFC 5452, section 9.2)
 * and different from all others that are out. */
static uint16_t
take_id(struct dns_server *server)
{
	uint8_t bit;
	uint16_t id;

	do {
		if (getrandom(&id, sizeof(id), 0) != sizeof(id))
			abort(); /* cannot fail for so few bytes */
		bit = (uint8_t)(1 << id % 8);
	} while ((server->used_ids[id / 8] & bit) != 0);
	server->used_ids[id / 8] |= bit;
	return id;
}

static void
give_id_back(struct dns_server *server, uint16_t id)
{
	server->used_ids[id / 8] &= (uint8_t) ~(1 << id % 8);
}

/* --- one question ------------------------------------------------------------- */

static void
attempt_free(struct dns_attempt *a)
{
	dns_reply_clear(&a->reply);
	free(a);
}

static void
deliver(void *arg)
{
	struct dns_attempt *a = arg;
	struct dns_reply reply = a->reply;

	a->reply = (struct dns_reply){ .outcome = DNS_ERROR };
	a->fn(&reply, a->was_heard, a->arg);
	attempt_free(a);
}

static void
finish(struct dns_attempt *a)
{
	a->is_done = true;
	if (a->fn != NULL)
		loop_defer(deliver, a);
	else
		attempt_free(a);
}

static const char *
failure_text(int status)
{
	if (status == ARES_ETIMEOUT)
		return "timeout";
	if (status == ARES_ECONNREFUSED)
		return "name server unreachable";
	return ares_strerror(status);
}

static void
on_answer(void *arg, int status, int timeouts UNUSED, unsigned char *msg, int len)
{
	struct dns_attempt *a = arg;

	give_id_back(a->server, a->id);
	a->server->outstanding--;
	a->was_heard = status == ARES_SUCCESS;
	if (a->was_heard)
		dns_reply_parse(msg, (size_t)len, &a->name, a->type, &a->reply);
	else
		dns_reply_fail(&a->reply, &a->name, failure_text(status));
	finish(a);
}

/* AD: RFC 6840, section 5.7. */
static void
set_flags(unsigned flags, unsigned char *msg, int len)
{
	msg[FLAGS_AT] |= FLAG_AUTHENTIC;
	if ((flags & DNS_UNCHECKED) != 0)
		msg[FLAGS_AT] |= FLAG_UNCHECKED;
	if ((flags & DNS_SIGNATURES) != 0)
		msg[len - DO_BEFORE_END] |= FLAG_DNSSEC_OK;
}

static void
send_question(struct dns_attempt *a)
{
	struct dns_server *server = a->server;
	unsigned char *msg = NULL;
	int rc, len;

	a->id = take_id(server);
	if (server->outstanding++ == 0)
		loop_timer_set(server->tick, TICK_MS);
	rc = ares_create_query(a->name.text, CLASS_IN, a->type, a->id,
	    (a->flags & DNS_DIRECT) == 0, &msg, &len, EDNS_BYTES);
	if (rc != ARES_SUCCESS) {
		on_answer(a, rc, 0, NULL, 0);
		return;
	}
	set_flags(a->flags, msg, len);
	ares_send(server->channel, msg, len, on_answer, a);
	ares_free_string(msg);
}

struct dns_attempt *
dns_server_ask(struct dns_server *server, unsigned flags, const struct domain *name,
    enum dns_type type, dns_attempt_fn *fn, void *arg)
{
	struct dns_attempt *a = xcalloc(1, sizeof(*a));

	a->server = server;
	a->name = *name;
	a->type = type;
	a->flags = flags;
	a->fn = fn;
	a->arg = arg;
	if (server->outstanding < OUTSTANDING_MAX) {
		send_question(a);
	} else {
		dns_reply_fail(&a->reply, name, "too many questions outstanding");
		finish(a);
	}
	return a;
}

void
dns_attempt_forget(struct dns_attempt *a)
{
	if (a == NULL)
		return;
	a->fn = NULL;
	if (a->is_done) {
		loop_deferred_cancel(deliver, a);
		attempt_free(a);
	}
}

/* --- c-ares in the loop ------------------------------------------------------- */

static void
on_ready(int fd, int events, void *arg)
{
	struct dns_server *server = arg;

	ares_process_fd(server->channel, events == LOOP_READ ? fd : ARES_SOCKET_BAD,
	    events == LOOP_WRITE ? fd : ARES_SOCKET_BAD);
}

/* ares_timeout() looks at every question that is out; this costs ten calls a second. */
static void
on_tick(void *arg)
{
	struct dns_server *server = arg;

	ares_process_fd(server->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	if (server->outstanding > 0)
		loop_timer_set(server->tick, TICK_MS);
}

static void
make_room_for(struct dns_server *server, size_t fd)
{
	size_t count = server->watch_count;

	if (fd < count)
		return;
	server->watches =
	    xreallocarray(server->watches, fd + 1, sizeof(server->watches[0]));
	memset(
	    server->watches + count, 0, (fd + 1 - count) * sizeof(server->watches[0]));
	server->watch_count = fd + 1;
}

/* What c-ares waits for; nothing: the socket is about to be closed. */
static void
on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct dns_server *server = arg;
	int events = (readable ? LOOP_READ : 0) | (writable ? LOOP_WRITE : 0);
	struct loop_io **watch;

	make_room_for(server, (size_t)fd);
	watch = &server->watches[fd];
	if (events == 0) {
		loop_io_free(*watch);
		*watch = NULL;
	} else if (*watch == NULL) {
		*watch = loop_io_new(fd, events, on_ready, server);
	} else {
		loop_io_want(*watch, events);
	}
}

/* What came after 1.18; returns the bits for the mask. */
static int
set_newer_options(struct ares_options *o UNUSED)
{
	int mask = 0;

#ifdef ARES_OPT_MAXTIMEOUTMS
	o->maxtimeout = TRY_MAX_MS;
	mask |= ARES_OPT_MAXTIMEOUTMS;
#endif
#ifdef ARES_OPT_QUERY_CACHE
	o->qcache_max_ttl = 0; /* its key leaves AD out */
	mask |= ARES_OPT_QUERY_CACHE;
#endif
#ifdef ARES_OPT_UDP_MAX_QUERIES
	o->udp_max_queries = 256; /* then another port (RFC 5452, section 9.2) */
	mask |= ARES_OPT_UDP_MAX_QUERIES;
#endif
	return mask;
}

static int
open_channel(struct dns_server *server, const struct endpoint *address, int try_ms)
{
	struct ares_options o = { 0 };
	char text[ENDPOINT_TEXT_MAX];
	int mask = set_newer_options(&o), rc;

	/* NOCHECKRESP: SERVFAIL comes as a message and not as a dead server. */
	o.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH |
		  ARES_FLAG_NOALIASES;
	o.timeout = try_ms;
	o.tries = TRIES;
	o.ednspsz = EDNS_BYTES;
	o.sock_state_cb = on_socket_state;
	o.sock_state_cb_data = server;
	mask |= ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB;
	rc = ares_init_options(&server->channel, &o, mask);
	if (rc != ARES_SUCCESS)
		return rc;
	return ares_set_servers_ports_csv(
	    server->channel, endpoint_text(address, text));
}

enum status
dns_server_open(const struct endpoint *address, int try_ms, struct dns_server **out,
    struct why *why)
{
	struct dns_server *server = xcalloc(1, sizeof(*server));
	int rc = ares_library_init(ARES_LIB_INIT_ALL);

	server->tick = loop_timer_new(on_tick, server);
	if (rc == ARES_SUCCESS)
		rc = open_channel(server, address, try_ms);
	if (rc != ARES_SUCCESS) {
		why_set(why, "DNS cannot be set up: %s", ares_strerror(rc));
		dns_server_close(server);
		return ST_LIBRARY;
	}
	*out = server;
	return ST_OK;
}

void
dns_server_close(struct dns_server *server)
{
	if (server == NULL)
		return;
	if (server->channel != NULL)
		ares_destroy(server->channel); /* ends what is still out */
	ares_library_cleanup();
	loop_timer_free(server->tick);
	free(server->watches);
	free(server);
}
