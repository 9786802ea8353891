/* SPDX-License-Identifier: ISC */
#include "daemon/deferrals.h"

#include <inttypes.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/strbuf.h"

#define WORDS_SHOWN_MAX 300

/* A meeting of two domains costs nothing but a line in the log, so this hash needs no secret. */
static uint64_t
hash(const struct domain *domain)
{
	uint64_t h = hash_add(HASH_START, domain->text, domain->len);

	return h != 0 ? h : 1;
}

/* What only an operator's override can be the reason of. */
static bool
is_demanded(enum reason reason)
{
	return reason == REASON_DANE_REQUIRED || reason == REASON_DANE_REQUIRED_MX ||
	       reason == REASON_DANE_OFF || reason == REASON_STS_REQUIRED;
}

static const struct host_answer *
find_demanded(const struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->count; i++)
		if (is_demanded(answer->hosts[i].reason))
			return &answer->hosts[i];
	return NULL;
}

static void
tell(const struct answer *answer, const struct host_answer *host, uint64_t times)
{
	enum reason reason = host != NULL ? host->reason : answer->reason;
	struct strbuf next_hop = STRBUF_INIT;

	next_hop_add(&next_hop, answer->next_hop);
	log_info("verdict: next-hop=%s verdict=defer host=%s reason=\"%s\" rule=\"%s\" "
		 "detail=\"%s\" times=%" PRIu64,
	    strbuf_str(&next_hop), host != NULL ? host->name->text : "-",
	    reason_text(reason), reason_section(reason), answer->detail, times);
	strbuf_clear(&next_hop);
}

/* Where one of the hosts could be used, but not by this MTA. */
static void
tell_dialect(const struct answer *answer, const char *temp)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_escape(&shown, temp, strlen(temp), WORDS_SHOWN_MAX);
	log_info("verdict: next-hop=%s verdict=%s reply=later reason=\"%s\"",
	    answer->next_hop->domain.text, verdict_word(answer->verdict),
	    strbuf_str(&shown));
	strbuf_clear(&shown);
}

void
deferrals_see(struct deferrals *d, const struct answer *answer, const char *temp)
{
	bool is_deferred = answer->verdict == VERDICT_DEFER || temp != NULL;
	const struct host_answer *host;
	uint64_t h;
	size_t i;

	if (!is_deferred && d->waiting == 0)
		return;
	h = hash(&answer->next_hop->domain);
	i = h % DEFERRALS_MAX;
	if (is_deferred) {
		host = find_demanded(answer);
		d->waiting += d->slots[i].domain == 0;
		if (d->slots[i].domain != h)
			d->slots[i].times = 0;
		d->slots[i].domain = h;
		d->slots[i].times++;
		if (answer->verdict != VERDICT_DEFER && d->slots[i].times == 1)
			tell_dialect(answer, temp);
		else if (d->slots[i].times == 1 || host != NULL)
			tell(answer, host, d->slots[i].times);
	} else if (d->slots[i].domain == h) {
		log_info("verdict: next-hop=%s verdict=%s was=defer times=%" PRIu64,
		    answer->next_hop->domain.text, verdict_word(answer->verdict),
		    d->slots[i].times);
		d->slots[i].domain = 0;
		d->waiting--;
	}
}
