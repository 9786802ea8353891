/*
 * What is wrong with a domain's MTA-STS (RFC 8461).  SPDX-License-Identifier: ISC
 *
 * Pure.  Each remark is about the name that it concerns, in full: "_mta-sts.example.com", "mta-sts.example.com", with an address
 * behind it where the others differ, "mx1.example.com".
 */
#ifndef HOPSEAL_AUDIT_STS_AUDIT_H
#define HOPSEAL_AUDIT_STS_AUDIT_H

#include "audit/sts_view.h"
#include "policy/remark.h"

struct sts_audit_input {
	const struct sts_view *view;
	const struct route
	    *route; /* the MX set; NULL: not known, coverage is not judged */
	time_t now;
	bool
	    is_under_way; /* a record may follow its policy: that it is not there yet is no fault */
};

void sts_audit(const struct sts_audit_input *input, struct remarks *out);

/* --- parts of it, for texts that are not published yet too; about is what the remarks are about --- */

/* All TXT records at one name.  True: one of them is meant for MTA-STS, good or not. */
bool sts_audit_record(
    const struct txt *texts, size_t count, const char *about, struct remarks *out);

/* domain is whose policy it is; NULL: not known. */
void sts_audit_policy(const struct sts_policy *policy, const struct domain *domain,
    const char *about, struct remarks *out);

/* Every MX host of the route, and every pattern. */
void sts_audit_coverage(const struct sts_policy *policy, const struct route *route,
    const char *about, struct remarks *out);

/* A policy that is to be served, where there is the live one; NULL: there is none. */
void sts_audit_haste(const struct sts_policy *wanted, const struct sts_policy *live,
    const char *about, struct remarks *out);

/* What the addresses of the policy host show. */
void sts_audit_web(const struct sts_view *view, time_t now, struct remarks *out);

#endif
