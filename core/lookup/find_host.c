/* SPDX-License-Identifier: ISC */
#include "lookup/find_host.h"

#include <stdio.h>

#include "base/mem.h"
#include "lookup/find_addresses.h"
#include "lookup/resolve.h"
#include "policy/tlsa_usable.h"

/* Of one host.  RFC 7671, section 10.1, wants sets that fit a datagram; this is ten full certificates. */
#define TLSA_BYTES_MAX 16384

enum state {
	FIND_ADDRESSES, /* A and AAAA at once */
	FIND_ALIAS, /* insecure addresses behind an alias: is the alias itself secure? */
	FIND_TLSA,  /* at each candidate base domain in turn */
	FIND_DONE,
};

struct find_host {
	enum state state;
	struct lookup *lookup;
	struct trace *trace;
	struct host_facts *out;
	uint16_t port;
	uint32_t ttl_s;
	struct find_addresses *addresses;
	struct resolve *query; /* of the later states */
	/* TLSA base domains still to try, in order (RFC 7672, 2.2.2): the name behind the
	 * aliases, then the name itself; never one between. */
	struct domain candidates[2];
	size_t candidate, candidate_count;
	find_host_done_fn *done;
	void *arg;
};

static void enter(struct find_host *f, enum state next);

static void
note_ttl(struct find_host *f, uint32_t ttl_s)
{
	if (ttl_s < f->ttl_s)
		f->ttl_s = ttl_s;
}

static void
note_error(struct find_host *f, const char *what, const char *detail)
{
	note_ttl(f, ERROR_TTL);
	snprintf(f->out->detail, sizeof(f->out->detail), "%s: %s", what, detail);
}

/* Of the questions behind the addresses. */
static void
fail_tlsa(struct find_host *f, enum tlsa_outcome outcome, const char *what,
    const struct dns_reply *reply)
{
	f->out->tlsa_outcome = outcome;
	f->out->is_tlsa_unheard = !reply->is_heard;
	note_error(f, what, reply->detail);
}

static void
add_candidate(struct find_host *f, const struct domain *name)
{
	f->candidates[f->candidate_count++] = *name;
}

/* --- addresses ---------------------------------------------------------------- */

/* Of one family; false when its lookup failed. */
static bool
judge_family(struct find_host *f, enum family family, const struct dns_reply *r)
{
	struct host_facts *h = f->out;

	if (r->outcome == DNS_ERROR) {
		note_error(f, family == FAMILY_V4 ? "A" : "AAAA", r->detail);
		return false;
	}
	note_ttl(f, r->ttl_s);
	if (r->outcome == DNS_FOUND)
		h->is_address_secure = h->is_address_secure || r->is_secure;
	return true;
}

/*
 * One family may fail (BASE-10): the other one's answer stands for the host, and so does
 * its security.  A secure answer of either family is enough to look for TLSA.
 */
static void
judge_addresses(struct find_host *f, const struct address_answer *a)
{
	struct host_facts *h = f->out;
	bool v4 = judge_family(f, FAMILY_V4, &a->replies[FAMILY_V4]);
	bool v6 = judge_family(f, FAMILY_V6, &a->replies[FAMILY_V6]);

	h->addresses = xmemdup(a->list, a->count * sizeof(a->list[0]));
	h->address_count = a->count;
	h->is_half = v4 != v6 && h->address_count > 0;
	if (h->address_count > 0)
		h->address_outcome = ADDRESS_FOUND;
	else
		h->address_outcome = v4 && v6 ? ADDRESS_NONE : ADDRESS_ERROR;
}

/* The name behind the aliases, from a family that answered; a secure one if there is one.  NULL without aliases. */
static struct domain *
canonical_name(const struct dns_reply replies[FAMILIES])
{
	const struct dns_reply *best = NULL;
	int i;

	for (i = 0; i < FAMILIES; i++) {
		const struct dns_reply *r = &replies[i];

		if (r->outcome != DNS_FOUND || r->aliases == 0)
			continue;
		if (best == NULL || (r->is_secure && !best->is_secure))
			best = r;
	}
	return best != NULL ? xmemdup(&best->owner, sizeof(best->owner)) : NULL;
}

static void
on_addresses(const struct address_answer *a, void *arg)
{
	struct find_host *f = arg;
	struct host_facts *h = f->out;

	f->addresses = NULL;
	judge_addresses(f, a);
	h->canonical = canonical_name(a->replies);
	h->tlsa_outcome = TLSA_NOT_ASKED;
	if (h->address_outcome != ADDRESS_FOUND) {
		enter(f, FIND_DONE);
	} else if (h->is_address_secure) {
		if (h->canonical != NULL)
			add_candidate(f, h->canonical);
		add_candidate(f, &h->name);
		enter(f, FIND_TLSA);
	} else {
		/* A mixed answer without AD does not say which link is insecure (DNS-09). */
		enter(f, h->canonical != NULL ? FIND_ALIAS : FIND_DONE);
	}
}

/* --- alias and TLSA ------------------------------------------------------------- */

