/*
 * hopseal-milter.conf.  SPDX-License-Identifier: ISC
 *
 * Lines of "key = value"; "#" begins a comment.  Pure, but for settings_load().
 */
#ifndef HOPSEAL_MILTER_SETTINGS_H
#define HOPSEAL_MILTER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

#define SETTINGS_BYTES_MAX (64 * 1024)
#define WAIT_S_MAX         60

/* What is said to a client about a recipient whose domain can take no mail under its policy. */
#define EARLY(X)                                                                       \
	X(EARLY_OFF, "off")       /* nothing: the queue finds out */                   \
	X(EARLY_DEFER, "defer")   /* try again later */                                \
	X(EARLY_REJECT, "reject") /* no, where trying again cannot help */

enum early {
#define X(name, word) name,
	EARLY(X)
#undef X
};

/* Whether "TLS-Required: No" is passed on, which anybody may write (RTLS-10). */
#define WISHES(X)                                                                      \
	X(WISH_OBEY, "obey")                                                           \
	X(WISH_IGNORE, "ignore")

enum wish {
#define X(name, word) name,
	WISHES(X)
#undef X
};

/* What becomes of the mail once a report is in the inbox. */
#define REPORT_MAIL(X)                                                                 \
	X(REPORT_PASS, "pass")                                                         \
	X(REPORT_DISCARD, "discard")

enum report_mail {
#define X(name, word) name,
	REPORT_MAIL(X)
#undef X
};

/* Texts are owned.  A list is words, separated by blanks or commas. */
struct settings {
	/* Looked at once, at start: */
	char *socket, *socket_group, *user, *pid_file;
	unsigned socket_mode;
	/* For each session anew: */
	char *daemon; /* as client_ask() */
	char *spool;
	enum early early;
	int wait_ms;
	char *mailers; /* list; those that deliver by SMTP to others */
	enum wish tls_required;
	char *report_address; /* list; "": reports are not taken in */
	enum report_mail report_mail;
	char *inbox;
	unsigned holders; /* of current.h */
};

/* Those without a file.  Ends the process when there is no memory. */
struct settings *settings_new(void);
void settings_free(struct settings *settings);

/* Take what a file says.  ST_OK, or ST_SYNTAX: why has the line's number. */
MUST_CHECK enum status settings_parse(
    struct settings *settings, const char *text, size_t len, struct why *why);

/* Set one, as a line of the file does.  ST_OK, ST_UNKNOWN (there is no such key) or ST_SYNTAX. */
MUST_CHECK enum status settings_set(
    struct settings *settings, const char *key, const char *value, struct why *why);

/*
 * Defaults and what a file says.
 *
 * may_be_missing   then it is as if it were empty
 *
 * Returns ST_OK, ST_IO or ST_SYNTAX; *out is NULL unless ST_OK.
 */
MUST_CHECK enum status settings_load(
    const char *path, bool may_be_missing, struct settings **out, struct why *why);

/* Whether all that is looked at once, at start, is the same. */
bool settings_start_alike(const struct settings *a, const struct settings *b);

/* Whether a word is in a list, in any case of letters. */
bool list_has(const char *list, const char *word, size_t len);

#endif
