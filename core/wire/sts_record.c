/* SPDX-License-Identifier: ISC */
#include "wire/sts_record.h"

#include <stdbool.h>

#include "base/strbuf.h"
#include "wire/field.h"
#include "wire/record_reader.h"

#define VERSION   "v=STSv1" /* case-sensitive, as all of the grammar (section 3.1) */
#define ID        "id"
#define SHOWN_MAX 40 /* octets of a peer's record in a sentence */

const char *
sts_record_outcome_text(enum sts_record_outcome outcome)
{
	static const char *const texts[] = {
#define X(name, text) [name] = text,
		STS_RECORD_OUTCOMES(X)
#undef X
	};

	return texts[outcome];
}

static bool
starts_with(const char *text, size_t len, const char *prefix)
{
	size_t n = strlen(prefix);

	return len >= n && memcmp(text, prefix, n) == 0;
}

/* 1 to 32 letters or digits, never judged as an extension (conformance STS-DNS-04). */
static enum status
take_id(struct record_reader *r, struct sts_record *record)
{
	const char *id = r->txt.text + r->pos;
	size_t n = 0;

	while (r->pos + n < r->txt.len && field_is_alnum(id[n]))
		n++;
	if (n == 0 || n > STS_ID_MAX) {
		why_set(r->why,
		    "id of %zu letters or digits at octet %zu, 1 to %d are needed", n,
		    r->pos + 1, STS_ID_MAX);
		return ST_SYNTAX;
	}
	r->pos += n;
	if (record->id[0] == '\0') /* of duplicates the first counts (section 3.2) */
		memcpy(record->id, id, n);
	return ST_OK;
}

static enum status
take_fields(struct record_reader *r, struct sts_record *record)
{
	struct txt name;
	enum status rc;

	while ((rc = record_next(r, &name)) == ST_OK) {
		rc = name.len == strlen(ID) && starts_with(name.text, name.len, ID)
			 ? take_id(r, record)
			 : record_skip_value(r);
		if (rc != ST_OK)
			return rc;
	}
	return rc == ST_NOTFOUND ? ST_OK : rc;
}

/* 1*(delim field) [delim], behind the version. */
static enum sts_record_outcome
parse(const struct txt *txt, struct sts_record *out, struct why *why)
{
	struct record_reader r = { .txt = *txt, .pos = strlen(VERSION), .why = why };
	struct sts_record record = { "" };

	why_set(why, "%s", "");
	if (r.pos < txt->len && field_is_blank(txt->text[r.pos]))
		why_set(why,
		    "white space before the first \";\": some senders see no record");
	if (take_fields(&r, &record) != ST_OK)
		return STS_RECORD_INVALID;
	if (record.id[0] == '\0') {
		why_set(why, "no field \"id\"");
		return STS_RECORD_INVALID;
	}
	*out = record;
	return STS_RECORD_FOUND;
}

/*
 * A lone record is judged by the grammar, which lets white space or the end follow the
 * version; that is no worse than the discard rule and tells the operator more.
 */
static bool
is_lone_candidate(const struct txt *txt)
{
	size_t n = strlen(VERSION);

	return starts_with(txt->text, txt->len, VERSION) &&
	       (txt->len == n || txt->text[n] == ';' || field_is_blank(txt->text[n]));
}

static void
explain_none(const struct txt *txt, size_t count, struct why *why)
{
	struct strbuf shown = STRBUF_INIT;

	if (count == 0) {
		why_set(why, "no TXT record");
	} else if (count > 1) {
		why_set(
		    why, "none of %zu TXT records starts with \"%s;\"", count, VERSION);
	} else {
		strbuf_escape(&shown, txt->text, txt->len, SHOWN_MAX);
		why_set(why, "the TXT record \"%s\" does not start with \"%s;\"",
		    strbuf_str(&shown), VERSION);
	}
	strbuf_clear(&shown);
}

enum sts_record_outcome
sts_record_select(
    const struct txt *txt, size_t count, struct sts_record *out, struct why *why)
{
	const struct txt *chosen = NULL;
	size_t i, candidates = 0;

	for (i = 0; i < count; i++)
		if (count == 1 ? is_lone_candidate(&txt[i])
			       : starts_with(txt[i].text, txt[i].len, VERSION ";")) {
			chosen = &txt[i];
			candidates++;
		}
	if (candidates == 0) {
		explain_none(txt, count, why);
		return STS_RECORD_NONE;
	}
	if (candidates > 1) {
		why_set(why, "%zu TXT records start with \"%s;\"", candidates, VERSION);
		return STS_RECORD_SEVERAL;
	}
	return parse(chosen, out, why);
}
