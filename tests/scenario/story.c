/* SPDX-License-Identifier: ISC */
#include "scenario/story.h"

#include <unistd.h>

#include "base/strbuf.h"
#include "store/store.h"
#include "wire/dialect.h"

#define PATIENCE_MS 120000

static struct strbuf told;

void
story_begin(struct story *s)
{
	*s = (struct story){ 0 };
	s->options = (struct engine_options){
		.settings.digests = tlsa_digests_default,
		.dns_deadline_ms = 4000,
		.https_deadline_ms = 60000,
		.fetch_parallel = 100,
		.refresh_every = DAY,
		.retry_after = 300,
		.policies_max = 1000,
		.policies_max_bytes = 1 << 20,
		.routes_max = 1000,
		.probe_secure = domain_named("signed.example"),
		.probe_bogus = domain_named("bogus.example"),
	};
	fake_begin(NOON);
	dns_says("signed.example SOA S 60 x");
	dns_says("bogus.example A servfail");
}

void
story_open_store(struct story *s)
{
	struct why why;

	assert_int_equal(store_open(s->folder, &s->store, &why), ST_OK);
	assert_int_equal(engine_use_store(s->engine, s->store), ST_OK);
	assert_int_equal(store_start(s->store, &why), ST_OK);
}

void
story_go(struct story *s)
{
	s->engine = engine_new(&s->options, NULL, NULL);
	if (s->folder[0] != '\0')
		story_open_store(s);
	fake_pass_ms(100);
}

void
story_use_store(struct story *s)
{
	snprintf(s->folder, sizeof(s->folder), "/tmp/hopseal-story-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
}

static void
stop(struct story *s)
{
	engine_free(s->engine);
	store_close(s->store);
	s->engine = NULL;
	s->store = NULL;
}

void
story_restart(struct story *s)
{
	stop(s);
	story_go(s);
}

static void
remove_folder(const char *folder)
{
	static const char *const files[] = { "hopseal.db", "hopseal.db-wal",
		"hopseal.db-shm" };
	char path[128];
	size_t i;

	for (i = 0; i < COUNT_OF(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	rmdir(folder);
}

void
story_end(struct story *s)
{
	stop(s);
	if (s->folder[0] != '\0')
		remove_folder(s->folder);
	strbuf_clear(&told);
}

/* --- asking ----------------------------------------------------------------------------------- */

struct asking {
	const char *map; /* NULL: verdicts */
	bool is_done;
};

static void
tell_verdicts(const struct answer *a)
{
	size_t i;

	strbuf_adds(&told, verdict_word(a->verdict));
	for (i = 0; i < a->count; i++)
		strbuf_addf(&told, " %s=%s", a->hosts[i].name->text,
		    verdict_word(a->hosts[i].verdict));
}

static void
tell_reply(const struct answer *a, const char *map)
{
	static const char *const codes[] = {
#define X(code, word) word,
		SOCKETMAP_CODES(X)
#undef X
	};
	struct strbuf text = STRBUF_INIT;
	enum socketmap_code code = dialect_find(map, strlen(map))->put(a, &text);

	strbuf_addf(&told, "%s %s", codes[code], strbuf_str(&text));
	strbuf_clear(&text);
}

static void
on_answer(const struct answer *a, void *arg)
{
	struct asking *asking = arg;

	asking->is_done = true;
	strbuf_reset(&told);
	if (asking->map != NULL)
		tell_reply(a, asking->map);
	else
		tell_verdicts(a);
}

static struct next_hop
next_hop_of(const char *text)
{
	struct next_hop n;

	assert_int_equal(next_hop_parse(text, strlen(text), &n, NULL), NEXT_HOP_DOMAIN);
	return n;
}

/* As a door does it. */
const char *
ask_as(struct story *s, const char *map, const char *text)
{
	struct next_hop n = next_hop_of(text);
	struct asking asking = { .map = map };
	struct answer answer;
	int waited;

	if (engine_peek(s->engine, &n, &answer)) {
		on_answer(&answer, &asking);
		answer_clear(&answer);
		return strbuf_str(&told);
	}
	engine_ask(s->engine, &n, 5000, on_answer, &asking);
	assert_false(asking.is_done);
	for (waited = 0; !asking.is_done && waited < PATIENCE_MS; waited += 5)
		fake_pass_ms(5);
	assert_true(asking.is_done);
	return strbuf_str(&told);
}

const char *
ask(struct story *s, const char *text)
{
	return ask_as(s, NULL, text);
}

bool
is_at_hand(struct story *s, const char *text)
{
	struct next_hop n = next_hop_of(text);
	struct answer answer;

	if (!engine_peek(s->engine, &n, &answer))
		return false;
	answer_clear(&answer);
	return true;
}

static void
on_policy(const struct policy_entry *entry, void *arg)
{
	(void)arg;
	if (entry->sts.policy != NULL)
		strbuf_addf(&told, "%s id=%s", sts_mode_text(entry->sts.policy->mode),
		    entry->sts.id);
}

const char *
cached(struct story *s, const char *text)
{
	struct domain d = domain_named(text);

	strbuf_reset(&told);
	if (engine_show_policy(s->engine, &d, on_policy, NULL) != ST_OK ||
	    told.len == 0)
		strbuf_adds(&told, "none cached");
	return strbuf_str(&told);
}
