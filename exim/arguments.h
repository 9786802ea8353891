/*
 * What Exim gives a function of ours.  SPDX-License-Identifier: ISC
 *
 * ${dlfunc} passes texts: how many, how long and of what is a matter of the configuration and of other people's servers.
 * Whatever they are, an event comes out; what cannot be read in it is empty.
 */
#ifndef HOPSEAL_EXIM_ARGUMENTS_H
#define HOPSEAL_EXIM_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* Octets of a name as people may write it, in UTF-8; more is none. */
#define DOMAIN_LEN 1024

/* A part of an argument, borrowed, not ended by NUL; len 0: not said. */
struct piece {
	const char *text;
	size_t len;
};

/* Exim's own arguments, as they came. */
struct arguments {
	int count;
	unsigned char *const *texts;
};

/* The one at index; one that is not there is empty, of one that is longer the first max octets count. */
struct piece argument(const struct arguments *arguments, int index, size_t max);

/* Events of Exim that say something of a session. */
#define EXIM_EVENTS(X)                                                                 \
	X(EXIM_TCP_CONNECT, "tcp:connect")                                             \
	X(EXIM_SMTP_EHLO, "smtp:ehlo")                                                 \
	X(EXIM_TLS_CERT, "tls:cert")                                                   \
	X(EXIM_TCP_CLOSE, "tcp:close")                                                 \
	X(EXIM_DELIVERY, "msg:delivery")                                               \
	X(EXIM_HOST_DEFER, "msg:host:defer")                                           \
	X(EXIM_DANE_FAIL, "dane:fail")

enum exim_event_name {
	EXIM_OTHER,
#define X(name, word) name,
	EXIM_EVENTS(X)
#undef X
};

struct exim_event {
	enum exim_event_name name;
	struct piece data;          /* $event_data */
	struct piece domain, host;  /* $domain, $host */
	struct piece remote, local; /* $host_address, $sending_ip_address */
	struct piece version;       /* $tls_out_ver: set inside TLS */
	struct piece cipher;        /* $tls_out_cipher */
	bool is_verified, is_dane;  /* $tls_out_certificate_verified, $tls_out_dane */
	bool has_begun;  /* $tls_out_ocsp: not 0 from the beginning of a handshake on */
	bool is_judged;  /* the certificate is ours to accept */
	bool is_callout; /* $verify_mode: nobody will say why it failed */
	int error;       /* $event_defer_errno; 0: none */
	struct piece cert; /* DER in base64 */
};

/*
 * Read the seven arguments of hopseal_event and hopseal_verify:
 *
 *   {$event_name}{$event_data}{$domain}{$host}{$host_address $sending_ip_address $lookup_dnssec_authenticated}
 *   {ver= cv= dane= errno= mode= vm= ocsp= cipher=}{DER in base64, at tls:cert}
 *
 * The fifth is divided at each blank, because what is unknown is empty; the words of the sixth are in any order.
 */
void exim_event_read(const struct arguments *arguments, struct exim_event *out);

/* Read those of hopseal_admit: {$domain}{$host}{$host_address}{ver=}. */
void exim_event_read_admit(const struct arguments *arguments, struct exim_event *out);

bool piece_is(struct piece piece, const char *word);

#endif
