/* SPDX-License-Identifier: ISC */
#include "wire/sts_policy.h"

#include "base/domain.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "wire/field.h"

#define VERSION         "STSv1"
#define WILDCARD        "*."
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define MAX_AGE_DIGITS  10
#define MAX_AGE_WRITTEN UINT64_C(9999999999) /* as far as the grammar goes */
#define SHOWN_MAX       60                   /* octets of a peer's in a sentence */

struct text {
	const char *p;
	size_t len;
};

/* One "mx" as written, in two parts. */
struct pattern {
	struct domain name;
	bool is_wildcard, has_final_dot;
};

/* What is known while the lines go by. */
struct draft {
	bool has_version, has_mode, has_max_age;
	bool max_age_was_cut, had_final_dot;
	enum sts_mode mode;
	uint32_t max_age_s;
	size_t pattern_count, names_bytes;
	size_t line; /* counted from 1 */
	struct why *why;
};

static const char *const mode_texts[] = {
#define X(name, text) [name] = text,
	STS_MODES(X)
#undef X
};

const char *
sts_mode_text(enum sts_mode mode)
{
	return mode_texts[mode];
}

enum status
sts_mode_parse(const char *text, size_t len, enum sts_mode *out)
{
	size_t i;

	for (i = 0; i < COUNT_OF(mode_texts); i++)
		if (len == strlen(mode_texts[i]) &&
		    memcmp(text, mode_texts[i], len) == 0) {
			*out = (enum sts_mode)i;
			return ST_OK;
		}
	return ST_SYNTAX;
}

static bool
is(struct text t, const char *word)
{
	return t.len == strlen(word) && memcmp(t.p, word, t.len) == 0;
}

static bool
starts_with(struct text t, const char *prefix)
{
	size_t n = strlen(prefix);

	return t.len >= n && memcmp(t.p, prefix, n) == 0;
}

/* Write the fault of this line; returns false. */
static bool
refuse(const struct draft *d, const char *fault, struct text shown)
{
	struct strbuf escaped = STRBUF_INIT;

	strbuf_escape(&escaped, shown.p, shown.len, SHOWN_MAX);
	why_set(d->why, "line %zu: %s: \"%s\"", d->line, fault, strbuf_str(&escaped));
	strbuf_clear(&escaped);
	return false;
}

/* The line at *pos without its end, LF or CR LF; false behind the last one. */
static bool
next_line(struct text body, size_t *pos, struct text *line)
{
	const char *end;

	if (*pos >= body.len)
		return false;
	line->p = body.p + *pos;
	line->len = body.len - *pos;
	end = memchr(line->p, '\n', line->len);
	if (end != NULL) {
		line->len = (size_t)(end - line->p);
		*pos += line->len + 1;
		if (line->len > 0 && end[-1] == '\r')
			line->len--;
	} else {
		*pos = body.len;
	}
	return true;
}

/* key ":" *WSP value *WSP */
static bool
split_line(struct text line, struct text *key, struct text *value)
{
	size_t n = field_name_len(line.p, line.len);

	if (n == 0 || n == line.len || line.p[n] != ':')
		return false;
	*key = (struct text){ line.p, n };
	*value = (struct text){ line.p + n + 1, line.len - n - 1 };
	while (value->len > 0 && field_is_blank(value->p[0])) {
		value->p++;
		value->len--;
	}
	while (value->len > 0 && field_is_blank(value->p[value->len - 1]))
		value->len--;
	return true;
}

static bool
take_version(struct draft *d, struct text value)
{
	d->has_version = true;
	return is(value, VERSION) || refuse(d, "version is not " VERSION, value);
}

/* Of duplicates the first counts (section 3.2), but each must be valid (STS-POL-08). */
static bool
take_mode(struct draft *d, struct text value)
{
	enum sts_mode mode;

	if (sts_mode_parse(value.p, value.len, &mode) != ST_OK)
		return refuse(d, "mode is not enforce, testing or none", value);
	if (!d->has_mode)
		d->mode = mode;
	d->has_mode = true;
	return true;
}

/* The grammar allows more than the text does: erratum 7282 (STS-POL-10). */
static bool
take_max_age(struct draft *d, struct text value)
{
	uint64_t age;

	if (value.len > MAX_AGE_DIGITS ||
	    number_parse(value.p, value.len, MAX_AGE_WRITTEN, &age) != ST_OK)
		return refuse(d, "max_age is not 1 to 10 digits", value);
	if (d->has_max_age)
		return true;
	d->has_max_age = true;
	d->max_age_was_cut = age > STS_MAX_AGE_MAX;
	d->max_age_s = (uint32_t)(d->max_age_was_cut ? STS_MAX_AGE_MAX : age);
	return true;
}

