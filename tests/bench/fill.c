/*
 * A store full of policies, or of yesterday's sessions.  SPDX-License-Identifier: ISC
 *
 *   fill FOLDER COUNT
 *   fill FOLDER COUNT sessions
 *
 * Writes COUNT policies, of fill0.example.test and so on, through the store's own interface: fetched over the last
 * twenty hours, so that none is due for a refresh when the daemon starts.  Or counts sessions with COUNT such domains
 * for yesterday, with a TLSRPT record each.
 */
#include "base/mem.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "store/store.h"
#include "store/tally.h"

#define BATCH   (STORE_QUEUE_MAX / 2) /* queued before waiting for the writer */
#define MAX_AGE 604800
#define SPREAD  (20 * 3600)

static NORETURN void
die(const char *what, const struct why *why)
{
	fprintf(stderr, "fill: %s: %s\n", what, why->text);
	exit(1);
}

static void
put(struct store *store, size_t number, time_t now)
{
	static struct strbuf name, body;
	struct stored_policy policy = { .id = "20240101000000Z",
		.fetched = now - (time_t)(number % SPREAD),
		.used = now };
	struct domain domain;
	struct why why;

	strbuf_reset(&name);
	strbuf_addf(&name, "fill%zu.example.test", number);
	if (domain_parse(name.data, name.len, &domain, &why) != ST_OK)
		die(name.data, &why);
	strbuf_reset(&body);
	strbuf_addf(&body,
	    "version: STSv1\r\nmode: enforce\r\nmx: mx.%s\r\nmx: *.%s\r\nmax_age: %d\r\n",
	    name.data, name.data, MAX_AGE);
	policy.domain = &domain;
	policy.body = body.data;
	policy.len = body.len;
	policy.expires = policy.fetched + MAX_AGE;
	store_put_policy(store, &policy);
}

/* --- sessions ----------------------------------------------------------------------------- */

#define DAY_S       86400
#define MERGE_CELLS 4096

struct cell {
	char domain[64], text[200];
};

static void
on_merged(void *arg)
{
	(void)arg;
}

static void
count_some(struct store *store, size_t first, size_t count, time_t day)
{
	static struct cell cells[MERGE_CELLS];
	static struct tally tallies[MERGE_CELLS];
	static struct tally_record records[MERGE_CELLS];
	struct merge merge = { .tallies = tallies,
		.tally_count = count,
		.records = records,
		.record_count = count,
		.sync_fd = -1 };
	size_t i;

	for (i = 0; i < count; i++) {
		snprintf(cells[i].domain, sizeof(cells[i].domain),
		    "fill%zu.example.test", first + i);
		snprintf(cells[i].text, sizeof(cells[i].text),
		    "version: STSv1\nmode: enforce\nmx: mx.%.64s\nmax_age: %d",
		    cells[i].domain, MAX_AGE);
		tallies[i] = (struct tally){ .day = day,
			.domain = cells[i].domain,
			.type = POLICY_STS,
			.policy_domain = cells[i].domain,
			.text = cells[i].text,
			.mx = "mx.example.test",
			.successes = 7 };
		records[i] = (struct tally_record){ day, cells[i].domain,
			"v=TLSRPTv1; rua=https://mta-sts.collect.test/" };
	}
	merge.position = (struct journal_position){ 1, first + count };
	store_merge(store, &merge, on_merged, NULL);
	store_flush(store);
}

static void
count_sessions(struct store *store, size_t count, time_t now)
{
	time_t day = now - now % DAY_S - DAY_S;
	size_t i, n;

	for (i = 0; i < count; i += n) {
		n = count - i < MERGE_CELLS ? count - i : MERGE_CELLS;
		count_some(store, i, n, day);
	}
}

/* --- policies ------------------------------------------------------------------------------ */

static void
check(struct store *store, size_t count)
{
	struct store_state state;

	store_state(store, &state);
	if (state.is_healthy && state.dropped == 0 && state.written == count)
		return;
	fprintf(stderr, "fill: %zu of %zu written, %zu dropped: %s\n",
	    (size_t)state.written, count, (size_t)state.dropped, state.error);
	exit(1);
}

static void
put_policies(struct store *store, size_t count, time_t now)
{
	size_t i;

	for (i = 0; i < count; i++) {
		put(store, i, now);
		if (i % BATCH == BATCH - 1)
			store_flush(store);
	}
	store_flush(store);
	check(store, count);
}

int
main(int argc, char **argv)
{
	struct store *store;
	struct why why;
	uint64_t count;
	bool is_sessions = argc == 4 && strcmp(argv[3], "sessions") == 0;

	if ((argc != 3 && !is_sessions) ||
	    number_parse(argv[2], strlen(argv[2]), UINT32_MAX, &count) != ST_OK) {
		fprintf(stderr, "usage: fill FOLDER COUNT [sessions]\n");
		return 2;
	}
	if (store_open(argv[1], &store, &why) != ST_OK ||
	    store_start(store, &why) != ST_OK)
		die(argv[1], &why);
	if (is_sessions)
		count_sessions(store, count, time(NULL));
	else
		put_policies(store, count, time(NULL));
	store_close(store);
	return 0;
}
