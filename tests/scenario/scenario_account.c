/*
 * Every session counted once, whatever happens in between.  SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario/clerk.h"
#include "store/outbox.h"
#include "store/tally.h"
#include "unit/certs.h"

#define ENFORCE POLICY("enforce", MX1)
#define TESTING POLICY("testing", MX1)

/* Sessions of an adapter. */
#define EVENT(domain, more)                                                            \
	"{\"source\":\"exim\",\"next-hop\":\"" domain "\",\"host\":\"" MX1             \
	"\",\"remote\":\"192.0.2.1\"," more "}"
#define UP(id)                                                                         \
	EVENT("example.org", "\"tls\":\"up\",\"verified\":\"name\",\"id\":\"" id "\"")
#define CLEAR(id) EVENT("example.org", "\"tls\":\"not-offered\",\"id\":\"" id "\"")
#define INBOUND                                                                        \
	"{\"source\":\"milter\",\"direction\":\"in\",\"next-hop\":\"sender.example\"," \
	"\"tls\":\"up\",\"version\":\"TLSv1.3\",\"cipher\":\"AES\",\"verified\":\"no\"}"

/* A clerk at work who knows example.org. */
static void
begin(struct clerk *c, const char *policy)
{
	clerk_begin(c, policy);
	clerk_go(c);
	clerk_knows(c, "example.org");
}

/* --- the usual day --------------------------------------------------------------------- */

static void
check_counts(void **state)
{
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	tell_times(&c, GOOD, 100);
	tell_times(&c, BAD, 7);
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 100/7 certificate-expired=7");
	assert_int_equal(clerk_status(&c).accepted, 107);
	assert_int_equal(clerk_status(&c).counted, 107);
	assert_int_equal(clerk_status(&c).by_source[SOURCE_TLSRPT], 107);
	clerk_end(&c);
}

static void
check_batch(void **state)
{
	const char *batch[DATAGRAM_BATCH_MAX];
	struct clerk c;
	size_t i;

	(void)state;
	begin(&c, ENFORCE);
	for (i = 0; i < DATAGRAM_BATCH_MAX; i++)
		batch[i] = i % 2 == 0 ? GOOD : BAD;
	assert_true(offer(&c, batch, DATAGRAM_BATCH_MAX, true));
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 32/32 certificate-expired=32");
	clerk_end(&c);
}

static void
check_garbage(void **state)
{
	const char *const batch[] = { GOOD, "", "{", "\377\376", "[[[[[[", GOOD };
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	assert_true(offer(&c, batch, COUNT_OF(batch), true));
	assert_string_equal(counted(&c, "example.org"), "sts example.org 2/0");
	assert_int_equal(clerk_status(&c).rejected, 4);
	clerk_end(&c);
}

static void
check_adapter(void **state)
{
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	assert_int_equal(send_event(&c, UP("")), ST_OK);
	assert_int_equal(send_event(&c, CLEAR("")), ST_OK);
	assert_int_equal(send_event(&c, "{\"source\":\"exim\"}"), ST_SYNTAX);
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 1/1 starttls-not-supported=1");
	assert_int_equal(clerk_status(&c).by_source[SOURCE_EXIM], 2);
	assert_int_equal(clerk_status(&c).rejected, 1);
	clerk_end(&c);
}

static void
on_inbound(const struct tally_inbound *in, void *arg)
{
	assert_string_equal(in->client, "sender.example");
	assert_string_equal(in->version, "TLSv1.3");
	assert_string_equal(in->cipher, "AES");
	assert_string_equal(in->verified, "no");
	*(uint64_t *)arg += in->count;
}

static void
check_inbound(void **state)
{
	uint64_t count = 0;
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	assert_int_equal(send_event(&c, INBOUND), ST_OK);
	assert_int_equal(send_event(&c, INBOUND), ST_OK);
	assert_string_equal(counted(&c, "sender.example"), "nothing");
	assert_int_equal(
	    store_each_inbound(c.story.store, TODAY, MIDNIGHT, on_inbound, &count),
	    ST_OK);
	assert_int_equal(count, 2);
	clerk_end(&c);
}

static void
on_day(const struct tally_day *day, void *arg)
{
	snprintf(arg, 64, "%s %s", day->domain, day->record);
}

static void
check_record(void **state)
{
	char seen[64] = "";
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	tell(&c,
	    "{\"d\":\"example.org\",\"pr\":\"v=TLSRPTv1; rua=mailto:a@x.example\","
	    "\"policies\":[{" STS_OF("example.org", "enforce") "," WENT_WELL "}]}");
	tell(&c,
	    "{\"d\":\"example.org\",\"pr\":\"v=TLSRPTv1; rua=mailto:b@x.example\","
	    "\"policies\":[{" STS_OF("example.org", "enforce") "," WENT_WELL "}]}");
	assert_string_equal(counted(&c, "example.org"), "sts example.org 2/0");
	assert_int_equal(
	    store_each_day(c.story.store, TODAY, "", 10, true, on_day, seen), ST_OK);
	assert_string_equal(seen, "example.org v=TLSRPTv1; rua=mailto:b@x.example");
	clerk_end(&c);
}

