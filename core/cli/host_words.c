/* SPDX-License-Identifier: ISC */
#include "cli/host_words.h"

#include "show/when.h"

/* A cell's text and style. */
struct cell {
	enum term_style style;
	const char *text;
};

static struct cell
tls_cell(const struct evidence *e)
{
	static const struct cell cells[] = {
		[TLS_UP] = { TERM_PLAIN, "" },
		[TLS_NOT_OFFERED] = { TERM_BAD, "none" },
		[TLS_REFUSED] = { TERM_BAD, "refused" },
		[TLS_FAILED] = { TERM_BAD, "fails" },
		[TLS_UNKNOWN] = { TERM_WARN, "no answer" },
	};

	return e->tls == TLS_UP ? (struct cell){ TERM_PLAIN, e->version }
				: cells[e->tls];
}

static struct cell
verdict_cell(const struct chain_verdict *v)
{
	static const char *const texts[] = {
		[CHAIN_MATCHED] = "ok",
		[CHAIN_NO_MATCH] = "no match",
		[CHAIN_EXPIRED] = "expired",
		[CHAIN_NOT_YET_VALID] = "too early",
		[CHAIN_NAME_MISMATCH] = "other name",
		[CHAIN_NOT_TRUSTED] = "not trusted",
		[CHAIN_INVALID] = "unreadable",
		[CHAIN_UNTRIED] = "untried",
	};

	return (struct cell){ v->outcome == CHAIN_MATCHED ? TERM_GOOD : TERM_BAD,
		texts[v->outcome] };
}

/* Of the host, where an address has nothing to say of its own. */
static struct cell
tlsa_cell(const struct host_view *view)
{
	switch (view->host->tlsa_outcome) {
	case TLSA_NOT_ASKED:
	case TLSA_DENIED:
		return view->ignored_tlsa > 0 ? (struct cell){ TERM_BAD, "insecure" }
					      : (struct cell){ TERM_DIM, "none" };
	case TLSA_FOUND:
		return (struct cell){ TERM_PLAIN, "-" };
	case TLSA_ERROR:
	case TLSA_ALIAS_ERROR:
		break;
	}
	return (struct cell){ TERM_BAD, "error" };
}

static struct cell
sts_cell(const struct audit_host *host, const struct sts_policy *policy)
{
	if (policy == NULL || policy->mode == STS_NONE)
		return (struct cell){ TERM_DIM, "none" };
	return host->sts == STS_NONE ? (struct cell){ TERM_BAD, "not named" }
				     : (struct cell){ TERM_PLAIN, "-" };
}

static void
add(struct table *table, struct cell cell)
{
	table_add(table, cell.style, "%s", cell.text);
}

/* "89 days"; as a table has room for. */
static void
add_expiry(struct table *table, const struct host_audit_address *a, time_t now)
{
	long long days = ((long long)a->cert.ends - now) / 86400;

	if (!a->has_cert)
		table_add(table, TERM_PLAIN, "%s", "");
	else if (a->cert.ends < now)
		table_add(table, TERM_BAD, "expired");
	else
		table_add(table,
		    a->cert.ends < now + EXPIRY_WARN_S ? TERM_WARN : TERM_PLAIN,
		    "%lld day%s", days, days == 1 ? "" : "s");
}

static void
add_address(struct table *table, const struct audit_host *host, size_t i,
    const struct sts_policy *policy, time_t now)
{
	const struct evidence *e = &host->view->seen[i];
	const struct host_audit_address *a = &host->audit.addresses[i];
	char address[ADDRESS_TEXT_MAX];

	table_add(table, TERM_PLAIN, "%s", address_text(e->remote, address));
	add(table, tls_cell(e));
	table_add(table, a->cert.is_weak ? TERM_WARN : TERM_PLAIN, "%s", a->cert.key);
	add_expiry(table, a, now);
	add(table, a->has_verdict ? verdict_cell(&a->verdict) : tlsa_cell(host->view));
	add(table, a->has_webpki ? verdict_cell(&a->webpki) : sts_cell(host, policy));
}

/* A host without addresses, or without a name. */
static void
add_nothing(struct table *table, const struct audit_host *host)
{
	size_t i;

	table_add(table, TERM_BAD, "%s",
	    host->view == NULL                                   ? "no host name"
	    : host->view->host->address_outcome == ADDRESS_ERROR ? "not known"
								 : "no address");
	for (i = 0; i < 5; i++)
		table_add(table, TERM_PLAIN, "%s", "");
}

void
host_words_add_rows(struct table *table, const struct audit_host *host,
    const struct host_facts *mx, const struct sts_policy *policy, time_t now)
{
	size_t i, rows = host->view != NULL ? host->view->count : 0;

	table_add(table, TERM_PLAIN, "%u", mx->preference);
	table_add(table, TERM_BOLD, "%s", mx->name.len > 0 ? mx->name.text : "(none)");
	if (rows == 0)
		add_nothing(table, host);
	for (i = 0; i < rows; i++) {
		if (i > 0) {
			table_add(table, TERM_PLAIN, "%s", "");
			table_add(table, TERM_PLAIN, "%s", "");
		}
		add_address(table, host, i, policy, now);
	}
}
