/*
 * From a day's counts to a report's bytes.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_RENDER_H
#define HOPSEAL_REPORT_RENDER_H

#include <stdint.h>
#include <time.h>

#include "base/strbuf.h"
#include "report/options.h"
#include "store/tally.h"

struct rendered {
	char *report_id; /* RPT-JSON-05: start, domain, random part; fits an id-left */
	char *file_name; /* RPT-FILE-01 */
	struct strbuf json, gzip;
	uint64_t successes, failures;
};

struct renderer;

/* options are copied as far as they are needed. */
struct renderer *renderer_new(const struct report_options *options);
void renderer_free(struct renderer *renderer); /* NULL is fine */

/*
 * Render the report about one domain and one day.  ST_OK; ST_NOTFOUND (nothing to report: no session, or successes only with the
 * heartbeat off); ST_IO.  *out is used again and again: start with zeros, rendered_clear() at the end.
 */
MUST_CHECK enum status render(struct renderer *renderer, struct store *store,
    time_t day, const char *domain, struct rendered *out);
void rendered_clear(struct rendered *rendered);

#endif