/* An adapter knows nothing of records: asked for with the day's first session. */
static void
check_record_found(void **state)
{
	static const char event[] =
	    "{\"source\":\"exim\",\"next-hop\":\"example.org\",\"tls\":\"up\","
	    "\"verified\":\"name\"}";
	char seen[64] = "";
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	dns_says("_smtp._tls.example.org TXT I 60 v=TLSRPTv1; rua=mailto:a@x.example");
	dns_forget_questions();
	assert_int_equal(send_event(&c, event), ST_OK);
	assert_int_equal(send_event(&c, event), ST_OK);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 2/0");
	assert_int_equal(dns_asked("_smtp._tls.example.org TXT"), 1);
	settle(&c);
	assert_int_equal(
	    store_each_day(c.story.store, TODAY, "", 10, true, on_day, seen), ST_OK);
	assert_string_equal(seen, "example.org v=TLSRPTv1; rua=mailto:a@x.example");
	fake_pass(DAY);
	assert_int_equal(send_event(&c, event), ST_OK);
	settle(&c);
	assert_int_equal(dns_asked("_smtp._tls.example.org TXT"), 2);
	clerk_end(&c);
}

static void
check_mail_hosts(void **state)
{
	static const char told[] = TOLD("example.org",
	    "\"policy-type\":1,\"policy-domain\":\"mx1.example.org\","
	    "\"policy-string\":[\"" EE256 "\"]",
	    WENT_WELL);
	struct clerk c;

	(void)state;
	clerk_begin(&c, ENFORCE);
	c.options.is_for_mail_hosts = true;
	clerk_go(&c);
	clerk_knows(&c, "example.org");
	tell(&c, told);
	assert_string_equal(counted(&c, "mx1.example.org"), "tlsa mx1.example.org 1/0");
	c.options.is_for_mail_hosts = false;
	account_reconfigure(c.account, &c.options);
	tell(&c, told);
	assert_string_equal(counted(&c, "mx1.example.org"), "tlsa mx1.example.org 1/0");
	assert_non_null(strstr(counted(&c, "example.org"), "tlsa mx1.example.org 2/0"));
	clerk_end(&c);
}

/* --- death and life ------------------------------------------------------------------------ */

static void
check_restart_between(void **state)
{
	char want[80];
	struct clerk c;
	int i;

	(void)state;
	begin(&c, ENFORCE);
	for (i = 1; i <= 20; i++) {
		tell(&c, GOOD);
		tell(&c, BAD);
		if (i % 3 == 0)
			settle(&c);
		clerk_restart(&c);
		clerk_knows(&c, "example.org");
		snprintf(want, sizeof(want),
		    "sts example.org %d/%d certificate-expired=%d", i, i, i);
		assert_string_equal(counted(&c, "example.org"), want);
	}
	clerk_end(&c);
}

/* Dead in every millisecond of a merge and of what comes before it. */
static void
check_death_any_time(void **state)
{
	struct clerk c;
	char want[80];
	int i;

	(void)state;
	begin(&c, ENFORCE);
	for (i = 1; i <= 60; i++) {
		tell(&c, GOOD);
		assert_int_equal(send_event(&c, CLEAR("")), ST_OK);
		fake_pass_ms(i * 20);
		clerk_die(&c);
		clerk_go(&c);
		snprintf(want, sizeof(want),
		    "sts example.org %d/%d starttls-not-supported=%d", i, i, i);
		assert_string_equal(counted(&c, "example.org"), want);
	}
	clerk_end(&c);
}

static void
check_flush(void **state)
{
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	tell(&c, GOOD);
	fake_pass_ms(1000); /* a merge is under way */
	tell(&c, GOOD);
	account_flush(c.account);
	clerk_die(&c);
	unlink(clerk_path(&c, "events.1"));
	clerk_go(&c);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 2/0");
	clerk_end(&c);
}

/* --- those that wait ---------------------------------------------------------------------------- */

static void
check_facts_first(void **state)
{
	struct clerk c;

	(void)state;
	clerk_begin(&c, ENFORCE);
	dns_takes_ms(2000);
	clerk_go(&c);
	tell(&c, GOOD);
	assert_int_equal(clerk_status(&c).waiting, 1);
	assert_string_equal(counted(&c, "example.org"), "nothing");
	fake_pass(10);
	assert_int_equal(clerk_status(&c).waiting, 0);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 1/0");
	clerk_end(&c);
}

