/*
 * hopseal tlsa show: TLSA records in words, without DNS.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>
#include <strings.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/input.h"
#include "cli/json.h"
#include "cli/remark_list.h"
#include "cli/tlsa_record.h"
#include "policy/tlsa_advice.h"
#include "policy/tlsa_usable.h"
#include "show/complain.h"
#include "show/term.h"
#include "wire/put.h"
#include "wire/tlsa_line.h"

#define INPUT_MAX   ((size_t)1024 * 1024)
#define OWNER_MAX   300  /* octets of a name that are shown */
#define RECORDS_CUT 1000 /* more are not shown: no set is as big */

struct shown {
	size_t count;
	struct item {
		char *owner;
		bool has_ttl;
		uint32_t ttl_s;
	} items[RECORDS_CUT];
	struct tlsa_set *sets[RECORDS_CUT]; /* of one */
	bool has_fault;
	struct remarks remarks;
};

/* --- reading ---------------------------------------------------------------------------------- */

static bool
has_blank(const struct args *args)
{
	size_t i;

	for (i = 0; i < args->count; i++)
		if (strpbrk(args->words[i], " \t\n") != NULL)
			return true;
	return false;
}

/* A word in quotes is a record; words without a blank in any of them make one together. */
static void
join_words(const struct args *args, struct strbuf *text)
{
	char separator = has_blank(args) ? '\n' : ' ';
	size_t i;

	for (i = 0; i < args->count; i++) {
		if (i > 0)
			strbuf_addc(text, separator);
		strbuf_adds(text, args->words[i]);
	}
}

static bool
read_input(const struct args *args, struct strbuf *text)
{
	if (args->count > 0 && strcmp(args->words[0], "-") != 0) {
		join_words(args, text);
		return true;
	}
	return input_read("-", INPUT_MAX, "no list of TLSA records", text);
}

static void
keep(struct shown *s, const struct tlsa_line *line)
{
	struct item *item = &s->items[s->count];
	struct strbuf owner = STRBUF_INIT;

	strbuf_escape(&owner, line->owner, strlen(line->owner), OWNER_MAX);
	item->owner = strbuf_take(&owner);
	item->has_ttl = line->has_ttl;
	item->ttl_s = line->ttl_s;
	s->sets[s->count++] = line->set;
}

/* Every record that can be read; of the others, what is wrong. */
static void
read_records(const struct strbuf *input, struct shown *s)
{
	struct tlsa_text text = { .text = strbuf_str(input), .len = input->len };
	struct tlsa_line line;
	struct why why;
	enum status rc = ST_OK;

	while (rc != ST_NOTFOUND && s->count < RECORDS_CUT) {
		rc = tlsa_text_next(&text, &line, &why);
		if (rc == ST_OK)
			keep(s, &line);
		else if (rc != ST_NOTFOUND)
			complain("%s", why.text);
		s->has_fault = s->has_fault || (rc != ST_OK && rc != ST_NOTFOUND);
	}
	tlsa_text_clear(&text);
	if (s->count == RECORDS_CUT)
		complain("these are %d records; what follows is left out", RECORDS_CUT);
	if (s->count == 0 && !s->has_fault)
		complain("there is no TLSA record in it");
}

/* --- judging ---------------------------------------------------------------------------------- */

/* The records of one name are a set: those of i's that stand at i or behind it; NULL: i is not the first. */
static struct tlsa_set *
set_at(const struct shown *s, size_t i)
{
	struct tlsa_set *same[RECORDS_CUT];
	size_t k, n = 0;

	for (k = 0; k < i; k++)
		if (strcasecmp(s->items[k].owner, s->items[i].owner) == 0)
			return NULL;
	for (k = i; k < s->count; k++)
		if (strcasecmp(s->items[k].owner, s->items[i].owner) == 0)
			same[n++] = s->sets[k];
	return tlsa_record_join(same, n);
}

