/* SPDX-License-Identifier: ISC */
#include "scenario/office.h"

#include <dirent.h>
#include <unistd.h>

#include "net/loop.h"

#define STEP_S      60
#define REPORTS_MAX 100000

static struct strbuf told;

static void
on_made(void *arg)
{
	struct office *o = arg;

	o->made++;
	delivery_wake(o->delivery);
}

void
office_begin(struct office *o)
{
	*o = (struct office){ 0 };
	story_begin(&o->story);
	story_use_store(&o->story);
	story_go(&o->story);
	o->options = (struct report_options){
		.contact = "tls@sender.example",
		.organization = "Sender",
		.sender = "",
		.grace_s = GRACE,
		.keep_s = 30 * DAY,
		.is_heartbeat = true,
		.is_reason_shown = true,
		.mail = MAIL_WAY_PROGRAM,
		.program = SENDMAIL,
		.relay = "",
		.helo = "mta.sender.example",
		.is_https = true,
		.dkim_key = "",
		.dkim_selector = "s",
		.parallel = 64,
	};
	dns_says("r.example A I 300 192.0.2.10");
	web_says("r.example", HTTPS_OK, NULL);
	mail_says(SENDMAIL, MAIL_ACCEPTED);
}

/* What is put gets to the disk, who waits for that is told, and what he does then, too. */
static void
settle(struct office *o)
{
	int i;

	for (i = 0; i < 3; i++) {
		fake_settle();
		store_flush(o->story.store);
	}
	fake_settle();
}

/* --- coming and going ------------------------------------------------------------------------------------ */

static struct account_options
account_options(const struct office *o)
{
	return (struct account_options){ .folder = o->story.folder, .grace_s = GRACE };
}

static const struct probe_options no_probes = { .helo = "" };

static void
open_whole(struct office *o)
{
	struct account_options account = account_options(o);
	int i;

	o->reports =
	    reports_new(&o->options, &account, &no_probes, o->story.engine, NULL);
	reports_use_store(o->reports, o->story.store);
	for (i = 0; i < 2; i++) { /* what the journal has is counted first */
		fake_pass(1);
		settle(o);
	}
}

static void
open_parts(struct office *o)
{
	o->delivery =
	    delivery_start(o->story.engine, NULL, o->story.store, NULL, &o->options);
	o->closing =
	    closing_start(o->story.engine, o->story.store, &o->options, on_made, o);
}

void
office_open(struct office *o)
{
	if (o->is_whole)
		open_whole(o);
	else
		open_parts(o);
	settle(o);
}

static void
shut(struct office *o)
{
	closing_stop(o->closing);
	delivery_stop(o->delivery);
	reports_free(o->reports);
	o->closing = NULL;
	o->delivery = NULL;
	o->reports = NULL;
}

void
office_reopen(struct office *o)
{
	struct account_options account = account_options(o);

	if (o->is_whole) {
		reports_reconfigure(
		    o->reports, &o->options, &account, &no_probes, NULL);
		settle(o);
	} else {
		shut(o);
		office_open(o);
	}
}

void
office_restart(struct office *o)
{
	shut(o);
	story_restart(&o->story);
	office_open(o);
}

/* --- the crash ---------------------------------------------------------------------------------------------- */

#define IMAGE      ".image"
#define PATH_BYTES 400

static void
path_in(const struct office *o, const char *name, char path[static PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "%s/%s", o->story.folder, name);
}

static void
forget_file(const struct office *o, const char *name)
{
	char path[PATH_BYTES];

	path_in(o, name, path);
	unlink(path);
}

static void
copy_bytes(FILE *in, FILE *out)
{
	char buf[65536];
	size_t n;

	while ((n = fread(buf, 1, sizeof(buf), in)) > 0)
		assert_int_equal(fwrite(buf, 1, n, out), n);
}

/* What is not there will not be there. */
static void
copy(const struct office *o, const char *from, const char *to)
{
	char path[PATH_BYTES];
	FILE *in, *out;

	path_in(o, from, path);
	in = fopen(path, "r");
	path_in(o, to, path);
	if (in == NULL) {
		unlink(path);
		return;
	}
	out = fopen(path, "w");
	assert_non_null(out);
	copy_bytes(in, out);
	assert_int_equal(fclose(out), 0);
	fclose(in);
}

void
office_foresee_crash(struct office *o)
{
	store_flush(o->story.store);
	copy(o, "hopseal.db", "hopseal.db" IMAGE);
	copy(o, "hopseal.db-wal", "hopseal.db-wal" IMAGE);
}

static void
close_story(struct office *o)
{
	shut(o);
	engine_free(o->story.engine);
	store_close(o->story.store);
	o->story.engine = NULL;
	o->story.store = NULL;
}

