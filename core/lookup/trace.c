/* SPDX-License-Identifier: ISC */
#include "lookup/trace.h"

#include "base/address.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "net/loop.h"
#include "wire/tlsa.h"

#define RECORDS_SHOWN 5
#define BYTES_SHOWN   100

void
trace_init(struct trace *trace)
{
	*trace = (struct trace){ .began_ms = loop_now_ms() };
}

void
trace_clear(struct trace *trace)
{
	size_t i;

	for (i = 0; i < trace->count; i++) {
		free(trace->steps[i].what);
		free(trace->steps[i].came);
	}
	free(trace->steps);
	*trace = (struct trace){ 0 };
}

static struct trace_step *
next_step(struct trace *trace)
{
	if (trace == NULL || trace->count == TRACE_MAX)
		return NULL;
	if (trace->count == trace->cap) {
		trace->cap = trace->cap > 0 ? trace->cap * 2 : 16;
		trace->steps =
		    xreallocarray(trace->steps, trace->cap, sizeof(*trace->steps));
	}
	trace->steps[trace->count] =
	    (struct trace_step){ .ms = loop_now_ms() - trace->began_ms };
	return &trace->steps[trace->count++];
}

void
trace_add(struct trace *trace, const char *what, const char *security, const char *rule,
    const char *fmt, ...)
{
	struct trace_step *step = next_step(trace);
	struct strbuf came = STRBUF_INIT;
	va_list ap;

	if (step == NULL)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(&came, fmt, ap);
	va_end(ap);
	step->what = xstrdup(what);
	step->came = strbuf_take(&came);
	step->security = security;
	step->rule = rule;
}

static void
add_address(struct strbuf *out, const struct dns_record *r, bool is_v6)
{
	struct address a = { .is_v6 = is_v6 };
	char text[ADDRESS_TEXT_MAX];

	if (r->len != (is_v6 ? 16u : 4u))
		return;
	memcpy(a.bytes, r->data, r->len);
	strbuf_adds(out, address_text(&a, text));
}

static void
add_tlsa(struct strbuf *out, const struct dns_record *r)
{
	struct tlsa_rdata rdata = { .bytes = r->data, .len = r->len };
	struct tlsa_set *set = tlsa_set_new(&rdata, 1);
	struct strbuf text = STRBUF_INIT;

	tlsa_add_text(&text, &set->records[0]);
	strbuf_escape(out, strbuf_str(&text), text.len, BYTES_SHOWN);
	strbuf_clear(&text);
	free(set);
}

static void
add_record(struct strbuf *out, enum dns_type type, const struct dns_record *r)
{
	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		add_address(out, r, type == DNS_AAAA);
		break;
	case DNS_TLSA:
		add_tlsa(out, r);
		break;
	case DNS_MX:
		strbuf_addf(out, "%u ", r->preference);
		strbuf_escape(out, r->data, r->len, BYTES_SHOWN);
		break;
	case DNS_TXT:
	case DNS_CNAME:
	case DNS_NS:
		strbuf_addc(out, '"');
		strbuf_escape(out, r->data, r->len, BYTES_SHOWN);
		strbuf_addc(out, '"');
		break;
	case DNS_SOA:
		strbuf_adds(out, "SOA");
		break;
	}
}

static void
add_records(struct strbuf *out, enum dns_type type, const struct dns_reply *reply)
{
	size_t i;

	for (i = 0; i < reply->count && i < RECORDS_SHOWN; i++) {
		if (i > 0)
			strbuf_adds(out, ", ");
		add_record(out, type, &reply->records[i]);
	}
	if (reply->count > RECORDS_SHOWN)
		strbuf_addf(out, ", %zu more", reply->count - RECORDS_SHOWN);
}

static void
add_outcome(struct strbuf *out, enum dns_type type, const struct dns_reply *reply)
{
	if (reply->aliases > 0)
		strbuf_addf(out, "alias to %s: ", reply->owner.text);
	switch (reply->outcome) {
	case DNS_FOUND:
		add_records(out, type, reply);
		break;
	case DNS_NODATA:
		strbuf_addf(out, "no %s record", dns_type_text(type));
		break;
	case DNS_NXDOMAIN:
		strbuf_adds(out, "no such name");
		break;
	case DNS_ALIAS:
		strbuf_adds(out, "asking there");
		break;
	case DNS_ERROR:
		strbuf_adds(out, reply->detail);
		break;
	}
}

void
trace_dns(struct trace *trace, const struct domain *name, enum dns_type type,
    const struct dns_reply *reply, const char *rule)
{
	struct trace_step *step = next_step(trace);
	struct strbuf text = STRBUF_INIT;

	if (step == NULL)
		return;
	strbuf_addf(&text, "%s %s", name->text, dns_type_text(type));
	step->what = strbuf_take(&text);
	add_outcome(&text, type, reply);
	step->came = strbuf_take(&text);
	step->rule = rule;
	step->ttl_s = reply->ttl_s;
	if (reply->outcome == DNS_ERROR)
		step->security = "error";
	else
		step->security = reply->is_secure ? "secure" : "insecure";
}
