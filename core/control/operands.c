/* SPDX-License-Identifier: ISC */
#include "control/operands.h"

#include "base/number.h"
#include "control/control.h"
#include "net/loop.h"
#include "report/schedule.h"
#include "wire/idn.h"

enum status
operand_store(const struct service *service, struct why *why)
{
	if (service->store != NULL)
		return ST_OK;
	why_set(why,
	    "there is no database in %s; \"hopseal status\" and the log say why",
	    service->state_folder);
	return ST_IO;
}

enum status
operand_number(
    const char *text, uint64_t max, uint64_t otherwise, uint64_t *out, struct why *why)
{
	*out = otherwise;
	if (text == NULL)
		return ST_OK;
	if (number_parse(text, strlen(text), max, out) == ST_OK && *out > 0)
		return ST_OK;
	why_set(
	    why, "\"%s\" is no number from 1 to %llu", text, (unsigned long long)max);
	return ST_SYNTAX;
}

bool
operand_is_given(const char *text)
{
	return text != NULL && strcmp(text, OPERAND_ANY) != 0;
}

enum status
operand_days(const char *text, time_t *from, struct why *why)
{
	uint64_t days;

	*from = 0;
	if (!operand_is_given(text))
		return ST_OK;
	if (operand_number(text, CONTROL_DAYS_MAX, 0, &days, why) != ST_OK)
		return ST_SYNTAX;
	*from = day_of(loop_time()) - (time_t)days * DAY_S;
	return ST_OK;
}

enum status
operand_domain(const char *text, struct domain *out, struct why *why)
{
	struct why fault;
	enum status st;

	*out = (struct domain){ .len = 0 };
	if (!operand_is_given(text))
		return ST_OK;
	st = idn_domain_parse(text, strlen(text), out, &fault);
	if (st != ST_OK)
		why_set(why, "\"%s\" is no domain: %s", text, fault.text);
	return st;
}

void
say_unreadable(struct why *why)
{
	why_set(why, "the database cannot be read; the log says why");
}
