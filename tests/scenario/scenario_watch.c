/*
 * Domains that are watched: looks that the story plays itself, a command that it lets fail, a clock that it moves, and a real
 * store.
 * SPDX-License-Identifier: ISC
 */
#include "audit/audit.h"
#include "base/strbuf.h"
#include "net/loop.h"
#include "scenario/story.h"
#include "watch/watch.h"

#define MINUTE      60
#define COMMAND     "/usr/local/bin/tell --to ops"
#define DOMAIN      "example.org"
#define OTHER       "example.net"
#define DOMAINS_MAX 40

/* --- the audit, as the story wants it --------------------------------------------------------- */

/* What a look at a domain comes to: "broken:no-match@mx1 advice:ttl@mx1". */
static struct {
	char domain[64];
	const char *remarks;
	unsigned looks;
} world[DOMAINS_MAX];
static size_t world_count, looking, most_looking;
static int64_t look_ms;

struct audit_ask {
	struct loop_timer *timer;
	size_t which;
	audit_done_fn *done;
	void *arg;
};

static size_t
which(const char *domain)
{
	size_t i = 0;

	while (i < world_count && strcmp(world[i].domain, domain) != 0)
		i++;
	if (i == world_count) {
		assert_true(world_count++ < DOMAINS_MAX);
		snprintf(world[i].domain, sizeof(world[i].domain), "%s", domain);
		world[i].remarks = "";
		world[i].looks = 0;
	}
	return i;
}

static void
says(const char *domain, const char *remarks)
{
	world[which(domain)].remarks = remarks;
}

static unsigned
looks_at(const char *domain)
{
	return world[which(domain)].looks;
}

static const struct remark_kind kinds[] = {
	{ REMARK_ADVICE, "ttl", "it lasts (RFC 7671, 8.1)", "shorten it" },
	{ REMARK_UNSURE, "dead", "nobody knows (RFC 7672, 2.1.2)", "start it" },
	{ REMARK_BROKEN, "no-match", "mail waits (RFC 7672, 2.2)", "publish it" },
};

/* "WORD@ABOUT" */
static void
add_remark(struct remarks *out, const char *text, size_t len)
{
	size_t i, word = strcspn(text, "@");
	char about[64];

	for (i = 0;
	     strlen(kinds[i].word) != word || memcmp(kinds[i].word, text, word) != 0;
	     i++)
		assert_true(i + 1 < COUNT_OF(kinds));
	snprintf(about, sizeof(about), "%.*s", (int)(len - word - 1), text + word + 1);
	remarks_add(out, &kinds[i], about, "seen \"so\"");
}

void
audit_free(struct audit *audit)
{
	remarks_clear(&audit->remarks);
	free(audit);
}

static void
ask_free(struct audit_ask *ask)
{
	looking--;
	loop_timer_free(ask->timer);
	free(ask);
}

static void
on_seen(void *arg)
{
	struct audit_ask *ask = arg;
	struct audit *audit = xcalloc(1, sizeof(*audit));
	const char *text = world[ask->which].remarks;
	audit_done_fn *done = ask->done;
	void *to = ask->arg;
	size_t len;

	for (; *(text += strspn(text, " ")) != '\0'; text += len) {
		len = strcspn(text, " ");
		add_remark(&audit->remarks, text, len);
	}
	world[ask->which].looks++;
	ask_free(ask);
	done(audit, to);
}

struct audit_ask *
audit_start(const struct audit_options *options, const struct domain *domain,
    audit_done_fn *done, void *arg)
{
	struct audit_ask *ask = xcalloc(1, sizeof(*ask));

	assert_string_equal(options->helo, "helo.example");
	ask->which = which(domain->text);
	ask->done = done;
	ask->arg = arg;
	ask->timer = loop_timer_new(on_seen, ask);
	loop_timer_set(ask->timer, look_ms);
	if (++looking > most_looking)
		most_looking = looking;
	return ask;
}

