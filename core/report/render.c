/* SPDX-License-Identifier: ISC */
#include "report/render.h"

#include <assert.h>
#include <inttypes.h>
#include <sys/random.h>

#include "base/address.h"
#include "base/mem.h"
#include "report/schedule.h"
#include "wire/gzip.h"
#include "wire/tls_report.h"

/*
 * Texts of policies and details in one report, in octets, of which gzip may make no fewer.  Receivers commonly stop at 10 MB
 * of it (RFC 8460, section 5.2): with this the whole is below that, whatever a hostile domain had us count (RPT-FILE-03).
 */
#define CONTENT_MAX  9000000
#define DETAIL_NAMES 40 /* what gzip makes of the member names of a detail, at most */

struct renderer {
	char *organization, *contact;
	const char *submitter; /* contact's domain */
	bool is_heartbeat, is_reason_shown;
	struct address_range *shown;
	size_t shown_count;
	struct gzip *gzip;

	/* Of the policy at hand; addresses of a detail in RFC 5952 form. */
	struct report_detail *details;
	struct addresses {
		char local[ADDRESS_TEXT_MAX], remote[ADDRESS_TEXT_MAX];
	} * addresses;
	size_t room;

	/* Of the report at hand. */
	struct rendered *out;
	size_t content_left;
	bool has_details;
};

struct renderer *
renderer_new(const struct report_options *options)
{
	struct renderer *r = xcalloc(1, sizeof(*r));
	size_t count = options->shown.count;
	const char *at;

	r->contact = xstrdup(options->contact);
	at = strrchr(r->contact, '@');
	r->submitter = at != NULL ? at + 1 : "";
	r->organization = xstrdup(
	    options->organization[0] != '\0' ? options->organization : r->submitter);
	r->is_heartbeat = options->is_heartbeat;
	r->is_reason_shown = options->is_reason_shown;
	r->shown_count = count;
	if (count > 0)
		r->shown = xmemdup(options->shown.allowed, count * sizeof(r->shown[0]));
	r->gzip = gzip_new();
	return r;
}

void
renderer_free(struct renderer *r)
{
	if (r == NULL)
		return;
	gzip_free(r->gzip);
	free(r->addresses);
	free(r->details);
	free(r->shown);
	free(r->organization);
	free(r->contact);
	free(r);
}

/* --- details: what may be shown, each once, as many as fit ---------------------------- */

/* IPv4 in IPv6 is shown as IPv4 (RPT-JSON-17). */
static void
unmap(struct address *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!a->is_v6 || memcmp(a->bytes, mapped, sizeof(mapped)) != 0)
		return;
	a->is_v6 = false;
	memmove(a->bytes, a->bytes + sizeof(mapped), 4);
}

/* Whether the address may be told: all may when nothing was chosen (RPT-SEC-02). */
static bool
is_shown(const struct renderer *r, const struct address *a)
{
	size_t i;

	for (i = 0; i < r->shown_count; i++)
		if (address_in(a, &r->shown[i]))
			return true;
	return r->shown_count == 0;
}

/* "" for what is no address; is_ours: of the sending MTA. */
static const char *
address_out(const struct renderer *r, const char *text, bool is_ours,
    char buf[ADDRESS_TEXT_MAX])
{
	struct address a;

	if (address_parse(text, strlen(text), &a) != ST_OK)
		return "";
	unmap(&a);
	return is_ours && !is_shown(r, &a) ? "" : address_text(&a, buf);
}

static void
make_room(struct renderer *r, size_t count)
{
	if (count <= r->room)
		return;
	r->room = count;
	r->details = xreallocarray(r->details, count, sizeof(r->details[0]));
	r->addresses = xreallocarray(r->addresses, count, sizeof(r->addresses[0]));
}

static void
copy_details(struct renderer *r, const struct tally *tally)
{
	size_t i;

	make_room(r, tally->detail_count);
	for (i = 0; i < tally->detail_count; i++) {
		const struct tally_detail *d = &tally->details[i];
		struct addresses *a = &r->addresses[i];

		r->details[i] = (struct report_detail){
			.result = tls_result_word(d->result),
			.code = r->is_reason_shown ? d->code : "",
			.local = address_out(r, d->local, true, a->local),
			.remote = address_out(r, d->remote, false, a->remote),
			.host = d->host,
			.helo = d->helo,
			.information = "",
			.count = d->count,
		};
	}
}

static int
compare_details(const void *one, const void *other)
{
	const struct report_detail *a = one, *b = other;
	const char *const pairs[][2] = {
		{ a->result, b->result },
		{ a->host, b->host },
		{ a->remote, b->remote },
		{ a->local, b->local },
		{ a->helo, b->helo },
		{ a->code, b->code },
	};
	size_t i;
	int order = 0;

	for (i = 0; i < COUNT_OF(pairs) && order == 0; i++)
		order = strcmp(pairs[i][0], pairs[i][1]);
	return order;
}

