/*
 * hopseald: options and what they choose.  SPDX-License-Identifier: ISC
 */
#include <sysexits.h>
#include <unistd.h>

#include "config/config.h"
#include "daemon/daemon.h"

enum task { TASK_RUN, TASK_TEST, TASK_PRINT };

static int
usage(void)
{
	fputs(
	    "usage: hopseald [-v] [-c FILE]       run, in the foreground\n"
	    "       hopseald -t [-c FILE]         test the configuration\n"
	    "       hopseald -p [-c FILE]         print it with all defaults\n"
	    "       hopseald -e                   print an example with explanations\n"
	    "       hopseald -V                   print the version\n",
	    stderr);
	return EX_USAGE;
}

/* Lines for standard output are an answer only when they have left. */
static int
put(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF) {
		perror("hopseald: standard output");
		return EX_IOERR;
	}
	return EX_OK;
}

static int
print_example(void)
{
	struct strbuf text = STRBUF_INIT;
	int rc;

	config_example(&text);
	rc = put(strbuf_str(&text));
	strbuf_clear(&text);
	return rc;
}

static int
print_config(const struct config *config)
{
	struct strbuf text = STRBUF_INIT;
	int rc;

	config_print(config, &text);
	rc = put(strbuf_str(&text));
	strbuf_clear(&text);
	return rc;
}

static void
say_errors(const struct config_errors *errors)
{
	size_t i;

	for (i = 0; i < errors->count && i < CONFIG_ERRORS_MAX; i++)
		fprintf(stderr, "hopseald: %s\n", errors->items[i].text);
	if (errors->count > CONFIG_ERRORS_MAX)
		fprintf(stderr, "hopseald: and %zu more\n",
		    errors->count - CONFIG_ERRORS_MAX);
}

static int
perform(enum task task, const struct daemon_options *options)
{
	struct config_errors errors;
	struct config *config;
	int rc = EX_OK;

	if (config_load(options->config_path, options->is_path_given, &config,
		&errors) != ST_OK) {
		say_errors(&errors);
		return EX_CONFIG;
	}
	switch (task) {
	case TASK_RUN:
		return daemon_run(options, config);
	case TASK_TEST:
		rc = daemon_test(config);
		break;
	case TASK_PRINT:
		rc = print_config(config);
		break;
	}
	config_free(config);
	return rc;
}

int
main(int argc, char **argv)
{
	struct daemon_options options = { .config_path = CONFIG_PATH };
	enum task task = TASK_RUN;
	int c;

	while ((c = getopt(argc, argv, "c:eptvV")) != -1)
		switch (c) {
		case 'c':
			options.config_path = optarg;
			options.is_path_given = true;
			break;
		case 'e':
			return print_example();
		case 'p':
			task = TASK_PRINT;
			break;
		case 't':
			task = TASK_TEST;
			break;
		case 'v':
			options.is_debug = true;
			break;
		case 'V':
			return put("hopseald " HOPSEAL_VERSION "\n");
		default:
			return usage();
		}
	if (optind < argc)
		return usage();
	return perform(task, &options);
}
