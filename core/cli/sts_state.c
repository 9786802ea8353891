/* SPDX-License-Identifier: ISC */
#include "cli/sts_state.h"

#include "cli/memory_file.h"
#include "show/complain.h"

/* A file that cannot be read stays as it is, for a person to look at. */
static bool
load(const struct memory_file *file, struct sts_history *out)
{
	struct strbuf text = STRBUF_INIT;
	struct why why;
	enum status rc;

	rc = memory_file_read(file, STS_HISTORY_BYTES_MAX, &text, &why);
	if (rc == ST_OK)
		rc = sts_history_parse(strbuf_str(&text), text.len, out, &why);
	if (rc != ST_OK)
		complain("%s: %s", file->path, why.text);
	strbuf_clear(&text);
	return rc == ST_OK;
}

/*
 * Of two policies that are served side by side, that which was there before: a change is over when every address has made it.
 * Otherwise the one that is longer in memory.
 */
static const struct sts_policy *
prefer(const struct sts_policy *a, const struct sts_policy *b,
    const struct sts_served *last)
{
	if (a == NULL || (last != NULL && sts_served_is(last, b)))
		return b;
	if (last != NULL && sts_served_is(last, a))
		return a;
	if ((a->mode == STS_NONE) != (b->mode == STS_NONE))
		return a->mode == STS_NONE ? b : a;
	return b->max_age_s > a->max_age_s ? b : a;
}

/* What senders get; NULL: nothing. */
static const struct sts_policy *
find_served(const struct sts_view *v, const struct sts_history *h)
{
	const struct sts_policy *best = NULL;
	size_t i;

	if (sts_view_good_look(v) == NULL)
		return NULL;
	for (i = 0; i < v->count; i++)
		if (v->looks[i].policy != NULL)
			best = prefer(best, v->looks[i].policy, sts_history_last(h));
	return best;
}

/* Only what was seen for certain: a host that does not answer may have what it had. */
static void
note(const struct domain_look *seen, struct sts_history *h)
{
	const struct sts_view *v = seen->sts;
	const struct sts_policy *policy = find_served(v, h);

	if (policy != NULL)
		sts_history_note(h, policy, v->found.id, seen->now);
	else if (v->count == 0 && !v->is_host_error && !v->record.is_error &&
		 h->count > 0)
		sts_history_note(h, NULL, v->found.id, seen->now);
}

static bool
save(const struct memory_file *file, const struct sts_history *h)
{
	struct strbuf text = STRBUF_INIT;
	bool is_saved;

	if (h->count == 0 && h->wanted.sum == 0)
		return true;
	sts_history_add_text(h, &text);
	is_saved = memory_file_write(file, &text);
	strbuf_clear(&text);
	return is_saved;
}

bool
sts_state_update(const char *path, const struct domain_look *seen,
    const struct sts_policy *wanted, struct sts_history *out)
{
	char name[sizeof("sts-") + DOMAIN_MAX];
	struct memory_file file;
	bool is_kept;

	snprintf(name, sizeof(name), "sts-%s", seen->domain.text);
	if (!memory_file_open(path, name, &file))
		return false;
	is_kept = load(&file, out);
	if (is_kept) {
		note(seen, out);
		if (wanted != NULL)
			sts_history_want(out, wanted, seen->now);
		is_kept = save(&file, out);
	}
	memory_file_close(&file);
	return is_kept;
}
