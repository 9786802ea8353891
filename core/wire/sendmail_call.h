/*
 * What Sendmail's ruleset asks.  SPDX-License-Identifier: ISC
 *
 * milter/sendmail/hopseal.m4 makes the keys, VERB;NAME:VALUE;NAME:VALUE;... of Sendmail's macros:
 *
 *	mx;id:ID;free:no;nexthop:example.org.;mx:mx.example.org;     before each connection
 *	start;id:ID;ip:..;free:no;mx:..;rcpt:..;                     STARTTLS is offered
 *	tls;id:ID;ip:..;verify:OK;name:yes;ver:TLSv1.3;cipher:..;fp:AA:BB:..;free:no;nexthop:..;mx:..;rcpt:..;
 *	                                                             behind the handshake, or where there is none
 *	rcpt;                                                        the same without name, before each recipient
 *
 * rcpt is the last field: its local part may contain anything, Sendmail has taken the quotes off.  Before it stand the names
 * that DNS has, which strangers make up: what follows a semicolon in them is a field that was there already, which refuses
 * the key, or a local part.  The other values are words and addresses of Sendmail's own.
 */
#ifndef HOPSEAL_WIRE_SENDMAIL_CALL_H
#define HOPSEAL_WIRE_SENDMAIL_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/domain.h"
#include "base/status.h"
#include "wire/next_hop.h"
#include "wire/tls_event.h"

#define QUEUE_ID_MAX 63
/* Whether this is one: letters and digits. */
bool queue_id_is(const char *text, size_t len);

#define LEAF_BYTES 32 /* SHA-256 of a certificate */

enum sendmail_verb { CALL_MX, CALL_START, CALL_TLS, CALL_RCPT };

/* Where mail goes to, or is for. */
struct sendmail_goal {
	bool is_said;
	bool
	    has_policy; /* next_hop is set; else an address, or what DNS does not know */
	struct next_hop next_hop;
};

/* What {verify} says of a connection. */
struct sendmail_words {
	enum event_tls tls; /* UNKNOWN: it does not say */
	enum event_verified verified;
	bool has_result; /* why verified is no more than it is, if that is known */
	enum tls_result result;
	bool is_retry; /* the second attempt, without TLS, behind one that failed */
};

struct sendmail_call {
	enum sendmail_verb verb;
	char id[QUEUE_ID_MAX + 1]; /* of the message; "" */
	struct sendmail_goal next_hop, rcpt;
	struct domain host; /* len 0: not said, or no name */
	bool has_address;
	struct address address;
	struct sendmail_words words; /* of CALL_TLS and CALL_RCPT, like what follows */
	char version[16], cipher[64];
	bool has_leaf;
	uint8_t leaf[LEAF_BYTES]; /* of the server's certificate */
	bool
	    is_free; /* the ruleset wants it to go, whatever policies say: a TLS report */
};

/*
 * Read a key.  Fields that are unknown, and values that are none, are passed over; none may come twice.  Of a list of
 * next-hops (RFC 5321 has none, Sendmail's mailertable has) the one in brackets that names the host counts, else the first.
 *
 * ST_OK; ST_UNKNOWN: another verb; ST_SYNTAX: this is no such key.  why may be NULL.
 */
MUST_CHECK enum status sendmail_call_parse(
    const char *key, size_t len, struct sendmail_call *out, struct why *why);

#endif