static void
check_waiting_survives(void **state)
{
	struct clerk c;
	int i;

	(void)state;
	clerk_begin(&c, ENFORCE);
	dns_takes_ms(3900);
	clerk_go(&c);
	tell(&c, GOOD);
	tell(&c, BAD);
	for (i = 0; i < 5; i++) {
		fake_pass_ms(1100); /* kept in the store, not yet judged */
		store_flush(c.story.store);
		fake_settle();
		assert_int_equal(clerk_status(&c).waiting, 2);
		clerk_die(&c);
		clerk_go(&c);
	}
	fake_pass(30);
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 1/1 certificate-expired=1");
	clerk_restart(&c);
	fake_pass(30);
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 1/1 certificate-expired=1");
	assert_int_equal(clerk_status(&c).waiting, 0);
	clerk_end(&c);
}

static void
check_crowd(void **state)
{
	struct clerk c;
	size_t i;

	(void)state;
	clerk_begin(&c, ENFORCE);
	dns_takes_ms(2000);
	clerk_go(&c);
	for (i = 0; i < 10010; i++)
		assert_int_equal(send_event(&c, CLEAR("")), ST_OK);
	assert_int_equal(clerk_status(&c).waiting, 10000);
	assert_int_equal(clerk_status(&c).counted, 0);
	fake_pass(10);
	assert_int_equal(clerk_status(&c).counted, 10010);
	assert_string_equal(counted(&c, "example.org"),
	    "sts example.org 0/10010 starttls-not-supported=10010");
	clerk_end(&c);
}

/* More than may wait are in the journal when it starts with nothing known. */
static void
check_crowd_left(void **state)
{
	struct clerk c;
	size_t i;

	(void)state;
	clerk_begin(&c, ENFORCE);
	dns_takes_ms(2000);
	c.has_no_store = true;
	clerk_go(&c);
	for (i = 0; i < 30000; i++)
		assert_int_equal(send_event(&c, CLEAR("")), ST_OK);
	clerk_die(&c);
	c.has_no_store = false;
	clerk_go(&c);
	fake_pass_ms(1000);
	assert_in_range(clerk_status(&c).waiting, 10000, 20000);
	fake_pass(10);
	assert_int_equal(clerk_status(&c).waiting, 0);
	assert_string_equal(counted(&c, "example.org"),
	    "sts example.org 0/30000 starttls-not-supported=30000");
	clerk_end(&c);
}

/* --- looks of our own ----------------------------------------------------------------------------- */

#define ANY_HOST(domain)                                                               \
	"\"policy-type\":2,\"policy-domain\":\"" domain                                \
	"\",\"policy-string\":[\"version: STSv1\",\"mode: testing\","                  \
	"\"mx: *.example.org\",\"max_age: 604800\"],\"mx-host\":[\"*.example.org\"]"
#define MAYBE TOLD("example.org", STS_OF("example.org", "testing"), WENT_WELL)

/* A certificate that nobody vouches for, shown by this address. */
static void
show_self_signed(const char *address)
{
	const struct cert_spec spec = { .cn = "leaf",
		.san = "DNS:" MX1 ",DNS:" OTHER,
		.from_days = -3000,
		.to_days = 3000 };
	struct cert leaf = cert_make(&spec, NULL);
	const struct chain chain = { .count = 1, .certs = { { leaf.der, leaf.len } } };

	mx_says(address, TLS_UP, "", &chain);
	cert_clear(&leaf);
}

static struct trust_store *trust;

/* Nobody's. */
static void
make_trust(void)
{
	const struct cert_spec spec = { .cn = "anchor", .is_ca = true };
	struct cert anchor = cert_make(&spec, NULL);
	char path[] = "/tmp/hopseal-anchor-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");

	cert_must(f != NULL && PEM_write_X509(f, anchor.x509) && fclose(f) == 0);
	cert_must(trust_store_open(path, &trust, NULL) == ST_OK);
	unlink(path);
	cert_clear(&anchor);
}

/* A testing policy; the server shows a certificate that does not hold. */
static void
prepare_probing(struct clerk *c, const char *policy)
{
	clerk_begin(c, policy);
	c->options.trust = trust;
	c->probe.is_on = true;
	show_self_signed("192.0.2.1");
}

static void
begin_probing(struct clerk *c, bool is_on)
{
	prepare_probing(c, TESTING);
	c->probe.is_on = is_on;
	clerk_go(c);
	clerk_knows(c, "example.org");
}

static void
check_probe(void **state)
{
	struct clerk c;

	(void)state;
	begin_probing(&c, true);
	mx_takes_ms(500);
	tell(&c, MAYBE);
	tell(&c, MAYBE);
	assert_int_equal(clerk_status(&c).waiting, 2);
	settle(&c);
	assert_int_equal(clerk_status(&c).waiting, 0);
	tell(&c, MAYBE);
	assert_int_equal(clerk_status(&c).waiting, 0);
	assert_string_equal(counted(&c, "example.org"),
	    "sts example.org 0/3 certificate-not-trusted=3");
	assert_int_equal(mx_looked_at(NULL), 1);
	clerk_end(&c);
}

