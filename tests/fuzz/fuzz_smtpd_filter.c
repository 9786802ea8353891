/* SPDX-License-Identifier: ISC */
#include "../../opensmtpd/inbound.h"
#include "base/strbuf.h"
#include "fuzz.h"
#include "wire/tls_event.h"

#define NOW 1800000000

/* The daemon can read it, but that it may be without a next-hop, or of one that is no domain. */
static void
check_event(const char *json, void *arg UNUSED)
{
	struct tls_event event;
	struct why why;

	assert(strlen(json) < EVENT_BYTES_MAX && strchr(json, '\n') == NULL);
	if (tls_event_parse(json, strlen(json), NOW, &event, &why) != ST_OK) {
		assert(strstr(why.text, "next-hop") != NULL);
		return;
	}
	assert(event.source == SOURCE_OPENSMTPD);
	assert(event.when > 0 && event.when <= NOW);
	tls_event_clear(&event);
}

static void
check_view(struct txt view, struct txt line)
{
	assert(view.text >= line.text && view.text + view.len <= line.text + line.len);
}

static void
take_line(struct txt text, bool is_cut UNUSED, void *arg)
{
	char *exact = fuzz_copy(text.text, text.len);
	struct txt copy = { exact, text.len };
	struct links *links = arg;
	struct filter_line line;

	filter_line_read(copy, &line);
	check_view(line.rest, copy);
	check_view(address_domain(line.rest), copy);
	if (line.kind == LINE_REQUEST)
		assert(line.token.len > 0 && line.token.len <= ID_MAX);
	if (line.kind == LINE_REPORT) {
		assert(line.session.len > 0 && line.session.len <= ID_MAX);
		(line.is_inbound ? inbound_see : outbound_see)(
		    links, &line, check_event, NULL);
	}
	assert(links->count <= LINKS_MAX);
	free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct links links;
	struct line_reader reader = { .len = 0 };
	char *bytes = fuzz_copy(data, size);
	size_t half = size / 2;

	links_init(&links);
	line_read(&reader, bytes, half, take_line, &links);
	line_read(&reader, bytes + half, size - half, take_line, &links);
	links_clear(&links);
	assert(links.count == 0);
	free(bytes);
	return 0;
}
