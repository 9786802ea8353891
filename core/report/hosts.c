/* SPDX-License-Identifier: ISC */
#include "report/hosts.h"

#include <string.h>

#include "base/mem.h"

struct host {
	struct map_link link;
	struct list node; /* in hosts->ready, or alone */
	struct list queue;
	size_t waiting, running;
	char name[];
};

void
hosts_init(struct hosts *hosts)
{
	*hosts = (struct hosts){ .waiting = 0 };
	map_init(&hosts->by_name, 0);
	list_init(&hosts->ready);
}

void
hosts_clear(struct hosts *hosts)
{
	map_clear(&hosts->by_name);
}

static bool
is_named(const struct map_link *link, const void *name)
{
	return strcmp(LIST_ITEM(link, struct host, link)->name, name) == 0;
}

static struct host *
get(struct hosts *hosts, const char *name)
{
	size_t len = strlen(name);
	uint64_t hash = map_hash(&hosts->by_name, name, len);
	struct map_link *link = map_find(&hosts->by_name, hash, is_named, name);
	struct host *host;

	if (link != NULL)
		return LIST_ITEM(link, struct host, link);
	host = xcalloc(1, sizeof(*host) + len + 1);
	memcpy(host->name, name, len);
	list_init(&host->node);
	list_init(&host->queue);
	map_add(&hosts->by_name, &host->link, hash);
	return host;
}

/* After any change: whether it is ready, and whether it is there at all. */
static void
settle(struct hosts *hosts, struct host *host)
{
	bool is_ready = host->waiting > 0 && host->running < HOST_PARALLEL_MAX;

	if (!is_ready)
		list_remove(&host->node);
	else if (list_is_empty(&host->node))
		list_append(&hosts->ready, &host->node);
	if (host->waiting + host->running > 0)
		return;
	map_remove(&hosts->by_name, &host->link);
	free(host);
}

bool
hosts_wait(struct hosts *hosts, const char *name, struct berth *berth)
{
	struct host *host = get(hosts, name);

	if (host->waiting == HOST_WAITING_MAX)
		return false;
	*berth = (struct berth){ .host = host };
	list_init(&berth->node);
	list_append(&host->queue, &berth->node);
	host->waiting++;
	hosts->waiting++;
	settle(hosts, host);
	return true;
}

struct berth *
hosts_next(struct hosts *hosts)
{
	struct berth *berth;
	struct host *host;

	if (list_is_empty(&hosts->ready))
		return NULL;
	host = LIST_ITEM(hosts->ready.next, struct host, node);
	berth = LIST_ITEM(host->queue.next, struct berth, node);
	list_remove(&berth->node);
	berth->is_running = true;
	host->waiting--;
	host->running++;
	hosts->waiting--;
	hosts->running++;
	list_remove(&host->node); /* to the end of those who are ready */
	settle(hosts, host);
	return berth;
}

void
hosts_leave(struct hosts *hosts, struct berth *berth)
{
	struct host *host = berth->host;

	if (berth->is_running) {
		host->running--;
		hosts->running--;
	} else {
		list_remove(&berth->node);
		host->waiting--;
		hosts->waiting--;
	}
	settle(hosts, host);
}
