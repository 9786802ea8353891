/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "cases.h"
#include "store/queue.h"
#include "store/sqlite.h"
#include "store/tally.h"
#include "store_folder.h"

#define DAY   ((time_t)1730851200) /* 2024-11-06 */
#define DAY_S 86400

/* --- merging --------------------------------------------------------------------------------------- */

static bool
is_healthy(struct store *s)
{
	struct store_state state;

	store_state(s, &state);
	return state.is_healthy;
}

static void
note_done(void *arg)
{
	atomic_int *done = arg;

	(*done)++;
}

/* Merge, and see that it was done once. */
static void
merge(struct store *s, const struct merge *m)
{
	atomic_int done = 0;

	store_merge(s, m, note_done, &done);
	store_flush(s);
	assert_int_equal(done, 1);
}

static void
merge_tallies(struct store *s, const struct tally *tallies, size_t count)
{
	merge(s,
	    &(struct merge){ .tallies = tallies, .tally_count = count, .sync_fd = -1 });
}

/* An STS policy of its own domain, to be varied. */
static struct tally
tally(const char *domain, uint64_t successes, uint64_t failures)
{
	return (struct tally){ .day = DAY,
		.domain = domain,
		.type = POLICY_STS,
		.policy_domain = domain,
		.text = "version: STSv1",
		.mx = "",
		.successes = successes,
		.failures = failures };
}

static struct tally_detail
detail(enum tls_result result, const char *code, uint64_t count)
{
	return (struct tally_detail){ .result = result,
		.code = code,
		.local = "192.0.2.1",
		.remote = "2001:db8::1",
		.host = "mx.example",
		.helo = "helo.example",
		.count = count };
}

static void
merge_one(struct store *s, const char *domain, uint64_t successes, uint64_t failures)
{
	struct tally t = tally(domain, successes, failures);

	merge_tallies(s, &t, 1);
}

/* --- what is there, in words ----------------------------------------------------------------------- */

/* "sts a.example 3/1 (text|mx) expired*1 code 192.0.2.1 ...\n" */
static void
add_tally(const struct tally *t, void *arg)
{
	size_t i;

	strbuf_addf(arg, "%s %s %llu/%llu (%s|%s)", policy_type_word(t->type),
	    t->policy_domain, (unsigned long long)t->successes,
	    (unsigned long long)t->failures, t->text, t->mx);
	for (i = 0; i < t->detail_count; i++) {
		const struct tally_detail *d = &t->details[i];

		strbuf_addf(arg, " %s*%llu,%s,%s,%s,%s,%s", tls_result_word(d->result),
		    (unsigned long long)d->count, d->code, d->local, d->remote, d->host,
		    d->helo);
	}
	strbuf_addc(arg, '\n');
}

