/* SPDX-License-Identifier: ISC */
#include "lookup/errand.h"

#include "lookup/state.h"

void
errand_begin(struct engine *engine, struct errand *errand)
{
	list_append(&engine->errands, &errand->node);
}

void
errands_restart(struct engine *engine)
{
	struct list *node;

	for (node = engine->errands.next; node != &engine->errands; node = node->next) {
		struct errand *errand = LIST_ITEM(node, struct errand, node);

		errand->restart(errand);
	}
}

void
errands_cancel(struct engine *engine)
{
	while (!list_is_empty(&engine->errands)) {
		struct errand *errand =
		    LIST_ITEM(engine->errands.next, struct errand, node);

		errand->cancel(errand);
	}
}
