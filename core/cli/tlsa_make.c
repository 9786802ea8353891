/*
 * hopseal tlsa make: records to publish, from files or from a live server.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/look.h"
#include "cli/remark_list.h"
#include "cli/tlsa_place.h"
#include "cli/tlsa_record.h"
#include "policy/tlsa_advice.h"
#include "show/complain.h"
#include "wire/put.h"

#define KINDS_MAX    8
#define KIND_DEFAULT "3 1 1"

struct made {
	struct tlsa_kind kinds[KINDS_MAX];
	size_t kind_count;
	struct tlsa_place place;
	bool is_live;
	size_t count, cap;
	struct tlsa_set **sets; /* of one each */
	char **origins;         /* the file or address that it was made from */
	struct remarks remarks;
};

/* --- the command line --------------------------------------------------------------------------- */

/* "3 1 1,2 1 1" */
static bool
take_kinds(const char *text, struct made *m)
{
	struct why why;
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (m->kind_count == KINDS_MAX) {
			complain("more than %d kinds of records", KINDS_MAX);
			return false;
		}
		if (tlsa_kind_parse(text, len, &m->kinds[m->kind_count++], &why) !=
		    ST_OK) {
			complain("\"%.*s\": %s", (int)len, text, why.text);
			return false;
		}
		if (text[len] == '\0')
			return true;
	}
}

static bool
take_args(const struct args *args, struct made *m)
{
	m->is_live = args->live != NULL;
	if (m->is_live == (args->count > 0)) {
		complain("tlsa make wants either FILE ... or --live HOST");
		return false;
	}
	if (m->is_live && args->port != NULL) {
		complain("--port is for files; write --live HOST:PORT");
		return false;
	}
	return take_kinds(args->kinds != NULL ? args->kinds : KIND_DEFAULT, m) &&
	       tlsa_place_take(args, &m->place);
}

/* --- making --------------------------------------------------------------------------------------- */

static void
append(struct made *m, struct tlsa_set *set, const char *origin)
{
	if (m->count == m->cap) {
		m->cap = m->cap == 0 ? 16 : m->cap * 2;
		m->sets = xreallocarray(m->sets, m->cap, sizeof(m->sets[0]));
		m->origins = xreallocarray(m->origins, m->cap, sizeof(m->origins[0]));
	}
	m->sets[m->count] = set;
	m->origins[m->count++] = xstrdup(origin);
}

static const struct remark_kind
    same_record = { REMARK_NOTE, "tlsa-same-key", "it stays (RFC 7671, 8.1)", "" },
    keys_differ = { REMARK_NOTE, "tlsa-keys-differ",
	    "a key needs its record before it is used (RFC 7671, 8.1)",
	    "publish the records of both, wait two TTLs, use the new key, and only then "
	    "remove the old records" };

/* A record that is there already stays alone: the same key in two files, or at two addresses. */
static void
keep(struct made *m, struct tlsa_set *set, const char *origin)
{
	const struct tlsa *r = &set->records[0];
	size_t i;

	for (i = 0; i < m->count && !tlsa_equal(&m->sets[i]->records[0], r); i++)
		;
	if (i == m->count) {
		append(m, set, origin);
		return;
	}
	if (!m->is_live)
		remarks_add(&m->remarks, &same_record, origin,
		    "the record %u %u %u is that of %s", r->usage, r->selector,
		    r->matching, m->origins[i]);
	free(set);
}

/* All kinds of one source, which is freed. */
static enum exit_code
make_all(struct made *m, struct tlsa_source *source, const char *origin)
{
	enum exit_code code = EXIT_YES;
	struct tlsa_set *set;
	struct why why;
	size_t i;

	for (i = 0; i < m->kind_count && code == EXIT_YES; i++) {
		if (tlsa_make(source, &m->kinds[i], &set, &why) == ST_OK) {
			keep(m, set, origin);
		} else {
			complain("%s %s", origin, why.text);
			code = EXIT_NO;
		}
	}
	tlsa_source_free(source);
	return code;
}

static enum exit_code
make_from_file(struct made *m, const char *file)
{
	struct tlsa_source *source;
	enum exit_code code = tlsa_place_read(&m->place, file, &source);

	return code == EXIT_YES ? make_all(m, source, file) : code;
}