/* A Domain of RFC 5321, section 4.1.2, has no underscore, unlike names in general. */
static bool
read_pattern(struct text value, struct pattern *out)
{
	out->is_wildcard = starts_with(value, WILDCARD);
	if (out->is_wildcard) {
		value.p += strlen(WILDCARD);
		value.len -= strlen(WILDCARD);
	}
	out->has_final_dot = value.len > 0 && value.p[value.len - 1] == '.';
	return memchr(value.p, '_', value.len) == NULL &&
	       domain_parse(value.p, value.len, &out->name, NULL) == ST_OK;
}

static bool
take_mx(struct draft *d, struct text value)
{
	struct pattern pattern;

	if (!read_pattern(value, &pattern))
		return refuse(d, "mx is neither a host name nor \"*.\" and one", value);
	if (d->pattern_count == STS_MX_MAX)
		return refuse(d, "too many mx lines", value);
	d->pattern_count++;
	d->names_bytes += (size_t)pattern.name.len + 1;
	d->had_final_dot |= pattern.has_final_dot;
	return true;
}

static const struct {
	const char *key;
	bool (*take)(struct draft *d, struct text value);
} keys[] = {
	{ "version", take_version },
	{ "mode", take_mode },
	{ "max_age", take_max_age },
	{ "mx", take_mx },
};

static bool
take_line(struct draft *d, struct text line)
{
	struct text key, value;
	size_t i;

	if (d->line == 1 && starts_with(line, BYTE_ORDER_MARK))
		return refuse(d, "starts with a byte order mark", line);
	if (line.len == 0)
		return true;
	if (!split_line(line, &key, &value))
		return refuse(d, "no \"key: value\"", line);
	for (i = 0; i < COUNT_OF(keys); i++)
		if (is(key, keys[i].key))
			return keys[i].take(d, value);
	if (value.len == 0 || !field_is_text(value.p, value.len))
		return refuse(d, "value is empty or not printable UTF-8", line);
	return true;
}

static bool
is_complete(const struct draft *d)
{
	const struct {
		const char *key;
		bool is_there;
	} needed[] = {
		{ "version", d->has_version },
		{ "mode", d->has_mode },
		{ "max_age", d->has_max_age },
		{ "mx", d->pattern_count > 0 || d->mode == STS_NONE },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(needed); i++)
		if (!needed[i].is_there) {
			why_set(d->why, "no line \"%s\"", needed[i].key);
			return false;
		}
	return true;
}

/* Names go behind the body; all of them were read once already. */
static void
put_patterns(struct sts_policy *policy, char *name)
{
	const struct text body = { policy->body, policy->body_len };
	struct text line, key, value;
	struct pattern pattern;
	size_t pos = 0;

	while (next_line(body, &pos, &line)) {
		if (!split_line(line, &key, &value) || !is(key, "mx") ||
		    !read_pattern(value, &pattern))
			continue;
		memcpy(name, pattern.name.text, (size_t)pattern.name.len + 1);
		policy->patterns[policy->pattern_count++] = (struct sts_pattern){
			.name = name,
			.len = pattern.name.len,
			.is_wildcard = pattern.is_wildcard,
		};
		name += pattern.name.len + 1;
	}
}

static struct sts_policy *
build(const struct draft *d, struct text body)
{
	struct sts_policy *policy;
	size_t head = sizeof(*policy) + d->pattern_count * sizeof(policy->patterns[0]);
	char *text;

	policy = xmalloc(head + body.len + 1 + d->names_bytes);
	text = (char *)policy + head;
	memcpy(text, body.p, body.len);
	text[body.len] = '\0';
	*policy = (struct sts_policy){
		.mode = d->mode,
		.max_age_s = d->max_age_s,
		.max_age_was_cut = d->max_age_was_cut,
		.had_final_dot = d->had_final_dot,
		.body = text,
		.body_len = (uint32_t)body.len,
	};
	put_patterns(policy, text + body.len + 1);
	return policy;
}

enum status
sts_policy_parse(const char *body, size_t len, struct sts_policy **out, struct why *why)
{
	const struct text text = { body, len };
	struct draft draft = { .why = why };
	struct text line;
	size_t pos = 0;

	*out = NULL;
	if (len > STS_BODY_MAX) {
		why_set(why, "%zu octets, at most %d are allowed", len, STS_BODY_MAX);
		return ST_TOO_BIG;
	}
	while (next_line(text, &pos, &line)) {
		draft.line++;
		if (!take_line(&draft, line))
			return ST_SYNTAX;
	}
	if (!is_complete(&draft))
		return ST_SYNTAX;
	*out = build(&draft, text);
	return ST_OK;
}

bool
sts_policy_next_line(
    const struct sts_policy *policy, size_t *pos, const char **line, size_t *len)
{
	const struct text body = { policy->body, policy->body_len };
	struct text found;

	while (next_line(body, pos, &found))
		if (found.len > 0) {
			*line = found.p;
			*len = found.len;
			return true;
		}
	return false;
}
