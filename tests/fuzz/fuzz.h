/*
 * What every fuzz target shares.  SPDX-License-Identifier: ISC
 *
 * With clang: -fsanitize=fuzzer,address,undefined and a folder of tests/fuzz/corpus.
 * With any compiler: linked to replay.c, which runs the corpus once.
 */
#ifndef HOPSEAL_TESTS_FUZZ_FUZZ_H
#define HOPSEAL_TESTS_FUZZ_FUZZ_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/mem.h"

/* Targets claim with assert(); without it they would show nothing. */
#ifdef NDEBUG
#error "fuzz targets need assert()"
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In memory of exactly its size, so that one octet too far is seen; freed by the caller. */
static inline void *
fuzz_copy(const void *data, size_t size)
{
	void *copy = xmalloc(size);

	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

#endif
