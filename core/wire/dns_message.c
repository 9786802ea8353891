/* SPDX-License-Identifier: ISC */
#include "wire/dns_message.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "wire/dns_cursor.h"
#include "wire/dns_rdata.h"

#define CLASS_IN   1
#define TYPE_OPT   41
#define TYPE_RRSIG 46

/* RFC 1035, section 4.1.1; AD: RFC 4035, section 3.2.3. */
#define FLAG_RESPONSE  0x8000
#define MASK_OPCODE    0x7800
#define FLAG_AUTHORITY 0x0400
#define FLAG_TRUNCATED 0x0200
#define FLAG_AUTHENTIC 0x0020
#define MASK_RCODE     0x000f

enum rcode { RCODE_NOERROR = 0, RCODE_NXDOMAIN = 3 };

static const char *const rcodes[] = {
	[RCODE_NOERROR] = "NOERROR",
	[1] = "FORMERR",
	[2] = "SERVFAIL",
	[RCODE_NXDOMAIN] = "NXDOMAIN",
	[4] = "NOTIMP",
	[5] = "REFUSED",
	[6] = "YXDOMAIN",
	[7] = "YXRRSET",
	[8] = "NXRRSET",
	[9] = "NOTAUTH",
	[10] = "NOTZONE",
	[16] = "BADVERS",
	[23] = "BADCOOKIE",
};

enum section { ANSWER, AUTHORITY, ADDITIONAL, SECTIONS };

struct message {
	struct dns_cursor records; /* at the first one */
	uint16_t flags;
	uint16_t questions, count[SECTIONS];
	unsigned rcode; /* with the upper bits that EDNS carries */
	bool has_signatures;
};

struct record {
	enum section section;
	struct dns_name owner;
	uint16_t type, class;
	uint32_t ttl;
	struct dns_cursor data; /* ends with the rdata */
};

/* Goes over all records; each look at a message starts a new one. */
struct walk {
	const struct message *message;
	struct dns_cursor at;
	enum section section;
	unsigned passed; /* in this section */
};

const char *
dns_type_text(enum dns_type type)
{
	switch (type) {
#define X(name, number, text)                                                          \
	case name:                                                                     \
		return text;
		DNS_TYPES(X)
#undef X
	}
	return "unknown";
}

static struct walk
walk_start(const struct message *m)
{
	return (struct walk){ .message = m, .at = m->records };
}

/* False at the end, and at a fault. */
static bool
walk_next(struct walk *w, struct record *rr)
{
	size_t len;

	while (w->section < SECTIONS && w->passed == w->message->count[w->section]) {
		w->section++;
		w->passed = 0;
	}
	if (w->section == SECTIONS)
		return false;
	w->passed++;
	rr->section = w->section;
	dns_take_name(&w->at, &rr->owner);
	rr->type = dns_take_u16(&w->at);
	rr->class = dns_take_u16(&w->at);
	rr->ttl = dns_take_u32(&w->at);
	if (rr->ttl > INT32_MAX && rr->type != TYPE_OPT) /* RFC 2181, section 8 */
		rr->ttl = 0;
	len = dns_take_u16(&w->at);
	rr->data = w->at;
	dns_take_bytes(&w->at, len);
	rr->data.end = w->at.pos;
	return w->at.fault == NULL;
}

/* The next record of the answer section with this owner and type. */
static bool
walk_find(
    struct walk *w, const struct domain *owner, enum dns_type type, struct record *rr)
{
	while (walk_next(w, rr))
		if (rr->section == ANSWER && rr->class == CLASS_IN &&
		    rr->type == type && domain_equal(&rr->owner.domain, owner))
			return true;
	return false;
}

static const char *
read_header(const uint8_t *msg, size_t len, struct message *m)
{
	struct dns_cursor c = { .msg = msg, .end = len };

	dns_take_u16(&c); /* the id is checked by the one who knows what was sent */
	m->flags = dns_take_u16(&c);
	m->questions = dns_take_u16(&c);
	m->count[ANSWER] = dns_take_u16(&c);
	m->count[AUTHORITY] = dns_take_u16(&c);
	m->count[ADDITIONAL] = dns_take_u16(&c);
	m->records = c;
	m->rcode = m->flags & MASK_RCODE;
	if (c.fault != NULL)
		return c.fault;
	if ((m->flags & FLAG_RESPONSE) == 0 || (m->flags & MASK_OPCODE) != 0)
		return "malformed: not a reply";
	if ((m->flags & FLAG_TRUNCATED) != 0)
		return "truncated";
	return NULL;
}

