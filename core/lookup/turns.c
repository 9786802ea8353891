/* SPDX-License-Identifier: ISC */
#include "lookup/turns.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

#define NEVER INT64_MIN

/* What a note is about, and its name: a domain, a host, or an address as text. */
enum kind { NOTE_DOMAIN, NOTE_HOST, NOTE_ADDRESS };
struct key {
	enum kind kind;
	const char *text;
	size_t len;
};

struct note {
	struct map_link link;
	struct list by_use;
	enum kind kind;
	char text[DOMAIN_MAX + 1];
	int64_t given_ms; /* of a domain and a host: the route; NEVER */
	/* Of a domain: when it was asked for last, to which host it leads, and whether a session was seen since. */
	int64_t asked_ms;
	struct domain host;
	size_t address_count;
	struct address *addresses; /* owned */
	bool is_seen;
	int64_t failed_ms;        /* of a host; NEVER */
	struct next_hop next_hop; /* of an address */
};

struct turns {
	struct map map;
	struct list by_use; /* longest ago first */
	size_t max;
};

/* --- notes ---------------------------------------------------------------------------------- */

static struct key
key_of(enum kind kind, const struct domain *name)
{
	return (struct key){ kind, name->text, name->len };
}

static struct key
key_of_address(const struct address *address, char buf[ADDRESS_TEXT_MAX])
{
	const char *text = address_text(address, buf);

	return (struct key){ NOTE_ADDRESS, text, strlen(text) };
}

static uint64_t
hash_of(const struct map *map, const struct key *key)
{
	return map_hash(map, key->text, key->len) + (uint64_t)key->kind;
}

static bool
is_for(const struct map_link *link, const void *arg)
{
	const struct note *n = LIST_ITEM(link, struct note, link);
	const struct key *key = arg;

	return n->kind == key->kind && strcmp(n->text, key->text) == 0;
}

static struct note *
find(const struct turns *t, struct key key)
{
	struct map_link *link = map_find(&t->map, hash_of(&t->map, &key), is_for, &key);

	return link != NULL ? LIST_ITEM(link, struct note, link) : NULL;
}

static void
note_free(struct turns *t, struct note *n)
{
	map_remove(&t->map, &n->link);
	list_remove(&n->by_use);
	free(n->addresses);
	free(n);
}

static struct note *
add(struct turns *t, struct key key)
{
	struct note *n = xcalloc(1, sizeof(*n));

	if (t->map.count >= t->max)
		note_free(t, LIST_ITEM(t->by_use.next, struct note, by_use));
	n->kind = key.kind;
	memcpy(n->text, key.text, key.len + 1);
	n->given_ms = n->failed_ms = NEVER;
	list_init(&n->by_use);
	map_add(&t->map, &n->link, hash_of(&t->map, &key));
	return n;
}

/* The note about it, found or new, used now; it lives until the next one is made. */
static struct note *
get(struct turns *t, struct key key)
{
	struct note *n = find(t, key);

	if (n == NULL)
		n = add(t, key);
	list_remove(&n->by_use);
	list_append(&t->by_use, &n->by_use);
	return n;
}

struct turns *
turns_new(size_t max)
{
	struct turns *t = xcalloc(1, sizeof(*t));

	t->max = max > 0 ? max : 1;
	map_init(&t->map, 0);
	list_init(&t->by_use);
	return t;
}

void
turns_free(struct turns *t)
{
	if (t == NULL)
		return;
	while (!list_is_empty(&t->by_use))
		note_free(t, LIST_ITEM(t->by_use.next, struct note, by_use));
	map_clear(&t->map);
	free(t);
}

/* --- choosing -------------------------------------------------------------------------------- */

/* NEVER: it has not failed lately. */
static int64_t
failed_at(const struct turns *t, const struct domain *host, int64_t now_ms)
{
	const struct note *n = find(t, key_of(NOTE_HOST, host));

	if (n == NULL || n->failed_ms == NEVER ||
	    now_ms - n->failed_ms >= TURN_FAILED_MS)
		return NEVER;
	return n->failed_ms;
}

static int64_t
given_at(const struct turns *t, const struct domain *host)
{
	const struct note *n = find(t, key_of(NOTE_HOST, host));

	return n != NULL ? n->given_ms : NEVER;
}

/* What is compared, in this order; the least is chosen. */
#define RANKS 4
struct rank {
	int64_t by[RANKS];
};

static struct rank
rank_of(const struct turns *t, const struct relay_host *r, int64_t now_ms)
{
	const struct domain *name = r->host->name;

	return (struct rank){ { failed_at(t, name, now_ms), r->tier,
	    r->host->preference, given_at(t, name) } };
}

static bool
is_before(const struct rank *a, const struct rank *b)
{
	size_t i;

	for (i = 0; i + 1 < RANKS && a->by[i] == b->by[i]; i++)
		continue;
	return a->by[i] < b->by[i];
}

static const struct domain *
choose(
    const struct turns *t, const struct relay_host *hosts, size_t count, int64_t now_ms)
{
	struct rank rank, least = rank_of(t, &hosts[0], now_ms);
	size_t i, best = 0;

	for (i = 1; i < count; i++) {
		rank = rank_of(t, &hosts[i], now_ms);
		if (is_before(&rank, &least)) {
			least = rank;
			best = i;
		}
	}
	return hosts[best].host->name;
}

/* The name among the hosts that is this one; NULL: none. */
static const struct domain *
find_among(const struct relay_host *hosts, size_t count, const struct domain *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (domain_equal(hosts[i].host->name, name))
			return hosts[i].host->name;
	return NULL;
}