static void
check_probe_off(void **state)
{
	struct clerk c;

	(void)state;
	begin_probing(&c, false);
	tell_times(&c, MAYBE, 3);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 3/0");
	assert_int_equal(mx_looked_at(NULL), 0);
	clerk_end(&c);
}

static void
check_probe_rate(void **state)
{
	struct clerk c;

	(void)state;
	prepare_probing(&c, TESTING);
	c.probe.per_minute = 1;
	stage_add("example.net", POLICY("testing", "*.example.org"));
	dns_says("example.net MX I 3600 10 mx9.example.org");
	dns_says("mx9.example.org A I 3600 192.0.2.9");
	show_self_signed("192.0.2.9");
	clerk_go(&c);
	clerk_knows(&c, "example.org");
	clerk_knows(&c, "example.net");
	tell(&c, MAYBE);
	settle(&c);
	tell(&c, TOLD("example.net", ANY_HOST("example.net"), WENT_WELL));
	assert_string_equal(counted(&c, "example.org"),
	    "sts example.org 0/1 certificate-not-trusted=1");
	assert_string_equal(counted(&c, "example.net"), "sts example.net 1/0");
	assert_int_equal(mx_looked_at(NULL), 1);
	clerk_end(&c);
}

/* The most preferred host that answers is looked at. */
static void
check_probe_next_host(void **state)
{
	struct clerk c;

	(void)state;
	prepare_probing(&c, POLICY("testing", "*.example.org"));
	mx_says("192.0.2.1", TLS_UNKNOWN, "", NULL);
	dns_says("example.org MX I 3600 10 mx1.example.org; 20 mx2.example.org");
	dns_says("mx2.example.org A I 3600 192.0.2.2");
	show_self_signed("192.0.2.2");
	clerk_go(&c);
	clerk_knows(&c, "example.org");
	tell(&c, TOLD("example.org", ANY_HOST("example.org"), WENT_WELL));
	assert_string_equal(counted(&c, "example.org"),
	    "sts example.org 0/1 certificate-not-trusted=1");
	assert_int_equal(mx_looked_at("192.0.2.1"), 1);
	assert_int_equal(mx_looked_at("192.0.2.2"), 1);
	clerk_end(&c);
}

static void
check_probe_death(void **state)
{
	struct clerk c;
	int i;

	(void)state;
	begin_probing(&c, true);
	mx_takes_ms(1500);
	tell(&c, MAYBE);
	for (i = 0; i < 4; i++) {
		fake_pass_ms(1200);
		clerk_die(&c);
		clerk_go(&c);
	}
	fake_pass(30);
	assert_string_equal(counted(&c, "example.org"),
	    "sts example.org 0/1 certificate-not-trusted=1");
	clerk_end(&c);
}

/* --- the same thing twice --------------------------------------------------------------------------- */

static void
check_same_id(void **state)
{
	struct clerk c;
	int i;

	(void)state;
	begin(&c, ENFORCE);
	for (i = 0; i < 3; i++)
		assert_int_equal(send_event(&c, UP("one")), ST_OK);
	assert_int_equal(send_event(&c, UP("two")), ST_OK);
	for (i = 0; i < 3; i++) { /* also those that were merged in another life */
		clerk_restart(&c);
		clerk_knows(&c, "example.org");
		assert_int_equal(send_event(&c, UP("one")), ST_OK);
		assert_int_equal(send_event(&c, UP("two")), ST_OK);
	}
	assert_int_equal(send_event(&c, UP("")), ST_OK);
	assert_int_equal(send_event(&c, UP("")), ST_OK);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 4/0");
	clerk_end(&c);
}

/* The first thing that comes after a start, before there is a store to read the journal for. */
static void
check_same_id_first(void **state)
{
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	assert_int_equal(send_event(&c, UP("a")), ST_OK);
	clerk_die(&c);
	c.has_no_store = true;
	clerk_go(&c);
	assert_int_equal(send_event(&c, UP("a")), ST_OK);
	assert_int_equal(clerk_status(&c).accepted, 0);
	clerk_use_store(&c);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 1/0");
	clerk_end(&c);
}

static void
check_other_source(void **state)
{
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	assert_int_equal(send_event(&c, UP("one")), ST_OK);
	assert_int_equal(
	    send_event(&c, "{\"source\":\"sendmail\",\"next-hop\":\"example.org\","
			   "\"host\":\"" MX1 "\",\"tls\":\"up\",\"verified\":\"name\","
			   "\"id\":\"one\"}"),
	    ST_OK);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 2/0");
	clerk_end(&c);
}

