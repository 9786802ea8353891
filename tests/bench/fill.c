/*
 * A store full of policies.  SPDX-License-Identifier: ISC
 *
 *   fill FOLDER COUNT
 *
 * Writes COUNT policies, of fill0.example.test and so on, through the store's own interface: fetched over the last
 * twenty hours, so that none is due for a refresh when the daemon starts.
 */
#include "base/mem.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "store/store.h"

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

int
main(int argc, char **argv)
{
	struct store *store;
	struct why why;
	uint64_t count, i;
	time_t now = time(NULL);

	if (argc != 3 ||
	    number_parse(argv[2], strlen(argv[2]), UINT32_MAX, &count) != ST_OK) {
		fprintf(stderr, "usage: fill FOLDER COUNT\n");
		return 2;
	}
	if (store_open(argv[1], &store, &why) != ST_OK ||
	    store_start(store, &why) != ST_OK)
		die(argv[1], &why);
	for (i = 0; i < count; i++) {
		put(store, i, now);
		if (i % BATCH == BATCH - 1)
			store_flush(store);
	}
	store_flush(store);
	check(store, count);
	store_close(store);
	return 0;
}
