/*
 * hopseal tlsa check: a live host against its TLSA records, at every address.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/look.h"
#include "cli/remark_list.h"
#include "cli/table.h"
#include "cli/tlsa_record.h"
#include "cli/when.h"
#include "control/put.h"
#include "policy/tlsa_advice.h"
#include "policy/tlsa_audit.h"

/* What there is to show. */
struct checked {
	const struct next_hop *host;
	const struct survey_result *seen;
	const struct tlsa_set *records; /* NULL: none */
	struct tlsa_audit audit;
	enum remark_level worst;
};

/* By the gravest remark; as monitoring programs want them. */
static const struct {
	enum exit_code code;
	const char *word;
	enum term_style style;
} outcomes[] = {
	[REMARK_NOTE] = { EXIT_GOOD, "good", TERM_GOOD },
	[REMARK_ADVICE] = { EXIT_ADVICE, "good, with advice", TERM_WARN },
	[REMARK_UNSURE] = { EXIT_UNSURE, "could not tell", TERM_WARN },
	[REMARK_BROKEN] = { EXIT_BROKEN, "broken", TERM_BAD },
};

/* --- text ----------------------------------------------------------------------------------------- */

static void
print_headline(const struct checked *c)
{
	term_put(outcomes[c->worst].style, outcomes[c->worst].word, 0);
	printf(": %s port %u\n", c->host->domain.text, c->host->port);
}

static void
print_records(const struct checked *c)
{
	struct strbuf text = STRBUF_INIT;
	size_t i;

	if (c->records == NULL)
		return;
	printf("  TLSA at _%u._tcp.%s, secure, TTL %u s\n", c->host->port,
	    c->seen->host->base->text, (unsigned)c->seen->ttl_s);
	for (i = 0; i < c->records->count; i++) {
		strbuf_reset(&text);
		strbuf_addf(&text, "%5zu  ", i + 1);
		tlsa_add_text(&text, &c->records->records[i]);
		term_put(TERM_PLAIN, strbuf_str(&text), 0);
		putchar('\n');
	}
	strbuf_clear(&text);
}

/* "record 1, record 3", or why there is none. */
static void
add_matches(struct strbuf *out, const struct tlsa_audit_address *a, size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		const struct tlsa_match *m = &a->matches[i];

		if (m->why_not[0] == '\0' && m->verdict.outcome == CHAIN_MATCHED)
			strbuf_addf(
			    out, "%s %zu", n++ == 0 ? "matches record" : ",", i + 1);
	}
	if (n == 0)
		strbuf_adds(out, "matches no record");
	if (a->has_verdict && a->verdict.outcome != CHAIN_MATCHED &&
	    a->verdict.outcome != CHAIN_NO_MATCH)
		strbuf_addf(out, "; %s", chain_outcome_text(a->verdict.outcome));
}

/* "EC P-256, expires in 89 days 23 h" */
static void
add_cert(struct strbuf *out, const struct cert_facts *cert)
{
	time_t now = when_now();
	bool is_over = cert->ends < now;

	strbuf_addf(out, "%s, %s", cert->key, is_over ? "expired " : "expires in ");
	when_add_duration(out, is_over ? now - cert->ends : cert->ends - now);
	strbuf_adds(out, is_over ? " ago" : "");
}

static void
add_failure(struct strbuf *out, const struct evidence *e)
{
	static const char *const words[] = {
		[TLS_UP] = "",
		[TLS_NOT_OFFERED] = "offers no TLS",
		[TLS_REFUSED] = "refuses TLS",
		[TLS_FAILED] = "TLS fails",
		[TLS_UNKNOWN] = "not reached",
	};

	strbuf_addf(out, "%s: %s", words[e->tls], e->reason);
}

/* "TLSv1.3, EC P-256, expires in 89 days 23 h: matches record 1" */
static void
add_look(struct strbuf *out, const struct checked *c, size_t i)
{
	const struct tlsa_audit_address *a = &c->audit.addresses[i];
	const struct evidence *e = &c->seen->seen[i];

	if (e->tls != TLS_UP) {
		add_failure(out, e);
		return;
	}
	strbuf_addf(out, "%s%s", e->version, a->has_cert ? ", " : "");
	if (a->has_cert)
		add_cert(out, &a->cert);
	if (a->matches != NULL) {
		strbuf_adds(out, ": ");
		add_matches(out, a, c->records->count);
	}
}

static bool
is_address_good(const struct checked *c, size_t i)
{
	const struct tlsa_audit_address *a = &c->audit.addresses[i];

	return a->has_verdict && a->verdict.outcome == CHAIN_MATCHED;
}

