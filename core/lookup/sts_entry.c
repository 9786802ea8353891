/* SPDX-License-Identifier: ISC */
#include "lookup/sts_entry.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"

bool
sts_entry_is_strong(const struct sts_entry *entry)
{
	return entry->policy != NULL && entry->policy->mode != STS_NONE;
}

bool
sts_entry_is_known(const struct sts_entry *entry)
{
	return entry->is_record_known || entry->policy != NULL;
}

bool
sts_entry_is_valid(const struct sts_entry *entry, time_t now)
{
	return entry->policy != NULL && now < entry->expires;
}

bool
sts_entry_is_settled(const struct sts_entry *entry, time_t now)
{
	/* A policy that ended since the record was looked at must be fetched again. */
	return entry->is_record_known &&
	       (entry->policy == NULL || now < entry->expires);
}

bool
sts_entry_is_fresh(const struct sts_entry *entry, time_t now)
{
	/* A clock that went back must not keep a record alive (STS-CACHE-10's idea). */
	return sts_entry_is_settled(entry, now) && now < entry->record_until &&
	       entry->record_until - now <= RECORD_TTL_MAX;
}

bool
sts_entry_is_paused(const struct sts_entry *entry, unsigned retry_after, time_t now)
{
	return entry->attempt > STS_ATTEMPT_OK && now >= entry->attempted &&
	       now - entry->attempted < (time_t)retry_after;
}

void
sts_entry_question(const struct sts_entry *entry, bool force, unsigned retry_after,
    time_t now, struct sts_question *out)
{
	*out = (struct sts_question){
		.wish = force ? STS_FETCH_ALWAYS : STS_FETCH_IF_NEW,
		.has_pause = sts_entry_is_paused(entry, retry_after, now),
	};
	if (domain_parse(entry->name, strlen(entry->name), &out->domain, NULL) != ST_OK)
		abort();
	if (sts_entry_is_valid(entry, now))
		memcpy(out->known_id, entry->id, sizeof(out->known_id));
	memcpy(out->paused_id, entry->attempted_id, sizeof(out->paused_id));
}

void
sts_entry_facts(const struct sts_entry *entry, time_t now, struct sts_facts *out)
{
	bool valid = sts_entry_is_valid(entry, now);

	*out = (struct sts_facts){
		.policy = valid ? entry->policy : NULL,
		.id = valid ? entry->id : "",
		.fetched = valid ? entry->fetched : 0,
		.expires = valid ? entry->expires : 0,
		.is_record_known = entry->is_record_known,
		.is_record_error = entry->is_record_error,
		.record = (enum sts_record_outcome)entry->record,
		.attempt = (enum sts_attempt)entry->attempt,
		.attempted = entry->attempted,
		.detail = entry->detail != NULL ? entry->detail : "",
	};
}

void
sts_entry_limit_to_clock(struct sts_entry *entry, time_t now)
{
	if (entry->fetched <= now)
		return;
	entry->fetched = entry->refresh_at = now;
	if (entry->expires > now + (time_t)entry->policy->max_age_s)
		entry->expires = now + (time_t)entry->policy->max_age_s;
}

/* --- what is said of it ------------------------------------------------------------------- */

/* detail as a log line can have it: it has quotes of its own. */
static char *
escaped(const char *detail)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_escape(&out, detail, strlen(detail), FACT_DETAIL_MAX);
	return strbuf_take(&out);
}

void
sts_entry_tell_refresh_failure(const struct sts_entry *entry, time_t now)
{
	char *reason = escaped(entry->detail != NULL ? entry->detail : "");

	log_warn("sts: domain=%s refresh=failed times=%u reason=\"%s\" kept-for=%llds "
		 "action=\"still enforced until it expires\"",
	    entry->name, entry->refresh_failures, reason,
	    (long long)(entry->expires - now));
	free(reason);
}

void
sts_entry_tell_attempt(const struct sts_entry *entry, const struct sts_result *result)
{
	char *reason;

	if (result->attempt == STS_ATTEMPT_OK) {
		log_info("sts: domain=%s fetch=ok mode=%s", entry->name,
		    sts_mode_text(result->policy->mode));
		return;
	}
	reason = escaped(result->detail);
	log_info("sts: domain=%s fetch=%s reason=\"%s\"", entry->name,
	    sts_attempt_word(result->attempt), reason);
	free(reason);
}
