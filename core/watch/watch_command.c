/* SPDX-License-Identifier: ISC */
#include "watch/watch_command.h"

#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "watch/watch_json.h"

/* Cut a command into words; the configuration has seen that there is one. */
static void
split(char *command, const char *argv[WATCH_WORDS_MAX + 1])
{
	char *rest = command;
	size_t count = 0, len;

	while (count < WATCH_WORDS_MAX && *(rest += strspn(rest, " \t")) != '\0') {
		len = strcspn(rest, " \t");
		argv[count++] = rest;
		rest += len;
		if (*rest != '\0')
			*rest++ = '\0';
	}
	argv[count] = NULL;
}

#define NAME_MAX_LEN sizeof("HOPSEAL_OUTCOME=")

struct variables {
	char domain[NAME_MAX_LEN + DOMAIN_MAX], outcome[64], before[64];
	const char *list[4];
};

static void
fill(struct variables *v, const struct domain *domain, const struct watch_state *state)
{
	snprintf(v->domain, sizeof(v->domain), "HOPSEAL_DOMAIN=%s", domain->text);
	snprintf(v->outcome, sizeof(v->outcome), "HOPSEAL_OUTCOME=%s",
	    watch_outcome_word(state->outcome));
	snprintf(v->before, sizeof(v->before), "HOPSEAL_BEFORE=%s",
	    watch_outcome_word(state->told));
	v->list[0] = v->domain;
	v->list[1] = v->outcome;
	v->list[2] = v->before;
	v->list[3] = NULL;
}

struct program *
watch_command_start(const char *command, const struct domain *domain,
    const struct watch_state *state, program_done_fn *done, void *arg)
{
	const char *argv[WATCH_WORDS_MAX + 1];
	char *words = xstrdup(command);
	struct strbuf json = STRBUF_INIT;
	struct variables variables;
	struct program *program;

	split(words, argv);
	fill(&variables, domain, state);
	watch_json_change(domain, state, &json);
	program = program_start(
	    &(struct program_request){
		.argv = argv,
		.env = variables.list,
		.input = json.data,
		.len = json.len,
		.deadline_ms = WATCH_COMMAND_MS,
	    },
	    done, arg);
	strbuf_clear(&json);
	free(words);
	return program;
}

void
watch_command_check(const char *command)
{
	char *path = xmemdup(command, strcspn(command, " \t"));

	if (path[0] != '\0' && access(path, X_OK) == -1)
		log_warn("watch: command=%s reason=\"%s\" effect=\"what changes cannot "
			 "be told\"",
		    path, strerror(errno));
	free(path);
}
