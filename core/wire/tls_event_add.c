/* SPDX-License-Identifier: ISC */
#include "wire/tls_event.h"

#include "base/base64.h"
#include "wire/next_hop.h"

/* Also what is not clean comes out as valid JSON. */
static void
add_text(struct strbuf *out, const char *name, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (*p == '\0')
		return;
	strbuf_addf(out, ",\"%s\":\"", name);
	for (; *p != '\0'; p++)
		if (*p == '"' || *p == '\\')
			strbuf_addf(out, "\\%c", *p);
		else if (*p < 0x20 || *p >= 0x7f)
			strbuf_addf(out, "\\u%04x", *p);
		else
			strbuf_addc(out, (char)*p);
	strbuf_addc(out, '"');
}

static void
add_address(
    struct strbuf *out, const char *name, bool is_there, const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	if (is_there)
		add_text(out, name, address_text(address, text));
}

static void
add_next_hop(struct strbuf *out, const struct tls_event *e)
{
	const struct next_hop next_hop = {
		.domain = e->next_hop,
		.port = SMTP_PORT,
		.is_host = e->is_next_hop_host,
	};
	struct strbuf text = STRBUF_INIT;

	if (e->next_hop.len > 0)
		next_hop_add(&text, &next_hop);
	add_text(out, "next-hop", strbuf_str(&text));
	strbuf_clear(&text);
}

/* As much of the chain as leaves the event readable. */
static void
add_chain(struct strbuf *out, const struct chain *chain, size_t start)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		size_t text_len = (chain->certs[i].len + 2) / 3 * 4;

		if (out->len - start + text_len + strlen(",\"chain\":[\"\"]}") >
		    EVENT_BYTES_MAX)
			break;
		strbuf_adds(out, i == 0 ? ",\"chain\":[\"" : ",\"");
		base64_add(out, chain->certs[i].der, chain->certs[i].len);
		strbuf_addc(out, '"');
	}
	if (i > 0)
		strbuf_addc(out, ']');
}

void
tls_event_add(struct strbuf *out, const struct tls_event *e)
{
	size_t start = out->len;

	strbuf_addf(out, "{\"source\":\"%s\",\"direction\":\"%s\",\"when\":%lld",
	    event_source_word(e->source), e->is_inbound ? "in" : "out",
	    (long long)e->when);
	add_text(out, "id", e->id);
	add_text(out, "session", e->session);
	add_next_hop(out, e);
	add_text(out, "host", e->host.text);
	add_address(out, "local", e->has_local, &e->local);
	add_address(out, "remote", e->has_remote, &e->remote);
	add_text(out, "helo", e->helo);
	add_text(out, "tls", event_tls_word(e->tls));
	add_text(out, "version", e->version);
	add_text(out, "cipher", e->cipher);
	add_text(out, "verified", event_verified_word(e->verified));
	add_text(out, "result", e->has_result ? tls_result_word(e->result) : "");
	add_text(out, "reason", e->reason);
	add_chain(out, &e->chain, start);
	strbuf_addc(out, '}');
}
