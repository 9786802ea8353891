/* SPDX-License-Identifier: ISC */
#include "wire/tls_report.h"

#include "base/mem.h"
#include "base/number.h"
#include "wire/field.h"
#include "wire/json_cursor.h"
#include "wire/rfc3339.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define DAY_S           86400
#define FIRST_ROOM      16

struct reader {
	struct json_cursor json;
	/* Texts go here, each with a NUL or line feed behind it; it is as big as the report, where quotes, commas
	 * and brackets take more than that. */
	char *top;
	struct report_policy *policies;
	size_t policy_count, policy_room;
	struct report_detail *details; /* of all policies, in their order */
	size_t detail_count, detail_room;
	bool is_too_big, has_policies;
};

/* A member of an object: where it goes.  A null is never handed to take. */
struct member {
	const char *name;
	void (*take)(struct reader *r, void *field);
	size_t offset;
};

/* --- shapes --------------------------------------------------------------------- */

/* Pass a null; then there is nothing to take. */
static bool
pass_null(struct reader *r)
{
	if (json_peek(&r->json) != JSON_WORD)
		return false;
	json_skip(&r->json);
	return true;
}

static const struct member *
find_member(const struct member *members, struct txt name)
{
	for (; members->name != NULL; members++)
		if (strlen(members->name) == name.len &&
		    memcmp(members->name, name.text, name.len) == 0)
			return members;
	return NULL;
}

/* members: ended by one without a name; others are passed over. */
static void
take_object(struct reader *r, const struct member *members, void *object)
{
	const struct member *member;
	struct txt name;

	if (json_peek(&r->json) != JSON_OBJECT)
		json_stop(&r->json, "no object");
	json_enter(&r->json);
	while (json_next_member(&r->json, &name)) {
		member = find_member(members, name);
		if (member == NULL)
			json_skip(&r->json);
		else if (!pass_null(r))
			member->take(r, (char *)object + member->offset);
	}
}

/* Everything in an array; one value that should have been in an array of one (RPT-SEC-04). */
static void
take_each(struct reader *r, void (*take)(struct reader *r, void *arg), void *arg)
{
	if (json_peek(&r->json) != JSON_ARRAY) {
		take(r, arg);
		return;
	}
	json_enter(&r->json);
	while (json_next_item(&r->json))
		if (!pass_null(r))
			take(r, arg);
}

/* --- texts, numbers, times ------------------------------------------------------- */

/* A text, or a number that stands for one, to top, and no further; returns its length.  Else nothing. */
static size_t
read_text(struct reader *r)
{
	struct txt number;

	if (json_peek(&r->json) == JSON_TEXT)
		return json_take_text(&r->json, r->top);
	if (json_peek(&r->json) != JSON_NUMBER) {
		json_skip(&r->json);
		return 0;
	}
	number = json_take_number(&r->json);
	memcpy(r->top, number.text, number.len);
	return number.len;
}

static void
take_text(struct reader *r, void *field)
{
	const char **text = field;
	size_t len = read_text(r);

	if (len == 0)
		return;
	r->top[len] = '\0';
	*text = r->top;
	r->top += len + 1;
}

static void
take_count(struct reader *r, void *field)
{
	struct json_cursor at = r->json;
	size_t len = read_text(r);

	if (r->json.fault == NULL &&
	    number_parse(r->top, len, REPORT_COUNT_MAX, field) != ST_OK) {
		r->json = at;
		json_stop(&r->json, "no count of sessions");
	}
}

static void
take_time(struct reader *r, void *field)
{
	struct json_cursor at = r->json;
	size_t len = read_text(r);

	if (r->json.fault != NULL)
		return;
	r->top[len] = '\0';
	if (strlen(r->top) != len || rfc3339_parse(r->top, field) != ST_OK) {
		r->json = at;
		json_stop(&r->json, "no date and time");
	}
}

/* --- lists of lines ----------------------------------------------------------------- */

/*
 * The text at top may be a JSON array of texts itself, as in Microsoft's reports: make lines of it, in its place, where
 * each takes less room.  Returns the new length.
 */
