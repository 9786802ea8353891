/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/sts_record.h"

#define TXT_MAX 3

#define ID32 "abcdefghijklmnopqrstuvwxyz012345"

static const struct select_case {
	const char *name;
	const char *txt[TXT_MAX]; /* up to the first NULL */
	enum sts_record_outcome outcome;
	const char *want; /* the id, or what why must say */
} select_cases[] = {
	/* Conformance section 24, and section 4 item by item. */
	{ "STS-DNS-02 SEED-37 a usual record", { "v=STSv1; id=20160831085700Z;" },
	    STS_RECORD_FOUND, "20160831085700Z" },
	{ "STS-DNS-02 no blanks and no last semicolon", { "v=STSv1;id=a" },
	    STS_RECORD_FOUND, "a" },
	{ "STS-DNS-02 blanks and tabs around semicolons",
	    { "v=STSv1;  id=1\t;\tfoo=bar ;" }, STS_RECORD_FOUND, "1" },
	{ "STS-DNS-02 blanks behind the last semicolon", { "v=STSv1; id=1; \t" },
	    STS_RECORD_FOUND, "1" },
	{ "STS-DNS-02 only the version", { "v=STSv1" }, STS_RECORD_INVALID,
	    "no field \"id\"" },
	{ "STS-DNS-02 only the version and a semicolon", { "v=STSv1;" },
	    STS_RECORD_INVALID, "no field \"id\"" },
	{ "STS-DNS-02 the version is not first", { "id=1; v=STSv1" }, STS_RECORD_NONE,
	    "\"id=1; v=STSv1\" does not start with" },
	{ "STS-DNS-02 a blank in front", { " v=STSv1; id=1" }, STS_RECORD_NONE,
	    "\" v=STSv1; id=1\" does not start with" },
	{ "STS-DNS-02 two semicolons at the end", { "v=STSv1; id=1;;" },
	    STS_RECORD_INVALID, "no field \"NAME=VALUE\" at octet 15" },
	{ "STS-DNS-02 a blank at the end without a semicolon", { "v=STSv1; id=1 " },
	    STS_RECORD_INVALID, "white space at the end" },
	{ "STS-DNS-02 a line end at the end", { "v=STSv1; id=1\n" }, STS_RECORD_INVALID,
	    "octet 0x0a at position 14" },
	{ "STS-DNS-03 SEED-37 the version in upper case",
	    { "v=STSV1; id=20210331000000Z;" }, STS_RECORD_NONE,
	    "does not start with" },
	{ "STS-DNS-03 the v in upper case", { "V=STSv1; id=1" }, STS_RECORD_NONE,
	    "does not start with" },
	{ "STS-DNS-03 another version", { "v=STSv10; id=1" }, STS_RECORD_NONE,
	    "does not start with" },
	{ "STS-DNS-03 ID is an extension, so id is missing", { "v=STSv1; ID=1" },
	    STS_RECORD_INVALID, "no field \"id\"" },
	{ "STS-DNS-04 an id of 32 octets", { "v=STSv1; id=" ID32 }, STS_RECORD_FOUND,
	    ID32 },
	{ "STS-DNS-04 an id of 33 octets", { "v=STSv1; id=" ID32 "6" },
	    STS_RECORD_INVALID, "id of 33 letters or digits" },
	{ "STS-DNS-04 an empty id", { "v=STSv1; id=" }, STS_RECORD_INVALID,
	    "id of 0 letters or digits" },
	{ "STS-DNS-04 an empty id before a semicolon", { "v=STSv1; id=;" },
	    STS_RECORD_INVALID, "id of 0 letters or digits" },
	{ "STS-DNS-04 SEED-38 hyphens in an id", { "v=STSv1; id=2023-09-23;" },
	    STS_RECORD_INVALID, "octet 0x2d at position 17" },
	{ "STS-DNS-04 an underscore in an id", { "v=STSv1; id=abc_1" },
	    STS_RECORD_INVALID, "octet 0x5f at position 16" },
	{ "STS-DNS-04 a blank in front of an id", { "v=STSv1; id= 1" },
	    STS_RECORD_INVALID, "id of 0 letters or digits" },
	{ "STS-DNS-05 an extension in front of the id", { "v=STSv1; foo=bar; id=1" },
	    STS_RECORD_FOUND, "1" },
	{ "STS-DNS-05 all characters of names and values",
	    { "v=STSv1; 0a_b-c.D=!#/:<>@[]^`{|}~; id=1" }, STS_RECORD_FOUND, "1" },
	{ "STS-DNS-05 a name that starts like id", { "v=STSv1; idx=2; id=1" },
	    STS_RECORD_FOUND, "1" },
	{ "STS-DNS-05 a name of 32 octets", { "v=STSv1; " ID32 "=x; id=1" },
	    STS_RECORD_FOUND, "1" },
	{ "STS-DNS-05 a name of 33 octets", { "v=STSv1; " ID32 "6=x; id=1" },
	    STS_RECORD_INVALID, "no field \"NAME=VALUE\" at octet 10" },
	{ "STS-DNS-05 a name that starts with a hyphen", { "v=STSv1; -a=x; id=1" },
	    STS_RECORD_INVALID, "no field \"NAME=VALUE\" at octet 10" },
	{ "STS-DNS-05 no id at all", { "v=STSv1; foo=bar" }, STS_RECORD_INVALID,
	    "no field \"id\"" },
	{ "STS-DNS-05 an extension without a value", { "v=STSv1; id=1; foo=" },
	    STS_RECORD_INVALID, "field without a value at octet 20" },
	{ "STS-DNS-05 an extension without an equals sign", { "v=STSv1; id=1; foo" },
	    STS_RECORD_INVALID, "no field \"NAME=VALUE\" at octet 16" },
	{ "STS-DNS-05 a blank in a name", { "v=STSv1; id=1; a b=c" },
	    STS_RECORD_INVALID, "no field \"NAME=VALUE\" at octet 16" },
	{ "STS-DNS-05 a blank in a value", { "v=STSv1; id=1; a=b c" },
	    STS_RECORD_INVALID, "octet 0x63 at position 20" },
	{ "STS-DNS-05 an equals sign in a value", { "v=STSv1; id=1; foo=a=b" },
	    STS_RECORD_INVALID, "octet 0x3d at position 21" },
	{ "STS-DNS-06 of two ids the first counts", { "v=STSv1; id=1; id=2" },
	    STS_RECORD_FOUND, "1" },
	{ "STS-DNS-06 the second id must be valid as well", { "v=STSv1; id=1; id=_" },
	    STS_RECORD_INVALID, "id of 0 letters or digits" },
	{ "STS-DNS-07 other TXT records are dropped",
	    { "v=spf1 -all", "v=STSv1; id=1", "some text" }, STS_RECORD_FOUND, "1" },
	{ "STS-DNS-07 two records", { "v=STSv1; id=1", "v=STSv1; id=2" },
	    STS_RECORD_SEVERAL, "2 TXT records start with" },
	{ "STS-DNS-07 two records with the same id",
	    { "v=STSv1; id=1;", "v=STSv1; id=1" }, STS_RECORD_SEVERAL,
	    "2 TXT records start with" },
	{ "STS-DNS-07 a valid and a broken record", { "v=STSv1; id=1", "v=STSv1;" },
	    STS_RECORD_SEVERAL, "2 TXT records start with" },
	{ "STS-DNS-07 none left", { "v=spf1 -all", "v=STSV1; id=1" }, STS_RECORD_NONE,
	    "none of 2 TXT records" },
	{ "STS-DNS-07 no TXT record at all", { NULL }, STS_RECORD_NONE,
	    "no TXT record" },
	{ "STS-DNS-07 a broken record beside others",
	    { "v=spf1 -all", "v=STSv1; id=_" }, STS_RECORD_INVALID,
	    "id of 0 letters or digits" },
	{ "STS-DNS-07 an empty TXT record", { "" }, STS_RECORD_NONE,
	    "the TXT record \"\" does not start with" },
	{ "STS-DNS-08 white space before the first semicolon, alone",
	    { "v=STSv1 ; id=1" }, STS_RECORD_FOUND, "1" },
	{ "STS-DNS-08 a tab before the first semicolon, alone", { "v=STSv1\t;id=1" },
	    STS_RECORD_FOUND, "1" },
	{ "STS-DNS-08 with several the prefix must be literal",
	    { "v=STSv1 ; id=1", "v=STSv1; id=2" }, STS_RECORD_FOUND, "2" },
	{ "STS-DNS-08 with several and none literal",
	    { "v=spf1 -all", "v=STSv1 ; id=1" }, STS_RECORD_NONE,
	    "none of 2 TXT records" },
	{ "STS-DNS-09 strings joined with a blank would be broken",
	    { "v=STSv1; i d=abc123" }, STS_RECORD_INVALID, "at octet 10" },
	{ "STS-DNS-11 an octet above ASCII", { "v=STSv1; id=1; foo=\xc3\xbc" },
	    STS_RECORD_INVALID, "field without a value" },
	{ "STS-DNS-11 an octet above ASCII in a name", { "v=STSv1; f\xfc=1; id=1" },
	    STS_RECORD_INVALID, "no field" },
	{ "STS-DNS-11 an octet above ASCII in the id", { "v=STSv1; id=1\xb2" },
	    STS_RECORD_INVALID, "octet 0xb2" },
	{ "STS-DNS-11 a control character in a value", { "v=STSv1; foo=a\x7f; id=1" },
	    STS_RECORD_INVALID, "octet 0x7f" },
};

