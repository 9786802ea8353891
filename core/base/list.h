/*
 * Doubly linked lists inside the structs they link.  SPDX-License-Identifier: ISC
 *
 * A list is a ring with one node that belongs to no struct: the head.
 */
#ifndef HOPSEAL_BASE_LIST_H
#define HOPSEAL_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *prev, *next;
};

/* The struct of this type whose member is the node. */
#define LIST_ITEM(node, type, member)                                                  \
	((type *)(void *)((char *)(node)-offsetof(type, member)))

/* Make a head, or a node that is in no list. */
static inline void
list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool
list_is_empty(const struct list *head)
{
	return head->next == head;
}

/* Add a node that is in no list, behind the last one. */
static inline void
list_append(struct list *head, struct list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

/* Take a node out; it may be in no list. */
static inline void
list_remove(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

#endif