/* Details that differ in nothing but the count become one (RPT-JSON-12); returns how many are left. */
static size_t
merge_details(struct report_detail *details, size_t count)
{
	size_t i, n = 0;

	if (count > 1)
		qsort(details, count, sizeof(details[0]), compare_details);
	for (i = 0; i < count; i++)
		if (n > 0 && compare_details(&details[n - 1], &details[i]) == 0)
			details[n - 1].count += details[i].count;
		else
			details[n++] = details[i];
	return n;
}

/* Take the room for so many octets; false: there is not enough. */
static bool
take_content(struct renderer *r, size_t octets)
{
	if (octets > r->content_left)
		return false;
	r->content_left -= octets;
	return true;
}

static size_t
detail_octets(const struct report_detail *d)
{
	return DETAIL_NAMES + strlen(d->code) + strlen(d->local) + strlen(d->remote) +
	       strlen(d->host) + strlen(d->helo);
}

/* Details for which there is no room keep their result and count only. */
static size_t
fold_details(struct renderer *r, size_t count)
{
	size_t i, folded = 0;

	for (i = 0; i < count; i++) {
		struct report_detail *d = &r->details[i];

		if (take_content(r, detail_octets(d)))
			continue;
		d->code = d->local = d->remote = d->host = d->helo = "";
		folded++;
	}
	return folded > 0 ? merge_details(r->details, count) : count;
}

/* --- the report -------------------------------------------------------------------------- */

static void
add_policy(const struct tally *tally, void *arg)
{
	struct renderer *r = arg;
	bool has_room = take_content(r, strlen(tally->text) + strlen(tally->mx));
	struct report_policy policy = {
		.type = policy_type_word(tally->type),
		.domain = tally->policy_domain,
		.text = has_room ? tally->text : "",
		.mx = has_room ? tally->mx : "",
		.successes = tally->successes,
		.failures = tally->failures,
	};

	copy_details(r, tally);
	policy.details = r->details;
	policy.detail_count =
	    fold_details(r, merge_details(r->details, tally->detail_count));
	tls_report_write_policy(&r->out->json, &policy);
	r->out->successes += tally->successes;
	r->out->failures += tally->failures;
	r->has_details |= policy.detail_count > 0;
}

/* "20241106T000000Z.example.net.5d0f..." and its last part alone, letters and digits. */
static void
name_report(struct renderer *r, time_t day, const char *domain)
{
	struct strbuf id = STRBUF_INIT, file = STRBUF_INIT;
	char start[sizeof("20241106T000000Z")];
	uint64_t unique;
	struct tm tm;
	ssize_t n;

	n = getrandom(&unique, sizeof(unique), 0);
	assert(n == sizeof(unique));
	(void)n;
	if (gmtime_r(&day, &tm) == NULL ||
	    strftime(start, sizeof(start), "%Y%m%dT%H%M%SZ", &tm) == 0)
		start[0] = '\0';
	strbuf_addf(&id, "%s.%s.%016" PRIx64, start, domain, unique);
	strbuf_addf(&file, "%s!%s!%lld!%lld!%016" PRIx64 ".json.gz", r->submitter,
	    domain, (long long)day, (long long)day + DAY_S - 1, unique);
	r->out->report_id = strbuf_take(&id);
	r->out->file_name = strbuf_take(&file);
}

static void
begin(struct renderer *r, time_t day, const char *domain, struct rendered *out)
{
	free(out->report_id);
	free(out->file_name);
	strbuf_reset(&out->json);
	strbuf_reset(&out->gzip);
	out->successes = out->failures = 0;
	r->out = out;
	r->content_left = CONTENT_MAX;
	r->has_details = false;
	name_report(r, day, domain);
}

enum status
render(struct renderer *r, struct store *store, time_t day, const char *domain,
    struct rendered *out)
{
	struct tls_report report = {
		.organization = r->organization,
		.contact = r->contact,
		.begin = day,
		.end = day + DAY_S - 1,
	};
	enum status rc;

	begin(r, day, domain, out);
	report.id = out->report_id;
	tls_report_write_head(&out->json, &report);
	rc = store_each_tally(store, day, domain, add_policy, r);
	tls_report_write_end(&out->json);
	if (rc != ST_OK)
		return rc;
	/* A day with successes only is told as well, unless that was switched off (RPT-CNT-15). */
	if (!r->has_details && out->failures == 0 &&
	    (out->successes == 0 || !r->is_heartbeat))
		return ST_NOTFOUND;
	gzip_add(r->gzip, &out->gzip, out->json.data, out->json.len);
	return ST_OK;
}

void
rendered_clear(struct rendered *rendered)
{
	free(rendered->report_id);
	free(rendered->file_name);
	strbuf_clear(&rendered->json);
	strbuf_clear(&rendered->gzip);
	*rendered = (struct rendered){ 0 };
}
