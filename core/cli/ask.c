/* SPDX-License-Identifier: ISC */
#include "cli/ask.h"

#include <errno.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/session.h"
#include "client/exchange.h"
#include "config/config.h"
#include "control/control.h"
#include "net/loop.h"
#include "show/complain.h"
#include "wire/netstring.h"

#define DEADLINE_MS (2 * CONTROL_EXPLAIN_MS) /* the daemon's own limit comes first */

#define REPLY_OK_WORD "OK "
#define REPLY_NO_WORD "NO "

struct config *
ask_config(const struct args *args)
{
	const char *path = args->config != NULL ? args->config : CONFIG_PATH;
	struct config *config;
	struct config_errors errors;
	size_t i;

	if (config_load(path, args->config != NULL, &config, &errors) == ST_OK)
		return config;
	for (i = 0; i < errors.count && i < CONFIG_ERRORS_MAX; i++)
		complain("%s", errors.items[i].text);
	return NULL;
}

/* Text of an answer, from wherever it came. */
static enum exit_code
take_answer(bool is_ok, const char *text, size_t len, struct json_object **out)
{
	if (!is_ok) {
		complain("%.*s", (int)len, text);
		return EXIT_NO;
	}
	*out = json_read(text, len);
	if (*out != NULL)
		return EXIT_YES;
	complain("the answer is no JSON; are hopseal and hopseald of one version?");
	return EXIT_FAILED;
}

/* --- the daemon ---------------------------------------------------------------------------- */

/* Where its control socket is, "unix:..."; false: complained about. */
static bool
find_socket(const struct args *args, struct strbuf *where)
{
	struct config *config;
	bool is_found;

	if (args->socket != NULL) {
		strbuf_addf(
		    where, "%s%s", args->socket[0] == '/' ? "unix:" : "", args->socket);
		return true;
	}
	config = ask_config(args);
	if (config == NULL)
		return false;
	is_found = config->controls.count > 0;
	if (is_found)
		strbuf_adds(where, config->controls.items[0].where);
	else
		complain(
		    "the configuration has no control socket (section listen, key control)");
	config_free(config);
	return is_found;
}

static bool
starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static enum exit_code
read_reply(const char *where, const char *reply, size_t len, struct json_object **out)
{
	size_t word = strlen(REPLY_OK_WORD);

	if (starts_with(reply, REPLY_OK_WORD) || starts_with(reply, REPLY_NO_WORD))
		return take_answer(
		    starts_with(reply, REPLY_OK_WORD), reply + word, len - word, out);
	complain("%s: this is no control socket of hopseald", where);
	return EXIT_FAILED;
}

static const char *
remedy(const char *where)
{
	if (starts_with(where, "unix:") &&
	    access(where + strlen("unix:"), W_OK) == -1 && errno == EACCES)
		return "ask as root or as the socket's owner";
	return "is hopseald running?";
}

static enum exit_code
ask_daemon(const struct args *args, const char *request, struct json_object **out)
{
	struct strbuf where = STRBUF_INIT, frame = STRBUF_INIT;
	enum exit_code code = EXIT_FAILED;
	char *reply = NULL;
	struct why why;
	size_t len;

	if (!find_socket(args, &where))
		goto out;
	netstring_add(&frame, request, strlen(request));
	if (exchange_run(where.data, frame.data, frame.len, DEADLINE_MS,
		CONTROL_REPLY_MAX, &reply, &len, &why) == ST_OK)
		code = read_reply(where.data, reply, len, out);
	else
		complain("cannot reach the daemon at %s; %s%s", why.text,
		    remedy(where.data),
		    args->offers_in_process ? " (-n works without it)" : "");
out:
	free(reply);
	strbuf_clear(&frame);
	strbuf_clear(&where);
	return code;
}

/* --- this process ---------------------------------------------------------------------------- */

struct local {
	const char *request;
	struct json_object **out;
	enum exit_code code;
};

static void
on_done(bool is_ok, const char *text, size_t len, void *arg)
{
	struct local *local = arg;

	local->code = take_answer(is_ok, text, len, local->out);
	loop_stop();
}

static enum exit_code
serve(struct service *service, const struct config *config UNUSED, void *arg)
{
	struct local *local = arg;

	control_run(service, local->request, strlen(local->request), CONTROL_EXPLAIN_MS,
	    on_done, local);
	loop_run();
	return local->code;
}

static enum exit_code
ask_here(const struct args *args, const char *request, struct json_object **out)
{
	struct local local = { .request = request, .out = out, .code = EXIT_FAILED };

	return session_serve(args, serve, &local);
}

enum exit_code
ask(const struct args *args, const char *request, struct json_object **out)
{
	*out = NULL;
	return args->in_process ? ask_here(args, request, out)
				: ask_daemon(args, request, out);
}

static bool
can_read_database(const struct config *config)
{
	struct store *store;
	struct why why;

	if (store_open_readonly(config->state_folder, &store, &why) != ST_OK)
		return false;
	store_close(store);
	return true;
}

enum exit_code
ask_database(const struct args *args, const char *request, struct json_object **out)
{
	struct config *config;
	bool is_readable;

	*out = NULL;
	if (args->in_process || args->socket != NULL)
		return ask(args, request, out);
	config = ask_config(args);
	if (config == NULL)
		return EXIT_FAILED;
	is_readable = can_read_database(config);
	config_free(config);
	return is_readable ? ask_here(args, request, out)
			   : ask_daemon(args, request, out);
}