static enum exit_code
make_from_files(struct made *m, const struct args *args)
{
	enum exit_code code = EXIT_YES;
	size_t i;

	for (i = 0; i < args->count && code == EXIT_YES; i++)
		code = make_from_file(m, args->words[i]);
	if (code == EXIT_YES && m->count > m->kind_count)
		remarks_add(&m->remarks, &keys_differ, "", "the keys differ");
	return code;
}

/* What one address shows. */
static enum exit_code
make_from_look(struct made *m, const struct evidence *e)
{
	char address[ADDRESS_TEXT_MAX];
	struct tlsa_source *source;
	struct why why;

	address_text(e->remote, address);
	if (e->tls == TLS_UNKNOWN || e->tls == TLS_NOT_OFFERED || e->chain == NULL) {
		complain("%s shows no certificate: %s", address,
		    e->tls == TLS_NOT_OFFERED ? "STARTTLS is not offered" : e->reason);
		return e->tls == TLS_UNKNOWN ? EXIT_FAILED : EXIT_NO;
	}
	if (tlsa_source_of_chain(e->chain, &source, &why) == ST_OK)
		return make_all(m, source, address);
	complain("%s %s", address, why.text);
	return EXIT_NO;
}

/* --- showing ------------------------------------------------------------------------------------ */

static void
print_zone(const struct made *m)
{
	struct strbuf line = STRBUF_INIT;
	size_t i;

	for (i = 0; i < m->count; i++) {
		strbuf_reset(&line);
		tlsa_place_add_line(&line, &m->place, &m->sets[i]->records[0]);
		puts(strbuf_str(&line));
	}
	strbuf_clear(&line);
	fflush(stdout);
	remark_list_complain(&m->remarks);
}

static void
print_json(const struct made *m)
{
	struct json_object *top = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct strbuf owner = STRBUF_INIT;
	size_t i;

	tlsa_place_add(&owner, &m->place);
	put_text(top, "owner", strbuf_str(&owner));
	for (i = 0; i < m->count; i++) {
		struct json_object *o = tlsa_record_json(&m->sets[i]->records[0]);

		put_text(o, "from", m->origins[i]);
		json_object_array_add(list, o);
	}
	json_object_object_add(top, "records", list);
	json_object_object_add(top, "remarks", remark_list_json(&m->remarks));
	json_print(top);
	json_object_put(top);
	strbuf_clear(&owner);
}

static void
show(struct made *m, bool as_json)
{
	struct tlsa_set *all = tlsa_record_join(m->sets, m->count);

	tlsa_advise(all, &m->remarks);
	if (as_json)
		print_json(m);
	else
		print_zone(m);
	free(all);
}

static enum exit_code
on_look(const struct looked *looked, void *arg)
{
	enum exit_code code = EXIT_YES, one;
	const struct next_hop *host = looked->host;
	const struct host_view *seen = looked->view;
	struct made *m = arg;
	size_t i;

	if (m->place.host.len == 0)
		m->place.host = host->domain;
	m->place.port = host->port;
	if (seen->count == 0) {
		complain("%s has no address %s", host->domain.text, seen->host->detail);
		return EXIT_FAILED;
	}
	/* What some addresses show is worth printing, though others show nothing. */
	for (i = 0; i < seen->count; i++) {
		one = make_from_look(m, &seen->seen[i]);
		if (one > code)
			code = one;
	}
	return code;
}

enum exit_code
tlsa_make_command(const struct args *args)
{
	struct made *m = xcalloc(1, sizeof(*m));
	enum exit_code code = EXIT_USAGE;
	size_t i;

	if (take_args(args, m))
		code = m->is_live ? look_at(args, args->live, on_look, m)
				  : make_from_files(m, args);
	if (m->count > 0 && (code == EXIT_YES || m->is_live))
		show(m, args->as_json);
	for (i = 0; i < m->count; i++) {
		free(m->sets[i]);
		free(m->origins[i]);
	}
	free(m->sets);
	free(m->origins);
	remarks_clear(&m->remarks);
	free(m);
	return code;
}
