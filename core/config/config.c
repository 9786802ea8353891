/* SPDX-License-Identifier: ISC */
#include "config/config.h"

#include <assert.h>

#include "base/mem.h"
#include "config/build.h"
#include "config/kind.h"

#define EXAMPLE_WIDTH 78

static const void *
member(const struct config *config, const struct key *key)
{
	return (const char *)config + key->at;
}

void
config_clear_key(struct config *config, const struct key *key)
{
	if (key->kind->clear != NULL)
		key->kind->clear((char *)config + key->at);
}

enum status
config_set_key(
    struct config *config, const struct key *key, const char *text, struct why *why)
{
	return key->kind->set((char *)config + key->at, key, text, why);
}

struct config *
config_new(void)
{
	struct config *config = xcalloc(1, sizeof(*config));
	enum status st;
	size_t i;

	for (i = 0; i < config_key_count; i++) {
		st = config_set_key(
		    config, &config_keys[i], config_keys[i].standard, NULL);
		assert(st == ST_OK);
		(void)st;
	}
	return config;
}

void
config_free(struct config *config)
{
	size_t i;

	if (config == NULL)
		return;
	for (i = 0; i < config_key_count; i++)
		config_clear_key(config, &config_keys[i]);
	free(config);
}

/* "key = value", and no blank behind an empty one. */
static void
print_line(const struct key *key, const void *at, size_t i, struct strbuf *out)
{
	size_t before;

	strbuf_addf(out, "%s = ", key->name);
	before = out->len;
	key->kind->add(at, key, i, out);
	if (out->len == before)
		out->len--;
	strbuf_addc(out, '\n');
}

/* A list has a line for each item; an empty one is written as what it is. */
static void
print_key(const struct config *config, const struct key *key, struct strbuf *out)
{
	const void *at = member(config, key);
	size_t i, lines = key->kind->is_list ? key->kind->count(at) : 1;

	if (lines == 0)
		strbuf_addf(out, "%s =\n", key->name);
	for (i = 0; i < lines; i++)
		print_line(key, at, i, out);
}

static void
print_section(size_t i, struct strbuf *out)
{
	const struct key *key = &config_keys[i];

	if (i == 0 || strcmp(key->section, key[-1].section) != 0)
		strbuf_addf(out, "%s[%s]\n", i == 0 ? "" : "\n", key->section);
}

void
config_print(const struct config *config, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < config_key_count; i++) {
		print_section(i, out);
		print_key(config, &config_keys[i], out);
	}
}

/* Fill lines of "# " and words. */
static void
add_comment(struct strbuf *out, const char *text)
{
	size_t column = 0, len;

	for (; *(text += strspn(text, " ")) != '\0'; text += len) {
		len = strcspn(text, " ");
		if (column == 0 || column + 1 + len > EXAMPLE_WIDTH) {
			strbuf_adds(out, column == 0 ? "#" : "\n#");
			column = 1;
		}
		strbuf_addc(out, ' ');
		strbuf_add(out, text, len);
		column += 1 + len;
	}
	strbuf_addc(out, '\n');
}

static void
example_key(const struct key *key, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s  (", key->help);
	kind_word_add(key, &text);
	strbuf_adds(&text, key->is_fixed ? "; not changed by a reload)" : ")");
	add_comment(out, strbuf_str(&text));
	strbuf_addf(out, "#%s =%s%s\n\n", key->name,
	    key->standard[0] != '\0' ? " " : "", key->standard);
	strbuf_clear(&text);
}

void
config_example(struct strbuf *out)
{
	size_t i;

	strbuf_adds(out,
	    "# hopseal.conf: what hopseald and hopseal read; see hopseal.conf(5).\n"
	    "#\n"
	    "# Every key is shown with its default, which holds without this file too.\n"
	    "# \"hopseald -t\" tests a changed file, a HUP signal makes hopseald read it.\n\n");
	for (i = 0; i < config_key_count; i++) {
		if (i == 0 ||
		    strcmp(config_keys[i].section, config_keys[i - 1].section) != 0)
			strbuf_addf(out, "[%s]\n\n", config_keys[i].section);
		example_key(&config_keys[i], out);
	}
	out->data[--out->len] = '\0'; /* the last blank line */
}

void
config_each_fixed_change(
    const struct config *old, const struct config *new, config_change_fn *fn, void *arg)
{
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	size_t i;

	for (i = 0; i < config_key_count; i++) {
		if (!config_keys[i].is_fixed)
			continue;
		strbuf_reset(&a);
		strbuf_reset(&b);
		print_key(old, &config_keys[i], &a);
		print_key(new, &config_keys[i], &b);
		if (strcmp(strbuf_str(&a), strbuf_str(&b)) != 0)
			fn(config_keys[i].section, config_keys[i].name, arg);
	}
	strbuf_clear(&a);
	strbuf_clear(&b);
}
