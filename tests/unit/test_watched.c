/*
 * What the store keeps of domains that are watched.  SPDX-License-Identifier: ISC
 */
#include "base/strbuf.h"
#include "cases.h"
#include "store/watched.h"
#include "store_folder.h"

static const struct stored_finding findings[] = {
	{ .stage = "there",
	    .is_told = true,
	    .level = "broken",
	    .word = "tlsa-no-match",
	    .about = "mx1.example.org 192.0.2.1",
	    .seen = "no record; it's \"so\"",
	    .why = "mail waits (RFC 7672, 2.2)",
	    .remedy = "publish it",
	    .since = 1730851500,
	    .last = 1730855100 },
	{ .stage = "gone",
	    .level = "advice",
	    .word = "ttl",
	    .about = "",
	    .seen = "",
	    .why = "",
	    .remedy = "",
	    .since = 1,
	    .last = 2 },
};

#define WATCH                                                                          \
	" broken good 1730851500 1730855100 1730851500\n"                              \
	"there 1 broken tlsa-no-match mx1.example.org 192.0.2.1|no record; it's "      \
	"\"so\"|mail waits (RFC 7672, 2.2)|publish it 1730851500 1730855100\n"         \
	"gone 0 advice ttl ||| 1 2\n"

/* With the first so many of the findings. */
static void
put(struct store *s, const char *domain, size_t count)
{
	struct domain d = domain_named(domain);

	store_put_watch(s, &(struct stored_watch){ .domain = &d,
			       .outcome = "broken",
			       .told = "good",
			       .since = 1730851500,
			       .looked = 1730855100,
			       .sure = 1730851500,
			       .findings = findings,
			       .count = count });
}

static void
drop(struct store *s, const char *domain)
{
	struct domain d = domain_named(domain);

	store_drop_watch(s, &d);
}

/* --- what is there, in words ----------------------------------------------------------------------- */

struct listing {
	struct store *store;
	struct strbuf text;
	const char *domain; /* whose findings are wanted */
};

static void
add_finding(const struct stored_finding *f, void *arg)
{
	struct listing *l = arg;

	if (strcmp(f->domain, l->domain) == 0)
		strbuf_addf(&l->text, "%s %d %s %s %s|%s|%s|%s %lld %lld\n", f->stage,
		    f->is_told, f->level, f->word, f->about, f->seen, f->why, f->remedy,
		    (long long)f->since, (long long)f->last);
}

static void
add_watch(const struct stored_watch *w, void *arg)
{
	struct listing *l = arg;

	strbuf_addf(&l->text, "%s %s %s %lld %lld %lld\n", w->domain->text, w->outcome,
	    w->told, (long long)w->since, (long long)w->looked, (long long)w->sure);
	l->domain = w->domain->text;
	assert_int_equal(store_each_finding(l->store, add_finding, l), ST_OK);
}

static void
assert_kept(struct store *s, const char *want)
{
	struct listing l = { .store = s };

	assert_true(store_flush(s));
	assert_int_equal(store_each_watch(s, add_watch, &l), ST_OK);
	assert_string_equal(strbuf_str(&l.text), want);
	strbuf_clear(&l.text);
}

/* --- what happens to it ------------------------------------------------------------------------------ */

static void
check_restart(void **state UNUSED)
{
	struct store *s;

	folder_make();
	s = open_started();
	assert_kept(s, "");
	put(s, "b.example", 2);
	put(s, "a.example", 0);
	store_close(s);
	s = open_started();
	assert_kept(s, "a.example broken good 1730851500 1730855100 1730851500\n"
		       "b.example" WATCH);
	store_close(s);
	folder_remove();
}

static void
check_again(void **state UNUSED)
{
	struct store *s;

	folder_make();
	s = open_started();
	put(s, "a.example", 1);
	assert_true(store_flush(s));
	put(s, "a.example", 2);
	assert_kept(s, "a.example" WATCH);
	put(s, "a.example", 0);
	assert_kept(s, "a.example broken good 1730851500 1730855100 1730851500\n");
	store_close(s);
	folder_remove();
}

static void
check_drop(void **state UNUSED)
{
	struct store *s;

	folder_make();
	s = open_started();
	put(s, "a.example", 2);
	put(s, "b.example", 2);
	drop(s, "a.example");
	drop(s, "c.example");
	assert_kept(s, "b.example" WATCH);
	put(s, "a.example", 0);
	assert_kept(s, "a.example broken good 1730851500 1730855100 1730851500\n"
		       "b.example" WATCH);
	store_close(s);
	folder_remove();
}

/* A policy or an override of the same name is another row: none takes the other's place in the queue. */
static void
check_same_name(void **state UNUSED)
{
	struct domain d = domain_named("a.example");
	struct store *s;

	folder_make();
	s = open_started();
	put(s, "a.example", 2);
	store_drop_policy(s, &d);
	store_drop_override(s, &d, false);
	assert_kept(s, "a.example" WATCH);
	store_close(s);
	folder_remove();
}

/* While the disk is full the last state counts. */
static void
check_disk_full(void **state UNUSED)
{
	static char filler[1 << 20];
	struct domain d = domain_named("filler.example");
	struct stored_policy policy = { .domain = &d,
		.id = "1",
		.body = filler,
		.len = sizeof(filler),
		.fetched = 1,
		.expires = 4102444800,
		.used = 1 };
	struct store *s;

	folder_make();
	s = open_started();
	put(s, "a.example", 1);
	assert_true(store_flush(s));
	log_capture();
	disk_fill();
	store_put_policy(s, &policy);
	put(s, "a.example", 0);
	assert_false(store_flush(s));
	put(s, "a.example", 2);
	disk_free();
	assert_true(store_flush(s));
	log_release();
	assert_kept(s, "a.example" WATCH);
	store_close(s);
	folder_remove();
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("SEED-22 what is known of a domain outlives a restart",
		    check_restart),
		CASE("SEED-22 what was kept before is replaced", check_again),
		CASE("SEED-22 a domain is forgotten, with its findings", check_drop),
		CASE("SEED-22 a policy of the same name is something else",
		    check_same_name),
		CASE("SEED-22 after a full disk the last state is there",
		    check_disk_full),
	};

	return cases_run("watched", tables, COUNT_OF(tables));
}
