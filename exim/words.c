/* SPDX-License-Identifier: ISC */
#include "words.h"

/* Exim's own error numbers (its errors are below 0), with the options that lead to them. */
#define CONNECTION_CLOSED (-18)
#define TLS_FAILURE       (-37)
#define TLS_REQUIRED      (-38)

/* A row fits when errno is the same and the text holds these words. */
struct row {
	int error;
	const char *words;
	enum event_tls tls;
	enum tls_result result;
	bool has_reason;
};

/*
 * GnuTLS says "certificate verification failed", and "Error in the certificate" of what tls:cert has refused; OpenSSL
 * "certificate verify failed" of both.  What else GnuTLS says with it is not to be relied on.
 * Of 454 and 502 Exim says "an attempt to start TLS failed".
 */
static const struct row rows[] = {
	{ TLS_FAILURE, "certificate verif", TLS_UP, RESULT_VALIDATION, false },
	{ TLS_FAILURE, "in the certificate", TLS_UP, RESULT_VALIDATION, false },
	{ TLS_FAILURE, "", TLS_FAILED, RESULT_VALIDATION, true },
	{ TLS_REQUIRED, "did not offer", TLS_NOT_OFFERED, RESULT_STARTTLS_NOT_SUPPORTED,
	    false },
	{ TLS_REQUIRED, "", TLS_REFUSED, RESULT_STARTTLS_NOT_SUPPORTED, false },
	{ CONNECTION_CLOSED, "STARTTLS", TLS_REFUSED, RESULT_STARTTLS_NOT_SUPPORTED,
	    false },
};

static const struct row refused = { 0, "", TLS_UP, RESULT_VALIDATION, false };
static const struct row failed = { 0, "", TLS_FAILED, RESULT_VALIDATION, true };

static const struct row *
find_row(int error, struct piece text, bool has_certificate)
{
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].error == error && memmem(text.text, text.len, rows[i].words,
						  strlen(rows[i].words)) != NULL)
			return &rows[i];
	return has_certificate ? &refused : &failed;
}

static struct piece
skip_prefix(struct piece text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (text.len >= len && memcmp(text.text, prefix, len) == 0)
		return (struct piece){ text.text + len, text.len - len };
	return text;
}

/* Go on behind the last of these marks. */
static struct piece
skip_to(struct piece text, const char *mark)
{
	const char *at;

	while ((at = memmem(text.text, text.len, mark, strlen(mark))) != NULL) {
		at += strlen(mark);
		text = (struct piece){ at, text.len - (size_t)(at - text.text) };
	}
	return text;
}

/* "TLS session: (FUNCTION): TEXT", and of OpenSSL's "error:NUMBER:LIBRARY:FUNCTION:TEXT" the text. */
static struct piece
reason_of(struct piece text)
{
	text = skip_prefix(text, "TLS session: ");
	if (text.len > 0 && text.text[0] == '(')
		text = skip_to(text, "): ");
	if (skip_prefix(text, "error:").len < text.len)
		text = skip_to(text, ":");
	return text;
}

struct fault
fault_read(int error, struct piece text, bool has_certificate)
{
	const struct row *row = find_row(error, text, has_certificate);
	struct fault fault = { row->tls, row->result, { "", 0 } };

	if (row->has_reason)
		fault.reason = reason_of(text);
	return fault;
}

bool
is_handshake_failure(int error)
{
	return error == TLS_FAILURE;
}