static const char *
rcode_fault(unsigned rcode)
{
	if (rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN)
		return NULL;
	if (rcode < COUNT_OF(rcodes) && rcodes[rcode] != NULL)
		return rcodes[rcode];
	return "unknown rcode";
}

static const char *
read_question(struct message *m, const struct domain *name, enum dns_type type)
{
	struct dns_name asked;
	uint16_t asked_type, asked_class;

	dns_take_name(&m->records, &asked);
	asked_type = dns_take_u16(&m->records);
	asked_class = dns_take_u16(&m->records);
	if (m->records.fault != NULL)
		return m->records.fault;
	if (m->questions != 1 || !domain_equal(&asked.domain, name) ||
	    asked_type != type || asked_class != CLASS_IN)
		return "answer to another question";
	return NULL;
}

/* All records are well-formed; the rest of the rcode (RFC 6891, section 6.1.3); what else there is. */
static const char *
check_records(struct message *m)
{
	struct walk w = walk_start(m);
	struct record rr;

	while (walk_next(&w, &rr)) {
		if (rr.section == ADDITIONAL && rr.type == TYPE_OPT)
			m->rcode = (m->rcode & MASK_RCODE) | rr.ttl >> 24 << 4;
		m->has_signatures = m->has_signatures || rr.type == TYPE_RRSIG;
	}
	return w.at.fault;
}

/* What the record with this TTL contributes must not be used for longer. */
static void
use_ttl(struct dns_reply *out, uint32_t ttl)
{
	if (ttl < out->ttl_s)
		out->ttl_s = ttl;
}

static const char *
follow_aliases(const struct message *m, struct dns_reply *out)
{
	struct walk w = walk_start(m);
	struct record rr;
	struct dns_name target;

	while (walk_find(&w, &out->owner, DNS_CNAME, &rr)) {
		if (out->aliases == DNS_ALIASES_MAX)
			return "alias loop, or too many aliases";
		dns_take_name(&rr.data, &target);
		dns_take_end(&rr.data);
		if (rr.data.fault != NULL)
			return rr.data.fault;
		if (target.domain.len == 0)
			return "alias to what is no host name";
		out->owner = target.domain;
		out->aliases++;
		use_ttl(out, rr.ttl);
		w = walk_start(m); /* the links stand in any order */
	}
	return NULL;
}

/* The records themselves, out->count of them. */
static const char *
take_records(const struct message *m, enum dns_type type, struct dns_reply *out)
{
	struct walk w = walk_start(m);
	struct strbuf memory = STRBUF_INIT;
	struct record rr = { .type = 0 };
	const uint8_t *data;
	size_t i;

	out->records = xcalloc(out->count, sizeof(out->records[0]));
	for (i = 0; i < out->count && walk_find(&w, &out->owner, type, &rr); i++) {
		dns_take_rdata(&rr.data, type, &out->records[i], &memory);
		dns_take_end(&rr.data);
		use_ttl(out, rr.ttl);
		if (rr.data.fault != NULL)
			break;
	}
	data = out->memory = (uint8_t *)strbuf_take(&memory);
	for (i = 0; i < out->count; i++) {
		out->records[i].data = data;
		data += out->records[i].len;
	}
	return rr.data.fault;
}

static const char *
collect(const struct message *m, enum dns_type type, struct dns_reply *out)
{
	struct walk w = walk_start(m);
	struct record rr;

	while (walk_find(&w, &out->owner, type, &rr))
		out->count++;
	if (out->count > DNS_RECORDS_MAX)
		return "too many records";
	if (out->count == 0)
		return NULL;
	if (m->rcode != RCODE_NOERROR)
		return "malformed: an answer and NXDOMAIN";
	out->outcome = DNS_FOUND;
	return take_records(m, type, out);
}

static bool
is_in_zone(const struct domain *name, const struct dns_name *zone)
{
	size_t len = zone->domain.len, above;

	if (zone->is_root)
		return true;
	if (len == 0 || len > name->len)
		return false;
	above = name->len - len;
	return memcmp(name->text + above, zone->domain.text, len) == 0 &&
	       (above == 0 || name->text[above - 1] == '.');
}