/* So many datagrams of an earlier life are in the socket, and new ones behind them. */
static const struct leftover_case {
	const char *name;
	size_t written; /* into the journal, before death */
	size_t left;    /* of those, in the socket afterwards */
	size_t newer;   /* behind them */
} leftover_cases[] = {
	{ "RPT-CNT-13 died before any datagram was taken out", 5, 5, 0 },
	{ "RPT-CNT-13 died before any was taken out, new ones behind", 5, 5, 4 },
	{ "RPT-CNT-13 died when some were taken out", 5, 2, 3 },
	{ "RPT-CNT-13 died when all were taken out", 5, 0, 3 },
	{ "RPT-CNT-13 died with a full batch", 64, 64, 0 },
	{ "RPT-CNT-13 died with nothing written", 0, 0, 3 },
};

static void
numbered(char datagrams[][sizeof(BAD) + 16], size_t from, size_t count)
{
	static const char form[] = TOLD(
	    "example.org", STS_OF("example.org", "enforce"), "\"x\":%zu," WENT_WELL);
	size_t i;

	for (i = 0; i < count; i++)
		snprintf(datagrams[i], sizeof(datagrams[0]), form, from + i);
}

static void
check_leftover(void **state)
{
	static char all[128][sizeof(BAD) + 16];
	const struct leftover_case *l = *state;
	size_t total = l->written + l->newer, i;
	const char *batch[128];
	struct clerk c;
	char want[40];

	begin(&c, ENFORCE);
	tell(&c, GOOD);
	numbered(all, 0, total);
	for (i = 0; i < total; i++)
		batch[i] = all[i];
	if (l->written > 0)
		assert_true(offer(&c, batch, l->written, false));
	clerk_restart(&c);
	clerk_knows(&c, "example.org");
	if (l->left + l->newer > 0)
		assert_true(
		    offer(&c, batch + l->written - l->left, l->left + l->newer, true));
	/* From here on all are new, whatever they look like. */
	assert_true(offer(&c, batch, 1, true));
	snprintf(want, sizeof(want), "sts example.org %zu/0", total + 2);
	assert_string_equal(counted(&c, "example.org"), want);
	clerk_restart(&c);
	assert_true(offer(&c, batch, 1, true));
	clerk_knows(&c, "example.org");
	snprintf(want, sizeof(want), "sts example.org %zu/0", total + 3);
	assert_string_equal(counted(&c, "example.org"), want);
	clerk_end(&c);
}

/* --- bad disks ----------------------------------------------------------------------------------------- */

static off_t
size_of(const struct clerk *c, const char *name)
{
	struct stat st;

	assert_int_equal(stat(clerk_path(c, name), &st), 0);
	return st.st_size;
}

static void
check_cut(void **state)
{
	struct clerk c;

	(void)state;
	clerk_begin(&c, ENFORCE);
	c.has_no_store = true;
	clerk_go(&c);
	tell_times(&c, GOOD, 3);
	clerk_die(&c);
	/* The last datagram's record, without its end; JOURNAL_TAKEN takes 20 octets. */
	assert_int_equal(
	    truncate(clerk_path(&c, "events.1"), size_of(&c, "events.1") - 21), 0);
	clerk_go(&c);
	tell_times(&c, BAD, 2);
	clerk_use_store(&c);
	fake_pass(10);
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 2/2 certificate-expired=2");
	clerk_end(&c);
}

static void
check_damage(void **state)
{
	struct clerk c;
	int fd;

	(void)state;
	clerk_begin(&c, ENFORCE);
	c.has_no_store = true;
	clerk_go(&c);
	tell_times(&c, GOOD, 3);
	clerk_die(&c);
	fd = open(clerk_path(&c, "events.1"), O_WRONLY);
	assert_int_equal(pwrite(fd, "?", 1, size_of(&c, "events.1") / 2), 1);
	close(fd);
	clerk_go(&c);
	tell_times(&c, BAD, 2);
	clerk_use_store(&c);
	fake_pass(10);
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 1/2 certificate-expired=2");
	clerk_end(&c);
}

/* Files may not grow beyond this; 0: as far as they like. */
static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes > 0 ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
note_room(void *arg)
{
	++*(int *)arg;
}

static void
check_disk_full(void **state)
{
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	tell(&c, GOOD);
	settle(&c);
	limit_files((rlim_t)size_of(&c, "events.1") + 10);
	tell_times(&c, GOOD, 5);
	assert_int_equal(clerk_status(&c).in_memory, 5);
	assert_false(clerk_status(&c).is_journal_healthy);
	assert_int_not_equal(clerk_status(&c).error[0], '\0');
	assert_int_equal(send_event(&c, UP("one")), ST_IO);
	fake_pass(5);
	limit_files(0);
	assert_int_equal(clerk_status(&c).in_memory, 5);
	fake_pass(2);
	assert_int_equal(clerk_status(&c).in_memory, 0);
	assert_true(clerk_status(&c).is_journal_healthy);
	assert_string_equal(clerk_status(&c).error, "");
	assert_int_equal(send_event(&c, UP("one")), ST_OK);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 7/0");
	clerk_restart(&c);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 7/0");
	clerk_end(&c);
}