static void
print_addresses(const struct checked *c)
{
	struct strbuf text = STRBUF_INIT;
	char address[ADDRESS_TEXT_MAX];
	struct table table;
	size_t i;

	table_init(&table, 2, NULL);
	for (i = 0; i < c->seen->count; i++) {
		strbuf_reset(&text);
		add_look(&text, c, i);
		table_add(&table, TERM_BOLD, "%s",
		    address_text(c->seen->seen[i].remote, address));
		table_add(&table, is_address_good(c, i) ? TERM_PLAIN : TERM_BAD, "%s",
		    strbuf_str(&text));
	}
	table_print(&table, 2);
	strbuf_clear(&text);
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static struct json_object *
show_records(const struct checked *c)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; c->records != NULL && i < c->records->count; i++)
		json_object_array_add(list, tlsa_record_json(&c->records->records[i]));
	return list;
}

static struct json_object *
show_match(const struct tlsa_match *m)
{
	struct json_object *o = json_object_new_object();
	bool is_usable = m->why_not[0] == '\0';
	bool is_match = is_usable && m->verdict.outcome == CHAIN_MATCHED;

	put_flag(o, "matches", is_match);
	put_text(
	    o, "why", is_usable ? chain_outcome_text(m->verdict.outcome) : m->why_not);
	put_flag(o, "passed_over", m->is_passed_over);
	if (is_match)
		put_number(o, "depth", (uint64_t)m->verdict.depth);
	return o;
}

static struct json_object *
show_address(const struct checked *c, size_t i)
{
	const struct tlsa_audit_address *a = &c->audit.addresses[i];
	const struct evidence *e = &c->seen->seen[i];
	struct json_object *o = json_object_new_object();
	struct json_object *matches = json_object_new_array();
	char address[ADDRESS_TEXT_MAX];
	size_t k;

	put_text(o, "address", address_text(e->remote, address));
	put_text(o, "tls", event_tls_word(e->tls));
	put_text(o, "version", e->version);
	put_text(o, "detail", e->reason);
	if (a->has_cert) {
		put_text(o, "key", a->cert.key);
		PUT_TIME(o, "expires", a->cert.ends);
	}
	if (a->has_verdict)
		put_text(o, "verdict", chain_outcome_text(a->verdict.outcome));
	for (k = 0; a->matches != NULL && k < c->records->count; k++)
		json_object_array_add(matches, show_match(&a->matches[k]));
	json_object_object_add(o, "records", matches);
	return o;
}

static void
print_json(const struct checked *c)
{
	const struct host_facts *host = c->seen->host;
	struct json_object *top = json_object_new_object();
	struct json_object *addresses = json_object_new_array();
	size_t i;

	put_text(top, "host", c->host->domain.text);
	put_number(top, "port", c->host->port);
	put_text(top, "outcome", remark_level_word(c->worst));
	put_flag(top, "secure", host->is_address_secure);
	put_text(top, "base", host->base != NULL ? host->base->text : "");
	put_number(top, "ttl", c->seen->ttl_s);
	json_object_object_add(top, "records", show_records(c));
	for (i = 0; i < c->seen->count; i++)
		json_object_array_add(addresses, show_address(c, i));
	json_object_object_add(top, "addresses", addresses);
	json_object_object_add(top, "remarks", remark_list_json(&c->audit.remarks));
	json_print(top);
	json_object_put(top);
}

/* --- the command ---------------------------------------------------------------------------------- */

static void
show(const struct checked *c, bool as_json)
{
	if (as_json) {
		print_json(c);
		return;
	}
	print_headline(c);
	print_records(c);
	print_addresses(c);
	remark_list_print(&c->audit.remarks);
}

static enum exit_code
on_look(const struct next_hop *host, const struct survey_result *seen, void *arg)
{
	const bool *as_json = arg;
	struct tlsa_audit_input input = {
		.host = seen->host,
		.is_resolver_trusted = seen->is_resolver_trusted,
		.ttl_s = seen->ttl_s,
		.count = seen->count,
		.seen = seen->seen,
		.now = when_now(),
	};
	struct checked c = { .host = host, .seen = seen, .records = seen->host->tlsa };

	tlsa_audit(&input, &c.audit);
	c.worst = remarks_worst(&c.audit.remarks);
	show(&c, *as_json);
	tlsa_audit_clear(&c.audit);
	return outcomes[c.worst].code;
}

enum exit_code
tlsa_check_command(const struct args *args)
{
	bool as_json = args->as_json;

	return look_at(args, args->words[0], on_look, &as_json);
}
