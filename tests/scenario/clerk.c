/* SPDX-License-Identifier: ISC */
#include "scenario/clerk.h"

#include <dirent.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "store/tally.h"

static struct strbuf text;

/* --- life and death -------------------------------------------------------------------- */

void
clerk_begin(struct clerk *c, const char *policy)
{
	*c = (struct clerk){ .has_no_store = false };
	stage_begin(&c->story, policy);
	story_use_store(&c->story);
	c->options = (struct account_options){
		.folder = c->story.folder,
		.grace_s = GRACE,
	};
	c->probe = (struct probe_options){
		.keep_s = HOUR,
		.pause_s = 600,
		.per_minute = 100,
		.parallel = 10,
		.deadline_ms = 20000,
		.kept_max = 100,
		.helo = "sender.example",
	};
}

static void
begin_engine(struct clerk *c)
{
	c->story.engine = engine_new(&c->story.options, NULL, NULL);
	if (!c->has_no_store)
		story_open_store(&c->story);
}

void
clerk_go(struct clerk *c)
{
	begin_engine(c);
	c->probes = probes_new(&c->probe);
	c->account = account_new(&c->options, c->story.engine, c->probes);
	if (c->story.store != NULL)
		account_use_store(c->account, c->story.store);
	fake_pass_ms(100);
}

void
clerk_use_store(struct clerk *c)
{
	c->has_no_store = false;
	story_open_store(&c->story);
	account_use_store(c->account, c->story.store);
}

void
clerk_die(struct clerk *c)
{
	account_free(c->account);
	probes_free(c->probes);
	engine_free(c->story.engine);
	store_close(c->story.store);
	c->account = NULL;
	c->probes = NULL;
	c->story.engine = NULL;
	c->story.store = NULL;
}

void
clerk_restart(struct clerk *c)
{
	clerk_die(c);
	clerk_go(c);
	settle(c);
}

const char *
clerk_path(const struct clerk *c, const char *name)
{
	static char path[sizeof(c->story.folder) + NAME_MAX + 2];

	snprintf(path, sizeof(path), "%s/%s", c->story.folder, name);
	return path;
}

static void
remove_files(const struct clerk *c)
{
	DIR *dir = opendir(c->story.folder);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlink(clerk_path(c, entry->d_name));
	closedir(dir);
}

void
clerk_end(struct clerk *c)
{
	clerk_die(c);
	remove_files(c);
	story_end(&c->story);
	strbuf_clear(&text);
}

void
settle(struct clerk *c)
{
	int i;

	/* Merge, what that makes possible, and its merge. */
	for (i = 0; i < 3; i++) {
		fake_pass_ms(1100);
		if (c->story.store != NULL)
			store_flush(c->story.store);
		fake_settle();
	}
}

void
clerk_knows(struct clerk *c, const char *next_hop)
{
	ask(&c->story, next_hop);
}

/* --- what comes in ------------------------------------------------------------------------- */

bool
offer(struct clerk *c, const char *const *datagrams, size_t count, bool is_taken)
{
	struct datagram batch[DATAGRAM_BATCH_MAX];
	bool is_safe;
	size_t i;

	for (i = 0; i < count; i++)
		batch[i] = (struct datagram){ datagrams[i], strlen(datagrams[i]) };
	is_safe = account_take_datagrams(batch, count, c->account);
	if (is_safe && is_taken)
		account_note_taken(c->account);
	return is_safe;
}

void
tell(struct clerk *c, const char *datagram)
{
	assert_true(offer(c, &datagram, 1, true));
}

void
tell_times(struct clerk *c, const char *datagram, unsigned times)
{
	while (times-- > 0)
		tell(c, datagram);
}

enum status
send_event(struct clerk *c, const char *json)
{
	struct why why;

	return account_take_event(c->account, json, strlen(json), &why);
}

/* --- what is in the books ------------------------------------------------------------------ */

static void
on_tally(const struct tally *t, void *arg)
{
	size_t i;

	(void)arg;
	strbuf_addf(&text, "%s%s %s %llu/%llu", text.len > 0 ? "; " : "",
	    policy_type_word(t->type), t->policy_domain,
	    (unsigned long long)t->successes, (unsigned long long)t->failures);
	for (i = 0; i < t->detail_count; i++)
		strbuf_addf(&text, " %s=%llu", tls_result_word(t->details[i].result),
		    (unsigned long long)t->details[i].count);
}

const char *
counted_on(struct clerk *c, const char *domain, time_t day)
{
	settle(c);
	strbuf_reset(&text);
	assert_int_equal(
	    store_each_tally(c->story.store, day, domain, on_tally, NULL), ST_OK);
	if (text.len == 0)
		strbuf_adds(&text, "nothing");
	return strbuf_str(&text);
}

const char *
counted(struct clerk *c, const char *domain)
{
	return counted_on(c, domain, TODAY);
}

struct account_status
clerk_status(const struct clerk *c)
{
	struct account_status status;

	account_status(c->account, &status);
	return status;
}
