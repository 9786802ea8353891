/* SPDX-License-Identifier: ISC */
#include "net/dns.h"

#include "base/address.h"
#include "base/endpoint.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "fake/fake.h"
#include "fake/fakes.h"
#include "net/loop.h"
#include "net/reach.h"
#include "wire/tlsa.h"

#define LINES_MAX   256
#define CHAIN_MAX   16
#define RECORDS_MAX 100 /* of one answer; the rest is left out */

#define RCODE_SERVFAIL 2

/* What was said about one name and type. */
enum said { SAID_RECORDS, SAID_NODATA, SAID_NXDOMAIN, SAID_SERVFAIL, SAID_SILENT };

static struct line {
	char at
	    [ADDRESS_TEXT_MAX]; /* the server whose own word it is; "": the resolver's */
	struct domain name;
	enum dns_type type;
	enum said said;
	enum said itself; /* of a CNAME: to a question for the alias, not through it */
	bool is_secure, stops;
	bool is_bogus, fails_first, is_lame;
	struct dns_signature signature;
	uint32_t ttl_s;
	char *data;
} lines[LINES_MAX];
static size_t line_count;
static int64_t delay_ms;
static struct strbuf questions;
static struct list queries = { &queries, &queries };

/* One that was opened, for its one server; NULL is the resolver. */
struct dns {
	char at[ADDRESS_TEXT_MAX];
};

struct dns_query {
	struct list link;
	struct dns *dns;
	unsigned flags;
	struct loop_timer *timer;
	struct domain name;
	enum dns_type type;
	bool is_late;
	dns_done_fn *done;
	void *arg;
};

void
fake_dns_begin(void)
{
	size_t i;

	for (i = 0; i < line_count; i++)
		free(lines[i].data);
	line_count = 0;
	delay_ms = 1;
	strbuf_clear(&questions);
}

/* --- the test's side -------------------------------------------------------------------------- */

static struct domain
domain_of(const char *text, size_t len)
{
	struct domain d;

	if (domain_parse(text, len, &d, NULL) != ST_OK)
		abort();
	return d;
}

static enum dns_type
type_of(const char *text, size_t len)
{
	static const struct {
		const char *text;
		enum dns_type type;
	} types[] = {
#define X(name, number, text) { text, name },
		DNS_TYPES(X)
#undef X
	};
	size_t i;

	for (i = 0; i < COUNT_OF(types); i++)
		if (strlen(types[i].text) == len &&
		    memcmp(types[i].text, text, len) == 0)
			return types[i].type;
	abort();
}

/* The next word of *p; its length in *len. */
static const char *
word(const char **p, size_t *len)
{
	const char *start = *p + strspn(*p, " ");

	*len = strcspn(start, " ");
	*p = start + *len;
	return start;
}

static struct line *
find(const char *at, const struct domain *name, enum dns_type type)
{
	size_t i;

	for (i = 0; i < line_count; i++)
		if (strcmp(lines[i].at, at) == 0 &&
		    domain_equal(&lines[i].name, name) && lines[i].type == type)
			return &lines[i];
	return NULL;
}

static struct line *
get(const char *at, const struct domain *name, enum dns_type type)
{
	struct line *line = find(at, name, type);

	if (line != NULL) {
		free(line->data);
	} else {
		if (line_count == LINES_MAX)
			abort();
		line = &lines[line_count++];
	}
	*line = (struct line){ .name = *name, .type = type };
	snprintf(line->at, sizeof(line->at), "%s", at);
	return line;
}

/* The word behind the target. */
static void
say_alias(struct line *line)
{
	char *more = strchr(line->data, ' ');

	if (more == NULL)
		return;
	*more++ = '\0';
	line->stops = strcmp(more, "stop") == 0;
	if (strcmp(more, "servfail") == 0)
		line->itself = SAID_SERVFAIL;
	if (strcmp(more, "silent") == 0)
		line->itself = SAID_SILENT;
}

static void
say_records(struct line *line, const char *p)
{
	const char *w;
	size_t len;
	uint64_t ttl;

	w = word(&p, &len);
	if (number_parse(w, len, UINT32_MAX, &ttl) != ST_OK)
		abort();
	line->ttl_s = (uint32_t)ttl;
	p += strspn(p, " ");
	if (strcmp(p, "nodata") == 0)
		line->said = SAID_NODATA;
	else if (strcmp(p, "nxdomain") == 0)
		line->said = SAID_NXDOMAIN;
	else
		line->data = xstrdup(p);
	if (line->type == DNS_CNAME && line->data != NULL)
		say_alias(line);
}