void
office_crash(struct office *o)
{
	close_story(o);
	copy(o, "hopseal.db" IMAGE, "hopseal.db");
	copy(o, "hopseal.db-wal" IMAGE, "hopseal.db-wal");
	forget_file(o, "hopseal.db-shm");
	story_go(&o->story);
	office_open(o);
}

static void
forget_files(const struct office *o)
{
	DIR *dir = opendir(o->story.folder);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			forget_file(o, entry->d_name);
	closedir(dir);
}

void
office_end(struct office *o)
{
	close_story(o);
	forget_files(o);
	story_end(&o->story);
	strbuf_clear(&told);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

void
office_pass(struct office *o, time_t seconds)
{
	time_t step;

	for (; seconds > 0; seconds -= step) {
		step = seconds < STEP_S ? seconds : STEP_S;
		fake_pass(step);
		settle(o);
	}
}

void
office_until(struct office *o, time_t moment)
{
	office_pass(o, moment - loop_time());
}

/* --- sessions ---------------------------------------------------------------------------------------------------- */

void
office_tell(struct office *o, const char *datagram)
{
	struct account *account = reports_account(o->reports);
	const struct datagram one = { datagram, strlen(datagram) };

	assert_true(account_take_datagrams(&one, 1, account));
	account_note_taken(account);
}

/* --- what there is ------------------------------------------------------------------------------------------------ */

static void
on_merged(void *arg)
{
	(void)arg;
}

void
office_count(struct office *o, const char *domain, time_t day, uint64_t successes,
    uint64_t failures, const char *record)
{
	const struct tally_detail detail = {
		.result = RESULT_STARTTLS_NOT_SUPPORTED,
		.code = "",
		.local = "",
		.remote = "",
		.host = "mx.example",
		.helo = "",
		.count = failures,
	};
	const struct tally tally = {
		.day = day,
		.domain = domain,
		.type = POLICY_NOT_FOUND,
		.policy_domain = domain,
		.text = "",
		.mx = "",
		.successes = successes,
		.failures = failures,
		.details = &detail,
		.detail_count = failures > 0,
	};
	const struct tally_record seen = { day, domain, record };
	const struct merge merge = {
		.tallies = &tally,
		.tally_count = 1,
		.records = &seen,
		.record_count = *record != '\0',
		.sync_fd = -1,
	};

	store_merge(o->story.store, &merge, on_merged, NULL);
	store_flush(o->story.store);
}

void
office_record(const char *domain, const char *record)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_addf(&line, "_smtp._tls.%s TXT %s", domain, record);
	dns_says(strbuf_str(&line));
	strbuf_clear(&line);
}

static void
on_sending(const struct stored_sending *sending, void *arg)
{
	(void)arg;
	strbuf_addf(&told, "%s%s %s %u", told.len > 0 ? "; " : "", sending->uri,
	    sending_state_word(sending->state), sending->attempts);
}

static void
on_report(const struct stored_report *report, void *arg)
{
	assert_int_equal(store_each_sending(arg, report->id, on_sending, NULL), ST_OK);
}

const char *
office_outbox(struct office *o, const char *domain)
{
	strbuf_reset(&told);
	assert_int_equal(store_each_report(o->story.store, domain, 0, REPORTS_MAX,
			     on_report, o->story.store),
	    ST_OK);
	return told.len > 0 ? strbuf_str(&told) : "none";
}

static void
on_detail(const struct stored_sending *sending, void *arg)
{
	(void)arg;
	strbuf_reset(&told);
	strbuf_adds(&told, sending->detail);
}

static void
on_detailed_report(const struct stored_report *report, void *arg)
{
	assert_int_equal(store_each_sending(arg, report->id, on_detail, NULL), ST_OK);
}

const char *
office_detail(struct office *o, const char *domain)
{
	strbuf_reset(&told);
	assert_int_equal(store_each_report(o->story.store, domain, 0, 1,
			     on_detailed_report, o->story.store),
	    ST_OK);
	return strbuf_str(&told);
}

static void
on_any_report(const struct stored_report *report, void *arg)
{
	(void)report;
	++*(size_t *)arg;
}

size_t
office_reports(struct office *o, const char *domain)
{
	size_t n = 0;

	assert_int_equal(store_each_report(
			     o->story.store, domain, 0, REPORTS_MAX, on_any_report, &n),
	    ST_OK);
	return n;
}

static void
on_day(const struct tally_day *day, void *arg)
{
	(void)day;
	++*(size_t *)arg;
}

size_t
office_open_domains(struct office *o, time_t day)
{
	size_t n = 0;

	assert_int_equal(
	    store_each_day(o->story.store, day, "", REPORTS_MAX, true, on_day, &n),
	    ST_OK);
	return n;
}
