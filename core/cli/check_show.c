/*
 * A checked domain on the terminal.  SPDX-License-Identifier: ISC
 */
#include "cli/check.h"
#include "cli/host_words.h"
#include "cli/outcome.h"
#include "cli/remark_list.h"
#include "cli/verdicts.h"
#include "show/table.h"
#include "show/when.h"

#define PATTERNS_SHOWN 8

/* --- the first line --------------------------------------------------------------------------- */

static const struct remark *
find_gravest(const struct remarks *remarks, enum remark_level worst)
{
	size_t i;

	for (i = 0; i < remarks->count; i++)
		if (remarks->items[i].kind->level == worst)
			return &remarks->items[i];
	return NULL;
}

static size_t
count_of(const struct remarks *remarks, enum remark_level level)
{
	size_t i, n = 0;

	for (i = 0; i < remarks->count; i++)
		n += remarks->items[i].kind->level == level;
	return n;
}

/* "1 broken, 2 advice; mx1.example.org 192.0.2.1: no TLSA record matches" */
static void
add_sum(struct strbuf *out, const struct remarks *remarks, enum remark_level worst)
{
	const struct remark *gravest = find_gravest(remarks, worst);
	const char *separator = "";
	int level;

	for (level = REMARK_BROKEN; level > REMARK_NOTE; level--) {
		size_t n = count_of(remarks, (enum remark_level)level);

		if (n == 0)
			continue;
		strbuf_addf(out, "%s%zu %s", separator, n,
		    remark_level_word((enum remark_level)level));
		separator = ", ";
	}
	strbuf_addf(out, "; %s: %s", gravest->about, gravest->seen);
}

static void
print_headline(const struct checked_domain *d)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, ": %s", d->audit->domain.text);
	if (d->worst > REMARK_NOTE) {
		strbuf_adds(&text, ": ");
		add_sum(&text, &d->audit->remarks, d->worst);
	}
	term_put(outcome_style(d->worst), outcome_text(d->worst), 0);
	term_put(TERM_PLAIN, strbuf_str(&text), 0);
	putchar('\n');
	strbuf_clear(&text);
}

/* --- what is published ------------------------------------------------------------------------ */

static void
add_row(struct table *table, const char *name, struct strbuf *text)
{
	table_add(table, TERM_DIM, "%s", name);
	table_add(table, TERM_PLAIN, "%s", strbuf_str(text));
	strbuf_reset(text);
}

static void
add_mx(struct strbuf *out, const struct audit *audit)
{
	const struct route *route = audit->mx->route;

	if (route->outcome == MX_FOUND)
		strbuf_addf(out, "%zu host%s", route->host_count,
		    route->host_count == 1 ? "" : "s");
	strbuf_addf(out, "%s, %s", check_mx_words(route->outcome)->text,
	    route->is_secure ? "secure" : "not secure");
}

static void
add_zone(struct strbuf *out, const struct zone_view *zone)
{
	strbuf_addf(out, "%s %s%s%s",
	    zone->apex.len > 0 ? zone->apex.text : zone->name.text,
	    check_zone_words(zone->security)->text, zone->detail[0] != '\0' ? ": " : "",
	    zone->detail);
	if (zone->security == ZONE_INSECURE && zone->soa_signature.is_there)
		strbuf_adds(out, " by its parent");
	if (zone->count > 0)
		strbuf_addf(out, ", name servers at %zu address%s", zone->count,
		    zone->count == 1 ? "" : "es");
}

/* The records at one name as dig(1) has them, or why there are none. */
static void
add_texts(struct strbuf *out, const struct txt_view *view)
{
	size_t i;

	if (view->is_error)
		strbuf_addf(out, "not known: %s", view->detail);
	else if (view->count == 0)
		strbuf_adds(out, "none");
	for (i = 0; i < view->count && i < PATTERNS_SHOWN; i++) {
		strbuf_adds(out, i > 0 ? ", \"" : "\"");
		strbuf_escape(
		    out, view->texts[i].text, view->texts[i].len, view->texts[i].len);
		strbuf_addc(out, '"');
	}
}

