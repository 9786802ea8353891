/* SPDX-License-Identifier: ISC */
#include "store/change.h"

#include "base/mem.h"

static struct change *
change_new(enum change_kind kind, const struct domain *domain, size_t text_bytes)
{
	size_t bytes = sizeof(struct change) + text_bytes;
	struct change *c = xcalloc(1, bytes);

	list_init(&c->place);
	c->kind = kind;
	c->bytes = bytes;
	c->domain = *domain;
	return c;
}

struct change *
change_put_policy(const struct stored_policy *policy)
{
	size_t id_bytes = strlen(policy->id) + 1;
	struct change *c =
	    change_new(CHANGE_PUT_POLICY, policy->domain, id_bytes + policy->len);
	char *body = c->text + id_bytes;

	memcpy(c->text, policy->id, id_bytes);
	if (policy->len > 0)
		memcpy(body, policy->body, policy->len);
	c->policy = *policy;
	c->policy.domain = &c->domain;
	c->policy.id = c->text;
	c->policy.body = body;
	return c;
}

struct change *
change_drop_policy(const struct domain *domain)
{
	return change_new(CHANGE_DROP_POLICY, domain, 0);
}

struct change *
change_put_override(const struct stored_override *override)
{
	size_t action_bytes = strlen(override->action) + 1;
	size_t reason_bytes = strlen(override->reason) + 1;
	struct change *c = change_new(
	    CHANGE_PUT_OVERRIDE, override->domain, action_bytes + reason_bytes);

	memcpy(c->text, override->action, action_bytes);
	memcpy(c->text + action_bytes, override->reason, reason_bytes);
	c->override = *override;
	c->override.domain = &c->domain;
	c->override.action = c->text;
	c->override.reason = c->text + action_bytes;
	return c;
}

struct change *
change_drop_override(const struct domain *domain, bool with_subdomains)
{
	struct change *c = change_new(CHANGE_DROP_OVERRIDE, domain, 0);

	c->override.with_subdomains = with_subdomains;
	return c;
}

static bool
is_policy(const struct change *c)
{
	return c->kind == CHANGE_PUT_POLICY || c->kind == CHANGE_DROP_POLICY;
}

bool
change_is_same_row(const struct change *a, const struct change *b)
{
	if (is_policy(a) != is_policy(b) || !domain_equal(&a->domain, &b->domain))
		return false;
	return is_policy(a) ||
	       a->override.with_subdomains == b->override.with_subdomains;
}
