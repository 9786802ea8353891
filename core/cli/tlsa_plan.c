/*
 * hopseal tlsa plan: what to do when, to change a key without losing mail (RFC 7671, 8; RFC 7672, 4).  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "base/number.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/tlsa_place.h"
#include "cli/tlsa_record.h"
#include "show/complain.h"
#include "show/term.h"
#include "show/when.h"
#include "wire/put.h"

#define TTL_DEFAULT 3600
#define TTL_CUT     604800 /* no plan is as patient */
#define STEPS_MAX   5

struct step {
	time_t not_before;
	char *what;
	const struct tlsa
	    *records[2]; /* that stand at the name from then on; NULL: as before */
};

struct plan {
	const char *scheme;
	struct tlsa_place place;
	unsigned ttl_s;
	struct tlsa_set *current, *other; /* of one each: the next key, or the issuer */
	size_t count;
	struct step steps[STEPS_MAX];
};

static const struct tlsa_kind leaf_key = { TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA256 };
static const struct tlsa_kind issuer_key = { TLSA_DANE_TA, TLSA_SPKI, TLSA_SHA256 };

/* --- the steps ------------------------------------------------------------------------------------ */

static struct step *add_step(struct plan *p, time_t not_before, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static struct step *
add_step(struct plan *p, time_t not_before, const char *fmt, ...)
{
	struct step *step = &p->steps[p->count++];
	struct strbuf what = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&what, fmt, ap);
	va_end(ap);
	*step = (struct step){ .not_before = not_before, .what = strbuf_take(&what) };
	return step;
}

/* Both records stand at the name; then what needs them may be installed.  Returns from when on. */
static time_t
add_publishing(struct plan *p, const char *what)
{
	time_t now = when_now();
	/* To the next minute: that is what is printed. */
	time_t ready = (now + 2 * (time_t)p->ttl_s + 59) / 60 * 60;
	struct step *step = add_step(p, now, "publish both records");

	step->records[0] = &p->current->records[0];
	step->records[1] = &p->other->records[0];
	add_step(p, ready,
	    "install %s, once every name server of the zone has had both records for "
	    "two TTLs, %u s (RFC 7671, 8.1; RFC 7672, 4)",
	    what, 2 * p->ttl_s);
	return ready;
}

static void
add_check(struct plan *p, time_t ready)
{
	add_step(p, ready,
	    "\"hopseal tlsa check %s:%u\" shows the new key at every address",
	    p->place.host.text, p->place.port);
}

static void
plan_next(struct plan *p, const char *current, const char *next)
{
	time_t ready;

	p->scheme = "current + next";
	ready = add_publishing(p, next);
	add_check(p, ready);
	add_step(p, ready, "remove the record of %s", current)->records[0] =
	    &p->other->records[0];
	add_step(p, ready, "make the key after that, and begin again with its record");
}

static void
plan_issuer(struct plan *p)
{
	time_t ready;

	p->scheme = "current + issuer";
	ready = add_publishing(
	    p, "the next certificate of the same issuer, with the issuer's behind it");
	add_step(p, ready,
	    "at once, put 3 1 1 of the new certificate in place of the old one: \"hopseal "
	    "tlsa make\"; until it is everywhere the issuer's record carries (RFC 7671, 8)");
	add_check(p, ready);
}

static void
plan_same_key(struct plan *p, const char *next)
{
	p->scheme = "same key";
	add_step(p, when_now(), "install %s: its key has the record already", next)
	    ->records[0] = &p->current->records[0];
}

/* --- the command line ------------------------------------------------------------------------------ */

static bool
take_ttl(const char *text, struct plan *p)
{
	uint64_t ttl;

	p->ttl_s = TTL_DEFAULT;
	if (text == NULL)
		return true;
	if (number_parse(text, strlen(text), TTL_CUT, &ttl) != ST_OK || ttl == 0) {
		complain("\"%s\" is no TTL; it is 1 to %d seconds", text, TTL_CUT);
		return false;
	}
	p->ttl_s = (unsigned)ttl;
	return true;
}

static enum exit_code
make(const struct tlsa_source *source, const struct tlsa_kind *kind, const char *file,
    struct tlsa_set **out)
{
	struct why why;

