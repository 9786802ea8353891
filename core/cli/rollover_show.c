/* SPDX-License-Identifier: ISC */
#include "cli/rollover_show.h"

#include <json-c/json.h>

#include "cli/remark_list.h"
#include "cli/tlsa_place.h"
#include "show/complain.h"
#include "show/table.h"
#include "wire/put.h"

static const struct {
	enum exit_code code;
	enum term_style style;
} outcomes[] = {
	[ROLLOVER_GO] = { EXIT_GOOD, TERM_GOOD },
	[ROLLOVER_WAIT] = { EXIT_ADVICE, TERM_WARN },
	[ROLLOVER_BROKEN] = { EXIT_BROKEN, TERM_BAD },
	[ROLLOVER_UNSURE] = { EXIT_UNSURE, TERM_WARN },
};

enum exit_code
rollover_exit_code(enum rollover_verdict verdict)
{
	return outcomes[verdict].code;
}

/* --- the command line ------------------------------------------------------------------------------- */

enum exit_code
rollover_operands(
    const char *word, const char *file, struct next_hop *host, struct rollover_key *key)
{
	struct why why = { "an address has no TLSA records" };
	struct tlsa_source *source;
	struct tlsa_place place;
	enum exit_code code;

	if (next_hop_parse(word, strlen(word), host, &why) != NEXT_HOP_DOMAIN) {
		complain("\"%s\" is no host: %s", word, why.text);
		return EXIT_USAGE;
	}
	place = (struct tlsa_place){ host->domain, host->port };
	code = tlsa_place_read(&place, file, &source);
	if (code != EXIT_YES)
		return code;
	rollover_key_make(source, key);
	tlsa_source_free(source);
	return EXIT_YES;
}

/* --- times ------------------------------------------------------------------------------------------ */

void
rollover_add_moment(struct strbuf *out, time_t t)
{
	time_t minute = (t + 59) / 60 * 60; /* that is what is printed */
	char utc[32] = "", local[32] = "";
	struct tm tm;

	if (gmtime_r(&minute, &tm) != NULL)
		strftime(utc, sizeof(utc), "%Y-%m-%d %H:%M UTC", &tm);
	if (localtime_r(&minute, &tm) != NULL && tm.tm_gmtoff != 0)
		strftime(local, sizeof(local), " (%H:%M %Z)", &tm);
	strbuf_addf(out, "%s%s", utc, local);
}

/* --- text ------------------------------------------------------------------------------------------- */

/* The first record of the key that this server has; NULL: none. */
static const struct tlsa *
record_at(const struct rollover_shown *s, const struct zone_server *server)
{
	const struct dns_reply *reply = &server->reply;
	size_t i, k;

	for (i = 0; i < s->key->count; i++) {
		const struct tlsa *r = &s->key->records[i]->records[0];

		if (s->is_leaving && r->usage != TLSA_DANE_EE)
			continue;
		for (k = 0; k < reply->count; k++) {
			const struct dns_record *have = &reply->records[k];

			if (have->len == (size_t)r->len + 3 &&
			    have->data[0] == r->usage && have->data[1] == r->selector &&
			    have->data[2] == r->matching &&
			    memcmp(have->data + 3, r->data, r->len) == 0)
				return r;
		}
	}
	return NULL;
}

static void
add_server(struct table *table, const struct rollover_shown *s,
    const struct zone_server *server)
{
	const struct tlsa *record = record_at(s, server);
	char name[ZONE_SERVER_TEXT_MAX];

	table_add(table, TERM_BOLD, "%s", zone_server_text(server, name));
	if (server->word != ZONE_SPEAKS)
		table_add(table, TERM_WARN, "%s", server->detail);
	else if (record == NULL)
		table_add(table, TERM_PLAIN, "serial %u, TTL %u: has none of the key",
		    (unsigned)server->serial, (unsigned)server->reply.ttl_s);
	else
		table_add(table, TERM_PLAIN,
		    "serial %u, TTL %u: has %u %u %u of the key",
		    (unsigned)server->serial, (unsigned)server->reply.ttl_s,
		    record->usage, record->selector, record->matching);
}

static void
print_servers(const struct rollover_shown *s)
{
	const struct zone_view *zone = s->seen->zone;
	struct table table;
	size_t i;

	printf("  TLSA at %s%s%s\n", zone->reply.owner.text,
	    zone->apex.len > 0 ? ", zone " : "", zone->apex.text);
	table_init(&table, 2, NULL);
	for (i = 0; i < zone->count; i++)
		add_server(&table, s, &zone->servers[i]);
	table_print(&table, 2);
}

void
rollover_print_verdict(
    enum rollover_verdict verdict, const char *what, const char *headline)
{
	term_put(outcomes[verdict].style, rollover_verdict_word(verdict), 0);
	printf(": %s: %s\n", what, headline);
}

void
rollover_print(const struct rollover_shown *s, bool is_quiet)
{
	enum rollover_verdict verdict = s->answer->verdict;
	char what[DOMAIN_MAX + sizeof(" port 65535")];

	if (is_quiet && verdict == ROLLOVER_GO)
		return;
	snprintf(what, sizeof(what), "%s port %u", s->seen->host->domain.text,
	    (unsigned)s->seen->host->port);
	rollover_print_verdict(verdict, what, s->headline);
	if (!is_quiet)
		print_servers(s);
	remark_list_print(
	    &s->answer->remarks, is_quiet ? REMARK_UNSURE : REMARK_NOTE, "");
}

/* --- JSON ------------------------------------------------------------------------------------------- */

static struct json_object *
show_server(const struct rollover_shown *s, const struct zone_server *server)
{
	const struct tlsa *record = record_at(s, server);
	struct json_object *o = json_object_new_object();
	char address[ADDRESS_TEXT_MAX];

	put_text(o, "name", server->name.text);
	if (server->has_address)
		put_text(o, "address", address_text(&server->address, address));
	put_text(o, "fault", server->detail);
	put_number(o, "serial", server->serial);
	put_number(o, "ttl", server->word == ZONE_SPEAKS ? server->reply.ttl_s : 0);
	put_flag(o, "has_record", record != NULL);
	return o;
}

struct json_object *
rollover_json(const struct rollover_shown *s)
{
	const struct zone_view *zone = s->seen->zone;
	struct json_object *o = json_object_new_object();
	struct json_object *servers = json_object_new_array();
	size_t i;

	put_text(o, "host", s->seen->host->domain.text);
	put_number(o, "port", s->seen->host->port);
	put_text(o, "verdict", rollover_verdict_word(s->answer->verdict));
	put_text(o, "summary", s->headline);
	put_text(o, "owner", zone->reply.owner.text);
	put_text(o, "zone", zone->apex.text);
	for (i = 0; i < zone->count; i++)
		json_object_array_add(servers, show_server(s, &zone->servers[i]));
	json_object_object_add(o, "servers", servers);
	json_object_object_add(o, "remarks", remark_list_json(&s->answer->remarks));
	return o;
}
