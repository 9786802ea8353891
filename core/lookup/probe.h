/*
 * Looks of our own at MX hosts.  SPDX-License-Identifier: ISC
 *
 * What an MTA cannot say about a session, a STARTTLS connection to the same address can: was STARTTLS offered, which
 * chain was sent.  What was seen is kept for a while for each host and address; each host is looked at seldom, all hosts
 * together at a bounded rate.  Nothing is verified here: policy/judge.h does that, for the policies at hand.
 */
#ifndef HOPSEAL_LOOKUP_PROBE_H
#define HOPSEAL_LOOKUP_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "net/guard.h"
#include "policy/judge.h"

struct probe_options {
	bool is_on;
	unsigned keep_s; /* what was seen is believed so long */
	unsigned
	    pause_s; /* between two looks at one host and address, also failed ones */
	unsigned
	    per_minute; /* looks at all hosts together; no more than these wait, either */
	unsigned parallel;  /* at once, at least 1 */
	int deadline_ms;    /* for one look */
	size_t kept_max;    /* hosts and addresses remembered */
	const char *helo;   /* our name in EHLO */
	struct guard guard; /* ranges opened by the operator; the list is copied */
};

struct probes;

struct probes *probes_new(const struct probe_options *options);
void probes_free(struct probes *probes); /* cancels all; NULL is fine */
void probes_reconfigure(struct probes *probes, const struct probe_options *options);

/* The host to look at. */
struct probe_target {
	struct domain
	    host; /* EHLO banner's owner in reports, and the SNI unless base is set */
	struct domain sni; /* TLSA base domain; len 0: host */
	struct address address;
	unsigned port; /* 25 */
};

/* What is kept, if it is young enough, and not of an unreachable host; borrowed until the loop runs or probes are asked
 * again. */
bool probes_peek(
    struct probes *probes, const struct probe_target *target, struct evidence *out);

struct probe;

/* evidence NULL: no look was made (off, paused, rate used up, address guarded) or the host could not be reached.
 * It lives until the function returns. */
typedef void probe_done_fn(const struct evidence *evidence, void *arg);

/* Look, or share a look under way; done as in net/dns.h.  target is copied. */
struct probe *probes_ask(struct probes *probes, const struct probe_target *target,
    probe_done_fn *done, void *arg);
/* The same past what is kept, for who has seen something else there since; but not within the pause. */
struct probe *probes_ask_again(struct probes *probes, const struct probe_target *target,
    probe_done_fn *done, void *arg);
void probe_cancel(struct probe *probe); /* NULL is fine */

struct probe_counts {
	uint64_t looks, unreachable,
	    refused; /* refused: paused, over the rate, guarded */
	size_t kept, under_way;
};
void probes_status(const struct probes *probes, struct probe_counts *out);

#endif