	if (tlsa_make(source, kind, out, &why) == ST_OK)
		return EXIT_YES;
	complain("%s %s", file, why.text);
	return EXIT_NO;
}

/* The record of the next key, or that of the issuer in the first file. */
static enum exit_code
make_other(struct plan *p, const struct args *args, const struct tlsa_source *current)
{
	struct tlsa_source *next;
	enum exit_code code;

	if (args->count == 1)
		return make(current, &issuer_key, args->words[0], &p->other);
	code = tlsa_place_read(&p->place, args->words[1], &next);
	if (code == EXIT_YES)
		code = make(next, &leaf_key, args->words[1], &p->other);
	tlsa_source_free(next);
	return code;
}

static enum exit_code
make_records(struct plan *p, const struct args *args)
{
	struct tlsa_source *current;
	enum exit_code code = tlsa_place_read(&p->place, args->words[0], &current);

	if (code == EXIT_YES)
		code = make(current, &leaf_key, args->words[0], &p->current);
	if (code == EXIT_YES)
		code = make_other(p, args, current);
	tlsa_source_free(current);
	return code;
}

/* --- showing -------------------------------------------------------------------------------------- */

static void
print_step(const struct plan *p, size_t i)
{
	const struct step *step = &p->steps[i];
	struct strbuf text = STRBUF_INIT;
	size_t k;

	strbuf_addf(&text, "%zu  ", i + 1);
	when_add_date(&text, step->not_before);
	term_put(TERM_BOLD, strbuf_str(&text), 0);
	term_put(TERM_PLAIN, "  ", 0);
	term_put(TERM_PLAIN, step->what, 0);
	putchar('\n');
	for (k = 0; k < COUNT_OF(step->records) && step->records[k] != NULL; k++) {
		strbuf_reset(&text);
		tlsa_place_add_line(&text, &p->place, step->records[k]);
		printf("   %s\n", strbuf_str(&text));
	}
	strbuf_clear(&text);
}

static struct json_object *
show_step(const struct plan *p, const struct step *step)
{
	struct json_object *o = json_object_new_object();
	struct json_object *records = json_object_new_array();
	struct strbuf line = STRBUF_INIT;
	size_t k;

	PUT_TIME(o, "not_before", step->not_before);
	put_text(o, "do", step->what);
	for (k = 0; k < COUNT_OF(step->records) && step->records[k] != NULL; k++) {
		strbuf_reset(&line);
		tlsa_place_add_line(&line, &p->place, step->records[k]);
		json_object_array_add(
		    records, json_object_new_string(strbuf_str(&line)));
	}
	json_object_object_add(o, "records", records);
	strbuf_clear(&line);
	return o;
}

static void
print_json(const struct plan *p)
{
	struct json_object *top = json_object_new_object();
	struct json_object *steps = json_object_new_array();
	size_t i;

	put_text(top, "scheme", p->scheme);
	put_number(top, "ttl", p->ttl_s);
	for (i = 0; i < p->count; i++)
		json_object_array_add(steps, show_step(p, &p->steps[i]));
	json_object_object_add(top, "steps", steps);
	json_print(top);
	json_object_put(top);
}

static void
print_text(const struct plan *p)
{
	size_t i;

	printf("%s; not before these times:\n", p->scheme);
	for (i = 0; i < p->count; i++)
		print_step(p, i);
}

static void
show(struct plan *p, const struct args *args)
{
	if (args->count == 1)
		plan_issuer(p);
	else if (tlsa_equal(&p->current->records[0], &p->other->records[0]))
		plan_same_key(p, args->words[1]);
	else
		plan_next(p, args->words[0], args->words[1]);
	if (args->as_json)
		print_json(p);
	else
		print_text(p);
}

enum exit_code
tlsa_plan_command(const struct args *args)
{
	struct plan p = { .count = 0 };
	enum exit_code code = EXIT_USAGE;
	size_t i;

	if (tlsa_place_take(args, &p.place) && take_ttl(args->ttl, &p))
		code = make_records(&p, args);
	if (code == EXIT_YES)
		show(&p, args);
	for (i = 0; i < p.count; i++)
		free(p.steps[i].what);
	free(p.current);
	free(p.other);
	return code;
}
