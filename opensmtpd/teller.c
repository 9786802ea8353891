/* SPDX-License-Identifier: ISC */
#include "teller.h"

#include "client/spool.h"

#define MAP "event"

void
teller_init(struct teller *t, const struct place *place, const char *spool)
{
	memset(t, 0, sizeof(*t));
	t->place = place;
	t->spool = spool;
}

/* --- what the daemon does not take -------------------------------------------------------- */

static enum status
append(struct teller *t, const char *json, int64_t now_ms)
{
	enum status rc;

	if (now_ms < t->spool_again_ms)
		return ST_BUSY;
	rc = spool_append(t->spool, json, strlen(json), &t->fault);
	if (rc == ST_BUSY)
		t->spool_again_ms = now_ms + TELLER_SPOOL_PAUSE_MS;
	return rc;
}

static void
spool(struct teller *t, const char *json, int64_t now_ms)
{
	if (append(t, json, now_ms) == ST_OK)
		t->spooled++;
	else
		t->lost++;
}

/* --- what is told --------------------------------------------------------------------------- */

static void
finish(struct teller *t, struct told *told, int64_t now_ms)
{
	if (told->flow.outcome != CLIENT_FOUND)
		why_set(&t->fault, "%s", told->flow.text);
	switch (told->flow.outcome) {
	case CLIENT_FOUND:
		break;
	case CLIENT_PERM:
		t->refused++;
		break;
	case CLIENT_NONE: /* a daemon that knows no such map */
	case CLIENT_RETRY:
	case CLIENT_DOWN:
		spool(t, told->json, now_ms);
		break;
	}
	free(told->json);
	told->json = NULL;
	flow_clear(&told->flow);
}

static void
step(struct teller *t, struct told *told, int64_t now_ms)
{
	if (flow_step(&told->flow, now_ms))
		finish(t, told, now_ms);
}

/* Tell the next one, as long as one is waiting. */
static void
tell_next(struct teller *t, struct told *told, int64_t now_ms)
{
	while (t->count > 0 && told->flow.state == FLOW_IDLE) {
		told->json = t->waiting[t->first];
		t->first = (t->first + 1) % TELLER_WAITING_MAX;
		t->count--;
		flow_start(
		    &told->flow, t->place, MAP, told->json, now_ms, TELLER_WAIT_MS);
		step(t, told, now_ms);
	}
}

void
teller_take(struct teller *t, const char *json, int64_t now_ms)
{
	char *copy = t->count < TELLER_WAITING_MAX ? strdup(json) : NULL;
	struct told *told;

	if (copy == NULL) {
		why_set(&t->fault, "too many events at once");
		spool(t, json, now_ms);
		return;
	}
	t->waiting[(t->first + t->count++) % TELLER_WAITING_MAX] = copy;
	for (told = t->told; told < t->told + TELLER_MAX; told++)
		tell_next(t, told, now_ms);
}

int64_t
teller_poll(const struct teller *t, struct pollfd *fds)
{
	int64_t due = INT64_MAX;
	size_t i;

	for (i = 0; i < TELLER_MAX; i++) {
		int64_t this_due = flow_due_ms(&t->told[i].flow);

		fds[i] = flow_poll(&t->told[i].flow);
		due = this_due < due ? this_due : due;
	}
	return due;
}

void
teller_step(struct teller *t, const struct pollfd *fds, int64_t now_ms)
{
	struct told *told;
	size_t i;

	for (i = 0; i < TELLER_MAX; i++) {
		told = &t->told[i];
		if (fds[i].revents == 0 && flow_due_ms(&told->flow) > now_ms)
			continue;
		step(t, told, now_ms);
		tell_next(t, told, now_ms);
	}
}

void
teller_clear(struct teller *t, int64_t now_ms)
{
	struct told *told;

	for (told = t->told; told < t->told + TELLER_MAX; told++) {
		if (told->json != NULL)
			spool(t, told->json, now_ms);
		free(told->json);
		told->json = NULL;
		flow_clear(&told->flow);
	}
	for (; t->count > 0; t->count--) {
		spool(t, t->waiting[t->first], now_ms);
		free(t->waiting[t->first]);
		t->first = (t->first + 1) % TELLER_WAITING_MAX;
	}
}
