/*
 * Kinds of values: text in the file <-> members of struct config.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONFIG_KIND_H
#define HOPSEAL_CONFIG_KIND_H

#include "config/keys.h"

struct kind {
	const char *word; /* in the manual: "duration"; NULL: the key's words */
	bool is_list;     /* the key may stand several times, each adding to it */
	/*
	 * Take a value as written.  What was there is replaced, or added to when is_list.  On failure nothing has
	 * changed, and why is the fault, without place and key.  ST_OK, ST_SYNTAX, ST_RANGE or ST_UNKNOWN.
	 */
	enum status (*set)(
	    void *member, const struct key *key, const char *text, struct why *why);
	/* Append the value; of a list its item i. */
	void (*add)(
	    const void *member, const struct key *key, size_t i, struct strbuf *out);
	/* How many items there are; lists only. */
	size_t (*count)(const void *member);
	/* Free what the member holds and empty it; NULL when it holds nothing. */
	void (*clear)(void *member);
};

extern const struct kind kind_text;    /* const char *, owned */
extern const struct kind kind_path;    /* const char *, owned: absolute */
extern const struct kind kind_servers; /* const char *, owned: "ADDRESS,[V6]:PORT" */
extern const struct kind kind_command; /* const char *, owned: a path and words */
extern const struct kind kind_domain;  /* struct domain */
extern const struct kind kind_domains; /* struct domain_list, owned */
extern const struct kind kind_yesno;   /* bool */
extern const struct kind kind_choice;  /* an enum */
extern const struct kind kind_digests; /* struct tlsa_digests */
extern const struct kind kind_number;  /* any integer */
extern const struct kind kind_size;    /* size_t, bytes */
extern const struct kind kind_milliseconds; /* int */
extern const struct kind kind_seconds;      /* unsigned */
extern const struct kind kind_ranges;       /* struct guard, its ranges owned */
extern const struct kind kind_socket;       /* struct listen_lines */
extern const struct kind kind_private_socket;
extern const struct kind kind_datagram_socket;
extern const struct kind kind_paths;   /* struct path_list, its paths owned */
extern const struct kind kind_mailbox; /* const char *, owned: addr-spec, A-labels */
extern const struct kind kind_server; /* const char *, owned: NAME[:PORT], ADDRESS... */

/* Members that are a const char *, owned: for kinds that take texts of one form only. */
void text_put(void *member, const char *text);
void text_add(const void *member, const struct key *key, size_t i, struct strbuf *out);
void text_clear(void *member);

/* Append the kind in the manual's words: "duration", "yes|no", "dane|both". */
void kind_word_add(const struct key *key, struct strbuf *out);

#endif