static size_t
unpack(struct reader *r, size_t len)
{
	struct json_cursor look = { .text = r->top, .len = len }, take = look;
	size_t n = 0;

	for (json_enter(&look); json_next_item(&look);)
		json_take_text(&look, NULL);
	json_end(&look);
	if (look.fault != NULL)
		return len;
	for (json_enter(&take); json_next_item(&take); r->top[n++] = '\n')
		n += json_take_text(&take, r->top + n);
	return n > 0 ? n - 1 : 0;
}

static void
add_line(struct reader *r, size_t len)
{
	if (len == 0)
		return;
	r->top[len] = '\n';
	r->top += len + 1;
}

static void
take_string(struct reader *r, void *unused)
{
	(void)unused;
	add_line(r, unpack(r, read_text(r)));
}

/* Some copy the whole line of the policy. */
static void
take_pattern(struct reader *r, void *unused)
{
	static const char key[] = "mx:";
	size_t len = unpack(r, read_text(r)), skip = 0;

	(void)unused;
	if (len >= strlen(key) && memcmp(r->top, key, strlen(key)) == 0)
		skip = strlen(key);
	while (skip > 0 && skip < len && field_is_blank(r->top[skip]))
		skip++;
	memmove(r->top, r->top + skip, len - skip);
	add_line(r, len - skip);
}

static void
take_lines(
    struct reader *r, void (*take)(struct reader *r, void *unused), const char **field)
{
	char *start = r->top;

	take_each(r, take, NULL);
	if (r->top == start)
		return;
	r->top[-1] = '\0';
	*field = start;
}

static void
take_strings(struct reader *r, void *field)
{
	take_lines(r, take_string, field);
}

static void
take_patterns(struct reader *r, void *field)
{
	take_lines(r, take_pattern, field);
}

/* --- the report, from the inside out -------------------------------------------------- */

static bool
is_full(struct reader *r, size_t count, size_t max, const char *fault)
{
	if (count < max)
		return false;
	r->is_too_big = true;
	json_stop(&r->json, fault);
	return true;
}

/* An array with room for one more. */
static void *
grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room > 0 ? 2 * *room : FIRST_ROOM;
	return xreallocarray(array, *room, size);
}

static const struct member detail_members[] = {
	{ "result-type", take_text, offsetof(struct report_detail, result) },
	{ "sending-mta-ip", take_text, offsetof(struct report_detail, local) },
	{ "receiving-mx-hostname", take_text, offsetof(struct report_detail, host) },
	{ "receiving-mx-helo", take_text, offsetof(struct report_detail, helo) },
	{ "receiving-ip", take_text, offsetof(struct report_detail, remote) },
	{ "failed-session-count", take_count, offsetof(struct report_detail, count) },
	{ "additional-information", take_text,
	    offsetof(struct report_detail, information) },
	{ "failure-reason-code", take_text, offsetof(struct report_detail, code) },
	{ NULL, NULL, 0 },
};

static void
take_detail(struct reader *r, void *policy)
{
	struct report_detail *detail;

	if (is_full(r, r->detail_count, REPORT_DETAILS_MAX, "too many failure-details"))
		return;
	r->details =
	    grow(r->details, r->detail_count, &r->detail_room, sizeof(*r->details));
	detail = &r->details[r->detail_count++];
	*detail = (struct report_detail){ "", "", "", "", "", "", "", 0 };
	take_object(r, detail_members, detail);
	((struct report_policy *)policy)->detail_count++;
}

static void
take_details(struct reader *r, void *policy)
{
	take_each(r, take_detail, policy);
}

static const struct member policy_members[] = {
	{ "policy-type", take_text, offsetof(struct report_policy, type) },
	{ "policy-string", take_strings, offsetof(struct report_policy, text) },
	{ "policy-domain", take_text, offsetof(struct report_policy, domain) },
	{ "mx-host", take_patterns, offsetof(struct report_policy, mx) },
	{ NULL, NULL, 0 },
};

static void
take_policy_proper(struct reader *r, void *policy)
{
	take_object(r, policy_members, policy);
}

static const struct member summary_members[] = {
	{ "total-successful-session-count", take_count,
	    offsetof(struct report_policy, successes) },
	{ "total-failure-session-count", take_count,
	    offsetof(struct report_policy, failures) },
	{ NULL, NULL, 0 },
};

