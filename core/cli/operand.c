/* SPDX-License-Identifier: ISC */
#include "cli/operand.h"

#include "base/number.h"
#include "control/control.h"
#include "control/moment.h"
#include "policy/override.h"
#include "show/complain.h"
#include "wire/idn.h"
#include "wire/next_hop.h"

/* A word without a blank or a control character is taken as one by the other side. */
static bool
is_word(const char *text)
{
	const char *p = text;

	while ((unsigned char)*p > ' ' && *p != 0x7f)
		p++;
	return p > text && *p == '\0';
}

static bool
add(struct strbuf *request, const char *text)
{
	strbuf_addc(request, ' ');
	strbuf_adds(request, text);
	return true;
}

static bool
refuse(const char *text, const char *what, const struct why *why)
{
	complain("\"%s\" is no %s: %s", text, what, why->text);
	return false;
}

bool
operand_add_next_hop(struct strbuf *request, const char *text)
{
	struct next_hop next_hop;
	struct why why;

	if (next_hop_parse(text, strlen(text), &next_hop, &why) == NEXT_HOP_INVALID)
		return refuse(text, "domain", &why);
	return operand_add_word(request, text);
}

bool
operand_add_domain(struct strbuf *request, const char *text)
{
	struct domain domain;
	struct why why;

	if (idn_domain_parse(text, strlen(text), &domain, &why) != ST_OK)
		return refuse(text, "domain", &why);
	return add(request, domain.text);
}

bool
operand_add_pattern(struct strbuf *request, const char *text)
{
	struct override parsed;
	struct why why;

	if (override_pattern_parse(text, &parsed, &why) != ST_OK)
		return refuse(text, "domain, with or without a dot in front", &why);
	return operand_add_word(request, text);
}

bool
operand_add_day(struct strbuf *request, const char *text)
{
	time_t day;

	if (moment_day_parse(text, &day) == ST_OK)
		return add(request, text);
	complain("\"%s\" is no day; one is written 2026-11-21 (UTC)", text);
	return false;
}

bool
operand_add_word(struct strbuf *request, const char *text)
{
	if (is_word(text))
		return add(request, text);
	complain("\"%s\" is not one word", text);
	return false;
}

bool
operand_add_days(struct strbuf *request, const char *text)
{
	uint64_t days;

	if (text == NULL)
		return operand_add_word(request, "-");
	if (number_parse(text, strlen(text), CONTROL_DAYS_MAX, &days) == ST_OK &&
	    days > 0)
		return operand_add_word(request, text);
	complain("\"%s\" is no number of days from 1 to %d", text, CONTROL_DAYS_MAX);
	return false;
}
