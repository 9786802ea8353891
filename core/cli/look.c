/* SPDX-License-Identifier: ISC */
#include "cli/look.h"

#include "cli/ask.h"
#include "cli/complain.h"
#include "config/config.h"
#include "net/loop.h"

struct look {
	struct next_hop host;
	look_fn *fn;
	void *arg;
	enum exit_code code;
};

static void
on_survey(const struct survey_result *seen, void *arg)
{
	struct look *look = arg;

	look->code = look->fn(&look->host, seen, look->arg);
	loop_stop();
}

static void
run(struct look *look, const struct config *config, struct dns *dns)
{
	struct survey_options options = {
		.dns = dns,
		.dns_deadline_ms = config->engine.dns_deadline_ms,
		.look_deadline_ms = config->probe.deadline_ms,
		.helo = config->report.helo,
	};

	(void)survey_start(
	    &options, &look->host.domain, look->host.port, on_survey, look);
	loop_run();
}

static void
run_in_loop(struct look *look, const struct config *config)
{
	struct dns *dns;
	struct why why;

	if (loop_init(&why) != ST_OK) {
		complain("%s", why.text);
		return;
	}
	if (dns_open(&config->dns, &dns, &why) == ST_OK) {
		run(look, config, dns);
		dns_close(dns);
	} else {
		complain("%s", why.text);
	}
	loop_clear();
}

enum exit_code
look_at(const struct args *args, const char *host, look_fn *fn, void *arg)
{
	struct look look = { .fn = fn, .arg = arg, .code = EXIT_FAILED };
	struct config *config;
	struct why why = { "an address has no TLSA records" };

	if (next_hop_parse(host, strlen(host), &look.host, &why) != NEXT_HOP_DOMAIN) {
		complain("\"%s\" is no host: %s", host, why.text);
		return EXIT_USAGE;
	}
	config = ask_config(args);
	if (config == NULL)
		return EXIT_FAILED;
	run_in_loop(&look, config);
	config_free(config);
	return look.code;
}
