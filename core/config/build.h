/*
 * A configuration in the making: for read.c only.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONFIG_BUILD_H
#define HOPSEAL_CONFIG_BUILD_H

#include "config/keys.h"

/* One with all defaults; never NULL. */
MUST_CHECK struct config *config_new(void);

/* See struct kind: set and clear. */
MUST_CHECK enum status config_set_key(
    struct config *config, const struct key *key, const char *text, struct why *why);
void config_clear_key(struct config *config, const struct key *key);

#endif
