/*
 * The dialects one by one; for wire/dialect.c, which lists them.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_DIALECTS_H
#define HOPSEAL_WIRE_DIALECTS_H

#include "base/strbuf.h"
#include "wire/answer.h"
#include "wire/socketmap.h"

enum socketmap_code dialect_postfix(const struct answer *answer, struct strbuf *text);
enum socketmap_code dialect_postfix_tlsrpt(
    const struct answer *answer, struct strbuf *text);
enum socketmap_code dialect_sts(const struct answer *answer, struct strbuf *text);
enum socketmap_code dialect_exim(const struct answer *answer, struct strbuf *text);
enum socketmap_code dialect_sendmail(const struct answer *answer, struct strbuf *text);
enum socketmap_code dialect_opensmtpd(const struct answer *answer, struct strbuf *text);
enum socketmap_code dialect_opensmtpd_route(
    const struct answer *answer, struct strbuf *text);
enum socketmap_code dialect_json(const struct answer *answer, struct strbuf *text);

/* "example.org: why (section)" for a TEMP reply; always returns REPLY_TEMP. */
enum socketmap_code dialect_defer(const struct answer *answer, struct strbuf *text);

#endif