static void
on_cname(struct dns_reply *reply, void *arg)
{
	struct find_host *f = arg;

	f->query = NULL;
	if (reply->outcome == DNS_ERROR) {
		fail_tlsa(f, TLSA_ALIAS_ERROR, "CNAME", reply);
		enter(f, FIND_DONE);
		return;
	}
	note_ttl(f, reply->ttl_s);
	if (reply->outcome == DNS_FOUND && reply->is_secure) {
		add_candidate(f, &f->out->name);
		enter(f, FIND_TLSA);
	} else {
		enter(f, FIND_DONE);
	}
}

static size_t
bytes_of(const struct dns_reply *reply)
{
	size_t i, bytes = 0;

	for (i = 0; i < reply->count; i++)
		bytes += reply->records[i].len;
	return bytes;
}

static void
keep_tlsa(struct find_host *f, const struct dns_reply *reply)
{
	struct tlsa_rdata *rdata;
	size_t i;

	if (bytes_of(reply) > TLSA_BYTES_MAX) {
		f->out->tlsa_outcome = TLSA_ERROR;
		note_error(f, "TLSA", "more records than anybody needs");
		return;
	}
	rdata = xcalloc(reply->count, sizeof(*rdata));
	for (i = 0; i < reply->count; i++) {
		rdata[i].bytes = reply->records[i].data;
		rdata[i].len = reply->records[i].len;
	}
	f->out->tlsa = tlsa_set_new(rdata, reply->count);
	tlsa_set_check(f->out->tlsa);
	f->out->base = xmemdup(&f->candidates[f->candidate], sizeof(struct domain));
	f->out->tlsa_outcome = TLSA_FOUND;
	free(rdata);
}

static void
on_tlsa(struct dns_reply *reply, void *arg)
{
	struct find_host *f = arg;

	f->query = NULL;
	if (reply->outcome == DNS_ERROR) {
		/* Never "no TLSA", and no further candidate either (BASE-07). */
		fail_tlsa(f, TLSA_ERROR, "TLSA", reply);
		enter(f, FIND_DONE);
		return;
	}
	note_ttl(f, reply->ttl_s);
	if (reply->outcome == DNS_FOUND && reply->is_secure) {
		keep_tlsa(f, reply);
		enter(f, FIND_DONE);
		return;
	}
	f->candidate++;
	enter(f, FIND_TLSA);
}

static void
ask_tlsa(struct find_host *f)
{
	char prefix[sizeof("_65535._tcp")];
	struct domain name;

	snprintf(prefix, sizeof(prefix), "_%u._tcp", (unsigned)f->port);
	/* A name too long for the prefix cannot own TLSA records. */
	while (f->candidate < f->candidate_count &&
	       domain_join(prefix, &f->candidates[f->candidate], &name) != ST_OK)
		f->candidate++;
	if (f->candidate == f->candidate_count) {
		f->out->tlsa_outcome = TLSA_DENIED;
		enter(f, FIND_DONE);
		return;
	}
	f->query = resolve_start(f->lookup, &name, DNS_TLSA, f->trace,
	    "addresses are secure: TLSA (RFC 7672, 2.2.2)", on_tlsa, f);
}

static void
enter(struct find_host *f, enum state next)
{
	const struct domain *name = &f->out->name;

	f->state = next;
	switch (next) {
	case FIND_ADDRESSES:
		f->addresses = find_addresses_start(f->lookup, name, f->trace,
		    "MX host address (RFC 7672, 2.2.2)", on_addresses, f);
		break;
	case FIND_ALIAS:
		f->query = resolve_start(f->lookup, name, DNS_CNAME, f->trace,
		    "insecure address behind an alias: is the alias secure? "
		    "(RFC 7672, 2.2.2)",
		    on_cname, f);
		break;
	case FIND_TLSA:
		ask_tlsa(f);
		break;
	case FIND_DONE:
		f->done(f->ttl_s, f->arg);
		free(f);
		break;
	}
}

struct find_host *
find_host_start(struct lookup *lookup, uint16_t port, struct host_facts *out,
    struct trace *trace, find_host_done_fn *done, void *arg)
{
	struct find_host *f = xcalloc(1, sizeof(*f));

	f->lookup = lookup;
	f->trace = trace;
	f->out = out;
	f->port = port;
	f->ttl_s = ROUTE_TTL_MAX;
	f->done = done;
	f->arg = arg;
	enter(f, FIND_ADDRESSES);
	return f;
}

void
find_host_cancel(struct find_host *f)
{
	if (f == NULL)
		return;
	find_addresses_cancel(f->addresses);
	resolve_cancel(f->query);
	free(f);
}

void
find_host_give_up(struct find_host *f)
{
	struct host_facts *h = f->out;

	switch (f->state) {
	case FIND_ADDRESSES:
		h->address_outcome = ADDRESS_ERROR;
		break;
	case FIND_ALIAS:
		h->tlsa_outcome = TLSA_ALIAS_ERROR;
		break;
	case FIND_TLSA:
		h->tlsa_outcome = TLSA_ERROR;
		break;
	case FIND_DONE:
		break;
	}
	snprintf(h->detail, sizeof(h->detail), "no answer in time");
	find_host_cancel(f);
}
