/*
 * Domains are looked at, a few side by side, from this process.  SPDX-License-Identifier: ISC
 */
#include <signal.h>

#include "base/mem.h"
#include "base/process.h"
#include "cli/check.h"
#include "cli/json.h"
#include "cli/session.h"
#include "control/control.h"
#include "net/loop.h"
#include "show/complain.h"
#include "show/progress.h"

#define AT_ONCE     2
#define OTHER_FILES 64 /* the resolver, the store, what is open from the start */

struct check;

/* One domain. */
struct one {
	struct check *check;
	struct checked_domain *out;
	struct audit_ask *audit;         /* NULL: not begun, or seen */
	struct control_request *verdict; /* likewise */
	struct why refusal;              /* of the verdict; "" for none */
};

struct check {
	const struct check_wish *wish;
	struct service *service;
	struct audit_options options;
	size_t at_once, count, next, running;
	struct one *ones;
	bool is_interrupted;
};

static void go_on(struct check *c);

static void
note_if_complete(struct one *one)
{
	if (one->audit != NULL || one->verdict != NULL)
		return;
	one->check->running--;
	go_on(one->check);
}

static void
on_audit(struct audit *audit, void *arg)
{
	struct one *one = arg;

	one->audit = NULL;
	one->out->audit = audit;
	one->out->worst = remarks_worst(&audit->remarks);
	note_if_complete(one);
}

static void
on_verdict(bool is_ok, const char *text, size_t len, void *arg)
{
	struct one *one = arg;

	one->verdict = NULL;
	if (is_ok)
		one->out->sender = json_read(text, len);
	else
		why_set(&one->refusal, "%.*s", (int)len, text);
	note_if_complete(one);
}

/* What this machine would do with mail for it. */
static void
ask_engine(struct one *one)
{
	struct strbuf request = STRBUF_INIT;

	strbuf_addf(&request, "query %s", one->out->domain.text);
	one->verdict = control_run(one->check->service, request.data, request.len,
	    CONTROL_EXPLAIN_MS, on_verdict, one);
	strbuf_clear(&request);
}

static void
go_on(struct check *c)
{
	for (; c->next < c->count && c->running < c->at_once; c->next++, c->running++) {
		struct one *one = &c->ones[c->next];

		one->audit = audit_start(&c->options, &one->out->domain, on_audit, one);
		if (c->wish->wants_sender)
			ask_engine(one);
	}
	if (c->running == 0)
		loop_stop();
}

static void
on_interrupt(void *arg)
{
	struct check *c = arg;

	c->is_interrupted = true;
	loop_stop();
}

static void
on_progress(const char *what, void *arg UNUSED)
{
	progress_step(what);
}

static void
set_options(struct check *c, const struct config *config)
{
	c->options = service_audit_options(c->service, config);
	c->options.dkim_selector = c->wish->selector;
	c->options.progress = on_progress;
}

static void
end(struct check *c)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		struct one *one = &c->ones[i];

		audit_cancel(one->audit);
		control_cancel(one->verdict);
		if (one->refusal.text[0] != '\0')
			complain("%s: the verdict of this machine: %s",
			    one->out->domain.text, one->refusal.text);
	}
	if (c->is_interrupted)
		complain("interrupted");
}

static enum exit_code
run(struct check *c)
{
	if (loop_on_signal(SIGINT, on_interrupt, c) != ST_OK) {
		complain("SIGINT cannot be caught");
		return EXIT_UNSURE;
	}
	progress_open();
	go_on(c);
	loop_run();
	progress_close();
	end(c);
	return c->is_interrupted ? EXIT_UNSURE : EXIT_YES;
}

/* Without descriptors for more it is one domain after the other. */
static size_t
find_at_once(void)
{
	uint64_t wanted = AT_ONCE * AUDIT_FILES_MAX + OTHER_FILES;

	return process_want_files(wanted) >= wanted ? AT_ONCE : 1;
}

static enum exit_code
serve(struct service *service, const struct config *config, void *arg)
{
	struct check *c = arg;

	c->service = service;
	c->at_once = find_at_once();
	set_options(c, config);
	return run(c);
}

enum exit_code
check_look(const struct args *args, const struct check_wish *wish,
    struct checked_domain *domains, size_t count)
{
	struct check c = { .wish = wish, .count = count };
	enum exit_code code;
	size_t i;

	c.ones = xcalloc(count, sizeof(c.ones[0]));
	for (i = 0; i < count; i++)
		c.ones[i] = (struct one){ .check = &c, .out = &domains[i] };
	code = session_serve(args, serve, &c);
	free(c.ones);
	return code;
}
