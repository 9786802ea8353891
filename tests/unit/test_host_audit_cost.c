/*
 * What a host that wants to keep us busy can make an audit do.  SPDX-License-Identifier: ISC
 */
#include "audit/host_audit.h"
#include "remark_lines.h"

#define RECORDS   460 /* digests in 16 KiB, more than a set may have */
#define ADDRESSES 128
#define LOOKS     (2 * ADDRESSES)

static unsigned verified;

/* Instead of the library's: they only count. */
void
dane_verify(const struct chain *chain UNUSED, const struct tlsa_set *usable UNUSED,
    const struct domain *const *names UNUSED, size_t name_count UNUSED,
    time_t now UNUSED, struct chain_verdict *out)
{
	verified++;
	*out = (struct chain_verdict){ .outcome = CHAIN_NO_MATCH };
}

void
pkix_verify(const struct chain *chain UNUSED, const struct trust_store *store UNUSED,
    const struct domain *host UNUSED, time_t now UNUSED, struct chain_verdict *out)
{
	verified++;
	*out = (struct chain_verdict){ .outcome = CHAIN_NOT_TRUSTED };
}

/* Each record another digest. */
static struct tlsa_set *
records(size_t count)
{
	static uint8_t bytes[RECORDS][3 + 32];
	struct tlsa_rdata rdata[RECORDS];
	size_t i;

	for (i = 0; i < count; i++) {
		memcpy(bytes[i],
		    (uint8_t[]){ TLSA_DANE_TA, TLSA_SPKI, TLSA_SHA256, (uint8_t)i,
			(uint8_t)(i >> 8) },
		    5);
		rdata[i] = (struct tlsa_rdata){ bytes[i], sizeof(bytes[i]) };
	}
	return tlsa_set_new(rdata, count);
}

/* The longest that there is; chains of one number are equal. */
static void
make_chain(size_t number, struct chain *out)
{
	static const uint8_t filler[8192];
	static uint8_t numbers[LOOKS][2];
	size_t i;

	out->count = CHAIN_CERTS_MAX;
	for (i = 0; i < CHAIN_CERTS_MAX; i++) {
		out->certs[i].der = filler;
		out->certs[i].len = sizeof(filler);
	}
	memcpy(numbers[number], (uint8_t[]){ (uint8_t)number, 1 }, 2);
	out->certs[CHAIN_CERTS_MAX - 1].der = numbers[number];
	out->certs[CHAIN_CERTS_MAX - 1].len = sizeof(numbers[number]);
}

static const struct cost_case {
	const char *name;
	size_t records, chains;
	unsigned want; /* verifications at most; all chains judged: just so many */
	size_t left_out;
} cost_cases[] = {
	{ "an equal chain is verified once", 2, 1, 4, 0 },
	{ "so it is for each of two", 2, 2, 8, 0 },
	{ "forty chains of a large cluster are all verified", 2, 40, 160, 0 },
	{ "of 460 records no more than 16 are looked at one by one", RECORDS, 1, 18,
	    0 },
	{ "460 records and 256 chains: no more passes than there are", RECORDS, LOOKS,
	    AUDIT_PASSES_MAX, 242 },
	{ "256 chains and one record", 1, LOOKS, AUDIT_PASSES_MAX, 192 },
};

/* Every address shows two chains, of so many different ones. */
static struct evidence *
see(size_t different)
{
	static const struct address address = { .bytes = { 192, 0, 2, 1 } };
	static struct chain chains[LOOKS];
	struct evidence *seen = xcalloc(LOOKS, sizeof(seen[0]));
	size_t i;

	for (i = 0; i < LOOKS; i++) {
		make_chain(i % different, &chains[i]);
		seen[i] = (struct evidence){ .remote = &address,
			.tls = TLS_UP,
			.version = "TLSv1.3",
			.reason = "",
			.chain = &chains[i] };
	}
	return seen;
}

/* How many chains were left out; what there was to remark is added to *got. */
static size_t
audit_host(size_t record_count, size_t different, size_t *passes, struct strbuf *got)
{
	struct domain base = { 15, "mx1.example.com" };
	struct host_facts host = {
		.name = base,
		.address_outcome = ADDRESS_FOUND,
		.is_address_secure = true,
		.tlsa_outcome = TLSA_FOUND,
		.base = &base,
		.tlsa = records(record_count),
	};
	struct host_view view = {
		.host = &host,
		.count = LOOKS,
		.seen = see(different),
	};
	struct host_audit_input input = {
		.view = &view,
		.sts = STS_ENFORCE,
		.trust = (const struct trust_store *)&view, /* nobody looks into it */
		.passes = passes,
	};
	struct host_audit audit;
	size_t i, left_out = 0;

	host_audit(&input, &audit);
	for (i = 0; i < LOOKS; i++)
		left_out += audit.addresses[i].is_left_out;
	add_remarks(got, &audit.remarks);
	host_audit_clear(&audit);
	free(host.tlsa);
	free(view.seen);
	return left_out;
}

static void
check_cost(void **state)
{
	const struct cost_case *c = *state;
	struct strbuf got = STRBUF_INIT;

	verified = 0;
	assert_int_equal(audit_host(c->records, c->chains, NULL, &got), c->left_out);
	assert_true(verified <= c->want);
	if (c->left_out == 0)
		assert_int_equal(verified, c->want);
	assert_int_equal(
	    strstr(got.data, "that were not verified") != NULL, c->left_out > 0);
	strbuf_clear(&got);
}

static void
check_shared(void **state)
{
	struct strbuf got = STRBUF_INIT;
	size_t passes = AUDIT_PASSES_MAX, hosts;

	(void)state;
	verified = 0;
	for (hosts = 0; hosts < 64; hosts++)
		audit_host(RECORDS, LOOKS, &passes, &got);
	assert_true(verified <= AUDIT_PASSES_MAX);
	assert_true(passes < AUDIT_PASSES_MAX);
	assert_int_equal(audit_host(1, 1, &passes, &got), passes < 3 ? LOOKS : 0);
	strbuf_clear(&got);
}

/* The records that nobody has looked at may match: no kind of them is called unmatched. */
static void
check_doubt(void **state)
{
	struct domain base = { 15, "mx1.example.com" };
	struct dane_names names = { .count = 1, .names = { &base } };
	struct tlsa_match m[TLSA_MATCHES_MAX + 1];
	struct tlsa_set *set = records(COUNT_OF(m));
	struct chain chain;

	(void)state;
	make_chain(0, &chain);
	assert_int_equal(
	    tlsa_match_each(set, &chain, &names, 0, SIZE_MAX, m), TLSA_MATCHES_MAX);
	assert_true(m[TLSA_MATCHES_MAX].is_left_out);
	assert_string_not_equal(m[TLSA_MATCHES_MAX].why_not, "");
	assert_true(tlsa_match_kind(set, m, 0));
	set->count--;
	assert_false(tlsa_match_kind(set, m, 0));
	free(set);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_cost, cost_cases),
		CASE("64 such hosts have the passes between them", check_shared),
		CASE("a record that was left out may match", check_doubt),
	};

	return cases_run("host_audit_cost", tables, COUNT_OF(tables));
}