/* "@192.0.2.53"; "" where there is none. */
static void
say_where(const char **p, char at[ADDRESS_TEXT_MAX])
{
	const char *w;
	size_t len;

	at[0] = '\0';
	if (**p != '@')
		return;
	w = word(p, &len);
	snprintf(at, ADDRESS_TEXT_MAX, "%.*s", (int)len - 1, w + 1);
}

/* "S", and behind it perhaps "1000-2000". */
static void
say_security(struct line *line, const char *w)
{
	char *end;

	line->is_secure = *w == 'S' || *w == 'F';
	line->is_bogus = *w == 'B' || *w == 'F';
	line->fails_first = *w == 'F';
	line->is_lame = *w == 'L';
	if (w[1] == ' ')
		return;
	line->signature.is_there = true;
	line->signature.begins = (uint32_t)strtoul(w + 1, &end, 10);
	line->signature.ends = (uint32_t)strtoul(end + 1, NULL, 10);
}

void
dns_says(const char *text)
{
	const char *p = text, *w;
	char at[ADDRESS_TEXT_MAX];
	struct domain name;
	struct line *line;
	size_t len;

	say_where(&p, at);
	w = word(&p, &len);
	name = domain_of(w, len);
	w = word(&p, &len);
	line = get(at, &name, type_of(w, len));
	w = word(&p, &len);
	if (len == 8 && memcmp(w, "servfail", len) == 0) {
		line->said = SAID_SERVFAIL;
	} else if (len == 6 && memcmp(w, "silent", len) == 0) {
		line->said = SAID_SILENT;
	} else {
		say_security(line, w);
		say_records(line, p);
	}
}

void
dns_takes_ms(int64_t ms)
{
	delay_ms = ms;
}

const char *
dns_questions(void)
{
	return strbuf_str(&questions);
}

void
dns_forget_questions(void)
{
	strbuf_reset(&questions);
}

unsigned
dns_asked(const char *name_and_type)
{
	const char *p = strbuf_str(&questions);
	size_t len = strlen(name_and_type);
	unsigned n = 0;

	for (; *p != '\0'; p += strcspn(p, "\n") + 1)
		n += strncmp(p, name_and_type, len) == 0 && p[len] == '\n';
	return n;
}

/* --- replies ------------------------------------------------------------------------------------- */

/* Append bytes to the reply's memory, as an offset for now: memory moves while it grows. */
static void
put_bytes(struct strbuf *memory, struct dns_record *r, const void *bytes, size_t len)
{
	r->data = (const uint8_t *)(uintptr_t)memory->len;
	r->len = len;
	strbuf_add(memory, bytes, len);
}

static void
put_tlsa(struct strbuf *memory, struct dns_record *r, const char *text, size_t len)
{
	struct tlsa_set *set;
	struct strbuf rdata = STRBUF_INIT;

	if (tlsa_parse_text(text, len, &set, NULL) != ST_OK)
		abort();
	strbuf_addc(&rdata, (char)set->records[0].usage);
	strbuf_addc(&rdata, (char)set->records[0].selector);
	strbuf_addc(&rdata, (char)set->records[0].matching);
	strbuf_add(&rdata, set->records[0].data, set->records[0].len);
	put_bytes(memory, r, rdata.data, rdata.len);
	strbuf_clear(&rdata);
	free(set);
}

static void
put_mx(struct strbuf *memory, struct dns_record *r, const char *text, size_t len)
{
	size_t digits = strcspn(text, " ");
	const char *name = text + digits + 1;
	size_t name_len = len - digits - 1;
	uint64_t preference;

	if (number_parse(text, digits, UINT16_MAX, &preference) != ST_OK)
		abort();
	r->preference = (uint16_t)preference;
	r->is_root = name_len == 1 && *name == '.';
	if (!r->is_root && domain_parse(name, name_len, &r->name, NULL) != ST_OK)
		r->name.len = 0;
	put_bytes(memory, r, name, name_len);
}

static void
put_address(struct strbuf *memory, struct dns_record *r, const char *text, size_t len)
{
	struct address a;

	if (address_parse(text, len, &a) != ST_OK)
		abort();
	put_bytes(memory, r, a.bytes, a.is_v6 ? 16 : 4);
}

