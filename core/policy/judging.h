/*
 * What the parts of judge() share.  SPDX-License-Identifier: ISC
 *
 * judge.c finds out what is known of the session; judge_told.c and judge_seen.c say what it counts as; judging.c has
 * the hands for all of them, judge_text.c the texts of policies.
 */
#ifndef HOPSEAL_POLICY_JUDGING_H
#define HOPSEAL_POLICY_JUDGING_H

#include "policy/judge.h"

/* A session, as far as it is known. */
struct session {
	const struct judge_input *input;
	struct answer answer;      /* what decide() says of the next-hop; without facts
	                         nothing */
	const struct domain *host; /* MX host; NULL: not known */
	/* The host among those of the next-hop; NULL: not known, or none of them. */
	const struct host_facts *host_facts;
	const struct host_answer *host_answer;
	const struct address *local, *remote; /* NULL: not known */
	const char *helo;                     /* "" */
	enum event_tls tls;     /* UNKNOWN: there may have been no session */
	const char *tls_reason; /* of FAILED; "" */
	/* The MTA's own result for the certificate, and its words; "". */
	bool has_result;
	enum tls_result result;
	const char *reason;
	const struct evidence *evidence; /* of this host; NULL: none */
};

/* Why a session failed. */
struct cause {
	enum tls_result result;
	char code[REASON_CODE_MAX + 1]; /* "" */
	bool is_probed;                 /* by evidence; the code will say so */
};

struct cause cause_make(enum tls_result result, const char *code);

/*
 * A cause in an MTA's words: validation-failure becomes what RFC 8460 has for OpenSSL's words, if they are such; any other type
 * stays as it is (RPT-TYPE-13).  OpenSSL's words become its names; what goes without saying gets its code (RPT-TYPE-04).
 */
struct cause cause_of_words(
    enum policy_type type, enum tls_result result, const char *reason);

/* Whether the policy applied to the session; *is_usable: a session can comply with it at all. */
bool session_has_policy(
    const struct session *s, enum policy_type type, bool *is_usable);

/*
 * The failure of the last attempt to get the domain's policy (conformance RPT-TYPE-09 to -11, STS-REP-01, -02).  in_force is
 * the policy that applies, NULL without.  False: there was none to be reported.
 */
bool sts_failure_find(
    const struct facts *facts, const struct sts_policy *in_force, struct cause *out);

enum found {
	FOUND_NOTHING,
	FOUND_SUCCESS,
	FOUND_FAILURE, /* *cause says which */
};

/*
 * Verify the chain of the session, or else of the evidence, under a usable policy that applied.  *wants_look is set, and else left, when there is none
 * and evidence would help.
 */
enum found judge_chain(const struct session *s, enum policy_type type,
    struct cause *cause, bool *wants_look);

/* Judge by what hopseal knows, for every policy that applied and is not among told, which has bit 1 << type; 0: the
 * source told nothing. */
void judge_seen(const struct session *s, unsigned told, struct judgement *out);

/* Judge by the source's own words first. */
void judge_told(const struct session *s, struct judgement *out);

/* Judge a session with a host that is not to be used because of DANE: its TLSA lookup failed, or the operator asks for
 * records that it has not.  False: it is none. */
bool judge_skipped(const struct session *s, struct judgement *out);

/* Judge what an MTA says of a host to which it made no connection (RPT-CNT-07). */
void judge_unreached(const struct session *s, struct judgement *out);

/* --- writing it down ------------------------------------------------------------------------ */

/* A new policy, successful, without texts. */
struct judged_policy *judgement_add(
    struct judgement *out, enum policy_type type, const struct domain *domain);
void judged_policy_set_sts(struct judged_policy *p, const struct sts_policy *policy);
void judged_policy_set_tlsa(struct judged_policy *p, const struct tlsa_set *set);
/* The texts of a policy that the source has told; those that we know, if it has told a part of them. */
void judged_policy_set_told(
    struct judged_policy *p, const struct event_policy *told, const struct session *s);

/* The line at *text without its end; *text moves behind it; false at the end. */
struct judged_line {
	const char *text;
	size_t len;
};
bool judged_next_line(const char **text, struct judged_line *out);

/* A failure beside, with result and code only; is_failed stays as it is. */
struct judged_failure *judged_policy_note(
    struct judged_policy *p, const struct cause *cause);

/* The failed fetch of a policy that is in force all the same (RPT-CNT-12), unless the source told of it; totals stay. */
void judged_policy_note_refresh(struct judged_policy *p, const struct session *s);

/* Where the session went, as far as the failure does not say so yet. */
void judged_failure_place(struct judged_failure *f, const struct session *s);
void judged_failure_set_host(struct judged_failure *f, const struct domain *host);

#endif
