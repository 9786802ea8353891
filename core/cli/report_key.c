/*
 * hopseal report key: what to publish for the key that signs report mail.  SPDX-License-Identifier: ISC
 */
#include "cli/ask.h"
#include "cli/txt_line.h"
#include "config/config.h"
#include "report/dkim.h"
#include "show/complain.h"

static const char *
signing_domain(const struct report_options *report)
{
	const char *at = strrchr(report->contact, '@');

	if (report->dkim_domain.len > 0)
		return report->dkim_domain.text;
	return at != NULL ? at + 1 : NULL;
}

static void
complain_missing(const char *key, const char *path)
{
	complain(
	    "%s: %s of section [report] is not set; hopseal-tlsrpt(7) tells how to "
	    "sign report mail",
	    path, key);
}

static enum exit_code
print_record(const struct report_options *report, const char *domain)
{
	struct strbuf record = STRBUF_INIT, labels = STRBUF_INIT;
	struct dkim_key *key;
	struct why why;

	if (dkim_key_open(report->dkim_key, &key, &why) != ST_OK) {
		complain("%s", why.text);
		return EXIT_FAILED;
	}
	dkim_key_record(key, &record);
	strbuf_addf(&labels, "%s._domainkey", report->dkim_selector);
	txt_line_print(strbuf_str(&labels), domain, strbuf_str(&record));
	strbuf_clear(&labels);
	strbuf_clear(&record);
	dkim_key_close(key);
	return EXIT_YES;
}

enum exit_code
report_key_command(const struct args *args)
{
	const char *path = args->config != NULL ? args->config : CONFIG_PATH;
	struct config *config = ask_config(args);
	enum exit_code code = EXIT_FAILED;
	const char *domain;

	if (config == NULL)
		return EXIT_FAILED;
	domain = signing_domain(&config->report);
	if (config->report.dkim_key[0] == '\0')
		complain_missing("dkim-key", path);
	else if (domain == NULL)
		complain_missing("contact", path);
	else
		code = print_record(&config->report, domain);
	config_free(config);
	return code;
}