static void
advise(struct shown *s)
{
	struct tlsa_set *set;
	size_t i;

	for (i = 0; i < s->count; i++) {
		if (s->items[i].has_ttl)
			tlsa_advise_ttl(s->items[i].ttl_s, true, &s->remarks);
		set = set_at(s, i);
		if (set == NULL)
			continue;
		tlsa_advise_owner(s->items[i].owner, &s->remarks);
		tlsa_advise(set, &s->remarks);
		free(set);
	}
}

/* --- showing ---------------------------------------------------------------------------------- */

static void
print_row(const char *name, enum term_style style, const char *text)
{
	term_put(TERM_DIM, name, 12);
	term_put(style, text, 0);
	putchar('\n');
}

static void
print_number(const char *name, uint8_t number, const char *text)
{
	term_put(TERM_DIM, name, 12);
	printf("%u  %s\n", number, text);
}

static void
print_numbers(const struct tlsa *r)
{
	struct strbuf meaning = STRBUF_INIT;

	print_number("  usage", r->usage, tlsa_usage_text(r->usage));
	print_number("  selector", r->selector, tlsa_selector_text(r->selector));
	print_number("  matching", r->matching, tlsa_matching_text(r->matching));
	tlsa_add_meaning(&meaning, r);
	if (meaning.len > 0)
		print_row("  matches", TERM_PLAIN, strbuf_str(&meaning));
	strbuf_clear(&meaning);
}

static void
print_record(const struct item *item, const struct tlsa *r)
{
	struct strbuf text = STRBUF_INIT;
	const char *why_not;

	strbuf_adds(&text, item->owner);
	if (item->has_ttl)
		strbuf_addf(&text, " %u", (unsigned)item->ttl_s);
	strbuf_adds(&text, text.len > 0 ? " IN TLSA " : "");
	tlsa_add_text(&text, r);
	term_put(TERM_BOLD, strbuf_str(&text), 0);
	putchar('\n');
	strbuf_clear(&text);
	if (!r->is_short)
		print_numbers(r);
	if (tlsa_is_usable(r, &why_not))
		print_row("  usable", TERM_GOOD, "yes");
	else
		print_row("  usable", TERM_BAD, why_not);
}

static void
print_all(const struct shown *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		print_record(&s->items[i], &s->sets[i]->records[0]);
	remark_list_print(&s->remarks, REMARK_NOTE, "");
}

static void
print_json(const struct shown *s, bool is_good)
{
	struct json_object *top = json_object_new_object();
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < s->count; i++) {
		struct json_object *o = tlsa_record_json(&s->sets[i]->records[0]);

		put_text(o, "owner", s->items[i].owner);
		if (s->items[i].has_ttl)
			put_number(o, "ttl", s->items[i].ttl_s);
		json_object_array_add(list, o);
	}
	put_flag(top, "ok", is_good);
	json_object_object_add(top, "records", list);
	json_object_object_add(top, "remarks", remark_list_json(&s->remarks));
	json_print(top);
	json_object_put(top);
}

static enum exit_code
show(struct shown *s, bool as_json)
{
	bool is_good;

	advise(s);
	is_good = !s->has_fault && remarks_worst(&s->remarks) < REMARK_BROKEN;
	if (as_json)
		print_json(s, is_good);
	else
		print_all(s);
	if (s->has_fault)
		return EXIT_USAGE;
	return is_good ? EXIT_YES : EXIT_NO;
}

static void
shown_free(struct shown *s)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		free(s->items[i].owner);
		free(s->sets[i]);
	}
	remarks_clear(&s->remarks);
	free(s);
}

enum exit_code
tlsa_show_command(const struct args *args)
{
	struct shown *s = xcalloc(1, sizeof(*s));
	struct strbuf input = STRBUF_INIT;
	enum exit_code code = EXIT_USAGE;

	if (read_input(args, &input))
		read_records(&input, s);
	if (s->count > 0)
		code = show(s, args->as_json);
	strbuf_clear(&input);
	shown_free(s);
	return code;
}
