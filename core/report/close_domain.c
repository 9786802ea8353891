/* SPDX-License-Identifier: ISC */
#include "report/close_domain.h"

#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "net/loop.h"
#include "report/attempt.h"
#include "report/schedule.h"
#include "store/outbox.h"
#include "wire/rfc3339.h"

/* --- destinations --------------------------------------------------------------------------------------------- */

struct destinations {
	const char *uris[RUA_MAX];
	time_t next[RUA_MAX];
	size_t count;
};

static uint32_t
random_number(void)
{
	uint32_t n;

	if (getrandom(&n, sizeof(n), 0) != sizeof(n)) /* never fails for 4 bytes */
		abort();
	return n;
}

/* Each at a time of its own (RPT-TIME-02). */
static void
choose(const struct report_options *options, const char *domain,
    const struct rua_list *list, struct destinations *out)
{
	time_t now = loop_time();
	size_t i;

	out->count = 0;
	for (i = 0; i < list->count; i++) {
		const struct rua *rua = &list->items[i];

		if (!attempt_is_served(options, rua)) {
			log_debug("closing: domain=%s rua-kind=%s action=\"left out: "
				  "switched off in the configuration\"",
			    domain, rua->kind == RUA_HTTPS ? "https" : "mailto");
			continue;
		}
		out->uris[out->count] = rua->uri;
		out->next[out->count++] =
		    schedule_first(now, options->spread_s, random_number());
	}
}

/* --- the report ---------------------------------------------------------------------------------------------------- */

void
close_without_report(struct closer *c, time_t day, const char *domain)
{
	struct stored_report none = {
		.id = "",
		.domain = domain,
		.day = day,
		.made = loop_time(),
		.record = "",
		.file_name = "",
	};

	store_put_report(c->store, &none, NULL, NULL, 0);
}

static enum close_outcome
close_unwanted(struct closer *c, const struct open_domain *domain)
{
	close_without_report(c, domain->day, domain->name);
	return CLOSE_UNWANTED;
}

static void
keep(struct closer *c, const struct open_domain *domain, const char *record,
    const struct destinations *to)
{
	const struct rendered *r = &c->rendered;
	struct stored_report report = {
		.id = r->report_id,
		.domain = domain->name,
		.day = domain->day,
		.made = loop_time(),
		.record = record,
		.file_name = r->file_name,
		.bytes = r->gzip.data,
		.len = r->gzip.len,
		.successes = r->successes,
		.failures = r->failures,
	};

	store_put_report(c->store, &report, to->uris, to->next, to->count);
}

static enum close_outcome
make(struct closer *c, const struct open_domain *domain, const char *record,
    const struct rua_list *list)
{
	struct destinations to;
	enum status st;

	choose(c->options, domain->name, list, &to);
	if (to.count == 0)
		return close_unwanted(c, domain);
	st = render(c->renderer, c->store, domain->day, domain->name, &c->rendered);
	if (st == ST_NOTFOUND)
		return close_unwanted(c, domain);
	if (st != ST_OK)
		return CLOSE_LATER;
	keep(c, domain, record, &to);
	return CLOSE_MADE;
}

/* --- the record --------------------------------------------------------------------------------------------------- */

static void
tell(const struct open_domain *domain, const char *what, const char *detail)
{
	char day[RFC3339_TEXT_MAX];

	log_warn("closing: domain=%s day=%s %s reason=\"%s\"", domain->name,
	    rfc3339_day_text(domain->day, day), what, detail);
}

/* Nobody answers now: what the domain said on that day holds. */
static enum close_outcome
follow_stored_record(
    struct closer *c, const struct open_domain *domain, const char *detail)
{
	struct txt txt = { domain->record, strlen(domain->record) };
	struct rua_list list;

	if (tlsrpt_record_select(&txt, 1, NULL, &list, NULL) == TLSRPT_RECORD_FOUND)
		return make(c, domain, domain->record, &list);
	if (!domain->is_last_try)
		return CLOSE_LATER;
	tell(domain, "report=none record=unknown", detail);
	return close_unwanted(c, domain);
}

enum close_outcome
close_domain(
    struct closer *c, const struct open_domain *domain, const struct rua_answer *answer)
{
	if (answer->is_error)
		return follow_stored_record(c, domain, answer->detail);
	if (answer->outcome != TLSRPT_RECORD_FOUND)
		return close_unwanted(c, domain);
	if (answer->list->is_cut)
		tell(domain, "destinations=first", answer->detail);
	return make(c, domain, answer->record, answer->list);
}