void
audit_cancel(struct audit_ask *ask)
{
	ask_free(ask);
}

/* --- who watches -------------------------------------------------------------------------------- */

struct lookout {
	struct story story;
	struct domain domains[DOMAINS_MAX];
	struct watch_options options;
	struct watch *watch;
};

static const struct audit_options audit_options = { .helo = "helo.example" };

/* "example.org example.net" */
static void
set_list(struct lookout *l, const char *names)
{
	size_t len;

	l->options.domains = (struct domain_list){ l->domains, 0 };
	for (; *(names += strspn(names, " ")) != '\0'; names += len) {
		len = strcspn(names, " ");
		assert_int_equal(domain_parse(names, len,
				     &l->domains[l->options.domains.count++], NULL),
		    ST_OK);
	}
}

static void
go(struct lookout *l)
{
	l->watch = watch_start(&l->options, &audit_options);
	if (l->story.store != NULL)
		watch_use_store(l->watch, l->story.store);
}

static void
begin(struct lookout *l, const char *names)
{
	memset(l, 0, sizeof(*l));
	world_count = looking = most_looking = 0;
	look_ms = 2000;
	story_begin(&l->story);
	story_use_store(&l->story);
	story_go(&l->story);
	l->options.every_s = HOUR;
	l->options.command = COMMAND;
	l->options.level = WATCH_TELL_ADVICE;
	set_list(l, names);
	go(l);
}

static void
restart(struct lookout *l)
{
	watch_stop(l->watch);
	story_restart(&l->story);
	go(l);
}

static void
end(struct lookout *l)
{
	watch_stop(l->watch);
	assert_int_equal(looking, 0);
	assert_int_equal(program_runs_now(), 0);
	story_end(&l->story);
}

/* "broken told=good +no-match@mx1": of one domain, with all that is there. */
static void
add_entry(const struct watch_entry *e, void *arg)
{
	struct strbuf *out = arg;
	size_t i;

	strbuf_addf(out, "%s%s %s told=%s", out->len > 0 ? "; " : "", e->domain->text,
	    watch_outcome_word(e->state->outcome), watch_outcome_word(e->state->told));
	for (i = 0; i < e->state->count; i++)
		if (e->state->findings[i].stage == FINDING_THERE)
			strbuf_addf(out, " %s@%s", e->state->findings[i].word,
			    e->state->findings[i].about);
	if (e->failures > 0)
		strbuf_addf(out, " failures=%u (%s)", e->failures, e->error);
}

static void
assert_known(const struct lookout *l, const char *want)
{
	struct strbuf got = STRBUF_INIT;

	watch_each(l->watch, add_entry, &got);
	assert_string_equal(strbuf_str(&got), want);
	strbuf_clear(&got);
}

/* Until the command is run for this time; -> how many seconds that took. */
static time_t
await_run(size_t count)
{
	time_t began = loop_time();

	while (program_runs() < count)
		fake_pass(1);
	return loop_time() - began;
}

/* --- stories: looks -------------------------------------------------------------------------------- */

static void
check_schedule(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN " " OTHER);
	assert_int_equal(looks_at(DOMAIN), 0);
	fake_pass(MINUTE + 5);
	assert_int_equal(looks_at(DOMAIN), 1);
	assert_int_equal(looks_at(OTHER), 1);
	assert_known(&l, "example.org good told=good; example.net good told=good");
	fake_pass(DAY);
	assert_in_range(looks_at(DOMAIN), 24, 25);
	assert_int_equal(program_runs(), 0);
	end(&l);
}

static void
check_broken_sooner(void **state UNUSED)
{
	struct lookout l;
	unsigned before;

	begin(&l, DOMAIN);
	says(DOMAIN, "no-match@mx1");
	fake_pass(MINUTE + 5);
	before = looks_at(DOMAIN);
	fake_pass(HOUR);
	assert_in_range(looks_at(DOMAIN) - before, 3, 4);
	end(&l);
}

