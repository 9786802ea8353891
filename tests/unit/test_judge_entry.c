/* What a judgement writes down.  SPDX-License-Identifier: ISC */
#include "judge_world.h"

#define FETCH_404 "F HTTP status says no success: HTTP status 404"

static void
check_place(void **state)
{
	const struct judged_failure *f;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "I", "mx1=insecure", "enforce mx1", "", "",
			   "up host=mx1 remote=192.0.2.1 local=192.0.2.7 helo=said "
			   "chain=self",
			   "mx1 good" });
	judge(&s.input, &j);
	f = &j.items[0].failures[0];
	assert_string_equal(f->host, "mx1");
	assert_string_equal(f->helo, "said");
	assert_true(f->has_local && f->has_remote);
	assert_true(address_equal(&f->local, &s.event.local));
	assert_true(address_equal(&f->remote, &s.event.remote));
	judgement_clear(&j);
	stage_clear(&s);
}

static void
check_place_of_evidence(void **state)
{
	const struct judged_failure *f;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "I", "mx1=insecure mx2=insecure", "enforce mx1",
			   "", "", "up", "mx1 self" });
	judge(&s.input, &j);
	f = &j.items[0].failures[0];
	assert_string_equal(f->host, "mx1");
	assert_string_equal(f->helo, "looked.example");
	assert_false(f->has_local);
	assert_true(f->has_remote);
	assert_true(address_equal(&f->remote, &s.evidence_remote));
	judgement_clear(&j);
	stage_clear(&s);
}

static void
check_no_place(void **state)
{
	const struct judged_failure *f;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "S", "mx1=unusable", "", "", FETCH_404,
			   "up host=mx1 remote=192.0.2.1", "" });
	judge(&s.input, &j);
	assert_int_equal(j.count, 2);
	f = &j.items[0].failures[0];
	assert_string_equal(f->host, "mx1");
	assert_false(f->has_local || f->has_remote);
	f = &j.items[1].failures[0];
	assert_string_equal(f->host, "");
	assert_string_equal(f->helo, "");
	assert_false(f->has_local || f->has_remote);
	judgement_clear(&j);
	stage_clear(&s);
}

static void
check_code_is_clean(void **state)
{
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s,
	    &(struct scene){ "I", "mx1=insecure", "", "", "", "failed host=mx1", "" });
	snprintf(s.event.reason, sizeof(s.event.reason), "%s",
	    "error:0A00010B:SSL routines::wrong version "
	    "number:../ssl/record/ssl3_record.c:350:");
	judge(&s.input, &j);
	assert_string_equal(j.items[0].failures[0].code,
	    "error:0A00010B:SSL routines::wrong version number");
	judgement_clear(&j);
	snprintf(s.event.reason, sizeof(s.event.reason), "%s", "/etc/ssl/private.key");
	judge(&s.input, &j);
	assert_string_equal(j.items[0].failures[0].code, "");
	judgement_clear(&j);
	stage_clear(&s);
}

static const char body[] = "version: STSv1\r\nmode: enforce\r\n\r\nmx: mx1\r\nmx: "
			   "*.Example.COM\r\nodd:  kept\r\nmax_age: 86400";

static void
check_sts_text(void **state)
{
	struct sts_policy *policy;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "I", "mx1=insecure", "enforce mx1", "", "",
			   "up host=mx1 verified=name", "" });
	assert_int_equal(sts_policy_parse(BYTES(body), &policy, NULL), ST_OK);
	s.world.sts.policy = policy;
	judge(&s.input, &j);
	assert_int_equal(j.count, 1);
	assert_string_equal(j.items[0].domain.text, "example.com");
	assert_string_equal(strbuf_str(&j.items[0].text),
	    "version: STSv1\nmode: enforce\nmx: mx1\nmx: *.Example.COM\nodd:  kept\n"
	    "max_age: 86400");
	assert_string_equal(strbuf_str(&j.items[0].mx), "mx1\n*.example.com");
	judgement_clear(&j);
	free(policy);
	stage_clear(&s);
}

static void
check_tlsa_text(void **state)
{
	static const uint8_t a[] = { 3, 1, 1, 0xab, 0xcd }, b[] = { 2, 0, 1, 0xef },
			     c[] = { 3, 1 };
	const struct tlsa_rdata published[] = { { c, sizeof(c) }, { a, sizeof(a) },
		{ b, sizeof(b) } };
	const struct tlsa_rdata turned[] = { { b, sizeof(b) }, { c, sizeof(c) },
		{ a, sizeof(a) } };
	const struct tlsa_rdata *const orders[] = { published, turned };
	struct judgement j;
	struct stage s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(orders); i++) {
		stage_init(&s, &(struct scene){ "S", "mx1=usable", "", "", "",
				   "not-offered host=mx1", "" });
		free(s.world.route->hosts[0].tlsa);
		s.world.route->hosts[0].tlsa = tlsa_set_new(orders[i], 3);
		*s.world.route->hosts[0].base = domain_named("base.example");
		judge(&s.input, &j);
		assert_int_equal(j.items[0].type, POLICY_TLSA);
		assert_string_equal(j.items[0].domain.text, "base.example");
		assert_string_equal(
		    strbuf_str(&j.items[0].text), "2 0 1 EF\n3 1 1 ABCD\n\\# 2 0301");
		assert_string_equal(strbuf_str(&j.items[0].mx), "");
		judgement_clear(&j);
		stage_clear(&s);
	}
}

