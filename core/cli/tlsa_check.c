/*
 * hopseal tlsa check: a live host against its TLSA records, at every address.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "audit/resolver_view.h"
#include "cli/host_json.h"
#include "cli/json.h"
#include "cli/look.h"
#include "cli/outcome.h"
#include "cli/remark_list.h"
#include "show/table.h"
#include "show/when.h"
#include "wire/put.h"

/* What there is to show. */
struct checked {
	const struct next_hop *host;
	const struct host_view *seen;
	const struct tlsa_set *records; /* NULL: none */
	struct host_audit audit;
	enum remark_level worst;
};

/* --- text ----------------------------------------------------------------------------------------- */

static void
print_headline(const struct checked *c)
{
	term_put(outcome_style(c->worst), outcome_text(c->worst), 0);
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
add_matches(struct strbuf *out, const struct host_audit_address *a, size_t count)
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
	const struct host_audit_address *a = &c->audit.addresses[i];
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
	const struct host_audit_address *a = &c->audit.addresses[i];

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

static void
print_json(const struct checked *c)
{
	struct json_object *top = json_object_new_object();

	put_text(top, "host", c->host->domain.text);
	put_number(top, "port", c->host->port);
	put_text(top, "outcome", remark_level_word(c->worst));
	host_json_put(top, c->seen, &c->audit, c->seen->ttl_s);
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
	remark_list_print(&c->audit.remarks, REMARK_NOTE, "");
}

static enum exit_code
on_look(const struct looked *looked, void *arg)
{
	const bool *as_json = arg;
	struct host_audit_input input = {
		.view = looked->view,
		.wants_dane = resolver_is_believed(looked->resolver),
		.now = when_now(),
	};
	struct checked c = {
		.host = looked->host,
		.seen = looked->view,
		.records = looked->view->host->tlsa,
	};

	host_audit(&input, &c.audit);
	resolver_audit(looked->resolver, "", &c.audit.remarks);
	c.worst = remarks_worst(&c.audit.remarks);
	show(&c, *as_json);
	host_audit_clear(&c.audit);
	return outcome_code(c.worst);
}

enum exit_code
tlsa_check_command(const struct args *args)
{
	bool as_json = args->as_json;

	return look_at(args, args->words[0], on_look, &as_json);
}