static void
check_doubt_sooner(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	fake_pass(MINUTE + 5);
	says(DOMAIN, "dead@mx1");
	fake_pass(
	    2 * HOUR); /* a second look after five minutes; then it is news, once */
	assert_int_equal(program_runs(), 1);
	assert_known(&l, "example.org unsure told=unsure dead@mx1");
	end(&l);
}

static void
check_no_store(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	watch_stop(l.watch);
	l.watch = watch_start(&l.options, &audit_options);
	assert_int_equal(watch_now(l.watch, NULL), ST_BUSY);
	fake_pass(2 * HOUR);
	assert_int_equal(looks_at(DOMAIN), 0);
	watch_use_store(l.watch, l.story.store);
	fake_pass(MINUTE + 5);
	assert_int_equal(looks_at(DOMAIN), 1);
	end(&l);
}

static void
check_many(void **state UNUSED)
{
	struct strbuf names = STRBUF_INIT;
	struct watch_status status;
	struct lookout l;
	int i;

	for (i = 0; i < DOMAINS_MAX; i++)
		strbuf_addf(&names, "d%d.example ", i);
	begin(&l, strbuf_str(&names));
	for (i = 0; i < DOMAINS_MAX; i++) {
		char name[32];

		snprintf(name, sizeof(name), "d%d.example", i);
		says(name, "no-match@mx1");
	}
	look_ms = 10000;
	program_takes_ms(30000);
	fake_pass(DAY / 24);
	assert_int_equal(most_looking, WATCH_LOOKS_MAX);
	watch_status(l.watch, &status);
	assert_int_equal(status.domains, DOMAINS_MAX);
	assert_int_equal(status.by_outcome[WATCH_BROKEN], DOMAINS_MAX);
	assert_int_equal(status.runs, DOMAINS_MAX);
	assert_int_equal(status.untold, 0);
	assert_int_equal(program_runs(), DOMAINS_MAX);
	strbuf_clear(&names);
	end(&l);
}

static void
check_now(void **state UNUSED)
{
	struct lookout l;
	struct domain stranger;

	begin(&l, DOMAIN " " OTHER);
	fake_pass(MINUTE + 5);
	assert_int_equal(watch_now(l.watch, &l.domains[0]), ST_OK);
	fake_pass(5);
	assert_int_equal(looks_at(DOMAIN), 2);
	assert_int_equal(looks_at(OTHER), 1);
	assert_int_equal(watch_now(l.watch, NULL), ST_OK);
	fake_pass(5);
	assert_int_equal(looks_at(DOMAIN), 3);
	assert_int_equal(looks_at(OTHER), 2);
	assert_int_equal(domain_parse("else.example", 12, &stranger, NULL), ST_OK);
	assert_int_equal(watch_now(l.watch, &stranger), ST_NOTFOUND);
	end(&l);
}

/* One under way may have seen what is put right by now. */
static void
check_now_anew(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	fake_pass(MINUTE + 5);
	look_ms = 10000;
	assert_int_equal(watch_now(l.watch, NULL), ST_OK);
	fake_pass(9);
	assert_int_equal(watch_now(l.watch, NULL), ST_OK);
	fake_pass(9);
	assert_int_equal(looks_at(DOMAIN), 1);
	fake_pass(2);
	assert_int_equal(looks_at(DOMAIN), 2);
	end(&l);
}

static void
check_clock_back(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	fake_pass(MINUTE + 5);
	fake_jump(-10 * (time_t)DAY);
	restart(&l);
	fake_pass(MINUTE);
	assert_int_equal(looks_at(DOMAIN), 2);
	end(&l);
}

