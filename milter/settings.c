/* SPDX-License-Identifier: ISC */
#include "settings.h"

#include <strings.h>

#include "base/mem.h"
#include "base/number.h"
#include "client/place.h"

#ifndef HOPSEAL_RUNDIR
#define HOPSEAL_RUNDIR "/run/hopseal"
#endif
#ifndef HOPSEAL_STATEDIR
#define HOPSEAL_STATEDIR "/var/lib/hopseal"
#endif
#ifndef HOPSEAL_MILTER_SPOOL
#define HOPSEAL_MILTER_SPOOL "/var/spool/hopseal/milter.spool"
#endif

/* --- kinds of values: NULL, or what is wrong --------------------------------------------------- */

typedef const char *set_fn(void *field, const char *value);

static const char *
set_text(void *field, const char *value)
{
	char **text = field;

	free(*text);
	*text = xstrdup(value);
	return NULL;
}

static const char *
set_filled(void *field, const char *value)
{
	return value[0] != '\0' ? set_text(field, value) : "may not be empty";
}

static const char *
set_path(void *field, const char *value)
{
	return value[0] == '/' ? set_text(field, value) : "not a path from \"/\" on";
}

static const char *
set_path_or_none(void *field, const char *value)
{
	return value[0] != '\0' ? set_path(field, value) : set_text(field, value);
}

static const char *
set_place(void *field, const char *value)
{
	struct place place;
	const char *fault;

	return place_parse(value, &place, &fault) == ST_OK ? set_text(field, value)
							   : fault;
}

static const char *
set_addresses(void *field, const char *value)
{
	const char *word = value + strspn(value, ", ");

	for (; *word != '\0'; word += strspn(word, ", ")) {
		size_t len = strcspn(word, ", ");
		const char *at = memchr(word, '@', len);

		if (at == NULL || at == word || at + 1 == word + len)
			return "not a list of mail addresses";
		word += len;
	}
	return set_text(field, value);
}

static const char *
set_wait(void *field, const char *value)
{
	uint64_t seconds;

	if (number_parse(value, strlen(value), WAIT_S_MAX, &seconds) != ST_OK ||
	    seconds == 0)
		return "not 1 to 60 seconds";
	*(int *)field = (int)seconds * 1000;
	return NULL;
}

/* Others may not write to it in any case: whoever can talks in the MTA's name. */
static const char *
set_mode(void *field, const char *value)
{
	unsigned mode = 0;
	const char *p;

	for (p = value; *p >= '0' && *p <= '7' && p < value + 4; p++)
		mode = mode * 8 + (unsigned)(*p - '0');
	if (p == value || *p != '\0' || mode > 0777)
		return "not an octal mode";
	*(unsigned *)field = mode;
	return NULL;
}

/* field is an enum, of which the words are the values.  False: it is none of them. */
static bool
set_choice(unsigned *field, const char *value, const char *const words[], size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(words[i], value) == 0) {
			*field = (unsigned)i;
			return true;
		}
	return false;
}

#define WORD(name, word) word,
#define DEFINE_CHOICE(setter, choices, fault)                                          \
	static const char *setter(void *field, const char *value)                      \
	{                                                                              \
		static const char *const words[] = { choices(WORD) };                  \
                                                                                       \
		return set_choice(field, value, words, COUNT_OF(words)) ? NULL         \
									: fault;       \
	}

DEFINE_CHOICE(set_early, EARLY, "neither off, defer nor reject")
DEFINE_CHOICE(set_wish, WISHES, "neither obey nor ignore")
DEFINE_CHOICE(set_report_mail, REPORT_MAIL, "neither pass nor discard")

/* --- keys ------------------------------------------------------------------------------------------ */

/* One line of hopseal-milter(8) each. */
static const struct key {
	const char *name;
	size_t offset;
	set_fn *set;
	const char *value; /* without a file */
} keys[] = {
#define KEY(name, field, set, value)                                                   \
	{                                                                              \
		name, offsetof(struct settings, field), set, value                     \
	}
	KEY("socket", socket, set_filled, "local:" HOPSEAL_RUNDIR "/milter.sock"),
	KEY("socket-mode", socket_mode, set_mode, "0660"),
	KEY("socket-group", socket_group, set_text, ""),
	KEY("user", user, set_text, ""),
	KEY("pid-file", pid_file, set_path_or_none, ""),
	KEY("daemon", daemon, set_place, "unix:" HOPSEAL_RUNDIR "/map"),
	KEY("spool", spool, set_path, HOPSEAL_MILTER_SPOOL),
	KEY("early", early, set_early, "off"),
	KEY("wait", wait_ms, set_wait, "7"), /* more than hopseald's own deadline */
	KEY("mailers", mailers, set_filled, "smtp relay esmtp smtp8 dsmtp"),
	KEY("tls-required", tls_required, set_wish, "obey"),
	KEY("report-address", report_address, set_addresses, ""),
	KEY("report-mail", report_mail, set_report_mail, "pass"),
	KEY("inbox", inbox, set_path, HOPSEAL_STATEDIR "/inbox"),
#undef KEY
};

static const struct key *
find_key(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static const char *
apply(struct settings *s, const struct key *key, const char *value)
{
	return key->set((char *)s + key->offset, value);
}

struct settings *
settings_new(void)
{
	struct settings *s = xcalloc(1, sizeof(*s));
	size_t i;

	for (i = 0; i < COUNT_OF(keys); i++)
		(void)apply(s, &keys[i], keys[i].value);
	return s;
}

void
settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	free(s->socket);
	free(s->socket_group);
	free(s->user);
	free(s->pid_file);
	free(s->daemon);
	free(s->spool);
	free(s->mailers);
	free(s->report_address);
	free(s->inbox);
	free(s);
}

enum status
settings_set(struct settings *s, const char *name, const char *value, struct why *why)
{
	const struct key *key = find_key(name);
	const char *fault;

	if (key == NULL) {
		why_set(why, "there is no key \"%s\"", name);
		return ST_UNKNOWN;
	}
	fault = apply(s, key, value);
	if (fault == NULL)
		return ST_OK;
	why_set(why, "%s: \"%s\": %s", name, value, fault);
	return ST_SYNTAX;
}

bool
settings_start_alike(const struct settings *a, const struct settings *b)
{
	return strcmp(a->socket, b->socket) == 0 && a->socket_mode == b->socket_mode &&
	       strcmp(a->socket_group, b->socket_group) == 0 &&
	       strcmp(a->user, b->user) == 0 && strcmp(a->pid_file, b->pid_file) == 0;
}

bool
list_has(const char *list, const char *word, size_t len)
{
	for (list += strspn(list, ", \t"); *list != '\0';
	     list += strspn(list, ", \t")) {
		size_t n = strcspn(list, ", \t");

		if (n == len && strncasecmp(list, word, len) == 0)
			return true;
		list += n;
	}
	return false;
}
