/* SPDX-License-Identifier: ISC */
#include "base/domain.h"

static bool
is_label_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* One label, already folded. */
static enum status
check_label(const char *label, size_t len, struct why *why)
{
	if (len == 0) {
		why_set(why, "empty label");
		return ST_SYNTAX;
	}
	if (len > LABEL_MAX) {
		why_set(
		    why, "label of %zu octets, at most %d are allowed", len, LABEL_MAX);
		return ST_TOO_BIG;
	}
	if (label[0] == '-' || label[len - 1] == '-') {
		why_set(why, "label \"%.*s\" starts or ends with a hyphen", (int)len,
		    label);
		return ST_SYNTAX;
	}
	return ST_OK;
}

static bool
all_digits(const char *label, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (label[i] < '0' || label[i] > '9')
			return false;
	return true;
}

static enum status
check_labels(const struct domain *d, struct why *why)
{
	const char *label = d->text, *end = d->text + d->len;
	size_t len;
	enum status rc;

	for (;; label += len + 1) {
		len = strcspn(label, ".");
		rc = check_label(label, len, why);
		if (rc != ST_OK)
			return rc;
		if (label + len == end)
			break;
	}
	if (all_digits(label, len)) {
		why_set(why, "\"%s\" is an address or a number, not a name", d->text);
		return ST_SYNTAX;
	}
	return ST_OK;
}

enum status
domain_parse(const char *text, size_t len, struct domain *out, struct why *why)
{
	struct domain d;
	size_t i;
	enum status rc;

	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len == 0) {
		why_set(why, "empty name");
		return ST_SYNTAX;
	}
	if (len > DOMAIN_MAX) {
		why_set(
		    why, "name of %zu octets, at most %d are allowed", len, DOMAIN_MAX);
		return ST_TOO_BIG;
	}
	for (i = 0; i < len; i++) {
		d.text[i] = fold(text[i]);
		if (d.text[i] != '.' && !is_label_byte(d.text[i])) {
			why_set(why,
			    "octet 0x%02x at position %zu cannot stand in a name",
			    (unsigned char)text[i], i + 1);
			return ST_SYNTAX;
		}
	}
	d.text[len] = '\0';
	d.len = (uint8_t)len;
	rc = check_labels(&d, why);
	if (rc != ST_OK)
		return rc;
	/* Whole, so that names can be compared and hashed by len alone. */
	out->len = d.len;
	memcpy(out->text, d.text, len + 1);
	return ST_OK;
}

enum status
domain_join(const char *prefix, const struct domain *name, struct domain *out)
{
	size_t n = strlen(prefix);

	if (n + 1 + name->len > DOMAIN_MAX)
		return ST_TOO_BIG;
	memmove(out->text + n + 1, name->text, (size_t)name->len + 1);
	memcpy(out->text, prefix, n);
	out->text[n] = '.';
	out->len = (uint8_t)(n + 1 + name->len);
	return ST_OK;
}

bool
domain_equal(const struct domain *a, const struct domain *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

int
domain_compare(const struct domain *a, const struct domain *b)
{
	return strcmp(a->text, b->text);
}

const char *
domain_parent(const struct domain *d)
{
	const char *dot = strchr(d->text, '.');

	return dot != NULL ? dot + 1 : d->text + d->len;
}
