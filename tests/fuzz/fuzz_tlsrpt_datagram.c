/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/field.h"
#include "wire/tlsrpt_datagram.h"

/* Every line can go into a report as it is. */
static void
check_lines(const char *lines)
{
	size_t n;

	for (;; lines += n + 1) {
		n = strcspn(lines, "\n");
		assert(field_is_text(lines, n));
		if (lines[n] == '\0')
			break;
	}
}

static void
check_failure(const struct event_failure *f)
{
	assert(f->result < TLS_RESULT_COUNT);
	assert(strlen(f->reason) <= REASON_CODE_MAX);
	assert(field_is_text(f->reason, strlen(f->reason)));
	assert(field_is_text(f->helo, strlen(f->helo)));
	assert(strchr(f->helo, ' ') == NULL);
	assert(strlen(f->host.text) == f->host.len);
}

static void
check_policy(const struct event_policy *p)
{
	size_t i;

	assert(p->type <= POLICY_NOT_FOUND);
	assert(strlen(p->domain.text) == p->domain.len);
	assert(p->failure_count <= EVENT_FAILURES_MAX);
	check_lines(p->text);
	check_lines(p->mx);
	for (i = 0; i < p->failure_count; i++)
		check_failure(&p->failures[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = fuzz_copy(data, size);
	struct tls_event event;
	struct why why = { "" };
	enum status rc = tlsrpt_datagram_parse(bytes, size, 1, &event, &why);
	size_t i;

	free(bytes);
	if (rc != ST_OK) {
		assert(why.text[0] != '\0');
		return 0;
	}
	assert(event.next_hop.len > 0);
	assert(event.policy_count > 0 && event.policy_count <= EVENT_POLICIES_MAX);
	if (event.record != NULL)
		assert(field_is_text(event.record, strlen(event.record)));
	for (i = 0; i < event.policy_count; i++)
		check_policy(&event.policies[i]);
	tls_event_clear(&event);
	return 0;
}
