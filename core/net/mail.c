/* SPDX-License-Identifier: ISC */
#include "net/mail.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "net/loop.h"
#include "net/mail_program.h"
#include "net/mail_smtp.h"

struct mail {
	struct mail_program *program; /* one of these */
	struct mail_smtp *smtp;
	struct mail_answer answer; /* once it is over */
	struct strbuf detail;
	void (*accepted)(void *arg); /* NULL: nobody wants to know */
	mail_done_fn *done;
	void *arg;
};

const char *
mail_outcome_text(enum mail_outcome outcome)
{
	static const char *const texts[] = {
#define X(name, text) [name] = text,
		MAIL_OUTCOMES(X)
#undef X
	};

	return texts[outcome];
}

static void deliver(void *arg);

static void
release(struct mail *m)
{
	loop_deferred_cancel(deliver, m);
	mail_program_free(m->program);
	mail_smtp_free(m->smtp);
	strbuf_clear(&m->detail);
	free(m);
}

static void
deliver(void *arg)
{
	struct mail *m = arg;

	m->answer.detail = strbuf_str(&m->detail);
	m->done(&m->answer, m->arg);
	release(m);
}

/* Perhaps still inside mail_send(). */
static void
on_end(const struct mail_answer *answer, void *arg)
{
	struct mail *m = arg;

	m->answer = *answer;
	strbuf_adds(&m->detail, answer->detail);
	if (answer->outcome == MAIL_ACCEPTED && m->accepted != NULL)
		m->accepted(m->arg);
	loop_defer(deliver, m);
}

struct mail *
mail_send(const struct mail_request *request, mail_done_fn *done, void *arg)
{
	struct mail *m = xcalloc(1, sizeof(*m));

	m->accepted = request->accepted;
	m->done = done;
	m->arg = arg;
	if (request->program != NULL)
		m->program = mail_program_start(request, on_end, m);
	else
		m->smtp = mail_smtp_start(request, on_end, m);
	return m;
}

void
mail_cancel(struct mail *m)
{
	if (m != NULL)
		release(m);
}