static void
assert_tallies(struct store *s, time_t day, const char *domain, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	assert_int_equal(store_each_tally(s, day, domain, add_tally, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

/* "a.example 3/1 record closed\n" */
static void
add_day(const struct tally_day *d, void *arg)
{
	strbuf_addf(arg, "%s %llu/%llu%s%s%s\n", d->domain,
	    (unsigned long long)d->successes, (unsigned long long)d->failures,
	    d->record[0] != '\0' ? " " : "", d->record, d->is_closed ? " closed" : "");
}

static void
assert_days(struct store *s, time_t day, const char *after, size_t max, bool only_open,
    const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	assert_int_equal(
	    store_each_day(s, day, after, max, only_open, add_day, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static struct tally_sums
sums_of(struct store *s, time_t day)
{
	struct tally_sums sums;

	assert_int_equal(store_day_sums(s, day, &sums), ST_OK);
	return sums;
}

static void
ignore_report(const struct stored_report *report, void *arg)
{
	(void)report;
	(void)arg;
}

/* Nobody wants a report of it. */
static void
close_day(struct store *s, time_t day, const char *domain)
{
	const struct stored_report none = { .id = "",
		.domain = domain,
		.day = day,
		.record = "",
		.file_name = "",
		.bytes = NULL };

	store_put_report(s, &none, NULL, NULL, 0);
}

/* --- the tests: counting --------------------------------------------------------------------------- */

static void
check_fields(void **state)
{
	struct tally_detail details[] = { detail(RESULT_EXPIRED, "X509_V_ERR", 4),
		detail(RESULT_STS_FETCH, "", 1) };
	struct tally t = tally("a.example", 7, 5);
	struct store *s;

	(void)state;
	details[1].local = details[1].remote = details[1].host = details[1].helo = "";
	t.text = "version: STSv1\nmode: enforce";
	t.mx = "mx1.example\nmx2.example";
	t.details = details;
	t.detail_count = 2;
	folder_make();
	s = open_started();
	merge_tallies(s, &t, 1);
	store_close(s);
	s = open_started();
	assert_tallies(s, DAY, "a.example",
	    "sts a.example 7/5 (version: STSv1\nmode: enforce|mx1.example\nmx2.example)"
	    " certificate-expired*4,X509_V_ERR,192.0.2.1,2001:db8::1,mx.example,helo.example"
	    " sts-policy-fetch-error*1,,,,,\n");
	store_close(s);
	folder_remove();
}

static void
check_equal(void **state)
{
	struct tally_detail d = detail(RESULT_EXPIRED, "x", 100);
	struct tally t = tally("a.example", 1, 100);
	struct store *s;

	(void)state;
	t.text = "";
	t.details = &d;
	t.detail_count = 1;
	folder_make();
	s = open_started();
	merge_tallies(s, &t, 1);
	merge_tallies(s, (struct tally[]){ t, t }, 2);
	assert_tallies(s, DAY, "a.example",
	    "sts a.example 3/300 (|)"
	    " certificate-expired*300,x,192.0.2.1,2001:db8::1,mx.example,helo.example\n");
	store_close(s);
	folder_remove();
}

/* Each field of a detail makes another one. */
static void
check_distinct(void **state)
{
	struct tally_detail details[7];
	struct tally t = tally("a.example", 0, 7);
	struct store *s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(details); i++)
		details[i] = detail(RESULT_EXPIRED, "1", 1);
	details[1].result = RESULT_HOST_MISMATCH;
	details[2].code = "2";
	details[3].local = "192.0.2.2";
	details[4].remote = "2001:db8::2";
	details[5].host = "mx2.example";
	details[6].helo = "helo2.example";
	t.text = "";
	t.details = details;
	t.detail_count = COUNT_OF(details);
	folder_make();
	s = open_started();
	merge_tallies(s, &t, 1);
	assert_tallies(s, DAY, "a.example",
	    "sts a.example 0/7 (|)"
	    " certificate-host-mismatch*1,1,192.0.2.1,2001:db8::1,mx.example,helo.example"
	    " certificate-expired*1,1,192.0.2.1,2001:db8::1,mx.example,helo.example"
	    " certificate-expired*1,1,192.0.2.1,2001:db8::1,mx.example,helo2.example"
	    " certificate-expired*1,1,192.0.2.1,2001:db8::1,mx2.example,helo.example"
	    " certificate-expired*1,1,192.0.2.1,2001:db8::2,mx.example,helo.example"
	    " certificate-expired*1,1,192.0.2.2,2001:db8::1,mx.example,helo.example"
	    " certificate-expired*1,2,192.0.2.1,2001:db8::1,mx.example,helo.example\n");
	store_close(s);
	folder_remove();
}

/* In the order of type, policy domain, text, mx; each of them makes another policy. */
static void
check_policies(void **state)
{
	struct tally t[6];
	struct store *s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(t); i++)
		t[i] = tally("a.example", 1 + i, 0);
	t[0].type = POLICY_NOT_FOUND;
	t[1].text = "mode: testing";
	t[2].text = "mode: enforce";
	t[3].type = POLICY_TLSA;
	t[3].policy_domain = "mx2.example";
	t[4].type = POLICY_TLSA;
	t[4].policy_domain = "mx1.example";
	t[5].text = "mode: enforce";
	t[5].mx = "mx.example";
	t[0].text = t[3].text = t[4].text = "";
	folder_make();
	s = open_started();
	merge_tallies(s, t, COUNT_OF(t));
	assert_tallies(s, DAY, "a.example",
	    "tlsa mx1.example 5/0 (|)\n"
	    "tlsa mx2.example 4/0 (|)\n"
	    "sts a.example 3/0 (mode: enforce|)\n"
	    "sts a.example 6/0 (mode: enforce|mx.example)\n"
	    "sts a.example 2/0 (mode: testing|)\n"
	    "no-policy-found a.example 1/0 (|)\n");
	assert_days(s, DAY, "", 10, false, "a.example 21/0\n");
	assert_tallies(s, DAY, "b.example", "");
	store_close(s);
	folder_remove();
}

static void
check_large_numbers(void **state)
{
	struct tally_detail d = detail(RESULT_EXPIRED, "x", 5000000000);
	struct tally t = tally("a.example", 6000000000, 5000000000);
	struct store *s;

	(void)state;
	t.text = "";
	t.details = &d;
	t.detail_count = 1;
	folder_make();
	s = open_started();
	merge_tallies(s, (struct tally[]){ t, t }, 2);
	assert_tallies(s, DAY, "a.example",
	    "sts a.example 12000000000/10000000000 (|) certificate-expired*10000000000,x,"
	    "192.0.2.1,2001:db8::1,mx.example,helo.example\n");
	assert_true(sums_of(s, DAY).results[RESULT_EXPIRED] == 10000000000);
	store_close(s);
	folder_remove();
}

/* --- the tests: bounds ----------------------------------------------------------------------------- */

struct folding {
	size_t policies, details, folded_details, folded_policies;
	uint64_t successes, failures, folded_count;
};

static void
note_folding(const struct tally *t, void *arg)
{
	struct folding *f = arg;
	size_t i;

	f->policies++;
	f->folded_policies += t->text[0] == '\0';
	f->successes += t->successes;
	f->failures += t->failures;
	for (i = 0; i < t->detail_count; i++) {
		f->details++;
		if (t->details[i].code[0] != '\0')
			continue;
		assert_string_equal(t->details[i].host, "");
		f->folded_details++;
		f->folded_count += t->details[i].count;
	}
}

static struct folding
folding_of(struct store *s, const char *domain)
{
	struct folding f = { .policies = 0 };

	assert_int_equal(store_each_tally(s, DAY, domain, note_folding, &f), ST_OK);
	return f;
}

#define MANY_DETAILS (TALLY_DETAILS_MAX + 50)

/* Details numbered from a first one on, of two results in turn. */
static void
merge_many_details(struct store *s, size_t first, size_t count)
{
	struct tally_detail *details = xcalloc(count, sizeof(details[0]));
	char(*codes)[8] = xcalloc(count, sizeof(codes[0]));
	struct tally t = tally("a.example", 0, 2 * count);
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(codes[i], sizeof(codes[i]), "%zu", first + i);
		details[i] = detail(
		    (first + i) % 2 ? RESULT_EXPIRED : RESULT_NOT_TRUSTED, codes[i], 2);
	}
	t.details = details;
	t.detail_count = count;
	merge_tallies(s, &t, 1);
	free(codes);
	free(details);
}

static void
check_many_details(void **state)
{
	struct folding f;
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	merge_many_details(s, 0, TALLY_DETAILS_MAX - 10);
	merge_many_details(s, TALLY_DETAILS_MAX - 10, 60);
	f = folding_of(s, "a.example");
	assert_int_equal(f.details, TALLY_DETAILS_MAX + 2);
	assert_int_equal(f.folded_details, 2);
	assert_int_equal(f.folded_count, 2 * 50);
	assert_int_equal(f.failures, 2 * MANY_DETAILS);
	/* What has a row keeps it; what has none is folded again. */
	merge_many_details(s, 0, 10);
	merge_many_details(s, TALLY_DETAILS_MAX + 20, 10);
	f = folding_of(s, "a.example");
	assert_int_equal(f.details, TALLY_DETAILS_MAX + 2);
	assert_int_equal(f.folded_count, 2 * 60);
	assert_int_equal(f.failures, 2 * (MANY_DETAILS + 20));
	assert_int_equal(sums_of(s, DAY).results[RESULT_EXPIRED] +
			     sums_of(s, DAY).results[RESULT_NOT_TRUSTED],
	    2 * (MANY_DETAILS + 20));
	store_close(s);
	folder_remove();
}

/* Policies of one domain, with texts or policy domains numbered. */
static void
merge_many_policies(struct store *s, bool of_domains, size_t count)
{
	struct tally *t = xcalloc(count, sizeof(t[0]));
	char(*names)[32] = xcalloc(count, sizeof(names[0]));
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "mx%zu.example", i);
		t[i] = tally("a.example", 1, 0);
		if (of_domains)
			t[i].policy_domain = names[i];
		else
			t[i].text = names[i];
	}
	merge_tallies(s, t, count);
	free(names);
	free(t);
}

static void
check_many_texts(void **state)
{
	struct folding f;
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	merge_many_policies(s, false, TALLY_POLICIES_MAX);
	assert_int_equal(folding_of(s, "a.example").folded_policies, 0);
	merge_many_policies(s, false, 3 * TALLY_POLICIES_MAX);
	f = folding_of(s, "a.example");
	assert_int_equal(f.policies, TALLY_POLICIES_MAX + 1);
	assert_int_equal(f.folded_policies, 1);
	assert_int_equal(f.successes, 4 * TALLY_POLICIES_MAX);
	store_close(s);
	folder_remove();
}

static void
check_many_policy_domains(void **state)
{
	struct tally tlsa = tally("a.example", 0, 3);
	struct folding f;
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	merge_many_policies(s, true, 5 * TALLY_POLICIES_MAX);
	f = folding_of(s, "a.example");
	assert_int_equal(f.policies, 2 * TALLY_POLICIES_MAX + 1);
	assert_int_equal(f.folded_policies, TALLY_POLICIES_MAX + 1);
	assert_int_equal(f.successes, 5 * TALLY_POLICIES_MAX);
	/* Another type is folded on its own; another domain has its own bound. */
	tlsa.type = POLICY_TLSA;
	tlsa.policy_domain = "mx.example";
	merge_tallies(s, &tlsa, 1);
	f = folding_of(s, "a.example");
	assert_int_equal(f.policies, 2 * TALLY_POLICIES_MAX + 2);
	assert_int_equal(f.failures, 3);
	merge_one(s, "b.example", 1, 0);
	assert_int_equal(folding_of(s, "b.example").folded_policies, 0);
	store_close(s);
	folder_remove();
}

/* --- the tests: days ------------------------------------------------------------------------------- */

/* Four domains on one day, one of them on the next, too. */
static struct store *
open_with_days(void)
{
	struct tally t[] = { tally("c.example", 3, 30), tally("a.example", 1, 10),
		tally("b.example", 2, 0), tally("a.example", 4, 40),
		tally("d.example", 5, 20) };
	struct tally_record records[] = { { DAY, "a.example", "v=TLSRPTv1; old" },
		{ DAY, "a.example", "v=TLSRPTv1; new" },
		{ DAY + DAY_S, "b.example", "v=TLSRPTv1; other" } };
	struct store *s;

	t[3].day = DAY + DAY_S;
	folder_make();
	s = open_started();
	merge(s, &(struct merge){ .tallies = t,
		     .tally_count = COUNT_OF(t),
		     .records = records,
		     .record_count = COUNT_OF(records),
		     .sync_fd = -1 });
	return s;
}

static void
check_days(void **state)
{
	struct store *s = open_with_days();

	(void)state;
	assert_days(s, DAY, "", 10, false,
	    "a.example 1/10 v=TLSRPTv1; new\nb.example 2/0\nc.example 3/30\nd.example 5/20\n");
	assert_days(s, DAY, "", 1, false, "a.example 1/10 v=TLSRPTv1; new\n");
	assert_days(s, DAY, "a.example", 2, false, "b.example 2/0\nc.example 3/30\n");
	assert_days(s, DAY, "d.example", 2, false, "");
	/* A record alone is no day that could be reported. */
	assert_days(s, DAY + DAY_S, "", 10, true, "a.example 4/40\n");
	assert_days(s, DAY - DAY_S, "", 10, false, "");
	store_close(s);
	folder_remove();
}

static void
check_closed_days(void **state)
{
	struct store *s = open_with_days();

	(void)state;
	close_day(s, DAY, "b.example");
	close_day(s, DAY, "b.example");
	close_day(s, DAY, "never-there.example");
	close_day(s, DAY + DAY_S, "a.example");
	store_flush(s);
	assert_days(s, DAY, "", 10, true,
	    "a.example 1/10 v=TLSRPTv1; new\nc.example 3/30\nd.example 5/20\n");
	assert_days(s, DAY, "a.example", 1, true, "c.example 3/30\n");
	assert_days(
	    s, DAY, "a.example", 2, false, "b.example 2/0 closed\nc.example 3/30\n");
	assert_days(s, DAY + DAY_S, "", 10, false, "a.example 4/40 closed\n");
	/* What comes late is in the next report. */
	merge_one(s, "b.example", 1, 0);
	merge_one(s, "a.example", 0, 2);
	close_day(s, DAY, "a.example");
	merge_one(s, "a.example", 0, 3); /* whose next day is closed, too */
	assert_days(s, DAY, "", 2, false,
	    "a.example 1/12 v=TLSRPTv1; new closed\nb.example 2/0 closed\n");
	assert_days(s, DAY + DAY_S, "", 10, false,
	    "a.example 4/40 closed\nb.example 1/0 v=TLSRPTv1; other\n");
	assert_days(s, DAY + 2 * DAY_S, "", 10, false, "a.example 0/3\n");
	assert_tallies(
	    s, DAY + 2 * DAY_S, "a.example", "sts a.example 0/3 (version: STSv1|)\n");
	assert_int_equal(sums_of(s, DAY + DAY_S).domains, 2);
	assert_int_equal(sums_of(s, DAY + 2 * DAY_S).failures, 3);
	store_close(s);
	folder_remove();
}

static void
put_report(struct store *s, const char *id, uint64_t successes, uint64_t failures)
{
	const struct stored_report report = { .id = id,
		.domain = "a.example",
		.day = DAY,
		.record = "",
		.file_name = "",
		.bytes = "report",
		.len = 6,
		.successes = successes,
		.failures = failures };

	store_put_report(s, &report, NULL, NULL, 0);
	store_flush(s);
}

static enum status
find_report(struct store *s, const char *id)
{
	return store_show_report(s, id, ignore_report, NULL);
}

/* It was rendered, and before it was written more came, as when the disk was full meanwhile. */
static void
check_outdated_report(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	merge_one(s, "a.example", 3, 1);
	merge_one(s, "a.example", 0, 1);
	put_report(s, "first", 3, 1);
	assert_int_equal(find_report(s, "first"), ST_NOTFOUND);
	merge_one(s, "a.example", 1, 0);
	put_report(s, "second", 3, 2);
	assert_int_equal(find_report(s, "second"), ST_NOTFOUND);
	assert_days(s, DAY, "", 10, true, "a.example 4/2\n");
	put_report(s, "third", 4, 2);
	assert_int_equal(find_report(s, "third"), ST_OK);
	assert_days(s, DAY, "", 10, false, "a.example 4/2 closed\n");
	store_close(s);
	folder_remove();
}

static time_t
open_day(struct store *s, time_t from, time_t before)
{
	time_t day = 1;

	assert_int_equal(store_open_day(s, from, before, &day), ST_OK);
	return day;
}

static void
check_open_day(void **state)
{
	static const char *const names[] = { "a.example", "b.example", "c.example",
		"d.example" };
	struct store *s = open_with_days();
	size_t i;

	(void)state;
	assert_int_equal(open_day(s, 0, DAY + 2 * DAY_S), DAY);
	assert_int_equal(open_day(s, DAY + 1, DAY + 2 * DAY_S), DAY + DAY_S);
	assert_int_equal(open_day(s, 0, DAY), 0);
	for (i = 0; i < COUNT_OF(names); i++)
		close_day(s, DAY, names[i]);
	store_flush(s);
	assert_int_equal(open_day(s, 0, DAY + 2 * DAY_S), DAY + DAY_S);
	assert_int_equal(open_day(s, 0, DAY + DAY_S), 0);
	merge_one(s, "e.example", 1, 0);
	assert_int_equal(open_day(s, 0, DAY + DAY_S), DAY);
	store_close(s);
	folder_remove();
}

static void
check_worst(void **state)
{
	struct store *s = open_with_days();
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	assert_int_equal(store_each_worst(s, DAY, 2, add_day, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), "c.example 3/30\nd.example 5/20\n");
	strbuf_reset(&sb);
	merge_one(s, "d.example", 0, 15);
	assert_int_equal(store_each_worst(s, DAY, 10, add_day, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb),
	    "d.example 5/35\nc.example 3/30\na.example 1/10 v=TLSRPTv1; new\n");
	strbuf_clear(&sb);
	store_close(s);
	folder_remove();
}

static void
check_sums(void **state)
{
	struct tally_detail details[] = { detail(RESULT_EXPIRED, "1", 3),
		detail(RESULT_EXPIRED, "2", 4), detail(RESULT_STS_FETCH, "", 1) };
	struct tally t[] = { tally("a.example", 1, 8), tally("b.example", 5, 8),
		tally("a.example", 2, 0) };
	struct tally_sums sums;
	struct store *s;

	(void)state;
	t[0].details = t[1].details = details;
	t[0].detail_count = t[1].detail_count = COUNT_OF(details);
	t[2].type = POLICY_TLSA;
	folder_make();
	s = open_started();
	assert_int_equal(sums_of(s, DAY).domains, 0);
	merge_tallies(s, t, COUNT_OF(t));
	merge_tallies(s, t, COUNT_OF(t));
	sums = sums_of(s, DAY);
	assert_int_equal(sums.domains, 2);
	assert_int_equal(sums.successes, 2 * 8);
	assert_int_equal(sums.failures, 2 * 16);
	assert_int_equal(sums.results[RESULT_EXPIRED], 2 * 14);
	assert_int_equal(sums.results[RESULT_STS_FETCH], 2 * 2);
	assert_int_equal(sums.results[RESULT_HOST_MISMATCH], 0);
	assert_int_equal(sums_of(s, DAY + DAY_S).successes, 0);
	store_close(s);
	folder_remove();
}

/* --- the tests: what else a merge carries ---------------------------------------------------------- */

static void
add_inbound(const struct tally_inbound *in, void *arg)
{
	strbuf_addf(arg, "%d %s %s %s %s %llu\n", (int)((in->day - DAY) / DAY_S),
	    in->client, in->version, in->cipher, in->verified,
	    (unsigned long long)in->count);
}

static void
assert_inbound(struct store *s, time_t from, time_t to, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	assert_int_equal(store_each_inbound(s, from, to, add_inbound, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static void
merge_inbound(struct store *s, const struct tally_inbound *rows, size_t count)
{
	merge(s,
	    &(struct merge){ .inbound = rows, .inbound_count = count, .sync_fd = -1 });
}

static void
check_inbound(void **state)
{
	static const struct tally_inbound rows[] = {
		{ DAY, "a.example", "TLSv1.2", "AES", "yes", 1 },
		{ DAY, "a.example", "TLSv1.3", "AES", "yes", 2 },
		{ DAY, "", "", "", "", 3 },
		{ DAY + DAY_S, "a.example", "TLSv1.2", "AES", "yes", 4 },
		{ DAY, "a.example", "TLSv1.2", "AES", "yes", 5 },
	};
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	merge_inbound(s, rows, COUNT_OF(rows));
	merge_inbound(s, rows, 1);
	assert_inbound(s, DAY, DAY + DAY_S,
	    "0     3\n0 a.example TLSv1.2 AES yes 7\n0 a.example TLSv1.3 AES yes 2\n");
	assert_inbound(s, DAY + 1, DAY + 2 * DAY_S, "1 a.example TLSv1.2 AES yes 4\n");
	/* They are no day of a domain's. */
	assert_days(s, DAY, "", 10, false, "");
	assert_int_equal(open_day(s, 0, DAY + DAY_S), 0);
	store_close(s);
	folder_remove();
}

struct inbound_count {
	size_t rows;
	uint64_t count, unknown;
};

static void
note_inbound(const struct tally_inbound *in, void *arg)
{
	struct inbound_count *c = arg;

	c->rows++;
	c->count += in->count;
	if (in->client[0] == '\0')
		c->unknown += in->count;
}

static void
check_many_clients(void **state)
{
	size_t i, count = TALLY_INBOUND_MAX + 20;
	struct tally_inbound *rows = xcalloc(count, sizeof(rows[0]));
	char(*names)[16] = xcalloc(count, sizeof(names[0]));
	struct inbound_count c = { .rows = 0 };
	struct store *s;

	(void)state;
	for (i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "c%zu.example", i);
		rows[i] =
		    (struct tally_inbound){ DAY, names[i], "TLSv1.2", "AES", "no", 1 };
	}
	folder_make();
	s = open_started();
	merge_inbound(s, rows, count);
	merge_inbound(s, rows, count);
	assert_int_equal(
	    store_each_inbound(s, DAY, DAY + DAY_S, note_inbound, &c), ST_OK);
	assert_int_equal(c.rows, TALLY_INBOUND_MAX + 1);
	assert_int_equal(c.count, 2 * count);
	assert_int_equal(c.unknown, 2 * 20);
	store_close(s);
	free(names);
	free(rows);
	folder_remove();
}

static void
add_waiting(const struct tally_waiting *w, void *arg)
{
	strbuf_addf(arg, "%llu:%d:%lld:%.*s ", (unsigned long long)w->id, w->kind,
	    (long long)w->when, (int)w->len, (const char *)w->bytes);
}

static void
assert_waiting(struct store *s, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	assert_int_equal(store_each_waiting(s, add_waiting, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static struct journal_position
position_of(struct store *s)
{
	struct journal_position position = { 99, 99 };

	assert_int_equal(store_journal_position(s, &position), ST_OK);
	return position;
}

static void
check_waiting(void **state)
{
	static const struct tally_waiting waiting[] = {
		{ 7000000000, 2, DAY, "{\"a\"}", 5 },
		{ 1, 1, DAY + 1, "", 0 },
		{ 3, 1, DAY + 2, "x", 1 },
	};
	static const uint64_t settled[] = { 3, 1, 12345 };
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	assert_int_equal(position_of(s).segment, 0);
	/* What waits and is settled in one merge is settled. */
	merge(s, &(struct merge){ .waiting = waiting,
		     .waiting_count = COUNT_OF(waiting),
		     .settled = settled,
		     .settled_count = 1,
		     .position = { 5000000000, 6000000000 },
		     .sync_fd = -1 });
	assert_waiting(s, "1:1:1730851201: 7000000000:2:1730851200:{\"a\"} ");
	store_close(s);
	s = open_started();
	assert_true(position_of(s).segment == 5000000000);
	assert_true(position_of(s).offset == 6000000000);
	merge(s, &(struct merge){ .settled = settled,
		     .settled_count = COUNT_OF(settled),
		     .position = { 5000000001, 0 },
		     .sync_fd = -1 });
	assert_waiting(s, "7000000000:2:1730851200:{\"a\"} ");
	assert_true(position_of(s).segment == 5000000001);
	store_close(s);
	folder_remove();
}

/* --- the tests: the writer ------------------------------------------------------------------------- */

/* A commit that failed may have happened: the same merge is written once. */
static void
check_written_twice(void **state)
{
	struct tally t = tally("a.example", 1, 0);
	const struct merge m = { .tallies = &t, .tally_count = 1, .sync_fd = -1 };
	struct change *first = change_merge(&m, NULL, NULL),
		      *second = change_merge(&m, NULL, NULL);
	struct list batch, next;
	struct store *s;
	struct db *db;

	(void)state;
	list_init(&batch);
	list_append(&batch, &first->place);
	list_init(&next);
	list_append(&next, &second->place);
	folder_make();
	assert_int_equal(db_open(folder, DB_WRITE, &db, NULL), DB_OK);
	assert_int_equal(db_write(db, &batch, NULL), DB_OK);
	assert_int_equal(db_write(db, &batch, NULL), DB_OK);
	assert_int_equal(db_write(db, &next, NULL), DB_OK);
	assert_int_equal(db_write(db, &batch, NULL), DB_OK);
	db_close(db);
	batch_clear(&batch);
	batch_clear(&next);
	s = open_started();
	assert_days(s, DAY, "", 10, false, "a.example 2/0\n");
	store_close(s);
	folder_remove();
}

static void
check_disk_full(void **state)
{
	struct tally t = tally("a.example", 1, 0);
	struct tally_waiting w = { 1, 1, DAY, "x", 1 };
	const struct merge m = { .tallies = &t,
		.tally_count = 1,
		.waiting = &w,
		.waiting_count = 1,
		.position = { 2, 20 },
		.sync_fd = -1 };
	atomic_int done = 0;
	struct store *s;
	int tries;

	(void)state;
	folder_make();
	s = open_started();
	merge_one(s, "a.example", 10, 0);
	log_capture();
	disk_fill();
	store_merge(s, &m, note_done, &done);
	for (tries = 0; tries < 3; tries++)
		store_flush(s);
	assert_false(is_healthy(s));
	assert_int_equal(done, 0);
	assert_days(s, DAY, "", 10, false, "a.example 10/0\n");
	assert_waiting(s, "");
	assert_int_equal(position_of(s).segment, 0);
	disk_free();
	store_flush(s);
	assert_int_equal(done, 1);
	assert_int_equal(log_count("status=failing"), 1);
	assert_int_equal(log_count("status=recovered"), 1);
	log_release();
	assert_days(s, DAY, "", 10, false, "a.example 11/0\n");
	assert_waiting(s, "1:1:1730851200:x ");
	assert_int_equal(position_of(s).segment, 2);
	store_close(s);
	folder_remove();
}

/* The position speaks of the journal: nothing is written while that cannot be synced. */
static void
check_sync(void **state)
{
	struct tally t = tally("a.example", 1, 0);
	struct merge m = { .tallies = &t,
		.tally_count = 1,
		.position = { 1, 1 },
		.is_durable = true };
	atomic_int done = 0;
	struct store *s;
	char path[128];
	int fds[2];

	(void)state;
	folder_make();
	s = open_started();
	log_capture();
	assert_int_equal(pipe(fds), 0);
	m.sync_fd = fds[0]; /* which nobody can sync */
	store_merge(s, &m, note_done, &done);
	store_flush(s);
	assert_int_equal(done, 0);
	assert_false(is_healthy(s));
	assert_int_equal(log_count("cannot sync the journal"), 1);
	assert_days(s, DAY, "", 10, false, "");
	close(fds[0]);
	assert_int_equal(open(path_of("filler", path), O_RDWR | O_CREAT, 0600), fds[0]);
	store_flush(s);
	assert_int_equal(done, 1);
	log_release();
	assert_days(s, DAY, "", 10, false, "a.example 1/0\n");
	store_close(s);
	close(fds[0]);
	close(fds[1]);
	folder_remove();
}

static void
note_order(void *arg)
{
	static atomic_int next;

	*(int *)arg = ++next;
}

static void
check_order(void **state)
{
	struct tally t = tally("a.example", 1, 0);
	const struct merge m = { .tallies = &t, .tally_count = 1, .sync_fd = -1 };
	int before = 0, merged = 0, after = 0;
	struct store *s;

	(void)state;
	folder_make();
	assert_int_equal(store_open(folder, &s, NULL), ST_OK);
	store_when_written(s, note_order, &before);
	store_merge(s, &m, note_order, &merged);
	store_when_written(s, note_order, &after);
	assert_int_equal(store_start(s, NULL), ST_OK);
	store_close(s);
	assert_true(0 < before && before < merged && merged < after);
	folder_remove();
}

/* The next merge may be put as soon as the one before is done, by whoever was told. */
static void
check_next(void **state)
{
	struct tally t = tally("a.example", 1, 0);
	const struct merge m = { .tallies = &t, .tally_count = 1, .sync_fd = -1 };
	atomic_int done = 0;
	struct store *s;
	int i;

	(void)state;
	folder_make();
	s = open_started();
	for (i = 0; i < 200; i++) {
		store_merge(s, &m, note_done, &done);
		while (done == i)
			;
	}
	assert_days(s, DAY, "", 10, false, "a.example 200/0\n");
	store_close(s);
	folder_remove();
}

static void
check_cancel(void **state)
{
	struct tally t = tally("a.example", 1, 0);
	const struct merge m = { .tallies = &t, .tally_count = 1, .sync_fd = -1 };
	struct tally_sums sums;
	struct store *s;
	int i, counted = 0;

	(void)state;
	folder_make();
	s = open_started();
	store_merge_cancel(s);
	for (i = 0; i < 200; i++) {
		atomic_int done = 0;

		store_merge(s, &m, note_done, &done);
		if (i % 2 == 0)
			usleep(i);
		store_merge_cancel(s);
		counted += done;
	}
	sums = sums_of(s, DAY);
	assert_int_equal(sums.successes, counted);
	store_close(s);
	folder_remove();
}

static void
check_never_done(void **state)
{
	struct tally t = tally("a.example", 1, 0);
	const struct merge m = { .tallies = &t, .tally_count = 1, .sync_fd = -1 };
	atomic_int done = 0;
	struct store *s;

	(void)state;
	folder_make();
	log_capture();
	rights_take();
	s = open_started();
	store_merge(s, &m, note_done, &done);
	store_flush(s);
	store_merge_cancel(s); /* it waits for the next try */
	store_flush(s);
	store_merge(s, &m, note_done, &done);
	store_when_written(s, note_done, &done);
	store_close(s);
	rights_give();
	log_release();
	assert_int_equal(done, 0);
	folder_remove();
}

/* --- the tests: reading ---------------------------------------------------------------------------- */

static void
read_inside(const struct tally_day *d, void *arg)
{
	struct store *s = *(struct store **)arg;

	assert_int_equal(folding_of(s, d->domain).policies, 1);
	assert_int_equal(sums_of(s, d->day).domains, 4);
	merge_one(s, "a.example", 0, 1);
}

/* One function's row may ask the next function, and the writer writes meanwhile. */
static void
check_nested(void **state)
{
	struct store *s = open_with_days();

	(void)state;
	assert_int_equal(store_each_day(s, DAY, "", 10, true, read_inside, &s), ST_OK);
	assert_int_equal(sums_of(s, DAY).failures, 30 + 10 + 20 + 4);
	store_close(s);
	folder_remove();
}

static void
check_readonly(void **state)
{
	struct tally t = tally("e.example", 1, 0);
	const struct merge m = { .tallies = &t, .tally_count = 1, .sync_fd = -1 };
	struct store *s = open_with_days(), *reader;
	atomic_int done = 0;

	(void)state;
	assert_int_equal(store_open_readonly(folder, &reader, NULL), ST_OK);
	assert_int_equal(sums_of(reader, DAY).domains, 4);
	store_merge(reader, &m, note_done, &done);
	close_day(reader, DAY, "a.example");
	store_forget_before(reader, DAY + DAY_S);
	store_merge_cancel(reader);
	store_flush(reader);
	assert_false(store_is_busy(reader));
	merge_tallies(s, &t, 1);
	assert_int_equal(sums_of(reader, DAY).domains, 5);
	assert_days(reader, DAY, "d.example", 1, true, "e.example 1/0\n");
	store_close(reader);
	assert_int_equal(done, 0);
	store_close(s);
	folder_remove();
}

static void
check_unreadable(void **state)
{
	struct tally_sums sums;
	struct store *s;

	(void)state;
	folder_make();
	log_capture();
	rights_take();
	s = open_started();
	assert_int_equal(store_day_sums(s, DAY, &sums), ST_IO);
	assert_int_equal(store_day_sums(s, DAY, &sums), ST_IO);
	assert_int_equal(log_count("status=unreadable"), 1);
	rights_give();
	merge_one(s, "a.example", 1, 0);
	assert_int_equal(sums_of(s, DAY).domains, 1);
	log_release();
	store_close(s);
	folder_remove();
}

#define MANY 5000

/* Domains enough for many pages, in a database that was closed. */
static void
make_large(void)
{
	struct tally *t = xcalloc(MANY, sizeof(t[0]));
	char(*names)[16] = xcalloc(MANY, sizeof(names[0]));
	struct store *s = open_started();
	size_t i;

	for (i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "d%zu.example", i);
		t[i] = tally(names[i], 1, 0);
	}
	merge_tallies(s, t, MANY);
	store_close(s);
	free(names);
	free(t);
}

static void
check_damaged(void **state)
{
	static const char zeros[1 << 20];
	struct strbuf sb = STRBUF_INIT;
	struct store *s;

	(void)state;
	folder_make();
	make_large();
	s = open_started();
	assert_int_equal(sums_of(s, DAY).domains, MANY);
	overwrite(DB_FILE, 4096, zeros, sizeof(zeros)); /* all but the first page */
	log_capture();
	assert_int_equal(
	    store_each_day(s, DAY, "", SIZE_MAX, false, add_day, &sb), ST_IO);
	/* The writer was told, and readers go over to what it made. */
	store_flush(s);
	assert_int_equal(sums_of(s, DAY).domains, 0);
	assert_int_equal(log_count("status=unreadable"), 1);
	assert_int_equal(log_count("status=damaged"), 1);
	assert_int_equal(log_count("only in the file set aside"), 1);
	log_release();
	assert_true(is_healthy(s));
	assert_true(exists(DB_FILE ".damaged"));
	merge_one(s, "a.example", 1, 0);
	assert_days(s, DAY, "", 10, false, "a.example 1/0\n");
	strbuf_clear(&sb);
	store_close(s);
	folder_remove();
}

static void
check_damaged_merge(void **state)
{
	static const char zeros[1 << 20];
	struct store *s;

	(void)state;
	folder_make();
	make_large();
	s = open_started();
	overwrite(DB_FILE, 4096, zeros, sizeof(zeros));
	log_capture();
	merge_one(s, "a.example", 1, 0);
	assert_int_equal(log_count("status=damaged"), 1);
	log_release();
	assert_days(s, DAY, "", 10, false, "a.example 1/0\n");
	store_close(s);
	folder_remove();
}

/* --- the tests: forgetting ------------------------------------------------------------------------- */

static void
check_forget(void **state)
{
	static const struct tally_inbound inbound[] = {
		{ DAY, "old.example", "TLSv1.2", "AES", "no", 1 },
		{ DAY + DAY_S, "new.example", "TLSv1.2", "AES", "no", 1 },
	};
	struct store *s = open_with_days();

	(void)state;
	merge_inbound(s, inbound, COUNT_OF(inbound));
	store_forget_before(s, DAY);
	store_flush(s);
	assert_int_equal(sums_of(s, DAY).domains, 4);
	store_forget_before(s, DAY + DAY_S);
	store_flush(s);
	assert_days(s, DAY, "", 10, false, "");
	assert_tallies(s, DAY, "a.example", "");
	assert_int_equal(sums_of(s, DAY).domains, 0);
	assert_int_equal(open_day(s, 0, DAY + DAY_S), 0);
	assert_inbound(s, 0, DAY + 2 * DAY_S, "1 new.example TLSv1.2 AES no 1\n");
	assert_days(s, DAY + DAY_S, "", 10, false, "a.example 4/40\n");
	assert_int_equal(sums_of(s, DAY + DAY_S).failures, 40);
	store_close(s);
	folder_remove();
}

/* --- the tests: kill -9 ---------------------------------------------------------------------------- */

#define KILL_ROUNDS 20

/*
 * Merge number n counts n sessions at seven domains with a detail each, and leaves position n; until killed.
 */
static void
merge_until_killed(void)
{
	struct store *s = open_started();
	uint64_t n = position_of(s).offset;

	for (;;) {
		char name[16], code[16];
		struct tally_detail d = detail(RESULT_EXPIRED, code, ++n);
		struct tally t = tally(name, n, n);
		struct tally_waiting w = { n, 1, DAY, "x", 1 };
		const uint64_t before = n - 1;
		atomic_int done = 0;

		snprintf(name, sizeof(name), "d%d.example", (int)(n % 7));
		snprintf(code, sizeof(code), "%d", (int)(n % 50));
		t.details = &d;
		t.detail_count = 1;
		store_merge(s,
		    &(struct merge){ .tallies = &t,
			.tally_count = 1,
			.waiting = &w,
			.waiting_count = 1,
			.settled = &before,
			.settled_count = 1,
			.position = { 1, n },
			.sync_fd = -1,
			.is_durable = n % 10 == 0 },
		    note_done, &done);
		store_flush(s);
	}
}

static void
assert_intact(void)
{
	sqlite3_stmt *check;
	sqlite3 *db;
	char path[128];

	assert_int_equal(sqlite3_open(path_of(DB_FILE, path), &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, "pragma integrity_check", -1, &check, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(check), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(check, 0), "ok");
	sqlite3_finalize(check);
	sqlite3_close(db);
}

/* All sums say what the position says.  Returns it. */
static uint64_t
assert_counts(void)
{
	struct folding all = { .policies = 0 };
	struct store *s = open_started();
	uint64_t n = position_of(s).offset, want = n * (n + 1) / 2;
	char name[32];
	int i;

	for (i = 0; i < 7; i++) {
		snprintf(name, sizeof(name), "d%d.example", i);
		assert_int_equal(
		    store_each_tally(s, DAY, name, note_folding, &all), ST_OK);
	}
	assert_int_equal(all.successes, want);
	assert_int_equal(all.failures, want);
	assert_int_equal(sums_of(s, DAY).successes, want);
	assert_int_equal(sums_of(s, DAY).results[RESULT_EXPIRED], want);
	snprintf(name, sizeof(name), "%d:1:%ld:x ", (int)n, (long)DAY);
	assert_waiting(s, n > 0 ? name : "");
	store_close(s);
	return n;
}

static void
check_kill(void **state)
{
	uint64_t n = 0;
	int round;
	pid_t pid;

	(void)state;
	folder_make();
	srand((unsigned)getpid());
	for (round = 0; round < KILL_ROUNDS; round++) {
		pid = fork();
		if (pid == 0)
			merge_until_killed();
		usleep((useconds_t)(10000 + rand() % 60000));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		assert_true(assert_counts() >= n);
		n = assert_counts();
		assert_intact();
	}
	assert_true(n > 0);
	assert_false(exists(DB_FILE ".damaged"));
	folder_remove();
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("RPT-JSON-11 counts and texts come back as they were",
		    check_fields),
		CASE("RPT-JSON-12 equal failures are one, with their sum", check_equal),
		CASE("RPT-JSON-12 failures that differ in anything stay apart",
		    check_distinct),
		CASE("RPT-JSON-22 a policy changed within the day is two",
		    check_policies),
		CASE("counts beyond 32 bits", check_large_numbers),
		CASE("RPT-FILE-03 many details are folded, and their counts exact",
		    check_many_details),
		CASE("RPT-FILE-03 many policy texts are folded into one",
		    check_many_texts),
		CASE("RPT-FILE-03 many policy domains are folded into the domain",
		    check_many_policy_domains),
		CASE(
		    "RPT-TIME-01 domains by day, in order and in portions", check_days),
		CASE(
		    "RPT-TIME-03 a closed day stays closed: what comes late is in the next",
		    check_closed_days),
		CASE("RPT-CNT-13 a report that lacks sessions is not kept",
		    check_outdated_report),
		CASE("the first day with an open domain", check_open_day),
		CASE("the worst domains of a day", check_worst),
		CASE("sums of a day", check_sums),
		CASE("inbound sessions", check_inbound),
		CASE("many inbound clients are counted without their names",
		    check_many_clients),
		CASE("what waits, what is settled, and the journal's position",
		    check_waiting),
		CASE("a merge that is written again is counted once",
		    check_written_twice),
		CASE("disk full: nothing of a merge, later all of it", check_disk_full),
		CASE(
		    "nothing is written before the journal is on the disk", check_sync),
		CASE("what was put first is written first", check_order),
		CASE("one merge after the other", check_next),
		CASE("a merge taken back is counted if it was done, and only then",
		    check_cancel),
		CASE("what cannot be written is never done", check_never_done),
		CASE("reading while reading and while writing", check_nested),
		CASE("a store for reading forgets what is put", check_readonly),
		CASE("a store that cannot be read says so once", check_unreadable),
		CASE("damage that a reader finds: set aside, loudly", check_damaged),
		CASE("damage that a merge finds: set aside, and merged",
		    check_damaged_merge),
		CASE("forgetting", check_forget),
		CASE("kill -9: counts are what the position says", check_kill),
	};

	return cases_run("tally", tables, COUNT_OF(tables));
}