static void
check_clock_back_meanwhile(void **state UNUSED)
{
	struct lookout l;
	unsigned looks, runs;

	begin(&l, DOMAIN);
	fake_jump(-(time_t)DAY); /* before it was ever looked at */
	fake_pass(2 * MINUTE + 5);
	assert_int_equal(looks_at(DOMAIN), 1);
	says(DOMAIN, "no-match@mx1");
	program_says(1);
	await_run(4);
	looks = looks_at(DOMAIN);
	runs = program_runs();
	fake_jump(-(time_t)DAY);
	fake_pass(MINUTE + 5);
	assert_int_equal(looks_at(DOMAIN), looks + 1);
	fake_pass(10 * MINUTE);
	assert_int_equal(program_runs(), runs + 1);
	end(&l);
}

/* --- stories: telling -------------------------------------------------------------------------------- */

static void
check_told_once(void **state UNUSED)
{
	const struct fake_run *run;
	struct lookout l;

	begin(&l, DOMAIN);
	fake_pass(MINUTE + 5);
	says(DOMAIN, "no-match@mx1 ttl@");
	fake_pass(DAY);
	assert_int_equal(program_runs(), 1);
	run = program_run(0);
	assert_string_equal(run->words, COMMAND);
	assert_string_equal(run->env,
	    "HOPSEAL_DOMAIN=example.org HOPSEAL_OUTCOME=broken HOPSEAL_BEFORE=good");
	assert_non_null(strstr(run->input,
	    "{\"domain\":\"example.org\",\"outcome\":\"broken\",\"before\":\"good\","
	    "\"time\":\"2023-11-1"));
	assert_non_null(strstr(run->input,
	    "\"appeared\":[{\"level\":\"broken\",\"word\":\"no-match\",\"about\":\"mx1\","
	    "\"seen\":\"seen \\\"so\\\"\",\"why\":\"mail waits (RFC 7672, 2.2)\","
	    "\"remedy\":\"publish it\",\"since\":"));
	assert_non_null(strstr(run->input, "\"word\":\"ttl\""));
	assert_non_null(strstr(run->input, "\"gone\":[]}\n"));
	says(DOMAIN, "ttl@");
	fake_pass(DAY);
	assert_int_equal(program_runs(), 2);
	assert_string_equal(program_run(1)->env,
	    "HOPSEAL_DOMAIN=example.org HOPSEAL_OUTCOME=advice HOPSEAL_BEFORE=broken");
	assert_non_null(strstr(program_run(1)->input,
	    "\"appeared\":[],\"gone\":[{\"level\":\"broken\",\"word\":\"no-match\""));
	end(&l);
}

static void
check_restart(void **state UNUSED)
{
	struct lookout l;
	unsigned before;

	begin(&l, DOMAIN);
	says(DOMAIN, "no-match@mx1");
	fake_pass(MINUTE + 5);
	assert_int_equal(program_runs(), 1);
	before = looks_at(DOMAIN);
	restart(&l);
	assert_known(&l, "example.org broken told=broken no-match@mx1");
	fake_pass(5 * MINUTE); /* nor is it looked at earlier than without a restart */
	assert_int_equal(looks_at(DOMAIN), before);
	fake_pass(DAY);
	assert_int_equal(program_runs(), 1);
	says(DOMAIN, "");
	fake_pass(HOUR);
	restart(&l);
	fake_pass(DAY);
	assert_int_equal(program_runs(), 2);
	assert_known(&l, "example.org good told=good");
	end(&l);
}

static void
check_retry(void **state UNUSED)
{
	static const time_t pauses[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600 };
	struct watch_status status;
	struct lookout l;
	size_t i;

	begin(&l, DOMAIN);
	says(DOMAIN, "no-match@mx1");
	program_says(1);
	await_run(1);
	for (i = 0; i < COUNT_OF(pauses); i++)
		assert_in_range(await_run(i + 2), pauses[i], pauses[i] + 1);
	fake_pass(1);
	assert_known(&l, "example.org broken told=unknown no-match@mx1 failures=9 (as "
			 "the test wants)");
	watch_status(l.watch, &status);
	assert_int_equal(status.untold, 1);
	assert_int_equal(status.failed_runs, 9);
	program_says(0);
	fake_pass(2 * HOUR);
	assert_int_equal(program_runs(), 10);
	assert_known(&l, "example.org broken told=broken no-match@mx1");
	end(&l);
}

