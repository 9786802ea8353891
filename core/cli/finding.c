/* SPDX-License-Identifier: ISC */
#include "cli/finding.h"

#include <json-c/json.h>
#include <stdarg.h>

#include "cli/json.h"
#include "cli/term.h"

static const struct {
	const char *word;
	enum term_style style;
} levels[] = {
	[NOTE_ERROR] = { "error", TERM_BAD },
	[NOTE_ADVICE] = { "advice", TERM_WARN },
};

void
finding_init(struct finding *finding, const char *yes, const char *no)
{
	memset(finding, 0, sizeof(*finding));
	finding->yes = yes;
	finding->no = no;
}

void
finding_note(struct finding *finding, enum note_level level, const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list ap;

	if (finding->count == NOTES_MAX)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	finding->notes[finding->count].level = level;
	finding->notes[finding->count++].text = strbuf_take(&text);
}

static const char *
outcome(const struct finding *finding)
{
	return finding->is_yes ? finding->yes : finding->no;
}

/* One finding is one line, however long: these are read by grep(1) too. */
static void
print_line(enum term_style style, const char *word, const char *text)
{
	term_put(style, word, 0);
	term_put(TERM_PLAIN, ": ", 0);
	term_put(TERM_PLAIN, text, 0);
	putchar('\n');
}

static void
print_text(const struct finding *finding)
{
	size_t i;

	print_line(finding->is_yes ? TERM_GOOD : TERM_BAD, outcome(finding),
	    strbuf_str(&finding->headline));
	for (i = 0; i < finding->count; i++) {
		const struct note *note = &finding->notes[i];

		print_line(
		    levels[note->level].style, levels[note->level].word, note->text);
	}
}

static void
print_json(const struct finding *finding)
{
	struct json_object *top = json_object_new_object();
	struct json_object *notes = json_object_new_array();
	size_t i;

	json_object_object_add(top, "ok", json_object_new_boolean(finding->is_yes));
	json_object_object_add(
	    top, "outcome", json_object_new_string(outcome(finding)));
	json_object_object_add(
	    top, "reason", json_object_new_string(strbuf_str(&finding->headline)));
	for (i = 0; i < finding->count; i++) {
		const struct note *note = &finding->notes[i];
		struct json_object *item = json_object_new_object();

		json_object_object_add(
		    item, "level", json_object_new_string(levels[note->level].word));
		json_object_object_add(
		    item, "text", json_object_new_string(note->text));
		json_object_array_add(notes, item);
	}
	json_object_object_add(top, "notes", notes);
	json_print(top);
	json_object_put(top);
}

enum exit_code
finding_print(struct finding *finding, bool as_json)
{
	enum exit_code code = finding->is_yes ? EXIT_YES : EXIT_NO;
	size_t i;

	if (as_json)
		print_json(finding);
	else
		print_text(finding);
	for (i = 0; i < finding->count; i++)
		free(finding->notes[i].text);
	strbuf_clear(&finding->headline);
	return code;
}