/* The host of the route that was given a moment ago, if it is still one to be given. */
static const struct domain *
choose_again(const struct turns *t, const struct note *last,
    const struct relay_host *hosts, size_t count, int64_t now_ms)
{
	if (now_ms - last->given_ms >= TURN_SAME_MS ||
	    failed_at(t, &last->host, now_ms) != NEVER)
		return NULL;
	return find_among(hosts, count, &last->host);
}

/* --- remembering ----------------------------------------------------------------------------- */

static void
note_addresses(struct turns *t, const struct next_hop *next_hop,
    const struct address *addresses, size_t count)
{
	char buf[ADDRESS_TEXT_MAX];
	size_t i;

	for (i = 0; i < count; i++)
		get(t, key_of_address(&addresses[i], buf))->next_hop = *next_hop;
}

static void
note_route(struct turns *t, const struct next_hop *next_hop, const struct domain *host,
    const struct host_facts *facts, int64_t now_ms)
{
	struct note *n = get(t, key_of(NOTE_DOMAIN, &next_hop->domain));

	free(n->addresses);
	n->address_count = facts->address_count;
	n->addresses = xmemdup(
	    facts->addresses, facts->address_count * sizeof(facts->addresses[0]));
	n->host = *host;
	n->given_ms = n->asked_ms = now_ms;
	n->is_seen = false;
	get(t, key_of(NOTE_HOST, host))->given_ms = now_ms;
	note_addresses(t, next_hop, facts->addresses, facts->address_count);
}

static void
note_failure(struct turns *t, const struct domain *host, int64_t now_ms)
{
	get(t, key_of(NOTE_HOST, host))->failed_ms = now_ms;
}

/* Asked for again though nobody has seen a session: it came to nothing. */
static void
note_silence(struct turns *t, const struct note *last, int64_t now_ms)
{
	const struct domain host = last->host;

	if (!last->is_seen)
		note_failure(t, &host, now_ms);
}

static const struct domain *
take_other(struct turns *t, const struct answer *answer, const struct route *route,
    const struct relay_host *hosts, size_t count, int64_t now_ms)
{
	static const struct host_facts unknown = { .address_count = 0 };
	const struct domain *host = choose(t, hosts, count, now_ms);
	const struct host_facts *facts =
	    route != NULL ? route_find_host(route, host) : NULL;

	note_route(t, answer->next_hop, host, facts != NULL ? facts : &unknown, now_ms);
	return host;
}

const struct domain *
turns_take(struct turns *t, const struct answer *answer, const struct route *route,
    int64_t now_ms)
{
	struct relay_host hosts[ANSWER_HOSTS_MAX];
	size_t count = opensmtpd_hosts(answer, hosts);
	struct note *last = find(t, key_of(NOTE_DOMAIN, &answer->next_hop->domain));
	const struct domain *host = NULL;

	if (count == 0)
		return NULL;
	if (last != NULL)
		host = choose_again(t, last, hosts, count, now_ms);
	if (host != NULL) {
		last->asked_ms = now_ms;
		return host;
	}
	if (last != NULL)
		note_silence(t, last, now_ms);
	return take_other(t, answer, route, hosts, count, now_ms);
}

/* --- what came of it ------------------------------------------------------------------------- */

/* The next-hop of the event, or of the last route to its address; NULL: there was none. */
static const struct next_hop *
next_hop_of(const struct turns *t, const struct tls_event *e, struct next_hop *buf)
{
	char text[ADDRESS_TEXT_MAX];
	const struct note *n;

	if (e->next_hop.len > 0) {
		*buf = (struct next_hop){ .domain = e->next_hop,
			.is_host = e->is_next_hop_host };
		return buf;
	}
	n = find(t, key_of_address(&e->remote, text));
	return n != NULL ? &n->next_hop : NULL;
}

static bool
has_address(const struct note *n, const struct address *address)
{
	size_t i;

	for (i = 0; i < n->address_count; i++)
		if (address_equal(&n->addresses[i], address))
			return true;
	return false;
}

static bool
has_failed(const struct tls_event *e)
{
	return e->tls != TLS_UP || e->has_result || e->verified == VERIFIED_NO;
}

/* Mail that is routed goes under verified TLS, or not at all. */
static void
complete(const struct note *route, const struct next_hop *next_hop, struct tls_event *e)
{
	bool is_mail = e->next_hop.len > 0;

	e->host = route->host;
	if (is_mail && e->verified == VERIFIED_UNKNOWN && !has_failed(e))
		e->verified = VERIFIED_NAME;
	if (is_mail)
		return;
	e->next_hop = next_hop->domain;
	e->is_next_hop_host = next_hop->is_host;
	e->verified = VERIFIED_NO;
}

bool
turns_see(struct turns *t, struct tls_event *e, int64_t now_ms)
{
	struct next_hop buf;
	const struct next_hop *next_hop =
	    e->has_remote ? next_hop_of(t, e, &buf) : NULL;
	struct note *route = NULL;

	if (next_hop != NULL)
		route = find(t, key_of(NOTE_DOMAIN, &next_hop->domain));
	if (route == NULL || !has_address(route, &e->remote) ||
	    now_ms - route->asked_ms > TURN_SEEN_MS)
		return false;
	route->is_seen = true;
	complete(route, next_hop, e);
	if (has_failed(e))
		note_failure(t, &e->host, now_ms);
	else
		get(t, key_of(NOTE_HOST, &e->host))->failed_ms = NEVER;
	return true;
}
