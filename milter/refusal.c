/* SPDX-License-Identifier: ISC */
#include "refusal.h"

#include "base/mem.h"
#include "wire/answer.h"
#include "wire/json_cursor.h"

#define WORD_MAX 200 /* octets of a text of the answer that is looked at */

/* What refusals there are, by the answer's reason. */
struct row {
	enum reason reason;
	const char *code;   /* of a lasting one */
	const char *detail; /* of the extended code, without its class */
	bool is_lasting;    /* until somebody changes something */
	bool is_plain;      /* and there is no policy in it: whatever "early" says */
};

static const struct row rows[] = {
	/* RFC 7505, 4 */
	{ REASON_MX_NULL, "556", "1.10", true, true },
	/* RFC 3463, 3.2 */
	{ REASON_MX_NXDOMAIN, "550", "1.2", true, true },
	/* RFC 8461, 5: no delivery to a host that the policy does not name. */
	{ REASON_STS_NOT_NAMED, "550", "7.5", true, false },
	/* RFC 7672, 2.1.2: without a trusted answer no delivery; but the next one may be. */
	{ REASON_TLSA_ERROR, "550", "7.5", false, false },
	{ REASON_ALIAS_ERROR, "550", "7.5", false, false },
	/* The operator's own word. */
	{ REASON_DANE_REQUIRED, "550", "7.5", true, false },
	{ REASON_DANE_REQUIRED_MX, "550", "7.5", true, false },
	{ REASON_STS_REQUIRED, "550", "7.5", true, false },
	{ REASON_DANE_OFF, "550", "7.5", false, false },
};

static const struct row *
find_row(const char *reason)
{
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(reason_text(rows[i].reason), reason) == 0)
			return &rows[i];
	return NULL;
}

/* --- the answer ---------------------------------------------------------------------------------- */

/* The answer's own, or one host's. */
struct finding {
	char next_hop[WORD_MAX + 1], verdict[WORD_MAX + 1], reason[WORD_MAX + 1];
	const struct row *hosts;  /* that keeps mail from all; NULL: none does */
	bool is_any_host_outside; /* of the rows */
};

/* Texts too long for out are none of those that we know. */
static void
take_text(struct json_cursor *c, char out[WORD_MAX + 1])
{
	char *text = xmalloc(c->len - c->pos + 1);
	size_t len = json_take_text(c, text);

	if (len <= WORD_MAX) {
		memcpy(out, text, len);
		out[len] = '\0';
	}
	free(text);
}

static bool
is_named(struct txt name, const char *wanted)
{
	return name.len == strlen(wanted) && memcmp(name.text, wanted, name.len) == 0;
}

static void
take_member(struct json_cursor *c, struct txt name, struct finding *out)
{
	if (is_named(name, "next-hop"))
		take_text(c, out->next_hop);
	else if (is_named(name, "verdict"))
		take_text(c, out->verdict);
	else if (is_named(name, "reason"))
		take_text(c, out->reason);
	else
		json_skip(c);
}

/* The weakest of the hosts' reasons counts for all: one that may pass, or one that is none of the rows. */
static void
take_host(struct json_cursor *c, struct finding *all)
{
	struct finding host = { .verdict = "" };
	const struct row *row;
	struct txt name;

	for (json_enter(c); json_next_member(c, &name);)
		take_member(c, name, &host);
	row = find_row(host.reason);
	if (row == NULL)
		all->is_any_host_outside = true;
	else if (all->hosts == NULL || !row->is_lasting)
		all->hosts = row;
}

static bool
read_answer(const char *json, size_t len, struct finding *out)
{
	struct json_cursor c = { .text = json, .len = len };
	struct txt name;

	for (json_enter(&c); json_next_member(&c, &name);)
		if (is_named(name, "hosts"))
			for (json_enter(&c); json_next_item(&c);)
				take_host(&c, out);
		else
			take_member(&c, name, out);
	json_end(&c);
	return c.fault == NULL;
}

/* --- the reply ------------------------------------------------------------------------------------- */

/* Room for twice the octets. */
static void
put_text(char *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			continue;
		*out++ = *text;
		if (*text == '%')
			*out++ = '%';
	}
	*out = '\0';
}

static void
make(const struct finding *found, const struct row *row, enum early early,
    struct refusal *out)
{
	bool is_for_good = row->is_lasting && (row->is_plain || early == EARLY_REJECT);
	char text[REFUSAL_TEXT_MAX + 1];

	out->code = is_for_good ? row->code : "451";
	snprintf(out->extended, sizeof(out->extended), "%c.%s", is_for_good ? '5' : '4',
	    row->detail);
	snprintf(text, sizeof(text), "%s: %s (%s)", found->next_hop,
	    reason_text(row->reason), reason_section(row->reason));
	put_text(out->text, text);
}

static const struct row *
row_of(const struct finding *found)
{
	if (strcmp(found->verdict, verdict_word(VERDICT_REJECT)) != 0 &&
	    strcmp(found->verdict, verdict_word(VERDICT_DEFER)) != 0)
		return NULL;
	if (strcmp(found->reason, reason_text(REASON_NO_HOST_LEFT)) != 0)
		return find_row(found->reason);
	return found->is_any_host_outside ? NULL : found->hosts;
}

bool
refusal_make(enum early early, const char *json, size_t len, struct refusal *out)
{
	struct finding found = { .verdict = "" };
	const struct row *row;

	/* A host in brackets is of the operator's own choice, and his to mend. */
	if (!read_answer(json, len, &found) || found.next_hop[0] == '[')
		return false;
	row = row_of(&found);
	if (row == NULL)
		return false;
	make(&found, row, early, out);
	return true;
}
