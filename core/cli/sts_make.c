/*
 * hopseal sts make: record and policy for the MX set that there is.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "audit/sts_audit.h"
#include "base/number.h"
#include "cli/domain_look.h"
#include "cli/json.h"
#include "cli/remark_list.h"
#include "cli/sts_text.h"
#include "publish/sts_make.h"
#include "show/complain.h"
#include "show/output.h"
#include "wire/put.h"

/* What was asked for. */
struct wish {
	const struct args *args;
	bool has_mode; /* else it is found when the live policy is */
	enum sts_mode mode;
	bool has_max_age; /* else the usual one of the mode */
	uint32_t max_age_s;
};

/* --- the command line --------------------------------------------------------------------------------- */

static bool
take_mode(const char *text, struct wish *wish)
{
	wish->has_mode = text != NULL;
	if (text == NULL || sts_mode_parse(text, strlen(text), &wish->mode) == ST_OK)
		return true;
	complain("\"%s\" is no mode; say testing, enforce or none", text);
	return false;
}

static bool
take_max_age(const char *text, struct wish *wish)
{
	uint64_t age;

	wish->has_max_age = text != NULL;
	if (text == NULL)
		return true;
	if (number_parse(text, strlen(text), STS_MAX_AGE_MAX, &age) != ST_OK) {
		complain("\"%s\" is no max_age; it is 0 to %d seconds (RFC 8461, 3.2)",
		    text, STS_MAX_AGE_MAX);
		return false;
	}
	wish->max_age_s = (uint32_t)age;
	return true;
}

/* --- showing ------------------------------------------------------------------------------------------ */

static void
print_json(const struct domain_look *seen, const struct wish *wish,
    const struct sts_draft *draft, const struct remarks *remarks)
{
	struct json_object *top = json_object_new_object();

	put_text(top, "domain", seen->domain.text);
	put_text(top, "mode", sts_mode_text(wish->mode));
	put_number(top, "max_age", wish->max_age_s);
	sts_text_put(top, &seen->domain, draft);
	json_object_object_add(top, "remarks", remark_list_json(remarks));
	json_print(top);
	json_object_put(top);
}

static const struct remark_kind live_unknown = { REMARK_UNSURE, "sts-live-unknown",
	"senders that have a policy of mode enforce would go back to testing "
	"(RFC 8461, 3.2 and 5)",
	"say which mode it shall be: --mode" };

/* There may be a policy that keeps its mode, and could not be seen. */
static bool
is_live_unknown(const struct sts_view *v)
{
	return sts_view_policy(v) == NULL && (v->record.is_error || v->is_host_error ||
						 v->outcome != STS_RECORD_NONE);
}

/* What there is to say of it before it is published. */
static void
advise(const struct domain_look *seen, const struct wish *wish,
    const struct sts_draft *draft, struct remarks *out)
{
	const struct sts_policy *live = sts_view_policy(seen->sts);
	struct sts_policy *policy;

	if (sts_policy_parse(draft->policy, strlen(draft->policy), &policy, NULL) !=
	    ST_OK)
		abort(); /* we wrote it */
	sts_audit_policy(policy, &seen->domain, "", out);
	sts_audit_haste(policy, live, "", out);
	if (!wish->has_mode && is_live_unknown(seen->sts))
		remarks_add(out, &live_unknown, seen->domain.text,
		    "the policy that is there could not be seen; this is of mode %s",
		    sts_mode_text(wish->mode));
	free(policy);
}

static bool
write_policy(const struct args *args, const struct sts_draft *draft)
{
	struct strbuf text = STRBUF_INIT;
	bool is_written;

	if (args->policy_out == NULL)
		return true;
	strbuf_adds(&text, draft->policy);
	is_written = output_write(args->policy_out, &text);
	strbuf_clear(&text);
	return is_written;
}

static enum exit_code
show(const struct domain_look *seen, const struct wish *wish,
    const struct sts_draft *draft)
{
	struct remarks remarks = REMARKS_INIT;

	if (!write_policy(wish->args, draft))
		return EXIT_FAILED;
	advise(seen, wish, draft, &remarks);
	if (wish->args->as_json) {
		print_json(seen, wish, draft, &remarks);
	} else {
		sts_text_print(&seen->domain, draft);
		remark_list_complain(&remarks);
	}
	remarks_clear(&remarks);
	return EXIT_YES;
}

/* --- the command -------------------------------------------------------------------------------------- */

/* A domain begins with testing; one that has come to enforce stays there when its MX hosts change. */
static void
complete(struct wish *wish, const struct sts_policy *live)
{
	if (!wish->has_mode)
		wish->mode = live != NULL && live->mode == STS_ENFORCE ? STS_ENFORCE
								       : STS_TESTING;
	if (!wish->has_max_age)
		wish->max_age_s = sts_make_max_age(wish->mode);
}

static enum exit_code
make(const struct domain_look *seen, const struct wish *wish)
{
	const struct sts_make_input input = {
		.route = seen->mx->route,
		.mode = wish->mode,
		.max_age_s = wish->max_age_s,
		.live_id = seen->sts->found.id,
		.now = seen->now,
	};
	struct sts_draft draft = { .id = "" };
	enum exit_code code = EXIT_NO;
	struct why why;

	if (seen->mx->route->outcome == MX_ERROR && wish->mode != STS_NONE) {
		complain("the MX hosts of %s could not be found out: %s",
		    seen->domain.text, seen->mx->route->detail);
		return EXIT_FAILED;
	}
	if (sts_make(&input, &draft, &why) == ST_OK)
		code = show(seen, wish, &draft);
	else
		complain("%s: %s", seen->domain.text, why.text);
	sts_draft_clear(&draft);
	return code;
}

static enum exit_code
on_look(const struct domain_look *seen, void *arg)
{
	struct wish *wish = arg;

	complete(wish, sts_view_policy(seen->sts));
	return make(seen, wish);
}

enum exit_code
sts_make_command(const struct args *args)
{
	struct wish wish = { .args = args };

	if (!take_mode(args->mode, &wish) || !take_max_age(args->max_age, &wish))
		return EXIT_USAGE;
	return domain_look_at(args, args->words[0], on_look, &wish);
}
