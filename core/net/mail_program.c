/* SPDX-License-Identifier: ISC */
#include "net/mail_program.h"

#include <sysexits.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "net/program.h"

struct mail_program {
	struct program *program;
	mail_done_fn *done;
	void *arg;
};

/* What else is listed in sysexits.h may pass, or be put right by the operator. */
static enum mail_outcome
outcome_of(int exit_status)
{
	switch (exit_status) {
	case EX_OK:
		return MAIL_ACCEPTED;
	case EX_USAGE:
	case EX_DATAERR:
	case EX_NOUSER:
	case EX_NOHOST:
		return MAIL_PERMANENT;
	default:
		return MAIL_TEMPORARY;
	}
}

static void
on_end(const struct program_answer *end, void *arg)
{
	struct mail_program *p = arg;
	struct strbuf detail = STRBUF_INIT;
	struct mail_answer answer = { .outcome = MAIL_TEMPORARY };

	strbuf_adds(&detail, end->how);
	if (end->end == PROGRAM_EXITED)
		answer.outcome = outcome_of(end->exit_status);
	if (answer.outcome == MAIL_ACCEPTED && !end->has_read_all) {
		answer.outcome = MAIL_TEMPORARY;
		strbuf_adds(&detail, " before the end of the message");
	}
	if (end->words[0] != '\0')
		strbuf_addf(&detail, ": %s", end->words);
	answer.detail = strbuf_str(&detail);
	p->done(&answer, p->arg);
	strbuf_clear(&detail);
}

static void
add_local_lines(struct strbuf *out, const char *message, size_t len)
{
	size_t i;

	strbuf_reserve(out, len);
	for (i = 0; i < len; i++)
		if (message[i] != '\r' || i + 1 == len || message[i + 1] != '\n')
			strbuf_addc(out, message[i]);
}

struct mail_program *
mail_program_start(const struct mail_request *request, mail_done_fn *done, void *arg)
{
	struct mail_program *p = xcalloc(1, sizeof(*p));
	const char *const argv[] = { request->program, "-i", "-f", request->sender,
		"--", request->recipient, NULL };
	struct strbuf message = STRBUF_INIT;

	add_local_lines(&message, request->message, request->len);
	p->done = done;
	p->arg = arg;
	p->program = program_start(
	    &(struct program_request){
		.argv = argv,
		.input = strbuf_str(&message),
		.len = message.len,
		.deadline_ms = request->deadline_ms,
	    },
	    on_end, p);
	strbuf_clear(&message);
	return p;
}

void
mail_program_free(struct mail_program *p)
{
	if (p == NULL)
		return;
	program_free(p->program);
	free(p);
}
