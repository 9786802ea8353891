/* SPDX-License-Identifier: ISC */
#include "watch/watch_schedule.h"

#include "base/hash.h"

/* The same over a restart. */
static time_t
phase_of(const struct domain *domain, time_t every)
{
	return (
	    time_t)(hash_add(HASH_START, domain->text, domain->len) % (uint64_t)every);
}

static time_t
least(time_t a, time_t b)
{
	return a < b ? a : b;
}

/* The first moment from a time on that is the name's, of those that come every so often. */
static time_t
moment_of(const struct domain *domain, time_t from, time_t every)
{
	time_t phase = phase_of(domain, every);

	return from + (phase - from % every + every) % every;
}

static time_t
pause_when_wrong(time_t every)
{
	return least(every, every / 4 > WATCH_DOUBT_S ? every / 4 : WATCH_DOUBT_S);
}

time_t
watch_next_look(const struct domain *domain, const struct watch_state *s,
    unsigned every_s, time_t now)
{
	time_t every = every_s;

	if (s->looked == 0)
		return now + phase_of(domain, least(every, WATCH_FIRST_S));
	if (s->looked > now) /* the clock was set back */
		return now;
	if (watch_state_has_doubt(s))
		return s->looked + least(every, WATCH_DOUBT_S);
	if (s->outcome >= WATCH_UNSURE)
		return s->looked + pause_when_wrong(every);
	return moment_of(domain, s->looked + every / 2, every);
}

bool
watch_is_due(time_t next, const struct watch_state *s, time_t now)
{
	/* What is later than it can be is by a clock that was set back. */
	return next <= now || s->looked > now ||
	       (s->looked == 0 && next - now > WATCH_FIRST_S);
}

unsigned
watch_run_pause(unsigned failures)
{
	unsigned pause = WATCH_TELL_S;

	while (failures-- > 1 && pause < WATCH_TELL_MAX_S)
		pause *= 2;
	return pause < WATCH_TELL_MAX_S ? pause : WATCH_TELL_MAX_S;
}
