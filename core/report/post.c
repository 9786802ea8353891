/*
 * A report on its way to https: (RFC 8460, section 5.4).  SPDX-License-Identifier: ISC
 */
#include "net/guard.h"
#include "report/carrier.h"

#define MEDIA_TYPE "application/tlsrpt+gzip"
#define ANSWER_MAX (64 * 1024) /* RPT-HTTP-04 */

static const struct domain *
name(const struct attempt *a, enum way_kind *kind)
{
	*kind = WAY_HOST;
	return &a->rua->domain;
}

/* Of no use to ask again with the same request, for what the server says. */
static bool
is_for_good(int http_status)
{
	return http_status >= 400 && http_status < 500 && http_status != 408 &&
	       http_status != 429;
}

/* Tried again all the same until the day is over (RFC 8460, 5.5): who runs the server may notice. */
static const char *
what(const struct https_answer *answer)
{
	if (answer->outcome != HTTPS_STATUS)
		return https_outcome_text(answer->outcome);
	return is_for_good(answer->http_status) ? "refused for good"
						: "refused for now";
}

static void
say(struct why *out, const struct https_answer *answer)
{
	const char *parting = *answer->detail != '\0' ? ": " : "";

	if (answer->outcome == HTTPS_OK)
		why_set(out, "HTTP status %d%s%s", answer->http_status, parting,
		    answer->detail);
	else
		why_set(out, "%s%s%s", what(answer), parting, answer->detail);
}

static void
on_answer(const struct https_answer *answer, void *arg)
{
	struct attempt *a = arg;

	a->under_way = NULL;
	say(&a->detail, answer);
	attempt_finish(a, answer->outcome == HTTPS_OK);
}

/* Only the addresses that a stranger may send us to stay; returns how many. */
static size_t
keep_allowed(const struct guard *guard, struct way_host *host)
{
	size_t i, n = 0;

	for (i = 0; i < host->address_count; i++)
		if (guard_allows(guard, &host->addresses[i]))
			host->addresses[n++] = host->addresses[i];
	return host->address_count = n;
}

static enum status
post(struct attempt *a, const struct stored_report *report)
{
	struct way_host *host = &a->hosts[a->host];
	const struct https_post body = {
		.body = report->bytes,
		.len = report->len,
		.media_type = MEDIA_TYPE,
		.is_any_certificate = !a->means->options->is_https_verified,
		.accepted = attempt_accepted,
	};
	struct https_request request = {
		.host = &a->rua->domain,
		.path = a->rua->target,
		.addresses = host->addresses,
		.body_max = ANSWER_MAX,
		.deadline_ms = ATTEMPT_MS,
		.port = a->rua->port,
		.post = &body,
	};

	request.address_count = keep_allowed(&a->means->options->guard, host);
	if (request.address_count == 0) {
		why_set(&a->detail, "%s", https_outcome_text(HTTPS_ADDRESS_REFUSED));
		return ST_RANGE;
	}
	a->under_way = https_send(a->means->https, &request, on_answer, a);
	return ST_OK;
}

static void
cancel(void *under_way)
{
	https_cancel(under_way);
}

const struct carrier carrier_post = { .name = name, .send = post, .cancel = cancel };