static void
check_memory_full(void **state)
{
	static char big[200 * 1024];
	const char *const one = big;
	int rooms = 0, kept = 0;
	struct clerk c;

	(void)state;
	memset(big, ' ', sizeof(big) - 1);
	memcpy(big, GOOD, strlen(GOOD));
	begin(&c, ENFORCE);
	account_on_room(c.account, note_room, &rooms);
	tell(&c, GOOD);
	settle(&c);
	limit_files((rlim_t)size_of(&c, "events.1") + 10);
	while (offer(&c, &one, 1, true))
		kept++;
	assert_in_range(kept, 150, 170); /* 32 MiB */
	fake_pass(5);
	assert_int_equal(rooms, 0);
	assert_false(offer(&c, &one, 1, true));
	limit_files(0);
	fake_pass(5);
	assert_int_equal(rooms, 1);
	assert_true(offer(&c, &one, 1, true));
	assert_int_equal(clerk_status(&c).accepted, kept + 2);
	clerk_end(&c);
}

static void
check_taken_on_full_disk(void **state)
{
	const char *const one = GOOD;
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	tell(&c, BAD);
	settle(&c);
	assert_true(offer(&c, &one, 1, false));
	settle(&c);
	limit_files((rlim_t)size_of(&c, "events.1") + 10);
	account_note_taken(c.account);
	limit_files(0);
	/* The same again, and then again after death: they are others. */
	tell(&c, GOOD);
	clerk_restart(&c);
	clerk_knows(&c, "example.org");
	tell(&c, GOOD);
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 3/1 certificate-expired=1");
	clerk_end(&c);
}

/* Nothing more comes until death: what comes after it is another one all the same. */
static void
check_taken_told_late(void **state)
{
	const char *const one = GOOD;
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	assert_true(offer(&c, &one, 1, false));
	settle(&c);
	limit_files((rlim_t)size_of(&c, "events.1") + 10);
	account_note_taken(c.account);
	fake_pass(2);
	limit_files(0);
	fake_pass(2);
	clerk_restart(&c);
	clerk_knows(&c, "example.org");
	tell(&c, GOOD);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 2/0");
	clerk_end(&c);
}

static void
check_no_folder(void **state)
{
	struct clerk c;
	char away[80];

	(void)state;
	clerk_begin(&c, ENFORCE);
	snprintf(away, sizeof(away), "%s/not-yet", c.story.folder);
	c.options.folder = away;
	clerk_go(&c);
	tell(&c, GOOD);
	assert_int_equal(clerk_status(&c).in_memory, 1);
	assert_false(clerk_status(&c).is_journal_healthy);
	assert_int_equal(mkdir(away, 0700), 0);
	fake_pass(30);
	assert_int_equal(clerk_status(&c).in_memory, 0);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 1/0");
	clerk_die(&c);
	unlink(clerk_path(&c, "not-yet/events.1"));
	rmdir(clerk_path(&c, "not-yet"));
	c.options.folder = c.story.folder;
	clerk_go(&c);
	clerk_end(&c);
}

/* --- no store ------------------------------------------------------------------------------------------- */

static void
check_no_store(void **state)
{
	struct clerk c;

	(void)state;
	clerk_begin(&c, ENFORCE);
	c.has_no_store = true;
	clerk_go(&c);
	clerk_knows(&c, "example.org");
	tell_times(&c, GOOD, 3000);
	assert_int_equal(send_event(&c, UP("one")), ST_OK);
	assert_int_equal(clerk_status(&c).counted, 0);
	assert_false(account_is_current(c.account));
	fake_pass(60);
	clerk_use_store(&c);
	tell(&c, BAD);
	assert_false(account_is_current(c.account));
	assert_string_equal(
	    counted(&c, "example.org"), "sts example.org 3001/1 certificate-expired=1");
	assert_true(account_is_current(c.account));
	clerk_end(&c);
}

static void
check_current(void **state)
{
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	settle(&c);
	assert_true(account_is_current(c.account));
	tell(&c, GOOD);
	clerk_die(&c);
	clerk_go(&c);
	fake_settle();
	assert_false(account_is_current(c.account));
	settle(&c);
	assert_true(account_is_current(c.account));
	clerk_end(&c);
}

/* The journal was lost, the database not: it is not waited for what will never come. */
static void
check_lost_journal(void **state)
{
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	tell_times(&c, GOOD, 5);
	settle(&c);
	clerk_die(&c);
	unlink(clerk_path(&c, "events.1"));
	clerk_go(&c);
	clerk_knows(&c, "example.org");
	tell(&c, GOOD);
	settle(&c);
	clerk_restart(&c);
	clerk_knows(&c, "example.org");
	tell(&c, GOOD);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 7/0");
	clerk_end(&c);
}

