/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "wire/opensmtpd_line.h"
#include "wire/opensmtpd_log.h"

static void
check_reason(const struct tls_event *e)
{
	const char *text;

	for (text = e->reason; *text != '\0'; text++)
		assert(*text >= ' ' && *text <= '~');
	assert((size_t)(text - e->reason) <= REASON_CODE_MAX);
}

/* A handshake that failed: as it was, with a reason, or a certificate that was refused. */
static void
check_failed(const struct opensmtpd_log *log, struct tls_event e)
{
	e.tls = TLS_FAILED;
	assert(!opensmtpd_log_is_awaited(log, &e));
	if (!opensmtpd_log_complete(log, &e)) {
		assert(e.tls == TLS_FAILED && !e.has_result && e.reason[0] == '\0');
		return;
	}
	assert(e.has_result == (e.tls == TLS_UP));
	assert(!e.has_result || e.verified == VERIFIED_NO);
	check_reason(&e);
}

/* Mail that went has not failed, whatever was said. */
static void
check_mail(const struct opensmtpd_log *log, struct tls_event e)
{
	e.tls = TLS_UP;
	(void)opensmtpd_log_complete(log, &e);
	assert(e.tls == TLS_UP && !e.has_result && e.reason[0] == '\0');
}

static void
check_session(const struct opensmtpd_log *log, const char *session)
{
	struct tls_event e = { .source = SOURCE_OPENSMTPD };

	assert(strlen(session) == OPENSMTPD_SESSION_LEN);
	memcpy(e.session, session, OPENSMTPD_SESSION_LEN + 1);
	check_failed(log, e);
	check_mail(log, e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct opensmtpd_log *log = opensmtpd_log_new();
	const uint8_t *end;
	const char *session;
	size_t len;
	char *line;

	while (size > 0) {
		end = memchr(data, '\n', size);
		len = end != NULL ? (size_t)(end - data) : size;
		line = fuzz_copy(data, len);
		session = opensmtpd_log_read(log, line, len);
		if (session != NULL)
			check_session(log, session);
		free(line);
		data += len;
		size -= len;
		if (size > 0) {
			data++;
			size--;
		}
	}
	opensmtpd_log_free(log);
	return 0;
}
