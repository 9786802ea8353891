/* SPDX-License-Identifier: ISC */
#include "wire/opensmtpd_line.h"

#include "wire/text.h"

static bool
take_session(struct text *t, struct opensmtpd_line *out)
{
	size_t n = 0;

	while (n < t->len && n < OPENSMTPD_SESSION_LEN &&
	       strchr("0123456789abcdef", t->p[n]) != NULL && t->p[n] != '\0')
		n++;
	if (n != OPENSMTPD_SESSION_LEN)
		return false;
	memcpy(out->session, t->p, n);
	out->session[n] = '\0';
	text_skip(t, n);
	return true;
}

/* --- what is behind a fixed beginning ----------------------------------------------------------- */

static bool
read_words(struct text t, struct opensmtpd_line *out)
{
	event_text_clean(out->reason, sizeof(out->reason), t.p, t.len);
	return true;
}

/* "0A00010B:SSL routines::wrong version number" */
static bool
read_library_error(struct text t, struct opensmtpd_line *out)
{
	struct text field;
	int i;

	for (i = 0; i < 3; i++)
		if (!text_take_until(&t, ":", &field) || !text_take(&t, ":"))
			return false;
	return read_words(t, out);
}

/* --- messages ---------------------------------------------------------------------------------- */

/* What a rule says of the certificate. */
enum fault { FAULT_NONE, FAULT_NAME, FAULT_OTHER };

/* clang-format off */
#define REFUSED "error reason="
#define BROKEN  REFUSED "IO Error: "

/* The first that fits. */
static const struct {
	const char *begin;
	enum event_tls tls;
	enum event_verified verified;
	enum fault fault;
	bool (*read)(struct text rest, struct opensmtpd_line *out); /* NULL: the rest says nothing */
} rules[] = {
	/* 7: what was not refused was verified, or nobody has looked. */
	{ "cert-check result=\"valid\"", TLS_UP, VERIFIED_NAME, FAULT_NONE, NULL },
	{ "cert-check result=\"unverified\"", TLS_UP, VERIFIED_NO, FAULT_NONE, NULL },
	{ BROKEN "certificate verification failed: ", TLS_UP, VERIFIED_NO, FAULT_OTHER, read_words },
	{ BROKEN "name `", TLS_UP, VERIFIED_NO, FAULT_NAME, NULL },
	{ BROKEN "error verifying name '", TLS_UP, VERIFIED_NO, FAULT_OTHER, NULL },
	{ BROKEN "no server certificate", TLS_UP, VERIFIED_NO, FAULT_OTHER, NULL },
	{ BROKEN "handshake failed: error:", TLS_FAILED, VERIFIED_UNKNOWN, FAULT_NONE, read_library_error },
	{ BROKEN "handshake failed: ", TLS_FAILED, VERIFIED_UNKNOWN, FAULT_NONE, read_words },
	/* 6.8: always looked at, and passed over where verified TLS is not required. */
	{ "server-cert-check result=\"success\"", TLS_UP, VERIFIED_NAME, FAULT_NONE, NULL },
	{ "server-cert-check result=\"failure\"", TLS_UP, VERIFIED_NO, FAULT_NONE, NULL },
	{ "ssl_check_name: no match for '", TLS_UP, VERIFIED_NO, FAULT_NAME, NULL },
	{ REFUSED "SSL certificate check failed", TLS_UP, VERIFIED_NO, FAULT_OTHER, NULL },
	{ BROKEN "error:", TLS_FAILED, VERIFIED_UNKNOWN, FAULT_NONE, read_library_error },
};
/* clang-format on */

static bool
read_message(struct text t, struct opensmtpd_line *out)
{
	static const enum tls_result results[] = {
		[FAULT_NAME] = RESULT_HOST_MISMATCH,
		[FAULT_OTHER] = RESULT_VALIDATION,
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rules); i++) {
		if (!text_take(&t, rules[i].begin))
			continue;
		out->tls = rules[i].tls;
		out->verified = rules[i].verified;
		out->has_result = rules[i].fault != FAULT_NONE;
		if (out->has_result)
			out->result = results[rules[i].fault];
		return rules[i].read == NULL || rules[i].read(t, out);
	}
	return false;
}

/* Of opportunistic TLS; the handshake's error is not told. */
static bool
read_downgrade(struct text t, struct opensmtpd_line *out)
{
	out->tls = TLS_FAILED;
	return take_session(&t, out) &&
	       text_is(t, ": opportunistic TLS failed, downgrading to plain");
}

/* --- the whole line ---------------------------------------------------------------------------- */

static bool
read_line(struct text t, struct opensmtpd_line *out)
{
	*out = (struct opensmtpd_line){ .verified = VERIFIED_UNKNOWN };
	if (text_take(&t, "smtp-out: Error on session "))
		return read_downgrade(t, out);
	return take_session(&t, out) && text_take(&t, " mta ") && read_message(t, out);
}

bool
opensmtpd_line_parse(const char *line, size_t len, struct opensmtpd_line *out)
{
	struct text t = { line, len }, name;
	uint32_t pid;

	if (text_take_log_head(&t, &name, &pid) && !text_is(name, "smtpd"))
		return false;
	return read_line(t, out);
}