static size_t
segments(const struct clerk *c)
{
	char name[24];
	size_t i, count = 0;

	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "events.%zu", i);
		count += access(clerk_path(c, name), F_OK) == 0;
	}
	return count;
}

static void
check_segments(void **state)
{
	struct clerk c;
	int i;

	(void)state;
	begin(&c, ENFORCE);
	for (i = 0; i < 20; i++) {
		tell(&c, GOOD);
		clerk_restart(&c);
		clerk_knows(&c, "example.org");
	}
	tell(&c, GOOD);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 21/0");
	assert_in_range(segments(&c), 2, JOURNAL_RECENT_MAX + 1);
	clerk_end(&c);
}

/* --- days ---------------------------------------------------------------------------------------------------- */

static void
check_midnight(void **state)
{
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	fake_pass(MIDNIGHT - NOON - 2);
	clerk_knows(&c, "example.org");
	tell_times(&c, GOOD, 2);
	fake_pass(1);
	tell(&c, GOOD);
	fake_pass(1);
	tell_times(&c, BAD, 5);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 3/0");
	assert_string_equal(counted_on(&c, "example.org", MIDNIGHT),
	    "sts example.org 0/5 certificate-expired=5");
	clerk_end(&c);
}

/* An event that tells its time, TODAY one second before midnight, and comes later. */
static void
tell_late(struct clerk *c)
{
	char json[300];

	snprintf(json, sizeof(json),
	    EVENT("example.org", "\"tls\":\"up\",\"verified\":\"name\",\"when\":%lld"),
	    (long long)MIDNIGHT - 1);
	assert_int_equal(send_event(c, json), ST_OK);
}

static void
check_late(void **state)
{
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	fake_pass(MIDNIGHT - NOON + GRACE - 1);
	clerk_knows(&c, "example.org");
	tell_late(&c);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 1/0");
	fake_pass(1);
	tell_late(&c);
	assert_string_equal(counted(&c, "example.org"), "sts example.org 1/0");
	assert_string_equal(
	    counted_on(&c, "example.org", MIDNIGHT), "sts example.org 1/0");
	clerk_end(&c);
}

/* Read from the journal a day later: until all of it is read nothing is closed. */
static void
check_late_in_journal(void **state)
{
	struct clerk c;

	(void)state;
	clerk_begin(&c, ENFORCE);
	c.has_no_store = true;
	clerk_go(&c);
	tell(&c, GOOD);
	fake_pass(DAY);
	clerk_use_store(&c);
	clerk_knows(&c, "example.org");
	assert_string_equal(counted(&c, "example.org"), "sts example.org 1/0");
	assert_string_equal(counted_on(&c, "example.org", MIDNIGHT), "nothing");
	clerk_end(&c);
}

/* --- refusals and reports --------------------------------------------------------------------------------------- */

static void
on_refused(const struct answer *answer, void *arg)
{
	account_refused(arg, answer);
}

static void
refuse(struct clerk *c)
{
	struct next_hop n = stage_next_hop("example.org");

	engine_ask(c->story.engine, &n, 5000, on_refused, c->account);
	fake_pass(10);
}

static void
check_refused(void **state)
{
	struct clerk c;

	(void)state;
	clerk_begin(&c, ENFORCE);
	dns_says("example.org MX S 300 10 mx1.example.org");
	dns_says("mx1.example.org A S 300 192.0.2.1");
	dns_says("_25._tcp.mx1.example.org TLSA servfail");
	clerk_go(&c);
	refuse(&c);
	refuse(&c);
	assert_string_equal(
	    counted(&c, "example.org"), "tlsa mx1.example.org 0/2 dnssec-invalid=2");
	assert_int_equal(clerk_status(&c).by_source[SOURCE_OWN], 2);
	refuse(&c);
	dns_says("_25._tcp.mx1.example.org TLSA S 300 nodata");
	clerk_restart(&c); /* counted as it was then */
	assert_string_equal(
	    counted(&c, "example.org"), "tlsa mx1.example.org 0/3 dnssec-invalid=3");
	clerk_end(&c);
}

static void
check_not_refused(void **state)
{
	struct clerk c;

	(void)state;
	clerk_begin(&c, ENFORCE);
	clerk_go(&c);
	refuse(&c); /* answered, and not with "later" */
	assert_string_equal(counted(&c, "example.org"), "nothing");
	assert_int_equal(clerk_status(&c).accepted, 0);
	clerk_end(&c);
}

static void
put_report(struct clerk *c)
{
	const struct stored_report report = { .id = "r1",
		.domain = "example.org",
		.day = TODAY - DAY,
		.made = NOON,
		.record = "",
		.file_name = "f",
		.bytes = "x",
		.len = 1,
		.successes = 1 };
	const char *const uris[] = { "mailto:a@x.example", "mailto:b@x.example" };
	const time_t next[] = { NOON, NOON };

	store_put_report(c->story.store, &report, uris, next, 2);
	store_flush(c->story.store);
}

