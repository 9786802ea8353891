/* SPDX-License-Identifier: ISC */
#include "scenario/stage.h"

#include "base/strbuf.h"

void
stage_begin(struct story *s, const char *policy)
{
	story_begin(s);
	dns_says("example.org MX I 3600 10 mx1.example.org");
	dns_says("mx1.example.org A I 3600 192.0.2.1");
	dns_says("mta-sts.example.org A I 3600 192.0.2.80");
	dns_says(TXT " I 300 v=STSv1; id=1;");
	web_says(WEB, HTTPS_OK, policy);
}

void
stage_go(struct story *s, const char *policy)
{
	stage_begin(s, policy);
	story_go(s);
}

void
stage_add(const char *domain, const char *policy)
{
	char line[160];

	snprintf(line, sizeof(line), "%s MX I 3600 10 mx1.example.org", domain);
	dns_says(line);
	snprintf(line, sizeof(line), "_mta-sts.%s TXT I 300 v=STSv1; id=1;", domain);
	dns_says(line);
	snprintf(line, sizeof(line), "mta-sts.%s A I 3600 192.0.2.80", domain);
	dns_says(line);
	snprintf(line, sizeof(line), "mta-sts.%s", domain);
	web_says(line, HTTPS_OK, policy);
}

const struct chain some_chain = {
	.count = 1,
	.certs = { { (const uint8_t *)"leaf", 4 } },
};

struct next_hop
stage_next_hop(const char *text)
{
	struct next_hop n;

	assert_int_equal(next_hop_parse(text, strlen(text), &n, NULL), NEXT_HOP_DOMAIN);
	return n;
}

void
on_heard(const struct answer *a, void *arg)
{
	struct ear *ear = arg;

	ear->question = NULL;
	ear->times++;
	ear->verdict = a->verdict;
}

void
ask_later(struct story *s, const char *text, int deadline_ms, struct ear *ear)
{
	struct next_hop n = stage_next_hop(text);

	*ear = (struct ear){ .story = s };
	ear->question = engine_ask(s->engine, &n, deadline_ms, on_heard, ear);
	assert_int_equal(ear->times, 0);
}

void
ask_strangers(struct story *s, struct ear ears[STRANGERS], int deadline_ms)
{
	char text[40];
	int i;

	for (i = 0; i < STRANGERS; i++) {
		snprintf(text, sizeof(text), "stranger%d.example", i);
		ask_later(s, text, deadline_ms, &ears[i]);
	}
}
