/*
 * Views of zones from text, for tests.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_UNIT_ZONE_MADE_H
#define HOPSEAL_TESTS_UNIT_ZONE_MADE_H

#include "audit/zone_view.h"
#include "tlsa_certs.h"

#define MADE_APEX  "example.com"
#define MADE_OWNER "_25._tcp.mx1.example.com"

/* The records of a set as a server sends them. */
static inline void
made_records(const struct tlsa_set *set, struct dns_reply *out)
{
	size_t i, at = 0;

	out->outcome = DNS_FOUND;
	out->count = set->count;
	out->records = xcalloc(set->count, sizeof(out->records[0]));
	out->memory = xcalloc(set->count, CERT_RDATA_MAX);
	for (i = 0; i < set->count; i++) {
		const struct tlsa *r = &set->records[i];
		uint8_t *data = out->memory + at;

		data[0] = r->usage;
		data[1] = r->selector;
		data[2] = r->matching;
		memcpy(data + 3, r->data, r->len);
		out->records[i].data = data;
		out->records[i].len = r->len + 3u;
		at += r->len + 3u;
	}
}

/* "311l 311a@300": TLSA of unit/tlsa_certs.h and their TTL; "@60": none, denied. */
static inline void
made_reply(const char *text, struct dns_reply *out)
{
	const char *at = strchr(text, '@');
	char records[64];
	struct tlsa_set *set;

	*out = (struct dns_reply){
		.outcome = DNS_NODATA,
		.owner = domain_named(MADE_OWNER),
		.ttl_s = (uint32_t)strtoul(at + 1, NULL, 10),
	};
	if (at == text)
		return;
	snprintf(records, sizeof(records), "%.*s", (int)(at - text), text);
	set = set_of(records);
	made_records(set, out);
	free(set);
}

/*
 * The server of this number, ns1 at 192.0.2.1 and so on.  As above; "?" it is silent, "!" lame, "6" there is no way to the
 * IPv6 address of ns1; "SERIAL:" may stand before all of it.
 */
static inline void
made_server(const char *text, unsigned number, struct zone_server *out)
{
	const char *colon = strchr(text, ':');
	char name[32];

	*out = (struct zone_server){
		.serial = 7, .has_address = true, .reply.outcome = DNS_ERROR
	};
	snprintf(name, sizeof(name), "ns%u." MADE_APEX, *text == '6' ? 1 : number);
	out->name = domain_named(name);
	out->address = (struct address){ .is_v6 = *text == '6',
		.bytes = { 192, 0, 2, (uint8_t)number } };
	if (colon != NULL) {
		out->serial = (uint32_t)strtoul(text, NULL, 10);
		text = colon + 1;
	}
	if (strchr(text, '@') != NULL) {
		made_reply(text, &out->reply);
		return;
	}
	out->word = *text == '?'   ? ZONE_SILENT
		    : *text == '!' ? ZONE_LAME
				   : ZONE_NO_ROUTE;
	snprintf(out->detail, sizeof(out->detail), "so it is");
}

/* A signed zone with these servers; the resolver's answer is that of the first.  Freed with zone_view_free(). */
static inline struct zone_view *
made_zone(const char *const *servers, size_t max)
{
	struct zone_view *v = xcalloc(1, sizeof(*v));

	v->type = DNS_TLSA;
	v->name = domain_named(MADE_OWNER);
	v->apex = domain_named(MADE_APEX);
	v->security = ZONE_SECURE;
	v->has_soa = true;
	v->soa = (struct dns_soa){ .refresh_s = 300, .minimum_s = 60 };
	v->soa_ttl_s = 3600;
	v->reply.owner = v->name;
	v->reply.outcome = DNS_NODATA;
	v->servers = xcalloc(max + 1, sizeof(v->servers[0]));
	for (; v->count < max && servers[v->count] != NULL; v->count++)
		made_server(
		    servers[v->count], (unsigned)v->count + 1, &v->servers[v->count]);
	if (v->count > 0 && strchr(servers[0], '@') != NULL) {
		const char *colon = strchr(servers[0], ':');

		made_reply(colon != NULL ? colon + 1 : servers[0], &v->reply);
		v->reply.is_secure = true;
	}
	return v;
}

/* The words of all remarks, a blank before each. */
static inline void
made_words(const struct remarks *remarks, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < remarks->count; i++)
		strbuf_addf(out, " %s", remarks->items[i].kind->word);
}

#endif