static void
check_retry_after_restart(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	says(DOMAIN, "no-match@mx1");
	program_says(1);
	fake_pass(MINUTE + 5);
	assert_int_equal(program_runs(), 1);
	program_says(0);
	restart(&l);
	fake_pass(1);
	assert_int_equal(program_runs(), 2);
	assert_string_equal(program_run(1)->input, program_run(0)->input);
	restart(&l);
	fake_pass(DAY);
	assert_int_equal(program_runs(), 2);
	end(&l);
}

/* The daemon ends while the command runs: nobody knows what it has done. */
static void
check_end_in_run(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	says(DOMAIN, "no-match@mx1");
	program_takes_ms(20000);
	await_run(1);
	restart(&l);
	fake_pass(30);
	assert_int_equal(program_runs(), 2);
	restart(&l);
	fake_pass(DAY);
	assert_int_equal(program_runs(), 2);
	end(&l);
}

static void
check_hang(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	says(DOMAIN, "no-match@mx1");
	program_takes_ms((int64_t)DAY * 1000);
	await_run(1);
	fake_pass(59);
	assert_known(&l, "example.org broken told=unknown no-match@mx1");
	fake_pass(2);
	assert_known(
	    &l, "example.org broken told=unknown no-match@mx1 failures=1 (timed out)");
	end(&l);
}

static void
check_no_command(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	l.options.command = "";
	watch_reconfigure(l.watch, &l.options, &audit_options);
	says(DOMAIN, "no-match@mx1");
	fake_pass(HOUR);
	l.options.command =
	    COMMAND; /* who comes later is told what changes from then on */
	watch_reconfigure(l.watch, &l.options, &audit_options);
	fake_pass(HOUR);
	assert_int_equal(program_runs(), 0);
	says(DOMAIN, "");
	fake_pass(HOUR);
	assert_int_equal(program_runs(), 1);
	end(&l);
}

static void
check_level(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	l.options.level = WATCH_TELL_BROKEN;
	watch_reconfigure(l.watch, &l.options, &audit_options);
	says(DOMAIN, "ttl@ dead@mx2");
	fake_pass(HOUR);
	assert_known(&l, "example.org unsure told=unknown dead@mx2 ttl@");
	assert_int_equal(program_runs(), 0);
	says(DOMAIN, "no-match@mx1");
	fake_pass(HOUR);
	assert_int_equal(program_runs(), 1);
	assert_null(strstr(program_run(0)->input, "ttl"));
	assert_non_null(strstr(program_run(0)->env, "HOPSEAL_BEFORE=unknown"));
	end(&l);
}

/* --- stories: reloads --------------------------------------------------------------------------------- */

static void
check_reload_list(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	says(DOMAIN, "no-match@mx1");
	fake_pass(MINUTE + 5);
	set_list(&l, OTHER " " DOMAIN);
	watch_reconfigure(l.watch, &l.options, &audit_options);
	assert_known(&l, "example.net unknown told=unknown; example.org broken "
			 "told=broken no-match@mx1");
	fake_pass(MINUTE + 5);
	set_list(&l, OTHER);
	watch_reconfigure(l.watch, &l.options, &audit_options);
	assert_known(&l, "example.net good told=good");
	restart(&l);
	set_list(&l, DOMAIN " " OTHER); /* it was forgotten: it is news again */
	watch_reconfigure(l.watch, &l.options, &audit_options);
	assert_known(
	    &l, "example.org unknown told=unknown; example.net good told=good");
	fake_pass(MINUTE + 5);
	assert_int_equal(program_runs(), 2);
	end(&l);
}

