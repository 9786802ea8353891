/*
 * FNV-1a.  SPDX-License-Identifier: ISC
 *
 * The same over a restart and on every machine.  It shows what has changed by accident, and spreads names; who chooses the octets
 * can make any two meet, see base/map.h for those of strangers.
 */
#ifndef HOPSEAL_BASE_HASH_H
#define HOPSEAL_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* hash is HASH_START, or that of what stands before these octets. */
uint64_t hash_add(uint64_t hash, const void *bytes, size_t len);

#endif
