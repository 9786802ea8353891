/*
 * What it takes to look at a domain.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_AUDIT_OPTIONS_H
#define HOPSEAL_AUDIT_OPTIONS_H

#include <stddef.h>

#include "lookup/lookup.h"

struct domain;
struct trust_store;

/* A step has ended: what was looked at, "mx1.example.org 192.0.2.1". */
typedef void audit_progress_fn(const char *what, void *arg);

/* Copied, but for what it points to, which stays until done has run. */
struct audit_options {
	struct dns *dns;
	struct https *https;
	/* Names that tell whether dns validates (lookup/resolver_test.h); NULL, or empty: it is not tested. */
	const struct domain *probe_secure, *probe_bogus;
	const struct trust_store
	    *trust;          /* for the certificates of MX hosts; NULL: not judged */
	int dns_deadline_ms; /* for each name */
	int https_deadline_ms;
	int look_deadline_ms; /* for each connection to an MX host */
	size_t
	    zone_servers_max; /* name servers of a zone that are asked; 0: ZONE_SERVERS_MAX */
	const char *helo;
	const struct domain
	    *dkim_selector; /* labels below _domainkey; NULL: no key is looked at */
	audit_progress_fn *progress; /* NULL: nobody watches */
	void *progress_arg;
};

/* For what is asked with these options: nobody waits for mail to go, so that every answer is waited for. */
struct lookup audit_lookup(const struct audit_options *options);

#endif
