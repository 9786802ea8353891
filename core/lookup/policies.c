/* SPDX-License-Identifier: ISC */
#include "lookup/policies.h"

#include "base/log.h"
#include "base/mem.h"
#include "net/loop.h"

/* An idle domain's policy is kept fresh this long after the last question for it. */
#define IDLE_MAX (180L * 86400)

/* Seconds between lines about evicted policies. */
#define TELL_EVERY 60

/* One failed refresh may be an accident (STS-CACHE-06). */
#define REFRESH_FAILURES_TOLD 2

/* --- entries -------------------------------------------------------------------------- */

static size_t
policy_bytes(const struct sts_policy *policy)
{
	if (policy == NULL)
		return 0;
	return sizeof(*policy) + policy->pattern_count * sizeof(policy->patterns[0]) +
	       2 * (size_t)policy->body_len;
}

static size_t
entry_bytes(const struct sts_entry *entry)
{
	return sizeof(*entry) + strlen(entry->name) + 1 + policy_bytes(entry->policy);
}

static void
place(struct policies *p, struct sts_entry *entry)
{
	list_remove(&entry->by_use);
	list_append(sts_entry_is_strong(entry) ? &p->strong : &p->weak, &entry->by_use);
}

static void
set_policy(struct policies *p, struct sts_entry *entry, struct sts_policy *policy)
{
	p->bytes -= policy_bytes(entry->policy);
	p->with_policy -= entry->policy != NULL;
	p->strong_count -= sts_entry_is_strong(entry);
	free(entry->policy);
	entry->policy = policy;
	p->bytes += policy_bytes(policy);
	p->with_policy += policy != NULL;
	p->strong_count += sts_entry_is_strong(entry);
	if (policy == NULL)
		entry->id[0] = '\0';
	place(p, entry);
}

/* Without its policy an entry has nothing that a question could be answered from. */
static void
forget_policy(struct policies *p, struct sts_entry *entry)
{
	set_policy(p, entry, NULL);
	entry->is_record_known = false;
}

static void
set_detail(struct sts_entry *entry, const char *detail)
{
	free(entry->detail);
	entry->detail = *detail != '\0' ? xstrdup(detail) : NULL;
}

static void
entry_free(struct policies *p, struct sts_entry *entry)
{
	set_policy(p, entry, NULL);
	p->bytes -= entry_bytes(entry);
	map_remove(&p->map, &entry->link);
	list_remove(&entry->by_use);
	free(entry->detail);
	free(entry);
}

static bool
is_named(const struct map_link *link, const void *key)
{
	return strcmp(LIST_ITEM(link, const struct sts_entry, link)->name, key) == 0;
}

struct sts_entry *
policies_find(const struct policies *p, const struct domain *domain)
{
	struct map_link *link = map_find(&p->map,
	    map_hash(&p->map, domain->text, domain->len), is_named, domain->text);

	return link != NULL ? LIST_ITEM(link, struct sts_entry, link) : NULL;
}

static struct sts_entry *
entry_new(struct policies *p, const struct domain *domain)
{
	struct sts_entry *entry = xmalloc(sizeof(*entry) + domain->len + 1u);

	*entry = (struct sts_entry){ 0 };
	memcpy(entry->name, domain->text, domain->len + 1u);
	list_append(&p->weak, &entry->by_use);
	map_add(&p->map, &entry->link, map_hash(&p->map, domain->text, domain->len));
	p->bytes += entry_bytes(entry);
	return entry;
}

/* --- eviction (STS-CACHE-12) ------------------------------------------------------------ */

static struct sts_entry *
first_idle(const struct list *head)
{
	struct list *node;

	for (node = head->next; node != head; node = node->next) {
		struct sts_entry *entry = LIST_ITEM(node, struct sts_entry, by_use);

		if (entry->operation == NULL)
			return entry;
	}
	return NULL;
}

static void
store_drop(struct policies *p, const struct sts_entry *entry)
{
	struct domain domain;

	if (p->store == NULL)
		return;
	/* The name was a domain when the entry was made. */
	if (domain_parse(entry->name, strlen(entry->name), &domain, NULL) == ST_OK)
		store_drop_policy(p->store, &domain);
}

/* Many at once are one line a minute: the first domain by name, the others by number. */
static void
tell_eviction(struct policies *p, const struct sts_entry *entry)
{
	time_t now = loop_time();

	p->evictions_untold++;
	if (p->eviction_told != 0 && now >= p->eviction_told &&
	    now - p->eviction_told < TELL_EVERY)
		return;
	log_warn("sts: domain=%s mode=%s action=evicted times=%zu policies=%zu "
		 "reason=\"cache full, raise [cache] policies or policy-bytes\"",
	    entry->name, sts_mode_text(entry->policy->mode), p->evictions_untold,
	    p->map.count);
	p->eviction_told = now;
	p->evictions_untold = 0;
}

