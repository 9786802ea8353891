/*
 * Requests from inside; for control/ only.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONTROL_VERB_H
#define HOPSEAL_CONTROL_VERB_H

#include "control/control.h"
#include "lookup/trace.h"
#include "wire/dialect.h"
#include "wire/next_hop.h"

struct json_object;

#define OPERANDS_MAX 4

/* What stands behind the verb, each ended by NUL; those not given are NULL. */
struct operands {
	size_t count;
	const char *at[OPERANDS_MAX];
};

/* Answer at once: an object for the caller, or NULL with the sentence in why. */
typedef struct json_object *verb_run_fn(
    struct service *service, const struct operands *operands, struct why *why);

/* Ask the engine, which will answer the request: ST_OK.  Or have it answered: request->answer, or the sentence in
 * why, with any other status. */
typedef enum status verb_start_fn(
    struct control_request *request, const struct operands *operands, struct why *why);

struct verb {
	const char *first, *second; /* "cache", "list"; second may be NULL */
	const char *usage;          /* the operands in words */
	size_t min, max;            /* how many of them */
	bool takes_rest;      /* the last one is all that is left, blanks and all */
	verb_run_fn *run;     /* this */
	verb_start_fn *start; /* or this */
};

struct control_request {
	struct service *service;
	char *words; /* the request, cut into words */
	int deadline_ms;
	control_done_fn *done;
	void *arg;
	struct json_object *answer; /* owned; NULL: why stands for it */
	struct why why;
	/* query and explain */
	struct question *question;     /* NULL: not under way */
	struct seal_question *sealing; /* likewise */
	struct next_hop next_hop;
	const struct dialect *dialect;
	struct trace trace;
};

/* Tell done, and free the request. */
void request_finish(struct control_request *request);

/* query.c */
verb_start_fn query_start, explain_start;

/* verbs.c */
verb_run_fn status_run;
verb_run_fn cache_list_run, cache_show_run, cache_refresh_run, cache_drop_run;
verb_run_fn override_list_run, override_add_run, override_remove_run;

/* reports.c */
verb_run_fn report_list_run, report_show_run, report_preview_run, report_resend_run;

/* watch.c */
verb_run_fn watch_list_run, watch_look_run;

/* inbound.c */
verb_run_fn inbound_run;

/* inbox.c */
verb_run_fn report_inbox_run, report_received_run;

/* overview.c */
verb_run_fn report_overview_run;

#endif
