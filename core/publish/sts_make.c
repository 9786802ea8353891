/* SPDX-License-Identifier: ISC */
#include "publish/sts_make.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "wire/field.h"
#include "wire/rfc3339.h"

uint32_t
sts_make_max_age(enum sts_mode mode)
{
	return mode == STS_ENFORCE ? STS_MAKE_LONG : STS_MAKE_SHORT;
}

/* Digits and a "Z" only: an id has no room for more (section 3.1). */
static void
write_stamp(time_t when, char id[STS_ID_MAX + 1])
{
	char text[RFC3339_TEXT_MAX];
	const char *p;
	size_t n = 0;

	for (p = rfc3339_text(when, text); *p != '\0'; p++)
		if (field_is_alnum(*p) && *p != 'T')
			id[n++] = *p;
	id[n] = '\0';
}

static void
write_id(const struct sts_make_input *in, char id[STS_ID_MAX + 1])
{
	write_stamp(in->now, id);
	if (strcmp(id, in->live_id) == 0)
		write_stamp(in->now + 1, id);
}

static enum status
add_hosts(struct strbuf *out, const struct route *route, struct why *why)
{
	size_t i, count = 0;

	for (i = 0; route != NULL && i < route->host_count; i++) {
		const struct domain *name = &route->hosts[i].name;

		if (name->len == 0)
			continue;
		if (strchr(name->text, '_') != NULL) {
			why_set(why,
			    "no policy can name the MX host %s: it has an underscore "
			    "(RFC 8461, 3.2)",
			    name->text);
			return ST_SYNTAX;
		}
		strbuf_addf(out, "mx: %s\r\n", name->text);
		count++;
	}
	if (count > 0)
		return ST_OK;
	why_set(why, "there is no MX host to name (RFC 8461, 3.2)");
	return ST_NOTFOUND;
}

enum status
sts_make(const struct sts_make_input *in, struct sts_draft *out, struct why *why)
{
	struct strbuf policy = STRBUF_INIT, record = STRBUF_INIT;
	enum status rc = ST_OK;

	strbuf_addf(&policy, "version: STSv1\r\nmode: %s\r\n", sts_mode_text(in->mode));
	if (in->mode != STS_NONE)
		rc = add_hosts(&policy, in->route, why);
	strbuf_addf(&policy, "max_age: %u\r\n", in->max_age_s);
	if (rc != ST_OK) {
		strbuf_clear(&policy);
		return rc;
	}
	write_id(in, out->id);
	strbuf_addf(&record, "v=STSv1; id=%s;", out->id);
	out->policy = strbuf_take(&policy);
	out->record = strbuf_take(&record);
	return ST_OK;
}

void
sts_draft_clear(struct sts_draft *draft)
{
	free(draft->policy);
	free(draft->record);
	memset(draft, 0, sizeof(*draft));
}
