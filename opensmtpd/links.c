/* SPDX-License-Identifier: ISC */
#include "links.h"

#include "base/endpoint.h"

/* Session ids are random enough to need no hash. */
static struct link **
bucket_of(struct links *links, uint64_t id)
{
	return &links->buckets[(id ^ id >> 32) % LINKS_MAX];
}

void
links_init(struct links *links)
{
	memset(links, 0, sizeof(*links));
	list_init(&links->by_use);
}

static struct link *
oldest(struct links *links)
{
	return LIST_ITEM(links->by_use.next, struct link, by_use);
}

void
links_clear(struct links *links)
{
	while (!list_is_empty(&links->by_use))
		links_drop(links, oldest(links));
}

struct link *
links_find(struct links *links, const struct filter_line *line)
{
	struct link *link = *bucket_of(links, line->id);

	while (link != NULL &&
	       (link->id != line->id || link->is_inbound != line->is_inbound))
		link = link->next;
	if (link != NULL) {
		list_remove(&link->by_use);
		list_append(&links->by_use, &link->by_use);
	}
	return link;
}

struct link *
links_make(struct links *links, const struct filter_line *line)
{
	struct link **bucket = bucket_of(links, line->id);
	struct link *link = links_find(links, line);

	if (link != NULL)
		return link;
	if (links->count == LINKS_MAX) {
		links_drop(links, oldest(links));
		links->forgotten++;
	}
	link = calloc(1, sizeof(*link));
	if (link == NULL) {
		links->forgotten++;
		return NULL;
	}
	link->id = line->id;
	link->is_inbound = line->is_inbound;
	txt_keep(link->session, sizeof(link->session), line->session);
	link->next = *bucket;
	*bucket = link;
	list_append(&links->by_use, &link->by_use);
	links->count++;
	return link;
}

void
links_drop(struct links *links, struct link *link)
{
	struct link **place = bucket_of(links, link->id);

	while (*place != link)
		place = &(*place)->next;
	*place = link->next;
	list_remove(&link->by_use);
	links->count--;
	free(link);
}

static void
keep_address(char out[ADDRESS_TEXT_MAX], struct txt text)
{
	struct endpoint endpoint;

	out[0] = '\0';
	if (endpoint_parse(text.text, text.len, 0, &endpoint) == ST_OK)
		address_text(&endpoint.address, out);
}

void
link_set_ends(struct link *link, struct txt local, struct txt remote)
{
	keep_address(link->local, local);
	keep_address(link->remote, remote);
}

static struct txt
take_until_colon(struct txt *rest)
{
	const char *colon = memchr(rest->text, ':', rest->len);
	struct txt word = *rest;

	if (colon != NULL)
		word.len = (size_t)(colon - word.text);
	rest->text += word.len + (colon != NULL);
	rest->len -= word.len + (colon != NULL);
	return word;
}

void
link_set_tls(struct link *link, struct txt ciphers)
{
	txt_keep(link->version, sizeof(link->version), take_until_colon(&ciphers));
	txt_keep(link->cipher, sizeof(link->cipher), take_until_colon(&ciphers));
}
