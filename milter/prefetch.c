/* SPDX-License-Identifier: ISC */
#include "prefetch.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "daemon.h"
#include "recipient.h"

#define MAP     "json"
#define FRESH_S 10  /* shorter than what DNS says is likely to hold */
#define SLOTS   256 /* who collides is asked for once more */

static struct slot {
	char next_hop[NEXT_HOP_TEXT_MAX + 1];
	time_t until;
} slots[SLOTS];

static struct slot *
slot_of(const char *next_hop)
{
	uint32_t hash = 0;

	for (; *next_hop != '\0'; next_hop++)
		hash = hash * 31 + (unsigned char)*next_hop;
	return &slots[hash % SLOTS];
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static time_t
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static bool
is_fresh(const char *next_hop)
{
	const struct slot *slot = slot_of(next_hop);
	bool is_fresh;

	pthread_mutex_lock(&mutex);
	is_fresh = now_s() < slot->until && strcmp(slot->next_hop, next_hop) == 0;
	pthread_mutex_unlock(&mutex);
	return is_fresh;
}

static void
remember(const char *next_hop)
{
	struct slot *slot = slot_of(next_hop);

	pthread_mutex_lock(&mutex);
	memcpy(slot->next_hop, next_hop, strlen(next_hop) + 1);
	slot->until = now_s() + FRESH_S;
	pthread_mutex_unlock(&mutex);
}

void
prefetch(const char *where, const char *next_hop)
{
	if (!is_fresh(next_hop) && daemon_post(where, MAP, next_hop))
		remember(next_hop);
}