/* Strong ones make room for each other, never for weak ones, of which no more can be busy than questions wait. */
static struct sts_entry *
next_victim(const struct policies *p)
{
	struct sts_entry *entry = first_idle(&p->weak);

	if (entry != NULL)
		return entry;
	if (p->strong_count <= p->max && p->bytes <= p->max_bytes)
		return NULL;
	return first_idle(&p->strong);
}

/* For so many more entries. */
static void
make_room(struct policies *p, size_t more)
{
	struct sts_entry *entry;

	while (p->map.count + more > p->max || p->bytes > p->max_bytes) {
		entry = next_victim(p);
		if (entry == NULL)
			return;
		if (sts_entry_is_strong(entry))
			tell_eviction(p, entry);
		p->evicted++;
		if (entry->policy != NULL)
			store_drop(p, entry);
		entry_free(p, entry);
	}
}

struct sts_entry *
policies_get(struct policies *p, const struct domain *domain, time_t now)
{
	struct sts_entry *entry = policies_find(p, domain);

	if (entry == NULL) {
		make_room(p, 1);
		entry = entry_new(p, domain);
	}
	policies_touch(p, entry, now);
	return entry;
}

void
policies_touch(struct policies *p, struct sts_entry *entry, time_t now)
{
	entry->used = now;
	place(p, entry);
}

/* --- taking in a result --------------------------------------------------------------------- */

static void
store_put(struct policies *p, const struct sts_entry *entry)
{
	struct stored_policy stored = {
		.id = entry->id,
		.body = entry->policy->body,
		.len = entry->policy->body_len,
		.fetched = entry->fetched,
		.expires = entry->expires,
		.used = entry->used,
	};
	struct domain domain;

	if (p->store == NULL)
		return;
	if (domain_parse(entry->name, strlen(entry->name), &domain, NULL) != ST_OK)
		return;
	stored.domain = &domain;
	store_put_policy(p->store, &stored);
}

/* A tenth earlier or later, by the name, so that refreshes of one start spread out. */
static time_t
refresh_time(const struct policies *p, const struct sts_entry *entry)
{
	time_t every = (time_t)p->refresh_every;
	time_t half_life = (entry->expires - entry->fetched) / 2;

	every -= every / 10 * (time_t)(entry->link.hash % 1000) / 1000;
	/* A policy that lives shorter than that is looked at in the middle of its life. */
	return entry->fetched + (every < half_life ? every : half_life);
}

static void
adopt(
    struct policies *p, struct sts_entry *entry, struct sts_result *result, time_t now)
{
	uint32_t age = result->policy->max_age_s;

	/* A refresh without a live record keeps the id it knew (STS-CACHE-14). */
	if (result->id[0] == '\0')
		memcpy(result->id, entry->id, sizeof(result->id));
	set_policy(p, entry, result->policy);
	result->policy = NULL;
	memcpy(entry->id, result->id, sizeof(entry->id));
	entry->fetched = now;
	/* max_age 0 serves the deliveries that wait for it now, and no later one
	 * (STS-CACHE-09). */
	entry->expires = now + (age > 0 ? (time_t)age : 1);
	entry->refresh_at = refresh_time(p, entry);
	entry->refresh_failures = 0;
	if (age > 0)
		store_put(p, entry);
	else
		store_drop(p, entry);
}

static void
note_refresh_failure(struct policies *p, struct sts_entry *entry, time_t now)
{
	entry->refresh_at =
	    now + (time_t)(p->refresh_every / 4 > p->retry_after ? p->refresh_every / 4
								 : p->retry_after);
	if (entry->refresh_failures < UINT8_MAX)
		entry->refresh_failures++;
	if (entry->refresh_failures == REFRESH_FAILURES_TOLD &&
	    sts_entry_is_strong(entry))
		sts_entry_tell_refresh_failure(entry, now);
}

static void
apply_record(struct sts_entry *entry, const struct sts_result *result, time_t now)
{
	entry->is_record_known = true;
	entry->is_record_error = result->is_record_error;
	entry->record = (uint8_t)result->record;
	entry->record_until = now + (time_t)result->record_ttl_s;
}

static void
apply_attempt(struct policies *p, struct sts_entry *entry, struct sts_result *result,
    bool was_refresh, time_t now)
{
	if (entry->attempt != (uint8_t)result->attempt)
		sts_entry_tell_attempt(entry, result);
	entry->attempt = (uint8_t)result->attempt;
	entry->attempted = now;
	memcpy(entry->attempted_id, result->id, sizeof(entry->attempted_id));
	if (result->policy != NULL)
		adopt(p, entry, result, now);
	else if (was_refresh)
		note_refresh_failure(p, entry, now);
}

void
policies_apply(struct policies *p, struct sts_entry *entry, struct sts_result *result,
    bool was_refresh, time_t now)
{
	bool is_paused = sts_entry_is_paused(entry, p->retry_after, now);
	time_t pause_end;

	apply_record(entry, result, now);
	/* Without a new attempt, the failure that a pause stands for stays in sight. */
	if (result->attempt != STS_ATTEMPT_NONE || !is_paused)
		set_detail(entry, result->detail);
	if (result->attempt != STS_ATTEMPT_NONE)
		apply_attempt(p, entry, result, was_refresh, now);
	/* Try again when the pause is over, not when the record's TTL is. */
	pause_end = entry->attempted + (time_t)p->retry_after;
	if (sts_entry_is_paused(entry, p->retry_after, now) &&
	    entry->record_until > pause_end)
		entry->record_until = pause_end;
	make_room(p, 0);
}

