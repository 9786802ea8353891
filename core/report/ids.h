/*
 * The ids of events that came lately.  SPDX-License-Identifier: ISC
 *
 * An adapter that did not hear that its event was accepted sends it again, under the same id.  Kept are fingerprints
 * of 128 bits under a random key: nobody can make two ids look the same.
 */
#ifndef HOPSEAL_REPORT_IDS_H
#define HOPSEAL_REPORT_IDS_H

#include <stdbool.h>

#include "base/map.h"
#include "wire/tls_event.h"

struct ids {
	struct map map;
	unsigned generation; /* that new ones belong to */
};

void ids_init(struct ids *ids);
void ids_clear(struct ids *ids);

/* id is at most EVENT_ID_MAX long; "" is nobody's: never there, not added. */
bool ids_has(const struct ids *ids, enum event_source source, const char *id);

/* Remember it, if it is not there. */
void ids_add(struct ids *ids, enum event_source source, const char *id);

/* Begin a new generation: those of this one and the one before stay. */
void ids_turn(struct ids *ids);

#endif
