/*
 * The sessions that smtpd(8) has told of and not ended.  SPDX-License-Identifier: ISC
 *
 * Bounded: where there are more, the one that was silent longest is forgotten.
 */
#ifndef HOPSEAL_OPENSMTPD_LINKS_H
#define HOPSEAL_OPENSMTPD_LINKS_H

#include "base/address.h"
#include "base/list.h"
#include "lines.h"
#include "wire/tls_event.h"

#define LINKS_MAX        4096
#define LINK_DOMAINS_MAX 128 /* that are told of one connection */

/* How far a link of ours has come with TLS, in the order of SMTP. */
enum link_stage {
	STAGE_CONNECTED,
	STAGE_EHLO,        /* sent */
	STAGE_OFFERED,     /* the reply has STARTTLS */
	STAGE_NOT_OFFERED, /* it has not */
	STAGE_STARTTLS,    /* sent */
	STAGE_REFUSED,     /* not answered with 220 */
	STAGE_HANDSHAKE,
	STAGE_FAILED, /* the handshake; all that follows is in the clear */
	STAGE_UP,
};

/* What is known of one link.  Texts are as they came. */
struct link {
	struct list by_use;
	struct link *next; /* of the same bucket */
	uint64_t id;
	bool is_inbound;
	char session[ID_MAX + 1];
	char local[ADDRESS_TEXT_MAX], remote[ADDRESS_TEXT_MAX]; /* "": not said */
	char helo[HELO_MAX + 1];      /* of the server's, or client's, EHLO */
	char version[16], cipher[64]; /* "": no TLS */
	enum link_stage stage;
	bool has_first_line; /* of the reply to EHLO */
	bool has_starttls;   /* that reply, so far */
	bool is_inside; /* EHLO was sent inside TLS: the certificate was good enough */
	bool has_quit;
	size_t domain_count;                /* that were told of */
	uint64_t domains[LINK_DOMAINS_MAX]; /* their hashes */
};

struct links {
	struct link *buckets[LINKS_MAX];
	struct list by_use; /* the one that was silent longest first */
	size_t count;
	unsigned long long forgotten; /* for want of room or memory */
	unsigned long long untold;    /* recipients of too many domains on one link */
};

void links_init(struct links *links);
void links_clear(struct links *links);

/* NULL: there is none. */
struct link *links_find(struct links *links, const struct filter_line *line);

/* The link that a line speaks of, as zeros if it is new.  NULL: no memory. */
struct link *links_make(struct links *links, const struct filter_line *line);

void links_drop(struct links *links, struct link *link);

/* Write both ends, "ADDRESS:PORT" each; what is none of these stays "". */
void link_set_ends(struct link *link, struct txt local, struct txt remote);

/* Take "TLSv1.3:TLS_AES_256_GCM_SHA384:256". */
void link_set_tls(struct link *link, struct txt ciphers);

#endif