/* Its numbers, as a message ends with them. */
static void
put_soa(struct strbuf *memory, struct dns_record *r, const char *text, size_t len)
{
	uint8_t numbers[20] = { 0 };
	size_t i, digits;
	uint64_t n;

	for (i = 0; i < sizeof(numbers) && len > 0; i += 4) {
		digits = strspn(text, "0123456789");
		if (number_parse(text, digits, UINT32_MAX, &n) != ST_OK)
			break; /* "anything" */
		numbers[i] = (uint8_t)(n >> 24);
		numbers[i + 1] = (uint8_t)(n >> 16);
		numbers[i + 2] = (uint8_t)(n >> 8);
		numbers[i + 3] = (uint8_t)n;
		text += digits + (text[digits] == ' ');
	}
	put_bytes(memory, r, numbers, sizeof(numbers));
}

static void
put_record(struct strbuf *memory, struct dns_record *r, enum dns_type type,
    const char *text, size_t len)
{
	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		put_address(memory, r, text, len);
		break;
	case DNS_MX:
		put_mx(memory, r, text, len);
		break;
	case DNS_TLSA:
		put_tlsa(memory, r, text, len);
		break;
	case DNS_CNAME:
	case DNS_NS:
		r->name = domain_of(text, len);
		put_bytes(memory, r, text, len);
		break;
	case DNS_SOA:
		put_soa(memory, r, text, len);
		break;
	case DNS_TXT:
		put_bytes(memory, r, text, len);
		break;
	}
}

static void
put_records(struct dns_reply *reply, enum dns_type type, const char *data)
{
	struct strbuf memory = STRBUF_INIT;
	const char *p = data;
	size_t i, len;

	/* TXT data has semicolons of its own: there a line is one record, and "|" parts them. */
	const char *parting = type == DNS_TXT ? "|" : ";";

	reply->records = xcalloc(RECORDS_MAX, sizeof(*reply->records));
	for (; reply->count < RECORDS_MAX; p += len + 1) {
		p += strspn(p, type == DNS_TXT ? "" : " ");
		len = strcspn(p, parting);
		put_record(&memory, &reply->records[reply->count++], type, p, len);
		if (p[len] == '\0')
			break;
	}
	reply->memory = (uint8_t *)strbuf_take(&memory);
	for (i = 0; i < reply->count; i++)
		reply->records[i].data =
		    reply->memory + (uintptr_t)reply->records[i].data;
}

static void
fail_heard(struct dns_reply *reply, const struct domain *name)
{
	dns_reply_fail(reply, name, "SERVFAIL");
	reply->is_heard = true;
	reply->rcode = RCODE_SERVFAIL;
}

static void
fill(struct dns_reply *reply, const struct line *line)
{
	enum said said = line->itself != SAID_RECORDS ? line->itself : line->said;

	reply->is_secure = reply->is_secure && line->is_secure;
	reply->is_authoritative = !line->is_lame;
	reply->signature = line->signature;
	if (line->ttl_s < reply->ttl_s)
		reply->ttl_s = line->ttl_s;
	switch (said) {
	case SAID_RECORDS:
		reply->outcome = DNS_FOUND;
		put_records(reply, line->type, line->data);
		break;
	case SAID_NODATA:
		reply->outcome = DNS_NODATA;
		break;
	case SAID_NXDOMAIN:
		reply->outcome = DNS_NXDOMAIN;
		break;
	case SAID_SERVFAIL:
		fail_heard(reply, &line->name);
		break;
	case SAID_SILENT:
		dns_reply_fail(reply, &line->name, "timeout");
		break;
	}
}

/* The SOA that denies it: the nearest one above. */
static void
find_zone(const char *at, struct dns_reply *reply)
{
	struct domain name = reply->owner;
	const struct line *line;
	const char *parent;

	for (;;) {
		line = find(at, &name, DNS_SOA);
		if (line != NULL && line->said == SAID_RECORDS) {
			reply->zone = name;
			return;
		}
		parent = domain_parent(&name);
		if (*parent == '\0')
			return;
		name = domain_of(parent, strlen(parent));
	}
}

static const char *
at_of(const struct dns *dns)
{
	return dns != NULL ? dns->at : "";
}

/* What a validating resolver would say: aliases followed, security as weak as the weakest link. */
static void
reply_make(const char *at, const struct domain *name, enum dns_type type,
    struct dns_reply *reply)
{
	static const struct line nothing = { .said = SAID_NXDOMAIN, .ttl_s = 300 };
	const struct line *line;