static void
add_policy(struct strbuf *out, const struct sts_policy *policy)
{
	size_t i;

	strbuf_addf(out, "mode %s, max_age ", sts_mode_text(policy->mode));
	when_add_duration(out, policy->max_age_s);
	for (i = 0; i < policy->pattern_count && i < PATTERNS_SHOWN; i++)
		strbuf_addf(out, "%s%s%s", i == 0 ? ", mx " : " ",
		    policy->patterns[i].is_wildcard ? "*." : "",
		    policy->patterns[i].name);
	if (policy->pattern_count > PATTERNS_SHOWN)
		strbuf_addf(out, " and %zu more",
		    (size_t)policy->pattern_count - PATTERNS_SHOWN);
}

static void
print_published(const struct audit *audit)
{
	const struct sts_policy *policy = sts_view_policy(audit->sts);
	struct strbuf text = STRBUF_INIT;
	struct table table;

	table_init(&table, 2, NULL);
	add_mx(&text, audit);
	add_row(&table, "MX", &text);
	add_zone(&text, audit->zone);
	add_row(&table, "DNSSEC", &text);
	add_texts(&text, &audit->sts->record);
	add_row(&table, "MTA-STS", &text);
	if (policy != NULL) {
		add_policy(&text, policy);
		add_row(&table, "", &text);
	}
	add_texts(&text, &audit->rua->record);
	add_row(&table, "TLS-RPT", &text);
	if (audit->dkim != NULL) {
		add_texts(&text, &audit->dkim->record);
		add_row(&table, "DKIM", &text);
	}
	table_print(&table, 2);
	strbuf_clear(&text);
}

/* --- hosts ------------------------------------------------------------------------------------ */

static void
print_hosts(const struct audit *audit)
{
	static const char *const heads[] = { "pref", "host", "address", "TLS", "key",
		"expires", "TLSA", "MTA-STS" };
	const struct route *route = audit->mx->route;
	struct table table;
	size_t i;

	if (audit->count == 0)
		return;
	putchar('\n');
	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < audit->count; i++)
		host_words_add_rows(&table, &audit->hosts[i], &route->hosts[i],
		    sts_view_policy(audit->sts), audit->now);
	table_print(&table, 2);
}

/* SEED-15: the records with their TTL. */
static void
print_tlsa(const struct audit *audit)
{
	struct strbuf line = STRBUF_INIT;
	const char *gap = "\n";
	size_t i, k;

	for (i = 0; i < audit->count; i++) {
		const struct host_view *view = audit->hosts[i].view;

		if (view == NULL || view->host->tlsa == NULL)
			continue;
		for (k = 0; k < view->host->tlsa->count; k++) {
			strbuf_reset(&line);
			fputs(gap, stdout);
			gap = "";
			strbuf_addf(&line, "  _25._tcp.%s. %u IN TLSA ",
			    view->host->base->text,
			    (unsigned)check_ttl(&audit->hosts[i]));
			tlsa_add_text(&line, &view->host->tlsa->records[k]);
			strbuf_adds(&line, " ; secure");
			term_put(TERM_PLAIN, strbuf_str(&line), 0);
			putchar('\n');
		}
	}
	strbuf_clear(&line);
}

void
check_print(const struct checked_domain *d)
{
	print_headline(d);
	print_published(d->audit);
	print_hosts(d->audit);
	print_tlsa(d->audit);
	if (d->audit->remarks.count > 0)
		putchar('\n');
	remark_list_print(&d->audit->remarks, REMARK_NOTE, "");
	if (d->sender != NULL) {
		printf("\nMail from here:\n");
		verdicts_print(d->sender);
	}
}

void
check_print_worse(const struct checked_domain *d)
{
	remark_list_print(&d->audit->remarks, REMARK_ADVICE, d->audit->domain.text);
}
