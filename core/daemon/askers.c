/* SPDX-License-Identifier: ISC */
#include "daemon/askers.h"

#include "base/mem.h"

struct asker {
	pid_t pid;
	size_t next; /* place in the ring */
	struct {
		struct next_hop next_hop;
		time_t when; /* 0: free */
	} asked[ASKED_MAX];
};

static size_t
place_of(pid_t pid)
{
	return (size_t)pid % ASKERS_MAX;
}

void
askers_note(
    struct askers *askers, pid_t pid, const struct next_hop *next_hop, time_t now)
{
	struct asker **slot = &askers->slots[place_of(pid)], *a;

	if (*slot == NULL)
		*slot = xcalloc(1, sizeof(**slot));
	a = *slot;
	if (a->pid != pid)
		*a = (struct asker){ .pid = pid };
	a->asked[a->next].next_hop = *next_hop;
	a->asked[a->next].when = now;
	a->next = (a->next + 1) % ASKED_MAX;
}

const struct next_hop *
askers_find(const struct askers *askers, pid_t pid,
    const struct domain *recipient_domain, time_t now, asked_fits_fn *fits,
    const void *arg)
{
	const struct asker *a = askers->slots[place_of(pid)];
	const struct next_hop *last = NULL;
	size_t i, at;

	if (a == NULL || a->pid != pid)
		return NULL;
	for (i = 1; i <= ASKED_MAX; i++) {
		at = (a->next + ASKED_MAX - i) % ASKED_MAX;
		if (a->asked[at].when == 0 || now - a->asked[at].when > ASKED_VALID_S)
			break;
		if (domain_equal(&a->asked[at].next_hop.domain, recipient_domain))
			return &a->asked[at].next_hop;
		if (last == NULL && fits(&a->asked[at].next_hop, arg))
			last = &a->asked[at].next_hop;
	}
	return last;
}

void
askers_clear(struct askers *askers)
{
	size_t i;

	for (i = 0; i < ASKERS_MAX; i++)
		free(askers->slots[i]);
}
