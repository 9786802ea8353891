/* SPDX-License-Identifier: ISC */
#include "lookup/gate.h"

void
gate_init(struct gate *gate, size_t max)
{
	*gate = (struct gate){ .max = max };
	list_init(&gate->waiting);
}

static void
run(struct gate *gate, struct gate_pass *pass)
{
	gate->running++;
	pass->is_running = true;
	pass->go(pass->arg);
}

void
gate_enter(struct gate *gate, struct gate_pass *pass, void (*go)(void *), void *arg)
{
	*pass = (struct gate_pass){ .go = go, .arg = arg };
	list_init(&pass->node);
	if (gate->running < gate->max) {
		run(gate, pass);
		return;
	}
	list_append(&gate->waiting, &pass->node);
}

static void
admit(struct gate *gate)
{
	struct list *node;

	while (gate->running < gate->max && !list_is_empty(&gate->waiting)) {
		node = gate->waiting.next;
		list_remove(node);
		run(gate, LIST_ITEM(node, struct gate_pass, node));
	}
}

void
gate_resize(struct gate *gate, size_t max)
{
	gate->max = max;
	admit(gate);
}

void
gate_leave(struct gate *gate, struct gate_pass *pass)
{
	if (pass->is_running) {
		pass->is_running = false;
		gate->running--;
		admit(gate);
	} else if (!list_is_empty(&pass->node)) {
		list_remove(&pass->node);
	}
}