/* The MTA tells a part of it, or of another one. */
static const struct told_text_case {
	const char *name, *type, *told, *want, *want_mx;
} told_text_cases[] = {
	{ "RPT-JSON-08 MTA-STS: a line that was left out", "sts",
	    "version: STSv1\nmode: enforce\nmx: mx1\nmax_age: 86400",
	    "version: STSv1\nmode: enforce\nmx: mx1\nodd: kept\nmax_age: 86400",
	    "mx1" },
	{ "RPT-JSON-22 MTA-STS: another policy", "sts",
	    "version: STSv1\nmode: enforce\nmx: mx2\nmax_age: 86400",
	    "version: STSv1\nmode: enforce\nmx: mx2\nmax_age: 86400", "mx9\nmx2" },
	{ "RPT-JSON-22 MTA-STS: another order", "sts",
	    "version: STSv1\nmx: mx1\nmode: enforce",
	    "version: STSv1\nmx: mx1\nmode: enforce", "mx9\nmx2" },
	{ "RPT-JSON-08 TLSA: some records, in another order", "tlsa base=mx1",
	    "3 1 1 ABCD\n2 0 1 EF", "2 0 1 EF\n3 0 1 EF\n3 1 1 ABCD", "" },
	{ "RPT-JSON-22 TLSA: another record, in order", "tlsa base=mx1",
	    "3 1 1 ABCE\n2 0 1 EF", "2 0 1 EF\n3 1 1 ABCE", "mx9\nmx2" },
	{ "RPT-JSON-22 TLSA: of another base domain", "tlsa base=mx2",
	    "3 1 1 ABCD\n2 0 1 EF", "2 0 1 EF\n3 1 1 ABCD", "mx9\nmx2" },
};

static void
check_told_text(void **state)
{
	static const uint8_t a[] = { 3, 1, 1, 0xab, 0xcd }, b[] = { 2, 0, 1, 0xef },
			     c[] = { 3, 0, 1, 0xef };
	const struct tlsa_rdata published[] = { { c, sizeof(c) }, { a, sizeof(a) },
		{ b, sizeof(b) } };
	static const char policy_body[] = "version: STSv1\nmode: enforce\nmx: mx1\n"
					  "odd: kept\nmax_age: 86400";
	const struct told_text_case *t = *state;
	struct sts_policy *policy;
	struct judgement j;
	struct stage s;

	stage_init(&s, &(struct scene){ "S", "mx1=usable", "enforce mx1", "no-trust",
			   "", t->type, "" });
	snprintf(s.texts[0], sizeof(s.texts[0]), "%s", t->told);
	snprintf(s.mx[0], sizeof(s.mx[0]), "mx9\nmx2");
	assert_int_equal(sts_policy_parse(BYTES(policy_body), &policy, NULL), ST_OK);
	s.world.sts.policy = policy;
	free(s.world.route->hosts[0].tlsa);
	s.world.route->hosts[0].tlsa = tlsa_set_new(published, COUNT_OF(published));
	judge(&s.input, &j);
	assert_true(j.count > 0);
	assert_string_equal(strbuf_str(&j.items[0].text), t->want);
	assert_string_equal(strbuf_str(&j.items[0].mx), t->want_mx);
	judgement_clear(&j);
	free(policy);
	stage_clear(&s);
}

static void
check_no_text(void **state)
{
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){
			   "I", "mx1=insecure", "", "", FETCH_404, "up host=mx1", "" });
	judge(&s.input, &j);
	assert_string_equal(j.items[0].domain.text, "example.com");
	assert_string_equal(strbuf_str(&j.items[0].text), "");
	assert_string_equal(strbuf_str(&j.items[0].mx), "");
	judgement_clear(&j);
	stage_clear(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("RPT-TYPE-02 a failure says where the session went", check_place),
		CASE("or where evidence was found", check_place_of_evidence),
		CASE("RPT-JSON-21 a policy's own failure has no session to tell of",
		    check_no_place),
		CASE("RPT-TYPE-12 no paths in codes", check_code_is_clean),
		CASE("RPT-JSON-08 RPT-JSON-10 MTA-STS lines as published",
		    check_sts_text),
		CASE("RPT-JSON-08 RPT-JSON-09 TLSA records, whatever order DNS gives",
		    check_tlsa_text),
		CASES(check_told_text, told_text_cases),
		CASE("RPT-CNT-12 RPT-JSON-09 a policy that is not there has no text",
		    check_no_text),
	};
	int failed;

	judge_certs_make();
	failed = cases_run("judge_entry", tables, COUNT_OF(tables));
	judge_certs_clear();
	return failed;
}