static void
check_select(void **state)
{
	const struct select_case *c = *state;
	struct txt txt[TXT_MAX];
	struct sts_record record = { "old" };
	struct why why = { "old" };
	char *exact[TXT_MAX];
	size_t n, i;

	/* Without a NUL behind them, as records come out of a message. */
	for (n = 0; n < TXT_MAX && c->txt[n] != NULL; n++) {
		txt[n].len = strlen(c->txt[n]);
		exact[n] = xmalloc(txt[n].len);
		memcpy(exact[n], c->txt[n], txt[n].len);
		txt[n].text = exact[n];
	}
	assert_int_equal(sts_record_select(txt, n, &record, &why), c->outcome);
	for (i = 0; i < n; i++)
		free(exact[i]);
	if (c->outcome == STS_RECORD_FOUND) {
		assert_string_equal(record.id, c->want);
		return;
	}
	assert_string_equal(record.id, "old");
	if (strstr(why.text, c->want) == NULL)
		assert_string_equal(why.text, c->want);
}

static void
check_advice(void **state)
{
	const struct txt clean = { "v=STSv1; id=1", 13 };
	const struct txt tolerated = { "v=STSv1 ; id=1", 14 };
	struct sts_record record;
	struct why why = { "old" };

	(void)state;
	assert_int_equal(sts_record_select(&clean, 1, &record, &why), STS_RECORD_FOUND);
	assert_string_equal(why.text, "");
	assert_int_equal(
	    sts_record_select(&tolerated, 1, &record, &why), STS_RECORD_FOUND);
	assert_non_null(strstr(why.text, "white space before the first"));
	assert_int_equal(
	    sts_record_select(&tolerated, 1, &record, NULL), STS_RECORD_FOUND);
}

static void
check_nul(void **state)
{
	const struct txt txt = { "v=STSv1; id=1\0; foo=x", 21 };
	struct sts_record record;

	(void)state;
	assert_int_equal(sts_record_select(&txt, 1, &record, NULL), STS_RECORD_INVALID);
}

static void
check_escaped(void **state)
{
	const struct txt txt = { "\x1b[2J\"", 5 };
	struct sts_record record;
	struct why why;

	(void)state;
	assert_int_equal(sts_record_select(&txt, 1, &record, &why), STS_RECORD_NONE);
	assert_non_null(strstr(why.text, "\"\\x1b[2J\\\"\""));
}

static void
check_texts(void **state)
{
	(void)state;
	assert_string_equal(sts_record_outcome_text(STS_RECORD_FOUND), "found");
	assert_string_equal(
	    sts_record_outcome_text(STS_RECORD_INVALID), "invalid record");
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_select, select_cases),
		CASE(
		    "STS-DNS-08 advice where a record is only tolerated", check_advice),
		CASE("STS-DNS-11 NUL in a record", check_nul),
		CASE("a peer's octets are escaped in the reason", check_escaped),
		CASE("every outcome has its words", check_texts),
	};

	return cases_run("sts_record", tables, COUNT_OF(tables));
}
