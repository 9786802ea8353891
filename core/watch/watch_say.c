/* SPDX-License-Identifier: ISC */
#include "watch/watch_say.h"

#include "base/log.h"
#include "base/strbuf.h"

#define SHOWN_MAX 400 /* bytes of a text */

typedef void log_fn(const char *fmt, ...) PRINTF_LIKE(1, 2);

static log_fn *
log_of(const struct watch_finding *f)
{
	if (f->stage != FINDING_THERE || f->level == REMARK_ADVICE)
		return log_info;
	return f->level == REMARK_BROKEN ? log_err : log_warn;
}

void
watch_say_finding(const struct domain *domain, const struct watch_finding *f)
{
	struct strbuf about = STRBUF_INIT, seen = STRBUF_INIT;

	strbuf_escape(&about, f->about, strlen(f->about), SHOWN_MAX);
	strbuf_escape(&seen, f->seen, strlen(f->seen), SHOWN_MAX);
	log_of(f)("watch: domain=%s finding=%s level=%s state=%s about=\"%s\" "
		  "seen=\"%s\"",
	    domain->text, f->word, remark_level_word(f->level),
	    f->stage == FINDING_THERE ? "appeared" : "gone", strbuf_str(&about),
	    strbuf_str(&seen));
	strbuf_clear(&about);
	strbuf_clear(&seen);
}

void
watch_say_outcome(
    const struct domain *domain, const struct watch_state *s, enum watch_outcome before)
{
	if (s->outcome != before)
		log_info("watch: domain=%s outcome=%s before=%s", domain->text,
		    watch_outcome_word(s->outcome), watch_outcome_word(before));
}

void
watch_say_command_failed(
    const struct domain *domain, const char *error, unsigned pause_s)
{
	struct strbuf reason = STRBUF_INIT;

	strbuf_escape(&reason, error, strlen(error), SHOWN_MAX);
	log_warn("watch: domain=%s command=failed reason=\"%s\" action=\"run again in "
		 "%u s, then ever later, until it succeeds\"",
	    domain->text, strbuf_str(&reason), pause_s);
	strbuf_clear(&reason);
}

void
watch_say_command_again(const struct domain *domain, unsigned failures)
{
	log_info(
	    "watch: domain=%s command=ok failed-before=%u", domain->text, failures);
}
