/*
 * The verbs that ask the engine: query and explain.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "control/show.h"
#include "control/verb.h"
#include "wire/put.h"

#define JSON_DIALECT "json"

static const char *
code_word(enum socketmap_code code)
{
	static const char *const words[] = {
#define X(name, word) [name] = word,
		SOCKETMAP_CODES(X)
#undef X
	};

	return words[code];
}

/* {"next_hop", "dialect", "code", "text"} */
static struct json_object *
show_reply(const char *next_hop, const char *dialect, enum socketmap_code code,
    const char *text)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "next_hop", next_hop);
	put_text(o, "dialect", dialect);
	put_text(o, "code", code_word(code));
	put_text(o, "text", text);
	return o;
}

/* In the request's dialect; that of the name "json" is an object already. */
static struct json_object *
show_answer(const struct control_request *r, const struct answer *answer)
{
	struct strbuf text = STRBUF_INIT, name = STRBUF_INIT;
	enum socketmap_code code = r->dialect->put(answer, &text);
	struct json_object *o = NULL;

	if (code == REPLY_OK && strcmp(r->dialect->map, JSON_DIALECT) == 0)
		o = json_tokener_parse(strbuf_str(&text));
	if (o == NULL) {
		next_hop_add(&name, &r->next_hop);
		o = show_reply(
		    strbuf_str(&name), r->dialect->map, code, strbuf_str(&text));
	}
	strbuf_clear(&text);
	strbuf_clear(&name);
	return o;
}

static void
on_answer(const struct answer *answer, void *arg)
{
	struct control_request *r = arg;

	r->question = NULL;
	r->sealing = NULL;
	r->answer = show_answer(r, answer);
	request_finish(r);
}

/* With what looks have shown of the hosts, for an MTA to which that matters. */
static struct json_object *
show_seen_answer(struct control_request *r, const struct answer *answer)
{
	struct answer seen = *answer;
	struct facts facts;

	if (engine_facts(r->service->engine, &r->next_hop, &facts))
		seal_see(&r->service->seal, &facts, &seen);
	return show_answer(r, &seen);
}

static void
on_explained(const struct answer *answer, void *arg)
{
	struct control_request *r = arg;
	struct strbuf name = STRBUF_INIT;

	r->question = NULL;
	next_hop_add(&name, &r->next_hop);
	r->answer = json_object_new_object();
	put_text(r->answer, "next_hop", strbuf_str(&name));
	json_object_object_add(r->answer, "answer", show_seen_answer(r, answer));
	json_object_object_add(r->answer, "steps", show_steps(&r->trace));
	strbuf_clear(&name);
	request_finish(r);
}

/* What is not looked up at all; ST_NOTFOUND: r->answer says so. */
static enum status
take_next_hop(struct control_request *r, const char *text, struct why *why)
{
	const char *reason = "parent domains have no policy (RFC 8461, 3.4)";
	struct strbuf shown = STRBUF_INIT;

	switch (next_hop_parse(text, strlen(text), &r->next_hop, why)) {
	case NEXT_HOP_DOMAIN:
		return ST_OK;
	case NEXT_HOP_INVALID:
		return ST_SYNTAX;
	case NEXT_HOP_LITERAL:
		reason = "addresses have no policy (RFC 7672, 2.2; RFC 8461, 3.4)";
		break;
	case NEXT_HOP_PARENT:
		break;
	}
	strbuf_escape(&shown, text, strlen(text), strlen(text));
	r->answer = show_reply(strbuf_str(&shown), r->dialect->map, REPLY_NOTFOUND, "");
	put_text(r->answer, "why", reason);
	strbuf_clear(&shown);
	return ST_NOTFOUND;
}

static enum status
take_dialect(struct control_request *r, const char *name, struct why *why)
{
	struct strbuf sb = STRBUF_INIT;
	const struct dialect *d;

	r->dialect = dialect_find(name, strlen(name));
	if (r->dialect != NULL)
		return ST_OK;
	for (d = dialects; d->map != NULL; d++)
		strbuf_addf(&sb, "%s%s", sb.len > 0 ? ", " : "", d->map);
	why_set(why, "no such dialect; there are %s", strbuf_str(&sb));
	strbuf_clear(&sb);
	return ST_UNKNOWN;
}

static void
ask(struct control_request *r)
{
	struct service *service = r->service;

	if (r->dialect->looks != LOOKS_NONE)
		r->sealing = seal_ask(&service->seal, &r->next_hop, r->dialect->looks,
		    r->deadline_ms, on_answer, r);
	else
		r->question = engine_ask(
		    service->engine, &r->next_hop, r->deadline_ms, on_answer, r);
}

enum status
query_start(struct control_request *r, const struct operands *operands, struct why *why)
{
	enum status st =
	    take_dialect(r, operands->count > 1 ? operands->at[1] : JSON_DIALECT, why);

	if (st == ST_OK)
		st = take_next_hop(r, operands->at[0], why);
	if (st == ST_OK)
		ask(r);
	return st;
}

enum status
explain_start(
    struct control_request *r, const struct operands *operands, struct why *why)
{
	enum status st = take_dialect(r, JSON_DIALECT, why);

	if (st == ST_OK)
		st = take_next_hop(r, operands->at[0], why);
	if (st == ST_OK)
		r->question = engine_explain(r->service->engine, &r->next_hop,
		    CONTROL_EXPLAIN_MS, &r->trace, on_explained, r);
	return st;
}