static void
on_sending(const struct stored_sending *s, void *arg)
{
	uint64_t *ids = arg;

	if (s->state == SENDING_SENT)
		ids[0] = s->id;
	else
		ids[1] = s->id;
}

static void
check_sent(void **state)
{
	uint64_t ids[2] = { 0, 0 }, again[2] = { 0, 0 };
	struct clerk c;

	(void)state;
	begin(&c, ENFORCE);
	put_report(&c);
	assert_int_equal(
	    store_each_sending(c.story.store, "r1", on_sending, ids), ST_OK);
	assert_int_equal(ids[0], 0);
	clerk_die(&c);
	/* The acknowledgement is in the journal only. */
	c.has_no_store = true;
	clerk_go(&c);
	account_note_sent(c.account, ids[1]);
	clerk_die(&c);
	c.has_no_store = false;
	clerk_go(&c);
	settle(&c);
	assert_int_equal(
	    store_each_sending(c.story.store, "r1", on_sending, again), ST_OK);
	assert_int_equal(again[0], ids[1]);
	assert_int_not_equal(again[1], 0);
	/* Sent once more because somebody asked for it: not undone by what is in the journal. */
	store_resend(c.story.store, "r1", NOON);
	store_flush(c.story.store);
	clerk_restart(&c);
	memset(again, 0, sizeof(again));
	assert_int_equal(
	    store_each_sending(c.story.store, "r1", on_sending, again), ST_OK);
	assert_int_equal(again[0], 0);
	clerk_end(&c);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("RPT-CNT-13 every session is counted", check_counts),
		CASE("RPT-CNT-13 a full batch", check_batch),
		CASE("garbage is rejected and forgotten", check_garbage),
		CASE("an adapter's events are counted", check_adapter),
		CASE("inbound sessions are counted apart", check_inbound),
		CASE("RPT-DNS-09 the record is kept as last seen", check_record),
		CASE("RPT-DNS-09 the record is looked up with the first result",
		    check_record_found),
		CASE("RPT-DNS-10 results of a mail host for its owner",
		    check_mail_hosts),
		CASE("RPT-CNT-13 death and life between events", check_restart_between),
		CASE("RPT-CNT-13 death in every moment", check_death_any_time),
		CASE("a clean end leaves nothing to the journal", check_flush),
		CASE("events wait for facts", check_facts_first),
		CASE(
		    "RPT-CNT-13 those that wait outlive death", check_waiting_survives),
		CASE("RPT-CNT-13 with too many that wait, others stay in the journal",
		    check_crowd),
		CASE("RPT-CNT-13 and those that an earlier life has left there",
		    check_crowd_left),
		CASE("STS-REP-03 a look shows what the MTA did not", check_probe),
		CASE("without looks the MTA's word is taken", check_probe_off),
		CASE("beyond the rate of looks the MTA's word is taken",
		    check_probe_rate),
		CASE("the most preferred host that answers is looked at",
		    check_probe_next_host),
		CASE("RPT-CNT-13 death while looking", check_probe_death),
		CASE("RPT-CNT-13 an id that was seen is not counted again",
		    check_same_id),
		CASE("RPT-CNT-13 nor when it is the first after a start",
		    check_same_id_first),
		CASE("ids belong to their source", check_other_source),
		CASES(check_leftover, leftover_cases),
		CASE("a journal that was cut ends with its last whole record",
		    check_cut),
		CASE("damage costs the rest of one file", check_damage),
		CASE("disk full: datagrams wait in memory, events are refused",
		    check_disk_full),
		CASE("disk and memory full: datagrams stay in the socket",
		    check_memory_full),
		CASE("disk full between a batch and its end", check_taken_on_full_disk),
		CASE("and then nothing more until death", check_taken_told_late),
		CASE("the folder comes later", check_no_folder),
		CASE("no store: all is counted when it comes", check_no_store),
		CASE("what the store lacks is known", check_current),
		CASE("the journal was lost, the database not", check_lost_journal),
		CASE("segments that are counted are deleted", check_segments),
		CASE("RPT-CNT-14 a session belongs to its day", check_midnight),
		CASE("RPT-TIME-03 after the grace the day is today", check_late),
		CASE("RPT-CNT-14 what the journal kept belongs to its own day",
		    check_late_in_journal),
		CASE(
		    "RPT-TYPE-07 a refusal is counted as it was judged", check_refused),
		CASE("what is no refusal is not counted", check_not_refused),
		CASE(
		    "an acknowledgement in the journal reaches the outbox", check_sent),
	};
	int failed;

	make_trust();
	failed = cases_run("account", tables, COUNT_OF(tables));
	trust_store_close(trust);
	return failed;
}