/*
 * Nothing of the asked type at the end of the aliases.  The SOA of that name's own zone
 * makes it a denial; without one it is the end of what this server knew (RFC 2308,
 * section 2; RFC 7672, 2.1.3).
 */
static const char *
conclude_without(const struct message *m, struct dns_reply *out)
{
	struct walk w = walk_start(m);
	struct record rr;

	out->outcome = m->rcode == RCODE_NXDOMAIN ? DNS_NXDOMAIN : DNS_NODATA;
	while (walk_next(&w, &rr)) {
		if (rr.section != AUTHORITY || rr.class != CLASS_IN ||
		    rr.type != DNS_SOA || !is_in_zone(&out->owner, &rr.owner))
			continue;
		use_ttl(out, dns_take_soa(&rr.data));
		use_ttl(out, rr.ttl);
		dns_take_end(&rr.data);
		out->zone = rr.owner.domain;
		return rr.data.fault;
	}
	if (out->aliases > 0 && out->outcome == DNS_NODATA)
		out->outcome = DNS_ALIAS;
	else
		out->ttl_s = 0;
	return NULL;
}

/* An answer is signed where it stands, a denial beside it; what lies elsewhere, or cannot be read, is about neither. */
static void
take_signatures(const struct message *m, struct dns_reply *out)
{
	enum section section = out->count > 0 ? ANSWER : AUTHORITY;
	struct walk w = walk_start(m);
	struct record rr;
	struct dns_signature one;

	while (walk_next(&w, &rr)) {
		if (rr.section > section || rr.type != TYPE_RRSIG ||
		    !dns_take_signature(&rr.data, &one))
			continue;
		if (rr.section == ANSWER && one.ttl_s > out->signed_ttl_s)
			out->signed_ttl_s = one.ttl_s;
		if (rr.section != section)
			continue;
		if (!out->signature.is_there ||
		    (int32_t)(one.ends - out->signature.ends) < 0)
			out->signature = one;
	}
}

/* Returns what is wrong, NULL when *out is complete. */
static const char *
read_reply(struct message *m, enum dns_type type, struct dns_reply *out)
{
	const char *fault;

	if ((fault = check_records(m)) != NULL ||
	    (fault = rcode_fault(m->rcode)) != NULL)
		return fault;
	out->is_secure = (m->flags & FLAG_AUTHENTIC) != 0;
	out->is_authoritative = (m->flags & FLAG_AUTHORITY) != 0;
	out->ttl_s = UINT32_MAX;
	/* The alias itself is the answer to whoever asks for it. */
	if (type != DNS_CNAME && (fault = follow_aliases(m, out)) != NULL)
		return fault;
	if ((fault = collect(m, type, out)) != NULL)
		return fault;
	if (out->count == 0 && (fault = conclude_without(m, out)) != NULL)
		return fault;
	if (m->has_signatures)
		take_signatures(m, out);
	return NULL;
}

void
dns_reply_parse(const uint8_t *msg, size_t len, const struct domain *name,
    enum dns_type type, struct dns_reply *out)
{
	struct message m = { .rcode = RCODE_NOERROR };
	const char *fault;

	dns_reply_fail(out, name, "");
	if ((fault = read_header(msg, len, &m)) == NULL &&
	    (fault = rcode_fault(m.rcode)) == NULL &&
	    (fault = read_question(&m, name, type)) == NULL)
		fault = read_reply(&m, type, out);
	if (fault != NULL) {
		dns_reply_clear(out);
		dns_reply_fail(out, name, fault);
	}
	out->is_heard = true;
	out->rcode = (uint8_t)(m.rcode < UINT8_MAX ? m.rcode : UINT8_MAX);
}

void
dns_reply_fail(struct dns_reply *out, const struct domain *name, const char *detail)
{
	*out = (struct dns_reply){ .outcome = DNS_ERROR, .owner = *name };
	snprintf(out->detail, sizeof(out->detail), "%s", detail);
}

void
dns_reply_clear(struct dns_reply *reply)
{
	free(reply->records);
	free(reply->memory);
	*reply = (struct dns_reply){ .outcome = DNS_ERROR };
}