	*reply = (struct dns_reply){
		.is_heard = true, .is_secure = true, .ttl_s = UINT32_MAX, .owner = *name
	};
	for (;;) {
		const struct line *alias = find(at, &reply->owner, DNS_CNAME);

		line = find(at, &reply->owner, type);
		if (line != NULL || alias == NULL || alias->said != SAID_RECORDS ||
		    reply->aliases == CHAIN_MAX)
			break;
		reply->aliases++;
		reply->is_secure = reply->is_secure && alias->is_secure;
		if (alias->ttl_s < reply->ttl_s)
			reply->ttl_s = alias->ttl_s;
		reply->owner = domain_of(alias->data, strlen(alias->data));
		if (alias->stops) {
			reply->outcome = DNS_ALIAS;
			return;
		}
	}
	fill(reply, line != NULL ? line : &nothing);
	if (reply->outcome == DNS_NODATA || reply->outcome == DNS_NXDOMAIN)
		find_zone(at, reply);
}

static bool
is_bogus(const struct dns_query *q)
{
	struct line *line = find(at_of(q->dns), &q->name, q->type);

	if (line == NULL || !line->is_bogus || (q->flags & DNS_UNCHECKED) != 0)
		return false;
	line->is_bogus = !line->fails_first;
	return true;
}

static void
on_timer(void *arg)
{
	struct dns_query *q = arg;
	dns_done_fn *done = q->done;
	struct dns_reply reply;

	arg = q->arg;
	if (q->is_late) {
		dns_reply_fail(&reply, &q->name, "timeout");
	} else if (is_bogus(q)) {
		fail_heard(&reply, &q->name);
	} else {
		reply_make(at_of(q->dns), &q->name, q->type, &reply);
	}
	dns_cancel(q); /* done may close what it belongs to */
	done(&reply, arg);
	dns_reply_clear(&reply);
}

struct dns_query *
dns_ask_with(struct dns *dns, unsigned flags, const struct domain *name,
    enum dns_type type, int deadline_ms, dns_done_fn *done, void *arg)
{
	struct dns_query *q = xcalloc(1, sizeof(*q));
	const struct line *line = find(at_of(dns), name, type);

	strbuf_addf(&questions, "%s%s%s%s %s\n", dns != NULL ? "@" : "", at_of(dns),
	    dns != NULL ? " " : "", name->text, dns_type_text(type));
	q->dns = dns;
	q->flags = flags;
	q->name = *name;
	q->type = type;
	q->done = done;
	q->arg = arg;
	q->is_late = delay_ms > deadline_ms ||
		     (line != NULL &&
			 (line->said == SAID_SILENT || line->itself == SAID_SILENT));
	q->timer = loop_timer_new(on_timer, q);
	loop_timer_set(q->timer, q->is_late ? deadline_ms : delay_ms);
	list_append(&queries, &q->link);
	return q;
}

struct dns_query *
dns_ask(struct dns *dns, const struct domain *name, enum dns_type type, int deadline_ms,
    dns_done_fn *done, void *arg)
{
	return dns_ask_with(dns, 0, name, type, deadline_ms, done, arg);
}

void
dns_cancel(struct dns_query *q)
{
	if (q == NULL)
		return;
	list_remove(&q->link);
	loop_timer_free(q->timer);
	free(q);
}

/* For one server, port 53. */
enum status
dns_open(const struct dns_options *options, struct dns **out, struct why *why)
{
	struct dns *dns = xcalloc(1, sizeof(*dns));
	struct endpoint to;

	(void)why;
	if (endpoint_parse(options->servers, strlen(options->servers), 53, &to) !=
	    ST_OK)
		abort();
	address_text(&to.address, dns->at);
	*out = dns;
	return ST_OK;
}

void
dns_close(struct dns *dns)
{
	struct list *p, *next;

	for (p = queries.next; p != &queries; p = next) {
		struct dns_query *q = LIST_ITEM(p, struct dns_query, link);

		next = p->next;
		if (q->dns == dns)
			dns_cancel(q);
	}
	free(dns);
}

bool
dns_is_trusted(const struct dns *dns)
{
	(void)dns;
	return true;
}

const char *
dns_servers(const struct dns *dns)
{
	(void)dns;
	return "fake";
}

/* There is a way to everything but 2001:db8:1::/48. */
bool
reach_is_possible(const struct address *address)
{
	return !address->is_v6 ||
	       memcmp(address->bytes, "\x20\x01\x0d\xb8\0\1", 6) != 0;
}