static void
check_restart_list(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN " " OTHER);
	says(DOMAIN, "no-match@mx1");
	fake_pass(MINUTE + 5);
	set_list(&l, OTHER);
	restart(&l);
	assert_known(&l, "example.net good told=good");
	set_list(&l, DOMAIN " " OTHER);
	restart(&l);
	assert_known(
	    &l, "example.org unknown told=unknown; example.net good told=good");
	end(&l);
}

static void
check_reload_look(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	fake_pass(MINUTE + 5);
	look_ms = 10000;
	assert_int_equal(watch_now(l.watch, NULL), ST_OK);
	fake_pass(5);
	watch_reconfigure(l.watch, &l.options, &audit_options);
	assert_int_equal(looking, 0);
	says(DOMAIN, "ttl@");
	fake_pass(HOUR + HOUR / 2);
	assert_known(&l, "example.org advice told=advice ttl@");
	end(&l);
}

static void
check_reload_command(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	says(DOMAIN, "no-match@mx1");
	program_says(1);
	fake_pass(12 * MINUTE);
	assert_int_equal(program_runs(), 4);
	program_says(0);
	l.options.command = "/bin/other";
	watch_reconfigure(l.watch, &l.options, &audit_options);
	fake_pass(1);
	assert_int_equal(program_runs(), 5);
	assert_string_equal(program_run(4)->words, "/bin/other");
	end(&l);
}

/* Its command is still running. */
static void
check_reload_away(void **state UNUSED)
{
	struct lookout l;

	begin(&l, DOMAIN);
	says(DOMAIN, "no-match@mx1");
	program_takes_ms(20000);
	await_run(1);
	set_list(&l, "");
	watch_reconfigure(l.watch, &l.options, &audit_options);
	assert_int_equal(program_runs_now(), 0);
	fake_pass(DAY);
	assert_int_equal(program_runs(), 1);
	end(&l);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("SEED-22 a new domain within a minute, then by its interval",
		    check_schedule),
		CASE(
		    "SEED-22 a broken domain is looked at sooner", check_broken_sooner),
		CASE("SEED-22 what is unsure is looked at again before it is news",
		    check_doubt_sooner),
		CASE("SEED-22 nothing is looked at before there is a store",
		    check_no_store),
		CASE("SEED-22 of many domains two are looked at at once", check_many),
		CASE("SEED-22 a look when asked for", check_now),
		CASE("SEED-22 one that is under way begins anew then", check_now_anew),
		CASE("SEED-22 the clock is set back", check_clock_back),
		CASE("SEED-22 the clock is set back while nobody restarts",
		    check_clock_back_meanwhile),
		CASE("SEED-22 a change is told once, as JSON and in variables",
		    check_told_once),
		CASE("SEED-22 a restart tells nothing twice", check_restart),
		CASE("SEED-22 a command that fails is run again, ever later",
		    check_retry),
		CASE("SEED-22 and after a restart at once", check_retry_after_restart),
		CASE("SEED-22 a daemon that ends during a run repeats it once",
		    check_end_in_run),
		CASE("SEED-22 a command that hangs has failed after a minute",
		    check_hang),
		CASE("SEED-22 without a command nothing is told, then or later",
		    check_no_command),
		CASE("SEED-22 level = broken", check_level),
		CASE(
		    "SEED-22 a reload changes the list; what is taken off is forgotten",
		    check_reload_list),
		CASE("SEED-22 a restart with another list, too", check_restart_list),
		CASE("SEED-22 a look under way at a reload is made again",
		    check_reload_look),
		CASE("SEED-22 a reload with another command tries it at once",
		    check_reload_command),
		CASE("SEED-22 a domain is taken off while its command runs",
		    check_reload_away),
	};

	return cases_run("watch", tables, COUNT_OF(tables));
}
