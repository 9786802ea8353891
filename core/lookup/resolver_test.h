/*
 * Can the resolver be believed?  SPDX-License-Identifier: ISC
 *
 * A name that must come secure and one that must fail are asked (conformance DNS-13).
 */
#ifndef HOPSEAL_LOOKUP_RESOLVER_TEST_H
#define HOPSEAL_LOOKUP_RESOLVER_TEST_H

#include "lookup/lookup.h"

struct resolver_test;

/* Never RESOLVER_UNKNOWN; detail says why it is not RESOLVER_OK. */
typedef void resolver_test_done_fn(
    enum resolver_state state, const char *detail, void *arg);

/*
 * Ask the names in the lookup's options, which is borrowed.  done runs exactly once; before this returns, with NULL, where
 * nothing need be asked: the resolver is far away, or the configuration has no names.
 */
struct resolver_test *resolver_test_start(
    struct lookup *lookup, resolver_test_done_fn *done, void *arg);
void resolver_test_cancel(struct resolver_test *test); /* NULL is fine */

#endif