static void
take_summary(struct reader *r, void *policy)
{
	take_object(r, summary_members, policy);
}

static const struct member entry_members[] = {
	{ "policy", take_policy_proper, 0 },
	{ "summary", take_summary, 0 },
	{ "failure-details", take_details, 0 },
	{ NULL, NULL, 0 },
};

static void
take_entry(struct reader *r, void *unused)
{
	struct report_policy *policy;

	(void)unused;
	if (is_full(r, r->policy_count, REPORT_POLICIES_MAX, "too many policies"))
		return;
	r->policies =
	    grow(r->policies, r->policy_count, &r->policy_room, sizeof(*r->policies));
	policy = &r->policies[r->policy_count++];
	*policy =
	    (struct report_policy){ .type = "", .domain = "", .text = "", .mx = "" };
	take_object(r, entry_members, policy);
}

static void
take_policies(struct reader *r, void *unused)
{
	(void)unused;
	r->has_policies = true;
	take_each(r, take_entry, NULL);
}

static const struct member range_members[] = {
	{ "start-datetime", take_time, offsetof(struct tls_report, begin) },
	{ "end-datetime", take_time, offsetof(struct tls_report, end) },
	{ NULL, NULL, 0 },
};

static void
take_range(struct reader *r, void *report)
{
	take_object(r, range_members, report);
}

static const struct member report_members[] = {
	{ "organization-name", take_text, offsetof(struct tls_report, organization) },
	{ "date-range", take_range, 0 },
	{ "contact-info", take_text, offsetof(struct tls_report, contact) },
	{ "report-id", take_text, offsetof(struct tls_report, id) },
	{ "policies", take_policies, 0 },
	{ NULL, NULL, 0 },
};

/* What makes it a report, other than being JSON. */
static const char *
find_missing(const struct reader *r, const struct tls_report *report)
{
	if (!r->has_policies)
		return "no policies";
	if (report->begin == 0 || report->end == 0)
		return "no date-range";
	return report->end < report->begin ? "date-range ends before it begins" : NULL;
}

static void
finish(struct reader *r, struct tls_report *report)
{
	const struct report_detail *detail = r->details;
	size_t i;

	if (report->end > report->begin && report->end % DAY_S == 0)
		report->end--; /* some give the next midnight */
	for (i = 0; i < r->policy_count; i++) {
		r->policies[i].details = detail;
		if (detail != NULL)
			detail += r->policies[i].detail_count;
	}
	report->policies = r->policies;
	report->policy_count = r->policy_count;
}

static enum status
read_all(struct reader *r, struct tls_report *report, struct why *why)
{
	const char *missing;

	take_object(r, report_members, report);
	json_end(&r->json);
	missing = find_missing(r, report);
	if (r->json.fault != NULL)
		json_why(&r->json, why);
	else if (missing != NULL)
		why_set(why, "%s", missing);
	else
		return ST_OK;
	return r->is_too_big ? ST_TOO_BIG : ST_SYNTAX;
}

enum status
tls_report_read(const char *json, size_t len, struct tls_report *out, struct why *why)
{
	struct reader r = { .json = { .text = json, .len = len } };
	size_t mark = strlen(BYTE_ORDER_MARK);
	enum status rc;

	if (len > REPORT_JSON_MAX) {
		why_set(why, "more than %d octets", REPORT_JSON_MAX);
		return ST_TOO_BIG;
	}
	if (len >= mark && memcmp(json, BYTE_ORDER_MARK, mark) == 0)
		r.json.pos = mark;
	*out = (struct tls_report){ .organization = "", .contact = "", .id = "" };
	out->memory = r.top = xmalloc(len + 1);
	rc = read_all(&r, out, why);
	if (rc == ST_OK) {
		finish(&r, out);
		return ST_OK;
	}
	free(r.details);
	free(r.policies);
	free(out->memory);
	return rc;
}

void
tls_report_clear(struct tls_report *report)
{
	if (report->policy_count > 0)
		free((void *)report->policies[0].details);
	free((void *)report->policies);
	free(report->memory);
	*report = (struct tls_report){ .organization = "", .contact = "", .id = "" };
}
