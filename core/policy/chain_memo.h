/*
 * What verifying a chain came to, remembered for a minute.  SPDX-License-Identifier: ISC
 *
 * An MTA shows the same certificates with each delivery, before it and after it, and OpenSSL takes a thousand times as long
 * for them as all the rest of a judgement takes.  Same answers as dane_verify() and pkix_verify(), of at most MEMO_S ago.
 */
#ifndef HOPSEAL_POLICY_CHAIN_MEMO_H
#define HOPSEAL_POLICY_CHAIN_MEMO_H

#include "policy/dane_verify.h"

#define MEMO_S 60

struct chain_memo;

/* It belongs to one trust store, and ends with it. */
struct chain_memo *chain_memo_new(void);
void chain_memo_free(struct chain_memo *memo); /* NULL is fine */

/* pkix_verify() */
void memo_pkix_verify(const struct chain *chain, const struct trust_store *trust,
    const struct domain *host, time_t now, struct chain_verdict *out);

/* dane_verify(); trust only remembers.  NULL: nobody does. */
void memo_dane_verify(const struct chain *chain, const struct trust_store *trust,
    const struct tlsa_set *usable, const struct domain *const *names, size_t name_count,
    time_t now, struct chain_verdict *out);

#endif
