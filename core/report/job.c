/* SPDX-License-Identifier: ISC */
#include "report/job.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "report/schedule.h"
#include "wire/rfc3339.h"

struct job *
job_new(const struct stored_sending *row, void *owner)
{
	struct job *job = xcalloc(1, sizeof(*job));

	list_init(&job->node);
	job->owner = owner;
	job->sending = *row;
	job->sending.report_id = xstrdup(row->report_id);
	job->sending.domain = xstrdup(row->domain);
	job->sending.uri = xstrdup(row->uri);
	job->sending.detail = xstrdup(row->detail);
	return job;
}

void
job_free(struct job *job)
{
	attempt_cancel(job->attempt);
	free((void *)job->sending.report_id);
	free((void *)job->sending.domain);
	free((void *)job->sending.uri);
	free((void *)job->sending.detail);
	free(job);
}

static void
add_line(const struct stored_sending *s, struct strbuf *out)
{
	char day[RFC3339_TEXT_MAX];

	strbuf_addf(out, "delivery: domain=%s day=%s uri=\"", s->domain,
	    rfc3339_day_text(s->day, day));
	strbuf_escape(out, s->uri, strlen(s->uri), RUA_URI_MAX);
	strbuf_addf(out, "\" state=%s attempts=%u detail=\"%s\"",
	    sending_state_word(s->state), s->attempts, s->detail);
	if (s->state == SENDING_WAITS)
		strbuf_addf(out, " retry-s=%jd", (intmax_t)(s->next - s->last));
}

/* The first failure, and the end. */
static void
tell(const struct stored_sending *s)
{
	struct strbuf line = STRBUF_INIT;

	add_line(s, &line);
	switch (s->state) {
	case SENDING_WAITS:
		if (s->attempts == 1)
			log_info("%s", strbuf_str(&line));
		else
			log_debug("%s", strbuf_str(&line));
		break;
	case SENDING_SENT:
		log_info("%s", strbuf_str(&line));
		break;
	case SENDING_GIVEN_UP:
		log_warn("%s", strbuf_str(&line));
		break;
	}
	strbuf_clear(&line);
}

static void
settle(struct job *job, enum sending_state state, time_t next, const char *detail)
{
	struct stored_sending *s = &job->sending;

	s->state = state;
	s->next = next;
	free((void *)s->detail);
	s->detail = xstrdup(detail);
	tell(s);
}

void
job_begin(struct job *job, time_t now)
{
	struct stored_sending *s = &job->sending;

	s->attempts++;
	s->last = now;
	if (s->first == 0)
		s->first = now;
}

void
job_end(struct job *job, const struct attempt_answer *answer)
{
	const struct stored_sending *s = &job->sending;
	time_t next = 0;

	job->attempt = NULL;
	if (answer->is_accepted) {
		settle(job, SENDING_SENT, 0, answer->detail);
		return;
	}
	next = schedule_next(s->first, s->attempts, s->last);
	settle(job, next != 0 ? SENDING_WAITS : SENDING_GIVEN_UP, next, answer->detail);
}

void
job_give_up(struct job *job, const char *reason)
{
	settle(job, SENDING_GIVEN_UP, 0, reason);
}
