/* SPDX-License-Identifier: ISC */
#include "output.h"

#include <errno.h>
#include <unistd.h>

#include "base/attr.h"

/* All of it or nothing. */
static void
add(struct output *out, const char *line)
{
	size_t len = strlen(line);

	if (out->start > 0 && out->start + out->len + len > sizeof(out->bytes)) {
		memmove(out->bytes, out->bytes + out->start, out->len);
		out->start = 0;
	}
	if (out->len + len > sizeof(out->bytes)) {
		out->lost++;
		return;
	}
	memcpy(out->bytes + out->start + out->len, line, len);
	out->len += len;
}

/* What inbound_see() and outbound_see() look at.  All versions know these names; each other report costs smtpd as much. */
static const char reports[] = "register|report|smtp-in|link-connect\n"
			      "register|report|smtp-in|link-identify\n"
			      "register|report|smtp-in|link-tls\n"
			      "register|report|smtp-in|link-disconnect\n"
			      "register|report|smtp-out|link-connect\n"
			      "register|report|smtp-out|link-tls\n"
			      "register|report|smtp-out|protocol-client\n"
			      "register|report|smtp-out|protocol-server\n"
			      "register|report|smtp-out|link-disconnect\n";

void
output_register(struct output *out, bool is_asking)
{
	add(out, reports);
	if (is_asking)
		add(out, "register|filter|smtp-in|rcpt-to\n");
	add(out, "register|ready\n");
}

void
output_proceed(struct output *out, const struct request *r)
{
	char line[sizeof("filter-result|||proceed\n") + 2 * ID_MAX];

	snprintf(line, sizeof(line), "filter-result|%s|%s|proceed\n",
	    r->is_token_first ? r->token : r->session,
	    r->is_token_first ? r->session : r->token);
	add(out, line);
}

void
output_flush(struct output *out, int fd)
{
	while (out->len > 0) {
		ssize_t n = write(fd, out->bytes + out->start, out->len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EAGAIN)
			out->len = 0; /* nobody is there to read it */
		if (n <= 0)
			return;
		out->start += (size_t)n;
		out->len -= (size_t)n;
	}
	out->start = 0;
}