/* --- the whole ---------------------------------------------------------------------------- */

struct loading {
	struct policies *policies;
	time_t now;
	size_t refused;
};

static struct sts_entry *
entry_restore(struct policies *p, const struct stored_policy *stored)
{
	struct sts_entry *entry = entry_new(p, stored->domain);

	entry->attempt = STS_ATTEMPT_OK;
	entry->attempted = stored->fetched;
	entry->used = stored->used;
	return entry;
}

static void
on_stored(const struct stored_policy *stored, void *arg)
{
	struct loading *l = arg;
	struct policies *p = l->policies;
	struct sts_entry *entry = policies_find(p, stored->domain);
	struct sts_policy *policy;

	if (stored->expires <= l->now)
		return;
	/* What memory has is younger. */
	if (entry != NULL && entry->policy != NULL)
		return;
	if (sts_policy_parse(stored->body, stored->len, &policy, NULL) != ST_OK) {
		l->refused++;
		return;
	}
	if (entry == NULL)
		entry = entry_restore(p, stored);
	set_policy(p, entry, policy);
	snprintf(entry->id, sizeof(entry->id), "%s", stored->id);
	entry->fetched = stored->fetched;
	entry->expires = stored->expires;
	entry->refresh_at = refresh_time(p, entry);
	sts_entry_limit_to_clock(entry, l->now);
	make_room(p, 0);
}

static void
put_link(struct map_link *link, void *arg)
{
	const struct sts_entry *entry = LIST_ITEM(link, struct sts_entry, link);
	struct loading *l = arg;

	if (sts_entry_is_valid(entry, l->now) && entry->policy->max_age_s > 0)
		store_put(l->policies, entry);
}

enum status
policies_use_store(struct policies *p, struct store *store, time_t now)
{
	struct loading loading = { .policies = p, .now = now };
	size_t cursor = 0;
	enum status rc;

	/* First what memory has, then what only the store has: nothing is written back. */
	p->store = store;
	map_walk(&p->map, &cursor, p->map.slot_count, put_link, &loading);
	rc = store_each_policy(store, on_stored, &loading);
	if (loading.refused > 0)
		log_warn(
		    "sts: stored-policies-refused=%zu reason=\"no longer readable, "
		    "they will be fetched again\"",
		    loading.refused);
	if (rc != ST_OK)
		p->store = NULL;
	return rc;
}

void
policies_init(struct policies *p, const struct engine_options *options)
{
	*p = (struct policies){
		.max = options->policies_max,
		.max_bytes = options->policies_max_bytes,
		.refresh_every = options->refresh_every,
		.retry_after = options->retry_after,
	};
	map_init(&p->map, 0);
	list_init(&p->weak);
	list_init(&p->strong);
}

void
policies_clear(struct policies *p)
{
	while (!list_is_empty(&p->weak))
		entry_free(p, LIST_ITEM(p->weak.next, struct sts_entry, by_use));
	while (!list_is_empty(&p->strong))
		entry_free(p, LIST_ITEM(p->strong.next, struct sts_entry, by_use));
	map_clear(&p->map);
}

bool
policies_drop(struct policies *p, const struct domain *domain)
{
	struct sts_entry *entry = policies_find(p, domain);

	if (entry == NULL)
		return false;
	store_drop(p, entry);
	if (entry->operation == NULL) {
		entry_free(p, entry);
		return true;
	}
	forget_policy(p, entry);
	entry->attempt = STS_ATTEMPT_NONE;
	return true;
}

struct walk {
	struct policies *policies;
	time_t now;
	policies_due_fn *fn;
	void *arg;
};

static void
on_walk(struct map_link *link, void *arg)
{
	struct sts_entry *entry = LIST_ITEM(link, struct sts_entry, link);
	struct walk *w = arg;

	if (entry->policy == NULL || entry->operation != NULL)
		return;
	sts_entry_limit_to_clock(entry, w->now);
	if (w->now >= entry->expires) {
		log_info("sts: domain=%s mode=%s action=expired", entry->name,
		    sts_mode_text(entry->policy->mode));
		store_drop(w->policies, entry);
		forget_policy(w->policies, entry);
	} else if (w->now >= entry->refresh_at && w->now - entry->used < IDLE_MAX &&
		   !sts_entry_is_paused(entry, w->policies->retry_after, w->now)) {
		w->fn(entry, w->arg);
	}
}

void
policies_walk(
    struct policies *p, size_t parts, time_t now, policies_due_fn *fn, void *arg)
{
	struct walk w = { .policies = p, .now = now, .fn = fn, .arg = arg };

	map_walk(&p->map, &p->cursor, p->map.slot_count / parts + 1, on_walk, &w);
}
